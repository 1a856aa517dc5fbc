/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A capped log on disk: run/NAME/log/STREAM.0 to .3, of which .0 is appended to. When it is full the files move
 * up by rename(), the oldest falling out, so that a reader finds whole files at any moment and the sum never
 * exceeds the cap. A write that fails (no space, I/O error) is counted and dropped; the first one that
 * succeeds again is preceded by one line that says so.
 *
 * Only openat, renameat, fstat, write and close are called: the keeper allows itself no more.
 */
#ifndef IGVM_RUN_RING_H
#define IGVM_RUN_RING_H

#include <stddef.h>
#include <stdint.h>

#include "launcher/base/cleanup.h"

#define RING_DIR	"log"
#define RING_FILES	4
#define RING_BYTES	(2 * 1024 * 1024)	/* per file */

struct ring {
	int dir;		/* of run/NAME/log; borrowed */
	const char *stream;	/* borrowed */
	int out;		/* open .0; -1 none */
	size_t size;		/* bytes in .0 */
	uint64_t dropped;	/* bytes not written since the last success */
};

/** ring_path() - of file @i (0 = newest) of @stream, relative to run/NAME; @buf */
const char *ring_path(const char *stream, unsigned int i, char buf[static 32]);

/** ring_open_dir() - run/NAME/log, made where it is missing; -errno */
nodiscard_ int ring_open_dir(int run_fd);

/** ring_init() - nothing is opened before the first ring_add() or ring_rotate() */
void ring_init(struct ring *r, int dir, const char *stream);

/** ring_rotate() - what is there moves up, and a new .0 begins */
void ring_rotate(struct ring *r);

/** ring_add() - append; never fails, see above */
void ring_add(struct ring *r, const char *p, size_t n);

/** ring_done() - harmless twice */
void ring_done(struct ring *r);

#endif
