/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Find, in the guest's memory, the VBT that its OpRegion names. Pure; memory
 * is read only where the map says that real memory is, as ASLS and RVDA may
 * hold anything.
 */
#ifndef ROMFILES_EFI_GUEST_VBT_H
#define ROMFILES_EFI_GUEST_VBT_H

#include "romfiles/efi/memmap.h"
#include "romfiles/efi/opreg.h"

/** struct guest_memory - how to read the guest's memory */
struct guest_memory {
	const struct memmap *map;
	uint64_t reach; /* highest address that loads can name */
	void *ctx;

	/** The bytes at @address; only asked for what @map calls readable. */
	const uint8_t *(*at)(void *ctx, uint64_t address);
};

/** guest_span() - *@s = @n bytes at @base; false: not all of it may be read */
bool guest_span(const struct guest_memory *m, uint64_t base, size_t n, struct span *s);

/**
 * guest_asls_error() - NULL: ASLS holds an address; else "not-set"
 *
 * 0: nobody wrote it; all ones: nobody answers.
 */
const char *guest_asls_error(uint32_t asls);

/** struct guest_vbt - what guest_vbt_find() found; a plain value */
struct guest_vbt {
	const char *where;      /* "rvda", "mailbox4"; "none": see error */
	const char *error;      /* of mailbox 4, with "none" */
	const char *rvda_error; /* why the table at RVDA was passed over */
	uint64_t address;
	struct span bytes; /* the table, no longer than it says */
	bool checksum_ok;
};

/** enum guest_vbt_trust - who reads it */
enum guest_vbt_trust {
	GUEST_VBT_AS_DRIVER, /* as a graphics driver: an absolute RVDA is followed */
	GUEST_VBT_OWN_BLOCK, /* an absolute RVDA only inside the OpRegion's own block */
};

/**
 * guest_vbt_find() - the table that i915 would take
 *
 * RVDA when announced and valid, else mailbox 4. @s is the OpRegion at @asls,
 * OPREG_BYTES or more, @o its header.
 *
 * In a guest an absolute RVDA (OpRegion 2.0) is an address of the host that
 * nobody translated, unless the table lies behind the OpRegion in one reserved
 * piece of memory. With GUEST_VBT_OWN_BLOCK anything else is "outside".
 */
void guest_vbt_find(const struct guest_memory *m, struct span s, const struct opreg *o,
		    uint32_t asls, enum guest_vbt_trust trust, struct guest_vbt *v);

#endif
