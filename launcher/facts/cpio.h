/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cpio archives as the kernel takes them (init/initramfs.c): newc (070701) and
 * crc (070702), one after the other, zeros between. Bytes are pushed in
 * pieces of any size; what a file holds is passed on only when it is wanted.
 */
#ifndef IGVM_FACTS_CPIO_H
#define IGVM_FACTS_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/base/cleanup.h"

#define CPIO_NAME_MAX	4096u	/* the kernel's PATH_MAX, terminator included */

enum cpio_state {
	CPIO_BETWEEN,		/* before an archive; zeros are skipped */
	CPIO_HEADER, CPIO_NAME, CPIO_NAME_PAD, CPIO_DATA, CPIO_DATA_PAD,
};

/** struct cpio_user - who looks; each may be NULL */
struct cpio_user {
	/* A file of @size bytes; true: its bytes are wanted. @path is as stored, NUL-terminated. */
	bool (*entry)(void *arg, const char *path, uint32_t size);
	/* Some bytes of the wanted file, in order. */
	int (*data)(void *arg, const uint8_t *p, size_t n);
	/* The wanted file is complete. */
	int (*end)(void *arg);
	void *arg;
};

struct cpio {
	struct cpio_user user;
	enum cpio_state state;
	uint8_t header[110];
	char name[CPIO_NAME_MAX];
	uint32_t have;		/* bytes of header or name */
	uint32_t name_size, size, check;
	uint32_t left;		/* bytes of data or padding to come */
	uint32_t sum;
	uint32_t entries, entries_max;
	bool crc, wanted, trailer;
	bool bad_sum;		/* a file's bytes do not add up to its checksum */
	const char *why;	/* English, after -EBADMSG and -E2BIG; static */
};

/** cpio_init() - *@c is ready for an archive; @entries_max: more are -E2BIG */
void cpio_init(struct cpio *c, const struct cpio_user *user, uint32_t entries_max);

/**
 * cpio_feed() - take up to @n bytes
 *
 * *@taken: how many were; fewer than @n only between archives, at a byte that begins none, and after an
 * error. 0; -EBADMSG it is no archive (c->why); -E2BIG too many entries; what user.data and user.end return.
 */
nodiscard_ int cpio_feed(struct cpio *c, const uint8_t *p, size_t n, size_t *taken);

/** cpio_skippable() - so many bytes may follow unseen: cpio_skip() instead of cpio_feed() */
size_t cpio_skippable(const struct cpio *c);

/** cpio_skip() - @n <= cpio_skippable() bytes were skipped */
void cpio_skip(struct cpio *c, size_t n);

/** cpio_is_between() - may the image end here? */
static inline bool cpio_is_between(const struct cpio *c)
{
	return c->state == CPIO_BETWEEN;
}

#endif
