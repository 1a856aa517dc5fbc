/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The formats of `igvm rom show`, a pair of functions each: lines for people
 * on @out, and members of @item. Both return 0, or -errno when the bytes
 * cannot be read as that format; they have said so themselves.
 */
#ifndef IGVM_ROM_SHOW_PARTS_H
#define IGVM_ROM_SHOW_PARTS_H

#include <stdbool.h>
#include <stdio.h>

#include "launcher/base/cleanup.h"
#include "romfiles/span.h"

int show_oprom(struct span s, bool all, FILE *out);
int show_oprom_json(struct span s, bool all, json_t *item);

int show_uefi(struct span s, bool all, FILE *out);
int show_uefi_json(struct span s, bool all, json_t *item);

#endif
