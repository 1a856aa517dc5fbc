/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "launcher/base/i18n.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/supervise.h"

static int run_supervise(const struct globals *g, int argc, char **argv);

const struct cmd cmd_supervise = {
	.name = "supervise",
	.args = "NAME",
	.help = N_("watch a VM that runs, until it ends (igvm-supervise@.service)"),
	.internal = true,
	.run = run_supervise,
};

static int run_supervise(const struct globals *g, int argc, char **argv)
{
	struct supervise s = { .sysroot = g->root, .ready_fd = -1 };
	struct paths p;
	int r;

	if (cmd_getopt(&cmd_supervise, argc, argv) != -1)
		return EXIT_USAGE;
	r = cmd_vm_name(&cmd_supervise, g, argc, argv, &s.name, &p);
	if (r)
		return r;
	s.paths = &p;
	s.notify = getenv("NOTIFY_SOCKET") != NULL;
	return supervise_run(&s);
}
