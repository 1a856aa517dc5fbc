/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Running a program in the guest by its agent, on a conversation that the supervisor has lent (control.h, op
 * "agent"): QEMU serves one client there, and while the lending lasts nobody else is let in. Each call has a
 * deadline and a bound. What comes back is the guest's word.
 */
#ifndef IGVM_RUN_AGENT_H
#define IGVM_RUN_AGENT_H

#include "launcher/base/cleanup.h"
#include "qmp/qga.h"

/* For each answer: an agent that runs gives it in milliseconds. */
#define AGENT_CALL_MS	5000

/** struct agent - the conversation; begin with AGENT_NONE, fill in both descriptors, end with agent_close() */
struct agent {
	int fd;			/* connected to the agent; owned */
	int lease;		/* the control connection: the lending lasts until it is closed; owned */
	struct qmp *q;
	char refusal[256];	/* after -EREMOTEIO: the guest's words, sanitized */
};

#define AGENT_NONE	{ .fd = -1, .lease = -1 }

/**
 * agent_begin() - start @exec in the guest; *@pid is its number there
 *
 * -EINVAL a word is not UTF-8; -ETIMEDOUT nobody answers in the guest; -EREMOTEIO the agent refuses (a->refusal);
 * -EPROTO, -EMSGSIZE what it said cannot be read or carried; -ECONNRESET, -errno.
 */
nodiscard_ int agent_begin(struct agent *a, const struct qga_exec *exec, int64_t *pid);

/**
 * agent_wait() - until the program has ended, at most @timeout_ms (-1: as long as it takes and the agent answers)
 *
 * 0: *@out is the caller's to release by qga_exec_status_done(). -ETIMEDOUT it has not ended in time, or nobody
 * answers any more; else as agent_begin().
 */
nodiscard_ int agent_wait(struct agent *a, int64_t pid, int timeout_ms, struct qga_exec_status *out);

/** agent_close() - harmless twice and after AGENT_NONE */
void agent_close(struct agent *a);

#endif
