/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A sink for romfiles/show.h that fuzz targets and unit tests share: it touches
 * every byte it is given, counts, checks the form of the tree, and remembers
 * the field that was asked for by its path.
 */
#ifndef TESTS_SINK_H
#define TESTS_SINK_H

#include <stdlib.h>
#include <string.h>

#include "romfiles/show.h"

#define SINK_DEPTH 8

struct sink {
	struct show show;
	struct span s;        /* what is decoded: fields that are somewhere are inside it */
	const char *want;     /* path of the field wanted, "blocks.2.panels.0.t8-100us"; NULL */
	size_t fields, found; /* @found: how many had that path */
	uint64_t value;       /* of the last one that had */
	size_t at, size;
	bool has_text;
	char text[192];
	size_t depth;
	bool list[SINK_DEPTH];
	size_t n[SINK_DEPTH];
	const char *key[SINK_DEPTH];
	unsigned int sum;
};

static inline void sink_must(bool held)
{
	if (!held)
		abort();
}

/* Does the path of the field wanted go on with this? Moves *@p behind it. */
static inline bool sink_step(const char **p, const char *key)
{
	size_t n = strlen(key);

	if (strncmp(*p, key, n) || (*p)[n] != '.')
		return false;
	*p += n + 1;
	return true;
}

static inline bool sink_wants(const struct sink *k, const char *key)
{
	const char *p = k->want;

	for (size_t i = 0; p && i < k->depth; i++) {
		char *end;

		if (k->key[i]) {
			if (!sink_step(&p, k->key[i]))
				return false;
		} else {
			if (strtoul(p, &end, 10) != k->n[i] || end == p || *end != '.')
				return false;
			p = end + 1;
		}
	}
	return p && !strcmp(p, key);
}

static inline void sink_open(struct show *show, const char *key, bool list, size_t at, size_t size)
{
	struct sink *k = (struct sink *)show;

	(void)at;
	(void)size;
	sink_must(k->depth < SINK_DEPTH);
	/* In a list there are objects without key, elsewhere keys. */
	sink_must(!key == (k->depth && k->list[k->depth - 1]) && !(!key && list));
	k->key[k->depth] = key;
	k->list[k->depth++] = list;
	if (k->depth < SINK_DEPTH)
		k->n[k->depth] = 0;
}

static inline void sink_close(struct show *show)
{
	struct sink *k = (struct sink *)show;

	sink_must(k->depth);
	k->depth--;
	k->n[k->depth]++;
}

static inline void sink_field(struct show *show, const struct show_field *f)
{
	struct sink *k = (struct sink *)show;
	uint8_t b;

	sink_must(f->key && *f->key && (!k->depth || !k->list[k->depth - 1]));
	sink_must(f->at == SHOW_NOWHERE || span_holds(k->s, f->at, f->size));
	sink_must(f->kind != SHOW_TEXT || f->text);
	sink_must(f->kind != SHOW_BOOL || f->value <= 1);
	k->fields++;
	if (f->text)
		k->sum += (unsigned int)strlen(f->text);
	for (size_t i = 0; span_u8(f->bytes, i, &b); i++)
		k->sum += b;
	if (!sink_wants(k, f->key))
		return;
	k->found++;
	k->value = f->value;
	k->at = f->at;
	k->size = f->kind == SHOW_BYTES ? f->bytes.n : f->size;
	k->has_text = f->text;
	k->text[0] = '\0';
	if (f->text)
		strncat(k->text, f->text, sizeof(k->text) - 1);
}

static inline struct sink sink_make(struct span s, const char *want)
{
	return (struct sink){ .show = { sink_open, sink_field, sink_close }, .s = s,
			      .want = want };
}

#endif
