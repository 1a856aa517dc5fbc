/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One file of the host's configuration, held by its directory: read with all
 * that belongs to it, replaced at once, removed. Links are followed inside the
 * root only, and stay; what they lead to is what is read and written.
 */
#ifndef IGVM_SETUP_SETUP_PLACE_H
#define IGVM_SETUP_SETUP_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "launcher/base/cleanup.h"
#include "launcher/facts/host_tree.h"

/* Configuration files are KiB; a "limine.conf" of this size is no text any more. */
#define SETUP_FILE_BYTES	(4U << 20)

/** struct setup_meta - what belongs to a file beside its bytes */
struct setup_meta {
	uid_t uid;
	gid_t gid;
	mode_t mode;		/* permission bits, 07777 */
	struct timespec atime, mtime;
	json_t *xattrs;		/* owned; {"name": "hex"}, ACLs and the SELinux label included */
};

/** struct setup_place - where a file is or would be */
struct setup_place {
	int dir;		/* owned; its directory */
	char name[NAME_MAX + 1];
	char parent[PATH_MAX];	/* the directory's path below the root, as it was reached */
};

/** setup_path_check() - absolute, no empty part, no "." or "..", below 256 bytes? */
nodiscard_ bool setup_path_check(const char *path);

/**
 * setup_place_open() - the place of @path below the root
 *
 * 0; -ENOENT its directory is missing; -ELOOP links without end; -EINVAL a link to what cannot be a file;
 * -ENAMETOOLONG; -errno.
 */
nodiscard_ int setup_place_open(const struct tree *t, const char *path, struct setup_place *p);
void setup_place_done(struct setup_place *p);

/**
 * setup_place_read() - the file's bytes (owned, NUL-terminated) and, unless NULL, what belongs to it
 *
 * The time of last access stays where the kernel lets us. 0; -ENOENT none; -EINVAL no regular file;
 * -EMLINK it has other names, which a replacement would cut off; -EFBIG above SETUP_FILE_BYTES; -errno.
 */
nodiscard_ int setup_place_read(const struct setup_place *p, char **text, size_t *len,
				struct setup_meta *m);
void setup_meta_done(struct setup_meta *m);

/**
 * setup_place_write() - the file becomes these bytes with @m, or stays as it was
 *
 * @times: those of @m too. @new: owner and xattrs are what a new file here gets. A hidden temp
 * file in the same directory, fsync, rename, fsync of the directory. 0 or -errno; after an error of the last
 * fsync the file is the new one.
 */
nodiscard_ int setup_place_write(const struct setup_place *p, const void *data, size_t len,
				 const struct setup_meta *m, bool times, bool new);

/** setup_place_remove() - unlink it, and fsync the directory; none is 0 */
nodiscard_ int setup_place_remove(const struct setup_place *p);

/** setup_place_sweep() - remove the temp file of a write that was cut off; none is 0 */
nodiscard_ int setup_place_sweep(const struct setup_place *p);

/** setup_meta_json(), setup_meta_from_json() - for the journal; NULL without memory, -EBADMSG */
json_t *setup_meta_json(const struct setup_meta *m);
nodiscard_ int setup_meta_from_json(json_t *json, struct setup_meta *m);

/** setup_time_json(), setup_time_from_json() - [seconds, nanoseconds] */
json_t *setup_time_json(struct timespec t);
nodiscard_ bool setup_time_from_json(json_t *json, struct timespec *t);

#endif
