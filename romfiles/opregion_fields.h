/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ROMFILES_OPREGION_FIELDS_H
#define ROMFILES_OPREGION_FIELDS_H

#include "romfiles/opregion.h"
#include "romfiles/show.h"

/**
 * opregion_fields() - hand out header and mailboxes of the OpRegion @s
 *
 * @o is what opregion_parse() made of it. Layout: Linux 6.12,
 * i915/display/intel_opregion.c. Mailboxes that the header marks as absent are
 * left out; a field that the bytes do not reach is left out as well.
 */
void opregion_fields(struct span s, const struct opregion *o, struct show *show);

#endif
