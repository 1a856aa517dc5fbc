/* SPDX-License-Identifier: GPL-3.0-or-later */
/* {"version": 1, "kind": "snapshot", "tag", "time", "machine", "disks": [{"name", "path"}, ...]} */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/record.h"
#include "launcher/snapshot/parts.h"

#define FILE_NAME	"snapshot.json"
#define FILE_MAX	(256u << 10)

int snapshot_record_write(const char *dir, const struct snapshot *s)
{
	_json_ json_t *disks = json_array(), *json = NULL;
	char path[PATH_MAX];

	for (size_t i = 0; i < s->n_disk; i++)
		json_array_append_new(disks, json_pack("{s:s, s:s}", "name", s->disk[i].name, "path",
						       s->disk[i].path));
	json = json_pack("{s:i, s:s, s:s, s:I, s:s, s:O}", "version", 1, "kind", "snapshot", "tag", s->tag, "time",
			 (json_int_t)s->time, "machine", s->machine, "disks", disks);
	if (!json || json_array_size(disks) != s->n_disk)
		return -ENOMEM;
	if (!str_print(path, sizeof(path), "%s/" FILE_NAME, dir))
		return -ENAMETOOLONG;
	return file_replace_json_at(AT_FDCWD, path, json, 0600);
}

static int take_disks(const json_t *disks, struct snapshot *s)
{
	const json_t *one;
	size_t i;

	if (!json_is_array(disks) || json_array_size(disks) > WISH_DISKS_MAX)
		return -EBADMSG;
	json_array_foreach(disks, i, one) {
		const char *name = json_string_value(json_object_get(one, "name"));
		const char *path = json_string_value(json_object_get(one, "path"));
		struct snapshot_disk *d = &s->disk[s->n_disk++];

		if (!name || !path || *path != '/' || !str_copy(d->name, sizeof(d->name), name) ||
		    !str_copy(d->path, sizeof(d->path), path))
			return -EBADMSG;
	}
	return 0;
}

int snapshot_record_read(const char *dir, struct snapshot *s)
{
	_json_ json_t *json = NULL;
	const char *tag, *machine;
	char path[PATH_MAX];
	json_int_t when;
	json_t *disks;
	int r;

	*s = (struct snapshot){ 0 };
	if (!str_print(path, sizeof(path), "%s/" FILE_NAME, dir))
		return -ENAMETOOLONG;
	json = file_load_json_at(AT_FDCWD, path, FILE_MAX, &r);
	if (json)
		r = record_check_version(json, 1);
	if (r)
		return r;
	if (json_unpack(json, "{s:s, s:I, s:s, s:o}", "tag", &tag, "time", &when, "machine", &machine, "disks",
			&disks) || when < 0 || vm_name_check(tag) || !str_copy(s->tag, sizeof(s->tag), tag) ||
	    !str_copy(s->machine, sizeof(s->machine), machine))
		return -EBADMSG;
	s->time = (uint64_t)when;
	return take_disks(disks, s);
}
