/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What will be loaded at the next boot: modprobe's settings, the modules of
 * the kernel, the initramfs and the settings in it.
 */
#ifndef IGVM_FACTS_BOOT_H
#define IGVM_FACTS_BOOT_H

#include <stdbool.h>

#include "launcher/facts/initramfs.h"
#include "launcher/facts/modprobe.h"

/** enum boot_module - modules of which the kind is asked; boot_module_name() */
enum boot_module { BOOT_VFIO_PCI, BOOT_I915, BOOT_XE, BOOT_SND_HDA_INTEL, BOOT_MODULES };

/** enum boot_image - is the initramfs opened? */
enum boot_image {
	BOOT_IMAGE_NEVER,
	BOOT_IMAGE_IF_WANTED,	/* when something in the settings is to bind the iGPU at boot */
	BOOT_IMAGE_ALWAYS,
};

#define BOOT_IDS_MAX	4	/* vfio-pci.ids= may be written several times */

struct boot_facts {
	struct modprobe modprobe;	/* of the tree */
	enum modprobe_kind kind[BOOT_MODULES];
	bool early_vfio;		/* an initramfs builder is told to put vfio-pci in and load it */
	char early_where[96];		/* where: "/etc/mkinitcpio.conf" */
	char virqfd_where[96];		/* where the module vfio_virqfd is asked for; "" nowhere */
	bool own_settings;		/* the initramfs has settings of its own, none of /etc: NixOS */
	char lockdown[32];		/* "integrity", "confidentiality", "none"; "" unknown */
	bool wanted;			/* something is to bind an Intel iGPU at boot */
	char ids_where[BOOT_IDS_MAX][224]; /* per vfio-pci.ids= of the running command line: "/etc/default/grub:6"; "" unknown */
	char rebuild[96];		/* with wanted: the command that builds the initramfs anew; "" unknown */
	char remake[96];		/* with wanted: the one that makes boot entries anew; "" none, or unknown */
	struct initramfs_where where;	/* NOT_FOUND with an empty how: not looked for */
	bool opened;			/* image is filled */
	struct initramfs_facts image;
	struct modprobe image_modprobe;	/* what the copies in the image say; paths "initramfs:/etc/..." */
};

/**
 * boot_read() - fill *@b from the tree below @root for kernel @release
 *
 * @cmdline: the kernel command line, "" unknown. *@b is zeroed first; boot_done() it. 0, -ENOMEM, or -ENOENT
 * and -ENOTDIR when @root itself cannot be opened; what cannot be read is unknown.
 */
nodiscard_ int boot_read(const char *root, const char *release, const char *cmdline,
			 enum boot_image image, struct boot_facts *b);

/** boot_word_where() - "FILE:LINE" where a boot loader's command line has @word; false: @where is "" */
nodiscard_ bool boot_word_where(const struct tree *t, const char *word, char *where, size_t size);

/** boot_commands() - fill rebuild and remake of *@b; 0 or -ENOMEM */
nodiscard_ int boot_commands(const struct tree *t, const char *release, struct boot_facts *b);

/** boot_done() - release what *@b owns; harmless on a zeroed or released one */
void boot_done(struct boot_facts *b);

/** boot_module_name() - "vfio_pci" */
const char *boot_module_name(enum boot_module m);

#endif
