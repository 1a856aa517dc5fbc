/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/screen_note.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/record.h"
#include "launcher/run/screen.h"

#define NOTE_VERSION	1
#define NOTE_BYTES	16384
#define NOTE_TAIL	".screen.json"

static void note_name(struct bdf bdf, char name[static 40])
{
	char text[BDF_TEXT_MAX];

	snprintf(name, 40, "%s" NOTE_TAIL, bdf_text(bdf, text));
}

static int open_dir(const struct paths *p)
{
	char dir[PATH_MAX];
	int run = dir_open_mine(p->run, 0755);

	if (run < 0)
		return run;
	close(run);
	return str_print(dir, sizeof(dir), "%s/bind", p->run) ? dir_open_mine(dir, 0700) :
								 -ENAMETOOLONG;
}

static json_t *fbs_json(const struct screen_note *n)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < n->n_fb; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "driver", n->fb[i].driver, "name",
						      n->fb[i].name));
	return list;
}

int screen_note_store(const struct paths *p, const struct screen_note *n)
{
	_fd_ int dir = open_dir(p);
	_json_ json_t *json = NULL;
	char name[40], bdf[BDF_TEXT_MAX];

	if (dir < 0)
		return dir;
	note_name(n->bdf, name);
	json = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:b, s:o, s:s}", "version", NOTE_VERSION,
			 "kind", "screen", "device", bdf_text(n->bdf, bdf), "owner", n->owner, "driver",
			 n->driver, "unit", n->unit, "consoles", n->consoles, "framebuffers",
			 fbs_json(n), "lost", n->lost);
	return json ? file_replace_json_at(dir, name, json, 0600) : -ENOMEM;
}

/* Names become parts of paths and arguments: none that leads elsewhere. */
static bool is_plain(const char *s)
{
	return !strchr(s, '/') && !strchr(s, '\n') && *s != '-' && strcmp(s, "..");
}

static int parse_fbs(const json_t *list, struct screen_note *n)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *driver, *name;

		if (n->n_fb == SCREEN_FBS_MAX ||
		    json_unpack(json_array_get(list, i), "{s:s, s:s}", "driver", &driver, "name",
				&name) ||
		    !is_plain(driver) || !is_plain(name) ||
		    !str_copy(n->fb[n->n_fb].driver, sizeof(n->fb[0].driver), driver) ||
		    !str_copy(n->fb[n->n_fb].name, sizeof(n->fb[0].name), name))
			return -EBADMSG;
		n->n_fb++;
	}
	return 0;
}

static int parse(json_t *json, struct screen_note *n)
{
	const char *owner, *driver, *unit, *lost;
	int consoles, r = record_check_version(json, NOTE_VERSION);
	json_t *fbs;

	if (r)
		return r;
	if (json_unpack(json, "{s:s, s:s, s:s, s:b, s:o, s:s}", "owner", &owner, "driver", &driver,
			"unit", &unit, "consoles", &consoles, "framebuffers", &fbs, "lost", &lost) ||
	    !is_plain(driver) || !is_plain(unit) || !str_copy(n->owner, sizeof(n->owner), owner) ||
	    !str_copy(n->driver, sizeof(n->driver), driver) ||
	    !str_copy(n->unit, sizeof(n->unit), unit) || !str_copy(n->lost, sizeof(n->lost), lost))
		return -EBADMSG;
	n->consoles = consoles;
	return parse_fbs(fbs, n);
}

int screen_note_load(const struct paths *p, struct bdf bdf, struct screen_note *n)
{
	_json_ json_t *json = NULL;
	char path[PATH_MAX], name[40];
	int err = 0;

	*n = (struct screen_note){ .bdf = bdf };
	note_name(bdf, name);
	if (!str_print(path, sizeof(path), "%s/bind/%s", p->run, name))
		return -ENAMETOOLONG;
	json = file_load_json_at(AT_FDCWD, path, NOTE_BYTES, &err);
	return json ? parse(json, n) : err;
}

int screen_note_remove(const struct paths *p, struct bdf bdf)
{
	_fd_ int dir = open_dir(p);
	char name[40];

	if (dir < 0)
		return dir;
	note_name(bdf, name);
	if (unlinkat(dir, name, 0) && errno != ENOENT)
		return -errno;
	return fsync(dir) ? -errno : 0;
}

int screen_adopt(const struct paths *p, struct bdf bdf, const char *owner)
{
	struct screen_note n;
	int r = screen_note_load(p, bdf, &n);

	if (r)
		return r == -ENOENT ? 0 : r;
	if (!strcmp(n.owner, owner))
		return 0;
	if (!str_copy(n.owner, sizeof(n.owner), owner))
		return -ENAMETOOLONG;
	return screen_note_store(p, &n);
}

int screen_owned(const struct paths *p, const char *owner, struct bdf v[static SCREENS_MAX])
{
	char path[PATH_MAX];
	_dir_ DIR *dir = NULL;
	struct dirent *d;
	int found = 0;

	if (!str_print(path, sizeof(path), "%s/bind", p->run))
		return -ENAMETOOLONG;
	dir = opendir(path);
	if (!dir)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	while (found < SCREENS_MAX && (d = readdir(dir))) {
		char text[BDF_TEXT_MAX], name[40];
		struct screen_note n;

		str_fit(text, sizeof(text), d->d_name);
		if (!bdf_parse(text, &v[found]))
			continue;
		note_name(v[found], name);
		if (strcmp(d->d_name, name) || screen_note_load(p, v[found], &n))
			continue;
		if (!owner || !strcmp(n.owner, owner))
			found++;
	}
	return found;
}

bool screen_lost(const struct paths *p, const char *owner, char *why, size_t size)
{
	struct bdf v[SCREENS_MAX];
	int n = screen_owned(p, owner, v);
	struct screen_note note;

	for (int i = 0; i < n; i++) {
		if (screen_note_load(p, v[i], &note) || !*note.lost)
			continue;
		str_fit(why, size, note.lost);
		return true;
	}
	return false;
}
