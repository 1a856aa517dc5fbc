/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How to get into a VM that runs: what `start` and `status` print, made from `status --json`. */
#ifndef IGVM_GET_IN_H
#define IGVM_GET_IN_H

#include "launcher/base/cleanup.h"

/**
 * get_in_print() - address, port and the `ssh -L` line of Remote Desktop and VNC, as far as @status has them
 *
 * Rows as `igvm status` prints them, on stdout.
 */
void get_in_print(const json_t *status);

#endif
