/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <stdlib.h>

#include "launcher/base/i18n.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/control.h"
#include "launcher/run/lock.h"
#include "launcher/run/supervise.h"

enum { OPT_STOP = 0x100 };

static const struct opt opts[] = {
	{ "stop", 0, NULL, N_("shut it down, as ExecStop= of its unit"), OPT_STOP },
	{ 0 }
};

static int run_supervise(const struct globals *g, int argc, char **argv);

const struct cmd cmd_supervise = {
	.name = "supervise",
	.args = "NAME",
	.help = N_("watch a VM that runs, until it ends (igvm-supervise@.service)"),
	.opts = opts,
	.internal = true,
	.run = run_supervise,
};

/*
 * A supervisor that is none of systemd's has the VM: the stop is its business, and ours to keep systemd
 * waiting for as long as it answers. One that does not is left to the TimeoutStopSec= of the unit.
 */
static int stop_by_another(const struct supervise *s)
{
	enum { ASK_MS = 2000, STEP_MS = 1000 };
	const char *op = "stop";

	for (; lock_vm_held(s->paths, s->name) == 1; op = "status", poll(NULL, 0, STEP_MS)) {
		_json_ json_t *request = json_pack("{s:s}", "op", op), *answer = NULL;
		int r = request ? control_call(s->paths, s->name, request, ASK_MS, &answer) : -ENOMEM;

		if (!r)
			supervise_notify("EXTEND_TIMEOUT_USEC=30000000");
		else if (control_nobody(r) && (r = supervise_run(s)) != EXIT_BUSY)
			return r;
	}
	return EXIT_OK;
}

/* systemd runs ExecStop= also for a VM that went down by itself, while its supervisor writes that down. */
static int stop(const struct supervise *s)
{
	int r = lock_vm_held(s->paths, s->name) == 1 ? supervise_run(s) : EXIT_OK;

	return r == EXIT_BUSY ? stop_by_another(s) : r;
}

static int run_supervise(const struct globals *g, int argc, char **argv)
{
	struct supervise s = { .sysroot = g->root, .ready_fd = -1 };
	struct paths p;
	int r;

	while ((r = cmd_getopt(&cmd_supervise, argc, argv)) != -1) {
		if (r != OPT_STOP)
			return EXIT_USAGE;
		s.stop = true;
	}
	r = cmd_vm_name(&cmd_supervise, g, argc, argv, &s.name, &p);
	if (r)
		return r;
	s.paths = &p;
	s.notify = getenv("NOTIFY_SOCKET") != NULL;
	return s.stop ? stop(&s) : supervise_run(&s);
}
