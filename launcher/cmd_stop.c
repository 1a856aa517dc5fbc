/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/record.h"
#include "launcher/run/supervise.h"

/*
 * What the rungs below the asking may take (quit, then SIGKILL), and the cleaning up. A device that
 * does not answer any more holds a killed QEMU in the kernel until its reset is given up: 94 s were
 * measured with one that had fallen off the bus.
 */
#define LADDER_MS	(2u * SUPERVISE_QUIT_MS + 240u * 1000)
/* A supervisor answers at once; one that has to be started has QEMU to find first. */
#define ASK_MS		5000
/* The plan's (decide/plan.c), for a run whose record cannot be read. */
#define STOP_DEFAULT_MS	(120u * 1000)
#define TIMEOUT_MAX_S	(24u * 3600)

enum { OPT_FORCE = 0x100 };

static const struct opt opts[] = {
	{ "timeout", 't', "SECONDS", N_("how long the guest may take (default 120)"), 't' },
	{ "force", 0, NULL, N_("ask no guest: QEMU is told to quit, and killed after 10 s"),
	  OPT_FORCE },
	{ 0 }
};

static int run_stop(const struct globals *g, int argc, char **argv);

const struct cmd cmd_stop = {
	.name = "stop",
	.args = "NAME",
	.help = N_("shut a VM down in order and wait until it is gone"),
	.more = N_("Asks the guest (by its agent, else by the power button) and gives it 120 seconds, or\n"
		   "those of --timeout. A guest that is not down then loses what it has not saved:\n"
		   "QEMU is told to quit, and killed when it has not ended 10 seconds later. Says which\n"
		   "of these it took. --force begins with telling QEMU. The stop of a VM that does not\n"
		   "run succeeds."),
	.opts = opts,
	.run = run_stop,
};

/* Which rung it took, and whether that was the one hoped for. */
static int say_how(const char *name, const json_t *end)
{
	const char *by = json_string_value(json_object_get(end, "by"));

	if (by && !strcmp(by, "kill")) {
		printf(_("%s was stopped by force.\n"), name);
	} else if (by && !strcmp(by, "quit")) {
		printf(_("%s is stopped; its guest did not go down, QEMU was told to quit.\n"), name);
	} else {
		printf(_("%s is stopped.\n"), name);
	}
	return EXIT_OK;
}

static unsigned int stop_ms(const struct paths *p, const char *name)
{
	char path[PATH_MAX];
	struct record record;
	_fd_ int fd = -1;

	if (str_print(path, sizeof(path), "%s/%s", p->run, name))
		fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 || record_read(fd, &record) ? STOP_DEFAULT_MS : record.stop_ms;
}

/* Whether somebody is there to be told is asked first: the stop itself takes its time. */
static int stop(const struct globals *g, const struct paths *p, const char *name, int64_t timeout_s)
{
	json_t *request = json_pack("{s:s, s:b}", "op", "stop", "wait", 1);
	unsigned int wait_ms = timeout_s >= 0 ? (unsigned int)timeout_s * 1000 : stop_ms(p, name);
	_json_ json_t *answer = NULL, *there = NULL;
	int r;

	if (request && timeout_s >= 0)
		json_object_set_new(request, "timeout_ms", json_integer(timeout_s * 1000));
	r = cmd_vm_ask("stop", g, p, name, json_pack("{s:s}", "op", "status"), ASK_MS, &there,
		       NULL);
	if (r)
		json_decref(request);
	else
		r = cmd_vm_ask("stop", g, p, name, request, wait_ms + LADDER_MS, &answer, NULL);
	if (r == EXIT_NOT_RUNNING)
		return cmd_vm_not_running("stop", g, p, name);
	return r ? r : say_how(name, json_object_get(answer, "end"));
}

static int run_stop(const struct globals *g, int argc, char **argv)
{
	int64_t timeout_s = -1;
	struct paths p;
	const char *name;
	uint64_t v;
	int o, r;

	while ((o = cmd_getopt(&cmd_stop, argc, argv)) != -1) {
		if (o == OPT_FORCE) {
			timeout_s = 0;
		} else if (o != 't') {
			return EXIT_USAGE;
		} else if (!str_u64(optarg, 10, TIMEOUT_MAX_S, &v)) {
			return cmd_usage(&cmd_stop, _("--timeout wants seconds, 0 to %u"), TIMEOUT_MAX_S);
		} else {
			timeout_s = (int64_t)v;
		}
	}
	r = cmd_vm_here(&cmd_stop, g);
	if (!r)
		r = cmd_vm_name(&cmd_stop, g, argc, argv, &name, &p);
	return r ? r : stop(g, &p, name, timeout_s);
}
