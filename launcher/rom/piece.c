/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/piece.h"

#include <inttypes.h>
#include <string.h>

#include "launcher/base/str.h"
#include "romfiles/igd.h"
#include "romfiles/kind.h"
#include "romfiles/opregion.h"
#include "romfiles/oprom.h"
#include "romfiles/pe.h"
#include "romfiles/uefi/uefi.h"
#include "romfiles/vbt.h"

static const struct {
	const char *id, *suffix;
} rows[PIECE_N] = {
	[PIECE_OPREGION] = { "opregion", ".opregion" },
	[PIECE_VBT] = { "vbt", ".vbt" },
	[PIECE_VBIOS] = { "vbios", ".vbios.rom" },
	[PIECE_GOP] = { "gop", ".gop.efi" },
};

const char *piece_kind_id(enum piece_kind k)
{
	return rows[k].id;
}

const char *piece_suffix(enum piece_kind k)
{
	return rows[k].suffix;
}

/* --- the sandbox's side ------------------------------------------------------------- */

/* A frame: kind, label, number of bytes, bytes. */
struct head {
	uint32_t kind, reserved;
	uint64_t n;
	char label[96];
};

static int put(FILE *out, enum piece_kind kind, struct span s, const char *label)
{
	struct head h = { .kind = (uint32_t)kind, .n = s.n };

	str_fit(h.label, sizeof(h.label), label);
	fwrite(&h, sizeof(h), 1, out);
	fwrite(s.p, 1, s.n, out);
	return 1;
}

static int put_at(FILE *out, enum piece_kind kind, struct span s, size_t at, size_t n, const char *where)
{
	char label[96];
	struct span one;

	snprintf(label, sizeof(label), "%s at %#zx", where, at);
	return span_sub(s, at, n, &one) ? put(out, kind, one, label) : 0;
}

static int from_opregion(struct span s, FILE *out)
{
	struct opregion o;
	int n;

	if (opregion_parse(s, 0, &o))
		return 0;
	n = put(out, PIECE_OPREGION, s, "OpRegion");
	if (o.vbt == OPREGION_VBT_HERE)
		n += put_at(out, PIECE_VBT, s, o.vbt_at, o.vbt_size, "OpRegion");
	return n;
}

static int from_image(struct span rom, const struct oprom_image *im, FILE *out)
{
	struct span whole, pe;
	int n = 0;

	if (!span_sub(rom, im->at, im->size, &whole))
		return 0;
	if (oprom_is_vbios(im)) {
		n = put_at(out, PIECE_VBIOS, rom, im->at, im->size, "x86 image");
		if (im->vbt_at && im->vbt_at >= im->at &&
		    span_sub(rom, im->vbt_at, vbt_size(span_from(rom, im->vbt_at)), &pe) && pe.n)
			n += put(out, PIECE_VBT, pe, "x86 image");
		return n;
	}
	if (im->intel_gop && im->payload_at > im->at && !im->compression)
		n = put_at(out, PIECE_GOP, rom, im->payload_at, im->at + im->size - im->payload_at,
			   "EFI image");
	return n;
}

static int from_oprom(struct span s, FILE *out)
{
	struct oprom r;
	int n = 0;

	if (oprom_parse(s, &r))
		return 0;
	for (size_t i = 0; i < r.n; i++)
		n += from_image(s, &r.image[i], out);
	return n;
}

static int from_uefi(struct span s, FILE *out)
{
	static const enum piece_kind kind[UEFI_WHATS] = {
		[UEFI_GOP] = PIECE_GOP, [UEFI_VBT] = PIECE_VBT, [UEFI_VBIOS] = PIECE_VBIOS,
	};
	struct uefi *u;
	int n = 0;

	if (uefi_find(s, NULL, &u))
		return 0;
	for (size_t i = 0; i < u->n_candidates; i++) {
		const struct uefi_candidate *c = &u->candidate[i];
		char guid[UEFI_GUID_TEXT] = "", name[UEFI_TEXT_MAX] = "", label[96];

		if (c->file != UEFI_NONE) {
			uefi_guid(u->node[c->file].guid, guid);
			uefi_name(u, c->file, name);
		}
		snprintf(label, sizeof(label), "%s%s%.50s", *guid ? guid : "between files", *name ? " " : "",
			 name);
		n += put(out, kind[c->what], c->bytes, label);
	}
	uefi_free(u);
	return n;
}

int pieces_take(struct span s, FILE *out)
{
	int n = 0;

	switch (rom_kind(s)) {
	case KIND_OPREGION:
		n = from_opregion(s, out);
		break;
	case KIND_OPROM:
		n = from_oprom(s, out);
		break;
	case KIND_VBT:
		n = put_at(out, PIECE_VBT, s, 0, vbt_size(s), "file");
		break;
	case KIND_UEFI:
		n = from_uefi(s, out);
		break;
	default:
		break;
	}
	return !n;
}

/* --- the parent's side -------------------------------------------------------------- */

bool pieces_next(struct span answer, size_t *at, struct piece *p)
{
	struct head h;

	*p = (struct piece){ 0 };
	if (!span_copy(answer, *at, &h, sizeof(h)) || h.kind >= PIECE_N)
		return false;
	*at += sizeof(h);
	if (h.n > SIZE_MAX || !span_sub(answer, *at, (size_t)h.n, &p->bytes))
		return false;
	*at += p->bytes.n;
	p->kind = (enum piece_kind)h.kind;
	h.label[sizeof(h.label) - 1] = '\0';
	str_fit(p->label, sizeof(p->label), h.label);
	str_sanitize(p->label);
	return true;
}
