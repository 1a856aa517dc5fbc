/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the judgement share; nobody else includes this. */
#ifndef IGVM_VERIFY_JUDGE_PARTS_H
#define IGVM_VERIFY_JUDGE_PARTS_H

#include "launcher/verify/judge.h"

#define WHY_MAX	300

/** enum judge_when - what must be known of the guest's driver for a row to count */
enum judge_when {
	WHEN_ANY,
	WHEN_NOT_RUNNING,	/* dead, or nobody could tell */
	WHEN_DEAD,
	WHEN_UNEXPLAINED,	/* dead, and no row before has said why */
	WHEN_RUNS,
};

struct judging {
	const struct seen *s;
	const char *drivers;
	const struct seen_display *igpu;	/* NULL: the guest shows none, or did not tell */
	char why[WHY_MAX];	/* what was seen: translated, written by a row's @hit */
};

/** struct judge_rule - one row */
struct judge_rule {
	enum finding_id id;
	enum judge_when when;
	bool (*hit)(struct judging *j);
	bool worse_for_compute;	/* blocks where use = compute, whatever the finding's own severity */
};

extern const struct judge_rule judge_causes[], judge_others[];
extern const size_t judge_n_causes, judge_n_others;

/** why() - set @j->why; returns true, so that a row can end with it */
bool why(struct judging *j, const char *fmt, ...) printf_(2, 3);

/** judge_log_says() - does the guest's kernel log have a line with one of @texts? sets why */
bool judge_log_says(struct judging *j, const char *const *texts, size_t n);

/* A row's function for lines of i915 and xe, Linux 5.10 to 6.12. */
#define JUDGE_LOG(fn, ...)						\
	static bool fn(struct judging *j)				\
	{								\
		static const char *const texts[] = { __VA_ARGS__ };	\
									\
		return judge_log_says(j, texts, ARRAY_SIZE(texts));	\
	}

/** judge_driver_bad() - is something bad reported of this version? (drivers.h) */
bool judge_driver_bad(struct judging *j);

#endif
