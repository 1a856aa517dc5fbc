/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. `igvm start` claims first (locks, vfio-pci), because the
 * OpRegion can only be read once the device is bound; then it judges, plans and
 * spells. If anything refuses up to there, everything is given back.
 *
 * From there on processes do the rest: start forks the supervisor, the
 * supervisor forks launch, launch becomes QEMU. The locks travel start ->
 * launch -> QEMU; start and the supervisor close theirs at once, so that the
 * VM's lock is held exactly as long as QEMU lives. Start then waits for one
 * line of the supervisor: ready (query-status has answered) or why not.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/decide/probe.h"
#include "launcher/pipeline.h"
#include "launcher/run/control.h"
#include "launcher/run/keeper.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"
#include "launcher/run/supervise.h"
#include "launcher/run/supervise_status.h"
#include "launcher/way_in.h"

static const struct opt opts[] = {
	PIPELINE_OPT_RESCUE_ROW,
	PIPELINE_OPT_FORCE_ROW,
	{ 0 }
};

static int run_start(const struct globals *g, int argc, char **argv);

const struct cmd cmd_start = {
	.name = "start",
	.args = "NAME",
	.help = N_("start a VM, or say why it would not work"),
	.more = N_("Binds the iGPU to vfio-pci, reads its OpRegion, judges host, QEMU and ROM, builds\n"
		   "the command line and starts QEMU with its own user. Refuses with exit status 5 when\n"
		   "a finding says that the guest's driver could not work. The start of a VM that\n"
		   "already runs succeeds."),
	.opts = opts,
	.run = run_start,
};

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
_Noreturn static void become_supervisor(struct pipeline *p, int ready)
{
	struct supervise s = { .paths = &p->paths, .sysroot = "/", .name = p->name, .ready_fd = ready };
	struct launch l = {
		.paths = &p->paths, .plan = &p->plan, .words = &p->words, .vm_lock = p->vm_lock,
		.device_lock = p->device_lock, .previous_driver = p->previous_driver,
	};
	char text[512];
	int status[2];
	ssize_t n;

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

/* A line now and then for whoever watches a terminal; pinning 16 GiB takes its time. */
static void show_progress(const struct pipeline *p, unsigned int waited_ms)
{
	if (!isatty(STDERR_FILENO) || waited_ms < 2000 || waited_ms % 2000)
		return;
	fprintf(stderr, _("igvm: %s: waiting for QEMU, %u s of at most %u s"), p->name,
		waited_ms / 1000, p->plan.start_ms / 1000);
	fputc('\r', stderr);
}

/* Wait for the supervisor's one line. 0 and the line in @text, or -ETIMEDOUT, -EPIPE. */
static int wait_ready(const struct pipeline *p, int fd, char *text, size_t size)
{
	enum { STEP_MS = 500, SLACK_MS = 10000 };
	size_t have = 0;

	for (unsigned int waited = 0; waited < p->plan.start_ms + SLACK_MS; waited += STEP_MS) {
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
		show_progress(p, waited);
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
		if (file_read_at(AT_FDCWD, path, KEEPER_RING_BYTES, &log, NULL))
			return;
		probe_judge_qemu(&p->plan, log, seen);
		if (finding_worst(seen) != SEVERITY_BLOCK)
			return;
		poll(NULL, 0, PAUSE_MS);
	}
}

/* What was planned and not applied, such as legacy mode that is off again, is no success. */
static int judge_applied(struct pipeline *p)
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

static void say_started(const struct pipeline *p)
{
	_json_ json_t *status = NULL;

	printf(_("%s runs.\n"), p->name);
	if (!status_read(&p->paths, p->name, &status))
		way_in_print(status);
	if (p->plan.emulated_display)
		printf(_("  picture: `igvm view %s`, or `igvm screenshot %s FILE.png`\n"), p->name, p->name);
	printf(_("  state:   igvm status %s\n"), p->name);
}

static int start_direct(struct pipeline *p)
{
	char text[1024] = "";
	const char *failed;
	int ready[2], r;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC)) {
		say(_("%s: %m"), p->name);
		return EXIT_FAILED;
	}
	fflush(NULL);
	pid = fork();
	if (!pid) {
		close(ready[0]);
		become_supervisor(p, ready[1]);
	}
	close(ready[1]);
	cleanup_fd(&p->vm_lock);
	cleanup_fd(&p->device_lock);
	p->vm_lock = p->device_lock = -1;
	r = pid < 0 ? -errno : wait_ready(p, ready[0], text, sizeof(text));
	close(ready[0]);
	text[strcspn(text, "\n")] = '\0';
	if (!r && !strcmp(text, "ready"))
		return judge_applied(p);
	failed = str_starts(text, "failed ");
	if (failed)
		say("%s: %s", p->name, failed);
	else
		say(_("%s: did not start: %s; `igvm logs %s` shows what QEMU said"), p->name,
		    r == -EPIPE ? _("the supervisor ended") : strerror(-r), p->name);
	return EXIT_FAILED;
}

/* The VM's lock is held: it runs (success), or somebody starts it right now. */
static int already_running(struct pipeline *p)
{
	_json_ json_t *request = json_pack("{s:s}", "op", "status");
	_json_ json_t *answer = NULL;
	const char *state;
	int r = control_call(&p->paths, p->name, request, 2000, &answer);

	if (r && cmd_vm_say_lost(&p->paths, p->name))
		return EXIT_BUSY;
	if (r == -ETIMEDOUT) {
		cmd_vm_say_silent(&p->paths, p->name);
		return EXIT_BUSY;
	}
	if (r) {
		r = supervise_spawn(&p->paths, "/", p->name, 5000);
		if (r && r != -EBUSY) {
			say(_("%s: is being started or stopped by another igvm"), p->name);
			return EXIT_BUSY;
		}
		printf(_("%s runs already; its supervisor was started again.\n"), p->name);
		return EXIT_OK;
	}
	state = json_string_value(json_object_get(answer, "state"));
	if (state && !strcmp(state, "running")) {
		printf(_("%s runs already.\n"), p->name);
		return EXIT_OK;
	}
	say(_("%s: is being started or stopped (%s)"), p->name, cmd_vm_state_text(state));
	return EXIT_BUSY;
}

static int run_start(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	struct pipeline_args a;
	int code = pipeline_args(&cmd_start, g, argc, argv, &a);

	if (code)
		return code;
	p = pipeline_new(g, a.name);
	if (!p)
		return EXIT_FAILED;
	code = pipeline_prepare(p, PLAN_RUN, a.rescue, a.force);
	if (p->vm_busy)
		return already_running(p);
	if (!code)
		code = start_direct(p);
	if (!code)
		say_started(p);
	return code;
}
