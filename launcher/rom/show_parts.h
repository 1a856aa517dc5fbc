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
#include "launcher/rom/show.h"
#include "romfiles/show.h"
#include "romfiles/span.h"
#include "romfiles/vbt.h"

int show_oprom(struct span s, const struct show_wish *wish, FILE *out);
int show_oprom_json(struct span s, const struct show_wish *wish, json_t *item);

int show_opregion(struct span s, const struct show_wish *wish, FILE *out);
int show_opregion_json(struct span s, const struct show_wish *wish, json_t *item);

int show_vbt(struct span s, const struct show_wish *wish, FILE *out);
int show_vbt_json(struct span s, const struct show_wish *wish, json_t *item);

int show_pe(struct span s, const struct show_wish *wish, FILE *out);
int show_pe_json(struct span s, const struct show_wish *wish, json_t *item);

/** show_vbt_table() - the lines of a table that vbt_parse() read into @v; _json: its members */
void show_vbt_table(struct span s, const struct vbt *v, const struct show_wish *wish, FILE *out);
void show_vbt_table_json(struct span t, const struct vbt *v, const struct show_wish *wish,
			 struct show *s);

int show_uefi(struct span s, const struct show_wish *wish, FILE *out);
int show_uefi_json(struct span s, const struct show_wish *wish, json_t *item);

#endif
