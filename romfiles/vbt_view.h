/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a VBT means for whoever owns the machine: one entry per connector, and
 * the facts about the built-in panel. Layouts and mappings: Linux 6.12,
 * i915/display/intel_bios.c and intel_vbt_defs.h; fields newer than the table
 * read as "the platform's default".
 */
#ifndef ROMFILES_VBT_VIEW_H
#define ROMFILES_VBT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "romfiles/vbt.h"

#define VBT_PANELS 16

/** enum vbt_wiring - how port letters and DDC pins of a table map to the hardware */
enum vbt_wiring {
	VBT_WIRING_DIRECT, /* up to SPT, Broxton, Gemini Lake */
	VBT_WIRING_CNP,    /* Cannon Point: Coffee Lake and its kin */
	VBT_WIRING_ICP,    /* Ice Lake, Jasper Lake, Tiger Lake */
	VBT_WIRING_RKL,    /* Rocket Lake on Tiger Point */
	VBT_WIRING_ADL_S,  /* Alder Lake-S, Raptor Lake-S */
	VBT_WIRING_XELPD,  /* Alder Lake-P and -N, Meteor Lake and later */
};

/** struct vbt_port - one child device in use */
struct vbt_port {
	const struct vbt_child *child; /* of the struct vbt */
	const char *name;    /* "LFP1", "EFP2"; "?" for an unknown handle */
	const char *kind;    /* "eDP", "HDMI", "DVI", "DP", "DP++", "VGA", "LVDS", "DSI", "TV", "?" */
	char ddi[8];         /* "DDI B", "TC1"; "" when the port names none */
	uint8_t gmbus_pin;   /* where the pin of the table leads, 0: nowhere */
	char aux;            /* 'A' to 'I', 0: none */
	uint8_t lanes;       /* DisplayPort lanes at most, 0: the platform's */
	uint16_t hdmi_mhz;   /* TMDS clock at most, 0: the platform's */
	uint16_t dp_rate_10mhz; /* link rate at most (810: HBR3), 0: the platform's */
	bool usb_c, thunderbolt, lspcon, lane_reversal, hpd_inverted;
};

/** struct vbt_mode - a panel's mode; width 0: none found */
struct vbt_mode {
	uint16_t width, height;
	uint32_t clock_khz;
	uint32_t refresh_mhz; /* thousandths of a hertz */
};

/** struct vbt_view - what vbt_view_make() found; points into the struct vbt given */
struct vbt_view {
	enum vbt_wiring wiring;
	bool wiring_guessed; /* from the table's name, because no device id was given */
	struct vbt_port port[VBT_CHILDREN_MAX];
	size_t n_ports;
	bool panel;          /* a built-in panel (LFP) is described */
	uint8_t panel_type;  /* 0 to 15; 255: ask OpRegion or EDID */
	struct vbt_mode mode;
	bool backlight;      /* the three below are known */
	bool backlight_active_low;
	uint16_t backlight_hz;
	uint8_t backlight_min; /* of 255 */
	bool power_sequence;
	uint16_t t1_t3, t8, t9, t10, t11_t12; /* in 100 us */
	uint32_t fixed_x, fixed_y; /* forced mode, 0: none */
	uint16_t custom_version; /* 0: none */
	char sign_on[80];    /* printable ASCII, "" none */
};

/**
 * vbt_view_make() - fill *@out from the table @s that vbt_parse() read into @v
 *
 * @device_id: PCI id of the iGPU, 0 when it is not known. Total.
 */
void vbt_view_make(struct span s, const struct vbt *v, uint16_t device_id, struct vbt_view *out);

/** vbt_dp_rate_text() - "HBR3"; NULL for a rate without a name */
const char *vbt_dp_rate_text(uint16_t rate_10mhz);

#endif
