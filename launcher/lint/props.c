/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/lint/props.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"

#define DEPTH_MAX	8

int props_set(struct props *p, const char *key, const char *value)
{
	_free_ char *k = NULL, *v = NULL;

	if (p->n == PROPS_MAX)
		return -E2BIG;
	k = strdup(key);
	v = strdup(value);
	if (!k || !v)
		return memory_note(-ENOMEM);
	p->v[p->n++] = (struct prop){ TAKE(k), TAKE(v) };
	return 0;
}

const char *props_get(const struct props *p, const char *key)
{
	for (size_t i = p->n; i-- > 0;)
		if (!strcmp(p->v[i].key, key))
			return p->v[i].value;
	return NULL;
}

void props_done(struct props *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].key);
		free(p->v[i].value);
	}
	p->n = 0;
}

/* --- key=value ------------------------------------------------------------------------------- */

/* The item at *@at up to a single comma, commas undoubled, into @out; *@at behind it. */
static void take_item(const char **at, char *out)
{
	const char *s = *at;

	for (; *s && !(s[0] == ',' && s[1] != ','); s++) {
		s += *s == ',';
		*out++ = *s;
	}
	*out = '\0';
	*at = *s ? s + 1 : s;
}

static int parse_plain(const char *text, const char *implied, struct props *p)
{
	_free_ char *item = malloc(strlen(text) + 1);
	bool first = true;
	int r = 0;

	if (!item)
		return memory_note(-ENOMEM);
	for (; *text && !r; first = false) {
		char *equals;

		take_item(&text, item);
		equals = strchr(item, '=');
		if (equals)
			*equals++ = '\0';
		if (!equals && first && *implied)
			r = props_set(p, implied, item);
		else if (*item || equals)
			r = props_set(p, item, equals ? equals : "on");
	}
	return r;
}

/* --- JSON ------------------------------------------------------------------------------------ */

static int take_json(struct props *p, const char *prefix, const json_t *v, int depth);

static int take_object(struct props *p, const char *prefix, const json_t *object, int depth)
{
	const char *key;
	json_t *v;
	int r = 0;

	json_object_foreach((json_t *)(uintptr_t)object, key, v) {
		char name[256];

		if (!str_print(name, sizeof(name), "%s%s%s", prefix, *prefix ? "." : "", key))
			return -EBADMSG;
		r = take_json(p, name, v, depth + 1);
		if (r)
			return r;
	}
	return r;
}

static int take_json(struct props *p, const char *prefix, const json_t *v, int depth)
{
	char number[32];

	if (depth > DEPTH_MAX)
		return -EBADMSG;
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		return take_object(p, prefix, v, depth);
	case JSON_STRING:
		return props_set(p, prefix, json_string_value(v));
	case JSON_INTEGER:
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(v));
		return props_set(p, prefix, number);
	case JSON_TRUE:
		return props_set(p, prefix, "on");
	case JSON_FALSE:
		return props_set(p, prefix, "off");
	default:
		/* no option of a device that is judged is a list */
		return props_set(p, prefix, "");
	}
}

int props_parse(const char *text, const char *implied, struct props *p)
{
	_json_ json_t *json = NULL;

	p->n = 0;
	if (*text != '{')
		return parse_plain(text, implied, p);
	json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	return json ? take_object(p, "", json, 0) : -EBADMSG;
}
