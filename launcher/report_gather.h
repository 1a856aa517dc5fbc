/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what a report (launcher/report/report.h) is made of. */
#ifndef IGVM_REPORT_GATHER_H
#define IGVM_REPORT_GATHER_H

#include "launcher/doctor.h"
#include "launcher/report/report.h"

/**
 * report_gather() - the report of what doctor_look() has looked at, with its VM's last run
 *
 * Starts nothing and asks no guest. A new reference, NULL without memory; what cannot be read is null in it.
 */
json_t *report_gather(const struct doctor *d);

/** struct report_people - the names, and the bytes they are in */
struct report_people {
	struct report_names names;
	char user[REPORT_NAMES_MAX][64], host[256];
};

/** report_people_read() - whose names this host (@root) knows: of persons, not of services */
void report_people_read(const char *root, struct report_people *p);

#endif
