/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. Start forks the supervisor, the supervisor forks launch, launch becomes QEMU. The
 * locks travel start -> launch -> QEMU; start and the supervisor close theirs at once, so that the VM's
 * lock is held exactly as long as QEMU lives. Start then waits for one line of the supervisor: ready
 * (query-status has answered) or why not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/decide/probe.h"
#include "launcher/facts/vfio.h"
#include "launcher/run/control.h"
#include "launcher/run/keeper.h"
#include "launcher/run/launch.h"
#include "launcher/run/restart.h"
#include "launcher/run/supervise.h"
#include "launcher/progress.h"
#include "launcher/start.h"

/* The terminal is the command's: what there is to say goes through @ready, status and logs. */
static void leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (null >= 0)
			dup2(null, fd);
	close(null);
}

/* The supervisor and the launch below it: never returns to the command. */
_Noreturn static void become_supervisor(struct pipeline *p, const struct unit_orders *o, int ready)
{
	char *again[7] = { (char *)"igvm", (char *)"start" };
	struct supervise s = { .paths = &p->paths, .sysroot = "/", .name = p->name, .ready_fd = ready,
			       .again = again };
	struct launch l = {
		.paths = &p->paths, .plan = &p->plan, .words = &p->words, .vm_lock = p->vm_lock,
		.device_lock = p->device_lock, .previous_driver = p->previous_driver,
		.vbt = vfio_vbt(&p->host.vfio),
		.trial_ms = o->trial_ms,
	};
	char text[512];
	int status[2];
	size_t words = 2;
	ssize_t n;

	if (o->rescue)
		again[words++] = (char *)"--rescue";
	if (o->force)
		again[words++] = (char *)"--force";
	if (o->no_probe)
		again[words++] = (char *)"--no-probe";
	again[words] = (char *)p->name;
	leave_terminal();
	if (pipe2(status, O_CLOEXEC))
		_exit(EXIT_FAILED);
	s.child = fork();
	if (!s.child) {
		close(status[0]);
		close(ready);
		l.status_fd = status[1];
		_exit(launch_exec(&l) ? EXIT_FAILED : EXIT_OK);
	}
	close(status[1]);
	close(TAKE_FD(p->vm_lock));
	if (p->device_lock >= 0)
		close(TAKE_FD(p->device_lock));
	n = s.child < 0 ? 0 : read(status[0], text, sizeof(text) - 1);
	if (s.child < 0 || n > 0) {
		text[n > 0 ? n : 0] = '\0';
		dprintf(ready, "failed %s\n", n > 0 ? text : strerror(errno));
		if (s.child > 0)
			waitpid(s.child, NULL, 0);
		/* What stays is in the journal: the next start or `igvm cleanup` tries again. */
		(void)!vm_cleanup("/", &p->paths, p->name);
		_exit(EXIT_FAILED);
	}
	close(status[0]);
	_exit(supervise_run(&s));
}

/* Pinning 16 GiB takes its time. */
void start_progress(const struct pipeline *p)
{
	progress_begin(_("%s: waiting for QEMU, at most %u s"), p->name, p->plan.start_ms / 1000);
}

/* Wait for the supervisor's one line. 0 and the line in @text, or -ETIMEDOUT, -EPIPE. */
static int wait_ready(const struct pipeline *p, int fd, char *text, size_t size)
{
	enum { STEP_MS = 500, SLACK_MS = 10000 };
	int64_t until = clock_ms() + p->plan.start_ms + SLACK_MS;
	size_t have = 0;

	while (clock_ms() < until) {
		struct pollfd pfd = { .fd = fd, .events = POLLIN };

		while (poll(&pfd, 1, STEP_MS) > 0) {
			ssize_t n = read(fd, text + have, size - 1 - have);

			if (n <= 0)
				return have ? 0 : -EPIPE;
			have += (size_t)n;
			text[have] = '\0';
			if (strchr(text, '\n') || have == size - 1)
				return 0;
		}
	}
	return -ETIMEDOUT;
}

/* What QEMU wrote, judged; the keeper may be a moment behind with the last lines. */
static void judge_log(const struct pipeline *p, struct findings *seen)
{
	enum { TRIES = 20, PAUSE_MS = 100 };
	char path[PATH_MAX + 64], ring[32];

	snprintf(path, sizeof(path), "%s/%s", p->plan.run_dir, keeper_ring_path(KEEPER_QEMU, 0, ring));
	for (int i = 0; i < TRIES; i++) {
		_free_ char *log = NULL;

		seen->n = 0;
		if (file_read_at(AT_FDCWD, path, RING_BYTES, &log, NULL))
			return;
		probe_judge_qemu(&p->plan, log, seen);
		if (finding_worst(seen) != SEVERITY_BLOCK)
			return;
		poll(NULL, 0, PAUSE_MS);
	}
}

/* What was planned and not applied, such as legacy mode that is off again, is no success. */
int start_judge_applied(struct pipeline *p)
{
	_json_ json_t *request = json_pack("{s:s}", "op", "kill");
	_json_ json_t *answer = NULL;
	struct findings seen = { 0 };
	int r;

	if (!p->plan.igpu)
		return EXIT_OK;
	judge_log(p, &seen);
	findings_print(stderr, &seen, SEVERITY_WARN);
	if (finding_worst(&seen) != SEVERITY_BLOCK)
		return EXIT_OK;
	r = request ? control_call(&p->paths, p->name, request, 10000, &answer) : -ENOMEM;
	if (r)
		say(_("%s: QEMU did not apply what was planned and could not be stopped: %s; "
		      "igvm kill %s"), p->name, strerror(-r), p->name);
	else
		say(_("%s: QEMU did not apply what was planned: stopped"), p->name);
	return EXIT_FAILED;
}

int start_direct(struct pipeline *p, const struct unit_orders *o)
{
	char text[1024] = "";
	const char *failed;
	int ready[2], r;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC)) {
		say(_("%s: %m"), p->name);
		return EXIT_FAILED;
	}
	/* Whoever asks by hand begins anew. */
	if (!restart_is_mine(&p->paths, p->name))
		(void)restart_cancel(&p->paths, p->name);
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(ready[0]);
		become_supervisor(p, o, ready[1]);
	}
	close(ready[1]);
	cleanup_fd(&p->vm_lock);
	cleanup_fd(&p->device_lock);
	p->vm_lock = p->device_lock = -1;
	start_progress(p);
	r = pid < 0 ? -errno : wait_ready(p, ready[0], text, sizeof(text));
	progress_end();
	close(ready[0]);
	text[strcspn(text, "\n")] = '\0';
	if (!r && !strcmp(text, "ready"))
		return start_judge_applied(p);
	failed = str_starts(text, "failed ");
	if (failed)
		say("%s: %s", p->name, failed);
	else
		say(_("%s: did not start: %s; `igvm logs %s` shows what QEMU said"), p->name,
		    r == -EPIPE ? _("the supervisor ended") : strerror(-r), p->name);
	return EXIT_FAILED;
}
