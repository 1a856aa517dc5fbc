/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "romfiles/gop.h"
#include "romfiles/kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { data, size };
	enum rom_kind k = rom_kind(s);
	struct gop_facts g;

	if (k >= KIND_N || (!size) != (k == KIND_EMPTY))
		abort();
	gop_parse(s, &g);
	for (size_t i = 0; i < g.n_ids; i++)
		if (!gop_knows(&g, g.id[i]) || (i && g.id[i - 1] >= g.id[i]))
			abort();
	return 0;
}
