/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The IGD assignment driver: a UEFI boot service driver.
 *
 * Theory of operation
 *
 * Everything happens once, in the entry point. The driver needs no protocol
 * of the firmware but boot services: the device is found by config space
 * access, which works whether PCI has been enumerated or not and whether
 * somebody will ever connect the device; a binding whose Start() is called
 * only on connection would come too late or never (OVMF connects only what
 * the boot order names). The device is where the launcher puts it, 00:02.0.
 *
 * What it leaves behind (two blocks of memory and two registers) must outlive
 * it, so the image stays loaded; Unload() takes everything back.
 */
#include <string.h>

#include "romfiles/efi/guest_assign.h"
#include "romfiles/efi/port.h"
#include "romfiles/efi/uefi.h"

#define BELOW_4G UINT64_C(0xffffffff)

static EFI_BOOT_SERVICES *bs;
static struct assign_done done;

static EFI_MEMORY_TYPE use_type(enum assign_use use)
{
	return use == ASSIGN_OPREGION ? EfiACPIMemoryNVS : EfiReservedMemoryType;
}

/* Any place that is aligned: take more, give back what sticks out. */
static uint64_t reserve_aligned(EFI_MEMORY_TYPE type, UINTN pages, UINTN align)
{
	EFI_PHYSICAL_ADDRESS at = BELOW_4G;
	UINTN spare = align - 1, head;

	if (EFI_ERROR(bs->AllocatePages(AllocateMaxAddress, type, pages + spare, &at)))
		return 0;
	head = (align - (at >> EFI_PAGE_SHIFT) % align) % align;
	if (head)
		bs->FreePages(at, head);
	at += (uint64_t)head << EFI_PAGE_SHIFT;
	if (spare - head)
		bs->FreePages(at + ((uint64_t)pages << EFI_PAGE_SHIFT), spare - head);
	return at;
}

static uint64_t reserve(void *ctx, enum assign_use use, uint64_t want, uint64_t bytes)
{
	EFI_MEMORY_TYPE type = use_type(use);
	EFI_PHYSICAL_ADDRESS at = want;
	UINTN pages = EFI_SIZE_TO_PAGES(bytes);

	(void)ctx;
	if (want)
		return EFI_ERROR(bs->AllocatePages(AllocateAddress, type, pages, &at)) ? 0 : at;
	if (use == ASSIGN_STOLEN)
		return reserve_aligned(type, pages, ASSIGN_STOLEN_ALIGN >> EFI_PAGE_SHIFT);
	at = reserve_aligned(type, pages, 1);
	if (at)
		memset(uefi_at(at), 0, pages << EFI_PAGE_SHIFT);
	return at;
}

static void release(void *ctx, enum assign_use use, uint64_t base, uint64_t bytes)
{
	(void)ctx;
	(void)use;
	bs->FreePages(base, EFI_SIZE_TO_PAGES(bytes));
}

static void *memory(void *ctx, uint64_t base)
{
	(void)ctx;
	return uefi_at(base);
}

static struct emit emit = {
	.prefix = REPORT_ASSIGN_PREFIX,
	.kind = "assign",
	.put = port_put,
};

static const struct assign_env env = {
	.pci = { port_config_read, port_config_write, NULL },
	.fwcfg = { port_fwcfg_select, port_fwcfg_read, NULL },
	.emit = &emit,
	.reserve = reserve,
	.release = release,
	.memory = memory,
};

static EFI_STATUS EFIAPI unload(EFI_HANDLE image)
{
	(void)image;
	assign_undo(&env, &done);
	return EFI_SUCCESS;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

/* An error makes the firmware drop the image, which then has nothing to keep. */
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
	EFI_STATUS status;

	bs = table->BootServices;
	status = uefi_on_unload(bs, image, unload);
	if (EFI_ERROR(status))
		return status;
	return assign_run(&env, &done) ? EFI_SUCCESS : EFI_UNSUPPORTED;
}
