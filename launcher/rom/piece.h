/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pieces of firmware taken out of a larger whole: what the sandbox answers to
 * `igvm rom extract`, and how the parent reads that answer.
 */
#ifndef IGVM_ROM_PIECE_H
#define IGVM_ROM_PIECE_H

#include <stdbool.h>
#include <stdio.h>

#include "romfiles/span.h"

enum piece_kind { PIECE_OPREGION, PIECE_VBT, PIECE_VBIOS, PIECE_GOP, PIECE_N };

/** struct piece - one; @bytes borrowed */
struct piece {
	enum piece_kind kind;
	char label[96];		/* where it was, ASCII: "EFI image at 0x400", a GUID and name */
	struct span bytes;
};

/** piece_kind_id() - "vbt": JSON; piece_suffix() - ".vbt": file name */
const char *piece_kind_id(enum piece_kind k);
const char *piece_suffix(enum piece_kind k);

/** pieces_take() - write every piece that is in @s to @out; 0, or 1 when there is none */
int pieces_take(struct span s, FILE *out);

/** pieces_next() - read one from @answer at *@at, advancing it; false: the end, or not as agreed */
bool pieces_next(struct span answer, size_t *at, struct piece *p);

#endif
