/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The PCI devices: addresses, identity, class, names. Only host_pci.c knows libpci. */
#ifndef IGVM_FACTS_HOST_PCI_H
#define IGVM_FACTS_HOST_PCI_H

#include "launcher/facts/host_tree.h"

/**
 * host_pci_read() - list the devices below @root, in the order of their addresses
 *
 * Fills identity, class and revision of up to @max devices, and the name of
 * display devices that are not in igvm's own table; what
 * libpci cannot read stays 0 or "". *@n is 0 when there is no sysfs. The
 * other members of each fact are zeroed. Returns 0 or -ENOMEM.
 */
nodiscard_ int host_pci_read(const struct tree *t, const char *root, struct pci_fact *pci,
			     size_t max, size_t *n);

/** struct pci_name - what the PCI id list calls a device; "" when it does not */
struct pci_name {
	char text[96];		/* safe for a terminal */
};

/**
 * host_pci_names() - names[i] of pci[i], for all @n
 *
 * Reads the list once, 1.4 MB: for commands that show devices, not for those that start VMs.
 * Without a list all are "". Returns 0 or -ENOMEM.
 */
nodiscard_ int host_pci_names(const struct tree *t, const char *root, const struct pci_fact *pci,
			      size_t n, struct pci_name *names);

#endif
