/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * The stream is a row of blocks. A block begins with the number of its symbols
 * and the lengths of three Huffman codes: one that only packs the lengths of
 * the next, one for bytes and match lengths, one for match distances. Codes
 * are canonical, at most 16 bits long, and complete; one that is not is
 * refused, which makes every bit pattern mean something and decoding total.
 *
 * Decoding looks at the next QUICK_BITS bits in a table; a longer code is
 * found by its length. The table is small on purpose: a hostile stream can
 * renew its codes with every symbol, and each renewal fills the table.
 *
 * Bits past the end read as zero, as in EDK2; that more were used than there
 * are is an error at the end of the block and of the stream.
 */
#include "romfiles/uefi/tiano.h"

#include <errno.h>

#define HEADER_SIZE 8
#define CODE_MAX 16
#define QUICK_BITS 9
#define MATCH_MIN 3
#define SYMBOLS (256 + 256 - 2)  /* bytes, and match lengths 3 to 256 */
#define LENGTHS 19               /* symbols of the code that packs lengths */
#define POSITIONS 31
#define LENGTHS_WIDTH 5
#define SYMBOLS_WIDTH 9

/** struct code - a Huffman code over at most SYMBOLS symbols */
struct code {
	bool single;       /* only one symbol, which takes no bits */
	uint16_t symbol;   /* that one */
	uint16_t quick[1 << QUICK_BITS]; /* symbol << 4 | length, 0: longer */
	uint32_t limit[CODE_MAX + 1];    /* first 16-bit value above codes of this length */
	uint16_t first[CODE_MAX + 1];    /* index in @sorted less the first code */
	uint16_t sorted[SYMBOLS];
};

struct bits {
	struct span in;
	size_t at;       /* next byte */
	uint64_t window; /* unused bits from bit 63 down */
	unsigned int n;
	size_t missing;  /* bits past the end that were handed out */
};

struct state {
	struct bits b;
	unsigned int positions_width;
	uint32_t left; /* symbols of the block */
	struct code lengths, symbols, positions;
};

static void refill(struct bits *b)
{
	while (b->n <= 56 && b->at < b->in.n) {
		b->window |= (uint64_t)b->in.p[b->at++] << (56 - b->n);
		b->n += 8;
	}
}

static uint32_t peek16(struct bits *b)
{
	if (b->n < 16)
		refill(b);
	return (uint32_t)(b->window >> 48);
}

static void skip(struct bits *b, unsigned int n)
{
	if (n > b->n) {
		b->missing += n - b->n;
		b->window = 0;
		b->n = 0;
		return;
	}
	b->window <<= n;
	b->n -= n;
}

/* At most 16 bits, and none is fine. */
static uint32_t take(struct bits *b, unsigned int n)
{
	uint32_t v = peek16(b) >> (16 - n);

	skip(b, n);
	return v;
}

/* --- codes ------------------------------------------------------------------------- */

/* Canonical codes from lengths; -EBADMSG unless they use up all bit patterns. */
static int make_code(struct code *c, const uint8_t *len, size_t n)
{
	uint16_t count[CODE_MAX + 2] = { 0 }, next[CODE_MAX + 2] = { 0 };
	uint32_t code = 0;

	for (size_t i = 0; i < n; i++)
		count[len[i]]++;
	count[0] = 0;
	for (unsigned int l = 1; l <= CODE_MAX; l++) {
		next[l] = (uint16_t)(next[l - 1] + count[l - 1]);
		c->first[l] = (uint16_t)(next[l] - (code >> (CODE_MAX - l)));
		code += (uint32_t)count[l] << (CODE_MAX - l);
		c->limit[l] = code;
	}
	if (code != 1u << CODE_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < n; i++)
		if (len[i])
			c->sorted[next[len[i]]++] = (uint16_t)i;
	c->single = false;
	return 0;
}

static void fill_quick(struct code *c)
{
	size_t at = 0;

	for (unsigned int l = 1; l <= QUICK_BITS; l++)
		while (at < c->limit[l] >> (CODE_MAX - QUICK_BITS)) {
			uint32_t code = (uint32_t)at >> (QUICK_BITS - l);
			uint32_t symbol = c->sorted[(uint16_t)(c->first[l] + code)];

			for (size_t end = at + ((size_t)1 << (QUICK_BITS - l)); at < end; at++)
				c->quick[at] = (uint16_t)(symbol << 4 | l);
		}
	for (; at < 1 << QUICK_BITS; at++)
		c->quick[at] = 0;
}

static uint32_t decode(struct bits *b, const struct code *c)
{
	uint32_t v;
	uint16_t q;

	if (c->single)
		return c->symbol;
	v = peek16(b);
	q = c->quick[v >> (16 - QUICK_BITS)];
	if (q) {
		skip(b, q & 15);
		return q >> 4;
	}
	for (unsigned int l = QUICK_BITS + 1;; l++)
		if (v < c->limit[l]) {
			skip(b, l);
			return c->sorted[(uint16_t)(c->first[l] + (v >> (CODE_MAX - l)))];
		}
}

static int finish_code(struct code *c, const uint8_t *len, size_t n)
{
	int r = make_code(c, len, n);

	if (!r)
		fill_quick(c);
	return r;
}

/* A code of one symbol is written as no lengths and the symbol. */
static void read_single(struct bits *b, unsigned int width, struct code *c)
{
	c->single = true;
	c->symbol = (uint16_t)take(b, width);
}

/* 3 bits; 7 is followed by a 1 for each further one, and a 0. */
static int read_length(struct bits *b, uint8_t *len)
{
	uint32_t v = take(b, 3);

	if (v == 7)
		while (take(b, 1))
			if (++v > CODE_MAX)
				return -EBADMSG;
	*len = (uint8_t)v;
	return 0;
}

/* The code of lengths (a run of zeros may follow its third), or of positions. */
static int read_small(struct bits *b, unsigned int width, size_t most, bool run, struct code *c)
{
	uint8_t len[POSITIONS] = { 0 };
	uint32_t n = take(b, width);

	if (!n) {
		read_single(b, width, c);
		return c->symbol < most ? 0 : -EBADMSG;
	}
	if (n > most)
		return -EBADMSG;
	for (uint32_t i = 0; i < n;) {
		if (read_length(b, &len[i++]))
			return -EBADMSG;
		if (run && i == 3)
			i += take(b, 2);
	}
	return finish_code(c, len, most);
}

/* Symbols 0 to 2 of the code of lengths are runs of zeros. */
static uint32_t zero_run(struct bits *b, uint32_t symbol)
{
	return symbol == 0 ? 1 : symbol == 1 ? take(b, 4) + 3 : take(b, SYMBOLS_WIDTH) + 20;
}

static int read_symbols(struct state *s)
{
	uint8_t len[SYMBOLS] = { 0 };
	uint32_t n = take(&s->b, SYMBOLS_WIDTH);

	if (!n) {
		read_single(&s->b, SYMBOLS_WIDTH, &s->symbols);
		return s->symbols.symbol < SYMBOLS ? 0 : -EBADMSG;
	}
	if (n > SYMBOLS)
		return -EBADMSG;
	for (uint32_t i = 0; i < n;) {
		uint32_t v = decode(&s->b, &s->lengths);

		if (v > 2)
			len[i++] = (uint8_t)(v - 2);
		else
			i += zero_run(&s->b, v);
	}
	return finish_code(&s->symbols, len, SYMBOLS);
}

/* --- the stream ---------------------------------------------------------------------- */

static int read_block(struct state *s)
{
	s->left = take(&s->b, 16);
	if (!s->left || read_small(&s->b, LENGTHS_WIDTH, LENGTHS, true, &s->lengths) ||
	    read_symbols(s) ||
	    read_small(&s->b, s->positions_width, (1u << s->positions_width) - 1, false,
		       &s->positions))
		return -EBADMSG;
	return s->b.missing ? -EBADMSG : 0;
}

static size_t read_distance(struct state *s)
{
	uint32_t v = decode(&s->b, &s->positions);
	size_t low = 0;

	if (v < 2)
		return v + 1;
	/* Up to 29 bits, and take() gives 16. */
	if (v - 1 > 16)
		low = (size_t)take(&s->b, v - 1 - 16) << 16;
	low |= take(&s->b, v - 1 > 16 ? 16 : v - 1);
	return ((size_t)1 << (v - 1)) + low + 1;
}

static int copy_match(struct state *s, uint8_t *out, size_t n, size_t *done, size_t len)
{
	size_t distance = read_distance(s);

	if (distance > *done || len > n - *done)
		return -EBADMSG;
	for (; len; len--, (*done)++)
		out[*done] = out[*done - distance];
	return 0;
}

int tiano_size(struct span in, size_t *size)
{
	uint32_t packed, whole;

	if (!span_le32(in, 0, &packed) || !span_le32(in, 4, &whole) ||
	    !span_holds(in, HEADER_SIZE, packed))
		return -EBADMSG;
	*size = whole;
	return 0;
}

static int run(struct state *s, uint8_t *out, size_t n, size_t *done)
{
	while (*done < n) {
		uint32_t v;

		if (!s->left && read_block(s))
			return -EBADMSG;
		s->left--;
		v = decode(&s->b, &s->symbols);
		if (v < 256)
			out[(*done)++] = (uint8_t)v;
		else if (copy_match(s, out, n, done, v - 256 + MATCH_MIN))
			return -EBADMSG;
		if (s->b.missing)
			return -EBADMSG;
	}
	return 0;
}

int tiano_unpack(struct span in, enum tiano_variant v, uint8_t *out, size_t n, size_t *done,
		 bool *exact)
{
	struct state s = { .positions_width = (unsigned int)v };
	uint32_t packed = 0;
	size_t whole;
	int r;

	*done = 0;
	*exact = false;
	if (tiano_size(in, &whole))
		return -EBADMSG;
	if (n != whole)
		return -EINVAL;
	span_le32(in, 0, &packed);
	span_sub(in, HEADER_SIZE, packed, &s.b.in);
	r = run(&s, out, n, done);
	/* Encoders pad to a whole byte, and EDK2's adds one of zero behind. */
	*exact = !r && !s.left && s.b.n / 8 + (s.b.in.n - s.b.at) <= 2;
	return r;
}
