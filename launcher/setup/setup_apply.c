/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/setup/setup_apply.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "launcher/base/str.h"
#include "launcher/setup/setup_steps.h"
#include "launcher/setup/setup_run.h"
#include "launcher/setup/setup_trial.h"

struct setup_report *setup_report_new(int show)
{
	struct setup_report *r = calloc(1, sizeof(*r));

	if (r)
		r->show = show;
	return r;
}

void setup_report_free(struct setup_report *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++) {
		free(r->file[i].now);
		free(r->file[i].was);
	}
	free(r);
}

void setup_report_add(struct setup_report *r, const char *path, enum setup_did did)
{
	if (r->n == SETUP_ENTRIES_MAX)
		return;
	str_fit(r->file[r->n].path, sizeof(r->file[r->n].path), path);
	r->file[r->n++].did = did;
}

static int blame(struct setup_report *r, const char *path, int error)
{
	if (error)
		str_fit(r->path, sizeof(r->path), path);
	return error;
}

/* --- commands -------------------------------------------------------------------- */

int setup_run_commands(const struct tree *t, const struct setup_store *s, const struct setup_command *c,
		   size_t n, bool undo, struct setup_report *r)
{
	_fd_ int keep = openat(s->fd, "log", O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	int first = 0;

	for (size_t i = 0; i < n && (undo || !first); i++) {
		int e, status = 0;

		if ((undo && !c[i].after_undo) || (!t->live && setup_run_is_service(c[i].argv)))
			continue;
		e = setup_run(t, c[i].argv, SETUP_RUN_SECONDS, r->show, keep, &status);
		if (!e && status)
			e = -ECANCELED;
		str_fit(r->ran[r->commands].name, sizeof(r->ran[0].name), c[i].argv[0]);
		r->ran[r->commands].status = status;
		r->ran[r->commands++].error = e;
		if (!e || first)
			continue;
		r->status = status;
		first = blame(r, c[i].argv[0], e);
	}
	return first;
}

/* --- directories -------------------------------------------------------------------- */

int setup_dir_times(const struct tree *t, const char *path, struct timespec *atime,
		    struct timespec *mtime)
{
	_fd_ int fd = tree_open(t, path, O_PATH | O_DIRECTORY);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	*atime = st.st_atim;
	*mtime = st.st_mtim;
	return 0;
}

void setup_dirs_left(const struct tree *t, struct setup_journal *j)
{
	struct timespec atime;

	for (size_t i = 0; i < j->n_dirs; i++)
		if (setup_dir_times(t, j->d[i].path, &atime, &j->d[i].left))
			j->d[i].restore = false;
}

static struct setup_dir *find_dir(struct setup_journal *j, const char *path)
{
	for (size_t i = 0; i < j->n_dirs; i++)
		if (!strcmp(j->d[i].path, path))
			return &j->d[i];
	return NULL;
}

/* Another apply: what an earlier one left must still be so, or the times are somebody else's. */
static void look_again(const struct tree *t, struct setup_dir *d)
{
	struct timespec atime, mtime;

	if (setup_dir_times(t, d->path, &atime, &mtime) || mtime.tv_sec != d->left.tv_sec ||
	    mtime.tv_nsec != d->left.tv_nsec)
		d->restore = false;
}

static int add_dir(const struct tree *t, struct setup_journal *j, const char *path, bool made)
{
	struct setup_dir *d = &j->d[j->n_dirs];

	if (find_dir(j, path) || !setup_path_check(path))
		return 0;
	if (j->n_dirs == SETUP_DIRS_MAX)
		return -EMFILE;
	*d = (struct setup_dir){ .made = made, .restore = true };
	if (!str_copy(d->path, sizeof(d->path), path))
		return -ENAMETOOLONG;
	if (!made) {
		int r = setup_dir_times(t, path, &d->atime, &d->mtime);

		if (r)
			return r;
	}
	j->n_dirs++;
	return 0;
}

/* The directory that is there, and those that have to be made for @path. */
static int add_missing_dirs(const struct tree *t, struct setup_journal *j, const char *path)
{
	char part[256], last[256] = "/";

	if (!str_copy(part, sizeof(part), path))
		return -ENAMETOOLONG;
	for (char *s = strchr(part + 1, '/'); s; s = strchr(s + 1, '/')) {
		enum tri there;
		int r = 0;

		*s = '\0';
		there = tree_exists(t, part);
		if (there == TRI_UNKNOWN)
			return -EACCES;
		if (there == TRI_NO) {
			r = add_dir(t, j, last, false);
			if (!r)
				r = add_dir(t, j, part, true);
		}
		if (r)
			return r;
		strcpy(last, part);
		*s = '/';
	}
	return 0;
}

static int make_dirs(const struct tree *t, const struct setup_journal *j, struct setup_report *r)
{
	for (size_t i = 0; i < j->n_dirs; i++) {
		struct setup_place p;
		int e = 0;

		if (!j->d[i].made)
			continue;
		e = setup_place_open(t, j->d[i].path, &p);
		if (!e && mkdirat(p.dir, p.name, 0755) && errno != EEXIST)
			e = -errno;
		if (!e && fsync(p.dir))
			e = -errno;
		setup_place_done(&p);
		if (e)
			return blame(r, j->d[i].path, e);
	}
	return 0;
}

/* --- the journal for a plan ------------------------------------------------------------ */

static bool same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return !a || !b ? a == b : a_len == b_len && !memcmp(a, b, a_len);
}

/* A number whose file is not there: one that the journal on disk may still name is never written over. */
static int free_number(const struct setup_store *s, unsigned int *number)
{
	char name[16];

	for (unsigned int n = 0; n < SETUP_SAVED_MAX; n++) {
		snprintf(name, sizeof(name), "file-%u", n);
		if (faccessat(s->fd, name, F_OK, AT_SYMLINK_NOFOLLOW)) {
			*number = n;
			return errno == ENOENT ? 0 : -errno;
		}
	}
	return -EMFILE;
}

/* As it is on disk: *@text NULL when there is no such file. */
static int read_now(const struct tree *t, const struct setup_file *f, struct setup_place *p, char **text,
		    size_t *len, struct setup_meta *m)
{
	int r = setup_place_open(t, f->path, p);

	if (!r)
		r = setup_place_read(p, text, len, m);
	if (r == -ENOENT)
		r = 0;
	if (!r && !same(*text, *len, f->before, f->before_len))
		r = -ESTALE;
	return r;
}

/* Behind the original's, which has its number by now. */
static int save_stock(struct setup_entry *e, const struct setup_store *s, const struct setup_file *f)
{
	int r = f->stock ? free_number(s, &e->saved_stock) : 0;

	if (r)
		return r;
	setup_hash(f->stock, f->stock_len, e->stock);
	e->adopted = true;
	return f->stock ? setup_store_save(s, e->saved_stock, f->stock, f->stock_len) : 0;
}

static int new_entry(struct setup_journal *j, const struct setup_store *s, const struct setup_file *f,
		     struct setup_meta *m)
{
	struct setup_entry *e = &j->e[j->n];
	int r = 0;

	if (j->n == SETUP_ENTRIES_MAX)
		return -EMFILE;
	*e = (struct setup_entry){ .existed = f->before, .trial = setup_is_trial_file(f->path) };
	if (f->before)
		r = free_number(s, &e->saved);
	if (r)
		return r;
	if (!str_copy(e->path, sizeof(e->path), f->path))
		return -ENAMETOOLONG;
	setup_hash(f->before, f->before_len, e->before);
	setup_hash(f->after, f->after_len, e->after);
	e->meta = *m;
	*m = (struct setup_meta){ 0 };
	j->n++;
	r = f->before ? setup_store_save(s, e->saved, f->before, f->before_len) : 0;
	return r || !f->adopted || !f->before ? r : save_stock(e, s, f);
}

/* A file of an earlier apply: its original stays the one that undo leads to. */
static int old_entry(struct setup_entry *e, const struct setup_file *f)
{
	char now[SHA256_HEX];

	setup_hash(f->before, f->before_len, now);
	if (strcmp(now, e->after))
		return -ESTALE;
	/* The plan's stock is of what an earlier apply has made, with igvm's own words in it. */
	if (f->adopted && !e->adopted)
		return -EALREADY;
	strcpy(e->also, now);
	setup_hash(f->after, f->after_len, e->after);
	return 0;
}

static int add_entry(const struct tree *t, struct setup_journal *j, const struct setup_store *s,
		     const struct setup_file *f)
{
	struct setup_entry *e = setup_journal_find(j, f->path);
	struct setup_place p = { .dir = -1 };
	struct setup_meta m = { 0 };
	_free_ char *text = NULL;
	size_t len = 0;
	int r = setup_path_check(f->path) ? read_now(t, f, &p, &text, &len, &m) : -EINVAL;

	/* Undo has shown it and somebody has had his say: what is there now is what undo leads to. */
	if (!r && e && e->kept) {
		setup_journal_drop(j, e);
		e = NULL;
	}
	if (!r && p.dir >= 0)
		r = add_dir(t, j, p.parent, false);
	if (!r && p.dir < 0)
		r = add_missing_dirs(t, j, f->path);
	if (!r)
		r = e ? old_entry(e, f) : new_entry(j, s, f, &m);
	setup_meta_done(&m);
	setup_place_done(&p);
	return r;
}

static int copy_command(struct setup_journal *j, const struct setup_command *c)
{
	struct setup_command *to = &j->c[j->n_commands];

	for (size_t i = 0; i < j->n_commands; i++) {
		size_t k = 0;

		while (c->argv[k] && j->c[i].argv[k] && !strcmp(c->argv[k], j->c[i].argv[k]))
			k++;
		if (!c->argv[k] && !j->c[i].argv[k]) {
			j->c[i].after_undo |= c->after_undo;
			return 0;
		}
	}
	if (j->n_commands == SETUP_COMMANDS_MAX)
		return -EMFILE;
	for (size_t k = 0; c->argv[k]; k++) {
		to->argv[k] = strdup(c->argv[k]);
		if (!to->argv[k])
			return -ENOMEM;
	}
	to->after_undo = c->after_undo;
	to->why = "";
	j->n_commands++;
	return 0;
}

static bool makes(const struct setup_command *c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (setup_made_by(c[i].argv[0]))
			return true;
	return false;
}

static int fill_journal(const struct tree *t, const struct setup_plan *plan, const struct setup_store *s,
			struct setup_journal *j, struct setup_report *r)
{
	int e = 0;

	for (size_t i = 0; i < j->n_dirs; i++)
		look_again(t, &j->d[i]);
	for (size_t i = 0; i < plan->n_files; i++) {
		e = add_entry(t, j, s, &plan->file[i]);
		if (e)
			return blame(r, plan->file[i].path, e);
	}
	/* Before the first tool runs for this journal, and not again: from then on it is igvm's work. */
	if (!makes(j->c, j->n_commands) && makes(plan->command, plan->n_commands))
		setup_made_read(t, &j->made);
	for (size_t i = 0; !e && i < plan->n_commands; i++)
		e = copy_command(j, &plan->command[i]);
	j->way = plan->way;
	j->state = SETUP_APPLYING;
	j->since = (uint64_t)time(NULL);
	if (!e && tree_line(t, "proc/sys/kernel/random/boot_id", j->boot, sizeof(j->boot)))
		j->boot[0] = '\0';
	return e;
}

/* --- writing -------------------------------------------------------------------- */

static int write_file(const struct tree *t, const struct setup_file *f, struct setup_report *r)
{
	struct setup_meta m = { .mode = f->mode };
	struct setup_place p;
	_free_ char *text = NULL;
	size_t len = 0;
	int e = read_now(t, f, &p, &text, &len, &m);

	if (!e && p.dir < 0)
		e = -ENOENT;
	if (!e && f->after)
		e = setup_place_write(&p, f->after, f->after_len, &m, false, !f->before);
	else if (!e)
		e = setup_place_remove(&p);
	setup_meta_done(&m);
	setup_place_done(&p);
	if (!e)
		setup_report_add(r, f->path, f->after ? SETUP_WROTE : SETUP_REMOVED);
	return blame(r, f->path, e);
}

static int write_files(const struct tree *t, const struct setup_plan *plan,
		       const struct setup_journal *j, struct setup_report *r)
{
	int e = make_dirs(t, j, r);

	for (size_t i = 0; !e && i < plan->n_files; i++)
		e = write_file(t, &plan->file[i], r);
	return e;
}

/* No command has run yet, so the files are all there is to take back. */
static void roll_back(const struct tree *t, struct setup_store *s, struct setup_journal *j,
		      struct setup_report *r)
{
	struct setup_report *quiet = setup_report_new(-1);

	r->left = !quiet || setup_undo_files(t, s, j, false, quiet) || j->n || setup_store_remove(t, s);
	setup_report_free(quiet);
}

static int finish(const struct tree *t, const struct setup_store *s, struct setup_journal *j)
{
	j->state = SETUP_APPLIED;
	setup_dirs_left(t, j);
	return setup_journal_write(s, j);
}

static int apply_open(const struct tree *t, const struct setup_plan *plan, unsigned int trial,
		      struct setup_store *s, struct setup_journal *j, struct setup_report *r)
{
	int e = setup_journal_read(s, j);
	bool had = j->state != SETUP_NONE;

	if (!e && (j->state == SETUP_APPLYING || j->state == SETUP_UNDOING))
		e = -EINPROGRESS;
	if (e || !plan->n_files) {
		if (!e && !had)
			e = setup_store_remove(t, s);
		return e;
	}
	e = fill_journal(t, plan, s, j, r);
	if (!e) {
		if (trial)
			j->trial = trial;
		e = setup_journal_write(s, j);
	}
	if (e) {
		/* Nothing was changed: an earlier journal is as it was, and without one nothing stays. */
		if (!had)
			r->left = setup_store_remove(t, s) != 0;
		return e;
	}
	e = write_files(t, plan, j, r);
	if (e) {
		roll_back(t, s, j, r);
		return e;
	}
	e = setup_run_commands(t, s, plan->command, plan->n_commands, false, r);
	r->left = e;
	return e ? e : finish(t, s, j);
}

int setup_apply(const struct tree *t, const struct setup_plan *plan, unsigned int trial,
		struct setup_report *r)
{
	struct setup_store s = { .fd = -1 };
	struct setup_journal *j = setup_journal_new();
	int e = j ? setup_store_open(t, true, &s) : -ENOMEM;

	if (!e)
		e = apply_open(t, plan, trial, &s, j, r);
	setup_store_done(&s);
	setup_journal_free(j);
	return e;
}
