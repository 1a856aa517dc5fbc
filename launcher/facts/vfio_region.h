/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The capability chain of a VFIO region, as bytes from the kernel. */
#ifndef IGVM_FACTS_VFIO_REGION_H
#define IGVM_FACTS_VFIO_REGION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * vfio_region_type() - type and subtype in the answer to VFIO_DEVICE_GET_REGION_INFO
 *
 * @info: the struct vfio_region_info and what follows it, @len bytes, of any
 * alignment. False: it has no VFIO_REGION_INFO_CAP_TYPE, or a chain that
 * leaves the buffer or does not end (linux/vfio.h).
 */
bool vfio_region_type(const uint8_t *info, size_t len, uint32_t *type, uint32_t *subtype);

#endif
