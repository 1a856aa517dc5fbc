/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Launch: everything between a plan and a running QEMU. The calling process
 * BECOMES QEMU: launch_exec() returns only when it failed.
 */
#ifndef IGVM_RUN_LAUNCH_H
#define IGVM_RUN_LAUNCH_H

#include <sys/types.h>

#include "launcher/base/paths.h"
#include "launcher/decide/plan.h"
#include "launcher/decide/words.h"
#include "romfiles/span.h"

/* While QEMU has the device nobody else can read it. */
#define LAUNCH_VBT_FILE	"vbt.bin"

/** struct launch - what launch_exec() is given; borrowed */
struct launch {
	const struct paths *paths;
	const struct plan *plan;
	const struct words *words;
	int vm_lock;		/* held by the caller; inherited by QEMU */
	int device_lock;	/* -1 without a device */
	int status_fd;		/* O_CLOEXEC pipe: one line of text on failure, EOF by exec on success; -1 none */
	const char *previous_driver;	/* for the record; NULL = "" */
	unsigned int trial_ms;	/* for the record; 0 no trial */
	const char *sysroot;	/* where /dev/vfio is found; NULL = "/" */
	struct span vbt;	/* the host's table of outputs, kept as run/NAME/vbt.bin for verify; n = 0 none */
	char uuid[37];		/* for the record when neither words nor plan have one; QMP's query-uuid answers that of
				 * the words */
};

/** launch_vfio_path() - SYSROOT/dev/vfio/GROUP; false: too long */
nodiscard_ bool launch_vfio_path(const char *sysroot, int group, char path[static PATH_MAX]);

/**
 * launch_exec() - prepare everything and exec QEMU
 *
 * In order: run directory (root's), files of plan->file, journal of what will have to be cleaned up, sockets, helpers (keeper,
 * swtpm), limits, owner of /dev/vfio/GROUP, state.json, privileges dropped (uid of the VM, only other group
 * the one of /dev/kvm, no capability, no_new_privs, no io_uring), descriptors moved to the plan's numbers, every other one closed,
 * exec. Never returns 0: -errno, after the sentence was written to @status_fd, and after its own helpers were ended
 * and what it changed was undone. When privileges were already dropped (only exec itself can fail then) the undoing is
 * left to vm_cleanup() of the caller. The device's hand-over is the caller's in any case. Under systemd
 * (NOTIFY_SOCKET) READY=1 is the last thing sent before exec. As an ordinary user: the same without what needs root.
 */
nodiscard_ int launch_exec(const struct launch *l);

/** launch_uid() - uid (= gid) of VM @name from the reserved range 60800-61183, recorded in
 * data/uids.json; a recorded one is never given to another VM while data/NAME or run/NAME exist. As an ordinary user: the
 * caller's own uid. -EEXIST the recorded one has meanwhile got a name in the system, -ENOSPC when none is free, -EBADMSG, -EPROTO newer file, -errno */
nodiscard_ int launch_uid(const struct paths *p, const char *name, uid_t *uid);

/**
 * launch_stderr_tail() - what QEMU and its helpers wrote last on stderr, at most KEEPER_TAIL_BYTES, NUL-terminated
 *
 * Waits up to 500 ms for the keeper to have read everything, which it has soon after QEMU's end. Foreign bytes, NUL
 * replaced by '?': sanitise before showing. "" when there is nothing. Returns the length.
 */
size_t launch_stderr_tail(int run_fd, char *buf, size_t size);

/**
 * vm_cleanup() - undo whatever a run left: idempotent, from disk alone
 *
 * Owner of the VFIO node, hand-back of the device (journal owner = the VM), helpers by identity, sockets; the same for directories below
 * run/NAME that have a journal (a probe's). Does nothing
 * while the VM's lock is held (-EBUSY). A device whose lock is held is left to its holder. Keeps logs, state.json and end.json. 0 or -errno of the first failure; goes on after failures.
 */
nodiscard_ int vm_cleanup(const char *sysroot, const struct paths *p, const char *name);

/** vm_cleanup_locked() - the same for a caller that holds the VM's lock */
nodiscard_ int vm_cleanup_locked(const char *sysroot, const struct paths *p, const char *name);

/** vm_cleanup_dir() - the part of it that run directory @run_dir knows of (a probe's, say); 0 also when there is none */
nodiscard_ int vm_cleanup_dir(const char *run_dir);

#endif
