/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of VMID.conf. Proxmox VE places a passed device behind a root port or a bridge unless it is told
 * legacy-igd=1 (i440fx, vga: none), and has no words for the properties of an iGPU: -set in args: changes
 * the device it has written (tried: the later value of a key counts). hostpci0 stays, so that Proxmox VE
 * binds the device and raises the memory limit. romfile= is a name below /usr/share/kvm.
 */
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/export/parts.h"

static const char *base_of(const char *path)
{
	const char *last = strrchr(path, '/');

	return last ? last + 1 : path;
}

/* legacy-igd=1 also moves the bridge away that else has 1f.0, where x-igd-lpc puts its own. */
static bool uses_legacy_igd(const struct plan *p)
{
	return !p->q35 && !p->emulated_display;
}

static void write_machine(const struct exporting *x)
{
	static const char *const action[] = {
		[WATCHDOG_RESET] = "reset", [WATCHDOG_POWEROFF] = "poweroff", [WATCHDOG_PAUSE] = "pause",
	};
	const struct plan *p = x->p;
	FILE *f = x->f;
	char pin[CPU_LIST_TEXT];

	fprintf(f, "name: %s\nmachine: %s\n", p->name, p->q35 ? "q35" : "pc");
	if (p->firmware == PLAN_OVMF)
		fprintf(f, "bios: ovmf\n");
	fprintf(f, "ostype: %s\ncpu: host\nsockets: 1\ncores: %u\nmemory: %llu\nballoon: 0\nvga: %s\nagent: 1\n",
		p->os == OS_WINDOWS ? "win11" : "l26", p->cpus, (unsigned long long)(p->memory_bytes >> 20),
		p->emulated_display ? "std" : "none");
	if (p->accel != ACCEL_KVM)
		fprintf(f, "kvm: 0\n");
	if (p->huge_bytes)
		fprintf(f, "numa: 1\nhugepages: %llu\n", (unsigned long long)(p->huge_bytes >> 20));
	if (cpu_list_count(&p->pin))
		fprintf(f, "affinity: %s\n", cpu_list_text(&p->pin, pin, sizeof(pin)));
	if (p->watchdog)
		fprintf(f, "watchdog: model=i6300esb,action=%s\n", action[p->watchdog]);
	for (size_t i = 0; i < p->n_share; i++)
		export_note(x, _("[share %s]: add a directory mapping for %.200s (Proxmox VE 8.4 or later) and "
				 "virtiofs%zu: dirid=MAPPING"), p->share[i].name, p->share[i].path, i);
	export_note(x, _("machine: %s is Proxmox VE's own; the VM here has %s: Windows may see its hardware change"),
		    p->q35 ? "q35" : "pc", p->machine);
}

static void write_hostpci(const struct exporting *x)
{
	const char *rom = export_from(x->p, x->p->rom);
	char bdf[BDF_TEXT_MAX];

	fprintf(x->f, "hostpci0: %s%s", bdf_text(x->p->host_bdf, bdf),
		uses_legacy_igd(x->p) ? ",legacy-igd=1" : "");
	if (*x->p->rom) {
		fprintf(x->f, ",romfile=%s", base_of(rom));
		export_note(x, _("copy the ROM: cp %.200s /usr/share/kvm/%s (romfile= is a name below /usr/share/kvm)"),
			    rom, base_of(rom));
	} else if (!x->p->legacy_mode) {
		fprintf(x->f, ",rombar=0");
	}
	putc('\n', x->f);
}

/* --- args ------------------------------------------------------------------------------------ */

static int write_set(const struct exporting *x)
{
	_props_ struct props p = { 0 };
	int r = export_device(x, "igd0", &p);

	if (r)
		return r;
	if (!uses_legacy_igd(x->p))
		fprintf(x->f, " -set device.hostpci0.bus=%s -set device.hostpci0.addr=02.0",
			x->p->q35 ? "pcie.0" : "pci.0");
	for (size_t i = 0; i < p.n; i++) {
		bool lpc = !strcmp(p.v[i].key, "x-igd-lpc");

		if (!str_starts(p.v[i].key, "x-igd-"))
			continue;
		if (lpc && !uses_legacy_igd(x->p))
			export_note(x, _("x-igd-lpc=on is left out: with a display Proxmox VE has a bridge at 1f.0. "
					 "There is no picture before the guest's driver; set display = monitor-early "
					 "and export again for one"));
		else
			fprintf(x->f, " -set device.hostpci0.%s=%s", p.v[i].key, p.v[i].value);
	}
	/* On i440fx the display is at 02.0; the words have it elsewhere. */
	if (!x->p->q35 && x->p->emulated_display)
		fprintf(x->f, " -set device.vga.addr=05.0");
	return 0;
}

/* Proxmox VE splits args: as a shell does (PVE::Tools::split_args()). */
static void write_words(const struct exporting *x, const char *before)
{
	const char *word = x->p->words;

	for (size_t i = 0; i < x->p->n_words; i++, word += strlen(word) + 1, before = " ") {
		const char *quote = !*word || strpbrk(word, " '\"\\$`") ? "'" : "";

		fprintf(x->f, "%s%s", before, quote);
		for (const char *c = word; *c; c++)
			fputs(*c == '\'' ? "'\\''" : (char [2]){ *c }, x->f);
		fputs(quote, x->f);
	}
}

static int write_args(const struct exporting *x)
{
	const char *cpu = export_value(x, "-cpu"), *pm = x->p->q35 ? "ICH9-LPC" : "PIIX4_PM";
	int r;

	fprintf(x->f, "args: -cpu %s", cpu ? cpu : "host");
	fprintf(x->f, " -global %s.disable_s3=1 -global %s.disable_s4=1", pm, pm);
	/* On q35 its OVMF is the build whose variables only SMM may write, Secure Boot or not. */
	if (x->p->q35 && x->p->firmware == PLAN_OVMF)
		fprintf(x->f, " -global driver=cfi.pflash01,property=secure,value=on");
	r = write_set(x);
	write_words(x, " ");
	putc('\n', x->f);
	return r;
}

int export_proxmox_igpu(const struct exporting *x)
{
	write_hostpci(x);
	return write_args(x);
}

/* --- what Proxmox VE keeps in its storages --------------------------------------------------- */

static void note_storages(const struct exporting *x)
{
	const struct plan *p = x->p;

	if (p->firmware == PLAN_OVMF)
		export_note(x, _("make its EFI disk: qm set VMID --efidisk0 STORAGE:1,efitype=4m,pre-enrolled-keys=%d"),
			    p->secure_boot);
	if (p->tpm)
		export_note(x, _("make its TPM: qm set VMID --tpmstate0 STORAGE:1,version=v2.0"));
	for (size_t i = 0; i < p->n_disk; i++) {
		const struct wish_disk *d = &p->disk[i];

		if (d->cdrom)
			export_note(x, _("put the disc %.200s into a storage, then: qm set VMID --sata%zu STORAGE:iso/%.80s,media=cdrom"),
				    d->path, i, base_of(d->path));
		else
			export_note(x, _("import the disk: qm set VMID --%s%zu STORAGE:0,import-from=%.200s"),
				    d->bus == DISK_VIRTIO ? "virtio" : "sata", i, d->path);
		if (d->bus == DISK_NVME && !d->cdrom)
			export_note(x, _("[disk %s] is an NVMe disk, which Proxmox VE has not: as a SATA disk Windows may "
					 "need one start in safe mode to find it"), d->name);
	}
	if (*p->kernel)
		export_note(x, _("the kernel %.200s is left out: Proxmox VE starts from disks"),
			    export_from(p, p->kernel));
}

static void write_nets(const struct exporting *x)
{
	const struct plan *p = x->p;

	for (size_t i = 0; i < p->n_net; i++) {
		const struct wish_net *n = &p->net[i];

		fprintf(x->f, "net%zu: %s=%s%s%s\n", i, n->model == NIC_E1000E ? "e1000e" : "virtio", n->mac,
			n->type == NET_BRIDGE ? ",bridge=" : "", n->type == NET_BRIDGE ? n->bridge : "");
		if (n->type == NET_TAP)
			export_note(x, _("[net %s]: Proxmox VE makes its tap devices itself: %s is not used; add bridge=vmbr0"),
				    n->name, n->tap);
		if (p->rdp_port && p->rdp_net == i)
			export_note(x, _("[net %s]: Proxmox VE forwards no ports: port %u of this host does not lead to the "
					 "guest's Remote Desktop; add bridge=vmbr0"), n->name, p->rdp_port);
	}
}

int export_proxmox(const struct exporting *x)
{
	int r = 0;

	write_machine(x);
	write_nets(x);
	if (x->p->igpu)
		r = export_proxmox_igpu(x);
	else if (x->p->n_words) {
		write_words(x, "args: ");
		putc('\n', x->f);
	}
	note_storages(x);
	export_leftovers(x);
	return r;
}
