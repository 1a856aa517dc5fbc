/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the verbs for a VM that runs have in common. They say what is wrong, once, and return
 * an exit code.
 */
#ifndef IGVM_CMD_VM_H
#define IGVM_CMD_VM_H

#include "launcher/base/cleanup.h"
#include "launcher/base/paths.h"
#include "launcher/cmd.h"
#include "launcher/run/agent.h"

/**
 * cmd_vm_name() - the one operand, a usable name, and whose VM that is; EXIT_USAGE,
 * EXIT_NO_VM, EXIT_FAILED
 */
int cmd_vm_name(const struct cmd *c, const struct globals *g, int argc, char **argv,
		const char **name, struct paths *p);

/**
 * cmd_vm_here() - for verbs that act: EXIT_OK, or EXIT_USAGE below a --root where nothing can
 * run (a recorded host)
 */
int cmd_vm_here(const struct cmd *c, const struct globals *g);

/** cmd_vm_state_text() - a state of `status --json` in words for people; static, translated */
const char *cmd_vm_state_text(const char *state);

/** cmd_vm_say_silent() - its supervisor does not answer: which process that is, what to do */
void cmd_vm_say_silent(const struct paths *p, const char *name);

/**
 * cmd_vm_say_lost() - where the VM runs and its run directory is gone, say so in one sentence
 * that names its process; false: it is not so, nothing was said
 */
bool cmd_vm_say_lost(const struct paths *p, const char *name);

/**
 * cmd_vm_not_running() - say that it does not run; an end that nobody saw is recorded and
 * cleaned up after; returns the exit code
 */
int cmd_vm_not_running(const char *verb, const struct globals *g, const struct paths *p,
		       const char *name);

/** cmd_vm_refused() - say why the supervisor refused; the exit code */
int cmd_vm_refused(const char *name, const json_t *answer);

/** cmd_vm_needs_root() - says that @name is the system's; returns EXIT_PRIVILEGE */
int cmd_vm_needs_root(const char *verb, const char *name);

/**
 * cmd_vm_ask() - ask its supervisor, which is started where it is missing
 *
 * EXIT_OK: *@answer is a new reference, with "ok":true, and *@fd (may be NULL) what came
 * along. EXIT_NOT_RUNNING: nothing was said. Any other: the sentence was said.
 */
int cmd_vm_ask(const char *verb, const struct globals *g, const struct paths *p, const char *name,
	       json_t *request, unsigned int timeout_ms, json_t **answer, int *fd);

/** cmd_vm_ask_agent() - the same, for the guest's agent: EXIT_OK, and @a is lent to us */
int cmd_vm_ask_agent(const char *verb, const struct globals *g, const struct paths *p, const char *name,
		     struct agent *a);

/**
 * cmd_vm_say_end() - how a run ended (the object of end.json), one line on @f for people,
 * after @name
 */
void cmd_vm_say_end(FILE *f, const char *name, const json_t *end);

/**
 * cmd_vm_agree() - @yes, or a person at this terminal answers @question with y
 *
 * Without a terminal it is a no, and @nobody is said. Both texts are translated.
 */
bool cmd_vm_agree(bool yes, const char *question, const char *nobody);

/** cmd_vm_print_json() - on stdout, keys sorted */
void cmd_vm_print_json(const json_t *json);

/** cmd_status_fail() - why status_read() failed with @r; returns the exit code */
int cmd_status_fail(const char *verb, const struct paths *p, const char *name, int r);

/** cmd_list_print() - every VM, one line each, or one JSON object */
int cmd_list_print(const struct globals *g);

/** cmd_vm_time() - a moment as people read it, in local time; @buf */
char *cmd_vm_time(json_int_t unix_time, char buf[static 32]);

#endif
