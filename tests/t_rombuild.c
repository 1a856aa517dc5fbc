/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/build.h"
#include "romfiles/join.h"
#include "romfiles/oprom.h"
#include "romfiles/pe.h"
#include "tests/tools/gen.h"

static uint8_t pe[16384], out[65536];
static const uint16_t one_id[] = { 0x4680 }, three_ids[] = { 0x4680, 0x4682, 0x4692 };

static struct span make_pe(size_t n)
{
	static const uint8_t body[8192] = { 'b' };

	return (struct span){ pe, gen_pe(PE_MACHINE_X64, PE_SUBSYSTEM_BOOT_DRIVER, body, n, pe) };
}

/* The first 0x40 bytes that EfiRom writes for one driver of 0x204 bytes. */
static void headers_byte_for_byte(void **state)
{
	static const uint8_t want[0x38] = {
		0x55, 0xaa, 0x02, 0x00, 0xf1, 0x0e, 0x00, 0x00, 0x0b, 0x00, 0x64, 0x86,
		0x00, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0xfc, 0x01, 0x1c, 0x00, 0, 0,
		'P', 'C', 'I', 'R', 0x86, 0x80, 0x80, 0x46, 0x00, 0x00, 0x1c, 0x00,
		0x03, 0x00, 0x00, 0x03, 0x02, 0x00, 0x34, 0x12, 0x03, 0x80, 0, 0, 0, 0, 0, 0,
	};
	struct rom_wish w = { .vendor = 0x8086, .ids = one_id, .n_ids = 1, .revision = 0x1234 };
	struct rom_driver d = { .pe = make_pe(4), .class_code = 0x030000 };
	size_t len = 0, bad;

	(void)state;
	assert_int_equal(rom_build(&w, &d, 1, out, sizeof(out), &len, &bad), 0);
	assert_int_equal(len, 1024);
	assert_memory_equal(out, want, sizeof(want));
	for (size_t i = sizeof(want); i < 0x1fc; i++)
		assert_int_equal(out[i], 0xff);
	assert_memory_equal(out + 0x1fc, d.pe.p, d.pe.n);
}

static void several_ids_make_a_list(void **state)
{
	static const uint8_t want[] = { 0x80, 0x46, 0x82, 0x46, 0x92, 0x46, 0, 0 };
	struct rom_wish w = { .vendor = 0x8086, .ids = three_ids, .n_ids = 3 };
	struct rom_driver d = { .pe = make_pe(4) };
	struct oprom o;
	size_t len = 0, bad;

	(void)state;
	assert_int_equal(rom_build(&w, &d, 1, out, sizeof(out), &len, &bad), 0);
	assert_int_equal(out[0x1c + 8], 0x1c);
	assert_memory_equal(out + 0x38, want, sizeof(want));
	assert_int_equal(oprom_parse((struct span){ out, len }, &o), 0);
	assert_int_equal(o.image[0].n_ids, 3);
	assert_true(oprom_lists((struct span){ out, len }, &o.image[0], 0x4692));
	assert_int_equal(o.notes.n, 0);
}

/* Payloads around a block boundary; the image always ends with the program. */
static void every_size_ends_on_a_block(void **state)
{
	struct rom_wish w = { .vendor = 0x8086, .ids = three_ids, .n_ids = 3 };
	struct oprom o;
	size_t len = 0, bad;

	(void)state;
	for (size_t n = 1; n < 1100; n++) {
		struct rom_driver d = { .pe = make_pe(n) };
		size_t headers = 0x38 + 8;

		assert_int_equal(rom_build(&w, &d, 1, out, sizeof(out), &len, &bad), 0);
		assert_int_equal(len, (headers + d.pe.n + 511) / 512 * 512);
		assert_memory_equal(out + len - d.pe.n, d.pe.p, d.pe.n);
		assert_int_equal(oprom_parse((struct span){ out, len }, &o), 0);
		assert_int_equal(o.n, 1);
		assert_int_equal(o.end, OPROM_END_LAST);
		assert_int_equal(o.image[0].payload_at, len - d.pe.n);
		assert_int_equal(o.image[0].init, len);
		assert_int_equal(oprom_ovmf_image(&o, 0, PE_MACHINE_X64), OPROM_RUNS);
		assert_int_equal(o.notes.n, 0);
	}
}

/* Two chains, each as large as may be, are too large together. */
static void joined_chains_have_a_limit(void **state)
{
	struct gen_vbios v = { .device = 0x3e92 };
	size_t n = ROM_BUILD_MAX, len = 7;
	uint8_t *a = calloc(1, n + 512);
	struct span small = { out, gen_vbios(&v, out) }, big = { a, n };

	(void)state;
	assert_non_null(a);
	/* 32768 blocks in PCIR; the size byte has only 8 bits. */
	gen_vbios(&v, a);
	gen16(a + 0x50, (unsigned int)(n / 512));
	assert_int_equal(rom_join(big, small, a, 0, &len), -EFBIG);
	assert_int_equal(rom_join(small, big, a, 0, &len), -EFBIG);
	assert_int_equal(len, 7);
	assert_int_equal(rom_join((struct span){ NULL, 0 }, big, a, 0, &len), -ENOSPC);
	assert_int_equal(len, n);
	gen16(a + 0x50, (unsigned int)(n / 512 + 1));
	big.n += 512;
	assert_int_equal(rom_join(big, small, a, 0, &len), -EFBIG);
	free(a);
}

/* A checksum over more than the image is not ours to mend: what follows is another's. */
static void joined_sums_end_with_the_image(void **state)
{
	static uint8_t a[GEN_VBIOS_MAX], joined[2 * GEN_VBIOS_MAX];
	struct gen_vbios v = { .device = 0x3e92 };
	size_t n = gen_vbios(&v, a), len;

	(void)state;
	gen_vbios(&v, out);
	a[2] = (uint8_t)(n / 512 + 1);
	assert_int_equal(rom_join((struct span){ a, n + 512 }, (struct span){ out, n }, joined,
				  sizeof(joined), &len), 0);
	assert_int_equal(len, 2 * n);
	assert_int_equal(joined[6], a[6]);
	assert_int_equal(joined[0x55], 0);
}

/* The size field of an EFI image has 16 bits: 0x116 blocks is a real one. */
static void more_than_255_blocks(void **state)
{
	struct rom_wish w = { .vendor = 0x8086, .ids = one_id, .n_ids = 1 };
	size_t n = 0x116 * 512 - 0x38, len = 0, bad;
	uint8_t *big = calloc(1, n), *rom = malloc(0x116 * 512);
	struct rom_driver d = { .pe = make_pe(4) };
	struct oprom o;

	(void)state;
	assert_true(big && rom);
	memcpy(big, pe, d.pe.n);
	d.pe = (struct span){ big, n };
	assert_int_equal(rom_build(&w, &d, 1, rom, 0x116 * 512, &len, &bad), 0);
	assert_int_equal(len, 0x116 * 512);
	assert_int_equal(rom[2], 0x16);
	assert_int_equal(oprom_parse((struct span){ rom, len }, &o), 0);
	assert_int_equal(o.image[0].init, len);
	assert_int_equal(o.image[0].size, len);
	assert_int_equal(o.notes.n, 0);
	free(big);
	free(rom);
}

static void joined_chains_are_one(void **state)
{
	static uint8_t a[GEN_VBIOS_MAX], b[4096], joined[16384];
	struct gen_vbios v = { .device = 0x3e92 };
	struct rom_wish w = { .vendor = 0x8086, .ids = one_id, .n_ids = 1 };
	struct rom_driver d = { .pe = make_pe(4) };
	size_t na = gen_vbios(&v, a), nb = 0, len = 0, bad;
	struct span sa = { a, na + 512 }, sb; /* with padding behind it */
	struct oprom o;

	(void)state;
	assert_int_equal(rom_build(&w, &d, 1, b, sizeof(b), &nb, &bad), 0);
	sb = (struct span){ b, nb };
	assert_int_equal(rom_join(sa, sb, joined, na + nb - 1, &len), -ENOSPC);
	assert_int_equal(rom_join(sa, sb, joined, na + nb, &len), 0);
	assert_int_equal(len, na + nb);
	assert_int_equal(oprom_parse((struct span){ joined, len }, &o), 0);
	assert_int_equal(o.n, 2);
	assert_int_equal(o.notes.n, 0);
	assert_int_equal(o.image[0].sum, OPROM_SUM_OK);
	assert_int_equal(rom_join((struct span){ NULL, 0 }, sb, joined, sizeof(joined), &len), 0);
	assert_int_equal(len, nb);
	assert_memory_equal(joined, b, nb);
	sb.n--;
	assert_int_equal(rom_join(sa, sb, joined, sizeof(joined), &len), -EBADMSG);
	assert_int_equal(rom_join(sb, sa, joined, sizeof(joined), &len), -EBADMSG);
	/* A PCIR in the padding behind the image would be left out. */
	memmove(a + na, a + 0x40, 0x1c);
	gen16(a + 0x18, (unsigned int)na);
	assert_int_equal(oprom_parse(sa, &o), 0);
	sb.n++;
	assert_int_equal(rom_join(sa, sb, joined, na + nb, &len), -EBADMSG);
	assert_int_equal(rom_join(sb, (struct span){ NULL, 0 }, joined, sizeof(joined), &len),
			 -EBADMSG);
}

static void only_the_last_says_so(void **state)
{
	struct rom_wish w = { .vendor = 0x8086, .ids = one_id, .n_ids = 1 };
	struct rom_driver d[3] = { { .pe = make_pe(700), .class_code = 0x030000 } };
	struct oprom o;
	size_t len = 0, bad;

	(void)state;
	d[1].pe = d[2].pe = d[0].pe;
	assert_int_equal(rom_build(&w, d, 3, out, sizeof(out), &len, &bad), 0);
	assert_int_equal(oprom_parse((struct span){ out, len }, &o), 0);
	assert_int_equal(o.n, 3);
	assert_true(!o.image[0].last && !o.image[1].last && o.image[2].last);
	assert_int_equal(o.image[0].class_code, 0x030000);
	assert_int_equal(o.image[1].class_code, 0);
	assert_int_equal(o.notes.n, 0);
}

static void wishes_that_are_refused(void **state)
{
	static const uint16_t zero[] = { 0x4680, 0 };
	static uint16_t many[ROM_BUILD_IDS_MAX + 1];
	struct rom_driver d = { .pe = make_pe(4) }, wrong = { .pe = d.pe, .class_code = 1 << 24 };
	struct rom_wish w = { .vendor = 0x8086, .ids = one_id, .n_ids = 1 };
	size_t len, bad;

	(void)state;
	memset(many, 1, sizeof(many));
	assert_int_equal(rom_build(&w, &d, 0, out, sizeof(out), &len, &bad), -EINVAL);
	assert_int_equal(rom_build(&w, &wrong, 1, out, sizeof(out), &len, &bad), -EINVAL);
	w.n_ids = 0;
	assert_int_equal(rom_build(&w, &d, 1, out, sizeof(out), &len, &bad), -EINVAL);
	w = (struct rom_wish){ .vendor = 0x8086, .ids = zero, .n_ids = 2 };
	assert_int_equal(rom_build(&w, &d, 1, out, sizeof(out), &len, &bad), -EINVAL);
	w = (struct rom_wish){ .vendor = 0x8086, .ids = many, .n_ids = ROM_BUILD_IDS_MAX + 1 };
	assert_int_equal(rom_build(&w, &d, 1, out, sizeof(out), &len, &bad), -EINVAL);
	w.n_ids--;
	assert_int_equal(rom_build(&w, &d, 1, out, sizeof(out), &len, &bad), 0);
}

static void a_buffer_too_small(void **state)
{
	struct rom_wish w = { .vendor = 0x8086, .ids = one_id, .n_ids = 1 };
	struct rom_driver d = { .pe = make_pe(4) };
	size_t len = 0, bad;

	(void)state;
	assert_int_equal(rom_build(&w, &d, 1, NULL, 0, &len, &bad), 0);
	assert_int_equal(len, 1024);
	memset(out, 0x77, 1024);
	len = 0;
	assert_int_equal(rom_build(&w, &d, 1, out, 1023, &len, &bad), -ENOSPC);
	assert_int_equal(len, 1024);
	for (size_t i = 0; i < 1024; i++)
		assert_int_equal(out[i], 0x77);
	assert_int_equal(rom_build(&w, &d, 1, out, 1024, &len, &bad), 0);
}

static void too_large(void **state)
{
	struct rom_wish w = { .vendor = 0x8086, .ids = one_id, .n_ids = 1 };
	size_t n = ROM_BUILD_MAX - 0x38, len, bad;
	uint8_t *big = calloc(1, n + 1);
	struct rom_driver d[2] = { { .pe = make_pe(4) } };

	(void)state;
	assert_non_null(big);
	memcpy(big, pe, d[0].pe.n);
	d[0].pe = (struct span){ big, n };
	assert_int_equal(rom_build(&w, d, 1, NULL, 0, &len, &bad), 0);
	assert_int_equal(len, ROM_BUILD_MAX);
	d[0].pe.n = n + 1;
	assert_int_equal(rom_build(&w, d, 1, NULL, 0, &len, &bad), -EFBIG);
	assert_int_equal(bad, 0);
	d[0].pe.n = n;
	d[1] = d[0];
	assert_int_equal(rom_build(&w, d, 2, NULL, 0, &len, &bad), -EFBIG);
	assert_int_equal(bad, 2);
	free(big);
}

static void what_is_no_driver(void **state)
{
	static const struct {
		const char *name;
		size_t at, width;
		uint32_t value;
	} t[] = {
		{ "MZ", 0, 1, 'm' },
		{ "PE offset max", 0x3c, 4, UINT32_MAX },
		{ "PE offset at the end", 0x3c, 4, 0x204 - 23 },
		{ "PE signature", 0x40, 1, 'p' },
		{ "optional header 0", 0x54, 2, 0 },
		{ "optional header cut", 0x54, 2, 69 },
		{ "optional header max", 0x54, 2, 0xffff },
		{ "magic", 0x58, 2, 0x107 },
		{ "size of headers", 0x58 + 60, 4, 0x205 },
		{ "an application", 0x58 + 68, 2, PE_SUBSYSTEM_APPLICATION },
		{ "no EFI subsystem", 0x58 + 68, 2, 3 },
		{ "sections max", 0x46, 2, 0xffff },
		{ "section size", 0x58 + 240 + 16, 4, 5 },
		{ "section size max", 0x58 + 240 + 16, 4, UINT32_MAX },
		{ "section offset max", 0x58 + 240 + 20, 4, UINT32_MAX },
	};
	struct rom_wish w = { .vendor = 0x8086, .ids = one_id, .n_ids = 1 };
	struct rom_driver d[2] = { { .pe = make_pe(4) } };
	static uint8_t broken[sizeof(pe)];
	size_t len, bad;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		memcpy(broken, pe, d[0].pe.n);
		for (size_t j = 0; j < t[i].width; j++)
			broken[t[i].at + j] = (uint8_t)(t[i].value >> 8 * j);
		d[1].pe = (struct span){ broken, d[0].pe.n };
		bad = 9;
		if (rom_build(&w, d, 2, NULL, 0, &len, &bad) != -EBADMSG || bad != 1)
			fail_msg("%s: taken for a driver", t[i].name);
	}
}

static void every_truncation(void **state)
{
	struct rom_wish w = { .vendor = 0x8086, .ids = one_id, .n_ids = 1 };
	struct span whole = make_pe(4);
	size_t len, bad;

	(void)state;
	for (size_t n = 0; n < whole.n; n++) {
		uint8_t *p = malloc(n ? n : 1);
		struct rom_driver d = { .pe = { p, n } };

		assert_non_null(p);
		memcpy(p, whole.p, n);
		assert_int_equal(rom_build(&w, &d, 1, out, sizeof(out), &len, &bad), -EBADMSG);
		free(p);
	}
}

static void both_pe_kinds(void **state)
{
	struct pe_facts f;
	struct span s = make_pe(4);

	(void)state;
	assert_int_equal(pe_parse(s, &f), 0);
	assert_true(f.plus);
	assert_int_equal(f.machine, PE_MACHINE_X64);
	assert_int_equal(f.subsystem, PE_SUBSYSTEM_BOOT_DRIVER);
	gen16(pe + 0x58, 0x10b);
	assert_int_equal(pe_parse(s, &f), 0);
	assert_false(f.plus);
}

/* What a ROM says of itself and the drivers taken out of it make the same ROM again. */
static void taken_apart_and_built_again(void **state)
{
	static uint8_t second[4096], again[65536];
	struct rom_driver d[3] = { { make_pe(700), 0x030000, 7 }, { { 0 }, 0, 0 }, { { 0 }, 0x038000, 0xffff } };
	struct rom_driver back[3] = { 0 };
	struct rom_wish w = { .vendor = 0x8086 };
	uint16_t ids[8];
	size_t len = 0, len_again = 0, bad;
	struct oprom o;

	(void)state;
	d[1].pe = (struct span){ second, gen_pe(PE_MACHINE_IA32, PE_SUBSYSTEM_RUNTIME_DRIVER, "x", 1, second) };
	d[2].pe = d[0].pe;
	for (w.n_ids = 1; w.n_ids <= 3; w.n_ids += 2) {
		struct span rom;

		w.ids = three_ids;
		assert_int_equal(rom_build(&w, d, 3, out, sizeof(out), &len, &bad), 0);
		rom = (struct span){ out, len };
		assert_int_equal(oprom_parse(rom, &o), 0);
		assert_int_equal(o.n, 3);
		for (size_t i = 0; i < 3; i++) {
			const struct oprom_image *im = &o.image[i];

			back[i] = (struct rom_driver){ .class_code = im->class_code,
						       .revision = im->code_revision };
			assert_true(span_sub(rom, im->payload_at, im->at + im->size - im->payload_at,
					     &back[i].pe));
			assert_int_equal(back[i].pe.n, d[i].pe.n);
		}
		assert_int_equal(o.image[0].n_ids, w.n_ids > 1 ? w.n_ids : 0);
		for (size_t i = 0; i < w.n_ids; i++)
			if (w.n_ids == 1)
				ids[i] = o.image[0].device;
			else
				assert_true(span_le16(rom, o.image[0].list_at + 2 * i, &ids[i]));
		w.ids = ids;
		assert_int_equal(rom_build(&w, back, 3, again, sizeof(again), &len_again, &bad), 0);
		assert_int_equal(len_again, len);
		assert_memory_equal(again, out, len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_byte_for_byte),
		cmocka_unit_test(several_ids_make_a_list),
		cmocka_unit_test(every_size_ends_on_a_block),
		cmocka_unit_test(more_than_255_blocks),
		cmocka_unit_test(only_the_last_says_so),
		cmocka_unit_test(joined_chains_are_one),
		cmocka_unit_test(joined_chains_have_a_limit),
		cmocka_unit_test(joined_sums_end_with_the_image),
		cmocka_unit_test(wishes_that_are_refused),
		cmocka_unit_test(a_buffer_too_small),
		cmocka_unit_test(too_large),
		cmocka_unit_test(what_is_no_driver),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(taken_apart_and_built_again),
		cmocka_unit_test(both_pe_kinds),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
