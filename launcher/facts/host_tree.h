/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading below a root: this machine or a recorded tree. Paths are relative
 * to the root ("sys/bus/pci"); links, absolute ones too, are resolved inside
 * it, so a recorded tree never shows a file of the machine that reads it.
 */
#ifndef IGVM_FACTS_HOST_TREE_H
#define IGVM_FACTS_HOST_TREE_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

#include "launcher/facts/host.h"

struct tree {
	int fd;			/* the root directory */
	bool live;		/* it is this machine's "/" */
};

/** tree_init() - open @root; close t->fd afterwards. 0 or -errno */
nodiscard_ int tree_init(struct tree *t, const char *root);

/** tree_open() - openat() that cannot leave the tree; a descriptor or -errno (-ENOSYS: recorded
 * tree on a kernel older than 5.6, which has no openat2()). In a recorded tree usr/lib/ stands for a lib/ that is not there */
nodiscard_ int tree_open(const struct tree *t, const char *path, int flags);

/** tree_list() - a directory to be read, closed by closedir(); NULL: it cannot be */
nodiscard_ DIR *tree_list(const struct tree *t, const char *path);

/** tree_exists() - is there such a path? unknown when that cannot be told */
enum tri tree_exists(const struct tree *t, const char *path);

/** tree_is_file() - is it a regular file (never a FIFO, on which open() would wait)? */
bool tree_is_file(const struct tree *t, const char *path);

/**
 * tree_read() - whole regular file, as file_read_at()
 *
 * *@text is owned and NUL-terminated. 0; -EFBIG above @max bytes; -EINVAL not a file; -errno.
 */
nodiscard_ int tree_read(const struct tree *t, const char *path, size_t max, char **text,
			 size_t *len);

/** tree_read_bytes() - up to @max first bytes into @buf; how many, or -errno */
nodiscard_ int tree_read_bytes(const struct tree *t, const char *path, uint8_t *buf, size_t max);

/**
 * tree_line() - first line, made safe for a terminal, without blanks around it
 *
 * 0; -EFBIG it does not fit, -errno; then @buf is "".
 */
nodiscard_ int tree_line(const struct tree *t, const char *path, char *buf, size_t size);

/** tree_number() - a file that holds one number, with or without 0x; false: it does not */
nodiscard_ bool tree_number(const struct tree *t, const char *path, int base, uint64_t max,
			    uint64_t *v);

/** tree_link() - last part of where the link @path leads, which must exist; 0 or -errno, then "" */
nodiscard_ int tree_link(const struct tree *t, const char *path, char *buf, size_t size);

/** tree_is_dir_empty() - no entries? unknown when it cannot be read */
enum tri tree_is_dir_empty(const struct tree *t, const char *path);

#endif
