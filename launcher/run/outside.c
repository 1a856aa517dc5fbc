/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/outside.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/bind_write.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"
#include "launcher/run/screen.h"
#include "launcher/run/supervise.h"

enum { MOVE_MS = 5000, STEP_MS = 50, WATCH_MS = 500, SPAWN_MS = 5000 };

/* org.freedesktop.systemd1(5), StartTransientUnit(): a scope takes processes that exist by PIDs. */
static int start_scope(const char *sysroot, const char *scope)
{
	static const char *const places[] = { "/usr/bin/busctl", "/run/current-system/sw/bin/busctl" };
	char pid[16], path[PATH_MAX];
	char *const argv[] = {
		path, "--system", "--quiet", "call", "org.freedesktop.systemd1",
		"/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager", "StartTransientUnit",
		"ssa(sv)a(sa(sv))", (char *)scope, "fail", "4", "PIDs", "au", "1", pid, "Slice", "s",
		"system.slice", "CollectMode", "s", "inactive-or-failed", "Description", "s",
		"igvm: hands the screen over", "0", NULL,
	};
	int r = -ENOENT;

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	for (size_t i = 0; i < ARRAY_SIZE(places) && r == -ENOENT; i++)
		if (str_print(path, sizeof(path), "%s%s", strcmp(sysroot, "/") ? sysroot : "", places[i]))
			r = bind_run(argv, MOVE_MS);
	return r;
}

static bool is_in(const char *scope)
{
	_free_ char *text = NULL;

	return !file_read_at(AT_FDCWD, "/proc/self/cgroup", 65536, &text, NULL) && strstr(text, scope);
}

int outside_move(const char *sysroot, const char *what)
{
	char path[PATH_MAX], scope[128];
	int r;

	setsid();
	signal(SIGHUP, SIG_IGN);
	if (!str_print(path, sizeof(path), "%s/run/systemd/system", strcmp(sysroot, "/") ? sysroot : "") ||
	    access(path, F_OK))
		return 0;
	if (!str_print(scope, sizeof(scope), "igvm-%s-%d.scope", what, (int)getpid()))
		return -ENAMETOOLONG;
	r = start_scope(sysroot, scope);
	if (r)
		return -ENOTSUP;
	for (int ms = 0; ms < MOVE_MS; ms += STEP_MS) {
		if (is_in(scope))
			return 0;
		poll(NULL, 0, STEP_MS);
	}
	return -ENOTSUP;
}

static bool has_supervisor(const struct paths *p, const char *name)
{
	int fd = lock_supervisor(p, name);

	if (fd >= 0)
		close(fd);
	return fd == -EBUSY;
}

/* @starter, our parent, is in charge while it lives: on a busy machine launch takes its time. */
_Noreturn static void watch(const struct paths *p, const char *sysroot, const char *name, bool vm,
			    pid_t starter)
{
	struct bdf v[SCREENS_MAX];
	int alone = 0;
	char why[256];

	/* What needs a reboot will not come by waiting. */
	while (screen_owned(p, name, v) > 0 && !screen_lost(p, name, why, sizeof(why))) {
		int held = lock_vm_held(p, name);

		poll(NULL, 0, WATCH_MS);
		alone = getppid() == starter || has_supervisor(p, name) ? 0 : alone + 1;
		/* Twice: between launch and supervisor there is a moment without one. */
		if (alone < 2)
			continue;
		if (held == 1 && vm)
			(void)!supervise_spawn(p, sysroot, name, SPAWN_MS);
		else if (held == 0 && supervise_finish(p, sysroot, name) == -ENOENT)
			(void)!vm_cleanup(sysroot, p, name);
		alone = 0;
	}
	_exit(0);
}

pid_t outside_watch(const struct paths *p, const char *sysroot, const char *name, bool vm)
{
	pid_t starter = getpid(), pid = fork();
	int null;

	if (pid)
		return pid < 0 ? -errno : pid;
	setsid();
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; fd <= STDERR_FILENO && null >= 0; fd++)
		dup2(null, fd);
	close_range(3, ~0U, 0);
	signal(SIGHUP, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	watch(p, sysroot, name, vm, starter);
}
