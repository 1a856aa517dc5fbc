/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The manifest: what the host, QEMU and the guest were when the guest's driver was looked at, as
 * an object of texts, and "words", QEMU's command line, an array of texts. Kept in verify.json
 * (launcher/run/verified.h); the difference to the one of the last success is where a search for
 * what broke begins. Pure.
 */
#ifndef IGVM_VERIFY_MANIFEST_H
#define IGVM_VERIFY_MANIFEST_H

#include "launcher/base/cleanup.h"
#include "launcher/verify/judge.h"

/**
 * manifest_diff() - in what @is differs from @was
 *
 * An array of {"what", "was", "is"}, null where one of them has nothing, in a fixed order; words
 * of QEMU that are in one command line alone are rows of their own ("words"). Numbers of descriptors
 * differ from start to start and are left out. Members that an igvm of another version wrote are
 * compared alike. A new reference, NULL without memory.
 */
json_t *manifest_diff(const json_t *was, const json_t *is);

/** manifest_guest() - add what the guest told: "guest", "driver", "agent"; false: no memory */
nodiscard_ bool manifest_guest(json_t *manifest, const struct seen_guest *g);

/**
 * manifest_record() - the record to write after a look
 *
 * @old: the record before, NULL none. @cause: id of the finding that names why not, NULL none. A verdict other than works keeps its "worked". NULL without
 * memory.
 */
json_t *manifest_record(const json_t *old, json_t *manifest, enum verdict v, const char *cause, int64_t now);

/** manifest_worked() - "worked" of a record: its manifest, borrowed, and *@when; NULL: it never did */
const json_t *manifest_worked(const json_t *record, int64_t *when);

#endif
