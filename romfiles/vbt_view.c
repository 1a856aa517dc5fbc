/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/vbt_view.h"

#include "romfiles/vbt_rows.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

/* --- outputs ------------------------------------------------------------------------ */

static const char *output_name(uint16_t handle, unsigned int bdb)
{
	static const struct {
		uint16_t handle, since, until;
		const char *name;
	} t[] = {
		{ 0x0008, 0, UINT16_MAX, "LFP1" }, { 0x0080, 0, UINT16_MAX, "LFP2" },
		{ 0x0004, 0, UINT16_MAX, "EFP1" }, { 0x0040, 0, UINT16_MAX, "EFP2" },
		{ 0x0020, 0, UINT16_MAX, "EFP3" }, { 0x0010, 0, UINT16_MAX, "EFP4" },
		{ 0x0002, 0, 214, "TV" },          { 0x0002, 215, UINT16_MAX, "EFP5" },
		{ 0x0001, 0, 216, "CRT" },         { 0x0001, 217, UINT16_MAX, "EFP6" },
		{ 0x0100, 217, UINT16_MAX, "EFP7" }, { 0x0200, 217, UINT16_MAX, "EFP8" },
	};

	for (size_t i = 0; i < LEN(t); i++)
		if (t[i].handle == handle && t[i].since <= bdb && bdb <= t[i].until)
			return t[i].name;
	return "";
}

/* Linux' rules (intel_bios_encoder_supports_*()), made one answer. */
static enum vbt_kind output_kind(uint16_t t)
{
	if (t & VBT_TYPE_MIPI)
		return VBT_KIND_DSI;
	if (t & VBT_TYPE_DP) {
		if (t & VBT_TYPE_INTERNAL)
			return VBT_KIND_EDP;
		return t & VBT_TYPE_TMDS ? VBT_KIND_DP_DUAL : VBT_KIND_DP;
	}
	if (t & VBT_TYPE_TMDS)
		return t & VBT_TYPE_NOT_HDMI ? VBT_KIND_DVI : VBT_KIND_HDMI;
	if (t & VBT_TYPE_LVDS)
		return VBT_KIND_LVDS;
	if (t & VBT_TYPE_VIDEO)
		return VBT_KIND_TV;
	return t & VBT_TYPE_ANALOG ? VBT_KIND_VGA : VBT_KIND_OTHER;
}

const char *vbt_kind_name(enum vbt_kind kind)
{
	static const char *const name[] = {
		[VBT_KIND_OTHER] = "other", [VBT_KIND_EDP] = "eDP", [VBT_KIND_HDMI] = "HDMI",
		[VBT_KIND_DVI] = "DVI", [VBT_KIND_DP] = "DP", [VBT_KIND_DP_DUAL] = "DP++",
		[VBT_KIND_VGA] = "VGA", [VBT_KIND_LVDS] = "LVDS", [VBT_KIND_DSI] = "DSI",
		[VBT_KIND_TV] = "TV",
	};

	return name[kind];
}

static char aux_letter(uint8_t aux)
{
	static const char letter[] = "\0BCDAEFGHI";

	return aux % 16 || aux / 16 >= LEN(letter) - 1 ? '\0' : letter[aux / 16];
}

/* A child device's byte, 0 where the device is too short or the table too old. */
static uint8_t child_byte(struct span s, const struct vbt *v, size_t child, size_t at,
			  unsigned int since)
{
	uint8_t b = 0;

	if (at < v->child_size && v->bdb_version >= since)
		span_u8(s, child + at, &b);
	return b;
}

static void read_limits(struct span s, const struct vbt *v, struct vbt_output *o)
{
	static const uint16_t hdmi[8] = { 0, 297, 165, 594, 340, 300 };
	static const uint16_t dp_216[4] = { 8100, 5400, 2700, 1620 };
	static const uint16_t dp_230[8] = { 0, 1620, 2700, 5400, 8100, 10000, 13500, 20000 };
	uint8_t rate = child_byte(s, v, o->at, 38, 216) & 7;

	if (o->kind == VBT_KIND_HDMI || o->kind == VBT_KIND_DP_DUAL || o->kind == VBT_KIND_DVI)
		o->hdmi_mhz = hdmi[child_byte(s, v, o->at, 7, 204) >> 5];
	if (o->kind != VBT_KIND_DP && o->kind != VBT_KIND_DP_DUAL && o->kind != VBT_KIND_EDP)
		return;
	if (v->bdb_version >= 216 && v->child_size > 38)
		o->dp_mbps = v->bdb_version < 230 ? dp_216[rate & 3] : dp_230[rate];
	if (v->bdb_version >= 244)
		o->lanes = (uint8_t)((child_byte(s, v, o->at, 23, 244) >> 6) + 1);
}

static void read_flags(struct span s, const struct vbt *v, struct vbt_output *o)
{
	o->lane_reversal = child_byte(s, v, o->at, 23, 184) & 0x02;
	o->lspcon = child_byte(s, v, o->at, 23, 192) & 0x04;
	o->hpd_invert = child_byte(s, v, o->at, 23, 196) & 0x10;
	/* Linux ignores both on a port that is dedicated to something else. */
	if (child_byte(s, v, o->at, 33, 264) & 0x04)
		return;
	o->usb_c = child_byte(s, v, o->at, 33, 195) & 0x01;
	o->thunderbolt = child_byte(s, v, o->at, 33, 209) & 0x02;
}

static void read_output(struct span s, const struct vbt *v, const struct vbt_child *c,
			enum vbt_engine engine, struct vbt_output *o)
{
	*o = (struct vbt_output){
		.at = c->at,
		.name = output_name(c->handle, v->bdb_version),
		.kind = output_kind(c->device_type),
		.port = "",
		.ddc_pin = c->ddc_pin,
		.gmbus = vbt_gmbus_pin(engine, c->ddc_pin),
	};
	/* Before 155 ports and the bytes behind the DVO configuration are others. */
	if (v->bdb_version < 155)
		return;
	o->letter = vbt_port_letter(c);
	o->port = vbt_port_name(engine, o->letter);
	o->aux = aux_letter(c->aux_channel);
	read_limits(s, v, o);
	read_flags(s, v, o);
}

/* --- the panel ------------------------------------------------------------------------ */

/* The data of the first block @id; empty: there is none. */
static struct span block_of(struct span s, const struct vbt *v, uint8_t id)
{
	const struct vbt_block *b = vbt_find_block(v, id);
	struct span data = { NULL, 0 };

	if (b)
		span_sub(s, b->at, b->size, &data);
	return data;
}

static int panel_type(struct span s, const struct vbt *v)
{
	uint8_t type;

	if (!span_u8(block_of(s, v, VBT_LFP_OPTIONS), 0, &type))
		return VBT_PANEL_NONE;
	if (type == 255)
		return VBT_PANEL_ASK;
	return type < VBT_PANELS ? type : VBT_PANEL_WRONG;
}

/*
 * Since 234 the least brightness is a word of its own; how many bits it has
 * is said since 236 (Linux: parse_lfp_backlight()).
 */
static void read_light_min(struct span b, const struct vbt *v, size_t i, struct vbt_view *out)
{
	uint8_t old = 0, bits = 8;

	out->light_min_of = 255;
	if (v->bdb_version < 234) {
		span_u8(b, 4 + 6 * i, &old);
		out->light_min = old;
		return;
	}
	span_le16(b, 193 + 4 * i, &out->light_min);
	if (v->bdb_version >= 236)
		span_u8(b, 257 + i, &bits);
	if (bits == 16)
		out->light_min_of = UINT16_MAX;
}

static void read_light(struct span s, const struct vbt *v, size_t i, struct vbt_view *out)
{
	struct span b = block_of(s, v, VBT_LFP_BACKLIGHT);
	uint8_t size, flags;

	if (!span_u8(b, 0, &size) || size != 6 || !span_u8(b, 1 + 6 * i, &flags) ||
	    !span_le16(b, 2 + 6 * i, &out->pwm_hz))
		return;
	out->has_light = true;
	out->light = (enum vbt_light)(flags & 3);
	out->active_low = flags & 4;
	read_light_min(b, v, i, out);
}

static void read_power(struct span s, const struct vbt *v, size_t i, struct vbt_view *out)
{
	struct span b = block_of(s, v, VBT_EDP), e;

	if (!span_sub(b, 10 * i, 10, &e))
		return;
	out->has_power = true;
	span_le16(e, 0, &out->power.t1_t3);
	span_le16(e, 2, &out->power.t8);
	span_le16(e, 4, &out->power.t9);
	span_le16(e, 6, &out->power.t10);
	span_le16(e, 8, &out->power.t11_t12);
}

/* --- the table -------------------------------------------------------------------------- */

static void read_fixed(struct span s, const struct vbt *v, struct vbt_view *out)
{
	struct span b = block_of(s, v, VBT_FIXED_MODE);
	uint8_t on;

	if (!span_u8(b, 0, &on) || !span_le32(b, 1, &out->fixed_x) ||
	    !span_le32(b, 5, &out->fixed_y))
		return;
	out->has_fixed = true;
	out->fixed_on = on;
}

static void read_sign_on(struct span s, const struct vbt *v, struct vbt_view *out)
{
	for (size_t i = 0; i < v->n_blocks; i++) {
		size_t at = 0;

		if (v->block[i].id == VBT_PRIVATE &&
		    vbt_next_text(s, &v->block[i], &at, out->sign_on, sizeof(out->sign_on)))
			return;
	}
}

void vbt_view_make(struct span s, const struct vbt *v, const char *platform,
		   struct vbt_view *out)
{
	*out = (struct vbt_view){ .engine = vbt_engine_of(platform) };
	if (out->engine == VBT_ENGINE_UNKNOWN) {
		out->engine = vbt_engine_guess(v);
		out->engine_guessed = true;
	}
	for (size_t i = 0; i < v->n_children; i++)
		read_output(s, v, &v->child[i], out->engine, &out->output[out->n++]);
	out->panel = panel_type(s, v);
	if (out->panel >= 0) {
		size_t i = (size_t)out->panel;

		out->has_mode = vbt_panel_mode(s, v, i, &out->mode);
		read_light(s, v, i, out);
		read_power(s, v, i, out);
	}
	read_fixed(s, v, out);
	out->has_custom = v->bdb_version >= 155 &&
			  span_u8(block_of(s, v, VBT_DRIVER_FEATURES), 16, &out->custom_version);
	read_sign_on(s, v, out);
}
