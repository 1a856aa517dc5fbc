/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. A file like /etc/default/grub is a program, and only a
 * shell can say what it does. This scanner knows the part in which people and
 * installers really write: assignments at the top level. It walks over
 * commands word by word, far enough to know where quotes, comments and
 * substitutions end, and keeps a depth of if/case/do/{ … }. An assignment to the
 * variable in question inside one of them, or anything else that could
 * change its value unseen, is refused with its line.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/setup/edit.h"

struct scan {
	const char *text;
	size_t len, at;
	unsigned int line;
	int depth;		/* of if, case, loops, braces */
	const char *name;
	size_t name_len;
	struct edit_words *w;
	struct edit_error *e;
	unsigned int nested;	/* first line that sets the variable inside something; 0 none */
	unsigned int assigned;	/* line of the last assignment at the top level; 0 none */
	int r;
};

static int fail(struct scan *s, unsigned int line, const char *why)
{
	*s->e = (struct edit_error){ .line = line, .why = why };
	s->r = -EINVAL;
	return s->r;
}

static char peek(const struct scan *s)
{
	return s->at < s->len ? s->text[s->at] : '\0';
}

static void step(struct scan *s)
{
	if (s->text[s->at] == '\n')
		s->line++;
	s->at++;
}

static void skip_comment(struct scan *s)
{
	while (s->at < s->len && s->text[s->at] != '\n')
		s->at++;
}

/* At an opening quote; leaves behind the closing one. */
static bool skip_quoted(struct scan *s)
{
	unsigned int line = s->line;
	char quote = peek(s);

	for (step(s); s->at < s->len; step(s)) {
		if (peek(s) == quote) {
			step(s);
			return true;
		}
		if (quote != '\'' && peek(s) == '\\' && s->at + 1 < s->len)
			step(s);
	}
	fail(s, line, N_("a quote that begins here is never closed"));
	return false;
}

static bool ends_word(char c)
{
	return !c || strchr(" \t\r\n;&|()<>", c);
}

/* A shell word; quotes and escapes inside it belong to it, $( ) and ` ` are walked over by their quotes. */
static bool skip_word(struct scan *s)
{
	int parens = 0;

	while (s->at < s->len) {
		char c = peek(s);

		if (c == '\'' || c == '"' || c == '`') {
			if (!skip_quoted(s))
				return false;
			continue;
		}
		if (c == '$' && s->at + 1 < s->len && s->text[s->at + 1] == '(') {
			parens++;
			s->at += 2;
			continue;
		}
		if (parens && (c == ')' || c == '(')) {
			parens += c == '(' ? 1 : -1;
			step(s);
			continue;
		}
		if (!parens && ends_word(c))
			break;
		if (c == '\\' && s->at + 1 < s->len)
			step(s);
		step(s);
	}
	return true;
}

/* NAME= or NAME+= at the cursor; how many bytes, 0: something else. */
static size_t assigns(const struct scan *s)
{
	size_t n = s->name_len, left = s->len - s->at;

	if (left <= n || memcmp(s->text + s->at, s->name, n))
		return 0;
	if (s->text[s->at + n] == '=')
		return n + 1;
	return left > n + 1 && s->text[s->at + n] == '+' && s->text[s->at + n + 1] == '=' ? n + 2 : 0;
}

static void insert_at(struct scan *s, size_t from, size_t at)
{
	s->w->n_insert = 1;
	s->w->from[0] = from;
	s->w->insert[0] = at;
	s->w->quote = false;
}

/* "a b" or 'a b': words between the quotes. The insertion stands before blanks at the end. */
static bool quoted_value(struct scan *s)
{
	size_t from = s->at + 1, end;
	unsigned int line = s->line;

	if (!skip_quoted(s))
		return false;
	end = s->at - 1;
	s->r = edit_add_blanked(s->w, s->text, from, end, line);
	while (end > from && (s->text[end - 1] == ' ' || s->text[end - 1] == '\t'))
		end--;
	insert_at(s, from, end > from ? end : from);
	return !s->r;
}

static bool bare_value(struct scan *s)
{
	size_t from = s->at;

	if (!skip_word(s))
		return false;
	if (s->at > from)
		s->r = edit_add_word(s->w, from, s->at - from, s->line);
	insert_at(s, from, s->at);
	s->w->quote = true;
	s->w->quote_at = from;
	return !s->r;
}

/* Elements of an array: shell words, of which quotes around the whole are no part. */
static bool element(struct scan *s)
{
	size_t from = s->at, end;
	unsigned int line = s->line;
	char quote = peek(s);

	if (!skip_word(s))
		return false;
	end = s->at;
	if ((quote == '"' || quote == '\'') && end - from > 1 && s->text[end - 1] == quote) {
		from++;
		end--;
	}
	if (end > from)
		s->r = edit_add_word(s->w, from, end - from, line);
	return !s->r;
}

static bool array_value(struct scan *s)
{
	unsigned int line = s->line;
	size_t from, last;

	step(s);
	from = last = s->at;
	while (s->at < s->len && peek(s) != ')') {
		char c = peek(s);

		if (isspace((unsigned char)c)) {
			step(s);
		} else if (c == '#') {
			skip_comment(s);
		} else if (c == '\\') {
			step(s);
			if (s->at < s->len)
				step(s);
		} else if (ends_word(c)) {
			return !fail(s, s->line, N_("an array has something in it that igvm does not understand"));
		} else {
			if (!element(s))
				return false;
			last = s->at;
		}
	}
	if (s->at == s->len)
		return !fail(s, line, N_("an array that begins here is never closed"));
	step(s);
	insert_at(s, from, last);
	return true;
}

/* Behind a value: blanks, a comment, the line's end. */
static bool ends_line(struct scan *s)
{
	while (peek(s) == ' ' || peek(s) == '\t' || peek(s) == '\r')
		step(s);
	if (s->at == s->len || peek(s) == '\n' || peek(s) == '#')
		return true;
	return !fail(s, s->line, N_("something follows the value that igvm does not understand"));
}

static bool assignment(struct scan *s, size_t skip)
{
	bool fine;

	if (s->depth) {
		if (!s->nested)
			s->nested = s->line;
		return skip_word(s);
	}
	s->assigned = s->line;
	s->at += skip;
	if (peek(s) == '"' || peek(s) == '\'')
		fine = quoted_value(s);
	else if (peek(s) == '(')
		fine = array_value(s);
	else
		fine = bare_value(s);
	return fine && ends_line(s);
}

/* Words that open and close something, where a command begins. */
static int depth_of(const char *word, size_t n)
{
	static const struct {
		const char *word;
		int depth;
	} rows[] = {
		{ "if", 1 }, { "fi", -1 }, { "case", 1 }, { "esac", -1 }, { "for", 1 }, { "while", 1 },
		{ "until", 1 }, { "done", -1 }, { "{", 1 }, { "}", -1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strlen(rows[i].word) == n && !memcmp(rows[i].word, word, n))
			return rows[i].depth;
	return 0;
}

static bool is_one_of(const char *word, size_t n, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == n && !memcmp(list[i], word, n))
			return true;
	return false;
}

/* After these another command may begin on the same line. */
static bool goes_on(const char *word, size_t n)
{
	static const char *const list[] = {
		"then", "else", "elif", "do", "if", "while", "until", "{", "export", "!",
	};

	return is_one_of(word, n, list, ARRAY_SIZE(list));
}

/* Commands that can set a variable in ways that are not followed; the name in their words is enough. */
static bool mentions(const struct scan *s, size_t from)
{
	static const char *const list[] = {
		"eval", "unset", "read", "declare", "local", "readonly", "typeset", "printf",
	};
	size_t n = 0, line_end = from;

	while (from + n < s->len && !ends_word(s->text[from + n]))
		n++;
	while (line_end < s->len && s->text[line_end] != '\n')
		line_end++;
	return is_one_of(s->text + from, n, list, ARRAY_SIZE(list)) &&
	       memmem(s->text + from, line_end - from, s->name, s->name_len);
}

/* One word; @first: a command begins with it. Says whether a command may begin behind it. */
static bool one_word(struct scan *s, bool first)
{
	size_t from = s->at, n, skip = first ? assigns(s) : 0;

	if (skip) {
		assignment(s, skip);
		return false;
	}
	if (first && mentions(s, from)) {
		fail(s, s->line, N_("a command changes the variable in a way that igvm does not follow"));
		return false;
	}
	if (!skip_word(s))
		return false;
	n = s->at - from;
	if (!first)
		return false;
	s->depth += depth_of(s->text + from, n);
	/* an assignment in front of another: A=1 B=2 */
	return goes_on(s->text + from, n) || memchr(s->text + from, '=', n);
}

static void walk(struct scan *s)
{
	bool first = true;

	while (!s->r && s->at < s->len) {
		char c = peek(s);

		if (c == ' ' || c == '\t' || c == '\r') {
			step(s);
		} else if (c == '\\' && s->at + 1 < s->len && strchr("\r\n", s->text[s->at + 1])) {
			step(s);
			step(s);
		} else if (c == '#') {
			skip_comment(s);
		} else if (c == '<' && s->at + 1 < s->len && s->text[s->at + 1] == '<') {
			fail(s, s->line, N_("a here-document is in it, which igvm does not follow"));
		} else if (strchr("\n;&|()<>", c)) {
			first = c != '<' && c != '>';
			step(s);
		} else {
			size_t before = s->at;

			first = one_word(s, first);
			if (!s->r && s->at == before)
				step(s);
		}
	}
}

int edit_shell(const char *text, size_t len, const char *name, bool array, struct edit_words *w,
	       struct edit_error *e)
{
	struct scan s = {
		.text = text, .len = len, .line = 1, .name = name, .name_len = strlen(name), .w = w, .e = e,
	};
	char open[80];

	*w = (struct edit_words){ 0 };
	*e = (struct edit_error){ 0 };
	if (len && memchr(text, '\0', len))
		return fail(&s, 0, N_("it has a NUL byte: this is no text"));
	walk(&s);
	if (!s.r && s.nested)
		fail(&s, s.nested, N_("it sets the variable inside if, case, a loop or a function"));
	if (s.r) {
		edit_words_done(w);
	} else if (!s.assigned) {
		snprintf(open, sizeof(open), "%s=%s", name, array ? "(" : "\"");
		edit_none_yet(w, text, len, open, array ? ")" : "\"");
	}
	return s.r;
}
