/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What VMs do, in Prometheus' text format (version 0.0.4: prometheus.io, "Exposition formats"). A table of
 * metrics, each from `status --json` or the record of the last verify. What is not known has no sample: a 0
 * would be a statement. Pure.
 */
#ifndef IGVM_DECIDE_METRICS_H
#define IGVM_DECIDE_METRICS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "launcher/base/cleanup.h"

/** struct metrics_vm - one VM as it was found */
struct metrics_vm {
	char name[49];
	const char *scope;	/* "system", "user" */
	json_t *status;		/* of status_read(), owned by the caller; NULL: it could not be had */
	int works;		/* the last verify: 1 yes, 0 no, -1 nobody has looked */
	uint64_t verified;	/* when, seconds since 1970 */
};

/** metrics_print() - all of them, each metric's samples together; false: @f has an error */
nodiscard_ bool metrics_print(FILE *f, const struct metrics_vm *vm, size_t n);

#endif
