/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Users of VMs. The range lies between what distributions give to services
 * and systemd's dynamic users (61184): 60706-61183 is documented as unused in
 * systemd's "Users, Groups, UIDs and GIDs on systemd Systems".
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>
#include <sys/file.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/launch.h"
#include "launcher/run/record.h"

#define UIDS_FILE	"uids.json"
#define UIDS_LOCK	"uids.lock"
#define UIDS_VERSION	1
#define UIDS_BYTES	262144

enum { UID_FIRST = 60800, UID_LAST = 61183 };

static bool exists(const char *dir, const char *name)
{
	char path[PATH_MAX];

	/* An answer that cannot be had counts as yes: the number stays taken. */
	return !str_print(path, sizeof(path), "%s/%s", dir, name) || !access(path, F_OK) ||
	       errno != ENOENT;
}

static bool uid_known(uid_t uid)
{
	return getpwuid(uid) || getgrgid(uid);
}

static int load_table(int dir, json_t **table)
{
	int err = 0;
	_json_ json_t *json = file_load_json_at(dir, UIDS_FILE, UIDS_BYTES, &err);
	const char *name;
	json_t *uids, *v;

	if (!json && err == -ENOENT) {
		*table = json_object();
		return *table ? 0 : -ENOMEM;
	}
	if (!json)
		return err;
	err = record_check_version(json, UIDS_VERSION);
	if (err)
		return err;
	uids = json_object_get(json, "uids");
	if (!json_is_object(uids))
		return -EBADMSG;
	json_object_foreach(uids, name, v)
		if (!json_is_integer(v) || json_integer_value(v) < UID_FIRST ||
		    json_integer_value(v) > UID_LAST)
			return -EBADMSG;
	*table = json_incref(uids);
	return 0;
}

static int store_table(int dir, json_t *table)
{
	_json_ json_t *json = json_pack("{s:i, s:s, s:O}", "version", UIDS_VERSION, "kind", "uids",
					"uids", table);

	return json ? file_replace_json_at(dir, UIDS_FILE, json, 0644) : -ENOMEM;
}

/* Whose is @uid in the table? NULL: nobody's. */
static const char *uid_owner(json_t *table, int uid)
{
	const char *name;
	json_t *v;

	json_object_foreach(table, name, v)
		if (json_integer_value(v) == uid)
			return name;
	return NULL;
}

/* A number never used, else the first whose VM has left nothing behind. */
static int pick_uid(const struct paths *p, json_t *table)
{
	for (int uid = UID_FIRST; uid <= UID_LAST; uid++)
		if (!uid_owner(table, uid) && !uid_known((uid_t)uid))
			return uid;
	for (int uid = UID_FIRST; uid <= UID_LAST; uid++) {
		const char *owner = uid_owner(table, uid);

		if (!owner || uid_known((uid_t)uid) || exists(p->data, owner) ||
		    exists(p->run, owner))
			continue;
		json_object_del(table, owner);
		return uid;
	}
	return -ENOSPC;
}

int launch_uid(const struct paths *p, const char *name, uid_t *uid)
{
	_fd_ int dir = -1, lock = -1;
	_json_ json_t *table = NULL;
	int r;

	*uid = geteuid();
	if (*uid)
		return 0;
	dir = dir_open_mine(p->data, 0755);
	if (dir < 0)
		return dir;
	lock = openat(dir, UIDS_LOCK, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock < 0 || flock(lock, LOCK_EX))
		return -errno;
	r = load_table(dir, &table);
	if (r)
		return r;
	if (json_object_get(table, name)) {
		*uid = (uid_t)json_integer_value(json_object_get(table, name));
		return uid_known(*uid) ? -EEXIST : 0;
	}
	r = pick_uid(p, table);
	if (r < 0)
		return r;
	*uid = (uid_t)r;
	if (json_object_set_new(table, name, json_integer(r)))
		return -ENOMEM;
	return store_table(dir, table);
}
