/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd.h"
#include "launcher/run/launch.h"
#include "launcher/run/supervise.h"
#include "launcher/run/unit.h"

static int run_cleanup(const struct globals *g, int argc, char **argv);

const struct cmd cmd_cleanup = {
	.name = "cleanup",
	.args = "NAME",
	.help = N_("undo whatever a run of the VM left behind"),
	.internal = true,
	.run = run_cleanup,
};

/*
 * As ExecStopPost= of the VM's unit: what systemd knows of the end. It restarts what fails, and what it
 * takes for success, an exit status of 0, is none where the guest has panicked: then this fails.
 */
static int record_exit(const struct paths *p, const char *name)
{
	const char *invocation = getenv("INVOCATION_ID"), *result = getenv("SERVICE_RESULT");
	const char *code = getenv("EXIT_CODE"), *status = getenv("EXIT_STATUS");
	enum sup_end end = END_UNKNOWN;
	int r;

	if (!invocation || !result || !unit_has_process(0, name))
		return EXIT_OK;
	if (unit_is_marked(p, name, invocation) && code && status) {
		r = supervise_record_exit(p, name, result, code, status, &end);
		if (r && r != -ENOENT)
			log_line(LOG_WARNING, "%s: end.json: %s", name, strerror(-r));
	}
	if (end == END_FAILED)
		return strcmp(result, "success") ? EXIT_OK : EXIT_FAILED;
	/* The orders of the start were for that run, and for the restarts of one that failed. */
	unit_orders_forget(p, name);
	return EXIT_OK;
}

/* The VM's file may be gone meanwhile: only names and directories are looked at. */
static int run_cleanup(const struct globals *g, int argc, char **argv)
{
	const char *name, *wrong;
	struct paths p;
	int r, code;

	if (cmd_getopt(&cmd_cleanup, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind + 1 != argc)
		return cmd_usage(&cmd_cleanup, _("cleanup takes the name of one VM"));
	name = argv[optind];
	wrong = vm_name_check(name);
	if (wrong)
		return cmd_usage(&cmd_cleanup, _("'%s' cannot name a VM: %s"), name, _(wrong));
	r = paths_mine(&p, g->root);
	code = r ? EXIT_OK : record_exit(&p, name);
	if (!r)
		r = vm_cleanup(g->root, &p, name);
	if (!r)
		return code;
	if (r == -EBUSY) {
		say(_("%s: runs, or is being started: nothing was cleaned up"), name);
		return EXIT_BUSY;
	}
	log_line(LOG_ERROR, "%s: cleaning up: %s", name, strerror(-r));
	return r == -EACCES || r == -EPERM ? EXIT_PRIVILEGE : EXIT_FAILED;
}
