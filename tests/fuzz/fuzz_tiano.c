/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "romfiles/uefi/tiano.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

/* The first byte chooses the variant. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum tiano_variant v = size && data[0] & 1 ? TIANO_TIANO : TIANO_EFI11;
	struct span in = span_from((struct span){ data, size }, 1);
	size_t n, done;
	uint8_t *out;
	bool exact;
	int r;

	if (tiano_size(in, &n) || n > 1 << 20)
		return 0;
	out = malloc(n ? n : 1);
	must(out != NULL);
	r = tiano_unpack(in, v, out, n, &done, &exact);
	must(done <= n && (r || done == n) && (!exact || !r));
	free(out);
	return 0;
}
