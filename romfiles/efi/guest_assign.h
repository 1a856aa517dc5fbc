/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the assignment driver does, free of UEFI: the contract of QEMU's
 * docs/igd-assign.txt (:131-165) between vfio-pci and guest firmware.
 */
#ifndef ROMFILES_EFI_GUEST_ASSIGN_H
#define ROMFILES_EFI_GUEST_ASSIGN_H

#include "romfiles/efi/emit.h"
#include "romfiles/efi/fwcfg.h"
#include "romfiles/efi/pci.h"

/** enum assign_use - what memory is wanted for */
enum assign_use {
	ASSIGN_OPREGION, /* page-aligned, zeroed */
	ASSIGN_STOLEN,   /* 1 MiB-aligned */
};

#define ASSIGN_STOLEN_ALIGN 0x100000u
#define ASSIGN_OPREGION_MAX 0x1000000u /* 16 MiB: no VBT comes near */

/** struct assign_env - the machine */
struct assign_env {
	struct pci_access pci;
	struct fwcfg fwcfg;
	struct emit *emit;
	void *ctx;

	/**
	 * Take @bytes of memory below 4 GiB that no operating system will use.
	 * @want: exactly there, 0: anywhere. The address, or 0: not to be had.
	 */
	uint64_t (*reserve)(void *ctx, enum assign_use use, uint64_t want, uint64_t bytes);

	/** Give back what reserve() gave. */
	void (*release)(void *ctx, enum assign_use use, uint64_t base, uint64_t bytes);

	/** The bytes at an address that reserve() gave. */
	void *(*memory)(void *ctx, uint64_t base);
};

/** struct assign_part - one register with the memory behind it */
struct assign_part {
	uint64_t base;   /* 0: nothing was done */
	uint64_t bytes;  /* reserved at base */
	uint64_t before; /* the register's former value */
};

/** struct assign_done - what was changed, for assign_undo() */
struct assign_done {
	struct assign_part opregion;
	struct assign_part stolen;
	unsigned int stolen_register; /* config offset, meaningful with stolen.base */
	bool stolen_wide;             /* 64 bits */
};

/**
 * assign_run() - set up OpRegion and stolen memory of the iGPU at 00:02.0
 *
 * Writes the whole report. A failure of one part does not stop the other.
 * False: nothing was changed.
 */
bool assign_run(const struct assign_env *env, struct assign_done *done);

/** assign_undo() - put the registers back and release the memory */
void assign_undo(const struct assign_env *env, const struct assign_done *done);

#endif
