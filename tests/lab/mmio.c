/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * A driver only comes up on a device that answers. Nearly everything i915
 * writes may be plain memory; the exceptions are handshakes, where software
 * sets a request and waits for hardware to say that it happened. Each kind of
 * handshake is a rule, each register a row. With the rows here i915 of Linux
 * 6.12 (Skylake to Raptor Lake ids, enable_guc=0) registers display,
 * connectors and a render node; offsets are those of its
 * drivers/gpu/drm/i915 register headers.
 */
#include "igd.h"

#include <endian.h>
#include <string.h>

#include "launcher/base/cleanup.h"

enum rule {
	/* high half of the value selects the bits to change; @aux is the
	 * acknowledge register that shows the result */
	RULE_FORCEWAKE = 1,
	/* as above, but bit 1 (ready) follows bit 0 (request) in place */
	RULE_ENGINE_RESET,
	/* the bits of @aux are done as soon as they are set: they read 0 */
	RULE_CLEARS,
	/* the bit below each request bit of @aux is its status */
	RULE_FOLLOWS,
	/* a DisplayPort AUX channel to which nothing is connected */
	RULE_AUX,
	/* the firmware mailbox: command done without error, data in @aux */
	RULE_PCODE,
};

struct row {
	uint32_t off;
	enum rule rule;
	uint32_t aux;
};

/* DP_AUX_CH_CTL: a transfer ends as done, timed out; status is write-1-to-clear */
#define AUX_BUSY	(1u << 31)
#define AUX_STATUS	(1u << 30 | 1u << 28 | 1u << 25)
#define AUX_TIMED_OUT	(1u << 30 | 1u << 28)

#define REQUEST_BITS	0xaaaaaaaau	/* power wells: request odd, state even */

static const struct row rows[] = {
	{ 0xa188, RULE_FORCEWAKE, 0x130044 },	/* GT, Gen 9 and later */
	{ 0xa278, RULE_FORCEWAKE, 0x0d84 },	/* render */
	{ 0xa270, RULE_FORCEWAKE, 0x0d88 },	/* media, Gen 9 */
	{ 0xa540, RULE_FORCEWAKE, 0x0d50 },	/* VDBOX 0 to 3 */
	{ 0xa544, RULE_FORCEWAKE, 0x0d54 },
	{ 0xa548, RULE_FORCEWAKE, 0x0d58 },
	{ 0xa54c, RULE_FORCEWAKE, 0x0d5c },
	{ 0xa560, RULE_FORCEWAKE, 0x0d70 },	/* VEBOX 0 and 1 */
	{ 0xa564, RULE_FORCEWAKE, 0x0d74 },

	{ 0x0020d0, RULE_ENGINE_RESET, 0 },	/* RCS */
	{ 0x0120d0, RULE_ENGINE_RESET, 0 },	/* VCS, Gen 9 */
	{ 0x01a0d0, RULE_ENGINE_RESET, 0 },	/* VECS, Gen 9 */
	{ 0x01a1d0, RULE_ENGINE_RESET, 0 },	/* CCS0 */
	{ 0x0220d0, RULE_ENGINE_RESET, 0 },	/* BCS */
	{ 0x1c00d0, RULE_ENGINE_RESET, 0 },	/* VCS0 to VCS2 */
	{ 0x1c40d0, RULE_ENGINE_RESET, 0 },
	{ 0x1d00d0, RULE_ENGINE_RESET, 0 },
	{ 0x1c80d0, RULE_ENGINE_RESET, 0 },	/* VECS0 and VECS1 */
	{ 0x1d80d0, RULE_ENGINE_RESET, 0 },

	{ 0x00941c, RULE_CLEARS, ~0u },		/* GDRST */
	{ 0x044308, RULE_CLEARS, ~0u },		/* interrupt identity: GT 0 to 3, */
	{ 0x044318, RULE_CLEARS, ~0u },
	{ 0x044328, RULE_CLEARS, ~0u },
	{ 0x044338, RULE_CLEARS, ~0u },
	{ 0x044408, RULE_CLEARS, ~0u },		/* pipes A to D, */
	{ 0x044418, RULE_CLEARS, ~0u },
	{ 0x044428, RULE_CLEARS, ~0u },
	{ 0x044438, RULE_CLEARS, ~0u },
	{ 0x044448, RULE_CLEARS, ~0u },		/* display ports, misc, hotplug, */
	{ 0x044468, RULE_CLEARS, ~0u },
	{ 0x044478, RULE_CLEARS, ~0u },
	{ 0x0444e8, RULE_CLEARS, ~0u },		/* PCU, GU misc, south display, */
	{ 0x0444f8, RULE_CLEARS, ~0u },
	{ 0x0c4008, RULE_CLEARS, ~0u },
	{ 0x060818, RULE_CLEARS, ~0u },		/* panel self refresh A to D, Gen 9 */
	{ 0x061818, RULE_CLEARS, ~0u },
	{ 0x062818, RULE_CLEARS, ~0u },
	{ 0x063818, RULE_CLEARS, ~0u },
	{ 0x064838, RULE_CLEARS, ~0u },
	{ 0x190018, RULE_CLEARS, ~0u },		/* GT banks 0 and 1, Gen 11 */
	{ 0x19001c, RULE_CLEARS, ~0u },
	{ 0x138124, RULE_PCODE, 0x138128 },	/* GEN6_PCODE_MAILBOX */

	{ 0x064010, RULE_AUX, 0 },		/* DP_AUX_CH_CTL A to F */
	{ 0x064110, RULE_AUX, 0 },
	{ 0x064210, RULE_AUX, 0 },
	{ 0x064310, RULE_AUX, 0 },
	{ 0x064410, RULE_AUX, 0 },
	{ 0x064510, RULE_AUX, 0 },

	{ 0x045404, RULE_FOLLOWS, REQUEST_BITS },	/* power wells: main, */
	{ 0x045444, RULE_FOLLOWS, REQUEST_BITS },	/* AUX, */
	{ 0x045454, RULE_FOLLOWS, REQUEST_BITS },	/* DDI */
	{ 0x045008, RULE_FOLLOWS, 1u << 31 },	/* DBUF slices 1 to 4 */
	{ 0x044fe8, RULE_FOLLOWS, 1u << 31 },
	{ 0x044300, RULE_FOLLOWS, 1u << 31 },
	{ 0x044304, RULE_FOLLOWS, 1u << 31 },
	{ 0x046070, RULE_FOLLOWS, 1u << 31 },	/* CDCLK PLL enable and lock */
	{ 0x046010, RULE_FOLLOWS, 1u << 31 },	/* LCPLL1, Gen 9 */
};

/* What firmware leaves behind; a profile's mmio.* lines come after these. */
static const struct profile_reg power_on[] = {
	{ 0x009120, 1u << 25 },		/* fuses: slice 0 (Gen 9), */
	{ 0x009138, 1 },		/* slice 0 (Gen 11 and later), */
	{ 0x00913c, 1 },		/* one dual subslice, all its EUs */
	{ 0x00c000, 1 },		/* GuC: its core is in reset */
	{ 0x042000, 0x8fc00000 },	/* power gates 0 to 5: fuses distributed */
};

static uint32_t apply_mask(uint32_t old, uint32_t value)
{
	uint32_t mask = value >> 16;

	return (old & ~mask) | (value & mask);
}

/* Two commands want an answer, all others read 0 (GEN6_PCODE_* in i915_reg.h). */
static void run_pcode(struct igd *g, const struct row *row, uint32_t value)
{
	uint32_t command = value & 0xff;

	if (command == 0x07)		/* CDCLK change: the firmware is ready */
		igd_mmio_store(g, row->aux, 1);
	else if (command == 0x06)	/* memory latency: the same at all levels */
		igd_mmio_store(g, row->aux, 0x04040404);
	igd_mmio_store(g, row->off, value & 0x7fffff00);
}

static void run_row(struct igd *g, const struct row *row, uint32_t value)
{
	uint32_t v = value;

	switch (row->rule) {
	case RULE_FORCEWAKE:
		v = apply_mask(igd_mmio_load(g, row->aux), value) & 0xffff;
		igd_mmio_store(g, row->aux, v);
		break;
	case RULE_ENGINE_RESET:
		v = apply_mask(igd_mmio_load(g, row->off), value) & 0xfffd;
		v |= (v & 1) << 1;
		break;
	case RULE_CLEARS:
		v &= ~row->aux;
		break;
	case RULE_FOLLOWS:
		v &= ~(row->aux >> 1);
		v |= (v & row->aux) >> 1;
		break;
	case RULE_AUX:
		v = (value & ~(AUX_BUSY | AUX_STATUS)) | (igd_mmio_load(g, row->off) & ~value & AUX_STATUS);
		if (value & AUX_BUSY)
			v |= AUX_TIMED_OUT;
		break;
	case RULE_PCODE:
		run_pcode(g, row, value);
		return;
	}
	igd_mmio_store(g, row->off, v);
}

uint32_t igd_mmio_load(const struct igd *g, uint32_t off)
{
	uint32_t v;

	memcpy(&v, g->mmio + off, sizeof(v));
	return le32toh(v);
}

void igd_mmio_store(struct igd *g, uint32_t off, uint32_t value)
{
	value = htole32(value);
	memcpy(g->mmio + off, &value, sizeof(value));
}

static void run_test(struct igd *g)
{
	uint32_t at = IGD_TEST_WINDOW;

	g->dma.from = igd_mmio_load(g, at + IGD_TEST_FROM) | (uint64_t)igd_mmio_load(g, at + IGD_TEST_FROM + 4) << 32;
	g->dma.to = igd_mmio_load(g, at + IGD_TEST_TO) | (uint64_t)igd_mmio_load(g, at + IGD_TEST_TO + 4) << 32;
	g->dma.status = g->profiles[g->current].dma ? IGD_DMA_READS : IGD_DMA_DONE;
	igd_mmio_store(g, at + IGD_TEST_STATUS, g->dma.status);
}

void igd_mmio_write(struct igd *g, uint32_t off, uint32_t value)
{
	if (off == IGD_TEST_WINDOW + IGD_TEST_GO && value == 1) {
		run_test(g);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].off == off) {
			run_row(g, &rows[i], value);
			return;
		}
	}
	igd_mmio_store(g, off, value);
}

void igd_mmio_reset(struct igd *g, const struct profile *p)
{
	memset(g->mmio, 0, IGD_GTT_OFFSET);
	g->dma.status = IGD_DMA_IDLE;
	for (size_t i = 0; i < ARRAY_SIZE(power_on); i++)
		igd_mmio_store(g, power_on[i].offset, power_on[i].value);
	igd_mmio_store(g, 0x108040, p->ggc);
	igd_mmio_store(g, 0x1080c0, p->bdsm);
	/* the last of 32 MiB is the hardware's own, enabled */
	igd_mmio_store(g, 0x1082c0, (p->bdsm + (31u << 20)) | 1);
	for (size_t i = 0; i < p->mmio_n; i++)
		igd_mmio_store(g, p->mmio[i].offset, p->mmio[i].value);
}
