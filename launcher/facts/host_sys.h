/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine around the devices: kernel, CPU, memory, firmware tables, IOMMU. */
#ifndef IGVM_FACTS_HOST_SYS_H
#define IGVM_FACTS_HOST_SYS_H

#include "launcher/facts/host_tree.h"

/** host_sys_read() - fill all of *@h that belongs to no device; the unreadable stays unknown */
void host_sys_read(const struct tree *t, struct host_facts *h);

/**
 * host_fb_holder() - who of the firmware's framebuffers has a part of [base, base + size)
 *
 * @iomem: text of /proc/iomem. Names: drivers/firmware/sysfb*.c, efifb, vesafb,
 * simplefb and drivers/gpu/drm/sysfb of Linux. Writes "" when there is none, as
 * for readers without privilege, to whom all addresses are shown as 0.
 */
void host_fb_holder(const char *iomem, uint64_t base, uint64_t size, char *name, size_t n);

/**
 * host_bar_holder() - who but vfio-pci has a part of the memory BARs of a function
 *
 * @iomem as above, @resource: text of the function's sysfs file "resource". Returns the number of the BAR and
 * writes the first one's name; -1 and "" when there is none.
 */
int host_bar_holder(const char *iomem, const char *resource, const char *bdf, char *name, size_t n);

/** host_iomem_line() - "    4000000000-40007e8fff : BOOTFB" of /proc/iomem, both ends included; @name is not cut off */
bool host_iomem_line(const char *line, uint64_t *first, uint64_t *last, const char **name);

/** host_kernel_version() - "6.12.41+deb13-amd64" -> 6, 12; 0, 0 when it is not a version */
void host_kernel_version(const char *release, int *major, int *minor);

#endif
