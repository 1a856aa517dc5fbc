/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * For which iGPUs was a GOP driver made? Intel documents nothing of its inside,
 * but the driver must compare the device's PCI id with those it knows, so the
 * ids stand in it: as a table or in instructions. Known ids that stand close
 * together are taken for that; one alone is chance.
 */
#ifndef ROMFILES_GOP_H
#define ROMFILES_GOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "romfiles/igd.h"
#include "romfiles/span.h"

#define GOP_IDS_MAX 512

/** struct gop_facts - what gop_parse() found; a plain value */
struct gop_facts {
	bool named;    /* calls itself "Intel(R) ... GOP Driver", in UCS-2 */
	uint16_t id[GOP_IDS_MAX]; /* ascending; the first GOP_IDS_MAX of them */
	size_t n_ids;
};

/** gop_parse() - look through the bytes of one uncompressed driver; total, linear */
void gop_parse(struct span pe, struct gop_facts *out);

/** gop_knows() - is @device among the ids? */
bool gop_knows(const struct gop_facts *g, uint16_t device);

/** gop_knows_platform() - is any id of @device's platform among them? */
bool gop_knows_platform(const struct gop_facts *g, uint16_t device);

#endif
