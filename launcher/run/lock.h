/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Locks are flock() on files below paths.locks that are never unlinked. The open
 * file description is inherited by QEMU alone: whoever finds the lock held
 * knows that QEMU (or a launch of it) lives.
 */
#ifndef IGVM_RUN_LOCK_H
#define IGVM_RUN_LOCK_H

#include "launcher/base/bdf.h"
#include "launcher/base/cleanup.h"
#include "launcher/base/paths.h"

/** lock_vm(), lock_device(), lock_supervisor() - take it; returns an O_CLOEXEC descriptor, -EBUSY held, -errno */
nodiscard_ int lock_vm(const struct paths *p, const char *name);
nodiscard_ int lock_device(const struct paths *p, struct bdf bdf);
nodiscard_ int lock_supervisor(const struct paths *p, const char *name);

/**
 * lock_hand_over() - take the lock of hand-overs of @bdf, which a child that writes to sysfs inherits
 *
 * A write that the kernel has not ended outlives whoever began it, killed or not; until then the device is in
 * between. Waits LOCK_HAND_OVER_MS at most. An O_CLOEXEC descriptor; -ETIMEDOUT such a write has not ended, -errno.
 */
#define LOCK_HAND_OVER_MS	20000	/* an unbind on an emulated machine was seen to take six seconds */
nodiscard_ int lock_hand_over(const struct paths *p, struct bdf bdf);

/** lock_vm_held() - is the VM's lock held right now? 1, 0 or -errno; takes nothing lasting */
nodiscard_ int lock_vm_held(const struct paths *p, const char *name);
nodiscard_ int lock_device_held(const struct paths *p, struct bdf bdf);

/** lock_dir() - where the locks are; false: too long */
nodiscard_ bool lock_dir(const struct paths *p, char dir[static PATH_MAX]);

/**
 * lock_vm_qemu() - the QEMU that holds the VM's lock, found without any record of the run
 *
 * Who has the lock's file open with the lock on it, by /proc, and has QEMU's words (a launch
 * on its way has not). Returns its pid and in *@pidfd its pidfd; -ESRCH none that may be
 * seen, -errno.
 */
nodiscard_ pid_t lock_vm_qemu(const struct paths *p, const char *name, int *pidfd);

/** lock_supervisor_holder() - the VM's supervisor, found in the same way */
nodiscard_ pid_t lock_supervisor_holder(const struct paths *p, const char *name, int *pidfd);

#endif
