/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts: the host as found. Read once below a root directory, then const.
 * A fact is known or it is marked unknown; reading as a whole does not fail
 * because one file is missing. Nothing is written, nothing is bound or reset.
 */
#ifndef IGVM_FACTS_HOST_H
#define IGVM_FACTS_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/base/bdf.h"
#include "launcher/base/cleanup.h"
#include "launcher/facts/cpu_list.h"

/** enum tri - a fact that may be unknown; unknown is never taken for yes */
enum tri { TRI_UNKNOWN, TRI_NO, TRI_YES };

struct pci_fact {
	struct bdf bdf;
	uint16_t vendor, device, sub_vendor, sub_device;
	uint32_t class;		/* 24 bits: base, sub, prog-if (0x030000 = VGA) */
	uint8_t revision;
	char driver[32];	/* "" = none bound */
	char name[96];		/* pci.ids text of a display device romfiles/igd.h does not know; else "" */
	int group;		/* IOMMU group, -1 = none */
	/* From here on of display devices alone, for others as if there were no such files. */
	enum tri boot_vga;
	char reset[64];		/* reset_method file; "" = file missing or empty */
	enum tri flr;		/* reset_method has flr or device_specific; PCIe/AF capability as fallback */
	int numvfs;		/* sriov_numvfs, -1 = no such file */
	uint8_t config[256];	/* first config_len bytes are valid */
	size_t config_len;	/* 64 without CAP_SYS_ADMIN; what is behind comes through VFIO then, where that may be asked */
	uint64_t bar_base[6], bar_size[6];	/* bytes; size 0 = none */
	int iommu_width;	/* MGAW of its IOMMU unit in bits, 0 = unknown */
};

/** enum region_state - what is known of the vfio device's Intel regions */
enum region_state {
	REGION_UNREAD,		/* not asked: not bound to vfio-pci, busy, or no privilege; see why */
	REGION_FAILED,		/* asked and the kernel refused; see err and why */
	REGION_READ,		/* device was opened; the members say what it offers */
};

/** struct vfio_facts - regions of one device opened through VFIO (kernel vfio_pci_igd.c) */
struct vfio_facts {
	enum region_state state;
	int err;		/* errno of REGION_FAILED; of REGION_UNREAD when opening was
				 * refused: EBUSY, EACCES; else 0 */
	char why[160];		/* English, for "seen"; "" when READ */
	uint8_t *opregion;	/* owned; NULL = the kernel offers no OpRegion region */
	size_t opregion_len;	/* bytes */
	uint8_t config[256];	/* as VFIO shows it; 0 or all bytes are valid */
	size_t config_len;
	bool host_bridge, lpc_bridge;	/* subtypes 2 and 3 present */
	enum tri vga;		/* VFIO_PCI_VGA_REGION_INDEX present */
	enum tri reset;		/* VFIO_DEVICE_FLAGS_RESET */
};

/** struct firmware_fact - one JSON descriptor of share/qemu/firmware (docs/interop/firmware.json) */
struct firmware_fact {
	char file[256];		/* the descriptor */
	char code[256], vars[256];	/* executable and NVRAM template; absolute */
	bool uefi, bios;
	bool q35, i440fx;	/* targets it is for, x86_64 only */
	bool secure_boot, enrolled_keys, requires_smm;
	bool stateless;		/* mode stateless or memory device: no vars */
	bool present;		/* both files exist */
};

#define HOST_PCI_MAX		256
#define HOST_FIRMWARE_MAX	64

struct host_facts {
	char kernel[80];	/* uname -r; "" unknown */
	int kernel_major, kernel_minor;	/* 0.0 unknown */
	char cmdline[4096];	/* /proc/cmdline without newline */
	char cpu[96];		/* model name */
	enum tri cpu_virt;	/* vmx or svm flag */
	enum tri dmar;		/* ACPI DMAR (or IVRS) table present */
	enum tri iommu;		/* at least one IOMMU group exists */
	enum tri iommu_units;	/* sysfs has a directory of IOMMU units */
	enum tri efi;		/* booted by UEFI */
	enum tri kvm;		/* /dev/kvm can be opened by us; not: a vCPU runs */
	enum tri vfio_module;	/* vfio-pci known to the kernel (driver directory or module file) */
	enum tri swtpm;		/* the program swtpm is installed */
	char virtiofsd[64];	/* where that program is; "" it is not there, or nobody knows */
	uint64_t ram_bytes;	/* MemTotal */
	struct huge_fact {
		bool known;
		uint64_t pages;	/* that can be had, by whoever comes first */
	} huge_2m, huge_1g;
	struct cpu_list online;	/* processors; none = unknown */
	uint64_t memlock_bytes;	/* our RLIMIT_MEMLOCK hard limit; UINT64_MAX = none; 0 unknown */
	bool root;		/* we are uid 0 (false below a foreign root unless recorded) */
	char fb_holder[64];	/* framebuffer in /proc/iomem inside the iGPU's BAR 2; "" none */

	struct pci_fact pci[HOST_PCI_MAX];
	size_t n_pci;
	int igpu;		/* index into pci of the Intel display function at 0000:00:02.0, -1 none */
	int host_bridge, lpc;	/* 0000:00:00.0 and 0000:00:1f.0, -1 none */
	int other_gpu;		/* another display device, -1 none */
	struct vfio_facts vfio;	/* of the iGPU */

	struct firmware_fact firmware[HOST_FIRMWARE_MAX];
	size_t n_firmware;
};

/** enum host_vfio - may host_read() open the iGPU's VFIO device? Opening it resets the device. */
enum host_vfio { HOST_VFIO_NEVER, HOST_VFIO_IF_FREE };

/**
 * host_read() - fill *@h from the tree below @root ("/" = this machine)
 *
 * @root other than "/" is a recorded tree (layout: design of the project,
 * tests/hosts/README.md): recorded regions and uname are taken from
 * @root/igvm/. Returns 0, -ENOMEM, or -ENOENT/-ENOTDIR when @root itself cannot be opened.
 */
nodiscard_ int host_read(const char *root, enum host_vfio vfio, struct host_facts *h);

/** host_done() - release what *@h owns; harmless on a zeroed or released one */
void host_done(struct host_facts *h);

/** host_find() - index of @bdf in h->pci, -1 when it is not there */
int host_find(const struct host_facts *h, struct bdf bdf);

#endif
