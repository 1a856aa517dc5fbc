/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who converses on somebody else's Unix socket. */
#ifndef IGVM_RUN_UNIX_PEER_H
#define IGVM_RUN_UNIX_PEER_H

#include <sys/types.h>

#include "launcher/base/cleanup.h"

/**
 * unix_peer() - the process that is connected to the socket @file of the directory @dir, other than @but
 *
 * Several: any of them. -ESRCH: nobody, or a process that we may not look into; -errno, of sock_diag(7), which a
 * kernel, or a service's sandbox, may not give.
 */
nodiscard_ pid_t unix_peer(int dir, const char *file, pid_t but);

/** unix_peer_text() - the same as "socat (pid 812)", safe for a terminal; "" nobody that can be named; @buf */
char *unix_peer_text(int dir, const char *file, pid_t but, char *buf, size_t size);

#endif
