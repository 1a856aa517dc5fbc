/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Editing the configuration files of others: text in, text out, nothing but
 * the words in question moved. A scanner per format finds where words stand
 * (struct edit_words: offsets into the text); one engine takes words out,
 * exchanges them and puts new ones in. What a scanner does not understand it
 * refuses with the line, so that the user can write by hand.
 */
#ifndef IGVM_SETUP_EDIT_H
#define IGVM_SETUP_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/base/cleanup.h"

struct edit_word {
	size_t at, len;		/* bytes of the text */
	unsigned int line;	/* from 1 */
	bool whole_line;	/* taking it out takes its line */
};

/** struct edit_words - words of one setting, in the order of the text */
struct edit_words {
	struct edit_word *v;	/* owned */
	size_t n;
	/* Places where a new word may go: the end of the last assignment, or of each boot entry. */
	size_t insert[16], from[16];	/* from: where that value begins */
	size_t n_insert;
	char open[96], close[8];	/* written around words where there is no such setting yet: "X=\"" and
				 * "\"\n"; else "" */
	bool quote;		/* the value at insert[0] is bare: quotes go around it, from quote_at on */
	size_t quote_at;
};

/** struct edit_error - where a text is not understood */
struct edit_error {
	unsigned int line;	/* 0: the text as a whole */
	const char *why;	/* N_() text */
};

/** struct edit_change - @from NULL: put @to in; @to NULL: take every @from out; else exchange */
struct edit_change {
	const char *from, *to;
};

/** edit_words_done() - release what *@w owns; harmless on a zeroed or released one */
void edit_words_done(struct edit_words *w);

/**
 * edit_shell() - words of variable @name in a file that a shell reads
 *
 * /etc/default/grub, mkinitcpio.conf, dracut.conf, /etc/default/limine. NAME="a b", NAME='a b', NAME=a,
 * NAME+=" a ", NAME=(a 'b' "c") over several lines, continued with '\'; several assignments: words of all are
 * found, new ones go into the last. Variables in a value are words and stay. When there is no assignment a new one
 * is put at the end (@array: as an array, else as a string).
 *
 * *@w is zeroed first; edit_words_done() it. 0; -EINVAL with *@e: the variable is set inside if, case, a loop or a
 * function, a here-document is in the way, a quote is not closed, something follows the value; a NUL byte in the
 * text; -ENOMEM.
 */
nodiscard_ int edit_shell(const char *text, size_t len, const char *name, bool array,
			  struct edit_words *w, struct edit_error *e);

/** edit_cmdline() - words of /etc/kernel/cmdline or a file of /etc/cmdline.d; lines with '#' in front are comments */
nodiscard_ int edit_cmdline(const char *text, size_t len, struct edit_words *w,
			    struct edit_error *e);

/**
 * edit_bls() - words of the options lines of a boot entry (Boot Loader Specification, type 1)
 *
 * -EINVAL: the options come from a variable of GRUB ($kernelopts), which is not in this file.
 */
nodiscard_ int edit_bls(const char *text, size_t len, struct edit_words *w, struct edit_error *e);

/**
 * edit_limine() - words of cmdline: and kernel_cmdline: of every entry of limine.conf
 *
 * Also CMDLINE= and KERNEL_CMDLINE= of the older limine.cfg. New words go into each. -EINVAL: no entry has one.
 */
nodiscard_ int edit_limine(const char *text, size_t len, struct edit_words *w,
			   struct edit_error *e);

/**
 * edit_lines() - each line with something but a comment, as a word that is taken out with its line
 *
 * modprobe.d, modules lists. A line continued with '\' is one.
 */
nodiscard_ int edit_lines(const char *text, size_t len, struct edit_words *w,
			  struct edit_error *e);

/**
 * edit_apply() - the text after @n changes, as an owned, NUL-terminated buffer with *@out_len bytes
 *
 * A word to put in that is there already is not put in again. Blanks beside a word that goes, go with it; line ends (CRLF or
 * LF), comments and a missing last newline stay. 0, -ENOMEM.
 */
nodiscard_ int edit_apply(const char *text, size_t len, const struct edit_words *w,
			  const struct edit_change *change, size_t n, char **out, size_t *out_len);

/** edit_has() - is @word among the words? */
bool edit_has(const char *text, const struct edit_words *w, const char *word);

/** edit_add_word() - for scanners: one more word; 0 or -ENOMEM */
nodiscard_ int edit_add_word(struct edit_words *w, size_t at, size_t len, unsigned int line);

/**
 * edit_none_yet() - for scanners: the text has no such setting
 *
 * A new line "@open WORDS @close" goes to the end, with the text's own line ends and, when its last line has none, without.
 */
void edit_none_yet(struct edit_words *w, const char *text, size_t len, const char *open,
		   const char *close);

/** edit_add_blanked() - for scanners: the blank-separated words of a range; 0 or -ENOMEM */
nodiscard_ int edit_add_blanked(struct edit_words *w, const char *text, size_t at, size_t end,
				unsigned int line);

#endif
