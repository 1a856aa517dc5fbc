/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UEFI's memory map in the form of memmap.h, for the drivers that ask it. */
#ifndef ROMFILES_EFI_UEFI_MAP_H
#define ROMFILES_EFI_UEFI_MAP_H

#include "romfiles/efi/memmap.h"
#include "romfiles/efi/uefi.h"

/**
 * uefi_map_read() - *@m = the map as it is now
 *
 * Needs a buffer from the firmware's pool, which it gives back. When that
 * fails the map is empty and says that it was cut.
 */
void uefi_map_read(EFI_BOOT_SERVICES *bs, struct memmap *m);

#endif
