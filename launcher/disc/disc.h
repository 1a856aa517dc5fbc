/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. A disc image has gigabytes and the parser may open
 * nothing: it runs in the sandbox of launcher/rom/sandbox.h. So it is a pure
 * function over the pieces read so far. Where it needs bytes that are not
 * there it ends with -EAGAIN and says which; the caller reads them, adds a
 * piece and starts it again. A Windows disc takes about ten rounds.
 *
 * Sources: ECMA-119 (ISO 9660), Joliet, ECMA-167 and OSTA UDF 1.02 to 2.01
 * (Microsoft's discs are UDF 1.02 with an ISO 9660 side that holds one
 * README.TXT), El Torito 1.0, Microsoft's "Windows Imaging File Format"
 * white paper.
 */
#ifndef IGVM_DISC_DISC_H
#define IGVM_DISC_DISC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/base/cleanup.h"
#include "romfiles/span.h"

#define DISC_SECTOR		2048u
#define DISC_PIECES_MAX		192
#define DISC_PIECE_MAX		((size_t)4 << 20)	/* bytes of one piece: a directory, a WIM's XML */
#define DISC_EXTENTS_MAX	256

struct disc_piece {
	uint64_t off;
	struct span bytes;
};

struct disc {
	uint64_t size;			/* bytes of the whole image */
	struct disc_piece piece[DISC_PIECES_MAX];
	size_t n;
	uint64_t want_off;		/* with -EAGAIN */
	size_t want_len;		/* at most DISC_PIECE_MAX */
};

/**
 * disc_at() - *@s = @len bytes at @off
 *
 * 0; -EAGAIN not read yet, see want_off and want_len; -ENODATA: behind the end of the image (it is
 * cut); -EFBIG: more than DISC_PIECE_MAX.
 */
nodiscard_ int disc_at(struct disc *d, uint64_t off, size_t len, struct span *s);

/** struct disc_file - where a file's bytes are */
struct disc_file {
	uint64_t size;			/* bytes */
	bool directory;
	size_t n;
	struct { uint64_t off, len; } extent[DISC_EXTENTS_MAX];
};

/** disc_file_at() - *@s = @len bytes at @off of the file, which must lie in one extent; as disc_at() */
nodiscard_ int disc_file_at(struct disc *d, const struct disc_file *f, uint64_t off, size_t len,
			    struct span *s);

/** enum disc_side - which file system of the image is read */
enum disc_side { DISC_NONE, DISC_ISO9660, DISC_JOLIET, DISC_UDF };

/** struct disc_volume - a file system found on the image */
struct disc_volume {
	enum disc_side side;
	char label[33];			/* UTF-8; of a foreign disc: for people, not yet made safe */
	uint64_t size;			/* bytes the image must have, by its own words; 0 unknown */
	bool el_torito;			/* it has a boot catalogue */
	uint64_t root_off;		/* ISO 9660: the root directory */
	uint64_t root_len;
	uint64_t partition;		/* UDF: byte offset and length of the partition */
	uint64_t partition_len;
	uint32_t root_lb;		/* UDF: the root's file entry, in blocks of the partition */
};

/**
 * disc_mount() - find the file system: UDF before Joliet before ISO 9660
 *
 * 0 with v->side; DISC_NONE: no ISO image. -EAGAIN, -ENODATA; -EBADMSG: there is one, and it is damaged.
 */
nodiscard_ int disc_mount(struct disc *d, struct disc_volume *v);

/**
 * disc_find() - the file or directory @path ("sources/install.wim"), letters compared without case
 *
 * 0, -ENOENT, -EAGAIN, -ENODATA, -EBADMSG.
 */
nodiscard_ int disc_find(struct disc *d, const struct disc_volume *v, const char *path,
			 struct disc_file *f);

/* Of the two kinds of file systems; disc.c alone calls them. */
int iso_mount(struct disc *d, struct disc_volume *v);
int iso_root(const struct disc_volume *v, struct disc_file *f);
int iso_lookup(struct disc *d, const struct disc_volume *v, const struct disc_file *dir,
	       const char *name, size_t n, struct disc_file *f);
int udf_mount(struct disc *d, struct disc_volume *v);
int udf_root(struct disc *d, const struct disc_volume *v, struct disc_file *f);
int udf_lookup(struct disc *d, const struct disc_volume *v, const struct disc_file *dir,
	       const char *name, size_t n, struct disc_file *f);

#endif
