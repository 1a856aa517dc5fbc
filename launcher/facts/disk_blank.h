/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_FACTS_DISK_BLANK_H
#define IGVM_FACTS_DISK_BLANK_H

#include <stdbool.h>

/**
 * disk_is_blank() - was nothing ever written to this image?
 *
 * A qcow2 without a cluster and without a layer below, a raw file that is all hole. false also where
 * that cannot be told.
 */
bool disk_is_blank(const char *path, bool qcow2);

#endif
