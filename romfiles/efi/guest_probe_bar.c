/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * BARs are sized with decoding off and put back before anything else runs.
 * Their first dword is read to see that the mapping works at all, except
 * through BAR 2 of devices without BDSM in config space: that is where Meteor
 * Lake and later keep stolen memory, and reading it can hang the machine
 * (Linux 7.1, i915_utils.c:32-46).
 */
#include "romfiles/efi/guest_probe_parts.h"

static uint32_t bar_mask(const struct pci_access *p, unsigned int off, uint32_t value)
{
	uint32_t mask;

	pci_write32(p, PCI_IGD, off, UINT32_MAX);
	mask = pci_read32(p, PCI_IGD, off);
	pci_write32(p, PCI_IGD, off, value);
	return mask;
}

static void bar_size(const struct pci_access *p, struct bar *b)
{
	unsigned int off = PCI_CFG_BAR(b->index);
	uint32_t low = pci_read32(p, PCI_IGD, off), flags;
	uint64_t mask = bar_mask(p, off, low);

	b->io = low & 1;
	b->wide = !b->io && (low & 6) == 4;
	b->prefetch = !b->io && low & 8;
	flags = b->io ? 3 : 0xf;
	b->base = low & ~flags;
	mask &= ~(uint64_t)flags;
	if (b->wide && b->index < 5) {
		uint32_t high = pci_read32(p, PCI_IGD, off + 4);

		b->base |= (uint64_t)high << 32;
		mask |= (uint64_t)bar_mask(p, off + 4, high) << 32;
	} else if (mask) {
		mask |= UINT64_C(0xffffffff) << 32;
	}
	/* The upper half of I/O BARs need not exist (PCI 3.0, 6.2.5.1). */
	if (b->io && mask)
		mask |= 0xffff0000;
	b->bytes = mask ? ~mask + 1 : 0;
}

static bool bar_in_reach(const struct probe_env *env, const struct bar *b)
{
	uint64_t reach = b->io ? 0xffff : env->reach;

	return b->bytes >= 4 && b->base <= reach && b->bytes - 1 <= reach - b->base;
}

/* NULL: it may be read; else the word for "read". */
static const char *bar_unreadable(const struct subject *s, const struct bar *b)
{
	if (!b->base)
		return "unassigned";
	if (!bar_in_reach(s->env, b))
		return "out-of-reach";
	if (b->index == 2 && (!s->pf || s->pf->bdsm == IGD_BDSM_NONE))
		return "skipped";
	return NULL;
}

void probe_bar(struct subject *s, const struct bar *b)
{
	const struct probe_env *env = s->env;
	const char *why = bar_unreadable(s, b);
	struct emit *e = env->emit;

	emit_open(e, "bar");
	emit_num(e, "index", b->index);
	emit_str(e, "type", b->io ? "io" : b->wide ? "mem64" : "mem32");
	emit_bool(e, "prefetch", b->prefetch);
	emit_hex(e, "base", b->base, b->io ? 4 : 8);
	emit_num(e, "size", b->bytes);
	emit_str(e, "read", why ? why : "ok");
	if (why)
		emit_null(e, "first");
	else if (b->io)
		emit_hex(e, "first", env->io_read(env->ctx, (uint16_t)b->base), 8);
	else
		emit_hex(e, "first", env->mmio_read(env->ctx, b->base), 8);
	emit_close(e);
	if (!why && b->index == 0 && !b->io) {
		s->bar0 = b->base;
		s->bar0_bytes = b->bytes;
	}
}

uint64_t probe_bar_sizes(const struct probe_env *env, struct bar bars[6])
{
	const struct pci_access *p = &env->pci;
	uint16_t command;
	uint32_t rom, mask;

	env->quiet(env->ctx, true);
	command = pci_read16(p, PCI_IGD, PCI_CFG_COMMAND);
	pci_write16(p, PCI_IGD, PCI_CFG_COMMAND,
		    (uint16_t)(command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEM)));
	for (unsigned int i = 0; i < 6; i++) {
		bars[i] = (struct bar){ .index = i };
		if (i && bars[i - 1].wide)
			continue; /* the upper half of the one before */
		bar_size(p, &bars[i]);
	}
	rom = pci_read32(p, PCI_IGD, PCI_CFG_ROM);
	mask = bar_mask(p, PCI_CFG_ROM, rom) & 0xfffff800;
	pci_write16(p, PCI_IGD, PCI_CFG_COMMAND, command);
	env->quiet(env->ctx, false);
	return mask ? ~mask + UINT32_C(1) : 0;
}
