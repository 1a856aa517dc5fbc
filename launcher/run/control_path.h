/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Unix sockets below a run directory of any depth: for the two ends of the control socket
 * and for QMP.
 */
#ifndef IGVM_RUN_CONTROL_PATH_H
#define IGVM_RUN_CONTROL_PATH_H

#include <sys/un.h>

#include "launcher/base/cleanup.h"
#include "launcher/base/paths.h"

/** control_open_dir() - an O_PATH descriptor of run/control, or -errno */
nodiscard_ int control_open_dir(const struct paths *p);

/**
 * control_address() - of the socket @file in the directory @dir, valid while @dir is open;
 * 0, -ENAMETOOLONG
 */
nodiscard_ int control_address(int dir, const char *file, struct sockaddr_un *addr);

/**
 * control_connect() - a connected non-blocking stream socket, or -errno; -EAGAIN: its
 * backlog is full
 */
nodiscard_ int control_connect(int dir, const char *file);

#endif
