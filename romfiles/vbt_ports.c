/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Which port and which GMBUS pin a number in the table means. Source: Linux
 * 6.12, i915/display/intel_bios.c, dvo_port_to_port() and map_ddc_pin().
 */
#include <string.h>

#include "romfiles/vbt_view.h"

#define LEN(a) (sizeof(a) / sizeof((a)[0]))
#define PORTS 9 /* A to I */
#define PINS 16

struct engine {
	const char *port[PORTS];
	bool direct;          /* the pin value is the GMBUS pin */
	uint8_t gmbus[PINS];  /* by pin value */
};

#define LETTERS { "A", "B", "C", "D", "E", "F", "G", "H", "I" }

static const struct engine engines[VBT_ENGINE_N] = {
	[VBT_ENGINE_DIRECT] = { LETTERS, true, { 0 } },
	[VBT_ENGINE_CNP] = { LETTERS, false, { 0, 1, 2, 4, 3 } },
	[VBT_ENGINE_ICP] = { LETTERS, false, { 0, 1, 2, 3, 9, 10, 11, 12, 13, 14 } },
	[VBT_ENGINE_RKL] = { { "A", "B", "TC1", "TC2" }, false, { 0, 1, 2, 9, 10 } },
	[VBT_ENGINE_ADLS] = { { "A", "TC1", "TC2", "TC3", "TC4" }, false,
			      { 0, 1, 9, 10, 11, 12 } },
	[VBT_ENGINE_XELPD] = { { "A", "B", "C", "D", "E", "TC1", "TC2", "TC3", "TC4" }, false,
			       { 0, 1, 2, 9, 10, 11, 12 } },
};

const char *vbt_port_name(enum vbt_engine engine, char letter)
{
	const char *name = NULL;

	if (letter >= 'A' && letter < 'A' + PORTS)
		name = engines[engine].port[letter - 'A'];
	return name ? name : "";
}

uint8_t vbt_gmbus_pin(enum vbt_engine engine, uint8_t pin)
{
	if (engines[engine].direct)
		return pin;
	return pin < PINS ? engines[engine].gmbus[pin] : 0;
}

enum vbt_engine vbt_engine_of(const char *platform)
{
	static const struct {
		const char *key;
		enum vbt_engine engine;
	} t[] = {
		{ "SNB", VBT_ENGINE_DIRECT },   { "IVB", VBT_ENGINE_DIRECT },
		{ "HSW", VBT_ENGINE_DIRECT },   { "VLV", VBT_ENGINE_DIRECT },
		{ "BDW", VBT_ENGINE_DIRECT },   { "CHV", VBT_ENGINE_DIRECT },
		{ "SKL", VBT_ENGINE_DIRECT },   { "BXT", VBT_ENGINE_DIRECT },
		{ "GLK", VBT_ENGINE_DIRECT },   { "KBL", VBT_ENGINE_DIRECT },
		{ "AML", VBT_ENGINE_DIRECT },   { "CFL", VBT_ENGINE_CNP },
		{ "WHL", VBT_ENGINE_CNP },      { "CML", VBT_ENGINE_CNP },
		{ "CNL", VBT_ENGINE_CNP },      { "ICL", VBT_ENGINE_ICP },
		{ "EHL", VBT_ENGINE_ICP },      { "JSL", VBT_ENGINE_ICP },
		{ "TGL", VBT_ENGINE_ICP },      { "RKL", VBT_ENGINE_RKL },
		{ "ADL-S", VBT_ENGINE_ADLS },   { "RPL-S", VBT_ENGINE_ADLS },
		{ "ADL-P", VBT_ENGINE_XELPD },  { "ADL-N", VBT_ENGINE_XELPD },
		{ "RPL-U", VBT_ENGINE_XELPD },  { "RPL-P", VBT_ENGINE_XELPD },
		{ "MTL", VBT_ENGINE_XELPD },    { "ARL-H", VBT_ENGINE_XELPD },
		{ "ARL-U", VBT_ENGINE_XELPD },  { "ARL-S", VBT_ENGINE_XELPD },
		{ "LNL", VBT_ENGINE_XELPD },    { "PTL", VBT_ENGINE_XELPD },
		{ "WCL", VBT_ENGINE_XELPD },    { "NVL-S", VBT_ENGINE_XELPD },
		{ "NVL-P", VBT_ENGINE_XELPD },
	};

	for (size_t i = 0; platform && i < LEN(t); i++)
		if (!strcmp(t[i].key, platform))
			return t[i].engine;
	return VBT_ENGINE_UNKNOWN;
}

enum vbt_engine vbt_engine_guess(const struct vbt *v)
{
	/* The first row that the chip name begins with and that is not newer. */
	static const struct {
		const char *chip;
		uint16_t since;
		enum vbt_engine engine;
	} t[] = {
		{ "ALDERLAKE-S", 0, VBT_ENGINE_ADLS },  { "RAPTORLAKE-S", 0, VBT_ENGINE_ADLS },
		{ "ALDERLAKE", 0, VBT_ENGINE_XELPD },   { "RAPTORLAKE", 0, VBT_ENGINE_XELPD },
		{ "ROCKETLAKE", 0, VBT_ENGINE_RKL },    { "TIGERLAKE", 0, VBT_ENGINE_ICP },
		{ "ICELAKE", 0, VBT_ENGINE_ICP },       { "JASPERLAKE", 0, VBT_ENGINE_ICP },
		{ "ELKHARTLAKE", 0, VBT_ENGINE_ICP },   { "METEORLAKE", 0, VBT_ENGINE_XELPD },
		{ "ARROWLAKE", 0, VBT_ENGINE_XELPD },   { "LUNARLAKE", 0, VBT_ENGINE_XELPD },
		{ "PANTHERLAKE", 0, VBT_ENGINE_XELPD }, { "CANONLAKE", 0, VBT_ENGINE_CNP },
		{ "CANNONLAKE", 0, VBT_ENGINE_CNP },    { "COFFEELAKE", 0, VBT_ENGINE_CNP },
		{ "COMETLAKE", 0, VBT_ENGINE_CNP },
		/* Coffee and Comet Lake call themselves SKYLAKE too, in later tables. */
		{ "SKYLAKE", 211, VBT_ENGINE_CNP },
		{ "SKYLAKE", 0, VBT_ENGINE_DIRECT },    { "", 251, VBT_ENGINE_XELPD },
		{ "", 0, VBT_ENGINE_DIRECT },
	};
	size_t i = 0;

	while (v->bdb_version < t[i].since || strncmp(v->chip, t[i].chip, strlen(t[i].chip)))
		i++;
	return t[i].engine;
}
