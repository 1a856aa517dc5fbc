/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/journal.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"

#define JOURNAL_FILE	"journal.json"
#define JOURNAL_VERSION	1
#define JOURNAL_BYTES	327680	/* of JOURNAL_MAX entries with the longest paths */

static json_t *entry_json(const struct journal_entry *e)
{
	if (e->what == JOURNAL_NODE)
		return json_pack("{s:s, s:s, s:I, s:I, s:I, s:I}", "what", "node", "path", e->path,
				 "uid", (json_int_t)e->uid, "gid", (json_int_t)e->gid, "mode",
				 (json_int_t)e->mode, "given_to", (json_int_t)e->given_to);
	if (e->what == JOURNAL_HOOK)
		return json_pack("{s:s, s:s, s:s, s:I}", "what", "hook", "path", e->path, "name", e->name, "uid",
				 (json_int_t)e->given_to);
	return json_pack("{s:s, s:s, s:o}", "what", "helper", "helper", e->helper, "process",
			 identity_json(&e->id));
}

static int node_from_json(json_t *json, struct journal_entry *e)
{
	json_int_t uid, gid, mode, given_to;
	const char *path;

	if (json_unpack(json, "{s:s, s:I, s:I, s:I, s:I}", "path", &path, "uid", &uid, "gid", &gid,
			"mode", &mode, "given_to", &given_to))
		return -EBADMSG;
	if (uid < 0 || uid > UINT32_MAX || gid < 0 || gid > UINT32_MAX || mode < 0 || mode > 07777 ||
	    given_to < 0 || given_to > UINT32_MAX || !str_copy(e->path, sizeof(e->path), path))
		return -EBADMSG;
	e->uid = (uid_t)uid;
	e->gid = (gid_t)gid;
	e->mode = (mode_t)mode;
	e->given_to = (uid_t)given_to;
	return 0;
}

static int hook_from_json(json_t *json, struct journal_entry *e)
{
	const char *path, *name;
	json_int_t uid;

	if (json_unpack(json, "{s:s, s:s, s:I}", "path", &path, "name", &name, "uid", &uid) || uid < 0 ||
	    uid > UINT32_MAX || !str_copy(e->path, sizeof(e->path), path) || !str_copy(e->name, sizeof(e->name), name))
		return -EBADMSG;
	e->what = JOURNAL_HOOK;
	e->given_to = (uid_t)uid;
	return 0;
}

static int entry_from_json(json_t *json, struct journal_entry *e)
{
	const char *what = json_string_value(json_object_get(json, "what"));
	const char *helper = json_string_value(json_object_get(json, "helper"));

	*e = (struct journal_entry){ .what = JOURNAL_NODE };
	if (what && !strcmp(what, "node"))
		return node_from_json(json, e);
	if (what && !strcmp(what, "hook"))
		return hook_from_json(json, e);
	if (!what || strcmp(what, "helper") || !helper ||
	    !str_copy(e->helper, sizeof(e->helper), helper))
		return -EBADMSG;
	e->what = JOURNAL_HELPER;
	return identity_from_json(json_object_get(json, "process"), &e->id);
}

int journal_read(int run_fd, struct journal *j)
{
	int err = 0;
	_json_ json_t *json = file_load_json_at(run_fd, JOURNAL_FILE, JOURNAL_BYTES, &err);
	json_t *list;

	j->n = 0;
	if (!json)
		return err == -ENOENT ? 0 : err;
	err = record_check_version(json, JOURNAL_VERSION);
	if (err)
		return err;
	list = json_object_get(json, "entries");
	if (!json_is_array(list) || json_array_size(list) > JOURNAL_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < json_array_size(list); i++) {
		err = entry_from_json(json_array_get(list, i), &j->v[i]);
		if (err)
			return err;
	}
	j->n = json_array_size(list);
	return 0;
}

int journal_write(int run_fd, const struct journal *j)
{
	_json_ json_t *list = json_array();
	_json_ json_t *json = NULL;

	if (!j->n)
		return unlinkat(run_fd, JOURNAL_FILE, 0) && errno != ENOENT ? -errno : 0;
	for (size_t i = 0; i < j->n; i++)
		if (json_array_append_new(list, entry_json(&j->v[i])))
			return -ENOMEM;
	json = json_pack("{s:i, s:s, s:O}", "version", JOURNAL_VERSION, "kind", "journal", "entries",
			 list);
	return json ? file_replace_json_at(run_fd, JOURNAL_FILE, json, 0600) : -ENOMEM;
}

static bool is_noted(const struct journal *j, const struct journal_entry *e)
{
	for (size_t i = 0; e->what == JOURNAL_NODE && i < j->n; i++)
		if (j->v[i].what == JOURNAL_NODE && j->v[i].given_to == e->given_to &&
		    !strcmp(j->v[i].path, e->path))
			return true;
	return false;
}

/* A keyboard that is plugged in again and again has a new node each time. */
static void forget_gone_nodes(struct journal *j)
{
	size_t n = 0;

	for (size_t i = 0; i < j->n; i++)
		if (j->v[i].what != JOURNAL_NODE || !access(j->v[i].path, F_OK))
			j->v[n++] = j->v[i];
	j->n = n;
}

int journal_add(int run_fd, const struct journal_entry *e)
{
	/* Not on the stack: who starts a VM becomes its supervisor, and a stack never shrinks. */
	_free_ struct journal *j = malloc(sizeof(*j));
	int r = j ? journal_read(run_fd, j) : -ENOMEM;

	if (r)
		return r;
	if (is_noted(j, e))
		return 0;
	if (j->n == JOURNAL_MAX)
		forget_gone_nodes(j);
	if (j->n == JOURNAL_MAX)
		return -ENOSPC;
	j->v[j->n++] = *e;
	return journal_write(run_fd, j);
}

int journal_helper_open(int run_fd, const char *name)
{
	_free_ struct journal *j = malloc(sizeof(*j));
	int r = j ? journal_read(run_fd, j) : -ENOMEM;

	if (r)
		return r;
	for (size_t i = j->n; i-- > 0;)
		if (j->v[i].what == JOURNAL_HELPER && !strcmp(j->v[i].helper, name))
			return identity_open(&j->v[i].id);
	return -ESRCH;
}
