/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/vbt_rows.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define TABLE(a) { a, LEN(a) }

/* A number, a value to read in hex, a part of a number, one bit of it. */
#define NUM(k, a, sz, ...) { .key = k, .at = a, .size = sz, .kind = SHOW_DEC, __VA_ARGS__ }
#define HEX(k, a, sz, ...) { .key = k, .at = a, .size = sz, .kind = SHOW_HEX, __VA_ARGS__ }
#define STR(k, a, sz, ...) { .key = k, .at = a, .size = sz, .kind = SHOW_TEXT, __VA_ARGS__ }
#define RAW(k, a, sz, ...) { .key = k, .at = a, .size = sz, .kind = SHOW_BYTES, __VA_ARGS__ }
#define PART(k, a, sz, sh, n, ...) \
	{ .key = k, .at = a, .size = sz, .shift = sh, .bits = n, .kind = SHOW_DEC, __VA_ARGS__ }
#define BIT(k, a, sz, sh, ...) \
	{ .key = k, .at = a, .size = sz, .shift = sh, .bits = 1, .kind = SHOW_BOOL, __VA_ARGS__ }
/* Of each panel: one bit of a 16-bit mask, some bits of a wider one. */
#define MASK(k, a, ...) \
	{ .key = k, .at = a, .size = 2, .bits = 1, .step = 1, .kind = SHOW_BOOL, __VA_ARGS__ }
#define MASKS(k, a, sz, n, ...) \
	{ .key = k, .at = a, .size = sz, .bits = n, .step = n, .kind = SHOW_DEC, __VA_ARGS__ }

/* --- meanings ------------------------------------------------------------------- */

static const struct meaning m_fitting[] = {
	{ 0, "disabled" }, { 1, "text only" }, { 2, "graphics only" }, { 3, "text and graphics" },
	{ 0, NULL },
};

static const struct meaning m_i2c_speed[] = {
	{ 0, "100 kHz" }, { 1, "50 kHz" }, { 2, "400 kHz" }, { 3, "1 MHz" }, { 0, NULL },
};

static const struct meaning m_vswing[] = {
	{ 0, "0.4 V" }, { 1, "0.6 V" }, { 2, "0.8 V" }, { 3, "1.2 V" }, { 0, NULL },
};

static const struct meaning m_preemphasis[] = {
	{ 0, "0 dB" }, { 1, "3.5 dB" }, { 2, "6 dB" }, { 3, "9.5 dB" }, { 0, NULL },
};

static const struct meaning m_hdmi_rate[] = {
	{ 0, "what the platform can" }, { 1, "297 MHz" }, { 2, "165 MHz" }, { 3, "594 MHz" },
	{ 4, "340 MHz" }, { 5, "300 MHz" }, { 0, NULL },
};

static const struct meaning m_frl[] = {
	{ 0, "none" }, { 1, "3 GT/s" }, { 2, "6 GT/s" }, { 3, "8 GT/s" }, { 4, "10 GT/s" },
	{ 5, "12 GT/s" }, { 0, NULL },
};

/* CRT and TV gave their bits to EFP6 and EFP5. */
#define HANDLES \
	{ 0x0004, "EFP1" }, { 0x0040, "EFP2" }, { 0x0020, "EFP3" }, { 0x0010, "EFP4" }, \
	{ 0x0008, "LFP1" }, { 0x0080, "LFP2" }

static const struct meaning m_handle_old[] = {
	HANDLES, { 0x0001, "CRT" }, { 0x0002, "TV" }, { 0, NULL },
};

static const struct meaning m_handle_215[] = {
	HANDLES, { 0x0001, "CRT" }, { 0x0002, "EFP5" }, { 0, NULL },
};

static const struct meaning m_handle_217[] = {
	HANDLES, { 0x0001, "EFP6" }, { 0x0002, "EFP5" }, { 0x0100, "EFP7" }, { 0x0200, "EFP8" },
	{ 0, NULL },
};

static const struct meaning m_type[] = {
	{ 0x0000, "unused" }, { 0x0001, "CRT" }, { 0x0009, "TV" }, { 0x0012, "EFP" },
	{ 0x0022, "LFP" }, { 0x6001, "CRT" }, { 0x4001, "CRT" }, { 0x0209, "TV composite" },
	{ 0x0289, "TV" }, { 0x020c, "TV" }, { 0x0609, "TV S-Video" }, { 0x6009, "TV" },
	{ 0x6012, "EFP" }, { 0x6052, "DVI" }, { 0x6053, "DVI-I" }, { 0x6152, "dual-link DVI-D" },
	{ 0x60d2, "HDMI/DVI" }, { 0x6062, "OpenLDI" }, { 0x6162, "OpenLDI" },
	{ 0x5012, "PanelLink" }, { 0x5042, "CMOS panel" }, { 0x5062, "LVDS" },
	{ 0x5162, "LVDS" }, { 0x51e2, "LVDS" }, { 0x1022, "LVDS panel" }, { 0x1009, "TV" },
	{ 0x68c6, "DisplayPort" }, { 0x60d6, "DisplayPort and HDMI/DVI" },
	{ 0x68d6, "DisplayPort and DVI" }, { 0x68d2, "DVI" }, { 0x78c6, "eDP" },
	{ 0x1806, "eDP" }, { 0x1400, "MIPI DSI" }, { 0x7cc2, "MIPI DSI" }, { 0, NULL },
};

static const struct meaning m_dvo_port_old[] = {
	{ 0, "none" }, { 1, "DVO-B" }, { 2, "DVO-C" }, { 0, NULL },
};

static const struct meaning m_dvo_port[] = {
	{ 0, "HDMI-A" }, { 1, "HDMI-B" }, { 2, "HDMI-C" }, { 3, "HDMI-D" }, { 4, "LVDS" },
	{ 5, "TV" }, { 6, "CRT" }, { 7, "DP-B" }, { 8, "DP-C" }, { 9, "DP-D" }, { 10, "DP-A" },
	{ 11, "DP-E" }, { 12, "HDMI-E" }, { 13, "DP-F" }, { 14, "HDMI-F" }, { 15, "DP-G" },
	{ 16, "HDMI-G" }, { 17, "DP-H" }, { 18, "HDMI-H" }, { 19, "DP-I" }, { 20, "HDMI-I" },
	{ 21, "MIPI-A" }, { 22, "MIPI-B" }, { 23, "MIPI-C" }, { 24, "MIPI-D" }, { 0, NULL },
};

static const struct meaning m_aux[] = {
	{ 0x00, "none" }, { 0x40, "AUX-A" }, { 0x10, "AUX-B" }, { 0x20, "AUX-C" },
	{ 0x30, "AUX-D" }, { 0x50, "AUX-E" }, { 0x60, "AUX-F" }, { 0x70, "AUX-G" },
	{ 0x80, "AUX-H" }, { 0x90, "AUX-I" }, { 0, NULL },
};

static const struct meaning m_lanes[] = {
	{ 0, "1 lane" }, { 1, "2 lanes" }, { 2, "3 lanes" }, { 3, "4 lanes" }, { 0, NULL },
};

static const struct meaning m_bridge[] = {
	{ 0, "none" }, { 1, "ASUS" }, { 2, "Toshiba" }, { 3, "Renesas" }, { 0, NULL },
};

static const struct meaning m_dp_rate_216[] = {
	{ 0, "8.1 Gbit/s" }, { 1, "5.4 Gbit/s" }, { 2, "2.7 Gbit/s" }, { 3, "1.62 Gbit/s" },
	{ 0, NULL },
};

static const struct meaning m_dp_rate_230[] = {
	{ 0, "what the platform can" }, { 1, "1.62 Gbit/s" }, { 2, "2.7 Gbit/s" },
	{ 3, "5.4 Gbit/s" }, { 4, "8.1 Gbit/s" }, { 5, "10 Gbit/s" }, { 6, "13.5 Gbit/s" },
	{ 7, "20 Gbit/s" }, { 0, NULL },
};

static const struct meaning m_lvds_config[] = {
	{ 0, "no LVDS" }, { 1, "integrated LVDS" }, { 2, "SDVO LVDS" },
	{ 3, "embedded DisplayPort" }, { 0, NULL },
};

static const struct meaning m_algorithm[] = {
	{ 0, "of the operating system" }, { 1, "of the driver" }, { 0, NULL },
};

static const struct meaning m_render_clock[] = { { 0, "high" }, { 1, "low" }, { 0, NULL } };
static const struct meaning m_scheme_ui[] = { { 0, "CUI" }, { 1, "third party" }, { 0, NULL } };

static const struct meaning m_sprite[] = {
	{ 0, "secondary" }, { 1, "primary" }, { 0, NULL },
};

static const struct meaning m_bpp[] = {
	{ 0, "18 bpp" }, { 1, "24 bpp" }, { 2, "30 bpp" }, { 0, NULL },
};

static const struct meaning m_depth[] = { { 0, "18 bpp" }, { 1, "24 bpp" }, { 0, NULL } };

static const struct meaning m_edp_rate[] = {
	{ 0, "1.62 Gbit/s" }, { 1, "2.7 Gbit/s" }, { 2, "5.4 Gbit/s" }, { 0, NULL },
};

static const struct meaning m_edp_vswing[] = {
	{ 0, "low power (200 mV)" }, { 1, "default (400 mV)" }, { 0, NULL },
};

static const struct meaning m_lines[] = {
	{ 0, "0 lines" }, { 1, "1 line" }, { 2, "4 lines" }, { 3, "8 lines" }, { 0, NULL },
};

static const struct meaning m_psr2[] = {
	{ 0, "500 us" }, { 1, "100 us" }, { 2, "2500 us" }, { 3, "5 us" }, { 0, NULL },
};

static const struct meaning m_panel_type[] = {
	{ 255, "by EDID or OpRegion" }, { 0, NULL },
};

static const struct meaning m_channel[] = {
	{ 0, "automatic" }, { 1, "single" }, { 2, "dual" }, { 0, NULL },
};

static const struct meaning m_dps[] = {
	{ 0, "static DRRS" }, { 1, "D2PO" }, { 2, "seamless DRRS" }, { 0, NULL },
};

static const struct meaning m_light[] = {
	{ 0, "default" }, { 1, "CCFL" }, { 2, "LED" }, { 0, NULL },
};

static const struct meaning m_rotation[] = {
	{ 0, "0 degrees" }, { 1, "90 degrees" }, { 2, "180 degrees" }, { 3, "270 degrees" },
	{ 0, NULL },
};

static const struct meaning m_position[] = {
	{ 0, "inside the shell" }, { 1, "outside the shell" }, { 0, NULL },
};

static const struct meaning m_inverter[] = {
	{ 0, "none or external" }, { 1, "I2C" }, { 2, "PWM" }, { 0, NULL },
};

/* --- headers ---------------------------------------------------------------------- */

static const struct row header[] = {
	STR("signature", 0, 20),
	NUM("version", 20, 2),
	NUM("header-size", 22, 2),
	NUM("size", 24, 2),
	HEX("checksum", 26, 1),
	HEX("reserved", 27, 1),
	HEX("bdb-offset", 28, 4),
	HEX("aim1-offset", 32, 4),
	HEX("aim2-offset", 36, 4),
	HEX("aim3-offset", 40, 4),
	HEX("aim4-offset", 44, 4),
};

const struct rows vbt_header_rows = TABLE(header);

static const struct row bdb[] = {
	STR("signature", 0, 16),
	NUM("version", 16, 2),
	NUM("header-size", 18, 2),
	NUM("size", 20, 2),
};

const struct rows vbt_bdb_rows = TABLE(bdb);

/* --- block 1: general features ------------------------------------------------------ */

static const struct row features[] = {
	PART("panel-fitting", 0, 1, 0, 2, .means = m_fitting),
	BIT("flexaim", 0, 1, 2),
	BIT("message", 0, 1, 3),
	PART("clear-screen", 0, 1, 4, 3),
	BIT("dvo-color-flip", 0, 1, 7),
	BIT("external-vbt", 1, 1, 0),
	BIT("lvds-ssc", 1, 1, 1),
	PART("lvds-ssc-frequency", 1, 1, 2, 1),
	BIT("lfp-on-override", 1, 1, 3),
	BIT("no-ssc-on-clone", 1, 1, 4),
	BIT("underscan-vga-timings", 1, 1, 5),
	BIT("display-clock-mode", 1, 1, 6, .until = 182),
	BIT("dynamic-cd-clock", 1, 1, 6, .since = 183),
	BIT("vbios-hotplug", 1, 1, 7),
	BIT("no-smooth-vision", 2, 1, 0),
	BIT("single-dvi", 2, 1, 1),
	BIT("rotate-180", 2, 1, 2, .since = 181),
	BIT("fdi-rx-polarity-inverted", 2, 1, 3),
	BIT("vbios-extended-mode", 2, 1, 4, .since = 160),
	BIT("copy-lfp-dtd-to-sdvo", 2, 1, 5, .since = 160),
	BIT("panel-best-fit-timing", 2, 1, 6, .since = 160),
	BIT("ignore-strap-state", 2, 1, 7, .since = 160),
	HEX("legacy-monitor-detect", 3, 1),
	BIT("integrated-crt", 4, 1, 0),
	BIT("integrated-tv", 4, 1, 1),
	BIT("integrated-efp", 4, 1, 2),
	BIT("dp-ssc", 4, 1, 3),
	PART("dp-ssc-frequency", 4, 1, 4, 1),
	BIT("dp-ssc-dongle", 4, 1, 5),
	PART("tc-hpd-retry-timeout", 5, 1, 0, 7, .since = 242),
	PART("afc-startup-config", 6, 1, 0, 2, .since = 249),
};

/* --- block 2: general definitions; the children follow it ---------------------------- */

static const struct row definitions[] = {
	HEX("crt-ddc-pin", 0, 1),
	BIT("dpms-non-acpi", 1, 1, 0),
	BIT("no-crt-detect-at-boot", 1, 1, 1),
	BIT("dpms-aim", 1, 1, 2),
	HEX("boot-display", 2, 2),
	NUM("child-size", 4, 1),
};

static const struct row child[] = {
	HEX("handle", 0, 2, .until = 214, .means = m_handle_old),
	HEX("handle", 0, 2, .since = 215, .until = 216, .means = m_handle_215),
	HEX("handle", 0, 2, .since = 217, .means = m_handle_217),
	HEX("device-type", 2, 2, .means = m_type),
	BIT("class-extension", 2, 2, 15),
	BIT("power-management", 2, 2, 14),
	BIT("hotplug", 2, 2, 13),
	BIT("internal", 2, 2, 12),
	BIT("not-hdmi", 2, 2, 11),
	BIT("mipi", 2, 2, 10),
	BIT("composite", 2, 2, 9),
	BIT("dual-channel", 2, 2, 8),
	BIT("content-protection", 2, 2, 7),
	BIT("high-speed", 2, 2, 6),
	BIT("lvds", 2, 2, 5),
	BIT("tmds", 2, 2, 4),
	BIT("video", 2, 2, 3),
	BIT("displayport", 2, 2, 2),
	BIT("digital", 2, 2, 1),
	BIT("analog", 2, 2, 0),
	STR("device-id", 4, 10, .until = 151),
	HEX("i2c-speed", 4, 1, .since = 152, .means = m_i2c_speed),
	PART("redriver-preemphasis", 5, 1, 0, 3, .since = 158, .means = m_preemphasis),
	PART("redriver-vswing", 5, 1, 3, 3, .since = 158, .means = m_vswing),
	BIT("redriver", 5, 1, 6, .since = 158),
	PART("dock-redriver-preemphasis", 6, 1, 0, 3, .since = 158, .means = m_preemphasis),
	PART("dock-redriver-vswing", 6, 1, 3, 3, .since = 158, .means = m_vswing),
	BIT("dock-redriver", 6, 1, 6, .since = 158),
	PART("hdmi-level-shifter", 7, 1, 0, 5, .since = 158),
	PART("hdmi-max-rate", 7, 1, 5, 3, .since = 204, .means = m_hdmi_rate),
	HEX("dtd-pointer", 8, 2, .since = 161),
	BIT("edidless", 10, 1, 0, .since = 161),
	BIT("compression", 10, 1, 1, .since = 198),
	BIT("compression-cps", 10, 1, 2, .since = 198),
	BIT("ganged-edp", 10, 1, 3, .since = 202),
	BIT("lttpr-non-transparent", 10, 1, 4, .since = 235),
	BIT("no-external-compression", 10, 1, 5, .since = 251),
	PART("compression-index", 11, 1, 0, 4, .since = 198),
	PART("hdmi-max-frl", 12, 1, 0, 4, .since = 237, .means = m_frl),
	BIT("hdmi-max-frl-valid", 12, 1, 4, .since = 237),
	NUM("aim-offset", 14, 2),
	HEX("dvo-port", 16, 1, .until = 154, .means = m_dvo_port_old),
	HEX("dvo-port", 16, 1, .since = 155, .means = m_dvo_port),
	HEX("i2c-pin", 17, 1),
	HEX("target-address", 18, 1),
	HEX("ddc-pin", 19, 1),
	HEX("edid-pointer", 20, 2),
	HEX("dvo-config", 22, 1),
	HEX("dvo2-port", 23, 1, .until = 154, .means = m_dvo_port_old),
	HEX("i2c2-pin", 24, 1, .until = 154),
	HEX("target2-address", 25, 1, .until = 154),
	HEX("ddc2-pin", 26, 1, .until = 154),
	BIT("through-dock", 23, 1, 0, .since = 158),
	BIT("lane-reversal", 23, 1, 1, .since = 184),
	BIT("lspcon", 23, 1, 2, .since = 192),
	BIT("iboost", 23, 1, 3, .since = 196),
	BIT("hpd-invert", 23, 1, 4, .since = 196),
	BIT("vbt-vswing", 23, 1, 5, .since = 218),
	PART("dp-max-lanes", 23, 1, 6, 2, .since = 244, .means = m_lanes),
	BIT("hdmi-support", 24, 1, 0, .since = 158),
	BIT("dp-support", 24, 1, 1, .since = 158),
	BIT("tmds-support", 24, 1, 2, .since = 158),
	HEX("aux-channel", 25, 1, .since = 155, .means = m_aux),
	HEX("dongle-detect", 26, 1, .since = 155),
	PART("pipes", 27, 1, 0, 2),
	BIT("sdvo-stall", 27, 1, 2),
	PART("hotplug-status", 27, 1, 3, 2),
	BIT("integrated-encoder", 27, 1, 5),
	HEX("dvo-wiring", 28, 1),
	HEX("dvo2-wiring", 29, 1, .until = 170),
	HEX("mipi-bridge", 29, 1, .since = 171, .means = m_bridge),
	HEX("extended-type", 30, 2),
	HEX("dvo-function", 32, 1),
	BIT("usb-c", 33, 1, 0, .since = 195),
	BIT("thunderbolt", 33, 1, 1, .since = 209),
	BIT("dedicated-external", 33, 1, 2, .since = 264),
	BIT("dynamic-port-over-tc", 33, 1, 3, .since = 264),
	PART("trace-length", 33, 1, 4, 4, .since = 209),
	HEX("dp-gpio-index", 34, 1, .since = 195),
	HEX("dp-gpio-pin", 35, 2, .since = 195),
	PART("dp-iboost-level", 37, 1, 0, 4, .since = 196),
	PART("hdmi-iboost-level", 37, 1, 4, 4, .since = 196),
	PART("dp-max-rate", 38, 1, 0, 3, .since = 216, .until = 229, .means = m_dp_rate_216),
	PART("dp-max-rate", 38, 1, 0, 3, .since = 230, .means = m_dp_rate_230),
	NUM("efp-index", 39, 1, .since = 256),
	{ "edp-rate-override", 40, 4, 0, 12, SHOW_HEX, .since = 263 },
};

const struct rows vbt_child_rows = TABLE(child);

static const struct row child_unused[] = {
	HEX("handle", 0, 2),
	HEX("device-type", 2, 2, .means = m_type),
};

const struct rows vbt_child_unused_rows = TABLE(child_unused);

/* --- block 9: panel self refresh ------------------------------------------------------- */

static const struct row psr[] = {
	BIT("full-link", 0, 1, 0, .stride = 6),
	BIT("aux-to-wake", 0, 1, 1, .stride = 6),
	PART("idle-frames", 1, 1, 0, 4, .stride = 6),
	PART("lines-to-wait", 1, 1, 4, 3, .stride = 6, .means = m_lines),
	NUM("tp1-wakeup-100us", 2, 2, .stride = 6),
	NUM("tp2-tp3-wakeup-100us", 4, 2, .stride = 6),
	MASKS("psr2-tp2-tp3-wakeup", 96, 4, 2, .since = 226, .means = m_psr2),
};

/* --- block 12: driver features ---------------------------------------------------------- */

static const struct row driver[] = {
	BIT("boot-device-algorithm", 0, 1, 0, .means = m_algorithm),
	BIT("switch-display-dvd", 0, 1, 1),
	BIT("switch-display-dos", 0, 1, 2),
	BIT("hotplug-dvo", 0, 1, 3),
	BIT("dual-view-zoom", 0, 1, 4),
	BIT("int15-hook", 0, 1, 5),
	BIT("sprite-in-clone", 0, 1, 6),
	BIT("primary-lfp-id", 0, 1, 7),
	NUM("boot-mode-x", 1, 2),
	NUM("boot-mode-y", 3, 2),
	NUM("boot-mode-bpp", 5, 1),
	NUM("boot-mode-refresh", 6, 1),
	BIT("lfp-primary", 7, 2, 0),
	BIT("mode-pruning", 7, 2, 1),
	BIT("dual-frequency", 7, 2, 2),
	BIT("render-clock", 7, 2, 3, .means = m_render_clock),
	BIT("nt-clone", 7, 2, 4),
	BIT("power-scheme-ui", 7, 2, 5, .means = m_scheme_ui),
	BIT("sprite-display", 7, 2, 6, .means = m_sprite),
	BIT("cui-aspect-scaling", 7, 2, 7),
	BIT("preserve-aspect-ratio", 7, 2, 8),
	BIT("sdvo-power-down", 7, 2, 9),
	BIT("crt-hotplug", 7, 2, 10),
	PART("lvds-config", 7, 2, 11, 2, .means = m_lvds_config),
	BIT("tv-hotplug", 7, 2, 13),
	PART("hdmi-config", 7, 2, 14, 2),
	BIT("static-display", 9, 1, 0),
	BIT("embedded-platform", 9, 1, 1),
	BIT("display-subsystem", 9, 1, 2),
	NUM("legacy-crt-max-x", 10, 2),
	NUM("legacy-crt-max-y", 12, 2),
	NUM("legacy-crt-max-refresh", 14, 1),
	BIT("hdmi-termination", 15, 1, 0),
	BIT("cea861d-hdmi", 15, 1, 1),
	BIT("self-refresh", 15, 1, 2),
	HEX("custom-version", 16, 1),
	BIT("rmpm", 17, 2, 0),
	BIT("s2ddt", 17, 2, 1),
	BIT("dpst", 17, 2, 2),
	BIT("backlight-control", 17, 2, 3),
	BIT("adb", 17, 2, 4),
	BIT("drrs", 17, 2, 5),
	BIT("render-standby", 17, 2, 6),
	BIT("gpmt", 17, 2, 7),
	BIT("turbo-boost", 17, 2, 8),
	BIT("psr", 17, 2, 9),
	BIT("ips", 17, 2, 10),
	BIT("dfps", 17, 2, 11),
	BIT("dmrrs", 17, 2, 12),
	BIT("adt", 17, 2, 13),
	BIT("hpd-wake", 17, 2, 14),
	BIT("feature-flags-valid", 17, 2, 15),
};

/* --- block 27: eDP ------------------------------------------------------------------------ */

static const struct row edp[] = {
	NUM("t1-t3-100us", 0, 2, .stride = 10),
	NUM("t8-100us", 2, 2, .stride = 10),
	NUM("t9-100us", 4, 2, .stride = 10),
	NUM("t10-100us", 6, 2, .stride = 10),
	NUM("t11-t12-100us", 8, 2, .stride = 10),
	MASKS("color-depth", 160, 4, 2, .means = m_bpp),
	PART("fast-link-rate", 164, 2, 0, 4, .stride = 2, .means = m_edp_rate),
	PART("fast-link-lanes", 164, 2, 4, 4, .stride = 2, .means = m_lanes),
	PART("fast-link-preemphasis", 164, 2, 8, 4, .stride = 2, .means = m_preemphasis),
	PART("fast-link-vswing", 164, 2, 12, 4, .stride = 2, .means = m_vswing),
	MASKS("sdrrs-msa-delay", 196, 4, 2, .means = m_lanes),
	MASK("stereo-3d", 200, .since = 162),
	MASK("t3-optimization", 202, .since = 165),
	MASKS("vswing-preemphasis-table", 204, 8, 4, .since = 173, .means = m_edp_vswing),
	MASK("fast-link-training", 212, .since = 182),
	MASK("dpcd-600h-write", 214, .since = 185),
	NUM("pwm-on-to-backlight-on", 216, 2, .stride = 4, .since = 186),
	NUM("backlight-off-to-pwm-off", 218, 2, .stride = 4, .since = 186),
	MASK("full-link-params-valid", 280, .since = 199),
	PART("full-link-preemphasis", 282, 1, 0, 4, .stride = 1, .since = 199,
	     .means = m_preemphasis),
	PART("full-link-vswing", 282, 1, 4, 4, .stride = 1, .since = 199, .means = m_vswing),
	MASK("apical", 298, .since = 203),
	HEX("apical-panel-oui", 300, 4, .stride = 28, .since = 203),
	HEX("apical-dpcd-base", 304, 4, .stride = 28, .since = 203),
	HEX("apical-iridix-control", 308, 4, .stride = 28, .since = 203),
	HEX("apical-dpcd-option", 312, 4, .stride = 28, .since = 203),
	HEX("apical-dpcd-backlight", 316, 4, .stride = 28, .since = 203),
	HEX("apical-ambient-light", 320, 4, .stride = 28, .since = 203),
	HEX("apical-backlight-scale", 324, 4, .stride = 28, .since = 203),
	NUM("fast-link-rate-200kbps", 748, 2, .stride = 2, .since = 224),
	NUM("max-link-rate-200kbps", 780, 2, .stride = 2, .since = 244),
	MASK("no-dsc", 812, .since = 251),
	MASK("t6-delay", 814, .since = 260),
	NUM("link-idle-time", 816, 2, .stride = 2, .since = 260),
	MASK("pipe-joiner", 848, .since = 261),
};

/* --- block 40: panel options ---------------------------------------------------------------- */

static const struct row lfp_options[] = {
	NUM("panel-type", 0, 1, .means = m_panel_type),
	NUM("panel-type2", 1, 1, .since = 212, .means = m_panel_type),
	PART("pfit-mode", 2, 1, 0, 2),
	BIT("pfit-text-enhanced", 2, 1, 2),
	BIT("pfit-graphics-enhanced", 2, 1, 3),
	BIT("pfit-ratio-auto", 2, 1, 4),
	BIT("pixel-dither", 2, 1, 5),
	BIT("lvds-edid", 2, 1, 6),
	HEX("reserved", 3, 1),
};

static const struct row lfp_options_panel[] = {
	MASKS("channel", 4, 4, 2, .means = m_channel),
	MASK("ssc", 8),
	MASK("ssc-frequency", 10),
	MASK("no-ssc-on-twin", 12),
	MASKS("color-depth", 14, 2, 1, .means = m_depth),
	MASKS("dps", 16, 4, 2, .means = m_dps),
	MASKS("backlight", 20, 4, 2, .means = m_light),
	MASK("lcdvcc-on-in-s0", 24, .since = 200),
	MASKS("rotation", 26, 4, 2, .since = 228, .means = m_rotation),
	MASKS("position", 30, 4, 2, .since = 240, .means = m_position),
};

/* --- blocks 41 and 42: panel data and where it is --------------------------------------------- */

static const struct row pointers[] = {
	NUM("tables", 0, 1),
	HEX("name-offset", 145, 2),
	NUM("name-size", 147, 1),
};

static const struct row pointer[] = {
	HEX("fp-timing-offset", 1, 2, .stride = 9),
	NUM("fp-timing-size", 3, 1, .stride = 9),
	HEX("dtd-offset", 4, 2, .stride = 9),
	NUM("dtd-size", 6, 1, .stride = 9),
	HEX("pnp-id-offset", 7, 2, .stride = 9),
	NUM("pnp-id-size", 9, 1, .stride = 9),
};

static const struct row fp[] = {
	NUM("x-res", 0, 2),
	NUM("y-res", 2, 2),
	HEX("lvds-register", 4, 4),
	HEX("lvds-value", 8, 4),
	HEX("pp-on-register", 12, 4),
	HEX("pp-on-value", 16, 4),
	HEX("pp-off-register", 20, 4),
	HEX("pp-off-value", 24, 4),
	HEX("pp-cycle-register", 28, 4),
	HEX("pp-cycle-value", 32, 4),
};

const struct rows vbt_fp_rows = TABLE(fp);

/* fp_timing of tables before BDB 155 goes on; later ones end in its first words. */
static const struct row pfit[] = {
	HEX("pfit-register", 36, 4),
	HEX("pfit-value", 40, 4),
};

const struct rows vbt_pfit_rows = TABLE(pfit);

/*
 * As EDID has it, but for the flags: Linux reads polarity at bits 5 and 6.
 * The numbers that lie in two places are in vbt_dtd_split.
 */
static const struct row dtd[] = {
	NUM("clock-10khz", 0, 2),
	NUM("h-border", 15, 1),
	NUM("v-border", 16, 1),
	HEX("flags", 17, 1),
	PART("digital", 17, 1, 3, 2),
	BIT("v-sync-positive", 17, 1, 5),
	BIT("h-sync-positive", 17, 1, 6),
	BIT("non-interlaced", 17, 1, 7),
};

const struct rows vbt_dtd_rows = TABLE(dtd);

const struct vbt_split vbt_dtd_split[VBT_DTD_SPLITS] = {
	[VBT_DTD_H_ACTIVE] = { "h-active", 2, 0, 8, 4, 4, 4 },
	[VBT_DTD_H_BLANK] = { "h-blank", 3, 0, 8, 4, 0, 4 },
	[VBT_DTD_H_SYNC_OFFSET] = { "h-sync-offset", 8, 0, 8, 11, 6, 2 },
	[VBT_DTD_H_SYNC_WIDTH] = { "h-sync-width", 9, 0, 8, 11, 4, 2 },
	[VBT_DTD_V_ACTIVE] = { "v-active", 5, 0, 8, 7, 4, 4 },
	[VBT_DTD_V_BLANK] = { "v-blank", 6, 0, 8, 7, 0, 4 },
	[VBT_DTD_V_SYNC_OFFSET] = { "v-sync-offset", 10, 4, 4, 11, 2, 2 },
	[VBT_DTD_V_SYNC_WIDTH] = { "v-sync-width", 10, 0, 4, 11, 0, 2 },
	[VBT_DTD_WIDTH_MM] = { "width-mm", 12, 0, 8, 14, 4, 4 },
	[VBT_DTD_HEIGHT_MM] = { "height-mm", 13, 0, 8, 14, 0, 4 },
};

static const struct row pnp[] = {
	HEX("manufacturer", 0, 2),
	NUM("product", 2, 2),
	NUM("serial", 4, 4),
	NUM("week", 8, 1),
	NUM("year-since-1990", 9, 1),
};

const struct rows vbt_pnp_rows = TABLE(pnp);

static const struct row tail[] = {
	STR("name", 0, 13, .stride = 13),
	MASK("scaling", 208, .since = 187),
	NUM("drrs-min-refresh", 210, 1, .stride = 1, .since = 188),
	NUM("pixel-overlap", 226, 1, .stride = 1, .since = 208),
	NUM("black-border-top", 242, 1, .stride = 4, .since = 227),
	NUM("black-border-bottom", 243, 1, .stride = 4, .since = 227),
	NUM("black-border-left", 244, 1, .stride = 4, .since = 227),
	NUM("black-border-right", 245, 1, .stride = 4, .since = 227),
	MASK("dual-port-sync", 306, .since = 231),
	MASK("gpu-dithering", 308, .since = 245),
};

const struct rows vbt_tail_rows = TABLE(tail);

/* --- block 43: backlight ------------------------------------------------------------------------- */

static const struct row backlight[] = { NUM("entry-size", 0, 1) };

static const struct row backlight_panel[] = {
	PART("type", 1, 1, 0, 2, .stride = 6, .means = m_inverter),
	BIT("active-low", 1, 1, 2, .stride = 6),
	PART("i2c-pin", 1, 1, 3, 3, .stride = 6),
	PART("i2c-speed", 1, 1, 6, 2, .stride = 6, .means = m_i2c_speed),
	NUM("pwm-hz", 2, 2, .stride = 6),
	NUM("min-brightness", 4, 1, .stride = 6),
	HEX("i2c-address", 5, 1, .stride = 6),
	HEX("i2c-command", 6, 1, .stride = 6),
	NUM("level", 97, 1, .stride = 1, .since = 162),
	PART("control-type", 113, 1, 0, 4, .stride = 1, .since = 191, .means = m_inverter),
	PART("controller", 113, 1, 4, 4, .stride = 1, .since = 191),
	NUM("brightness-level", 129, 2, .stride = 4, .since = 234),
	NUM("brightness-min-level", 193, 2, .stride = 4, .since = 234),
	NUM("precision-bits", 257, 1, .stride = 1, .since = 236),
	NUM("hdr-dpcd-refresh-10us", 273, 2, .stride = 2, .since = 239),
};

/* --- block 44: panel power -------------------------------------------------------------------------- */

static const struct row power[] = {
	BIT("dpst-support", 0, 1, 0),
	PART("power-conservation", 0, 1, 1, 3),
	BIT("lace-enabled", 0, 1, 5),
	BIT("lace", 0, 1, 6),
	BIT("als", 0, 1, 7),
	PART("lace-profile", 21, 1, 0, 3, .since = 210),
};

static const struct row als[] = {
	NUM("backlight-adjust", 1, 2, .stride = 4),
	NUM("lux", 3, 2, .stride = 4),
};

static const struct row power_panel[] = {
	MASK("dpst", 22, .since = 228),
	MASK("psr", 24, .since = 228),
	MASK("drrs", 26, .since = 228),
	MASK("lace", 28, .since = 228),
	MASK("adt", 30, .since = 228),
	MASK("dmrrs", 32, .since = 228),
	MASK("adb", 34, .since = 228),
	MASK("lace-enabled", 36, .since = 228),
	PART("dpst-aggressiveness", 38, 1, 0, 4, .stride = 1, .since = 228),
	PART("lace-aggressiveness", 38, 1, 4, 4, .stride = 1, .since = 228),
	MASK("hobl", 54, .since = 232),
	MASK("vrr", 56, .since = 233),
	MASK("elp", 58, .since = 247),
	MASK("opst", 60, .since = 247),
	PART("opst-aggressiveness", 62, 1, 0, 4, .stride = 1, .since = 247),
	PART("elp-aggressiveness", 62, 1, 4, 4, .stride = 1, .since = 247),
	MASK("apd", 78, .since = 253),
	MASK("pixoptix", 80, .since = 253),
	PART("apd-aggressiveness", 82, 1, 0, 4, .stride = 1, .since = 253),
	PART("pixoptix-aggressiveness", 82, 1, 4, 4, .stride = 1, .since = 253),
	PART("technology", 98, 1, 0, 4, .stride = 1, .since = 257),
	MASK("xpst", 114, .since = 257),
	MASK("tcon-backlight", 116, .since = 257),
	PART("xpst-aggressiveness", 118, 1, 0, 4, .stride = 1, .since = 257),
	PART("tcon-aggressiveness", 118, 1, 4, 4, .stride = 1, .since = 257),
	MASK("tcon-xpst-coexistence", 134, .since = 257),
};

/* --- blocks 51, 53, 58 ------------------------------------------------------------------------------- */

static const struct row fixed_mode[] = {
	HEX("enable", 0, 1),
	NUM("x-res", 1, 4),
	NUM("y-res", 5, 4),
};

static const struct row sequence[] = { NUM("version", 0, 1) };

static const struct row generic[] = { NUM("entry-size", 0, 2) };

static const struct row generic_dtd[] = {
	NUM("clock-10khz", 0, 4),
	NUM("h-active", 4, 2),
	NUM("h-blank", 6, 2),
	NUM("h-front-porch", 8, 2),
	NUM("h-sync", 10, 2),
	NUM("v-active", 12, 2),
	NUM("v-blank", 14, 2),
	NUM("v-front-porch", 16, 2),
	NUM("v-sync", 18, 2),
	NUM("width-mm", 20, 2),
	NUM("height-mm", 22, 2),
	BIT("v-sync-positive", 24, 1, 6),
	BIT("h-sync-positive", 24, 1, 7),
	RAW("reserved", 25, 3),
};

const struct rows vbt_generic_dtd_rows = TABLE(generic_dtd);

/* --- which block has which rows ---------------------------------------------------------------------- */

static const struct vbt_block_rows blocks[] = {
	{ 1, 0, TABLE(features), { { 0 } } },
	{ 2, 0, TABLE(definitions), { { 0 } } },
	{ 9, 165, { 0 }, { { "panels", VBT_PANELS, TABLE(psr) } } },
	{ 12, 0, TABLE(driver), { { 0 } } },
	{ 27, 0, { 0 }, { { "panels", VBT_PANELS, TABLE(edp) } } },
	{ 40, 0, TABLE(lfp_options), { { "panels", VBT_PANELS, TABLE(lfp_options_panel) } } },
	{ 41, 0, TABLE(pointers), { { "panels", VBT_PANELS, TABLE(pointer) } } },
	{ 43, 0, TABLE(backlight), { { "panels", VBT_PANELS, TABLE(backlight_panel) } } },
	{ 44, 0, TABLE(power), { { "ambient-light", 5, TABLE(als) },
				 { "panels", VBT_PANELS, TABLE(power_panel) } } },
	{ 51, 0, TABLE(fixed_mode), { { 0 } } },
	{ 53, 0, TABLE(sequence), { { 0 } } },
	{ 58, 0, TABLE(generic), { { 0 } } },
};

const struct vbt_block_rows *vbt_block_rows_of(uint8_t id, unsigned int version)
{
	for (size_t i = 0; i < LEN(blocks); i++)
		if (blocks[i].id == id)
			return version >= blocks[i].since ? &blocks[i] : NULL;
	return NULL;
}

const char *vbt_block_name(uint8_t id, unsigned int version)
{
	static const char *const names[256] = {
		[1] = "general features", [2] = "general definitions", [3] = "display toggle",
		[4] = "mode support list", [5] = "generic mode table",
		[6] = "extended MMIO registers", [7] = "IO software flags",
		[8] = "MMIO software flags", [9] = "panel self refresh", [10] = "mode removal",
		[11] = "child device table", [12] = "driver features",
		[13] = "driver persistence", [14] = "extension table pointers",
		[15] = "dot clock override", [16] = "display select", [17] = "test functions",
		[18] = "driver rotation", [19] = "display removal", [20] = "OEM modes",
		[21] = "EFP list", [22] = "SDVO LVDS options", [23] = "SDVO LVDS timings",
		[24] = "SDVO LVDS PnP ids", [25] = "SDVO LVDS power sequence",
		[26] = "TV options", [27] = "eDP", [28] = "EFP timings",
		[29] = "display select (Ivy Bridge)", [30] = "display removal (Ivy Bridge)",
		[31] = "display select (Haswell)", [32] = "display removal (Haswell)",
		[40] = "panel options", [41] = "panel data pointers", [42] = "panel data",
		[43] = "panel backlight", [44] = "panel power", [45] = "eDP black frames",
		[46] = "chromaticity", [50] = "MIPI", [51] = "fixed mode",
		[52] = "MIPI configuration", [53] = "MIPI sequence", [54] = "RGB palette",
		[55] = "compression parameters (old)", [56] = "compression parameters",
		[57] = "voltage swing and pre-emphasis", [58] = "generic timings",
		[252] = "INT 15h hook", [253] = "PRD table", [254] = "VBIOS private",
	};

	return id == 9 && version < 165 ? "dot clock override (old)" : names[id];
}
