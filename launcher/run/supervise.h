/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor always attaches, whether QEMU is a second or a week old:
 * re-adoption is the only path there is. One poll loop, one computed
 * deadline; decisions are sup_step()'s. SIGTERM means detach: the VM runs on.
 */
#ifndef IGVM_RUN_SUPERVISE_H
#define IGVM_RUN_SUPERVISE_H

#include <sys/types.h>

#include "launcher/base/paths.h"

struct supervise {
	const struct paths *paths;
	const char *sysroot;
	const char *name;
	pid_t child;		/* QEMU when it is our child to reap, 0 when adopted */
	int ready_fd;		/* gets one line: "ready\n" or "failed TEXT\n"; -1 none */
};

/** supervise_run() - attach, watch, report, until QEMU is gone or we are told to detach; an enum exit_code */
int supervise_run(const struct supervise *s);

/**
 * supervise_spawn() - start a supervisor for a VM that runs without one
 *
 * Forks, detaches (own session, /dev/null), execs nothing. Returns 0 when it answers on its control socket within
 * @timeout_ms, -EBUSY when there already is one, -ETIMEDOUT, -errno.
 */
nodiscard_ int supervise_spawn(const struct paths *p, const char *sysroot, const char *name,
			       unsigned int timeout_ms);

#endif
