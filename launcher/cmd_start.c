/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. `igvm start` claims first (locks, vfio-pci), because the
 * OpRegion can only be read once the device is bound; then it judges, plans and
 * spells. If anything refuses up to there, everything is given back.
 *
 * From there on processes of its own do the rest (start_direct.c), or systemd does, where it serves
 * (start_unit.c): then everything is given back, because the launch in the unit takes it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/get_in.h"
#include "launcher/run/control.h"
#include "launcher/run/record.h"
#include "launcher/run/supervise.h"
#include "launcher/run/supervise_status.h"
#include "launcher/start.h"

enum { OPT_YES = 0x100, OPT_TRIAL, OPT_NO_PROBE };

#define TRIAL_MIN_S	10u

static const struct opt opts[] = {
	{ "yes", 'y', NULL, N_("close what uses the host's screen without asking"), OPT_YES },
	{ "trial", 0, "TIME", N_("stop it after TIME (90s, 3m, 1h) unless `igvm confirm NAME` comes"),
	  OPT_TRIAL },
	{ "no-probe", 0, NULL, N_("do not probe first, whatever has changed"), OPT_NO_PROBE },
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
		   "When kernel, QEMU, firmware, ROM or anything else that matters to the iGPU has changed\n"
		   "since the last probe that succeeded, the probe runs first (probe = auto).\n\n"
		   "Where the host shows its screen with the iGPU, says what closes and asks; without a\n"
		   "terminal and without --yes it refuses with exit status 5. It then goes on outside\n"
		   "the session that closes. When the VM has ended, however it ended, the screen comes\n"
		   "back: driver, consoles, display manager."),
	.opts = opts,
	.run = run_start,
};

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

static int parse_args(const struct globals *g, int argc, char **argv, const char **name, struct unit_orders *a)
{
	int v;

	*a = (struct unit_orders){ 0 };
	while ((v = cmd_getopt(&cmd_start, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		a->rescue |= v == PIPELINE_OPT_RESCUE;
		a->force |= v == PIPELINE_OPT_FORCE;
		a->yes |= v == OPT_YES;
		a->no_probe |= v == OPT_NO_PROBE;
		if (v == OPT_TRIAL && !parse_time(optarg, &a->trial_ms))
			return cmd_usage(&cmd_start, _("--trial wants a time from %us to 24h, as 90s or 3m"),
					 TRIAL_MIN_S);
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_start, _("%s takes the name of one VM"), cmd_start.name);
	if (g->foreign_root)
		return cmd_usage(&cmd_start, _("%s works on this host only, not with --root"),
				 cmd_start.name);
	*name = argv[optind];
	return EXIT_OK;
}

/* Everything is known to be good: to systemd with it, or on with our own processes. */
static int start(struct pipeline *p, const struct unit_orders *o, bool by_unit)
{
	int code;

	if (!by_unit) {
		code = start_probe(p, o);
		return code ? code : start_direct(p, o);
	}
	pipeline_unclaim(p);
	return start_unit(p, o);
}

static int run_start(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	struct unit_orders o;
	const char *name;
	bool by_unit;
	int code = parse_args(g, argc, argv, &name, &o);

	if (code)
		return code;
	p = pipeline_new(g, name);
	if (!p)
		return EXIT_FAILED;
	code = pipeline_paths(g, name, &p->paths);
	if (code)
		return code;
	by_unit = unit_serves(&p->paths) == UNIT_SERVES;
	p->before_claim = by_unit ? start_ask : start_before_claim;
	p->context = &o;
	code = pipeline_prepare(p, PLAN_RUN, o.rescue, o.force);
	if (p->elsewhere && (code || !by_unit))
		return code;
	if (p->vm_busy)
		return already_running(p);
	if (!code)
		code = start(p, &o, by_unit);
	if (!code)
		say_started(p, o.trial_ms);
	return code;
}
