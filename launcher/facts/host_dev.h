/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What sysfs says of one PCI device beside its identity. */
#ifndef IGVM_FACTS_HOST_DEV_H
#define IGVM_FACTS_HOST_DEV_H

#include "launcher/facts/host_tree.h"

/**
 * host_dev_read() - driver, group, reset, BARs, config space, ... of @f->bdf
 *
 * What cannot be read stays unknown.
 */
void host_dev_read(const struct tree *t, struct pci_fact *f);

/**
 * host_flr_of_config() - can the function be reset by itself? from its capabilities
 *
 * PCI Express capability, Device Capabilities bit 28; Advanced Features
 * capability, bits 0 and 1 (PCI Express Base 7.5.3.3, PCI AF ECN). Unknown
 * with less than 256 bytes: capabilities are behind the first 64.
 */
enum tri host_flr_of_config(const uint8_t *config, size_t len);

#endif
