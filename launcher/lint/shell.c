/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * One pass over the text, a character decides what happens: it ends a word, ends a command, or
 * belongs to the word. A command that is only assignments is remembered; one that has QEMU's name in it
 * is a candidate. Nothing is executed, so branches and loops are read as if each line ran once.
 * What an expansion makes is bounded (EXPANDED_MAX): a=$a$a doubles with each line.
 */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/lint/shell_parts.h"

static int fail(struct shell *s, int line, const char *text)
{
	if (!s->e->text)
		*s->e = (struct lint_error){ .line = line, .text = text };
	return -EBADMSG;
}

static char look(const struct shell *s, size_t ahead)
{
	return s->at + ahead < s->n ? s->text[s->at + ahead] : '\0';
}

static char next(struct shell *s)
{
	char c = s->text[s->at++];

	s->line += c == '\n';
	return c;
}

int shell_put(struct shell *s, const char *text, size_t n)
{
	char *v;

	s->in_word = true;
	if (n > EXPANDED_MAX - s->expanded)
		return fail(s, s->line, N_("its variables expand to more than a command line holds"));
	s->expanded += n;
	if (s->word_len + n + 1 > s->word_size) {
		v = realloc(s->word, 2 * (s->word_len + n + 1));
		if (!v)
			return -ENOMEM;
		s->word = v;
		s->word_size = 2 * (s->word_len + n + 1);
	}
	memcpy(s->word + s->word_len, text, n);
	s->word_len += n;
	s->word[s->word_len] = '\0';
	return 0;
}

static int put_char(struct shell *s, char c)
{
	return shell_put(s, &c, 1);
}

int shell_end_word(struct shell *s)
{
	int r;

	if (!s->in_word)
		return 0;
	s->in_word = false;
	if (s->skip_word) {
		s->skip_word = false;
		s->word_len = 0;
		return 0;
	}
	r = args_add(&s->words, s->word ? s->word : "", s->word_len);
	s->word_len = 0;
	return r == -E2BIG ? fail(s, s->line, N_("more words than a command line of QEMU has")) : r;
}

/* --- quotes ------------------------------------------------------------------------------ */

static int single_quoted(struct shell *s)
{
	int line = s->line, r = shell_put(s, "", 0);

	while (!r && s->at < s->n) {
		char c = next(s);

		if (c == '\'')
			return 0;
		r = put_char(s, c);
	}
	return r ? r : fail(s, line, N_("a single quote is never closed"));
}

static int double_quoted(struct shell *s)
{
	int line = s->line, r = shell_put(s, "", 0);

	while (!r && s->at < s->n) {
		char c = next(s), then = look(s, 0);

		if (c == '"')
			return 0;
		if (c == '\\' && then == '\n')
			next(s);
		else if (c == '\\' && then && strchr("$`\"\\", then))
			r = put_char(s, next(s));
		else if (c == '$' || c == '`')
			r = shell_expand(s, c, true);
		else
			r = put_char(s, c);
	}
	return r ? r : fail(s, line, N_("a double quote is never closed"));
}

/* A blank between the backslash and the end of the line is not seen by people and ends the command. */
static bool is_broken_continuation(const struct shell *s)
{
	size_t ahead = 0;

	while (look(s, ahead) == ' ' || look(s, ahead) == '\t' || look(s, ahead) == '\r')
		ahead++;
	return ahead && look(s, ahead) == '\n';
}

static int backslash(struct shell *s)
{
	if (is_broken_continuation(s)) {
		if (!s->broken)
			s->broken = s->line;
		while (look(s, 0) != '\n')
			next(s);
	}
	if (look(s, 0) == '\n') {
		next(s);
		return 0;
	}
	return s->at < s->n ? put_char(s, next(s)) : 0;
}

/* --- commands -------------------------------------------------------------------------------- */

static void skip_line(struct shell *s)
{
	while (s->at < s->n && look(s, 0) != '\n')
		next(s);
}

/* << WORD: what follows the line up to WORD is somebody's input, not commands. */
static void here_document(struct shell *s)
{
	char end[64];
	size_t n = 0;
	bool quoted = false;

	while (look(s, 0) == '-' || look(s, 0) == ' ')
		next(s);
	for (; s->at < s->n && !strchr(" \t\n;&|<>()", look(s, 0)); next(s)) {
		quoted = look(s, 0) == '\'' || look(s, 0) == '"' || look(s, 0) == '\\';
		if (!quoted && n + 1 < sizeof(end))
			end[n++] = look(s, 0);
	}
	end[n] = '\0';
	str_fit(s->here, sizeof(s->here), end);
}

static void skip_here(struct shell *s)
{
	size_t len = strlen(s->here);

	while (*s->here && s->at < s->n) {
		size_t from = s->at, n;

		skip_line(s);
		for (; from < s->at && s->text[from] == '\t'; from++)
			;
		n = s->at - from;
		if (s->at < s->n)
			next(s);
		if (n == len && !memcmp(s->text + from, s->here, n))
			*s->here = '\0';
	}
	*s->here = '\0';
}

static int end_command(struct shell *s)
{
	int r = shell_end_word(s);

	s->skip_word = false;
	return r ? r : shell_take_command(s);
}

/* > FILE, 2>&1: neither the sign nor its file is a word. */
static int redirection(struct shell *s, char c)
{
	bool number = s->word_len && strspn(s->word, "0123456789") == s->word_len;
	int r;

	if (number) {
		s->word_len = 0;
		s->in_word = false;
	}
	r = shell_end_word(s);
	if (r)
		return r;
	if (c == '<' && look(s, 0) == '<') {
		next(s);
		if (look(s, 0) != '<') {
			here_document(s);
			return 0;
		}
	}
	while (look(s, 0) == '>' || look(s, 0) == '&' || look(s, 0) == '<')
		next(s);
	while (look(s, 0) == ' ' || look(s, 0) == '\t')
		next(s);
	s->skip_word = true;
	return 0;
}

/* NAME=( and NAME+=( begin an array; else a parenthesis ends the command before it. */
static int parenthesis(struct shell *s)
{
	if (!s->in_array && s->in_word && s->word_len && s->word[s->word_len - 1] == '=' &&
	    shell_may_assign(s)) {
		s->in_array = s->line;
		return shell_begin_array(s);
	}
	return end_command(s);
}

static int end_array(struct shell *s)
{
	int r = shell_end_word(s);

	s->in_array = 0;
	return r ? r : shell_end_array(s);
}

static int one(struct shell *s)
{
	char c = next(s);
	int r;

	switch (c) {
	case '\'':
		return single_quoted(s);
	case '"':
		return double_quoted(s);
	case '\\':
		return backslash(s);
	case '$':
	case '`':
		return shell_expand(s, c, false);
	case ' ':
	case '\t':
	case '\r':
		return shell_end_word(s);
	case '#':
		if (s->in_word)
			return put_char(s, c);
		skip_line(s);
		return 0;
	case '\n':
		r = s->in_array ? shell_end_word(s) : end_command(s);
		if (!r)
			skip_here(s);
		return r;
	case ';':
	case '&':
	case '|':
		return end_command(s);
	case '<':
	case '>':
		return redirection(s, c);
	case '(':
		return parenthesis(s);
	case ')':
		return s->in_array ? end_array(s) : end_command(s);
	default:
		return put_char(s, c);
	}
}

static int no_call(struct shell *s)
{
	return fail(s, 0, N_("no call of qemu-system-x86_64, qemu-kvm or kvm was found in it (a VM of igvm's is judged "
			  "by `igvm showcmd NAME`)"));
}

int args_from_shell(const char *text, size_t n, struct lint_args *a, struct lint_error *e)
{
	struct shell s = { .text = text, .n = n, .line = 1, .e = e };
	int r = 0;

	*e = (struct lint_error){ 0 };
	while (!r && s.at < n)
		r = one(&s);
	if (!r && s.in_array)
		r = fail(&s, s.in_array, N_("a parenthesis is never closed"));
	if (!r)
		r = end_command(&s);
	if (!r && !s.best.n)
		r = no_call(&s);
	if (!r) {
		*a = s.best;
		s.best = (struct lint_args){ 0 };
		a->broken = s.broken;
		a->calls = s.calls;
		memcpy(a->unset, s.unset, sizeof(a->unset));
		a->n_unset = s.n_unset;
	}
	shell_done(&s);
	return r;
}
