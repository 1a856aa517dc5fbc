/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A report: what igvm knows of a host and, where one is named, of a VM, as one object
 *
 *	{"version": 1, "kind": "report", "igvm", "time", "verdict", "doctor", "devices",
 *	 "connectors", "vm", "again", "removed"}
 *
 * (tests/schema/report.json), and the forms in which it is shown. It goes to strangers: what names a
 * person or a piece of hardware is taken out first, and it is in English. It comes from strangers,
 * too: nothing of it is trusted to be what it should be. Pure.
 */
#ifndef IGVM_REPORT_REPORT_H
#define IGVM_REPORT_REPORT_H

#include <stdbool.h>

#include "launcher/base/cleanup.h"
#include "launcher/decide/finding.h"

#define REPORT_BYTES_MAX	((size_t)4 << 20)	/* of a file that is read */
#define REPORT_DEPTH_MAX	32u			/* of objects and arrays in each other */
#define REPORT_LINES_MAX	80u			/* of the text */
#define REPORT_NAMES_MAX	64u

/** struct report_names - words that stand for a person or a machine; borrowed */
struct report_names {
	const char *user[REPORT_NAMES_MAX];
	size_t n_user;
	const char *host;	/* NULL: not known */
};

/**
 * report_check() - can this be a report? Every other function here wants one that is.
 *
 * 0; -EPROTO of a newer igvm, -EBADMSG; *@why is then an N_() sentence.
 */
nodiscard_ int report_check(const json_t *report, const char **why);

/**
 * report_redact() - replace what names a person or a piece of hardware, and list that in "removed"
 *
 * MAC addresses, UUIDs, serial numbers, product keys, the names of @names and of home directories become
 * "[mac 1]" and the like, the same one the same; control bytes become '?'. Doing it twice changes
 * nothing more. 0, -ENOMEM: then nothing of the report may be shown.
 */
nodiscard_ int report_redact(json_t *report, const struct report_names *names);

/**
 * report_again() - judge a report by the rules of this igvm: its "again" and "verdict" are set
 *
 * With a VM its command line is judged as `igvm lint --host` would; without one, what doctor found
 * there is taken, as far as this igvm knows the ids. 0, -ENOMEM.
 */
nodiscard_ int report_again(json_t *report);

/** report_verdict() - blocked before broken before works before ready; of "again" where that is there */
enum verdict report_verdict(const json_t *report);

/** report_text() - at most REPORT_LINES_MAX lines, for a code block; owned, NULL without memory */
nodiscard_ char *report_text(const json_t *report);

/** report_html() - one page that loads nothing; owned, NULL without memory */
nodiscard_ char *report_html(const json_t *report);

#endif
