/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/uefi_map.h"

/*
 * What an operating system does with each type (UEFI 2.10, table 7.10), and
 * whether a driver of ours may read there. Boot services memory holds guard
 * pages, memory-mapped I/O has side effects.
 */
static const struct {
	enum mem_kind kind;
	bool readable;
} types[EfiMaxMemoryType] = {
	[EfiReservedMemoryType] = { MEM_RESERVED, true },
	[EfiLoaderCode] = { MEM_FREE, false },
	[EfiLoaderData] = { MEM_FREE, false },
	[EfiBootServicesCode] = { MEM_FREE, false },
	[EfiBootServicesData] = { MEM_FREE, false },
	[EfiRuntimeServicesCode] = { MEM_RESERVED, false },
	[EfiRuntimeServicesData] = { MEM_RESERVED, true },
	[EfiConventionalMemory] = { MEM_FREE, true },
	[EfiUnusableMemory] = { MEM_RESERVED, false },
	[EfiACPIReclaimMemory] = { MEM_FREE, true },
	[EfiACPIMemoryNVS] = { MEM_RESERVED, true },
	[EfiMemoryMappedIO] = { MEM_RESERVED, false },
	[EfiMemoryMappedIOPortSpace] = { MEM_RESERVED, false },
	[EfiPalCode] = { MEM_RESERVED, false },
};

static void map_add(struct memmap *m, const EFI_MEMORY_DESCRIPTOR *d)
{
	bool known = d->Type < EfiMaxMemoryType;

	memmap_add(m, (struct mem_range){
		.base = d->PhysicalStart,
		.bytes = d->NumberOfPages << EFI_PAGE_SHIFT,
		.kind = known ? types[d->Type].kind : MEM_RESERVED,
		.readable = known && types[d->Type].readable,
	});
}

void uefi_map_read(EFI_BOOT_SERVICES *bs, struct memmap *m)
{
	UINTN bytes = 0, key, step;
	UINT32 version;
	uint8_t *buffer;

	m->n = 0;
	m->cut = true; /* until it is complete */
	bs->GetMemoryMap(&bytes, NULL, &key, &step, &version);
	bytes += 8 * step; /* the allocation below splits entries */
	if (EFI_ERROR(bs->AllocatePool(EfiBootServicesData, bytes, (void **)&buffer)))
		return;
	if (!EFI_ERROR(bs->GetMemoryMap(&bytes, (EFI_MEMORY_DESCRIPTOR *)buffer, &key, &step,
					&version))) {
		m->cut = false;
		for (UINTN at = 0; step && at < bytes; at += step)
			map_add(m, (const EFI_MEMORY_DESCRIPTOR *)(buffer + at));
	}
	bs->FreePool(buffer);
}
