/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What look-linux.sh prints. */
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/verify/guest_parts.h"

static uint16_t sysfs_hex(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	const char *digits = s ? str_starts(s, "0x") : NULL;

	return digits ? guest_hex16(digits, strlen(digits)) : 0;
}

void guest_linux_display(const json_t *o, struct seen_display *d)
{
	const json_t *vbt = json_object_get(o, "vbt");
	struct bdf bdf;
	char address[32], wedged[24];

	GUEST_TEXT(o, "address", address);
	GUEST_TEXT(o, "wedged", wedged);
	d->bus = d->slot = d->function = -1;
	if (bdf_parse(address, &bdf) && !bdf.domain) {
		d->bus = bdf.bus;
		d->slot = bdf.dev;
		d->function = bdf.fn;
	}
	d->vendor = sysfs_hex(o, "vendor");
	d->device = sysfs_hex(o, "device");
	d->problem = -1;
	GUEST_TEXT(o, "driver", d->driver);
	d->card = guest_has(json_object_get(o, "nodes"), "card");
	d->render = guest_has(json_object_get(o, "nodes"), "renderD");
	d->engine = guest_has(json_object_get(o, "engines"), "vcs");
	d->wedged = *wedged && strcmp(wedged, "0");
	d->vbt_size = guest_number(vbt, "size");
	GUEST_TEXT(vbt, "sha256", d->vbt_sha256);
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
		GUEST_TEXT(o, "name", out->name);
		GUEST_TEXT(o, "status", word);
		out->connected = !strcmp(word, "connected") ? TRI_YES :
				 !strcmp(word, "disconnected") ? TRI_NO : TRI_UNKNOWN;
		GUEST_TEXT(o, "mode", word);
		if (sscanf(word, "%5ux%5u", &out->width, &out->height) != 2)
			out->width = out->height = 0;
		out->edid = guest_number(o, "edid");
		/* No connector of a screen: it writes into memory. */
		if (!str_starts(out->name, "Writeback"))
			g->n_output++;
	}
}

/* A profile that can encode; else what the kernel shows of the engine that would do it. */
static void take_engine(const json_t *root, struct seen_guest *g)
{
	const struct seen_display *d = seen_igpu(g);
	const json_t *list = json_object_get(root, "profiles"), *encode = json_object_get(root, "encode");

	if (json_is_array(list)) {
		g->media = TRI_NO;
	} else if (d && *d->driver) {
		g->media = d->engine ? TRI_YES : TRI_NO;
		strcpy(g->media_by, d->engine ? "vcs" : "");
	}
	guest_media(list, "VAEntrypointEnc", g);
	if (!json_is_integer(json_object_get(encode, "status")))
		return;
	g->encode = json_integer_value(json_object_get(encode, "status")) ? TRI_NO : TRI_YES;
	GUEST_TEXT(encode, "text", g->encode_text);
}

void guest_linux(const json_t *root, struct seen_guest *g)
{
	const json_t *displays = json_object_get(root, "displays");
	const json_t *session = json_object_get(root, "session");
	const char *type = json_string_value(json_object_get(session, "console"));

	GUEST_TEXT(root, "cmdline", g->cmdline);
	guest_lines(json_object_get(root, "log"), g->line, SEEN_LINES_MAX, &g->n_line);
	if (g->igpu >= 0)
		take_connectors(json_array_get(displays, (size_t)g->igpu), g);
	if (type)
		g->console = *type ? TRI_YES : TRI_NO;
	g->remote = guest_tri(json_object_get(session, "remote"));
	take_engine(root, g);
}
