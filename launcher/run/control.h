/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The conversation between a command and the supervisor: run/control/NAME, a
 * unix stream socket, one JSON object a line each way. Requests: {"op":
 * "status"|"stop"|"kill"|"screenshot"|..., ...}; answers: {"version":1,"ok":true,...}
 * or {"version":1,"ok":false,"error":"...","code":EXIT}. "stop" and "kill" with "wait":true
 * are answered when QEMU is gone and cleaned up after. Peers are judged by SO_PEERCRED: root
 * and the owner.
 *
 *	status					-> the members of `igvm status --json`
 *	stop, "timeout_ms": N (the plan's),
 *	      "wait": bool			-> {} at once, or "end": the object of end.json
 *	kill, "wait": bool			-> the same
 *	screenshot				-> {} and, as SCM_RIGHTS, a memfd that holds the PNG
 *	look, "os": "linux" | "windows",
 *	      "quick": bool,
 *	      "timeout_ms": N (60000)		-> "end": a word of look.h, "agent": its version, "detail": text,
 *						   "truncated", "exitcode"; with "ran" a memfd of the output
 *	igpu					-> "device": QEMU's query-pci of it or null, "x-igd-opregion",
 *						   "x-igd-lpc": bool or null, "qemu": its version
 *	type, "keys": [QCODE, ...]		-> "display": is there an emulated one; they were pressed together
 *	console					-> {} and a connected socket to the serial console
 *	agent					-> {} and a connected socket to the guest agent, lent until the
 *						   client closes this connection: nobody else gets it
 *	reset, pause, resume			-> {} when QEMU has done it
 *	qmp, "command": S, "arguments": object	-> {} and, as SCM_RIGHTS, a memfd that holds QEMU's
 *						   {"return": ...} or {"error": ...}; one at a time
 *	usb, "attach": {"name", "port", "id"},
 *	     or "detach": NAME			-> {} when the guest has it, or no longer
 *	detach					-> {}; the supervisor leaves, the VM runs on
 */
#ifndef IGVM_RUN_CONTROL_H
#define IGVM_RUN_CONTROL_H

#include <errno.h>
#include <stdbool.h>

#include "launcher/base/cleanup.h"
#include "launcher/base/paths.h"

/* One request, and one answer, with the newline. */
#define CONTROL_REQUEST_MAX	2048
#define CONTROL_ANSWER_MAX	65536

/**
 * control_call() - ask the supervisor of @name; blocks at most @timeout_ms
 *
 * *@answer is a new reference on 0 (which includes "ok":false). -ENOENT/-ECONNREFUSED nobody
 * answers there, -ECONNRESET it went away before it answered, -ETIMEDOUT, -EBADMSG, -EACCES,
 * -errno.
 */
nodiscard_ int control_call(const struct paths *p, const char *name, const json_t *request,
			    unsigned int timeout_ms, json_t **answer);

/**
 * control_call_fd() - the same; *@fd is the descriptor that came with the answer, or -1
 *
 * *@conn (@conn NULL: closed) is the connection: what was lent is lent until the caller closes it.
 */
nodiscard_ int control_call_fd(const struct paths *p, const char *name, const json_t *request,
			       unsigned int timeout_ms, json_t **answer, int *fd, int *conn);

/** control_nobody() - does this result of a call mean that no supervisor is there? */
static inline bool control_nobody(int r)
{
	return r == -ENOENT || r == -ECONNREFUSED || r == -ECONNRESET;
}

#endif
