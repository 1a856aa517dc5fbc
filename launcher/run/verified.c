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

int verified_read(const struct paths *p, const char *name, struct verified *v)
{
	_json_ json_t *json = NULL;
	char path[PATH_MAX];
	int err = 0;

	*v = (struct verified){ 0 };
	if (!str_print(path, sizeof(path), "%s/%s/%s", p->data, name, VERIFY_FILE))
		return -ENAMETOOLONG;
	json = file_load_json_at(AT_FDCWD, path, VERIFY_MAX, &err);
	return json ? take(json, v) : err;
}
