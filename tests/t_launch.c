/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/loop.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

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

/* As libpipewire does with an absolute name. */
static void connect_to_pipewire(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	const char *remote = getenv("PIPEWIRE_REMOTE");
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (!remote)
		return;
	str_fit(a.sun_path, sizeof(a.sun_path), remote);
	printf("pipewire %s\n", connect(fd, (struct sockaddr *)&a, sizeof(a)) ? strerror(errno) : "connected");
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
	connect_to_pipewire();
	if (syscall(SYS_io_uring_setup, 1, NULL) < 0)
		printf("io_uring %s\n", strerrorname_np(errno));
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
		{ "SigBlk:", "SigBlk:\t0000000000000000" }, { "SigIgn:", NULL /* below */ },
		{ "Umask:", "Umask:\t0077" }, { "cwd ", "cwd /" }, { "sid ", "sid 1" },
		{ "io_uring ", "io_uring EPERM" }, /* without the filter: EFAULT, of the NULL */
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
	/*
	 * 32 and 33 are glibc's own; whoever was started by its posix_spawn() (make does) has them
	 * ignored, and sigaction() does not touch them.
	 */
	line_of(log, "SigIgn:", buf);
	assert_true(!strcmp(buf, "SigIgn:\t0000000000000000") ||
		    !strcmp(buf, "SigIgn:\t0000000180000000"));
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

/* cmocka's skip() prints "not ok ... # SKIP", which prove counts as failed. */
static bool lacks(const char *program)
{
	if (!access(program, X_OK))
		return false;
	print_message("# skip: no %s\n", program);
	return true;
}

static bool lacks_root(const char *what)
{
	if (!geteuid())
		return false;
	print_message("# skip: only root can %s\n", what);
	return true;
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
	s->plan.vnc = true;
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
	struct scene *s;

	(void)state;
	if (lacks(QEMU))
		return;
	s = scene_new("bare");
	qemu_words(s, "none");
	if (scene_launch(s, "/"))
		fail_msg("launch: %s", s->error);
	ask_and_quit(s);
	scene_free(s);
}

static void runs_a_whole_qemu(void **state)
{
	struct scene *s;
	_free_ char *firmware = NULL;
	struct journal j;
	struct record r;
	struct stat st;
	int run, vnc, pidfd;
	char buf[4096];

	(void)state;
	if (lacks(QEMU))
		return;
	s = scene_new("whole");
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

/* --- refusals ----------------------------------------------------------------- */

static void expect_refusal(struct scene *s, const char *const want[static 2])
{
	struct stat st;

	if (!scene_launch(s, "/"))
		fail_msg("launched, in spite of %s", want[0]);
	for (int i = 0; i < 2; i++)
		if (want[i] && !strstr(s->error, want[i]))
			fail_msg("'%s' does not name '%s'", s->error, want[i]);
	if (strchr(s->error, '\n') != s->error + strlen(s->error) - 1)
		fail_msg("'%s' is not one line", s->error);
	/* Nothing is left but directories and logs. */
	assert_int_not_equal(stat(scene_path(s, "run/vm1/state.json"), &st), 0);
	assert_int_not_equal(stat(scene_path(s, "run/vm1/journal.json"), &st), 0);
	assert_int_not_equal(stat(scene_path(s, "run/vm1/qmp"), &st), 0);
	assert_int_equal(lock_vm_held(&s->paths, "vm1"), 0);
}

/* Each a thing that must be refused, made in a scene that would launch. */
static void no_qemu(struct scene *s)
{
	str_fit(s->plan.qemu, PATH_MAX, "/nonexistent/qemu");
}

static void qemu_not_executable(struct scene *s)
{
	chmod(s->plan.qemu, 0644);
}

static void qemu_no_program(struct scene *s)
{
	scene_write(s, "qemu", "\177ELFnot a program", 0755);
}

static void disk(struct scene *s, const char *name)
{
	struct plan_fd *f = scene_fd(s, PLAN_FD_FILE);

	f->writable = true;
	str_fit(f->path, PATH_MAX, scene_path(s, name));
}

static void disk_missing(struct scene *s)
{
	disk(s, "disk.img");
}

static void disk_directory(struct scene *s)
{
	mkdir(scene_path(s, "disk.img"), 0755);
	disk(s, "disk.img");
}

static void disk_fifo(struct scene *s)
{
	mkfifo(scene_path(s, "disk.img"), 0600);
	disk(s, "disk.img");
}

static void disk_link(struct scene *s)
{
	scene_write(s, "real.img", "x", 0600);
	assert_int_equal(symlink("real.img", scene_path(s, "disk.img")), 0);
	disk(s, "disk.img");
}

static void disk_device(struct scene *s)
{
	disk(s, "disk.img");
	str_fit(s->plan.fd[1].path, PATH_MAX, "/dev/null");
}

static void usb(struct scene *s, const char *name)
{
	s->plan.n_usb = 1;
	s->plan.usb[0] = (struct plan_usb){ { .name = "u", .port = "1-4" }, true, 999, 127, "1-4" };
	snprintf(scene_fd(s, PLAN_FD_USB)->path, PATH_MAX, "%s", name);
}

static void usb_unplugged(struct scene *s)
{
	usb(s, "/dev/bus/usb/999/127");
}

static void evdev_gone(struct scene *s)
{
	s->plan.n_evdev = 1;
	s->plan.evdev[0] = (struct plan_evdev){ { .name = "k", .path = "/dev/input/event999" }, true };
}

static void evdev_other(struct scene *s)
{
	evdev_gone(s);
	strcpy(s->plan.evdev[0].wish.path, "/dev/null");
}

static void pipewire_nobody(struct scene *s)
{
	s->plan.audio = AUDIO_PIPEWIRE;
	strcpy(s->plan.audio_user, "nobody-of-that-name");
	scene_fd(s, PLAN_FD_PIPEWIRE);
}

static void pipewire_absent(struct scene *s)
{
	pipewire_nobody(s);
	strcpy(s->plan.audio_user, "daemon");
}

static void run_dir_link(struct scene *s)
{
	mkdir(scene_path(s, "run"), 0755);
	mkdir(scene_path(s, "elsewhere"), 0755);
	assert_int_equal(symlink("../elsewhere", scene_path(s, "run/vm1")), 0);
}

static void run_dir_file(struct scene *s)
{
	mkdir(scene_path(s, "run"), 0755);
	scene_write(s, "run/vm1", "x", 0600);
}

static void run_dir_open(struct scene *s)
{
	mkdir(scene_path(s, "run"), 0755);
	mkdir(scene_path(s, "run/vm1"), 0777);
	chmod(scene_path(s, "run/vm1"), 0777);
}

static void run_dir_foreign(struct scene *s)
{
	mkdir(scene_path(s, "run"), 0755);
	mkdir(scene_path(s, "run/vm1"), 0700);
	assert_int_equal(chown(scene_path(s, "run/vm1"), 12345, 0), 0);
}

static void data_dir_open(struct scene *s)
{
	mkdir(scene_path(s, "data"), 0755);
	mkdir(scene_path(s, "data/vm1"), 0777);
	chmod(scene_path(s, "data/vm1"), 0777);
}

static void file_missing(struct scene *s)
{
	struct plan_file *f = &s->plan.file[s->plan.n_file++];

	str_fit(f->from, PATH_MAX, "/nonexistent/OVMF_CODE.fd");
	str_fit(f->to, PATH_MAX, scene_path(s, "data/vm1/code.fd"));
}

static void file_link(struct scene *s)
{
	struct plan_file *f = &s->plan.file[s->plan.n_file++];

	str_fit(f->to, PATH_MAX, scene_path(s, "data/vm1/vars.fd"));
	f->once = f->writable = true;
	f->n_bytes = 1;
	mkdir(scene_path(s, "data"), 0755);
	mkdir(scene_path(s, "data/vm1"), 0755);
	assert_int_equal(symlink("/etc/passwd", scene_path(s, "data/vm1/vars.fd")), 0);
}

static void fd_gap(struct scene *s)
{
	scene_fd(s, PLAN_FD_QMP)->fd = 7;
}

static void fd_twice(struct scene *s)
{
	scene_fd(s, PLAN_FD_QMP)->fd = 3;
}

static void refuses_with_path_and_reason(void **state)
{
	static const struct {
		const char *name;
		void (*make)(struct scene *s);
		const char *want[2];
	} rows[] = {
		{ "no QEMU", no_qemu, { "/nonexistent/qemu", "No such file" } },
		{ "QEMU not executable", qemu_not_executable, { "/qemu: ", "Permission denied" } },
		{ "disk missing", disk_missing, { "/disk.img", "No such file" } },
		{ "disk a directory", disk_directory, { "/disk.img", "a directory" } },
		{ "disk a pipe", disk_fifo, { "/disk.img", "a pipe" } },
		{ "disk a link", disk_link, { "/disk.img", "symbolic link" } },
		{ "disk a character device", disk_device, { "/dev/null", "a character device" } },
		{ "run directory a link", run_dir_link, { "/run/vm1", "symbolic link" } },
		{ "run directory a file", run_dir_file, { "/run/vm1", "not a directory" } },
		{ "run directory writable by all", run_dir_open, { "/run/vm1", "others may write it" } },
		{ "data directory writable by all", data_dir_open, { "/data/vm1", "others may write" } },
		{ "firmware missing", file_missing, { "OVMF_CODE.fd", "No such file" } },
		{ "NVRAM a link", file_link, { "/data/vm1/vars.fd", NULL } },
		{ "USB device unplugged", usb_unplugged, { "[usb u]", "unplugged just now" } },
		{ "event device gone", evdev_gone, { "/dev/input/event999", "No such file" } },
		{ "no event device", evdev_other, { "/dev/null", "no event device" } },
		{ "no such user of PipeWire", pipewire_nobody, { "pipewire:nobody-of", "no such user" } },
		{ "no PipeWire", pipewire_absent, { "/run/user/1/pipewire-0", "logged in" } },
		{ "a gap in the numbers", fd_gap, { "gaps", NULL } },
		{ "a number twice", fd_twice, { "gaps", NULL } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct scene *s = played_scene();

		rows[i].make(s);
		expect_refusal(s, rows[i].want);
		scene_free(s);
	}
}

static void refuses_a_run_directory_of_somebody_else(void **state)
{
	static const char *const want[] = { "/run/vm1", "belongs to uid 12345" };
	struct scene *s;

	(void)state;
	if (lacks_root("make a directory of somebody else"))
		return;
	s = played_scene();
	run_dir_foreign(s);
	expect_refusal(s, want);
	assert_int_equal(chown(scene_path(s, "run/vm1"), 0, 0), 0);
	scene_free(s);
}

static void refuses_too_small_a_limit(void **state)
{
	static const char *const want[] = { "RLIMIT_MEMLOCK", "needs" };
	struct rlimit now, more;
	struct scene *s;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_MEMLOCK, &now), 0);
	more = (struct rlimit){ now.rlim_cur, now.rlim_max + 1 };
	if (now.rlim_max == RLIM_INFINITY || !setrlimit(RLIMIT_MEMLOCK, &more)) {
		print_message("# skip: the limit on locked memory can be raised here\n");
		return;
	}
	s = played_scene();
	s->plan.memlock_bytes = now.rlim_max + 4096;
	expect_refusal(s, want);
	scene_free(s);
}

/* exec itself fails when root is given up already: the caller cleans up. */
static void leaves_a_failed_exec_to_the_callers_cleanup(void **state)
{
	struct scene *s = played_scene();
	struct stat st;

	(void)state;
	scene_fd(s, PLAN_FD_QMP);
	qemu_no_program(s);
	assert_int_not_equal(scene_launch(s, "/"), 0);
	assert_non_null(strstr(s->error, "/qemu: cannot be executed"));
	assert_int_equal(vm_cleanup("/", &s->paths, "vm1"), 0);
	assert_int_not_equal(stat(scene_path(s, "run/vm1/qmp"), &st), 0);
	assert_int_not_equal(stat(scene_path(s, "run/vm1/journal.json"), &st), 0);
	scene_free(s);
}

/* A program that is no QEMU, or one that dies at once, is the caller's to report: status and last words. */
static void keeps_the_last_words(void **state)
{
	struct scene *s = scene_new("vm1");
	char tail[KEEPER_TAIL_BYTES + 1];
	int run, code;

	(void)state;
	str_fit(s->plan.qemu, PATH_MAX, "/bin/sh");
	scene_word(s, "-c", "echo one; echo could not set up guest memory >&2; exit 3");
	assert_int_equal(scene_launch(s, "/"), 0);
	assert_int_equal(waitpid(s->pid, &code, 0), s->pid);
	s->pid = 0;
	assert_true(WIFEXITED(code) && WEXITSTATUS(code) == 3);
	run = open(s->plan.run_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(launch_stderr_tail(run, tail, sizeof(tail)), 34);
	assert_string_equal(tail, "one\ncould not set up guest memory\n");
	assert_int_equal(launch_stderr_tail(run, tail, 8), 7);
	assert_string_equal(tail, "memory\n");
	close(run);
	scene_free(s);
}

/* --- files, users, nodes -------------------------------------------------------- */

static void puts_files_in_place(void **state)
{
	struct scene *s = played_scene();
	struct plan_file *f = s->plan.file;
	_free_ char *text = NULL, *kept = NULL, *bytes = NULL;
	struct stat st;

	(void)state;
	scene_write(s, "from.fd", "code", 0600);
	str_fit(f[0].from, PATH_MAX, scene_path(s, "from.fd"));
	snprintf(f[0].to, PATH_MAX, "%s/data/vm1/code.fd", s->dir);
	str_fit(f[1].from, PATH_MAX, "/nonexistent");
	str_fit(f[1].from_else, PATH_MAX, scene_path(s, "from.fd"));
	snprintf(f[1].to, PATH_MAX, "%s/data/vm1/vars.fd", s->dir);
	f[1].once = f[1].writable = true;
	snprintf(f[2].to, PATH_MAX, "%s/data/vm1/base", s->dir);
	memcpy(f[2].bytes, "\x01\x00\x02", 3);
	f[2].n_bytes = 3;
	s->plan.n_file = 3;
	if (scene_launch(s, "/"))
		fail_msg("%s", s->error);
	assert_int_equal(file_read_at(AT_FDCWD, f[2].to, 16, &bytes, NULL), 0);
	assert_memory_equal(bytes, "\x01\x00\x02", 3);
	assert_int_equal(stat(f[1].to, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_uid, geteuid() ? geteuid() : 60800);
	assert_int_equal(stat(f[0].to, &st), 0);
	assert_int_equal(st.st_uid, geteuid());
	if (!geteuid())
		assert_int_equal(st.st_gid, 60800);
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	/* A second start replaces what is not "once". */
	scene_write(s, "from.fd", "newer", 0600);
	if (scene_launch(s, "/"))
		fail_msg("%s", s->error);
	assert_int_equal(file_read_at(AT_FDCWD, f[0].to, 16, &text, NULL), 0);
	assert_string_equal(text, "newer");
	assert_int_equal(file_read_at(AT_FDCWD, f[1].to, 16, &kept, NULL), 0);
	assert_string_equal(kept, "code");
	scene_free(s);
}

static void gives_each_vm_a_user_of_its_own(void **state)
{
	struct scene *s = scene_new("a");
	_free_ char *table = NULL;
	uid_t a, b, again;
	size_t len;
	FILE *text;

	(void)state;
	if (geteuid()) {
		assert_int_equal(launch_uid(&s->paths, "a", &a), 0);
		assert_int_equal(a, geteuid());
		scene_free(s);
		(void)lacks_root("make users for VMs");
		return;
	}
	assert_int_equal(launch_uid(&s->paths, "a", &a), 0);
	assert_int_equal(launch_uid(&s->paths, "b", &b), 0);
	assert_int_equal(launch_uid(&s->paths, "a", &again), 0);
	assert_int_equal(a, again);
	assert_int_not_equal(a, b);
	assert_in_range(a, 60800, 61183);
	mkdir(scene_path(s, "data/b"), 0700);
	/* Every other number of the range is somebody's. */
	text = open_memstream(&table, &len);
	fprintf(text, "{\"version\": 1, \"uids\": {\"a\": %u, \"b\": %u", a, b);
	for (uid_t n = 60800; n <= 61183; n++)
		if (n != a && n != b)
			fprintf(text, ", \"n%u\": %u", n, n);
	fputs("}}\n", text);
	fclose(text);
	scene_write(s, "data/uids.json", table, 0644);
	/* Full: only those whose VM left nothing are given again, b's never. */
	assert_int_equal(launch_uid(&s->paths, "late", &again), 0);
	assert_int_equal(again, a);
	assert_int_equal(launch_uid(&s->paths, "b", &again), 0);
	assert_int_equal(again, b);
	scene_write(s, "data/uids.json", "{\"version\": 2, \"uids\": {}}", 0644);
	assert_int_equal(launch_uid(&s->paths, "a", &a), -EPROTO);
	scene_write(s, "data/uids.json", "{\"version\": 1, \"uids\": {\"a\": 0}}", 0644);
	assert_int_equal(launch_uid(&s->paths, "a", &a), -EBADMSG);
	scene_free(s);
}

static void lends_the_vfio_node(void **state)
{
	struct scene *s;
	struct stat st;
	int lock;

	(void)state;
	if (lacks_root("give a node away"))
		return;
	s = played_scene();
	assert_int_equal(dir_make(scene_path(s, "root/dev/vfio"), 0755), 0);
	scene_write(s, "root/dev/vfio/7", "", 0600);
	s->plan.igpu = true;
	s->plan.group = 7;
	if (scene_launch(s, scene_path(s, "root")))
		fail_msg("%s", s->error);
	assert_int_equal(stat(scene_path(s, "root/dev/vfio/7"), &st), 0);
	assert_int_equal(st.st_uid, 60800);
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
	lock = lock_vm(&s->paths, "vm1");
	assert_true(lock >= 0);
	assert_int_equal(vm_cleanup(scene_path(s, "root"), &s->paths, "vm1"), -EBUSY);
	assert_int_equal(vm_cleanup_locked(scene_path(s, "root"), &s->paths, "vm1"), 0);
	close(lock);
	assert_int_equal(stat(scene_path(s, "root/dev/vfio/7"), &st), 0);
	assert_int_equal(st.st_uid, 0);
	/* Somebody else's by now: left alone. */
	if (scene_launch(s, scene_path(s, "root")))
		fail_msg("%s", s->error);
	assert_int_equal(chown(scene_path(s, "root/dev/vfio/7"), 4711, 0), 0);
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
	assert_int_equal(vm_cleanup("/", &s->paths, "vm1"), 0);
	assert_int_equal(stat(scene_path(s, "root/dev/vfio/7"), &st), 0);
	assert_int_equal(st.st_uid, 4711);
	scene_free(s);
}

static void end_played(struct scene *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

static uid_t owner_of(const struct scene *s, const char *name)
{
	struct stat st;

	assert_int_equal(stat(scene_path(s, name), &st), 0);
	return st.st_uid;
}

static struct scene *scene_with_inputs(void)
{
	struct scene *s = played_scene();

	assert_int_equal(dir_make(scene_path(s, "root/dev/input/by-id"), 0755), 0);
	assert_int_equal(dir_make(scene_path(s, "root/dev/bus/usb/001"), 0755), 0);
	scene_write(s, "root/dev/input/event3", "", 0660);
	scene_write(s, "root/dev/bus/usb/001/005", "", 0664);
	assert_int_equal(symlink("../event3", scene_path(s, "root/dev/input/by-id/kbd")), 0);
	s->plan.n_evdev = 2;
	s->plan.evdev[0] = (struct plan_evdev){ { .name = "k", .path = "/dev/input/by-id/kbd" }, true };
	s->plan.evdev[1] = (struct plan_evdev){ { .name = "gone", .path = "/dev/input/event9" }, false };
	s->plan.n_usb = 1;
	s->plan.usb[0] = (struct plan_usb){ { .name = "u", .port = "1-4" }, true, 1, 5, "1-4" };
	scene_fd(s, PLAN_FD_USB)->fdset = 2;
	return s;
}

/* The event device's node is lent; of the USB device QEMU has the descriptor alone. */
static void lends_event_devices_and_passes_usb(void **state)
{
	_free_ char *log = NULL, *note = NULL;
	struct scene *s;
	char buf[512];

	(void)state;
	if (lacks_root("give a node away"))
		return;
	s = scene_with_inputs();
	if (scene_launch(s, scene_path(s, "root")))
		fail_msg("%s", s->error);
	assert_int_equal(owner_of(s, "root/dev/input/event3"), 60800);
	assert_int_equal(owner_of(s, "root/dev/bus/usb/001/005"), 0);
	log = scene_log(s, KEEPER_QEMU, "\nend\n");
	assert_non_null(strstr(line_of(log, "fd 4 ", buf), "/root/dev/bus/usb/001/005"));
	assert_int_equal(file_read_at(AT_FDCWD, scene_path(s, "run/vm1/inputs.json"), 4096, &note, NULL), 0);
	assert_non_null(strstr(note, "/dev/input/event9"));
	end_played(s);
	assert_int_equal(vm_cleanup(scene_path(s, "root"), &s->paths, "vm1"), 0);
	assert_int_equal(owner_of(s, "root/dev/input/event3"), 0);
	scene_free(s);
}

/* The folder of the socket is closed to the VM's user, and QEMU reaches the socket all the same. */
static void passes_the_socket_of_pipewire(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct scene *s = played_scene();
	_free_ char *log = NULL;
	char buf[512];

	(void)state;
	if (lacks_root("be another user")) {
		scene_free(s);
		return;
	}
	assert_int_equal(dir_make(scene_path(s, "root/run/user/0"), 0700), 0);
	snprintf(a.sun_path, sizeof(a.sun_path), "%.60s/root/run/user/0/pipewire-0", s->dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)) || listen(fd, 1) || chmod(a.sun_path, 0666), 0);
	s->plan.audio = AUDIO_PIPEWIRE;
	strcpy(s->plan.audio_user, "root");
	scene_fd(s, PLAN_FD_PIPEWIRE);
	if (scene_launch(s, scene_path(s, "root")))
		fail_msg("%s", s->error);
	log = scene_log(s, KEEPER_QEMU, "\nend\n");
	assert_string_equal(line_of(log, "env PIPEWIRE_REMOTE", buf), "env PIPEWIRE_REMOTE=/proc/self/fd/4");
	assert_string_equal(line_of(log, "pipewire ", buf), "pipewire connected");
	close(fd);
	scene_free(s);
}

/* Of the process that becomes QEMU, whose threads inherit it; a list the kernel refuses starts nothing. */
static void runs_on_its_processors(void **state)
{
	struct scene *s = played_scene();
	cpu_set_t mine, qemus;
	unsigned int first = 0;
	char text[32];

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(mine), &mine), 0);
	while (!CPU_ISSET(first, &mine))
		first++;
	snprintf(text, sizeof(text), "%u", first);
	assert_true(cpu_list_parse(text, &s->plan.pin));
	if (scene_launch(s, "/"))
		fail_msg("%s", s->error);
	assert_int_equal(sched_getaffinity(s->pid, sizeof(qemus), &qemus), 0);
	assert_true(CPU_COUNT(&qemus) == 1 && CPU_ISSET(first, &qemus));
	assert_int_equal(sched_getaffinity(0, sizeof(qemus), &qemus), 0);
	assert_true(CPU_EQUAL(&mine, &qemus));
	scene_free(s);
	s = played_scene();
	assert_true(cpu_list_parse("1023", &s->plan.pin));
	assert_int_not_equal(scene_launch(s, "/"), 0);
	assert_non_null(strstr(s->error, "pin = 1023: the kernel refuses"));
	scene_free(s);
}

/* A loop device of @file; -1: this machine makes none. */
static int make_loop(const char *file, char path[static 32])
{
	_fd_ int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), image = open(file, O_RDWR | O_CLOEXEC);
	int n = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE), fd;

	snprintf(path, 32, "/dev/loop%d", n);
	fd = n < 0 ? -1 : open(path, O_RDWR | O_CLOEXEC);
	if (fd >= 0 && !ioctl(fd, LOOP_SET_FD, image))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* A block device by a link of udev's kind: refused while somebody has claimed it, claimed while a VM has it. */
static void a_device_is_claimed(void **state)
{
	struct scene *s = played_scene();
	char device[32], link[64];
	_fd_ int loop = -1, other = -1;

	(void)state;
	scene_write(s, "image", "x", 0600);
	assert_int_equal(truncate(scene_path(s, "image"), 1 << 20), 0);
	loop = geteuid() ? -1 : make_loop(scene_path(s, "image"), device);
	if (loop < 0) {
		scene_free(s);
		skip();
	}
	snprintf(link, sizeof(link), "/dev/igvm-test-%d", getpid());
	assert_int_equal(symlink(device, link), 0);
	disk(s, "image");
	str_fit(scene_fd(s, PLAN_FD_FILE)->path, PATH_MAX, link);
	other = open(device, O_RDONLY | O_EXCL | O_CLOEXEC);
	assert_true(other >= 0);
	assert_int_not_equal(scene_launch(s, "/"), 0);
	assert_non_null(strstr(s->error, link));
	assert_non_null(strstr(s->error, "the host uses it"));
	close(TAKE_FD(other));
	if (scene_launch(s, "/"))
		fail_msg("%s", s->error);
	other = open(device, O_RDONLY | O_EXCL | O_CLOEXEC);
	assert_true(other < 0 && errno == EBUSY);
	scene_free(s);
	unlink(link);
	ioctl(loop, LOOP_CLR_FD);
}

/* A link below /dev that leads out of it is nobody's device. */
static void device_link_out(struct scene *s)
{
	char link[64];

	snprintf(link, sizeof(link), "/dev/shm/igvm-test-%d", getpid());
	scene_write(s, "disk.img", "x", 0600);
	unlink(link);
	assert_int_equal(symlink(scene_path(s, "disk.img"), link), 0);
	disk(s, "disk.img");
	str_fit(scene_fd(s, PLAN_FD_FILE)->path, PATH_MAX, link);
}

static void a_device_link_stays_below_dev(void **state)
{
	struct scene *s = played_scene();

	(void)state;
	device_link_out(s);
	assert_int_not_equal(scene_launch(s, "/"), 0);
	assert_non_null(strstr(s->error, "is a symbolic link"));
	unlink(scene_fd(s, PLAN_FD_FILE)->path);
	scene_free(s);
}

static void a_disk_serves_one_vm(void **state)
{
	struct scene *a = played_scene(), *b = played_scene();

	(void)state;
	scene_write(a, "disk.img", "x", 0600);
	disk(a, "disk.img");
	disk(b, "disk.img");
	str_fit(b->plan.fd[1].path, PATH_MAX, a->plan.fd[1].path);
	if (scene_launch(a, "/"))
		fail_msg("%s", a->error);
	assert_int_not_equal(scene_launch(b, "/"), 0);
	assert_non_null(strstr(b->error, "/disk.img: another VM"));
	scene_free(a);
	if (scene_launch(b, "/") == 0)
		fail_msg("the disk is gone");
	assert_non_null(strstr(b->error, "No such file"));
	scene_free(b);
}

/* --- races and cuts ----------------------------------------------------------- */

enum { ROUNDS = 100 };

/* One of two that start the same VM at the same moment: 'w'on, 'b'usy, or the fault. */
_Noreturn static void contend(struct scene *s, int go, int tell, int end)
{
	char c;

	(void)!read(go, &c, 1);
	c = scene_launch(s, "/") ? strstr(s->error, "lock: Device or resource busy") ? 'b' : 'f' : 'w';
	if (c == 'f')
		fprintf(stderr, "# %s", s->error);
	(void)!write(tell, &c, 1);
	/* The winner's QEMU lives until both were heard. */
	(void)!read(end, &c, 1);
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	_exit(0);
}

static void one_of_two_wins(void **state)
{
	struct scene *s = played_scene();

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int go[2], tell[2], end[2], n[128] = { 0 };
		pid_t pid[2];

		assert_int_equal(pipe2(go, O_CLOEXEC) | pipe2(tell, O_CLOEXEC) | pipe2(end, O_CLOEXEC), 0);
		for (int i = 0; i < 2; i++) {
			fflush(NULL);
			pid[i] = fork();
			if (!pid[i]) {
				close(go[1]);
				close(end[1]);
				contend(s, go[0], tell[1], end[0]);
			}
		}
		close(go[0]);
		close(go[1]);
		for (int i = 0; i < 2; i++) {
			char c = '?';

			assert_int_equal(read(tell[0], &c, 1), 1);
			n[(int)c]++;
		}
		close(end[0]);
		close(end[1]);
		close(tell[0]);
		close(tell[1]);
		for (int i = 0; i < 2; i++)
			waitpid(pid[i], NULL, 0);
		if (n['w'] != 1 || n['b'] != 1)
			fail_msg("round %d: %d won, %d busy, %d failed", round, n['w'], n['b'], n['f']);
		if (vm_cleanup("/", &s->paths, "vm1"))
			fail_msg("round %d: cleanup", round);
	}
	scene_free(s);
}

/* Killed at any moment of a launch: cleanup ends it, and the next launch works. */
static void heals_after_a_kill_at_any_time(void **state)
{
	(void)state;
	for (int delay = 0; delay < 40; delay++) {
		struct scene *s = played_scene();
		struct stat st;
		int r = -EBUSY;
		pid_t pid;

		scene_fd(s, PLAN_FD_QMP);
		scene_fd(s, PLAN_FD_SERIAL_LOG)->fdset = 1;
		pid = fork();
		if (!pid) {
			struct launch l = { .paths = &s->paths, .plan = &s->plan, .words = &s->words,
					    .device_lock = -1, .status_fd = -1 };

			l.vm_lock = lock_vm(&s->paths, "vm1");
			_exit(launch_exec(&l) ? 1 : 0);
		}
		nanosleep(&(struct timespec){ .tv_nsec = delay * 500000L }, NULL);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		/* A child it had just forked closes the lock as soon as it gets to run. */
		for (int i = 0; i < 100 && (r = vm_cleanup("/", &s->paths, "vm1")) == -EBUSY; i++)
			nap_ms(20);
		assert_int_equal(r, 0);
		assert_int_not_equal(stat(scene_path(s, "run/vm1/journal.json"), &st), 0);
		if (scene_launch(s, "/"))
			fail_msg("after a kill at %d: %s", delay, s->error);
		scene_free(s);
	}
}

/* A power cut: helpers and node are of another boot, the files are there. Each prefix of the journal. */
static void cleans_up_after_each_prefix_of_the_journal(void **state)
{
	struct journal_entry e[3] = {
		{ .what = JOURNAL_HELPER, .helper = "keeper" },
		{ .what = JOURNAL_HELPER, .helper = "swtpm" },
		{ .what = JOURNAL_NODE },
	};

	(void)state;
	for (size_t n = 0; n <= ARRAY_SIZE(e); n++) {
		struct scene *s = scene_new("vm1");
		struct stat st;
		int run;

		assert_int_equal(dir_make(s->plan.run_dir, 0700), 0);
		run = dir_open_mine(s->plan.run_dir, 0700);
		/* Pids that others have by now: this process and init. */
		assert_int_equal(identity_read(getpid(), &e[0].id), 0);
		e[0].id.start_ticks++;
		e[1].id = (struct identity){ .pid = 1, .start_ticks = 1, .exe = "/usr/bin/swtpm" };
		str_fit(e[2].path, PATH_MAX, scene_path(s, "vfio-node"));
		e[2].uid = geteuid();
		e[2].given_to = 60800;
		scene_write(s, "vfio-node", "", 0600);
		if (!geteuid())
			assert_int_equal(chown(e[2].path, 60800, 0), 0);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(journal_add(run, &e[i]), 0);
		scene_write(s, "run/vm1/qmp", "", 0600);
		assert_int_equal(vm_cleanup("/", &s->paths, "vm1"), 0);
		assert_int_equal(vm_cleanup("/", &s->paths, "vm1"), 0);
		assert_int_not_equal(fstatat(run, "journal.json", &st, 0), 0);
		assert_int_not_equal(fstatat(run, "qmp", &st, 0), 0);
		assert_int_equal(stat(e[2].path, &st), 0);
		if (!geteuid())
			assert_int_equal(st.st_uid, n == 3 ? 0 : 60800);
		close(run);
		scene_free(s);
	}
}

/* A helper that does not end by itself is ended; a journal of a newer igvm is left alone. */
static void ends_a_helper_that_stays(void **state)
{
	struct scene *s = scene_new("vm1");
	struct journal_entry e = { .what = JOURNAL_HELPER, .helper = "swtpm" };
	int run, code;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	assert_int_equal(dir_make(s->plan.run_dir, 0700), 0);
	run = dir_open_mine(s->plan.run_dir, 0700);
	nap_ms(20);
	assert_int_equal(identity_read(pid, &e.id), 0);
	assert_int_equal(journal_add(run, &e), 0);
	assert_int_equal(vm_cleanup("/", &s->paths, "vm1"), 0);
	assert_int_equal(waitpid(pid, &code, WNOHANG), pid);
	assert_true(WIFSIGNALED(code) && WTERMSIG(code) == SIGKILL);
	scene_write(s, "run/vm1/journal.json", "{\"version\": 2, \"entries\": []}", 0600);
	assert_int_equal(vm_cleanup("/", &s->paths, "vm1"), -EPROTO);
	assert_int_equal(access(scene_path(s, "run/vm1/journal.json"), F_OK), 0);
	unlink(scene_path(s, "run/vm1/journal.json"));
	close(run);
	scene_free(s);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_is_planned_and_nothing_else),
		cmocka_unit_test(runs_a_bare_qemu),
		cmocka_unit_test(runs_a_whole_qemu),
		cmocka_unit_test(refuses_with_path_and_reason),
		cmocka_unit_test(refuses_a_run_directory_of_somebody_else),
		cmocka_unit_test(refuses_too_small_a_limit),
		cmocka_unit_test(leaves_a_failed_exec_to_the_callers_cleanup),
		cmocka_unit_test(keeps_the_last_words),
		cmocka_unit_test(puts_files_in_place),
		cmocka_unit_test(gives_each_vm_a_user_of_its_own),
		cmocka_unit_test(lends_the_vfio_node),
		cmocka_unit_test(lends_event_devices_and_passes_usb),
		cmocka_unit_test(passes_the_socket_of_pipewire),
		cmocka_unit_test(runs_on_its_processors),
		cmocka_unit_test(a_device_is_claimed),
		cmocka_unit_test(a_device_link_stays_below_dev),
		cmocka_unit_test(a_disk_serves_one_vm),
		cmocka_unit_test(one_of_two_wins),
		cmocka_unit_test(heals_after_a_kill_at_any_time),
		cmocka_unit_test(cleans_up_after_each_prefix_of_the_journal),
		cmocka_unit_test(ends_a_helper_that_stays),
	};

	if (argc > 1 && !strcmp(argv[1], "--play-qemu"))
		play_qemu();
	if (!realpath("/proc/self/exe", self_path))
		return 1;
	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
