/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a Video BIOS Table says, for its user: which outputs the board has and
 * how they are wired, and what its panel is. Plain facts, no judgement.
 */
#ifndef ROMFILES_VBT_VIEW_H
#define ROMFILES_VBT_VIEW_H

#include "romfiles/vbt.h"
#include "romfiles/vbt_fields.h"
#include "romfiles/vbt_panel.h"

/** enum vbt_engine - display engines that number ports or DDC pins alike */
enum vbt_engine {
	VBT_ENGINE_UNKNOWN,
	VBT_ENGINE_DIRECT, /* up to Gen 9 with its own PCH, Apollo and Gemini Lake */
	VBT_ENGINE_CNP,    /* Coffee Lake and its kin with a 300-series PCH, Cannon Lake */
	VBT_ENGINE_ICP,    /* Ice, Jasper, Elkhart, Tiger Lake */
	VBT_ENGINE_RKL,    /* Rocket Lake with a 500-series PCH */
	VBT_ENGINE_ADLS,   /* Alder and Raptor Lake-S */
	VBT_ENGINE_XELPD,  /* display 13 and later: Alder Lake-P/N, Meteor Lake, ... */
	VBT_ENGINE_N,
};

/** enum vbt_kind - what a child device is */
enum vbt_kind {
	VBT_KIND_OTHER,
	VBT_KIND_EDP,
	VBT_KIND_HDMI,
	VBT_KIND_DVI,
	VBT_KIND_DP,
	VBT_KIND_DP_DUAL, /* DisplayPort that also does HDMI (DP++) */
	VBT_KIND_VGA,
	VBT_KIND_LVDS,
	VBT_KIND_DSI,
	VBT_KIND_TV,
};

/** struct vbt_output - one child device in use */
struct vbt_output {
	size_t at;           /* of the child device in the table */
	const char *name;    /* "EFP1", "LFP1"; "" when the handle is none known */
	enum vbt_kind kind;
	char letter;         /* of the port in the table: 'A'..'I', 0: none */
	const char *port;    /* what that is on this engine: "A", "TC1"; "": not known */
	uint8_t ddc_pin;     /* as in the table; 0: none */
	uint8_t gmbus;       /* the GMBUS pin it means; 0: none, or not known */
	char aux;            /* 'A'..'I', 0: none */
	uint32_t dp_mbps;    /* highest link rate of a lane; 0: no limit given */
	uint16_t hdmi_mhz;   /* highest TMDS clock; 0: no limit given */
	uint8_t lanes;       /* highest number; 0: no limit given */
	bool usb_c, thunderbolt, lspcon, lane_reversal, hpd_invert;
};

/** struct vbt_power - eDP power sequence in units of 100 us */
struct vbt_power {
	uint16_t t1_t3, t8, t9, t10, t11_t12;
};

/** enum vbt_light - how a backlight is driven */
enum vbt_light { VBT_LIGHT_NONE, VBT_LIGHT_I2C, VBT_LIGHT_PWM, VBT_LIGHT_RESERVED };

#define VBT_PANEL_NONE (-1)  /* no block 40 */
#define VBT_PANEL_ASK (-2)   /* 255: by EDID or OpRegion */
#define VBT_PANEL_WRONG (-3) /* neither 0 to 15 nor 255 */

/** struct vbt_view - the facts; names and ports are constants, the rest values */
struct vbt_view {
	enum vbt_engine engine;
	bool engine_guessed; /* no device id was given, or it is not known */
	struct vbt_output output[VBT_CHILDREN_MAX];
	size_t n;
	int panel; /* 0 to 15, or VBT_PANEL_* */
	/* Of that panel; each with whether the table has it. */
	bool has_mode, has_light, has_power;
	struct vbt_mode mode;
	enum vbt_light light;
	uint16_t pwm_hz;
	bool active_low;
	uint16_t light_min;      /* least brightness ... */
	uint16_t light_min_of;   /* ... of this much */
	struct vbt_power power;
	/* Of the table. */
	bool has_fixed, fixed_on;
	uint32_t fixed_x, fixed_y;
	bool has_custom;
	uint8_t custom_version;
	char sign_on[VBT_TEXT_MAX]; /* "": none */
};

/** vbt_engine_of() - engine of a platform (igd_platform.key); UNKNOWN: none known */
enum vbt_engine vbt_engine_of(const char *platform);

/**
 * vbt_engine_guess() - engine by the table's chip name and version
 *
 * A guess: chip names are reused over generations, and VBTs of Rocket Lake
 * and Alder Lake-S boards may both say TIGERLAKE.
 */
enum vbt_engine vbt_engine_guess(const struct vbt *v);

/** vbt_port_name() - what port @letter of the table is on @engine, "": none */
const char *vbt_port_name(enum vbt_engine engine, char letter);

/** vbt_gmbus_pin() - GMBUS pin that DDC pin value @pin means on @engine, 0: none */
uint8_t vbt_gmbus_pin(enum vbt_engine engine, uint8_t pin);

/** vbt_kind_name() - "eDP", "HDMI", "DVI", "DP", "DP++", "VGA", "LVDS", "DSI", "TV", "other" */
const char *vbt_kind_name(enum vbt_kind kind);

/**
 * vbt_view_make() - fill *@out from @v, which was parsed from @s
 *
 * @platform is the igd_platform.key of the device the table is for, NULL: not
 * known; then, and for a platform that is in no row, the engine is guessed.
 */
void vbt_view_make(struct span s, const struct vbt *v, const char *platform,
		   struct vbt_view *out);

#endif
