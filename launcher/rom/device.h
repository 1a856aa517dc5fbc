/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_ROM_DEVICE_H
#define IGVM_ROM_DEVICE_H

#include <stdint.h>

#include "launcher/cmd.h"

/**
 * rom_device() - which iGPU is meant: @text ("4692", "0x4692", "8086:4692"), or this host's
 *
 * 0, or an exit code after it was said what is wrong.
 */
int rom_device(const struct cmd *c, const struct globals *g, const char *text, uint16_t *device);

#endif
