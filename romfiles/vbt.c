/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * Everything is read through one span that ends where the header says that
 * the table ends. Blocks are walked up to there and not to bdb_size, which is
 * one too small in most tables since 2018 and would lose the last block, as
 * it does in Linux and intel_vbt_decode. A block that reaches past the end is
 * kept with the bytes that are there and ends the walk.
 */
#include "romfiles/vbt.h"

#include <errno.h>

#include "romfiles/vbt_panel.h"

#define HEADER_SIZE 48
#define BDB_HEADER_SIZE 22
#define BLOCK_HEADER_SIZE 3
#define DEFINITIONS_HEADER 5
#define CHILD_MIN 22

/* The table alone, whatever follows it in the bytes. */
static bool find_table(struct span s, struct span *table, struct span *bdb)
{
	uint16_t size = 0, bdb_size = 0;
	uint32_t bdb_at = 0;

	if (!span_holds(s, 0, HEADER_SIZE) || !span_is(s, 0, "$VBT", 4))
		return false;
	span_le16(s, 24, &size);
	span_le32(s, 28, &bdb_at);
	if (size < HEADER_SIZE || !span_sub(s, 0, size, table) ||
	    !span_holds(*table, bdb_at, BDB_HEADER_SIZE))
		return false;
	*bdb = span_from(*table, bdb_at);
	span_le16(*bdb, 20, &bdb_size);
	return bdb_size <= bdb->n;
}

size_t vbt_size(struct span s)
{
	struct span table, bdb;

	return find_table(s, &table, &bdb) ? table.n : 0;
}

static bool all_zero(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i])
			return false;
	return true;
}

/*
 * From MIPI sequence version 3 on the 16-bit size of block 53 is 0 and the
 * size is a u32 behind the version byte, which counts neither of them.
 */
static size_t block_size(struct span s, size_t at, uint8_t id)
{
	uint16_t size = 0;
	uint32_t wide;
	uint8_t version;

	span_le16(s, at + 1, &size);
	if (id != VBT_MIPI_SEQUENCE || !span_u8(s, at + 3, &version) || version < 3 ||
	    !span_le32(s, at + 4, &wide))
		return size;
	/* No table reaches 64 KiB: what is larger is cut anyway. */
	return (size_t)5 + (wide < 0x10000 ? wide : 0x10000);
}

/* Is what begins at @at no block but the end of the list? */
static bool list_ends(struct span table, size_t at, size_t bdb_end, struct notes *ns)
{
	struct span rest = span_from(table, at);

	if (!rest.n || (at >= bdb_end && all_zero(rest)))
		return true;
	if (rest.n < BLOCK_HEADER_SIZE) {
		note_add(ns, NOTE_VBT_BLOCK_FILLER, at);
		return true;
	}
	return false;
}

static void walk_blocks(struct span table, size_t at, struct vbt *v)
{
	size_t bdb_end = v->bdb_at + v->bdb_size;

	while (!list_ends(table, at, bdb_end, &v->notes)) {
		struct vbt_block b = { .id = table.p[at], .at = at + BLOCK_HEADER_SIZE };

		if (v->n_blocks == VBT_BLOCKS_MAX) {
			note_add(&v->notes, NOTE_VBT_BLOCKS_MANY, at);
			return;
		}
		b.size = block_size(table, at, b.id);
		if (!span_holds(table, b.at, b.size)) {
			b.size = table.n - b.at;
			note_add(&v->notes, NOTE_VBT_BLOCK_CUT, at);
		}
		v->block[v->n_blocks++] = b;
		at = b.at + b.size;
	}
	if (at == bdb_end + 1)
		note_add(&v->notes, NOTE_VBT_BDB_SHORT, v->bdb_at + 20);
}

size_t vbt_child_size_of(uint16_t bdb_version)
{
	static const struct {
		uint16_t since;
		uint8_t size;
	} t[] = {
		{ 263, 44 }, { 256, 40 }, { 216, 39 }, { 196, 38 }, { 195, 37 },
		{ 111, 33 }, { 106, 27 }, { 0, 22 },
	};
	size_t i = 0;

	while (bdb_version < t[i].since)
		i++;
	return t[i].size;
}

/*
 * A few tables name one size and use another: believe the field, unless it
 * does not divide the block and the size of this BDB version does.
 */
static size_t choose_child_size(struct span block, struct vbt *v, size_t at)
{
	size_t expected = vbt_child_size_of(v->bdb_version), rest;
	uint8_t said;

	if (!span_u8(block, 4, &said))
		return 0;
	rest = block.n - DEFINITIONS_HEADER;
	if ((said < CHILD_MIN || rest % said) && rest % expected == 0) {
		note_add(&v->notes, NOTE_VBT_CHILD_SIZE, at + 4);
		return expected;
	}
	if (said < CHILD_MIN || rest % said)
		note_add(&v->notes, NOTE_VBT_CHILD_REST, at + 4);
	return said < CHILD_MIN ? 0 : said;
}

static void read_children(struct span table, struct vbt *v)
{
	const struct vbt_block *b = vbt_find_block(v, VBT_GENERAL_DEFINITIONS);
	struct span block, one;

	if (!b || !span_sub(table, b->at, b->size, &block)) {
		note_add(&v->notes, NOTE_VBT_NO_PORTS, v->bdb_at);
		return;
	}
	v->child_size = choose_child_size(block, v, b->at);
	if (!v->child_size)
		return;
	for (size_t at = DEFINITIONS_HEADER; span_sub(block, at, v->child_size, &one);
	     at += v->child_size) {
		struct vbt_child c = { .at = b->at + at };

		span_le16(one, 0, &c.handle);
		span_le16(one, 2, &c.device_type);
		span_u8(one, 16, &c.dvo_port);
		span_u8(one, 19, &c.ddc_pin);
		span_u8(one, 25, &c.aux_channel);
		if (!c.device_type)
			continue;
		if (v->n_children == VBT_CHILDREN_MAX) {
			note_add(&v->notes, NOTE_VBT_CHILDREN_MANY, c.at);
			return;
		}
		v->child[v->n_children++] = c;
	}
}

static void read_chip(struct span s, struct vbt *v)
{
	size_t n = sizeof(v->chip) - 1;

	span_copy(s, 5, v->chip, n);
	for (size_t i = 0; i < n; i++)
		if (v->chip[i] < ' ' || v->chip[i] > '~')
			v->chip[i] = ' ';
	while (n && v->chip[n - 1] == ' ')
		v->chip[--n] = '\0';
}

int vbt_parse(struct span s, struct vbt *out)
{
	struct vbt_panel_map panels;
	struct span table, bdb;
	uint16_t header = 0, size = 0;
	uint8_t sum;

	*out = (struct vbt){ 0 };
	if (!find_table(s, &table, &bdb) || !span_is(bdb, 0, "BIOS_DATA_BLOCK ", 16))
		return -EBADMSG;
	span_le16(bdb, 18, &header);
	if (header < BDB_HEADER_SIZE)
		return -EBADMSG;
	span_le16(bdb, 16, &out->bdb_version);
	span_le16(bdb, 20, &size);
	read_chip(s, out);
	span_le16(s, 20, &out->version);
	out->size = table.n;
	out->bdb_at = table.n - bdb.n;
	out->bdb_size = size;
	sum = span_sum8(table);
	out->checksum_ok = !sum;
	out->checksum_wanted = (uint8_t)(table.p[26] - sum);
	if (sum)
		note_add(&out->notes, NOTE_VBT_CHECKSUM, 26);
	if (!all_zero(span_from(s, table.n)))
		note_add(&out->notes, NOTE_VBT_TAIL, table.n);
	walk_blocks(table, out->bdb_at + header, out);
	read_children(table, out);
	if (vbt_panel_map_find(table, out, &panels) == -EBADMSG)
		note_add(&out->notes, NOTE_VBT_PANEL_DATA, panels.at);
	return 0;
}

const struct vbt_block *vbt_find_block(const struct vbt *v, uint8_t id)
{
	for (size_t i = 0; i < v->n_blocks; i++)
		if (v->block[i].id == id)
			return &v->block[i];
	return NULL;
}

size_t vbt_connectors(const struct vbt_child *c, const char *kind[VBT_CONNECTORS_MAX])
{
	uint16_t t = c->device_type;
	size_t n = 0;

	if (t & VBT_TYPE_MIPI)
		kind[n++] = "DSI";
	else if (t & VBT_TYPE_DP && t & VBT_TYPE_INTERNAL)
		kind[n++] = "eDP";
	else if (t & VBT_TYPE_LVDS && t & VBT_TYPE_INTERNAL)
		kind[n++] = "LVDS";
	else if (t & VBT_TYPE_ANALOG && !(t & (VBT_TYPE_DP | VBT_TYPE_TMDS)))
		kind[n++] = "VGA";
	if (n)
		return n;
	if (t & VBT_TYPE_DP)
		kind[n++] = "DP";
	if (t & VBT_TYPE_TMDS)
		kind[n++] = "HDMI-A";
	return n;
}

char vbt_port_letter(const struct vbt_child *c)
{
	/* HDMI A-D, LVDS, TV, CRT, DP B-D, DP A, then E to I in pairs, MIPI A-D. */
	static const char letter[] = "ABCD\0\0\0BCDAEEFFGGHHIIABCD";

	return c->dvo_port < sizeof(letter) - 1 ? letter[c->dvo_port] : '\0';
}
