/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Beside the cause: why the guest could not be asked, and what is wrong with a driver that runs. */
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/verify/judge_parts.h"

/* As doctor counts them (check_more.c): a few are normal when the device changes hands. */
#define FAULT_MANY	64

/* --- the guest could not be asked ----------------------------------------------------------- */

/* END(name, end, text): a row for one end of a look. */
#define END(fn, e, text)						\
	static bool fn(struct judging *j)				\
	{								\
		const struct seen_guest *g = &j->s->guest;		\
									\
		return g->end == (e) && why(j, "%s%s%s", text, *g->detail ? ": " : "", g->detail); \
	}

END(end_absent, LOOK_ABSENT, _("nobody answers on the guest agent's port"))
END(end_old, LOOK_OLD, _("the guest agent has no guest-exec, or it is switched off"))
END(end_no_shell, LOOK_NO_SHELL, _("the guest agent cannot start the interpreter; nothing of the driver "
				   "could be read"))
END(end_slow, LOOK_SLOW, _("the guest did not answer in time"))
END(end_garbage, LOOK_GARBAGE, _("what the guest answered cannot be used"))
END(end_reset, LOOK_RESET, _("the guest, or its agent, started anew while it was asked"))
END(end_gone, LOOK_GONE, _("the connection to the guest agent ended"))
END(end_stopped, LOOK_STOPPED, _("the VM was being stopped"))

static bool agent_version(const struct judging *j)
{
	return *j->s->guest.agent;
}

static bool unread(struct judging *j)
{
	const struct seen_guest *g = &j->s->guest;

	return g->end == LOOK_RAN && g->n_error &&
	       why(j, _("agent %s: %zu questions without an answer, the first: %s"),
		   agent_version(j) ? g->agent : "?", g->n_error, g->error[0]);
}

/* The script says what it found of the devices, and no driver that is known either way. */
static bool undecided(struct judging *j)
{
	return j->s->guest.end == LOOK_RAN && judge_driver(&j->s->guest, j->s->lab) == DRIVER_STATE_UNKNOWN &&
	       why(j, _("%s does not tell whose driver the iGPU has"), j->s->guest.os);
}

/* --- a driver that runs ------------------------------------------------------------------------ */

static bool media_none(struct judging *j)
{
	return j->s->guest.media == TRI_NO && why(j, _("nothing in the guest shows Quick Sync"));
}

static bool encode_failed(struct judging *j)
{
	return j->s->guest.encode == TRI_NO &&
	       why(j, _("ffmpeg's trial encode failed: %s"), j->s->guest.encode_text);
}

static bool remote(struct judging *j)
{
	const struct seen_guest *g = &j->s->guest;

	return g->remote == TRI_YES && g->console != TRI_YES &&
	       why(j, _("a remote session has the desktop, nobody is at the console"));
}

static size_t connected(const struct seen_guest *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_output; i++)
		n += g->output[i].connected == TRI_YES;
	return n;
}

/* A remote session takes the desktop off the monitors: what they show is then not to be judged. */
static bool output_none(struct judging *j)
{
	const struct seen_guest *g = &j->s->guest;

	return g->outputs_read && !connected(g) && !j->s->compute && !remote(j) &&
	       why(j, _("the guest: no monitor on any of the iGPU's %zu outputs"), g->n_output);
}

JUDGE_LOG(no_vbt, "Failed to find VBIOS tables (VBT)")
JUDGE_LOG(stolen, "outside stolen memory")
JUDGE_LOG(hang, "GPU HANG")
JUDGE_LOG(no_firmware, "Direct firmware load for i915/", "Direct firmware load for xe/")

static bool vbt_differs(struct judging *j)
{
	const struct seen_host *h = &j->s->host;

	/* i915 shows the whole mailbox where there is no RVDA: longer than the table. */
	return j->igpu && h->vbt_size && j->igpu->vbt_size == h->vbt_size && *j->igpu->vbt_sha256 &&
	       strcmp(j->igpu->vbt_sha256, h->vbt_sha256) &&
	       why(j, _("the host's table of outputs is %.12s..., the guest's %.12s..."), h->vbt_sha256,
		   j->igpu->vbt_sha256);
}

static size_t count_kind(const struct seen_guest *g, const char *kind)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n_output; i++) {
		const char *rest = str_starts(g->output[i].name, kind);

		n += rest && *rest == '-' && rest[1] >= '0' && rest[1] <= '9';
	}
	return n;
}

/* Each connector that Linux makes of the host's table is in the guest. */
static bool connectors_differ(struct judging *j)
{
	const struct seen_host *h = &j->s->host;
	const struct seen_guest *g = &j->s->guest;

	if (g->windows || !g->outputs_read)
		return false;
	for (size_t i = 0; i < h->n_connector; i++) {
		size_t want = 0, have = count_kind(g, h->connector[i]);

		for (size_t k = 0; k < h->n_connector; k++)
			want += !strcmp(h->connector[k], h->connector[i]);
		if (have != want)
			return why(j, _("the host's table makes %zu outputs %s, the guest has %zu"), want,
				   h->connector[i], have);
	}
	return false;
}

static bool faults(struct judging *j)
{
	unsigned int n = j->s->host.log.event[LOG_FAULT].n;

	return n >= FAULT_MANY &&
	       why(j, _("the host's kernel: %u accesses of the iGPU stopped by the IOMMU since "
			"the start"), n);
}

static bool without_opregion(struct judging *j)
{
	const struct seen_asked *a = &j->s->asked;

	return a->igpu && !a->opregion && !a->legacy &&
	       why(j, _("an experiment: the driver runs without the OpRegion"));
}

static bool bar_held(struct judging *j)
{
	const struct seen_host *h = &j->s->host;

	return *h->bar_holder && why(j, _("/proc/iomem: %s has memory of the iGPU's BAR %d on the host"),
				     h->bar_holder, h->held_bar);
}

const struct judge_rule judge_others[] = {
	{ FINDING_GUEST_NO_AGENT, WHEN_ANY, end_absent, false },
	{ FINDING_GUEST_AGENT_OLD, WHEN_ANY, end_old, false },
	{ FINDING_GUEST_NO_SHELL, WHEN_ANY, end_no_shell, false },
	{ FINDING_GUEST_SLOW, WHEN_ANY, end_slow, false },
	{ FINDING_GUEST_ANSWER_BAD, WHEN_ANY, end_garbage, false },
	{ FINDING_GUEST_RESTARTED, WHEN_ANY, end_reset, false },
	{ FINDING_GUEST_GONE, WHEN_ANY, end_gone, false },
	{ FINDING_GUEST_GONE, WHEN_ANY, end_stopped, false },
	{ FINDING_GUEST_UNREAD, WHEN_ANY, undecided, false },
	{ FINDING_GUEST_UNREAD, WHEN_ANY, unread, false },
	{ FINDING_VERIFY_BAR_HELD, WHEN_ANY, bar_held, false },
	{ FINDING_OUTPUT_NONE, WHEN_RUNS, output_none, false },
	{ FINDING_GUEST_REMOTE, WHEN_RUNS, remote, false },
	{ FINDING_GUEST_NO_MEDIA, WHEN_RUNS, media_none, true },
	{ FINDING_GUEST_ENCODE_FAILED, WHEN_RUNS, encode_failed, true },
	{ FINDING_GUEST_NO_VBT, WHEN_ANY, no_vbt, false },
	{ FINDING_GUEST_VBT_DIFFERS, WHEN_RUNS, vbt_differs, false },
	{ FINDING_GUEST_OUTPUTS_DIFFER, WHEN_RUNS, connectors_differ, false },
	{ FINDING_GUEST_STOLEN, WHEN_ANY, stolen, false },
	{ FINDING_GUEST_HANG, WHEN_RUNS, hang, false },
	{ FINDING_GUEST_NO_FIRMWARE, WHEN_ANY, no_firmware, false },
	{ FINDING_IOMMU_FAULTS, WHEN_RUNS, faults, false },
	{ FINDING_GUEST_DRIVER_REPORTED, WHEN_RUNS, judge_driver_bad, false },
	{ FINDING_OPREGION_OFF, WHEN_RUNS, without_opregion, false },
};

const size_t judge_n_others = ARRAY_SIZE(judge_others);
