/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How this host boots: which boot loader started the running kernel, where
 * the next boot's command line is written, and what builds the initramfs.
 * What booted decides; files that merely lie there are asked only when
 * nothing else tells, and then only if they agree.
 */
#ifndef IGVM_FACTS_BOOT_LOADER_H
#define IGVM_FACTS_BOOT_LOADER_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/facts/host_tree.h"

enum boot_loader {
	BOOT_LOADER_UNKNOWN, BOOT_LOADER_GRUB, BOOT_LOADER_SYSTEMD, BOOT_LOADER_UKI,
	BOOT_LOADER_LIMINE, BOOT_LOADER_REFIND, BOOT_LOADER_NIXOS, BOOT_LOADERS
};

enum boot_builder {
	BOOT_BUILDER_UNKNOWN, BOOT_BUILDER_MKINITCPIO, BOOT_BUILDER_DRACUT,
	BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_BUILDER_BOOSTER, BOOT_BUILDERS
};

/** enum boot_source - where a word for the next boot's command line is to be written */
enum boot_source {
	BOOT_SOURCE_NONE,		/* nowhere igvm writes: the user is told */
	BOOT_SOURCE_GRUB_DROPIN,	/* a file of our own in /etc/default/grub.d */
	BOOT_SOURCE_GRUB_DEFAULT,	/* /etc/default/grub */
	BOOT_SOURCE_BLS,		/* options lines of boot entries, see entry */
	BOOT_SOURCE_KERNEL_CMDLINE,	/* /etc/kernel/cmdline */
	BOOT_SOURCE_CMDLINE_D,		/* a file of our own in /etc/cmdline.d */
	BOOT_SOURCE_DRACUT,		/* kernel_cmdline in our file of /etc/dracut.conf.d */
	BOOT_SOURCE_LIMINE_DEFAULT,	/* /etc/default/limine */
	BOOT_SOURCE_LIMINE_CONF,	/* limine.conf itself, see config */
};

/** bits of loader_facts.tools; boot_tool_name() */
enum boot_tool {
	BOOT_TOOL_UPDATE_GRUB = 1 << 0, BOOT_TOOL_GRUB_MKCONFIG = 1 << 1,
	BOOT_TOOL_GRUB2_MKCONFIG = 1 << 2, BOOT_TOOL_GRUBBY = 1 << 3,
	BOOT_TOOL_UPDATE_INITRAMFS = 1 << 4, BOOT_TOOL_MKINITCPIO = 1 << 5,
	BOOT_TOOL_DRACUT = 1 << 6, BOOT_TOOL_BOOSTER = 1 << 7,
	BOOT_TOOL_KERNEL_INSTALL = 1 << 8, BOOT_TOOL_PROXMOX = 1 << 9,
	BOOT_TOOL_LIMINE_MKINITCPIO = 1 << 10, BOOT_TOOL_LIMINE_UPDATE = 1 << 11,
	BOOT_TOOL_BOOTCTL = 1 << 12,
};

#define BOOT_HOW_MAX		8
#define BOOT_ENTRIES_MAX	16

struct loader_facts {
	char os_id[32], os_like[96], os_name[96];	/* os-release; "" unknown */
	enum boot_loader loader;
	enum boot_builder builder;
	enum boot_source source;
	bool proxmox;		/* proxmox-boot-tool copies kernels and entries to the ESPs */
	bool kernel_install;	/* entries are made by kernel-install */
	bool entries_generated;	/* BLS entries come from a tool, but it reads no file igvm writes */
	char config[256];	/* generated or read configuration: "/boot/grub/grub.cfg"; "" unknown */
	char entry[BOOT_ENTRIES_MAX][256];	/* BLS entries of what booted; the rescue ones left out */
	size_t n_entries;
	unsigned int tools;	/* bits of enum boot_tool: programs that are installed */
	char next_kernel[80];	/* newest installed kernel release, "" unknown */
	char next_image[160];	/* its kernel image, "" not found */
	bool preset_uki;	/* mkinitcpio's presets make unified kernel images */
	bool preset_config;	/* mkinitcpio's presets name a configuration: drop-ins are not read */
	bool systemd_initramfs;	/* mkinitcpio's HOOKS have systemd, not udev */
	char loader_why[320], builder_why[320];	/* English: why it is UNKNOWN, with what was found; else "" */
	char how[BOOT_HOW_MAX][200];	/* English: how each thing was found */
	size_t n_how;
};

/**
 * loader_read() - fill *@b from below @t
 *
 * @release: uname -r of the running kernel, "" unknown. Sources: systemd's Boot Loader Interface (EFI
 * variables LoaderInfo, LoaderEntrySelected, StubInfo), BOOT_IMAGE= of /proc/cmdline (GRUB), files of each
 * loader; presets and programs of each builder. Nothing fails: what is not known is UNKNOWN, with why.
 */
void loader_read(const struct tree *t, const char *release, struct loader_facts *b);

/** boot_is_like() - is the distribution @id or derived from it ("debian", "fedora", "arch", "suse")? */
bool boot_is_like(const struct loader_facts *b, const char *id);

/** boot_loader_name(), boot_builder_name(), boot_tool_name() - "GRUB", "dracut", "update-grub" */
const char *boot_loader_name(enum boot_loader l);
const char *boot_builder_name(enum boot_builder l);
const char *boot_tool_name(enum boot_tool t);

/** boot_builder_read() - the builder's half of loader_read(), which calls it */
void boot_builder_read(const struct tree *t, const char *release, struct loader_facts *b);

/** boot_entries() - fill b->entry with every BLS entry there is, the rescue ones left out */
void boot_entries(const struct tree *t, struct loader_facts *b);

/** boot_how() - add one line of evidence; what does not fit is left out */
void boot_how(struct loader_facts *b, const char *fmt, ...) printf_(2, 3);

#endif
