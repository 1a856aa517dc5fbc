/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/finding.h"

#include <stdarg.h>
#include <string.h>

#include "launcher/base/str.h"

bool finding_find_id(const char *text, enum finding_id *id)
{
	for (int i = 0; i < FINDING_COUNT; i++) {
		if (!strcmp(finding_def((enum finding_id)i)->id, text)) {
			*id = (enum finding_id)i;
			return true;
		}
	}
	return false;
}

void finding_add(struct findings *f, enum finding_id id, const char *fmt, ...)
{
	struct finding *x;
	va_list ap;

	if (f->n >= FINDINGS_MAX)
		return;
	x = &f->v[f->n++];
	*x = (struct finding){ .id = id, .severity = finding_def(id)->severity };
	va_start(ap, fmt);
	vsnprintf(x->seen, sizeof(x->seen), fmt, ap);
	va_end(ap);
	str_sanitize(x->seen);
}

void finding_step(struct finding *x, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(x->step, sizeof(x->step), fmt, ap);
	va_end(ap);
	str_sanitize(x->step);
}

const char *finding_fix(const struct finding *x)
{
	return *x->step ? x->step : x->fix ? x->fix : finding_def(x->id)->fix;
}

const char *finding_wanted(const struct finding *x)
{
	return x->wanted ? x->wanted : finding_def(x->id)->wanted;
}

bool finding_has(const struct findings *f, enum finding_id id)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].id == id)
			return true;
	return false;
}

enum severity finding_worst(const struct findings *f)
{
	enum severity worst = SEVERITY_NOTE;

	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].severity > worst)
			worst = f->v[i].severity;
	return worst;
}

const char *severity_text(enum severity s)
{
	static const char *const text[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARN] = "warn",
		[SEVERITY_BLOCK] = "block",
	};

	return text[s];
}

const char *verdict_text(enum verdict v)
{
	static const char *const text[] = {
		[VERDICT_READY] = "ready",	[VERDICT_BLOCKED] = "blocked",
		[VERDICT_WORKS] = "works",	[VERDICT_BROKEN] = "broken",
		[VERDICT_UNKNOWN] = "unknown",
	};

	return text[v];
}

/* JSON carries the English source texts: a script must not see the user's language. */
static json_t *finding_json(const struct finding *x)
{
	const struct finding_def *d = finding_def(x->id);

	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", d->id, "severity",
			 severity_text(x->severity), "area", d->area, "seen", x->seen, "wanted",
			 finding_wanted(x), "fix", finding_fix(x));
}

json_t *findings_json(const struct findings *f, const char *kind, enum verdict v)
{
	_json_ json_t *list = json_array();

	for (size_t i = 0; i < f->n; i++)
		if (json_array_append_new(list, finding_json(&f->v[i])))
			return NULL;
	return json_pack("{s:i, s:s, s:O, s:s}", "version", 1, "kind", kind, "findings", list,
			 "verdict", verdict_text(v));
}
