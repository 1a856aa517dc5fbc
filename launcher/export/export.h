/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A VM for those who stay with libvirt or Proxmox VE. Made from plan and words, like the VM that
 * igvm starts: addresses, properties and processor flags are read back from the words. Pure but for
 * the stream that is written.
 */
#ifndef IGVM_EXPORT_EXPORT_H
#define IGVM_EXPORT_EXPORT_H

#include <stdio.h>

#include "launcher/decide/words.h"

#define EXPORT_NOTES_MAX	32u

/** struct export_notes - what the other format cannot say, or is left to do by hand: translated sentences */
struct export_notes {
	char v[EXPORT_NOTES_MAX][512];
	size_t n;
};

/** struct exporting - what an export is made from; borrowed */
struct exporting {
	const struct plan *p;
	const struct words *w;
	FILE *f;
	struct export_notes *notes;
};

/** export_libvirt() - domain XML (libvirt 8.2 or newer: qemu:override); 0, -ENOMEM */
nodiscard_ int export_libvirt(const struct exporting *x);

/** export_proxmox() - lines of /etc/pve/qemu-server/VMID.conf; 0, -ENOMEM */
nodiscard_ int export_proxmox(const struct exporting *x);

/** export_libvirt_igpu(), export_proxmox_igpu() - the part of them that is about the iGPU alone */
nodiscard_ int export_libvirt_igpu(const struct exporting *x);
nodiscard_ int export_proxmox_igpu(const struct exporting *x);

#endif
