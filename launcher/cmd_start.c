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
#include "launcher/get_in.h"
#include "launcher/hand_over.h"
#include "launcher/decide/probe.h"
#include "launcher/facts/vfio.h"
#include "launcher/pipeline.h"
#include "launcher/run/control.h"
#include "launcher/run/keeper.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"
#include "launcher/run/record.h"
#include "launcher/run/screen.h"
#include "launcher/run/supervise.h"
#include "launcher/run/supervise_status.h"

enum { OPT_YES = 0x100, OPT_TRIAL };

#define TRIAL_MIN_S	10u

static const struct opt opts[] = {
	{ "yes", 'y', NULL, N_("close what uses the host's screen without asking"), OPT_YES },
	{ "trial", 0, "TIME", N_("stop it after TIME (90s, 3m, 1h) unless `igvm confirm NAME` comes"),
	  OPT_TRIAL },
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
		   "already runs succeeds.\n\n"
		   "Where the host shows its screen with the iGPU, says what closes and asks; without a\n"
		   "terminal and without --yes it refuses with exit status 5. It then goes on outside\n"
		   "the session that closes. When the VM has ended, however it ended, the screen comes\n"
		   "back: driver, consoles, display manager."),
	.opts = opts,
	.run = run_start,
};

/** struct start_args - what the command was given */
struct start_args {
	const char *name;
	bool rescue, force, yes;
	unsigned int trial_ms;
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
_Noreturn static void become_supervisor(struct pipeline *p, unsigned int trial_ms, int ready)
{
	struct supervise s = { .paths = &p->paths, .sysroot = "/", .name = p->name, .ready_fd = ready };
	struct launch l = {
		.paths = &p->paths, .plan = &p->plan, .words = &p->words, .vm_lock = p->vm_lock,
		.device_lock = p->device_lock, .previous_driver = p->previous_driver,
		.vbt = vfio_vbt(&p->host.vfio),
		.trial_ms = trial_ms,
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

static void say_started(const struct pipeline *p, unsigned int trial_ms)
{
	_json_ json_t *status = NULL;

	printf(_("%s runs.\n"), p->name);
	if (trial_ms)
		printf(_("  trial:   stopped in %u s unless `igvm confirm %s` comes\n"), trial_ms / 1000,
		       p->name);
	if (!status_read(&p->paths, p->name, &status))
		get_in_print(status);
	if (p->plan.emulated_display)
		printf(_("  picture: `igvm view %s`, or `igvm screenshot %s FILE.png`\n"), p->name, p->name);
	printf(_("  state:   igvm status %s\n"), p->name);
}

static int start_direct(struct pipeline *p, unsigned int trial_ms)
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
		become_supervisor(p, trial_ms, ready[1]);
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

/* "90s", "3m", "1h", or seconds */
static bool parse_time(const char *text, unsigned int *ms)
{
	static const struct {
		char unit;
		unsigned int seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 } };
	unsigned int factor = 1;
	char digits[16];
	uint64_t v;

	if (!*text || !str_copy(digits, sizeof(digits), text))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (digits[strlen(digits) - 1] == units[i].unit) {
			factor = units[i].seconds;
			digits[strlen(digits) - 1] = '\0';
			break;
		}
	if (!str_u64(digits, 10, RECORD_TRIAL_MAX_MS / 1000, &v) || v * factor < TRIAL_MIN_S ||
	    v * factor > RECORD_TRIAL_MAX_MS / 1000)
		return false;
	*ms = (unsigned int)v * factor * 1000;
	return true;
}

static int parse_args(const struct globals *g, int argc, char **argv, struct start_args *a)
{
	int v;

	*a = (struct start_args){ 0 };
	while ((v = cmd_getopt(&cmd_start, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		a->rescue |= v == PIPELINE_OPT_RESCUE;
		a->force |= v == PIPELINE_OPT_FORCE;
		a->yes |= v == OPT_YES;
		if (v == OPT_TRIAL && !parse_time(optarg, &a->trial_ms))
			return cmd_usage(&cmd_start, _("--trial wants a time from %us to 24h, as 90s or 3m"),
					 TRIAL_MIN_S);
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_start, _("%s takes the name of one VM"), cmd_start.name);
	if (g->foreign_root)
		return cmd_usage(&cmd_start, _("%s works on this host only, not with --root"),
				 cmd_start.name);
	a->name = argv[optind];
	return EXIT_OK;
}

/* The screen goes on outside the session: this process only tells of it. */
static int start_outside(struct pipeline *p, const struct hand_over *h)
{
	int code;
	pid_t pid = hand_over_leave(h, &code);

	if (!pid)
		return code;
	p->elsewhere = true;
	pipeline_unclaim(p);
	return pid < 0 ? code : hand_over_follow(h, pid);
}

static int before_claim(struct pipeline *p)
{
	const struct start_args *a = p->context;
	_free_ struct hand_over *h = calloc(1, sizeof(*h));
	int code;

	if (geteuid())
		return EXIT_OK;		/* the claim refuses */
	if (!h)
		return EXIT_FAILED;
	*h = (struct hand_over){ .paths = &p->paths, .what = p->name, .bdf = p->device, .yes = a->yes,
				 .vm = true };
	code = pipeline_lock_device(p);
	if (!code)
		code = hand_over_look(h);
	if (!code)
		code = hand_over_agree(h);
	if (!code && hand_over_closes(h))
		code = start_outside(p, h);
	if (code || p->elsewhere)
		return code;
	if (hand_over_needed(h))
		code = hand_over_take(h);
	else if (screen_adopt(&p->paths, p->device, p->name))
		code = EXIT_FAILED;
	p->screen = !code;
	return code;
}

static int run_start(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	struct start_args a;
	int code = parse_args(g, argc, argv, &a);

	if (code)
		return code;
	p = pipeline_new(g, a.name);
	if (!p)
		return EXIT_FAILED;
	p->before_claim = before_claim;
	p->context = &a;
	code = pipeline_prepare(p, PLAN_RUN, a.rescue, a.force);
	if (p->elsewhere)
		return code;
	if (p->vm_busy)
		return already_running(p);
	if (!code)
		code = start_direct(p, a.trial_ms);
	if (!code)
		say_started(p, a.trial_ms);
	return code;
}
