/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Offsets: WIMHEADER_V1_PACKED of Microsoft's white paper. The XML is never
 * compressed and is UTF-16 with a byte order mark, which expat reads by itself.
 */
#include "launcher/disc/wim.h"

#include <errno.h>
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"

#define HEADER_BYTES	208
#define DEPTH_MAX	8
/* expat takes a salt instead of asking the kernel, which the sandbox forbids; the table is one call's. */
#define SALT		0x6967766d

struct reader {
	struct wim *w;
	struct wim_edition *e;		/* inside <IMAGE> */
	unsigned int depth;
	char path[DEPTH_MAX][24];	/* names of the open elements */
	char text[160];
	size_t n;
};

static bool inside(const struct reader *r, const char *a, const char *b, const char *c)
{
	const char *const want[] = { "WIM", "IMAGE", a, b, c };
	unsigned int n = 3 + (b != NULL) + (c != NULL);

	if (r->depth != n)
		return false;
	for (unsigned int i = 0; i < n; i++)
		if (strcmp(r->path[i], want[i]))
			return false;
	return true;
}

static void start_image(struct reader *r, const XML_Char **attributes)
{
	uint64_t index = 0;

	for (; *attributes; attributes += 2)
		if (!strcmp(attributes[0], "INDEX") && !str_u64(attributes[1], 10, 9999, &index))
			index = 0;
	r->e = r->w->n < WIM_EDITIONS_MAX && index ? &r->w->edition[r->w->n++] : NULL;
	if (r->e)
		*r->e = (struct wim_edition){ .index = (unsigned int)index, .arch = WIM_ARCH_UNKNOWN };
}

static void on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
	struct reader *r = ctx;

	if (r->depth < DEPTH_MAX)
		str_fit(r->path[r->depth], sizeof(r->path[0]), name);
	r->depth++;
	r->n = 0;
	if (r->depth == 2 && !strcmp(r->path[1], "IMAGE"))
		start_image(r, attributes);
}

static void on_text(void *ctx, const XML_Char *s, int len)
{
	struct reader *r = ctx;
	size_t room = sizeof(r->text) - 1 - r->n, n = (size_t)len < room ? (size_t)len : room;

	memcpy(r->text + r->n, s, n);
	r->n += n;
}

static enum wim_arch arch_of(const char *text)
{
	static const enum wim_arch known[] = { WIM_X86, WIM_ARM, WIM_X64, WIM_ARM64 };
	uint64_t v;

	for (size_t i = 0; str_u64(text, 10, 99, &v) && i < ARRAY_SIZE(known); i++)
		if (v == known[i])
			return known[i];
	return WIM_ARCH_UNKNOWN;
}

static void take(struct reader *r)
{
	struct wim_edition *e = r->e;
	uint64_t v;

	if (inside(r, "NAME", NULL, NULL))
		str_fit(e->name, sizeof(e->name), r->text);
	else if (inside(r, "WINDOWS", "EDITIONID", NULL))
		str_fit(e->id, sizeof(e->id), r->text);
	else if (inside(r, "WINDOWS", "ARCH", NULL))
		e->arch = arch_of(r->text);
	else if (inside(r, "WINDOWS", "INSTALLATIONTYPE", NULL))
		e->server = !strncmp(r->text, "Server", 6);
	else if (inside(r, "WINDOWS", "LANGUAGES", "DEFAULT"))
		str_fit(e->language, sizeof(e->language), r->text);
	else if (inside(r, "WINDOWS", "VERSION", "BUILD") && str_u64(r->text, 10, 999999, &v))
		e->build = (unsigned int)v;
}

static void on_end(void *ctx, const XML_Char *name)
{
	struct reader *r = ctx;

	(void)name;
	r->text[r->n] = '\0';
	if (r->e && r->depth <= DEPTH_MAX)
		take(r);
	r->n = 0;
	if (--r->depth == 1)
		r->e = NULL;
}

int wim_xml(struct span xml, struct wim *w)
{
	struct reader r = { .w = w };
	XML_Parser p = XML_ParserCreate(NULL);
	enum XML_Status ok;

	w->n = 0;
	if (!p)
		return -ENOMEM;
	XML_SetHashSalt(p, SALT);
	XML_SetUserData(p, &r);
	XML_SetElementHandler(p, on_start, on_end);
	XML_SetCharacterDataHandler(p, on_text);
	ok = xml.n > DISC_PIECE_MAX ? XML_STATUS_ERROR :
				      XML_Parse(p, (const char *)xml.p, (int)xml.n, XML_TRUE);
	XML_ParserFree(p);
	return ok == XML_STATUS_OK ? 0 : -EBADMSG;
}

int wim_read(struct disc *d, const struct disc_file *f, struct wim *w)
{
	uint64_t size, off;
	struct span s;
	int r = disc_file_at(d, f, 0, HEADER_BYTES, &s);

	if (r)
		return r;
	if (!span_is(s, 0, "MSWIM\0\0\0", 8) || !span_le64(s, 72, &size) || !span_le64(s, 80, &off))
		return -EBADMSG;
	/* The eighth byte holds flags; bit 2 would be "compressed". */
	if (size >> 56 & 4)
		return -EBADMSG;
	size &= ~0ull >> 8;
	if (size > DISC_PIECE_MAX)
		return -EBADMSG;
	r = disc_file_at(d, f, off, (size_t)size, &s);
	return r ? r : wim_xml(s, w);
}

bool wim_is_home(const struct wim_edition *e)
{
	return !strncmp(e->id, "Core", 4);
}
