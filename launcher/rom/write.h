/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Two ways to write down what a decoder hands out through romfiles/show.h: as
 * JSON, and as lines with offsets. Foreign text is made harmless here.
 */
#ifndef IGVM_ROM_WRITE_H
#define IGVM_ROM_WRITE_H

#include <stdio.h>

#include "launcher/base/cleanup.h"
#include "romfiles/note.h"
#include "romfiles/show.h"

#define WRITE_DEPTH	48	/* of nested objects; deeper ones are left out */

/** struct write_json - fields become members of an object */
struct write_json {
	struct show show;
	json_t *stack[WRITE_DEPTH];	/* borrowed; [0] is the root, owned by the caller */
	size_t depth, skipped;
	bool all;	/* each field as {at, size, shift, bits, value, text}; else its meaning or value */
	bool failed;	/* out of memory: the result is not to be shown */
};

/** write_json_init() - members go to @root */
void write_json_init(struct write_json *w, json_t *root, bool all);

/** struct write_lines - one line a field: offset, key, value, meaning */
struct write_lines {
	struct show show;
	FILE *f;
	unsigned depth;
};

/** write_lines_init() - lines go to @f */
void write_lines_init(struct write_lines *w, FILE *f);

/** write_harmless() - print foreign @text: what is no printable ASCII becomes '?' */
void write_harmless(FILE *f, const char *text);

/** write_notes_json() - [{"id", "at", "text"}]; a new reference, NULL without memory */
json_t *write_notes_json(const struct notes *ns);

/** write_notes() - one line a note for people: id, offset, text */
void write_notes(FILE *f, const struct notes *ns);

#endif
