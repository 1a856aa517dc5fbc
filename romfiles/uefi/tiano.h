/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The decompressor of the UEFI specification (UEFI 2.10, section 19.3; there
 * by description of the format) and its variant in EDK2, known as Tiano: LZ77
 * over 8 or 512 KiB with Huffman codes renewed per block. They differ in the
 * width of one field alone, and nothing in the bytes says which of them it is.
 */
#ifndef ROMFILES_UEFI_TIANO_H
#define ROMFILES_UEFI_TIANO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "romfiles/span.h"

/** enum tiano_variant - width in bits of the number of position codes */
enum tiano_variant { TIANO_EFI11 = 4, TIANO_TIANO = 5 };

/**
 * tiano_size() - the size that the header of @in states for the result
 *
 * -EBADMSG: no header, or fewer bytes than it says.
 */
int tiano_size(struct span in, size_t *size);

/**
 * tiano_unpack() - decompress @in to @out, which has the tiano_size() bytes
 *
 * Every byte of @out is written when 0 is returned; else *@done of them are.
 * *@exact: the last block and the bytes of @in end with the last byte of the
 * result, as every encoder leaves them. A stream of the other variant hardly
 * ever does, even where it decodes at all.
 *
 * Time is bounded by the bytes of @in and @out together, whatever they say.
 *
 * -EBADMSG: not a stream of this variant. -EINVAL: @n is not tiano_size().
 */
int tiano_unpack(struct span in, enum tiano_variant v, uint8_t *out, size_t n, size_t *done,
		 bool *exact);

#endif
