/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/kind.h"
#include "tests/tools/gen.h"

static uint8_t buf[GEN_OPREGION_MAX];

#define BYTES(s) s, sizeof(s) - 1

static void tells_what_it_is(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum rom_kind kind;
	} rows[] = {
		{ "", 0, KIND_EMPTY },
		{ BYTES("\xff"), KIND_FILLER },
		{ BYTES("\xff\xff\xff\xff\xff"), KIND_FILLER },
		{ BYTES("\0\0\0\0"), KIND_FILLER },
		{ BYTES("PK\3\4abcd"), KIND_ZIP },
		{ BYTES("PK\5\6abcd"), KIND_ZIP },
		{ BYTES("\x1f\x8b\x08"), KIND_GZIP },
		{ BYTES("\xfd" "7zXZ\0"), KIND_XZ },
		{ BYTES("7z\xbc\xaf\x27\x1c"), KIND_7Z },
		{ BYTES("Rar!\x1a\7"), KIND_RAR },
		{ BYTES("MSCF\0"), KIND_CAB },
		{ BYTES("\x7f" "ELF\2"), KIND_ELF },
		{ BYTES("%PDF-1.4"), KIND_PDF },
		{ BYTES("\x89PNG\r\n"), KIND_PICTURE },
		{ BYTES("\xff\xd8\xff\xe0"), KIND_PICTURE },
		{ BYTES("GIF89a"), KIND_PICTURE },
		{ BYTES("NVGI\0\0"), KIND_NVIDIA },
		{ BYTES("<!DOCTYPE html>\n<html>"), KIND_HTML },
		{ BYTES("\n  <HTML lang=en>"), KIND_HTML },
		{ BYTES("00000000: 55aa 40e9 ..."), KIND_HEXDUMP },
		{ BYTES("00:02.0 VGA\n00: 86 80 92 46 07\n"), KIND_HEXDUMP },
		{ BYTES("hello: world\n"), KIND_TEXT },
		{ BYTES("a\tb\r\n"), KIND_TEXT },
		{ BYTES("a\1b"), KIND_UNKNOWN },
		{ BYTES("$VBT but no table"), KIND_VBT },
		{ BYTES("\x55\xaa" "cut"), KIND_OPROM },
		{ BYTES("MZ"), KIND_PE },
		{ BYTES("_FVH is a word"), KIND_TEXT },
		{ BYTES("\x5a\xa5\xf0\x0f an old chip's descriptor"), KIND_UEFI },
		{ BYTES("form\ffeed"), KIND_TEXT },
		{ BYTES("rubbed out\x7f"), KIND_UNKNOWN },
		{ BYTES("escape\33"), KIND_UNKNOWN },
		{ BYTES("<p>not the word: <HTM"), KIND_TEXT },
		{ BYTES("<!DOCTYPE HTML PUBLIC>"), KIND_HTML },
		{ BYTES("FFFFFFC0: 55AA"), KIND_HEXDUMP },
		{ BYTES("00000000000000000: 55aa"), KIND_TEXT }, /* no offset has 17 digits */
		{ BYTES("deadbeef"), KIND_TEXT },
		{ BYTES("0: 55aa"), KIND_TEXT },
		{ BYTES("00: 5"), KIND_TEXT },
		{ BYTES("00;55 aa"), KIND_TEXT },
		{ BYTES("00:55 aa"), KIND_TEXT },
		{ BYTES("00: g5"), KIND_TEXT },
		{ BYTES("00: 5g"), KIND_TEXT },
		{ BYTES("00: G5"), KIND_TEXT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		/* On the heap: a read past the end is then seen by the sanitizer. */
		uint8_t *p = malloc(rows[i].n + !rows[i].n);
		enum rom_kind k;

		memcpy(p, rows[i].bytes, rows[i].n);
		k = rom_kind((struct span){ p, rows[i].n });
		if (k != rows[i].kind)
			fail_msg("row %zu: %s, wanted %s", i, rom_kind_id(k), rom_kind_id(rows[i].kind));
		free(p);
	}
}

static void knows_firmware(void **state)
{
	struct gen_vbt w = { 0 };
	struct gen_vbios b = { .device = 0x3e92 };
	size_t n;

	(void)state;
	n = gen_vbt(&w, buf);
	assert_int_equal(rom_kind((struct span){ buf, n }), KIND_VBT);
	n = gen_vbios(&b, buf);
	assert_int_equal(rom_kind((struct span){ buf, n }), KIND_OPROM);
	b.vendor = 0x10de;
	n = gen_vbios(&b, buf);
	assert_int_equal(rom_kind((struct span){ buf, n }), KIND_NVIDIA);
	b.vendor = 0x1002;
	n = gen_vbios(&b, buf);
	assert_int_equal(rom_kind((struct span){ buf, n }), KIND_ATOM);
}

static void knows_volumes(void **state)
{
	static uint8_t flash[4096];

	(void)state;
	flash[9] = 1;
	memcpy(flash + 0x400 + 0x28, "_FVH", 4);
	assert_int_equal(rom_kind((struct span){ flash, sizeof(flash) }), KIND_UEFI);
	memset(flash, 0, sizeof(flash));
	memcpy(flash + 16, "\x5a\xa5\xf0\x0f", 4);
	assert_int_equal(rom_kind((struct span){ flash, sizeof(flash) }), KIND_UEFI);
}

static void every_row_has_words(void **state)
{
	(void)state;
	for (int k = 0; k < KIND_N; k++) {
		assert_non_null(rom_kind_id((enum rom_kind)k));
		assert_non_null(rom_kind_text((enum rom_kind)k));
		for (int l = 0; l < k; l++)
			assert_string_not_equal(rom_kind_id((enum rom_kind)k), rom_kind_id((enum rom_kind)l));
	}
	assert_true(rom_kind_is_read(KIND_PE));
	assert_false(rom_kind_is_read(KIND_EMPTY));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_it_is),
		cmocka_unit_test(knows_firmware),
		cmocka_unit_test(knows_volumes),
		cmocka_unit_test(every_row_has_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
