/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The screen, in a tree of plain files: sysfs files keep what was written, systemctl is a script that
 * keeps the manager's state in a file, and who holds the device is a real process with a directory
 * below the tree's proc/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/screen.h"
#include "launcher/run/screen_note.h"
#include "tests/kill_step.h"

#define DEVICE	"sys/bus/pci/devices/0000:00:02.0"
#define OWNER	"win11"

static const struct bdf igpu = { 0, 0, 2, 0 };
static char root[64];
static struct paths paths;

static const char *at(const char *path)
{
	static char buf[8][PATH_MAX];
	static int i;
	char *p = buf[i = (i + 1) % 8];

	snprintf(p, PATH_MAX, "%s/%s", root, path);
	return p;
}

static void put(const char *path, const char *text)
{
	char full[PATH_MAX], *slash;
	int fd;

	strcpy(full, at(path));
	slash = strrchr(full, '/');
	*slash = '\0';
	assert_int_equal(dir_make(full, 0755), 0);
	*slash = '/';
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	assert_true(fd >= 0);
	assert_int_equal(write_all(fd, text, strlen(text)), 0);
	close(fd);
}

static const char *get(const char *path)
{
	static char line[256];

	if (file_read_line_at(AT_FDCWD, at(path), line, sizeof(line)))
		line[0] = '\0';
	return line;
}

static void set_driver(const char *driver)
{
	char target[PATH_MAX];

	unlink(at(DEVICE "/driver"));
	snprintf(target, sizeof(target), "%s/sys/bus/pci/drivers/%s", root, driver);
	if (*driver)
		assert_int_equal(symlink(target, at(DEVICE "/driver")), 0);
}

/* A manager that is a file: its unit's cgroup has a process while it runs. */
static const char systemctl[] =
	"#!/bin/sh\n"
	"cd \"${0%/usr/bin/systemctl}\" || exit 9\n"
	"echo \"$*\" >> calls\n"
	"[ ! -e broken ] || exit 1\n"
	"case $1 in\n"
	"start) echo 700 > sys/fs/cgroup/system.slice/sddm.service/cgroup.procs ;;\n"
	"stop) : > sys/fs/cgroup/system.slice/sddm.service/cgroup.procs ;;\n"
	"esac\n";

static int host_new(void **state)
{
	(void)state;
	strcpy(root, "/tmp/igvm-screen.XXXXXX");
	assert_non_null(mkdtemp(root));
	snprintf(paths.run, sizeof(paths.run), "%s/run/igvm", root);
	put(DEVICE "/drm/card0/dev", "226:0\n");
	put(DEVICE "/graphics/fb0/name", "i915drmfb\n");
	put("sys/bus/pci/drivers/i915/bind", "");
	put("sys/bus/pci/drivers/vfio-pci/bind", "");
	put("sys/bus/pci/drivers_probe", "");
	set_driver("i915");
	put("sys/class/vtconsole/vtcon0/name", "(S) dummy device\n");
	put("sys/class/vtconsole/vtcon0/bind", "0\n");
	put("sys/class/vtconsole/vtcon1/name", "(M) frame buffer device\n");
	put("sys/class/vtconsole/vtcon1/bind", "1\n");
	put("sys/fs/cgroup/system.slice/sddm.service/cgroup.procs", "700\n");
	put("run/systemd/system/x", "");
	put("usr/bin/systemctl", systemctl);
	put("proc/uptime", "1 1\n");
	return 0;
}

static int host_gone(void **state)
{
	(void)state;
	return dir_remove(root);
}

/* --- who holds it ------------------------------------------------------------- */

static char my_proc[PATH_MAX];

static void leave_proc(int sig)
{
	char full[PATH_MAX + 8];

	(void)sig;
	snprintf(full, sizeof(full), "%s/fd/7", my_proc);
	unlink(full);
	_exit(0);
}

/* @heed: ends at SIGTERM, and its directory with it; else at SIGKILL, and the directory stays. */
static pid_t holder_start(const char *comm, bool heed)
{
	char path[64], ready;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		snprintf(my_proc, sizeof(my_proc), "%s/proc/%d", root, (int)getpid());
		signal(SIGTERM, heed ? leave_proc : SIG_IGN);
		if (write(fds[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	assert_int_equal(read(fds[0], &ready, 1), 1);
	close(fds[0]);
	close(fds[1]);
	snprintf(path, sizeof(path), "proc/%d/comm", (int)pid);
	put(path, comm);
	snprintf(path, sizeof(path), "proc/%d/fd/0", (int)pid);
	put(path, "");
	snprintf(path, sizeof(path), "proc/%d/fd/7", (int)pid);
	assert_int_equal(symlink("/dev/dri/card0", at(path)), 0);
	return pid;
}

static void holder_end(pid_t pid)
{
	char path[64];

	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	snprintf(path, sizeof(path), "proc/%d", (int)pid);
	assert_int_equal(dir_remove(at(path)), 0);
}

static struct holders *look(void)
{
	static struct holders h;
	struct tree t;

	assert_int_equal(tree_init(&t, root), 0);
	assert_int_equal(holders_read(&t, igpu, &h), 0);
	close(t.fd);
	return &h;
}

static void begin(void)
{
	struct screen_error e = { 0 };

	if (screen_begin(root, &paths, igpu, OWNER, look(), &e))
		fail_msg("%s: %s", e.text, strerror(e.err));
}

static void take(int want)
{
	struct screen_error e = { 0 };
	int r = screen_take(root, &paths, igpu, &e);

	if (r != want)
		fail_msg("take: %s: %s", e.text, strerror(-r));
}

static void give_back(int want)
{
	struct screen_error e = { 0 };
	int r = screen_give_back(root, &paths, igpu, &e);

	if (r != want)
		fail_msg("give back: %s: %s", e.text, strerror(-r));
}

static bool is_noted(void)
{
	struct bdf v[SCREENS_MAX];

	return screen_owned(&paths, OWNER, v) == 1;
}

/* --- there and back ------------------------------------------------------------- */

static void there_and_back(void **state)
{
	pid_t pid = holder_start("Xorg", true);

	(void)state;
	begin();
	assert_true(is_noted());
	assert_string_equal(get("calls"), "");
	take(0);
	assert_string_equal(get("calls"), "stop --no-ask-password -- sddm.service");
	assert_string_equal(get("sys/class/vtconsole/vtcon1/bind"), "0");
	assert_int_equal(look()->n, 0);
	/* The number of the framebuffer's console is another one now. */
	assert_int_equal(rename(at("sys/class/vtconsole/vtcon1"), at("sys/class/vtconsole/vtcon2")), 0);
	give_back(0);
	assert_string_equal(get("sys/class/vtconsole/vtcon2/bind"), "1");
	assert_string_equal(get("sys/class/vtconsole/vtcon0/bind"), "0");
	assert_string_equal(get("sys/fs/cgroup/system.slice/sddm.service/cgroup.procs"), "700");
	assert_false(is_noted());
	give_back(0);
	holder_end(pid);
}

static void nothing_noted_is_nothing_to_do(void **state)
{
	(void)state;
	give_back(0);
	assert_int_equal(screen_adopt(&paths, igpu, "other"), 0);
	assert_string_equal(get("calls"), "");
	assert_string_equal(get("sys/class/vtconsole/vtcon1/bind"), "1");
}

static void a_console_alone_stops_nothing(void **state)
{
	(void)state;
	begin();
	take(0);
	assert_string_equal(get("calls"), "");
	assert_string_equal(get("sys/class/vtconsole/vtcon1/bind"), "0");
	give_back(0);
	assert_string_equal(get("calls"), "");
	assert_string_equal(get("sys/class/vtconsole/vtcon1/bind"), "1");
}

static void the_firmwares_framebuffer_comes_back_where_no_driver_was(void **state)
{
	(void)state;
	set_driver("");
	put("proc/iomem", "90000000-9fffffff : 0000:00:02.0\n  90000000-907fffff : BOOTFB\n");
	put("sys/bus/platform/drivers/efi-framebuffer/efi-framebuffer.0/uevent", "");
	put("sys/bus/platform/drivers/efi-framebuffer/bind", "");
	put("sys/bus/platform/drivers/efi-framebuffer/unbind", "");
	begin();
	take(0);
	assert_string_equal(get("sys/bus/platform/drivers/efi-framebuffer/unbind"), "efi-framebuffer.0");
	assert_string_equal(get("sys/bus/platform/drivers/efi-framebuffer/bind"), "");
	give_back(0);
	assert_string_equal(get("sys/bus/platform/drivers/efi-framebuffer/bind"), "efi-framebuffer.0");
}

static void another_vm_takes_the_note_over(void **state)
{
	struct bdf v[SCREENS_MAX];

	(void)state;
	begin();
	assert_int_equal(screen_adopt(&paths, igpu, "two"), 0);
	assert_false(is_noted());
	assert_int_equal(screen_owned(&paths, "two", v), 1);
	assert_true(bdf_equal(v[0], igpu));
	assert_int_equal(screen_owned(&paths, NULL, v), 1);
}

/* A second hand-over, noted before the first was undone, forgets nothing of it. */
static void what_an_earlier_one_left_stays_noted(void **state)
{
	pid_t pid = holder_start("sway", true);

	(void)state;
	begin();
	take(0);
	set_driver("vfio-pci");
	begin();
	set_driver("i915");
	give_back(0);
	assert_string_equal(get("sys/class/vtconsole/vtcon1/bind"), "1");
	assert_string_equal(get("sys/fs/cgroup/system.slice/sddm.service/cgroup.procs"), "700");
	holder_end(pid);
}

/* --- refusals and failures ---------------------------------------------------------- */

static void a_vm_is_never_moved(void **state)
{
	pid_t pid = holder_start("kvm", true);
	struct screen_error e = { 0 };

	(void)state;
	assert_int_equal(screen_refuse(root, look(), &e), -EBUSY);
	assert_non_null(strstr(e.text, "kill"));
	holder_end(pid);
}

static void a_manager_without_systemd_is_refused(void **state)
{
	pid_t pid = holder_start("Xorg", true);
	struct screen_error e = { 0 };

	(void)state;
	assert_int_equal(screen_refuse(root, look(), &e), 0);
	assert_int_equal(dir_remove(at("run/systemd")), 0);
	assert_int_equal(screen_refuse(root, look(), &e), -EBUSY);
	assert_non_null(strstr(e.text, "sddm.service"));
	holder_end(pid);
}

static void a_manager_that_does_not_stop_ends_the_attempt(void **state)
{
	pid_t pid = holder_start("Xorg", true);

	(void)state;
	put("broken", "");
	begin();
	take(-ECHILD);
	assert_string_equal(get("sys/class/vtconsole/vtcon1/bind"), "1");
	assert_int_equal(kill(pid, 0), 0);
	give_back(-ECHILD);
	assert_true(is_noted());	/* for a next attempt */
	assert_int_equal(unlink(at("broken")), 0);
	give_back(0);
	assert_false(is_noted());
	holder_end(pid);
}

static void who_does_not_listen_is_killed(void **state)
{
	struct timespec a, b;
	pid_t pid = holder_start("game", false);
	int status;

	(void)state;
	begin();
	clock_gettime(CLOCK_MONOTONIC, &a);
	/* Nobody removes its directory: it holds on, and the attempt ends by itself. */
	take(-EBUSY);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_true(b.tv_sec - a.tv_sec >= 3);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	give_back(0);
	holder_end(pid);
}

/* A pid that is another program by now is not touched. */
static void another_program_is_left_alone(void **state)
{
	pid_t pid = holder_start("game", true);
	struct holders *h = look();
	char path[64];

	(void)state;
	assert_int_equal(h->v[0].pid, pid);
	snprintf(path, sizeof(path), "proc/%d/comm", (int)pid);
	begin();
	/* It has the node open no more. */
	snprintf(path, sizeof(path), "proc/%d/fd/7", (int)pid);
	assert_int_equal(unlink(at(path)), 0);
	take(0);
	assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
	give_back(0);
	holder_end(pid);
}

static void a_driver_that_does_not_take_it_needs_a_reboot(void **state)
{
	static const struct {
		const char *driver, *why;
		bool no_node, no_device;
	} rows[] = {
		{ "", "i915 did not take 0000:00:02.0 back: it is with no driver", false, false },
		{ "vfio-pci", "i915 did not take 0000:00:02.0 back: it is with vfio-pci", false, false },
		{ "i915", "offers no picture", true, false },
		{ "", "is not there any more", false, true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char why[256];

		if (i)
			host_new(state);
		begin();
		take(0);
		assert_false(screen_lost(&paths, OWNER, why, sizeof(why)));
		set_driver(rows[i].driver);
		if (rows[i].no_node)
			assert_int_equal(dir_remove(at(DEVICE "/drm")), 0);
		if (rows[i].no_device)
			assert_int_equal(dir_remove(at(DEVICE)), 0);
		give_back(-ENODEV);
		assert_true(screen_lost(&paths, OWNER, why, sizeof(why)));
		assert_false(screen_lost(&paths, "other", why, sizeof(why)));
		if (!strstr(why, rows[i].why))
			fail_msg("%s", why);
		/* The console came back all the same. */
		assert_string_equal(get("sys/class/vtconsole/vtcon1/bind"), "1");
		/* Once it works, nothing is lost. */
		if (!rows[i].no_device) {
			set_driver("i915");
			put(DEVICE "/drm/card0/dev", "226:0\n");
			give_back(0);
			assert_false(screen_lost(&paths, OWNER, why, sizeof(why)));
		}
		if (i + 1 < ARRAY_SIZE(rows))
			assert_int_equal(host_gone(state), 0);
	}
}

static void bad_notes_are_refused(void **state)
{
	static const struct {
		const char *text;
		int r;
	} rows[] = {
		{ "", -EBADMSG }, { "{\"version\": 1}", -EBADMSG }, { "{\"version\": 2}", -EPROTO },
		{ "{\"version\": 1, \"owner\": \"x\", \"driver\": \"../x\", \"unit\": \"\", \"consoles\": true, "
		  "\"framebuffers\": [], \"lost\": \"\"}", -EBADMSG },
		{ "{\"version\": 1, \"owner\": \"x\", \"driver\": \"\", \"unit\": \"--help\", \"consoles\": true, "
		  "\"framebuffers\": [], \"lost\": \"\"}", -EBADMSG },
		{ "{\"version\": 1, \"owner\": \"x\", \"driver\": \"\", \"unit\": \"\", \"consoles\": true, "
		  "\"framebuffers\": [{\"driver\": \"a/b\", \"name\": \"c\"}], \"lost\": \"\"}", -EBADMSG },
		{ "{\"version\": 1, \"owner\": \"x\", \"driver\": \"\", \"unit\": \"\", \"consoles\": true, "
		  "\"framebuffers\": [1, 2], \"lost\": \"\"}", -EBADMSG },
	};
	struct screen_note n;

	(void)state;
	begin();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		put("run/igvm/bind/0000:00:02.0.screen.json", rows[i].text);
		if (screen_note_load(&paths, igpu, &n) != rows[i].r)
			fail_msg("%s", rows[i].text);
		give_back(rows[i].r);
		assert_false(is_noted());
	}
	assert_string_equal(get("sys/class/vtconsole/vtcon1/bind"), "1");
	assert_string_equal(get("calls"), "");
}

/* --- killed at any moment ------------------------------------------------------------- */

static void take_all(void *arg)
{
	struct screen_error e;

	(void)arg;
	if (screen_begin(root, &paths, igpu, OWNER, look(), &e) ||
	    screen_take(root, &paths, igpu, &e))
		_exit(1);
}

static void give_all(void *arg)
{
	struct screen_error e;

	(void)arg;
	if (screen_give_back(root, &paths, igpu, &e))
		_exit(1);
}

static void expect_as_before(int k)
{
	if (strcmp(get("sys/class/vtconsole/vtcon1/bind"), "1") ||
	    strcmp(get("sys/fs/cgroup/system.slice/sddm.service/cgroup.procs"), "700") || is_noted())
		fail_msg("killed at step %d: console %s, note %d", k,
			 get("sys/class/vtconsole/vtcon1/bind"), is_noted());
}

/* Begun anew after each: who holds the device ends at most once, so each needs a new one. */
static void a_kill_at_any_step_heals(void **state)
{
	(void)state;
	for (int back = 0; back < 2; back++) {
		bool hit = true;
		int k;

		for (k = 1; hit; k++) {
			pid_t pid = holder_start("Xorg", true);

			if (back) {
				begin();
				take(0);
			}
			hit = kill_at_step(k, back ? give_all : take_all, NULL);
			/* Its children may be at it a moment longer. */
			poll(NULL, 0, 15);
			if (!hit && !back)
				assert_true(is_noted());
			give_back(0);
			give_back(0);
			expect_as_before(k);
			holder_end(pid);
		}
		if (k < 30)
			fail_msg("only %d steps", k);
	}
}

int main(void)
{
	screen_waits = (struct screen_waits){
		.manager_ms = 20000, .term_ms = 500, .kill_ms = 3000, .look_again_ms = 5, .node_ms = 300,
	};
#define HOST(f)	cmocka_unit_test_setup_teardown(f, host_new, host_gone)
	const struct CMUnitTest tests[] = {
		HOST(there_and_back),
		HOST(nothing_noted_is_nothing_to_do),
		HOST(a_console_alone_stops_nothing),
		HOST(the_firmwares_framebuffer_comes_back_where_no_driver_was),
		HOST(another_vm_takes_the_note_over),
		HOST(what_an_earlier_one_left_stays_noted),
		HOST(a_vm_is_never_moved),
		HOST(a_manager_without_systemd_is_refused),
		HOST(a_manager_that_does_not_stop_ends_the_attempt),
		HOST(who_does_not_listen_is_killed),
		HOST(another_program_is_left_alone),
		HOST(a_driver_that_does_not_take_it_needs_a_reboot),
		HOST(bad_notes_are_refused),
		HOST(a_kill_at_any_step_heals),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
