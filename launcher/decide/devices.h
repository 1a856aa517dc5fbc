/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's PCI devices as VFIO sees them: in groups of what passes together;
 * and what the host loses when the iGPU goes. Pure: facts in, model and text out.
 */
#ifndef IGVM_DECIDE_DEVICES_H
#define IGVM_DECIDE_DEVICES_H

#include <jansson.h>

#include "launcher/base/cleanup.h"
#include "launcher/facts/display.h"
#include "launcher/facts/host.h"
#include "launcher/facts/host_pci.h"

/** struct devices_group - members are d->member[first] to d->member[first + n - 1] */
struct devices_group {
	int number;		/* -1: in no group, so nothing of it can be passed */
	size_t first, n;
	size_t passing;		/* members VFIO wants for itself: all but host and PCI bridges */
	size_t wanted;		/* members a VM has a use for: all but bridges of any kind */
	bool igpu;		/* the iGPU is one of them */
};

/** struct devices - indexes are those of host->pci */
struct devices {
	const struct host_facts *host;
	const struct pci_name *names;	/* host->n_pci of them; NULL = no list */
	const struct display_facts *display;	/* of the iGPU; NULL = not looked at */
	struct devices_group group[HOST_PCI_MAX];	/* by number, the groupless last */
	size_t n_groups;
	int member[HOST_PCI_MAX];
	int sound;		/* the function that carries the sound of the iGPU's outputs, -1 none seen */
};

/**
 * devices_sort() - fill the rest of *@d from d->host, d->names, d->display, which it borrows
 *
 * The sound of HDMI and DisplayPort is no part of the iGPU: it is in Intel's HDA controller
 * (00:1f.3, 00:0e.0, 00:1b.0; Haswell and Broadwell have 00:03.0 for it alone).
 */
void devices_sort(struct devices *d);

/** devices_sound() - index of that function in h->pci, -1 none seen */
int devices_sound(const struct host_facts *h);

/** devices_sound_text() - one sentence about that function and its group; "" when there is none seen */
void devices_sound_text(const struct host_facts *h, char *text, size_t size);

/** devices_name() - what a person calls pci[@i]: igvm's own table, else the list; "" unknown */
const char *devices_name(const struct devices *d, int i);

/** devices_kind() - "USB controller", by class code (PCI Code and ID Assignment 1.1); translated */
const char *devices_kind(uint32_t class);

/** struct devices_style - how it is drawn */
struct devices_style {
	int width;		/* columns, at least 40 */
	bool utf8;		/* lines of U+2500 and on; else ASCII */
	bool colour;
};

/** devices_draw() - the tree and the losses as owned text, lines no wider than style->width; NULL: no memory */
nodiscard_ char *devices_draw(const struct devices *d, const struct devices_style *style);

/** devices_json() - the same for programs (tests/schema/devices.json); NULL: no memory */
nodiscard_ json_t *devices_json(const struct devices *d);

#endif
