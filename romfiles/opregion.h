/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read an ACPI IGD OpRegion: 8 KiB that firmware leaves for the graphics
 * driver, and the place of the VBT, inside it or beside it. Layout and rules:
 * Linux 6.12, i915/display/intel_opregion.c, and drivers/vfio/pci/
 * vfio_pci_igd.c.
 *
 * Accepts any bytes of any length: an 8 KiB dump, a cut one, or the region
 * that vfio-pci offers, in which the kernel has put the VBT behind the first
 * 8 KiB and made RVDA relative. Results hold offsets into the bytes given.
 */
#ifndef ROMFILES_OPREGION_H
#define ROMFILES_OPREGION_H

#include <stddef.h>
#include <stdint.h>

#include "romfiles/note.h"
#include "romfiles/span.h"

#define OPREGION_SIZE 0x2000
#define OPREGION_HEADER_SIZE 0x100
#define OPREGION_MAILBOX4 0x400
#define OPREGION_MAILBOX5 0x1c00

/* Bits of the mailboxes field. */
#define OPREGION_HAS_ACPI 0x01
#define OPREGION_HAS_SWSCI 0x02
#define OPREGION_HAS_ASLE 0x04
#define OPREGION_HAS_VBT 0x08
#define OPREGION_HAS_ASLE_EXT 0x10

/* Bit of the platform configuration: a board without display outputs. */
#define OPREGION_PCON_HEADLESS 0x2000

/** enum opregion_rvda - what RVDA is */
enum opregion_rvda {
	OPREGION_RVDA_NONE,     /* not used: the VBT is in mailbox 4 */
	OPREGION_RVDA_ABSOLUTE, /* 2.0: a physical address */
	OPREGION_RVDA_RELATIVE, /* 2.1 and later: counts from the OpRegion */
};

/** enum opregion_vbt - is there a VBT? */
enum opregion_vbt {
	OPREGION_VBT_NONE, /* none that i915 would accept */
	OPREGION_VBT_HERE, /* in the bytes given, at vbt_at */
	OPREGION_VBT_FAR,  /* RVDA points to memory that is not in these bytes */
};

/** struct opregion - what opregion_parse() found; a plain value */
struct opregion {
	uint32_t size_kib; /* as the header says */
	uint8_t major, minor, revision;
	uint32_t mailboxes, pcon;
	uint64_t rvda; /* raw; 0 where the bytes end before it */
	uint32_t rvds;
	enum opregion_rvda rvda_kind;
	enum opregion_vbt vbt;
	size_t vbt_at, vbt_size; /* with OPREGION_VBT_HERE: the table, as i915 finds it */
	struct notes notes;
};

/**
 * opregion_parse() - fill *@out from @s
 *
 * @base is the physical address of the OpRegion (ASLS, config 0xfc), which
 * makes an absolute RVDA comparable; 0: not known, or a vfio region.
 *
 * -EBADMSG: shorter than its header, or no OpRegion signature. -ENODATA: the
 * size field is 0; Linux refuses to open a device with vfio-pci for either.
 */
int opregion_parse(struct span s, uint64_t base, struct opregion *out);

/** opregion_vfio_size() - bytes of the region that vfio-pci makes of it */
uint64_t opregion_vfio_size(const struct opregion *o);

#endif
