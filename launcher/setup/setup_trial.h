/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A trial: the setup takes itself back unless it is confirmed. A timer of
 * systemd counts from the boot after apply, on a clock that nobody sets, and
 * begins anew with each boot, so neither a wrong date nor a power cut makes it late.
 */
#ifndef IGVM_SETUP_SETUP_TRIAL_H
#define IGVM_SETUP_SETUP_TRIAL_H

#include "launcher/facts/host_tree.h"
#include "launcher/setup/setup_journal.h"

/* Below a minute a slow machine has not come up; above a day nobody waits. */
#define SETUP_TRIAL_MIN		60
#define SETUP_TRIAL_MAX		86400

/** setup_trial_parse() - "10m", "90s", "1h", "600": seconds; false: not a time, or out of bounds */
nodiscard_ bool setup_trial_parse(const char *text, unsigned int *seconds);

/** setup_trial_possible() - is systemd this root's init (running, for the live machine)? */
bool setup_trial_possible(const struct tree *t);

/**
 * setup_trial_add() - the units, as files of @plan, and the command that makes systemd see them
 *
 * @program: absolute path of igvm on the host, without blanks, quotes or '%' (-EINVAL). 0, or as setup_plan_file().
 */
nodiscard_ int setup_trial_add(struct setup_plan *plan, const char *program, unsigned int seconds);

/** setup_is_trial_file() - does @path belong to the trial's own units? */
bool setup_is_trial_file(const char *path);

enum setup_trial {
	TRIAL_NONE,		/* nothing is on trial */
	TRIAL_REBOOT,		/* the boot that counts has not come */
	TRIAL_RUNS,
	TRIAL_OVER,		/* undo, and boot again */
};

/** setup_trial_judge() - @boot: this boot's id; @uptime: its seconds. Pure */
enum setup_trial setup_trial_judge(const struct setup_journal *j, const char *boot, uint64_t uptime);

#endif
