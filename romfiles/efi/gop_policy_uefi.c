/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The GOP policy driver: a UEFI boot service driver.
 *
 * Theory of operation
 *
 * Intel's GOP driver gets the VBT from PLATFORM_GOP_POLICY_PROTOCOL and from
 * nowhere else; without one it does not start, and OVMF has none. The entry
 * point installs it and looks at nothing: images of a ROM are started in
 * their order, the GOP driver's binding is asked only when the firmware
 * connects the device, and by then the assignment driver has written ASLS,
 * before or behind us.
 *
 * The copy of the table lies in reserved memory below 4 GiB, because nobody
 * knows what else a GOP driver does with its address.
 */
#include "romfiles/efi/gop_policy.h"
#include "romfiles/efi/guest_policy.h"
#include "romfiles/efi/port.h"
#include "romfiles/efi/uefi_map.h"

#include <string.h>

#define BELOW_4G UINT64_C(0xffffffff)

static EFI_BOOT_SERVICES *bs;
static struct memmap map;
static struct policy policy;

static const uint8_t *memory(void *ctx, uint64_t address)
{
	(void)ctx;
	return uefi_at(address);
}

static uint64_t reserve(void *ctx, uint64_t bytes)
{
	EFI_PHYSICAL_ADDRESS at = BELOW_4G;
	UINTN pages = EFI_SIZE_TO_PAGES(bytes);

	(void)ctx;
	if (EFI_ERROR(bs->AllocatePages(AllocateMaxAddress, EfiReservedMemoryType, pages, &at)))
		return 0;
	memset(uefi_at(at), 0, pages << EFI_PAGE_SHIFT);
	return at;
}

static void *at(void *ctx, uint64_t base)
{
	(void)ctx;
	return uefi_at(base);
}

static struct emit emit = {
	.prefix = REPORT_POLICY_PREFIX,
	.kind = "policy",
	.put = port_put,
};

static const struct policy_env env = {
	.pci = { port_config_read, port_config_write, NULL },
	.memory = { &map, BELOW_4G, NULL, memory },
	.emit = &emit,
	.reserve = reserve,
	.at = at,
};

/* Nobody knows the host's lid; a driver that takes the value anyway sees it open. */
static EFI_STATUS EFIAPI lid(UINT32 *status)
{
	if (!status)
		return EFI_INVALID_PARAMETER;
	*status = GOP_LID_OPEN;
	return EFI_UNSUPPORTED;
}

static EFI_STATUS status_of(enum policy_answer answer)
{
	switch (answer) {
	case POLICY_GIVEN:
		return EFI_SUCCESS;
	case POLICY_NOT_READY:
		return EFI_NOT_READY;
	case POLICY_NO_MEMORY:
		return EFI_OUT_OF_RESOURCES;
	default:
		return EFI_NOT_FOUND;
	}
}

static EFI_STATUS EFIAPI vbt(EFI_PHYSICAL_ADDRESS *address, UINT32 *bytes)
{
	enum policy_answer answer;

	if (!address || !bytes)
		return EFI_INVALID_PARAMETER;
	uefi_map_read(bs, &map);
	answer = policy_vbt(&env, &policy);
	*address = policy.base;
	*bytes = policy.bytes;
	return status_of(answer);
}

static struct gop_policy offered = {
	.revision = GOP_POLICY_REVISION,
	.lid = lid,
	.vbt = vbt,
};

static EFI_STATUS EFIAPI unload(EFI_HANDLE image)
{
	EFI_GUID guid = GOP_POLICY_GUID;
	EFI_STATUS status = bs->UninstallProtocolInterface(image, &guid, &offered);

	if (EFI_ERROR(status))
		return status;
	if (policy.base)
		bs->FreePages(policy.base, EFI_SIZE_TO_PAGES(policy.bytes));
	return EFI_SUCCESS;
}

static void say_begin(const char *result)
{
	emit_open(&emit, "begin");
	emit_num(&emit, "version", REPORT_VERSION);
	emit_str(&emit, "result", result);
	emit_num(&emit, "revision", GOP_POLICY_REVISION);
	emit_close(&emit);
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/* A GOP driver takes the first policy it finds: a second one would be a riddle. */
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	EFI_GUID guid = GOP_POLICY_GUID;
	EFI_STATUS status;
	void *other;

	bs = table->BootServices;
	if (!EFI_ERROR(bs->LocateProtocol(&guid, NULL, &other))) {
		say_begin("already-there");
		return EFI_ALREADY_STARTED;
	}
	status = uefi_on_unload(bs, image, unload);
	if (!EFI_ERROR(status))
		status = bs->InstallProtocolInterface(&image, &guid, EFI_NATIVE_INTERFACE,
						      &offered);
	say_begin(EFI_ERROR(status) ? "failed" : "installed");
	return status;
}
