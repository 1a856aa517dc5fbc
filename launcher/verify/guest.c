/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From the guest's bytes to struct seen_guest. jansson refuses what nests deeper than 2048; memory
 * is bounded by the size. Every text is cut and made printable on its way in.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/verify/guest_parts.h"

#define ANSWER_MAX	(256u << 10)

void guest_text(const json_t *o, const char *key, char *buf, size_t size)
{
	const char *s = json_string_value(json_object_get(o, key));

	str_fit(buf, size, s ? s : "");
	str_sanitize(buf);
}

enum tri guest_tri(const json_t *v)
{
	return json_is_true(v) ? TRI_YES : json_is_false(v) ? TRI_NO : TRI_UNKNOWN;
}

unsigned int guest_number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);
	json_int_t n = json_integer_value(v);

	return json_is_integer(v) && n > 0 && n < 1000000 ? (unsigned int)n : 0;
}

uint16_t guest_hex16(const char *digits, size_t n)
{
	char buf[8] = "";
	uint64_t v;

	if (n >= sizeof(buf))
		return 0;
	memcpy(buf, digits, n);
	return str_u64(buf, 16, 0xffff, &v) ? (uint16_t)v : 0;
}

bool guest_has(const json_t *list, const char *prefix)
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

void guest_lines(const json_t *list, char to[][256], size_t max, size_t *n)
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

void guest_media(const json_t *list, const char *mark, struct seen_guest *g)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		const char *s = json_string_value(v);

		if (!s || !strstr(s, mark))
			continue;
		g->media = TRI_YES;
		str_fit(g->media_by, sizeof(g->media_by), s);
		str_sanitize(g->media_by);
		return;
	}
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
			   !guest_has(json_object_get(root, "errors"), "displays:");
	json_array_foreach(list, i, o) {
		struct seen_display *d = &g->display[g->n_display];

		if (g->n_display == SEEN_DISPLAYS_MAX)
			break;
		/* Kept in step with the array, whose members are asked for once more. */
		g->n_display++;
		GUEST_TEXT(o, "name", d->name);
		GUEST_TEXT(o, "version", d->version);
		(g->windows ? guest_windows_display : guest_linux_display)(o, d);
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
	GUEST_TEXT(root, "name", g->os);
	GUEST_TEXT(root, "kernel", g->kernel);
	GUEST_TEXT(root, "uptime", uptime);
	dot = strchr(uptime, '.');
	if (dot)
		*dot = '\0';
	if (!str_u64(uptime, 10, UINT32_MAX, &g->uptime_s))
		g->uptime_s = 0;
	guest_lines(json_object_get(root, "errors"), g->error, ARRAY_SIZE(g->error), &g->n_error);
	take_displays(root, g);
	(g->windows ? guest_windows : guest_linux)(root, g);
}
