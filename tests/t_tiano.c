/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/uefi/tiano.h"
#include "tests/tools/gen_tiano.h"

static void fill(uint8_t *p, size_t n, unsigned int below)
{
	uint32_t x = 1;

	for (size_t i = 0; i < n; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = (uint8_t)((x >> 24) % below);
	}
}

/* 0 when @in comes back; what tiano_unpack() said else. */
static int try(struct span packed, unsigned int width, const uint8_t *in, size_t n, bool *exact)
{
	uint8_t *out = malloc(n ? n : 1);
	size_t size, done;
	int r = tiano_size(packed, &size);

	assert_non_null(out);
	if (!r)
		r = tiano_unpack(packed, (enum tiano_variant)width, out, n, &done, exact);
	if (!r) {
		assert_int_equal(done, n);
		if (n)
			assert_memory_equal(out, in, n);
	}
	free(out);
	return r;
}

static void there_and_back(const uint8_t *in, size_t n, unsigned int width,
			   enum gen_tiano_style style, size_t block)
{
	size_t packed;
	uint8_t *p = gen_tiano(in, n, width, style, block, &packed);
	bool exact = false;

	assert_int_equal(try((struct span){ p, packed }, width, in, n, &exact), 0);
	assert_true(exact);
	free(p);
}

static void round_trips(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 100, 255, 256, 257, 4096, 70000 };
	uint8_t *in = malloc(70000);

	(void)state;
	assert_non_null(in);
	for (unsigned int width = TIANO_EFI11; width <= TIANO_TIANO; width++)
		for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			fill(in, sizes[i], 256);
			there_and_back(in, sizes[i], width, GEN_TIANO_FLAT, 65535);
			there_and_back(in, sizes[i], width, GEN_TIANO_FLAT, 1000);
			fill(in, sizes[i], 2);
			there_and_back(in, sizes[i], width, GEN_TIANO_FLAT, 65535);
			fill(in, sizes[i], 17);
			there_and_back(in, sizes[i], width, GEN_TIANO_LONG, 5000);
			memset(in, 'x', sizes[i]);
			there_and_back(in, sizes[i], width, GEN_TIANO_FLAT, 7);
			there_and_back(in, sizes[i], width, GEN_TIANO_ONE, 65535);
		}
	free(in);
}

/* Matches as far back as each variant reaches. */
static void far_matches(void **state)
{
	size_t n = (1 << 18) + 5000;
	uint8_t *in = malloc(n);

	(void)state;
	assert_non_null(in);
	fill(in, n, 256);
	memcpy(in + (1 << 18), in, 5000);
	there_and_back(in, n, TIANO_TIANO, GEN_TIANO_FLAT, 65535);
	fill(in, 20000, 256);
	memcpy(in + (1 << 13), in, 5000);
	there_and_back(in, 20000, TIANO_EFI11, GEN_TIANO_FLAT, 65535);
	free(in);
}

/* A stream of one variant is not taken for one of the other. */
static void variants_are_told_apart(void **state)
{
	uint8_t in[3000];

	(void)state;
	fill(in, sizeof(in), 100);
	for (unsigned int width = TIANO_EFI11; width <= TIANO_TIANO; width++) {
		size_t packed;
		uint8_t *p = gen_tiano(in, sizeof(in), width, GEN_TIANO_FLAT, 1500, &packed);
		uint8_t out[3000];
		size_t done;
		bool exact = true;
		enum tiano_variant other = width == TIANO_EFI11 ? TIANO_TIANO : TIANO_EFI11;

		tiano_unpack((struct span){ p, packed }, other, out, sizeof(out), &done, &exact);
		assert_false(exact);
		free(p);
	}
}

static void bad_headers(void **state)
{
	uint8_t in[64] = { 0 }, out[64];
	size_t packed, size, done;
	uint8_t *p = gen_tiano(in, sizeof(in), TIANO_TIANO, GEN_TIANO_FLAT, 64, &packed);
	bool exact;

	(void)state;
	for (size_t n = 0; n < packed; n++) {
		assert_int_equal(tiano_size((struct span){ p, n }, &size), -EBADMSG);
		assert_int_equal(tiano_unpack((struct span){ p, n }, TIANO_TIANO, out, 64, &done,
					      &exact), -EBADMSG);
	}
	assert_int_equal(tiano_size((struct span){ p, packed }, &size), 0);
	assert_int_equal(size, 64);
	assert_int_equal(tiano_unpack((struct span){ p, packed }, TIANO_TIANO, out, 63, &done,
				      &exact), -EINVAL);
	gen32(p, UINT32_MAX);
	assert_int_equal(tiano_size((struct span){ p, packed }, &size), -EBADMSG);
	free(p);
}

/* Cut with a header that agrees: an error, or what was asked for was all there. */
static void every_truncation(void **state)
{
	uint8_t in[2000], out[2000];
	size_t packed, done;
	uint8_t *p;
	bool exact;

	(void)state;
	fill(in, sizeof(in), 50);
	p = gen_tiano(in, sizeof(in), TIANO_EFI11, GEN_TIANO_FLAT, 300, &packed);
	for (size_t n = 8; n + 1 < packed; n++) {
		uint8_t *cut = malloc(n);

		assert_non_null(cut);
		memcpy(cut, p, n);
		gen32(cut, (uint32_t)n - 8);
		assert_int_equal(tiano_unpack((struct span){ cut, n }, TIANO_EFI11, out,
					      sizeof(out), &done, &exact), -EBADMSG);
		assert_true(done <= sizeof(out));
		free(cut);
	}
	free(p);
}

/* A stream of the bits in @text, '0' and '1', for @n bytes of output. */
static int run_bits(const char *text, size_t n)
{
	struct gen_bits b = { 0 };
	uint8_t out[64];
	size_t done;
	bool exact;
	int r;

	for (size_t i = 0; i < 8; i++)
		gen_bits(&b, 0, 8);
	for (; *text; text++)
		if (*text == '0' || *text == '1')
			gen_bit(&b, *text == '1');
	gen_bits(&b, 0, 32);
	gen32(b.p, (uint32_t)b.n - 8);
	gen32(b.p + 4, (uint32_t)n);
	r = tiano_unpack((struct span){ b.p, b.n }, TIANO_EFI11, out, n, &done, &exact);
	free(b.p);
	return r;
}

static void hostile_codes(void **state)
{
	static const struct {
		const char *name, *bits;
		size_t n;
		int r;
	} t[] = {
		{ "one byte, no bits", "0000000000000001 00000 00000 000000000 001000001 0000 0000",
		  1, 0 },
		{ "block of 0 symbols", "0000000000000000 00000 00000 000000000 001000001 0000 0000",
		  1, -EBADMSG },
		{ "20 lengths", "0000000000000001 10100", 1, -EBADMSG },
		{ "single length 19", "0000000000000001 00000 10011", 1, -EBADMSG },
		{ "single symbol 510", "0000000000000001 00000 00000 000000000 111111110", 1,
		  -EBADMSG },
		{ "511 symbols", "0000000000000001 00000 00000 111111111", 1, -EBADMSG },
		{ "length 17", "0000000000000001 00001 111 11111111110", 1, -EBADMSG },
		{ "one length of 2: incomplete", "0000000000000001 00001 010", 1, -EBADMSG },
		{ "three of 1: too many", "0000000000000001 00011 001 001 001 00", 1, -EBADMSG },
		{ "position code incomplete",
		  "0000000000000001 00000 00000 000000000 001000001 0001 010", 1, -EBADMSG },
		{ "match before the start",
		  "0000000000000001 00000 00000 000000000 100000000 0000 0000", 5, -EBADMSG },
		{ "match past the end",
		  "0000000000000010 00010 001 001 000000010 0 0", 2, -EBADMSG },
		/* Lengths: 2 zeros-runs and a 1; symbols 65 and 256 with one bit each. */
		{ "single position past the window",
		  "0000000000000001 00000 00000 000000000 100000000 0000 1111", 5, -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (run_bits(t[i].bits, t[i].n) != t[i].r)
			fail_msg("%s", t[i].name);
}

/* One literal, then a match that would write one byte too many. */
static void match_past_the_end(void **state)
{
	uint8_t in[40], out[40];
	size_t packed, done;
	uint8_t *p;
	bool exact;

	(void)state;
	memset(in, 'x', sizeof(in));
	p = gen_tiano(in, sizeof(in), TIANO_EFI11, GEN_TIANO_FLAT, 64, &packed);
	gen32(p + 4, 39);
	assert_int_equal(tiano_unpack((struct span){ p, packed }, TIANO_EFI11, out, 39, &done,
				      &exact), -EBADMSG);
	assert_int_equal(done, 1);
	/* More is asked for than the stream has: the next block is not one. */
	gen32(p + 4, 40);
	assert_int_equal(tiano_unpack((struct span){ p, packed }, TIANO_EFI11, out, 40, &done,
				      &exact), 0);
	assert_true(exact);
	free(p);
}

static void random_bytes_end(void **state)
{
	uint8_t in[512], *out = malloc(1 << 16);
	size_t done;
	bool exact;

	(void)state;
	assert_non_null(out);
	for (unsigned int i = 0; i < 3000; i++) {
		for (size_t j = 0; j < sizeof(in); j++)
			in[j] = (uint8_t)(rand() >> 7);
		gen32(in, sizeof(in) - 8);
		gen32(in + 4, 1 << 16);
		in[8] = in[9] = 0xff;
		tiano_unpack((struct span){ in, sizeof(in) }, i % 2 ? TIANO_TIANO : TIANO_EFI11,
			     out, 1 << 16, &done, &exact);
		assert_true(done <= 1 << 16);
	}
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trips),
		cmocka_unit_test(far_matches),
		cmocka_unit_test(variants_are_told_apart),
		cmocka_unit_test(bad_headers),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(hostile_codes),
		cmocka_unit_test(match_past_the_end),
		cmocka_unit_test(random_bytes_end),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
