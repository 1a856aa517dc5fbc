/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd_vm.h"
#include "launcher/decide/sup.h"
#include "launcher/get_in.h"
#include "launcher/run/lock.h"
#include "launcher/run/record.h"
#include "launcher/run/supervise_status.h"
#include "launcher/run/unix_peer.h"

static int run_status(const struct globals *g, int argc, char **argv);

const struct cmd cmd_status = {
	.name = "status",
	.args = "[NAME]",
	.help = N_("what a VM does; exit status 3 when it does not run"),
	.more = N_("Without NAME every VM in one line each, like `igvm list`. Starts nothing and never\n"
		   "waits for QEMU: a VM that hangs is shown as unresponsive."),
	.json = true,
	.run = run_status,
};

static const char *text_of(const json_t *status, const char *key)
{
	return json_string_value(json_object_get(status, key));
}

static json_int_t number_of(const json_t *status, const char *key)
{
	return json_integer_value(json_object_get(status, key));
}

/* One line "  what: value"; nothing for a null. */
static void print_row(const char *what, const char *value)
{
	if (value)
		printf("  %-12s %s\n", what, value);
}

static void print_time(const char *what, json_int_t unix_time)
{
	char buf[32];

	if (unix_time)
		print_row(what, cmd_vm_time(unix_time, buf));
}

/* QEMU's own word, where it says more than that the VM runs. */
static void print_run_state(const json_t *status)
{
	const char *run = text_of(status, "run_state");

	if (run && strcmp(run, "running"))
		print_row(_("QEMU says:"), run);
	if (run && *sup_health_text(run))
		print_row(_("not healthy:"), _(sup_health_text(run)));
}

static void print_helpers(const json_t *status)
{
	static const struct {
		const char *helper, *text;
	} rows[] = {
		{ "swtpm", N_("its TPM (swtpm) has ended: shut it down and start it again") },
		{ "passt", N_("its network (passt) has ended: shut it down and start it again") },
		{ "virtiofsd", N_("a shared folder of it (virtiofsd) has ended: shut it down and start it again") },
		{ "keeper", N_("the keeper of its logs has ended: nothing more is logged in this run") },
	};
	const json_t *list = json_object_get(status, "helpers_ended");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *helper = json_string_value(json_array_get(list, i));

		for (size_t k = 0; helper && k < ARRAY_SIZE(rows); k++)
			if (!strcmp(rows[k].helper, helper))
				print_row(_("not healthy:"), _(rows[k].text));
	}
}

static void print_troubles(const json_t *status)
{
	static const struct {
		const char *key, *text;
	} rows[] = {
		{ "panics", N_("guest panics:") },
		{ "io_errors", N_("disk errors:") },
		{ "resets", N_("resets:") },
		{ "watchdogs", N_("watchdog:") },
	};
	const json_t *counts = json_object_get(status, "counts");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char n[24];

		snprintf(n, sizeof(n), "%lld", (long long)number_of(counts, rows[i].key));
		if (number_of(counts, rows[i].key))
			print_row(_(rows[i].text), n);
	}
}

/* Where the picture is; a rescue is one run's. */
static void print_display(const char *name, const json_t *status)
{
	const char *display = text_of(status, "display");
	bool emulated = json_is_true(json_object_get(status, "emulated_display"));
	bool alone = display && (!strcmp(display, "monitor") || !strcmp(display, "monitor-early"));
	char text[256];

	if (!display)
		return;
	if (alone && emulated)
		snprintf(text, sizeof(text), _("%s; with an emulated display for this run (--rescue): igvm view %s"),
			 display, name);
	else if (emulated)
		snprintf(text, sizeof(text), _("%s: igvm view %s"), display, name);
	else
		snprintf(text, sizeof(text), _("%s: on the monitor alone; `igvm start --rescue %s` brings another back"),
			 display, name);
	print_row(_("display:"), text);
}

/* Of a VM that does not answer: a program that has QEMU's ear. A supervisor in its unit's sandbox cannot see it. */
static void print_holder(const struct paths *p, const char *name)
{
	_fd_ int run = record_open_dir(p, name), pidfd = -1;
	pid_t supervisor = lock_supervisor_holder(p, name, &pidfd);
	char text[64];

	if (run >= 0 && *unix_peer_text(run, "qmp", supervisor, text, sizeof(text)))
		print_row(_("held by:"), text);
}

static void print_running(const struct paths *p, const char *name, const json_t *status)
{
	char pid[24];

	snprintf(pid, sizeof(pid), "%lld", (long long)number_of(status, "pid"));
	print_time(_("started:"), number_of(status, "started"));
	print_time(_("since:"), number_of(status, "since"));
	print_time(_("unresponsive:"), number_of(status, "unresponsive_since"));
	if (number_of(status, "unresponsive_since"))
		print_holder(p, name);
	print_run_state(status);
	print_helpers(status);
	if (number_of(status, "pid"))
		print_row(_("process:"), pid);
	print_row(_("unit:"), text_of(status, "unit"));
	print_time(_("trial until:"), number_of(status, "trial_until"));
	print_row(_("iGPU:"), text_of(status, "igpu"));
	print_display(name, status);
	get_in_print(status);
	print_row(_("unsupported:"), text_of(status, "unsupported"));
	print_troubles(status);
	if (!json_is_true(json_object_get(status, "supervised")) && number_of(status, "pid"))
		printf(_("  Nobody watches it; `igvm start %s` starts a supervisor for it.\n"), name);
}

static void print_status(const struct paths *p, const char *name, const json_t *status)
{
	const json_t *end = json_object_get(status, "end");

	if (status_is_lost(status)) {
		printf(_("%s: runs as process %d, but its run directory is gone; `igvm kill %s` ends it\n"),
		       name, (int)number_of(status, "pid"), name);
		return;
	}
	printf("%s: %s\n", name, cmd_vm_state_text(text_of(status, "state")));
	if (json_is_true(json_object_get(status, "running")))
		print_running(p, name, status);
	else if (json_is_object(end))
		cmd_vm_say_end(stdout, _("  last run"), end);
	if (json_is_true(json_object_get(status, "restarting")))
		printf(_("  It is started again in a moment; `igvm stop %s` ends that.\n"), name);
	if (json_is_true(json_object_get(status, "autostart")))
		print_row(_("autostart:"), _("started with the host"));
	if (text_of(status, "reboot_needed"))
		printf(_("  reboot needed: %s\n"), text_of(status, "reboot_needed"));
	if (status_is_unseen(status))
		printf(_("  last run ended while nobody watched; `igvm stop %s` cleans up after it\n"),
		       name);
}

int cmd_status_fail(const char *verb, const struct paths *p, const char *name, int r)
{
	if (r == -EACCES || r == -EPERM)
		return cmd_vm_needs_root(verb, name);
	if (r == -EPROTO)
		say(_("%s: its records are of a newer igvm"), name);
	else if (r == -ETIMEDOUT)
		cmd_vm_say_silent(p, name);
	else
		say("%s: %s", name, strerror(-r));
	return EXIT_FAILED;
}

static int run_status(const struct globals *g, int argc, char **argv)
{
	_json_ json_t *status = NULL;
	struct paths p;
	const char *name;
	int r;

	if (cmd_getopt(&cmd_status, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind == argc)
		return cmd_list_print(g);
	r = cmd_vm_name(&cmd_status, g, argc, argv, &name, &p);
	if (r)
		return r;
	r = status_read(&p, name, &status);
	if (r)
		return cmd_status_fail("status", &p, name, r);
	if (g->json)
		cmd_vm_print_json(status);
	else
		print_status(&p, name, status);
	return json_is_true(json_object_get(status, "running")) ? EXIT_OK : EXIT_NOT_RUNNING;
}
