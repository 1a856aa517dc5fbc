/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A setup plan carried out and taken back; setup_journal.h has the theory of operation. */
#ifndef IGVM_SETUP_SETUP_APPLY_H
#define IGVM_SETUP_SETUP_APPLY_H

#include "launcher/setup/setup_journal.h"

enum setup_did {
	SETUP_WROTE,		/* apply: the file is new */
	SETUP_RESTORED,		/* undo: as it was, to the byte, with owner, mode and times */
	SETUP_REMOVED,		/* undo: it was not there, nor is it now; apply: it went */
	SETUP_STOCKED,		/* undo with stock: without the hand-made lines, which the journal keeps */
	SETUP_KEPT,		/* undo: somebody changed it since, so it stays */
	SETUP_FAILED,		/* see the error */
};

/** struct setup_report - what apply or undo did, file by file, for whoever prints it */
struct setup_report {
	struct {
		char path[256];
		enum setup_did did;
		char *now, *was;	/* owned; with SETUP_KEPT: on disk, and what undo would write; NULL no file */
		size_t now_len, was_len;
	} file[SETUP_ENTRIES_MAX];
	size_t n;
	char path[256];		/* with an error: which file, directory or command */
	int status;		/* of a command that failed */
	size_t commands;	/* that were run */
	struct {
		char name[64];
		int error;	/* 0, -ECANCELED with @status, -ETIMEDOUT, -errno */
		int status;	/* exit status */
		bool needless;	/* undo: it failed, and what it makes is to the byte what it was before setup */
	} ran[SETUP_COMMANDS_MAX];
	struct setup_mades made; /* undo, when a command failed: what boots now, against before setup; else empty */
	bool left;		/* the journal still has work: undo again */
	int show;		/* in: descriptor for what commands print; -1 nowhere */
};

struct setup_report *setup_report_new(int show);
void setup_report_free(struct setup_report *r);

/**
 * setup_apply() - write @plan's files, then run its commands
 *
 * @trial: seconds of the next boot after which it is to be taken back; 0 none. A journal is on disk
 * before the first change. When a write fails the files that were written are restored at once. With
 * nothing to write and a journal that says "applied" nothing is done at all.
 *
 * 0; -ESTALE r->path is no longer what the plan was made for; -EINPROGRESS an earlier apply or undo was
 * cut off: undo first; -EALREADY an applied setup changed r->path, and hand-made lines of it are to be adopted: undo
 * first; -ECANCELED command r->path failed, with r->status: the files are
 * written, the journal says "applying"; -EBUSY another setup runs; -EBADMSG, -EPROTO the journal; -EMFILE
 * it cannot take more files; -errno, r->path says of what.
 */
nodiscard_ int setup_apply(const struct tree *t, const struct setup_plan *plan, unsigned int trial,
			   struct setup_report *r);

/**
 * setup_undo() - every file as it was, then the commands marked for it
 *
 * Completes one that was cut off. A file that somebody changed is left and reported (SETUP_KEPT),
 * and stays in the journal. Every command is run, also after one that failed. One that failed and would make
 * what is there already, to the byte of before setup, is needless (r->ran), and the undo is whole.
 *
 * @stock: adopted files become their stock, not what they were; their originals stay in the journal (SETUP_STOCK).
 *
 * 0, also without a journal (r->n is 0 then); -ECANCELED, -ETIMEDOUT a command failed and what it makes is not as
 * before: undo again runs it again; -EBUSY, -EBADMSG, -EPROTO as above; -errno.
 */
nodiscard_ int setup_undo(const struct tree *t, bool stock, struct setup_report *r);

/**
 * setup_confirm() - the trial is over: its files go, the rest stays
 *
 * 0; -ENOENT no trial runs; else as setup_undo().
 */
nodiscard_ int setup_confirm(const struct tree *t, struct setup_report *r);

/** setup_journal_peek() - the journal, for status; 0 (SETUP_NONE: none), -EBUSY, -EBADMSG, -EPROTO, -errno */
nodiscard_ int setup_journal_peek(const struct tree *t, struct setup_journal *j);

#endif
