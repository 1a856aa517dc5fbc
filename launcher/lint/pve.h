/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_LINT_PVE_H
#define IGVM_LINT_PVE_H

#include <stdbool.h>
#include <stddef.h>

/** pve_is_conf() - does @text look like VMID.conf of Proxmox VE: two or more of its usual lines? */
bool pve_is_conf(const char *text, size_t n);

#endif
