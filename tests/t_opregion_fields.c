/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/opregion_fields.h"
#include "tests/sink.h"
#include "tests/tools/gen.h"

static uint8_t buf[GEN_OPREGION_MAX], table[GEN_VBT_MAX];

static struct span make(struct gen_opregion w)
{
	size_t n;

	if (!w.vbt)
		w.vbt_n = gen_vbt(&(struct gen_vbt){ .pad = w.vbt_n }, table);
	w.vbt = table;
	n = gen_opregion(&w, buf);
	assert_true(n);
	return (struct span){ buf, n };
}

static struct sink look(struct span s, uint64_t base, const char *path)
{
	struct sink k = sink_make(s, path);
	struct opregion o;

	assert_int_equal(opregion_parse(s, base, &o), 0);
	opregion_fields(s, &o, &k.show);
	assert_int_equal(k.depth, 0);
	assert_int_equal(k.found, 1);
	return k;
}

static void fields(void **state)
{
	static const struct {
		uint16_t at;
		uint8_t byte;
		const char *path;
		uint64_t value;
	} t[] = {
		{ 0x10, 8, "header.size-kib", 8 },
		{ 0x15, 3, "header.revision", 3 },
		{ 0x58, 0x3f, "header.has-backlight", 1 },
		{ 0x58, 0x3f, "swsci.used", 1 },
		{ 0x61, 0x20, "header.headless", 1 },
		{ 0x100, 1, "acpi.driver-ready", 1 },
		{ 0x12c, 0x44, "acpi.supported-displays.3.id", 0x44 },
		{ 0x19c, 0x45, "acpi.next-displays.7.id", 0x45 },
		{ 0x1ac, 0x46, "acpi.lid", 0x46 },
		{ 0x1c4, 0x47, "acpi.supported-displays2.0.id", 0x47 },
		{ 0x1f8, 0x48, "acpi.connected-displays2.6.id", 0x48 },
		{ 0x208, 0x49, "swsci.driver-sleep-ms", 0x49 },
		{ 0x310, 0x4a, "asle.brightness", 0x4a },
		{ 0x396, 0x4b, "asle.pwm-and-min-brightness", 0x4b },
		{ 0x3aa, 0x4c, "asle.fdss", 0x4c },
		{ 0x3b6, 0x4d, "asle.state-change", 0x4d },
		{ 0x3c0, 0x4e, "asle.rvda", 0x4e000000000000 },
		{ 0x3c2, 0x4f, "asle.rvds", 0x4f },
		{ 0x1c00, 0x50, "asle-ext.flags", 0x50 },
	};
	struct sink k;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct span s = make((struct gen_opregion){ .vbt_n = 0 });

		buf[t[i].at] = t[i].byte;
		k = look(s, 0, t[i].path);
		assert_int_equal(k.value, t[i].value);
		assert_true(k.at <= t[i].at && t[i].at < k.at + k.size);
	}
}

static void texts(void **state)
{
	struct span s = make((struct gen_opregion){ .vbt_n = 0 });
	struct sink k;

	(void)state;
	memcpy(buf + 0x64, "1\0" "7\0" ".\0" "\1\2" "0\0" "\1\0", 12);
	k = look(s, 0, "header.gop-version");
	assert_string_equal(k.text, "17.?0?");
	assert_int_equal(k.at, 0x64);
	for (unsigned int i = 0; i < 16; i++)
		gen16(buf + 0x64 + 2 * i, 'x');
	assert_string_equal(look(s, 0, "header.gop-version").text, "xxxxxxxxxxxxxxxx");
	assert_string_equal(look(s, 0, "header.bios-version").text, "igvm test OpRegion");
}

static void where_the_table_is(void **state)
{
	struct span s;

	(void)state;
	s = make((struct gen_opregion){ .vbt_n = 0 });
	assert_string_equal(look(s, 0, "vbt.rvda-kind").text, "none");
	assert_string_equal(look(s, 0, "vbt.table").text, "here");
	assert_int_equal(look(s, 0, "vbt.offset").value, 0x400);
	assert_int_equal(look(s, 0, "vbt.in-mailbox4").value, 1);
	s = make((struct gen_opregion){ .vbt_n = 9216 });
	assert_string_equal(look(s, 0, "vbt.rvda-kind").text, "relative");
	assert_int_equal(look(s, 0, "vbt.offset").value, 0x2000);
	assert_int_equal(look(s, 0, "vbt.size").value, 9216);
	assert_int_equal(look(s, 0, "vbt.in-mailbox4").value, 0);
	s = make((struct gen_opregion){ .vbt_n = 9216, .rvda = GEN_RVDA_ABSOLUTE,
					.rvda_address = 0x7fffd000 });
	assert_string_equal(look(s, 0, "vbt.rvda-kind").text, "absolute");
	assert_string_equal(look(s, 0, "vbt.table").text, "elsewhere");
	assert_int_equal(look(s, 0x7fffb000, "vbt.offset").value, 0x2000);
	s = make((struct gen_opregion){ .vbt_n = 0 });
	buf[0x400] = 0;
	assert_string_equal(look(s, 0, "vbt.table").text, "none");
}

static void every_truncation(void **state)
{
	struct span s = make((struct gen_opregion){ .vbt_n = 0 });

	(void)state;
	for (size_t n = 0; n <= s.n; n += n < 0x500 ? 1 : 13) {
		uint8_t *p = malloc(n ? n : 1);
		struct span cut = { p, n };
		struct sink k = sink_make(cut, "asle.rvds");
		struct opregion o;

		assert_non_null(p);
		memcpy(p, buf, n);
		if (n < OPREGION_HEADER_SIZE) {
			assert_int_equal(opregion_parse(cut, 0, &o), -EBADMSG);
		} else {
			assert_int_equal(opregion_parse(cut, 0, &o), 0);
			assert_int_equal(!!note_find(&o.notes, NOTE_OPREGION_CUT),
					 n < OPREGION_SIZE);
			opregion_fields(cut, &o, &k.show);
			assert_int_equal(k.depth, 0);
			assert_int_equal(k.at == SHOW_NOWHERE, n < 0x3c6);
		}
		free(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields),
		cmocka_unit_test(texts),
		cmocka_unit_test(where_the_table_is),
		cmocka_unit_test(every_truncation),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("opregion_fields", tests, NULL, NULL);
}
