/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <stdio.h>

#include "launcher/base/i18n.h"
#include "launcher/cmd_all.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/supervise_status.h"

static const struct opt opts[] = {
	{ "timeout", 't', "SECONDS", N_("how long the guest may take (default 120)"), 't' },
	{ 0 }
};

static int run_restart(const struct globals *g, int argc, char **argv);

const struct cmd cmd_restart = {
	.name = "restart",
	.args = "NAME",
	.help = N_("shut a VM down in order and start it again"),
	.more = N_("`igvm stop` and then `igvm start`, with all they check: what was changed in the VM's\n"
		   "file since its start counts from now on. A VM that does not run is started. When the\n"
		   "stop fails nothing is started."),
	.opts = opts,
	.run = run_restart,
};

/* A command of its own, with getopt as at the beginning of one. */
static int run(const struct cmd *c, const struct globals *g, int argc, char **argv)
{
	struct globals mine = *g;

	mine.verb = c->name;
	argv[0] = (char *)c->name;
	optind = 0;
	return c->run(&mine, argc, argv);
}

static int run_restart(const struct globals *g, int argc, char **argv)
{
	char *stop[] = { NULL, NULL, NULL, NULL, NULL }, *start[] = { NULL, NULL, NULL };
	const char *timeout = NULL, *name;
	_json_ json_t *status = NULL;
	struct paths p;
	int o, r, n = 1;

	while ((o = cmd_getopt(&cmd_restart, argc, argv)) != -1) {
		if (o != 't')
			return EXIT_USAGE;
		timeout = optarg;
	}
	r = cmd_vm_here(&cmd_restart, g);
	if (!r)
		r = cmd_vm_name(&cmd_restart, g, argc, argv, &name, &p);
	if (r)
		return r;
	/* What may not be asked may not be stopped either; said here, for the verb that was typed. */
	r = status_read(&p, name, &status);
	if (r)
		return cmd_status_fail("restart", &p, name, r);
	if (timeout) {
		stop[n++] = (char *)"--timeout";
		stop[n++] = (char *)timeout;
	}
	stop[n++] = start[1] = (char *)name;
	r = run(&cmd_stop, g, n, stop);
	fflush(stdout);
	return r ? r : run(&cmd_start, g, 2, start);
}
