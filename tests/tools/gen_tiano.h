/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A small encoder for the compression of the UEFI specification (2.10, chapter
 * 19): it chooses its codes by hand, so that tests reach what real encoders do not.
 */
#ifndef TESTS_TOOLS_GEN_TIANO_H
#define TESTS_TOOLS_GEN_TIANO_H

#include <stdlib.h>

#include "tests/tools/gen.h"

#define GEN_TIANO_SYMBOLS 510

enum gen_tiano_style {
	GEN_TIANO_FLAT, /* codes of 8 and 9 bits for everything */
	GEN_TIANO_LONG, /* bytes 0 to 16 only, with codes of 1 to 16 bits, no matches */
	GEN_TIANO_ONE,  /* one byte and nothing else: codes that take no bits */
};

struct gen_bits {
	uint8_t *p;
	size_t n, cap;
	unsigned int used; /* bits of the last byte */
};

static inline void gen_bit(struct gen_bits *b, unsigned int v)
{
	if (!b->used) {
		if (b->n == b->cap) {
			b->cap = b->cap ? 2 * b->cap : 256;
			b->p = realloc(b->p, b->cap);
			if (!b->p)
				abort();
		}
		b->p[b->n++] = 0;
	}
	b->p[b->n - 1] |= (uint8_t)(v << (7 - b->used));
	b->used = (b->used + 1) % 8;
}

static inline void gen_bits(struct gen_bits *b, uint32_t v, unsigned int n)
{
	while (n--)
		gen_bit(b, v >> n & 1);
}

struct gen_code {
	uint8_t len[GEN_TIANO_SYMBOLS];
	uint32_t code[GEN_TIANO_SYMBOLS];
	size_t n;
};

static inline void gen_assign(struct gen_code *c)
{
	uint32_t code = 0;

	for (unsigned int l = 1; l <= 16; l++, code <<= 1)
		for (size_t i = 0; i < c->n; i++)
			if (c->len[i] == l)
				c->code[i] = code++;
}

static inline void gen_put(struct gen_bits *b, const struct gen_code *c, size_t symbol)
{
	gen_bits(b, c->code[symbol], c->len[symbol]);
}

/* Lengths of a small code: 3 bits each, above 6 in unary; @run: behind the third. */
static inline void gen_small(struct gen_bits *b, const struct gen_code *c, unsigned int width,
			     bool run)
{
	gen_bits(b, (uint32_t)c->n, width);
	for (size_t i = 0; i < c->n; i++) {
		gen_bits(b, c->len[i] < 7 ? c->len[i] : 7, 3);
		for (unsigned int l = 7; c->len[i] >= 7 && l < c->len[i]; l++)
			gen_bit(b, 1);
		if (c->len[i] >= 7)
			gen_bit(b, 0);
		if (run && i == 2) {
			size_t zeros = 0;

			while (zeros < 3 && i + 1 < c->n && !c->len[i + 1]) {
				zeros++;
				i++;
			}
			gen_bits(b, (uint32_t)zeros, 2);
		}
	}
}

static inline void gen_symbol_code(enum gen_tiano_style style, struct gen_code *c)
{
	*c = (struct gen_code){ .n = GEN_TIANO_SYMBOLS };
	if (style == GEN_TIANO_LONG) {
		for (unsigned int i = 0; i < 16; i++)
			c->len[i] = (uint8_t)(i + 1);
		c->len[16] = 16;
	} else {
		memset(c->len, 9, c->n);
		c->len[0] = c->len[1] = 8;
	}
	gen_assign(c);
}

/* 20 codes for Tiano; 14, which is up to 8 KiB back, for EFI 1.1. */
static inline void gen_position_code(unsigned int width, struct gen_code *c)
{
	*c = (struct gen_code){ .n = width == 5 ? 20 : 14 };
	memset(c->len, 4, c->n);
	for (size_t i = 0; i < (width == 5 ? 8 : 2); i++)
		c->len[i] = width == 5 ? 5 : 3;
	gen_assign(c);
}

/* Lengths 1 to 16 are symbols 3 to 18; 0 to 2 stand for 1, 3 to 18, 20 to 531 zeros. */
static inline void gen_length_code(struct gen_code *c)
{
	*c = (struct gen_code){ .n = 19 };
	for (size_t i = 0; i < c->n; i++)
		c->len[i] = i < 13 ? 4 : 5;
	gen_assign(c);
}

static inline void gen_symbol_lengths(struct gen_bits *b, const struct gen_code *lengths,
				      const struct gen_code *c)
{
	size_t n = c->n;

	while (n && !c->len[n - 1])
		n--;
	gen_bits(b, (uint32_t)n, 9);
	for (size_t i = 0; i < n;) {
		size_t zeros = 0;

		while (i + zeros < n && !c->len[i + zeros])
			zeros++;
		if (!zeros) {
			gen_put(b, lengths, (size_t)c->len[i++] + 2);
		} else if (zeros < 3) {
			gen_put(b, lengths, 0);
			i++;
		} else {
			zeros = zeros > 531 ? 531 : zeros;
			zeros = zeros == 19 ? 18 : zeros;
			gen_put(b, lengths, zeros < 20 ? 1 : 2);
			gen_bits(b, (uint32_t)(zeros - (zeros < 20 ? 3 : 20)), zeros < 20 ? 4 : 9);
			i += zeros;
		}
	}
}

/* Longest match for @at no further back than @window; 0: none of 3 bytes or more. */
static inline size_t gen_match(const uint8_t *in, size_t n, size_t at, size_t window,
			       size_t *distance)
{
	size_t best = 0;

	for (size_t d = 1; d <= at && d <= window && d <= 64; d++) {
		size_t len = 0;

		while (at + len < n && len < 256 && in[at + len] == in[at + len - d])
			len++;
		if (len > best) {
			best = len;
			*distance = d;
		}
	}
	/* And one far away, for the wide distances. */
	if (at >= window && best < 256) {
		size_t len = 0;

		while (at + len < n && len < 256 && in[at + len] == in[at + len - window])
			len++;
		if (len > best) {
			best = len;
			*distance = window;
		}
	}
	return best < 3 ? 0 : best;
}

static inline void gen_distance(struct gen_bits *b, const struct gen_code *c, size_t distance)
{
	uint32_t v = (uint32_t)distance - 1;
	unsigned int bits = 0;

	while (v >> bits)
		bits++;
	gen_put(b, c, bits);
	if (bits > 1)
		gen_bits(b, v & ((1u << (bits - 1)) - 1), bits - 1);
}

struct gen_token {
	uint16_t symbol;
	size_t distance;
};

static inline size_t gen_tokens(const uint8_t *in, size_t n, size_t window,
				enum gen_tiano_style style, struct gen_token *t)
{
	size_t count = 0, at = 0;

	while (at < n) {
		size_t distance = 0, len = 0;

		if (style == GEN_TIANO_FLAT)
			len = gen_match(in, n, at, window, &distance);
		t[count++] = (struct gen_token){ (uint16_t)(len ? 256 + len - 3 : in[at]),
						 distance };
		at += len ? len : 1;
	}
	return count;
}

static inline void gen_block_of(struct gen_bits *b, unsigned int width, enum gen_tiano_style style,
				const struct gen_token *t, size_t n)
{
	struct gen_code lengths, symbols, positions;

	gen_length_code(&lengths);
	gen_symbol_code(style, &symbols);
	gen_position_code(width, &positions);
	gen_bits(b, (uint32_t)n, 16);
	if (style == GEN_TIANO_ONE) {
		gen_bits(b, 0, 5 + 5);
		gen_bits(b, 0, 9);
		gen_bits(b, t[0].symbol, 9);
		gen_bits(b, 0, width + width);
		return;
	}
	gen_small(b, &lengths, 5, true);
	gen_symbol_lengths(b, &lengths, &symbols);
	if (style == GEN_TIANO_FLAT)
		gen_small(b, &positions, width, false);
	else
		gen_bits(b, 0, width + width);
	for (size_t i = 0; i < n; i++) {
		gen_put(b, &symbols, t[i].symbol);
		if (t[i].symbol >= 256)
			gen_distance(b, &positions, t[i].distance);
	}
}

/* Owned by the caller; @width 4: EFI 1.1, 5: Tiano; @block: symbols a block. */
static inline uint8_t *gen_tiano(const uint8_t *in, size_t n, unsigned int width,
				 enum gen_tiano_style style, size_t block, size_t *packed)
{
	struct gen_token *t = malloc((n + 1) * sizeof(*t));
	struct gen_bits b = { 0 };
	size_t count;

	if (!t)
		abort();
	for (size_t i = 0; i < 8; i++)
		gen_bits(&b, 0, 8);
	count = gen_tokens(in, n, width == 5 ? 1 << 18 : 1 << 13, style, t);
	for (size_t at = 0; at < count; at += block)
		gen_block_of(&b, width, style, t + at, count - at < block ? count - at : block);
	free(t);
	gen_bits(&b, 0, 8); /* EDK2 adds a byte of zero */
	gen32(b.p, (uint32_t)(b.n - 8));
	gen32(b.p + 4, (uint32_t)n);
	*packed = b.n;
	return b.p;
}

#endif
