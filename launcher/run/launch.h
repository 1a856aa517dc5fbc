/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Launch: everything between a plan and a running QEMU. The calling process
 * BECOMES QEMU: launch_exec() returns only when it failed.
 */
#ifndef IGVM_RUN_LAUNCH_H
#define IGVM_RUN_LAUNCH_H

#include "launcher/base/paths.h"
#include "launcher/decide/plan.h"
#include "launcher/decide/words.h"

/** struct launch - what launch_exec() is given; borrowed */
struct launch {
	const struct paths *paths;
	const struct plan *plan;
	const struct words *words;
	int vm_lock;		/* held by the caller; inherited by QEMU */
	int device_lock;	/* -1 without a device */
	int status_fd;		/* O_CLOEXEC pipe: one line of text on failure, EOF by exec on success; -1 none */
	const char *previous_driver;	/* for the record */
	char uuid[37];		/* of this run; also in the words */
};

/**
 * launch_exec() - prepare everything and exec QEMU
 *
 * In order: run directory (root's), files of plan->file, journal of what will have to be cleaned up, sockets, helpers (keeper,
 * swtpm), limits, owner of /dev/vfio/GROUP, state.json, privileges dropped (uid of the VM, only other group
 * the one of /dev/kvm, no capability, no_new_privs), descriptors moved to the plan's numbers, every other one closed,
 * exec. Never returns 0: -errno, after the sentence was written to @status_fd, and after its own helpers were ended.
 */
nodiscard_ int launch_exec(const struct launch *l);

/** launch_uid() - uid (= gid) of VM @name from the reserved range 60800-61183, recorded in data/uids; -ENOSPC when none is free */
nodiscard_ int launch_uid(const struct paths *p, const char *name, uid_t *uid);

/**
 * vm_cleanup() - undo whatever a run left: idempotent, from disk alone
 *
 * Owner of the VFIO node, hand-back of the device (journal owner = the VM), helpers by identity, sockets. Does nothing
 * while the VM's lock is held (-EBUSY). Keeps logs, state.json and end.json. 0 or -errno of the first failure; goes on after failures.
 */
nodiscard_ int vm_cleanup(const char *sysroot, const struct paths *p, const char *name);

#endif
