/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces export_libvirt() is put together from; nobody else includes this. */
#ifndef IGVM_EXPORT_LIBVIRT_PARTS_H
#define IGVM_EXPORT_LIBVIRT_PARTS_H

#include "launcher/export/parts.h"

/** xml_text(), xml_attr(), xml_element() - with what XML needs escaped */
void xml_text(FILE *f, const char *text);
void xml_attr(FILE *f, const char *name, const char *value);
void xml_element(FILE *f, const char *indent, const char *name, const char *text);

/** xml_slot() - <address> of the -device @id, where the words have it */
void xml_slot(const struct exporting *x, const char *id);

/** libvirt_devices() - disks, network, display, channels, TPM */
void libvirt_devices(const struct exporting *x);

/** libvirt_nvme() - disk @i as QEMU's own words, by @arg, when it is an NVMe disk; 0, -ENOMEM */
nodiscard_ int libvirt_nvme(const struct exporting *x, size_t i, void (*arg)(FILE *f, const char *value));

#endif
