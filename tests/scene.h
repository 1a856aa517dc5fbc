/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Hosts, QEMUs and ROMs made of a few lines of text, for tests of everything
 * that is decided from facts. scene_host() is a good host; scene_line() turns one thing
 * about it. Independent of the code that reads real hosts.
 */
#ifndef IGVM_TESTS_SCENE_H
#define IGVM_TESTS_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/facts/host.h"
#include "launcher/facts/inputs.h"
#include "launcher/facts/net.h"
#include "launcher/facts/qemu_caps.h"
#include "launcher/facts/rom_store.h"
#include "launcher/facts/way_in.h"

#define SCENE_UNUSED __attribute__((unused))

/* --- OpRegion ------------------------------------------------------------------------- */

static inline void scene_le(uint8_t *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* 8 KiB with a small table in mailbox 4; checksums right. */
static inline uint8_t *scene_opregion(void)
{
	uint8_t *p = calloc(1, 0x2000), *vbt = p + 0x400, sum = 0;

	memcpy(p, "IntelGraphicsMem", 16);
	scene_le(p + 0x10, 8, 4);
	p[0x17] = 2;				/* 2.1 */
	p[0x16] = 1;
	scene_le(p + 0x58, 0x0f, 4);		/* mailboxes 1 to 4 */
	memcpy(vbt, "$VBT ALDERLAKE-S    ", 20);
	scene_le(vbt + 20, 100, 2);		/* version */
	scene_le(vbt + 22, 48, 2);		/* header size */
	scene_le(vbt + 24, 48 + 22, 2);		/* table size */
	scene_le(vbt + 28, 48, 4);		/* BDB */
	memcpy(vbt + 48, "BIOS_DATA_BLOCK ", 16);
	scene_le(vbt + 48 + 16, 250, 2);
	scene_le(vbt + 48 + 18, 22, 2);
	scene_le(vbt + 48 + 20, 22, 2);
	for (size_t i = 0; i < 48 + 22; i++)
		sum = (uint8_t)(sum + vbt[i]);
	vbt[26] = (uint8_t)-sum;
	return p;
}

/* --- host ------------------------------------------------------------------------------- */

static inline void scene_firmware(struct host_facts *h, const char *code, const char *vars,
				  bool q35_only, bool secure, bool enrolled)
{
	struct firmware_fact *x = &h->firmware[h->n_firmware++];

	snprintf(x->file, sizeof(x->file), "%zu0-edk2.json", h->n_firmware);
	snprintf(x->code, sizeof(x->code), "/usr/share/OVMF/%s", code);
	snprintf(x->vars, sizeof(x->vars), "/usr/share/OVMF/%s", vars);
	x->uefi = x->q35 = x->present = true;
	x->i440fx = !q35_only;
	x->secure_boot = x->requires_smm = secure;
	x->enrolled_keys = enrolled;
}

static inline struct pci_fact *scene_pci(struct host_facts *h, const char *bdf, uint16_t device,
					 uint32_t class, int group)
{
	struct pci_fact *d = &h->pci[h->n_pci++];

	if (!bdf_parse(bdf, &d->bdf))
		abort();
	d->vendor = 0x8086;
	d->device = device;
	d->class = class;
	d->group = group;
	d->numvfs = -1;
	return d;
}

static inline struct pci_fact *scene_igpu(struct host_facts *h)
{
	return &h->pci[h->igpu];
}

/* A Debian 13 host with this iGPU, bound to vfio-pci, everything as it should be. */
static inline void scene_host(struct host_facts *h, uint16_t device)
{
	struct pci_fact *d;

	memset(h, 0, sizeof(*h));
	strcpy(h->kernel, "6.12.63-amd64");
	h->kernel_major = 6;
	h->kernel_minor = 12;
	strcpy(h->cmdline, "root=/dev/sda1 intel_iommu=on");
	strcpy(h->cpu, "a processor");
	h->cpu_virt = h->dmar = h->iommu = h->efi = h->kvm = h->vfio_module = h->swtpm = TRI_YES;
	h->ram_bytes = 32ull << 30;
	h->memlock_bytes = UINT64_MAX;
	h->root = true;
	h->host_bridge = 0;
	h->igpu = 1;
	h->lpc = 2;
	h->other_gpu = -1;
	scene_pci(h, "0000:00:00.0", 0x4650, 0x060000, 0);
	d = scene_pci(h, "0000:00:02.0", device, 0x030000, 1);
	scene_pci(h, "0000:00:1f.0", 0x7a84, 0x060100, 12);
	strcpy(d->driver, "vfio-pci");
	strcpy(d->reset, "flr pm");
	d->flr = d->boot_vga = TRI_YES;
	d->iommu_width = 39;
	d->config_len = 256;
	scene_le(d->config + 0x50, device >> 8 == 0x01 ? 0x0211 & ~2 : 0x02c0, 2);	/* 64 MiB; GTT 8 MiB */
	scene_le(d->config + 0x5c, 0x7c800001, 4);
	scene_le(d->config + 0xc0, 0x7c800001, 8);
	scene_le(d->config + 0xfc, 0x6f4a0000, 4);
	h->vfio = (struct vfio_facts){
		.state = REGION_READ, .opregion = scene_opregion(), .opregion_len = 0x2000,
		.host_bridge = true, .lpc_bridge = true, .vga = TRI_YES, .reset = TRI_YES,
	};
	scene_firmware(h, "OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.ms.fd", true, true, true);
	scene_firmware(h, "OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.fd", true, true, false);
	scene_firmware(h, "OVMF_CODE.fd", "OVMF_VARS.fd", false, false, false);
	scene_firmware(h, "OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd", false, false, false);
}

static inline enum tri scene_tri(const char *word)
{
	return !strcmp(word, "yes") ? TRI_YES : !strcmp(word, "no") ? TRI_NO : TRI_UNKNOWN;
}

static inline uint64_t scene_number(const char *word, int base)
{
	uint64_t v;

	if (!str_u64(word, base, UINT64_MAX, &v))
		abort();
	return v;
}

static inline void scene_no_opregion(struct host_facts *h)
{
	free(h->vfio.opregion);
	h->vfio.opregion = NULL;
	h->vfio.opregion_len = 0;
}

/* What the OpRegion lacks. */
static inline void scene_opregion_fault(struct host_facts *h, const char *value)
{
	uint8_t *p = h->vfio.opregion;

	if (!strcmp(value, "absent"))
		scene_no_opregion(h);
	else if (!strcmp(value, "no-signature"))
		p[0] = 'X';
	else if (!strcmp(value, "no-size"))
		scene_le(p + 0x10, 0, 4);
	else if (!strcmp(value, "headless"))
		scene_le(p + 0x60, 0x2000, 4);
	else if (!strcmp(value, "no-vbt"))
		memset(p + 0x400, 0, 4);
	else if (!strcmp(value, "bad-vbt"))
		scene_le(p + 0x400 + 24, 0xffff, 2);
	else if (!strcmp(value, "bad-checksum"))
		p[0x400 + 26] ^= 1;
	else
		abort();
}

/* One line "KEY VALUE" of a description; false: no such key. */
static inline bool scene_line(struct host_facts *h, const char *key, const char *value)
{
	struct pci_fact *d = h->igpu >= 0 ? scene_igpu(h) : NULL;
	const struct {
		const char *key;
		enum tri *at;
	} tris[] = {
		{ "efi", &h->efi }, { "kvm", &h->kvm }, { "swtpm", &h->swtpm }, { "iommu", &h->iommu },
		{ "dmar", &h->dmar }, { "virt", &h->cpu_virt }, { "vfio-module", &h->vfio_module },
		{ "vga", &h->vfio.vga }, { "flr", d ? &d->flr : &h->efi },
	};

	for (size_t i = 0; i < ARRAY_SIZE(tris); i++) {
		if (!strcmp(tris[i].key, key)) {
			*tris[i].at = scene_tri(value);
			return true;
		}
	}
	if (!strcmp(key, "virtiofsd"))
		snprintf(h->virtiofsd, sizeof(h->virtiofsd), "%s", value);
	else if (!strcmp(key, "class"))
		d->class = (uint32_t)scene_number(value, 16);
	else if (!strcmp(key, "vendor"))
		d->vendor = (uint16_t)scene_number(value, 16);
	else if (!strcmp(key, "ggc"))
		scene_le(d->config + 0x50, scene_number(value, 16), 2);
	else if (!strcmp(key, "asls"))
		scene_le(d->config + 0xfc, scene_number(value, 16), 4);
	else if (!strcmp(key, "bdsm"))
		scene_le(d->config + 0xc0, scene_number(value, 16), 8);
	else if (!strcmp(key, "config"))
		d->config_len = scene_number(value, 10);
	else if (!strcmp(key, "group"))
		d->group = strcmp(value, "none") ? (int)scene_number(value, 10) : -1;
	else if (!strcmp(key, "width"))
		d->iommu_width = (int)scene_number(value, 10);
	else if (!strcmp(key, "numvfs"))
		d->numvfs = (int)scene_number(value, 10);
	else if (!strcmp(key, "driver"))
		str_fit(d->driver, sizeof(d->driver), strcmp(value, "none") ? value : "");
	else if (!strcmp(key, "kernel"))
		sscanf(value, "%d.%d", &h->kernel_major, &h->kernel_minor),
			str_fit(h->kernel, sizeof(h->kernel), value);
	else if (!strcmp(key, "cmdline"))
		str_fit(h->cmdline, sizeof(h->cmdline), value);
	else if (!strcmp(key, "fb"))
		str_fit(h->fb_holder, sizeof(h->fb_holder), value);
	else if (!strcmp(key, "ram"))
		h->ram_bytes = scene_number(value, 10) << 30;
	else if (!strcmp(key, "huge-2m"))
		h->huge_2m = (struct huge_fact){ true, scene_number(value, 10) };
	else if (!strcmp(key, "huge-1g"))
		h->huge_1g = (struct huge_fact){ true, scene_number(value, 10) };
	else if (!strcmp(key, "online"))
		(void)cpu_list_parse(value, &h->online);
	else if (!strcmp(key, "memlock"))
		h->memlock_bytes = scene_number(value, 10) << 20, h->root = false;
	else if (!strcmp(key, "opregion"))
		scene_opregion_fault(h, value);
	else if (!strcmp(key, "bridges"))
		h->vfio.host_bridge = h->vfio.lpc_bridge = !strcmp(value, "yes");
	else if (!strcmp(key, "regions") && !strcmp(value, "unread"))
		scene_no_opregion(h), h->vfio = (struct vfio_facts){ .why = "the device is not bound to vfio-pci" };
	else if (!strcmp(key, "regions") && !strcmp(value, "refused"))
		scene_no_opregion(h), h->vfio = (struct vfio_facts){ .state = REGION_FAILED, .err = 22,
								     .why = "opening the device: Invalid argument" };
	else if (!strcmp(key, "firmware") && !strcmp(value, "none"))
		h->n_firmware = 0;
	else if (!strcmp(key, "firmware") && !strcmp(value, "no-keys"))
		h->firmware[0].present = false;
	else if (!strcmp(key, "firmware") && !strcmp(value, "no-secure"))
		h->firmware[0].present = h->firmware[1].present = false;
	else if (!strcmp(key, "igpu") && !strcmp(value, "none"))
		h->pci[h->igpu].class = 0x020000, h->pci[h->igpu].bdf.dev = 3, h->igpu = -1;
	else if (!strcmp(key, "other-gpu"))
		h->other_gpu = (int)h->n_pci, scene_pci(h, value, 0x56a0, 0x030000, 20)->boot_vga = TRI_YES;
	else if (!strcmp(key, "group-mate"))
		scene_pci(h, value, 0x1234, 0x040300, d->group);
	else
		return false;
	return true;
}

/* --- the network ------------------------------------------------------------------------ */

/* "listens 33890", "claim NAME 33890", "passt yes", "route yes", "interface 0 no"; false: no such key. */
static inline bool scene_net(struct net_facts *n, const char *key, const char *value)
{
	struct net_claim *c = &n->claim[n->n_claim];
	unsigned int i;
	char word[8];

	if (!strcmp(key, "listens"))
		n->listening[scene_number(value, 10) / 64] |= 1ull << scene_number(value, 10) % 64;
	else if (!strcmp(key, "passt"))
		n->passt = scene_tri(value);
	else if (!strcmp(key, "route"))
		n->route = scene_tri(value);
	else if (!strcmp(key, "interface") && sscanf(value, "%u %7s", &i, word) == 2)
		n->interface[i] = scene_tri(word);
	else if (!strcmp(key, "claim") && sscanf(value, "%48s %u", c->vm, &c->port) == 2)
		n->n_claim++;
	else
		return false;
	n->ports = TRI_YES;
	return true;
}

/* --- USB and input devices ------------------------------------------------------------------ */

/*
 * "usb 1-4.2 046d:c52b 001:005 keyboard,mouse [VM [runs]]", "evdev PATH keyboard [PORT]" (the next of the
 * wish's [input]), "evdev-missing PATH", "evdev-other PATH", "sound no"; false: no such key.
 */
static inline bool scene_inputs(struct inputs *in, const char *key, const char *value)
{
	struct usb_device *d = &in->usb[in->n_usb];
	struct evdev *e = &in->evdev[in->n_evdev];
	unsigned int vendor, product;
	char kinds[64] = "", runs[8] = "";
	size_t look = 0;

	while (look < WISH_EVDEV_MAX && in->look[look].state != EVDEV_UNKNOWN)
		look++;
	in->usb_known = in->evdev_known = TRI_YES;
	if (!strcmp(key, "usb") && sscanf(value, "%31s %x:%x %u:%u %63s %48s %7s", d->port, &vendor, &product,
					  &d->bus, &d->dev, kinds, d->vm, runs) >= 6) {
		d->vendor = (uint16_t)vendor;
		d->product = (uint16_t)product;
		d->vm_runs = !strcmp(runs, "runs");
		for (const struct usb_word *w = usb_words; w->word; w++)
			d->kinds |= strstr(kinds, w->word) ? w->kind : 0;
		in->n_usb++;
	} else if (!strcmp(key, "evdev") &&
		   sscanf(value, "%159s %63s %31s", e->path, kinds, e->port) >= 2) {
		snprintf(e->event, sizeof(e->event), "event%zu", in->n_evdev);
		e->keyboard = !strcmp(kinds, "keyboard");
		e->pointer = !strcmp(kinds, "mouse");
		/* One that belongs to a USB device is the host's view of it, no [input]. */
		if (!*e->port)
			in->look[look] = (struct evdev_look){ EVDEV_THERE, (int)in->n_evdev };
		in->n_evdev++;
	} else if (!strcmp(key, "evdev-missing")) {
		in->look[look] = (struct evdev_look){ EVDEV_MISSING, -1 };
	} else if (!strcmp(key, "evdev-other")) {
		in->look[look] = (struct evdev_look){ EVDEV_OTHER, -1 };
	} else if (!strcmp(key, "sound")) {
		in->sound = scene_tri(value);
	} else {
		return false;
	}
	return true;
}

/* "none", or "ssh": sshd starts at boot, listens, and the host has an address. */
static inline const struct way_in_facts *scene_way_in(struct way_in_facts *w, const char *value)
{
	enum tri ssh = !strcmp(value, "ssh") ? TRI_YES : TRI_NO;

	*w = (struct way_in_facts){ .sshd_enabled = ssh, .sshd_listens = ssh, .net_system = ssh,
				    .serial_console = TRI_NO, .second_gpu = TRI_NO, .ssh_port = 22 };
	return w;
}

/* --- QEMU --------------------------------------------------------------------------------- */

/* "10.0": what that version answers, as in hw/vfio/pci.c. "+fix": with the VBIOS correction. */
static inline void scene_caps(struct qemu_caps *c, const char *version)
{
	memset(c, 0, sizeof(*c));
	if (sscanf(version, "%d.%d", &c->major, &c->minor) != 2)
		abort();
	strcpy(c->path, "/usr/bin/qemu-system-x86_64");
	c->era = c->major >= 11 || (c->major == 10 && c->minor >= 2) ? QEMU_10_2
		 : c->major == 10 ? (c->minor ? QEMU_10_1 : QEMU_10_0)
		 : c->major == 9 && c->minor == 2 ? QEMU_9_2 : QEMU_7_2;
	c->vfio_pci = c->igd_opregion = c->igd_gms = c->kvm = c->tcg = true;
	c->igd_lpc = c->igd_legacy_mode = c->era >= QEMU_10_0;
	c->igd_opregion_default_on = c->class_code = c->era >= QEMU_10_1;
	c->vbios_patched = strstr(version, "+fix") != NULL;
	snprintf(c->machine_pc, sizeof(c->machine_pc), "pc-i440fx-%d.%d", c->major, c->minor);
	snprintf(c->machine_q35, sizeof(c->machine_q35), "pc-q35-%d.%d", c->major, c->minor);
	c->usb_host = strstr(version, "+nousb") ? TRI_NO : TRI_YES;
	c->panic = strstr(version, "+nopanic") ? TRI_NO : TRI_YES;
	c->watchdog = strstr(version, "+nowatchdog") ? TRI_NO : TRI_YES;
	c->share = strstr(version, "+noshare") ? TRI_NO : TRI_YES;
	c->alsa = strstr(version, "+noalsa") ? TRI_NO : TRI_YES;
	c->pipewire = c->major > 8 ? TRI_YES : TRI_NO;
	if (strstr(version, "+noigd"))
		c->era = QEMU_NO_IGD;
}

/* --- the ROM store ---------------------------------------------------------------------- */

/* "KIND PLATFORM DEVICE NAME"; kind "gop-alone" is a GOP driver without assignment driver. */
static inline void scene_store(struct rom_store *s, const char *value)
{
	struct rom_store_entry *e = &s->entry[s->n++];
	char kind[16], device[8];

	if (sscanf(value, "%15s %15s %7s %79s", kind, e->platform, device, e->name) != 4)
		abort();
	e->kind = !strcmp(kind, "vbios") ? ROM_STORE_VBIOS
		  : !strcmp(kind, "assign") ? ROM_STORE_ASSIGN : ROM_STORE_GOP;
	e->assign = !strcmp(kind, "gop") || !strcmp(kind, "assign");
	e->device = e->ids[0] = (uint16_t)scene_number(device, 16);
	e->n_ids = 1;
	e->size = 1024;
}

static inline void scene_store_bad(struct rom_store *s, const char *name)
{
	str_fit(s->bad[s->n_bad].name, ROM_STORE_NAME_MAX, name);
	strcpy(s->bad[s->n_bad++].why, "it is no JSON");
}

/* --- ROMs ----------------------------------------------------------------------------------- */

#define SCENE_ROM	1024

/* An EFI image: "assign" with igvm's tag, "gop" with Intel's name as well, "plain" with neither. */
static inline void scene_efi_rom(uint8_t rom[static SCENE_ROM], const char *kind)
{
	static const char gop[] = "I\0n\0t\0e\0l\0(\0R\0)\0 \0G\0O\0P\0 \0D\0r\0i\0v\0e\0r\0";

	memset(rom, 0, SCENE_ROM);
	memcpy(rom, "\x55\xaa", 2);
	scene_le(rom + 2, SCENE_ROM / 512, 2);
	scene_le(rom + 4, 0x0ef1, 4);
	scene_le(rom + 8, 11, 2);
	scene_le(rom + 10, 0x8664, 2);
	scene_le(rom + 22, 0x80, 2);
	scene_le(rom + 24, 0x1c, 2);
	memcpy(rom + 0x1c, "PCIR\x86\x80\x92\x46", 8);
	scene_le(rom + 0x1c + 10, 0x1c, 2);
	rom[0x1c + 12] = 3;
	scene_le(rom + 0x1c + 13, 0x030000, 3);
	scene_le(rom + 0x1c + 16, SCENE_ROM / 512, 2);
	rom[0x1c + 20] = 3;
	rom[0x1c + 21] = 0x80;
	if (strcmp(kind, "plain"))
		memcpy(rom + 0x100, "igvm-assign", 11);
	if (!strcmp(kind, "gop"))
		memcpy(rom + 0x200, gop, sizeof(gop));
}

/* A VBIOS for 8086:@device; "cached" remembers a host's stolen memory. */
static inline void scene_vbios(uint8_t rom[static SCENE_ROM], uint16_t device, bool cached)
{
	uint8_t sum = 0;

	memset(rom, 0, SCENE_ROM);
	memcpy(rom, "\x55\xaa", 2);
	rom[2] = SCENE_ROM / 512;
	scene_le(rom + 24, 0x40, 2);
	memcpy(rom + 0x40, "PCIR\x86\x80", 6);
	scene_le(rom + 0x40 + 6, device, 2);
	scene_le(rom + 0x40 + 10, 0x18, 2);
	scene_le(rom + 0x40 + 13, 0x030000, 3);
	scene_le(rom + 0x40 + 16, SCENE_ROM / 512, 2);
	rom[0x40 + 21] = 0x80;
	if (cached) {
		memcpy(rom + 0x100, "\x66\x2e\x83\x3e\x80\x01\x00\x74\x07\x66\x2e\xa1\x80\x01\xeb\x0f\xb8\x5e\x10",
		       19);
		scene_le(rom + 0x180, 0x7c800000, 4);
	}
	for (size_t i = 0; i < SCENE_ROM; i++)
		sum = (uint8_t)(sum + rom[i]);
	rom[6] = (uint8_t)-sum;
}

/* "assign", "gop", "plain", "vbios 3e92", "vbios-cached 3e92", "junk"; false: "unread" and others. */
static inline bool scene_rom(uint8_t rom[static SCENE_ROM], const char *what)
{
	const char *id = strchr(what, ' ');

	if (!strncmp(what, "vbios", 5) && id) {
		scene_vbios(rom, (uint16_t)scene_number(id + 1, 16), !strncmp(what, "vbios-cached", 12));
		return true;
	}
	if (!strcmp(what, "junk")) {
		memset(rom, 0xff, SCENE_ROM);
		return true;
	}
	if (strcmp(what, "assign") && strcmp(what, "gop") && strcmp(what, "plain"))
		return false;
	scene_efi_rom(rom, what);
	return true;
}

#endif
