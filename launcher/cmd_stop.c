/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"

/* What the rungs below the asking may take, twice the supervisor's own 30 s and some. */
#define LADDER_MS	(90u * 1000)
#define TIMEOUT_MAX_S	(24u * 3600)

enum { OPT_FORCE = 0x100 };

static const struct opt opts[] = {
	{ "timeout", 't', "SECONDS", N_("how long the guest may take (the VM file's stop timeout)"), 't' },
	{ "force", 0, NULL, N_("do not wait for the guest: tell QEMU to quit, and end it if it does not"),
	  OPT_FORCE },
	{ 0 }
};

static int run_stop(const struct globals *g, int argc, char **argv);

const struct cmd cmd_stop = {
	.name = "stop",
	.args = "NAME",
	.help = N_("shut a VM down in order and wait until it is gone"),
	.more = N_("Asks the guest (by its agent, else by the power button), after the timeout tells\n"
		   "QEMU to quit, and at last kills it; says which of these it took. The stop of a VM\n"
		   "that does not run succeeds."),
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

static int stop(const struct globals *g, const struct paths *p, const char *name, int64_t timeout_s)
{
	json_t *request = json_pack("{s:s, s:b}", "op", "stop", "wait", 1);
	unsigned int wait_ms = (unsigned int)(timeout_s >= 0 ? timeout_s : TIMEOUT_MAX_S) * 1000;
	_json_ json_t *answer = NULL;
	int r;

	if (request && timeout_s >= 0)
		json_object_set_new(request, "timeout_ms", json_integer(timeout_s * 1000));
	r = cmd_vm_ask("stop", g, p, name, request, wait_ms + LADDER_MS, &answer, NULL);
	if (r == EXIT_NOT_RUNNING) {
		printf(_("%s does not run.\n"), name);
		return EXIT_OK;
	}
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
	r = cmd_vm_name(&cmd_stop, g, argc, argv, &name, &p);
	return r ? r : stop(g, &p, name, timeout_s);
}
