/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces args_from_shell() is put together from; nobody else includes this. */
#ifndef IGVM_LINT_SHELL_PARTS_H
#define IGVM_LINT_SHELL_PARTS_H

#include "launcher/lint/args.h"

#define VARS_MAX	256u
#define EXPANDED_MAX	((size_t)4 << 20)	/* bytes all words together may get by expansion */

/** struct shell_var - what the text has set: one word, or those of an array */
struct shell_var {
	char name[48];
	struct lint_args value;
};

/** struct shell - the text while it is read */
struct shell {
	const char *text;
	size_t n, at;
	int line;
	struct lint_error *e;
	char *word;		/* the word being read, owned */
	size_t word_len, word_size, expanded;
	bool in_word, skip_word;
	struct lint_args words;	/* of the command being read */
	int in_array;		/* line of its parenthesis; 0 = none */
	char array[64];		/* "NAME=" or "NAME+=" */
	char here[64];		/* end of the here document whose line this is; "" none */
	struct shell_var var[VARS_MAX];
	size_t n_var;
	struct lint_args best;	/* the call of QEMU that counts, so far */
	size_t calls;
	int broken;
	char unset[LINT_UNSET_MAX][48];
	size_t n_unset;
};

/** shell_put() - append to the word; 0, -EBADMSG (said in s->e), -ENOMEM; the others alike */
nodiscard_ int shell_put(struct shell *s, const char *text, size_t n);

/** shell_end_word() - the word is whole, if there is one */
nodiscard_ int shell_end_word(struct shell *s);

/** shell_expand() - what follows @sign, '$' or '`', which was read */
nodiscard_ int shell_expand(struct shell *s, char sign, bool quoted);

/** shell_take_command() - the words are a whole command: assignments, QEMU, or of no interest */
nodiscard_ int shell_take_command(struct shell *s);

/** shell_may_assign() - is what stands before the word nothing, or "then", "local -a" and the like? */
bool shell_may_assign(const struct shell *s);

/** shell_begin_array(), shell_end_array() - around NAME=( ... ) */
nodiscard_ int shell_begin_array(struct shell *s);
nodiscard_ int shell_end_array(struct shell *s);

void shell_done(struct shell *s);

#endif
