/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/setup/setup_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "launcher/base/file.h"
#include "launcher/base/paths.h"
#include "launcher/base/str.h"
#include "launcher/run/record.h"

#define JOURNAL_FILE	"journal.json"
#define JOURNAL_VERSION	1
#define JOURNAL_BYTES	(1U << 20)	/* 64 files with labels and ACLs are some 60 KiB */

static const char *const state_text[SETUP_STATES] = {
	[SETUP_NONE] = "none", [SETUP_APPLYING] = "applying", [SETUP_APPLIED] = "applied",
	[SETUP_UNDOING] = "undoing", [SETUP_STOCK] = "stock",
};

const char *setup_state_text(enum setup_state s)
{
	return state_text[s];
}

void setup_hash(const char *data, size_t len, char hex[static SHA256_HEX])
{
	uint8_t sum[SHA256_BYTES];

	hex[0] = '\0';
	if (!data)
		return;
	sha256_sum(data, len, sum);
	sha256_hex(sum, hex);
}

/* --- the store -------------------------------------------------------------------- */

static bool is_mine(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH));
}

/* Below @dir, never through a link: the data directory's parents may be links, what is ours may not. */
static int open_mine(int dir, const char *name, bool make, mode_t mode)
{
	_fd_ int fd = -1;

	if (make && mkdirat(dir, name, mode) && errno != EEXIST)
		return -errno;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? -ENOTDIR : -errno;
	return is_mine(fd) ? TAKE_FD(fd) : -EPERM;
}

/* A descriptor of what @path ("/var/lib/igvm") names below the root; parents are made. */
static int open_data(const struct tree *t, bool make)
{
	char path[PATH_MAX];
	struct paths p;
	int fd, up;

	paths_system(&p, "/");
	if (!str_copy(path, sizeof(path), p.data))
		return -ENAMETOOLONG;
	for (char *s = path;; *s = '/') {
		char *name = s;

		s = strchr(s + 1, '/');
		if (s)
			*s = '\0';
		fd = tree_open(t, path, O_RDONLY | O_DIRECTORY);
		if (fd == -ENOENT && make) {
			*name = '\0';
			up = tree_open(t, *path ? path : "/", O_RDONLY | O_DIRECTORY);
			*name = '/';
			fd = up < 0 ? up : open_mine(up, name + 1, true, 0755);
			if (fd >= 0 && fsync(up)) {
				close(fd);
				fd = -errno;
			}
			if (up >= 0)
				close(up);
		}
		if (fd < 0 || !s)
			return fd;
		close(fd);
	}
}

static int lock_store(int data, int fd)
{
	struct stat mine, there;

	if (flock(fd, LOCK_EX | LOCK_NB))
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	/* An undo that ended meanwhile has removed the directory we opened. */
	if (fstat(fd, &mine) || fstatat(data, "setup", &there, AT_SYMLINK_NOFOLLOW) ||
	    mine.st_ino != there.st_ino)
		return -EBUSY;
	return 0;
}

static int clear_rubbish(int fd)
{
	_dir_ DIR *dir = NULL;
	struct dirent *e;
	int copy;

	if (!faccessat(fd, JOURNAL_FILE, F_OK, AT_SYMLINK_NOFOLLOW))
		return 0;
	copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		if (copy >= 0)
			close(copy);
		return -errno;
	}
	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		    unlinkat(fd, e->d_name, 0))
			return -errno;
	return 0;
}

int setup_store_open(const struct tree *t, bool make, struct setup_store *s)
{
	_fd_ int data = open_data(t, make);
	_fd_ int fd = -1;
	int r;

	s->fd = -1;
	if (data < 0)
		return data;
	fd = open_mine(data, "setup", make, 0700);
	if (fd < 0)
		return fd;
	r = lock_store(data, fd);
	if (!r && make)
		r = clear_rubbish(fd);
	if (!r && make && fsync(data))
		r = -errno;
	if (!r)
		s->fd = TAKE_FD(fd);
	return r;
}

void setup_store_done(struct setup_store *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

int setup_store_remove(const struct tree *t, struct setup_store *s)
{
	_fd_ int data = open_data(t, false);
	_fd_ int up = data < 0 ? -1 : openat(data, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (unlinkat(s->fd, JOURNAL_FILE, 0) && errno != ENOENT)
		return -errno;
	if (fsync(s->fd))
		return -errno;
	r = clear_rubbish(s->fd);
	if (r || data < 0)
		return r;
	if (unlinkat(data, "setup", AT_REMOVEDIR))
		return -errno;
	/* Other things of igvm's may live there: then it stays. */
	if (up >= 0)
		unlinkat(up, "igvm", AT_REMOVEDIR);
	setup_store_done(s);
	return 0;
}

static void saved_name(unsigned int n, char name[static 16])
{
	snprintf(name, 16, "file-%u", n);
}

int setup_store_save(const struct setup_store *s, unsigned int n, const void *data, size_t len)
{
	char name[16];

	saved_name(n, name);
	return file_replace_at(s->fd, name, data, len, 0600);
}

int setup_store_load(const struct setup_store *s, unsigned int n, const char *hash, char **text,
		     size_t *len)
{
	struct setup_place p = { .dir = s->fd };
	_free_ char *t = NULL;
	char hex[SHA256_HEX];
	int r;

	saved_name(n, p.name);
	r = setup_place_read(&p, &t, len, NULL);
	if (r == -ELOOP || r == -ENOENT || r == -EINVAL || r == -EMLINK)
		return -EBADMSG;
	if (r)
		return r;
	setup_hash(t, *len, hex);
	if (strcmp(hex, hash))
		return -EBADMSG;
	*text = TAKE(t);
	return 0;
}

/* --- the journal in memory ------------------------------------------------------------ */

struct setup_journal *setup_journal_new(void)
{
	return calloc(1, sizeof(struct setup_journal));
}

void setup_journal_free(struct setup_journal *j)
{
	if (!j)
		return;
	for (size_t i = 0; i < j->n; i++)
		setup_meta_done(&j->e[i].meta);
	for (size_t i = 0; i < SETUP_COMMANDS_MAX; i++)
		for (size_t k = 0; k < SETUP_ARGV_MAX; k++)
			free(j->c[i].argv[k]);
	free(j);
}

struct setup_entry *setup_journal_find(struct setup_journal *j, const char *path)
{
	for (size_t i = 0; i < j->n; i++)
		if (!strcmp(j->e[i].path, path))
			return &j->e[i];
	return NULL;
}

void setup_journal_drop(struct setup_journal *j, struct setup_entry *e)
{
	setup_meta_done(&e->meta);
	j->n--;
	memmove(e, e + 1, (size_t)(&j->e[j->n] - e) * sizeof(*e));
	memset(&j->e[j->n], 0, sizeof(*e));
}

/* --- writing -------------------------------------------------------------------- */

static json_t *entry_json(const struct setup_entry *e)
{
	json_t *json = json_pack("{s:s, s:b, s:b, s:b, s:s, s:s, s:s}", "path", e->path, "existed",
				 e->existed, "trial", e->trial, "kept", e->kept, "before", e->before, "after", e->after, "also",
				 e->also);

	if (json && ((e->existed && (json_object_set_new(json, "saved", json_integer(e->saved)) ||
				     json_object_set_new(json, "meta", setup_meta_json(&e->meta)))) ||
		     (e->adopted &&
		      (json_object_set_new(json, "stock", json_string(e->stock)) ||
		       json_object_set_new(json, "saved_stock", json_integer(e->saved_stock)))))) {
		json_decref(json);
		return NULL;
	}
	return json;
}

static json_t *dir_json(const struct setup_dir *d)
{
	return json_pack("{s:s, s:b, s:b, s:o, s:o, s:o}", "path", d->path, "made", d->made, "restore",
			 d->restore, "atime", setup_time_json(d->atime), "mtime",
			 setup_time_json(d->mtime), "left", setup_time_json(d->left));
}

static json_t *command_json(const struct setup_command *c)
{
	_json_ json_t *argv = json_array();

	for (size_t i = 0; i < SETUP_ARGV_MAX && c->argv[i]; i++)
		if (json_array_append_new(argv, json_string(c->argv[i])))
			return NULL;
	return json_pack("{s:O, s:b}", "argv", argv, "after_undo", c->after_undo);
}

int setup_journal_write(const struct setup_store *s, const struct setup_journal *j)
{
	_json_ json_t *files = json_array(), *dirs = json_array(), *commands = json_array();
	_json_ json_t *made = setup_made_json(&j->made), *json = NULL;
	int bad = 0;

	for (size_t i = 0; i < j->n; i++)
		bad |= json_array_append_new(files, entry_json(&j->e[i]));
	for (size_t i = 0; i < j->n_dirs; i++)
		bad |= json_array_append_new(dirs, dir_json(&j->d[i]));
	for (size_t i = 0; i < j->n_commands; i++)
		bad |= json_array_append_new(commands, command_json(&j->c[i]));
	json = bad ? NULL :
		     json_pack("{s:i, s:s, s:s, s:s, s:I, s:s, s:I, s:O, s:O, s:O, s:O}", "version",
			       JOURNAL_VERSION, "kind", "setup-journal", "state", state_text[j->state],
			       "way", j->way == SETUP_DEDICATED ? "dedicated" : "shared", "since",
			       (json_int_t)j->since, "boot", j->boot, "trial", (json_int_t)j->trial,
			       "files", files, "dirs", dirs, "commands", commands, "made", made);
	return json ? file_replace_json_at(s->fd, JOURNAL_FILE, json, 0600) : -ENOMEM;
}

/* --- reading: the file is root's, and still judged like any other ---------------------------- */

static bool hash_good(const char *hex)
{
	return !*hex || (strlen(hex) == SHA256_HEX - 1 &&
			 strspn(hex, "0123456789abcdef") == SHA256_HEX - 1);
}

static int entry_from_json(json_t *json, struct setup_entry *e)
{
	const char *path, *before, *after, *also;
	int existed, trial, kept;
	json_int_t saved;
	json_t *meta;

	if (json_unpack(json, "{s:s, s:b, s:b, s:b, s:s, s:s, s:s}", "path", &path, "existed", &existed,
			"trial", &trial, "kept", &kept, "before", &before, "after", &after, "also", &also))
		return -EBADMSG;
	if (!setup_path_check(path) || !hash_good(before) || !hash_good(after) || !hash_good(also) ||
	    !*before != !existed || !str_copy(e->path, sizeof(e->path), path) ||
	    !str_copy(e->before, sizeof(e->before), before) ||
	    !str_copy(e->after, sizeof(e->after), after) || !str_copy(e->also, sizeof(e->also), also))
		return -EBADMSG;
	e->existed = existed;
	e->trial = trial;
	e->kept = kept;
	if (!existed)
		return 0;
	if (json_unpack(json, "{s:I, s:o}", "saved", &saved, "meta", &meta) || saved < 0 ||
	    saved >= SETUP_SAVED_MAX)
		return -EBADMSG;
	e->saved = (unsigned int)saved;
	return setup_meta_from_json(meta, &e->meta);
}

/* Adopted lines; older journals and other files have none. */
static int stock_from_json(json_t *json, struct setup_entry *e)
{
	const char *stock;
	json_int_t saved;

	if (!json_object_get(json, "stock"))
		return 0;
	if (!e->existed || json_unpack(json, "{s:s, s:I}", "stock", &stock, "saved_stock", &saved) ||
	    saved < 0 || saved >= SETUP_SAVED_MAX || !hash_good(stock) ||
	    !str_copy(e->stock, sizeof(e->stock), stock))
		return -EBADMSG;
	e->saved_stock = (unsigned int)saved;
	e->adopted = true;
	return 0;
}

static int dir_from_json(json_t *json, struct setup_dir *d)
{
	json_t *atime, *mtime, *left;
	const char *path;
	int made, restore;

	if (json_unpack(json, "{s:s, s:b, s:b, s:o, s:o, s:o}", "path", &path, "made", &made, "restore",
			&restore, "atime", &atime, "mtime", &mtime, "left", &left))
		return -EBADMSG;
	if (!setup_path_check(path) || !str_copy(d->path, sizeof(d->path), path) ||
	    !setup_time_from_json(atime, &d->atime) || !setup_time_from_json(mtime, &d->mtime) ||
	    !setup_time_from_json(left, &d->left))
		return -EBADMSG;
	d->made = made;
	d->restore = restore;
	return 0;
}

static int command_from_json(json_t *json, struct setup_command *c)
{
	json_t *argv;
	int after_undo;

	if (json_unpack(json, "{s:o, s:b}", "argv", &argv, "after_undo", &after_undo) ||
	    !json_is_array(argv) || !json_array_size(argv) || json_array_size(argv) >= SETUP_ARGV_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < json_array_size(argv); i++) {
		const char *word = json_string_value(json_array_get(argv, i));

		if (!word)
			return -EBADMSG;
		c->argv[i] = strdup(word);
		if (!c->argv[i])
			return -ENOMEM;
	}
	c->after_undo = after_undo;
	c->why = "";
	return 0;
}

static int lists_from_json(json_t *json, struct setup_journal *j)
{
	json_t *files = json_object_get(json, "files"), *dirs = json_object_get(json, "dirs");
	json_t *commands = json_object_get(json, "commands");
	int r = 0;

	if (!json_is_array(files) || json_array_size(files) > SETUP_ENTRIES_MAX ||
	    !json_is_array(dirs) || json_array_size(dirs) > SETUP_DIRS_MAX ||
	    !json_is_array(commands) || json_array_size(commands) > SETUP_COMMANDS_MAX)
		return -EBADMSG;
	for (size_t i = 0; !r && i < json_array_size(files); i++) {
		r = entry_from_json(json_array_get(files, i), &j->e[i]);
		if (!r)
			r = stock_from_json(json_array_get(files, i), &j->e[i]);
		if (!r && setup_journal_find(j, j->e[i].path))
			r = -EBADMSG;
		j->n = i + 1;
	}
	for (size_t i = 0; !r && i < json_array_size(dirs); i++, j->n_dirs++)
		r = dir_from_json(json_array_get(dirs, i), &j->d[i]);
	for (size_t i = 0; !r && i < json_array_size(commands); i++, j->n_commands++)
		r = command_from_json(json_array_get(commands, i), &j->c[i]);
	if (!r && json_object_get(json, "made"))
		r = setup_made_from_json(json_object_get(json, "made"), &j->made);
	return r;
}

static int head_from_json(json_t *json, struct setup_journal *j)
{
	const char *kind, *state, *way, *boot;
	json_int_t since, trial;

	if (json_unpack(json, "{s:s, s:s, s:s, s:I, s:s, s:I}", "kind", &kind, "state", &state, "way", &way,
			"since", &since, "boot", &boot, "trial", &trial))
		return -EBADMSG;
	if (strcmp(kind, "setup-journal") || since < 0 || trial < 0 || trial > 86400 ||
	    !str_copy(j->boot, sizeof(j->boot), boot))
		return -EBADMSG;
	for (enum setup_state s = SETUP_APPLYING; s < SETUP_STATES; s++)
		if (!strcmp(state, state_text[s]))
			j->state = s;
	if (j->state == SETUP_NONE || (strcmp(way, "dedicated") && strcmp(way, "shared")))
		return -EBADMSG;
	j->way = strcmp(way, "shared") ? SETUP_DEDICATED : SETUP_SHARED;
	j->since = (uint64_t)since;
	j->trial = (unsigned int)trial;
	return 0;
}

/* Nothing is restored from a store of which a part is wrong. */
static int check_saved(const struct setup_store *s, const struct setup_journal *j)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct setup_entry *e = &j->e[i];
		_free_ char *text = NULL, *stock = NULL;
		size_t len;
		int r = e->existed ? setup_store_load(s, e->saved, e->before, &text, &len) : 0;

		if (!r && *e->stock)
			r = setup_store_load(s, e->saved_stock, e->stock, &stock, &len);
		if (r)
			return r;
	}
	return 0;
}

int setup_journal_read(const struct setup_store *s, struct setup_journal *j)
{
	struct setup_place p = { .dir = s->fd, .name = JOURNAL_FILE };
	_free_ char *text = NULL;
	_json_ json_t *json = NULL;
	size_t len;
	int r = setup_place_read(&p, &text, &len, NULL);

	if (r)
		return r == -ENOENT ? 0 : r == -ELOOP || r == -EINVAL || r == -EMLINK ? -EBADMSG : r;
	if (len > JOURNAL_BYTES)
		return -EBADMSG;
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		return -EBADMSG;
	r = record_check_version(json, JOURNAL_VERSION);
	if (!r)
		r = head_from_json(json, j);
	if (!r)
		r = lists_from_json(json, j);
	return r ? r : check_saved(s, j);
}
