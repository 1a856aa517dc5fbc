/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/guest_vbt.h"

bool guest_span(const struct guest_memory *m, uint64_t base, size_t n, struct span *s)
{
	if (!memmap_readable(m->map, base, n) || base > m->reach || n - 1 > m->reach - base)
		return false;
	*s = (struct span){ m->at(m->ctx, base), n };
	return true;
}

const char *guest_asls_error(uint32_t asls)
{
	return !asls || asls == UINT32_MAX ? "not-set" : NULL;
}

/* From the OpRegion to the table's end one reserved piece? */
static bool own_block(const struct guest_memory *m, uint64_t asls, uint64_t address, size_t n)
{
	return address >= asls && n <= UINT64_MAX - address &&
	       memmap_ask(m->map, asls, address - asls + n) == MEM_ANSWER_YES;
}

/* NULL, or the word for "rvda_error". */
static const char *rvda_look(const struct guest_memory *m, const struct opreg *o, uint32_t asls,
			     enum guest_vbt_trust trust, struct guest_vbt *v)
{
	size_t n = o->rvds > OPREG_VBT_MAX ? OPREG_VBT_MAX : o->rvds;
	struct opreg_vbt vbt;
	const char *error;

	if (!opreg_rvda_address(o, asls, &v->address))
		return "outside";
	if (trust == GUEST_VBT_OWN_BLOCK && opreg_rvda_absolute(o) &&
	    !own_block(m, asls, v->address, n))
		return "outside";
	if (!guest_span(m, v->address, n, &v->bytes))
		return "not-readable";
	error = opreg_vbt(v->bytes, &vbt);
	if (error)
		return error;
	v->bytes.n = vbt.bytes;
	v->checksum_ok = vbt.checksum_ok;
	return NULL;
}

static const char *mailbox4_look(struct span s, const struct opreg *o, uint32_t asls,
				 struct guest_vbt *v)
{
	struct opreg_vbt vbt;
	const char *error;

	v->address = (uint64_t)asls + OPREG_VBT_AT;
	v->bytes = opreg_mailbox4(s, o);
	error = opreg_vbt(v->bytes, &vbt);
	if (error)
		return error;
	v->bytes.n = vbt.bytes;
	v->checksum_ok = vbt.checksum_ok;
	return NULL;
}

void guest_vbt_find(const struct guest_memory *m, struct span s, const struct opreg *o,
		    uint32_t asls, enum guest_vbt_trust trust, struct guest_vbt *v)
{
	*v = (struct guest_vbt){ .where = "rvda" };
	if (opreg_has_rvda(o)) {
		v->rvda_error = rvda_look(m, o, asls, trust, v);
		if (!v->rvda_error)
			return;
	}
	v->where = "mailbox4";
	v->error = mailbox4_look(s, o, asls, v);
	if (v->error) {
		v->where = "none";
		v->bytes = (struct span){ NULL, 0 };
	}
}
