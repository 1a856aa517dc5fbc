/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/hook.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "launcher/base/signals.h"
#include "launcher/base/str.h"
#include "launcher/facts/wish_file.h"
#include "launcher/run/launch_parts.h"

static int trust(const struct hook *h, char *why, size_t size)
{
	_fd_ int fd = open(h->path, O_PATH | O_CLOEXEC);
	struct wish_error e = { .line = 0 };
	int r;

	*why = '\0';
	if (fd < 0)
		return -errno;
	if (geteuid())
		return 0;
	r = wish_file_trusted(fd, h->path, "/", 0, &e);
	if (r == -EPERM && !str_print(why, size, "%s: %s", e.file, e.text))
		str_fit(why, size, e.text);
	return r;
}

/* Its pipe to us closes by exec. */
_Noreturn static void exec_hook(const struct hook *h, int tell)
{
	const char *argv[] = { h->path, h->name, h->when, NULL };
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), r;

	setpgid(0, 0);
	/* Without a place for what it says: standard output may be an answer in JSON. */
	r = null < 0 || dup2(null, 0) < 0 || (h->out >= 0 && dup2(h->out, 2) < 0) || dup2(2, 1) < 0 || chdir("/") ?
		-errno : 0;
	if (!r && (dup3(tell, 3, O_CLOEXEC) < 0 || close_range(4, ~0U, 0)))
		r = -errno;
	if (!r)
		r = launch_drop(h->uid, h->uid, NULL, 0);
	if (!r) {
		signals_reset();
		execve(h->path, (char *const *)argv, launch_environment);
		r = -errno;
	}
	_exit(write(3, &r, sizeof(r)) != sizeof(r));
}

static int wait_for_end(pid_t pid, int *code)
{
	_fd_ int pidfd = pidfd_open(pid, 0);
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };
	int status, r = 0;

	/* A pidfd that cannot be had: it gets no time. */
	if (pidfd < 0 || poll(&pfd, 1, HOOK_MS) <= 0) {
		r = -ETIMEDOUT;
		kill(-pid, SIGKILL);
	}
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return r;
}

int hook_run(const struct hook *h, int *code, char *why, size_t size)
{
	int told[2], r = trust(h, why, size), failed = 0;
	pid_t pid;

	if (!r && pipe2(told, O_CLOEXEC))
		r = -errno;
	if (r)
		return r;
	pid = fork();
	if (!pid)
		exec_hook(h, told[1]);
	r = pid < 0 ? -errno : 0;
	close(told[1]);
	if (!r && read(told[0], &failed, sizeof(failed)) != sizeof(failed))
		failed = 0;
	close(told[0]);
	if (!r)
		r = wait_for_end(pid, code);
	return failed ? failed : r;
}
