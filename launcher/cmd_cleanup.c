/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd.h"
#include "launcher/run/launch.h"

static int run_cleanup(const struct globals *g, int argc, char **argv);

const struct cmd cmd_cleanup = {
	.name = "cleanup",
	.args = "NAME",
	.help = N_("undo whatever a run of the VM left behind"),
	.internal = true,
	.run = run_cleanup,
};

/* The VM's file may be gone meanwhile: only names and directories are looked at. */
static int run_cleanup(const struct globals *g, int argc, char **argv)
{
	const char *name, *wrong;
	struct paths p;
	int r;

	if (cmd_getopt(&cmd_cleanup, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind + 1 != argc)
		return cmd_usage(&cmd_cleanup, _("cleanup takes the name of one VM"));
	name = argv[optind];
	wrong = vm_name_check(name);
	if (wrong)
		return cmd_usage(&cmd_cleanup, _("'%s' cannot name a VM: %s"), name, _(wrong));
	r = paths_mine(&p, g->root);
	if (!r)
		r = vm_cleanup(g->root, &p, name);
	if (!r)
		return EXIT_OK;
	if (r == -EBUSY) {
		say(_("%s: runs, or is being started: nothing was cleaned up"), name);
		return EXIT_BUSY;
	}
	log_line(LOG_ERROR, "%s: cleaning up: %s", name, strerror(-r));
	return r == -EACCES || r == -EPERM ? EXIT_PRIVILEGE : EXIT_FAILED;
}
