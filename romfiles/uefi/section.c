/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sections (PI, volume 3): leaves such as a
 * program or a name, and wrappers with a stream of sections inside, packed or
 * not. Which packing a GUID means: EDK2's MdeModulePkg and MdePkg, and
 * UEFITool's list for what vendors added.
 */
#include <errno.h>
#include <lzma.h>

#include "romfiles/uefi/walk.h"

#define HEADER 4
#define HEADER_LARGE 8
#define SIZE_IS_LARGE 0xffffff
#define TYPE_LAST 0x1c /* of the specification */

static const struct guided {
	const char *guid;
	enum uefi_packing packing;
} guided[] = {
	{ "EE4E5898-3914-4259-9D6E-DC7BD79403CF", UEFI_LZMA },
	{ "D42AE6BD-1352-4BFB-909A-CA72A6EAE889", UEFI_LZMA_X86 },
	{ "A31280AD-481E-41B6-95E8-127F4C984779", UEFI_TIANO },
	{ "3D532050-5CDA-4FD0-879E-0F7F630D5AFB", UEFI_BROTLI },
	{ "FC1BCDB0-7D31-49AA-936A-A4600D9DD083", UEFI_CRC32 },
	{ "0F9D89E8-9259-4F76-A5AF-0C89E34023DF", UEFI_SIGNED },
	{ "A7717414-C616-4977-9420-844712A735BF", UEFI_SIGNED }, /* RSA 2048, SHA-256 */
};

static enum uefi_packing packing_of(const uint8_t *guid)
{
	for (size_t i = 0; i < sizeof(guided) / sizeof(guided[0]); i++)
		if (guid_is(guid, guided[i].guid))
			return guided[i].packing;
	return UEFI_UNKNOWN;
}

/* --- packed sections ----------------------------------------------------------------- */

static void walk_unpacked(struct walk *w, uint32_t i, struct span in, enum uefi_packing how)
{
	struct place p = { .parent = i };
	uint32_t buffer = 0;
	int r = unpack(w, &how, in, &buffer);

	w->u->node[i].packing = how;
	if (r == -EBADMSG)
		walk_note(w, i, NOTE_UEFI_UNPACK);
	if (r == -EFBIG)
		walk_note(w, i, NOTE_UEFI_TOO_LARGE);
	if (r)
		return;
	w->u->node[i].unpacked = buffer;
	p.buffer = buffer;
	p.s = w->u->buffer[buffer].bytes;
	walk_sections(w, &p);
}

/* u32 size when unpacked, u8 kind: 0 none, 1 EFI 1.1 or Tiano, 2 the vendor's, tried as LZMA */
static void compression(struct walk *w, uint32_t i, const struct place *body)
{
	struct uefi_node *n = &w->u->node[i];
	struct place inside;
	uint32_t size = 0;
	uint8_t kind = 0;

	if (!span_le32(body->s, 0, &size) || !span_u8(body->s, 4, &kind)) {
		walk_note(w, i, NOTE_UEFI_SIZE);
		return;
	}
	n->header += 5;
	inside = place_inside(w, i, n->header);
	if (kind == 0)
		walk_sections(w, &inside);
	else if (kind == 1)
		walk_unpacked(w, i, inside.s, UEFI_EFI11);
	else if (kind == 2)
		walk_unpacked(w, i, inside.s, UEFI_LZMA);
	else
		n->packing = UEFI_UNKNOWN;
	n = &w->u->node[i];
	if (n->packing == UEFI_UNKNOWN)
		walk_note(w, i, NOTE_UEFI_PACKING);
	else if (uefi_contents(w->u, i).n != size && (n->unpacked || kind == 0))
		walk_note(w, i, NOTE_UEFI_UNPACKED_SIZE);
}

static void check_crc(struct walk *w, uint32_t i, const struct place *p, size_t header)
{
	uint32_t said;

	if (w->quick)
		return;
	/* The checksum follows GUID, offset and attributes. */
	if (!span_le32(uefi_bytes(w->u, i), header + 20, &said) ||
	    lzma_crc32(p->s.p, p->s.n, 0) != said)
		walk_note(w, i, NOTE_UEFI_CRC);
}

static void walk_guided(struct walk *w, uint32_t i, const struct place *body)
{
	struct uefi_node *n = &w->u->node[i];
	size_t header = n->header;
	struct place inside;
	uint16_t data;

	if (!span_le16(body->s, 16, &data) || data < header + 20 || data > n->size) {
		walk_note(w, i, NOTE_UEFI_SIZE);
		return;
	}
	span_copy(body->s, 0, n->guid, UEFI_GUID_SIZE);
	n->has_guid = true;
	n->header = data;
	n->packing = packing_of(n->guid);
	inside = place_inside(w, i, data);
	switch (n->packing) {
	case UEFI_UNKNOWN:
		walk_note(w, i, NOTE_UEFI_PACKING);
		break;
	case UEFI_CRC32:
		check_crc(w, i, &inside, header);
		walk_sections(w, &inside);
		break;
	case UEFI_SIGNED:
		walk_sections(w, &inside);
		break;
	default:
		walk_unpacked(w, i, inside.s, n->packing);
	}
}

/* --- leaves --------------------------------------------------------------------------- */

static struct uefi_text read_text(const struct place *p, size_t skip)
{
	struct span s = span_from(p->s, skip);
	struct uefi_text t = { p->buffer, p->at + skip, 0 };
	uint16_t c;

	while (span_le16(s, t.size, &c) && c)
		t.size += 2;
	return t;
}

/* Of the nearest file around the section; the first one counts. */
static void name_file(struct walk *w, uint32_t i, const struct place *p, bool version)
{
	uint32_t file = uefi_file_of(w->u, i);
	struct uefi_text *t;

	if (file == UEFI_NONE)
		return;
	t = version ? &w->u->node[file].version : &w->u->node[file].name;
	if (!t->size)
		*t = read_text(p, version ? 2 : 0); /* the build number is first */
}

static void freeform(struct walk *w, uint32_t i, const struct place *body)
{
	struct uefi_node *n = &w->u->node[i];

	if (!span_copy(body->s, 0, n->guid, UEFI_GUID_SIZE)) {
		walk_note(w, i, NOTE_UEFI_SIZE);
		return;
	}
	n->has_guid = true;
	n->header += UEFI_GUID_SIZE;
	find_bytes(w, i);
}

static void walk_contents(struct walk *w, uint32_t i, const struct place *body)
{
	switch (w->u->node[i].type) {
	case UEFI_SECTION_COMPRESSION:
		compression(w, i, body);
		break;
	case UEFI_SECTION_GUIDED:
		walk_guided(w, i, body);
		break;
	case UEFI_SECTION_DISPOSABLE:
		walk_sections(w, body);
		break;
	case UEFI_SECTION_PE32:
		find_pe(w, i);
		break;
	case UEFI_SECTION_VERSION:
	case UEFI_SECTION_UI:
		name_file(w, i, body, w->u->node[i].type == UEFI_SECTION_VERSION);
		break;
	case UEFI_SECTION_VOLUME:
		if (!walk_volume_at(w, body))
			walk_note(w, i, NOTE_UEFI_NOTHING);
		break;
	case UEFI_SECTION_FREEFORM:
		freeform(w, i, body);
		break;
	case UEFI_SECTION_RAW:
	case UEFI_SECTION_COMPAT16:
		if (!walk_raw(w, body))
			find_bytes(w, i);
		break;
	default:
		break;
	}
}

/* --- the stream -------------------------------------------------------------------------- */

static bool section_header(struct span s, size_t *header, size_t *size)
{
	uint16_t low;
	uint8_t high;
	uint32_t large;

	if (!span_holds(s, 0, HEADER) || !span_le16(s, 0, &low) || !span_u8(s, 2, &high))
		return false;
	*header = HEADER;
	*size = low | (size_t)high << 16;
	if (*size == SIZE_IS_LARGE) {
		if (!span_le32(s, HEADER, &large))
			return false;
		*header = HEADER_LARGE;
		*size = large;
	}
	return *size >= *header;
}

static void walk_section(struct walk *w, const struct place *p, size_t header, bool cut)
{
	uint32_t i = walk_add(w, p, UEFI_SECTION);
	struct place body;

	if (i == UEFI_NONE)
		return;
	w->u->node[i].header = header;
	span_u8(p->s, 3, &w->u->node[i].type);
	if (cut)
		walk_note(w, i, NOTE_UEFI_CUT);
	if (w->u->node[i].type > TYPE_LAST || !w->u->node[i].type)
		walk_note(w, i, NOTE_UEFI_SECTION);
	body = place_inside(w, i, header);
	walk_contents(w, i, &body);
}

/* What cannot be a section: nothing to mention where it is only filling. */
static void walk_rest(struct walk *w, const struct place *p, size_t at)
{
	struct span rest = span_from(p->s, at);

	if (!all_bytes(rest, 0) && !all_bytes(rest, 0xff))
		walk_note(w, p->parent, NOTE_UEFI_SIZE);
	walk_gap(w, p, at, p->s.n);
}

void walk_sections(struct walk *w, const struct place *p)
{
	size_t header, size;

	for (size_t at = 0; at < p->s.n && !w->error; at += -at & 3) {
		struct span rest = span_from(p->s, at);
		struct place part;

		if (all_bytes(rest, 0xff) || !section_header(rest, &header, &size)) {
			walk_rest(w, p, at);
			return;
		}
		part = place_sub(p, at, size < rest.n ? size : rest.n);
		walk_section(w, &part, header, size > rest.n);
		at += part.s.n;
	}
}
