/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/opregion.h"

#include <errno.h>

#include "romfiles/vbt.h"

#define RVDA_AT 0x3ba
#define RVDS_AT 0x3c2

static int read_header(struct span s, struct opregion *o)
{
	if (!span_holds(s, 0, OPREGION_HEADER_SIZE) || !span_is(s, 0, "IntelGraphicsMem", 16))
		return -EBADMSG;
	span_le32(s, 0x10, &o->size_kib);
	span_u8(s, 0x15, &o->revision);
	span_u8(s, 0x16, &o->minor);
	span_u8(s, 0x17, &o->major);
	span_le32(s, 0x58, &o->mailboxes);
	span_le32(s, 0x60, &o->pcon);
	if (!o->size_kib)
		return -ENODATA;
	if (o->size_kib != OPREGION_SIZE / 1024)
		note_add(&o->notes, NOTE_OPREGION_SIZE, 0x10);
	if (s.n < OPREGION_SIZE)
		note_add(&o->notes, NOTE_OPREGION_CUT, s.n);
	return 0;
}

/*
 * vfio-pci goes by version and values, i915 wants mailbox 3 as well; where
 * they differ, the guest's driver decides what is used.
 */
static void read_rvda(struct span s, struct opregion *o)
{
	if (!span_le64(s, RVDA_AT, &o->rvda) || !span_le32(s, RVDS_AT, &o->rvds) || o->major < 2)
		return;
	if (!o->rvda != !o->rvds)
		note_add(&o->notes, NOTE_OPREGION_RVDA_HALF, RVDA_AT);
	if (!o->rvda || !o->rvds)
		return;
	if (!(o->mailboxes & OPREGION_HAS_ASLE)) {
		note_add(&o->notes, NOTE_OPREGION_NO_ASLE, 0x58);
		return;
	}
	o->rvda_kind = o->major == 2 && !o->minor ? OPREGION_RVDA_ABSOLUTE
						  : OPREGION_RVDA_RELATIVE;
}

/* true: *@at is where RVDA points in the bytes that begin at @base */
static bool place_rvda(const struct opregion *o, uint64_t base, uint64_t *at)
{
	if (o->rvda_kind == OPREGION_RVDA_RELATIVE) {
		*at = o->rvda;
		return true;
	}
	*at = o->rvda - base;
	return base && o->rvda >= base;
}

/* false: RVDA is no answer, mailbox 4 is asked */
static bool look_at_rvda(struct span s, uint64_t base, struct opregion *o)
{
	uint64_t at;
	struct span there;

	if (o->rvda_kind == OPREGION_RVDA_NONE)
		return false;
	if (o->rvda > UINT64_MAX - o->rvds) {
		note_add(&o->notes, NOTE_OPREGION_RVDA_WRAPS, RVDA_AT);
		return false;
	}
	if (!place_rvda(o, base, &at)) {
		note_add(&o->notes, NOTE_OPREGION_RVDA_OUTSIDE, RVDA_AT);
		o->vbt = OPREGION_VBT_FAR;
		return true;
	}
	if (at < OPREGION_SIZE)
		note_add(&o->notes, NOTE_OPREGION_RVDA_INSIDE, RVDA_AT);
	if (at > SIZE_MAX || !span_sub(s, (size_t)at, o->rvds, &there)) {
		note_add(&o->notes, NOTE_OPREGION_RVDA_OUTSIDE, RVDA_AT);
		o->vbt = OPREGION_VBT_FAR;
		return true;
	}
	o->vbt_size = vbt_size(there);
	if (!o->vbt_size) {
		note_add(&o->notes, NOTE_OPREGION_RVDA_NO_VBT, (size_t)at);
		return false;
	}
	o->vbt_at = (size_t)at;
	o->vbt = OPREGION_VBT_HERE;
	return true;
}

/* Without mailbox 5 i915 lets the table run to the end of the OpRegion. */
static void look_at_mailbox4(struct span s, struct opregion *o)
{
	size_t end = o->mailboxes & OPREGION_HAS_ASLE_EXT ? OPREGION_MAILBOX5 : OPREGION_SIZE;
	struct span there = span_from(s, OPREGION_MAILBOX4);

	if (there.n > end - OPREGION_MAILBOX4)
		there.n = end - OPREGION_MAILBOX4;
	o->vbt_size = vbt_size(there);
	if (!o->vbt_size)
		return;
	o->vbt_at = OPREGION_MAILBOX4;
	o->vbt = OPREGION_VBT_HERE;
	if (o->vbt_size > OPREGION_MAILBOX5 - OPREGION_MAILBOX4)
		note_add(&o->notes, NOTE_OPREGION_MAILBOX5, OPREGION_MAILBOX5);
}

int opregion_parse(struct span s, uint64_t base, struct opregion *out)
{
	int r;

	*out = (struct opregion){ 0 };
	r = read_header(s, out);
	if (r)
		return r;
	read_rvda(s, out);
	if (!look_at_rvda(s, base, out))
		look_at_mailbox4(s, out);
	return 0;
}

uint64_t opregion_vfio_size(const struct opregion *o)
{
	uint64_t size = (uint64_t)o->size_kib * 1024;

	return o->major >= 2 && o->rvda && o->rvds ? size + o->rvds : size;
}
