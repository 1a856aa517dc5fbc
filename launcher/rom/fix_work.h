/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `igvm rom fix` does in the sandbox, and how the parent sees whether it is true. */
#ifndef IGVM_ROM_FIX_WORK_H
#define IGVM_ROM_FIX_WORK_H

#include <stdbool.h>
#include <stdio.h>

#include "launcher/base/cleanup.h"
#include "romfiles/fix.h"
#include "romfiles/span.h"

/** enum fix_result - what fix_work() returns */
enum fix_result {
	FIX_DONE,	/* a frame: {"format", "changes", "left"} and the mended bytes */
	FIX_NOT_A_KIND,	/* one byte: its enum rom_kind */
	FIX_NO_IMAGE,	/* a device id was asked for, and there is no image that has one */
	FIX_UNREADABLE,	/* cut or damaged */
	FIX_OVERLAPS,
	FIX_NO_MEMORY,
};

/** fix_work() - the sandbox's side: mend @s as @w wishes, answer to @out */
int fix_work(struct span s, const struct fix_wish *w, FILE *out);

/**
 * fix_is_true() - the parent's side: is what the frame says what it did?
 *
 * The listed changes, made to the original @s, must give exactly @bytes. Then
 * each of them can be read with fix_change_read().
 */
bool fix_is_true(struct span s, json_t *json, struct span bytes);

/** fix_change_read() - {"id", "at", "before", "after"} of the list; false: not as agreed */
bool fix_change_read(json_t *json, struct fix_change *c);

/** fix_note_read() - the note of an object of "left"; NOTE_N: none of that id */
enum note_code fix_note_read(json_t *json);

#endif
