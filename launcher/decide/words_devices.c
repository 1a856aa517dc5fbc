/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Devices on the root bus: display, the iGPU, disks, network. */
#include <string.h>

#include "launcher/decide/words_parts.h"

void words_slot(struct builder *b, unsigned int slot, unsigned int fn)
{
	words_key(b, "bus", b->p->q35 ? "pcie.0" : "pci.0");
	words_keyf(b, "addr", "%02x.%x", slot, fn);
}

static void device(struct builder *b, const char *driver, const char *id, const char *why)
{
	words_add(b, "-device", why);
	words_plain(b, driver);
	words_key(b, "id", id);
}

/*
 * As many ports as it can have: at the last but one QEMU would put a hub of USB 1.1 in between
 * (usb_claim_port), which passed-through devices of other speeds cannot use.
 */
static void add_xhci(struct builder *b)
{
	device(b, "qemu-xhci", "usb0", N_("USB, for the pointer and for devices of the host"));
	words_keyf(b, "p2", "15");
	words_keyf(b, "p3", "15");
	words_slot(b, SLOT_USB, 0);
}

void words_display(struct builder *b)
{
	const struct plan *p = b->p;

	words_add(b, "-display", N_("no window on the host"));
	words_plain(b, "none");
	words_add(b, "-vga", N_("no display but those named here"));
	words_plain(b, "none");
	if (p->emulated_display) {
		device(b, "VGA", "video0",
		       p->igpu ? N_("an emulated display beside the iGPU: for installing, and when its "
				    "driver fails")
			       : N_("the emulated display"));
		words_slot(b, p->q35 ? SLOT_VGA_Q35 : SLOT_VGA_I440FX, 0);
	}
	if (p->xhci)
		add_xhci(b);
	if (p->emulated_display) {
		words_add(b, "-device", N_("a pointer that is where the viewer's is"));
		words_plain(b, "usb-tablet");
		words_key(b, "bus", "usb0.0");
	}
	if (!p->vnc)
		return;
	words_add(b, "-vnc", N_("the emulated display, on a socket only its owner reaches"));
	words_plain(b, "unix:");
	words_value(b, p->run_dir);
	words_value(b, "/" PLAN_VNC_SOCKET);
}

/* --- the iGPU ------------------------------------------------------------------------- */

static void add_device(struct builder *b)
{
	const struct plan *p = b->p;
	char host[BDF_TEXT_MAX];

	device(b, "vfio-pci", "igd0",
	       p->legacy_mode
		       ? N_("the iGPU at 00:02.0, where VBIOS and drivers look for it, in legacy mode for its VBIOS")
		       : N_("the iGPU at 00:02.0, where drivers look for it; legacy mode is off and what "
			    "it would do is asked for by name, since QEMU leaves it out without an error"));
	words_key(b, "host", bdf_text(p->host_bdf, host));
	words_slot(b, SLOT_IGPU, 0);
	if (p->era >= QEMU_10_0)
		words_key(b, "x-igd-legacy-mode", p->legacy_mode ? "on" : "off");
	if (!p->legacy_mode)
		words_key(b, "x-igd-opregion", p->opregion ? "on" : "off");
	if (p->lpc)
		words_key(b, "x-igd-lpc", "on");
	if (p->gms >= 0)
		words_keyf(b, "x-igd-gms", "%#x", (unsigned int)p->gms);
	if (*p->rom)
		words_key(b, "romfile", p->rom);
	else if (!p->legacy_mode)
		words_key(b, "rombar", "0");
}

/* Names exist in 7.2 to 11.1 (hw/vfio/trace-events). */
static const char *const trace_events[] = {
	"vfio_pci_igd_opregion_enabled",
	"vfio_pci_igd_bdsm_enabled",
	"vfio_pci_igd_lpc_bridge_enabled",
	"vfio_pci_igd_host_bridge_enabled",
};

void words_igpu(struct builder *b)
{
	const struct plan *p = b->p;

	if (!p->igpu)
		return;
	add_device(b);
	if (*p->stolen_file) {
		words_add(b, "-fw_cfg", N_("the host's stolen memory address, for the ROM's assignment driver"));
		words_key(b, "name", "opt/igvm/stolen-base");
		words_key(b, "file", p->stolen_file);
	}
	for (size_t i = 0; i < ARRAY_SIZE(trace_events); i++) {
		words_add(b, "-trace", N_("QEMU says that it has applied this; without the line it has not"));
		words_plain(b, trace_events[i]);
	}
}

/* --- disks -------------------------------------------------------------------------------- */

static const struct plan_fd *file_fd(const struct plan *p, size_t index)
{
	for (size_t i = 0; i < p->n_fd; i++)
		if (p->fd[i].kind == PLAN_FD_FILE && !index--)
			return &p->fd[i];
	return NULL;
}

static void read_only(struct builder *b, const struct wish_disk *d)
{
	words_key(b, "read-only", d->read_only ? "on" : "off");
	if (!d->read_only)
		words_key(b, "discard", "unmap");
}

/* The image as a node: the descriptor launch has opened, and the format above it. */
static void add_image(struct builder *b, size_t i, const struct plan_fd *fd)
{
	const struct wish_disk *d = &b->p->disk[i];

	words_add(b, "-add-fd", N_("the image, opened by igvm: QEMU's user need not reach its folder"));
	words_keyf(b, "fd", "%d", fd->fd);
	words_keyf(b, "set", "%d", fd->fdset);
	words_key(b, "opaque", d->name);
	words_add(b, "-blockdev", N_("the bytes of the image"));
	words_key(b, "driver", d->device ? (d->cdrom ? "host_cdrom" : "host_device") : "file");
	words_keyf(b, "node-name", "disk%zu-file", i);
	words_keyf(b, "filename", "/dev/fdset/%d", fd->fdset);
	read_only(b, d);
	words_add(b, "-blockdev", N_("its format, named: QEMU must not guess it from what the guest wrote"));
	words_key(b, "driver", d->qcow2 ? "qcow2" : "raw");
	words_keyf(b, "node-name", "disk%zu", i);
	words_keyf(b, "file", "disk%zu-file", i);
	read_only(b, d);
}

static void add_controller(struct builder *b, size_t n)
{
	words_add(b, "-device", N_("a SATA controller"));
	words_plain(b, "ich9-ahci");
	words_keyf(b, "id", "sata%zu", n);
	words_slot(b, SLOT_SATA + (unsigned int)n, 0);
}

static void add_disk(struct builder *b, size_t i, size_t *n_sata, size_t *n_pci)
{
	const struct wish_disk *d = &b->p->disk[i];
	bool sata = d->bus == DISK_SATA;

	if (sata && *n_sata % WORDS_SATA_PORTS == 0)
		add_controller(b, *n_sata / WORDS_SATA_PORTS);
	words_add(b, "-device", d->cdrom ? N_("the optical drive") : N_("the disk as the guest sees it"));
	words_plain(b, d->cdrom ? "ide-cd" : sata ? "ide-hd"
				: d->bus == DISK_NVME ? "nvme" : "virtio-blk-pci");
	words_keyf(b, "id", "drive%zu", i);
	words_keyf(b, "drive", "disk%zu", i);
	if (d->bus == DISK_NVME)
		words_key(b, "serial", d->name);
	if (sata) {
		words_keyf(b, "bus", "sata%zu.%zu", *n_sata / WORDS_SATA_PORTS,
			   *n_sata % WORDS_SATA_PORTS);
		++*n_sata;
	} else {
		words_slot(b, SLOT_DISK + (unsigned int)(*n_pci)++, 0);
	}
	/* In the order of the VM file; -kernel has taken 0 (hw/i386/pc.c, linuxboot.bin). */
	words_keyf(b, "bootindex", "%zu", i + 1);
}

void words_disks(struct builder *b)
{
	size_t n_sata = 0, n_pci = 0;

	for (size_t i = 0; i < b->p->n_disk; i++) {
		const struct plan_fd *fd = file_fd(b->p, i);

		if (!fd)
			return;
		add_image(b, i, fd);
		add_disk(b, i, &n_sata, &n_pci);
	}
}
