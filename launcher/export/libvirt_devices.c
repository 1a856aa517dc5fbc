/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The devices beside the iGPU, at the addresses the words have. */
#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/words_parts.h"
#include "launcher/export/libvirt_parts.h"

static bool is_nvme(const struct wish_disk *d)
{
	return d->bus == DISK_NVME && !d->cdrom;
}

/* --- disks ----------------------------------------------------------------------------------- */

/* q35 has a controller of its own at 1f.2, which libvirt counts as 0. */
static unsigned int sata_controller(const struct plan *p, size_t n_sata)
{
	return (unsigned int)(n_sata / WORDS_SATA_PORTS) + (p->q35 ? 1 : 0);
}

static void write_controllers(const struct exporting *x)
{
	size_t n_sata = 0;
	char id[16];

	for (size_t i = 0; i < x->p->n_disk; i++)
		n_sata += x->p->disk[i].bus == DISK_SATA;
	for (size_t n = 0; n * WORDS_SATA_PORTS < n_sata; n++) {
		fprintf(x->f, "    <controller type='sata' index='%u'>\n",
			sata_controller(x->p, n * WORDS_SATA_PORTS));
		snprintf(id, sizeof(id), "sata%zu", n);
		xml_slot(x, id);
		fprintf(x->f, "    </controller>\n");
	}
}

static void write_disk(const struct exporting *x, size_t i, size_t *n_sata)
{
	const struct wish_disk *d = &x->p->disk[i];
	bool sata = d->bus == DISK_SATA;
	FILE *f = x->f;
	char id[16];

	fprintf(f, "    <disk type='%s' device='%s'>\n      <driver name='qemu' type='%s'%s/>\n      <source %s='",
		d->device ? "block" : "file", d->cdrom ? "cdrom" : "disk", d->qcow2 ? "qcow2" : "raw",
		d->read_only ? "" : " discard='unmap'", d->device ? "dev" : "file");
	xml_text(f, d->path);
	fprintf(f, "'/>\n      <target dev='%s%c' bus='%s'/>\n%s      <boot order='%zu'/>\n", sata ? "sd" : "vd",
		(char)('a' + i), sata ? "sata" : "virtio", d->read_only ? "      <readonly/>\n" : "", i + 1);
	if (sata) {
		fprintf(f, "      <address type='drive' controller='%u' bus='0' target='0' unit='%zu'/>\n",
			sata_controller(x->p, *n_sata), *n_sata % WORDS_SATA_PORTS);
		++*n_sata;
	} else {
		snprintf(id, sizeof(id), "drive%zu", i);
		xml_slot(x, id);
	}
	fprintf(f, "    </disk>\n");
}

int libvirt_nvme(const struct exporting *x, size_t i, void (*arg)(FILE *f, const char *value))
{
	const struct wish_disk *d = &x->p->disk[i];
	struct words w = { 0 };
	struct builder b = { .words = &w, .p = x->p };
	unsigned int slot, fn;
	char id[16];

	snprintf(id, sizeof(id), "drive%zu", i);
	if (!is_nvme(d) || !export_slot(x, id, &slot, &fn))
		return 0;
	words_add(&b, "-drive", "");
	words_key(&b, "if", "none");
	words_keyf(&b, "id", "disk%zu", i);
	words_key(&b, "format", d->qcow2 ? "qcow2" : "raw");
	words_key(&b, "file", d->path);
	words_add(&b, "-device", "");
	words_plain(&b, "nvme");
	words_keyf(&b, "id", "drive%zu", i);
	words_keyf(&b, "drive", "disk%zu", i);
	words_key(&b, "serial", d->name);
	words_slot(&b, slot, fn);
	words_keyf(&b, "bootindex", "%zu", i + 1);
	for (size_t k = 0; k < w.n && !b.err; k++) {
		arg(x->f, w.v[k].option);
		arg(x->f, w.v[k].value);
	}
	words_done(&w);
	if (!b.err)
		export_note(x, _("[disk %s] is an NVMe disk, for which libvirt has no element: it is in qemu:commandline, "
				 "so libvirt neither labels nor chowns it; make %.200s readable and writable for "
				 "libvirt's QEMU yourself"), d->name, d->path);
	return b.err;
}

/* --- network --------------------------------------------------------------------------------- */

static void write_forward(const struct exporting *x, size_t i)
{
	const struct plan *p = x->p;

	if (!p->rdp_port || p->rdp_net != i)
		return;
	if (p->net[i].type == NET_PASST)
		fprintf(x->f, "      <portForward proto='tcp'%s>\n        <range start='%u' to='3389'/>\n"
			      "      </portForward>\n", p->rdp_lan ? "" : " address='127.0.0.1'", p->rdp_port);
	else
		export_note(x, _("[net %s]: libvirt's own user network forwards no ports: port %u of this host does not "
				 "lead to the guest's Remote Desktop"), p->net[i].name, p->rdp_port);
}

static void write_net(const struct exporting *x, size_t i)
{
	const struct wish_net *n = &x->p->net[i];
	FILE *f = x->f;
	char id[16];

	if (n->type == NET_BRIDGE)
		fprintf(f, "    <interface type='bridge'>\n      <source bridge='%s'/>\n", n->bridge);
	else if (n->type == NET_TAP)
		fprintf(f, "    <interface type='ethernet'>\n      <target dev='%s' managed='no'/>\n", n->tap);
	else
		fprintf(f, "    <interface type='user'>\n%s",
			n->type == NET_PASST ? "      <backend type='passt'/>\n" : "");
	fprintf(f, "      <mac address='%s'/>\n      <model type='%s'/>\n", n->mac,
		n->model == NIC_E1000E ? "e1000e" : "virtio");
	write_forward(x, i);
	fprintf(f, "      <rom enabled='no'/>\n");
	snprintf(id, sizeof(id), "card%zu", i);
	xml_slot(x, id);
	fprintf(f, "    </interface>\n");
}

/* --- display, channels ----------------------------------------------------------------------- */

static void write_display(const struct exporting *x)
{
	FILE *f = x->f;

	if (!x->p->emulated_display) {
		fprintf(f, "    <controller type='usb' model='none'/>\n    <video>\n      <model type='none'/>\n"
			   "    </video>\n");
		return;
	}
	fprintf(f, "    <controller type='usb' model='qemu-xhci'>\n");
	xml_slot(x, "usb0");
	fprintf(f, "    </controller>\n    <input type='tablet' bus='usb'/>\n"
		   "    <graphics type='vnc' autoport='yes' listen='127.0.0.1'/>\n    <video>\n      <model type='vga'/>\n");
	xml_slot(x, "video0");
	fprintf(f, "    </video>\n");
}

static void write_channels(const struct exporting *x)
{
	FILE *f = x->f;

	fprintf(f, "    <controller type='virtio-serial' index='0'>\n");
	xml_slot(x, "ports0");
	fprintf(f, "    </controller>\n    <channel type='unix'>\n"
		   "      <target type='virtio' name='org.qemu.guest_agent.0'/>\n    </channel>\n"
		   "    <serial type='pty'/>\n    <rng model='virtio'>\n      <backend model='builtin'/>\n");
	/* the words give the device no id: its place is fixed */
	fprintf(f, "      <address type='pci' domain='0x0000' bus='0x00' slot='0x%02x' function='0x0'/>\n"
		   "    </rng>\n", SLOT_RNG);
	if (x->p->tpm)
		fprintf(f, "    <tpm model='%s'>\n      <backend type='emulator' version='2.0'/>\n    </tpm>\n",
			x->p->firmware == PLAN_OVMF && x->p->q35 ? "tpm-crb" : "tpm-tis");
}

/* libvirt has pvpanic-pci since 9.1; Linux knows the ISA device as well, and Windows' is no device at all. */
static void write_watch(const struct exporting *x)
{
	static const char *const action[] = {
		[WATCHDOG_RESET] = "reset", [WATCHDOG_POWEROFF] = "poweroff", [WATCHDOG_PAUSE] = "pause",
	};
	const struct plan *p = x->p;

	if (p->panic)
		fprintf(x->f, "    <panic model='isa'/>\n");
	else if (p->os == OS_WINDOWS && p->accel == ACCEL_KVM)
		fprintf(x->f, "    <panic model='hyperv'/>\n");
	if (!p->watchdog)
		return;
	fprintf(x->f, "    <watchdog model='i6300esb' action='%s'>\n", action[p->watchdog]);
	xml_slot(x, "watchdog0");
	fprintf(x->f, "    </watchdog>\n");
}

static void write_share(const struct exporting *x, size_t i)
{
	const struct wish_share *s = &x->p->share[i];
	FILE *f = x->f;
	char id[16];

	fprintf(f, "    <filesystem type='mount' accessmode='passthrough'>\n      <driver type='virtiofs'/>\n      <source");
	xml_attr(f, "dir", s->path);
	fprintf(f, "/>\n      <target");
	xml_attr(f, "dir", s->name);
	fprintf(f, "/>\n");
	snprintf(id, sizeof(id), "folder%zu", i);
	xml_slot(x, id);
	fprintf(f, "    </filesystem>\n");
	export_note(x, _("[share %s]: libvirt's virtiofsd is the host's root, and %.200s may be written%s"), s->name, s->path,
		    s->read_only ? _(": mount it read-only on the host to prevent that") : "");
}

void libvirt_devices(const struct exporting *x)
{
	size_t n_sata = 0;

	write_controllers(x);
	for (size_t i = 0; i < x->p->n_disk; i++)
		if (!is_nvme(&x->p->disk[i]))
			write_disk(x, i, &n_sata);
	for (size_t i = 0; i < x->p->n_net; i++)
		write_net(x, i);
	for (size_t i = 0; i < x->p->n_share; i++)
		write_share(x, i);
	write_channels(x);
	write_display(x);
	write_watch(x);
}
