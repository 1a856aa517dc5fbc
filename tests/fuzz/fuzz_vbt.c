/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "romfiles/vbt_fields.h"
#include "romfiles/vbt_view.h"
#include "tests/sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

/* Every field is handed out, in a tree that closes, and the view holds what it says. */
static void decode(struct span s, const struct vbt *v)
{
	struct sink k = sink_make(s, NULL);
	struct vbt_view w;

	vbt_fields(s, v, &k.show);
	must(!k.depth && k.fields > 14);
	vbt_view_make(s, v, NULL, &w);
	must(w.engine_guessed && w.engine != VBT_ENGINE_UNKNOWN && w.n == v->n_children);
	must(w.panel >= VBT_PANEL_WRONG && w.panel < 16);
	for (size_t i = 0; i < w.n; i++)
		must(*vbt_kind_name(w.output[i].kind) && w.output[i].lanes <= 4);
	must(!w.has_mode || (w.mode.clock_khz && w.mode.h_active && w.mode.v_active));
	must(memchr(w.sign_on, 0, sizeof(w.sign_on)) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { data, size };
	const char *kind[VBT_CONNECTORS_MAX];
	struct vbt v;

	if (vbt_parse(s, &v)) {
		must(!v.n_blocks && !v.n_children);
		return 0;
	}
	must(v.size == vbt_size(s) && v.size <= size);
	must(v.checksum_ok == (v.checksum_wanted == data[26]));
	for (size_t i = 0; i < v.n_blocks; i++) {
		must(v.block[i].size <= v.size && v.block[i].at <= v.size - v.block[i].size);
		must(!i || v.block[i].at >= v.block[i - 1].at + v.block[i - 1].size + 3);
	}
	for (size_t i = 0; i < v.n_children; i++) {
		must(span_holds(s, v.child[i].at, v.child_size));
		must(vbt_connectors(&v.child[i], kind) <= VBT_CONNECTORS_MAX);
		vbt_port_letter(&v.child[i]);
	}
	decode(s, &v);
	return 0;
}
