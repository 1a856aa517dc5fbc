/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The probe under SeaBIOS: a Multiboot kernel that QEMU's `-kernel` starts
 * after POST, in 32-bit protected mode without paging and with interrupts off.
 * When it has reported it sleeps for good; the launcher ends the VM.
 */
#include <string.h>

#include "romfiles/efi/guest_probe.h"
#include "romfiles/efi/port.h"
#include "romfiles/igd.h"

/* Multiboot specification 0.6.96, sections 3.1 to 3.3. */
#define MB_LOADER_MAGIC 0x2badb002
#define MB_INFO_MAP 0x40
#define MB_MAP_LENGTH_AT 44
#define MB_MAP_ADDRESS_AT 48
#define E820_RAM 1
#define E820_ACPI 3
#define E820_UNUSABLE 5

#define SHADOW 0xc0000 /* where BIOSes copy the VGA option ROM */
#define SHADOW_BYTES 0x20000

void bios_main(uint32_t magic, uint32_t info);

/* The header: magic, flags (bit 1: the memory map is wanted), their checksum. */
__asm__(".section .multiboot, \"a\"\n"
	".balign 4\n"
	".long 0x1badb002, 0x00000002, -(0x1badb002 + 0x00000002)\n"
	".text\n"
	".globl _start\n"
	"_start:\n"
	"	cli\n"
	"	cld\n"
	"	movl $stack_top, %esp\n"
	"	pushl %ebx\n"
	"	pushl %eax\n"
	"	call bios_main\n"
	"1:	hlt\n"
	"	jmp 1b\n"
	".bss\n"
	".balign 16\n"
	".space 16384\n"
	"stack_top:\n"
	".text\n");

static struct memmap map;
static struct emit emit;

static void *bios_at(uint64_t address)
{
	return (void *)(uintptr_t)address;
}

/*
 * Entries of any type but RAM and ACPI tables stay reserved. The loader puts
 * the entry's size, which does not count itself, before each entry.
 */
static void map_read(struct span list)
{
	uint32_t size, type;
	uint64_t base, bytes;
	size_t at = 0;

	while (span_le32(list, at, &size) && size >= 20 && span_holds(list, at + 4, size)) {
		span_le64(list, at + 4, &base);
		span_le64(list, at + 12, &bytes);
		span_le32(list, at + 20, &type);
		memmap_add(&map, (struct mem_range){
			.base = base,
			.bytes = bytes,
			.kind = type == E820_RAM || type == E820_ACPI ? MEM_FREE : MEM_RESERVED,
			.readable = type != E820_UNUSABLE,
		});
		at += 4 + size;
	}
}

static void map_find(uint32_t magic, uint32_t info)
{
	struct span s = { bios_at(info), 64 };
	uint32_t flags, n, at;

	map.cut = true; /* unless the loader says what there is */
	if (magic != MB_LOADER_MAGIC || !span_le32(s, 0, &flags) || !(flags & MB_INFO_MAP))
		return;
	map.cut = false;
	span_le32(s, MB_MAP_LENGTH_AT, &n);
	span_le32(s, MB_MAP_ADDRESS_AT, &at);
	map_read((struct span){ bios_at(at), n });
}

static const uint8_t *memory(void *ctx, uint64_t address)
{
	(void)ctx;
	return bios_at(address);
}

/* Memory maps 1:1 here. */
static uint8_t dma[PROBE_DMA_BYTES] __attribute__((aligned(PROBE_DMA_BYTES)));

static uint32_t mmio_read(void *ctx, uint64_t address)
{
	(void)ctx;
	return *(volatile uint32_t *)bios_at(address);
}

static void mmio_write(void *ctx, uint64_t address, uint32_t value)
{
	(void)ctx;
	*(volatile uint32_t *)bios_at(address) = value;
}

static uint32_t io_read(void *ctx, uint16_t port)
{
	(void)ctx;
	return port_read32(port);
}

/* Interrupts are off for good. */
static void quiet(void *ctx, bool on)
{
	(void)ctx;
	(void)on;
}

/*
 * The VGA option ROM is copied to the beginning of this space. Without one
 * another ROM gets there (QEMU's Multiboot loader, for one), so the vendor
 * decides.
 */
static struct span shadow_find(void)
{
	struct span shadow = { bios_at(SHADOW), SHADOW_BYTES };
	uint16_t at, vendor;

	if (span_is(shadow, 0, "\x55\xaa", 2) && span_le16(shadow, 0x18, &at) &&
	    span_is(shadow, at, "PCIR", 4) && span_le16(shadow, at + 4u, &vendor) &&
	    vendor == IGD_VENDOR_INTEL)
		return shadow;
	return (struct span){ NULL, 0 };
}

void bios_main(uint32_t magic, uint32_t info)
{
	struct probe_env env = {
		.firmware = "bios",
		.pci = { port_config_read, port_config_write, NULL },
		.emit = &emit,
		.map = &map,
		.reach = UINT32_MAX,
		.memory = memory,
		.mmio_read = mmio_read,
		.mmio_write = mmio_write,
		.dma = dma,
		.dma_address = (uintptr_t)dma,
		.io_read = io_read,
		.quiet = quiet,
		.rom = shadow_find(),
		.rom_where = "shadow",
	};

	emit.prefix = REPORT_PROBE_PREFIX;
	emit.kind = "probe";
	emit.put = port_put;
	map_find(magic, info);
	probe_run(&env);
}
