/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words as JSON, schema tests/schema/words.json, and as a line for a shell. */
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/words.h"

static json_t *text(const char *s)
{
	_free_ char *clean = strdup(s);

	if (!clean)
		return NULL;
	str_sanitize(clean);
	return json_string(clean);
}

json_t *words_json(const struct words *w, const char *argv0)
{
	_json_ json_t *list = json_array();

	for (size_t i = 0; i < w->n; i++) {
		const struct word *v = &w->v[i];
		json_t *row = json_pack("{s:s, s:o, s:s}", "option", v->option, "value",
					v->value ? text(v->value) : json_null(), "why", v->why);

		if (json_array_append_new(list, row))
			return NULL;
	}
	return json_pack("{s:i, s:s, s:o, s:O}", "version", 1, "kind", "words", "qemu", text(argv0),
			 "words", list);
}

char *words_quote(const char *value)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_-+=./,:@%";
	size_t quotes = 0;
	char *out, *q;

	if (*value && !value[strspn(value, safe)])
		return strdup(value);
	for (const char *c = value; *c; c++)
		quotes += *c == '\'';
	out = malloc(strlen(value) + 3 * quotes + 3);
	if (!out)
		return NULL;
	q = out;
	*q++ = '\'';
	for (const char *c = value; *c; c++) {
		if (*c == '\'')
			q = stpcpy(q, "'\\''");
		else
			*q++ = *c;
	}
	strcpy(q, "'");
	return out;
}
