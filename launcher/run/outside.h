/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes that must outlive the login session they were started from. */
#ifndef IGVM_RUN_OUTSIDE_H
#define IGVM_RUN_OUTSIDE_H

#include "launcher/base/paths.h"

/**
 * outside_move() - the calling process leaves its terminal, session and, under systemd, its cgroup
 *
 * For a process that was just forked. setsid(); SIGHUP ignored; where systemd runs (SYSROOT/run/systemd/system),
 * a transient scope igvm-WHAT-PID.scope in system.slice is made with the process in it, because a session's
 * end kills what is in the session's scope (KillUserProcesses=, or the display manager's own unit). 0; -ENOTSUP systemd did not
 * move it within 5 s: the session's end would end it; -errno.
 */
nodiscard_ int outside_move(const char *sysroot, const char *what);

/**
 * outside_watch() - a process that sees to it that @name's screen comes back
 *
 * Forks; the child keeps no descriptor, and ends when no note of a screen names @name any more (screen.h).
 * While the VM runs without a supervisor it starts one; when the VM has ended and nobody is there, it
 * cleans up. So the host's user, who has no screen to do it from, needs not. @vm: it is a VM (else a selftest, which
 * has the VM's lock and no supervisor). Returns its pid, or -errno.
 */
nodiscard_ pid_t outside_watch(const struct paths *p, const char *sysroot, const char *name, bool vm);

#endif
