/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `igvm launch NAME`: the process becomes the VM. What `igvm start` does in
 * two processes, for a service manager that wants one.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/pipeline.h"
#include "launcher/run/launch.h"

enum { OPT_RESCUE = 0x100, OPT_FORCE };

static const struct opt opts[] = {
	{ "rescue", 0, NULL, N_("bring the emulated display back for this run"), OPT_RESCUE },
	{ "force", 0, NULL, N_("launch in spite of findings that block"), OPT_FORCE },
	{ 0 }
};

static int run_launch(const struct globals *g, int argc, char **argv);

const struct cmd cmd_launch = {
	.name = "launch",
	.args = "NAME",
	.help = N_("prepare a VM and become its QEMU"),
	.opts = opts,
	.internal = true,
	.run = run_launch,
};

/* Returns only when it failed. The sentence goes to stderr as it was, which by then may be the keeper's. */
static int become(struct pipeline *p)
{
	struct launch l = {
		.paths = &p->paths, .plan = &p->plan, .words = &p->words, .vm_lock = p->vm_lock,
		.device_lock = p->device_lock, .previous_driver = p->previous_driver,
		.status_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3),
	};
	uid_t before = geteuid();

	fflush(NULL);
	/* As the VM's user it can undo nothing: that is for `igvm cleanup`, which the unit runs. */
	if (launch_exec(&l) && geteuid() != before)
		_exit(EXIT_FAILED);
	return EXIT_FAILED;
}

static int launch_vm(struct pipeline *p, bool rescue, bool force)
{
	int code = pipeline_wish(p);

	if (!code)
		code = pipeline_facts(p, HOST_VFIO_NEVER);
	if (!code)
		code = pipeline_claim(p);
	if (p->vm_busy)
		say(_("%s: runs already, or is being started or stopped"), p->name);
	if (code)
		return code;
	if (p->claimed)
		code = pipeline_facts(p, HOST_VFIO_IF_FREE);
	if (!code)
		code = pipeline_plan(p, PLAN_RUN, rescue, force);
	if (code) {
		pipeline_unclaim(p);
		return code == EXIT_REFUSED ? findings_refuse(&p->findings) : code;
	}
	findings_print(stderr, &p->findings, SEVERITY_WARN);
	code = become(p);
	pipeline_unclaim(p);
	return code;
}

static int run_launch(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	bool rescue = false, force = false;
	int v;

	while ((v = cmd_getopt(&cmd_launch, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		rescue |= v == OPT_RESCUE;
		force |= v == OPT_FORCE;
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_launch, _("launch takes the name of one VM"));
	if (g->foreign_root)
		return cmd_usage(&cmd_launch, _("launch works on this host only, not with --root"));
	p = pipeline_new(g, argv[optind]);
	return p ? launch_vm(p, rescue, force) : EXIT_FAILED;
}
