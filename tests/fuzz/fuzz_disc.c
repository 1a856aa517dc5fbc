/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An image as pieces: each is a sector's number (4 bytes) and its bytes; all else reads as zero. */
#include <errno.h>
#include <stdlib.h>

#include "launcher/disc/inspect.h"

#define SIZE	((uint64_t)1 << 30)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_sectors(struct span s, uint64_t off, uint8_t *to, size_t len)
{
	for (size_t at = 0; span_holds(s, at, 4 + DISC_SECTOR); at += 4 + DISC_SECTOR) {
		uint32_t number = 0;
		uint64_t here;

		(void)span_le32(s, at, &number);
		here = (uint64_t)number * DISC_SECTOR;
		for (size_t i = 0; i < DISC_SECTOR; i++)
			if (here + i >= off && here + i - off < len)
				to[here + i - off] = s.p[at + 4 + i];
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct disc *d = calloc(1, sizeof(*d));
	struct disc_facts f;
	int r = 0;

	if (!d)
		return 0;
	d->size = SIZE;
	for (int i = 0; i < 64 && d->n < DISC_PIECES_MAX; i++) {
		uint8_t *p;

		r = disc_judge(d, &f);
		if (r != -EAGAIN)
			break;
		if (!d->want_len || d->want_len > DISC_PIECE_MAX || d->want_off > SIZE - d->want_len)
			abort();
		p = calloc(1, d->want_len);
		if (!p)
			break;
		put_sectors((struct span){ data, size }, d->want_off, p, d->want_len);
		d->piece[d->n++] = (struct disc_piece){ d->want_off, { p, d->want_len } };
	}
	if (r && r != -EAGAIN && r != -ENOMEM)
		abort();
	if (!r && (f.kind > DISC_OTHER || f.wim.n > WIM_EDITIONS_MAX))
		abort();
	for (size_t i = 0; i < d->n; i++)
		free((void *)(uintptr_t)d->piece[i].bytes.p);
	free(d);
	return 0;
}
