/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A range-checked view of foreign bytes.
 *
 * A span never points outside its buffer. Every read says whether it
 * succeeded. No function adds an offset to a length: the test is always
 * `off <= n && len <= n - off`, which cannot wrap. This is the only place
 * where an offset meets a pointer; parsers hold spans and offsets.
 */
#ifndef ROMFILES_SPAN_H
#define ROMFILES_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** struct span - @n bytes at @p; borrowed, never owned. {NULL, 0} is empty. */
struct span {
	const uint8_t *p;
	size_t n;
};

/** span_holds() - are @len bytes at @off inside @s? */
static inline bool span_holds(struct span s, size_t off, size_t len)
{
	return off <= s.n && len <= s.n - off;
}

/** span_sub() - *@out = @len bytes of @s from @off; false: outside, *@out untouched */
static inline bool span_sub(struct span s, size_t off, size_t len, struct span *out)
{
	if (!span_holds(s, off, len))
		return false;
	*out = (struct span){ s.p + off, len };
	return true;
}

/** span_from() - what follows @off; empty when @off is at or past the end */
static inline struct span span_from(struct span s, size_t off)
{
	if (off >= s.n)
		return (struct span){ NULL, 0 };
	return (struct span){ s.p + off, s.n - off };
}

/** span_copy() - copy @len bytes from @off to @dst; false: outside, @dst untouched */
static inline bool span_copy(struct span s, size_t off, void *dst, size_t len)
{
	if (!span_holds(s, off, len))
		return false;
	if (len)
		memcpy(dst, s.p + off, len);
	return true;
}

/** span_u8() and friends - little-endian read at any alignment; false: outside */
static inline bool span_u8(struct span s, size_t off, uint8_t *v)
{
	return span_copy(s, off, v, 1);
}

static inline bool span_le16(struct span s, size_t off, uint16_t *v)
{
	uint8_t b[2];

	if (!span_copy(s, off, b, sizeof(b)))
		return false;
	*v = (uint16_t)(b[0] | b[1] << 8);
	return true;
}

static inline bool span_le32(struct span s, size_t off, uint32_t *v)
{
	uint16_t lo, hi;

	if (!span_holds(s, off, 4) || !span_le16(s, off, &lo) || !span_le16(s, off + 2, &hi))
		return false;
	*v = lo | (uint32_t)hi << 16;
	return true;
}

static inline bool span_le64(struct span s, size_t off, uint64_t *v)
{
	uint32_t lo, hi;

	if (!span_holds(s, off, 8) || !span_le32(s, off, &lo) || !span_le32(s, off + 4, &hi))
		return false;
	*v = lo | (uint64_t)hi << 32;
	return true;
}

/** span_is() - do the @len bytes at @off equal @what? false when outside */
static inline bool span_is(struct span s, size_t off, const void *what, size_t len)
{
	return span_holds(s, off, len) && !memcmp(s.p + off, what, len);
}

/** span_is_ucs2() - does ASCII @text stand at @off in UCS-2, without a terminator? */
static inline bool span_is_ucs2(struct span s, size_t off, const char *text)
{
	for (; *text; text++, off += 2)
		if (!span_holds(s, off, 2) || s.p[off] != (uint8_t)*text || s.p[off + 1])
			return false;
	return true;
}

/** span_sum8() - sum of all bytes mod 256 (option ROM and VBT checksums) */
static inline uint8_t span_sum8(struct span s)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum = (uint8_t)(sum + s.p[i]);
	return sum;
}

#endif
