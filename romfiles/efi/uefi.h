/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the two UEFI images share: the headers of gnu-efi (no code of it) and
 * a few calls. Images are PE32+ for x86-64, built with the Microsoft calling
 * convention throughout, so that service tables are called directly.
 */
#ifndef ROMFILES_EFI_UEFI_H
#define ROMFILES_EFI_UEFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GNU_EFI_USE_MS_ABI
#include <efi.h>

/** uefi_at() - the bytes at a physical address (UEFI maps 1:1) */
static inline void *uefi_at(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

/** uefi_on_unload() - have @unload called before the image goes away */
EFI_STATUS uefi_on_unload(EFI_BOOT_SERVICES *bs, EFI_HANDLE image, EFI_IMAGE_UNLOAD unload);

#endif
