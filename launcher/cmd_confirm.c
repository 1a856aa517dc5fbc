/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd_vm.h"

enum { CONFIRM_MS = 10000 };

static int run_confirm(const struct globals *g, int argc, char **argv);

const struct cmd cmd_confirm = {
	.name = "confirm",
	.args = "NAME",
	.help = N_("keep a VM that was started on trial"),
	.more = N_("A VM started with `igvm start --trial TIME` is stopped when TIME is over, and the\n"
		   "host gets its screen back. This keeps it: type it over ssh to the host, or\n"
		   "wherever you can, once you see the guest's picture. Confirming twice, or a VM that is\n"
		   "not on trial, succeeds; too late is exit status 1."),
	.run = run_confirm,
};

static int run_confirm(const struct globals *g, int argc, char **argv)
{
	_json_ json_t *answer = NULL;
	struct paths p;
	const char *name;
	int r;

	if (cmd_getopt(&cmd_confirm, argc, argv) != -1)
		return EXIT_USAGE;
	r = cmd_vm_here(&cmd_confirm, g);
	if (!r)
		r = cmd_vm_name(&cmd_confirm, g, argc, argv, &name, &p);
	if (!r)
		r = cmd_vm_ask("confirm", g, &p, name, json_pack("{s:s}", "op", "confirm"), CONFIRM_MS,
			       &answer, NULL);
	if (r == EXIT_NOT_RUNNING) {
		say(_("%s does not run: there is nothing to confirm"), name);
		return EXIT_NOT_RUNNING;
	}
	if (r)
		return r;
	if (json_is_true(json_object_get(answer, "trial")))
		printf(_("%s is kept: its trial is over.\n"), name);
	else
		printf(_("%s runs, and is not on trial.\n"), name);
	return EXIT_OK;
}
