/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What look-windows.ps1 prints. */
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/verify/guest_parts.h"

/* "PCI\VEN_8086&DEV_4692&SUBSYS_..." */
static void take_pnp_id(const char *id, struct seen_display *d)
{
	const char *vendor = strstr(id, "VEN_"), *device = strstr(id, "DEV_");

	d->vendor = vendor ? guest_hex16(vendor + 4, strspn(vendor + 4, "0123456789abcdefABCDEF")) : 0;
	d->device = device ? guest_hex16(device + 4, strspn(device + 4, "0123456789abcdefABCDEF")) : 0;
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

void guest_windows_display(const json_t *o, struct seen_display *d)
{
	const json_t *problem = json_object_get(o, "problem");
	json_int_t code = json_integer_value(problem);
	char buf[256];

	GUEST_TEXT(o, "id", buf);
	take_pnp_id(buf, d);
	GUEST_TEXT(o, "location", buf);
	take_location(buf, d);
	GUEST_TEXT(o, "service", d->driver);
	GUEST_TEXT(o, "date", d->date);
	GUEST_TEXT(o, "provider", d->provider);
	GUEST_TEXT(o, "inf", d->inf);
	d->problem = json_is_integer(problem) && code >= 0 && code < 1000 ? (int)code : -1;
	d->runtime = json_is_true(json_object_get(o, "runtime"));
}

/* Which monitors hang on the iGPU: the parent of a monitor is its adapter. */
static void take_monitors(const json_t *root, struct seen_guest *g)
{
	const struct seen_display *d = seen_igpu(g);
	const json_t *list = json_object_get(root, "monitors"), *o;
	size_t i;

	g->outputs_read = json_is_array(list) && !guest_has(json_object_get(root, "errors"), "monitors:") &&
			  !guest_has(json_object_get(root, "errors"), "parent:");
	json_array_foreach(list, i, o) {
		struct seen_output *out = &g->output[g->n_output];
		struct seen_display on = { 0 };
		char adapter[256];

		GUEST_TEXT(o, "adapter", adapter);
		take_pnp_id(adapter, &on);
		if (!d || g->n_output == SEEN_OUTPUTS_MAX || on.vendor != d->vendor ||
		    on.device != d->device)
			continue;
		GUEST_TEXT(o, "name", out->name);
		out->connected = guest_tri(json_object_get(o, "active"));
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

		GUEST_TEXT(o, "adapter", adapter);
		take_pnp_id(adapter, &on);
		if (on.vendor != 0x8086 || n == g->n_output)
			continue;
		g->output[n].width = guest_number(o, "width");
		g->output[n].height = guest_number(o, "height");
		g->output[n++].hz = guest_number(o, "hz");
	}
}

static void take_hyperv(const json_t *root, struct seen_guest *g)
{
	const json_t *list = json_object_get(root, "hyperv"), *v;
	size_t i;

	if (!json_is_array(list) || guest_has(json_object_get(root, "errors"), "hyperv:"))
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
static void take_runtime(const json_t *root, struct seen_guest *g)
{
	const struct seen_display *d = seen_igpu(g);
	const json_t *list = json_object_get(root, "transforms");

	if (json_is_array(list) && !guest_has(json_object_get(root, "errors"), "transforms:"))
		g->media = TRI_NO;
	guest_media(list, "Intel", g);
	if (g->media != TRI_YES && d && d->runtime) {
		g->media = TRI_YES;
		strcpy(g->media_by, "oneVPL");
	}
}

void guest_windows(const json_t *root, struct seen_guest *g)
{
	const json_t *vbs = json_object_get(root, "vbs");

	/* Win32_DeviceGuard.VirtualizationBasedSecurityStatus: 2 is running. */
	if (json_is_integer(vbs))
		g->vbs = json_integer_value(vbs) == 2 ? TRI_YES : TRI_NO;
	g->hypervisor = guest_tri(json_object_get(root, "hypervisor"));
	g->console = guest_tri(json_object_get(root, "console"));
	g->remote = guest_tri(json_object_get(root, "remote"));
	take_hyperv(root, g);
	take_monitors(root, g);
	take_modes(root, g);
	take_runtime(root, g);
}
