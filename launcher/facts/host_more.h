/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Facts that only people and doctor ask for: starting a VM does not need
 * them. Read once below the same root as struct host_facts, then const;
 * nothing is written. What is missing is unknown.
 */
#ifndef IGVM_FACTS_HOST_MORE_H
#define IGVM_FACTS_HOST_MORE_H

#include "launcher/facts/dmar.h"
#include "launcher/facts/host.h"
#include "launcher/facts/host_log.h"

/** struct output_facts - what /sys/class/drm shows of the iGPU; nothing while vfio-pci has it */
struct output_facts {
	size_t n;		/* connectors, writeback left out */
	size_t connected;
	char panel[32];		/* the first internal one: "eDP-1"; "" none */
};

/** struct power_facts - what may put the host to sleep while a VM runs */
struct power_facts {
	char idle_action[24];	/* logind's IdleAction; "" not set (systemd: ignore) */
	char lid_action[24];	/* logind's HandleLidSwitch; "" not set (systemd: suspend) */
	enum tri lid;		/* the machine has a lid (ACPI button or chassis type) */
	enum tri masked;	/* sleep.target or suspend.target is masked */
	char desktop[48];	/* target of display-manager.service: "gdm.service"; "" none */
	enum tri desktop_never;	/* GNOME: a dconf database of the system says 'nothing' for mains power */
	bool powerdevil;	/* Plasma's PowerDevil is installed */
	enum tri powerdevil_never; /* a file of the system's says AutoSuspendAction=0 for mains power */
};

/** struct user_facts - what the calling user may; of this machine only */
struct user_facts {
	int kvm_err;		/* errno of opening /dev/kvm; 0: it opens, or not asked */
	char kvm_group[32];	/* group that owns /dev/kvm; "" unknown */
	unsigned int kvm_mode;	/* permission bits of /dev/kvm, 0 unknown */
};

struct host_more {
	enum tri tables;	/* the ACPI tables can be listed */
	struct dmar dmar;	/* valid only when the table could be read (root) */
	enum tri secure_boot;	/* EFI variable SecureBoot */
	char lockdown[24];	/* "none", "integrity", "confidentiality"; "" unknown */
	enum tri config;	/* the kernel's configuration was read */
	enum tri config_igd, config_vga;	/* CONFIG_VFIO_PCI_IGD, CONFIG_VFIO_PCI_VGA */
	enum tri i915_builtin, xe_builtin;
	enum tri disable_vga;	/* parameter of vfio_pci */
	enum tri gvt;		/* i915's mediated devices are switched on */
	unsigned int mdevs;	/* mediated devices that exist below the iGPU */
	enum tri virtual;	/* this host is itself a virtual machine */
	enum tri firmware_dir;	/* QEMU's folder of firmware descriptors exists */
	int audio;		/* index into pci of 0000:00:1f.3, -1 none */
	struct output_facts outputs;
	struct power_facts power;
	struct user_facts user;
	struct host_log log;
};

/**
 * host_more_read() - fill *@m from the tree below @root, whose devices are in *@h
 *
 * 0, or -errno when @root cannot be opened.
 */
nodiscard_ int host_more_read(const char *root, const struct host_facts *h, struct host_more *m);

/** host_power_read() - the part of power; what cannot be read stays unknown */
void host_power_read(const struct tree *t, struct power_facts *p);

/** host_outputs_read() - the part of outputs, of the function at @igpu */
void host_outputs_read(const struct tree *t, struct bdf igpu, struct output_facts *o);

#endif
