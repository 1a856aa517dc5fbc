/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "romfiles/vbt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
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
	return 0;
}
