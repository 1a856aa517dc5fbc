/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/opregion_fields.h"

#include "romfiles/rows.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define NUM(k, a, sz, ...) { .key = k, .at = a, .size = sz, .kind = SHOW_DEC, __VA_ARGS__ }
#define HEX(k, a, sz, ...) { .key = k, .at = a, .size = sz, .kind = SHOW_HEX, __VA_ARGS__ }
#define STR(k, a, sz) { .key = k, .at = a, .size = sz, .kind = SHOW_TEXT }
#define RAW(k, a, sz) { .key = k, .at = a, .size = sz, .kind = SHOW_BYTES }
#define BIT(k, a, sz, sh) \
	{ .key = k, .at = a, .size = sz, .shift = sh, .bits = 1, .kind = SHOW_BOOL }

/* --- header ----------------------------------------------------------------------- */

static const struct row header[] = {
	STR("signature", 0x00, 16),
	NUM("size-kib", 0x10, 4),
	HEX("reserved", 0x14, 1),
	NUM("revision", 0x15, 1),
	NUM("minor", 0x16, 1),
	NUM("major", 0x17, 1),
	STR("bios-version", 0x18, 32),
	STR("vbios-version", 0x38, 16),
	STR("driver-version", 0x48, 16),
	HEX("mailboxes", 0x58, 4),
	BIT("has-acpi", 0x58, 4, 0),
	BIT("has-swsci", 0x58, 4, 1),
	BIT("has-asle", 0x58, 4, 2),
	BIT("has-vbt", 0x58, 4, 3),
	BIT("has-asle-ext", 0x58, 4, 4),
	BIT("has-backlight", 0x58, 4, 5),
	HEX("driver-model", 0x5c, 4),
	HEX("platform-config", 0x60, 4),
	BIT("headless", 0x60, 4, 13),
};

static const struct row header_rest[] = { RAW("rest", 0x84, 0x7c) };

/* The GOP driver's version is UCS-2; what is no ASCII in it becomes '?'. */
static void show_gop_version(struct show *show, struct span s)
{
	char text[17] = "";
	uint16_t c = 0;

	for (size_t i = 0; i < sizeof(text) - 1; i++) {
		span_le16(s, 0x64 + 2 * i, &c);
		if (!c)
			break;
		text[i] = '?';
		if (c >= ' ' && c <= '~')
			text[i] = (char)c;
	}
	show_text(show, "gop-version", 0x64, 32, text);
}

/* --- mailboxes 1, 2, 3 --------------------------------------------------------------- */

static const struct meaning ready[] = { { 0, "not ready" }, { 1, "ready" }, { 0, NULL } };

static const struct row acpi[] = {
	HEX("driver-ready", 0x00, 4, .means = ready),
	HEX("status", 0x04, 4),
	HEX("event", 0x08, 4),
	RAW("reserved", 0x0c, 20),
	HEX("sleep-timeout", 0xa0, 4),
	HEX("toggle-index", 0xa4, 4),
	HEX("hotplug", 0xa8, 4),
	HEX("lid", 0xac, 4),
	HEX("dock", 0xb0, 4),
	HEX("sx-state", 0xb4, 4),
	HEX("events-supported", 0xb8, 4),
	HEX("notify", 0xbc, 4),
	HEX("driver-status", 0xc0, 4),
};

/* Lists of display ids: key, where, how many. */
static const struct {
	const char *key;
	uint16_t at, n;
} ids[] = {
	{ "supported-displays", 0x20, 8 },
	{ "connected-displays", 0x40, 8 },
	{ "active-displays", 0x60, 8 },
	{ "next-displays", 0x80, 8 },
	{ "supported-displays2", 0xc4, 7 },
	{ "connected-displays2", 0xe0, 7 },
};

static const struct row id_row[] = { HEX("id", 0, 4, .stride = 4) };
static const struct row acpi_rest[] = { RAW("rest", 0xfc, 4) };

static const struct row swsci[] = {
	HEX("command", 0x00, 4),
	HEX("parameters", 0x04, 4),
	NUM("driver-sleep-ms", 0x08, 4),
	RAW("rest", 0x0c, 244),
};

static const struct row asle[] = {
	HEX("driver-ready", 0x00, 4, .means = ready),
	HEX("command", 0x04, 4),
	HEX("technology", 0x08, 4),
	HEX("ambient-light", 0x0c, 4),
	HEX("brightness", 0x10, 4),
	HEX("panel-fitting", 0x14, 4),
	HEX("current-brightness", 0x18, 4),
	RAW("brightness-levels", 0x1c, 40),
	HEX("panel-fitting-current", 0x44, 4),
	HEX("panel-fitting-enabled", 0x48, 4),
	RAW("panel-lut", 0x4c, 74),
	/* Unaligned from here on. */
	HEX("pwm-and-min-brightness", 0x96, 4),
	HEX("color-correction", 0x9a, 4),
	HEX("features", 0x9e, 4),
	HEX("rotation", 0xa2, 4),
	HEX("user-events", 0xa6, 4),
	HEX("fdss", 0xaa, 8),
	HEX("fdsp", 0xb2, 4),
	HEX("state-change", 0xb6, 4),
	HEX("rvda", 0xba, 8),
	NUM("rvds", 0xc2, 4),
	RAW("rest", 0xc6, 58),
};

static const struct row asle_ext[] = {
	HEX("flags", 0x00, 4),
	RAW("panel-edid", 0x04, 256),
	RAW("rest", 0x104, 764),
};

/* --- where the table is ----------------------------------------------------------------- */

static void show_vbt(struct show *show, const struct opregion *o)
{
	static const char *const kind[] = {
		[OPREGION_RVDA_NONE] = "none",
		[OPREGION_RVDA_ABSOLUTE] = "absolute",
		[OPREGION_RVDA_RELATIVE] = "relative",
	};
	static const char *const where[] = {
		[OPREGION_VBT_NONE] = "none",
		[OPREGION_VBT_HERE] = "here",
		[OPREGION_VBT_FAR] = "elsewhere",
	};

	show_bool(show, "used", 0x58, 4, o->mailboxes & OPREGION_HAS_VBT);
	show_text(show, "rvda-kind", SHOW_NOWHERE, 0, kind[o->rvda_kind]);
	show_text(show, "table", SHOW_NOWHERE, 0, where[o->vbt]);
	if (o->vbt != OPREGION_VBT_HERE)
		return;
	show_hex(show, "offset", SHOW_NOWHERE, 8, o->vbt_at);
	show_dec(show, "size", SHOW_NOWHERE, 0, o->vbt_size);
	show_bool(show, "in-mailbox4", SHOW_NOWHERE, 0, o->vbt_at == OPREGION_MAILBOX4);
}

static struct layout mailbox(struct span s, size_t at, size_t size)
{
	size_t there = span_from(s, at).n;

	return (struct layout){ .s = s, .at = at, .size = there < size ? there : size };
}

static void open_mailbox(struct show *show, const struct opregion *o, const char *key,
			 uint32_t bit, const struct layout *l)
{
	show->open(show, key, false, l->at, l->size);
	show_bool(show, "used", 0x58, 4, o->mailboxes & bit);
}

static void show_acpi(struct show *show, struct span s, const struct opregion *o)
{
	struct layout l = mailbox(s, 0x100, 0x100), list;

	open_mailbox(show, o, "acpi", OPREGION_HAS_ACPI, &l);
	rows_show(show, &l, ROWS(acpi));
	for (size_t i = 0; i < LEN(ids); i++) {
		list = mailbox(s, l.at + ids[i].at, 4u * ids[i].n);
		show->open(show, ids[i].key, true, list.at, list.size);
		for (list.element = 0; list.element < ids[i].n; list.element++) {
			show->open(show, NULL, false, list.at + 4 * list.element, 4);
			rows_show(show, &list, ROWS(id_row));
			show->close(show);
		}
		show->close(show);
	}
	rows_show(show, &l, ROWS(acpi_rest));
	show->close(show);
}

static void show_mailbox(struct show *show, const struct opregion *o, const char *key,
			 uint32_t bit, const struct layout *l, struct rows t)
{
	open_mailbox(show, o, key, bit, l);
	rows_show(show, l, t);
	show->close(show);
}

void opregion_fields(struct span s, const struct opregion *o, struct show *show)
{
	struct layout head = mailbox(s, 0, OPREGION_HEADER_SIZE);
	struct layout box2 = mailbox(s, 0x200, 0x100), box3 = mailbox(s, 0x300, 0x100);
	struct layout box5 = mailbox(s, OPREGION_MAILBOX5, OPREGION_SIZE - OPREGION_MAILBOX5);

	show->open(show, "header", false, 0, head.size);
	rows_show(show, &head, ROWS(header));
	show_gop_version(show, s);
	rows_show(show, &head, ROWS(header_rest));
	show->close(show);
	show_acpi(show, s, o);
	show_mailbox(show, o, "swsci", OPREGION_HAS_SWSCI, &box2, ROWS(swsci));
	show_mailbox(show, o, "asle", OPREGION_HAS_ASLE, &box3, ROWS(asle));
	show->open(show, "vbt", false, OPREGION_MAILBOX4, OPREGION_MAILBOX5 - OPREGION_MAILBOX4);
	show_vbt(show, o);
	show->close(show);
	show_mailbox(show, o, "asle-ext", OPREGION_HAS_ASLE_EXT, &box5, ROWS(asle_ext));
}
