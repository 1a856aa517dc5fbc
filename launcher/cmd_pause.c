/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs that are one command of QEMU's: pause, resume, reset. */
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd_vm.h"
#include "launcher/progress.h"

/* The supervisor gives up on QEMU before (supervise_raw.c). */
#define ASK_MS	35000

static int run_pause(const struct globals *g, int argc, char **argv);
static int run_resume(const struct globals *g, int argc, char **argv);
static int run_reset(const struct globals *g, int argc, char **argv);

const struct cmd cmd_pause = {
	.name = "pause",
	.args = "NAME",
	.help = N_("stop the processors of a VM, which stays in memory"),
	.more = N_("The guest does not notice, but for its clock and for what gives up on it meanwhile.\n"
		   "`igvm resume NAME` lets it go on. Memory, disks and iGPU stay the VM's."),
	.run = run_pause,
};

const struct cmd cmd_resume = {
	.name = "resume",
	.args = "NAME",
	.help = N_("let a paused VM go on"),
	.more = N_("Also one that QEMU has paused because a disk of it was full: make room first."),
	.run = run_resume,
};

const struct cmd cmd_reset = {
	.name = "reset",
	.args = "NAME",
	.help = N_("press the reset button of a VM"),
	.more = N_("The guest is not asked: what it has not saved is lost, and its disks may need a check.\n"
		   "`igvm restart NAME` asks it."),
	.run = run_reset,
};

/* EXIT_OK: QEMU has done it, and *@name is the VM's. */
static int tell(const struct cmd *c, const struct globals *g, int argc, char **argv, const char **name)
{
	_json_ json_t *answer = NULL;
	struct paths p;
	int r;

	if (cmd_getopt(c, argc, argv) != -1)
		return EXIT_USAGE;
	r = cmd_vm_here(c, g);
	if (!r)
		r = cmd_vm_name(c, g, argc, argv, name, &p);
	if (r)
		return r;
	progress_begin(_("%s: waiting for QEMU"), *name);
	r = cmd_vm_ask(c->name, g, &p, *name, json_pack("{s:s}", "op", c->name), ASK_MS, &answer, NULL);
	progress_end();
	if (r == EXIT_NOT_RUNNING)
		say(_("%s does not run; `igvm start %s`"), *name, *name);
	return r;
}

static int run_pause(const struct globals *g, int argc, char **argv)
{
	const char *name;
	int r = tell(&cmd_pause, g, argc, argv, &name);

	if (!r)
		printf(_("%s is paused.\n"), name);
	return r;
}

static int run_resume(const struct globals *g, int argc, char **argv)
{
	const char *name;
	int r = tell(&cmd_resume, g, argc, argv, &name);

	if (!r)
		printf(_("%s goes on.\n"), name);
	return r;
}

static int run_reset(const struct globals *g, int argc, char **argv)
{
	const char *name;
	int r = tell(&cmd_reset, g, argc, argv, &name);

	if (!r)
		printf(_("%s was reset.\n"), name);
	return r;
}
