/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words: QEMU's argv, each with its reason. Same plan, same bytes. No
 * decision is made here; every value passes the one escaper.
 */
#ifndef IGVM_DECIDE_WORDS_H
#define IGVM_DECIDE_WORDS_H

#include "launcher/decide/plan.h"

/** struct word - one option of QEMU: "-device" and its value ("" = takes none) */
struct word {
	char *option;		/* owned */
	char *value;		/* owned; NULL = the option takes none */
	const char *why;	/* N_() sentence, static */
};

struct words {
	struct word *v;
	size_t n;
};

/**
 * words_build() - the plan as QEMU's argv (without argv[0])
 *
 * Returns 0; -EINVAL a value holds a byte that cannot be written safely (control
 * bytes; *@bad then points at it inside @p); -ENOMEM.
 */
nodiscard_ int words_build(const struct plan *p, struct words *w, const char **bad);

/** words_argv() - NULL-terminated argv with @argv0 in front; one allocation, owned; NULL: no memory */
char **words_argv(const struct words *w, const char *argv0);

/** words_json() - {"version":1,"kind":"words",...}; new reference or NULL. Schema: tests/schema/words.json */
json_t *words_json(const struct words *w, const char *argv0);

/** words_quote() - @value as one word of a POSIX shell; owned; NULL: no memory */
char *words_quote(const char *value);

/** words_fd() - number of the descriptor of @kind; -1 = the plan has none */
int words_fd(const struct plan *p, enum plan_fd_kind kind);

/** words_done() - release; harmless on a zeroed one */
void words_done(struct words *w);

#endif
