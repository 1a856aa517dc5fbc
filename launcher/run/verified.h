/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the last look at the guest's driver found: DATA/NAME/verify.json,
 *
 *	{"version": 1, "kind": "verified", "verdict": "works" | "broken" | "unknown",
 *	 "time": seconds since 1970}
 *
 * with whatever members more its writer has to tell: "manifest", what the host, QEMU and the guest
 * were then (launcher/verify/manifest.h), and "worked", {"time", "manifest"} of the last "works".
 * A look that ended in "unknown" leaves the record as it was. Whoever looks into the guest (`igvm verify`)
 * replaces it whole, as root's or the user's own file of mode 0600; `igvm set` and `igvm edit` read it before they take the
 * emulated display away. It belongs to the VM's data: `igvm delete` removes it.
 */
#ifndef IGVM_RUN_VERIFIED_H
#define IGVM_RUN_VERIFIED_H

#include <stdint.h>

#include "launcher/base/paths.h"

enum verified_verdict { VERIFIED_UNKNOWN, VERIFIED_BROKEN, VERIFIED_WORKS };

struct verified {
	enum verified_verdict verdict;
	uint64_t time;		/* 0 with VERIFIED_UNKNOWN and nothing recorded */
};

/**
 * verified_read() - the record of VM @name below @p
 *
 * Returns 0; -ENOENT nobody has looked yet, -EBADMSG, -EPROTO of a newer igvm, -errno; *@v is
 * VERIFIED_UNKNOWN then.
 */
nodiscard_ int verified_read(const struct paths *p, const char *name, struct verified *v);

/** verified_load() - the whole of it; a new reference, or NULL with the errors of verified_read() in *@err */
json_t *verified_load(const struct paths *p, const char *name, int *err);

/** verified_write() - replace it by @json, an object with the members above; 0, -EBADMSG without them, -errno */
nodiscard_ int verified_write(const struct paths *p, const char *name, const json_t *json);

#endif
