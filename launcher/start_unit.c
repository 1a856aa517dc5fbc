/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A start as a job of systemd. What can be refused was refused by pipeline_prepare() already, to whoever
 * asks; the launch in the unit judges again, and what it then says is in the journal, from where it
 * is told here.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/create/tool.h"
#include "launcher/progress.h"
#include "launcher/run/supervise_status.h"
#include "launcher/start.h"

/* Beside the plan's: for launch itself (binding, the probe, the screen's hand-over) and for systemd. */
#define SLACK_MS	320000
#define RESET_MS	5000

/* One property of the unit; "" when it cannot be had. */
static void show(const char *name, const char *property, char *value, size_t size)
{
	char unit[UNIT_NAME_MAX], why[256];
	const char *const argv[] = { "systemctl", "show", "--value", "-p", property, unit, NULL };
	_free_ char *out = NULL;
	const struct tool t = { .argv = argv, .umask = 077, .out = &out };

	value[0] = '\0';
	if (!str_print(unit, sizeof(unit), UNIT_VM, name) || tool_run(&t, why, sizeof(why)) || !out)
		return;
	out[strcspn(out, "\n")] = '\0';
	str_fit(value, size, out);
}

/* journald reads what a unit has said when it comes to it; a sync waits until it has (journalctl(1)). */
static void sync_journal(void)
{
	const char *const argv[] = { "journalctl", "--sync", NULL };
	const struct tool t = { .argv = argv, .umask = 077 };
	char why[256];

	(void)!tool_run(&t, why, sizeof(why));
}

/*
 * What the launch has said, in its own words. By the process and the unit: what else the journal may know
 * (_COMM, the invocation) it can no longer find out of a process that has ended before its line was read.
 */
static bool say_journal(const char *name)
{
	char pid[32], process[48], unit[UNIT_NAME_MAX + 16], why[256];
	const char *const argv[] = { "journalctl", "-q", "-b", "-o", "cat", "--no-pager", "-n", "20", process, unit,
				     "_TRANSPORT=stdout", NULL };
	_free_ char *out = NULL;
	const struct tool t = { .argv = argv, .umask = 077, .out = &out };

	show(name, "ExecMainPID", pid, sizeof(pid));
	if (!*pid || !str_print(process, sizeof(process), "_PID=%s", pid) ||
	    !str_print(unit, sizeof(unit), "_SYSTEMD_UNIT=" UNIT_VM, name))
		return false;
	sync_journal();
	if (tool_run(&t, why, sizeof(why)) || !out || !*out)
		return false;
	for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n")) {
		str_sanitize(line);
		if (str_starts(line, "igvm: "))
			fprintf(stderr, "%s\n", line);
		else
			say("%s: %s", name, line);
	}
	return true;
}

/* QEMU was there and has ended: how, by its record. */
static bool say_end(const struct pipeline *p)
{
	_json_ json_t *status = NULL;
	const json_t *end;

	if (status_read(&p->paths, p->name, &status))
		return false;
	end = json_object_get(status, "end");
	if (!json_is_object(end))
		return false;
	cmd_vm_say_end(stderr, p->name, end);
	return true;
}

static int say_failed(const struct pipeline *p, int r)
{
	char invocation[64], state[32], exited[16], mark[32];
	uint64_t code = 0;

	if (r != -ECHILD) {
		say(_("%s: systemd was asked to start it: %s; `systemctl status igvm@%s` says more"), p->name,
		    strerror(-r), p->name);
		return EXIT_FAILED;
	}
	show(p->name, "InvocationID", invocation, sizeof(invocation));
	show(p->name, "ActiveState", state, sizeof(state));
	show(p->name, "ExecMainStatus", exited, sizeof(exited));
	show(p->name, "ExecMainCode", mark, sizeof(mark));
	if (!(unit_is_marked(&p->paths, p->name, invocation) && say_end(p)) && !say_journal(p->name))
		say(_("%s: did not start; `journalctl -u igvm@%s` says why"), p->name, p->name);
	if (!strcmp(state, "activating"))
		say(_("%s: systemd tries again; `igvm stop %s` ends that"), p->name, p->name);
	/* 1: it exited by itself (waitid(2), CLD_EXITED), and launch's statuses are ours. */
	if (strcmp(mark, "1") || !str_u64(exited, 10, EXIT_PRIVILEGE, &code) || !code)
		return EXIT_FAILED;
	return (int)code;
}

int start_unit(struct pipeline *p, const struct unit_orders *o)
{
	int r = unit_orders_write(&p->paths, p->name, o);

	if (r) {
		say(_("%s: cannot write down how to start it below %s: %s"), p->name, p->paths.run,
		    strerror(-r));
		return EXIT_FAILED;
	}
	/* A person who asks again is no restart: what failed before does not count. */
	(void)!unit_systemctl("reset-failed", NULL, p->name, true, RESET_MS);
	start_progress(p);
	r = unit_systemctl("start", NULL, p->name, true, (int)p->plan.start_ms + SLACK_MS);
	progress_end();
	return r ? say_failed(p, r) : start_judge_applied(p);
}
