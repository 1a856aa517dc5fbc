/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run of the probe, for `igvm probe` and for a start that wants to know first. */
#ifndef IGVM_PROBE_RUN_H
#define IGVM_PROBE_RUN_H

#include "launcher/pipeline.h"

#define PROBE_TIMEOUT_S	120u	/* some ten times what OVMF needs where the CPU is emulated twice over */

/**
 * probe_once() - boot the probe by the words of @p, made with PLAN_PROBE, and judge what it reports
 *
 * Locks and device are @p's and stay so. What is found is added to p->findings, *@report is a new reference. EXIT_OK
 * says that it ran, not that it found the VM good (probe_verdict()); EXIT_FAILED, said, with *@report NULL.
 */
int probe_once(struct pipeline *p, unsigned int timeout_s, json_t **report);

/** probe_manifest() - what the outcome of that run depends on; a new reference, NULL without memory */
json_t *probe_manifest(const struct pipeline *p);

/** probe_remember() - a success is written down with @manifest; what hinders that is said */
void probe_remember(const struct pipeline *p, json_t *manifest);

#endif
