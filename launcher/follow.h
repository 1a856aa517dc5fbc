/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading the rings of a run (run/ring.h): what is there, and what comes. */
#ifndef IGVM_FOLLOW_H
#define IGVM_FOLLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/base/paths.h"

struct follow {
	const struct paths *paths;
	const char *name;	/* of the VM */
	const char *stream;	/* of the ring */
	uint64_t lines;		/* of what is there, only the last; 0 all */
	bool raw;		/* bytes as they came; else safe for a terminal, line by line */
	bool wait;		/* go on while the VM runs */
};

/**
 * follow_ring() - print it on stdout
 *
 * With @wait it ends when the VM does not run (any more) and everything was printed, or when nobody reads
 * stdout. A guest's flood that is faster than this loses files of the ring, never parts of lines that are
 * shown. 0; -ENOENT nothing was logged yet; -EACCES, -errno.
 */
nodiscard_ int follow_ring(const struct follow *f);

#endif
