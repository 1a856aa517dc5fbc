/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The command line as a table. Each command is a `const struct cmd` defined in
 * its own cmd_NAME.c and listed once in main.c; help, completions and the
 * manual are checked against this table (tests/docs.sh).
 */
#ifndef IGVM_CMD_H
#define IGVM_CMD_H

#include <getopt.h>
#include <stdbool.h>
#include <stddef.h>

#include "launcher/base/exit_code.h"

/** struct opt - one option of a command: a row of help, completion, manual */
struct opt {
	const char *name;	/* long name without dashes; NULL ends the table */
	char letter;		/* short letter, 0 = none */
	const char *arg;	/* name of the argument in help; NULL = takes none */
	const char *help;	/* N_() text, one line */
	int val;		/* what cmd_getopt() returns; >= 0x100 or the letter */
};

/** struct globals - options every command takes, parsed before its own */
struct globals {
	const char *root;	/* --root DIR: read the host below DIR; "/" by default */
	bool json;		/* --json */
	bool foreign_root;	/* --root was given and is not "/" */
	const char *verb;	/* the command's name, for sentences that repeat it */
};

struct cmd {
	const char *name;
	const char *args;	/* synopsis behind the name, e.g. "NAME" */
	const char *help;	/* N_() one line */
	const char *more;	/* N_() paragraph(s) for `igvm NAME --help`; may be NULL */
	const struct opt *opts;	/* NULL: none of its own */
	const struct cmd *const *sub;	/* verbs of its own, NULL-terminated; their @name is "rom show" */
	bool json;		/* honours --json */
	bool internal;		/* not listed in help (launch, supervise, cleanup, keeper) */
	int (*run)(const struct globals *g, int argc, char **argv);	/* exit code; NULL with @sub */
};

/**
 * cmd_getopt() - next option of a command, by its table and getopt_long()
 *
 * argv[0] is the command's name. Returns the row's @val, -1 at the end (optind
 * is the first operand), or '?' after it has printed the usage error.
 */
int cmd_getopt(const struct cmd *c, int argc, char **argv);

/** cmd_usage() - one sentence on stderr and the synopsis; returns EXIT_USAGE */
int cmd_usage(const struct cmd *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/** cmd_help() - print `igvm NAME --help` on stdout */
void cmd_help(const struct cmd *c);

/** cmd_table - NULL-terminated, in the order of the help text (main.c) */
extern const struct cmd *const cmd_table[];

#endif
