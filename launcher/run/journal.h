/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The journal of a run, run/NAME/journal.json: what has to be undone when the
 * VM ends, whoever is left to do it. An entry about a host file is on disk
 * before the file is touched.
 */
#ifndef IGVM_RUN_JOURNAL_H
#define IGVM_RUN_JOURNAL_H

#include "launcher/run/record.h"

enum journal_what {
	JOURNAL_NODE,		/* owner and mode of a device node were changed */
	JOURNAL_HELPER,		/* a process was started */
	JOURNAL_HOOK,		/* the owner's program was told that the VM starts; it is told that it ended */
	JOURNAL_DONE,		/* undone; never on disk */
};

struct journal_entry {
	enum journal_what what;
	char path[PATH_MAX];	/* JOURNAL_NODE, _HOOK */
	uid_t uid;		/* JOURNAL_NODE: as it was before */
	gid_t gid;
	mode_t mode;
	uid_t given_to;		/* JOURNAL_NODE: undone only while it is this user's; _HOOK: run as this user */
	char name[49];		/* JOURNAL_HOOK: the VM */
	char helper[16];	/* JOURNAL_HELPER: "keeper", "swtpm", "passt", "virtiofsd" */
	struct identity id;	/* JOURNAL_HELPER */
};

/* Helpers: keeper, swtpm, a passt for each card, a virtiofsd for each folder. Nodes: VFIO, event devices, and those plugged
 * in later. */
#define JOURNAL_MAX	40

struct journal {
	struct journal_entry v[JOURNAL_MAX];
	size_t n;
};

/** journal_read() - run/NAME/journal.json; none: 0 and empty; -EBADMSG, -EPROTO newer, -errno */
nodiscard_ int journal_read(int run_fd, struct journal *j);

/** journal_write() - replace it; an empty one is removed; 0 or -errno */
nodiscard_ int journal_write(int run_fd, const struct journal *j);

/**
 * journal_add() - append @e on disk; returns when it is there
 *
 * A node that is in it for the same user already is not added again; nodes that are gone make room. -ENOSPC when
 * it is full; 0 or -errno.
 */
nodiscard_ int journal_add(int run_fd, const struct journal_entry *e);

/**
 * journal_helper_open() - a pidfd of helper @name ("keeper", "swtpm") of this run
 *
 * Readable (poll) once the helper has ended. -ESRCH it has ended or there is none, -errno.
 */
nodiscard_ int journal_helper_open(int run_fd, const char *name);

#endif
