/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Make an EFI option ROM from UEFI drivers, byte for byte as EDK2's EfiRom
 * does without compression (BaseTools/Source/C/EfiRom, PCI Firmware 3.0
 * section 5.1, UEFI 2.10 section 14.4.2).
 */
#ifndef ROMFILES_BUILD_H
#define ROMFILES_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "romfiles/span.h"

/* EfiRom's MAX_OPTION_ROM_SIZE, for each image and for the whole. */
#define ROM_BUILD_MAX ((size_t)16 << 20)
/* More ids than any platform has; keeps the PCIR structure small. */
#define ROM_BUILD_IDS_MAX 512

/** struct rom_driver - one input; borrowed */
struct rom_driver {
	struct span pe;      /* a whole PE32 or PE32+ image */
	uint32_t class_code; /* 24 bits: 0x030000 is VGA; 0 as EfiRom's default */
	uint16_t revision;   /* of the code; 0: the wish's */
};

/** struct rom_wish - what the ROM shall say of itself; borrowed */
struct rom_wish {
	uint16_t vendor;
	const uint16_t *ids; /* a list is written only when there are several */
	size_t n_ids;
	uint16_t revision; /* of the code, free for the vendor */
};

/**
 * rom_build() - write the ROM made of @n drivers into @out
 *
 * @out may be NULL to learn the size only; *@len is always set to the bytes
 * needed when 0 or -ENOSPC is returned. *@bad says which driver is to blame
 * when -EBADMSG or -EFBIG is returned (@n: the total). Nothing is written on
 * an error.
 *
 * -EINVAL: no driver, no id, too many ids, an id of 0 in a list (it would
 * end the list), a class code over 24 bits. -EBADMSG: not a PE image, or
 * not a boot service or run-time driver (firmware never starts others from
 * a ROM). -EFBIG: past ROM_BUILD_MAX. -ENOSPC: @cap is too small.
 */
int rom_build(const struct rom_wish *w, const struct rom_driver *drivers, size_t n,
	      uint8_t *out, size_t cap, size_t *len, size_t *bad);

#endif
