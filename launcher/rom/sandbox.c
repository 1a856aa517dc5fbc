/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * The child inherits the bytes to work on with its memory and gives back one
 * frame per item over a pipe: a head, then what the work wrote. The parent
 * believes neither: lengths are capped before anything is allocated, an item
 * out of order ends the child. The clock runs per item, from the answer before.
 *
 * The filter is loaded last. Under it nothing can be opened, executed, sent or
 * signalled; a call that is not listed kills the process, which is an answer
 * as well. Translations are loaded by the parent's own use of them, before.
 */
#include "launcher/rom/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <libintl.h>
#include <limits.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/base/memory.h"

/* Sanitizers reserve terabytes of address space and ask more of the kernel. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED	1
#else
#define SANITIZED	0
#endif

enum { OUT = 3 };	/* the child's only descriptor */

struct head {
	uint64_t item, n;
	uint32_t code, magic;
};

#define MAGIC	0x1947766du

/* --- the child ------------------------------------------------------------------ */

static int load_filter(void)
{
	static const int allowed[] = {
		SCMP_SYS(write), SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
		SCMP_SYS(madvise), SCMP_SYS(mprotect), SCMP_SYS(futex), SCMP_SYS(exit_group),
		SCMP_SYS(exit), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(getrandom),
	};
	scmp_filter_ctx ctx = seccomp_init(SANITIZED ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS);
	int r = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; !SANITIZED && !r && i < ARRAY_SIZE(allowed); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!r)
		r = seccomp_load(ctx);
	seccomp_release(ctx);
	return r;
}

static int limit(int what, rlim_t value)
{
	struct rlimit l = { value, value };

	return setrlimit(what, &l) ? -errno : 0;
}

static int confine(int out)
{
	int r;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_DUMPABLE, 0))
		return -errno;
	if (out != OUT && dup2(out, OUT) < 0)
		return -errno;
	/* 0 to 2 go as well: whatever is wrong is the parent's to say. */
	for (int fd = 0; !SANITIZED && fd < OUT; fd++)
		close(fd);
	if (syscall(SYS_close_range, OUT + 1, UINT_MAX, 0))
		return -errno;
	r = limit(RLIMIT_CORE, 0);
	if (!r && !SANITIZED)
		r = limit(RLIMIT_AS, SANDBOX_MEMORY_BYTES);
	return r ? r : load_filter();
}

static int answer(size_t i, int code, const char *bytes, size_t n)
{
	struct head h = { .item = i, .n = n, .code = (uint32_t)code, .magic = MAGIC };
	int r = write_all(OUT, &h, sizeof(h));

	return r ? r : write_all(OUT, bytes, n);
}

_Noreturn static void child(size_t first, size_t n, sandbox_work work, void *arg, int out)
{
	if (confine(out))
		_exit(1);
	for (size_t i = first; i < n; i++) {
		char *bytes = NULL;
		size_t len = 0;
		FILE *f = memory_open(&bytes, &len);
		int code;

		if (!f)
			_exit(2);
		code = work(arg, i, f);
		if (memory_close(f, &bytes) || answer(i, code, bytes, len))
			_exit(2);
		free(bytes);
	}
	_exit(0);
}

/* --- the parent ------------------------------------------------------------------- */

/* @len bytes before @deadline; -ETIME, -EPIPE (it ended), -errno */
static int read_all(int fd, void *buf, size_t len, int64_t deadline)
{
	for (size_t done = 0; done < len;) {
		int64_t left = deadline - clock_ms();
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t got;

		if (left <= 0)
			return -ETIME;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		got = read(fd, (char *)buf + done, len - done);
		if (!got)
			return -EPIPE;
		if (got < 0 && errno != EINTR)
			return -errno;
		done += got > 0 ? (size_t)got : 0;
	}
	return 0;
}

/* One frame into *@a and *@bytes (owned); a->how says what became of it. */
static void receive(int fd, size_t i, struct sandbox_answer *a, char **bytes)
{
	int64_t deadline = clock_ms() + SANDBOX_ITEM_SECONDS * 1000;
	struct head h;
	int r = read_all(fd, &h, sizeof(h), deadline);

	*a = (struct sandbox_answer){ .how = SANDBOX_TOO_MUCH };
	if (!r && (h.magic != MAGIC || h.item != i || h.n > SANDBOX_ANSWER_MAX || h.code > 127))
		return;
	if (!r) {
		*bytes = malloc(h.n + 1);
		if (!*bytes)
			return;
		r = read_all(fd, *bytes, h.n, deadline);
	}
	if (r) {
		a->how = r == -ETIME ? SANDBOX_LATE : SANDBOX_DIED;
		return;
	}
	(*bytes)[h.n] = '\0';
	*a = (struct sandbox_answer){ .how = SANDBOX_DONE, .code = (int)h.code, .bytes = *bytes,
				      .n = h.n };
}

static int reap(pid_t pid, bool end)
{
	int status = 0;

	if (end)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* Items from *@next on, until the child is through or lost at one; *@next is the one after. */
static int serve(size_t *next, size_t n, sandbox_work work, sandbox_take take, void *arg)
{
	struct sandbox_answer a = { 0 };
	int r = 0, fds[2];
	_fd_ int in = -1;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	in = fds[0];
	fflush(NULL);
	pid = fork();
	if (!pid)
		child(*next, n, work, arg, fds[1]);
	close(fds[1]);
	if (pid < 0)
		return -errno;
	while (!r && *next < n && a.how == SANDBOX_DONE) {
		_free_ char *bytes = NULL;

		receive(in, *next, &a, &bytes);
		if (a.how != SANDBOX_DONE) {
			a.signal = reap(pid, a.how != SANDBOX_DIED);
			return take(arg, (*next)++, &a);
		}
		r = take(arg, (*next)++, &a);
	}
	reap(pid, r != 0);
	return r;
}

/*
 * Both read files when they are first used, which the child could not. A text
 * that no catalogue has makes gettext load every catalogue of the user's list.
 */
static void load_before_fork(void)
{
	static const char no_text[] = "\1";

	json_object_seed(0);
	(void)gettext(no_text);
}

int sandbox_each(size_t n, sandbox_work work, sandbox_take take, void *arg)
{
	size_t next = 0;
	int r = 0;

	load_before_fork();
	while (!r && next < n)
		r = serve(&next, n, work, take, arg);
	return r;
}
