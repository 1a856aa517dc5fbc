/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "launcher/run/journal.h"
#include "tests/launch_scene.h"

#define QEMU	"/usr/bin/qemu-system-x86_64"
#define SANDBOX	"on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"

static char self_path[PATH_MAX];

/* --- QEMU played by this program: it prints what it was given -------------- */

static void print_fds(void)
{
	_dir_ DIR *dir = opendir("/proc/self/fd");
	struct dirent *e;

	while (dir && (e = readdir(dir))) {
		char target[PATH_MAX];
		ssize_t n = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);

		if (n <= 0 || atoi(e->d_name) == dirfd(dir))
			continue;
		target[n] = '\0';
		printf("fd %s %s\n", e->d_name, target);
	}
}

_Noreturn static void play_qemu(void)
{
	_file_ FILE *f = NULL;
	char line[4096];

	print_fds();
	f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof(line), f))
		if (str_starts(line, "Uid:") || str_starts(line, "Gid:") || str_starts(line, "Groups:") ||
		    str_starts(line, "Cap") || str_starts(line, "NoNewPrivs:") ||
		    str_starts(line, "SigBlk:") || str_starts(line, "SigIgn:") ||
		    str_starts(line, "Umask:"))
			fputs(line, stdout);
	for (char **e = environ; *e; e++)
		printf("env %s\n", *e);
	printf("cwd %s\nsid %d\n", getcwd(line, sizeof(line)), getsid(0) == getpid());
	puts("end");
	fflush(stdout);
	for (;;)
		pause();
}

static struct scene *played_scene(void)
{
	struct scene *s = scene_new("vm1");
	_free_ char *bytes = NULL;
	size_t len;
	int fd;

	snprintf(s->plan.qemu, PATH_MAX, "%s/qemu", s->dir);
	assert_int_equal(file_read_at(AT_FDCWD, self_path, 64 << 20, &bytes, &len), 0);
	fd = open(s->plan.qemu, O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
	assert_int_equal(write_all(fd, bytes, len), 0);
	fchmod(fd, 0755);
	close(fd);
	scene_word(s, "--play-qemu", NULL);
	return s;
}

/* Value of the line that starts with @key, into @buf. */
static const char *line_of(const char *text, const char *key, char buf[static 512])
{
	const char *s = text;

	while (s && !str_starts(s, key)) {
		s = strchr(s, '\n');
		s = s ? s + 1 : NULL;
	}
	snprintf(buf, 512, "%.*s", s ? (int)strcspn(s, "\n") : 0, s ? s : "");
	return buf;
}

static void gives_what_is_planned_and_nothing_else(void **state)
{
	static const struct {
		const char *key, *value;
	} rows[] = {
		{ "fd 0 ", "fd 0 /dev/null" }, { "fd 1 ", "fd 1 pipe:" }, { "fd 2 ", "fd 2 pipe:" },
		{ "fd 3 ", NULL /* lock */ }, { "fd 4 ", "fd 4 socket:" }, { "fd 5 ", NULL /* disk */ },
		{ "fd 6 ", "fd 6 socket:" }, { "fd 7 ", "fd 7 pipe:" }, { "fd 8 ", "fd 8 socket:" },
		{ "fd 9 ", "" }, { "fd 10 ", "" }, { "NoNewPrivs:", "NoNewPrivs:\t1" },
		{ "CapEff:", "CapEff:\t0000000000000000" }, { "CapPrm:", "CapPrm:\t0000000000000000" },
		{ "CapInh:", "CapInh:\t0000000000000000" }, { "CapAmb:", "CapAmb:\t0000000000000000" },
		{ "SigBlk:", "SigBlk:\t0000000000000000" }, { "SigIgn:", "SigIgn:\t0000000000000000" },
		{ "Umask:", "Umask:\t0077" }, { "cwd ", "cwd /" }, { "sid ", "sid 1" },
		{ "env PATH=", "env PATH=" }, { "env LC_ALL=", "env LC_ALL=C.UTF-8" },
		{ "env HOME", "" }, { "env NOTIFY_SOCKET", "" },
	};
	struct scene *s = played_scene();
	struct plan_fd *disk;
	_free_ char *log = NULL;
	char buf[512], want[PATH_MAX + 8];
	int stray[3] = { open("/etc/passwd", O_RDONLY), dup(0), fcntl(0, F_DUPFD, 500) };

	(void)state;
	setenv("HOME", "/root", 1);
	scene_fd(s, PLAN_FD_QMP);
	disk = scene_fd(s, PLAN_FD_FILE);
	scene_fd(s, PLAN_FD_CONSOLE);
	scene_fd(s, PLAN_FD_SERIAL_LOG)->fdset = 2;
	scene_fd(s, PLAN_FD_FIRMWARE_LOG);
	mkdir(scene_path(s, "private"), 0700);
	scene_write(s, "private/disk.img", "disk", 0600);
	str_fit(disk->path, PATH_MAX, scene_path(s, "private/disk.img"));
	disk->writable = true;
	if (scene_launch(s, "/"))
		fail_msg("launch: %s", s->error);
	for (size_t i = 0; i < ARRAY_SIZE(stray); i++)
		close(stray[i]);
	log = scene_log(s, KEEPER_QEMU, "\nend\n");
	assert_non_null(log);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		line_of(log, rows[i].key, buf);
		if (rows[i].value && (!*rows[i].value ? *buf != 0 : !str_starts(buf, rows[i].value)))
			fail_msg("%s: '%s', not '%s'\n%s", rows[i].key, buf, rows[i].value, log);
	}
	snprintf(want, sizeof(want), "fd 3 %s/run/lock/vm1", s->dir);
	assert_string_equal(line_of(log, "fd 3 ", buf), want);
	snprintf(want, sizeof(want), "fd 5 %s", disk->path);
	assert_string_equal(line_of(log, "fd 5 ", buf), want);
	if (!geteuid()) {
		struct stat kvm;

		assert_string_equal(line_of(log, "Uid:", buf), "Uid:\t60800\t60800\t60800\t60800");
		assert_string_equal(line_of(log, "Gid:", buf), "Gid:\t60800\t60800\t60800\t60800");
		assert_string_equal(line_of(log, "CapBnd:", buf), "CapBnd:\t0000000000000000");
		snprintf(want, sizeof(want), "Groups:\t");
		if (!stat("/dev/kvm", &kvm) && kvm.st_gid)
			snprintf(want, sizeof(want), "Groups:\t%u ", kvm.st_gid);
		buf[0] = '\0';
		line_of(log, "Groups:", buf);
		assert_int_equal(strncmp(buf, want, strlen(want)), 0);
		assert_true(strlen(buf) <= strlen(want) + 1);
	}
	assert_int_equal(lock_vm_held(&s->paths, "vm1"), 1);
	assert_int_equal(vm_cleanup("/", &s->paths, "vm1"), -EBUSY);
	scene_free(s);
}

/* --- a real QEMU ------------------------------------------------------------ */

static void need(const char *program)
{
	if (access(program, X_OK)) {
		print_message("# skip: no %s\n", program);
		skip();
	}
}

static void qemu_words(struct scene *s, const char *machine)
{
	str_fit(s->plan.qemu, PATH_MAX, QEMU);
	scene_word(s, "-nodefaults", NULL);
	scene_word(s, "-no-user-config", NULL);
	scene_word(s, "-machine", "%s", machine);
	scene_word(s, "-accel", "tcg");
	scene_word(s, "-display", "none");
	scene_word(s, "-sandbox", SANDBOX);
	scene_word(s, "-chardev", "socket,id=qmp,fd=%d,server=on,wait=off",
		   scene_fd(s, PLAN_FD_QMP)->fd);
	scene_word(s, "-qmp", "chardev:qmp");
}

static void add_devices(struct scene *s)
{
	struct plan_fd *disk = scene_fd(s, PLAN_FD_FILE), *log = scene_fd(s, PLAN_FD_SERIAL_LOG);
	int console = scene_fd(s, PLAN_FD_CONSOLE)->fd;

	scene_word(s, "-m", "64");
	scene_word(s, "-chardev", "socket,id=fw,fd=%d", scene_fd(s, PLAN_FD_FIRMWARE_LOG)->fd);
	scene_word(s, "-device", "isa-debugcon,iobase=0x402,chardev=fw");
	mkdir(scene_path(s, "private"), 0700);
	scene_write(s, "private/disk.img", "", 0600);
	assert_int_equal(truncate(scene_path(s, "private/disk.img"), 1 << 20), 0);
	str_fit(disk->path, PATH_MAX, scene_path(s, "private/disk.img"));
	disk->writable = true;
	disk->fdset = 1;
	log->fdset = 2;
	scene_word(s, "-add-fd", "fd=%d,set=1", disk->fd);
	scene_word(s, "-blockdev", "driver=file,filename=/dev/fdset/1,node-name=f0");
	scene_word(s, "-device", "virtio-blk-pci,drive=f0");
	scene_word(s, "-add-fd", "fd=%d,set=2", log->fd);
	scene_word(s, "-chardev",
		   "socket,id=serial,fd=%d,server=on,wait=off,logfile=/dev/fdset/2,logappend=on", console);
	scene_word(s, "-serial", "chardev:serial");
	s->plan.emulated_display = true;
	scene_word(s, "-device", "VGA");
	scene_word(s, "-vnc", "unix:%s/" PLAN_VNC_SOCKET, s->plan.run_dir);
}

static void add_tpm(struct scene *s)
{
	if (access("/usr/bin/swtpm", X_OK))
		return;
	s->plan.tpm = true;
	scene_word(s, "-chardev", "socket,id=tpm,fd=%d", scene_fd(s, PLAN_FD_TPM)->fd);
	scene_word(s, "-tpmdev", "emulator,id=tpm0,chardev=tpm");
	scene_word(s, "-device", "tpm-crb,tpmdev=tpm0");
}

static void ask_and_quit(struct scene *s)
{
	char buf[4096], want[64], path[64];
	_free_ char *status = NULL;
	int qmp = scene_connect(s, "qmp"), code;

	assert_true(qmp >= 0);
	if (!talk(qmp, "", "\"QMP\"", buf) ||
	    !talk(qmp, "{\"execute\":\"qmp_capabilities\"}", "return", buf) ||
	    !talk(qmp, "{\"execute\":\"query-status\"}", "\"running\": ", buf)) {
		_free_ char *log = scene_log(s, KEEPER_QEMU, "qemu");

		fail_msg("QMP: %s: %s", buf, log);
	}
	snprintf(path, sizeof(path), "/proc/%d/status", s->pid);
	assert_int_equal(file_read_at(AT_FDCWD, path, 65536, &status, NULL), 0);
	assert_non_null(strstr(status, "\nSeccomp:\t2\n"));
	assert_non_null(strstr(status, "\nNoNewPrivs:\t1\n"));
	assert_non_null(strstr(status, "\nCapEff:\t0000000000000000\n"));
	snprintf(want, sizeof(want), "\nUid:\t%d\t", geteuid() ? (int)geteuid() : 60800);
	assert_non_null(strstr(status, want));
	assert_true(talk(qmp, "{\"execute\":\"quit\"}", "SHUTDOWN", buf));
	close(qmp);
	assert_int_equal(waitpid(s->pid, &code, 0), s->pid);
	s->pid = 0;
	assert_true(WIFEXITED(code));
	assert_int_equal(WEXITSTATUS(code), 0);
}

static void runs_a_bare_qemu(void **state)
{
	struct scene *s = scene_new("bare");

	(void)state;
	need(QEMU);
	qemu_words(s, "none");
	if (scene_launch(s, "/"))
		fail_msg("launch: %s", s->error);
	ask_and_quit(s);
	scene_free(s);
}

static void runs_a_whole_qemu(void **state)
{
	struct scene *s = scene_new("whole");
	_free_ char *firmware = NULL;
	struct journal j;
	struct record r;
	struct stat st;
	int run, vnc, pidfd;
	char buf[4096];

	(void)state;
	need(QEMU);
	qemu_words(s, "q35");
	add_devices(s);
	add_tpm(s);
	if (scene_launch(s, "/"))
		fail_msg("launch: %s", s->error);
	run = open(s->plan.run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(record_read(run, &r), 0);
	assert_int_equal(r.id.pid, s->pid);
	pidfd = identity_open(&r.id);
	assert_true(pidfd >= 0);
	close(pidfd);
	assert_int_equal(journal_read(run, &j), 0);
	assert_int_equal(j.n, 1 + s->plan.tpm);
	firmware = scene_log(s, KEEPER_FIRMWARE, "SeaBIOS");
	assert_true(firmware && strstr(firmware, "SeaBIOS"));
	vnc = scene_connect(s, PLAN_VNC_SOCKET);
	assert_true(vnc >= 0);
	assert_true(talk(vnc, "", "RFB 003", buf));
	close(vnc);
	ask_and_quit(s);
	/* Helpers end with QEMU, without being told. */
	for (size_t i = 0; i < j.n; i++) {
		pidfd = -1;
		for (int n = 0; n < 200 && (pidfd = identity_open(&j.v[i].id)) >= 0; n++, nap_ms(10))
			close(pidfd);
		if (pidfd >= 0)
			fail_msg("%s lives on", j.v[i].helper);
	}
	assert_int_equal(vm_cleanup("/", &s->paths, "whole"), 0);
	assert_int_not_equal(fstatat(run, "journal.json", &st, 0), 0);
	assert_int_not_equal(fstatat(run, "qmp", &st, 0), 0);
	assert_int_not_equal(fstatat(run, PLAN_VNC_DIR, &st, 0), 0);
	assert_int_equal(fstatat(run, "state.json", &st, 0), 0);
	assert_int_equal(vm_cleanup("/", &s->paths, "whole"), 0);
	close(run);
	scene_free(s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_is_planned_and_nothing_else),
		cmocka_unit_test(runs_a_bare_qemu),
		cmocka_unit_test(runs_a_whole_qemu),
	};

	if (argc > 1 && !strcmp(argv[1], "--play-qemu"))
		play_qemu();
	if (!realpath("/proc/self/exe", self_path))
		return 1;
	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
