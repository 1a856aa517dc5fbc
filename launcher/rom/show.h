/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `igvm rom show` says of one file's bytes. Called in the sandbox: no files, no process. */
#ifndef IGVM_ROM_SHOW_H
#define IGVM_ROM_SHOW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "romfiles/span.h"

/** struct show_wish - what is asked for */
struct show_wish {
	bool all;		/* every field with its offset */
	uint16_t device;	/* PCI id of the iGPU that tables are read for, 0: not known */
};

/**
 * show_people() - write what @s is and holds to @out, for people
 *
 * Returns 0, or 1 when it is no
 * format that is read, or nothing of it could be.
 */
int show_people(struct span s, const struct show_wish *wish, FILE *out);

/** show_json() - the same as one JSON object; members "format", "read", "notes" and the decoded tree */
int show_json(struct span s, const struct show_wish *wish, FILE *out);

#endif
