/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The known causes of Code 43, a black screen or a hung host, and what of
 * igvm catches each: a finding and the verb that raises it, or the reason why
 * no look at a host can show it. Numbers are for ever, as ids are. Pure data.
 */
#ifndef IGVM_DECIDE_CATALOGUE_H
#define IGVM_DECIDE_CATALOGUE_H

#include "launcher/decide/finding.h"

#define CATALOGUE_CATCHES_MAX	8
#define CATALOGUE_SHOWN_MAX	5

/** enum cause_verb - who raises a finding; doctor NAME, which makes the plan too, raises those of start */
enum cause_verb { CAUSE_DOCTOR = 1, CAUSE_START, CAUSE_PROBE, CAUSE_VERIFY };

struct cause {
	unsigned int number;	/* 1 to 46 */
	const char *text;	/* N_() */
	struct {
		enum cause_verb verb;	/* 0 ends the list */
		enum finding_id id;
	} catch[CATALOGUE_CATCHES_MAX];
	const char *reason;	/* N_(): why nothing of the host shows it, or what igvm does instead; NULL */
	const char *shown[CATALOGUE_SHOWN_MAX];	/* what plays it, below tests/: recorded hosts, lab scenarios, ...; NULL ends */
};

/** struct cause_totals - of all causes; one is counted where it is caught first */
struct cause_totals {
	unsigned int causes, by[CAUSE_VERIFY + 1];
	unsigned int never;	/* caught by nothing, and it is said why */
};

/** cause_at() - row @i in the order of the numbers; NULL past the end */
const struct cause *cause_at(size_t i);

/** cause_first() - the first verb that catches @c, in the order of enum cause_verb; 0: none does */
enum cause_verb cause_first(const struct cause *c);

/** cause_totals() - count them */
struct cause_totals cause_totals(void);

/** cause_verb_text() - "doctor", "start", "probe", "verify" */
const char *cause_verb_text(enum cause_verb v);

#endif
