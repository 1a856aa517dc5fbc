/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "launcher/verify/judge.h"
#include "launcher/verify/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool printable(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 && *s != '\t')
			return false;
	return true;
}

static void check_guest(const struct seen_guest *g)
{
	if (g->n_display > SEEN_DISPLAYS_MAX || g->n_output > SEEN_OUTPUTS_MAX || g->n_line > SEEN_LINES_MAX ||
	    g->igpu >= (int)g->n_display || !printable(g->os) || !printable(g->detail))
		abort();
	/* A yes wants an answer, and a display of Intel in it. */
	if (judge_driver(g, false) == DRIVER_STATE_RUNS && (g->end != LOOK_RAN || !seen_igpu(g) ||
						      seen_igpu(g)->vendor != 0x8086))
		abort();
}

/* What a guest says, judged against a host that is well; the same bytes as QEMU's words and the host's table. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seen *s = calloc(1, sizeof(*s));
	struct findings f = { 0 };
	json_t *manifest, *diff;

	if (!s)
		return 0;
	seen_asked_parse((const char *)data, size, &s->asked);
	seen_vbt_parse(data, size, &s->host);
	seen_guest_parse((const char *)data, size, &s->guest);
	check_guest(&s->guest);
	s->asked.read = s->asked.igpu = true;
	s->qemu = (struct seen_qemu){ .run_state = "running", .answered = true, .device = true,
				      .bar0_mapped = true };
	if (judge_seen(s, "bad\t*\t1.2.3.4\t5.6.7.8\twhy\n", &f) == VERDICT_WORKS &&
	    judge_driver(&s->guest, false) != DRIVER_STATE_RUNS)
		abort();
	manifest = json_object();
	if (manifest && manifest_guest(manifest, &s->guest)) {
		diff = manifest_diff(manifest, manifest);
		if (json_array_size(diff))
			abort();
		json_decref(diff);
	}
	json_decref(manifest);
	free(s);
	return 0;
}
