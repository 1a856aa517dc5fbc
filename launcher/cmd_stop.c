/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/clock.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/progress.h"
#include "launcher/run/control.h"
#include "launcher/run/lock.h"
#include "launcher/run/record.h"
#include "launcher/run/supervise.h"
#include "launcher/run/supervise_status.h"
#include "launcher/stop_unit.h"

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
#define TIMEOUT_MAX_S	(SUPERVISE_STOP_MAX_MS / 1000)

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
	_fd_ int fd = record_open_dir(p, name);
	struct record record;

	return fd < 0 || record_read(fd, &record) ? STOP_DEFAULT_MS : record.stop_ms;
}

static json_t *stop_request(bool wait, int64_t timeout_s)
{
	json_t *request = json_pack("{s:s, s:b}", "op", "stop", "wait", wait);

	if (request && timeout_s >= 0)
		json_object_set_new(request, "timeout_ms", json_integer(timeout_s * 1000));
	return request;
}

/* Whether somebody is there to be told is asked first: the stop itself takes its time. */
static int stop_direct(const struct globals *g, const struct paths *p, const char *name,
		       int64_t timeout_s, unsigned int wait_ms)
{
	_json_ json_t *answer = NULL, *there = NULL;
	int r = cmd_vm_ask("stop", g, p, name, json_pack("{s:s}", "op", "status"), ASK_MS, &there,
			   NULL);

	if (!r)
		r = cmd_vm_ask("stop", g, p, name, stop_request(true, timeout_s), wait_ms + LADDER_MS,
			       &answer, NULL);
	progress_end();
	if (r == EXIT_NOT_RUNNING)
		return cmd_vm_not_running("stop", g, p, name);
	return r ? r : say_how(name, json_object_get(answer, "end"));
}

/* The supervisor that is there, or the ExecStop= that takes its place, is told how long the guest may take. */
static void tell_timeout(const struct paths *p, const char *name, int64_t timeout_s)
{
	int64_t until = clock_ms() + ASK_MS;

	while (timeout_s >= 0 && lock_vm_held(p, name) == 1 && clock_ms() < until) {
		_json_ json_t *request = stop_request(false, timeout_s), *answer = NULL;

		if (!request || !control_call(p, name, request, ASK_MS, &answer))
			return;
		poll(NULL, 0, 50);
	}
}

/*
 * Told before the job, because what systemd stops first is the supervisor; and after it, for one that did not
 * answer.
 */
static int stop_unit(const struct globals *g, const struct paths *p, const char *name,
		     int64_t timeout_s, unsigned int wait_ms)
{
	bool ran = lock_vm_held(p, name) == 1;
	_json_ json_t *status = NULL;
	int r;

	tell_timeout(p, name, timeout_s);
	r = stop_unit_begin(name);
	if (!r)
		tell_timeout(p, name, timeout_s);
	if (!r)
		r = stop_unit_wait(name, wait_ms + LADDER_MS);
	progress_end();
	if (r || !ran)
		return r ? r : cmd_vm_not_running("stop", g, p, name);
	r = status_read(p, name, &status);
	return r ? cmd_status_fail("stop", p, name, r) : say_how(name, json_object_get(status, "end"));
}

static int stop(const struct globals *g, const struct paths *p, const char *name, int64_t timeout_s)
{
	unsigned int wait_ms = timeout_s >= 0 ? (unsigned int)timeout_s * 1000 : stop_ms(p, name);

	progress_begin(_("%s: waiting for the guest to go down, at most %u s"), name, wait_ms / 1000);
	if (stop_unit_is_due(p, name))
		return stop_unit(g, p, name, timeout_s, wait_ms);
	return stop_direct(g, p, name, timeout_s, wait_ms);
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
