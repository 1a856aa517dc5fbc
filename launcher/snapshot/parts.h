/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of snapshot.h share. */
#ifndef IGVM_SNAPSHOT_PARTS_H
#define IGVM_SNAPSHOT_PARTS_H

#include "launcher/snapshot/snapshot.h"

/** snapshot_fail() - fill *@e; returns @r. @text NULL: strerror of @r */
int snapshot_fail(struct snapshot_error *e, const char *what, int r, const char *text);

/* image.c: "-c", "-a" or "-d" of qemu-img snapshot; 0 or -errno with *@e */
nodiscard_ int snapshot_image(const struct snapshot_disk *d, const char *verb, const char *tag,
			      struct snapshot_error *e);

/* record.c: snapshot.json in the folder @dir */
nodiscard_ int snapshot_record_write(const char *dir, const struct snapshot *s);
nodiscard_ int snapshot_record_read(const char *dir, struct snapshot *s);

#endif
