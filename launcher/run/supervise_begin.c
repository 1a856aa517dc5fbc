/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a supervisor needs before its loop, and what is left to do where it cannot begin. */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/control_path.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"

static int open_signals(struct sup *sup)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	signal(SIGHUP, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	sup->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return sup->signal_fd < 0 ? -errno : 0;
}

/*
 * Does another supervisor answer for this run? It may still be waiting for QEMU's record,
 * as we would.
 */
static bool has_another(const struct sup *sup)
{
	_json_ json_t *request = json_pack("{s:s}", "op", "status");
	int64_t until = sup_now() + sup->answer_ms;

	while (request && sup_now() < until) {
		_json_ json_t *answer = NULL;

		if (!control_call(sup->s->paths, sup->s->name, request, sup->answer_ms, &answer))
			return true;
		poll(NULL, 0, 50);
	}
	return false;
}

/*
 * QEMU was started with us, and nobody would watch it: a start that fails leaves none.
 * It is our child, so its pid is its own until we reap it.
 */
static void end_child(const struct sup *sup)
{
	const struct supervise *s = sup->s;
	int r;

	kill(s->child, SIGKILL);
	while (waitpid(s->child, NULL, 0) < 0 && errno == EINTR)
		;
	r = vm_cleanup(s->sysroot, s->paths, s->name);
	if (r)
		log_line(LOG_ERROR, "cleaning up: %s", strerror(-r));
}

static int give_up_code(const struct sup *sup, int r)
{
	if (r == -ESRCH || r == -ENOENT)
		return sup->s->notify ? EXIT_OK : EXIT_NOT_RUNNING;
	if (r == -EBUSY)
		return EXIT_BUSY;
	if (r == -EACCES || r == -EPERM)
		return EXIT_PRIVILEGE;
	return r == -EINTR ? EXIT_OK : EXIT_FAILED;
}

static void tell_why(struct sup *sup, int r)
{
	char line[PATH_MAX + 256];

	if (r == -ESRCH || r == -ENOENT)
		snprintf(line, sizeof(line), "failed %s\n", _("the VM does not run"));
	else if (r == -EBUSY)
		snprintf(line, sizeof(line), "failed %s\n", _("it has a supervisor already"));
	else
		snprintf(line, sizeof(line), "failed %s: %s: %s\n", _("cannot supervise it"),
			 sup->trying, strerror(-r));
	sup_tell(sup, line);
}

/* Nothing was there to attach to, or we may not: one line, one code. */
int sup_give_up(struct sup *sup, int r)
{
	bool ours = sup->s->child > 0 && sup->s->ready_fd >= 0 && r != -EINTR;

	if (ours && !(r == -EBUSY && has_another(sup)))
		end_child(sup);
	if (r == -ESRCH && sup->run_fd >= 0) {
		int e = sup_record_unseen(sup);

		log_line(LOG_WARNING, "it ended while nobody watched%s%s", e ? ": " : "",
			 e ? strerror(-e) : "");
	} else if (r == -EPROTO) {
		log_line(LOG_ERROR, "state.json is of a newer igvm: left alone");
	} else if (r != -ENOENT && r != -ESRCH && r != -EINTR) {
		log_line(LOG_ERROR, "cannot supervise: %s: %s", sup->trying, strerror(-r));
	}
	tell_why(sup, r);
	return give_up_code(sup, r);
}

/* What is being tried, for the line that says why it failed. */
static void trying(struct sup *sup, const char *dir, const char *file)
{
	if (!str_print(sup->trying, sizeof(sup->trying), "%s/%s", dir, file))
		str_fit(sup->trying, sizeof(sup->trying), dir);
}

int sup_prepare(struct sup *sup)
{
	const struct supervise *s = sup->s;
	char dir[PATH_MAX];
	int r;

	str_fit(sup->trying, sizeof(sup->trying), s->name);
	r = open_signals(sup);
	if (r)
		return r;
	trying(sup, lock_dir(s->paths, dir) ? dir : s->paths->run, s->name);
	sup->lock_fd = lock_supervisor(s->paths, s->name);
	if (sup->lock_fd < 0)
		return sup->lock_fd;
	trying(sup, s->paths->run, s->name);
	r = sup_attach(sup);
	if (r)
		return r;
	trying(sup, s->paths->run, "control");
	return control_listen(&sup->control, s->paths, s->name);
}

/* The socket that a killed supervisor left; the lock says that it is nobody's. */
static void remove_socket(const struct paths *p, const char *name)
{
	_fd_ int dir = control_open_dir(p);

	if (dir >= 0)
		unlinkat(dir, name, 0);
}

int supervise_finish(const struct paths *p, const char *sysroot, const char *name)
{
	const struct supervise s = { .paths = p, .sysroot = sysroot, .name = name, .ready_fd = -1 };
	_free_ struct sup *sup = malloc(sizeof(*sup));
	int r = -ENOMEM;

	if (!sup)
		return r;
	sup_init(sup, &s);
	r = sup->lock_fd = lock_supervisor(p, name);
	if (r >= 0) {
		remove_socket(p, name);
		r = sup->run_fd = record_open_dir(p, name);
	}
	if (r >= 0)
		r = sup_record_unseen(sup);
	/* Without a run directory or a record there still may be a device to give back. */
	if (r == -ENOENT)
		r = vm_cleanup(sysroot, p, name);
	sup_done(sup);
	return r;
}
