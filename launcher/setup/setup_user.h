/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a user's VM with the iGPU needs of the host: the VFIO node of its group, and locked memory. */
#ifndef IGVM_SETUP_SETUP_USER_H
#define IGVM_SETUP_SETUP_USER_H

#include "launcher/base/bdf.h"
#include "launcher/facts/host_tree.h"
#include "launcher/setup/setup_plan.h"

/** struct setup_user - who; from the root's own etc/passwd, or, on this machine, any name service */
struct setup_user {
	char name[33];
	uid_t uid;
};

/**
 * setup_user_find() - look @name up
 *
 * 0; -EINVAL no name a user can have, or root, who needs nothing; -ENOENT there is no such user; -errno.
 */
nodiscard_ int setup_user_find(const struct tree *t, const char *name, struct setup_user *u);

/**
 * setup_user_add() - the files and commands for @u and the iGPU at @igpu
 *
 * The udev rule finds the group by the device in it, not by its number, which a kernel update may give to
 * another device. @memlock_kib: limit for locked memory, in KiB; what the host has is enough for any VM.
 * @now: the text of each of the three files as it is on disk, NULL where there is none, in the
 * order of setup_user_path(). Pure. 0, or as setup_plan_file() and setup_plan_command().
 */
#define SETUP_USER_FILES	3
nodiscard_ int setup_user_add(struct setup_plan *p, const struct setup_user *u, struct bdf igpu,
			      uint64_t memlock_kib, char *const now[static SETUP_USER_FILES]);

/** setup_user_path() - of file @i, into @path */
void setup_user_path(const struct setup_user *u, size_t i, char path[static 256]);

#endif
