/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/join.h"

#include <errno.h>
#include <string.h>

#include "romfiles/build.h"
#include "romfiles/oprom.h"

#define PCIR_INDICATOR 0x15 /* PCI Firmware Specification 3.0, section 5.1.2 */
#define X86_SUM_BYTE 6

static void mend_x86_sum(uint8_t *image, size_t len)
{
	image[X86_SUM_BYTE] = 0;
	image[X86_SUM_BYTE] = (uint8_t)-span_sum8((struct span){ image, len });
}

/* Bytes of @rom up to the end of its last image; 0: not a chain that ends. */
static size_t chain_length(struct span rom, struct oprom *r)
{
	const struct oprom_image *last;
	struct span chain;

	if (oprom_parse(rom, r) || r->end != OPROM_END_LAST)
		return 0;
	last = &r->image[r->n - 1];
	if (!span_sub(rom, 0, last->at + last->size, &chain))
		return 0;
	/* Firmware takes a PCIR that lies behind its image; it would be cut off here. */
	return span_holds(chain, last->pcir_at + PCIR_INDICATOR, 1) ? chain.n : 0;
}

int rom_join(struct span a, struct span b, uint8_t *out, size_t cap, size_t *len)
{
	const struct oprom_image *last;
	struct oprom ra = { 0 }, rb;
	size_t na = a.n ? chain_length(a, &ra) : 0, nb = chain_length(b, &rb);

	if ((a.n && !na) || !nb)
		return -EBADMSG;
	if (na > ROM_BUILD_MAX || nb > ROM_BUILD_MAX - na)
		return -EFBIG;
	*len = na + nb;
	if (*len > cap)
		return -ENOSPC;
	if (na) {
		memcpy(out, a.p, na);
		last = &ra.image[ra.n - 1];
		out[last->pcir_at + PCIR_INDICATOR] &= (uint8_t)~OPROM_LAST;
		if (last->code == OPROM_X86 && last->init <= last->size)
			mend_x86_sum(out + last->at, last->init);
	}
	memcpy(out + na, b.p, nb);
	return 0;
}
