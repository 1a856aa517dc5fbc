/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The table of romfiles/igd.h without its names: with them it would be larger
 * than all other code in the guest together. The rows are generated from that
 * table when igvm is built (mkids.c).
 */
#ifndef ROMFILES_EFI_GUEST_IGD_H
#define ROMFILES_EFI_GUEST_IGD_H

#include "romfiles/igd.h"

/**
 * guest_igd_find() - bdsm and gms of @device_id; the other members are zero
 *
 * False: not a known iGPU, *@pf untouched.
 */
bool guest_igd_find(uint16_t device_id, struct igd_platform *pf);

/** guest_igd_register() - "0x5c", "0xc0", "none"; "unknown" when @pf is NULL */
const char *guest_igd_register(const struct igd_platform *pf);

#endif
