/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/verify/judge.h"

#include <stdarg.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/decide/probe.h"
#include "launcher/verify/judge_parts.h"

/* A guest that came up this long ago has loaded its drivers, or will not. */
#define SETTLED_S	120

bool why(struct judging *j, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(j->why, sizeof(j->why), fmt, ap);
	va_end(ap);
	return true;
}

static const char *find_line(const struct seen_guest *g, const char *text)
{
	for (size_t i = 0; i < g->n_line; i++)
		if (strstr(g->line[i], text))
			return g->line[i];
	return NULL;
}

bool judge_log_says(struct judging *j, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *line = find_line(&j->s->guest, texts[i]);

		if (line)
			return why(j, _("the guest's kernel log: %s"), line);
	}
	return false;
}

/* --- the driver ------------------------------------------------------------------------ */

/* "igfx...", "igdkmd..." are Intel's services since Gen 6; "Intel Corporation" its packages' provider. */
static bool is_intels(const struct seen_display *d)
{
	return strstr(d->provider, "Intel") || str_starts(d->driver, "igfx") ||
	       str_starts(d->driver, "igdkmd");
}

static enum driver_state windows_driver(const struct seen_display *d)
{
	if (d->problem > 0 || !strcmp(d->driver, "BasicDisplay"))
		return DRIVER_STATE_DEAD;
	return !d->problem && *d->driver && is_intels(d) ? DRIVER_STATE_RUNS : DRIVER_STATE_UNKNOWN;
}

/* Lines of i915 and xe after which nothing is drawn, though the driver may still be bound. */
static bool linux_driver_ended(const struct seen_guest *g)
{
	static const char *const ends[] = {
		"declaring it wedged", "GPU is wedged", "declared wedged",
		"MMIO unreliable (forcewake register returns 0xFFFFFFFF)",
	};

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (find_line(g, ends[i]))
			return true;
	return false;
}

static enum driver_state linux_driver(const struct seen_guest *g, const struct seen_display *d,
				      bool lab)
{
	bool bound = !strcmp(d->driver, "i915") || !strcmp(d->driver, "xe");

	if (!bound || !d->card || !d->render || (d->wedged && !lab) || linux_driver_ended(g))
		return DRIVER_STATE_DEAD;
	return DRIVER_STATE_RUNS;
}

enum driver_state judge_driver(const struct seen_guest *g, bool lab)
{
	const struct seen_display *d = seen_igpu(g);

	if (g->end != LOOK_RAN || !g->displays_read)
		return DRIVER_STATE_UNKNOWN;
	if (!d)
		return DRIVER_STATE_DEAD;
	return g->windows ? windows_driver(d) : linux_driver(g, d, lab);
}

/* --- the table ----------------------------------------------------------------------------- */

static bool counts(enum judge_when when, enum driver_state d, const struct findings *f)
{
	switch (when) {
	case WHEN_ANY:
		return true;
	case WHEN_NOT_RUNNING:
		return d != DRIVER_STATE_RUNS;
	case WHEN_DEAD:
		return d == DRIVER_STATE_DEAD;
	case WHEN_UNEXPLAINED:
		return d == DRIVER_STATE_DEAD && !judge_cause(f);
	case WHEN_RUNS:
		return d == DRIVER_STATE_RUNS;
	}
	return false;
}

static void try_rows(struct judging *j, const struct judge_rule *row, size_t n, enum driver_state d,
		     struct findings *f)
{
	for (; n; n--, row++) {
		size_t at = f->n;

		*j->why = '\0';
		if (!counts(row->when, d, f) || !row->hit(j))
			continue;
		finding_add(f, row->id, "%s", j->why);
		if (row->worse_for_compute && j->s->compute && at < f->n)
			f->v[at].severity = SEVERITY_BLOCK;
	}
}

/*
 * Nobody sees the desktop: for use = desktop as bad as a dead driver, where there is no emulated
 * display either. The row of the finding is a warning, for doctor.
 */
static void judge_output(const struct seen *s, struct findings *f)
{
	for (size_t i = 0; i < f->n; i++) {
		if (f->v[i].id != FINDING_OUTPUT_NONE)
			continue;
		f->v[i].fix = N_("connect a monitor or a dummy plug to the board's own output; then, as "
				 "an experiment that verify.json records, opregion = off in the VM file");
		if (!s->compute && !s->asked.emulated_display)
			f->v[i].severity = SEVERITY_BLOCK;
	}
}

/* What the guest claims is not enough where it could not be looked at from outside. */
static enum verdict verdict_of(const struct seen *s, enum driver_state d, const struct findings *f)
{
	if (finding_worst(f) == SEVERITY_BLOCK)
		return VERDICT_BROKEN;
	if (d != DRIVER_STATE_RUNS || !s->qemu.answered || !s->asked.read)
		return VERDICT_UNKNOWN;
	/* For computing its media engine is what the VM is for. */
	if (s->compute && s->guest.media != TRI_YES && s->guest.encode != TRI_YES)
		return VERDICT_UNKNOWN;
	return VERDICT_WORKS;
}

enum verdict judge_seen(const struct seen *s, const char *drivers, struct findings *f)
{
	struct judging j = { .s = s, .drivers = drivers, .igpu = seen_igpu(&s->guest) };
	enum driver_state d = judge_driver(&s->guest, s->lab);
	bool whole = s->qemu.log && s->qemu.log_whole && s->asked.read;

	try_rows(&j, judge_causes, judge_n_causes, d, f);
	/* A line that QEMU wrote when it started may be gone from a log that went round. */
	if (s->qemu.log && s->asked.igpu)
		probe_judge_log(whole && s->asked.legacy, whole && s->asked.opregion, s->qemu.log, f);
	/* Against what is known by now it does not matter what the guest says of a driver that runs. */
	if (judge_cause(f))
		d = DRIVER_STATE_UNKNOWN;
	try_rows(&j, judge_others, judge_n_others, d, f);
	judge_output(s, f);
	return verdict_of(s, d, f);
}

const struct finding *judge_cause(const struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].severity == SEVERITY_BLOCK)
			return &f->v[i];
	return NULL;
}

bool judge_may_change(const struct seen *s, enum verdict v)
{
	const struct seen_guest *g = &s->guest;

	if (v == VERDICT_WORKS || s->host.dead || g->end == LOOK_STOPPED || g->end == LOOK_GONE ||
	    g->end == LOOK_OLD || g->end == LOOK_NO_SHELL)
		return false;
	return g->end != LOOK_RAN || g->uptime_s < SETTLED_S;
}
