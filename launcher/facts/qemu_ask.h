/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Run a QEMU binary without a machine and ask it what it can do. */
#ifndef IGVM_FACTS_QEMU_ASK_H
#define IGVM_FACTS_QEMU_ASK_H

#include "launcher/base/cleanup.h"

/**
 * qemu_ask() - the answers of @path, in the form of qemu_caps_from_json()
 *
 * Runs it with an empty environment but PATH and LC_ALL, no descriptor of
 * ours, and at most @timeout_ms; it and what it started are killed and reaped
 * before this returns. Errors and @why as qemu_caps_read(). *@answers is a new reference.
 */
nodiscard_ int qemu_ask(const char *path, int timeout_ms, json_t **answers, char *why,
			size_t why_size);

#endif
