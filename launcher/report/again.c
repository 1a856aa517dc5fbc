/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Somebody else's report by the rules of this igvm: its words are a line like any other that lint gets. */
#include <errno.h>
#include <string.h>

#include "launcher/lint/lint.h"
#include "launcher/report/parts.h"

/* The words of the VM as lint takes them; a report without a VM has none. */
static int read_words(const json_t *report, struct lint_args *a)
{
	const char *qemu = report_text_at(report, "vm.command.qemu");
	const json_t *word;
	size_t i;
	int r = args_add(a, qemu, strlen(qemu));

	json_array_foreach(report_at(report, "vm.command.words"), i, word) {
		const char *option = report_text_at(word, "option"), *value = json_string_value(json_object_get(word, "value"));

		if (!r)
			r = args_add(a, option, strlen(option));
		if (!r && value)
			r = args_add(a, value, strlen(value));
	}
	return r;
}

/* That its ROM is not here says nothing: it was read where the report was made. */
static void drop_unread(struct findings *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].id != FINDING_ROM_UNREAD)
			f->v[n++] = f->v[i];
	f->n = n;
}

static int judge_words(const struct lint_args *a, const struct lint_machine *m, struct findings *f)
{
	_free_ struct line *l = calloc(1, sizeof(*l));
	_free_ struct lint *out = calloc(1, sizeof(*out));
	struct lint_input in = { .line = l, .machine = m };
	int r = l && out ? line_read(a, l) : -ENOMEM;

	if (!r)
		r = lint_judge(&in, out);
	if (!r) {
		drop_unread(&out->findings);
		*f = out->findings;
	}
	if (out)
		lint_done(out);
	return r;
}

/* What was refused there stays refused, also for a reason that no line of words shows. */
static void keep_blocks(struct findings *f, const struct findings *said)
{
	for (size_t i = 0; i < said->n; i++)
		if (said->v[i].severity == SEVERITY_BLOCK && !finding_has(f, said->v[i].id) && f->n < FINDINGS_MAX)
			f->v[f->n++] = said->v[i];
}

/* One that this igvm has no name for: of a newer one. */
static bool has_unknown_block(const json_t *report)
{
	const json_t *row;
	enum finding_id id;
	size_t i;

	json_array_foreach(report_at(report, "doctor.findings"), i, row)
		if (!strcmp(report_text_at(row, "severity"), "block") && !finding_find_id(report_text_at(row, "id"), &id))
			return true;
	return false;
}

static int put(json_t *report, const struct findings *f)
{
	enum verdict v = finding_worst(f) == SEVERITY_BLOCK ? VERDICT_BLOCKED :
			 has_unknown_block(report) ? VERDICT_UNKNOWN : VERDICT_READY;

	if (json_object_set_new(report, "again", findings_json(f, "lint", v)) ||
	    json_object_set_new(report, "verdict", json_string(verdict_text(report_verdict(report)))))
		return -ENOMEM;
	return 0;
}

/* That VM's words say nothing of one, which is no fault of theirs. */
static bool is_without_igpu(const json_t *report)
{
	const json_t *plan = report_at(report, "vm.plan");

	return json_is_object(plan) && !json_is_object(json_object_get(plan, "igpu"));
}

int report_again(json_t *report)
{
	_free_ struct host_facts *host = calloc(1, sizeof(*host));
	_free_ struct findings *said = calloc(1, sizeof(*said)), *f = calloc(1, sizeof(*f));
	struct lint_machine m = { 0 };
	struct lint_args a = { 0 };
	const char *why;
	int r = host && said && f ? 0 : -ENOMEM;
	bool igpu = !r && !lint_report(report, host, said, &m, &why);

	if (!r && igpu && !is_without_igpu(report) && json_is_array(report_at(report, "vm.command.words")))
		r = read_words(report, &a);
	if (!r)
		*f = *said;
	if (!r && a.n) {
		r = judge_words(&a, &m, f);
		keep_blocks(f, said);
	}
	/* More words than any command line has are not judged. */
	if (r == -E2BIG)
		r = 0;
	args_done(&a);
	return r ? r : put(report, f);
}
