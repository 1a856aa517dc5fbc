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
#include "launcher/facts/vfio.h"
#include "launcher/pipeline.h"
#include "launcher/run/launch.h"

static const struct opt opts[] = {
	PIPELINE_OPT_RESCUE_ROW,
	PIPELINE_OPT_FORCE_ROW,
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
		.vbt = vfio_vbt(&p->host.vfio),
		.status_fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3),
	};
	uid_t before = geteuid();

	fflush(NULL);
	/* As the VM's user it can undo nothing: that is for `igvm cleanup`, which the unit runs. */
	if (launch_exec(&l) && geteuid() != before)
		_exit(EXIT_FAILED);
	return EXIT_FAILED;
}

static int run_launch(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	struct pipeline_args a;
	int code = pipeline_args(&cmd_launch, g, argc, argv, &a);

	if (code)
		return code;
	p = pipeline_new(g, a.name);
	if (!p)
		return EXIT_FAILED;
	code = pipeline_prepare(p, PLAN_RUN, a.rescue, a.force);
	if (p->vm_busy)
		say(_("%s: runs already, or is being started or stopped"), p->name);
	if (code)
		return code;
	code = become(p);
	pipeline_unclaim(p);
	return code;
}
