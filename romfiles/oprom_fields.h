/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ROMFILES_OPROM_FIELDS_H
#define ROMFILES_OPROM_FIELDS_H

#include "romfiles/oprom.h"
#include "romfiles/show.h"

/**
 * oprom_fields() - hand out the images of the option ROM @rom
 *
 * @r is what oprom_parse() made of it. A list "images"; in each the header's
 * fields, PCIR's, the device list, and what drivers are recognised by.
 */
void oprom_fields(struct span rom, const struct oprom *r, struct show *show);

#endif
