/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_FACTS_VFIO_H
#define IGVM_FACTS_VFIO_H

#include "launcher/facts/host.h"
#include "romfiles/span.h"

/**
 * vfio_read() - open @bdf through its VFIO group and read the Intel regions
 *
 * Opens container, group and device, reads, closes all three before it
 * returns. Opening resets the device, so callers own the decision. Fills *@v
 * completely (v->state tells how it went); returns 0 or -ENOMEM.
 * Region type (1<<31)|0x8086, subtypes 1, 2, 3: kernel uapi/linux/vfio.h.
 */
nodiscard_ int vfio_read(struct bdf bdf, int group, struct vfio_facts *v);

/** vfio_done() - release *@v */
void vfio_done(struct vfio_facts *v);

/** vfio_vbt() - the host's table of outputs in the OpRegion that was read: borrowed, n = 0 where there is none */
struct span vfio_vbt(const struct vfio_facts *v);

#endif
