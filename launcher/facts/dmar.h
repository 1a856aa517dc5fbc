/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ACPI table DMAR: what the firmware says of Intel's IOMMU (VT-d
 * specification 5.0, chapter 8). Bytes in, facts out; any bytes of any length.
 */
#ifndef IGVM_FACTS_DMAR_H
#define IGVM_FACTS_DMAR_H

#include "launcher/base/bdf.h"
#include "romfiles/span.h"

#define DMAR_RMRR_MAX	32

/** struct dmar_rmrr - memory that the firmware wants mapped 1:1 for one device */
struct dmar_rmrr {
	struct bdf bdf;
	uint64_t first, last;	/* bytes, both included */
};

struct dmar {
	bool valid;		/* the table was read and has its header */
	bool cut;		/* a structure does not fit into the table: the rest was left out */
	int width;		/* host address width in bits (8.1: HAW, one less in the table) */
	bool remapping;		/* flag INTR_REMAP */
	bool preboot;		/* flag DMA_CTRL_PLATFORM_OPT_IN_FLAG: pre-boot DMA protection */
	unsigned int units;	/* DRHD structures */
	bool igpu_unit;		/* one of them names @igpu */
	struct dmar_rmrr rmrr[DMAR_RMRR_MAX];
	size_t n_rmrr;		/* one per device and region; more than fit are left out */
};

/** dmar_parse() - fill *@d; -EBADMSG: no DMAR table, *@d is then zeroed */
int dmar_parse(struct span table, struct bdf igpu, struct dmar *d);

#endif
