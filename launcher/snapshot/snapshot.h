/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Snapshots of a VM that does not run. Its qcow2 disks keep them inside
 * (qemu-img, "igvm-TAG"); what firmware and TPM know is copied beside:
 *
 *	DATA/NAME/snapshots/TAG/	snapshot.json, and the copies
 *	DATA/NAME/snapshots/.new/	one that is being made or deleted
 *	DATA/NAME/snapshots/.restore	{"version", "kind": "snapshot-restore", "tag"}: being restored
 *
 * A snapshot is there once its folder has its name. snapshot_settle() takes
 * away what was being made or deleted, and goes on with a restore, which can be
 * done again from its beginning: so nothing that was cut off stays half done.
 *
 * Images are foreign: they are opened without following links, and as qcow2
 * alone, so that no image names another file which root would then open.
 *
 * All but snapshot_list() want the VM's lock held. They return 0 or -errno with
 * *@e: -EEXIST, -ENOENT of the tag; -EOPNOTSUPP a disk that cannot have one;
 * -ECANCELED a signal came.
 */
#ifndef IGVM_SNAPSHOT_SNAPSHOT_H
#define IGVM_SNAPSHOT_SNAPSHOT_H

#include "launcher/facts/wish.h"

struct snapshot_disk {
	char name[32];		/* [disk NAME] */
	char path[PATH_MAX];
};

struct snapshot {
	char tag[49];
	uint64_t time;		/* seconds since 1970 */
	char machine[48];	/* of the VM file; "" not pinned */
	size_t n_disk;
	struct snapshot_disk disk[WISH_DISKS_MAX];
};

/** struct snapshot_error - @what went wrong with what: a path or "" */
struct snapshot_error {
	char what[PATH_MAX];
	char text[256];		/* translated, or a program's last line; safe for a terminal */
};

nodiscard_ int snapshot_create(const struct paths *p, const struct wish *w, const char *tag,
			       struct snapshot_error *e);
nodiscard_ int snapshot_restore(const struct paths *p, const struct wish *w, const char *tag, struct snapshot *s,
				struct snapshot_error *e);
nodiscard_ int snapshot_delete(const struct paths *p, const char *name, const char *tag, struct snapshot_error *e);

/** snapshot_settle() - after something was cut off; 0 also when there was nothing */
nodiscard_ int snapshot_settle(const struct paths *p, const char *name, struct snapshot_error *e);

/** snapshot_list() - oldest first; *@list is owned. 0, -EBADMSG (a record nobody can read), -errno, with *@e */
nodiscard_ int snapshot_list(const struct paths *p, const char *name, struct snapshot **list, size_t *n,
			     struct snapshot_error *e);

/** snapshot_in_disk() - does the image hold it? 1, 0, or -errno with *@e. @shared: it may be in use meanwhile */
nodiscard_ int snapshot_in_disk(const struct snapshot_disk *d, const char *tag, bool shared, struct snapshot_error *e);

#endif
