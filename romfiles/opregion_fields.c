/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/opregion_fields.h"

/** struct row - one field, or @count of them in a row */
struct row {
	const char *key;
	uint16_t at;
	uint8_t size, count; /* bytes of one */
	enum show_kind kind;
};

#define HEX(key, at, size) { key, at, size, 1, SHOW_HEX }
#define DEC(key, at, size) { key, at, size, 1, SHOW_DEC }
#define MANY(key, at, size, count) { key, at, size, count, SHOW_HEX }

static const struct row header[] = {
	DEC("size-kib", 0x10, 4), HEX("version", 0x14, 4), HEX("mailboxes", 0x58, 4),
	HEX("driver-model", 0x5c, 4), HEX("platform-config", 0x60, 4),
};

static const struct row acpi[] = {
	HEX("driver-ready", 0x100, 4), HEX("notification-status", 0x104, 4),
	HEX("current-event", 0x108, 4), MANY("supported-displays", 0x120, 4, 8),
	MANY("connected-displays", 0x140, 4, 8), MANY("active-displays", 0x160, 4, 8),
	MANY("next-displays", 0x180, 4, 8), DEC("sleep-timeout", 0x1a0, 4),
	DEC("toggle-index", 0x1a4, 4), HEX("hotplug-indicator", 0x1a8, 4),
	HEX("lid-state", 0x1ac, 4), HEX("dock-state", 0x1b0, 4), HEX("sx-state", 0x1b4, 4),
	HEX("events", 0x1b8, 4), HEX("notify", 0x1bc, 4), HEX("driver-status", 0x1c0, 4),
	MANY("supported-displays-more", 0x1c4, 4, 7), MANY("connected-displays-more", 0x1e0, 4, 7),
};

static const struct row swsci[] = {
	HEX("command", 0x200, 4), HEX("parameters", 0x204, 4), DEC("driver-sleep-timeout", 0x208, 4),
};

/* From 0x396 on nothing is aligned. */
static const struct row asle[] = {
	HEX("driver-ready", 0x300, 4), HEX("interrupt-command", 0x304, 4),
	HEX("technologies", 0x308, 4), DEC("ambient-light", 0x30c, 4), HEX("backlight", 0x310, 4),
	HEX("panel-fitting", 0x314, 4), HEX("backlight-current", 0x318, 4),
	MANY("backlight-levels", 0x31c, 2, 20), HEX("panel-fitting-current", 0x344, 4),
	HEX("panel-fitting-enabled", 0x348, 4), HEX("panel-frequency", 0x396, 4),
	HEX("capabilities", 0x39a, 4), HEX("colour-table", 0x39e, 4), HEX("rotation", 0x3a2, 4),
	HEX("events", 0x3a6, 4), HEX("feature-set", 0x3aa, 8), HEX("feature-set-size", 0x3b2, 4),
	HEX("state", 0x3b6, 4), HEX("rvda", 0x3ba, 8), DEC("rvds", 0x3c2, 4),
};

static const struct row asle_ext[] = {
	HEX("panel-header", 0x1c00, 4),
};

static bool read_value(struct span s, size_t at, uint8_t size, uint64_t *value)
{
	uint16_t v16;
	uint32_t v32;

	if (size == 8)
		return span_le64(s, at, value);
	if (size == 4) {
		if (!span_le32(s, at, &v32))
			return false;
		*value = v32;
		return true;
	}
	if (!span_le16(s, at, &v16))
		return false;
	*value = v16;
	return true;
}

static void show_rows(struct span s, const struct row *row, size_t n, struct show *show)
{
	for (size_t i = 0; i < n; i++) {
		struct show_field f = { .key = row[i].key, .kind = row[i].kind, .at = row[i].at,
					.size = row[i].size };

		if (row[i].count > 1) {
			f.kind = SHOW_BYTES;
			f.size = (size_t)row[i].size * row[i].count;
			if (!span_sub(s, f.at, f.size, &f.bytes))
				continue;
		} else if (!read_value(s, f.at, row[i].size, &f.value)) {
			continue;
		}
		show->field(show, &f);
	}
}

/* ASCII of a fixed width, or UCS-2 (@step 2), as text. */
static void show_string(struct span s, const char *key, size_t at, size_t size, size_t step,
			struct show *show)
{
	char text[33] = "";
	size_t n = 0;

	for (size_t i = 0; i < size && n < sizeof(text) - 1; i += step) {
		uint8_t c = 0;

		if (!span_u8(s, at + i, &c) || !c)
			break;
		text[n++] = (char)c;
	}
	text[n] = '\0';
	if (n)
		show_text(show, key, at, size, text);
}

static const struct {
	const char *key;
	uint32_t bit; /* of the mailboxes field, 0: always there */
	const struct row *row;
	size_t n, at, size;
} parts[] = {
	{ "acpi", OPREGION_HAS_ACPI, acpi, sizeof(acpi) / sizeof(acpi[0]), 0x100, 0x100 },
	{ "swsci", OPREGION_HAS_SWSCI, swsci, sizeof(swsci) / sizeof(swsci[0]), 0x200, 0x100 },
	{ "asle", OPREGION_HAS_ASLE, asle, sizeof(asle) / sizeof(asle[0]), 0x300, 0x100 },
	{ "asle-ext", OPREGION_HAS_ASLE_EXT, asle_ext, sizeof(asle_ext) / sizeof(asle_ext[0]),
	  OPREGION_MAILBOX5, 0x400 },
};

static const char *rvda_text(enum opregion_rvda kind)
{
	static const char *const text[] = {
		[OPREGION_RVDA_NONE] = "none", [OPREGION_RVDA_ABSOLUTE] = "absolute",
		[OPREGION_RVDA_RELATIVE] = "relative",
	};

	return text[kind];
}

static const char *vbt_text(enum opregion_vbt vbt)
{
	static const char *const text[] = {
		[OPREGION_VBT_NONE] = "none", [OPREGION_VBT_HERE] = "here", [OPREGION_VBT_FAR] = "elsewhere",
	};

	return text[vbt];
}

void opregion_fields(struct span s, const struct opregion *o, struct show *show)
{
	show->open(show, "header", false, 0, OPREGION_HEADER_SIZE);
	show_rows(s, header, sizeof(header) / sizeof(header[0]), show);
	show_string(s, "bios-version", 0x18, 32, 1, show);
	show_string(s, "vbios-version", 0x38, 16, 1, show);
	show_string(s, "driver-version", 0x48, 16, 1, show);
	show_string(s, "gop-version", 0x64, 32, 2, show);
	show->close(show);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (!(o->mailboxes & parts[i].bit))
			continue;
		show->open(show, parts[i].key, false, parts[i].at, parts[i].size);
		show_rows(s, parts[i].row, parts[i].n, show);
		show->close(show);
	}
	show_text(show, "rvda-kind", SHOW_NOWHERE, 0, rvda_text(o->rvda_kind));
	show_text(show, "vbt", SHOW_NOWHERE, 0, vbt_text(o->vbt));
	if (o->vbt == OPREGION_VBT_HERE) {
		show_hex(show, "vbt-at", SHOW_NOWHERE, 4, o->vbt_at);
		show_dec(show, "vbt-size", SHOW_NOWHERE, 4, o->vbt_size);
	}
}
