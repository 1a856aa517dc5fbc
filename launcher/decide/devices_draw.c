/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * A line is made whole, as text, and leaves through one of two doors: cut()
 * ends it at the last column with a mark (rows of the tree, where the end is
 * the least of it), wrap() continues it below (sentences, of which nothing may
 * be missing). Both count columns by wcwidth(), since a name may hold
 * characters two columns wide, and never split one. Bytes that are no
 * character of the locale are a '?' of one column.
 */
#include "launcher/base/memory.h"
#include "launcher/decide/devices.h"

#include <stdarg.h>
#include <string.h>
#include <wchar.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

#define TEXT_MAX	1024

struct drawing {
	FILE *f;
	const struct devices *d;
	const struct devices_style *style;
	const struct lines *lines;
	int driver_width;
};

/* A branch with more below it, the last one, what goes on beside each, the mark of a cut. */
static const struct lines {
	const char *tee, *end, *pipe, *cut;
	int cut_width;
} ascii = { "|- ", "`- ", "|  ", "...", 3 }, box = { "├─ ", "└─ ", "│  ", "…", 1 };

/* --- columns ------------------------------------------------------------------------ */

struct glyph {
	const char *text;
	size_t bytes;
	int columns;
};

/* The first character of @s, which is not "". */
static struct glyph glyph_at(const char *s)
{
	mbstate_t state = { 0 };
	wchar_t c;
	size_t n = mbrtowc(&c, s, strlen(s), &state);
	int columns = n == (size_t)-1 || n == (size_t)-2 || !n ? -1 : wcwidth(c);

	if (columns < 0)
		return (struct glyph){ "?", n > strlen(s) ? 1 : n, 1 };
	return (struct glyph){ s, n, columns };
}

static int columns_of(const char *s)
{
	int n = 0;

	while (*s) {
		struct glyph g = glyph_at(s);

		n += g.columns;
		s += g.bytes;
	}
	return n;
}

static const char *put_glyph(FILE *f, const char *s)
{
	struct glyph g = glyph_at(s);

	fwrite(g.text, 1, *g.text == '?' ? 1 : g.bytes, f);
	return s + g.bytes;
}

/* One line, ended at the last column. */
static void cut(const struct drawing *w, const char *s)
{
	int width = w->style->width, column = 0;
	bool whole = columns_of(s) <= width;

	while (*s) {
		int columns = glyph_at(s).columns;

		if (!whole && column + columns > width - w->lines->cut_width) {
			fputs(w->lines->cut, w->f);
			break;
		}
		column += columns;
		s = put_glyph(w->f, s);
	}
	putc('\n', w->f);
}

/* Where a line of at most @room columns ends: behind a blank, or beside a wide character. */
static const char *break_of(const char *s, int room)
{
	const char *best = NULL, *at = s;
	int column = 0;

	while (*at) {
		struct glyph g = glyph_at(at);

		if (column + g.columns > room)
			return best ? best : at == s ? at + g.bytes : at;
		if (g.columns == 2 && at != s)
			best = at;
		column += g.columns;
		at += g.bytes;
		if (*g.text == ' ' || g.columns == 2)
			best = at;
	}
	return at;
}

/* A sentence behind @head; the lines below begin with @rest, as wide. */
static void wrap(const struct drawing *w, const char *head, const char *rest, const char *s)
{
	int room = w->style->width - columns_of(head);

	do {
		const char *end = break_of(s, room);

		fputs(head, w->f);
		while (s < end && !(*s == ' ' && end[-1] == ' ' && s + 1 == end))
			s = put_glyph(w->f, s);
		putc('\n', w->f);
		s = end + strspn(end, " ");
		head = rest;
	} while (*s);
}

/* --- the tree ------------------------------------------------------------------------- */

static void put_member(const struct drawing *w, int i, bool last)
{
	const struct pci_fact *f = &w->d->host->pci[i];
	const char *name = devices_name(w->d, i);
	char text[TEXT_MAX], bdf[BDF_TEXT_MAX];
	const char *driver = *f->driver ? f->driver : "-";

	snprintf(text, sizeof(text), "  %s%s %04x:%04x %s%*s %s%s%s", last ? w->lines->end : w->lines->tee,
		 bdf_text(f->bdf, bdf), f->vendor, f->device, driver,
		 w->driver_width - columns_of(driver), "", devices_kind(f->class), *name ? ": " : "", name);
	cut(w, text);
}

/* What passing one of the group means for the others. */
static const char *fate_of(const struct devices_group *g)
{
	if (g->number < 0)
		return _("cannot be passed");
	if (!g->wanted)
		return _("stays with the host");
	return g->passing == 1 ? _("passes alone") : _("pass only together");
}

static void put_group(const struct drawing *w, const struct devices_group *g)
{
	char text[TEXT_MAX], title[64];

	if (g->number < 0)
		str_fit(title, sizeof(title), _("no group"));
	else
		snprintf(title, sizeof(title), _("group %d"), g->number);
	snprintf(text, sizeof(text), "%s %s: %s%s", g->igpu ? "*" : " ", title,
		 g->igpu ? _("the iGPU, ") : "", fate_of(g));
	if (g->igpu && w->style->colour)
		fputs("\033[1m", w->f);
	cut(w, text);
	if (g->igpu && w->style->colour)
		fputs("\033[0m", w->f);
	for (size_t i = 0; i < g->n; i++)
		put_member(w, w->d->member[g->first + i], i + 1 == g->n);
}

/* --- what the host loses -------------------------------------------------------------- */

#define LOSSES_MAX	8

struct losses {
	char text[LOSSES_MAX][TEXT_MAX];
	size_t n;
};

static void lose(struct losses *l, const char *fmt, ...) printf_(2, 3);

static void lose(struct losses *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(l->text[l->n++], TEXT_MAX, fmt, ap);
	va_end(ap);
}

/* "HDMI-A-1, DP-1" of the outputs with this status; "" none. */
static const char *outputs_that(const struct display_facts *x, enum tri connected, char *buf, size_t size)
{
	size_t at = 0;

	*buf = '\0';
	for (size_t i = 0; i < x->n_outputs; i++) {
		const char *name = x->output[i].name;

		if (x->output[i].connected != connected || at + strlen(name) + 3 > size)
			continue;
		at += (size_t)snprintf(buf + at, size - at, "%s%s", at ? ", " : "", name);
	}
	return buf;
}

static void lose_outputs(struct losses *l, const struct display_facts *x)
{
	char names[TEXT_MAX / 2];

	if (*outputs_that(x, TRI_YES, names, sizeof(names)))
		lose(l, _("the picture of the screens on %s"), names);
	if (*outputs_that(x, TRI_NO, names, sizeof(names)))
		lose(l, _("the outputs %s, where no screen is connected"), names);
	if (*outputs_that(x, TRI_UNKNOWN, names, sizeof(names)))
		lose(l, _("the outputs %s, of which is not known whether a screen is connected"), names);
}

static void lose_console(struct losses *l, const struct host_facts *h, const struct display_facts *x)
{
	if (*x->fb)
		lose(l, _("its console: framebuffer /dev/%s (%s)"), x->fb, *x->fb_name ? x->fb_name : "?");
	if (*h->fb_holder)
		lose(l, _("the firmware's framebuffer, which %s has in BAR 2"), h->fb_holder);
}

static void lose_nodes(struct losses *l, const struct display_facts *x)
{
	if (*x->card)
		lose(l, _("/dev/dri/%s: no compositor or X server can show a picture with it"), x->card);
	if (*x->render)
		lose(l, _("/dev/dri/%s: 3D, video decoding and compute of the host's programs"), x->render);
}

static void find_losses(struct losses *l, const struct devices *d)
{
	const char *driver = d->host->pci[d->host->igpu].driver;

	l->n = 0;
	lose_outputs(l, d->display);
	lose_console(l, d->host, d->display);
	lose_nodes(l, d->display);
	if (l->n)
		return;
	if (!*driver || !strcmp(driver, "vfio-pci"))
		lose(l, _("nothing: no driver of the host shows anything with it (driver: %s)"),
		     *driver ? driver : _("none"));
	else
		lose(l, _("what its driver %s shows: its outputs cannot be read"), driver);
}

static void put_losses(const struct drawing *w)
{
	struct losses l;
	char text[128], bdf[BDF_TEXT_MAX];

	find_losses(&l, w->d);
	snprintf(text, sizeof(text), _("When the iGPU %s goes to a VM, the host loses:"),
		 bdf_text(w->d->host->pci[w->d->host->igpu].bdf, bdf));
	fputc('\n', w->f);
	wrap(w, "", "", text);
	for (size_t i = 0; i < l.n; i++)
		wrap(w, i + 1 == l.n ? w->lines->end : w->lines->tee,
		     i + 1 == l.n ? "   " : w->lines->pipe, l.text[i]);
}

static void put_sound(const struct drawing *w)
{
	const struct host_facts *h = w->d->host;
	bool along = h->pci[w->d->sound].group >= 0 && h->pci[w->d->sound].group == h->pci[h->igpu].group;
	char text[TEXT_MAX];

	devices_sound_text(h, text, sizeof(text));
	fputc('\n', w->f);
	wrap(w, "", "", along ? _("And with it:") : _("It keeps:"));
	wrap(w, w->lines->end, "   ", text);
}

/* --- all of it ------------------------------------------------------------------------ */

static int driver_width(const struct host_facts *h)
{
	int width = 1;

	for (size_t i = 0; i < h->n_pci; i++) {
		int n = columns_of(h->pci[i].driver);

		width = n > width ? n : width;
	}
	return width < 16 ? width : 16;
}

static void put_title(const struct drawing *w)
{
	bool none = w->d->n_groups == 1 && w->d->group[0].number < 0;

	wrap(w, "", "", none ?
	     _("There are no IOMMU groups, so nothing can be passed to a VM; igvm doctor says why.") :
	     _("IOMMU groups: what is in one goes to a VM together, or not at all."));
}

static void draw(const struct drawing *w)
{
	put_title(w);
	for (size_t i = 0; i < w->d->n_groups; i++)
		put_group(w, &w->d->group[i]);
	if (w->d->host->igpu < 0) {
		fputc('\n', w->f);
		wrap(w, "", "", _("There is no Intel iGPU at 0000:00:02.0."));
		return;
	}
	if (w->d->display)
		put_losses(w);
	if (w->d->sound >= 0)
		put_sound(w);
}

char *devices_draw(const struct devices *d, const struct devices_style *style)
{
	struct devices_style s = *style;
	struct drawing w = { .d = d, .style = &s };
	char *text = NULL;
	size_t len;

	s.width = s.width < 40 ? 40 : s.width;
	w.lines = s.utf8 ? &box : &ascii;
	w.driver_width = driver_width(d->host);
	w.f = memory_open(&text, &len);
	if (!w.f)
		return NULL;
	draw(&w);
	return memory_close(w.f, &text) ? NULL : text;
}
