/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Firmware volumes and the files in them (PI, volume 3).
 *
 * Volumes are found by signature and checksum wherever they are, because
 * nothing says where they have to be: update files wrap them in headers of
 * every vendor. "_FVH" alone also occurs in program code.
 */
#include "romfiles/span_find.h"
#include "romfiles/uefi/walk.h"

#define SIGNATURE_AT 0x28
#define HEADER_MIN 0x48
/* 123 runs of blocks; real volumes have one or two. It bounds the search. */
#define HEADER_MAX 0x400
#define ERASED_TO_ONE 0x800 /* of the attributes */
#define FILE_HEADER 0x18
#define FILE_HEADER_LARGE 0x20
#define FILE_LARGE 0x01     /* of the attributes; in FFS1: there is a tail */
#define FILE_CHECKSUM 0x40
#define FILE_TAIL 2
#define FILE_DELETED 0x10   /* of the state, which is inverted where 1 is erased */

struct volume {
	size_t length, header, files; /* first file, from the start of the volume */
	uint8_t ffs, erased;
	bool sum_ok;
};

struct file {
	size_t header, size, tail;
	uint8_t type, attributes, state;
};

/* --- volumes ---------------------------------------------------------------------- */

static uint16_t sum16(struct span s)
{
	uint16_t sum = 0, v = 0;

	for (size_t at = 0; span_le16(s, at, &v); at += 2)
		sum = (uint16_t)(sum + v);
	return sum;
}

static bool volume_header(struct span s, struct volume *v)
{
	struct span header;
	uint32_t attributes;
	uint64_t length;
	uint16_t n;
	uint8_t revision;

	if (!span_is(s, SIGNATURE_AT, "_FVH", 4) || !span_le64(s, 0x20, &length) ||
	    !span_le32(s, 0x2c, &attributes) || !span_le16(s, 0x30, &n) ||
	    !span_u8(s, 0x37, &revision))
		return false;
	if (n < HEADER_MIN || n > HEADER_MAX || n % 2 || length < n || revision < 1 ||
	    revision > 2 || !span_sub(s, 0, n, &header))
		return false;
	*v = (struct volume){
		.length = length < SIZE_MAX ? (size_t)length : SIZE_MAX,
		.header = n,
		.files = n,
		.erased = attributes & ERASED_TO_ONE ? 0xff : 0,
		.sum_ok = !sum16(header),
	};
	return true;
}

static uint8_t file_system(const uint8_t *guid)
{
	static const struct {
		const char *guid;
		uint8_t ffs;
	} t[] = {
		{ "7A9354D9-0468-444A-81CE-0BF617D890DF", 1 },
		{ "8C8CE578-8A3D-4F1C-9935-896185C32DD3", 2 },
		{ "5473C07A-3DCB-4DCA-BD6F-1E9689E7349A", 3 },
		{ "04ADEEAD-61FF-4D31-B6BA-64F8BF901F5A", 2 }, /* Apple, immutable */
		{ "BD001B8C-6A71-487B-A14F-0C2A2DCF7A5D", 2 }, /* Apple, authentication */
		{ "AD3FFFFF-D28B-44C4-9F13-9EA98A97F9F0", 2 }, /* Intel */
		{ "D6A1CD70-4B33-4994-A6EA-375F2CCC5437", 2 }, /* Intel */
		{ "4F494156-AED6-4D64-A537-B8A5557BCEEC", 2 }, /* Sony */
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (guid_is(guid, t[i].guid))
			return t[i].ffs;
	return 0;
}

/* Variables and the log of their writes: no files, and known not to have any. */
static bool is_nvram(const uint8_t *guid)
{
	return guid_is(guid, "FFF12B8D-7696-4C8B-A985-2747075B4F50") ||
	       guid_is(guid, "00504624-8A59-4EEB-BD0F-6B36E96128E0");
}

/* The extended header names the volume; files begin behind it. */
static void extended_header(struct walk *w, uint32_t i, struct volume *v)
{
	struct uefi_node *n = &w->u->node[i];
	struct span s = uefi_bytes(w->u, i);
	uint32_t size;
	uint16_t at;

	if (!span_le16(s, 0x34, &at) || !at)
		return;
	if (at < v->header || !span_le32(s, (size_t)at + UEFI_GUID_SIZE, &size) ||
	    size < UEFI_GUID_SIZE + 4 || !span_holds(s, at, size)) {
		walk_note(w, i, NOTE_UEFI_SIZE);
		return;
	}
	span_copy(s, at, n->name_guid, UEFI_GUID_SIZE);
	n->has_name_guid = true;
	v->files = (size_t)at + size;
}

static void walk_files(struct walk *w, const struct place *p, const struct volume *v);

static uint32_t add_volume(struct walk *w, const struct place *p, struct volume *v)
{
	uint32_t i = walk_add(w, p, UEFI_VOLUME);
	struct uefi_node *n;

	if (i == UEFI_NONE)
		return i;
	n = &w->u->node[i];
	span_copy(p->s, 0x10, n->guid, UEFI_GUID_SIZE);
	n->has_guid = true;
	n->header = v->header;
	n->ffs = v->ffs = file_system(n->guid);
	if (!v->sum_ok)
		walk_note(w, i, NOTE_UEFI_VOLUME_SUM);
	if (v->length > p->s.n)
		walk_note(w, i, NOTE_UEFI_CUT);
	return i;
}

/* @p is cut to the volume. */
static void walk_volume(struct walk *w, const struct place *p, struct volume *v)
{
	uint32_t i = add_volume(w, p, v);
	struct place whole = *p;

	if (i == UEFI_NONE)
		return;
	whole.parent = i;
	if (v->ffs) {
		extended_header(w, i, v);
		walk_files(w, &whole, v);
	} else if (!is_nvram(w->u->node[i].guid)) {
		walk_note(w, i, NOTE_UEFI_FILE_SYSTEM);
		find_bytes(w, i);
	}
}

static bool next_volume(struct span s, size_t from, size_t *at, struct volume *v)
{
	size_t look = from + SIGNATURE_AT;

	while ((look = span_find(s, look, "_FVH", 4, 2)) < s.n) {
		*at = look++ - SIGNATURE_AT;
		if (volume_header(span_from(s, *at), v) && v->sum_ok)
			return true;
	}
	return false;
}

static size_t walk_one(struct walk *w, const struct place *p, size_t at, struct volume *v)
{
	size_t left = p->s.n - at, n = v->length < left ? v->length : left;
	struct place part = place_sub(p, at, n);

	walk_volume(w, &part, v);
	return at + n;
}

bool walk_raw(struct walk *w, const struct place *p)
{
	size_t from = 0, at;
	struct volume v;

	while (next_volume(p->s, from, &at, &v)) {
		walk_gap(w, p, from, at);
		from = walk_one(w, p, at, &v);
	}
	if (!from)
		return false;
	walk_gap(w, p, from, p->s.n);
	return true;
}

bool walk_volume_at(struct walk *w, const struct place *p)
{
	struct volume v;
	size_t end;

	/* Where a volume has to be, one with a wrong checksum is one. */
	if (!volume_header(p->s, &v))
		return walk_raw(w, p);
	end = walk_one(w, p, 0, &v);
	walk_between(w, p, end, p->s.n);
	return true;
}

/* --- files ----------------------------------------------------------------------------- */

static bool file_header(struct span s, uint8_t ffs, struct file *f)
{
	uint16_t low;
	uint8_t high;
	uint64_t large;

	if (!span_u8(s, 0x12, &f->type) || !span_u8(s, 0x13, &f->attributes) ||
	    !span_le16(s, 0x14, &low) || !span_u8(s, 0x16, &high) || !span_u8(s, 0x17, &f->state))
		return false;
	f->header = FILE_HEADER;
	f->size = low | (size_t)high << 16;
	f->tail = ffs == 1 && f->attributes & FILE_LARGE ? FILE_TAIL : 0;
	if (ffs == 3 && f->attributes & FILE_LARGE) {
		if (!span_le64(s, FILE_HEADER, &large))
			return false;
		f->header = FILE_HEADER_LARGE;
		f->size = large < SIZE_MAX ? (size_t)large : SIZE_MAX;
	}
	return f->size >= f->header + f->tail;
}

/* The header sums to zero without the file's checksum and the state. */
static void check_file(struct walk *w, uint32_t i, const struct file *f, uint8_t ffs)
{
	struct span s = uefi_bytes(w->u, i), header, body;
	uint8_t sum, said = 0;

	if (w->quick || !span_sub(s, 0, f->header, &header))
		return;
	span_u8(s, 0x11, &said);
	sum = (uint8_t)(span_sum8(header) - said - f->state);
	if (sum)
		walk_note(w, i, NOTE_UEFI_HEADER_SUM);
	body = span_from(s, f->header);
	if (f->tail)
		span_sub(body, 0, body.n - f->tail, &body);
	if (f->attributes & FILE_CHECKSUM)
		sum = (uint8_t)(span_sum8(body) + said);
	else
		sum = said != (ffs == 1 ? 0x5a : 0xaa);
	if (sum)
		walk_note(w, i, NOTE_UEFI_FILE_SUM);
}

static bool has_sections(uint8_t type)
{
	return type >= 0x02 && type <= 0x0f;
}

static void walk_file_contents(struct walk *w, uint32_t i, const struct file *f)
{
	struct place body = place_inside(w, i, f->header);

	body.s.n -= body.s.n < f->tail ? body.s.n : f->tail;
	if (has_sections(f->type))
		walk_sections(w, &body);
	else if (f->type == UEFI_FILE_PAD ? !all_bytes(body.s, body.s.n ? body.s.p[0] : 0) :
					    !walk_raw(w, &body))
		find_bytes(w, i);
}

static void walk_file(struct walk *w, const struct place *p, const struct file *f,
		      const struct volume *v)
{
	uint32_t i = walk_add(w, p, UEFI_FILE);
	struct uefi_node *n;

	if (i == UEFI_NONE)
		return;
	n = &w->u->node[i];
	span_copy(p->s, 0, n->guid, UEFI_GUID_SIZE);
	n->has_guid = true;
	n->type = f->type;
	n->header = f->header;
	if ((f->state ^ v->erased) & FILE_DELETED)
		walk_note(w, i, NOTE_UEFI_DELETED);
	if (f->size > p->s.n)
		walk_note(w, i, NOTE_UEFI_CUT);
	else
		check_file(w, i, f, v->ffs);
	walk_file_contents(w, i, f);
}

/* Firmware stops at a header of erased bytes, whatever comes behind. */
static void walk_free(struct walk *w, const struct place *p, size_t at, uint8_t erased)
{
	struct place part = place_sub(p, at, p->s.n - at);
	size_t used = at;

	if (!all_bytes(part.s, erased)) {
		while (p->s.p[used] == erased)
			used++;
		used -= (used - at) % 8;
		part = place_sub(p, at, used - at);
		walk_note(w, p->parent, NOTE_UEFI_FREE_USED);
	} else {
		used = p->s.n;
	}
	walk_add(w, &part, UEFI_FREE);
	walk_gap(w, p, used, p->s.n);
}

static bool is_free(struct span rest, uint8_t erased)
{
	struct span header;

	return all_bytes(span_sub(rest, 0, FILE_HEADER, &header) ? header : rest, erased);
}

/* @p is the volume; files are aligned from its start. */
static void walk_files(struct walk *w, const struct place *p, const struct volume *v)
{
	size_t at = v->files;
	struct file f;

	for (at += -at & 7; at < p->s.n && !w->error; at += -at & 7) {
		struct span rest = span_from(p->s, at);
		struct place part;

		if (is_free(rest, v->erased)) {
			walk_free(w, p, at, v->erased);
			return;
		}
		if (!file_header(rest, v->ffs, &f)) {
			walk_note(w, p->parent, NOTE_UEFI_SIZE);
			walk_gap(w, p, at, p->s.n);
			return;
		}
		part = place_sub(p, at, f.size < rest.n ? f.size : rest.n);
		walk_file(w, &part, &f, v);
		at += part.s.n;
	}
}
