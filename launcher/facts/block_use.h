/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host does with a block device: mounted, swapped on, part of something. */
#ifndef IGVM_FACTS_BLOCK_USE_H
#define IGVM_FACTS_BLOCK_USE_H

#include <sys/types.h>

struct tree;

enum block_how {
	BLOCK_FREE,		/* as far as the kernel tells; launch claims it for itself in the end */
	BLOCK_MOUNTED,		/* by = where */
	BLOCK_SWAP,
	BLOCK_HELD,		/* by = the device above it, "dm-0 (vg-root)": LVM, RAID, LUKS */
};

/** struct block_use - the first use of the device or of one of its partitions */
struct block_use {
	enum block_how how;
	char part[32];		/* which: "sda", "sda2" */
	char by[128];		/* sanitized */
};

/** block_use_look() - @dev as the kernel of tree @t sees it; what cannot be read is BLOCK_FREE */
void block_use_look(const struct tree *t, dev_t dev, struct block_use *u);

#endif
