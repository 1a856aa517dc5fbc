/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/opreg.h"

#define SIGNATURE "IntelGraphicsMem"
#define MAILBOX5 (1u << 4)
#define MAILBOX5_AT 0x1c00
#define BDB_HEADER 22

bool opreg_parse(struct span s, struct opreg *o)
{
	uint32_t kib = 0;

	if (!span_holds(s, 0, OPREG_BYTES))
		return false;
	*o = (struct opreg){ .signature = span_is(s, 0, SIGNATURE, sizeof(SIGNATURE) - 1) };
	span_le32(s, 0x10, &kib);
	o->bytes = (uint64_t)kib * 1024;
	span_u8(s, 0x16, &o->minor);
	span_u8(s, 0x17, &o->major);
	span_le32(s, 0x58, &o->mailboxes);
	span_le64(s, 0x3ba, &o->rvda);
	span_le32(s, 0x3c2, &o->rvds);
	return true;
}

bool opreg_has_rvda(const struct opreg *o)
{
	return o->major >= 2 && o->rvda && o->rvds;
}

bool opreg_rvda_absolute(const struct opreg *o)
{
	return o->major == 2 && o->minor == 0;
}

bool opreg_rvda_address(const struct opreg *o, uint64_t base, uint64_t *address)
{
	bool absolute = opreg_rvda_absolute(o);

	if (!absolute && o->rvda > UINT64_MAX - base)
		return false;
	*address = absolute ? o->rvda : base + o->rvda;
	return true;
}

struct span opreg_mailbox4(struct span s, const struct opreg *o)
{
	size_t end = (o->mailboxes & MAILBOX5) ? MAILBOX5_AT : OPREG_BYTES;
	struct span box = { NULL, 0 };

	span_sub(s, OPREG_VBT_AT, end - OPREG_VBT_AT, &box);
	return box;
}

/* Does the BIOS data block fit? Sizes: intel_vbt_defs.h:97-120. */
static bool bdb_fits(struct span vbt)
{
	uint32_t at;
	uint16_t bytes;

	return span_le32(vbt, 0x1c, &at) && span_holds(vbt, at, BDB_HEADER) &&
	       span_le16(span_from(vbt, at), 20, &bytes) && span_holds(vbt, at, bytes);
}

const char *opreg_vbt(struct span s, struct opreg_vbt *v)
{
	struct span vbt;
	uint16_t bytes;

	if (!span_is(s, 0, "$VBT", 4) || !span_le16(s, 0x18, &bytes))
		return "no-signature";
	if (!span_sub(s, 0, bytes, &vbt))
		return "too-long";
	if (!bdb_fits(vbt))
		return "bad-bdb";
	*v = (struct opreg_vbt){ .bytes = bytes, .checksum_ok = !span_sum8(vbt) };
	return NULL;
}
