/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The sysfs here is a tree of plain files, and a process plays the kernel: it
 * sees each file that was written (inotify) and moves the driver link as the
 * PCI bus does. It can also refuse, hang, and kill the one who writes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/bind.h"
#include "tests/kill_step.h"

#define DEVICE	"0000:00:02.0"
#define PCI	"sys/bus/pci"

static const struct bdf igpu = { 0, 0, 2, 0 };

struct host {
	char root[64];
	struct paths paths;
	pid_t kernel;
};

/** struct kernel - how the kernel shall behave; zero = honestly */
struct kernel {
	bool no_vfio;		/* vfio-pci takes nothing */
	pid_t victim;		/* who is killed */
	int kill_at;		/* at which write, from 1; 0 = never */
	bool after;		/* after the write had its effect, else before */
};

static const char *at(const struct host *h, const char *fmt, ...) printf_(2, 3);

static const char *at(const struct host *h, const char *fmt, ...)
{
	static char buf[8][PATH_MAX];
	static int i;
	char *p = buf[i = (i + 1) % 8];
	int n = snprintf(p, PATH_MAX, "%s/", h->root);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(p + n, PATH_MAX - (size_t)n, fmt, ap);
	va_end(ap);
	return p;
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write_all(fd, text, strlen(text)))
		fail_msg("%s: %s", path, strerror(errno));
	close(fd);
}

static void set_driver(const struct host *h, const char *driver)
{
	const char *link = at(h, PCI "/devices/" DEVICE "/driver");

	unlink(link);
	if (*driver && symlink(at(h, PCI "/drivers/%s", driver), link))
		_exit(9);
}

static const char *const drivers[] = { "i915", "vfio-pci", "xe" };

static struct host *host_new(const char *driver)
{
	struct host *h = calloc(1, sizeof(*h));

	strcpy(h->root, "/tmp/igvm-bind.XXXXXX");
	assert_non_null(mkdtemp(h->root));
	snprintf(h->paths.run, PATH_MAX, "%s/run", h->root);
	assert_int_equal(dir_make(at(h, PCI "/devices/" DEVICE), 0755), 0);
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		assert_int_equal(dir_make(at(h, PCI "/drivers/%s", drivers[i]), 0755), 0);
		put(at(h, PCI "/drivers/%s/unbind", drivers[i]), "");
		put(at(h, PCI "/drivers/%s/bind", drivers[i]), "");
	}
	put(at(h, PCI "/drivers_probe"), "");
	put(at(h, PCI "/devices/" DEVICE "/driver_override"), "(null)\n");
	set_driver(h, driver);
	return h;
}

static void host_free(struct host *h)
{
	if (h->kernel > 0) {
		kill(h->kernel, SIGKILL);
		waitpid(h->kernel, NULL, 0);
	}
	assert_int_equal(dir_remove(h->root), 0);
	free(h);
}

/* --- the kernel --------------------------------------------------------------- */

static void read_line(const char *path, char buf[static 64])
{
	if (file_read_line_at(AT_FDCWD, path, buf, 64) || !strcmp(buf, "(null)"))
		buf[0] = '\0';
}

static bool is_bound(const struct host *h)
{
	struct stat st;

	return !lstat(at(h, PCI "/devices/" DEVICE "/driver"), &st);
}

static void kernel_binds(const struct host *h, const struct kernel *k, const char *driver)
{
	char override[64];

	read_line(at(h, PCI "/devices/" DEVICE "/driver_override"), override);
	if (is_bound(h) || (*override && *driver && strcmp(override, driver)))
		return;
	if (!*driver)
		driver = *override ? override : "i915";
	if (access(at(h, PCI "/drivers/%s", driver), F_OK) || (k->no_vfio && !strcmp(driver, "vfio-pci")))
		return;
	set_driver(h, driver);
}

/** struct watch - files the kernel acts on, in the order of the watch descriptors */
enum { W_OVERRIDE, W_PROBE, W_DRIVERS, W_MAX = W_DRIVERS + 2 * ARRAY_SIZE(drivers) };

static void kernel_acts(const struct host *h, const struct kernel *k, int w)
{
	char text[64] = "";

	if (w == W_PROBE) {
		read_line(at(h, PCI "/drivers_probe"), text);
		if (!strcmp(text, DEVICE))
			kernel_binds(h, k, "");
	} else if (w >= W_DRIVERS) {
		const char *driver = drivers[(w - W_DRIVERS) / 2];
		bool bind = (w - W_DRIVERS) % 2;

		read_line(at(h, PCI "/drivers/%s/%s", driver, bind ? "bind" : "unbind"), text);
		if (strcmp(text, DEVICE))
			return;
		if (bind)
			kernel_binds(h, k, driver);
		else
			set_driver(h, "");
	}
}

_Noreturn static void kernel_run(const struct host *h, const struct kernel *k, int ready)
{
	int in = inotify_init1(IN_CLOEXEC), wd[W_MAX], n = 0;
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));

	wd[W_OVERRIDE] = inotify_add_watch(in, at(h, PCI "/devices/" DEVICE "/driver_override"),
					   IN_MODIFY);
	wd[W_PROBE] = inotify_add_watch(in, at(h, PCI "/drivers_probe"), IN_MODIFY);
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		wd[W_DRIVERS + 2 * i] = inotify_add_watch(
			in, at(h, PCI "/drivers/%s/unbind", drivers[i]), IN_MODIFY);
		wd[W_DRIVERS + 2 * i + 1] = inotify_add_watch(
			in, at(h, PCI "/drivers/%s/bind", drivers[i]), IN_MODIFY);
	}
	close(ready);
	for (;;) {
		ssize_t len = read(in, buf, sizeof(buf));

		for (char *p = buf; len > 0 && p < buf + len;) {
			struct inotify_event *e = (struct inotify_event *)p;
			int w = 0;
			bool mine, shot;

			while (w < W_MAX && wd[w] != e->wd)
				w++;
			mine = w < W_MAX && !(e->mask & IN_IGNORED);
			n += mine;
			shot = mine && n == k->kill_at && k->victim > 0;
			if (shot && !k->after)
				kill(k->victim, SIGKILL);
			if (mine)
				kernel_acts(h, k, w);
			if (shot && k->after)
				kill(k->victim, SIGKILL);
			p += sizeof(*e) + e->len;
		}
	}
}

static void kernel_start(struct host *h, struct kernel k)
{
	int ready[2];
	char c;

	if (h->kernel > 0) {
		kill(h->kernel, SIGKILL);
		waitpid(h->kernel, NULL, 0);
	}
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	fflush(NULL);
	h->kernel = fork();
	if (!h->kernel) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* a failed test leaves no kernel behind */
		close(ready[0]);
		kernel_run(h, &k, ready[1]);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 0);
	close(ready[0]);
}

/* --- checks ------------------------------------------------------------------- */

static bool journal_is_there(const struct host *h)
{
	return !access(at(h, "run/bind/" DEVICE ".json"), F_OK);
}

/* Why the device is not as it was, "" when it is. */
static const char *differs(const struct host *h, const char *driver, const char *override, bool journal)
{
	static char why[256];
	char now[32], ov[64];

	assert_int_equal(bind_driver(h->root, igpu, now), 0);
	read_line(at(h, PCI "/devices/" DEVICE "/driver_override"), ov);
	why[0] = '\0';
	if (strcmp(now, driver) || strcmp(ov, override) || journal != journal_is_there(h))
		snprintf(why, sizeof(why), "driver '%s', override '%s', %s journal", now, ov,
			 journal_is_there(h) ? "a" : "no");
	return why;
}

static void expect(const struct host *h, const char *driver, const char *override, bool journal)
{
	const char *why = differs(h, driver, override, journal);

	if (*why)
		fail_msg("%s; expected '%s', '%s', %d", why, driver, override, journal);
}

static void claim(const struct host *h, const char *owner, int want, struct bind_error *e, char prev[32])
{
	int r = bind_claim(h->root, &h->paths, igpu, owner, prev, e);

	if (r != want)
		fail_msg("claim: %s, not %s: %s (%s)", strerror(-r), strerror(-want), e->path, e->value);
	if (r)
		assert_int_equal(e->err, -r);
}

static void release(const struct host *h, const char *owner, int want, struct bind_error *e)
{
	int r = bind_release(h->root, &h->paths, igpu, owner, e);

	if (r != want)
		fail_msg("release: %s, not %s: %s (%s)", strerror(-r), strerror(-want), e->path, e->value);
}

/* --- the straight way ------------------------------------------------------------ */

static void there_and_back(void **state)
{
	static const char *const before[] = { "i915", "xe", "" };
	struct bind_error e;
	char prev[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(before); i++) {
		struct host *h = host_new(before[i]);
		struct bdf v[BIND_DEVICES_MAX];

		kernel_start(h, (struct kernel){ 0 });
		claim(h, "win11", 0, &e, prev);
		assert_string_equal(prev, before[i]);
		expect(h, "vfio-pci", "vfio-pci", true);
		assert_int_equal(bind_repair(h->root, &h->paths, igpu, &e), 0);
		expect(h, "vfio-pci", "vfio-pci", true);
		assert_int_equal(bind_owned(&h->paths, "win11", v), 1);
		assert_true(bdf_equal(v[0], igpu));
		assert_int_equal(bind_owned(&h->paths, "other", v), 0);
		assert_int_equal(bind_owned(&h->paths, NULL, v), 1);
		/* Another VM has nothing to give back. */
		release(h, "other", 0, &e);
		expect(h, "vfio-pci", "vfio-pci", true);
		release(h, "win11", 0, &e);
		expect(h, before[i], "", false);
		release(h, "win11", 0, &e);
		release(h, NULL, 0, &e);
		expect(h, before[i], "", false);
		host_free(h);
	}
}

static void an_override_of_somebody_comes_back(void **state)
{
	struct host *h = host_new("i915");
	struct bind_error e;
	char prev[32];

	(void)state;
	kernel_start(h, (struct kernel){ 0 });
	put(at(h, PCI "/devices/" DEVICE "/driver_override"), "i915\n");
	claim(h, "cli", 0, &e, prev);
	expect(h, "vfio-pci", "vfio-pci", true);
	release(h, "cli", 0, &e);
	expect(h, "i915", "i915", false);
	host_free(h);
}

static void bound_already_stays(void **state)
{
	struct host *h = host_new("vfio-pci");
	struct bind_error e;
	char prev[32];

	(void)state;
	kernel_start(h, (struct kernel){ 0 });
	claim(h, "win11", 0, &e, prev);
	assert_string_equal(prev, "vfio-pci");
	expect(h, "vfio-pci", "", false);
	release(h, "win11", 0, &e);
	expect(h, "vfio-pci", "", false);
	/* `igvm release` gives it to whom the kernel thinks right. */
	release(h, "cli", 0, &e);
	expect(h, "i915", "", false);
	host_free(h);
}

static void a_hand_over_is_inherited(void **state)
{
	struct host *h = host_new("xe");
	struct bind_error e;
	char prev[32];

	(void)state;
	kernel_start(h, (struct kernel){ 0 });
	claim(h, "one", 0, &e, prev);
	claim(h, "two", 0, &e, prev);
	assert_string_equal(prev, "xe");
	release(h, "one", 0, &e);
	expect(h, "vfio-pci", "vfio-pci", true);
	release(h, "two", 0, &e);
	expect(h, "xe", "", false);
	/* What the administrator bound stays his. */
	claim(h, "cli", 0, &e, prev);
	claim(h, "one", 0, &e, prev);
	release(h, "one", 0, &e);
	expect(h, "vfio-pci", "vfio-pci", true);
	release(h, NULL, 0, &e);
	expect(h, "xe", "", false);
	host_free(h);
}

/* --- refusals, failures, rollback -------------------------------------------------- */

static void refuses_while_a_program_shows_a_picture(void **state)
{
	struct host *h = host_new("i915");
	struct bind_error e;
	char prev[32];

	(void)state;
	kernel_start(h, (struct kernel){ 0 });
	assert_int_equal(dir_make(at(h, PCI "/devices/" DEVICE "/drm/card0"), 0755), 0);
	assert_int_equal(dir_make(at(h, PCI "/devices/" DEVICE "/drm/renderD128"), 0755), 0);
	assert_int_equal(dir_make(at(h, "proc/1/fd"), 0755), 0);
	assert_int_equal(dir_make(at(h, "proc/812/fd"), 0755), 0);
	assert_int_equal(symlink("/dev/null", at(h, "proc/1/fd/0")), 0);
	assert_int_equal(symlink("/dev/dri/card1", at(h, "proc/1/fd/1")), 0);
	assert_false(bind_holder(h->root, igpu, &e));
	assert_int_equal(symlink("/dev/dri/renderD128", at(h, "proc/812/fd/7")), 0);
	put(at(h, "proc/812/comm"), "Xorg\033\n");
	claim(h, "cli", -EBUSY, &e, prev);
	assert_string_equal(e.path, "/dev/dri/renderD128");
	assert_string_equal(e.value, "Xorg? (pid 812)");
	expect(h, "i915", "", false);
	host_free(h);
}

static void refuses_to_take_it_from_a_vm(void **state)
{
	struct host *h = host_new("i915");
	struct bind_error e;
	char prev[32];

	(void)state;
	kernel_start(h, (struct kernel){ 0 });
	claim(h, "cli", 0, &e, prev);
	assert_int_equal(symlink("../../../kernel/iommu_groups/12",
				 at(h, PCI "/devices/" DEVICE "/iommu_group")), 0);
	assert_int_equal(dir_make(at(h, "proc/900/fd"), 0755), 0);
	assert_int_equal(symlink("/dev/vfio/12", at(h, "proc/900/fd/30")), 0);
	release(h, NULL, -EBUSY, &e);
	assert_string_equal(e.path, "/dev/vfio/12");
	assert_string_equal(e.value, "? (pid 900)");
	expect(h, "vfio-pci", "vfio-pci", true);
	assert_int_equal(dir_remove(at(h, "proc/900")), 0);
	release(h, NULL, 0, &e);
	expect(h, "i915", "", false);
	host_free(h);
}

static void lose_device(struct host *h)
{
	assert_int_equal(dir_remove(at(h, PCI "/devices/" DEVICE)), 0);
}

static void lose_vfio(struct host *h)
{
	assert_int_equal(dir_remove(at(h, PCI "/drivers/vfio-pci")), 0);
}

static void lose_override(struct host *h)
{
	assert_int_equal(unlink(at(h, PCI "/devices/" DEVICE "/driver_override")), 0);
}

static void long_override(struct host *h)
{
	char text[256];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	put(at(h, PCI "/devices/" DEVICE "/driver_override"), text);
}

static void lose_probe(struct host *h)
{
	assert_int_equal(unlink(at(h, PCI "/drivers_probe")), 0);
}

static void lose_unbind(struct host *h)
{
	assert_int_equal(unlink(at(h, PCI "/drivers/i915/unbind")), 0);
	assert_int_equal(mkdir(at(h, PCI "/drivers/i915/unbind"), 0755), 0);
}

static void lose_run(struct host *h)
{
	put(h->paths.run, "");
}

static void open_run(struct host *h)
{
	mkdir(h->paths.run, 0777);
	chmod(h->paths.run, 0777);
}

static void newer_journal(struct host *h)
{
	assert_int_equal(dir_make(at(h, "run/bind"), 0700), 0);
	put(at(h, "run/bind/" DEVICE ".json"), "{\"version\": 2}");
}

static void broken_journal(struct host *h)
{
	assert_int_equal(dir_make(at(h, "run/bind"), 0700), 0);
	put(at(h, "run/bind/" DEVICE ".json"), "{\"version\": 1, \"owner\": \"cli\"");
}

static void refuses_with_path_and_reason(void **state)
{
	static const struct {
		const char *name, *path;
		void (*make)(struct host *h);
		int r;
		bool touched;		/* cannot be compared with what it was */
	} rows[] = {
		{ "no device", DEVICE, lose_device, -ENODEV, true },
		{ "no vfio-pci", "/drivers/vfio-pci", lose_vfio, -ENOENT, false },
		{ "no driver_override", "/driver_override", lose_override, -ENOENT, false },
		{ "an endless driver_override", "/driver_override", long_override, -EFBIG, true },
		{ "no drivers_probe", "/drivers_probe", lose_probe, -ENOENT, false },
		{ "unbind cannot be written", "/driver/unbind", lose_unbind, -EISDIR, false },
		{ "run is a file", "/run", lose_run, -ENOTDIR, false },
		{ "run is everybody's", "/run", open_run, -EPERM, false },
		{ "journal of a newer igvm", "/run/bind/" DEVICE ".json", newer_journal, -EPROTO, true },
		{ "journal is cut", "/run/bind/" DEVICE ".json", broken_journal, -EBADMSG, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct host *h = host_new("i915");
		struct bind_error e;
		char prev[32];

		kernel_start(h, (struct kernel){ 0 });
		rows[i].make(h);
		claim(h, "win11", rows[i].r, &e, prev);
		if (!strstr(e.path, rows[i].path))
			fail_msg("%s: names '%s'", rows[i].name, e.path);
		if (!rows[i].touched && *differs(h, "i915", "", false))
			fail_msg("%s: %s", rows[i].name, differs(h, "i915", "", false));
		host_free(h);
	}
}

static void rolls_back_when_vfio_does_not_take_it(void **state)
{
	struct host *h = host_new("xe");
	struct bind_error e;
	char prev[32];

	(void)state;
	kernel_start(h, (struct kernel){ .no_vfio = true });
	claim(h, "win11", -ENODEV, &e, prev);
	assert_non_null(strstr(e.path, DEVICE "/driver"));
	assert_string_equal(e.value, "vfio-pci");
	expect(h, "xe", "", false);
	host_free(h);
}

static void leaves_it_free_when_the_driver_is_gone(void **state)
{
	struct host *h = host_new("i915");
	struct bind_error e;
	char prev[32];

	(void)state;
	kernel_start(h, (struct kernel){ 0 });
	claim(h, "win11", 0, &e, prev);
	assert_int_equal(dir_remove(at(h, PCI "/drivers/i915")), 0);
	release(h, "win11", -ENODEV, &e);
	assert_non_null(strstr(e.path, "/drivers/i915"));
	expect(h, "", "", false);
	host_free(h);
}

/* An unbind that sleeps in the kernel: a pipe nobody reads. The caller goes on after five seconds. */
static void a_hanging_write_is_left_behind(void **state)
{
	struct host *h = host_new("i915");
	struct bind_error e;
	struct timespec a, b;
	char prev[32];

	(void)state;
	kernel_start(h, (struct kernel){ 0 });
	assert_int_equal(unlink(at(h, PCI "/drivers/i915/unbind")), 0);
	assert_int_equal(mkfifo(at(h, PCI "/drivers/i915/unbind"), 0600), 0);
	clock_gettime(CLOCK_MONOTONIC, &a);
	claim(h, "win11", -ETIMEDOUT, &e, prev);
	clock_gettime(CLOCK_MONOTONIC, &b);
	assert_in_range(b.tv_sec - a.tv_sec, 4, 7);
	assert_non_null(strstr(e.path, "/driver/unbind"));
	/* What is known stays on disk for a repair, which ends it once the kernel is well again. */
	assert_true(journal_is_there(h));
	assert_int_equal(bind_repair(h->root, &h->paths, igpu, &e), 0);
	expect(h, "i915", "", false);
	host_free(h);
}

/* Until @fifo has a reader the write to it stays in the kernel. */
static pid_t read_later(const char *fifo, int ms)
{
	pid_t pid = fork();

	if (!pid) {
		nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
		_exit(open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC) < 0);
	}
	return pid;
}

/* The caller is killed while its child is in a write: the next call begins when that write has ended. */
static void a_write_that_outlives_its_caller_is_waited_for(void **state)
{
	struct host *h = host_new("i915");
	struct bind_error e;
	struct timespec a, b;
	pid_t caller, reader;
	char prev[32];
	long ms;

	(void)state;
	kernel_start(h, (struct kernel){ 0 });
	assert_int_equal(unlink(at(h, PCI "/drivers/i915/unbind")), 0);
	assert_int_equal(mkfifo(at(h, PCI "/drivers/i915/unbind"), 0600), 0);
	caller = fork();
	if (!caller)
		_exit(bind_claim(h->root, &h->paths, igpu, "win11", prev, &e) != 0);
	nanosleep(&(struct timespec){ .tv_nsec = 500000000 }, NULL);
	assert_int_equal(kill(caller, SIGKILL), 0);
	assert_int_equal(waitpid(caller, NULL, 0), caller);
	assert_true(journal_is_there(h));
	reader = read_later(at(h, PCI "/drivers/i915/unbind"), 700);
	clock_gettime(CLOCK_MONOTONIC, &a);
	assert_int_equal(bind_repair(h->root, &h->paths, igpu, &e), 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ms = (b.tv_sec - a.tv_sec) * 1000 + (b.tv_nsec - a.tv_nsec) / 1000000;
	assert_in_range(ms, 600, 10000);
	assert_int_equal(waitpid(reader, NULL, 0), reader);
	expect(h, "i915", "", false);
	host_free(h);
}

/* --- interruptions ------------------------------------------------------------------ */

static void write_journal(const struct host *h, const char *phase)
{
	char text[512];

	assert_int_equal(dir_make(at(h, "run/bind"), 0700), 0);
	snprintf(text, sizeof(text), "{\"version\": 1, \"kind\": \"bind\", \"device\": \"" DEVICE "\", "
		 "\"owner\": \"win11\", \"phase\": \"%s\", \"driver\": \"i915\", \"override\": \"\"}", phase);
	put(at(h, "run/bind/" DEVICE ".json"), text);
}

/* Whatever the journal says and whatever the device is: repair ends it, and a second one changes nothing. */
static void every_state_heals(void **state)
{
	static const char *const phases[] = { "claiming", "claimed", "releasing" };
	static const char *const bound[] = { "i915", "", "vfio-pci", "xe" };
	static const char *const overrides[] = { "", "vfio-pci" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(phases); i++)
	for (size_t j = 0; j < ARRAY_SIZE(bound); j++)
	for (size_t k = 0; k < ARRAY_SIZE(overrides); k++) {
		struct host *h = host_new(bound[j]);
		bool claimed = !strcmp(phases[i], "claimed");
		struct bind_error e;
		char prev[32];

		put(at(h, PCI "/devices/" DEVICE "/driver_override"), overrides[k]);
		write_journal(h, phases[i]);
		kernel_start(h, (struct kernel){ 0 });
		for (int twice = 0; twice < 2; twice++) {
			assert_int_equal(bind_repair(h->root, &h->paths, igpu, &e), 0);
			if (claimed)
				expect(h, bound[j], overrides[k], true);
			else
				expect(h, "i915", "", false);
		}
		if (claimed) {
			release(h, "win11", 0, &e);
			expect(h, "i915", "", false);
		}
		claim(h, "win11", 0, &e, prev);
		expect(h, "vfio-pci", "vfio-pci", true);
		host_free(h);
	}
}

enum { WRITES_MAX = 8 };

/* Killed at write @n of a claim or a release. Returns false when it had no such write. */
static bool kill_at(bool releasing, int n, bool after)
{
	struct host *h = host_new("i915");
	struct bind_error e;
	int go[2], status;
	char prev[32];
	pid_t pid;

	kernel_start(h, (struct kernel){ 0 });
	if (releasing)
		claim(h, "win11", 0, &e, prev);
	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		char c;

		close(go[1]);
		(void)!read(go[0], &c, 1);
		_exit(releasing ? bind_release(h->root, &h->paths, igpu, "win11", &e) != 0 :
				  bind_claim(h->root, &h->paths, igpu, "win11", prev, &e) != 0);
	}
	kernel_start(h, (struct kernel){ .victim = pid, .kill_at = n, .after = after });
	assert_int_equal(write_all(go[1], "!", 1), 0);
	close(go[0]);
	close(go[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	kernel_start(h, (struct kernel){ 0 });
	assert_int_equal(bind_repair(h->root, &h->paths, igpu, &e), 0);
	/* Either as before, or handed over as a whole. */
	if (*differs(h, "i915", "", false))
		expect(h, "vfio-pci", "vfio-pci", true);
	release(h, "win11", 0, &e);
	expect(h, "i915", "", false);
	claim(h, "win11", 0, &e, prev);
	expect(h, "vfio-pci", "vfio-pci", true);
	host_free(h);
	return WIFSIGNALED(status);
}

static void a_kill_at_any_write_heals(void **state)
{
	(void)state;
	for (int releasing = 0; releasing < 2; releasing++)
		for (int after = 0; after < 2; after++) {
			int killed = 0;

			for (int n = 1; n <= WRITES_MAX; n++)
				killed += kill_at(releasing, n, after);
			/* override, unbind, probe; override, unbind, bind: the last may win its race. */
			if (killed < 2)
				fail_msg("only %d kills hit", killed);
		}
}

static void claim_all(void *arg)
{
	const struct host *h = arg;
	struct bind_error e;
	char prev[32];

	_exit(bind_claim(h->root, &h->paths, igpu, "win11", prev, &e) != 0);
}

static void release_all(void *arg)
{
	const struct host *h = arg;
	struct bind_error e;

	_exit(bind_release(h->root, &h->paths, igpu, "win11", &e) != 0);
}

/* Not only at writes to sysfs: between them are those to the journal. */
static void a_kill_at_any_step_heals(void **state)
{
	(void)state;
	for (int releasing = 0; releasing < 2; releasing++) {
		struct host *h = host_new("i915");
		struct bind_error e;
		bool hit = true;
		char prev[32];
		int k;

		kernel_start(h, (struct kernel){ 0 });
		for (k = 1; hit; k++) {
			if (releasing)
				claim(h, "win11", 0, &e, prev);
			hit = kill_at_step(k, releasing ? release_all : claim_all, h);
			/* A child may still be at its write, and the kernel at what follows. */
			nanosleep(&(struct timespec){ .tv_nsec = 15000000 }, NULL);
			if (bind_repair(h->root, &h->paths, igpu, &e))
				fail_msg("step %d: %s: %s", k, e.path, strerror(e.err));
			if (*differs(h, "i915", "", false))
				expect(h, "vfio-pci", "vfio-pci", true);
			release(h, "win11", 0, &e);
			expect(h, "i915", "", false);
		}
		if (k < 30)
			fail_msg("only %d steps", k);
		host_free(h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(an_override_of_somebody_comes_back),
		cmocka_unit_test(bound_already_stays),
		cmocka_unit_test(a_hand_over_is_inherited),
		cmocka_unit_test(refuses_while_a_program_shows_a_picture),
		cmocka_unit_test(refuses_to_take_it_from_a_vm),
		cmocka_unit_test(refuses_with_path_and_reason),
		cmocka_unit_test(rolls_back_when_vfio_does_not_take_it),
		cmocka_unit_test(leaves_it_free_when_the_driver_is_gone),
		cmocka_unit_test(a_hanging_write_is_left_behind),
		cmocka_unit_test(a_write_that_outlives_its_caller_is_waited_for),
		cmocka_unit_test(every_state_heals),
		cmocka_unit_test(a_kill_at_any_write_heals),
		cmocka_unit_test(a_kill_at_any_step_heals),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
