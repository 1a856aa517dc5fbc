/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PLATFORM_GOP_POLICY_PROTOCOL, by which Intel's GOP drivers ask the platform
 * for the VBT. Intel publishes no specification. Layout and convention: the
 * header of an open platform package, edk2 Vlv2TbltDevicePkg/Include/Protocol/
 * PlatformGopPolicy.h (3cbfba02fef9). Revision 1 has these three members, a
 * later one, 0x222, a fourth for docking stations. Revision 1 is what
 * VfioIgdPkg (986744efe050) offers GOP drivers of all generations.
 *
 * The functions have no This: there is one policy for one device.
 */
#ifndef ROMFILES_EFI_GOP_POLICY_H
#define ROMFILES_EFI_GOP_POLICY_H

#include "romfiles/efi/uefi.h"

#define GOP_POLICY_GUID \
	{ 0xec2e931b, 0x3281, 0x48a5, { 0x81, 0x07, 0xdf, 0x8a, 0x8b, 0xed, 0x3c, 0x5d } }
#define GOP_POLICY_REVISION 1

enum gop_lid { GOP_LID_CLOSED, GOP_LID_OPEN };

struct gop_policy {
	UINT32 revision;
	EFI_STATUS (EFIAPI *lid)(UINT32 *status); /* enum gop_lid */
	EFI_STATUS (EFIAPI *vbt)(EFI_PHYSICAL_ADDRESS *address, UINT32 *bytes);
};

#endif
