/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Screenshots: PNG made here, good, damaged and hostile. QEMU's own placeholder is shown by a real QEMU in supervise.sh. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "launcher/facts/picture.h"

/** struct png - being made */
struct png {
	uint8_t p[65536];
	size_t n;
};

static void put_be32(struct png *g, uint32_t v)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		g->p[g->n++] = (uint8_t)(v >> shift);
}

static void put(struct png *g, const void *p, size_t n)
{
	assert_true(n <= sizeof(g->p) - g->n);
	memcpy(g->p + g->n, p, n);
	g->n += n;
}

static void chunk(struct png *g, const char *type, const void *data, size_t n)
{
	put_be32(g, (uint32_t)n);
	put(g, type, 4);
	put(g, data, n);
	put_be32(g, (uint32_t)crc32(crc32(0, (const uint8_t *)type, 4), data, (unsigned int)n));
}

static void begin(struct png *g, uint32_t width, uint32_t height, uint8_t colour_type)
{
	struct png head = { 0 };
	uint8_t rest[5] = { 8, colour_type };

	*g = (struct png){ 0 };
	put(g, "\x89PNG\r\n\x1a\n", 8);
	put_be32(&head, width);
	put_be32(&head, height);
	put(&head, rest, sizeof(rest));
	chunk(g, "IHDR", head.p, head.n);
}

/* @lines with their filter bytes, in chunks of @piece bytes */
static void data(struct png *g, const uint8_t *lines, size_t n, size_t piece)
{
	uint8_t packed[32768];
	uLongf have = sizeof(packed);

	assert_int_equal(compress(packed, &have, lines, n), Z_OK);
	for (size_t at = 0; at < have; at += piece)
		chunk(g, "IDAT", packed + at, have - at < piece ? have - at : piece);
}

static int read_all(const struct png *g, struct picture *p)
{
	/* An own allocation: the sanitizers see a read behind its end. */
	uint8_t *copy = malloc(g->n ? g->n : 1);
	int r;

	memcpy(copy, g->p, g->n);
	r = picture_read((struct span){ copy, g->n }, p);
	free(copy);
	return r;
}

/* 2x2 RGB, each filter once: all give the same line as "none" gives with @same */
static void filters(void **state)
{
	static const uint8_t lines[][14] = {
		{ 0, 9, 8, 7, 9, 8, 7,	0, 9, 8, 7, 9, 8, 7 },
		{ 1, 9, 8, 7, 0, 0, 0,	2, 0, 0, 0, 0, 0, 0 },
		{ 0, 9, 8, 7, 9, 8, 7,	3, 5, 4, 4, 0, 0, 0 },
		{ 4, 9, 8, 7, 0, 0, 0,	4, 0, 0, 0, 0, 0, 0 },
	};
	struct picture p;
	struct png g;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		begin(&g, 2, 2, 2);
		data(&g, lines[i], sizeof(lines[i]), 5);
		chunk(&g, "IEND", "", 0);
		assert_int_equal(read_all(&g, &p), 0);
		assert_int_equal(p.width, 2);
		assert_int_equal(p.height, 2);
		assert_int_equal(p.colour, 0x090807);
		assert_int_equal(p.kind, PICTURE_ONE_COLOUR);
	}
}

static void colours(void **state)
{
	static const uint8_t two[] = { 0, 1, 2, 3, 255, 1, 2, 3, 254 }, three[] = { 0, 1, 2, 3, 255, 1, 2, 4, 255 };
	struct picture p;
	struct png g;

	(void)state;
	begin(&g, 2, 1, 6);
	data(&g, two, sizeof(two), 100);
	chunk(&g, "IEND", "", 0);
	assert_int_equal(read_all(&g, &p), 0);
	assert_int_equal(p.kind, PICTURE_ONE_COLOUR);	/* what is seen: not the fourth byte */
	begin(&g, 2, 1, 6);
	data(&g, three, sizeof(three), 100);
	chunk(&g, "tEXt", "a\0b", 3);
	chunk(&g, "IEND", "", 0);
	assert_int_equal(read_all(&g, &p), 0);
	assert_int_equal(p.kind, PICTURE_GUEST);
}

/* Too little and too much of everything. */
static void wrong(void **state)
{
	static const uint8_t line[] = { 0, 1, 2, 3 }, more[] = { 0, 1, 2, 3, 0, 1, 2, 3 }, filter[] = { 5, 1, 2, 3 };
	static const struct {
		uint32_t width, height;
		uint8_t type;
		const uint8_t *lines;
		size_t n;
		int want;
	} rows[] = {
		{ 1, 1, 2, line, sizeof(line), 0 },
		{ 0, 1, 2, line, sizeof(line), -EBADMSG }, { 1, 0, 2, line, sizeof(line), -EBADMSG },
		{ 2, 1, 2, line, sizeof(line), -EBADMSG }, { 1, 2, 2, line, sizeof(line), -EBADMSG },
		{ 1, 1, 2, more, sizeof(more), -EBADMSG }, { 1, 1, 2, filter, sizeof(filter), -EBADMSG },
		{ 16385, 1, 2, line, sizeof(line), -EOPNOTSUPP }, { 1, UINT32_MAX, 2, line, sizeof(line), -EOPNOTSUPP },
		{ 1, 1, 3, line, sizeof(line), -EOPNOTSUPP }, { 1, 1, 0, line, sizeof(line), -EOPNOTSUPP },
	};
	struct picture p;
	struct png g;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		begin(&g, rows[i].width, rows[i].height, rows[i].type);
		data(&g, rows[i].lines, rows[i].n, 100);
		chunk(&g, "IEND", "", 0);
		if (read_all(&g, &p) != rows[i].want)
			fail_msg("row %zu", i);
	}
	begin(&g, 1, 1, 2);
	chunk(&g, "IDAT", "no zlib", 7);
	chunk(&g, "IEND", "", 0);
	assert_int_equal(read_all(&g, &p), -EBADMSG);
	g = (struct png){ 0 };
	put(&g, "\x89PNG\r\n\x1a\n", 8);
	chunk(&g, "IDAT", "", 0);
	assert_int_equal(read_all(&g, &p), -EBADMSG);
}

/* Cut anywhere, and each byte of it changed: never past the end, never whole when it is cut. */
static void hostile(void **state)
{
	static const uint8_t line[] = { 0, 1, 2, 3, 4, 5, 6 };
	struct picture p;
	struct png g, h;
	size_t n;

	(void)state;
	begin(&g, 2, 1, 2);
	data(&g, line, sizeof(line), 100);
	chunk(&g, "IEND", "", 0);
	n = g.n;
	for (size_t cut = 0; cut < n; cut++) {
		h = g;
		h.n = cut;
		/* The last four bytes are IEND's CRC; without them the chunk is not whole. */
		assert_int_equal(read_all(&h, &p), -EBADMSG);
	}
	for (size_t at = 0; at < n; at++)
		for (int bit = 0; bit < 8; bit++) {
			h = g;
			h.p[at] ^= (uint8_t)(1 << bit);
			(void)!read_all(&h, &p);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(filters),
		cmocka_unit_test(colours),
		cmocka_unit_test(wrong),
		cmocka_unit_test(hostile),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("picture", tests, NULL, NULL);
}
