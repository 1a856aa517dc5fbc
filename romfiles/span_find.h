/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Searching a span. Apart from span.h, which also builds where there is no C library. */
#ifndef ROMFILES_SPAN_FIND_H
#define ROMFILES_SPAN_FIND_H

#include "romfiles/span.h"

/**
 * span_find() - where the first @len bytes like @what are at or after @from; s.n: nowhere
 *
 * @rare: which of them firmware has least of. memchr() for that one passes over 16 MiB
 * several times as fast as memmem(), which hashes every pair of bytes (make bench).
 */
static inline size_t span_find(struct span s, size_t from, const void *what, size_t len, size_t rare)
{
	const uint8_t *hit, *w = what;

	while (from < s.n && len <= s.n - from) {
		hit = memchr(s.p + from + rare, w[rare], s.n - from - len + 1);
		if (!hit)
			break;
		from = (size_t)(hit - s.p) - rare;
		if (!memcmp(s.p + from, what, len))
			return from;
		from++;
	}
	return s.n;
}

#endif
