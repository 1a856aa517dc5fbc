/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/setup/setup_run.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"

static const char *const environment[] = {
	"PATH=" SETUP_RUN_PATH, "HOME=/root", "LC_ALL=C",
	"TERM=dumb", NULL,
};

bool setup_run_is_service(char *const *argv)
{
	static const char *const names[] = { "systemctl", "udevadm", "rc-service" };
	const char *slash = strrchr(argv[0], '/');

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(slash ? slash + 1 : argv[0], names[i]))
			return true;
	return false;
}

/* --- in the child -------------------------------------------------------------------- */

/* update-grub asks /proc and /dev; what somebody has mounted there already stays. */
static void fill(const struct tree *t, const char *name)
{
	char from[16];

	snprintf(from, sizeof(from), "/%s", name);
	if (tree_is_dir_empty(t, name) == TRI_YES)
		(void)!mount(from, name, NULL, MS_BIND | MS_REC, NULL);
}

static int enter(const struct tree *t)
{
	if (t->live)
		return chdir("/");
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) || fchdir(t->fd))
		return -1;
	fill(t, "proc");
	fill(t, "sys");
	fill(t, "dev");
	return chroot(".") || chdir("/") ? -1 : 0;
}

static void child(const struct tree *t, char *const *argv, int out) __attribute__((noreturn));

static void child(const struct tree *t, char *const *argv, int out)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	umask(022);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
	    dup2(out, STDERR_FILENO) < 0 || enter(t)) {
		dprintf(out, "igvm: cannot enter the root: %s\n", strerror(errno));
		_exit(126);
	}
	environ = (char **)environment;
	execvp(argv[0], argv);
	dprintf(STDERR_FILENO, "igvm: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* --- outside -------------------------------------------------------------------- */

/* What can be read now; false at its end. */
static bool pass_on(int from, int show, int keep)
{
	char buf[4096];
	ssize_t n = read(from, buf, sizeof(buf));

	if (n < 0)
		return errno == EINTR || errno == EAGAIN;
	if (!n)
		return false;
	/* A closed terminal or a full disk is no reason to stop a program that builds an initramfs. */
	if (show >= 0)
		(void)!write_all(show, buf, (size_t)n);
	if (keep >= 0)
		(void)!write_all(keep, buf, (size_t)n);
	return true;
}

/* Until the program has ended; a daemon that it left behind may keep the pipe open. */
static int attend(int process, int from, int64_t deadline, int show, int keep)
{
	for (;;) {
		struct pollfd p[] = { { .fd = process, .events = POLLIN }, { .fd = from, .events = POLLIN } };
		int64_t left = deadline - clock_ms();

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(p, 2, (int)left) < 0 && errno != EINTR)
			return -errno;
		if (p[1].revents && !pass_on(from, show, keep))
			from = -1;
		else if (p[0].revents && !p[1].revents)
			return 0;
	}
}

int setup_run(const struct tree *t, char *const *argv, unsigned int seconds, int show, int keep,
	      int *status)
{
	_fd_ int out = -1, from = -1, process = -1;
	int fds[2], r, s;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	from = fds[0];
	out = fds[1];
	fcntl(from, F_SETFL, O_NONBLOCK);
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid)
		child(t, argv, out);
	setpgid(pid, pid);
	close(TAKE_FD(out));
	process = pidfd_open(pid, 0);
	r = process < 0 ? -errno : attend(process, from, clock_ms() + (int64_t)seconds * 1000, show, keep);
	if (r)
		kill(-pid, SIGKILL);
	while (waitpid(pid, &s, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*status = WIFEXITED(s) ? WEXITSTATUS(s) : 128 + WTERMSIG(s);
	return r;
}
