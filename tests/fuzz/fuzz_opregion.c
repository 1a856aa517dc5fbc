/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <stdlib.h>

#include "romfiles/opregion_fields.h"
#include "romfiles/vbt.h"
#include "tests/sink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct span s, uint64_t base)
{
	struct sink k = sink_make(s, NULL);
	struct opregion o;
	struct span table;

	if (opregion_parse(s, base, &o))
		return;
	opregion_fields(s, &o, &k.show);
	if (k.depth || k.fields < 100)
		abort();
	if (o.vbt != OPREGION_VBT_HERE)
		return;
	if (!span_sub(s, o.vbt_at, o.vbt_size, &table) || vbt_size(table) != o.vbt_size)
		abort();
	if (opregion_vfio_size(&o) < 1024)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = { data, size };

	check(s, 0);
	check(s, 0x7fffb000);
	check(s, UINT64_MAX);
	return 0;
}
