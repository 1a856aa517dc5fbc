/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/cmd_setup.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/paths.h"
#include "launcher/base/str.h"
#include "launcher/cmd.h"
#include "launcher/setup/setup_trial.h"
#include "launcher/setup/setup_user.h"

enum { OPT_DEDICATED = 0x100, OPT_SHARED, OPT_ADOPT, OPT_TRIAL, OPT_NO_WAY_IN, OPT_USER, OPT_YES,
       OPT_STOCK, OPT_VERB };

static const struct opt opts[] = {
	{ "plan", 0, NULL, N_("show what would be done, change nothing (the default)"), OPT_VERB + SETUP_PLAN },
	{ "apply", 0, NULL, N_("do it, and read back what the next boot takes"), OPT_VERB + SETUP_APPLY },
	{ "undo", 0, NULL, N_("restore every file to the byte"), OPT_VERB + SETUP_UNDO },
	{ "confirm", 0, NULL, N_("end a trial: the setup stays"), OPT_VERB + SETUP_CONFIRM },
	{ "status", 0, NULL, N_("say whether a setup is applied, and since when"), OPT_VERB + SETUP_STATUS },
	{ "trial-expired", 0, NULL, N_("for igvm's own timer: undo and reboot if the trial is over"),
	  OPT_VERB + SETUP_EXPIRED },
	{ "dedicated", 0, NULL, N_("vfio-pci has the iGPU from boot on"), OPT_DEDICATED },
	{ "shared", 0, NULL, N_("the host has it until a VM starts (the default)"), OPT_SHARED },
	{ "adopt", 0, NULL, N_("take hand-made lines of an earlier attempt over"), OPT_ADOPT },
	{ "stock", 0, NULL, N_("undo to a stock host: adopted lines stay in the journal"), OPT_STOCK },
	{ "trial", 0, "TIME", N_("undo and reboot TIME (10m) after the next boot unless confirmed"), OPT_TRIAL },
	{ "no-way-in-ok", 0, NULL, N_("dedicated, even if nothing else leads into this host"), OPT_NO_WAY_IN },
	{ "user", 0, "NAME", N_("let NAME's own VMs have the iGPU, too"), OPT_USER },
	{ "yes", 'y', NULL, N_("do not ask"), OPT_YES },
	{ 0 },
};

static int run(const struct globals *g, int argc, char **argv);

const struct cmd cmd_setup = {
	.name = "setup",
	.args = "",
	.help = N_("make the host ready, shown first, undone to the byte"),
	.more = N_("Without --apply it shows a difference of each file and each command, and changes\n"
		   "nothing; root is not needed. --apply keeps every file's bytes, owner, mode and times\n"
		   "in a journal before the first change; --undo brings them back. A file that somebody\n"
		   "has changed since is left, and shown (exit status 1). Lines that --adopt took over\n"
		   "come back, too; with --undo --stock they stay away, in the journal."),
	.opts = opts,
	.json = true,
	.run = run,
};

static int take_option(struct setup_call *c, int v)
{
	switch (v) {
	case OPT_DEDICATED:
	case OPT_SHARED:
		if (c->way_given && (c->wish.way == SETUP_SHARED) != (v == OPT_SHARED))
			return cmd_usage(&cmd_setup, _("--dedicated or --shared, not both"));
		c->wish.way = v == OPT_SHARED ? SETUP_SHARED : SETUP_DEDICATED;
		c->way_given = true;
		return 0;
	case OPT_ADOPT:
		c->wish.adopt = true;
		return 0;
	case OPT_TRIAL:
		if (!setup_trial_parse(optarg, &c->trial))
			return cmd_usage(&cmd_setup, _("'%s' is no time between 1m and 24h, like 10m or 90s"),
					 optarg);
		return 0;
	case OPT_NO_WAY_IN:
		c->no_way_in_ok = true;
		return 0;
	case OPT_USER:
		c->user = optarg;
		return 0;
	case OPT_YES:
		c->yes = true;
		return 0;
	case OPT_STOCK:
		c->stock = true;
		return 0;
	}
	if (v < OPT_VERB)
		return EXIT_USAGE;
	if (c->verb_given && c->verb != (enum setup_verb)(v - OPT_VERB))
		return cmd_usage(&cmd_setup, _("one of --plan, --apply, --undo, --confirm, --status"));
	c->verb = (enum setup_verb)(v - OPT_VERB);
	c->verb_given = true;
	return 0;
}

static int check_words(struct setup_call *c)
{
	if (c->trial && c->verb != SETUP_APPLY && c->verb != SETUP_PLAN)
		return cmd_usage(&cmd_setup, _("--trial goes with --apply"));
	if (c->stock && c->verb != SETUP_UNDO)
		return cmd_usage(&cmd_setup, _("--stock goes with --undo"));
	if ((c->wish.adopt || c->user || c->way_given || c->no_way_in_ok) && c->verb != SETUP_APPLY &&
	    c->verb != SETUP_PLAN)
		return cmd_usage(&cmd_setup, _("--dedicated, --shared, --adopt, --user and --no-way-in-ok go with --plan and --apply"));
	if (c->verb != SETUP_PLAN && c->verb != SETUP_STATUS && geteuid()) {
		say(_("only root can change the host's configuration: sudo igvm setup"));
		return EXIT_PRIVILEGE;
	}
	return 0;
}

static int run(const struct globals *g, int argc, char **argv)
{
	static int (*const verbs[])(struct setup_call *) = {
		[SETUP_PLAN] = setup_call_plan, [SETUP_APPLY] = setup_call_apply,
		[SETUP_UNDO] = setup_call_undo, [SETUP_CONFIRM] = setup_call_confirm,
		[SETUP_STATUS] = setup_call_status, [SETUP_EXPIRED] = setup_call_expired,
	};
	struct setup_call c = { .g = g, .wish.way = SETUP_SHARED };
	int v, code = 0;

	while (!code && (v = cmd_getopt(&cmd_setup, argc, argv)) != -1)
		code = v == '?' ? EXIT_USAGE : take_option(&c, v);
	if (!code && optind < argc)
		code = cmd_usage(&cmd_setup, _("setup takes no operand: '%s'"), argv[optind]);
	if (!code)
		code = check_words(&c);
	if (code)
		return code;
	code = tree_init(&c.t, g->root);
	if (code) {
		say("%s: %s", g->root, strerror(-code));
		return EXIT_USAGE;
	}
	/* A terminal that goes away must not stop it half way; it could be taken up again, but why. */
	signal(SIGHUP, SIG_IGN);
	umask(022);
	code = verbs[c.verb](&c);
	close(c.t.fd);
	return code;
}
