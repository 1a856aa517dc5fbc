/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A supervisor for a VM that runs without one, and requests that start it where it is missing. */
#include "launcher/base/clock.h"
#include "launcher/run/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "launcher/run/control.h"
#include "launcher/run/lock.h"
#include "launcher/run/unit.h"

#define STEP_MS		10
#define UNIT_STEP_MS	1000

static unsigned int left_ms(int64_t deadline)
{
	int64_t left = deadline - clock_ms();

	return left > 0 ? (unsigned int)left : 0;
}

/* Does a supervisor answer? 0 or what control_call() said. */
static int knock(const struct paths *p, const char *name, unsigned int timeout_ms)
{
	_json_ json_t *request = json_pack("{s:s}", "op", "status"), *answer = NULL;

	return request ? control_call(p, name, request, timeout_ms, &answer) : -ENOMEM;
}

/*
 * Nothing of the caller's may stay open: a lock would outlive its holder, a terminal its
 * session.
 */
_Noreturn static void run_detached(const struct supervise *s, int tell)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		(void)dup2(null, fd);
	if (dup2(tell, 3) != 3 || close_range(4, ~0U, 0) || chdir("/"))
		_exit(1);
	(void)fcntl(3, F_SETFD, FD_CLOEXEC);
	{
		char *const again[] = { (char *)"igvm", (char *)"start", (char *)s->name, NULL };
		struct supervise mine = *s;

		mine.ready_fd = 3;
		/* A VM below another root is not started by that command. */
		mine.again = strcmp(s->sysroot, "/") ? NULL : again;
		_exit(supervise_run(&mine));
	}
}

/* The process between makes the supervisor init's child. */
static int fork_detached(const struct supervise *s, int tell)
{
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -errno;
	if (!pid) {
		setsid();
		pid = fork();
		if (!pid)
			run_detached(s, tell);
		_exit(pid < 0 ? 1 : 0);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 0;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -EAGAIN;
}

/* Its end of the pipe is closed when it has given up or was ready and answers anyway. */
static bool has_given_up(int fd)
{
	char text[256];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return false;
	text[n] = '\0';
	return strncmp(text, "ready", 5) != 0;
}

static void step(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = STEP_MS * 1000000 }, NULL);
}

/* One supervisor: 0 when one answers, -EAGAIN it has given up or died, -ETIMEDOUT, -errno. */
static int spawn_once(const struct supervise *s, int64_t deadline)
{
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	_fd_ int in = fds[0], out = fds[1];

	r = fork_detached(s, out);
	if (r)
		return r;
	close(TAKE_FD(out));
	for (bool over = false;; step()) {
		r = knock(s->paths, s->name, left_ms(deadline));
		if (!control_nobody(r))
			return r;
		if (!left_ms(deadline))
			return -ETIMEDOUT;
		if (over)
			return -EAGAIN;
		/* Two may have been started at once: one gives up, and the other answers. */
		over = has_given_up(in);
	}
}

/*
 * The supervisor of a unit is a unit. Nobody answers for a moment while systemd puts the ExecStop= of the
 * VM's unit in its place, so a refusal means to wait as well.
 */
static int spawn_unit(const struct supervise *s, int64_t deadline)
{
	int64_t again = clock_ms() + UNIT_STEP_MS;
	int r = unit_supervise(s->name);

	if (r && r != -ECHILD)
		return r;
	for (;; step()) {
		r = knock(s->paths, s->name, left_ms(deadline));
		if (!control_nobody(r))
			return r;
		if (!left_ms(deadline))
			return -ETIMEDOUT;
		if (clock_ms() >= again)
			return -EAGAIN;
	}
}

/*
 * One that gives up is followed by another for as long as the VM runs: a
 * killed supervisor closes its socket before its lock is free, and the next
 * may meet that lock.
 */
int supervise_spawn(const struct paths *p, const char *sysroot, const char *name,
		    unsigned int timeout_ms)
{
	const struct supervise s = { .paths = p, .sysroot = sysroot, .name = name, .ready_fd = -1 };
	int64_t deadline = clock_ms() + timeout_ms;
	int held, r = knock(p, name, timeout_ms);

	if (!control_nobody(r))
		return r ? r : -EBUSY;
	for (;; step()) {
		held = lock_vm_held(p, name);
		if (held <= 0)
			return held ? held : -ESRCH;
		r = unit_has(p, name) ? spawn_unit(&s, deadline) : spawn_once(&s, deadline);
		if (r != -EAGAIN)
			return r;
		if (!left_ms(deadline))
			return -ETIMEDOUT;
	}
}

int supervise_call(const struct paths *p, const char *sysroot, const char *name,
		   const json_t *request, unsigned int timeout_ms, json_t **answer, int *fd, int *conn)
{
	int64_t deadline = clock_ms() + timeout_ms;
	int r;

	for (;;) {
		r = control_call_fd(p, name, request, left_ms(deadline), answer, fd, conn);
		if (!control_nobody(r))
			return r;
		if (!left_ms(deadline))
			return -ETIMEDOUT;
		r = supervise_spawn(p, sysroot, name, left_ms(deadline));
		if (r && r != -EBUSY)
			return r;
	}
}
