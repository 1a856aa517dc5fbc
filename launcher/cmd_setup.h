/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `igvm setup`: its verbs, one function each (cmd_setup_plan.c, cmd_setup_undo.c). */
#ifndef IGVM_CMD_SETUP_H
#define IGVM_CMD_SETUP_H

#include "launcher/cmd.h"
#include "launcher/facts/host_tree.h"
#include "launcher/setup/setup_apply.h"
#include "launcher/setup/setup_make.h"
#include "launcher/setup/setup_menu.h"

enum setup_verb { SETUP_PLAN, SETUP_APPLY, SETUP_UNDO, SETUP_CONFIRM, SETUP_STATUS, SETUP_EXPIRED };

/** struct setup_call - one call of the command */
struct setup_call {
	const struct globals *g;
	struct tree t;
	enum setup_verb verb;
	bool verb_given, way_given, no_way_in_ok, yes;
	bool stock;		/* undo leads to a stock host, without adopted lines */
	struct setup_wish wish;
	unsigned int trial;	/* seconds; 0 none */
	const char *user;	/* NULL none */
};

/** setup_call_*() - do it and say it; an exit code */
int setup_call_plan(struct setup_call *c);
int setup_call_apply(struct setup_call *c);
int setup_call_undo(struct setup_call *c);
int setup_call_confirm(struct setup_call *c);
int setup_call_status(struct setup_call *c);
int setup_call_expired(struct setup_call *c);

/** setup_say_error() - one sentence for what setup_apply(), setup_undo() and the like returned; an exit code */
int setup_say_error(const struct setup_call *c, int error, const struct setup_report *r);

/** setup_take_back() - undo after a command or the read-back failed, with a sentence; true: all is as it was */
bool setup_take_back(struct setup_call *c);

/** setup_result_json() - {"version", "kind": "setup", "verb", "ok", "code", "files", "missing", "ran", ...} on stdout; @n and @m may be NULL */
void setup_result_json(const struct setup_call *c, int code, const struct setup_report *r,
		       const struct setup_notes *n, const struct setup_menu *m);

#endif
