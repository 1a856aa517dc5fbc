/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Does what the device promises answer? Each look leaves everything as it was:
 * what is written is put back before anything else in the guest runs.
 */
#include "romfiles/efi/guest_probe_parts.h"

/* --- stolen memory -------------------------------------------------------------- */

static bool dword_holds(const struct probe_env *env, uint64_t at)
{
	uint32_t old = env->mmio_read(env->ctx, at);
	bool took;

	env->mmio_write(env->ctx, at, ~old);
	took = env->mmio_read(env->ctx, at) == (uint32_t)~old;
	env->mmio_write(env->ctx, at, old);
	return took && env->mmio_read(env->ctx, at) == old;
}

/*
 * Only where the map says that all of it is real memory which nobody uses:
 * an address of the host's may be a device's registers here.
 */
const char *probe_backed(const struct probe_env *env, uint64_t base, uint64_t bytes)
{
	bool holds;

	if (bytes < 4 || base % 4 || base > env->reach || bytes - 1 > env->reach - base ||
	    memmap_ask(env->map, base, bytes) != MEM_ANSWER_YES ||
	    !memmap_readable(env->map, base, bytes))
		return NULL;
	env->quiet(env->ctx, true);
	holds = dword_holds(env, base) && dword_holds(env, base + (bytes / 2 & ~UINT64_C(3))) &&
		dword_holds(env, base + ((bytes - 4) & ~UINT64_C(3)));
	env->quiet(env->ctx, false);
	return holds ? "yes" : "no";
}

/* --- registers ------------------------------------------------------------------- */

/*
 * Registers that need neither a power well nor forcewake, on all generations
 * from 6 on (Linux 6.12, drivers/gpu/drm/i915/i915_reg.h: FUSE_STRAP, DEIMR,
 * GEN8_MASTER_IRQ), and that QEMU leaves to the device. One that lives has
 * ones in none or some of them.
 */
#define N_AWAKE 3u

static const uint32_t awake[N_AWAKE] = { 0x42014, 0x44004, 0x44200 };

void probe_mmio(const struct subject *s)
{
	const struct probe_env *env = s->env;
	uint32_t value[N_AWAKE], all = UINT32_MAX;
	bool reach = s->bar0 && s->bar0_bytes >= awake[N_AWAKE - 1] + 4;

	emit_open(env->emit, "mmio");
	if (reach) {
		for (unsigned int i = 0; i < N_AWAKE; i++)
			all &= value[i] = env->mmio_read(env->ctx, s->bar0 + awake[i]);
		emit_str(env->emit, "read", all == UINT32_MAX ? "all-ones" : "ok");
		emit_hex(env->emit, "fuses", value[0], 8);
		emit_hex(env->emit, "mask", value[1], 8);
		emit_hex(env->emit, "irq", value[2], 8);
	} else {
		emit_str(env->emit, "read", "skipped");
	}
	emit_close(env->emit);
}

/* --- interrupts -------------------------------------------------------------------- */

#define CAP_ID_MSI 0x05
#define MSI_ENABLE 1u
#define MSI_WIDE 0x80u
/* The processor's own range; vector 0 is one that no local APIC ever delivers. */
#define MSI_ADDRESS 0xfee00000u

unsigned int probe_capability(const struct pci_access *p, uint8_t id, unsigned int from)
{
	unsigned int at, hops = 48; /* that many fit (PCI 3.0, 6.7); a list may go round */

	if (!(pci_read16(p, PCI_IGD, PCI_CFG_STATUS) & PCI_STATUS_CAPABILITIES))
		return 0;
	at = from ? pci_read16(p, PCI_IGD, from) >> 8 & 0xfc :
		    pci_read16(p, PCI_IGD, PCI_CFG_CAPABILITIES) & 0xfc;
	while (at >= 0x40 && hops--) {
		uint16_t head = pci_read16(p, PCI_IGD, at);

		if ((head & 0xff) == id)
			return at;
		at = head >> 8 & 0xfc;
	}
	return 0;
}

/* On, and off again: QEMU asks the host's kernel for the interrupt as it goes on. */
static bool msi_takes(const struct pci_access *p, unsigned int at)
{
	uint16_t control = pci_read16(p, PCI_IGD, at + 2), on;
	unsigned int data = at + (control & MSI_WIDE ? 12 : 8);
	uint32_t address = pci_read32(p, PCI_IGD, at + 4);
	uint16_t vector = pci_read16(p, PCI_IGD, data);

	pci_write32(p, PCI_IGD, at + 4, MSI_ADDRESS);
	pci_write16(p, PCI_IGD, data, 0);
	pci_write16(p, PCI_IGD, at + 2, (uint16_t)(control | MSI_ENABLE));
	on = pci_read16(p, PCI_IGD, at + 2);
	pci_write16(p, PCI_IGD, at + 2, control);
	pci_write16(p, PCI_IGD, data, vector);
	pci_write32(p, PCI_IGD, at + 4, address);
	return on & MSI_ENABLE;
}

void probe_interrupt(const struct subject *s)
{
	const struct probe_env *env = s->env;
	unsigned int at = probe_capability(&env->pci, CAP_ID_MSI, 0);
	bool takes = false;

	if (at) {
		env->quiet(env->ctx, true);
		takes = msi_takes(&env->pci, at);
		env->quiet(env->ctx, false);
	}
	emit_open(env->emit, "interrupt");
	emit_str(env->emit, "msi", !at ? "absent" : takes ? "ok" : "refused");
	emit_num(env->emit, "pin", pci_read16(&env->pci, PCI_IGD, PCI_CFG_INTERRUPT) >> 8);
	emit_close(env->emit);
}
