/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `igvm rom show` says of one file's bytes. Called in the sandbox: no files, no process. */
#ifndef IGVM_ROM_SHOW_H
#define IGVM_ROM_SHOW_H

#include <stdbool.h>
#include <stdio.h>

#include "romfiles/span.h"

/**
 * show_people() - write what @s is and holds to @out, for people
 *
 * @all: every field with its offset below it. Returns 0, or 1 when it is no
 * format that is read, or nothing of it could be.
 */
int show_people(struct span s, bool all, FILE *out);

/** show_json() - the same as one JSON object; members "format", "read", "notes" and the decoded tree */
int show_json(struct span s, bool all, FILE *out);

#endif
