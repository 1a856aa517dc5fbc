/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small files: bounded reads, atomic replacement, directories that are ours. */
#ifndef IGVM_BASE_FILE_H
#define IGVM_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "launcher/base/cleanup.h"

/** stat_is_same() - are they of one file, whatever its names? */
static inline bool stat_is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/**
 * file_read_at() - whole file @path below @dirfd (AT_FDCWD allowed) as an owned, NUL-terminated buffer
 *
 * @max: bytes; more is -EFBIG. Reads until EOF, so files whose size is 0 in stat (sysfs,
 * proc) work; O_NONBLOCK, regular files only, else -EINVAL. *@len may be NULL. Returns 0 or -errno.
 */
nodiscard_ int file_read_at(int dirfd, const char *path, size_t max, char **text, size_t *len);

/** file_read_line_at() - first line without newline into @buf; too long is -EFBIG; 0 or -errno */
nodiscard_ int file_read_line_at(int dirfd, const char *path, char *buf, size_t size);

/**
 * file_replace_at() - @path becomes these bytes, or stays as it was
 *
 * Temp file in the same directory, fsync, rename, fsync of the directory. 0 or -errno.
 */
nodiscard_ int file_replace_at(int dirfd, const char *path, const void *data, size_t len, mode_t mode);

/** file_replace_json_at() - file_replace_at() of a JSON text with a newline; -ENOMEM too */
nodiscard_ int file_replace_json_at(int dirfd, const char *path, const json_t *json, mode_t mode);

/** file_load_json_at() - read and parse, size-capped, duplicates rejected; NULL with *@err = -errno or -EBADMSG */
json_t *file_load_json_at(int dirfd, const char *path, size_t max, int *err);

/** dir_make() - mkdir -p; parents get 0755, the last @mode. An existing last one must be a directory,
 * not a link; 0 or -errno */
nodiscard_ int dir_make(const char *path, mode_t mode);

/**
 * dir_open_mine() - open @path as a directory that is really ours
 *
 * O_NOFOLLOW; owner must be the calling user, group and others must not be able to write: else
 * -EPERM. Created with @mode when it is missing. Returns a descriptor or -errno.
 */
nodiscard_ int dir_open_mine(const char *path, mode_t mode);

/**
 * dir_open_nolink() - an O_PATH descriptor of the folder at the absolute @path, none of whose parts is a symbolic link
 *
 * -ELOOP one is, -ENOTDIR, -ENAMETOOLONG, -errno.
 */
nodiscard_ int dir_open_nolink(const char *path);

/** dir_remove() - remove @path and what is in it; does not follow links, does not cross
 * mounts; a missing one is 0 */
nodiscard_ int dir_remove(const char *path);

/** write_all() - write everything or -errno; EINTR and short writes handled */
nodiscard_ int write_all(int fd, const void *data, size_t len);

#endif
