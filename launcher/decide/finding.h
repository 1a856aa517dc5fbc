/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Findings: judged facts with stable ids. One table (finding_table.c) holds
 * id, severity, area and texts; ids are never reused or renumbered.
 * doctor, start, probe and every later judge print the same findings.
 */
#ifndef IGVM_DECIDE_FINDING_H
#define IGVM_DECIDE_FINDING_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/base/cleanup.h"

enum severity { SEVERITY_NOTE, SEVERITY_WARN, SEVERITY_BLOCK };
enum verdict { VERDICT_READY, VERDICT_BLOCKED, VERDICT_WORKS, VERDICT_BROKEN, VERDICT_UNKNOWN };

/* FINDING(symbol, "id", severity, area): the list; texts are in finding_table.c */
#include "launcher/decide/finding_ids.h"

enum finding_id {
#define FINDING(sym, id, sev, area) FINDING_##sym,
	FINDING_LIST
#undef FINDING
	FINDING_COUNT
};

/** struct finding_def - one row of the table; texts are N_() */
struct finding_def {
	const char *id;		/* "iommu.off" */
	enum severity severity;
	const char *area;	/* "firmware", "kernel", "device", "qemu", "rom", "guest", "files" */
	const char *wanted;	/* what would be right */
	const char *fix;	/* the command or step that mends it */
	const char *explain;	/* the paragraph of `igvm explain` */
};

struct finding {
	enum finding_id id;
	enum severity severity;
	char seen[320];		/* what was seen; translated sentence */
	const char *fix;	/* N_(): a step that fits better than the row's; NULL: the row's */
	char step[320];		/* a step with names in it, translated; "" see fix */
	const char *wanted;	/* the same for what would be right */
};

#define FINDINGS_MAX	96

struct findings {
	struct finding v[FINDINGS_MAX];
	size_t n;
};

/** finding_def() - the row of @id */
const struct finding_def *finding_def(enum finding_id id);

/** finding_find_id() - "iommu.off" -> *@id; false when there is no such id */
bool finding_find_id(const char *text, enum finding_id *id);

/** finding_add() - append with the row's severity; a full list keeps what it has */
void finding_add(struct findings *f, enum finding_id id, const char *fmt, ...) printf_(3, 4);

/** finding_step() - give @x a step of its own, a translated sentence */
void finding_step(struct finding *x, const char *fmt, ...) printf_(2, 3);

/** finding_fix() - the step that mends @x: its own, or the row's, which is to be translated still */
const char *finding_fix(const struct finding *x);

/** finding_wanted() - what would be right instead of @x, untranslated: its own or the row's */
const char *finding_wanted(const struct finding *x);

/** finding_has() - is @id in the list? */
bool finding_has(const struct findings *f, enum finding_id id);

/** finding_worst() - highest severity; SEVERITY_NOTE when empty */
enum severity finding_worst(const struct findings *f);

/** severity_text(), verdict_text() - "block", "ready": the words of the JSON */
const char *severity_text(enum severity s);
const char *verdict_text(enum verdict v);

/**
 * findings_json() - {"version":1,"kind":@kind,"findings":[...],"verdict":...};
 * a new reference, NULL without memory. Schema: tests/schema/findings.json
 */
json_t *findings_json(const struct findings *f, const char *kind, enum verdict v);

#endif
