/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device nodes that QEMU opens by itself: its user gets them for as long as the VM runs. */
#ifndef IGVM_RUN_NODE_H
#define IGVM_RUN_NODE_H

#include <sys/stat.h>

#include "launcher/run/journal.h"

/** node_open() - O_PATH of the device node @path, no link; -EINVAL something else is there; -errno
 *
 * Below a @sysroot other than "/" (tests) an ordinary file stands for a node.
 */
nodiscard_ int node_open(const char *sysroot, const char *path, struct stat *st);

/**
 * node_give() - owner of the node @path becomes @uid; in the journal of @run_fd first
 *
 * Group and mode stay, so whoever could open it before still can. 0; -EINVAL no device node;
 * -ENOSPC the journal is full; -errno. Giving what @uid has already changes nothing.
 */
nodiscard_ int node_give(int run_fd, const char *sysroot, const char *path, uid_t uid);

/**
 * node_event() - the event device that @path names, links followed: SYSROOT/dev/input/eventN
 *
 * Links are followed with our own rights, so what they lead to is looked at: -EINVAL it is no event device;
 * -ENOENT, -errno.
 */
nodiscard_ int node_event(const char *sysroot, const char *path, char real[static PATH_MAX]);

#endif
