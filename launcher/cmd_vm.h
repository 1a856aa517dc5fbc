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

/**
 * cmd_vm_name() - the one operand, a usable name, and whose VM that is; EXIT_USAGE,
 * EXIT_NO_VM, EXIT_FAILED
 */
int cmd_vm_name(const struct cmd *c, const struct globals *g, int argc, char **argv,
		const char **name, struct paths *p);

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

/**
 * cmd_vm_say_end() - how a run ended (the object of end.json), one line on @f for people,
 * after @name
 */
void cmd_vm_say_end(FILE *f, const char *name, const json_t *end);

/** cmd_vm_print_json() - on stdout, keys sorted */
void cmd_vm_print_json(const json_t *json);

/** cmd_status_fail() - why status_read() failed with @r; returns the exit code */
int cmd_status_fail(const char *verb, const char *name, int r);

/** cmd_list_print() - every VM, one line each, or one JSON object */
int cmd_list_print(const struct globals *g);

/** cmd_vm_time() - a moment as people read it, in local time; @buf */
char *cmd_vm_time(json_int_t unix_time, char buf[static 32]);

#endif
