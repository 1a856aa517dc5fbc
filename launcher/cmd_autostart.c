/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/unit.h"

#define JOB_MS	30000

static int run_autostart(const struct globals *g, int argc, char **argv);

const struct cmd cmd_autostart = {
	.name = "autostart",
	.args = "enable|disable NAME",
	.help = N_("start a VM when the host starts, or no longer"),
	.more = N_("With systemd: enables or disables igvm@NAME.service. The VM is neither started nor\n"
		   "stopped by it. `igvm status NAME` says whether it is enabled. A VM that needs an\n"
		   "answer before it can start (the host's screen is on its iGPU) is refused at boot; the\n"
		   "journal has the reason."),
	.run = run_autostart,
};

static int refuse(const char *name, enum unit_systemd why)
{
	say(_("%s: cannot be started with the host: %s"), name, _(unit_serves_text(why)));
	return EXIT_FAILED;
}

static int change(const struct paths *p, const char *name, bool enable)
{
	enum unit_systemd serves = unit_serves(p);
	int r;

	if (serves != UNIT_SERVES)
		return refuse(name, serves);
	if (geteuid())
		return cmd_vm_needs_root(enable ? "autostart enable" : "autostart disable", name);
	if (unit_is_enabled(p, name) == enable) {
		printf(enable ? _("%s is started with the host already.\n") :
				_("%s is not started with the host.\n"), name);
		return EXIT_OK;
	}
	r = unit_systemctl(enable ? "enable" : "disable", NULL, name, false, JOB_MS);
	if (r || unit_is_enabled(p, name) != enable) {
		say(_("%s: `systemctl %s igvm@%s` failed: %s"), name, enable ? "enable" : "disable", name,
		    !r || r == -ECHILD ? _("run it to see why") : strerror(-r));
		return EXIT_FAILED;
	}
	printf(enable ? _("%s is started with the host from now on.\n") :
			_("%s is not started with the host any more.\n"), name);
	return EXIT_OK;
}

static int run_autostart(const struct globals *g, int argc, char **argv)
{
	struct paths p;
	const char *name;
	bool enable;
	int r;

	if (cmd_getopt(&cmd_autostart, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind + 2 != argc)
		return cmd_usage(&cmd_autostart, _("autostart wants enable or disable, and the name of one VM"));
	enable = !strcmp(argv[optind], "enable");
	if (!enable && strcmp(argv[optind], "disable"))
		return cmd_usage(&cmd_autostart, _("autostart wants enable or disable, not '%s'"),
				 argv[optind]);
	if (g->foreign_root)
		return cmd_usage(&cmd_autostart, _("%s works on this host only, not with --root"),
				 cmd_autostart.name);
	optind++;
	r = cmd_vm_name(&cmd_autostart, g, argc, argv, &name, &p);
	return r ? r : change(&p, name, enable);
}
