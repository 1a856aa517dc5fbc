/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Firmware volumes from nothing (PI 1.7, volume 3), sound ones and such that
 * the caller breaks afterwards. Everything appends to a growing buffer; what
 * has an alignment is aligned from the start of its buffer.
 */
#ifndef TESTS_TOOLS_GEN_FV_H
#define TESTS_TOOLS_GEN_FV_H

#include <brotli/encode.h>
#include <lzma.h>

#include "tests/tools/gen.h"
#include "tests/tools/gen_tiano.h"

#define GEN_FFS1 "7A9354D9-0468-444A-81CE-0BF617D890DF"
#define GEN_FFS2 "8C8CE578-8A3D-4F1C-9935-896185C32DD3"
#define GEN_FFS3 "5473C07A-3DCB-4DCA-BD6F-1E9689E7349A"
#define GEN_LZMA "EE4E5898-3914-4259-9D6E-DC7BD79403CF"
#define GEN_LZMA_X86 "D42AE6BD-1352-4BFB-909A-CA72A6EAE889"
#define GEN_TIANO_GUID "A31280AD-481E-41B6-95E8-127F4C984779"
#define GEN_BROTLI "3D532050-5CDA-4FD0-879E-0F7F630D5AFB"
#define GEN_CRC32 "FC1BCDB0-7D31-49AA-936A-A4600D9DD083"
#define GEN_SIGNED "0F9D89E8-9259-4F76-A5AF-0C89E34023DF"
#define GEN_FILE "11111111-2222-3333-4444-555555555555"
#define GEN_VOLUME_HEADER 0x48

struct gen_buf {
	uint8_t *p;
	size_t n, cap;
};

static inline void gen_free(struct gen_buf *b)
{
	free(b->p);
	*b = (struct gen_buf){ 0 };
}

/* @n bytes more, zero; returns where they are until the next call. */
static inline uint8_t *gen_room(struct gen_buf *b, size_t n)
{
	if (!b->p || n > b->cap - b->n) {
		b->cap = 2 * b->cap + n + 64;
		b->p = realloc(b->p, b->cap);
		if (!b->p)
			abort();
	}
	memset(b->p + b->n, 0, n);
	b->n += n;
	return b->p + b->n - n;
}

static inline void gen_add(struct gen_buf *b, const void *p, size_t n)
{
	uint8_t *to = gen_room(b, n);

	if (n)
		memcpy(to, p, n);
}

static inline void gen_fill(struct gen_buf *b, uint8_t v, size_t n)
{
	memset(gen_room(b, n), v, n);
}

static inline void gen_align(struct gen_buf *b, size_t to, uint8_t v)
{
	gen_fill(b, v, -b->n & (to - 1));
}

static inline void gen_guid(uint8_t *out, const char *text)
{
	static const uint8_t order[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

	for (size_t i = 0; i < 16; i++, text += 2) {
		char hex[3] = { text[0], text[1], '\0' };

		out[order[i]] = (uint8_t)strtoul(hex, NULL, 16);
		if (text[2] == '-')
			text++;
	}
}

static inline void gen24(uint8_t *p, size_t v)
{
	gen16(p, v & 0xffff);
	p[2] = (uint8_t)(v >> 16);
}

/* --- sections ------------------------------------------------------------------------- */

/* Header and @extra bytes of more header, then @body; returns where it begins. */
static inline size_t gen_section_with(struct gen_buf *b, uint8_t type, const void *extra,
				      size_t extra_n, const void *body, size_t n)
{
	size_t size = 4 + extra_n + n, at;

	gen_align(b, 4, 0);
	at = b->n;
	if (size >= 0xffffff)
		size += 4;
	gen_room(b, size >= 0xffffff ? 8 : 4);
	gen24(b->p + at, size >= 0xffffff ? 0xffffff : size);
	b->p[at + 3] = type;
	if (size >= 0xffffff)
		gen32(b->p + at + 4, (uint32_t)size);
	gen_add(b, extra, extra_n);
	gen_add(b, body, n);
	return at;
}

static inline size_t gen_section(struct gen_buf *b, uint8_t type, const void *body, size_t n)
{
	return gen_section_with(b, type, NULL, 0, body, n);
}

/* UCS-2 with its terminator; @build: the number a version section begins with. */
static inline size_t gen_text_section(struct gen_buf *b, uint8_t type, const char *text)
{
	uint8_t wide[2 + 2 * 256] = { 0 };
	size_t n = strlen(text), skip = type == 0x14 ? 2 : 0;

	for (size_t i = 0; i < n; i++)
		wide[skip + 2 * i] = (uint8_t)text[i];
	return gen_section(b, type, wide, skip + 2 * n + 2);
}

/* GUID-defined; @more: what stands between header and data. */
static inline size_t gen_guided(struct gen_buf *b, const char *guid, const void *more,
				size_t more_n, const void *body, size_t n)
{
	uint8_t extra[20 + 256] = { 0 };

	gen_guid(extra, guid);
	gen16(extra + 16, (unsigned int)(24 + more_n));
	gen16(extra + 18, 1);
	if (more_n)
		memcpy(extra + 20, more, more_n);
	return gen_section_with(b, 2, extra, 20 + more_n, body, n);
}

static inline size_t gen_crc_section(struct gen_buf *b, const void *body, size_t n)
{
	uint8_t crc[4];

	gen32(crc, lzma_crc32(body, n, 0));
	return gen_guided(b, GEN_CRC32, crc, 4, body, n);
}

/* --- packing ---------------------------------------------------------------------------- */

/* The 13-byte header and a raw stream; @known false: size -1 and an end marker. */
static inline void gen_lzma(struct gen_buf *out, const void *in, size_t n, bool x86, bool known)
{
	size_t cap = n + n / 2 + 4096, at = 0;
	lzma_options_lzma o;
	lzma_filter f[3] = { { LZMA_FILTER_X86, NULL }, { LZMA_FILTER_LZMA1EXT, &o },
			     { LZMA_VLI_UNKNOWN, NULL } };
	uint8_t *p;

	lzma_lzma_preset(&o, 1);
	o.dict_size = 1 << 16;
	o.ext_flags = known ? 0 : LZMA_LZMA1EXT_ALLOW_EOPM;
	o.ext_size_low = known ? (uint32_t)n : UINT32_MAX;
	o.ext_size_high = known ? (uint32_t)((uint64_t)n >> 32) : UINT32_MAX;
	p = gen_room(out, 13);
	p[0] = (uint8_t)((o.pb * 5 + o.lp) * 9 + o.lc);
	gen32(p + 1, o.dict_size);
	gen32(p + 5, o.ext_size_low);
	gen32(p + 9, o.ext_size_high);
	p = malloc(cap);
	if (!p || lzma_raw_buffer_encode(f + !x86, NULL, in, n, p, &at, cap) != LZMA_OK)
		abort();
	gen_add(out, p, at);
	free(p);
}

static inline void gen_brotli(struct gen_buf *out, const void *in, size_t n)
{
	size_t cap = BrotliEncoderMaxCompressedSize(n) + 64;
	uint8_t *p = gen_room(out, 16);

	gen32(p, (uint32_t)n);
	gen32(p + 8, 0x10000);
	p = malloc(cap);
	if (!p || !BrotliEncoderCompress(1, 18, BROTLI_MODE_GENERIC, n, in, &cap, p))
		abort();
	gen_add(out, p, cap);
	free(p);
}

/* A section that holds @in packed as @how says: a GUID, or NULL for type 1 (@width). */
static inline size_t gen_packed(struct gen_buf *b, const char *how, unsigned int width,
				const void *in, size_t n)
{
	struct gen_buf packed = { 0 };
	uint8_t extra[5] = { 0 };
	size_t at, len = 0;
	uint8_t *p = NULL;

	if (!how || !strcmp(how, GEN_TIANO_GUID)) {
		p = gen_tiano(in, n, width, GEN_TIANO_FLAT, 4096, &len);
		gen_add(&packed, p, len);
	} else if (!strcmp(how, GEN_BROTLI)) {
		gen_brotli(&packed, in, n);
	} else {
		gen_lzma(&packed, in, n, !strcmp(how, GEN_LZMA_X86), true);
	}
	free(p);
	gen32(extra, (uint32_t)n);
	extra[4] = 1;
	at = how ? gen_guided(b, how, NULL, 0, packed.p, packed.n) :
		   gen_section_with(b, 1, extra, 5, packed.p, packed.n);
	gen_free(&packed);
	return at;
}

/* --- files ---------------------------------------------------------------------------------- */

/* The header sums to zero with file checksum and state taken as zero. */
static inline void gen_file_sum(uint8_t *file, size_t header)
{
	uint8_t sum = file[0x11], state = file[0x17];

	file[0x10] = file[0x11] = file[0x17] = 0;
	file[0x10] = gen_balance(file, header);
	file[0x11] = sum;
	file[0x17] = state;
}

struct gen_file {
	const char *guid; /* NULL: GEN_FILE */
	uint8_t type;
	unsigned int ffs;   /* 0: 2 */
	bool checksum;      /* over the contents */
	bool large;         /* FFS3: the header with 64 bits of size */
	bool tail;          /* FFS1 */
	bool erased_zero;   /* of a volume whose free bytes are 0 */
};

static inline size_t gen_file_add(struct gen_buf *b, const struct gen_file *w, const void *body,
				  size_t n)
{
	size_t header = w->large ? 0x20 : 0x18, at, size = header + n + (w->tail ? 2 : 0);
	uint8_t *p;

	gen_align(b, 8, w->erased_zero ? 0 : 0xff);
	at = b->n;
	gen_room(b, header);
	gen_add(b, body, n);
	gen_room(b, w->tail ? 2 : 0);
	p = b->p + at;
	gen_guid(p, w->guid ? w->guid : GEN_FILE);
	p[0x11] = w->ffs == 1 ? 0x5a : 0xaa;
	p[0x12] = w->type;
	p[0x13] = (uint8_t)((w->large || w->tail ? 1 : 0) | (w->checksum ? 0x40 : 0));
	gen24(p + 0x14, w->large ? 0 : size);
	if (w->large)
		gen32(p + 0x18, (uint32_t)size);
	p[0x17] = w->erased_zero ? 0x07 : 0xf8;
	if (w->checksum)
		p[0x11] = gen_balance(p + header, n);
	gen_file_sum(p, header);
	if (w->tail)
		gen16(p + size - 2, (unsigned int)~(p[0x10] | p[0x11] << 8) & 0xffff);
	return at;
}

/* --- volumes ----------------------------------------------------------------------------------- */

static inline void gen_volume_sum(uint8_t *p)
{
	unsigned int sum = 0, n = p[0x30] | (unsigned int)p[0x31] << 8;

	gen16(p + 0x32, 0);
	for (unsigned int i = 0; i < n; i += 2)
		sum += p[i] | (unsigned int)p[i + 1] << 8;
	gen16(p + 0x32, -sum & 0xffff);
}

struct gen_volume {
	const char *guid; /* of the file system; NULL: GEN_FFS2 */
	const char *name; /* extended header; NULL: none */
	size_t size;      /* 0: as large as it must be, in 512-byte blocks */
	bool erased_zero;
};

/* Where the first file begins in the volume. */
static inline size_t gen_volume_files(const struct gen_volume *w)
{
	return GEN_VOLUME_HEADER + (w->name ? 24 : 0);
}

/* @files: made by gen_file_add(). Returns the offset of the volume in @b. */
static inline size_t gen_volume_add(struct gen_buf *b, const struct gen_volume *w,
				    const struct gen_buf *files)
{
	size_t used = gen_volume_files(w) + files->n, at = b->n;
	size_t size = w->size ? w->size : (used + 511) / 512 * 512;
	uint8_t *p;

	gen_room(b, gen_volume_files(w));
	gen_add(b, files->p, files->n);
	gen_fill(b, w->erased_zero ? 0 : 0xff, size > used ? size - used : 0);
	p = b->p + at;
	gen_guid(p + 0x10, w->guid ? w->guid : GEN_FFS2);
	gen32(p + 0x20, (uint32_t)size);
	memcpy(p + 0x28, "_FVH", 4);
	gen32(p + 0x2c, w->erased_zero ? 0 : 0x800);
	gen16(p + 0x30, GEN_VOLUME_HEADER);
	p[0x37] = 2;
	gen32(p + 0x38, (uint32_t)(size / 512));
	gen32(p + 0x3c, 512);
	if (w->name) {
		gen16(p + 0x34, GEN_VOLUME_HEADER);
		gen_guid(p + GEN_VOLUME_HEADER, w->name);
		gen32(p + GEN_VOLUME_HEADER + 16, 20);
	}
	gen_volume_sum(p);
	return at;
}

/* A driver that says it is a GOP, of Intel's graphics if @text does. */
static inline size_t gen_gop(uint16_t machine, const char *text, uint8_t *out)
{
	uint8_t body[512] = { 0 };

	for (size_t i = 0; text[i]; i++)
		body[64 + 2 * i] = (uint8_t)text[i];
	return gen_pe(machine, 0x0b, body, sizeof(body), out);
}

#endif
