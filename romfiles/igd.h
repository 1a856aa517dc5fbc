/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which integrated GPU a PCI device id is, and what follows from that: where
 * its stolen memory register is, how sizes are encoded, what firmware can
 * drive it. Pure and freestanding: the UEFI driver in romfiles/efi includes
 * this, so nothing here may call a C library.
 */
#ifndef ROMFILES_IGD_H
#define ROMFILES_IGD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IGD_VENDOR_INTEL 0x8086

/* Config space of the iGPU (Linux 7.1, include/drm/intel/i915_drm.h). */
#define IGD_CFG_GGC 0x50     /* u16: graphics control, GMS and GGMS fields */
#define IGD_CFG_BDSM_32 0x5c /* u32: base of stolen memory, Gen 6 to 10 */
#define IGD_CFG_BDSM_64 0xc0 /* u64: the same, Gen 11 and 12 */
#define IGD_CFG_ASLS 0xfc    /* u32: physical address of the OpRegion */
#define IGD_GGC_VGA_DISABLE 0x0002

/* The same registers in BAR 0 (Linux 7.1, i915/gem/i915_gem_stolen.c). */
#define IGD_MMIO_GGC 0x108040
#define IGD_MMIO_BDSM 0x1080c0

/** enum igd_bdsm - where the base of stolen memory is programmed */
enum igd_bdsm {
	IGD_BDSM_NONE, /* not in config space: behind LMEMBAR (MTL and later) */
	IGD_BDSM_32,   /* IGD_CFG_BDSM_32 */
	IGD_BDSM_64,   /* IGD_CFG_BDSM_64 */
};

/** enum igd_gms - how the size of stolen memory is encoded in GGC */
enum igd_gms {
	IGD_GMS_GEN6, /* bits 7:3, 32 MiB units */
	IGD_GMS_GEN8, /* bits 15:8, 32 MiB units */
	IGD_GMS_CHV,  /* bits 7:3, three ranges */
	IGD_GMS_GEN9, /* bits 15:8, 32 MiB units, from 0xf0 on 4 MiB units */
	IGD_GMS_MTL,  /* as GEN9, but GGC is read from IGD_MMIO_GGC */
};

/** enum igd_bar - why a platform cannot be assigned at all */
enum igd_bar {
	IGD_BAR_NONE,     /* it can */
	IGD_BAR_NO_IOMMU, /* Linux switches the iGPU's IOMMU off (Broadwell:
			   * quirk_iommu_igfx, Linux 7.1 intel/iommu.c) */
};

/** struct igd_platform - what igvm knows about one family of iGPUs */
struct igd_platform {
	const char *key;  /* short name as drivers use it: "ADL-S" */
	const char *name; /* the name people know: "Alder Lake-S" */
	const char *gop;  /* Intel GOP driver versions known to drive it: "17,
			   * 17.1"; "" when none is known */
	uint16_t gen10;   /* graphics generation * 10: 60 ... 120, 127, 200 */
	enum igd_bdsm bdsm;
	enum igd_gms gms;
	enum igd_bar bar;
	bool vbios;        /* Intel made a legacy VBIOS for it (Gen 6 to 9) */
	bool experimental; /* MTL and later: no QEMU sets its stolen memory up */
	bool sriov;        /* the xe driver of Linux 7.1 knows virtual functions */
};

/** struct igd_id - one device id */
struct igd_id {
	uint16_t device_id;
	uint8_t platform;    /* private index; use igd_find() */
	const char *name;    /* marketing name of pci.ids, "" when it has none */
	const char *variant; /* GT level and form factor, "" when unknown */
};

/** enum igd_qemu_era - QEMU versions that agree in igd_gen() */
enum igd_qemu_era {
	IGD_QEMU_7_2,  /* 7.2 to 9.1 */
	IGD_QEMU_9_2,  /* 9.2 */
	IGD_QEMU_10_0, /* 10.0 and later */
};

/** IGD_STOLEN_BAD - what igd_stolen_bytes() says to a reserved encoding */
#define IGD_STOLEN_BAD UINT64_MAX

/** igd_find() - platform of an Intel @device_id; NULL: not a known iGPU */
const struct igd_platform *igd_find(uint16_t device_id);

/** igd_find_id() - names of one @device_id; NULL: not a known iGPU */
const struct igd_id *igd_find_id(uint16_t device_id);

/** igd_id_at() - row @i of the table, for listing; NULL past the end */
const struct igd_id *igd_id_at(size_t i);

/**
 * igd_qemu_gen() - what a QEMU of @era takes @device_id for
 *
 * 6 to 12, or -1 for "unknown". This is QEMU's view, which decides what its
 * vfio-pci does to the device; the true generation is igd_platform.gen10.
 * For ids that are no iGPU it answers what QEMU would (hw/vfio/igd.c).
 */
int igd_qemu_gen(enum igd_qemu_era era, uint16_t device_id);

/**
 * igd_stolen_bytes() - size of stolen memory (DSM) in bytes
 *
 * @ggc is the word at IGD_CFG_GGC, with IGD_GMS_MTL the low word at
 * IGD_MMIO_GGC. 0: none configured. IGD_STOLEN_BAD: reserved encoding, which
 * exists with IGD_GMS_MTL only. Linux 7.1: arch/x86/kernel/early-quirks.c,
 * i915_gem_stolen.c.
 */
uint64_t igd_stolen_bytes(const struct igd_platform *pf, uint16_t ggc);

/**
 * igd_gtt_bytes() - size of the graphics translation table (GSM) in bytes
 *
 * Same @ggc. 0: none configured. Linux 7.1: i915/gt/intel_ggtt.c.
 */
uint64_t igd_gtt_bytes(const struct igd_platform *pf, uint16_t ggc);

/** igd_bdsm_offset() - config space offset of BDSM, 0 when there is none */
uint8_t igd_bdsm_offset(const struct igd_platform *pf);

/**
 * igd_bdsm_base() - the address in a raw BDSM value
 *
 * Bit 0 locks, the low 20 bits are no address: they are cut off.
 */
uint64_t igd_bdsm_base(const struct igd_platform *pf, uint64_t raw);

#endif
