/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "launcher/base/i18n.h"
#include "launcher/cmd_vm.h"

/* A QEMU that SIGKILL does not end within this hangs in the kernel; the command then says so. */
#define KILL_MS	(60u * 1000)

static int run_kill(const struct globals *g, int argc, char **argv);

const struct cmd cmd_kill = {
	.name = "kill",
	.args = "NAME",
	.help = N_("end a VM at once, as if its power was cut"),
	.more = N_("The guest is not asked and its disks may need a check afterwards: `igvm stop` is\n"
		   "what you want while the guest still answers."),
	.run = run_kill,
};

static int run_kill(const struct globals *g, int argc, char **argv)
{
	_json_ json_t *answer = NULL;
	struct paths p;
	const char *name;
	int r;

	if (cmd_getopt(&cmd_kill, argc, argv) != -1)
		return EXIT_USAGE;
	r = cmd_vm_name(&cmd_kill, g, argc, argv, &name, &p);
	if (r)
		return r;
	r = cmd_vm_ask("kill", g, &p, name, json_pack("{s:s, s:b}", "op", "kill", "wait", 1), KILL_MS,
		       &answer, NULL);
	if (r == EXIT_NOT_RUNNING) {
		printf(_("%s does not run.\n"), name);
		return EXIT_OK;
	}
	if (!r)
		printf(_("%s was stopped by force.\n"), name);
	return r;
}
