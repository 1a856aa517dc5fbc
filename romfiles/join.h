/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ROMFILES_JOIN_H
#define ROMFILES_JOIN_H

#include <stddef.h>
#include <stdint.h>

#include "romfiles/span.h"

/**
 * rom_join() - one option ROM with the images of @a, then those of @b
 *
 * Both must be chains that firmware walks to their end (oprom_parse()). The
 * last-image indicator of @a's last image is cleared, and an x86 image's checksum
 * mended for that (byte 6, as QEMU does: hw/vfio/pci.c, vfio_pci_load_rom).
 * Bytes behind the last image of @a are left out. An empty @a gives @b. *@len gets
 * the size also with -ENOSPC. -EBADMSG: not such a chain. -EFBIG: above ROM_BUILD_MAX.
 */
int rom_join(struct span a, struct span b, uint8_t *out, size_t cap, size_t *len);

#endif
