/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Starting a VM that pipeline_prepare() has found good, in either way: directly, or as a unit of systemd.
 * These functions are part of the command: they say what is wrong, once, and return an exit code.
 */
#ifndef IGVM_START_H
#define IGVM_START_H

#include "launcher/pipeline.h"
#include "launcher/run/unit.h"

/** start_before_claim() - a before_claim of struct pipeline, whose context is a struct unit_orders: the host's
 * screen is handed over, after asking unless "yes" */
int start_before_claim(struct pipeline *p);

/** start_ask() - the same for a VM that another process will start: asks, and takes nothing; @p is left
 * without its locks, with p->elsewhere set */
int start_ask(struct pipeline *p);

/**
 * start_probe() - the probe first, where it is due, after pipeline_prepare(); then the plan of the run once more
 *
 * EXIT_REFUSED the probe found what blocks, or what pipeline_plan() returns; then @p holds nothing any more.
 */
int start_probe(struct pipeline *p, const struct unit_orders *o);

/** start_direct() - fork supervisor and launch, wait for ready; takes over the locks of @p */
int start_direct(struct pipeline *p, const struct unit_orders *o);

/** start_unit() - the job for systemd, until the supervisor's READY; @p holds nothing any more */
int start_unit(struct pipeline *p, const struct unit_orders *o);

/** start_progress() - progress_begin() with what is being waited for */
void start_progress(const struct pipeline *p);

/** start_judge_applied() - what was planned and not applied is no success: then the VM is stopped, EXIT_FAILED */
int start_judge_applied(struct pipeline *p);

#endif
