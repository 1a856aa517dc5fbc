/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host's devices of a foreign line, and its firmware. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "launcher/base/str.h"
#include "launcher/lint/line_parts.h"

int line_device_add(struct reader *r, const char *driver, const struct props *p)
{
	size_t i = r->l->n_device;
	int err = 0;

	if (i == LINE_DEVICES_MAX)
		return 0;
	r->l->n_device++;
	r->l->device[i].word = r->word;
	str_fit(r->l->device[i].driver, sizeof(r->l->device[i].driver), driver);
	for (size_t k = 0; k < p->n && !err; k++)
		err = props_set(&r->device[i], p->v[k].key, p->v[k].value);
	return err;
}

bool line_addr(const char *text, unsigned int *slot, unsigned int *fn)
{
	char part[16];
	const char *dot = strchr(text, '.');
	size_t n = dot ? (size_t)(dot - text) : strlen(text);
	uint64_t s, f = 0;

	if (n >= sizeof(part))
		return false;
	memcpy(part, text, n);
	part[n] = '\0';
	/* hw/core/qdev-properties-system.c set_pci_devfn(): hexadecimal, with or without 0x */
	if (!str_u64(!strncmp(part, "0x", 2) ? part + 2 : part, 16, 31, &s) ||
	    (dot && !str_u64(dot + 1, 16, 7, &f)))
		return false;
	*slot = (unsigned int)s;
	*fn = (unsigned int)f;
	return true;
}

/* host=00:02.0, or the end of sysfsdev=/sys/bus/pci/devices/0000:00:02.0. */
static void read_host(struct line_device *d, const struct props *p)
{
	const char *host = props_get(p, "host"), *sysfs = props_get(p, "sysfsdev"), *last;

	if (!host && sysfs) {
		last = strrchr(sysfs, '/');
		host = last ? last + 1 : sysfs;
	}
	if (!host)
		return;
	str_fit(d->host_text, sizeof(d->host_text), host);
	d->host_known = bdf_parse(host, &d->host);
}

static void read_gms(struct line_device *d, const char *text)
{
	if (!text)
		return;
	d->gms_said = true;
	d->gms_number = line_number(text, UINT32_MAX, &d->gms);
}

static void read_id(struct line_device *d, const char *text)
{
	uint64_t v;

	d->device_id = -1;
	if (text && line_number(text, UINT16_MAX, &v))
		d->device_id = (int)v;
}

static void read_place(struct reader *r, struct line_device *d, const struct props *p)
{
	const char *bus = props_get(p, "bus"), *addr = props_get(p, "addr");

	str_fit(d->bus, sizeof(d->bus), bus ? bus : "");
	/* Proxmox VE has a bridge of the name pci.0 on q35. */
	d->root_bus = !bus || !strcmp(bus, r->l->type == LINE_Q35 ? "pcie.0" : "pci.0");
	d->addr_said = addr && line_addr(addr, &d->slot, &d->fn);
}

static void fill(struct reader *r, struct line_device *d, struct props *p)
{
	const char *id = props_get(p, "id"), *rom = props_get(p, "romfile");

	str_fit(d->id, sizeof(d->id), id ? id : "");
	read_host(d, p);
	read_place(r, d, p);
	read_gms(d, props_get(p, "x-igd-gms"));
	read_id(d, props_get(p, "x-pci-device-id"));
	d->opregion = line_switch(props_get(p, "x-igd-opregion"));
	d->lpc = line_switch(props_get(p, "x-igd-lpc"));
	d->legacy = line_switch(props_get(p, "x-igd-legacy-mode"));
	d->vga = line_switch(props_get(p, "x-vga"));
	d->rombar = line_switch(props_get(p, "rombar"));
	d->display = line_switch(props_get(p, "display"));
	if (line_switch(props_get(p, "ramfb")) == LINE_ON)
		d->display = LINE_ON;
	str_fit(d->romfile, sizeof(d->romfile), rom ? rom : "");
	for (size_t i = 0; i < p->n; i++)
		d->igd_said = d->igd_said || !strncmp(p->v[i].key, "x-igd-", 6);
}

/* What -global gives counts where the device itself says nothing. */
static void add_globals(struct props *p, const struct props *global)
{
	for (size_t i = 0; i < global->n; i++)
		if (!props_get(p, global->v[i].key) && props_set(p, global->v[i].key, global->v[i].value))
			return;
}

/* 00:02.0 of the host, whatever its function; else a device that was given IGD properties. */
static int find_igpu(const struct line *l)
{
	for (size_t i = 0; i < l->n_device; i++) {
		const struct line_device *d = &l->device[i];

		if (d->host_known && !d->host.domain && !d->host.bus && d->host.dev == 2)
			return (int)i;
	}
	for (size_t i = 0; i < l->n_device; i++)
		if (l->device[i].igd_said)
			return (int)i;
	return -1;
}

void line_device_fill(struct reader *r)
{
	for (size_t i = 0; i < r->l->n_device; i++) {
		add_globals(&r->device[i], &r->global);
		fill(r, &r->l->device[i], &r->device[i]);
	}
	r->l->igpu = find_igpu(r->l);
}

/* --- firmware -------------------------------------------------------------------------------- */

static const struct block_node *find_node(const struct reader *r, const char *name)
{
	for (size_t i = 0; i < r->n_node; i++)
		if (*name && !strcmp(r->node[i].name, name))
			return &r->node[i];
	return NULL;
}

/* Down the nodes to the one that has a file; a ring of nodes ends, too. */
static void resolve_node(struct reader *r)
{
	const struct block_node *node = find_node(r, r->pflash0);

	for (size_t i = 0; node && i < NODES_MAX; i++) {
		if (*node->filename) {
			str_fit(r->l->code, sizeof(r->l->code), node->filename);
			return;
		}
		node = find_node(r, node->file);
	}
	str_fit(r->l->code, sizeof(r->l->code), r->pflash0);
}

/* How distributions call their builds (Debian, Fedora, Arch, openSUSE, Proxmox VE, NixOS). */
static bool names_uefi(const char *file)
{
	static const char *const parts[] = { "OVMF", "edk2", "uefi", "UEFI", "efi", "_CODE", "EFI" };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strstr(file, parts[i]))
			return true;
	return false;
}

static bool names_secure(const char *base)
{
	static const char *const parts[] = { "secboot", "secure", ".ms.fd", ".snakeoil", "-sb", "smm" };

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (strcasestr(base, parts[i]))
			return true;
	return false;
}

void line_firmware_fill(struct reader *r)
{
	struct line *l = r->l;
	const char *base;

	if (*r->pflash0)
		resolve_node(r);
	base = strrchr(l->code, '/');
	base = base ? base + 1 : l->code;
	l->secure_code = names_secure(base) || l->secure_flash;
	if (!*l->code || strstr(base, "bios"))
		l->firmware = LINE_SEABIOS;
	else
		l->firmware = names_uefi(l->code) || *r->pflash0 || r->flash ? LINE_OVMF : LINE_OTHER_FIRMWARE;
}
