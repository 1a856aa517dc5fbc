/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Scanners of formats without quoting of their own: command lines, boot entries, lists of lines. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/setup/edit.h"

static int begin(const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	*w = (struct edit_words){ 0 };
	*e = (struct edit_error){ 0 };
	if (len && memchr(text, '\0', len)) {
		e->why = N_("it has a NUL byte: this is no text");
		return -EINVAL;
	}
	return 0;
}

struct line {
	size_t at, end;		/* without the line's end and a CR before it */
	size_t next;
	unsigned int number;
};

static bool next_line(const char *text, size_t len, struct line *l)
{
	const char *lf;

	if (l->next >= len)
		return false;
	l->at = l->next;
	lf = memchr(text + l->at, '\n', len - l->at);
	l->end = lf ? (size_t)(lf - text) : len;
	l->next = lf ? l->end + 1 : len;
	if (l->end > l->at && text[l->end - 1] == '\r')
		l->end--;
	l->number++;
	return true;
}

static size_t skip_blanks(const char *text, size_t at, size_t end)
{
	while (at < end && (text[at] == ' ' || text[at] == '\t'))
		at++;
	return at;
}

static size_t trim_blanks(const char *text, size_t at, size_t end)
{
	while (end > at && (text[end - 1] == ' ' || text[end - 1] == '\t'))
		end--;
	return end;
}

static int fail(struct edit_words *w, struct edit_error *e, unsigned int line, const char *why)
{
	edit_words_done(w);
	*e = (struct edit_error){ .line = line, .why = why };
	return -EINVAL;
}

int edit_cmdline(const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	struct line l = { 0 };
	int r = begin(text, len, w, e);

	w->n_insert = 1;
	while (!r && next_line(text, len, &l)) {
		size_t at = skip_blanks(text, l.at, l.end), end = trim_blanks(text, at, l.end);

		if (at == end || text[at] == '#')
			continue;
		r = edit_add_blanked(w, text, at, end, l.number);
		w->insert[0] = end;
	}
	if (!r && !w->n)
		edit_none_yet(w, text, len, "", "");
	if (r == -ENOMEM)
		edit_words_done(w);
	return r;
}

/* What follows "KEY" and a separator in a line; 0: another line. */
static size_t value_at(const char *text, const struct line *l, const char *key, const char *separators)
{
	size_t at = skip_blanks(text, l->at, l->end), n = strlen(key);

	if (l->end - at < n || strncasecmp(text + at, key, n))
		return 0;
	at += n;
	if (at == l->end || !strchr(separators, text[at]))
		return 0;
	return skip_blanks(text, at + 1, l->end);
}

static int add_value(const char *text, const struct line *l, size_t at, struct edit_words *w)
{
	if (w->n_insert < ARRAY_SIZE(w->insert)) {
		w->from[w->n_insert] = at;
		w->insert[w->n_insert++] = trim_blanks(text, at, l->end);
	}
	return edit_add_blanked(w, text, at, l->end, l->number);
}

int edit_bls(const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	struct line l = { 0 };
	int r = begin(text, len, w, e);

	while (!r && next_line(text, len, &l)) {
		size_t at = value_at(text, &l, "options", " \t");

		if (!at)
			continue;
		if (memchr(text + at, '$', l.end - at))
			return fail(w, e, l.number,
				    N_("its options come from a variable of GRUB, which grubby changes"));
		w->n_insert = 0;	/* several lines are one: new words go into the last */
		r = add_value(text, &l, at, w);
	}
	if (!r && !w->n_insert)
		edit_none_yet(w, text, len, "options ", "");
	if (r == -ENOMEM)
		edit_words_done(w);
	return r;
}

int edit_limine(const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	static const struct {
		const char *key, *separator;
	} keys[] = {
		{ "cmdline", ":" }, { "kernel_cmdline", ":" }, { "cmdline", "=" }, { "kernel_cmdline", "=" },
	};
	struct line l = { 0 };
	int r = begin(text, len, w, e);

	while (!r && next_line(text, len, &l)) {
		for (size_t i = 0; !r && i < ARRAY_SIZE(keys); i++) {
			size_t at = value_at(text, &l, keys[i].key, keys[i].separator);

			if (!at)
				continue;
			if (w->n_insert == ARRAY_SIZE(w->insert))
				return fail(w, e, l.number, N_("it has more entries than igvm changes"));
			r = add_value(text, &l, at, w);
		}
	}
	if (!r && !w->n_insert)
		return fail(w, e, 0, N_("no entry of it has a line cmdline: to which words could be added"));
	if (r == -ENOMEM)
		edit_words_done(w);
	return r;
}

/* Ends on a backslash, blanks of a CR left aside? */
static bool goes_on(const char *text, const struct line *l)
{
	return l->end > l->at && text[l->end - 1] == '\\';
}

int edit_lines(const char *text, size_t len, struct edit_words *w, struct edit_error *e)
{
	struct line l = { 0 };
	int r = begin(text, len, w, e);

	while (!r && next_line(text, len, &l)) {
		size_t at = skip_blanks(text, l.at, l.end), end = trim_blanks(text, at, l.end);
		unsigned int number = l.number;

		if (at == end || text[at] == '#' || text[at] == ';')
			continue;
		while (goes_on(text, &l) && next_line(text, len, &l))
			end = trim_blanks(text, l.at, l.end);
		r = edit_add_word(w, at, end - at, number);
		if (!r)
			w->v[w->n - 1].whole_line = true;
	}
	if (r == -ENOMEM)
		edit_words_done(w);
	return r;
}
