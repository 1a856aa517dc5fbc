/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A round trip: the device reads memory of the guest and writes to it. An iGPU
 * does that with its engines alone, which only a driver can run; a simulated one
 * (tests/lab/igd.h) has a window of registers for it, found by a
 * vendor-specific capability with a signature. Nothing is written to a device without.
 */
#include "romfiles/efi/guest_probe_parts.h"

#define CAP_ID_VENDOR 0x09
#define VENDOR_BYTES 12u
#define SIGNATURE 0x4d564749u /* "IGVM" */
#define WINDOW_BYTES 0x18u
#define HALF (PROBE_DMA_BYTES / 2)
/* A read of a register leaves the guest each time: seconds, all in all. */
#define READS_MAX 200000u

enum window { FROM = 0x00, TO = 0x08, GO = 0x10, STATUS = 0x14 };
enum status { DONE = 3, FAILED = 4 };

/* Address of the window; 0: none is offered. */
static uint64_t find_window(const struct subject *s)
{
	const struct pci_access *p = &s->env->pci;
	unsigned int at = 0, hops = 48;

	while (hops-- && (at = probe_capability(p, CAP_ID_VENDOR, at))) {
		uint32_t off;

		if (pci_read16(p, PCI_IGD, at + 2) % 256 < VENDOR_BYTES || at > 256 - VENDOR_BYTES ||
		    pci_read32(p, PCI_IGD, at + 4) != SIGNATURE)
			continue;
		off = pci_read32(p, PCI_IGD, at + 8);
		if (!s->bar0 || off % 4 || off > s->bar0_bytes ||
		    s->bar0_bytes - off < WINDOW_BYTES)
			return 0;
		return s->bar0 + off;
	}
	return 0;
}

static void write64(const struct probe_env *env, uint64_t at, uint64_t v)
{
	env->mmio_write(env->ctx, at, (uint32_t)v);
	env->mmio_write(env->ctx, at + 4, (uint32_t)(v >> 32));
}

/* The first half goes out, its bits turned over come back in the second. */
static const char *round_trip(const struct probe_env *env, uint64_t window)
{
	uint32_t status = 0;

	for (unsigned int i = 0; i < HALF; i++) {
		env->dma[i] = (uint8_t)(0x11 + 7 * i);
		env->dma[HALF + i] = 0;
	}
	write64(env, window + FROM, env->dma_address);
	write64(env, window + TO, env->dma_address + HALF);
	env->mmio_write(env->ctx, window + GO, 1);
	for (unsigned int i = 0; i < READS_MAX && status != DONE; i++) {
		status = env->mmio_read(env->ctx, window + STATUS);
		if (status == FAILED)
			return "failed";
	}
	if (status != DONE)
		return "timeout";
	for (unsigned int i = 0; i < HALF; i++)
		if ((env->dma[i] ^ env->dma[HALF + i]) != 0xff)
			return "differs";
	return "ok";
}

void probe_dma(const struct subject *s)
{
	const struct probe_env *env = s->env;
	uint64_t window = env->dma ? find_window(s) : 0;
	const char *result = NULL;
	uint16_t command;

	if (window) {
		command = pci_read16(&env->pci, PCI_IGD, PCI_CFG_COMMAND);
		pci_write16(&env->pci, PCI_IGD, PCI_CFG_COMMAND,
			    (uint16_t)(command | PCI_COMMAND_MASTER));
		result = round_trip(env, window);
		pci_write16(&env->pci, PCI_IGD, PCI_CFG_COMMAND, command);
	}
	emit_open(env->emit, "dma");
	emit_bool(env->emit, "offered", window);
	if (result)
		emit_str(env->emit, "result", result);
	else
		emit_null(env->emit, "result");
	emit_close(env->emit);
}
