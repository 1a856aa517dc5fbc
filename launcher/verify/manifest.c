/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/verify/manifest.h"

#include <stdio.h>
#include <string.h>

#include "launcher/base/str.h"

#define WORDS	"words"

static void add_row(json_t *list, const char *what, const json_t *was, const json_t *is)
{
	json_array_append_new(list, json_pack("{s:s, s:O, s:O}", "what", what, "was",
					      was ? was : json_null(), "is", is ? is : json_null()));
}

/* "-chardev socket,id=qmp,fd=5": numbers that a start chooses. */
static bool is_volatile(const char *word)
{
	return strstr(word, "fd=") || str_starts(word, "/dev/fdset/") || strstr(word, "hostfwd=");
}

static bool has_word(const json_t *words, const char *word)
{
	const json_t *v;
	size_t i;

	json_array_foreach(words, i, v) {
		const char *s = json_string_value(v);

		if (s && !strcmp(s, word))
			return true;
	}
	return false;
}

/* Words of @a that are not in @b; @first: @a is what was. */
static void diff_words(json_t *list, const json_t *a, const json_t *b, bool first)
{
	const json_t *v;
	size_t i;

	json_array_foreach(a, i, v) {
		const char *s = json_string_value(v);

		if (s && !is_volatile(s) && !has_word(b, s))
			add_row(list, WORDS, first ? v : NULL, first ? NULL : v);
	}
}

static void diff_keys(json_t *list, const json_t *a, const json_t *b, bool both)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)a, key, v) {
		const json_t *other = json_object_get(b, key);

		if (!strcmp(key, WORDS) || !json_is_string(v) ||
		    (other && json_equal(v, (json_t *)(uintptr_t)other)))
			continue;
		if (both)
			add_row(list, key, v, other);
		else if (!other)
			add_row(list, key, NULL, v);
	}
}

json_t *manifest_diff(const json_t *was, const json_t *is)
{
	json_t *list = json_array();

	if (!list)
		return NULL;
	diff_keys(list, was, is, true);
	diff_keys(list, is, was, false);
	diff_words(list, json_object_get(was, WORDS), json_object_get(is, WORDS), true);
	diff_words(list, json_object_get(is, WORDS), json_object_get(was, WORDS), false);
	return list;
}

bool manifest_guest(json_t *manifest, const struct seen_guest *g)
{
	const struct seen_display *d = seen_igpu(g);
	char driver[200], guest[200];

	snprintf(guest, sizeof(guest), "%.120s %.60s", g->os, g->kernel);
	snprintf(driver, sizeof(driver), "%.60s %.60s%s%.38s", d ? d->driver : "", d ? d->version : "",
		 d && *d->date ? " " : "", d ? d->date : "");
	return !json_object_set_new(manifest, "guest", json_string(guest)) &&
	       !json_object_set_new(manifest, "driver", json_string(driver)) &&
	       !json_object_set_new(manifest, "agent", json_string(g->agent));
}

json_t *manifest_record(const json_t *old, json_t *manifest, enum verdict v, const char *cause, int64_t now)
{
	_json_ json_t *record = json_pack("{s:i, s:s, s:s, s:s?, s:I, s:O}", "version", 1, "kind", "verified",
					  "verdict", verdict_text(v), "cause", cause, "time", (json_int_t)now,
					  "manifest", manifest);
	json_t *worked = v == VERDICT_WORKS ?
			 json_pack("{s:I, s:O}", "time", (json_int_t)now, "manifest", manifest) :
			 json_incref(json_object_get(old, "worked"));

	if (!record || (worked && json_object_set_new(record, "worked", worked)))
		return NULL;
	return TAKE(record);
}

const json_t *manifest_worked(const json_t *record, int64_t *when)
{
	const json_t *worked = json_object_get(record, "worked");
	const json_t *manifest = json_object_get(worked, "manifest");

	*when = json_integer_value(json_object_get(worked, "time"));
	return json_is_object(manifest) && *when > 0 ? manifest : NULL;
}
