/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/picture.h"

#include <errno.h>
#include <zlib.h>

#include "romfiles/sha256.h"

#define SIDE_MAX	16384u

/** struct reading - a picture on its way through; @line and @above hold a filter byte and a line of pixels */
struct reading {
	struct picture *p;
	z_stream z;
	uint8_t *line, *above;
	size_t stride, have;
	unsigned int per;	/* bytes a pixel */
	uint32_t y;
	bool same;		/* every pixel so far is p->colour */
	struct sha256 sum;	/* of all pixels as RGB */
};

static bool be32(struct span s, size_t off, uint32_t *v)
{
	if (!span_le32(s, off, v))
		return false;
	*v = __builtin_bswap32(*v);
	return true;
}

/* QEMU's ui/console.c draws it into 640x480; the same on QEMU 7.2, 10.0 and 11.1. */
static bool is_placeholder(const uint8_t sum[SHA256_BYTES])
{
	static const char known[] = "9d0add7c361db07d4dcf86bbcb557bbe5856337d2997a7c6a166df6a0c7b07a7";
	char hex[SHA256_HEX];

	sha256_hex(sum, hex);
	return !strcmp(hex, known);
}

static int paeth(int a, int b, int c)
{
	int p = a + b - c, pa = abs(p - a), pb = abs(p - b), pc = abs(p - c);

	return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/* PNG specification, 9.2: against the pixel to the left and the line above. */
static bool unfilter(struct reading *r)
{
	uint8_t *line = r->line + 1, *above = r->above + 1;

	for (size_t i = 0; i < r->stride; i++) {
		int a = i >= r->per ? line[i - r->per] : 0, b = above[i], c = i >= r->per ? above[i - r->per] : 0;
		int guess[] = { 0, a, b, (a + b) / 2, paeth(a, b, c) };

		if (r->line[0] >= ARRAY_SIZE(guess))
			return false;
		line[i] = (uint8_t)(line[i] + guess[r->line[0]]);
	}
	return true;
}

static void take_pixels(struct reading *r)
{
	for (const uint8_t *p = r->line + 1, *end = p + r->stride; p < end; p += r->per) {
		uint32_t colour = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];

		if (!r->y && p == r->line + 1)
			r->p->colour = colour;
		r->same = r->same && colour == r->p->colour;
		sha256_add(&r->sum, p, 3);
	}
}

/* A line is whole. */
static bool take_line(struct reading *r)
{
	uint8_t *last = r->above;

	if (r->y == r->p->height || !unfilter(r))
		return false;
	take_pixels(r);
	r->y++;
	r->above = r->line;
	r->line = last;
	r->have = 0;
	return true;
}

static bool take_data(struct reading *r, struct span data)
{
	int z = Z_OK;

	r->z.next_in = (uint8_t *)(uintptr_t)data.p;
	r->z.avail_in = (unsigned int)data.n;
	while (z == Z_OK && (r->z.avail_in || !r->z.avail_out)) {
		r->z.next_out = r->line + r->have;
		r->z.avail_out = (unsigned int)(r->stride + 1 - r->have);
		z = inflate(&r->z, Z_NO_FLUSH);
		r->have = r->stride + 1 - r->z.avail_out;
		if (r->have == r->stride + 1 && !take_line(r))
			return false;
	}
	return z == Z_OK || z == Z_STREAM_END || z == Z_BUF_ERROR;
}

/* IHDR, 13 bytes: sides, bits a sample, colour type (2 RGB, 6 RGBA), three methods. */
static int take_head(struct reading *r, struct span head)
{
	static const uint8_t zeros[3];

	if (head.n != 13 || !be32(head, 0, &r->p->width) || !be32(head, 4, &r->p->height) || !r->p->width ||
	    !r->p->height)
		return -EBADMSG;
	if (r->p->width > SIDE_MAX || r->p->height > SIDE_MAX || head.p[8] != 8 ||
	    (head.p[9] != 2 && head.p[9] != 6) || !span_is(head, 10, zeros, 3))
		return -EOPNOTSUPP;
	r->per = head.p[9] == 2 ? 3 : 4;
	r->stride = (size_t)r->p->width * r->per;
	r->line = calloc(1, r->stride + 1);
	r->above = calloc(1, r->stride + 1);
	return r->line && r->above ? 0 : -ENOMEM;
}

/* Chunks: length, type, data, CRC. The first is IHDR. */
static int take_chunks(struct reading *r, struct span png)
{
	static const uint8_t magic[8] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
	struct span data;
	uint32_t n;
	int err = span_is(png, 0, magic, sizeof(magic)) ? 0 : -EBADMSG;

	for (png = span_from(png, sizeof(magic)); !err; png = span_from(png, (size_t)n + 12)) {
		if (!be32(png, 0, &n) || n > INT32_MAX || !span_sub(png, 8, n, &data) || !span_holds(png, 8, (size_t)n + 4))
			return -EBADMSG;
		if (span_is(png, 4, "IEND", 4))
			return r->line && r->y == r->p->height ? 0 : -EBADMSG;
		if (!r->line)
			err = span_is(png, 4, "IHDR", 4) ? take_head(r, data) : -EBADMSG;
		else if (span_is(png, 4, "IDAT", 4) && !take_data(r, data))
			err = -EBADMSG;
	}
	return err;
}

int picture_read(struct span png, struct picture *p)
{
	struct reading r = { .p = p, .same = true };
	uint8_t sum[SHA256_BYTES];
	int err;

	*p = (struct picture){ 0 };
	if (inflateInit(&r.z) != Z_OK)
		return -ENOMEM;
	sha256_init(&r.sum);
	err = take_chunks(&r, png);
	sha256_done(&r.sum, sum);
	inflateEnd(&r.z);
	free(r.line);
	free(r.above);
	if (!err)
		p->kind = is_placeholder(sum) ? PICTURE_NOT_USED : r.same ? PICTURE_ONE_COLOUR : PICTURE_GUEST;
	return err;
}
