/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. QEMU must never wait for its own log: the keeper reads
 * whatever comes, as long as a writer is left, and decides afterwards what fits
 * on disk: each stream has a ring (ring.h).
 *
 * The bytes are the guest's as much as QEMU's. They are stored as they came;
 * who shows them sanitises them. The process has no capability left, a seccomp
 * filter with the few calls below, and no descriptor but its streams, run/NAME
 * and run/NAME/log.
 */
#include "launcher/run/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"

#define TAIL_FILE	"stderr.tail"
#define TAIL_TEMP	"stderr.tail.new"

enum { CHUNK = 65536 };

struct keeper {
	int run, log;
	int tell;		/* pipe to keeper_start(): an int, our pid or -errno */
	int in[KEEPER_NSTREAMS];	/* -1 = ended or not used */
	struct ring ring[KEEPER_NSTREAMS];
	char tail[KEEPER_TAIL_BYTES];
	size_t tail_len;
	bool tail_dirty;
};

static const char *const stream_name[KEEPER_NSTREAMS] = {
	[KEEPER_QEMU] = "qemu", [KEEPER_FIRMWARE] = "firmware", [KEEPER_SERIAL] = "serial",
};

const char *keeper_ring_path(enum keeper_stream stream, unsigned int i, char buf[static 32])
{
	return ring_path(stream_name[stream], i, buf);
}

static void tail_add(struct keeper *k, const char *p, size_t n)
{
	size_t keep;

	if (n > sizeof(k->tail)) {
		p += n - sizeof(k->tail);
		n = sizeof(k->tail);
	}
	keep = sizeof(k->tail) - n;
	if (keep > k->tail_len)
		keep = k->tail_len;
	memmove(k->tail, k->tail + k->tail_len - keep, keep);
	memcpy(k->tail + keep, p, n);
	k->tail_len = keep + n;
	k->tail_dirty = true;
}

/* Whole or not at all; it is for a failure report, so it need not survive a power cut. */
static void tail_write(struct keeper *k)
{
	int fd;

	if (!k->tail_dirty)
		return;
	k->tail_dirty = false;
	fd = openat(k->run, TAIL_TEMP, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (!write_all(fd, k->tail, k->tail_len))
		renameat(k->run, TAIL_TEMP, k->run, TAIL_FILE);
	close(fd);
}

/* One read of stream @s; false when it has ended. */
static bool take(struct keeper *k, enum keeper_stream s)
{
	static char buf[CHUNK];
	ssize_t n = read(k->in[s], buf, sizeof(buf));

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0) {
		close(k->in[s]);
		k->in[s] = -1;
		return false;
	}
	ring_add(&k->ring[s], buf, (size_t)n);
	if (s == KEEPER_QEMU)
		tail_add(k, buf, (size_t)n);
	return true;
}

static void keeper_loop(struct keeper *k)
{
	for (;;) {
		struct pollfd pfd[KEEPER_NSTREAMS];
		int open = 0, n;

		for (int s = 0; s < KEEPER_NSTREAMS; s++) {
			pfd[s] = (struct pollfd){ .fd = k->in[s], .events = POLLIN };
			open += k->in[s] >= 0;
		}
		if (!open)
			return;
		/* The tail is written when a burst is over, not for each line of it. */
		n = poll(pfd, KEEPER_NSTREAMS, k->tail_dirty ? 20 : -1);
		if (!n)
			tail_write(k);
		for (int s = 0; n > 0 && s < KEEPER_NSTREAMS; s++)
			if (pfd[s].revents && !take(k, s))
				tail_write(k);
	}
}

/* What the loop needs and nothing else; openat and renameat because rings are files. */
static int keeper_confine(void)
{
	static const int allowed[] = {
		SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(openat),
		SCMP_SYS(renameat), SCMP_SYS(renameat2), SCMP_SYS(close), SCMP_SYS(fstat),
		SCMP_SYS(newfstatat), SCMP_SYS(exit), SCMP_SYS(exit_group),
		SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigreturn), SCMP_SYS(alarm), SCMP_SYS(setitimer),
	};
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_KILL_PROCESS);
	int r = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; !r && i < ARRAY_SIZE(allowed); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	/* Not released: under the filter free() must not give memory back (brk, munmap). */
	return r ? r : seccomp_load(ctx);
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { 0 };

	return syscall(SYS_capset, &head, none) ? -errno : 0;
}

/* Descriptors: everything of ours from 3 upwards, the standard ones /dev/null, no other. */
static int keeper_place_fds(struct keeper *k)
{
	enum { OURS = KEEPER_NSTREAMS + 3 };
	int *all[OURS] = { &k->run, &k->log, &k->tell };
	int null;

	for (int s = 0; s < KEEPER_NSTREAMS; s++)
		all[3 + s] = &k->in[s];
	for (int i = 0; i < OURS; i++)
		if (*all[i] >= 0 && (*all[i] = fcntl(*all[i], F_DUPFD_CLOEXEC, 3 + OURS)) < 0)
			return -errno;
	for (int i = 0; i < OURS; i++)
		if (*all[i] < 0)
			close(3 + i);
		else if ((*all[i] = dup2(*all[i], 3 + i)) < 0)
			return -errno;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -errno;
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	return close_range(3 + OURS, ~0U, 0) ? -errno : 0;
}

static int keeper_prepare(struct keeper *k)
{
	int r;

	/* Its streams' end ends it: a Ctrl-C or the stop of a unit must not cut the log. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN); /* a limit on file sizes is a full disk to us: EFBIG */
	prctl(PR_SET_NAME, "igvm-keeper");
	umask(077);
	if (chdir("/"))
		return -errno;
	/* A run begins with new files; those of the run before move up. */
	for (int s = 0; s < KEEPER_NSTREAMS; s++) {
		ring_init(&k->ring[s], k->log, stream_name[s]);
		if (k->in[s] >= 0)
			ring_rotate(&k->ring[s]);
	}
	r = drop_capabilities();
	if (!r && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		r = -errno;
	return r ? r : keeper_confine();
}

_Noreturn static void run_keeper(struct keeper *k)
{
	enum { PREPARE_S = 10 };
	int me = getpid(), r = keeper_place_fds(k);

	/* The launch waits for us, and libseccomp 2.5.4 loops for ever where it gets no memory (tests/soak/inject). */
	alarm(PREPARE_S);
	if (!r)
		r = keeper_prepare(k);
	alarm(0);
	if (!r)
		r = me;
	if (write(k->tell, &r, sizeof(r)) != sizeof(r) || r < 0)
		_exit(1);
	close(k->tell);
	keeper_loop(k);
	_exit(0);
}

/* The process between: its end makes the keeper init's child. */
static pid_t fork_keeper(struct keeper *k)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	setsid();
	pid = fork();
	if (!pid)
		run_keeper(k);
	if (pid < 0) {
		int r = -errno;

		_exit(write(k->tell, &r, sizeof(r)) < 0);
	}
	_exit(0);
}

static pid_t start_keeper(struct keeper *k)
{
	_fd_ int log = -1, told = -1, tell = -1;
	int pipefd[2], r = -ECHILD;
	pid_t middle;

	log = ring_open_dir(k->run);
	if (log < 0)
		return log;
	if (pipe2(pipefd, O_CLOEXEC))
		return -errno;
	told = pipefd[0];
	tell = pipefd[1];
	unlinkat(k->run, TAIL_FILE, 0);
	k->log = log;
	k->tell = tell;
	middle = fork_keeper(k);
	if (middle < 0)
		return -errno;
	close(TAKE_FD(tell));
	while (waitpid(middle, NULL, 0) < 0 && errno == EINTR)
		;
	if (read(told, &r, sizeof(r)) != sizeof(r))
		r = -ECHILD;
	return r;
}

pid_t keeper_start(int run_fd, const int in[static KEEPER_NSTREAMS])
{
	struct keeper k = { .run = run_fd };
	pid_t r;

	for (int s = 0; s < KEEPER_NSTREAMS; s++)
		k.in[s] = in[s];
	r = start_keeper(&k);
	for (int s = 0; s < KEEPER_NSTREAMS; s++)
		if (in[s] >= 0)
			close(in[s]);
	return r;
}
