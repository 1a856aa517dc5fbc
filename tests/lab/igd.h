/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The simulated iGPU: registers and config space behind a vfu_device. */
#ifndef LAB_IGD_H
#define LAB_IGD_H

#include <stdbool.h>
#include <stdint.h>

#include "profile.h"
#include "vfu.h"

#define IGD_MMIO_SIZE	(16u << 20)	/* BAR 0: 8 MiB registers, 8 MiB GTT */
#define IGD_GTT_OFFSET	(8u << 20)
#define IGD_APERTURE	(256u << 20)	/* BAR 2 */
#define IGD_CONFIG_SIZE	256u

/*
 * The test window: no iGPU has it. A vendor-specific capability at config
 * offset 0xe0 holds the signature and where behind BAR 0 the window is. It
 * copies IGD_DMA_BYTES from one address to another, each bit turned over.
 */
#define IGD_TEST_SIGNATURE	0x4d564749u	/* "IGVM" */
#define IGD_TEST_WINDOW		0x7ff000u
#define IGD_DMA_BYTES		32u
enum igd_test_register {
	IGD_TEST_FROM	= 0x00,		/* 64 bit */
	IGD_TEST_TO	= 0x08,		/* 64 bit */
	IGD_TEST_GO	= 0x10,		/* write 1 */
	IGD_TEST_STATUS	= 0x14,		/* enum igd_dma_status */
};
enum igd_dma_status { IGD_DMA_IDLE, IGD_DMA_READS, IGD_DMA_WRITES, IGD_DMA_DONE, IGD_DMA_FAILED };

struct igd {
	const struct profile *profiles;
	unsigned int n_profiles, current;
	bool gone;
	struct vfu_region regions[VFU_REGIONS];
	uint8_t config[IGD_CONFIG_SIZE];
	uint8_t writable[IGD_CONFIG_SIZE];	/* bit set: software may change it */
	uint32_t bios_asls;	/* what was written last; profiles show it or their own */
	uint8_t *mmio;
	uint8_t *aperture;
	struct igd_dma {
		uint64_t from, to;
		uint32_t status;	/* enum igd_dma_status */
		uint8_t bytes[IGD_DMA_BYTES];
	} dma;
	uint8_t io[64];
	int64_t selected_ms;		/* when the current profile came, CLOCK_MONOTONIC */
};

/**
 * igd_init() - a device that shows @profiles[0], as after power-on
 *
 * @profiles is borrowed for the life of @g. Region sizes are fixed from here
 * on, as a client asks for them once: the ROM region takes the largest ROM of
 * all profiles. Returns 0 or -errno (memory).
 */
int igd_init(struct igd *g, const struct profile *profiles, unsigned int n);

/** igd_done() - release what igd_init() took */
void igd_done(struct igd *g);

/** igd_device() - the callbacks for vfu_serve(); @g must outlive the result */
struct vfu_device igd_device(struct igd *g);

/** igd_mmio_reset() - registers of @g as after power-on (the GTT is kept) */
void igd_mmio_reset(struct igd *g, const struct profile *p);

/**
 * igd_mmio_write() - a 32-bit write to the register at @off
 *
 * What is not in the table of mmio.c is memory. @off is a multiple of 4 below
 * IGD_GTT_OFFSET.
 */
void igd_mmio_write(struct igd *g, uint32_t off, uint32_t value);

/** igd_mmio_store() - what a read of register @off returns from now on */
void igd_mmio_store(struct igd *g, uint32_t off, uint32_t value);

/** igd_mmio_load() - what a read of register @off returns */
uint32_t igd_mmio_load(const struct igd *g, uint32_t off);

#endif
