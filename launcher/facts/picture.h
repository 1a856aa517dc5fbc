/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a screenshot shows, as far as it tells whether the guest uses the
 * display: bytes in, facts out. PNG as QEMU writes it: 8 bits a sample, RGB or
 * RGBA, not interlaced (ISO/IEC 15948).
 */
#ifndef IGVM_FACTS_PICTURE_H
#define IGVM_FACTS_PICTURE_H

#include "launcher/base/cleanup.h"
#include "romfiles/span.h"

enum picture_kind {
	PICTURE_GUEST,		/* neither of the others */
	PICTURE_ONE_COLOUR,	/* every pixel is the same: a guest that blanked its display, or drew nothing yet */
	PICTURE_NOT_USED,	/* QEMU's own "Guest has not initialized the display (yet)." */
};

struct picture {
	uint32_t width, height;
	uint32_t colour;	/* 0xRRGGBB of the first pixel */
	enum picture_kind kind;
};

/** picture_read() - 0; -EBADMSG no PNG, damaged or cut; -EOPNOTSUPP another kind of PNG; -ENOMEM */
nodiscard_ int picture_read(struct span png, struct picture *p);

#endif
