/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judgement: from what was observed to findings and a verdict. Pure.
 *
 * Rules are rows (judge_rules.c), the most specific first. "Works" is never what is left when
 * nothing was found: it wants the guest's driver seen running, nothing that blocks, and from QEMU
 * and the host no word against it.
 */
#ifndef IGVM_VERIFY_JUDGE_H
#define IGVM_VERIFY_JUDGE_H

#include "launcher/decide/finding.h"
#include "launcher/verify/seen.h"

/** enum driver_state - what the guest says of its driver, taken at its word */
enum driver_state { DRIVER_STATE_UNKNOWN, DRIVER_STATE_DEAD, DRIVER_STATE_RUNS };

/** judge_driver() - from the guest's answer alone; @lab: as in struct seen */
enum driver_state judge_driver(const struct seen_guest *g, bool lab);

/**
 * judge_seen() - all findings, the cause first where there is one
 * @drivers: text of templates/intel-driver-versions; "" none
 */
enum verdict judge_seen(const struct seen *s, const char *drivers, struct findings *f);

/** judge_cause() - the finding that names why it is not "works": the first that blocks; NULL: none does */
const struct finding *judge_cause(const struct findings *f);

/** judge_may_change() - may the verdict become better when the guest is given time (--wait)? */
bool judge_may_change(const struct seen *s, enum verdict v);

#endif
