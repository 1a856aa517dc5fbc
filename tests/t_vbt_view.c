/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/igd.h"
#include "romfiles/vbt_view.h"
#include "tests/tools/gen.h"

static uint8_t buf[GEN_VBT_MAX + 64];

static void look(struct gen_many w, const char *platform, struct vbt *v, struct vbt_view *out)
{
	size_t n = gen_many(&w, buf);

	assert_true(n);
	assert_int_equal(vbt_parse((struct span){ buf, n }, v), 0);
	vbt_view_make((struct span){ buf, n }, v, platform, out);
}

static void again(const struct vbt *v, const char *platform, struct vbt_view *out)
{
	vbt_view_make((struct span){ buf, v->size }, v, platform, out);
}

static uint8_t *data_of(const struct vbt *v, uint8_t id)
{
	const struct vbt_block *b = vbt_find_block(v, id);

	assert_non_null(b);
	return buf + b->at;
}

/* The ports of tests/tools/gen.h, which has them from the same source by hand. */
static void ports_of_a_board(void **state)
{
	struct gen_vbt w = { .chip = "ADL-S", .ports = "edp:A,dp++:B,hdmi:C,dvi:D" };
	struct span s = { buf, gen_vbt(&w, buf) };
	struct vbt_view o;
	struct vbt v;

	(void)state;
	assert_int_equal(vbt_parse(s, &v), 0);
	vbt_view_make(s, &v, "ADL-S", &o);
	assert_false(o.engine_guessed);
	assert_int_equal(o.engine, VBT_ENGINE_ADLS);
	assert_int_equal(o.n, 4);
	assert_string_equal(o.output[0].name, "LFP1");
	assert_int_equal(o.output[0].kind, VBT_KIND_EDP);
	assert_string_equal(o.output[0].port, "A");
	assert_int_equal(o.output[0].aux, 'A');
	assert_int_equal(o.output[0].lanes, 4);
	assert_string_equal(o.output[1].name, "EFP2");
	assert_int_equal(o.output[1].kind, VBT_KIND_DP_DUAL);
	assert_string_equal(o.output[1].port, "TC1");
	assert_int_equal(o.output[1].ddc_pin, 2);
	assert_int_equal(o.output[1].gmbus, 9);
	assert_int_equal(o.output[1].aux, 'B');
	assert_int_equal(o.output[2].kind, VBT_KIND_HDMI);
	assert_string_equal(o.output[2].port, "TC2");
	assert_int_equal(o.output[2].gmbus, 10);
	assert_int_equal(o.output[2].aux, 0);
	assert_int_equal(o.output[3].kind, VBT_KIND_DVI);
	assert_int_equal(o.panel, VBT_PANEL_NONE);
	assert_false(o.has_mode || o.has_light || o.has_power || o.has_fixed);
	assert_true(o.has_custom);
	assert_string_equal(o.sign_on, "igvm test table, no vendor's firmware");
}

static void ports_and_pins_by_engine(void **state)
{
	static const struct {
		const char *platform, *ports; /* of letters A to I, '.' none */
		const char *gmbus;            /* of pins 0 to 9, in hex */
	} t[] = {
		{ "SKL", "A B C D E F G H I", "0123456789" },
		{ "CFL", "A B C D E F G H I", "0124300000" },
		{ "TGL", "A B C D E F G H I", "01239abcde" },
		{ "RKL", "A B TC1 TC2 . . . . .", "0129a00000" },
		{ "ADL-S", "A TC1 TC2 TC3 TC4 . . . .", "019abc0000" },
		{ "MTL", "A B C D E TC1 TC2 TC3 TC4", "0129abc000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		enum vbt_engine e = vbt_engine_of(t[i].platform);
		const char *p = t[i].ports;

		for (char letter = 'A'; letter <= 'I'; letter++) {
			const char *name = vbt_port_name(e, letter);
			size_t n = strcspn(p, " ");

			if (*p == '.')
				assert_string_equal(name, "");
			else
				assert_true(strlen(name) == n && !strncmp(name, p, n));
			p += n + (p[n] == ' ');
		}
		for (uint8_t pin = 0; pin < 10; pin++) {
			char want[2] = { t[i].gmbus[pin], '\0' };

			assert_int_equal(vbt_gmbus_pin(e, pin), strtoul(want, NULL, 16));
		}
		assert_string_equal(vbt_port_name(e, 0), "");
		assert_string_equal(vbt_port_name(e, 'J'), "");
	}
	assert_int_equal(vbt_gmbus_pin(VBT_ENGINE_CNP, 255), 0);
	assert_string_equal(vbt_port_name(VBT_ENGINE_UNKNOWN, 'A'), "");
}

/* Every platform that igvm knows has a display engine. */
static void every_platform_has_an_engine(void **state)
{
	const struct igd_id *id;

	(void)state;
	for (size_t i = 0; (id = igd_id_at(i)); i++)
		assert_int_not_equal(vbt_engine_of(igd_find(id->device_id)->key),
				     VBT_ENGINE_UNKNOWN);
	assert_int_equal(vbt_engine_of(NULL), VBT_ENGINE_UNKNOWN);
	assert_int_equal(vbt_engine_of("XYZ"), VBT_ENGINE_UNKNOWN);
}

static void guesses(void **state)
{
	static const struct {
		const char *chip;
		uint16_t bdb;
		enum vbt_engine engine;
	} t[] = {
		{ "HASWELL", 174, VBT_ENGINE_DIRECT },   { "SKYLAKE", 209, VBT_ENGINE_DIRECT },
		{ "SKYLAKE", 221, VBT_ENGINE_CNP },      { "TIGERLAKE", 240, VBT_ENGINE_ICP },
		{ "JASPERLAKE", 237, VBT_ENGINE_ICP },   { "ALDERLAKE-S", 251, VBT_ENGINE_ADLS },
		{ "ALDERLAKE-P", 250, VBT_ENGINE_XELPD }, { "METEORLAKE", 256, VBT_ENGINE_XELPD },
		{ "PANTHERLAKE", 266, VBT_ENGINE_XELPD }, { "NEWLAKE", 270, VBT_ENGINE_XELPD },
		{ "", 120, VBT_ENGINE_DIRECT },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct vbt v = { .bdb_version = t[i].bdb };

		strcpy(v.chip, t[i].chip);
		assert_int_equal(vbt_engine_guess(&v), t[i].engine);
	}
}

static void kinds_and_names(void **state)
{
	static const struct {
		uint16_t type;
		const char *kind;
	} t[] = {
		{ 0x68c6, "DP" }, { 0x60d6, "DP++" }, { 0x60d2, "HDMI" }, { 0x68d2, "DVI" },
		{ 0x1806, "eDP" }, { 0x1022, "LVDS" }, { 0x1400, "DSI" }, { 0x0001, "VGA" },
		{ 0x1009, "TV" }, { 0x8000, "other" },
	};
	static const struct {
		uint16_t handle, bdb;
		const char *name;
	} h[] = {
		{ 1, 216, "CRT" }, { 1, 217, "EFP6" }, { 2, 214, "TV" }, { 2, 215, "EFP5" },
		{ 0x100, 216, "" }, { 0x100, 217, "EFP7" }, { 0x200, 217, "EFP8" },
		{ 0x80, 200, "LFP2" }, { 0x10, 200, "EFP4" }, { 0x3, 200, "" },
	};
	struct vbt_view o;
	struct vbt v;

	(void)state;
	look((struct gen_many){ .bdb_version = 200 }, "SKL", &v, &o);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		v.child[0].device_type = t[i].type;
		again(&v, "SKL", &o);
		assert_string_equal(vbt_kind_name(o.output[0].kind), t[i].kind);
	}
	for (size_t i = 0; i < sizeof(h) / sizeof(h[0]); i++) {
		v.child[0].handle = h[i].handle;
		v.bdb_version = h[i].bdb;
		again(&v, "SKL", &o);
		assert_string_equal(o.output[0].name, h[i].name);
	}
}

static void limits_and_flags(void **state)
{
	struct vbt_view o;
	struct vbt v;
	uint8_t *c;

	(void)state;
	look((struct gen_many){ .bdb_version = 264 }, "PTL", &v, &o);
	c = buf + v.child[0].at;
	gen16(c + 2, 0x60d6);
	c[7] = 3 << 5;
	c[23] = 0x40 | 0x10 | 0x04 | 0x02;
	c[33] = 0x03;
	c[38] = 5;
	assert_int_equal(vbt_parse((struct span){ buf, v.size }, &v), 0);
	again(&v, "PTL", &o);
	assert_int_equal(o.output[0].hdmi_mhz, 594);
	assert_int_equal(o.output[0].dp_mbps, 10000);
	assert_int_equal(o.output[0].lanes, 2);
	assert_true(o.output[0].usb_c && o.output[0].thunderbolt && o.output[0].lspcon);
	assert_true(o.output[0].lane_reversal && o.output[0].hpd_invert);
	c[33] |= 0x04; /* dedicated: neither USB-C nor Thunderbolt */
	again(&v, "PTL", &o);
	assert_false(o.output[0].usb_c || o.output[0].thunderbolt);
	v.bdb_version = 229; /* the other list of rates; lanes came later */
	c[38] = 2;
	again(&v, "TGL", &o);
	assert_int_equal(o.output[0].dp_mbps, 2700);
	assert_int_equal(o.output[0].lanes, 0);
	v.bdb_version = 183;
	again(&v, "HSW", &o);
	assert_int_equal(o.output[0].dp_mbps, 0);
	assert_int_equal(o.output[0].hdmi_mhz, 0);
	assert_false(o.output[0].usb_c || o.output[0].lspcon || o.output[0].lane_reversal);
	v.bdb_version = 230;
	v.child_size = 33; /* a device too short for its version */
	again(&v, "TGL", &o);
	assert_int_equal(o.output[0].dp_mbps, 0);
	assert_false(o.output[0].usb_c);
	v.bdb_version = 154;
	again(&v, NULL, &o);
	assert_string_equal(o.output[0].port, "");
	assert_int_equal(o.output[0].aux, 0);
	assert_false(o.has_custom);
	assert_true(o.engine_guessed);
}

static void the_panel(void **state)
{
	static const uint8_t timing[28] = { 0x10, 0x27, 0, 0, 0x80, 7, 0, 1, 0x10, 0, 0x20, 0,
					    0x38, 4, 0x20, 0, 2, 0, 5, 0, 0x58, 1, 0xc1, 0 };
	struct vbt_view o;
	struct vbt v;
	uint8_t *b;

	(void)state;
	look((struct gen_many){ .bdb_version = 250 }, "ADL-P", &v, &o);
	data_of(&v, 40)[0] = 5;
	memcpy(data_of(&v, 58) + 2 + 28 * 5, timing, sizeof(timing));
	b = data_of(&v, 43);
	b[1 + 30] = 0x06;
	gen16(b + 2 + 30, 200);
	gen16(b + 193 + 20, 300);
	b[257 + 5] = 16;
	b = data_of(&v, 27) + 50;
	for (unsigned int i = 0; i < 5; i++)
		gen16(b + 2 * i, 100 + i);
	memcpy(data_of(&v, 51), "\1\x80\7\0\0\x38\4\0\0", 9);
	data_of(&v, 12)[16] = 0x21;
	again(&v, "ADL-P", &o);
	assert_int_equal(o.panel, 5);
	assert_true(o.has_mode && o.has_light && o.has_power && o.has_fixed && o.has_custom);
	assert_int_equal(o.mode.clock_khz, 100000);
	assert_int_equal(o.mode.h_active, 1920);
	assert_int_equal(o.mode.h_sync_end, 1920 + 0x30);
	assert_int_equal(o.mode.h_total, 1920 + 256);
	assert_int_equal(o.mode.v_active, 1080);
	assert_int_equal(o.mode.width_mm, 344);
	assert_int_equal(o.light, VBT_LIGHT_PWM);
	assert_true(o.active_low);
	assert_int_equal(o.pwm_hz, 200);
	assert_int_equal(o.light_min, 300);
	assert_int_equal(o.light_min_of, 65535);
	assert_int_equal(o.power.t1_t3, 100);
	assert_int_equal(o.power.t11_t12, 104);
	assert_true(o.fixed_on);
	assert_int_equal(o.fixed_x, 1920);
	assert_int_equal(o.fixed_y, 1080);
	assert_int_equal(o.custom_version, 0x21);
	/* An unused timing: the one in block 42 counts. */
	memset(data_of(&v, 58) + 2 + 28 * 5, 0, 28);
	gen16(data_of(&v, 42) + 66 * 5 + 38, 0x1111);
	again(&v, "ADL-P", &o);
	assert_true(o.has_mode);
	assert_int_equal(o.mode.clock_khz, 0x1111 * 10);
	gen16(data_of(&v, 42) + 66 * 5 + 38, 0);
	again(&v, "ADL-P", &o);
	assert_false(o.has_mode);
	/* A clock that is too large for kHz does not wrap. */
	memset(data_of(&v, 58) + 2 + 28 * 5, 0xff, 28);
	again(&v, "ADL-P", &o);
	assert_int_equal(o.mode.clock_khz, UINT32_MAX);
	b = data_of(&v, 43);
	v.bdb_version = 235;
	again(&v, "TGL", &o);
	assert_int_equal(o.light_min_of, 255);
	b[0] = 7; /* entries of a size nobody knows */
	again(&v, "TGL", &o);
	assert_false(o.has_light);
}

static void panels_that_are_none(void **state)
{
	struct vbt_mode mode;
	struct vbt_view o;
	struct vbt v;

	(void)state;
	look((struct gen_many){ .bdb_version = 200 }, "SKL", &v, &o);
	assert_true(o.panel >= 0 && o.has_light);
	assert_int_equal(o.light_min_of, 255);
	data_of(&v, 40)[0] = 255;
	again(&v, "SKL", &o);
	assert_int_equal(o.panel, VBT_PANEL_ASK);
	data_of(&v, 40)[0] = 16;
	again(&v, "SKL", &o);
	assert_int_equal(o.panel, VBT_PANEL_WRONG);
	assert_false(o.has_mode || o.has_light || o.has_power);
	assert_false(vbt_panel_mode((struct span){ buf, v.size }, &v, 16, &mode));
	data_of(&v, 40)[0] = 15;
	for (size_t i = 0; i < v.n_blocks; i++)
		if (v.block[i].id != 40)
			v.block[i].size = v.block[i].id == 27 ? 159 : 4;
	again(&v, "SKL", &o);
	assert_int_equal(o.panel, 15);
	assert_false(o.has_mode || o.has_light || o.has_power || o.has_fixed || o.has_custom);
	assert_string_equal(o.sign_on, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ports_of_a_board),
		cmocka_unit_test(ports_and_pins_by_engine),
		cmocka_unit_test(every_platform_has_an_engine),
		cmocka_unit_test(guesses),
		cmocka_unit_test(kinds_and_names),
		cmocka_unit_test(limits_and_flags),
		cmocka_unit_test(the_panel),
		cmocka_unit_test(panels_that_are_none),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("vbt_view", tests, NULL, NULL);
}
