/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/devices.h"

#include <string.h>

#include "launcher/base/i18n.h"
#include "romfiles/igd.h"

#define CLASS_BRIDGE		0x06
#define CLASS_HOST_BRIDGE	0x0600
#define CLASS_PCI_BRIDGE	0x0604

/* Classes of devices that PCs have, the more exact row first; sub 0xff is any. */
static const struct {
	uint8_t base, sub;
	const char *kind;
} kinds[] = {
	{ 0x01, 0x06, N_("SATA controller") },
	{ 0x01, 0x08, N_("NVMe drive") },
	{ 0x01, 0x04, N_("RAID controller") },
	{ 0x01, 0xff, N_("storage controller") },
	{ 0x02, 0x00, N_("Ethernet controller") },
	{ 0x02, 0xff, N_("network controller") },
	{ 0x03, 0xff, N_("display") },
	{ 0x04, 0x03, N_("sound device") },
	{ 0x04, 0x01, N_("sound device") },
	{ 0x04, 0xff, N_("multimedia device") },
	{ 0x05, 0xff, N_("memory controller") },
	{ 0x06, 0x00, N_("host bridge") },
	{ 0x06, 0x01, N_("LPC/ISA bridge") },
	{ 0x06, 0x04, N_("PCI bridge") },
	{ 0x06, 0xff, N_("bridge") },
	{ 0x07, 0xff, N_("communication controller") },
	{ 0x08, 0x05, N_("SD card reader") },
	{ 0x08, 0xff, N_("system device") },
	{ 0x0c, 0x03, N_("USB controller") },
	{ 0x0c, 0x05, N_("SMBus") },
	{ 0x0c, 0xff, N_("serial bus controller") },
	{ 0x0d, 0xff, N_("wireless controller") },
	{ 0x11, 0xff, N_("signal processing controller") },
	{ 0x12, 0xff, N_("accelerator") },
};

const char *devices_kind(uint32_t class)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].base == class >> 16 &&
		    (kinds[i].sub == 0xff || kinds[i].sub == (class >> 8 & 0xff)))
			return _(kinds[i].kind);
	return _("device");
}

const char *devices_name(const struct devices *d, int i)
{
	const struct pci_fact *f = &d->host->pci[i];
	const struct igd_id *id = f->vendor == IGD_VENDOR_INTEL ? igd_find_id(f->device) : NULL;

	if (id && *id->name)
		return id->name;
	if (d->names && *d->names[i].text)
		return d->names[i].text;
	return f->name;
}

/* The groupless behind all others. */
static unsigned int order_of(const struct pci_fact *f)
{
	return (unsigned int)f->group;
}

/* Insertion keeps the order of addresses within a group. */
static void sort_members(struct devices *d)
{
	const struct pci_fact *pci = d->host->pci;

	for (size_t i = 0; i < d->host->n_pci; i++) {
		size_t at = i;

		for (; at && order_of(&pci[d->member[at - 1]]) > order_of(&pci[i]); at--)
			d->member[at] = d->member[at - 1];
		d->member[at] = (int)i;
	}
}

static void make_groups(struct devices *d)
{
	d->n_groups = 0;
	for (size_t i = 0; i < d->host->n_pci; i++) {
		const struct pci_fact *f = &d->host->pci[d->member[i]];
		struct devices_group *g = d->n_groups ? &d->group[d->n_groups - 1] : NULL;

		if (!g || g->number != f->group) {
			g = &d->group[d->n_groups++];
			*g = (struct devices_group){ .number = f->group, .first = i };
		}
		g->n++;
		g->passing += f->class >> 8 != CLASS_HOST_BRIDGE && f->class >> 8 != CLASS_PCI_BRIDGE;
		g->wanted += f->class >> 16 != CLASS_BRIDGE;
		g->igpu |= d->member[i] == d->host->igpu;
	}
}

static bool is_sound(const struct host_facts *h, int i)
{
	const struct pci_fact *f = i < 0 ? NULL : &h->pci[i];

	return f && f->vendor == IGD_VENDOR_INTEL &&
	       (f->class >> 8 == 0x0403 || f->class >> 8 == 0x0401);
}

int devices_sound(const struct host_facts *h)
{
	static const struct bdf places[] = {
		{ .dev = 0x03 }, { .dev = 0x1f, .fn = 3 }, { .dev = 0x0e }, { .dev = 0x1b },
	};

	for (size_t i = 0; h->igpu >= 0 && i < ARRAY_SIZE(places); i++)
		if (is_sound(h, host_find(h, places[i])))
			return host_find(h, places[i]);
	return -1;
}

static size_t others_in_group(const struct host_facts *h, int i)
{
	size_t n = 0;

	for (size_t k = 0; h->pci[i].group >= 0 && k < h->n_pci; k++)
		n += (int)k != i && h->pci[k].group == h->pci[i].group;
	return n;
}

void devices_sound_text(const struct host_facts *h, char *text, size_t size)
{
	int i = devices_sound(h);
	char bdf[BDF_TEXT_MAX];

	*text = '\0';
	if (i < 0)
		return;
	bdf_text(h->pci[i].bdf, bdf);
	if (h->pci[i].group >= 0 && h->pci[i].group == h->pci[h->igpu].group)
		snprintf(text, size,
			 _("%s, the sound of HDMI and DisplayPort: it is in the iGPU's group and has to go along"),
			 bdf);
	else if (others_in_group(h, i))
		snprintf(text, size,
			 _("%s, the sound of HDMI and DisplayPort too: it is no part of the iGPU, and in group %d with %zu more, which the host needs. The VM has no sound on the screen"),
			 bdf, h->pci[i].group, others_in_group(h, i));
	else
		snprintf(text, size,
			 _("%s, the sound of HDMI and DisplayPort too: it is no part of the iGPU. The VM has no sound on the screen"),
			 bdf);
}

void devices_sort(struct devices *d)
{
	sort_members(d);
	make_groups(d);
	d->sound = devices_sound(d->host);
}

/* --- for programs ------------------------------------------------------------------- */

static json_t *text_or_null(const char *s)
{
	return *s ? json_string(s) : json_null();
}

static json_t *member_json(const struct devices *d, int i)
{
	const struct pci_fact *f = &d->host->pci[i];
	char bdf[BDF_TEXT_MAX];

	return json_pack("{s:s,s:i,s:i,s:i,s:o,s:o,s:b}", "address", bdf_text(f->bdf, bdf), "vendor",
			 f->vendor, "device", f->device, "class", (int)f->class, "name",
			 text_or_null(devices_name(d, i)), "driver", text_or_null(f->driver), "bridge",
			 f->class >> 16 == CLASS_BRIDGE);
}

static json_t *group_json(const struct devices *d, const struct devices_group *g)
{
	json_t *members = json_array();

	for (size_t i = 0; i < g->n; i++)
		json_array_append_new(members, member_json(d, d->member[g->first + i]));
	return json_pack("{s:o,s:b,s:o}", "group",
			 g->number < 0 ? json_null() : json_integer(g->number), "igpu", g->igpu, "devices",
			 members);
}

static json_t *outputs_json(const struct display_facts *x)
{
	json_t *outputs = json_array();

	for (size_t i = 0; i < x->n_outputs; i++)
		json_array_append_new(outputs,
				      json_pack("{s:s,s:o}", "connector", x->output[i].name, "connected",
						x->output[i].connected == TRI_UNKNOWN ? json_null() :
						json_boolean(x->output[i].connected == TRI_YES)));
	return outputs;
}

static json_t *loses_json(const struct devices *d)
{
	static const struct display_facts none;
	const struct display_facts *x = d->display ? d->display : &none;
	const char *fb = *x->fb ? x->fb_name : d->host->fb_holder;

	if (d->host->igpu < 0)
		return json_null();
	return json_pack("{s:o,s:o,s:o,s:o}", "outputs", outputs_json(x), "framebuffer",
			 text_or_null(fb), "card", text_or_null(x->card), "render",
			 text_or_null(x->render));
}

static json_t *address_json(const struct host_facts *h, int i)
{
	char bdf[BDF_TEXT_MAX];

	return i < 0 ? json_null() : json_string(bdf_text(h->pci[i].bdf, bdf));
}

json_t *devices_json(const struct devices *d)
{
	json_t *groups = json_array();

	for (size_t i = 0; i < d->n_groups; i++)
		json_array_append_new(groups, group_json(d, &d->group[i]));
	return json_pack("{s:i,s:s,s:o,s:o,s:o,s:o}", "version", 1, "kind", "devices", "igpu",
			 address_json(d->host, d->host->igpu), "groups", groups, "loses", loses_json(d),
			 "sound", address_json(d->host, d->sound));
}
