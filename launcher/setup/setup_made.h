/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the tools make of the files that setup writes: initramfs images, unified images, boot entries. Their
 * hashes go into the journal before a tool runs for the first time. So when a tool
 * fails while undo runs it, undo can tell whether what boots is to the byte what booted before setup, and
 * nothing is left to be built, or whether it is not.
 */
#ifndef IGVM_SETUP_SETUP_MADE_H
#define IGVM_SETUP_SETUP_MADE_H

#include <jansson.h>

#include "launcher/facts/host_tree.h"
#include "romfiles/sha256.h"

/** enum setup_kind - bits: what a file below /boot or /efi is */
enum setup_kind {
	SETUP_MADE_IMAGE = 1,	/* an initramfs or a unified image */
	SETUP_MADE_ENTRY = 2,	/* grub.cfg, limine.conf, an entry of the boot loader specification */
	SETUP_MADE_UNSEEN = 4,	/* of a command alone: what it makes lies where igvm cannot look */
};

/** enum setup_since - what became of such a file since its hash was taken */
enum setup_since {
	SETUP_SINCE_SAME,	/* the same bytes */
	SETUP_SINCE_OTHER,	/* others */
	SETUP_SINCE_GONE,
	SETUP_SINCE_NEW,	/* it was not there */
};

struct setup_made {
	char path[256];		/* "/boot/initrd.img-6.12.41" */
	char hash[SHA256_HEX];
	enum setup_kind kind;
	enum setup_since since;	/* setup_made_compare() */
};

#define SETUP_MADE_MAX	128

/** struct setup_mades - every such file, in the order of their names */
struct setup_mades {
	struct setup_made v[SETUP_MADE_MAX];
	size_t n;
	bool whole;		/* nothing was left out: neither unreadable nor one too many */
};

/** setup_made_read() - find and hash them below @t; *@m is zeroed first. What cannot be read makes it not whole */
void setup_made_read(const struct tree *t, struct setup_mades *m);

/** setup_made_compare() - @now against @was: since of each in @now, those that are gone added to it */
void setup_made_compare(const struct setup_mades *was, struct setup_mades *now);

/** setup_made_find() - the one of this path, or NULL */
const struct setup_made *setup_made_find(const struct setup_mades *m, const char *path);

/** setup_made_by() - bits of enum setup_kind: what the program @name (a path or not) makes; 0: nothing that boots */
unsigned int setup_made_by(const char *name);

/** setup_made_same() - were any of these @kinds there, and is each of them now as it was? after compare */
bool setup_made_same(const struct setup_mades *now, unsigned int kinds);

/** setup_since_name() - "same", "other", "gone", "new" */
const char *setup_since_name(enum setup_since s);

/** setup_made_json(), setup_made_from_json() - for the journal; NULL without memory, -EBADMSG */
json_t *setup_made_json(const struct setup_mades *m);
nodiscard_ int setup_made_from_json(json_t *json, struct setup_mades *m);

#endif
