/* SPDX-License-Identifier: GPL-3.0-or-later */
/* ECMA-119: volume descriptors (8), directory records (9.1); Joliet's names are UCS-2, big endian. */
#include <ctype.h>
#include <errno.h>

#include "launcher/disc/disc.h"

#define FIRST_SECTOR	16
#define DESCRIPTORS_MAX	32

enum { BOOT_RECORD = 0, PRIMARY = 1, SUPPLEMENTARY = 2, TERMINATOR = 255 };

#define FLAG_DIRECTORY	0x02
#define FLAG_MORE	0x80	/* the file goes on in the next record */

/* Printable ASCII; what else Joliet writes stays '?'. */
static void take_label(struct span s, bool wide, char *label)
{
	size_t n = 0;

	for (size_t i = wide; i < 32 && span_holds(s, 40 + i, 1); i += 1 + wide) {
		uint8_t c = s.p[40 + i];

		label[n++] = isprint(c) ? (char)c : '?';
	}
	while (n && label[n - 1] == ' ')
		n--;
	label[n] = '\0';
}

static bool is_joliet(struct span s)
{
	return span_is(s, 88, "%/@", 3) || span_is(s, 88, "%/C", 3) || span_is(s, 88, "%/E", 3);
}

static void take_volume(struct span s, enum disc_side side, struct disc_volume *v)
{
	uint32_t block = 0, bytes = 0, sectors;

	if (side < v->side || !span_le32(s, 156 + 2, &block) || !span_le32(s, 156 + 10, &bytes))
		return;
	v->side = side;
	v->root_off = (uint64_t)block * DISC_SECTOR;
	v->root_len = bytes;
	if (span_le32(s, 80, &sectors))
		v->size = (uint64_t)sectors * DISC_SECTOR;
	take_label(s, side == DISC_JOLIET, v->label);
}

int iso_mount(struct disc *d, struct disc_volume *v)
{
	for (unsigned int i = 0; i < DESCRIPTORS_MAX; i++) {
		struct span s;
		int r = disc_at(d, (uint64_t)(FIRST_SECTOR + i) * DISC_SECTOR, DISC_SECTOR, &s);
		uint8_t type;

		if (r)
			return r == -ENODATA && v->side ? 0 : r;
		if (!span_is(s, 1, "CD001", 5) || !span_u8(s, 0, &type) || type == TERMINATOR)
			return 0;
		if (type == BOOT_RECORD && span_is(s, 7, "EL TORITO SPECIFICATION", 23))
			v->el_torito = true;
		else if (type == PRIMARY)
			take_volume(s, DISC_ISO9660, v);
		else if (type == SUPPLEMENTARY && is_joliet(s))
			take_volume(s, DISC_JOLIET, v);
	}
	return 0;
}

int iso_root(const struct disc_volume *v, struct disc_file *f)
{
	*f = (struct disc_file){ .size = v->root_len, .directory = true, .n = 1 };
	f->extent[0].off = v->root_off;
	f->extent[0].len = v->root_len;
	return 0;
}

/* Names end in ";1" and may end in "." without an extension. */
static bool same_name(struct span name, bool wide, const char *want, size_t n)
{
	size_t step = 1 + wide;

	if (name.n < n * step)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((wide && name.p[2 * i]) ||
		    tolower(name.p[i * step + wide]) != tolower((unsigned char)want[i]))
			return false;
	for (size_t i = n * step; i < name.n; i += step) {
		uint8_t c = name.p[i + wide < name.n ? i + wide : i];

		if (c == ';')
			return true;
		if (c != '.')
			return false;
	}
	return true;
}

/* One record of a directory: its extent is added to *@f. */
static int add_extent(struct span rec, struct disc_file *f)
{
	uint32_t block, bytes;
	uint64_t off;
	uint8_t flags;

	if (!span_le32(rec, 2, &block) || !span_le32(rec, 10, &bytes) || !span_u8(rec, 25, &flags) ||
	    f->n == DISC_EXTENTS_MAX)
		return -EBADMSG;
	off = (uint64_t)block * DISC_SECTOR;
	f->directory = flags & FLAG_DIRECTORY;
	f->size += bytes;
	if (f->n && f->extent[f->n - 1].off + f->extent[f->n - 1].len == off) {
		f->extent[f->n - 1].len += bytes;
		return flags & FLAG_MORE ? 1 : 0;
	}
	f->extent[f->n].off = off;
	f->extent[f->n++].len = bytes;
	return flags & FLAG_MORE ? 1 : 0;
}

/* A record never crosses a sector; a length of 0 means the next sector. */
static size_t next_record(size_t at, uint8_t len)
{
	return len ? at + len : at - at % DISC_SECTOR + DISC_SECTOR;
}

int iso_lookup(struct disc *d, const struct disc_volume *v, const struct disc_file *dir,
	       const char *name, size_t n, struct disc_file *f)
{
	bool wide = v->side == DISC_JOLIET, found = false;
	struct span all, rec, id;
	uint8_t len, id_len;
	int r = dir->size > DISC_PIECE_MAX ? -EFBIG : disc_file_at(d, dir, 0, (size_t)dir->size, &all);

	*f = (struct disc_file){ 0 };
	if (r)
		return r == -EFBIG ? -EBADMSG : r;
	for (size_t at = 0; span_u8(all, at, &len); at = next_record(at, len)) {
		if (!len)
			continue;
		if (!span_sub(all, at, len, &rec) || !span_u8(rec, 32, &id_len) ||
		    !span_sub(rec, 33, id_len, &id))
			return -EBADMSG;
		if (!same_name(id, wide, name, n))
			continue;
		found = true;
		r = add_extent(rec, f);
		if (r <= 0)
			return r;
	}
	return found ? -EBADMSG : -ENOENT;
}
