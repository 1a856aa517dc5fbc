/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * While a guest has the iGPU the host must not sleep: the device does not survive it, and neither does the
 * guest's driver. logind keeps an inhibitor for as long as a descriptor is open that its D-Bus call
 * returns, and no program but systemd-inhibit passes one on without a D-Bus library. So
 * systemd-inhibit(1) holds it, around a `cat` that waits for the end of a pipe of ours: however we
 * end, the pipe ends, the cat, and the inhibitor. The next supervisor takes a new one.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "launcher/base/str.h"

static const char *const places[] = {
	"/usr/bin/systemd-inhibit", "/bin/systemd-inhibit", "/run/current-system/sw/bin/systemd-inhibit",
};

static bool find_program(const char *sysroot, char path[static PATH_MAX])
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (str_print(path, PATH_MAX, "%s%s", strcmp(sysroot, "/") ? sysroot : "", places[i]) &&
		    !access(path, X_OK))
			return true;
	return false;
}

_Noreturn static void become_helper(const char *path, const char *name, int in)
{
	static char *const env[] = { "PATH=/usr/bin:/bin:/run/current-system/sw/bin", "LC_ALL=C", NULL };
	char why[96];
	char *const argv[] = {
		(char *)path, "--what=sleep:handle-lid-switch", "--who=igvm", why, "--mode=block", "cat", NULL
	};
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	snprintf(why, sizeof(why), "--why=the VM %s has the iGPU", name);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	setsid();
	if (null >= 0 && dup2(in, 0) >= 0 && dup2(null, 1) >= 0 && dup2(null, 2) >= 0 && !close_range(3, ~0U, 0))
		execve(path, argv, env);
	_exit(127);
}

void sup_inhibit_init(struct sup *sup)
{
	sup->inhibit = (struct sup_inhibit){ .pipe = -1, .pidfd = -1 };
}

/* Only root's is a host's: an ordinary user's VM has no iGPU. */
void sup_inhibit_begin(struct sup *sup)
{
	struct sup_inhibit *in = &sup->inhibit;
	char path[PATH_MAX];
	int pair[2];
	pid_t pid;

	if (!sup->record.igpu || in->pipe >= 0)
		return;
	if (!find_program(sup->s->sysroot, path)) {
		sup_log(sup, LOG_NOTE, "no systemd-inhibit here: whether the host sleeps is up to the host");
		return;
	}
	if (pipe2(pair, O_CLOEXEC)) {
		sup_log(sup, LOG_WARNING, "the host is not kept from sleeping: %s", strerror(errno));
		return;
	}
	pid = fork();
	if (!pid)
		become_helper(path, sup->s->name, pair[0]);
	close(pair[0]);
	in->pipe = pair[1];
	in->pidfd = pid < 0 ? -1 : pidfd_open(pid, 0);
	if (in->pidfd >= 0)
		return;
	sup_log(sup, LOG_WARNING, "the host is not kept from sleeping: %s", strerror(errno));
	sup_inhibit_end(sup);
}

static void reap(struct sup_inhibit *in)
{
	siginfo_t end = { 0 };

	while (in->pidfd >= 0 && waitid(P_PIDFD, (id_t)in->pidfd, &end, WEXITED) && errno == EINTR)
		;
	if (in->pidfd >= 0)
		close(in->pidfd);
	in->pidfd = -1;
}

/* It ends before its pipe does only when it could not begin: no logind, or logind said no. */
void sup_inhibit_turn(struct sup *sup, short revents)
{
	if (!revents)
		return;
	reap(&sup->inhibit);
	sup_log(sup, LOG_NOTE, "logind gives no inhibitor: whether the host sleeps is up to the host");
}

void sup_inhibit_end(struct sup *sup)
{
	struct sup_inhibit *in = &sup->inhibit;

	if (in->pipe >= 0)
		close(in->pipe);
	in->pipe = -1;
	/* systemd-inhibit passes SIGTERM on to nobody; it and its cat end by themselves. */
	if (in->pidfd >= 0)
		close(in->pidfd);
	in->pidfd = -1;
}
