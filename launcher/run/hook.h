/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The owner's own program ([vm] hook): run before QEMU, and after it by whoever cleans up. */
#ifndef IGVM_RUN_HOOK_H
#define IGVM_RUN_HOOK_H

#include <sys/types.h>

#include "launcher/base/cleanup.h"

#define HOOK_MS		10000	/* it is killed then, with its process group */

/** struct hook - one call; borrowed */
struct hook {
	const char *path;
	const char *name;	/* of the VM: the first argument */
	const char *when;	/* "starting" or "ended": the second */
	uid_t uid;		/* whom root becomes for it, without other groups, capabilities or new privileges */
	int out;		/* stdout and stderr; -1: ours */
};

/**
 * hook_run() - run it and wait for it, HOOK_MS at most
 *
 * Root runs only what root alone can write; *@why, of @size bytes, tells then who else could ("" otherwise). *@code: its
 * exit code, or 128 and the signal that ended it. 0; -EPERM; -ETIMEDOUT; -errno when it cannot be executed.
 */
nodiscard_ int hook_run(const struct hook *h, int *code, char *why, size_t size);

#endif
