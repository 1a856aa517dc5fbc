/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The layouts inside a VBT, as tables of rows. Source of offsets, widths and
 * first versions: Linux 6.12 and later, drivers/gpu/drm/i915/display/
 * intel_vbt_defs.h; where it leaves a version open, what intel_vbt_decode
 * goes by. "Version" of a row is the BDB version.
 */
#ifndef ROMFILES_VBT_ROWS_H
#define ROMFILES_VBT_ROWS_H

#include "romfiles/rows.h"

#define VBT_PANELS 16
#define VBT_BLOCK_ARRAYS 2

/** struct vbt_array - a group of fields that a block has several times */
struct vbt_array {
	const char *key;
	size_t n;
	struct rows rows;
};

/** struct vbt_block_rows - what is decoded of one kind of block */
struct vbt_block_rows {
	uint8_t id;
	uint16_t since; /* BDB version; before, the id meant something else */
	struct rows head;
	struct vbt_array array[VBT_BLOCK_ARRAYS];
};

/** enum vbt_dtd_part - the numbers of a timing that lie in two places */
enum vbt_dtd_part {
	VBT_DTD_H_ACTIVE,
	VBT_DTD_H_BLANK,
	VBT_DTD_H_SYNC_OFFSET,
	VBT_DTD_H_SYNC_WIDTH,
	VBT_DTD_V_ACTIVE,
	VBT_DTD_V_BLANK,
	VBT_DTD_V_SYNC_OFFSET,
	VBT_DTD_V_SYNC_WIDTH,
	VBT_DTD_WIDTH_MM,
	VBT_DTD_HEIGHT_MM,
	VBT_DTD_SPLITS,
};

/** struct vbt_split - such a number: its low bits, and its high ones further on */
struct vbt_split {
	const char *key;
	uint8_t at, shift, bits;
	uint8_t high_at, high_shift, high_bits;
};

extern const struct vbt_split vbt_dtd_split[VBT_DTD_SPLITS];

extern const struct rows vbt_header_rows;
extern const struct rows vbt_bdb_rows;
extern const struct rows vbt_child_rows;
extern const struct rows vbt_child_unused_rows;
extern const struct rows vbt_fp_rows; /* of a panel, in block 42, and so on */
extern const struct rows vbt_pfit_rows;
extern const struct rows vbt_dtd_rows;
extern const struct rows vbt_pnp_rows;
extern const struct rows vbt_tail_rows;
extern const struct rows vbt_generic_dtd_rows;

/** vbt_block_rows_of() - rows of block @id in a table of version @bdb; NULL: none */
const struct vbt_block_rows *vbt_block_rows_of(uint8_t id, unsigned int bdb);

/** vbt_block_name() - what block @id holds, in a few words; NULL: not known */
const char *vbt_block_name(uint8_t id, unsigned int bdb);

#endif
