/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/keeper.h"

struct kept {
	char dir[64];
	int run, out[KEEPER_NSTREAMS];	/* our write ends */
	pid_t pid;
	int pidfd;
};

static void kept_dir(struct kept *k)
{
	strcpy(k->dir, "/tmp/igvm-keeper.XXXXXX");
	assert_non_null(mkdtemp(k->dir));
	k->run = open(k->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static void kept_start(struct kept *k)
{
	int in[KEEPER_NSTREAMS];

	for (int s = 0; s < KEEPER_NSTREAMS; s++) {
		int pair[2];

		assert_int_equal(pipe2(pair, O_CLOEXEC), 0);
		in[s] = pair[0];
		k->out[s] = pair[1];
	}
	k->pid = keeper_start(k->run, in);
	if (k->pid < 0)
		fail_msg("keeper_start: %s", strerror(-k->pid));
	k->pidfd = pidfd_open(k->pid, 0);
	assert_true(k->pidfd >= 0);
}

/* Close our ends; the keeper must end by itself. */
static void kept_end(struct kept *k)
{
	struct pollfd pfd = { .fd = k->pidfd, .events = POLLIN };

	for (int s = 0; s < KEEPER_NSTREAMS; s++)
		if (k->out[s] >= 0)
			close(k->out[s]);
	if (poll(&pfd, 1, 5000) != 1) {
		pidfd_send_signal(k->pidfd, SIGKILL, NULL, 0);
		fail_msg("the keeper lives on");
	}
	close(k->pidfd);
}

static void kept_done(struct kept *k)
{
	close(k->run);
	assert_int_equal(dir_remove(k->dir), 0);
}

/* The rings of a stream, oldest byte first. */
static size_t read_rings(const struct kept *k, enum keeper_stream s, char **all)
{
	size_t len = 0;

	*all = malloc(RING_FILES * RING_BYTES + 1);
	for (int i = RING_FILES - 1; i >= 0; i--) {
		char name[32];
		_free_ char *part = NULL;
		size_t n = 0;
		int r = file_read_at(k->run, keeper_ring_path(s, (unsigned int)i, name),
				     RING_BYTES, &part, &n);

		if (r == -ENOENT)
			continue;
		if (r)
			fail_msg("%s: %s", name, strerror(-r));
		memcpy(*all + len, part, n);
		len += n;
	}
	(*all)[len] = '\0';
	return len;
}

static void keeps_what_it_is_given(void **state)
{
	static const char text[] = "one\ntwo \033[31m\0three\xff\n";
	struct kept k = { 0 };
	_free_ char *qemu = NULL, *serial = NULL, *tail = NULL;
	size_t n;

	(void)state;
	kept_dir(&k);
	kept_start(&k);
	assert_int_equal(write_all(k.out[KEEPER_QEMU], text, sizeof(text)), 0);
	assert_int_equal(write_all(k.out[KEEPER_SERIAL], "login: ", 7), 0);
	kept_end(&k);
	assert_int_equal(read_rings(&k, KEEPER_QEMU, &qemu), sizeof(text));
	assert_memory_equal(qemu, text, sizeof(text));
	assert_int_equal(read_rings(&k, KEEPER_SERIAL, &serial), 7);
	assert_int_equal(file_read_at(k.run, "stderr.tail", 8192, &tail, &n), 0);
	assert_int_equal(n, sizeof(text));
	assert_memory_equal(tail, text, sizeof(text));
	kept_done(&k);
}

static void starts_each_run_with_new_files(void **state)
{
	struct kept k = { 0 };
	char name[32];

	(void)state;
	kept_dir(&k);
	for (int run = 0; run < 6; run++) {
		kept_start(&k);
		dprintf(k.out[KEEPER_FIRMWARE], "run %d\n", run);
		kept_end(&k);
	}
	for (unsigned int i = 0; i < RING_FILES; i++) {
		_free_ char *text = NULL;

		assert_int_equal(file_read_at(k.run, keeper_ring_path(KEEPER_FIRMWARE, i, name), 64,
					      &text, NULL), 0);
		assert_int_equal(text[4] - '0', 5 - (int)i);
	}
	assert_int_equal(file_read_at(k.run, keeper_ring_path(KEEPER_FIRMWARE, 4, name), 64, &(char *){ 0 },
				      NULL), -ENOENT);
	/* No stderr in the last run: no tail of the run before. */
	assert_int_equal(faccessat(k.run, "stderr.tail", F_OK, 0), -1);
	kept_done(&k);
}

enum { FLOOD = 50 << 20, LINE = 64 };

/* Numbered lines, so that a hole or a repetition shows. */
static void flood(int fd)
{
	static char chunk[1 << 16];
	unsigned int line = 0;

	for (int sent = 0; sent < FLOOD; sent += (int)sizeof(chunk)) {
		for (size_t i = 0; i < sizeof(chunk); i += LINE)
			snprintf(chunk + i, LINE + 0, "%062u", line++);
		for (size_t i = LINE - 1; i < sizeof(chunk); i += LINE)
			chunk[i] = '\n';
		assert_int_equal(write_all(fd, chunk, sizeof(chunk)), 0);
	}
}

static void stays_below_its_cap(void **state)
{
	struct kept k = { 0 };
	_free_ char *all = NULL, *tail = NULL;
	size_t len, n;
	char last[LINE + 1];

	(void)state;
	kept_dir(&k);
	kept_start(&k);
	flood(k.out[KEEPER_QEMU]);
	kept_end(&k);
	len = read_rings(&k, KEEPER_QEMU, &all);
	assert_in_range(len, (RING_FILES - 1) * RING_BYTES,
			RING_FILES * RING_BYTES);
	snprintf(last, sizeof(last), "%062u", FLOOD / LINE - 1);
	assert_memory_equal(all + len - LINE, last, LINE - 2);
	for (size_t i = LINE; i < len; i += LINE)
		if (strtoul(all + i, NULL, 10) != strtoul(all + i - LINE, NULL, 10) + 1)
			fail_msg("a hole at %zu", i);
	assert_int_equal(file_read_at(k.run, "stderr.tail", 8192, &tail, &n), 0);
	assert_int_equal(n, KEEPER_TAIL_BYTES);
	assert_memory_equal(tail, all + len - n, n);
	kept_done(&k);
}

/* Until the newest file of @s has @size bytes, or a second has passed. */
static void wait_size(const struct kept *k, enum keeper_stream s, off_t size)
{
	struct stat st;
	char name[32];

	for (int i = 0; i < 100; i++) {
		if (!fstatat(k->run, keeper_ring_path(s, 0, name), &st, 0) && st.st_size == size)
			return;
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
	}
	fail_msg("%s has %jd bytes, not %jd", name, (intmax_t)st.st_size, (intmax_t)size);
}

/* Until the keeper has read all that is in the pipe, and had time to put it away. */
static void wait_drained(int fd)
{
	int left = 1;

	for (int i = 0; left && i < 200; i++) {
		assert_int_equal(ioctl(fd, FIONREAD, &left), 0);
		nanosleep(&(struct timespec){ .tv_nsec = 50000000 }, NULL);
	}
}

/* A full disk, played by a limit on file sizes: the reader goes on, and says once what is missing. */
static void survives_a_full_disk(void **state)
{
	enum { ROOM = 65536, MORE = 1 << 20 };
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	struct rlimit before, small;
	struct kept k = { 0 };
	_free_ char *text = NULL, *bytes = calloc(1, MORE);
	char *said;

	(void)state;
	memset(bytes, 'x', MORE);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = (struct rlimit){ ROOM, before.rlim_max };
	kept_dir(&k);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	kept_start(&k);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(write_all(k.out[KEEPER_SERIAL], bytes, MORE), 0);
	wait_size(&k, KEEPER_SERIAL, ROOM);
	wait_drained(k.out[KEEPER_SERIAL]);
	assert_int_equal(prlimit(k.pid, RLIMIT_FSIZE, before.rlim_max == RLIM_INFINITY ? &all : &before,
				 NULL), 0);
	assert_int_equal(write_all(k.out[KEEPER_SERIAL], "there is room\n", 14), 0);
	assert_int_equal(write_all(k.out[KEEPER_SERIAL], "again\n", 6), 0);
	kept_end(&k);
	read_rings(&k, KEEPER_SERIAL, &text);
	said = strstr(text, "[igvm: 983040 bytes were dropped here: no space]\nthere is room\nagain\n");
	if (!said)
		fail_msg("it says '%s'", text + ROOM);
	assert_null(strstr(said + 1, "[igvm: "));
	kept_done(&k);
}

/* The same on a file system that is really full. Its own mounts need root. */
static void survives_a_full_tmpfs(void **state)
{
	static char bytes[1 << 20];
	struct kept k = { 0 };
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid) {
		if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
			_exit(2);
		kept_dir(&k);
		if (mount("none", k.dir, "tmpfs", 0, "size=64k"))
			_exit(2);
		close(k.run);
		k.run = open(k.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		kept_start(&k);
		for (int i = 0; i < 8; i++)
			if (write_all(k.out[KEEPER_QEMU], bytes, sizeof(bytes)))
				_exit(3);
		kept_end(&k);
		close(k.run);
		umount2(k.dir, MNT_DETACH);
		_exit(rmdir(k.dir) ? 4 : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2) {
		print_message("# skip: a mount of one's own needs root\n");
		return;
	}
	assert_int_equal(status, 0);
}

static void holds_nothing_else(void **state)
{
	struct kept k = { 0 };
	char path[64];
	_free_ char *status = NULL;
	_dir_ DIR *dir = NULL;
	struct dirent *e;
	int stray = open("/etc/passwd", O_RDONLY), n = 0;

	(void)state;
	kept_dir(&k);
	kept_start(&k);
	assert_int_equal(write_all(k.out[KEEPER_QEMU], "x", 1), 0);
	wait_size(&k, KEEPER_QEMU, 1);
	snprintf(path, sizeof(path), "/proc/%d/status", k.pid);
	assert_int_equal(file_read_at(AT_FDCWD, path, 65536, &status, NULL), 0);
	assert_non_null(strstr(status, "\nSeccomp:\t2\n"));
	assert_non_null(strstr(status, "\nNoNewPrivs:\t1\n"));
	assert_non_null(strstr(status, "\nCapEff:\t0000000000000000\n"));
	snprintf(path, sizeof(path), "/proc/%d/fd", k.pid);
	dir = opendir(path);
	assert_non_null(dir);
	while ((e = readdir(dir))) {
		char target[PATH_MAX];
		ssize_t len = readlinkat(dirfd(dir), e->d_name, target, sizeof(target) - 1);

		if (len < 0)
			continue;
		target[len] = '\0';
		if (strcmp(target, "/dev/null") && !str_starts(target, "pipe:") &&
		    !str_starts(target, k.dir))
			fail_msg("holds %s", target);
		n++;
	}
	/* /dev/null three times, the directory and log/, three streams, three files. */
	assert_int_equal(n, 3 + 2 + 2 * KEEPER_NSTREAMS);
	/* Not ended by what a terminal or a stopped unit sends. */
	kill(k.pid, SIGTERM);
	kill(k.pid, SIGINT);
	kill(k.pid, SIGHUP);
	assert_int_equal(write_all(k.out[KEEPER_QEMU], "x", 1), 0);
	wait_size(&k, KEEPER_QEMU, 2);
	close(stray);
	kept_end(&k);
	kept_done(&k);
}

static void says_why_it_cannot_start(void **state)
{
	const int none[KEEPER_NSTREAMS] = { -1, -1, -1 };
	struct kept k = { 0 };

	(void)state;
	kept_dir(&k);
	assert_int_equal(symlinkat("/tmp", k.run, "log"), 0);
	assert_true(keeper_start(k.run, none) < 0);
	unlinkat(k.run, "log", 0);
	assert_int_equal(keeper_start(-1, none), -EBADF);
	kept_done(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_what_it_is_given),
		cmocka_unit_test(starts_each_run_with_new_files),
		cmocka_unit_test(stays_below_its_cap),
		cmocka_unit_test(survives_a_full_disk),
		cmocka_unit_test(survives_a_full_tmpfs),
		cmocka_unit_test(holds_nothing_else),
		cmocka_unit_test(says_why_it_cannot_start),
	};

	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
