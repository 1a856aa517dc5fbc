/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A Video BIOS Table field by field, for whoever writes it down. What is
 * known of a block is decoded by the table's BDB version; a block that is not
 * decoded has id, name and size.
 */
#ifndef ROMFILES_VBT_FIELDS_H
#define ROMFILES_VBT_FIELDS_H

#include "romfiles/show.h"
#include "romfiles/vbt.h"

#define VBT_TEXT_MAX 160 /* of a text in block 254, with its NUL */

/**
 * vbt_next_text() - copy the next text in block @b from *@at on to @text
 *
 * A text is a run of printable ASCII; what does not fit in @max bytes is the
 * next one. Moves *@at behind it. false: no more.
 */
bool vbt_next_text(struct span s, const struct vbt_block *b, size_t *at, char *text, size_t max);

/**
 * vbt_fields() - hand out everything in @v, parsed from @s, in table order
 *
 * Into the object open in @show: objects "header" and "bdb", list "blocks".
 * In a block: "id", "name", "size", its fields; "panels", "children" and the
 * like are lists. A field that a short old block lacks is 0 and nowhere.
 * Bytes of a decoded block that no row covers are its "rest".
 */
void vbt_fields(struct span s, const struct vbt *v, struct show *show);

#endif
