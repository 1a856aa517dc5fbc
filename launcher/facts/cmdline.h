/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel command line in the kernel's own words (lib/cmdline.c next_arg(),
 * kernel/params.c parse_args()): blanks separate, double quotes hold together
 * and are taken off, "--" ends what is the kernel's, '-' and '_' are equal in
 * names, and a name may come more than once. Pure.
 */
#ifndef IGVM_FACTS_CMDLINE_H
#define IGVM_FACTS_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/base/cleanup.h"

#define CMDLINE_TEXT_MAX	4096	/* COMMAND_LINE_SIZE is 2048 on x86 */
#define CMDLINE_TOKENS_MAX	512

/** struct cmdline_token - offsets into text, whose pieces are NUL-terminated */
struct cmdline_token {
	uint16_t name, value;	/* value is 0 when there is no '=' */
};

struct cmdline {
	char text[CMDLINE_TEXT_MAX + 1];
	struct cmdline_token token[CMDLINE_TOKENS_MAX];
	size_t n;
	bool cut;		/* longer than the arrays: the rest was left out */
	bool open_quote;	/* a double quote is never closed: it swallowed the rest */
};

/** cmdline_parse() - split @text; never fails, *@c is whole afterwards (see cut, open_quote) */
void cmdline_parse(const char *text, struct cmdline *c);

/** cmdline_name(), cmdline_value() - of token @i < c->n; the value is NULL without '=' */
const char *cmdline_name(const struct cmdline *c, size_t i);
const char *cmdline_value(const struct cmdline *c, size_t i);

/** cmdline_same_name() - equal as names of parameters and modules, '-' being '_'? */
bool cmdline_same_name(const char *a, const char *b);

/**
 * cmdline_find() - index of the next token of this name at or after @from, else c->n
 *
 * for (i = cmdline_find(c, "intel_iommu", 0); i < c->n; i = cmdline_find(c, "intel_iommu", i + 1))
 */
size_t cmdline_find(const struct cmdline *c, const char *name, size_t from);

/** cmdline_last() - value of the last token of this name, "" without '='; NULL: no such token */
const char *cmdline_last(const struct cmdline *c, const char *name);

/** cmdline_lists() - is @item among the comma-separated values of any token of this name? */
bool cmdline_lists(const struct cmdline *c, const char *name, const char *item);

/** enum cmdline_view - what igvm thinks of a parameter it knows */
enum cmdline_view {
	CMDLINE_GOOD,		/* wanted or harmless */
	CMDLINE_POINTLESS,	/* does nothing for passing an iGPU; what says why */
	CMDLINE_OTHER,		/* no business of igvm's; known, so that it is not taken for a misspelling */
};

/** struct cmdline_param - one row of the table */
struct cmdline_param {
	const char *name;
	const char *values;	/* comma-separated words it may hold; NULL: anything */
	const char *prefixes;	/* blank-separated: also what begins so ("snb_pinned:"); NULL */
	bool list;		/* the value is a comma-separated list of such words */
	bool bare;		/* it may stand without a value */
	int since, until;	/* Linux major * 1000 + minor: first that has it, first that has it no
				 * more; 0 = no bound */
	enum cmdline_view view;
	const char *what;	/* what it does, what it is worth today; N_() but for CMDLINE_OTHER,
				 * which is never shown */
};

/** cmdline_param() - the row of this name, NULL when igvm does not know it */
const struct cmdline_param *cmdline_param(const char *name);

/** cmdline_param_at() - row @i; NULL past the end */
const struct cmdline_param *cmdline_param_at(size_t i);

/**
 * cmdline_param_near() - the row @name was probably meant to be, NULL when none is near
 *
 * Only names that belong to passing devices are offered, and none for a word that igvm knows.
 */
const struct cmdline_param *cmdline_param_near(const char *name);

/** cmdline_value_ok() - may this row hold @value (NULL: it stands without one)? */
bool cmdline_value_ok(const struct cmdline_param *p, const char *value);

#endif
