/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/uefi.h"

EFI_STATUS uefi_on_unload(EFI_BOOT_SERVICES *bs, EFI_HANDLE image, EFI_IMAGE_UNLOAD unload)
{
	EFI_GUID guid = EFI_LOADED_IMAGE_PROTOCOL_GUID;
	EFI_LOADED_IMAGE *loaded;
	EFI_STATUS status;

	status = bs->OpenProtocol(image, &guid, (void **)&loaded, image, NULL,
				  EFI_OPEN_PROTOCOL_GET_PROTOCOL);
	if (EFI_ERROR(status))
		return status;
	loaded->Unload = (EFI_IMAGE_UNLOAD)unload;
	return EFI_SUCCESS;
}
