/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files of the probe; nobody else's business. */
#ifndef ROMFILES_EFI_GUEST_PROBE_PARTS_H
#define ROMFILES_EFI_GUEST_PROBE_PARTS_H

#include "romfiles/efi/guest_igd.h"
#include "romfiles/efi/guest_probe.h"

/** struct bar - one base address register */
struct bar {
	unsigned int index;
	bool io, wide, prefetch;
	uint64_t base;
	uint64_t bytes; /* 0: not implemented */
};

/** struct subject - what later subjects need of earlier ones */
struct subject {
	const struct probe_env *env;
	bool igd;                      /* an Intel display device at 00:02.0 */
	const struct igd_platform *pf; /* NULL: unknown */
	struct igd_platform pf_value;
	struct bar bars[6];  /* all zero without a device */
	uint64_t bar0;       /* where BAR 0 can be read; 0: it cannot */
	uint64_t bar0_bytes; /* its size */
	uint64_t stolen;     /* bytes, by GGC */
};

/** probe_reserved() - the word for "reserved" of a range */
static inline const char *probe_reserved(const struct probe_env *env, uint64_t base,
					 uint64_t bytes)
{
	return memmap_word(memmap_ask(env->map, base, bytes));
}

/** probe_opregion() - write the lines opregion and vbt */
void probe_opregion(const struct probe_env *env);

/**
 * probe_bar_sizes() - size all BARs, with decoding off and all as before after
 *
 * Returns the size of the ROM BAR.
 */
uint64_t probe_bar_sizes(const struct probe_env *env, struct bar bars[6]);

/** probe_bar() - write the line of @b, read through it, remember BAR 0 in @s */
void probe_bar(struct subject *s, const struct bar *b);

/**
 * probe_backed() - the word for "backed": does memory lie behind the range?
 *
 * Written, read and put back at its first, middle and last dword. NULL: not tried.
 */
const char *probe_backed(const struct probe_env *env, uint64_t base, uint64_t bytes);

/** probe_mmio() - write the line of registers behind BAR 0, with memory decoding on */
void probe_mmio(const struct subject *s);

/** probe_dma() - write the line of a round trip through memory, with memory decoding on */
void probe_dma(const struct subject *s);

/** probe_capability() - offset of the next capability @id behind @from (0: from the first on); 0: none */
unsigned int probe_capability(const struct pci_access *p, uint8_t id, unsigned int from);

/** probe_interrupt() - write the line of the interrupt, which is switched on and off */
void probe_interrupt(const struct subject *s);

/** probe_gop() - write the line of the firmware's graphics output */
void probe_gop(const struct subject *s);

#endif
