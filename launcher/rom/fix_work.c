/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/fix_work.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/rom/frame.h"
#include "launcher/rom/write.h"
#include "romfiles/kind.h"

/* --- in the sandbox --------------------------------------------------------------------- */

static json_t *hex(const uint8_t *p, uint8_t n)
{
	char text[2 * FIX_BYTES_MAX + 1] = "";

	for (uint8_t i = 0; i < n; i++)
		snprintf(text + 2 * i, 3, "%02x", p[i]);
	return json_string(text);
}

static json_t *changes_json(const struct fixes *fx)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < fx->n; i++) {
		const struct fix_change *c = &fx->change[i];

		if (json_array_append_new(list, json_pack("{s:s, s:I, s:o, s:o, s:s}", "id", fix_id(c->code),
							   "at", (json_int_t)c->at, "before",
							   hex(c->before, c->n), "after", hex(c->after, c->n),
							   "text", fix_text(c->code)))) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static enum fix_result refusal(int err)
{
	switch (err) {
	case -ENOTSUP:
		return FIX_NOT_A_KIND;
	case -ENOENT:
		return FIX_NO_IMAGE;
	case -EBADMSG:
		return FIX_UNREADABLE;
	default:
		return FIX_OVERLAPS;
	}
}

int fix_work(struct span s, const struct fix_wish *w, FILE *out)
{
	_free_ uint8_t *bytes = malloc(s.n + 1);
	_json_ json_t *json = NULL;
	struct fixes fx;
	int r;

	if (!bytes)
		return FIX_NO_MEMORY;
	r = fix_make(s, w, bytes, &fx);
	if (r == -ENOTSUP)
		putc((int)rom_kind(s), out);
	if (r)
		return refusal(r);
	json = json_pack("{s:s, s:o, s:o}", "format", rom_kind_id(rom_kind(s)), "changes",
			 changes_json(&fx), "left", write_notes_json(&fx.left));
	if (!json || frame_write(out, json, (struct span){ bytes, s.n }))
		return FIX_NO_MEMORY;
	return FIX_DONE;
}

/* --- the parent: is it true? -------------------------------------------------------------- */

static bool unhex(const char *text, uint8_t *p, uint8_t *n)
{
	size_t len = strlen(text);
	uint64_t v;

	if (len % 2 || !len || len > 2 * FIX_BYTES_MAX)
		return false;
	*n = (uint8_t)(len / 2);
	for (uint8_t i = 0; i < *n; i++) {
		char two[3] = { text[2 * i], text[2 * i + 1], '\0' };

		if (!str_u64(two, 16, 0xff, &v))
			return false;
		p[i] = (uint8_t)v;
	}
	return true;
}

bool fix_change_read(json_t *json, struct fix_change *c)
{
	const char *id, *before, *after;
	json_int_t at;
	uint8_t n;

	if (json_unpack(json, "{s:s, s:I, s:s, s:s}", "id", &id, "at", &at, "before", &before, "after",
			&after) || at < 0)
		return false;
	*c = (struct fix_change){ .code = fix_find_id(id, strlen(id)), .at = (size_t)at };
	return c->code != FIX_N && unhex(before, c->before, &c->n) && unhex(after, c->after, &n) &&
	       n == c->n;
}

/* The listed changes on the original give exactly the bytes that came back. */
static bool changes_are_true(struct span s, json_t *changes, struct span bytes)
{
	_free_ uint8_t *copy = malloc(s.n + 1);
	struct fix_change c;
	json_t *one;
	size_t i;

	if (!copy || bytes.n != s.n || !json_is_array(changes))
		return false;
	memcpy(copy, s.p, s.n);
	json_array_foreach(changes, i, one)
		if (!fix_change_read(one, &c) || !fix_apply(copy, s.n, &c))
			return false;
	return !memcmp(copy, bytes.p, s.n);
}

enum note_code fix_note_read(json_t *json)
{
	const char *id = json_string_value(json_object_get(json, "id"));
	enum note_code code = 0;

	while (id && code < NOTE_N && strcmp(note_id(code), id))
		code++;
	return id ? code : NOTE_N;
}

static bool left_is_notes(json_t *left)
{
	json_t *one;
	size_t i;

	if (!json_is_array(left))
		return false;
	json_array_foreach(left, i, one)
		if (fix_note_read(one) == NOTE_N || !json_is_integer(json_object_get(one, "at")))
			return false;
	return true;
}

bool fix_is_true(struct span s, json_t *json, struct span bytes)
{
	return json_is_string(json_object_get(json, "format")) &&
	       left_is_notes(json_object_get(json, "left")) &&
	       changes_are_true(s, json_object_get(json, "changes"), bytes);
}
