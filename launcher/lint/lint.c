/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/lint/lint.h"

#include <string.h>

#include "launcher/lint/lint_parts.h"

static enum verdict verdict_of(const struct findings *f)
{
	static const enum finding_id unknown[] = {
		FINDING_LINE_DEVICE_UNKNOWN, FINDING_LINE_UNSET, FINDING_ROM_UNREAD,
		FINDING_LINE_FIRMWARE_UNKNOWN, FINDING_OPREGION_UNREAD,
	};

	if (finding_worst(f) == SEVERITY_BLOCK)
		return VERDICT_BLOCKED;
	for (size_t i = 0; i < ARRAY_SIZE(unknown); i++)
		if (finding_has(f, unknown[i]))
			return VERDICT_UNKNOWN;
	return VERDICT_READY;
}

int lint_judge(const struct lint_input *in, struct lint *out)
{
	const struct line *l = in->line;
	struct judging j = { .in = in, .l = l, .m = in->machine, .f = &out->findings };
	int r = 0;

	memset(out, 0, sizeof(*out));
	j.d = l->igpu < 0 ? NULL : &l->device[l->igpu];
	j.pf = in->machine->device_id < 0 ? NULL : igd_find((uint16_t)in->machine->device_id);
	j.era_known = in->machine->qemu_known;
	j.era = j.era_known ? in->machine->caps.era : QEMU_10_2;
	judge_line(&j);
	/* For an id nobody knows no plan can be made, and none is right. */
	if (j.d && !j.pf && in->machine->device_id >= 0)
		judge_say(&j, FINDING_IGPU_UNKNOWN_DEVICE, _("8086:%04x"), (unsigned int)in->machine->device_id);
	if (j.d && l->type != LINE_OTHER_MACHINE)
		r = judge_plan(&j, out);
	judge_texts(&out->findings);
	out->verdict = verdict_of(&out->findings);
	return r ? r : j.d ? judge_pairs(&j, out) : 0;
}

void lint_done(struct lint *l)
{
	for (size_t i = 0; i < l->n_pair; i++) {
		free(l->pair[i].yours);
		free(l->pair[i].right);
	}
	l->n_pair = 0;
}
