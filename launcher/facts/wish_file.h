/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a VM file that root will act on: only when nobody else could have written it. */
#ifndef IGVM_FACTS_WISH_FILE_H
#define IGVM_FACTS_WISH_FILE_H

#include <sys/types.h>

#include "launcher/facts/wish.h"

/**
 * wish_file_read() - the text of @file, NUL-terminated and owned
 *
 * Where @p is this machine's own system (and the caller root), the file must pass wish_file_trusted().
 * Returns 0; -ENOENT without a text in *@e; -EPERM, -EFBIG and every other -errno with *@e filled.
 */
nodiscard_ int wish_file_read(const struct paths *p, const char *file, size_t max, char **text,
			      size_t *len, struct wish_error *e);

/**
 * wish_file_trusted() - can only @owner have written the open file @fd?
 *
 * The file and every directory above it up to and with @top, by the name @file and by the name it
 * really has, belong to @owner and are writable by nobody else, or are sticky (inode(7)) and what is used of
 * them is no link and the owner's. Returns 0 or -EPERM with *@e filled.
 */
nodiscard_ int wish_file_trusted(int fd, const char *file, const char *top, uid_t owner,
				 struct wish_error *e);

#endif
