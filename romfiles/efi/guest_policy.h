/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the GOP policy driver does, free of UEFI: hand Intel's GOP driver the
 * VBT of the guest's own OpRegion.
 */
#ifndef ROMFILES_EFI_GUEST_POLICY_H
#define ROMFILES_EFI_GUEST_POLICY_H

#include "romfiles/efi/emit.h"
#include "romfiles/efi/guest_vbt.h"
#include "romfiles/efi/pci.h"

/** enum policy_answer - what a GOP driver that asks is told */
enum policy_answer {
	POLICY_NEVER_ASKED, /* never an answer */
	POLICY_GIVEN,
	POLICY_NO_DEVICE, /* no Intel display device at 00:02.0 */
	POLICY_NOT_READY, /* ASLS is not written (yet): no assignment driver ran */
	POLICY_NO_VBT,    /* an OpRegion that is none, or without a usable VBT */
	POLICY_NO_MEMORY,
};

/** struct policy_env - the machine */
struct policy_env {
	struct pci_access pci;
	struct guest_memory memory; /* its map as of now, at each call */
	struct emit *emit;
	void *ctx;

	/** @bytes of memory below 4 GiB that stay; their address, or 0. */
	uint64_t (*reserve)(void *ctx, uint64_t bytes);

	/** The bytes at an address that reserve() gave. */
	void *(*at)(void *ctx, uint64_t base);
};

/** struct policy - zero-initialised: nobody asked yet */
struct policy {
	enum policy_answer said; /* what the last line of the report was about */
	uint64_t base;           /* our copy; 0: none */
	uint32_t bytes;          /* of the table in it */
};

/**
 * policy_vbt() - the table for a GOP driver: p->base, p->bytes
 *
 * Looks into the OpRegion at the first call that finds one, so it does not
 * matter whether the assignment driver ran before or after us. From then on
 * the same copy is given: a GOP driver keeps the address. The copy's checksum
 * is right (Intel's GOP driver compares it, i915 never has, and half of all
 * boards have it wrong); the OpRegion is only read.
 *
 * One report line for the first answer and for each that differs from the one
 * before, as firmware asks again each time it connects devices.
 */
enum policy_answer policy_vbt(const struct policy_env *env, struct policy *p);

#endif
