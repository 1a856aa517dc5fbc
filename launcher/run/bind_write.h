/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes to sysfs and module loading, each in a child and bounded in time. */
#ifndef IGVM_RUN_BIND_WRITE_H
#define IGVM_RUN_BIND_WRITE_H

#include "launcher/base/cleanup.h"

#define BIND_WRITE_MS	5000	/* an unbind of i915 takes well under a second */

/**
 * bind_write() - write @text to the sysfs file @path
 *
 * Unbinding can sleep in the kernel for ever (a driver that waits for users of its device), and a process in that
 * sleep cannot be killed: so a child writes, and is left behind with -ETIMEDOUT after BIND_WRITE_MS. It holds no
 * descriptor of ours but @keep (-1 none), which is open for as long as the kernel is in that write: a lock on it tells
 * others. 0 or -errno of open() or write().
 */
nodiscard_ int bind_write(const char *path, const char *text, int keep);

/** bind_modprobe() - `modprobe @module`, at most 30 s; 0, -ENOENT no modprobe or it failed, -ETIMEDOUT, -errno */
nodiscard_ int bind_modprobe(const char *module);

/**
 * bind_run() - run the program @argv[0], a path, for at most @ms
 *
 * Without a terminal, our descriptors or our environment. 0; -ENOENT there is no such program; -ECHILD it
 * failed; -ETIMEDOUT it was killed, or cannot be; -errno.
 */
nodiscard_ int bind_run(char *const argv[], int ms);

#endif
