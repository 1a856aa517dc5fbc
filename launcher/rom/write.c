/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/write.h"

#include <inttypes.h>
#include <string.h>

#include "launcher/base/i18n.h"

#define BYTES_SHOWN	64	/* of a field of bytes */

static char harmless(char c)
{
	return c >= ' ' && c <= '~' ? c : '?';
}

void write_harmless(FILE *f, const char *text)
{
	while (*text)
		putc(harmless(*text++), f);
}

/* --- values as text -------------------------------------------------------------- */

static int hex_digits(const struct show_field *f)
{
	size_t size = f->bits ? (f->bits + 7U) / 8 : f->size;

	return (int)(2 * (size && size <= 8 ? size : 4));
}

/* The value alone, as both writers show it; @text is big enough for BYTES_SHOWN bytes. */
static void value_text(const struct show_field *f, char *text, size_t size)
{
	size_t n = f->bytes.n < BYTES_SHOWN ? f->bytes.n : BYTES_SHOWN, at = 0;

	switch (f->kind) {
	case SHOW_DEC:
		snprintf(text, size, "%" PRIu64, f->value);
		break;
	case SHOW_HEX:
		snprintf(text, size, "0x%0*" PRIx64, hex_digits(f), f->value);
		break;
	case SHOW_BOOL:
		snprintf(text, size, "%s", f->value ? "yes" : "no");
		break;
	case SHOW_TEXT:
		snprintf(text, size, "%s", f->text ? f->text : "");
		break;
	case SHOW_BYTES:
		*text = '\0';
		for (size_t i = 0; i < n; i++)
			at += (size_t)snprintf(text + at, size - at, "%02x", f->bytes.p[i]);
		if (n < f->bytes.n)
			snprintf(text + at, size - at, "...");
		break;
	}
	for (; *text; text++)
		*text = harmless(*text);
}

/* --- JSON ------------------------------------------------------------------------- */

static void put(struct write_json *w, const char *key, json_t *value)
{
	json_t *to = w->stack[w->depth];
	int r = json_is_array(to) ? json_array_append_new(to, value)
				  : json_object_set_new(to, key ? key : "", value);

	w->failed |= r != 0;
}

static void json_open(struct show *s, const char *key, bool list, size_t at, size_t size)
{
	struct write_json *w = (struct write_json *)s;
	json_t *value;

	if (w->skipped || w->depth + 1 == WRITE_DEPTH) {
		w->skipped++;
		return;
	}
	value = list ? json_array() : json_object();
	put(w, key, value);
	if (w->failed) {
		w->skipped++;
		return;
	}
	w->stack[++w->depth] = value;
	if (w->all && !list && at != SHOW_NOWHERE) {
		put(w, "at", json_integer((json_int_t)at));
		put(w, "size", json_integer((json_int_t)size));
	}
}

static json_t *plain_value(const struct show_field *f)
{
	char text[512];

	if (f->kind == SHOW_DEC && f->value <= INT64_MAX)
		return json_integer((json_int_t)f->value);
	if (f->kind == SHOW_BOOL)
		return json_boolean(f->value != 0);
	value_text(f, text, sizeof(text));
	return json_string(text);
}

static json_t *whole_field(const struct show_field *f)
{
	json_t *o = json_pack("{s:o}", "value", plain_value(f));
	int r = o ? 0 : -1;

	if (!r && f->at != SHOW_NOWHERE)
		r = json_object_set_new(o, "at", json_integer((json_int_t)f->at)) ||
		    json_object_set_new(o, "size", json_integer((json_int_t)f->size));
	if (!r && f->bits)
		r = json_object_set_new(o, "shift", json_integer(f->shift)) ||
		    json_object_set_new(o, "bits", json_integer(f->bits));
	if (!r && f->kind != SHOW_TEXT && f->text)
		r = json_object_set_new(o, "text", json_string(f->text));
	if (r) {
		json_decref(o);
		return NULL;
	}
	return o;
}

static void json_field(struct show *s, const struct show_field *f)
{
	struct write_json *w = (struct write_json *)s;

	if (w->skipped)
		return;
	if (w->all)
		put(w, f->key, whole_field(f));
	else if (f->kind != SHOW_TEXT && f->text)
		put(w, f->key, json_string(f->text));
	else
		put(w, f->key, plain_value(f));
}

static void json_close(struct show *s)
{
	struct write_json *w = (struct write_json *)s;

	if (w->skipped)
		w->skipped--;
	else
		w->depth--;
}

void write_json_init(struct write_json *w, json_t *root, bool all)
{
	*w = (struct write_json){
		.show = { json_open, json_field, json_close }, .stack = { root }, .all = all,
	};
}

/* --- lines -------------------------------------------------------------------------- */

static void lines_offset(const struct write_lines *w, size_t at)
{
	if (at == SHOW_NOWHERE)
		fprintf(w->f, "%8s  %*s", "", 2 * (int)w->depth, "");
	else
		fprintf(w->f, "%08zx  %*s", at, 2 * (int)w->depth, "");
}

static void lines_open(struct show *s, const char *key, bool list, size_t at, size_t size)
{
	struct write_lines *w = (struct write_lines *)s;

	(void)list;
	lines_offset(w, at);
	fputs(key ? key : "-", w->f);
	if (at != SHOW_NOWHERE)
		fprintf(w->f, ngettext("  (%zu byte)", "  (%zu bytes)", size), size);
	putc('\n', w->f);
	w->depth++;
}

static void lines_field(struct show *s, const struct show_field *f)
{
	struct write_lines *w = (struct write_lines *)s;
	char text[512];

	lines_offset(w, f->at);
	value_text(f, text, sizeof(text));
	fprintf(w->f, "%-28s %s", f->key, text);
	if (f->kind != SHOW_TEXT && f->text)
		fprintf(w->f, " (%s)", f->text);
	putc('\n', w->f);
}

static void lines_close(struct show *s)
{
	((struct write_lines *)s)->depth--;
}

void write_lines_init(struct write_lines *w, FILE *f)
{
	*w = (struct write_lines){ .show = { lines_open, lines_field, lines_close }, .f = f };
}

/* --- notes --------------------------------------------------------------------------- */

json_t *write_notes_json(const struct notes *ns)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < ns->n; i++) {
		const struct note *n = &ns->note[i];

		if (json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "id", note_id(n->code), "at",
							   (json_int_t)n->at, "text",
							   note_text(n->code)))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

void write_notes(FILE *f, const struct notes *ns)
{
	for (size_t i = 0; i < ns->n; i++)
		fprintf(f, _("  note  %s at %#zx: %s\n"), note_id(ns->note[i].code), ns->note[i].at,
			_(note_text(ns->note[i].code)));
	if (ns->dropped)
		fprintf(f, ngettext("  note  and %zu more\n", "  note  and %zu more\n", ns->dropped),
			ns->dropped);
}
