/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * vbt_rows.c knows the fields, this file the order: header, BDB header, then
 * each block. A block is its rows and, where it has them, arrays of rows. Four
 * blocks are more than that: 2 (a list of children whose size the table
 * says), 42 (panels where block 41 says), 58 (entries whose size the block
 * says), 254 (texts). All reads are through rows or spans; no field is looked
 * for twice, so the work grows with the size of the table.
 */
#include "romfiles/vbt_fields.h"

#include "romfiles/vbt_panel.h"
#include "romfiles/vbt_rows.h"

#define DEFINITIONS_SIZE 5
#define BACKLIGHT_ENTRY 6
#define GENERIC_ENTRY 28
#define TEXT_MIN 6 /* shorter runs of letters in block 254 are chance */

static void show_rest(struct show *show, struct span s, const struct vbt_block *b, size_t from)
{
	struct show_field f = { .key = "rest", .kind = SHOW_BYTES, .at = b->at + from };

	if (from >= b->size || !span_sub(s, f.at, b->size - from, &f.bytes))
		return;
	f.size = f.bytes.n;
	show->field(show, &f);
}

/* Where the fields of @t end that this version has, in each of @n elements. */
static size_t rows_end(struct rows t, size_t n, unsigned int version)
{
	size_t end = 0;

	for (size_t i = 0; i < t.n; i++) {
		size_t e = t.row[i].at + (n - 1) * t.row[i].stride + t.row[i].size;

		if (t.row[i].since <= version && e > end)
			end = e;
	}
	return end;
}

static void show_array(struct show *show, struct layout *l, const struct vbt_array *a)
{
	show->open(show, a->key, true, l->at, l->size);
	for (l->element = 0; l->element < a->n; l->element++) {
		show->open(show, NULL, false, SHOW_NOWHERE, 0);
		rows_show(show, l, a->rows);
		show->close(show);
	}
	l->element = 0;
	show->close(show);
}

/* Returns where in the block the fields shown end. */
static size_t show_rows(struct show *show, struct layout *l, const struct vbt_block_rows *r,
			size_t arrays)
{
	size_t end = rows_end(r->head, 1, l->version);

	rows_show(show, l, r->head);
	for (size_t i = 0; i < arrays && r->array[i].n; i++) {
		size_t e = rows_end(r->array[i].rows, r->array[i].n, l->version);

		show_array(show, l, &r->array[i]);
		end = e > end ? e : end;
	}
	return end;
}

/* --- block 2: the child devices -------------------------------------------------------- */

static void show_child(struct show *show, const struct layout *l)
{
	struct show_field rest = { .key = "rest", .kind = SHOW_BYTES };
	size_t end = rows_end(vbt_child_rows, 1, l->version);
	uint16_t type = 0;

	show->open(show, NULL, false, l->at, l->size);
	span_le16(l->s, l->at + 2, &type);
	rows_show(show, l, type ? vbt_child_rows : vbt_child_unused_rows);
	if (type && end < l->size && span_sub(l->s, l->at + end, l->size - end, &rest.bytes)) {
		rest.at = l->at + end;
		rest.size = rest.bytes.n;
		show->field(show, &rest);
	}
	show->close(show);
}

static size_t show_children(struct show *show, struct span s, const struct vbt *v,
			    const struct vbt_block *b)
{
	struct layout l = { .s = s, .size = v->child_size, .version = v->bdb_version };
	size_t at = DEFINITIONS_SIZE;

	if (!v->child_size || b->size < at)
		return at;
	show->open(show, "children", true, b->at + at, b->size - at);
	for (; b->size - at >= v->child_size; at += v->child_size) {
		l.at = b->at + at;
		show_child(show, &l);
	}
	show->close(show);
	return at;
}

/* --- block 42: the panels ----------------------------------------------------------------- */

static void show_dtd(struct show *show, const struct layout *l)
{
	show->open(show, "dtd", false, l->at, l->size);
	rows_show(show, l, vbt_dtd_rows);
	for (unsigned int i = 0; i < VBT_DTD_SPLITS; i++) {
		const struct vbt_split *p = &vbt_dtd_split[i];

		show_dec(show, p->key, l->at + p->at, (size_t)(p->high_at - p->at + 1),
			 vbt_dtd_number(l->s, l->at, i));
	}
	show->close(show);
}

static void show_panel(struct show *show, struct span s, const struct vbt *v,
		       const struct vbt_panel_map *m, size_t i)
{
	size_t at = m->at + i * m->stride;
	struct layout fp = { .s = s, .at = at, .size = m->fp_size };
	struct layout dtd = { .s = s, .at = at + m->dtd, .size = VBT_DTD_SIZE };
	struct layout pnp = { .s = s, .at = at + m->pnp, .size = VBT_PNP_SIZE };
	struct layout tail = { .s = s, .at = m->at + m->names, .size = m->size - m->names,
			       .version = v->bdb_version, .element = i };

	show->open(show, NULL, false, at, m->stride);
	rows_show(show, &fp, vbt_fp_rows);
	if (vbt_pfit_rows.row[1].at + 4u <= m->fp_size)
		rows_show(show, &fp, vbt_pfit_rows);
	show_dtd(show, &dtd);
	show->open(show, "pnp-id", false, pnp.at, pnp.size);
	rows_show(show, &pnp, vbt_pnp_rows);
	show->close(show);
	if (m->names)
		rows_show(show, &tail, vbt_tail_rows);
	show->close(show);
}

static size_t show_panels(struct show *show, struct span s, const struct vbt *v)
{
	struct vbt_panel_map m;

	if (vbt_panel_map_find(s, v, &m))
		return 0;
	show->open(show, "panels", true, m.at, m.size);
	for (size_t i = 0; i < VBT_PANELS; i++)
		show_panel(show, s, v, &m, i);
	show->close(show);
	return m.names ? m.names + rows_end(vbt_tail_rows, VBT_PANELS, v->bdb_version)
		       : VBT_PANELS * m.stride;
}

/* --- block 58: more timings ------------------------------------------------------------------ */

static size_t show_generic(struct show *show, struct span s, const struct vbt_block *b)
{
	struct layout l = { .s = s, .size = GENERIC_ENTRY };
	uint16_t size = 0;
	size_t at = 2;

	span_le16(s, b->at, &size);
	if (size < GENERIC_ENTRY || b->size < at)
		return at;
	show->open(show, "timings", true, b->at + at, b->size - at);
	for (; b->size - at >= size; at += size) {
		l.at = b->at + at;
		show->open(show, NULL, false, l.at, size);
		rows_show(show, &l, vbt_generic_dtd_rows);
		show->close(show);
	}
	show->close(show);
	return at;
}

/* --- block 254: texts --------------------------------------------------------------------------- */

static size_t text_run(struct span s, size_t at)
{
	size_t n = 0;
	uint8_t c;

	while (span_u8(s, at + n, &c) && c >= ' ' && c <= '~')
		n++;
	return n;
}

bool vbt_next_text(struct span s, const struct vbt_block *b, size_t *at, char *text, size_t max)
{
	struct span block;

	if (!span_sub(s, b->at, b->size, &block))
		return false;
	while (*at < block.n) {
		size_t from = *at, n = text_run(block, from), keep = n < max - 1 ? n : max - 1;

		*at += n ? n : 1;
		if (n < TEXT_MIN)
			continue;
		span_copy(block, from, text, keep);
		text[keep] = '\0';
		*at = from + keep;
		return true;
	}
	return false;
}

static void show_texts(struct show *show, struct span s, const struct vbt_block *b)
{
	char text[VBT_TEXT_MAX];
	size_t at = 0;

	show->open(show, "texts", true, b->at, b->size);
	while (vbt_next_text(s, b, &at, text, sizeof(text))) {
		size_t n = strlen(text);

		show->open(show, NULL, false, b->at + at - n, n);
		show_text(show, "text", b->at + at - n, n, text);
		show->close(show);
	}
	show->close(show);
}

/* --- the walk -------------------------------------------------------------------------------------- */

static void show_decoded(struct show *show, struct span s, const struct vbt *v,
			 const struct vbt_block *b, const struct vbt_block_rows *r)
{
	struct layout l = { .s = s, .at = b->at, .size = b->size, .version = v->bdb_version };
	size_t arrays = VBT_BLOCK_ARRAYS, end, e = 0;
	uint8_t entry = 0;

	/* Entries of another size are not what the rows describe. */
	if (b->size)
		span_u8(s, b->at, &entry);
	if (b->id == VBT_LFP_BACKLIGHT && entry != BACKLIGHT_ENTRY)
		arrays = 0;
	end = show_rows(show, &l, r, arrays);
	if (b->id == VBT_GENERAL_DEFINITIONS)
		e = show_children(show, s, v, b);
	else if (b->id == VBT_GENERIC_DTD)
		e = show_generic(show, s, b);
	show_rest(show, s, b, e > end ? e : end);
}

static void show_block(struct show *show, struct span s, const struct vbt *v,
		       const struct vbt_block *b)
{
	const struct vbt_block_rows *r = vbt_block_rows_of(b->id, v->bdb_version);
	const char *name = vbt_block_name(b->id, v->bdb_version);

	show->open(show, NULL, false, b->at, b->size);
	show_dec(show, "id", b->at - 3, 1, b->id);
	if (name)
		show_text(show, "name", SHOW_NOWHERE, 0, name);
	show_dec(show, "size", b->at - 2, 2, b->size);
	if (b->id == VBT_PRIVATE)
		show_texts(show, s, b);
	else if (b != vbt_find_block(v, b->id))
		show_rest(show, s, b, 0); /* drivers look at the first alone */
	else if (r)
		show_decoded(show, s, v, b, r);
	else if (b->id == VBT_LFP_DATA)
		show_rest(show, s, b, show_panels(show, s, v));
	show->close(show);
}

void vbt_fields(struct span s, const struct vbt *v, struct show *show)
{
	struct layout header = { .s = s, .size = 48 };
	struct layout bdb = { .s = s, .at = v->bdb_at, .size = 22 };

	show->open(show, "header", false, header.at, header.size);
	rows_show(show, &header, vbt_header_rows);
	show_bool(show, "checksum-ok", SHOW_NOWHERE, 0, v->checksum_ok);
	show->close(show);
	show->open(show, "bdb", false, bdb.at, bdb.size);
	rows_show(show, &bdb, vbt_bdb_rows);
	show->close(show);
	show->open(show, "blocks", true, v->bdb_at + 22, v->size - v->bdb_at - 22);
	for (size_t i = 0; i < v->n_blocks; i++)
		show_block(show, s, v, &v->block[i]);
	show->close(show);
}
