/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/oprom_fields.h"

#include "romfiles/rows.h"
#include "romfiles/vbt.h"

#define NUM(k, a, sz, ...) { .key = k, .at = a, .size = sz, .kind = SHOW_DEC, __VA_ARGS__ }
#define HEX(k, a, sz, ...) { .key = k, .at = a, .size = sz, .kind = SHOW_HEX, __VA_ARGS__ }

static const struct meaning m_code[] = {
	{ OPROM_X86, "x86" }, { OPROM_OPEN_FIRMWARE, "Open Firmware" },
	{ OPROM_PA_RISC, "PA-RISC" }, { OPROM_EFI, "EFI" }, { 0, NULL },
};

static const struct meaning m_subsystem[] = {
	{ 0x0a, "application" }, { 0x0b, "boot service driver" }, { 0x0c, "run-time driver" },
	{ 0, NULL },
};

static const struct meaning m_machine[] = {
	{ 0x014c, "IA32" }, { 0x8664, "X64" }, { 0x0200, "IA64" }, { 0x0ebc, "EBC" },
	{ 0xaa64, "AArch64" }, { 0x01c2, "ARM" }, { 0x5064, "RISC-V 64" }, { 0, NULL },
};

static const struct meaning m_compression[] = { { 0, "none" }, { 1, "UEFI" }, { 0, NULL } };

static const struct row x86[] = {
	HEX("signature", 0x00, 2),
	NUM("blocks", 0x02, 1),
	{ .key = "entry", .at = 0x03, .size = 3, .kind = SHOW_BYTES },
	HEX("checksum-byte", 0x06, 1),
	HEX("pcir-pointer", 0x18, 2),
	HEX("vbt-pointer", 0x1a, 2),
};

/* The size is 16 bits wide here: Intel's GOP images are larger than 255 blocks. */
static const struct row efi[] = {
	HEX("signature", 0x00, 2),
	NUM("blocks", 0x02, 2),
	HEX("efi-signature", 0x04, 4),
	HEX("subsystem", 0x08, 2, .means = m_subsystem),
	HEX("machine", 0x0a, 2, .means = m_machine),
	HEX("compression", 0x0c, 2, .means = m_compression),
	{ .key = "reserved", .at = 0x0e, .size = 8, .kind = SHOW_BYTES },
	HEX("payload-pointer", 0x16, 2),
	HEX("pcir-pointer", 0x18, 2),
};

static const struct row other[] = {
	HEX("signature", 0x00, 2),
	HEX("pcir-pointer", 0x18, 2),
};

/* The layout's version is PCIR's revision: 0 is PCI 2.x, 3 PCI Firmware 3.0. */
static const struct row pcir[] = {
	{ .key = "signature", .at = 0x00, .size = 4, .kind = SHOW_TEXT },
	HEX("vendor", 0x04, 2),
	HEX("device", 0x06, 2),
	HEX("vpd-pointer", 0x08, 2, .until = 2),
	HEX("device-list-pointer", 0x08, 2, .since = 3),
	NUM("length", 0x0a, 2),
	NUM("revision", 0x0c, 1),
	HEX("prog-if", 0x0d, 1),
	HEX("subclass", 0x0e, 1),
	HEX("class", 0x0f, 1),
	NUM("blocks", 0x10, 2),
	HEX("code-revision", 0x12, 2),
	NUM("code-type", 0x14, 1, .means = m_code),
	HEX("indicator", 0x15, 1),
	{ .key = "last", .at = 0x15, .size = 1, .shift = 7, .bits = 1, .kind = SHOW_BOOL },
	HEX("reserved", 0x16, 2, .until = 2),
	NUM("max-runtime-blocks", 0x16, 2, .since = 3),
	HEX("configuration-pointer", 0x18, 2, .since = 3),
	HEX("clp-entry-pointer", 0x1a, 2, .since = 3),
};

static void show_header(struct show *show, struct span s, const struct oprom_image *im)
{
	struct rows t = im->code == OPROM_X86 ? ROWS(x86) :
			im->code == OPROM_EFI ? ROWS(efi) : ROWS(other);
	struct layout l = { .s = s, .at = im->at, .size = span_from(s, im->at).n };

	if (l.size > 0x1c)
		l.size = 0x1c;
	show->open(show, "header", false, l.at, l.size);
	rows_show(show, &l, t);
	show->close(show);
}

static void show_pcir(struct show *show, struct span s, const struct oprom_image *im)
{
	struct layout l = { .s = s, .at = im->pcir_at, .size = span_from(s, im->pcir_at).n,
			    .version = im->pcir_revision };
	size_t size = im->pcir_revision < 3 ? 0x18 : 0x1c;

	if (l.size > size)
		l.size = size;
	show->open(show, "pcir", false, l.at, l.size);
	rows_show(show, &l, ROWS(pcir));
	show->close(show);
}

static void show_devices(struct show *show, struct span s, const struct oprom_image *im)
{
	uint16_t id = 0;

	show->open(show, "devices", true, im->list_at, 2u * im->n_ids);
	for (size_t i = 0; i < im->n_ids; i++) {
		size_t at = im->list_at + 2 * i;

		span_le16(s, at, &id);
		show->open(show, NULL, false, at, 2);
		show_hex(show, "id", at, 2, id);
		show->close(show);
	}
	show->close(show);
}

static void show_sum(struct show *show, const struct oprom_image *im)
{
	static const char *const text[] = {
		[OPROM_SUM_NONE] = "none", [OPROM_SUM_OK] = "ok", [OPROM_SUM_BAD] = "wrong",
		[OPROM_SUM_CUT] = "cut",
	};

	show_text(show, "checksum", SHOW_NOWHERE, 0, text[im->sum]);
}

/* Where in the image a table is that nothing points to; 0: nowhere. */
static size_t scan_for_vbt(struct span s, const struct oprom_image *im)
{
	struct span body = { NULL, 0 };
	const uint8_t *p;
	size_t at = 1;

	span_sub(s, im->at, im->size, &body);
	while (at < body.n) {
		p = memmem(body.p + at, body.n - at, "$VBT", 4);
		if (!p)
			return 0;
		at = (size_t)(p - body.p);
		if (vbt_size(span_from(body, at)))
			return im->at + at;
		at++;
	}
	return 0;
}

/* The word at 0x1a points to the table; where it is wrong, drivers look for it. */
static void show_vbt(struct show *show, struct span s, const struct oprom_image *im)
{
	size_t at = im->vbt_at;
	bool pointed = at && vbt_size(span_from(s, at));

	if (!pointed)
		at = scan_for_vbt(s, im);
	show_text(show, "vbt", SHOW_NOWHERE, 0, pointed ? "pointed to" : at ? "found" : "none");
	if (!at)
		return;
	show_hex(show, "vbt-offset", SHOW_NOWHERE, 8, at);
	show_dec(show, "vbt-size", SHOW_NOWHERE, 0, vbt_size(span_from(s, at)));
}

static void show_found(struct show *show, struct span s, const struct oprom_image *im)
{
	static const char *const cached[] = {
		[OPROM_CACHED_NONE] = "none", [OPROM_CACHED_CLEAR] = "clear",
		[OPROM_CACHED_FOUND] = "found", [OPROM_CACHED_AMBIGUOUS] = "ambiguous",
	};
	size_t saved = 0;

	show_sum(show, im);
	if (im->code == OPROM_X86) {
		show_vbt(show, s, im);
		show_text(show, "cached-bdsm", SHOW_NOWHERE, 0,
			  cached[oprom_find_cached_bdsm(s, im, &saved)]);
	}
	if (im->code != OPROM_EFI)
		return;
	show_bool(show, "efi-header", SHOW_NOWHERE, 0, im->efi_header);
	show_hex(show, "payload-offset", SHOW_NOWHERE, 8, im->payload_at);
	show_bool(show, "igvm-assign", SHOW_NOWHERE, 0, im->igvm_assign);
	show_bool(show, "other-assign", SHOW_NOWHERE, 0, im->other_assign);
	show_bool(show, "igvm-policy", SHOW_NOWHERE, 0, im->igvm_policy);
	show_bool(show, "other-policy", SHOW_NOWHERE, 0, im->other_policy);
	show_bool(show, "gop", SHOW_NOWHERE, 0, im->gop);
	show_bool(show, "intel-gop", SHOW_NOWHERE, 0, im->intel_gop);
}

static void show_image(struct show *show, struct span s, const struct oprom_image *im)
{
	show->open(show, NULL, false, im->at, im->size);
	show_hex(show, "offset", SHOW_NOWHERE, 8, im->at);
	show_dec(show, "size", SHOW_NOWHERE, 0, im->size);
	show_dec(show, "claimed-size", SHOW_NOWHERE, 0, im->claimed);
	show_dec(show, "init-size", SHOW_NOWHERE, 0, im->init);
	show_bool(show, "after-gap", SHOW_NOWHERE, 0, im->after_gap);
	show_bool(show, "pcir-aligned", SHOW_NOWHERE, 0, im->aligned);
	show_header(show, s, im);
	show_pcir(show, s, im);
	show_devices(show, s, im);
	show_found(show, s, im);
	show->close(show);
}

void oprom_fields(struct span s, const struct oprom *r, struct show *show)
{
	static const char *const end[] = {
		[OPROM_END_LAST] = "last", [OPROM_END_BYTES] = "bytes", [OPROM_END_ZERO] = "zero",
		[OPROM_END_PCIR] = "pcir", [OPROM_END_NOTHING] = "nothing",
		[OPROM_END_MANY] = "many",
	};

	show_dec(show, "images", SHOW_NOWHERE, 0, r->n);
	show_text(show, "end", SHOW_NOWHERE, 0, end[r->end]);
	show_hex(show, "end-offset", SHOW_NOWHERE, 8, r->end_at);
	show->open(show, "image", true, 0, r->end_at);
	for (size_t i = 0; i < r->n; i++)
		show_image(show, s, &r->image[i]);
	show->close(show);
}
