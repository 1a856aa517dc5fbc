/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>

#include "romfiles/fix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

/* The first three bytes are the wish, the rest is the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fix_wish w = { .only = FIX_ALL };
	struct fixes fx, second;
	struct span s = { data, size };
	uint8_t *out, *copy;
	int r;

	if (size < 3 || size > 1 << 18)
		return 0;
	w.only = data[0];
	w.set_device = data[1] & 1;
	w.device = data[2];
	s = span_from(s, 3);
	out = malloc(size);
	copy = malloc(size);
	must(out && copy);
	r = fix_make(s, &w, out, &fx);
	must(!r || r == -ENOTSUP || r == -ENOENT || r == -EBADMSG || r == -ELOOP);
	must(!r || !fx.n);
	if (!r && s.n) {
		memcpy(copy, s.p, s.n);
		for (size_t i = 0; i < fx.n; i++)
			must(fix_apply(copy, s.n, &fx.change[i]));
		must(!memcmp(copy, out, s.n));
		must(!fix_make((struct span){ out, s.n }, &w, copy, &second) && !second.n);
	}
	free(copy);
	free(out);
	return 0;
}
