/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Block transfer on a frame buffer of 32-bit pixels, as UEFI's graphics output
 * protocol wants it (UEFI 2.10, section 12.9.2.3). Pure: the test double's
 * edge and the unit test use the same code.
 *
 * There is a shadow of the frame buffer in ordinary memory: pixels are read
 * from it, and only those that change are written to the device. Where each
 * access is a message to another process that is the difference between a
 * second and a minute.
 */
#ifndef TESTS_EFI_BLT_H
#define TESTS_EFI_BLT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct screen - @width x @height pixels without padding, twice */
struct screen {
	volatile uint32_t *device; /* aligned to 8 bytes */
	uint32_t *shadow; /* the same pixels */
	size_t width, height;
};

/** enum blt - in the order of EFI_GRAPHICS_OUTPUT_BLT_OPERATION */
enum blt { BLT_FILL, BLT_TO_BUFFER, BLT_FROM_BUFFER, BLT_MOVE };

/** struct blt_area - source, destination and size, in pixels */
struct blt_area {
	size_t sx, sy, dx, dy, width, height;
};

/** blt_clear() - every pixel of both to 0, whatever they were */
void blt_clear(struct screen *s);

/**
 * blt_run() - one transfer
 *
 * @buffer has rows of @delta bytes, 0: of @a->width pixels; the fill takes its
 * first pixel. False, with nothing done: the part of the screen is not all
 * inside, an empty area, @delta too short for a row or not in whole pixels,
 * an unknown operation, or no buffer where one is needed.
 */
bool blt_run(struct screen *s, uint32_t *buffer, unsigned int operation,
	     const struct blt_area *a, size_t delta);

/** blt_lit() - how many pixels of the shadow are not black */
size_t blt_lit(const struct screen *s);

/**
 * blt_kept() - does the device show what the shadow says?
 *
 * Compares up to @max pixels that are not black; false when one differs.
 */
bool blt_kept(const struct screen *s, size_t max);

#endif
