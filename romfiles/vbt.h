/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read a Video BIOS Table: header, BIOS data block (BDB), its blocks, and the
 * child devices that say which ports a board has. Layout: Linux 6.12,
 * drivers/gpu/drm/i915/display/intel_vbt_defs.h and intel_bios.c.
 *
 * Accepts any bytes of any length. Results hold offsets into the bytes given,
 * which begin with the table. A wrong checksum or a BDB size one too small is
 * a note: about half of all real tables have one or both.
 */
#ifndef ROMFILES_VBT_H
#define ROMFILES_VBT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "romfiles/note.h"
#include "romfiles/span.h"

#define VBT_BLOCKS_MAX 96
#define VBT_CHILDREN_MAX 32
#define VBT_CONNECTORS_MAX 2 /* of one child device */

/** enum vbt_block_id - blocks that code asks for by id */
enum vbt_block_id {
	VBT_GENERAL_FEATURES = 1,
	VBT_GENERAL_DEFINITIONS = 2,
	VBT_DRIVER_FEATURES = 12,
	VBT_EDP = 27,
	VBT_LFP_OPTIONS = 40,
	VBT_LFP_POINTERS = 41,
	VBT_LFP_DATA = 42,
	VBT_LFP_BACKLIGHT = 43,
	VBT_FIXED_MODE = 51,
	VBT_MIPI_SEQUENCE = 53,
	VBT_GENERIC_DTD = 58,
	VBT_PRIVATE = 254,
};

/* Device type bits of a child device. */
#define VBT_TYPE_ANALOG 0x0001
#define VBT_TYPE_DP 0x0004
#define VBT_TYPE_VIDEO 0x0008
#define VBT_TYPE_TMDS 0x0010
#define VBT_TYPE_LVDS 0x0020
#define VBT_TYPE_MIPI 0x0400
#define VBT_TYPE_NOT_HDMI 0x0800
#define VBT_TYPE_INTERNAL 0x1000

/** struct vbt_block - one block of the BDB */
struct vbt_block {
	uint8_t id;
	size_t at;   /* of its data, after id and size */
	size_t size; /* of its data; cut at the end of the table */
};

/** struct vbt_child - one child device in use; bytes as they are */
struct vbt_child {
	size_t at;
	uint16_t handle; /* 0x0008 LFP1, 0x0004 EFP1, 0x0040 EFP2, ... */
	uint16_t device_type;
	uint8_t dvo_port;
	uint8_t ddc_pin;
	uint8_t aux_channel; /* 0: none */
};

/** struct vbt - what vbt_parse() found; a plain value */
struct vbt {
	char chip[16]; /* name behind "$VBT", blanks cut; a hint, no proof */
	uint16_t version;
	size_t size; /* header and BDB */
	bool checksum_ok;
	uint8_t checksum_wanted; /* what byte 26 has to be */
	size_t bdb_at;
	uint16_t bdb_version;
	size_t bdb_size; /* as the table says */
	struct vbt_block block[VBT_BLOCKS_MAX];
	size_t n_blocks;
	size_t child_size; /* stride used; 0: no child devices */
	struct vbt_child child[VBT_CHILDREN_MAX];
	size_t n_children;
	struct notes notes;
};

/**
 * vbt_size() - length of the table that @s begins with, 0: none
 *
 * The test is the one of i915 (intel_bios_is_valid_vbt()): signature, and
 * sizes and offsets inside each other and inside @s. One thing more: a table
 * is no shorter than its header.
 */
size_t vbt_size(struct span s);

/**
 * vbt_parse() - fill *@out from @s, which may be longer than the table
 *
 * -EBADMSG: vbt_size() says 0, or what should be the BDB does not call itself
 * one (program code contains "$VBT" too), or its header is shorter than its
 * fields. Then *@out is zeroed.
 */
int vbt_parse(struct span s, struct vbt *out);

/** vbt_find_block() - the first block with @id, NULL: none */
const struct vbt_block *vbt_find_block(const struct vbt *v, uint8_t id);

/** vbt_child_size_of() - child device size that belongs to a BDB version */
size_t vbt_child_size_of(uint16_t bdb_version);

/**
 * vbt_connectors() - the kinds of connector Linux makes of a child device
 *
 * DRM's names ("DP", "HDMI-A", "eDP", "VGA", "LVDS", "DSI") into @kind, their
 * number returned. DP++ makes two; a DVI port is "HDMI-A" to i915.
 */
size_t vbt_connectors(const struct vbt_child *c, const char *kind[VBT_CONNECTORS_MAX]);

/**
 * vbt_port_letter() - 'A' to 'I' of the port, 0 when the value names none
 *
 * The letter of the table (BDB 155 and later); which DDI it means depends on
 * the display engine.
 */
char vbt_port_letter(const struct vbt_child *c);

#endif
