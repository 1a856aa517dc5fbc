/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PCI option ROM field by field, for whoever writes it down. */
#ifndef ROMFILES_OPROM_FIELDS_H
#define ROMFILES_OPROM_FIELDS_H

#include "romfiles/oprom.h"
#include "romfiles/show.h"

/**
 * oprom_fields() - hand out everything in @r, parsed from @s
 *
 * Into the object open in @show: "images", "end" (why the chain ends),
 * "end-offset", and "image", a list with an object for each: offset and size,
 * "header" by its kind, "pcir", "devices" (the device list), what was found
 * in it. Layout: PCI Firmware Specification 3.3 section 5.1, UEFI
 * Specification 2.10 section 14.4.
 */
void oprom_fields(struct span s, const struct oprom *r, struct show *show);

#endif
