/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An ACPI IGD OpRegion field by field, for whoever writes it down. */
#ifndef ROMFILES_OPREGION_FIELDS_H
#define ROMFILES_OPREGION_FIELDS_H

#include "romfiles/opregion.h"
#include "romfiles/show.h"

/**
 * opregion_fields() - hand out everything in @o, parsed from @s
 *
 * Into the object open in @show: objects "header", "acpi", "swsci", "asle",
 * "vbt" and "asle-ext", which are the header and the mailboxes 1 to 5, whether
 * or not the header says that a mailbox is used ("used"). "vbt" says where
 * the table is, its fields are vbt_fields()' business. Layout: Linux 6.12,
 * i915/display/intel_opregion.c.
 */
void opregion_fields(struct span s, const struct opregion *o, struct show *show);

#endif
