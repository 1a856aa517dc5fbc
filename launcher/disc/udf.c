/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ECMA-167 as OSTA UDF 1.02 to 2.01 narrow it: one physical partition, blocks
 * of 2048 bytes. A metadata or virtual partition (UDF 2.50, packet writing) is
 * refused as damaged: no Windows disc has one.
 */
#include <ctype.h>
#include <errno.h>

#include "launcher/disc/disc.h"

#define ANCHOR_SECTOR	256
#define SEQUENCE_MAX	64
#define RECOGNITION_MAX	24	/* sectors from 16 on */

/* Tag identifiers (ECMA-167 3/7.2.1, 4/7.2.1). */
enum { T_PRIMARY = 1, T_ANCHOR = 2, T_PARTITION = 5, T_LOGICAL = 6, T_END = 8, T_FILESET = 256,
       T_NAME = 257, T_FILE = 261, T_FILE_EXTENDED = 266 };

enum { FILE_TYPE_DIRECTORY = 4 };
enum { AD_SHORT, AD_LONG, AD_EXTENDED, AD_INSIDE };

#define NAME_DELETED	0x04
#define NAME_PARENT	0x08

/* A descriptor's tag: the sum of its 16 bytes but the fifth, which holds it. */
static bool tag_is(struct span s, uint16_t id)
{
	uint16_t found;
	uint8_t sum = 0;

	if (!span_holds(s, 0, 16) || !span_le16(s, 0, &found) || found != id)
		return false;
	for (size_t i = 0; i < 16; i++)
		if (i != 4)
			sum = (uint8_t)(sum + s.p[i]);
	return sum == s.p[4];
}

/* 1: an NSR descriptor stands in the recognition sequence; 0: none. */
static int recognise(struct disc *d)
{
	for (unsigned int i = 0; i < RECOGNITION_MAX; i++) {
		struct span s;
		int r = disc_at(d, (uint64_t)(16 + i) * DISC_SECTOR, DISC_SECTOR, &s);

		if (r)
			return r == -ENODATA ? 0 : r;
		if (span_is(s, 1, "NSR02", 5) || span_is(s, 1, "NSR03", 5))
			return 1;
		if (!span_is(s, 1, "CD001", 5) && !span_is(s, 1, "BEA01", 5) && !span_is(s, 1, "BOOT2", 5))
			return 0;
	}
	return 0;
}

/* A dstring: compression id, then Latin-1 or UCS-2 big endian; its last byte says how many. */
static void take_label(struct span s, char *label)
{
	uint8_t used = 0, kind = 0;
	size_t n = 0;

	if (!span_holds(s, 24, 32) || !span_u8(s, 24 + 31, &used) || !span_u8(s, 24, &kind))
		return;
	for (size_t i = 1 + (kind == 16); i < used && i < 31; i += 1 + (kind == 16))
		label[n++] = isprint(s.p[24 + i]) ? (char)s.p[24 + i] : '?';
	label[n] = '\0';
}

struct found {
	bool partition, logical;
	uint32_t fileset;	/* block of the partition */
};

static void take_logical(struct span s, struct found *f)
{
	uint32_t block = 0, maps = 0;
	uint8_t type = 0;

	f->logical = span_le32(s, 212, &block) && block == DISC_SECTOR && span_le32(s, 268, &maps) &&
		     maps == 1 && span_u8(s, 440, &type) && type == 1 && span_le32(s, 252, &f->fileset);
}

static void take_descriptor(struct span s, struct disc_volume *v, struct found *f)
{
	uint32_t start, blocks;

	if (tag_is(s, T_PRIMARY)) {
		take_label(s, v->label);
	} else if (tag_is(s, T_PARTITION)) {
		f->partition = span_le32(s, 188, &start) && span_le32(s, 192, &blocks);
		v->partition = f->partition ? (uint64_t)start * DISC_SECTOR : 0;
		v->partition_len = f->partition ? (uint64_t)blocks * DISC_SECTOR : 0;
	} else if (tag_is(s, T_LOGICAL)) {
		take_logical(s, f);
	}
}

static int read_sequence(struct disc *d, struct disc_volume *v, struct found *f)
{
	struct span anchor, s;
	uint32_t bytes, first;
	int r = disc_at(d, (uint64_t)ANCHOR_SECTOR * DISC_SECTOR, DISC_SECTOR, &anchor);

	if (r)
		return r;
	if (!tag_is(anchor, T_ANCHOR) || !span_le32(anchor, 16, &bytes) || !span_le32(anchor, 20, &first))
		return -EBADMSG;
	for (uint32_t i = 0; i < bytes / DISC_SECTOR && i < SEQUENCE_MAX; i++) {
		r = disc_at(d, ((uint64_t)first + i) * DISC_SECTOR, DISC_SECTOR, &s);
		if (r)
			return r;
		if (tag_is(s, T_END))
			break;
		take_descriptor(s, v, f);
	}
	return f->partition && f->logical ? 0 : -EBADMSG;
}

/* @len bytes of the partition from block @lb on. */
static int block_at(struct disc *d, const struct disc_volume *v, uint32_t lb, size_t len,
		    struct span *s)
{
	uint64_t off = (uint64_t)lb * DISC_SECTOR;

	if (off > v->partition_len || len > v->partition_len - off)
		return -EBADMSG;
	return disc_at(d, v->partition + off, len, s);
}

int udf_mount(struct disc *d, struct disc_volume *v)
{
	struct found f = { 0 };
	struct span s;
	int r = recognise(d);

	if (r <= 0)
		return r;
	r = read_sequence(d, v, &f);
	if (!r)
		r = block_at(d, v, f.fileset, DISC_SECTOR, &s);
	if (r)
		return r;
	if (!tag_is(s, T_FILESET) || !span_le32(s, 404, &v->root_lb))
		return -EBADMSG;
	v->side = DISC_UDF;
	return 0;
}

/* --- files ------------------------------------------------------------------------------ */

/* One allocation descriptor; 1 = the last was read. Unrecorded space (type above 0) is not followed. */
static int take_extent(struct span ads, size_t at, unsigned int kind, const struct disc_volume *v,
		       struct disc_file *f)
{
	uint32_t length, block;
	uint64_t off;

	if (!span_le32(ads, at, &length) || !span_le32(ads, at + 4, &block) || !length)
		return 1;
	if (length >> 30 || f->n == DISC_EXTENTS_MAX ||
	    (kind == AD_LONG && !span_is(ads, at + 8, "\0", 2)))
		return -EBADMSG;
	off = v->partition + (uint64_t)block * DISC_SECTOR;
	/* A descriptor reaches 1 GiB: large files are chains of them, without gaps. */
	if (f->n && f->extent[f->n - 1].off + f->extent[f->n - 1].len == off) {
		f->extent[f->n - 1].len += length;
		return 0;
	}
	f->extent[f->n].off = off;
	f->extent[f->n++].len = length;
	return 0;
}

static int take_extents(struct span ads, unsigned int kind, const struct disc_volume *v,
			struct disc_file *f)
{
	size_t step = kind == AD_SHORT ? 8 : 16;
	int r = 0;

	for (size_t at = 0; !r && span_holds(ads, at, step); at += step)
		r = take_extent(ads, at, kind, v, f);
	return r < 0 ? r : 0;
}

/* The file entry in block @lb. */
static int file_entry(struct disc *d, const struct disc_volume *v, uint32_t lb, struct disc_file *f)
{
	struct span s, ads;
	uint32_t ea, ad;
	uint16_t flags;
	uint8_t type;
	bool extended;
	size_t head;
	int r = block_at(d, v, lb, DISC_SECTOR, &s);

	*f = (struct disc_file){ 0 };
	if (r)
		return r;
	extended = tag_is(s, T_FILE_EXTENDED);
	head = extended ? 216 : 176;
	if ((!extended && !tag_is(s, T_FILE)) || !span_u8(s, 27, &type) || !span_le16(s, 34, &flags) ||
	    !span_le64(s, 56, &f->size) || !span_le32(s, head - 8, &ea) ||
	    !span_le32(s, head - 4, &ad) || ea > DISC_SECTOR || !span_sub(s, head + ea, ad, &ads))
		return -EBADMSG;
	f->directory = type == FILE_TYPE_DIRECTORY;
	switch (flags & 7) {
	case AD_INSIDE:
		f->n = 1;
		f->extent[0].off = v->partition + (uint64_t)lb * DISC_SECTOR + head + ea;
		f->extent[0].len = ad;
		return 0;
	case AD_SHORT:
	case AD_LONG:
		return take_extents(ads, flags & 7, v, f);
	}
	return -EBADMSG;
}

int udf_root(struct disc *d, const struct disc_volume *v, struct disc_file *f)
{
	return file_entry(d, v, v->root_lb, f);
}

/* OSTA compressed Unicode (UDF 2.1.1). */
static bool same_name(struct span name, const char *want, size_t n)
{
	bool wide = name.n && name.p[0] == 16;
	size_t step = 1 + wide;

	if (!name.n || (name.p[0] != 8 && !wide) || name.n != 1 + n * step)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((wide && name.p[1 + 2 * i]) ||
		    tolower(name.p[1 + i * step + wide]) != tolower((unsigned char)want[i]))
			return false;
	return true;
}

int udf_lookup(struct disc *d, const struct disc_volume *v, const struct disc_file *dir,
	       const char *name, size_t n, struct disc_file *f)
{
	struct span all, id;
	int r = dir->size > DISC_PIECE_MAX ? -EBADMSG : disc_file_at(d, dir, 0, (size_t)dir->size, &all);

	if (r)
		return r;
	for (size_t at = 0; at < all.n;) {
		struct span rec = span_from(all, at);
		uint8_t flags, name_len;
		uint32_t lb;
		uint16_t use;

		if (!tag_is(rec, T_NAME) || !span_u8(rec, 18, &flags) || !span_u8(rec, 19, &name_len) ||
		    !span_le32(rec, 24, &lb) || !span_le16(rec, 36, &use) ||
		    !span_sub(rec, 38 + (size_t)use, name_len, &id))
			return -EBADMSG;
		if (!(flags & (NAME_DELETED | NAME_PARENT)) && same_name(id, name, n))
			return file_entry(d, v, lb, f);
		at += (38 + (size_t)use + name_len + 3) & ~(size_t)3;
	}
	return -ENOENT;
}
