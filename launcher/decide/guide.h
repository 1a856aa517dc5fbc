/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps of the guides people follow (firmware setup, lspci, kernel
 * command line, initramfs, blacklist, look again), each judged on this host:
 * done, wrong, not needed, or unknown. A table over facts. Pure.
 */
#ifndef IGVM_DECIDE_GUIDE_H
#define IGVM_DECIDE_GUIDE_H

#include "launcher/facts/boot.h"
#include "launcher/facts/host.h"
#include "launcher/facts/host_more.h"

enum guide_state {
	GUIDE_DONE,
	GUIDE_WRONG,		/* done in a way that does not work, or missing and needed */
	GUIDE_NOT_NEEDED,	/* missing, and nothing is lost; or done, and without use */
	GUIDE_UNKNOWN,		/* the facts that would tell were not read */
};

struct guide_input {
	const struct host_facts *host;
	const struct host_more *more;
	const struct boot_facts *boot;	/* NULL: not read */
	const struct pci_fact *dev;	/* the iGPU; NULL: none */
};

struct guide_row {
	const char *key;	/* short, for JSON: "bios.vt-d" */
	const char *step;	/* N_(): as the guides have it */
	enum guide_state state;
	char why[256];		/* translated */
};

#define GUIDE_ROWS_MAX	24

/** guide_judge() - fill @rows in the order of the guides; how many there are */
size_t guide_judge(const struct guide_input *in, struct guide_row rows[static GUIDE_ROWS_MAX]);

/** guide_state_text() - "done", "wrong", "not needed", "unknown"; the words of the JSON */
const char *guide_state_text(enum guide_state s);

#endif
