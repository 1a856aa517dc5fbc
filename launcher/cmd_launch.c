/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `igvm launch NAME`: the process becomes the VM. What `igvm start` does in
 * two processes, for a service manager that wants one.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/facts/vfio.h"
#include "launcher/pipeline.h"
#include "launcher/run/launch.h"
#include "launcher/start.h"

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
static int become(struct pipeline *p, unsigned int trial_ms)
{
	struct launch l = {
		.paths = &p->paths, .plan = &p->plan, .words = &p->words, .vm_lock = p->vm_lock,
		.device_lock = p->device_lock, .previous_driver = p->previous_driver, .trial_ms = trial_ms,
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

/* In its unit: what `igvm start` was given, and the mark that the record to come is this invocation's. */
static int take_orders(struct pipeline *p, struct unit_orders *o)
{
	int r = unit_orders_read(&p->paths, p->name, o);

	if (!r)
		return EXIT_OK;
	say(_("%s: %s/%s/start.json: %s"), p->name, p->paths.run, p->name, strerror(-r));
	return EXIT_FAILED;
}

/* MemoryDenyWriteExecute= is a filter on systemd 252 and the kernel's own (PR_SET_MDWE) later: tried, not asked. */
static bool may_make_code(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	bool may = page != MAP_FAILED && !mprotect(page, size, PROT_READ | PROT_EXEC);

	if (page != MAP_FAILED)
		munmap(page, size);
	return may;
}

/* QEMU's own words for it ("mprotect of jit buffer") help nobody. */
static int check_tcg(const struct pipeline *p)
{
	if (p->wish.accel != ACCEL_TCG || may_make_code())
		return EXIT_OK;
	say(_("%s: accel = tcg writes code, which its unit forbids: `systemctl edit igvm@%s`, and there "
	      "MemoryDenyWriteExecute=no below [Service]"), p->name, p->name);
	return EXIT_FAILED;
}

static int mark(const struct pipeline *p)
{
	const char *invocation = getenv("INVOCATION_ID");
	int r = invocation ? unit_mark(&p->paths, p->name, invocation) : 0;

	if (!r)
		return EXIT_OK;
	say(_("%s: %s/%s/unit.json: %s"), p->name, p->paths.run, p->name, strerror(-r));
	return EXIT_FAILED;
}

static int run_launch(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	struct unit_orders o = { 0 };
	struct pipeline_args a;
	bool in_unit;
	int code = pipeline_args(&cmd_launch, g, argc, argv, &a);

	if (code)
		return code;
	p = pipeline_new(g, a.name);
	if (!p)
		return EXIT_FAILED;
	code = pipeline_paths(g, a.name, &p->paths);
	in_unit = !code && unit_has_process(0, a.name);
	if (in_unit)
		code = take_orders(p, &o);
	if (code)
		return code;
	if (in_unit)
		p->before_claim = start_before_claim;
	p->context = &o;
	o.rescue |= a.rescue;
	o.force |= a.force;
	code = pipeline_prepare(p, PLAN_RUN, o.rescue, o.force);
	if (p->vm_busy)
		say(_("%s: runs already, or is being started or stopped"), p->name);
	if (code)
		return code;
	code = in_unit ? check_tcg(p) : EXIT_OK;
	if (!code)
		code = start_probe(p, &o);
	if (!code && in_unit)
		code = mark(p);
	if (!code)
		code = become(p, o.trial_ms);
	pipeline_unclaim(p);
	return code;
}
