/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What setup_apply.c and setup_undo.c share. */
#ifndef IGVM_SETUP_SETUP_STEPS_H
#define IGVM_SETUP_SETUP_STEPS_H

#include "launcher/setup/setup_apply.h"

/** setup_report_add() - append a line to the report */
void setup_report_add(struct setup_report *r, const char *path, enum setup_did did);

/** setup_undo_files() - restore what the journal says, or with @stock the stock of adopted files; 0 or the first
 * -errno, the others are tried all the same */
nodiscard_ int setup_undo_files(const struct tree *t, const struct setup_store *s,
				struct setup_journal *j, bool stock, struct setup_report *r);

/** setup_run_commands() - run those of @c: all, up to one that fails; or each of those marked for undo. 0, or the
 * first one's -ECANCELED, -ETIMEDOUT, -errno */
nodiscard_ int setup_run_commands(const struct tree *t, const struct setup_store *s,
			      const struct setup_command *c, size_t n, bool undo,
			      struct setup_report *r);

/** setup_dir_times() - times of directory @path; 0 or -errno */
nodiscard_ int setup_dir_times(const struct tree *t, const char *path, struct timespec *atime,
			       struct timespec *mtime);


/** setup_dirs_left() - remember the directories' times as igvm leaves them */
void setup_dirs_left(const struct tree *t, struct setup_journal *j);

#endif
