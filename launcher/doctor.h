/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces of `igvm doctor`: what it knows, and the forms in which it says it. */
#ifndef IGVM_DOCTOR_H
#define IGVM_DOCTOR_H

#include "launcher/decide/guide.h"
#include "launcher/facts/holders.h"
#include "launcher/pipeline.h"
#include "romfiles/igd.h"

struct doctor {
	struct pipeline *p;
	struct host_more more;
	const struct pci_fact *igpu;	/* the device looked at; NULL: it is no Intel display */
	const struct igd_platform *pf;	/* NULL: unknown device, or none */
	struct holders holders;	/* of the iGPU; empty when nobody was seen */
	bool like_guide;
	struct guide_row guide[GUIDE_ROWS_MAX];
	size_t n_guide;
};

/**
 * doctor_look() - read and judge for d->p and d->like_guide, and fill the rest
 *
 * EXIT_OK, also when findings block; else it was said why: EXIT_USAGE, EXIT_NO_VM, EXIT_PRIVILEGE,
 * EXIT_FAILED.
 */
int doctor_look(struct doctor *d);

/** doctor_people() - rows of facts, findings, verdict, the next step, on standard output */
void doctor_people(const struct doctor *d);

/** doctor_guide() - the guide's steps, one row each, on standard output */
void doctor_guide(const struct doctor *d);

/** doctor_object() - all of it; schema tests/schema/doctor.json; a new reference, NULL without memory */
json_t *doctor_object(const struct doctor *d);

/** doctor_json() - that on standard output; an exit code */
int doctor_json(const struct doctor *d);

/** doctor_verdict() - blocked when a finding blocks */
enum verdict doctor_verdict(const struct doctor *d);

/** doctor_stolen() - size of stolen memory in bytes; 0 none; IGD_STOLEN_BAD also when it could not be read */
uint64_t doctor_stolen(const struct doctor *d);

/** doctor_cpu() - "i5-1340P, Raptor Lake-P" into @buf, which is returned; "" unknown */
char *doctor_cpu(const struct doctor *d, char *buf, size_t size);

#endif
