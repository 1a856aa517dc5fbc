/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/cmd_vm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/run/lock.h"
#include "launcher/run/restart.h"
#include "launcher/run/supervise.h"
#include "launcher/run/supervise_status.h"

int cmd_vm_name(const struct cmd *c, const struct globals *g, int argc, char **argv,
		const char **name, struct paths *p)
{
	const char *why;
	int r;

	if (optind + 1 != argc)
		return cmd_usage(c, _("%s wants the name of one VM"), c->name);
	*name = argv[optind];
	why = vm_name_check(*name);
	if (why)
		return cmd_usage(c, "%s: %s", *name, _(why));
	r = status_find(g->root, *name, p);
	if (r == -ENOENT) {
		say(_("there is no VM '%s'; `igvm list` names those there are"), *name);
		return EXIT_NO_VM;
	}
	if (r) {
		say("%s: %s", *name, strerror(-r));
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

int cmd_vm_here(const struct cmd *c, const struct globals *g)
{
	char recorded[PATH_MAX], run[PATH_MAX];

	if (!g->foreign_root)
		return EXIT_OK;
	/* A tree of `igvm doctor --record` has a directory igvm/, and nothing runs below it. */
	if (str_print(recorded, sizeof(recorded), "%s/igvm", g->root) && access(recorded, F_OK) &&
	    str_print(run, sizeof(run), "%s/run/igvm", g->root) && !access(run, F_OK))
		return EXIT_OK;
	return cmd_usage(c, _("%s works on this host only, not with --root"), c->name);
}

void cmd_vm_say_silent(const struct paths *p, const char *name)
{
	_fd_ int pidfd = -1;
	pid_t pid = lock_supervisor_holder(p, name, &pidfd);

	if (pid > 0)
		say(_("%s: its supervisor (process %d) does not answer; `igvm kill %s` ends the VM without it"),
		    name, pid, name);
	else
		say(_("%s: its supervisor does not answer; `igvm kill %s` ends the VM without it"),
		    name, name);
}

bool cmd_vm_say_lost(const struct paths *p, const char *name)
{
	_json_ json_t *status = NULL;

	if (lock_vm_held(p, name) != 1 || status_read(p, name, &status) || !status_is_lost(status))
		return false;
	say(_("%s: runs as process %d, but its run directory is gone; `igvm kill %s` ends it"), name,
	    (int)json_integer_value(json_object_get(status, "pid")), name);
	return true;
}

int cmd_vm_not_running(const char *verb, const struct globals *g, const struct paths *p,
		       const char *name)
{
	_json_ json_t *status = NULL;
	int r;

	if (restart_cancel(p, name)) {
		printf(_("%s does not run; it was about to be started again, and is not now.\n"), name);
		return EXIT_OK;
	}
	r = status_read(p, name, &status);
	if (r || !status_is_unseen(status)) {
		printf(_("%s does not run.\n"), name);
		return EXIT_OK;
	}
	r = supervise_finish(p, g->root, name);
	if (r == -EACCES || r == -EPERM)
		return cmd_vm_needs_root(verb, name);
	if (r && r != -EBUSY) {
		say(_("%s: does not run; cleaning up after its last run: %s"), name, strerror(-r));
		return EXIT_FAILED;
	}
	if (r)
		printf(_("%s does not run.\n"), name);
	else
		printf(_("%s does not run; it had ended while nobody watched, and is cleaned up after now.\n"),
		       name);
	return EXIT_OK;
}

int cmd_vm_needs_root(const char *verb, const char *name)
{
	say(_("%s is a VM of the system: use `sudo igvm %s %s`"), name, verb, name);
	return EXIT_PRIVILEGE;
}

/* The supervisor's refusal: its text is one of ours, marked for translation there, or QEMU's. */
int cmd_vm_refused(const char *name, const json_t *answer)
{
	const char *text = json_string_value(json_object_get(answer, "error"));
	json_int_t code = json_integer_value(json_object_get(answer, "code"));

	say("%s: %s", name, text && *text ? _(text) : _("refused without a reason"));
	return code > 0 && code < 126 ? (int)code : EXIT_FAILED;
}

static int ask(const char *verb, const struct globals *g, const struct paths *p, const char *name, json_t *request,
	       unsigned int timeout_ms, json_t **answer, int *fd, int *conn)
{
	_json_ json_t *mine = request;
	int r = mine ? supervise_call(p, g->root, name, mine, timeout_ms, answer, fd, conn) : -ENOMEM;

	if (r == -ESRCH)
		return EXIT_NOT_RUNNING;
	if (r == -EACCES || r == -EPERM)
		return cmd_vm_needs_root(verb, name);
	if (r && cmd_vm_say_lost(p, name))
		return EXIT_FAILED;
	if (r == -ETIMEDOUT) {
		cmd_vm_say_silent(p, name);
		return EXIT_FAILED;
	}
	if (r) {
		say(_("%s: cannot ask its supervisor: %s; `igvm kill %s` ends the VM without it"),
		    name, strerror(-r), name);
		return EXIT_FAILED;
	}
	if (json_is_true(json_object_get(*answer, "ok")))
		return EXIT_OK;
	r = cmd_vm_refused(name, *answer);
	json_decref(*answer);
	*answer = NULL;
	return r;
}

int cmd_vm_ask(const char *verb, const struct globals *g, const struct paths *p, const char *name,
	       json_t *request, unsigned int timeout_ms, json_t **answer, int *fd)
{
	_fd_ int unused = -1;

	return ask(verb, g, p, name, request, timeout_ms, answer, fd ? fd : &unused, NULL);
}

int cmd_vm_ask_agent(const char *verb, const struct globals *g, const struct paths *p, const char *name,
		     struct agent *a)
{
	_json_ json_t *answer = NULL;

	return ask(verb, g, p, name, json_pack("{s:s}", "op", "agent"), AGENT_CALL_MS, &answer, &a->fd, &a->lease);
}

const char *cmd_vm_state_text(const char *state)
{
	static const struct {
		const char *state, *text;
	} rows[] = {
		{ "attaching", N_("starting, QEMU has not answered yet") },
		{ "adopting", N_("running, its new supervisor is attaching") },
		{ "running", N_("running") },
		{ "asked", N_("shutting down, the guest was asked") },
		{ "quitting", N_("shutting down, QEMU was told to quit") },
		{ "killing", N_("being ended by force") },
		{ "deaf", N_("running, QEMU does not answer") },
		{ "launching", N_("being launched") },
		{ "unsupervised", N_("running, unsupervised") },
		{ "gone", N_("just ended") },
		{ "stopped", N_("stopped") },
		{ "unknown", N_("not known") },
	};

	for (size_t i = 0; state && i < ARRAY_SIZE(rows); i++)
		if (!strcmp(state, rows[i].state))
			return _(rows[i].text);
	return state ? state : "?";
}

char *cmd_vm_time(json_int_t unix_time, char buf[static 32])
{
	time_t t = (time_t)unix_time;
	struct tm tm;

	if (!localtime_r(&t, &tm) || !strftime(buf, 32, "%Y-%m-%d %H:%M:%S", &tm))
		strcpy(buf, "?");
	return buf;
}

/* @by: what ended it ("agent", "powerdown", "quit" ...), NULL not known. */
static const char *end_text(const char *end, const char *by, bool panic)
{
	static const struct {
		const char *end, *text;
	} rows[] = {
		{ "clean", N_("went down in order") },
		{ "forced", N_("was stopped by force") },
		{ "failed", N_("failed") },
		{ "permanent", N_("did not start") },
		{ "unknown", N_("ended while nobody watched") },
	};

	if (panic)
		return _("went down because its system had crashed (guest panic)");
	if (end && !strcmp(end, "clean") && by && !strcmp(by, "quit"))
		return _("was told to quit, its guest had not gone down");
	for (size_t i = 0; end && i < ARRAY_SIZE(rows); i++)
		if (!strcmp(end, rows[i].end))
			return _(rows[i].text);
	return _("ended");
}

void cmd_vm_say_end(FILE *f, const char *name, const json_t *end)
{
	const char *signame = json_string_value(json_object_get(end, "signal_name"));
	const json_t *code = json_object_get(end, "exit_code");
	const json_t *lines = json_object_get(end, "stderr");
	const char *class = json_string_value(json_object_get(end, "end"));
	const char *by = json_string_value(json_object_get(end, "by"));
	const char *reason = json_string_value(json_object_get(end, "reason"));
	bool panic = reason && !strcmp(reason, "guest-panic");
	bool bad = !panic && class && (!strcmp(class, "failed") || !strcmp(class, "permanent"));
	char when[32];

	cmd_vm_time(json_integer_value(json_object_get(end, "ended")), when);
	fprintf(f, _("%s %s at %s"), name, end_text(class, by, panic), when);
	if (signame && bad)
		fprintf(f, _(" (signal SIG%s)"), signame);
	else if (json_is_integer(code) && json_integer_value(code))
		fprintf(f, _(" (exit code %d)"), (int)json_integer_value(code));
	fputc('\n', f);
	for (size_t i = 0; bad && i < json_array_size(lines); i++)
		fprintf(f, "  | %s\n", json_string_value(json_array_get(lines, i)));
}

bool cmd_vm_agree(bool yes, const char *question, const char *nobody)
{
	char answer[16];

	if (yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		say("%s", nobody);
		return false;
	}
	printf("%s [y/N] ", question);
	fflush(stdout);
	return fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
}

void cmd_vm_print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_SORT_KEYS);
	putchar('\n');
}
