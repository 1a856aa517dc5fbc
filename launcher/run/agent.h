/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Running a program in the guest through its agent: the command's own
 * conversation on run/NAME/agent, which QEMU serves one client at a time.
 * What comes back is the guest's word.
 */
#ifndef IGVM_RUN_AGENT_H
#define IGVM_RUN_AGENT_H

#include "launcher/base/cleanup.h"
#include "launcher/base/paths.h"
#include "qmp/qga.h"

/**
 * agent_run() - run @exec in the guest of VM @name and wait for its end, at most @timeout_ms in all
 *
 * 0: *@out is the caller's to release by qga_exec_status_done(). -ENOENT, -ECONNREFUSED, -EACCES there is no socket of
 * an agent; -ETIMEDOUT nobody answers in the guest, or the program has not ended; -EREMOTEIO the agent refuses
 * (disabled, no such program); -EBADMSG, -ECONNRESET, -errno.
 */
nodiscard_ int agent_run(const struct paths *p, const char *name, const struct qga_exec *exec, unsigned int timeout_ms,
			 struct qga_exec_status *out);

#endif
