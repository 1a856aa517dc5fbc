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
_Noreturn static void write_and_exit(const char *path, const char *text, size_t len, int keep)
{
	int fd;

	if (keep > 3)
		close_range(3, (unsigned int)keep - 1, 0);
	close_range(keep < 3 ? 3 : (unsigned int)keep + 1, ~0U, 0);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		_exit(errno);
	_exit(write(fd, text, len) == (ssize_t)len ? 0 : errno ? errno : EIO);
}

int bind_write(const char *path, const char *text, int keep)
{
	int status = 0, r;
	pid_t pid = fork();

	if (!pid)
		write_and_exit(path, text, strlen(text), keep);
	if (pid < 0)
		return -errno;
	r = wait_within(pid, BIND_WRITE_MS, &status);
	if (r)
		return r;
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}

_Noreturn static void exec_quietly(char *const argv[])
{
	static char *const env[] = { "PATH=/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL=C.UTF-8", NULL };
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd <= STDERR_FILENO && null >= 0; fd++)
		dup2(null, fd);
	close_range(3, ~0U, 0);
	execve(argv[0], argv, env);
	_exit(errno == ENOENT ? 127 : 126);
}

int bind_run(char *const argv[], int ms)
{
	int status = 0, r;
	pid_t pid;

	if (access(argv[0], X_OK))
		return -errno;
	pid = fork();
	if (!pid)
		exec_quietly(argv);
	if (pid < 0)
		return -errno;
	r = wait_within(pid, ms, &status);
	if (r)
		return r;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -ENOENT;
	return WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -ECHILD;
}

int bind_modprobe(const char *module)
{
	static const char *const paths[] = {
		"/usr/sbin/modprobe", "/sbin/modprobe", "/run/current-system/sw/bin/modprobe",
	};
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(paths) && r == -ENOENT; i++) {
		char *const argv[] = { (char *)paths[i], "-q", "--", (char *)module, NULL };

		r = bind_run(argv, MODPROBE_MS);
	}
	return r == -ECHILD ? -ENOENT : r;
}
