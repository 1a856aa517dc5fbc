/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of holders share; nobody else includes this. */
#ifndef IGVM_FACTS_HOLDERS_PARTS_H
#define IGVM_FACTS_HOLDERS_PARTS_H

#include "launcher/facts/holders.h"

/** holders_dir() - open a directory below the root; NULL with errno */
DIR *holders_dir(const struct tree *t, const char *path);

/** holders_add() - a new one; NULL when there is no room, and h->more is set */
struct holder *holders_add(struct holders *h, enum holder_kind kind);

/** holders_process() - process @pid has @node open: who is that? */
void holders_process(const struct tree *t, pid_t pid, const char *node, struct holders *h);

/** holders_manager() - h->manager: the display manager's unit, when it runs */
void holders_manager(const struct tree *t, struct holders *h);

/** holders_kernel() - the kernel's console and the firmware's framebuffer on @bdf */
void holders_kernel(const struct tree *t, struct bdf bdf, struct holders *h);

/** holders_group() - number of the IOMMU group of the device below @path, as text; "" none */
void holders_group(const struct tree *t, const char *path, char group[static 32]);

#endif
