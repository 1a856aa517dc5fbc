/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting a VM again that has failed, where no service manager does it: by the supervisor that has seen
 * the end, as `igvm start` in its own process. Pace and limit are those of decide/sup.h; run/NAME/restarts.json
 * holds them over the runs, and who is about to do it.
 */
#ifndef IGVM_RUN_RESTART_H
#define IGVM_RUN_RESTART_H

#include <stdbool.h>

#include "launcher/base/paths.h"
#include "launcher/decide/sup.h"

/** enum restart - what follows an end */
enum restart { RESTART_NO, RESTART_DUE, RESTART_TOO_OFTEN };

/**
 * restart_judge() - may this process start the VM again?
 *
 * RESTART_DUE: it is noted as the one that will, until restart_run() or restart_cancel(). A record that cannot be
 * read or written is RESTART_NO.
 */
enum restart restart_judge(const struct paths *p, const char *name, enum sup_end end);

/**
 * restart_run() - wait, then become the command @argv, unless somebody has cancelled it meanwhile
 *
 * Signals are as at the start of a program. Returns when it was cancelled, or the program cannot be executed.
 */
void restart_run(const struct paths *p, const char *name, char *const argv[]);

/** restart_is_mine() - is the calling process the one that restart_judge() has noted? */
bool restart_is_mine(const struct paths *p, const char *name);

/** restart_is_pending() - is somebody about to start it again? */
bool restart_is_pending(const struct paths *p, const char *name);

/** restart_cancel() - nobody starts it again, and what has happened so far is forgotten; was somebody about to? */
bool restart_cancel(const struct paths *p, const char *name);

#endif
