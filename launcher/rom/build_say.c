/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/build_say.h"

#include <string.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "romfiles/gop_version.h"
#include "romfiles/igd.h"
#include "romfiles/pe.h"
#include "romfiles/sha256.h"

/* --- what was built -------------------------------------------------------------------------- */

enum warning { WARN_MACHINE, WARN_SERVICE, WARN_IDS, WARN_VERSION, WARN_UNNAMED, WARN_N };

static const struct {
	const char *id, *text;
} warnings[WARN_N] = {
	[WARN_MACHINE] = { "build.machine", N_("is not for X64, and OVMF does not start it") },
	[WARN_SERVICE] = { "build.subsystem",
			   N_("is no boot service driver, and stays in memory behind the boot") },
	[WARN_IDS] = { "build.gop-ids", N_("names other iGPUs, and not this one") },
	[WARN_VERSION] = { "build.gop-version",
			   N_("is of a version that is not known to drive this iGPU") },
	[WARN_UNNAMED] = { "build.gop-name", N_("does not call itself Intel's GOP driver") },
};

/* The platform of the first id that is an iGPU's; NULL: none is. */
static const struct igd_platform *platform(const struct build *b)
{
	const struct igd_platform *pf = NULL;

	for (size_t i = 0; !pf && b->vendor == IGD_VENDOR_INTEL && i < b->n_ids; i++)
		pf = igd_find(b->ids[i]);
	return pf;
}

static bool applies(const struct build *b, size_t i, json_t *driver, enum warning w)
{
	const char *version = json_string_value(json_object_get(driver, "version"));
	bool gop = json_is_true(json_object_get(driver, "gop"));
	bool ids = json_integer_value(json_object_get(driver, "ids")) > 0;
	const struct igd_platform *pf = platform(b);

	switch (w) {
	case WARN_MACHINE:
		return json_integer_value(json_object_get(driver, "machine")) != PE_MACHINE_X64;
	case WARN_SERVICE:
		return !json_is_true(json_object_get(driver, "boot-service"));
	case WARN_IDS:
		return gop && pf && ids && !json_is_true(json_object_get(driver, "knows"));
	/* The ids in a driver say more than its version, where they were found. */
	case WARN_VERSION:
		return gop && pf && !ids && !gop_version_fits(version ? version : "", pf);
	case WARN_UNNAMED:
		return b->driver[i].take_gop && !gop;
	default:
		return false;
	}
}

static json_t *warnings_json(const struct build *b, json_t *drivers)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < b->n; i++)
		for (enum warning w = 0; w < WARN_N; w++)
			if (applies(b, i, json_array_get(drivers, i), w))
				json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "id", warnings[w].id,
								      "file", b->driver[i].path, "text",
								      warnings[w].text));
	return list;
}

static void show_warnings(const struct build *b, json_t *drivers)
{
	const struct igd_platform *pf = platform(b);

	for (size_t i = 0; i < b->n; i++)
		for (enum warning w = 0; w < WARN_N; w++) {
			const char *version =
				json_string_value(json_object_get(json_array_get(drivers, i), "version"));

			if (!applies(b, i, json_array_get(drivers, i), w))
				continue;
			printf("warn  %s: %s %s\n", warnings[w].id, b->driver[i].path, _(warnings[w].text));
			if (w == WARN_VERSION)
				printf(_("      it is %s; known for %s: %s\n"),
				       version && *version ? version : _("unknown"), pf->name,
				       *pf->gop ? pf->gop : _("none"));
		}
}

static const char *machine_text(json_t *driver)
{
	json_int_t machine = json_integer_value(json_object_get(driver, "machine"));
	const char *text = machine >= 0 && machine <= UINT16_MAX ? pe_machine_text((uint16_t)machine) : NULL;

	return text ? text : "?";
}

void build_show(const struct build *b, const char *out, json_t *drivers, size_t size)
{
	printf(_("%s: %zu bytes, for %04x:%04x"), out, size, b->vendor, b->ids[0]);
	if (b->n_ids > 1)
		printf(ngettext(" and %zu more id", " and %zu more ids", b->n_ids - 1), b->n_ids - 1);
	putchar('\n');
	for (size_t i = 0; i < b->n; i++)
		printf("  %s  %s\n", machine_text(json_array_get(drivers, i)), b->driver[i].path);
	show_warnings(b, drivers);
}

static json_t *drivers_json(const struct build *b, json_t *drivers)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < b->n; i++) {
		json_t *d = json_array_get(drivers, i);
		const char *version = json_string_value(json_object_get(d, "version"));

		json_array_append_new(list, json_pack("{s:s, s:s, s:b, s:b, s:s}", "file",
						      b->driver[i].path, "machine", machine_text(d),
						      "boot-service", json_is_true(json_object_get(d, "boot-service")),
						      "gop", json_is_true(json_object_get(d, "gop")),
						      "version", version ? version : ""));
	}
	return list;
}

int build_show_json(const struct build *b, const char *out, json_t *drivers, struct span rom)
{
	_json_ json_t *answer = NULL, *ids = json_array();
	uint8_t sum[SHA256_BYTES];
	char hex[SHA256_HEX], id[8];

	sha256_sum(rom.p, rom.n, sum);
	sha256_hex(sum, hex);
	for (size_t i = 0; i < b->n_ids; i++) {
		snprintf(id, sizeof(id), "%04x", b->ids[i]);
		json_array_append_new(ids, json_string(id));
	}
	snprintf(id, sizeof(id), "%04x", b->vendor);
	answer = json_pack("{s:i, s:s, s:s, s:I, s:s, s:s, s:O, s:o, s:o}", "version", 1, "kind",
			   "rom-build", "written", out, "size", (json_int_t)rom.n, "sha256", hex,
			   "vendor", id, "devices", ids, "drivers", drivers_json(b, drivers), "warnings",
			   warnings_json(b, drivers));
	if (!answer || json_dumpf(answer, stdout, JSON_INDENT(2)))
		return EXIT_FAILED;
	putchar('\n');
	return EXIT_OK;
}

/* --- refused ----------------------------------------------------------------------------------- */

static void list_candidates(json_t *list)
{
	json_t *c;
	size_t i;

	json_array_foreach(list, i, c) {
		const char *version = json_string_value(json_object_get(c, "version"));

		say(_("  image %lld at %#llx: %s, %lld bytes, version %s"),
		    (long long)json_integer_value(json_object_get(c, "image")),
		    (long long)json_integer_value(json_object_get(c, "at")), machine_text(c),
		    (long long)json_integer_value(json_object_get(c, "size")),
		    version && *version && strspn(version, "0123456789.") == strlen(version) ? version
											    : _("unknown"));
	}
}

void build_say_refused(const struct build *b, json_t *json)
{
	json_int_t i = json_integer_value(json_object_get(json, "driver"));
	const char *path = b->driver[i >= 0 && (size_t)i < b->n ? i : 0].path;

	switch (json_integer_value(json_object_get(json, "result"))) {
	case BUILD_NO_DRIVER:
		say(_("%s: not a UEFI driver in PE format"), path);
		break;
	case BUILD_TOO_LARGE:
		say(_("%s: with it the ROM is larger than 16 MiB"), path);
		break;
	case BUILD_NO_GOP:
		say(_("%s: no image of it is a driver that could be the GOP driver"), path);
		break;
	case BUILD_COMPRESSED:
		say(_("%s: its drivers are compressed; take the GOP driver from the firmware image instead"),
		    path);
		break;
	case BUILD_MANY_GOPS:
		say(_("%s: several images could be the GOP driver; --image N says which"), path);
		list_candidates(json_object_get(json, "candidates"));
		break;
	default:
		say(_("%s: image %u is no driver that can be taken"), path, b->image);
		break;
	}
}
