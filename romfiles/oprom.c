/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * oprom_parse() is a loop over 512-byte blocks. At a block that begins with
 * 55 AA it reads one image and goes on behind it; at any other it goes on to
 * the next block, as OVMF does, and remembers that there was a gap, because
 * SeaBIOS and Linux stop there. Every turn moves at least one block forward,
 * which bounds the loop whatever the bytes say.
 *
 * An image that claims more than there is, is listed with the bytes that are
 * there and ends the walk. An image without usable PCIR ends it unlisted:
 * without PCIR it has neither a kind nor a length.
 */
#include "romfiles/oprom.h"

#include <errno.h>

#include "romfiles/pe.h"

#define PCIR_SIZE_REV0 0x18
#define PCIR_POINTER 0x18
#define VBT_POINTER 0x1a

/* --- one image -------------------------------------------------------------------- */

static bool read_pcir(struct span rom, struct oprom_image *im, uint16_t *blocks)
{
	uint16_t class_low = 0, rel;
	uint8_t class_high = 0, indicator = 0;
	struct span pcir;

	if (!span_le16(rom, im->at + PCIR_POINTER, &rel) || !rel ||
	    !span_sub(rom, im->at + rel, PCIR_SIZE_REV0, &pcir) || !span_is(pcir, 0, "PCIR", 4))
		return false;
	im->pcir_at = im->at + rel;
	im->aligned = rel % 4 == 0;
	span_le16(pcir, 4, &im->vendor);
	span_le16(pcir, 6, &im->device);
	span_u8(pcir, 12, &im->pcir_revision);
	span_le16(pcir, 13, &class_low);
	span_u8(pcir, 15, &class_high);
	im->class_code = class_low | (uint32_t)class_high << 16;
	span_le16(pcir, 16, blocks);
	span_le16(pcir, 18, &im->code_revision);
	span_u8(pcir, 20, &im->code);
	span_u8(pcir, 21, &indicator);
	im->last = indicator & OPROM_LAST;
	return true;
}

/* The list is an offset from PCIR and has no length, only a 0 at its end. */
static void read_list(struct span body, struct oprom_image *im, struct notes *ns)
{
	size_t pcir = im->pcir_at - im->at;
	uint16_t rel, id;

	if (im->pcir_revision < 3 || !span_le16(body, pcir + 8, &rel) || !rel)
		return;
	if (span_holds(body, pcir + rel, 2))
		im->list_at = im->pcir_at + rel;
	for (size_t at = pcir + rel;; at += 2) {
		if (!span_le16(body, at, &id) || im->n_ids == UINT16_MAX) {
			note_add(ns, NOTE_OPROM_LIST, im->pcir_at + 8);
			return;
		}
		if (!id)
			return;
		im->n_ids++;
	}
}

static void read_x86(struct span rom, struct span body, struct oprom_image *im, struct notes *ns)
{
	struct span sum;
	uint16_t vbt;
	uint8_t size;

	if (!span_u8(rom, im->at + 2, &size))
		return;
	im->init = (size_t)size * OPROM_BLOCK;
	if (im->init != im->claimed)
		note_add(ns, NOTE_OPROM_SIZE_DIFFERS, im->at + 2);
	if (!size || !span_sub(rom, im->at, im->init, &sum))
		im->sum = OPROM_SUM_CUT;
	else
		im->sum = span_sum8(sum) ? OPROM_SUM_BAD : OPROM_SUM_OK;
	if (im->sum == OPROM_SUM_BAD)
		note_add(ns, NOTE_OPROM_CHECKSUM, im->at);
	if (span_le16(body, VBT_POINTER, &vbt) && span_is(body, vbt, "$VBT", 4))
		im->vbt_at = im->at + vbt;
}

static bool contains(struct span s, const void *what, size_t n)
{
	return memmem(s.p, s.n, what, n);
}

static void recognise(struct span body, struct oprom_image *im)
{
	static const char ucs2_gop[] = "I\0n\0t\0e\0l\0(\0R\0)\0 \0G\0O\0P\0 \0D\0r\0i\0v\0e\0r";
	static const char ucs2_any[] = "G\0O\0P\0 \0D\0r\0i\0v\0e\0r";
	static const char fw_cfg[] = "etc/igd-opregion";
	/* PLATFORM_GOP_POLICY_PROTOCOL, ec2e931b-3281-48a5-8107-df8a8bed3c5d */
	static const uint8_t policy[] = { 0x1b, 0x93, 0x2e, 0xec, 0x81, 0x32, 0xa5, 0x48,
					  0x81, 0x07, 0xdf, 0x8a, 0x8b, 0xed, 0x3c, 0x5d };

	if (im->compression)
		return;
	im->igvm_assign = contains(body, OPROM_ASSIGN_TAG, sizeof(OPROM_ASSIGN_TAG) - 1);
	im->other_assign = !im->igvm_assign && contains(body, fw_cfg, sizeof(fw_cfg) - 1);
	im->intel_gop = contains(body, ucs2_gop, sizeof(ucs2_gop));
	im->gop = im->intel_gop || contains(body, ucs2_any, sizeof(ucs2_any));
	im->igvm_policy = contains(body, OPROM_POLICY_TAG, sizeof(OPROM_POLICY_TAG) - 1);
	/* A GOP driver has the same bytes: it asks for what the other offers. */
	im->other_policy = !im->igvm_policy && !im->gop && contains(body, policy, sizeof(policy));
}

static void read_efi(struct span body, struct oprom_image *im, struct notes *ns)
{
	uint32_t signature = 0;
	uint16_t size = 0, payload = 0;

	/* Inside the image: PCIR, and the pointer to it, lie further back. */
	span_le16(body, 2, &size);
	span_le32(body, 4, &signature);
	span_le16(body, 8, &im->subsystem);
	span_le16(body, 10, &im->machine);
	span_le16(body, 12, &im->compression);
	span_le16(body, 22, &payload);
	im->init = (size_t)size * OPROM_BLOCK;
	im->efi_header = signature == OPROM_EFI_SIGNATURE;
	if (!im->efi_header)
		note_add(ns, NOTE_OPROM_EFI_HEADER, im->at + 4);
	if (payload && payload < body.n)
		im->payload_at = im->at + payload;
	else
		note_add(ns, NOTE_OPROM_PAYLOAD, im->at + 22);
	recognise(body, im);
}

/* false: the walk ends here, *@end says why */
static bool read_image(struct span rom, struct oprom_image *im, struct notes *ns,
		       enum oprom_end *end)
{
	struct span body;
	uint16_t blocks = 0;

	if (!read_pcir(rom, im, &blocks)) {
		note_add(ns, NOTE_OPROM_PCIR, im->at);
		*end = OPROM_END_PCIR;
		return false;
	}
	if (!blocks) {
		note_add(ns, NOTE_OPROM_LENGTH_ZERO, im->at);
		*end = OPROM_END_ZERO;
	}
	if (!im->aligned)
		note_add(ns, NOTE_OPROM_PCIR_ALIGN, im->pcir_at);
	im->claimed = (size_t)blocks * OPROM_BLOCK;
	im->size = im->claimed;
	if (im->size > rom.n - im->at) {
		im->size = rom.n - im->at;
		note_add(ns, NOTE_OPROM_PAST_END, im->at);
		*end = OPROM_END_BYTES;
	}
	/* An image of length 0 still has a header worth showing. */
	body = span_from(rom, im->at);
	if (blocks)
		body.n = im->size;
	if (im->code == OPROM_X86)
		read_x86(rom, body, im, ns);
	else if (im->code == OPROM_EFI)
		read_efi(body, im, ns);
	read_list(body, im, ns);
	return im->size && im->size == im->claimed;
}

/* --- the chain ---------------------------------------------------------------------- */

static bool only_filling(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != 0xff && s.p[i] != 0)
			return false;
	return true;
}

/* Walk from block to block; the caller looks at what is behind the end. */
static void walk(struct span rom, struct oprom *r)
{
	size_t at = 0, gap = 0;

	r->end = OPROM_END_BYTES;
	while (at < rom.n) {
		struct oprom_image *im = &r->image[r->n];
		bool more;

		if (!span_is(rom, at, "\x55\xaa", 2)) {
			if (!r->n)
				return;
			gap = gap ? gap : at;
			at += OPROM_BLOCK;
			r->end = OPROM_END_NOTHING;
			continue;
		}
		if (r->n == OPROM_IMAGES_MAX) {
			note_add(&r->notes, NOTE_OPROM_MANY, at);
			r->end = OPROM_END_MANY;
			r->end_at = at;
			return;
		}
		*im = (struct oprom_image){ .at = at, .after_gap = gap != 0 };
		r->end = OPROM_END_BYTES;
		more = read_image(rom, im, &r->notes, &r->end);
		r->end_at = at;
		if (r->end == OPROM_END_PCIR)
			return;
		if (gap && !note_find(&r->notes, NOTE_OPROM_GAP))
			note_add(&r->notes, NOTE_OPROM_GAP, gap);
		r->n++;
		at += im->size;
		r->end_at = at;
		if (!more)
			return;
		if (im->last) {
			r->end = OPROM_END_LAST;
			return;
		}
	}
}

int oprom_parse(struct span rom, struct oprom *out)
{
	*out = (struct oprom){ 0 };
	walk(rom, out);
	if (!out->n)
		return -EBADMSG;
	if (out->end == OPROM_END_LAST) {
		if (!only_filling(span_from(rom, out->end_at)))
			note_add(&out->notes, NOTE_OPROM_AFTER_LAST, out->end_at);
	} else if (!out->image[out->n - 1].last && out->end != OPROM_END_MANY) {
		note_add(&out->notes, NOTE_OPROM_NO_LAST, out->image[out->n - 1].at);
	}
	return 0;
}

size_t oprom_find(const struct oprom *r, uint8_t code, size_t from)
{
	size_t i = from;

	while (i < r->n && r->image[i].code != code)
		i++;
	return i < r->n ? i : r->n;
}

bool oprom_lists(struct span rom, const struct oprom_image *im, uint16_t device)
{
	uint16_t id;

	if (im->device == device)
		return true;
	for (size_t i = 0; i < im->n_ids; i++)
		if (span_le16(rom, im->list_at + 2 * i, &id) && id == device)
			return true;
	return false;
}

/* --- what firmware would do ---------------------------------------------------------- */

enum oprom_why oprom_seabios(const struct oprom *r, uint16_t vendor, uint16_t device,
			     size_t *which)
{
	size_t wrong = r->n;

	for (size_t i = oprom_find(r, OPROM_X86, 0); i < r->n;
	     i = oprom_find(r, OPROM_X86, i + 1)) {
		const struct oprom_image *im = &r->image[i];

		if (im->after_gap)
			break;
		*which = i;
		if (im->vendor != vendor || im->device != device) {
			wrong = wrong < r->n ? wrong : i;
			continue;
		}
		if (im->sum == OPROM_SUM_CUT)
			return OPROM_CUT;
		return im->sum == OPROM_SUM_OK ? OPROM_RUNS : OPROM_WRONG_SUM;
	}
	*which = wrong;
	return wrong < r->n ? OPROM_WRONG_ID : OPROM_NO_IMAGE;
}

/* OVMF's walk ends at the first image it cannot place: later ones are lost. */
static enum oprom_why ovmf_reaches(const struct oprom *r, size_t i)
{
	for (size_t j = 0; j <= i; j++) {
		if (!r->image[j].aligned)
			return OPROM_MISALIGNED;
		if (!r->image[j].claimed || r->image[j].size < r->image[j].claimed)
			return OPROM_CUT;
	}
	return OPROM_RUNS;
}

enum oprom_why oprom_ovmf_image(const struct oprom *r, size_t i, uint16_t machine)
{
	const struct oprom_image *im = &r->image[i];
	enum oprom_why reached;

	if (i >= r->n || im->code != OPROM_EFI || !im->efi_header)
		return OPROM_NO_IMAGE;
	reached = ovmf_reaches(r, i);
	if (reached != OPROM_RUNS)
		return reached;
	if (im->subsystem != PE_SUBSYSTEM_BOOT_DRIVER &&
	    im->subsystem != PE_SUBSYSTEM_RUNTIME_DRIVER)
		return OPROM_WRONG_SUBSYSTEM;
	if (im->machine != machine)
		return OPROM_WRONG_MACHINE;
	return im->compression > 1 || !im->payload_at ? OPROM_UNREADABLE : OPROM_RUNS;
}

enum oprom_why oprom_ovmf(const struct oprom *r, uint16_t machine, size_t *which)
{
	enum oprom_why first = OPROM_NO_IMAGE;

	*which = r->n;
	for (size_t i = 0; i < r->n; i++) {
		enum oprom_why why = oprom_ovmf_image(r, i, machine);

		if (why == OPROM_NO_IMAGE)
			continue;
		if (first == OPROM_NO_IMAGE || why == OPROM_RUNS) {
			first = why;
			*which = i;
		}
		if (why == OPROM_RUNS)
			break;
	}
	return first;
}

size_t oprom_find_assign(const struct oprom *r, uint16_t machine)
{
	for (size_t i = 0; i < r->n; i++)
		if ((r->image[i].igvm_assign || r->image[i].other_assign) &&
		    oprom_ovmf_image(r, i, machine) == OPROM_RUNS)
			return i;
	return r->n;
}

/* --- cached BDSM ----------------------------------------------------------------------- */

/* cmp dword cs:[saved],0; jz; mov eax,cs:[saved]; jmp; mov ax,105e: -1 is the address */
static bool is_cached_bdsm(struct span s, size_t at, uint16_t *saved)
{
	static const int16_t code[] = { 0x66, 0x2e, 0x83, 0x3e, -1, -1, 0x00, 0x74, 0x07, 0x66,
					0x2e, 0xa1, -1, -1, 0xeb, 0x0f, 0xb8, 0x5e, 0x10 };
	uint16_t again = 0;
	uint8_t b;

	for (size_t i = 0; i < sizeof(code) / sizeof(code[0]); i++)
		if (!span_u8(s, at + i, &b) || (code[i] >= 0 && b != code[i]))
			return false;
	return span_le16(s, at + 4, saved) && span_le16(s, at + 12, &again) && *saved == again;
}

enum oprom_cached_bdsm oprom_find_cached_bdsm(struct span rom, const struct oprom_image *im,
					      size_t *saved_at)
{
	enum oprom_cached_bdsm found = OPROM_CACHED_NONE;
	struct span body;
	uint32_t value = 0;
	uint16_t saved = 0;

	if (im->code != OPROM_X86 || !span_sub(rom, im->at, im->size, &body))
		return OPROM_CACHED_NONE;
	for (size_t at = 0; at < body.n; at++) {
		if (!is_cached_bdsm(body, at, &saved) || !span_le32(body, saved, &value))
			continue;
		if (found != OPROM_CACHED_NONE)
			return OPROM_CACHED_AMBIGUOUS;
		found = value ? OPROM_CACHED_FOUND : OPROM_CACHED_CLEAR;
		*saved_at = im->at + saved;
	}
	return found;
}
