/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/probed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/record.h"

#define PROBED_MAX	(1u << 20)

static int path_of(const struct paths *p, const char *name, char path[static PATH_MAX])
{
	return str_print(path, PATH_MAX, "%s/%s/probe.json", p->data, name) ? 0 : -ENAMETOOLONG;
}

json_t *probed_load(const struct paths *p, const char *name, int *err)
{
	_json_ json_t *json = NULL;
	char path[PATH_MAX];
	const char *kind;

	*err = path_of(p, name, path);
	if (!*err)
		json = file_load_json_at(AT_FDCWD, path, PROBED_MAX, err);
	if (!json)
		return NULL;
	*err = record_check_version(json, 1);
	kind = json_string_value(json_object_get(json, "kind"));
	if (!*err && (!kind || strcmp(kind, "probed") || !json_is_object(json_object_get(json, "manifest"))))
		*err = -EBADMSG;
	return *err ? NULL : json_incref(json_object_get(json, "manifest"));
}

int probed_write(const struct paths *p, const char *name, json_t *manifest)
{
	_json_ json_t *json = json_pack("{s:i, s:s, s:I, s:O}", "version", 1, "kind", "probed", "time",
					(json_int_t)time(NULL), "manifest", manifest);
	char path[PATH_MAX];
	int r = json ? path_of(p, name, path) : -ENOMEM;

	return r ? r : file_replace_json_at(AT_FDCWD, path, json, 0600);
}
