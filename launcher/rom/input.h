/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that the verbs of `igvm rom` read: whole, bounded, from a path or from standard input. */
#ifndef IGVM_ROM_INPUT_H
#define IGVM_ROM_INPUT_H

#include "launcher/base/cleanup.h"
#include "romfiles/span.h"

/* What `igvm rom` takes: the largest flash chip of a board, and of what its parts unpack to. */
#define INPUT_MAX	((size_t)64 << 20)

/** struct input - one file; @name borrowed, @bytes owned */
struct input {
	const char *name;	/* as the user wrote it; "-" is standard input */
	char *bytes;
	size_t n;
	int err;		/* errno of reading, 0: read */
};

/** input_read() - fill *@in from @path, "-": standard input; in->err says how it went */
void input_read(const char *path, struct input *in);

/** input_done() - release it; harmless on a zeroed one */
void input_done(struct input *in);

/** input_span() - its bytes */
static inline struct span input_span(const struct input *in)
{
	return (struct span){ (const uint8_t *)in->bytes, in->n };
}

/** input_say_error() - one sentence why it could not be read, with what to do */
void input_say_error(const struct input *in);

#endif
