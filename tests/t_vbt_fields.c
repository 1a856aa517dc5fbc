/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/vbt_fields.h"
#include "romfiles/vbt_panel.h"
#include "romfiles/vbt_rows.h"
#include "tests/sink.h"
#include "tests/tools/gen.h"

static uint8_t buf[GEN_VBT_MAX + 64];

static struct span make(struct gen_many w)
{
	size_t n = gen_many(&w, buf);

	assert_true(n);
	return (struct span){ buf, n };
}

static size_t index_of(const struct vbt *v, uint8_t id)
{
	const struct vbt_block *b = vbt_find_block(v, id);

	assert_non_null(b);
	return (size_t)(b - v->block);
}

static uint8_t *data_of(const struct vbt *v, uint8_t id)
{
	return buf + v->block[index_of(v, id)].at;
}

/* The field "KEY" of the first block @id; *@k says what was handed out. */
static bool look(struct span s, const struct vbt *v, uint8_t id, const char *key, struct sink *k)
{
	char path[128];

	snprintf(path, sizeof(path), "blocks.%zu.%s", index_of(v, id), key);
	*k = sink_make(s, path);
	vbt_fields(s, v, &k->show);
	assert_int_equal(k->depth, 0);
	assert_true(k->found <= 1);
	return k->found;
}

static uint64_t value_of(struct span s, const struct vbt *v, uint8_t id, const char *key)
{
	struct sink k;

	assert_true(look(s, v, id, key, &k));
	return k.value;
}

static void every_version_is_decoded(void **state)
{
	struct vbt v;

	(void)state;
	for (unsigned int version = 106; version <= 300; version++) {
		struct span s = make((struct gen_many){ .bdb_version = version, .seed = 1 });
		struct sink k = sink_make(s, "bdb.version");

		assert_int_equal(vbt_parse(s, &v), 0);
		assert_int_equal(v.notes.n, 0);
		vbt_fields(s, &v, &k.show);
		assert_int_equal(k.found, 1);
		assert_int_equal(k.value, version);
		assert_int_equal(k.at, 64);
		assert_true(k.fields > 1000);
	}
}

/* Bytes are set by hand here, so that no table is its own witness. */
static void fields_of_blocks(void **state)
{
	static const struct {
		uint8_t id, byte;
		uint16_t at;
		const char *key;
		uint64_t value;
		const char *text; /* NULL: none */
	} t[] = {
		{ 1, 0x02, 0, "panel-fitting", 2, "graphics only" },
		{ 1, 0x40, 2, "panel-best-fit-timing", 1, NULL },
		{ 1, 0x7f, 5, "tc-hpd-retry-timeout", 127, NULL },
		{ 2, 0x0b, 5 + 16, "children.0.dvo-port", 11, "DP-E" },
		{ 2, 0x90, 5 + 25, "children.0.aux-channel", 0x90, "AUX-I" },
		{ 2, 0xc2, 5 + 23, "children.0.dp-max-lanes", 3, "4 lanes" },
		{ 2, 0x01, 5 + 33, "children.0.usb-c", 1, NULL },
		{ 2, 0x07, 5 + 38, "children.0.dp-max-rate", 7, "20 Gbit/s" },
		{ 9, 0x25, 6 * 3 + 1, "panels.3.lines-to-wait", 2, "4 lines" },
		{ 9, 0xc0, 99, "panels.15.psr2-tp2-tp3-wakeup", 3, "5 us" },
		{ 12, 0x18, 8, "lvds-config", 3, "embedded DisplayPort" },
		{ 12, 0x42, 16, "custom-version", 0x42, NULL },
		{ 27, 0x34, 10 * 5 + 2, "panels.5.t8-100us", 0x34, NULL },
		{ 27, 0x40, 160, "panels.3.color-depth", 1, "24 bpp" },
		{ 27, 0x10, 211, "panels.15.vswing-preemphasis-table", 1, "default (400 mV)" },
		{ 27, 0x80, 813, "panels.15.no-dsc", 1, NULL },
		{ 40, 0xff, 0, "panel-type", 255, "by EDID or OpRegion" },
		{ 40, 0x08, 31, "panels.5.position", 2, NULL },
		{ 43, 0x16, 1 + 6 * 2, "panels.2.type", 2, "PWM" },
		{ 43, 0x16, 1 + 6 * 2, "panels.2.active-low", 1, NULL },
		{ 43, 0x0c, 257 + 4, "panels.4.precision-bits", 12, NULL },
		{ 44, 0x21, 1 + 4 * 4 + 2, "ambient-light.4.lux", 0x21, NULL },
		{ 44, 0x80, 35, "panels.15.adb", 1, NULL },
		{ 44, 0x5a, 38 + 7, "panels.7.lace-aggressiveness", 5, NULL },
		{ 51, 0x01, 0, "enable", 1, NULL },
		{ 58, 0x80, 2 + 28 * 20 + 24, "timings.20.h-sync-positive", 1, NULL },
	};
	struct vbt v;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct span s = make((struct gen_many){ .bdb_version = 255, .seed = 3 });
		size_t n = strlen(t[i].key);
		struct sink k;

		assert_int_equal(vbt_parse(s, &v), 0);
		data_of(&v, t[i].id)[t[i].at] = t[i].byte;
		/* The high half of a word that is compared whole. */
		if (n > 5 && (!strcmp(t[i].key + n - 5, "100us") || strstr(t[i].key, "lux")))
			data_of(&v, t[i].id)[t[i].at + 1] = 0;
		assert_true(look(s, &v, t[i].id, t[i].key, &k));
		assert_int_equal(k.value, t[i].value);
		assert_true(k.at <= (size_t)(data_of(&v, t[i].id) - buf) + t[i].at);
		assert_int_equal(k.has_text, t[i].text != NULL);
		if (t[i].text)
			assert_string_equal(k.text, t[i].text);
	}
}

static void fields_come_and_go_with_versions(void **state)
{
	static const struct {
		uint8_t id;
		const char *key;
		unsigned int first, last; /* 0: still there */
	} t[] = {
		{ 1, "dynamic-cd-clock", 183, 0 }, { 1, "display-clock-mode", 0, 182 },
		{ 2, "children.0.device-id", 0, 151 }, { 2, "children.0.i2c-speed", 152, 0 },
		{ 2, "children.0.dvo2-port", 0, 154 }, { 2, "children.0.lspcon", 192, 0 },
		{ 2, "children.0.usb-c", 195, 0 }, { 2, "children.0.efp-index", 256, 0 },
		{ 2, "children.0.edp-rate-override", 263, 0 },
		{ 9, "panels.0.full-link", 165, 0 }, { 27, "panels.0.pipe-joiner", 261, 0 },
		{ 40, "panel-type2", 212, 0 }, { 42, "panels.0.pfit-value", 0, 154 },
		{ 42, "panels.0.name", 155, 0 }, { 42, "panels.0.gpu-dithering", 245, 0 },
		{ 43, "panels.0.precision-bits", 236, 0 }, { 44, "panels.0.xpst", 257, 0 },
	};
	static const unsigned int around[] = { 142, 151, 152, 154, 155, 164, 165, 182, 183, 191, 192,
					       194, 195, 211, 212, 235, 236, 244, 245, 255, 256, 257,
					       260, 261, 262, 263, 264 };
	struct vbt v;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (size_t j = 0; j < sizeof(around) / sizeof(around[0]); j++) {
			unsigned int version = around[j];
			struct span s = make((struct gen_many){ .bdb_version = version });
			struct sink k;

			assert_int_equal(vbt_parse(s, &v), 0);
			if (!vbt_find_block(&v, t[i].id)) {
				assert_true(version < t[i].first);
				continue;
			}
			assert_int_equal(look(s, &v, t[i].id, t[i].key, &k),
					 version >= t[i].first &&
						 (!t[i].last || version <= t[i].last));
		}
}

/* A block that is too short for its version reads as if zeros followed. */
static void short_blocks_are_padded(void **state)
{
	struct span s = make((struct gen_many){ .bdb_version = 250, .seed = 2 });
	struct vbt v;
	struct sink k;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	for (size_t i = 0; i < v.n_blocks; i++)
		if (v.block[i].id != 254 && v.block[i].id != 2)
			v.block[i].size = 1;
	assert_true(look(s, &v, 27, "panels.15.max-link-rate-200kbps", &k));
	assert_int_equal(k.value, 0);
	assert_int_equal(k.at, SHOW_NOWHERE);
	assert_true(look(s, &v, 1, "panel-fitting", &k));
	assert_int_not_equal(k.at, SHOW_NOWHERE);
	assert_false(look(s, &v, 42, "panels.0.x-res", &k));
	assert_false(look(s, &v, 58, "timings.0.h-active", &k));
	for (size_t i = 0; i < v.n_blocks; i++)
		v.block[i].size = 0;
	assert_true(look(s, &v, 1, "panel-fitting", &k));
	assert_int_equal(k.at, SHOW_NOWHERE);
	assert_false(look(s, &v, 2, "children.0.handle", &k));
	assert_false(look(s, &v, 254, "texts.0.text", &k));
	/* Backlight entries of size 0 are none. */
	assert_false(look(s, &v, 43, "panels.0.type", &k));
}

static void what_no_row_covers_is_the_rest(void **state)
{
	struct span s = make((struct gen_many){ .bdb_version = 266, .seed = 2, .wrong_backlight = true,
						.twice = true });
	struct vbt v;
	struct sink k;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_true(look(s, &v, 1, "rest", &k)); /* 10 bytes, 7 known */
	assert_int_equal(k.size, 3);
	assert_true(look(s, &v, 42, "rest", &k)); /* 16 bytes since 266 */
	assert_int_equal(k.size, 16);
	assert_true(look(s, &v, 43, "rest", &k)); /* entries of 7 bytes: none is decoded */
	assert_int_equal(k.size, 304);
	assert_int_equal(value_of(s, &v, 43, "entry-size"), 7);
	assert_false(look(s, &v, 43, "panels.0.type", &k));
	assert_false(look(s, &v, 12, "rest", &k));
	/* The second block 12 is not decoded. */
	for (size_t i = 0; i < v.n_blocks; i++)
		if (v.block[i].id == 12 && &v.block[i] != vbt_find_block(&v, 12)) {
			char path[64];

			snprintf(path, sizeof(path), "blocks.%zu.rest", i);
			k = sink_make(s, path);
			vbt_fields(s, &v, &k.show);
			assert_int_equal(k.size, 19);
		}
}

static void panel_data(void **state)
{
	struct span s = make((struct gen_many){ .bdb_version = 220, .seed = 1 });
	struct vbt_panel_map m;
	struct vbt v;
	uint8_t *b41, *b42;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(vbt_panel_map_find(s, &v, &m), 0);
	assert_true(m.pointed);
	assert_int_equal(m.stride, 66);
	assert_int_equal(m.fp_size, 38);
	assert_int_equal(m.names, 16 * 66);
	b41 = data_of(&v, 41);
	b42 = data_of(&v, 42);
	memcpy(b42 + 66 * 4 + 38, "\x01\x02\x80\x20\x71\x38\x2d\x40\x30\x20\x36\x00\x58\xc2\x10", 15);
	assert_int_equal(value_of(s, &v, 42, "panels.4.dtd.h-active"), 0x780);
	assert_int_equal(value_of(s, &v, 42, "panels.4.dtd.h-blank"), 0x120);
	assert_int_equal(value_of(s, &v, 42, "panels.4.dtd.v-active"), 0x438);
	assert_int_equal(value_of(s, &v, 42, "panels.4.dtd.v-sync-offset"), 3);
	assert_int_equal(value_of(s, &v, 42, "panels.4.dtd.v-sync-width"), 6);
	assert_int_equal(value_of(s, &v, 42, "panels.4.dtd.width-mm"), 0x158);
	assert_int_equal(value_of(s, &v, 42, "panels.4.dtd.clock-10khz"), 0x201);

	/* Each thing that Linux insists on, broken and mended. */
	static const struct {
		uint16_t at;
		uint8_t change;
	} t[] = {
		{ 0, 1 },          /* three tables a panel */
		{ 1, 1 },          /* the first begins with the block */
		{ 3, 0x20 },       /* size of fp_timing */
		{ 6, 1 }, { 9, 1 }, /* sizes of timing and id */
		{ 4, 1 }, { 7, 1 }, /* one behind the other */
		{ 1 + 9 * 7, 1 },  /* all the same stride */
		{ 6 + 9 * 7, 1 },  /* and the same sizes */
		{ 2 + 9 * 3, 0xff }, /* never backwards */
		{ 147, 1 }, { 146, 0xff }, /* names, where they are */
	};
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		b41[t[i].at] ^= t[i].change;
		assert_int_equal(vbt_panel_map_find(s, &v, &m), -EBADMSG);
		assert_int_equal(vbt_parse(s, &v), 0);
		assert_non_null(note_find(&v.notes, NOTE_VBT_PANEL_DATA));
		b41[t[i].at] ^= t[i].change;
	}
	/* Pointers in front of the block. */
	for (size_t at = 5; at <= 146; at += at == 5 ? 3 : 138) {
		uint8_t was = b41[at];

		b41[at] = 0;
		assert_int_equal(vbt_panel_map_find(s, &v, &m), -EBADMSG);
		b41[at] = was;
	}
	v.block[index_of(&v, 42)].size = 16 * 66 - 1;
	b41[147] = 0; /* without names */
	assert_int_equal(vbt_panel_map_find(s, &v, &m), -EBADMSG);
	v.block[index_of(&v, 42)].size = 1362;
	assert_int_equal(vbt_panel_map_find(s, &v, &m), 0);
	assert_int_equal(m.names, 0);
	assert_int_not_equal(value_of(s, &v, 42, "size"), 0);
	b42[36] = 0;
	assert_int_equal(vbt_panel_map_find(s, &v, &m), -EBADMSG);
}

static void panel_data_without_pointers(void **state)
{
	struct vbt_panel_map m;
	struct vbt_mode mode;
	struct vbt v;
	struct span s;

	(void)state;
	s = make((struct gen_many){ .bdb_version = 250, .no_pointers = true });
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(vbt_panel_map_find(s, &v, &m), 0);
	assert_false(m.pointed);
	assert_int_equal(m.names, 16 * 66);
	v.block[index_of(&v, 42)].size = 16 * 66;
	assert_int_equal(vbt_panel_map_find(s, &v, &m), 0);
	assert_int_equal(m.names, 0);
	v.block[index_of(&v, 42)].size = 16 * 66 - 1;
	assert_int_equal(vbt_panel_map_find(s, &v, &m), -ENODATA);
	s = make((struct gen_many){ .bdb_version = 154, .no_pointers = true });
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_int_equal(vbt_panel_map_find(s, &v, &m), -ENODATA);
	v.block[index_of(&v, 42)].id = 200;
	assert_int_equal(vbt_panel_map_find(s, &v, &m), -ENOENT);
	assert_int_equal(vbt_dtd_number((struct span){ buf, 17 }, 0, VBT_DTD_H_ACTIVE), 0);
	assert_false(vbt_dtd_mode((struct span){ buf, 17 }, 0, &mode));
}

static void modes_that_are_none(void **state)
{
	struct span s = make((struct gen_many){ .bdb_version = 250, .bad_panels = true });
	struct vbt_mode mode;
	struct vbt v;
	uint8_t *b;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	b = data_of(&v, 58);
	memset(b + 2, 1, 28);
	assert_true(vbt_panel_mode(s, &v, 0, &mode));
	gen16(b + 2 + 4, 0); /* no width */
	assert_false(vbt_panel_mode(s, &v, 0, &mode));
	gen16(b + 2 + 4, 1);
	gen16(b + 2 + 12, 0); /* no height */
	assert_false(vbt_panel_mode(s, &v, 0, &mode));
	gen16(b + 2 + 12, 1);
	gen16(b, 27); /* entries too small */
	assert_false(vbt_panel_mode(s, &v, 0, &mode));
	gen16(b, 28);
	v.block[index_of(&v, 58)].size = 29; /* not all of the first */
	assert_false(vbt_panel_mode(s, &v, 0, &mode));
	v.block[index_of(&v, 58)].size = 1;
	assert_false(vbt_panel_mode(s, &v, 0, &mode));
}

/* Devices larger than their version's: what is known of them, and the rest. */
static void children_larger_than_known(void **state)
{
	struct span s = make((struct gen_many){ .bdb_version = 200 });
	struct vbt v;
	struct sink k;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	v.child_size = 44;
	assert_true(look(s, &v, 2, "children.0.rest", &k));
	assert_int_equal(k.size, 6);
}

static void texts(void **state)
{
	struct span s = make((struct gen_many){ .bdb_version = 250 });
	struct vbt v;
	struct sink k;
	char text[8];
	size_t at = 0, n = 0;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	assert_true(look(s, &v, 254, "texts.0.text", &k));
	assert_string_equal(k.text, "igvm test table, no firmware");
	assert_true(look(s, &v, 254, "texts.1.text", &k));
	assert_string_equal(k.text, "Copyright nobody");
	assert_false(look(s, &v, 254, "texts.2.text", &k));
	while (vbt_next_text(s, vbt_find_block(&v, 254), &at, text, sizeof(text)))
		n += strlen(text);
	assert_true(n > 20 && n <= 44);
}

static void sizes_at_their_limits(void **state)
{
	static const uint16_t sizes[] = { 0, 1, 27, 28, 29, 0xffff };
	struct vbt v;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (unsigned int id = 0; id < 256; id++) {
			struct span s = make((struct gen_many){ .bdb_version = 250 });
			struct sink k = sink_make(s, NULL);
			const struct vbt_block *b;

			assert_int_equal(vbt_parse(s, &v), 0);
			b = vbt_find_block(&v, (uint8_t)id);
			if (!b)
				continue;
			gen16(buf + b->at - 2, sizes[i]);
			gen16(buf + b->at, sizes[i]);
			assert_int_equal(vbt_parse(s, &v), 0);
			vbt_fields(s, &v, &k.show);
			assert_int_equal(k.depth, 0);
		}
}

/* Exactly the bytes there are, so that a sanitizer sees one byte too many. */
static void every_truncation(void **state)
{
	struct span s = make((struct gen_many){ .bdb_version = 250, .seed = 5 });
	struct vbt v;

	(void)state;
	for (size_t n = 0; n <= s.n; n += n < 200 || n > s.n - 50 ? 1 : 7) {
		uint8_t *p = malloc(n ? n : 1);
		struct span cut = { p, n };
		struct sink k = sink_make(cut, NULL);

		assert_non_null(p);
		memcpy(p, buf, n);
		if (n < s.n)
			assert_int_equal(vbt_parse(cut, &v), -EBADMSG);
		/* As if the table itself ended there. */
		if (n >= 70) {
			gen16(p + 24, (unsigned int)n);
			gen16(p + 68, (unsigned int)(n - 48));
			assert_int_equal(vbt_parse(cut, &v), 0);
			vbt_fields(cut, &v, &k.show);
			assert_int_equal(k.depth, 0);
		}
		free(p);
	}
}

static void names_of_blocks(void **state)
{
	(void)state;
	assert_string_equal(vbt_block_name(9, 164), "dot clock override (old)");
	assert_string_equal(vbt_block_name(9, 165), "panel self refresh");
	assert_null(vbt_block_name(200, 250));
	assert_null(vbt_block_rows_of(200, 250));
	assert_null(vbt_block_rows_of(9, 164));
	assert_non_null(vbt_block_rows_of(9, 165));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_version_is_decoded),
		cmocka_unit_test(fields_of_blocks),
		cmocka_unit_test(fields_come_and_go_with_versions),
		cmocka_unit_test(short_blocks_are_padded),
		cmocka_unit_test(what_no_row_covers_is_the_rest),
		cmocka_unit_test(panel_data),
		cmocka_unit_test(panel_data_without_pointers),
		cmocka_unit_test(modes_that_are_none),
		cmocka_unit_test(children_larger_than_known),
		cmocka_unit_test(texts),
		cmocka_unit_test(sizes_at_their_limits),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(names_of_blocks),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("vbt_fields", tests, NULL, NULL);
}
