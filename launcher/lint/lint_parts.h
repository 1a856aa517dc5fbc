/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces lint_judge() is put together from; nobody else includes this. */
#ifndef IGVM_LINT_LINT_PARTS_H
#define IGVM_LINT_LINT_PARTS_H

#include "launcher/base/i18n.h"
#include "launcher/lint/lint.h"
#include "romfiles/igd.h"

/** struct judging - a line while it is judged */
struct judging {
	const struct lint_input *in;
	const struct line *l;
	const struct line_device *d;		/* the iGPU; NULL = the line passes none */
	const struct lint_machine *m;
	const struct igd_platform *pf;		/* NULL = generation unknown */
	enum qemu_era era;			/* known, or the newest */
	bool era_known;
	struct findings *f;
};

/** judge_say() - once; the step of the row */
#define judge_say(j, id, ...)						\
	do {								\
		if (!finding_has((j)->f, id))				\
			finding_add((j)->f, id, __VA_ARGS__);		\
	} while (0)

/** judge_raise() - the finding @id blocks from now on */
void judge_raise(struct judging *j, enum finding_id id);

/** judge_line() - the rules that only a foreign line can break */
void judge_line(struct judging *j);

/** judge_texts() - what VM files call "rom = auto" is romfile= for a foreign line */
void judge_texts(struct findings *f);

/** judge_wish() - the VM file that would ask for this line */
void judge_wish(const struct judging *j, struct wish *w);

/** judge_plan() - the rules of `igvm start`, and a plan that breaks none; 0, -ENOMEM */
nodiscard_ int judge_plan(struct judging *j, struct lint *out);

/** judge_pairs() - the options that findings are about, beside those of out->plan; 0, -ENOMEM */
nodiscard_ int judge_pairs(const struct judging *j, struct lint *out);

#endif
