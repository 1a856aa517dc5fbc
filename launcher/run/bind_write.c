/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/bind_write.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

enum { MODPROBE_MS = 30000 };

/*
 * Wait for @pid; *@status as from waitpid(). A child that hangs is killed,
 * but not waited for: it may be in a sleep that no signal ends.
 */
static int wait_within(pid_t pid, int ms, int *status)
{
	struct pollfd pfd = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int n;

	if (pfd.fd < 0)
		return -errno;
	do
		n = poll(&pfd, 1, ms);
	while (n < 0 && errno == EINTR);
	if (n <= 0) {
		pidfd_send_signal(pfd.fd, SIGKILL, NULL, 0);
		n = poll(&pfd, 1, 100);
		close(pfd.fd);
		if (n > 0)
			waitpid(pid, NULL, 0);
		return -ETIMEDOUT;
	}
	close(pfd.fd);
	return waitpid(pid, status, 0) == pid ? 0 : -errno;
}

/* In the child: async-signal-safe calls only. errno values fit an exit status. */
_Noreturn static void write_and_exit(const char *path, const char *text, size_t len)
{
	int fd;

	close_range(3, ~0U, 0);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		_exit(errno);
	_exit(write(fd, text, len) == (ssize_t)len ? 0 : errno ? errno : EIO);
}

int bind_write(const char *path, const char *text)
{
	int status = 0, r;
	pid_t pid = fork();

	if (!pid)
		write_and_exit(path, text, strlen(text));
	if (pid < 0)
		return -errno;
	r = wait_within(pid, BIND_WRITE_MS, &status);
	if (r)
		return r;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

_Noreturn static void exec_modprobe(const char *module)
{
	static char *const env[] = { "PATH=/usr/sbin:/sbin:/usr/bin:/bin", NULL };
	char *const argv[] = { "modprobe", "-q", "--", (char *)module, NULL };

	close_range(3, ~0U, 0);
	execve("/usr/sbin/modprobe", argv, env);
	execve("/sbin/modprobe", argv, env);
	execve("/run/current-system/sw/bin/modprobe", argv, env);
	_exit(127);
}

int bind_modprobe(const char *module)
{
	int status = 0, r;
	pid_t pid = fork();

	if (!pid)
		exec_modprobe(module);
	if (pid < 0)
		return -errno;
	r = wait_within(pid, MODPROBE_MS, &status);
	if (r)
		return r;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ENOENT;
}
