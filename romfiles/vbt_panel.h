/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the data of the 16 panels is in block 42: block 41 says it, or, in
 * tables without that block, the layout of the time does. Rules: Linux 6.12,
 * i915/display/intel_bios.c, validate_lfp_data_ptrs() and
 * generate_lfp_data_ptrs().
 */
#ifndef ROMFILES_VBT_PANEL_H
#define ROMFILES_VBT_PANEL_H

#include "romfiles/vbt.h"

#define VBT_DTD_SIZE 18
#define VBT_PNP_SIZE 10
#define VBT_NAME_SIZE 13

/** struct vbt_panel_map - offsets count from the start of block 42's data */
struct vbt_panel_map {
	size_t at, size;    /* block 42's data in the table */
	size_t stride;      /* bytes of one panel; the first begins at 0 */
	size_t fp_size;     /* fp_timing, terminator included */
	size_t dtd, pnp;    /* of the first panel */
	size_t names;       /* the tail, which begins with the names; 0: none */
	bool pointed;       /* block 41 says so */
};

/** struct vbt_mode - a panel's timing in plain numbers */
struct vbt_mode {
	uint32_t clock_khz;
	uint32_t h_active, h_sync_start, h_sync_end, h_total;
	uint32_t v_active, v_sync_start, v_sync_end, v_total;
	uint32_t width_mm, height_mm;
};

/**
 * vbt_panel_map_find() - fill *@out
 *
 * -ENOENT: there is no block 42. -ENODATA: no block 41, and the table is too
 * old or the block too short to do without. -EBADMSG: the pointers do not fit
 * the block, or no panel's timing ends where it should.
 */
int vbt_panel_map_find(struct span s, const struct vbt *v, struct vbt_panel_map *out);

/** vbt_dtd_number() - one number (enum vbt_dtd_part) of the 18-byte timing at @at; 0: outside */
uint32_t vbt_dtd_number(struct span s, size_t at, unsigned int part);

/** vbt_dtd_mode() - the timing at @at; false: outside, *@out zeroed */
bool vbt_dtd_mode(struct span s, size_t at, struct vbt_mode *out);

/**
 * vbt_panel_mode() - the timing of panel @i: from block 58, else from block 42
 *
 * false: there is none, or its clock or size is 0, which is how an unused
 * entry looks.
 */
bool vbt_panel_mode(struct span s, const struct vbt *v, size_t i, struct vbt_mode *out);

#endif
