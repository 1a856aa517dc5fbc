/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/display.h"

#include <fcntl.h>
#include <string.h>

#include "launcher/base/str.h"

/* "disconnected", "connected", "unknown" (drm_connector_status). */
static enum tri read_status(const struct tree *t, const char *dir)
{
	char path[PATH_MAX], word[16];

	if (!str_print(path, sizeof(path), "%s/status", dir) ||
	    tree_line(t, path, word, sizeof(word)))
		return TRI_UNKNOWN;
	return !strcmp(word, "connected") ? TRI_YES : !strcmp(word, "disconnected") ? TRI_NO :
	       TRI_UNKNOWN;
}

static int by_name(const void *a, const void *b)
{
	const struct display_output *x = a, *y = b;

	return strverscmp(x->name, y->name);
}

/* Directories "card1-HDMI-A-1" below the card; a writeback connector shows nothing to anybody. */
static void read_outputs(const struct tree *t, const char *drm, struct display_facts *d)
{
	char path[PATH_MAX];
	_dir_ DIR *dir = str_print(path, sizeof(path), "%s/%s", drm, d->card) ? tree_list(t, path) : NULL;
	struct dirent *e;

	while (dir && d->n_outputs < DISPLAY_OUTPUTS_MAX && (e = readdir(dir))) {
		struct display_output *o = &d->output[d->n_outputs];
		const char *name = str_starts(e->d_name, d->card);

		name = name ? str_starts(name, "-") : NULL;
		if (!name || str_starts(name, "Writeback") ||
		    !str_print(path, sizeof(path), "%s/%s/%s", drm, d->card, e->d_name))
			continue;
		str_fit(o->name, sizeof(o->name), name);
		str_sanitize(o->name);
		o->connected = read_status(t, path);
		d->n_outputs++;
	}
	qsort(d->output, d->n_outputs, sizeof(d->output[0]), by_name);
}

/* @prefix and a number, as the kernel numbers its nodes: what is used in a path is safe in one. */
static bool is_node(const char *name, const char *prefix)
{
	const char *digits = str_starts(name, prefix);

	return digits && *digits && strspn(digits, "0123456789") == strlen(digits);
}

/* The entry of @path that is @prefix and a number; "" when there is none. */
static void find_node(const struct tree *t, const char *path, const char *prefix, char *buf,
		      size_t size)
{
	_dir_ DIR *dir = tree_list(t, path);
	struct dirent *e;

	buf[0] = '\0';
	while (dir && !*buf && (e = readdir(dir)))
		if (is_node(e->d_name, prefix) && !str_copy(buf, size, e->d_name))
			buf[0] = '\0';
}

void display_read(const struct tree *t, struct bdf bdf, struct display_facts *d)
{
	char drm[80], graphics[80], path[128], text[BDF_TEXT_MAX];

	memset(d, 0, sizeof(*d));
	snprintf(drm, sizeof(drm), "sys/bus/pci/devices/%s/drm", bdf_text(bdf, text));
	snprintf(graphics, sizeof(graphics), "sys/bus/pci/devices/%s/graphics", text);
	find_node(t, drm, "card", d->card, sizeof(d->card));
	find_node(t, drm, "renderD", d->render, sizeof(d->render));
	if (*d->card)
		read_outputs(t, drm, d);
	find_node(t, graphics, "fb", d->fb, sizeof(d->fb));
	if (*d->fb && str_print(path, sizeof(path), "%s/%s/name", graphics, d->fb) &&
	    tree_line(t, path, d->fb_name, sizeof(d->fb_name)))
		d->fb_name[0] = '\0';
}
