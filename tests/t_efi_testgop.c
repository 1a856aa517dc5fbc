/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pure parts of the GOP driver's test double: transfers, and what it asks
 * of a VBT. And is each driver of the built ROM known for what it is?
 */
#include <stdio.h>

#include "tests/efi_fake.h"

#include "romfiles/oprom.h"
#include "romfiles/pe.h"
#include "tests/efi/blt.h"
#include "tests/efi/gop_vbt.h"

#define W 8u
#define H 6u
#define GUARD 0xdeadbeef

struct world {
	uint32_t device[W * H + 2], shadow[W * H + 2]; /* a guard after each */
	uint32_t buffer[W * H + 2];
	struct screen s;
};

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->s = (struct screen){ w->device, w->shadow, W, H };
	memset(w->device, 0x11, sizeof(w->device)); /* power-on rubbish */
	memset(w->shadow, 0x22, sizeof(w->shadow));
	w->device[W * H] = w->shadow[W * H] = w->buffer[W * H] = GUARD;
	blt_clear(&w->s);
	for (uint32_t i = 0; i < W * H; i++)
		w->buffer[i] = i + 1;
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* Both are the same, and nothing was written behind them. */
static void check_same(const struct world *w)
{
	assert_memory_equal(w->device, w->shadow, W * H * sizeof(uint32_t));
	assert_int_equal(w->device[W * H], GUARD);
	assert_int_equal(w->shadow[W * H], GUARD);
	assert_int_equal(w->buffer[W * H], GUARD);
}

static void test_clear(void **state)
{
	struct world *w = *state;

	assert_int_equal(blt_lit(&w->s), 0);
	assert_true(blt_kept(&w->s, 99));
	check_same(w);
	w->s.width = 3;
	w->s.height = 3; /* an odd number of pixels */
	memset(w->device, 0x11, 9 * 4);
	blt_clear(&w->s);
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(w->device[i], 0);
}

static void test_fill(void **state)
{
	struct world *w = *state;
	struct blt_area a = { .sx = 99, .sy = 99, .dx = 2, .dy = 1, .width = 6, .height = 5 };

	assert_true(blt_run(&w->s, w->buffer, BLT_FILL, &a, 0));
	assert_int_equal(blt_lit(&w->s), 30);
	assert_int_equal(w->device[W + 1], 0);
	assert_int_equal(w->device[W + 2], 1);
	assert_int_equal(w->device[W * H - 1], 1);
	check_same(w);
}

static void test_buffer_both_ways(void **state)
{
	struct world *w = *state;
	struct blt_area in = { .sx = 1, .sy = 2, .dx = 3, .dy = 3, .width = 4, .height = 3 };
	struct blt_area out = { .sx = 3, .sy = 3, .dx = 0, .dy = 0, .width = 4, .height = 3 };

	assert_true(blt_run(&w->s, w->buffer, BLT_FROM_BUFFER, &in, W * 4));
	assert_int_equal(w->device[3 * W + 3], 2 * W + 1 + 1);
	assert_int_equal(w->device[5 * W + 6], 4 * W + 4 + 1);
	assert_int_equal(w->device[5 * W + 7], 0);
	check_same(w);
	memset(w->buffer, 0, W * H * 4);
	assert_true(blt_run(&w->s, w->buffer, BLT_TO_BUFFER, &out, 0)); /* rows of 4 */
	assert_int_equal(w->buffer[0], 2 * W + 1 + 1);
	assert_int_equal(w->buffer[11], 4 * W + 4 + 1);
	assert_int_equal(w->buffer[12], 0);
}

/* Against memmove, in each direction of overlap. */
static void test_move(void **state)
{
	struct world *w = *state;
	struct blt_area all = { .width = W, .height = H };

	for (unsigned int i = 0; i < 9; i++) {
		struct blt_area a = { .sx = 1, .sy = 1, .dx = i % 3, .dy = i / 3, .width = 5,
				      .height = 3 };
		uint32_t want[W * H];

		blt_run(&w->s, w->buffer, BLT_FROM_BUFFER, &all, 0);
		memcpy(want, w->shadow, sizeof(want));
		for (size_t y = 0; y < 3; y++)
			for (size_t x = 0; x < 5; x++)
				want[(a.dy + y) * W + a.dx + x] =
					w->buffer[(1 + y) * W + 1 + x];
		assert_true(blt_run(&w->s, NULL, BLT_MOVE, &a, 0));
		assert_memory_equal(w->shadow, want, sizeof(want));
		check_same(w);
	}
}

static void test_refused(void **state)
{
	static const struct {
		unsigned int operation;
		struct blt_area a;
		size_t delta;
	} row[] = {
		{ BLT_FILL, { .width = 0, .height = 1 }, 0 },
		{ BLT_FILL, { .width = 1, .height = 0 }, 0 },
		{ BLT_FILL, { .width = W + 1, .height = 1 }, 0 },
		{ BLT_FILL, { .width = 1, .height = H + 1 }, 0 },
		{ BLT_FILL, { .dx = W, .width = 1, .height = 1 }, 0 },
		{ BLT_FILL, { .dy = H, .width = 1, .height = 1 }, 0 },
		{ BLT_FILL, { .dx = SIZE_MAX, .width = 2, .height = 1 }, 0 },
		{ BLT_FILL, { .dy = SIZE_MAX, .width = 1, .height = 2 }, 0 },
		{ BLT_FILL, { .width = SIZE_MAX, .height = SIZE_MAX }, 0 },
		{ BLT_TO_BUFFER, { .sx = W - 1, .width = 2, .height = 1 }, 0 },
		{ BLT_TO_BUFFER, { .dx = 1, .width = 2, .height = 1 }, 8 },
		{ BLT_TO_BUFFER, { .dx = SIZE_MAX, .width = 2, .height = 1 }, 8 },
		{ BLT_FROM_BUFFER, { .dy = H - 1, .width = 1, .height = 2 }, 0 },
		{ BLT_FROM_BUFFER, { .width = 2, .height = 1 }, 7 },
		{ BLT_FROM_BUFFER, { .width = 2, .height = 1 }, 9 },
		{ BLT_FROM_BUFFER, { .sx = 1, .width = 2, .height = 1 }, 8 },
		{ BLT_MOVE, { .sx = W - 1, .width = 2, .height = 1 }, 0 },
		{ BLT_MOVE, { .dy = H - 1, .width = 1, .height = 2 }, 0 },
		{ BLT_MOVE + 1, { .width = 1, .height = 1 }, 0 },
		{ UINT32_MAX, { .width = 1, .height = 1 }, 0 },
	};
	static const struct blt_area one = { .width = 1, .height = 1 };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (blt_run(&w->s, w->buffer, row[i].operation, &row[i].a, row[i].delta))
			fail_msg("row %zu is done", i);
	for (unsigned int i = BLT_FILL; i < BLT_MOVE; i++)
		assert_false(blt_run(&w->s, NULL, i, &one, 0));
	assert_int_equal(blt_lit(&w->s), 0);
	check_same(w);
}

static void test_kept(void **state)
{
	struct world *w = *state;
	struct blt_area a = { .width = W, .height = 1 };

	assert_true(blt_run(&w->s, w->buffer, BLT_FROM_BUFFER, &a, 0));
	assert_true(blt_kept(&w->s, 99));
	w->device[3] ^= 1;
	assert_false(blt_kept(&w->s, 99));
	assert_false(blt_kept(&w->s, 4));
	assert_true(blt_kept(&w->s, 3)); /* the fourth is not looked at */
	assert_true(blt_kept(&w->s, 0));
	a.height = H;
	w->buffer[0] = 0xff000000; /* the reserved byte is no light */
	assert_true(blt_run(&w->s, w->buffer, BLT_FILL, &a, 0));
	assert_int_equal(blt_lit(&w->s), 0);
}

static void test_vbt(void **state)
{
	static uint8_t vbt[300];
	struct span s = { vbt, 200 };

	(void)state;
	fake_vbt(vbt, 200);
	assert_null(gop_vbt_error(s));
	for (s.n = 0; s.n < 300; s.n++)
		if (s.n != 200)
			assert_string_equal(gop_vbt_error(s), s.n < 0x30 ? "no-vbt" : "size");
	s.n = 200;
	vbt[199]++;
	assert_string_equal(gop_vbt_error(s), "checksum");
	vbt[0]++;
	assert_string_equal(gop_vbt_error(s), "no-vbt");
}

/* The ROM of assignment driver, policy driver and test double, in this order. */
static void test_rom(void **state)
{
	static uint8_t rom[1 << 20];
	const char *build = getenv("B");
	struct oprom o;
	char path[512];
	size_t n;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/roms/igd-testgop.rom", build ? build : "build");
	f = fopen(path, "rb");
	if (!f)
		fail_msg("%s is not built", path);
	n = fread(rom, 1, sizeof(rom), f);
	fclose(f);
	assert_int_equal(oprom_parse((struct span){ rom, n }, &o), 0);
	assert_int_equal(o.n, 3);
	assert_int_equal(o.notes.n, 0);
	for (size_t i = 0; i < o.n; i++) {
		const struct oprom_image *im = &o.image[i];

		assert_int_equal(oprom_ovmf_image(&o, i, PE_MACHINE_X64), OPROM_RUNS);
		assert_int_equal(im->igvm_assign, i == 0);
		assert_int_equal(im->igvm_policy, i == 1);
		assert_int_equal(im->gop, i == 2);
		assert_false(im->intel_gop || im->other_assign || im->other_policy);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_clear), TEST(test_fill), TEST(test_buffer_both_ways), TEST(test_move),
		TEST(test_refused), TEST(test_kept), TEST(test_vbt),
		cmocka_unit_test(test_rom),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
