/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what the groups and the losses (launcher/decide/devices.h) are made of. */
#ifndef IGVM_DEVICES_LOOK_H
#define IGVM_DEVICES_LOOK_H

#include "launcher/decide/devices.h"

/** struct devices_look - big, so on the heap */
struct devices_look {
	struct host_facts own;	/* for a caller that has no facts yet; its to host_done() */
	struct pci_name names[HOST_PCI_MAX];
	struct display_facts display;
	struct devices devices;	/* of all this */
};

/** devices_look() - names and display of @h, the host below @root, sorted; @h is borrowed; 0, -errno */
nodiscard_ int devices_look(const char *root, const struct host_facts *h, struct devices_look *s);

#endif
