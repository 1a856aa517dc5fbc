/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper: a small process that alone reads QEMU's stderr and the
 * firmware's debug port, keeps each in a capped ring on disk and the last 8 KiB of stderr
 * in run/NAME/stderr.tail, and ends at end of file on all its streams.
 */
#ifndef IGVM_RUN_KEEPER_H
#define IGVM_RUN_KEEPER_H

#include "launcher/base/cleanup.h"
#include "launcher/run/ring.h"

/** enum keeper_stream - names of the rings in run/NAME/log/: qemu, firmware, serial */
enum keeper_stream { KEEPER_QEMU, KEEPER_FIRMWARE, KEEPER_SERIAL, KEEPER_NSTREAMS };

#define KEEPER_TAIL_BYTES	8192

/** keeper_ring_path() - name of ring file @i (0 = newest) of @stream, relative to run/NAME */
const char *keeper_ring_path(enum keeper_stream stream, unsigned int i, char buf[static 32]);

/**
 * keeper_start() - fork the keeper; it outlives the caller
 *
 * @run_fd: run/NAME. @in[]: read ends, -1 = stream not used; closed in the caller in any case. Its own session, to
 * init, no capability, seccomp filter, no other descriptor. run/NAME/stderr.tail of the run before is
 * removed, rings move up by one. Returns its pid or -errno.
 */
nodiscard_ pid_t keeper_start(int run_fd, const int in[static KEEPER_NSTREAMS]);

#endif
