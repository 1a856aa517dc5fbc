/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/setup/edit.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void edit_words_done(struct edit_words *w)
{
	free(w->v);
	*w = (struct edit_words){ 0 };
}

int edit_add_word(struct edit_words *w, size_t at, size_t len, unsigned int line)
{
	/* doubled at powers of two */
	if (!(w->n & (w->n - 1))) {
		size_t room = w->n ? w->n * 2 : 1;
		struct edit_word *more = reallocarray(w->v, room, sizeof(*more));

		if (!more)
			return -ENOMEM;
		w->v = more;
	}
	w->v[w->n++] = (struct edit_word){ .at = at, .len = len, .line = line };
	return 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* A backslash alone in front of a line's end continues the line and is no word. */
static bool is_continuation(const char *text, size_t at, size_t end)
{
	return text[at] == '\\' && (at + 1 == end || is_blank(text[at + 1]));
}

/*
 * Blanks inside double quotes separate no words: the kernel takes "a b" as one value. Quotes of the shell around the
 * whole are outside of the range; inside of them they are written \".
 */
int edit_add_blanked(struct edit_words *w, const char *text, size_t at, size_t end,
		     unsigned int line)
{
	int r = 0;

	while (!r && at < end) {
		size_t from = at;
		bool quoted = false;

		if (text[at] == '\n')
			line++;
		if (is_blank(text[at]) || is_continuation(text, at, end)) {
			at++;
			continue;
		}
		for (; at < end && text[at] != '\n' && (quoted || !is_blank(text[at])); at++)
			quoted ^= text[at] == '"';
		r = edit_add_word(w, from, at - from, line);
	}
	return r;
}

void edit_none_yet(struct edit_words *w, const char *text, size_t len, const char *open,
		   const char *close)
{
	const char *lf = len ? memchr(text, '\n', len) : NULL;
	const char *eol = lf && lf > text && lf[-1] == '\r' ? "\r\n" : "\n";
	bool ended = !len || text[len - 1] == '\n';

	w->n_insert = 1;
	w->insert[0] = w->from[0] = len;
	snprintf(w->open, sizeof(w->open), "%s%s", ended ? "" : eol, open);
	snprintf(w->close, sizeof(w->close), "%s%s", close, ended ? eol : "");
}

static bool is_word(const char *text, const struct edit_word *w, const char *word)
{
	return strlen(word) == w->len && !memcmp(text + w->at, word, w->len);
}

bool edit_has(const char *text, const struct edit_words *w, const char *word)
{
	for (size_t i = 0; i < w->n; i++)
		if (is_word(text, &w->v[i], word))
			return true;
	return false;
}

/* --- the text after ----------------------------------------------------------------------- */

struct out {
	char *s;
	size_t n, room;
	bool failed;
};

static void put(struct out *o, const char *s, size_t n)
{
	if (n >= o->room - o->n) {
		size_t room = (o->n + n + 1) * 2;
		char *more = o->failed ? NULL : realloc(o->s, room);

		if (!more) {
			o->failed = true;
			return;
		}
		o->s = more;
		o->room = room;
	}
	if (n)
		memcpy(o->s + o->n, s, n);
	o->n += n;
	o->s[o->n] = '\0';
}

static const struct edit_change *change_of(const char *text, const struct edit_word *w,
					   const struct edit_change *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (c[i].from && is_word(text, w, c[i].from))
			return &c[i];
	return NULL;
}

/* Is this new word wanted, and not there? One that another change brings back counts as not there. */
static bool is_new(const char *text, const struct edit_words *w, const struct edit_change *c,
		   size_t n, size_t i)
{
	if (c[i].from || !c[i].to)
		return false;
	for (size_t k = 0; k < w->n; k++)
		if (is_word(text, &w->v[k], c[i].to) && !change_of(text, &w->v[k], c, n))
			return false;
	return true;
}

static bool any_new(const char *text, const struct edit_words *w, const struct edit_change *c,
		    size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_new(text, w, c, n, i))
			return true;
	return false;
}

/*
 * Where what goes out with a word begins and ends: its line, or the blanks behind it, or - nothing but a quote or the
 * line's end follows - those in front.
 */
static void range_of(const char *text, size_t len, const struct edit_word *w, size_t *from, size_t *to)
{
	*from = w->at;
	*to = w->at + w->len;
	if (w->whole_line) {
		while (*from && text[*from - 1] != '\n')
			(*from)--;
		while (*to < len && text[*to] != '\n')
			(*to)++;
		*to += *to < len;
		return;
	}
	while (*to < len && (text[*to] == ' ' || text[*to] == '\t'))
		(*to)++;
	if (*to > w->at + w->len)
		return;
	while (*from && (text[*from - 1] == ' ' || text[*from - 1] == '\t'))
		(*from)--;
}

/* Does a word stay in the value that ends at insertion @i? */
static bool is_empty(const char *text, const struct edit_words *w, const struct edit_change *c,
		     size_t n, size_t i)
{
	for (size_t k = 0; k < w->n; k++) {
		const struct edit_change *x = change_of(text, &w->v[k], c, n);

		if (w->v[k].at >= w->from[i] && w->v[k].at < w->insert[i] && (!x || x->to))
			return false;
	}
	return true;
}

/* "options" and "cmdline:" want a blank behind them, an opening quote does not. */
static bool wants_blank(char last, bool empty)
{
	if (last == ' ' || last == '\t')
		return false;
	return !empty || isalnum((unsigned char)last) || last == ':';
}

static void put_new(struct out *o, const char *text, const struct edit_words *w,
		    const struct edit_change *c, size_t n, size_t at)
{
	bool empty = is_empty(text, w, c, n, at);

	put(o, w->open, strlen(w->open));
	for (size_t i = 0; i < n; i++) {
		if (!is_new(text, w, c, n, i))
			continue;
		if (!*w->open && o->n && wants_blank(o->s[o->n - 1], empty))
			put(o, " ", 1);
		else if (*w->open && !empty)
			put(o, " ", 1);
		put(o, c[i].to, strlen(c[i].to));
		empty = false;
	}
	put(o, w->close, strlen(w->close));
}

struct walk {
	const char *text;
	size_t len, at;		/* what is copied already */
	const struct edit_words *w;
	const struct edit_change *c;
	size_t n;
	struct out out;
};

static void copy_to(struct walk *k, size_t to)
{
	if (to > k->at) {
		put(&k->out, k->text + k->at, to - k->at);
		k->at = to;
	}
}

static void walk_insert(struct walk *k, size_t i)
{
	copy_to(k, k->w->insert[i]);
	put_new(&k->out, k->text, k->w, k->c, k->n, i);
	if (k->w->quote)
		put(&k->out, "\"", 1);
}

static void walk_word(struct walk *k, const struct edit_word *w)
{
	const struct edit_change *c = change_of(k->text, w, k->c, k->n);
	size_t from, to;

	if (!c)
		return;
	if (c->to) {
		copy_to(k, w->at);
		put(&k->out, c->to, strlen(c->to));
		k->at = w->at + w->len;
		return;
	}
	range_of(k->text, k->len, w, &from, &to);
	copy_to(k, from);
	k->at = to > k->at ? to : k->at;
}

int edit_apply(const char *text, size_t len, const struct edit_words *w,
	       const struct edit_change *change, size_t n, char **out, size_t *out_len)
{
	struct walk k = { .text = text, .len = len, .w = w, .c = change, .n = n };
	bool add = any_new(text, w, change, n);
	size_t insert = 0;

	put(&k.out, "", 0);
	for (size_t i = 0; i <= w->n; i++) {
		size_t at = i < w->n ? w->v[i].at : len + 1;

		for (; add && insert < w->n_insert && w->insert[insert] <= at; insert++) {
			if (w->quote) {
				copy_to(&k, w->quote_at);
				put(&k.out, "\"", 1);
			}
			walk_insert(&k, insert);
		}
		if (i < w->n)
			walk_word(&k, &w->v[i]);
	}
	copy_to(&k, len);
	if (k.out.failed) {
		free(k.out.s);
		return -ENOMEM;
	}
	*out = k.out.s;
	*out_len = k.out.n;
	return 0;
}
