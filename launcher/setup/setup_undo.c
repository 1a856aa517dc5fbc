/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/setup/setup_steps.h"

/* --- one file -------------------------------------------------------------------- */

enum found { FOUND_BEFORE, FOUND_OURS, FOUND_STOCK, FOUND_OTHER };

static enum found judge(const struct setup_entry *e, const char *now, size_t len)
{
	char hex[SHA256_HEX];

	setup_hash(now, len, hex);
	if (!strcmp(hex, e->before))
		return FOUND_BEFORE;
	if (!strcmp(hex, e->after) || (*e->also && !strcmp(hex, e->also)))
		return FOUND_OURS;
	if (e->adopted && !strcmp(hex, e->stock))
		return FOUND_STOCK;
	return FOUND_OTHER;
}

/* Takes over both texts. */
static void note_kept(struct setup_report *r, const struct setup_entry *e, char *now, size_t now_len,
		      char *was, size_t was_len)
{
	size_t i = r->n;

	setup_report_add(r, e->path, SETUP_KEPT);
	if (r->n == i) {
		free(now);
		free(was);
		return;
	}
	r->file[i].now = now;
	r->file[i].now_len = now_len;
	r->file[i].was = was;
	r->file[i].was_len = was_len;
}

/* What undo makes of it; NULL: no file. */
static int load(const struct setup_store *s, const struct setup_entry *e, bool stock, char **text, size_t *len)
{
	if (stock)
		return *e->stock ? setup_store_load(s, e->saved_stock, e->stock, text, len) : 0;
	return e->existed ? setup_store_load(s, e->saved, e->before, text, len) : 0;
}

/* With owner, mode and labels even where the bytes are right: a rename brings all or nothing. */
static int undo_place(const struct setup_store *s, const struct setup_place *p, struct setup_entry *e,
		      bool stock, struct setup_report *r)
{
	_free_ char *now = NULL, *was = NULL;
	size_t now_len = 0, was_len = 0;
	enum found found, wanted = stock ? FOUND_STOCK : FOUND_BEFORE;
	int err = p->dir < 0 ? -ENOENT : setup_place_read(p, &now, &now_len, NULL);

	if (err && err != -ENOENT)
		return err;
	found = judge(e, now, now_len);
	e->kept = false;
	err = load(s, e, stock, &was, &was_len);
	if (err)
		return err;
	if (found == FOUND_OTHER) {
		e->kept = true;
		note_kept(r, e, TAKE(now), now_len, TAKE(was), was_len);
		return 0;
	}
	if (p->dir >= 0) {
		err = setup_place_sweep(p);
		if (err)
			return err;
	}
	if (found != wanted && p->dir < 0)
		return -ENOENT;
	if (found != wanted)
		err = was ? setup_place_write(p, was, was_len, &e->meta, !stock, false) :
			    setup_place_remove(p);
	if (err)
		return err;
	if (stock)
		strcpy(e->after, e->stock);
	setup_report_add(r, e->path, stock ? SETUP_STOCKED : e->existed ? SETUP_RESTORED : SETUP_REMOVED);
	return 0;
}

static int undo_file(const struct tree *t, const struct setup_store *s, struct setup_entry *e,
		     bool stock, struct setup_report *r)
{
	struct setup_place p;
	int err = setup_place_open(t, e->path, &p);

	if (!err || err == -ENOENT)
		err = undo_place(s, &p, e, stock && e->adopted, r);
	setup_place_done(&p);
	if (err) {
		setup_report_add(r, e->path, SETUP_FAILED);
		str_fit(r->path, sizeof(r->path), e->path);
	}
	return err;
}

/* --- directories -------------------------------------------------------------------- */

static bool holds_kept(const struct setup_journal *j, const char *dir)
{
	for (size_t i = 0; i < j->n; i++) {
		const char *rest = str_starts(j->e[i].path, dir);

		if (rest && *rest == '/')
			return true;
	}
	return false;
}

static int undo_dir(const struct tree *t, const struct setup_dir *d)
{
	struct setup_place p;
	int r = setup_place_open(t, d->path, &p);

	if (r)
		return r == -ENOENT ? 0 : r;
	if (d->made) {
		/* Somebody else's files may be in it by now. */
		if (unlinkat(p.dir, p.name, AT_REMOVEDIR) && errno != ENOENT && errno != ENOTEMPTY &&
		    errno != ENOTDIR)
			r = -errno;
	} else if (d->restore) {
		_fd_ int fd = openat(p.dir, p.name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

		if (fd >= 0 && futimens(fd, (struct timespec[]){ d->atime, d->mtime }))
			r = -errno;
	}
	setup_place_done(&p);
	return r;
}

/* Made ones first, and the deepest of them first; then the times of those they were made in. */
static int undo_dirs(const struct tree *t, struct setup_journal *j, struct setup_report *r)
{
	int first = 0;

	for (int made = 1; made >= 0; made--)
		for (size_t i = j->n_dirs; i-- > 0;) {
			int e = j->d[i].made != made || holds_kept(j, j->d[i].path) ?
					0 :
					undo_dir(t, &j->d[i]);

			if (e && !first) {
				first = e;
				str_fit(r->path, sizeof(r->path), j->d[i].path);
			}
		}
	return first;
}

/* --- all of it -------------------------------------------------------------------- */

int setup_undo_files(const struct tree *t, const struct setup_store *s, struct setup_journal *j,
		     bool stock, struct setup_report *r)
{
	int first = 0, e;

	for (size_t i = 0; i < j->n;) {
		e = undo_file(t, s, &j->e[i], stock, r);
		if (!first)
			first = e;
		if (e || j->e[i].kept || (stock && j->e[i].adopted))
			i++;
		else
			setup_journal_drop(j, &j->e[i]);
	}
	e = first ? 0 : undo_dirs(t, j, r);
	return first ? first : e;
}

static bool any_kept(const struct setup_journal *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (j->e[i].kept)
			return true;
	return false;
}

/* Which directories nobody else has touched is known now, and not after the first step. */
static int begin(const struct tree *t, const struct setup_store *s, struct setup_journal *j)
{
	struct timespec atime, mtime;

	for (size_t i = 0; (j->state == SETUP_APPLIED || j->state == SETUP_STOCK) && i < j->n_dirs; i++) {
		struct setup_dir *d = &j->d[i];

		if (setup_dir_times(t, d->path, &atime, &mtime) || mtime.tv_sec != d->left.tv_sec ||
		    mtime.tv_nsec != d->left.tv_nsec)
			d->restore = false;
	}
	j->state = SETUP_UNDOING;
	return setup_journal_write(s, j);
}

/*
 * Commands have failed. With every file as it was, one whose work is there to the byte has nothing left to do: a host
 * whose builder is broken gets out of a setup that this builder could not build.
 */
static int judge_failed(const struct tree *t, const struct setup_journal *j, int error, struct setup_report *r)
{
	bool whole = true;

	setup_made_read(t, &r->made);
	setup_made_compare(&j->made, &r->made);
	for (size_t i = 0; i < r->commands; i++) {
		r->ran[i].needless = r->ran[i].error && !j->n &&
				     setup_made_same(&r->made, setup_made_by(r->ran[i].name));
		whole &= !r->ran[i].error || r->ran[i].needless;
	}
	return whole ? 0 : error;
}

static int undo_open(const struct tree *t, struct setup_store *s, struct setup_journal *j, bool stock,
		     struct setup_report *r)
{
	int e = setup_journal_read(s, j);

	if (e || j->state == SETUP_NONE)
		return e ? e : setup_store_remove(t, s);
	r->left = true;
	e = begin(t, s, j);
	/* A full disk is what an undo may be for: what is due is told from the files. */
	if (e && e != -ENOSPC && e != -EDQUOT)
		return e;
	e = setup_undo_files(t, s, j, stock, r);
	if (e)
		return e;
	e = setup_run_commands(t, s, j->c, j->n_commands, true, r);
	if (e)
		e = judge_failed(t, j, e, r);
	if (e)
		return e;
	if (!j->n) {
		e = setup_store_remove(t, s);
		r->left = e;
		return e;
	}
	j->state = stock && !any_kept(j) ? SETUP_STOCK : SETUP_APPLIED;
	j->trial = 0;
	r->left = any_kept(j);
	setup_dirs_left(t, j);
	return setup_journal_write(s, j);
}

int setup_undo(const struct tree *t, bool stock, struct setup_report *r)
{
	struct setup_store s = { .fd = -1 };
	struct setup_journal *j = setup_journal_new();
	int e = j ? setup_store_open(t, false, &s) : -ENOMEM;

	if (!e)
		e = undo_open(t, &s, j, stock, r);
	else if (e == -ENOENT)
		e = 0;
	setup_store_done(&s);
	setup_journal_free(j);
	return e;
}

static int confirm_open(const struct tree *t, const struct setup_store *s, struct setup_journal *j,
			struct setup_report *r)
{
	int e = setup_journal_read(s, j);

	if (e)
		return e;
	if (j->state == SETUP_APPLYING || j->state == SETUP_UNDOING)
		return -EINPROGRESS;
	if (j->state == SETUP_NONE || !j->trial)
		return -ENOENT;
	for (size_t i = 0; i < j->n;) {
		if (!j->e[i].trial) {
			i++;
			continue;
		}
		e = undo_file(t, s, &j->e[i], false, r);
		if (e)
			return e;
		if (j->e[i].kept)
			i++;
		else
			setup_journal_drop(j, &j->e[i]);
	}
	j->trial = 0;
	setup_dirs_left(t, j);
	return setup_journal_write(s, j);
}

int setup_confirm(const struct tree *t, struct setup_report *r)
{
	struct setup_store s = { .fd = -1 };
	struct setup_journal *j = setup_journal_new();
	int e = j ? setup_store_open(t, false, &s) : -ENOMEM;

	if (!e)
		e = confirm_open(t, &s, j, r);
	setup_store_done(&s);
	setup_journal_free(j);
	return e;
}

int setup_journal_peek(const struct tree *t, struct setup_journal *j)
{
	struct setup_store s = { .fd = -1 };
	int e = setup_store_open(t, false, &s);

	if (e == -ENOENT)
		return 0;
	if (!e)
		e = setup_journal_read(&s, j);
	setup_store_done(&s);
	return e;
}
