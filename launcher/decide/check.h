/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks: rules over facts, each evaluated, in the order of the table. Pure. */
#ifndef IGVM_DECIDE_CHECK_H
#define IGVM_DECIDE_CHECK_H

#include "launcher/decide/finding.h"
#include "launcher/facts/boot.h"
#include "launcher/facts/host.h"
#include "launcher/facts/qemu_caps.h"
#include "launcher/facts/wish.h"

/** struct check_input - @caps, @wish (doctor without a VM), @boot may be NULL: their checks are left out */
struct check_input {
	const struct host_facts *host;
	const struct qemu_caps *caps;
	const struct wish *wish;
	const struct boot_facts *boot;
	struct bdf device;	/* the iGPU looked at */
};

/** check_run() - evaluate every rule; same facts, same list */
void check_run(const struct check_input *in, struct findings *f);

#endif
