/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The last success of the probe: DATA/NAME/probe.json,
 *
 *	{"version": 1, "kind": "probed", "time": seconds since 1970, "manifest": {...}}
 *
 * A failure changes nothing there: what passed once passes again when everything is as it was then. Root's or the
 * user's own file of mode 0600; `igvm delete` removes it with the VM's data.
 */
#ifndef IGVM_RUN_PROBED_H
#define IGVM_RUN_PROBED_H

#include "launcher/base/paths.h"

/**
 * probed_load() - the manifest of the last success of VM @name; a new reference, or NULL
 *
 * *@err: -ENOENT there was none, -EBADMSG, -EPROTO of a newer igvm, -errno.
 */
json_t *probed_load(const struct paths *p, const char *name, int *err);

/** probed_write() - replace it; 0, -ENOMEM, -errno */
nodiscard_ int probed_write(const struct paths *p, const char *name, json_t *manifest);

#endif
