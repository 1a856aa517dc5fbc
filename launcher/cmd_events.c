/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/cmd_logs.h"
#include "launcher/cmd_vm.h"

#define LINES_MAX	10000000u

static const struct opt opts[] = {
	{ "follow", 'f', NULL, N_("go on with what comes, until the VM has ended"), 'f' },
	{ "lines", 'n', "N", N_("only the last N lines"), 'n' },
	{ 0 }
};

static int run_events(const struct globals *g, int argc, char **argv);

const struct cmd cmd_events = {
	.name = "events",
	.args = "NAME",
	.help = N_("what has happened to a VM, one JSON object a line"),
	.more = N_("States of its supervisor, resets, panics, disk errors and ends, oldest first, of this run\n"
		   "and those before it, as far as 8 MiB reach. More than 20 in a second are counted: the\n"
		   "line \"suppressed\" says how many."),
	.opts = opts,
	.run = run_events,
};

static int run_events(const struct globals *g, int argc, char **argv)
{
	struct follow f = { .stream = "events" };
	struct paths p;
	int o, r;

	while ((o = cmd_getopt(&cmd_events, argc, argv)) != -1) {
		if (o == '?')
			return EXIT_USAGE;
		f.wait |= o == 'f';
		if (o == 'n' && (!str_u64(optarg, 10, LINES_MAX, &f.lines) || !f.lines))
			return cmd_usage(&cmd_events, _("--lines wants a number from 1"));
	}
	r = cmd_vm_name(&cmd_events, g, argc, argv, &f.name, &p);
	f.paths = &p;
	return r ? r : cmd_logs_print("events", g, &f);
}
