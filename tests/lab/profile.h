/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A profile: which iGPU the simulation plays, and what is wrong with it. */
#ifndef LAB_PROFILE_H
#define LAB_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROFILE_MMIO_MAX	32
#define PROFILE_ROM_MAX		(128u << 10)	/* the C0000 shadow holds no more */

/** struct profile_reg - what register @offset of BAR 0 reads after power-on */
struct profile_reg {
	uint32_t offset, value;
};

/** struct profile - all numbers as the hardware shows them in config space */
struct profile {
	char *path;			/* for messages; owned */
	uint32_t device, subsystem;	/* subsystem: device << 16 | vendor */
	uint32_t revision, class;	/* class: 16 bit, 0x0300 or 0x0380 */
	uint32_t ggc;			/* config word 0x50 */
	uint32_t bdsm_reg;		/* 0x5c (32 bit), 0xc0 (64 bit), 0: none */
	uint32_t bdsm;			/* base of stolen memory */
	uint32_t asls;
	bool asls_set;			/* false: keep what the BIOS wrote */
	bool flr;
	bool dma;			/* false: the test window says done and does nothing */
	uint32_t gone_after_s;		/* then every read is all ones; 0: never */
	uint32_t exit_after_s;		/* then the socket closes; 0: never */
	uint8_t *rom;			/* owned; NULL: no ROM */
	size_t rom_size;		/* a power of two, padded with 0xff */
	struct profile_reg mmio[PROFILE_MMIO_MAX];
	size_t mmio_n;
};

/**
 * profile_read() - fill @p from the `key = value` file @path
 *
 * Keys are the members above (`bdsm_reg = none` and `rom = none` allowed),
 * `rom = FILE` is relative to the profile's folder, `mmio.OFFSET = VALUE` may
 * repeat. A missing `device` is an error, everything else has a default: an
 * Alder Lake-S without faults.
 *
 * Returns 0, or -errno after one line on stderr that names file and line:
 * -EINVAL for what cannot be understood, else what opening or reading said.
 */
int profile_read(struct profile *p, const char *path);

/** profile_done() - release what profile_read() took; may be called twice */
void profile_done(struct profile *p);

#endif
