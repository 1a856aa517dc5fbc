/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/snapshot/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/create/tool.h"
#include "launcher/run/record.h"
#include "launcher/snapshot/parts.h"

/* What goes with the disks: firmware and its variables, the ROM, TPM state, what was seen of the driver. */
static const char *const copies[] = {
	"ovmf-vars.fd", "ovmf-secure-vars.fd", "ovmf-code.fd", "ovmf-secure-code.fd", "igd-assign.rom", "tpm",
	"verify.json",
};

/** struct place - of one VM's snapshots */
struct place {
	char data[PATH_MAX], dir[PATH_MAX], fresh[PATH_MAX], restore[PATH_MAX];
};

static int find_place(const struct paths *p, const char *name, struct place *at, struct snapshot_error *e)
{
	*e = (struct snapshot_error){ 0 };
	if (str_print(at->data, PATH_MAX, "%s/%s", p->data, name) &&
	    str_print(at->dir, PATH_MAX, "%s/snapshots", at->data) &&
	    str_print(at->fresh, PATH_MAX, "%s/.new", at->dir) &&
	    str_print(at->restore, PATH_MAX, "%s/.restore", at->dir))
		return 0;
	return snapshot_fail(e, p->data, -ENAMETOOLONG, NULL);
}

static bool is_there(const char *path)
{
	struct stat st;

	return !lstat(path, &st);
}

static int tag_place(const struct place *at, const char *tag, char path[static PATH_MAX], struct snapshot_error *e)
{
	return str_print(path, PATH_MAX, "%s/%s", at->dir, tag) ? 0 : snapshot_fail(e, at->dir, -ENAMETOOLONG, NULL);
}

static int sync_path(const char *path)
{
	_fd_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 || syncfs(fd) ? -errno : 0;
}

static int move(const struct place *at, const char *from, const char *to, struct snapshot_error *e)
{
	int r = rename(from, to) ? -errno : sync_path(at->dir);

	return r ? snapshot_fail(e, to, r, NULL) : 0;
}

/* @to must not be there. Links are copied as links: the TPM's folder is written by the VM's user. */
static int copy(const char *from, const char *to, struct snapshot_error *e)
{
	const char *const argv[] = { "cp", "-aT", "--reflink=auto", "--", from, to, NULL };
	char text[256];
	int r = tool_run(&(struct tool){ .argv = argv, .umask = 077 }, text, sizeof(text));

	return r ? snapshot_fail(e, to, r, text) : 0;
}

static int remove_one(const char *path, struct snapshot_error *e)
{
	struct stat st;
	int r = lstat(path, &st) ? -errno : S_ISDIR(st.st_mode) ? dir_remove(path) : unlink(path) ? -errno : 0;

	return r && r != -ENOENT ? snapshot_fail(e, path, r, NULL) : 0;
}

/* Each of the files named above that is in @from, to @to; one that is not there goes away there. */
static int copy_files(const char *from, const char *to, struct snapshot_error *e)
{
	char a[PATH_MAX], b[PATH_MAX];
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(copies); i++) {
		if (!str_print(a, sizeof(a), "%s/%s", from, copies[i]) ||
		    !str_print(b, sizeof(b), "%s/%s", to, copies[i]))
			return snapshot_fail(e, to, -ENAMETOOLONG, NULL);
		r = remove_one(b, e);
		if (!r && is_there(a))
			r = copy(a, b, e);
	}
	return r;
}

/* --- taking away: one that was being made, or is being deleted ---------------------------- */

static int take_away(const struct place *at, struct snapshot_error *e)
{
	struct snapshot s;
	int r = snapshot_record_read(at->fresh, &s);

	/* Without a record no disk was touched yet. */
	if (r && r != -ENOENT)
		return snapshot_fail(e, at->fresh, r, NULL);
	for (size_t i = 0; !r && i < s.n_disk; i++) {
		int in = snapshot_in_disk(&s.disk[i], s.tag, false, e);

		/* A disk that is gone has no snapshot any more. */
		if (in == -ENOENT && !is_there(s.disk[i].path))
			continue;
		r = in < 0 ? in : in ? snapshot_image(&s.disk[i], "-d", s.tag, e) : 0;
		if (r)
			return r;
	}
	return remove_one(at->fresh, e);
}

/* --- restore --------------------------------------------------------------------------------- */

static int apply(const struct place *at, const struct snapshot *s, struct snapshot_error *e)
{
	char dir[PATH_MAX];
	int r = tag_place(at, s->tag, dir, e);

	for (size_t i = 0; !r && i < s->n_disk; i++)
		r = snapshot_image(&s->disk[i], "-a", s->tag, e);
	if (!r)
		r = copy_files(dir, at->data, e);
	if (r)
		return r;
	r = sync_path(at->data);
	return r ? snapshot_fail(e, at->data, r, NULL) : remove_one(at->restore, e);
}

static int go_on(const struct place *at, struct snapshot_error *e)
{
	_json_ json_t *json = NULL;
	const char *tag = NULL;
	struct snapshot s;
	char dir[PATH_MAX];
	int r = 0;

	json = file_load_json_at(AT_FDCWD, at->restore, 4096, &r);
	if (json)
		r = record_check_version(json, 1);
	if (!r) {
		tag = json_string_value(json_object_get(json, "tag"));
		r = !tag || vm_name_check(tag) ? -EBADMSG : 0;
	}
	if (r)
		return snapshot_fail(e, at->restore, r, NULL);
	r = tag_place(at, tag, dir, e);
	if (r)
		return r;
	r = snapshot_record_read(dir, &s);
	return r ? snapshot_fail(e, dir, r, NULL) : apply(at, &s, e);
}

int snapshot_settle(const struct paths *p, const char *name, struct snapshot_error *e)
{
	struct place at;
	int r = find_place(p, name, &at, e);

	if (!r && is_there(at.fresh))
		r = take_away(&at, e);
	if (!r && is_there(at.restore))
		r = go_on(&at, e);
	return r;
}

/* What every change begins with: nothing half done is left, and where the snapshot is or will be. */
static int begin(const struct paths *p, const char *name, const char *tag, struct place *at, char dir[static PATH_MAX],
		 struct snapshot_error *e)
{
	int r = snapshot_settle(p, name, e);

	if (!r)
		r = find_place(p, name, at, e);
	return r ? r : tag_place(at, tag, dir, e);
}

static bool is_disk_of(const struct wish *w, const struct snapshot_disk *d)
{
	for (size_t i = 0; i < w->n_disk; i++)
		if (!strcmp(w->disk[i].path, d->path) && !w->disk[i].cdrom && !w->disk[i].read_only)
			return true;
	return false;
}

/* Everything that can be wrong is looked at before anything is changed. */
static int look(const struct wish *w, const struct snapshot *s, struct snapshot_error *e)
{
	for (size_t i = 0; i < s->n_disk; i++) {
		const struct snapshot_disk *d = &s->disk[i];
		int in;

		if (!is_disk_of(w, d))
			return snapshot_fail(e, d->path, -EOPNOTSUPP, _("is no disk of this VM any more"));
		in = snapshot_in_disk(d, s->tag, false, e);
		if (in <= 0)
			return in ? in : snapshot_fail(e, d->path, -ENOENT, _("has not this snapshot any more"));
	}
	return 0;
}

int snapshot_restore(const struct paths *p, const struct wish *w, const char *tag, struct snapshot *s,
		     struct snapshot_error *e)
{
	_json_ json_t *json = json_pack("{s:i, s:s, s:s}", "version", 1, "kind", "snapshot-restore", "tag", tag);
	char dir[PATH_MAX];
	struct place at;
	int r = begin(p, w->name, tag, &at, dir, e);

	if (r)
		return r;
	r = snapshot_record_read(dir, s);
	if (r)
		return snapshot_fail(e, r == -ENOENT ? "" : dir, r, r == -ENOENT ? _("there is no such snapshot") : NULL);
	r = look(w, s, e);
	if (r)
		return r;
	r = json ? file_replace_json_at(AT_FDCWD, at.restore, json, 0600) : -ENOMEM;
	return r ? snapshot_fail(e, at.restore, r, NULL) : apply(&at, s, e);
}

/* --- create ---------------------------------------------------------------------------------- */

static int choose_disks(const struct wish *w, struct snapshot *s, struct snapshot_error *e)
{
	for (size_t i = 0; i < w->n_disk; i++) {
		const struct wish_disk *d = &w->disk[i];
		struct snapshot_disk *to = &s->disk[s->n_disk];
		int in;

		if (d->cdrom || d->read_only)
			continue;
		if (d->device)
			return snapshot_fail(e, d->path, -EOPNOTSUPP, _("is a block device, which keeps no snapshots: use "
								      "those of its own storage"));
		if (!d->qcow2)
			return snapshot_fail(e, d->path, -EOPNOTSUPP, _("is raw, which keeps no snapshots: convert it by "
								      "qemu-img convert -O qcow2"));
		str_fit(to->name, sizeof(to->name), d->name);
		str_fit(to->path, sizeof(to->path), d->path);
		in = snapshot_in_disk(to, s->tag, false, e);
		if (in)
			return in < 0 ? in : snapshot_fail(e, d->path, -EEXIST, _("has a snapshot of this name already"));
		s->n_disk++;
	}
	return s->n_disk ? 0 : snapshot_fail(e, "", -EOPNOTSUPP, _("has no disk that could be kept"));
}

static int make(const struct place *at, const struct snapshot *s, struct snapshot_error *e)
{
	char dir[PATH_MAX];
	int r = dir_make(at->dir, 0700);

	if (!r && mkdir(at->fresh, 0700))
		r = -errno;
	if (r)
		return snapshot_fail(e, at->fresh, r, NULL);
	r = copy_files(at->data, at->fresh, e);
	if (r)
		return r;
	r = snapshot_record_write(at->fresh, s);
	if (!r)
		r = sync_path(at->fresh);
	if (r)
		return snapshot_fail(e, at->fresh, r, NULL);
	for (size_t i = 0; i < s->n_disk && !r; i++)
		r = snapshot_image(&s->disk[i], "-c", s->tag, e);
	if (!r)
		r = tag_place(at, s->tag, dir, e);
	return r ? r : move(at, at->fresh, dir, e);
}

int snapshot_create(const struct paths *p, const struct wish *w, const char *tag, struct snapshot_error *e)
{
	struct snapshot s = { .time = (uint64_t)time(NULL) };
	struct snapshot_error unused;
	char dir[PATH_MAX];
	struct place at;
	int r = begin(p, w->name, tag, &at, dir, e);

	if (!r && is_there(dir))
		r = snapshot_fail(e, "", -EEXIST, _("there is a snapshot of this name already"));
	if (r)
		return r;
	str_fit(s.tag, sizeof(s.tag), tag);
	str_fit(s.machine, sizeof(s.machine), w->machine_version);
	r = choose_disks(w, &s, e);
	if (r)
		return r;
	r = make(&at, &s, e);
	if (r) {
		/* The signal that ended one program is not for those that clean up. */
		tool_interrupted = 0;
		(void)!take_away(&at, &unused);
	}
	return r;
}

int snapshot_delete(const struct paths *p, const char *name, const char *tag, struct snapshot_error *e)
{
	char dir[PATH_MAX];
	struct place at;
	int r = begin(p, name, tag, &at, dir, e);

	if (!r && !is_there(dir))
		r = snapshot_fail(e, "", -ENOENT, _("there is no such snapshot"));
	if (!r)
		r = move(&at, dir, at.fresh, e);
	return r ? r : take_away(&at, e);
}

/* --- list -------------------------------------------------------------------------------------- */

static int older(const void *a, const void *b)
{
	const struct snapshot *x = a, *y = b;

	return x->time != y->time ? (x->time > y->time) - (x->time < y->time) : strcmp(x->tag, y->tag);
}

static int add(const char *dir, struct snapshot **list, size_t *n, struct snapshot_error *e)
{
	struct snapshot *more = reallocarray(*list, *n + 1, sizeof(*more));
	int r;

	if (!more)
		return snapshot_fail(e, dir, -ENOMEM, NULL);
	*list = more;
	r = snapshot_record_read(dir, &more[*n]);
	if (r)
		return snapshot_fail(e, dir, r, NULL);
	++*n;
	return 0;
}

int snapshot_list(const struct paths *p, const char *name, struct snapshot **list, size_t *n, struct snapshot_error *e)
{
	char dir[PATH_MAX];
	_dir_ DIR *d = NULL;
	struct dirent *entry;
	struct place at;
	int r = find_place(p, name, &at, e);

	*list = NULL;
	*n = 0;
	if (r)
		return r;
	d = opendir(at.dir);
	if (!d)
		return errno == ENOENT ? 0 : snapshot_fail(e, at.dir, -errno, NULL);
	while (!r && (entry = readdir(d)))
		if (*entry->d_name != '.') {
			r = tag_place(&at, entry->d_name, dir, e);
			if (!r)
				r = add(dir, list, n, e);
		}
	if (r)
		free(TAKE(*list));
	else if (*n)
		qsort(*list, *n, sizeof(**list), older);
	return r;
}
