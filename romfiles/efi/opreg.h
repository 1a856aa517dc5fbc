/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Judge the OpRegion and the VBT that a guest finds, the way its graphics
 * driver will. Pure; every byte is foreign. Here rather than in
 * romfiles/opregion.h because in the guest a VBT may lie anywhere in memory
 * and not only inside a dump.
 *
 * Layout and rules: Linux 7.1 drivers/gpu/drm/i915/display/intel_opregion.c
 * (:45-80 layout, :976-1031 which VBT), intel_bios.c (:3089-3131 validity).
 */
#ifndef ROMFILES_EFI_OPREG_H
#define ROMFILES_EFI_OPREG_H

#include "romfiles/span.h"

#define OPREG_BYTES 0x2000
#define OPREG_VBT_AT 0x400
#define OPREG_VBT_MAX 0xffff /* the size field has 16 bits */
#define OPREG_VBT_SUM_AT 0x1a /* the byte that makes the sum of a VBT zero */

/** struct opreg - what the header says; valid after opreg_parse() */
struct opreg {
	bool signature;
	uint8_t major;
	uint8_t minor;
	uint64_t bytes; /* claimed, anything from 0 to 4 TiB */
	uint32_t mailboxes;
	uint64_t rvda;
	uint32_t rvds;
};

/** opreg_parse() - read the header; false: @s is shorter than OPREG_BYTES */
bool opreg_parse(struct span s, struct opreg *o);

/** opreg_has_rvda() - does it announce a VBT outside mailbox 4? */
bool opreg_has_rvda(const struct opreg *o);

/** opreg_rvda_absolute() - is RVDA an address (2.0) and not relative? */
bool opreg_rvda_absolute(const struct opreg *o);

/**
 * opreg_rvda_address() - where that VBT lies
 *
 * Version 2.0: an address; 2.1 and later: relative to @base, the OpRegion's
 * own address. False: the address would wrap.
 */
bool opreg_rvda_address(const struct opreg *o, uint64_t base, uint64_t *address);

/** opreg_mailbox4() - the part of @s where mailbox 4 may hold a VBT */
struct span opreg_mailbox4(struct span s, const struct opreg *o);

/** struct opreg_vbt - a VBT that i915 accepts */
struct opreg_vbt {
	size_t bytes;     /* vbt_size */
	bool checksum_ok; /* i915 does not look, Intel's GOP driver does */
};

/** opreg_vbt() - NULL: @s begins with a valid VBT; else the word for "error" */
const char *opreg_vbt(struct span s, struct opreg_vbt *v);

#endif
