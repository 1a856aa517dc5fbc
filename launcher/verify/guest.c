/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the guest's bytes to struct seen_guest. jansson refuses what nests deeper than 2048; memory
 * is bounded by the size. Every text is cut and made printable on its way in.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/cleanup.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/verify/seen.h"

#define ANSWER_MAX	(256u << 10)

static void text(const json_t *o, const char *key, char *buf, size_t size)
{
	const char *s = json_string_value(json_object_get(o, key));

	str_fit(buf, size, s ? s : "");
	str_sanitize(buf);
}

#define TEXT(o, key, to)	text(o, key, to, sizeof(to))

static enum tri tri(const json_t *v)
{
	return json_is_true(v) ? TRI_YES : json_is_false(v) ? TRI_NO : TRI_UNKNOWN;
}

static unsigned int number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	json_int_t n = json_integer_value(v);

	return json_is_integer(v) && n > 0 && n < 1000000 ? (unsigned int)n : 0;
}

static uint16_t hex16(const char *digits, size_t n)
{
	char buf[8] = "";
	uint64_t v;

	if (n >= sizeof(buf))
		return 0;
	memcpy(buf, digits, n);
	return str_u64(buf, 16, 0xffff, &v) ? (uint16_t)v : 0;
}

static bool in_array(const json_t *list, const char *prefix)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);

		if (s && str_starts(s, prefix))
			return true;
	}
	return false;
}

/* --- Windows ------------------------------------------------------------------------------ */

/* "PCI\VEN_8086&DEV_4692&SUBSYS_..." */
static void take_pnp_id(const char *id, struct seen_display *d)
{
	const char *vendor = strstr(id, "VEN_"), *device = strstr(id, "DEV_");

	d->vendor = vendor ? hex16(vendor + 4, strspn(vendor + 4, "0123456789abcdefABCDEF")) : 0;
	d->device = device ? hex16(device + 4, strspn(device + 4, "0123456789abcdefABCDEF")) : 0;
}

/*
 * LocationInformation is "@System32\drivers\pci.sys,#65536;PCI bus %1, device %2, function %3;(0,2,0)":
 * the text before the brackets is translated, the numbers are not.
 */
static void take_location(const char *location, struct seen_display *d)
{
	const char *at = strrchr(location, '(');
	int n = 0;

	d->bus = d->slot = d->function = -1;
	if (!at || sscanf(at, "(%3d,%3d,%3d)%n", &d->bus, &d->slot, &d->function, &n) != 3 || !n)
		d->bus = d->slot = d->function = -1;
}

static void take_windows_display(const json_t *o, struct seen_display *d)
{
	const json_t *problem = json_object_get(o, "problem");
	json_int_t code = json_integer_value(problem);
	char buf[256];

	TEXT(o, "id", buf);
	take_pnp_id(buf, d);
	TEXT(o, "location", buf);
	take_location(buf, d);
	TEXT(o, "service", d->driver);
	TEXT(o, "date", d->date);
	TEXT(o, "provider", d->provider);
	TEXT(o, "inf", d->inf);
	d->problem = json_is_integer(problem) && code >= 0 && code < 1000 ? (int)code : -1;
	d->runtime = json_is_true(json_object_get(o, "runtime"));
}

/* Which monitors hang on the iGPU: the parent of a monitor is its adapter. */
static void take_monitors(const json_t *root, struct seen_guest *g)
{
	const struct seen_display *d = seen_igpu(g);
	const json_t *list = json_object_get(root, "monitors"), *o;
	size_t i;

	g->outputs_read = json_is_array(list) && !in_array(json_object_get(root, "errors"), "monitors:") &&
			  !in_array(json_object_get(root, "errors"), "parent:");
	json_array_foreach(list, i, o) {
		struct seen_output *out = &g->output[g->n_output];
		struct seen_display on = { 0 };
		char adapter[256];

		TEXT(o, "adapter", adapter);
		take_pnp_id(adapter, &on);
		if (!d || g->n_output == SEEN_OUTPUTS_MAX || on.vendor != d->vendor ||
		    on.device != d->device)
			continue;
		TEXT(o, "name", out->name);
		out->connected = tri(json_object_get(o, "active"));
		g->n_output++;
	}
}

/* The modes are a text of their own, from a process of whoever is at the console. */
static void take_modes(const json_t *root, struct seen_guest *g)
{
	const char *inner = json_string_value(json_object_get(root, "modes"));
	_json_ json_t *list = inner ? json_loads(inner, JSON_REJECT_DUPLICATES, NULL) : NULL;
	const json_t *o;
	size_t i, n = 0;

	json_array_foreach(list, i, o) {
		char adapter[256];
		struct seen_display on = { 0 };

		TEXT(o, "adapter", adapter);
		take_pnp_id(adapter, &on);
		if (on.vendor != 0x8086 || n == g->n_output)
			continue;
		g->output[n].width = number(o, "width");
		g->output[n].height = number(o, "height");
		g->output[n++].hz = number(o, "hz");
	}
}

static void take_hyperv(const json_t *root, struct seen_guest *g)
{
	const json_t *list = json_object_get(root, "hyperv"), *v;
	size_t i;

	if (!json_is_array(list) || in_array(json_object_get(root, "errors"), "hyperv:"))
		return;
	g->hyperv = TRI_NO;
	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);
		size_t n = strlen(g->hyperv_by);

		if (!s || !*s)
			continue;
		g->hyperv = TRI_YES;
		if (n + 3 < sizeof(g->hyperv_by))
			snprintf(g->hyperv_by + n, sizeof(g->hyperv_by) - n, "%s%.32s", n ? ", " : "", s);
	}
	str_sanitize(g->hyperv_by);
}

/* Intel's media transforms, or the place of its runtime, which the dispatcher of oneVPL looks for. */
static void take_windows_media(const json_t *root, struct seen_guest *g)
{
	const struct seen_display *d = seen_igpu(g);
	const json_t *list = json_object_get(root, "transforms"), *v;
	size_t i;

	if (json_is_array(list) && !in_array(json_object_get(root, "errors"), "transforms:"))
		g->media = TRI_NO;
	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);

		if (!s || !strstr(s, "Intel"))
			continue;
		g->media = TRI_YES;
		str_fit(g->media_by, sizeof(g->media_by), s);
		str_sanitize(g->media_by);
		return;
	}
	if (d && d->runtime) {
		g->media = TRI_YES;
		strcpy(g->media_by, "oneVPL");
	}
}

static void take_windows(const json_t *root, struct seen_guest *g)
{
	const json_t *vbs = json_object_get(root, "vbs");

	/* Win32_DeviceGuard.VirtualizationBasedSecurityStatus: 2 is running. */
	if (json_is_integer(vbs))
		g->vbs = json_integer_value(vbs) == 2 ? TRI_YES : TRI_NO;
	g->hypervisor = tri(json_object_get(root, "hypervisor"));
	g->console = tri(json_object_get(root, "console"));
	g->remote = tri(json_object_get(root, "remote"));
	take_hyperv(root, g);
	take_monitors(root, g);
	take_modes(root, g);
	take_windows_media(root, g);
}

/* --- Linux ---------------------------------------------------------------------------------- */

static uint16_t sysfs_hex(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	const char *digits = s ? str_starts(s, "0x") : NULL;

	return digits ? hex16(digits, strlen(digits)) : 0;
}

static void take_linux_display(const json_t *o, struct seen_display *d)
{
	const json_t *vbt = json_object_get(o, "vbt");
	struct bdf bdf;
	char address[32];

	TEXT(o, "address", address);
	d->bus = d->slot = d->function = -1;
	if (bdf_parse(address, &bdf) && !bdf.domain) {
		d->bus = bdf.bus;
		d->slot = bdf.dev;
		d->function = bdf.fn;
	}
	d->vendor = sysfs_hex(o, "vendor");
	d->device = sysfs_hex(o, "device");
	d->problem = -1;
	TEXT(o, "driver", d->driver);
	d->card = in_array(json_object_get(o, "nodes"), "card");
	d->render = in_array(json_object_get(o, "nodes"), "renderD");
	d->engine = in_array(json_object_get(o, "engines"), "vcs");
	d->vbt_size = number(vbt, "size");
	TEXT(vbt, "sha256", d->vbt_sha256);
}

static void take_connectors(const json_t *display, struct seen_guest *g)
{
	const json_t *list = json_object_get(display, "connectors"), *o;
	size_t i;

	g->outputs_read = json_is_array(list);
	json_array_foreach(list, i, o) {
		struct seen_output *out = &g->output[g->n_output];
		char word[24];

		if (g->n_output == SEEN_OUTPUTS_MAX)
			return;
		TEXT(o, "name", out->name);
		TEXT(o, "status", word);
		out->connected = !strcmp(word, "connected") ? TRI_YES :
				 !strcmp(word, "disconnected") ? TRI_NO : TRI_UNKNOWN;
		TEXT(o, "mode", word);
		if (sscanf(word, "%5ux%5u", &out->width, &out->height) != 2)
			out->width = out->height = 0;
		out->edid = number(o, "edid");
		/* No connector of a screen: it writes into memory. */
		if (!str_starts(out->name, "Writeback"))
			g->n_output++;
	}
}

static void take_lines(const json_t *list, char to[][256], size_t max, size_t *n)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);

		if (!s || *n == max)
			continue;
		str_fit(to[*n], 256, s);
		str_sanitize(to[(*n)++]);
	}
}

/* A profile that can encode; else what the kernel shows of the engine that would do it. */
static void take_linux_media(const json_t *root, struct seen_guest *g)
{
	const struct seen_display *d = seen_igpu(g);
	const json_t *list = json_object_get(root, "profiles"), *encode = json_object_get(root, "encode"), *v;
	size_t i;

	if (json_is_array(list) || (d && *d->driver))
		g->media = d && d->engine ? TRI_YES : TRI_NO;
	if (g->media == TRI_YES)
		strcpy(g->media_by, "vcs");
	if (json_is_array(list))
		g->media = TRI_NO;
	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);

		if (!s || !strstr(s, "VAEntrypointEnc"))
			continue;
		g->media = TRI_YES;
		str_fit(g->media_by, sizeof(g->media_by), s);
		str_sanitize(g->media_by);
		break;
	}
	if (!json_is_integer(json_object_get(encode, "status")))
		return;
	g->encode = json_integer_value(json_object_get(encode, "status")) ? TRI_NO : TRI_YES;
	TEXT(encode, "text", g->encode_text);
}

static void take_linux(const json_t *root, struct seen_guest *g)
{
	const json_t *displays = json_object_get(root, "displays");
	const json_t *session = json_object_get(root, "session");
	const char *type = json_string_value(json_object_get(session, "console"));

	TEXT(root, "cmdline", g->cmdline);
	take_lines(json_object_get(root, "log"), g->line, SEEN_LINES_MAX, &g->n_line);
	if (g->igpu >= 0)
		take_connectors(json_array_get(displays, (size_t)g->igpu), g);
	if (type)
		g->console = *type ? TRI_YES : TRI_NO;
	g->remote = tri(json_object_get(session, "remote"));
	take_linux_media(root, g);
}

/* --- both ------------------------------------------------------------------------------------- */

/* At 00:02.0, where igvm puts it; else the only one of Intel there is. */
static int find_igpu(const struct seen_guest *g)
{
	int only = -1, n = 0;

	for (size_t i = 0; i < g->n_display; i++) {
		const struct seen_display *d = &g->display[i];

		if (d->vendor != 0x8086)
			continue;
		if (!d->bus && d->slot == 2 && !d->function)
			return (int)i;
		only = (int)i;
		n++;
	}
	return n == 1 ? only : -1;
}

static void take_displays(const json_t *root, struct seen_guest *g)
{
	const json_t *list = json_object_get(root, "displays"), *o;
	size_t i;

	g->displays_read = json_is_array(list) &&
			   !in_array(json_object_get(root, "errors"), "displays:");
	json_array_foreach(list, i, o) {
		struct seen_display *d = &g->display[g->n_display];

		if (g->n_display == SEEN_DISPLAYS_MAX)
			break;
		/* Kept in step with the array, whose members are asked for once more. */
		g->n_display++;
		TEXT(o, "name", d->name);
		TEXT(o, "version", d->version);
		(g->windows ? take_windows_display : take_linux_display)(o, d);
	}
	g->igpu = find_igpu(g);
}

static void garbage(struct seen_guest *g, const char *fmt, ...) printf_(2, 3);

static void garbage(struct seen_guest *g, const char *fmt, ...)
{
	va_list ap;

	g->end = LOOK_GARBAGE;
	va_start(ap, fmt);
	vsnprintf(g->detail, sizeof(g->detail), fmt, ap);
	va_end(ap);
	str_sanitize(g->detail);
}

static json_t *load(const char *text, size_t len, struct seen_guest *g)
{
	json_error_t e;
	json_t *root;

	if (len > ANSWER_MAX) {
		garbage(g, _("its answer is too long (%zu bytes)"), len);
		return NULL;
	}
	if (!len) {
		garbage(g, _("it printed nothing"));
		return NULL;
	}
	root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	if (!root)
		garbage(g, _("its answer is no JSON (%.120s)"), e.text);
	return root;
}

void seen_guest_parse(const char *bytes, size_t len, struct seen_guest *g)
{
	_json_ json_t *root = load(bytes, len, g);
	const char *os = json_string_value(json_object_get(root, "os"));
	char uptime[32], *dot;

	g->igpu = -1;
	if (!root)
		return;
	if (json_integer_value(json_object_get(root, "look")) != 1 || !os ||
	    (strcmp(os, "windows") && strcmp(os, "linux"))) {
		garbage(g, _("its answer is another one than was asked for"));
		return;
	}
	g->windows = !strcmp(os, "windows");
	TEXT(root, "name", g->os);
	TEXT(root, "kernel", g->kernel);
	TEXT(root, "uptime", uptime);
	dot = strchr(uptime, '.');
	if (dot)
		*dot = '\0';
	if (!str_u64(uptime, 10, UINT32_MAX, &g->uptime_s))
		g->uptime_s = 0;
	take_lines(json_object_get(root, "errors"), g->error, ARRAY_SIZE(g->error), &g->n_error);
	take_displays(root, g);
	(g->windows ? take_windows : take_linux)(root, g);
}
