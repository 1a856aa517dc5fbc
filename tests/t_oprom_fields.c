/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/oprom_fields.h"
#include "tests/sink.h"
#include "tests/tools/gen.h"

#define EFI_AT 0x4000
#define EFI_BLOCKS 0x116 /* more than a byte holds, as Intel's GOP images */

static uint8_t buf[1 << 18], table[GEN_VBT_MAX];

/* A VBIOS with VBT and device list, then an EFI image with a driver that names itself. */
static struct span make(void)
{
	static const uint16_t ids[] = { 0x1912, 0x3e92, 0x9bc8 };
	struct gen_vbios w = { .device = 0x0406, .ids = ids, .n_ids = 3, .vbt = table,
			       .vbt_n = gen_vbt(&(struct gen_vbt){ 0 }, table), .not_last = true };
	uint8_t *e = buf + EFI_AT;
	size_t n;

	memset(buf, 0, sizeof(buf));
	n = gen_vbios(&w, buf);
	assert_true(n && n <= EFI_AT);
	memset(buf + n, 0xff, EFI_AT - n);
	gen16(buf + 0x50, EFI_AT / 512);
	buf[6] = 0;
	buf[6] = gen_balance(buf, n);
	gen16(e, 0xaa55);
	gen16(e + 2, EFI_BLOCKS);
	gen32(e + 4, 0x0ef1);
	gen16(e + 8, 0x0b);
	gen16(e + 10, 0x8664);
	gen16(e + 0x16, 0x40);
	gen16(e + 0x18, 0x1c);
	memcpy(e + 0x1c, "PCIR", 4);
	gen16(e + 0x20, 0x8086);
	gen16(e + 0x22, 0xffff);
	gen16(e + 0x26, 0x1c);
	e[0x28] = 3;
	gen16(e + 0x2c, EFI_BLOCKS);
	e[0x30] = 3;
	e[0x31] = 0x80;
	memcpy(e + 0x100, "igvm-assign", 11);
	return (struct span){ buf, EFI_AT + EFI_BLOCKS * 512 };
}

static struct sink look(struct span s, const char *path)
{
	struct sink k = sink_make(s, path);
	struct oprom r;

	assert_int_equal(oprom_parse(s, &r), 0);
	oprom_fields(s, &r, &k.show);
	assert_int_equal(k.depth, 0);
	return k;
}

/* An image of no length has no bytes to look for a table in. */
static void an_image_without_length(void **state)
{
	struct span s = { buf, gen_vbios(&(struct gen_vbios){ .device = 1 }, buf) };
	struct oprom r;
	struct sink k;

	(void)state;
	gen16(buf + 0x50, 0);
	memcpy(buf + 0x300, "$VBT", 4);
	assert_int_equal(oprom_parse(s, &r), 0);
	assert_int_equal(r.image[0].size, 0);
	k = look(s, "image.0.vbt");
	assert_string_equal(k.text, "none");
	assert_int_equal(look(s, "image.0.claimed-size").value, 0);
	assert_string_equal(look(s, "end").text, "zero");
}

static void both_kinds(void **state)
{
	static const struct {
		const char *path;
		uint64_t value;
		const char *text;
	} t[] = {
		{ "images", 2, NULL }, { "end", 0, "last" },
		{ "image.0.header.vbt-pointer", GEN_VBIOS_VBT, NULL },
		{ "image.0.pcir.code-type", 0, "x86" },
		{ "image.0.pcir.device", 0x0406, NULL },
		{ "image.0.pcir.device-list-pointer", 0x1c, NULL },
		{ "image.0.pcir.last", 0, NULL },
		{ "image.0.devices.1.id", 0x3e92, NULL },
		{ "image.0.checksum", 0, "ok" },
		{ "image.0.vbt", 0, "pointed to" },
		{ "image.0.vbt-offset", GEN_VBIOS_VBT, NULL },
		{ "image.0.cached-bdsm", 0, "none" },
		{ "image.1.offset", EFI_AT, NULL },
		{ "image.1.init-size", EFI_BLOCKS * 512, NULL },
		{ "image.1.header.blocks", EFI_BLOCKS, NULL },
		{ "image.1.header.subsystem", 0x0b, "boot service driver" },
		{ "image.1.header.machine", 0x8664, "X64" },
		{ "image.1.header.compression", 0, "none" },
		{ "image.1.pcir.last", 1, NULL },
		{ "image.1.checksum", 0, "none" },
		{ "image.1.igvm-assign", 1, NULL }, { "image.1.intel-gop", 0, NULL },
		{ "image.1.payload-offset", EFI_AT + 0x40, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct sink k = look(make(), t[i].path);

		assert_int_equal(k.found, 1);
		assert_int_equal(k.value, t[i].value);
		if (t[i].text)
			assert_string_equal(k.text, t[i].text);
	}
}

static void old_and_strange_images(void **state)
{
	struct span s = make();

	(void)state;
	buf[0x4c] = 0; /* PCI 2.x: no list, the word is the VPD pointer */
	assert_int_equal(look(s, "image.0.pcir.vpd-pointer").value, 0x1c);
	assert_int_equal(look(s, "image.0.pcir.device-list-pointer").found, 0);
	assert_int_equal(look(s, "image.0.pcir.clp-entry-pointer").found, 0);
	assert_int_equal(look(s, "image.0.devices.0.id").found, 0);
	buf[0x54] = 1;
	assert_string_equal(look(s, "image.0.pcir.code-type").text, "Open Firmware");
	assert_int_equal(look(s, "image.0.vbt").found, 0);
	assert_int_equal(look(s, "image.0.header.blocks").found, 0);
}

/* Where the word at 0x1a is wrong the table is looked for, as drivers do. */
static void the_table_without_pointer(void **state)
{
	struct span s = make();

	(void)state;
	gen16(buf + 0x1a, 0x30);
	assert_string_equal(look(s, "image.0.vbt").text, "found");
	assert_int_equal(look(s, "image.0.vbt-offset").value, GEN_VBIOS_VBT);
	memcpy(buf + 0x200, "$VBT", 4); /* code that only names it */
	assert_int_equal(look(s, "image.0.vbt-offset").value, GEN_VBIOS_VBT);
	buf[GEN_VBIOS_VBT] = 0;
	assert_string_equal(look(s, "image.0.vbt").text, "none");
	assert_int_equal(look(s, "image.0.vbt-offset").found, 0);
	gen16(buf + 0x1a, 0x200); /* points to the name that is no table */
	assert_string_equal(look(s, "image.0.vbt").text, "none");
}

/* What firmware would do with images that are not the usual. */
static void firmware_and_strange_images(void **state)
{
	struct span s = make();
	struct oprom r;
	size_t which;

	(void)state;
	gen16(buf + EFI_AT + 8, 0x0c);
	assert_int_equal(oprom_parse(s, &r), 0);
	assert_int_equal(oprom_ovmf_image(&r, 1, 0x8664), OPROM_RUNS);
	assert_int_equal(oprom_ovmf_image(&r, 2, 0x8664), OPROM_NO_IMAGE);
	assert_false(oprom_lists(s, &r.image[0], 0x1234));
	r.image[1].code = OPROM_X86; /* two of them, for another device */
	assert_int_equal(oprom_seabios(&r, 0x8086, 0x1234, &which), OPROM_WRONG_ID);
	assert_int_equal(which, 0);
	r.image[1].code = OPROM_EFI;
	r.image[0].claimed = 0;
	assert_int_equal(oprom_ovmf_image(&r, 1, 0x8664), OPROM_CUT);
}

static void every_truncation(void **state)
{
	struct span s = make();

	(void)state;
	for (size_t n = 0; n <= s.n; n += n < 0x140 ? 1 : 509) {
		uint8_t *p = malloc(n ? n : 1);
		struct span cut = { p, n };
		struct sink k = sink_make(cut, "image.0.pcir.clp-entry-pointer");
		struct oprom r;

		assert_non_null(p);
		memcpy(p, buf, n);
		if (oprom_parse(cut, &r)) {
			assert_true(n < 0x58);
		} else {
			oprom_fields(cut, &r, &k.show);
			assert_int_equal(k.depth, 0);
			assert_int_equal(k.at == SHOW_NOWHERE, n < 0x5c);
			assert_true(n == s.n || r.end != OPROM_END_LAST);
		}
		free(p);
	}
}

static void sizes_at_their_limits(void **state)
{
	static const uint16_t sizes[] = { 0, 1, 0x7fff, 0xffff };
	static const uint16_t at[] = { 0x02, 0x1a, 0x48, 0x4a, 0x50, EFI_AT + 2, EFI_AT + 0x16,
				       EFI_AT + 0x24, EFI_AT + 0x2c };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (size_t j = 0; j < sizeof(at) / sizeof(at[0]); j++) {
			struct span s = make();

			gen16(buf + at[j], sizes[i]);
			assert_true(look(s, "images").value >= 1);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_kinds),
		cmocka_unit_test(an_image_without_length),
		cmocka_unit_test(old_and_strange_images),
		cmocka_unit_test(the_table_without_pointer),
		cmocka_unit_test(firmware_and_strange_images),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(sizes_at_their_limits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("oprom_fields", tests, NULL, NULL);
}
