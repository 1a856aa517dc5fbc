/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The conversation between a command and the supervisor: run/control/NAME, a
 * unix stream socket, one JSON object a line each way. Requests: {"op": "status"|"stop"|"kill"|"screenshot"|"detach",
 * ...}; answers: {"version":1,"ok":true,...} or {"version":1,"ok":false,"error":"...","code":EXIT}. "stop" with
 * "wait":true is answered when QEMU is gone. Peers are judged by SO_PEERCRED: root and the owner.
 */
#ifndef IGVM_RUN_CONTROL_H
#define IGVM_RUN_CONTROL_H

#include "launcher/base/cleanup.h"
#include "launcher/base/paths.h"

/**
 * control_call() - ask the supervisor of @name; blocks at most @timeout_ms
 *
 * *@answer is a new reference on 0 (which includes "ok":false). -ENOENT/-ECONNREFUSED nobody answers there,
 * -ETIMEDOUT, -EBADMSG, -errno.
 */
nodiscard_ int control_call(const struct paths *p, const char *name, const json_t *request,
			    unsigned int timeout_ms, json_t **answer);

#endif
