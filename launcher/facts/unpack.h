/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Compressed streams, unpacked piece by piece into a function, within
 * bounds. One call takes one member; what follows it is left.
 */
#ifndef IGVM_FACTS_UNPACK_H
#define IGVM_FACTS_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/base/cleanup.h"

#define UNPACK_IN_SIZE	(256u << 10)
#define UNPACK_OUT_SIZE	(256u << 10)

enum unpack_kind {
	UNPACK_NONE, UNPACK_GZIP, UNPACK_XZ, UNPACK_LZMA, UNPACK_ZSTD, UNPACK_LZ4, UNPACK_BZIP2,
	UNPACK_LZO, UNPACK_KINDS
};

/** struct unpack - a file being read; unpack_init(), unpack_done() */
struct unpack {
	int fd;			/* borrowed */
	uint64_t at, end;	/* bytes in the file: next to read, and where to stop */
	uint8_t *in, *out;	/* owned */
	size_t pos, len;	/* what is left of in */
	uint64_t in_total, in_max;	/* bytes read, and how many may be */
	uint64_t total, total_max;	/* bytes unpacked, and how many may be */
	uint64_t deadline_ms;	/* CLOCK_MONOTONIC */
	int (*emit)(void *arg, const uint8_t *p, size_t n);
	void *arg;
	char why[160];		/* English, after an error */
};

/** unpack_init() - read @fd from @at to @end; 0 or -ENOMEM */
nodiscard_ int unpack_init(struct unpack *u, int fd, uint64_t at, uint64_t end);

/** unpack_done() - release what *@u owns */
void unpack_done(struct unpack *u);

/** unpack_offset() - bytes into the file of the next byte to be taken */
uint64_t unpack_offset(const struct unpack *u);

/**
 * unpack_fill() - make at least one byte ready at in + pos
 *
 * How many are; 0 at the end; -ETIME past the deadline; -E2BIG past in_max; -errno of read().
 */
nodiscard_ int unpack_fill(struct unpack *u);

/** unpack_peek() - the next @n (at most 16) bytes; NULL: there are not so many */
const uint8_t *unpack_peek(struct unpack *u, size_t n);

/** unpack_skip() - go on @n bytes further, without reading them */
void unpack_skip(struct unpack *u, uint64_t n);

/** unpack_kind() - what begins at the next byte, by its magic (lib/decompress.c) */
enum unpack_kind unpack_kind(struct unpack *u);

/**
 * unpack_member() - unpack one member of @kind into u->emit
 *
 * 0; -EBADMSG cut or damaged; -ENOSYS igvm has no reader for it; -E2BIG, -ETIME a bound was met; -ENOMEM; what
 * emit returns. u->why tells, but after emit's own.
 */
nodiscard_ int unpack_member(struct unpack *u, enum unpack_kind kind);

#endif
