/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/verified.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/record.h"

#define VERIFY_FILE	"verify.json"
#define VERIFY_MAX	(1u << 20)

static int take(const json_t *json, struct verified *v)
{
	static const char *const words[] = {
		[VERIFIED_UNKNOWN] = "unknown", [VERIFIED_BROKEN] = "broken", [VERIFIED_WORKS] = "works",
	};
	const char *kind = json_string_value(json_object_get(json, "kind"));
	const char *verdict = json_string_value(json_object_get(json, "verdict"));
	const json_t *when = json_object_get(json, "time");
	int r = record_check_version(json, 1);

	if (r)
		return r;
	if (!kind || strcmp(kind, "verified") || !verdict || !json_is_integer(when) ||
	    json_integer_value(when) <= 0)
		return -EBADMSG;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i], verdict))
			continue;
		v->verdict = (enum verified_verdict)i;
		v->time = (uint64_t)json_integer_value(when);
		return 0;
	}
	return -EBADMSG;
}

static int path_of(const struct paths *p, const char *name, char path[static PATH_MAX])
{
	return str_print(path, PATH_MAX, "%s/%s/%s", p->data, name, VERIFY_FILE) ? 0 : -ENAMETOOLONG;
}

json_t *verified_load(const struct paths *p, const char *name, int *err)
{
	_json_ json_t *json = NULL;
	char path[PATH_MAX];
	struct verified v;

	*err = path_of(p, name, path);
	if (!*err)
		json = file_load_json_at(AT_FDCWD, path, VERIFY_MAX, err);
	if (json)
		*err = take(json, &v);
	return *err ? NULL : TAKE(json);
}

int verified_read(const struct paths *p, const char *name, struct verified *v)
{
	int err = 0;
	_json_ json_t *json = verified_load(p, name, &err);

	*v = (struct verified){ 0 };
	return json ? take(json, v) : err;
}

int verified_write(const struct paths *p, const char *name, const json_t *json)
{
	char path[PATH_MAX];
	struct verified v;
	int r = take(json, &v);

	if (!r)
		r = path_of(p, name, path);
	return r ? r : file_replace_json_at(AT_FDCWD, path, json, 0600);
}
