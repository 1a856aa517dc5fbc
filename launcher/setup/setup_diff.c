/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A unified diff of two short texts. Own, because diff(1) is not on every host and the plan must be seen
 * before anything is written, also from a recorded tree: equal heads and tails are cut off, and what is
 * left - a few lines, for igvm changes little - goes through the table of longest common
 * subsequences. Above a size no such file has, the middle is shown as taken out and put in whole.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/setup/setup_make.h"

#define CONTEXT		3
#define TABLE_MAX	4000000u	/* cells */

struct lines {
	const char **at;
	size_t *len;		/* with the line's end */
	size_t n;
};

static int split(const char *text, size_t len, struct lines *l)
{
	size_t room = 1, n = 0;

	*l = (struct lines){ 0 };
	for (size_t i = 0; i < len; i++)
		room += text[i] == '\n';
	l->at = calloc(room, sizeof(*l->at));
	l->len = calloc(room, sizeof(*l->len));
	if (!l->at || !l->len)
		return -1;
	for (size_t i = 0; i < len; n++) {
		const char *lf = memchr(text + i, '\n', len - i);

		l->at[n] = text + i;
		l->len[n] = lf ? (size_t)(lf - (text + i)) + 1 : len - i;
		i += l->len[n];
	}
	l->n = n;
	return 0;
}

static void lines_done(struct lines *l)
{
	free(l->at);
	free(l->len);
}

static bool same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
	return a->len[i] == b->len[j] && !memcmp(a->at[i], b->at[j], a->len[i]);
}

/* One line of the result: ' ' both, '-' of a, '+' of b. */
struct op {
	char kind;
	size_t i, j;
};

struct ops {
	struct op *v;
	size_t n;
};

static void op(struct ops *o, char kind, size_t *i, size_t *j)
{
	o->v[o->n++] = (struct op){ kind, *i, *j };
	*i += kind != '+';
	*j += kind != '-';
}

/* table[i][j]: length of the longest common subsequence of a from i and b from j on. */
static uint16_t *table(const struct lines *a, const struct lines *b, size_t head, size_t n, size_t m)
{
	uint16_t *t;

	if (n >= UINT16_MAX || m >= UINT16_MAX || (n + 1) * (m + 1) > TABLE_MAX)
		return NULL;
	t = calloc((n + 1) * (m + 1), sizeof(*t));
	for (size_t i = n; t && i--;)
		for (size_t j = m; j--;) {
			uint16_t down = t[(i + 1) * (m + 1) + j], right = t[i * (m + 1) + j + 1];

			t[i * (m + 1) + j] = same(a, head + i, b, head + j) ?
				(uint16_t)(t[(i + 1) * (m + 1) + j + 1] + 1) : down > right ? down : right;
		}
	return t;
}

static void compare(const struct lines *a, const struct lines *b, struct ops *o)
{
	size_t i = 0, j = 0, head = 0, tail = 0, n, m;
	_free_ uint16_t *t = NULL;

	while (head < a->n && head < b->n && same(a, head, b, head))
		head++;
	while (tail < a->n - head && tail < b->n - head && same(a, a->n - tail - 1, b, b->n - tail - 1))
		tail++;
	n = a->n - head - tail;
	m = b->n - head - tail;
	t = table(a, b, head, n, m);
	while (i < head)
		op(o, ' ', &i, &j);
	while (i < head + n || j < head + m) {
		size_t x = i - head, y = j - head;

		if (t && x < n && y < m && same(a, i, b, j))
			op(o, ' ', &i, &j);
		else if (x < n && (!t || y == m || t[(x + 1) * (m + 1) + y] >= t[x * (m + 1) + y + 1]))
			op(o, '-', &i, &j);
		else
			op(o, '+', &i, &j);
	}
	while (i < a->n)
		op(o, ' ', &i, &j);
}

/* CR is shown as ^M, so that it is seen. */
static void put_line(FILE *f, char kind, const char *s, size_t len)
{
	_free_ char *text = NULL;
	bool lf = len && s[len - 1] == '\n', cr;

	len -= lf;
	cr = len && s[len - 1] == '\r';
	len -= cr;
	text = strndup(s, len);
	if (!text)
		return;
	str_sanitize(text);
	fprintf(f, "%c%s%s\n%s", kind, text, cr ? "^M" : "", lf ? "" : "\\ No newline at end of file\n");
}

static void put_hunk(FILE *f, const struct lines *a, const struct lines *b, const struct ops *o,
		     size_t from, size_t to)
{
	size_t n = 0, m = 0;

	for (size_t k = from; k < to; k++) {
		n += o->v[k].kind != '+';
		m += o->v[k].kind != '-';
	}
	fprintf(f, "@@ -%zu,%zu +%zu,%zu @@\n", o->v[from].i + (n != 0), n, o->v[from].j + (m != 0), m);
	for (size_t k = from; k < to; k++) {
		const struct op *x = &o->v[k];

		if (x->kind == '+')
			put_line(f, '+', b->at[x->j], b->len[x->j]);
		else
			put_line(f, x->kind, a->at[x->i], a->len[x->i]);
	}
}

static void put_hunks(FILE *f, const struct lines *a, const struct lines *b, const struct ops *o)
{
	for (size_t k = 0; k < o->n;) {
		size_t from, to, last;

		if (o->v[k].kind == ' ') {
			k++;
			continue;
		}
		from = k > CONTEXT ? k - CONTEXT : 0;
		for (last = k; k < o->n && k - last <= 2 * CONTEXT; k++)
			if (o->v[k].kind != ' ')
				last = k;
		to = last + 1 + CONTEXT < o->n ? last + 1 + CONTEXT : o->n;
		put_hunk(f, a, b, o, from, to);
		k = to;
	}
}

static void put_all(FILE *f, const char *path, const struct lines *a, const struct lines *b, bool has_before,
		    bool has_after)
{
	struct ops o = { .v = calloc(a->n + b->n + 1, sizeof(*o.v)) };

	if (!o.v)
		return;
	compare(a, b, &o);
	fprintf(f, "--- %s\n+++ %s\n", has_before ? path : "/dev/null", has_after ? path : "/dev/null");
	put_hunks(f, a, b, &o);
	free(o.v);
}

char *setup_diff(const char *path, const char *before, size_t before_len, const char *after,
		 size_t after_len)
{
	struct lines a = { 0 }, b = { 0 };
	char *out = NULL;
	size_t len;
	FILE *f;

	if (before && after && before_len == after_len && !memcmp(before, after, after_len))
		return strdup("");
	f = memory_open(&out, &len);
	if (!f)
		return NULL;
	if (!split(before, before ? before_len : 0, &a) && !split(after, after ? after_len : 0, &b))
		put_all(f, path, &a, &b, before, after);
	lines_done(&a);
	lines_done(&b);
	return memory_close(f, &out) ? NULL : out;
}
