/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/rows.h"

const char *meaning_of(const struct meaning *list, uint64_t value)
{
	for (; list && list->text; list++)
		if (list->value == value)
			return list->text;
	return NULL;
}

/* Where the field of this element begins in the layout. */
static size_t row_at(const struct layout *l, const struct row *r)
{
	return r->at + l->element * r->stride;
}

static bool is_there(const struct layout *l, const struct row *r)
{
	return span_holds((struct span){ NULL, l->size }, row_at(l, r), r->size);
}

static uint64_t read_number(struct span s, size_t at, size_t size)
{
	uint64_t v = 0;
	uint8_t b;

	for (size_t i = size; i-- > 0;)
		if (span_u8(s, at + i, &b))
			v = v << 8 | b;
	return v;
}

uint64_t row_value(const struct layout *l, const struct row *r)
{
	uint64_t v;

	if (r->size > 8 || r->kind == SHOW_TEXT || r->kind == SHOW_BYTES || !is_there(l, r))
		return 0;
	v = read_number(l->s, l->at + row_at(l, r), r->size);
	if (!r->bits)
		return v;
	return v >> (r->shift + l->element * r->step) & (((uint64_t)1 << r->bits) - 1);
}

static void show_row(struct show *show, const struct layout *l, const struct row *r)
{
	struct show_field f = { .key = r->key, .kind = r->kind, .size = r->size,
				.bits = r->bits, .at = SHOW_NOWHERE };
	char text[ROW_TEXT_MAX + 1] = "";
	size_t n = r->size < ROW_TEXT_MAX ? r->size : ROW_TEXT_MAX;

	if (r->bits)
		f.shift = (uint8_t)(r->shift + l->element * r->step);
	if (is_there(l, r)) {
		f.at = l->at + row_at(l, r);
		if (r->kind == SHOW_TEXT)
			span_copy(l->s, f.at, text, n);
		if (r->kind == SHOW_BYTES)
			span_sub(l->s, f.at, r->size, &f.bytes);
	}
	f.value = row_value(l, r);
	f.text = r->kind == SHOW_TEXT ? text : meaning_of(r->means, f.value);
	show->field(show, &f);
}

void rows_show(struct show *show, const struct layout *l, struct rows t)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.row[i].since <= l->version &&
		    (!t.row[i].until || l->version <= t.row[i].until))
			show_row(show, l, &t.row[i]);
}
