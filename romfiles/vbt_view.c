/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/vbt_view.h"

#include "romfiles/igd.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Blocks that are looked into here. */
#define DRIVER_FEATURES 12
#define EDP 27
#define LFP_OPTIONS 40
#define LFP_DATA_PTRS 41
#define LFP_DATA 42
#define LFP_BACKLIGHT 43
#define FIXED_SET_MODE 51
#define GENERIC_DTD 58
#define SIGN_ON 254

/* --- wiring ---------------------------------------------------------------------- */

/* Platform keys of igd.h; what is not listed is wired directly. */
static const struct {
	const char *key;
	enum vbt_wiring wiring;
} platforms[] = {
	{ "CFL", VBT_WIRING_CNP }, { "WHL", VBT_WIRING_CNP }, { "CML", VBT_WIRING_CNP },
	{ "CNL", VBT_WIRING_CNP }, { "ICL", VBT_WIRING_ICP }, { "EHL", VBT_WIRING_ICP },
	{ "JSL", VBT_WIRING_ICP }, { "TGL", VBT_WIRING_ICP }, { "RKL", VBT_WIRING_RKL },
	{ "ADL-S", VBT_WIRING_ADL_S }, { "RPL-S", VBT_WIRING_ADL_S },
	{ "ADL-P", VBT_WIRING_XELPD }, { "ADL-N", VBT_WIRING_XELPD },
	{ "RPL-P", VBT_WIRING_XELPD }, { "RPL-U", VBT_WIRING_XELPD },
	{ "MTL", VBT_WIRING_XELPD }, { "ARL-H", VBT_WIRING_XELPD },
	{ "ARL-U", VBT_WIRING_XELPD }, { "ARL-S", VBT_WIRING_XELPD },
	{ "LNL", VBT_WIRING_XELPD }, { "PTL", VBT_WIRING_XELPD },
	{ "WCL", VBT_WIRING_XELPD }, { "NVL-S", VBT_WIRING_XELPD },
	{ "NVL-P", VBT_WIRING_XELPD },
};

/* The same by the name in a table, which several generations share. */
static const struct {
	const char *chip;
	enum vbt_wiring wiring;
} chips[] = {
	{ "COFFEELAKE", VBT_WIRING_CNP }, { "CANONLAKE", VBT_WIRING_CNP },
	{ "ICELAKE", VBT_WIRING_ICP }, { "JASPERLAKE", VBT_WIRING_ICP },
	{ "TIGERLAKE", VBT_WIRING_ICP }, { "ROCKETLAKE", VBT_WIRING_RKL },
	{ "ALDERLAKE-S", VBT_WIRING_ADL_S }, { "ALDERLAKE", VBT_WIRING_XELPD },
	{ "METEORLAKE", VBT_WIRING_XELPD }, { "LUNARLAKE", VBT_WIRING_XELPD },
	{ "PANTHERLAKE", VBT_WIRING_XELPD },
};

static bool begins(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return false;
	return true;
}

static void find_wiring(const struct vbt *v, uint16_t device_id, struct vbt_view *out)
{
	const struct igd_platform *pf = igd_find(device_id);

	out->wiring_guessed = !pf;
	for (size_t i = 0; pf && i < COUNT(platforms); i++)
		if (begins(pf->key, platforms[i].key) && begins(platforms[i].key, pf->key))
			out->wiring = platforms[i].wiring;
	for (size_t i = COUNT(chips); !pf && i--;)
		if (begins(v->chip, chips[i].chip))
			out->wiring = chips[i].wiring;
}

/* From VBT pin (index) to GMBUS pin; 0: none. */
static const uint8_t pins[][10] = {
	[VBT_WIRING_CNP] = { 0, 1, 2, 4, 3 },
	[VBT_WIRING_ICP] = { 0, 1, 2, 3, 9, 10, 11, 12, 13, 14 },
	[VBT_WIRING_RKL] = { 0, 1, 2, 9, 10 },
	[VBT_WIRING_ADL_S] = { 0, 1, 9, 10, 11, 12 },
	[VBT_WIRING_XELPD] = { 0, 1, 2, 9, 10, 11, 12 },
};

static uint8_t gmbus_pin(enum vbt_wiring w, uint8_t pin)
{
	if (w == VBT_WIRING_DIRECT)
		return pin;
	return pin < sizeof(pins[w]) ? pins[w][pin] : 0;
}

/* From which letter on a port is a Type-C one; 0: none is. */
static char first_tc(enum vbt_wiring w)
{
	switch (w) {
	case VBT_WIRING_RKL:
		return 'C';
	case VBT_WIRING_ADL_S:
		return 'B';
	case VBT_WIRING_XELPD:
		return 'F';
	default:
		return 0;
	}
}

static void put(char *to, const char *text, char last)
{
	while (*text)
		*to++ = *text++;
	*to++ = last;
	*to = '\0';
}

static void find_ddi(enum vbt_wiring w, char letter, char ddi[8])
{
	char tc = first_tc(w);

	if (!letter)
		ddi[0] = '\0';
	else if (tc && letter >= tc)
		put(ddi, "TC", (char)('1' + (letter - tc)));
	else
		put(ddi, "DDI ", letter);
}

/* --- ports ----------------------------------------------------------------------- */

static const struct {
	uint16_t handle;
	const char *name, *before; /* what it was called in tables before BDB 215 and 217 */
	uint16_t since;
} handles[] = {
	{ 0x0008, "LFP1", "LFP1", 0 }, { 0x0080, "LFP2", "LFP2", 0 },
	{ 0x0004, "EFP1", "EFP1", 0 }, { 0x0040, "EFP2", "EFP2", 0 },
	{ 0x0020, "EFP3", "EFP3", 0 }, { 0x0010, "EFP4", "EFP4", 0 },
	{ 0x0002, "EFP5", "TV", 215 }, { 0x0001, "EFP6", "CRT", 217 },
	{ 0x0100, "EFP7", "EFP7", 0 }, { 0x0200, "EFP8", "EFP8", 0 },
};

static const char *handle_name(uint16_t handle, uint16_t bdb_version)
{
	for (size_t i = 0; i < COUNT(handles); i++)
		if (handles[i].handle == handle)
			return bdb_version < handles[i].since ? handles[i].before : handles[i].name;
	return "?";
}

/* Linux' rules (intel_bios.c, intel_bios_encoder_supports_*), in people's words. */
static const char *kind_name(uint16_t t)
{
	bool dp = t & VBT_TYPE_DP, tmds = t & VBT_TYPE_TMDS;

	if (t & VBT_TYPE_MIPI)
		return "DSI";
	if (dp && t & VBT_TYPE_INTERNAL)
		return "eDP";
	if (t & VBT_TYPE_LVDS && t & VBT_TYPE_INTERNAL)
		return "LVDS";
	if (dp)
		return tmds ? "DP++" : "DP";
	if (tmds)
		return t & VBT_TYPE_NOT_HDMI ? "DVI" : "HDMI";
	if (t == 0x1009)
		return "TV";
	return t & VBT_TYPE_ANALOG ? "VGA" : "?";
}

static char aux_letter(uint8_t byte)
{
	/* Index: the high nibble. */
	static const char letter[] = "\0BCDAEFGHI";

	return byte & 0x0f || byte >> 4 >= (int)sizeof(letter) - 1 ? '\0' : letter[byte >> 4];
}

static uint16_t hdmi_rate(uint8_t code)
{
	static const uint16_t mhz[] = { 0, 297, 165, 594, 340, 300 };

	return code < COUNT(mhz) ? mhz[code] : 0;
}

/* Two encodings: until BDB 229 the fastest came first. */
static uint16_t dp_rate(uint8_t code, uint16_t bdb_version)
{
	static const uint16_t old[] = { 810, 540, 270, 162 };
	static const uint16_t now[] = { 0, 162, 270, 540, 810, 1000, 1350, 2000 };

	if (bdb_version >= 230)
		return now[code & 7];
	return bdb_version >= 216 && code < COUNT(old) ? old[code] : 0;
}

const char *vbt_dp_rate_text(uint16_t rate)
{
	static const struct {
		uint16_t rate;
		const char *text;
	} names[] = {
		{ 162, "RBR" }, { 270, "HBR" }, { 540, "HBR2" }, { 810, "HBR3" }, { 1000, "UHBR10" },
		{ 1350, "UHBR13.5" }, { 2000, "UHBR20" },
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (names[i].rate == rate)
			return names[i].text;
	return NULL;
}

/* A byte of a child device, 0 where it is too short or the table too old to have it. */
static uint8_t child_byte(struct span one, const struct vbt *v, size_t at, uint16_t since)
{
	uint8_t b = 0;

	if (v->bdb_version >= since)
		span_u8(one, at, &b);
	return b;
}

static void read_port(struct span s, const struct vbt *v, const struct vbt_child *c,
		      enum vbt_wiring w, struct vbt_port *p)
{
	struct span one = { NULL, 0 };

	span_sub(s, c->at, v->child_size, &one);
	*p = (struct vbt_port){
		.child = c, .name = handle_name(c->handle, v->bdb_version),
		.kind = kind_name(c->device_type), .gmbus_pin = gmbus_pin(w, c->ddc_pin),
		.aux = aux_letter(c->aux_channel),
		.hdmi_mhz = hdmi_rate(child_byte(one, v, 7, 204) >> 5),
		.dp_rate_10mhz = dp_rate(child_byte(one, v, 38, 216) & 7, v->bdb_version),
		.lane_reversal = child_byte(one, v, 23, 184) & 0x02,
		.lspcon = child_byte(one, v, 23, 192) & 0x04,
		.hpd_inverted = child_byte(one, v, 23, 196) & 0x10,
		.usb_c = child_byte(one, v, 33, 195) & 0x01,
		.thunderbolt = child_byte(one, v, 33, 209) & 0x02,
	};
	if (v->bdb_version >= 244 && c->device_type & VBT_TYPE_DP)
		p->lanes = (uint8_t)((child_byte(one, v, 23, 244) >> 6) + 1);
	/* Before, the byte counted otherwise. */
	if (v->bdb_version >= 155)
		find_ddi(w, vbt_port_letter(c), p->ddi);
}

/* --- the panel --------------------------------------------------------------------- */

static struct span block_of(struct span s, const struct vbt *v, uint8_t id)
{
	const struct vbt_block *b = vbt_find_block(v, id);
	struct span block = { NULL, 0 };

	if (b)
		span_sub(s, b->at, b->size, &block);
	return block;
}

static uint32_t refresh(uint32_t clock_khz, uint32_t h, uint32_t v)
{
	uint64_t pixels = (uint64_t)h * v;

	return pixels ? (uint32_t)((uint64_t)clock_khz * 1000000 / pixels) : 0;
}

/* Detailed timing of 18 bytes, as in an EDID (VESA E-EDID, section 3.10.2). */
static bool read_dtd(struct span dtd, struct vbt_mode *m)
{
	uint16_t clock;
	uint8_t b[18];
	uint32_t h, hb, v, vb;

	if (!span_copy(dtd, 0, b, sizeof(b)) || !span_le16(dtd, 0, &clock) || !clock)
		return false;
	h = b[2] | (uint32_t)(b[4] & 0xf0) << 4;
	hb = b[3] | (uint32_t)(b[4] & 0x0f) << 8;
	v = b[5] | (uint32_t)(b[7] & 0xf0) << 4;
	vb = b[6] | (uint32_t)(b[7] & 0x0f) << 8;
	if (!h || !v)
		return false;
	*m = (struct vbt_mode){ (uint16_t)h, (uint16_t)v, clock * 10u, refresh(clock * 10u, h + hb, v + vb) };
	return true;
}

/* A generic timing: clock in kHz, active and blank of both directions as words. */
static bool read_generic(struct span e, struct vbt_mode *m)
{
	uint16_t h, hb, v, vb;
	uint32_t clock;

	if (!span_le32(e, 0, &clock) || !span_le16(e, 4, &h) || !span_le16(e, 6, &hb) ||
	    !span_le16(e, 12, &v) || !span_le16(e, 14, &vb) || !h || !v)
		return false;
	*m = (struct vbt_mode){ h, v, clock, refresh(clock, (uint32_t)h + hb, (uint32_t)v + vb) };
	return true;
}

/*
 * Since BDB 229 in block 58. Before, block 41 says where in block 42 a panel's
 * timing is, counted from the BDB; where it is missing, entries are dense.
 */
static bool find_mode(struct span s, const struct vbt *v, size_t panel, struct vbt_mode *m)
{
	/* An entry of block 42: fp timing, detailed timing, PnP id. */
	enum { FP = 38, ENTRY = FP + 18 + 10 };
	struct span ptrs = block_of(s, v, LFP_DATA_PTRS), data = block_of(s, v, LFP_DATA);
	struct span generic = block_of(s, v, GENERIC_DTD), e;
	uint16_t at, size;

	if (span_le16(generic, 0, &size) && size >= 28 &&
	    span_sub(span_from(generic, 2), panel * size, size, &e) && read_generic(e, m))
		return true;
	/* Three pointers of three bytes a panel; the second is the timing's. */
	if (span_le16(ptrs, 1 + 9 * panel + 3, &at))
		return read_dtd(span_from(span_from(s, v->bdb_at), at), m);
	return v->bdb_version >= 155 && read_dtd(span_from(data, panel * ENTRY + FP), m);
}

static void read_backlight(struct span b, size_t panel, struct vbt_view *out)
{
	uint8_t entry, flags;
	struct span e;

	if (!span_u8(b, 0, &entry) || entry < 6 || !span_sub(span_from(b, 1), panel * entry, 6, &e) ||
	    !span_u8(e, 0, &flags) || !(flags & 3))
		return;
	out->backlight = true;
	out->backlight_active_low = flags & 4;
	span_le16(e, 1, &out->backlight_hz);
	span_u8(e, 3, &out->backlight_min);
}

static void read_power(struct span b, size_t panel, struct vbt_view *out)
{
	uint16_t *const t[] = { &out->t1_t3, &out->t8, &out->t9, &out->t10, &out->t11_t12 };
	struct span e;

	if (!span_sub(b, panel * 10, 10, &e))
		return;
	for (size_t i = 0; i < COUNT(t); i++)
		out->power_sequence |= span_le16(e, 2 * i, t[i]) && *t[i];
}

static void read_panel(struct span s, const struct vbt *v, struct vbt_view *out)
{
	struct span options = block_of(s, v, LFP_OPTIONS);

	out->panel_type = 255;
	span_u8(options, 0, &out->panel_type);
	for (size_t i = 0; i < out->n_ports; i++)
		out->panel = out->panel || out->port[i].child->device_type & VBT_TYPE_INTERNAL;
	if (!out->panel || out->panel_type >= VBT_PANELS)
		return;
	find_mode(s, v, out->panel_type, &out->mode);
	read_backlight(block_of(s, v, LFP_BACKLIGHT), out->panel_type, out);
	read_power(block_of(s, v, EDP), out->panel_type, out);
}

/* --- the rest ------------------------------------------------------------------------ */

static void read_fixed(struct span b, struct vbt_view *out)
{
	uint8_t on;

	if (!span_u8(b, 0, &on) || !on)
		return;
	span_le32(b, 1, &out->fixed_x);
	span_le32(b, 5, &out->fixed_y);
}

/* The first text worth the name: eight printable characters or more in a row. */
static void read_sign_on(struct span b, char text[80])
{
	size_t start = 0, n = 0;

	for (size_t i = 0; i <= b.n; i++) {
		bool printable = i < b.n && b.p[i] >= ' ' && b.p[i] <= '~';

		if (!printable && i - start >= 8) {
			n = i - start;
			break;
		}
		if (!printable)
			start = i + 1;
	}
	while (n && b.p[start] == ' ') {
		start++;
		n--;
	}
	if (n > 79)
		n = 79;
	while (n && b.p[start + n - 1] == ' ')
		n--;
	span_copy(b, start, text, n);
	text[n] = '\0';
}

void vbt_view_make(struct span s, const struct vbt *v, uint16_t device_id, struct vbt_view *out)
{
	*out = (struct vbt_view){ .wiring = VBT_WIRING_DIRECT };
	find_wiring(v, device_id, out);
	for (size_t i = 0; i < v->n_children; i++)
		read_port(s, v, &v->child[i], out->wiring, &out->port[out->n_ports++]);
	read_panel(s, v, out);
	read_fixed(block_of(s, v, FIXED_SET_MODE), out);
	span_le16(block_of(s, v, DRIVER_FEATURES), 15, &out->custom_version);
	read_sign_on(block_of(s, v, SIGN_ON), out->sign_on);
}
