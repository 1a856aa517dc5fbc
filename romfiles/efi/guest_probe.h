/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the probe looks at, free of any environment: the machine as a guest
 * driver will find it, reported and not judged (report.h).
 */
#ifndef ROMFILES_EFI_GUEST_PROBE_H
#define ROMFILES_EFI_GUEST_PROBE_H

#include "romfiles/efi/emit.h"
#include "romfiles/efi/memmap.h"
#include "romfiles/efi/pci.h"
#include "romfiles/span.h"

/** struct probe_gop - the firmware's graphics outputs, and one of them */
struct probe_gop {
	unsigned int count; /* real ones: with a device path */
	bool on_device;     /* 00:02.0 has one; then it is the one described */
	const char *format; /* word of report.h; NULL: nothing known, all below 0 */
	uint32_t width, height, stride;
	uint32_t mode, modes;
	bool blt_only; /* no frame buffer */
	uint64_t base, bytes;
};

#define PROBE_DMA_BYTES 64u

/** struct probe_env - the machine */
struct probe_env {
	const char *firmware; /* "uefi", "bios" */
	struct pci_access pci;
	struct emit *emit;
	const struct memmap *map;
	uint64_t reach; /* highest address that loads can name */
	void *ctx;

	/** The bytes at @address; only asked for what @map calls readable. */
	const uint8_t *(*memory)(void *ctx, uint64_t address);

	/** A dword of a device or of memory, @address at most @reach - 3. */
	uint32_t (*mmio_read)(void *ctx, uint64_t address);
	void (*mmio_write)(void *ctx, uint64_t address, uint32_t value);
	uint32_t (*io_read)(void *ctx, uint16_t port);

	/** Memory that a device may reach, PROBE_DMA_BYTES, and its address. */
	volatile uint8_t *dma;
	uint64_t dma_address;

	/** While @on nothing else may run: BARs are being sized. */
	void (*quiet)(void *ctx, bool on);

	/** The option ROM of 00:02.0 as firmware keeps it; empty: none. */
	struct span rom;
	const char *rom_where; /* "firmware", "shadow" */

	/** Fill the zeroed *@g; NULL: there are no outputs in this environment. */
	void (*gop)(void *ctx, struct probe_gop *g);

	/** Subjects that only this environment has; may be NULL. */
	void (*more)(void *ctx, struct emit *emit);
};

/** probe_run() - look at everything and write the whole report */
void probe_run(const struct probe_env *env);

#endif
