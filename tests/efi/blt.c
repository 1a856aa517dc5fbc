/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/efi/blt.h"

#define PIXEL sizeof(uint32_t)
#define BLACK(pixel) (!((pixel) & 0xffffff)) /* the fourth byte is reserved */

static void put(struct screen *s, size_t at, uint32_t pixel)
{
	if (s->shadow[at] == pixel)
		return;
	s->shadow[at] = pixel;
	s->device[at] = pixel;
}

/* Two pixels at a time: half the accesses. */
void blt_clear(struct screen *s)
{
	typedef uint64_t __attribute__((may_alias)) two_pixels;
	volatile two_pixels *device = (volatile two_pixels *)s->device;
	size_t n = s->width * s->height;

	for (size_t i = 0; i < n / 2; i++)
		device[i] = 0;
	for (size_t i = 0; i < n; i++)
		s->shadow[i] = 0;
	if (n % 2)
		s->device[n - 1] = 0;
}

static bool inside(const struct screen *s, size_t x, size_t y, const struct blt_area *a)
{
	return x <= s->width && a->width <= s->width - x && y <= s->height &&
	       a->height <= s->height - y;
}

/* Does the part of the screen that is read, and that which is written, exist? */
static bool area_ok(const struct screen *s, unsigned int operation, const struct blt_area *a)
{
	bool reads = operation == BLT_TO_BUFFER || operation == BLT_MOVE;

	if (!a->width || !a->height || operation > BLT_MOVE)
		return false;
	if (reads && !inside(s, a->sx, a->sy, a))
		return false;
	return operation == BLT_TO_BUFFER || inside(s, a->dx, a->dy, a);
}

/* The caller's offsets into its own buffer; a row holds them and the width. */
static bool buffer_ok(const uint32_t *buffer, unsigned int operation, const struct blt_area *a,
		      size_t delta)
{
	size_t x = operation == BLT_TO_BUFFER ? a->dx : a->sx, row = delta / PIXEL;

	if (operation == BLT_MOVE)
		return true;
	if (!buffer)
		return false;
	if (operation == BLT_FILL || !delta)
		return true;
	return delta % PIXEL == 0 && x <= row && a->width <= row - x;
}

static void fill(struct screen *s, uint32_t pixel, const struct blt_area *a)
{
	for (size_t y = 0; y < a->height; y++)
		for (size_t x = 0; x < a->width; x++)
			put(s, (a->dy + y) * s->width + a->dx + x, pixel);
}

static void to_buffer(const struct screen *s, uint32_t *to, size_t row, const struct blt_area *a)
{
	for (size_t y = 0; y < a->height; y++)
		for (size_t x = 0; x < a->width; x++)
			to[(a->dy + y) * row + a->dx + x] =
				s->shadow[(a->sy + y) * s->width + a->sx + x];
}

static void from_buffer(struct screen *s, const uint32_t *from, size_t row,
			const struct blt_area *a)
{
	for (size_t y = 0; y < a->height; y++)
		for (size_t x = 0; x < a->width; x++)
			put(s, (a->dy + y) * s->width + a->dx + x,
			    from[(a->sy + y) * row + a->sx + x]);
}

/* From the far end where the areas could overlap forwards. */
static void move(struct screen *s, const struct blt_area *a)
{
	bool back = a->dy > a->sy || (a->dy == a->sy && a->dx > a->sx);

	for (size_t i = 0; i < a->width * a->height; i++) {
		size_t at = back ? a->width * a->height - 1 - i : i;
		size_t x = at % a->width, y = at / a->width;

		put(s, (a->dy + y) * s->width + a->dx + x,
		    s->shadow[(a->sy + y) * s->width + a->sx + x]);
	}
}

bool blt_run(struct screen *s, uint32_t *buffer, unsigned int operation,
	     const struct blt_area *a, size_t delta)
{
	size_t row = delta ? delta / PIXEL : a->width;

	if (!area_ok(s, operation, a) || !buffer_ok(buffer, operation, a, delta))
		return false;
	if (operation == BLT_FILL)
		fill(s, *buffer, a);
	else if (operation == BLT_TO_BUFFER)
		to_buffer(s, buffer, row, a);
	else if (operation == BLT_FROM_BUFFER)
		from_buffer(s, buffer, row, a);
	else
		move(s, a);
	return true;
}

size_t blt_lit(const struct screen *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->width * s->height; i++)
		n += !BLACK(s->shadow[i]);
	return n;
}

bool blt_kept(const struct screen *s, size_t max)
{
	for (size_t i = 0; max && i < s->width * s->height; i++) {
		if (BLACK(s->shadow[i]))
			continue;
		if (s->device[i] != s->shadow[i])
			return false;
		max--;
	}
	return true;
}
