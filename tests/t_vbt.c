/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/vbt.h"
#include "tests/tools/gen.h"

static uint8_t buf[GEN_VBT_MAX + 64];

static struct span make(const struct gen_vbt *w)
{
	size_t n;

	memset(buf, 0, sizeof(buf));
	n = gen_vbt(w, buf);
	assert_true(n);
	return (struct span){ buf, n };
}

static size_t block_at(const struct vbt *v, uint8_t id)
{
	const struct vbt_block *b = vbt_find_block(v, id);

	assert_non_null(b);
	return b->at;
}

static void a_table(void **state)
{
	struct gen_vbt w = { 0 };
	struct span s = make(&w);
	struct vbt v;

	(void)state;
	assert_int_equal(vbt_size(s), s.n);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_string_equal(v.chip, "ALDERLAKE-S");
	assert_int_equal(v.version, 100);
	assert_int_equal(v.size, s.n);
	assert_int_equal(v.bdb_at, 48);
	assert_int_equal(v.bdb_version, 251);
	assert_int_equal(v.bdb_size, s.n - 48);
	assert_true(v.checksum_ok);
	assert_int_equal(v.checksum_wanted, buf[26]);
	assert_int_equal(v.notes.n, 0);
	assert_int_equal(v.n_blocks, 4);
	assert_int_equal(v.block[0].id, 254);
	assert_int_equal(v.block[3].id, 12);
	assert_int_equal(v.child_size, 39);
	assert_int_equal(v.n_children, 2);
	assert_int_equal(v.child[0].handle, 0x0004);
	assert_int_equal(v.child[0].device_type, 0x68c6);
	assert_int_equal(v.child[0].dvo_port, 7);
	assert_int_equal(v.child[0].ddc_pin, 2);
	assert_int_equal(v.child[0].aux_channel, 0x10);
	assert_int_equal(v.child[1].handle, 0x0040);
	assert_int_equal(v.child[1].dvo_port, 2);
	assert_int_equal(v.child[1].ddc_pin, 3);
	assert_int_equal(v.child[1].aux_channel, 0);
	assert_int_equal(vbt_port_letter(&v.child[0]), 'B');
	assert_int_equal(vbt_port_letter(&v.child[1]), 'C');
	assert_null(vbt_find_block(&v, 40));
}

static void child_sizes_by_version(void **state)
{
	static const struct {
		unsigned int bdb, size;
	} t[] = {
		{ 155, 33 }, { 194, 33 }, { 195, 37 }, { 196, 38 }, { 215, 38 }, { 216, 39 },
		{ 255, 39 }, { 256, 40 }, { 262, 40 }, { 263, 44 }, { 266, 44 },
	};
	struct vbt v;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_vbt w = { .bdb_version = t[i].bdb, .ports = "edp:A,dp++:B,hdmi:C,dvi:D" };

		assert_int_equal(vbt_parse(make(&w), &v), 0);
		assert_int_equal(v.child_size, t[i].size);
		assert_int_equal(vbt_child_size_of((uint16_t)t[i].bdb), t[i].size);
		assert_int_equal(v.n_children, 4);
		assert_int_equal(v.notes.n, 0);
	}
	assert_int_equal(vbt_child_size_of(0), 22);
	assert_int_equal(vbt_child_size_of(105), 22);
	assert_int_equal(vbt_child_size_of(106), 27);
	assert_int_equal(vbt_child_size_of(111), 33);
	assert_int_equal(vbt_child_size_of(UINT16_MAX), 44);
}

static void connectors(void **state)
{
	static const struct {
		uint16_t type;
		const char *a, *b;
	} t[] = {
		{ 0x68c6, "DP", NULL },	   { 0x60d6, "DP", "HDMI-A" }, { 0x60d2, "HDMI-A", NULL },
		{ 0x1806, "eDP", NULL },   { 0x78c6, "eDP", NULL },    { 0x1022, "LVDS", NULL },
		{ 0x68d2, "HDMI-A", NULL }, { 0x1400, "DSI", NULL },    { 0x0001, "VGA", NULL },
		{ 0x0200, NULL, NULL },    { 0x0020, NULL, NULL },    { 0x0005, "DP", NULL },
	};
	const char *kind[VBT_CONNECTORS_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct vbt_child c = { .device_type = t[i].type };
		size_t n = vbt_connectors(&c, kind);

		assert_int_equal(n, !!t[i].a + !!t[i].b);
		if (n > 0)
			assert_string_equal(kind[0], t[i].a);
		if (n > 1)
			assert_string_equal(kind[1], t[i].b);
	}
}

static void port_letters(void **state)
{
	static const char want[] = "ABCD...BCDAEEFFGGHHIIABCD...";

	(void)state;
	for (uint8_t i = 0; i < sizeof(want) - 1; i++) {
		struct vbt_child c = { .dvo_port = i };

		assert_int_equal(vbt_port_letter(&c), want[i] == '.' ? 0 : want[i]);
	}
	assert_int_equal(vbt_port_letter(&(struct vbt_child){ .dvo_port = 255 }), 0);
}

static void a_padded_table(void **state)
{
	struct gen_vbt w = { .pad = 9216 };
	struct vbt v;

	(void)state;
	assert_int_equal(vbt_parse(make(&w), &v), 0);
	assert_int_equal(v.size, 9216);
	assert_int_equal(v.n_blocks, 5);
	assert_int_equal(v.block[4].at + v.block[4].size, 9216);
	assert_int_equal(v.notes.n, 0);
	w.pad = GEN_VBT_MAX;
	assert_int_equal(vbt_parse(make(&w), &v), 0);
	assert_int_equal(v.size, GEN_VBT_MAX);
}

static void defects_that_are_tolerated(void **state)
{
	struct gen_vbt w = { .bad_checksum = true, .short_bdb = true };
	struct span s = make(&w);
	struct vbt v;

	(void)state;
	buf[s.n + 3] = 1;
	s.n += 16;
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.notes.n, 3);
	assert_int_equal(note_find(&v.notes, NOTE_VBT_CHECKSUM)->at, 26);
	assert_non_null(note_find(&v.notes, NOTE_VBT_BDB_SHORT));
	assert_int_equal(note_find(&v.notes, NOTE_VBT_TAIL)->at, s.n - 16);
	assert_false(v.checksum_ok);
	assert_int_equal((uint8_t)(v.checksum_wanted + 1), buf[26]);
	/* The last block is not lost, and the ports are there. */
	assert_int_equal(v.n_blocks, 4);
	assert_int_equal(v.n_children, 2);
	buf[26] = v.checksum_wanted;
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_true(v.checksum_ok);
}

static void what_is_no_table(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		uint32_t value;
		size_t width;
		bool table_for_i915;
	} t[] = {
		{ "signature", 0, 'x', 1, false },
		{ "size 0", 24, 0, 2, false },
		{ "size 1", 24, 1, 2, false },
		{ "size below the header", 24, 47, 2, false },
		{ "size max", 24, 0xffff, 2, false },
		{ "size past the end", 25, 0xff, 1, false },
		{ "bdb offset max", 28, 0xffffffff, 4, false },
		{ "bdb offset 0", 28, 0, 4, true },
		{ "bdb offset at the end", 28, 320 - 21, 4, false },
		{ "bdb size max", 48 + 20, 0xffff, 2, false },
		{ "bdb size one too large", 48 + 20, 320 - 48 + 1, 2, false },
		{ "bdb signature", 48, 'x', 1, true },
		{ "bdb header 0", 48 + 18, 0, 2, true },
		{ "bdb header 21", 48 + 18, 21, 2, true },
	};
	struct gen_vbt w = { 0 };
	struct vbt v;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct span s = make(&w);

		assert_int_equal(s.n, 320);
		for (size_t j = 0; j < t[i].width; j++)
			buf[t[i].at + j] = (uint8_t)(t[i].value >> 8 * j);
		memset(&v, 0xff, sizeof(v));
		if (vbt_parse(s, &v) != -EBADMSG || v.n_blocks || v.n_children || v.size)
			fail_msg("%s: taken for a table", t[i].name);
		if (!vbt_size(s) == t[i].table_for_i915)
			fail_msg("%s: i915 says otherwise", t[i].name);
	}
	assert_int_equal(vbt_size((struct span){ NULL, 0 }), 0);
	/* Everything in order, but for the table being shorter than its header. */
	memset(buf, 0, 64);
	memcpy(buf, "$VBT", 4);
	gen16(buf + 24, 47);
	gen32(buf + 28, 4);
	assert_int_equal(vbt_size((struct span){ buf, 64 }), 0);
}

static void bdb_header_past_the_table(void **state)
{
	struct gen_vbt w = { 0 };
	struct span s = make(&w);
	struct vbt v;

	(void)state;
	gen16(buf + 48 + 18, 0xffff);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.n_blocks, 0);
	assert_non_null(note_find(&v.notes, NOTE_VBT_NO_PORTS));
}

static void a_block_past_the_end(void **state)
{
	struct gen_vbt w = { 0 };
	struct span s = make(&w);
	struct vbt v;
	size_t at;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	at = block_at(&v, 12);
	gen16(buf + at - 2, 20);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(note_find(&v.notes, NOTE_VBT_BLOCK_CUT)->at, at - 3);
	assert_int_equal(v.block[3].size, 19);
	gen16(buf + at - 2, 0xffff);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.block[3].size, 19);
	/* A size too small leaves what cannot be a block. */
	gen16(buf + at - 2, 17);
	buf[at + 17] = 7;
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(note_find(&v.notes, NOTE_VBT_BLOCK_FILLER)->at, at + 17);
	/* Size 0 is legal. */
	gen16(buf + at - 2, 0);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.block[3].size, 0);
}

/* What follows bdb_size and is zero up to the end of the table is no block. */
static void zeros_behind_the_blocks(void **state)
{
	struct gen_vbt w = { .pad = 512 };
	struct span s = make(&w);
	struct vbt v;
	size_t end;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	end = v.block[4].at - 3;
	memset(buf + end, 0, 512 - end);
	/* Inside bdb_size they are blocks, of an id that means nothing. */
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_true(v.n_blocks > 4);
	assert_int_equal(v.block[4].id, 0);
	gen16(buf + 48 + 20, (unsigned int)(end - 48));
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.n_blocks, 4);
	assert_null(note_find(&v.notes, NOTE_VBT_BDB_SHORT));
	assert_null(note_find(&v.notes, NOTE_VBT_BLOCK_FILLER));
}

static void mipi_sequence_has_a_wide_size(void **state)
{
	struct gen_vbt w = { .pad = 512 };
	struct span s = make(&w);
	struct vbt v;
	size_t at, left;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	at = v.block[4].at;
	left = v.block[4].size;
	buf[at - 3] = VBT_MIPI_SEQUENCE;
	gen16(buf + at - 2, 0);
	buf[at] = 3;
	gen32(buf + at + 1, (uint32_t)left - 5);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.n_blocks, 5);
	assert_int_equal(v.block[4].size, left);
	assert_null(note_find(&v.notes, NOTE_VBT_BLOCK_CUT));
	gen32(buf + at + 1, (uint32_t)left - 4);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_non_null(note_find(&v.notes, NOTE_VBT_BLOCK_CUT));
	gen32(buf + at + 1, UINT32_MAX);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.block[4].size, left);
	/* Before version 3 the 16-bit size counts. */
	buf[at] = 2;
	gen16(buf + at - 2, (unsigned int)left);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.block[4].size, left);
	assert_null(note_find(&v.notes, NOTE_VBT_BLOCK_CUT));
}

static void child_size_that_lies(void **state)
{
	static const uint8_t said[] = { 0, 21, 22, 38, 40, 255 };
	struct gen_vbt w = { 0 };
	struct span s = make(&w);
	struct vbt v;
	size_t at;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	at = block_at(&v, VBT_GENERAL_DEFINITIONS);
	for (size_t i = 0; i < sizeof(said); i++) {
		buf[at + 4] = said[i];
		assert_int_equal(vbt_parse(s, &v), 0);
		assert_int_equal(v.child_size, 39);
		assert_int_equal(v.n_children, 2);
		assert_non_null(note_find(&v.notes, NOTE_VBT_CHILD_SIZE));
	}
	/* Neither fits: the field is used when it can be, and noted. */
	buf[at + 4] = 37;
	gen16(buf + at - 2, 5 + 4 * 39 - 1);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.child_size, 37);
	assert_non_null(note_find(&v.notes, NOTE_VBT_CHILD_REST));
	buf[at + 4] = 0;
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.n_children, 0);
	assert_non_null(note_find(&v.notes, NOTE_VBT_CHILD_REST));
}

static void definitions_too_short(void **state)
{
	struct gen_vbt w = { 0 };
	struct span s = make(&w);
	struct vbt v;
	size_t at;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	at = block_at(&v, VBT_GENERAL_DEFINITIONS);
	for (unsigned int size = 0; size < 5; size++) {
		gen16(buf + at - 2, size);
		assert_int_equal(vbt_parse(s, &v), 0);
		assert_int_equal(v.n_children, 0);
	}
	buf[at - 3] = 3;
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_non_null(note_find(&v.notes, NOTE_VBT_NO_PORTS));
}

static void more_than_is_kept(void **state)
{
	struct gen_vbt w = { .pad = 8192 };
	struct span s = make(&w);
	struct vbt v;
	size_t at;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	/* The private block becomes blocks of size 0. */
	at = v.block[4].at - 3;
	for (size_t i = at; i + 3 <= s.n; i += 3) {
		buf[i] = 200;
		gen16(buf + i + 1, 0);
	}
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.n_blocks, VBT_BLOCKS_MAX);
	assert_non_null(note_find(&v.notes, NOTE_VBT_BLOCKS_MANY));
	/* And a block of children without end. */
	s = make(&w);
	assert_int_equal(vbt_parse(s, &v), 0);
	buf[block_at(&v, VBT_GENERAL_DEFINITIONS) - 3] = 3;
	at = v.block[4].at;
	buf[at - 3] = VBT_GENERAL_DEFINITIONS;
	memset(buf + at, 0x44, s.n - at);
	buf[at + 4] = 39;
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(v.n_children, VBT_CHILDREN_MAX);
	assert_non_null(note_find(&v.notes, NOTE_VBT_CHILDREN_MANY));
}

static void a_name_that_is_not_text(void **state)
{
	struct gen_vbt w = { 0 };
	struct span s = make(&w);
	struct vbt v;

	(void)state;
	memset(buf + 5, 0x1b, 15);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_string_equal(v.chip, "");
	memset(buf + 5, 'A', 15);
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_string_equal(v.chip, "AAAAAAAAAAAAAAA");
}

static void every_truncation(void **state)
{
	struct gen_vbt w = { .ports = "edp:A,dp:B,hdmi:C" };
	struct span s = make(&w);
	struct vbt v;

	(void)state;
	for (size_t n = 0; n < s.n; n++) {
		uint8_t *p = malloc(n ? n : 1);

		assert_non_null(p);
		memcpy(p, s.p, n);
		assert_int_equal(vbt_parse((struct span){ p, n }, &v), -EBADMSG);
		/* The same bytes with sizes that agree with the cut. */
		if (n >= 48 + 22) {
			gen16(p + 24, (unsigned int)n);
			gen16(p + 48 + 20, (unsigned int)n - 48);
			assert_int_equal(vbt_parse((struct span){ p, n }, &v), 0);
			assert_true(v.notes.n > 0);
			for (size_t i = 0; i < v.n_blocks; i++)
				assert_true(v.block[i].at + v.block[i].size <= n);
		}
		free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table),
		cmocka_unit_test(child_sizes_by_version),
		cmocka_unit_test(connectors),
		cmocka_unit_test(port_letters),
		cmocka_unit_test(a_padded_table),
		cmocka_unit_test(defects_that_are_tolerated),
		cmocka_unit_test(what_is_no_table),
		cmocka_unit_test(bdb_header_past_the_table),
		cmocka_unit_test(a_block_past_the_end),
		cmocka_unit_test(zeros_behind_the_blocks),
		cmocka_unit_test(mipi_sequence_has_a_wide_size),
		cmocka_unit_test(child_size_that_lies),
		cmocka_unit_test(definitions_too_short),
		cmocka_unit_test(more_than_is_kept),
		cmocka_unit_test(a_name_that_is_not_text),
		cmocka_unit_test(every_truncation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
