/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/wish.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/wish_file.h"
#include "launcher/facts/wish_ini.h"
#include "launcher/facts/wish_keys.h"
#include "launcher/facts/wish_parts.h"

#define DROPINS_MAX	64

/* --- sections -------------------------------------------------------------------- */

static void fresh_disk(void *element)
{
	((struct wish_disk *)element)->qcow2 = true;
}

static void fresh_evdev(void *element)
{
	((struct wish_evdev *)element)->repeat = true;
}

static void fresh_share(void *element)
{
	((struct wish_share *)element)->read_only = true;
}

/** struct section_list - sections that have a name: [KIND NAME] is an element of an array in struct wish */
struct section_list {
	const char *kind;
	size_t array, count, size, max;
	size_t where;			/* in the element: of its first key */
	void (*fresh)(void *element);	/* defaults that are not 0; NULL none */
};

#define LIST(kind, array, count, max, type)	\
	kind, offsetof(struct wish, array), offsetof(struct wish, count), sizeof(struct type), max, \
	offsetof(struct type, where)

static const struct section_list lists[] = {
	{ LIST("disk", disk, n_disk, WISH_DISKS_MAX, wish_disk), fresh_disk },
	{ LIST("net", net, n_net, WISH_NETS_MAX, wish_net), NULL },
	{ LIST("usb", usb, n_usb, WISH_USB_MAX, wish_usb), NULL },
	{ LIST("input", evdev, n_evdev, WISH_EVDEV_MAX, wish_evdev), fresh_evdev },
	{ LIST("share", share, n_share, WISH_SHARES_MAX, wish_share), fresh_share },
};

/* The name is each element's first member. */
#define NAME_SIZE	32
static_assert(!offsetof(struct wish_disk, name) && !offsetof(struct wish_net, name) &&
	      !offsetof(struct wish_usb, name) && !offsetof(struct wish_evdev, name) &&
	      !offsetof(struct wish_share, name), "see find_named()");
static_assert(sizeof(((struct wish_disk *)0)->name) == NAME_SIZE &&
	      sizeof(((struct wish_net *)0)->name) == NAME_SIZE &&
	      sizeof(((struct wish_usb *)0)->name) == NAME_SIZE &&
	      sizeof(((struct wish_evdev *)0)->name) == NAME_SIZE &&
	      sizeof(((struct wish_share *)0)->name) == NAME_SIZE, "see find_named()");

/* The element called @name, made when there is none yet; NULL: the array is full. */
static void *find_named(struct wish *w, const struct section_list *l, const char *name)
{
	size_t *n = (size_t *)(void *)((char *)w + l->count);
	char *v = (char *)w + l->array;

	for (size_t i = 0; i < *n; i++)
		if (!strcmp(v + i * l->size, name))
			return v + i * l->size;
	if (*n == l->max)
		return NULL;
	v += (*n)++ * l->size;
	memset(v, 0, l->size);
	str_fit(v, NAME_SIZE, name);
	if (l->fresh)
		l->fresh(v);
	return v;
}

static const struct section_list *find_list(const char *section)
{
	size_t n = strcspn(section, " ");

	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (strlen(lists[i].kind) == n && !memcmp(lists[i].kind, section, n))
			return &lists[i];
	return NULL;
}

static int unknown_section(struct wish_reader *r, const struct wish_row *row)
{
	const char *near = wish_section_nearest(row->section);

	if (near)
		return wish_refuse(r, row->line, _("there is no section [%.60s]; did you mean [%s]?"),
			      row->section, near);
	return wish_refuse(r, row->line, _("there is no section [%.60s]; there are [vm], [igpu], "
				      "[disk NAME], [net NAME], [usb NAME], [input NAME], [share NAME] and [qemu]"),
			   row->section);
}

/* "disk system": the kind in *@kind, the struct it names in *@base. */
static int section_find(struct wish_reader *r, const struct wish_row *row, char kind[static 8],
			void **base)
{
	const struct section_list *list = find_list(row->section);
	const char *name = strchr(row->section, ' ');
	const char *wrong;

	if (!strcmp(row->section, "vm") || !strcmp(row->section, "igpu") ||
	    !strcmp(row->section, "qemu")) {
		str_fit(kind, 8, row->section);
		*base = r->w;
		return 0;
	}
	if (!list)
		return unknown_section(r, row);
	str_fit(kind, 8, list->kind);
	if (!name)
		return wish_refuse(r, row->line, _("the section needs a name: [%s NAME]"), kind);
	name += strspn(name, " ");
	wrong = vm_name_check(name);
	if (wrong)
		return wish_refuse(r, row->line, "[%.60s]: %s", row->section, _(wrong));
	if (strlen(name) >= NAME_SIZE)
		return wish_refuse(r, row->line, _("[%.60s]: the name is longer than %d bytes"), row->section,
			      NAME_SIZE - 1);
	*base = find_named(r->w, list, name);
	if (!*base)
		return wish_refuse(r, row->line, _("more than %zu sections [%s NAME]"), list->max, kind);
	return 0;
}

/* --- rows -------------------------------------------------------------------------- */

static int unknown_key(struct wish_reader *r, const struct wish_row *row, const char *kind)
{
	const char *near = wish_key_nearest(kind, row->key);

	if (near)
		return wish_refuse(r, row->line, _("[%s] has no key '%.60s'; did you mean '%s'?"), kind,
			      row->key, near);
	return wish_refuse(r, row->line, _("[%s] has no key '%.60s'; igvm.vm(5) lists the keys"), kind,
		      row->key);
}

static void here(const struct wish_reader *r, const struct wish_row *row, struct wish_where *where)
{
	str_fit(where->file, sizeof(where->file), r->file);
	where->line = row->line;
}

/* What later judgements have to know of a row beside its value. */
static void row_remember(struct wish_reader *r, const struct wish_row *row,
			 const struct wish_key *k, void *base)
{
	struct wish_disk *d = !strcmp(k->section, "disk") ? base : NULL;
	const struct section_list *list = find_list(k->section);
	struct wish_where *first = list ? (void *)((char *)base + list->where) : NULL;
	bool path = d && !strcmp(k->key, "path");

	if (k->where)
		here(r, row, (void *)((char *)r->w + k->where));
	if (first && (path || !first->line))
		here(r, row, first);
	if (path)
		d->path_given = true;
	if (d && !strcmp(k->key, "format"))
		d->format_given = true;
	if (r->own && !r->igpu_key.line && !strcmp(k->section, "igpu"))
		here(r, row, &r->igpu_key);
}

static int row_apply(struct wish_reader *r, const struct wish_row *row)
{
	struct wish_why why = { "" };
	const struct wish_key *k;
	char kind[8];
	void *base;
	int err = section_find(r, row, kind, &base);

	if (err)
		return err;
	k = wish_key_find(kind, row->key);
	if (!k)
		return unknown_key(r, row, kind);
	if (strchr(row->value, '\t'))
		return wish_refuse(r, row->line, _("%s: the value holds a tab"), row->key);
	if (!k->parse(k, base, row->value, &why))
		return wish_refuse(r, row->line, "%s", why.text);
	row_remember(r, row, k, base);
	return 0;
}

static int rows_apply(struct wish_reader *r, const struct wish_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		int err = row_apply(r, &rows->v[i]);

		if (err)
			return err;
	}
	return 0;
}

/* Only the VM's own files name a template: the last of them wins, like every key. */
static const struct wish_row *find_template(const struct wish_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++)
		if (!strcmp(rows->v[i].section, "vm") && !strcmp(rows->v[i].key, "template"))
			return &rows->v[i];
	return NULL;
}

/* --- files -------------------------------------------------------------------------- */

static int file_rows(struct wish_reader *r, const char *file, struct wish_rows *rows)
{
	_free_ char *text = NULL;
	size_t len = 0;
	int err = wish_file_read(r->p, file, WISH_FILE_MAX, &text, &len, r->e);

	if (err)
		return err;
	err = wish_ini_parse(text, len, rows, r->e);
	if (err)
		str_fit(r->e->file, sizeof(r->e->file), file);
	return err;
}

static int no_template(struct wish_reader *r, const struct wish_row *named)
{
	char names[256];

	if (!wish_templates(r->p, names, sizeof(names)))
		return wish_refuse(r, named->line, _("there is no template '%.60s', and no other"),
				   named->value);
	return wish_refuse(r, named->line, _("there is no template '%.60s'; there are: %s"),
			   named->value, names);
}

/* The administrator's own template, else the one that came with igvm. */
static int template_apply(struct wish_reader *r, const struct wish_row *named, const char *by)
{
	const struct {
		const char *dir, *below;
	} places[] = { { r->p->templates, "" }, { paths_datadir(), "/templates" } };
	struct wish_rows rows = { 0 };
	char file[PATH_MAX];
	int err = -ENOENT;

	if (!*named->value)
		return 0;
	if (vm_name_check(named->value)) {
		r->file = by;
		return wish_refuse(r, named->line, _("'%.60s' cannot name a template"), named->value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(places) && err == -ENOENT; i++) {
		if (!str_print(file, sizeof(file), "%s%s/%s.conf", places[i].dir, places[i].below,
			       named->value))
			return -ENAMETOOLONG;
		err = file_rows(r, file, &rows);
	}
	r->file = by;
	if (err == -ENOENT)
		return no_template(r, named);
	r->file = file;
	if (!err && find_template(&rows))
		err = wish_refuse(r, find_template(&rows)->line, _("a template names no template"));
	if (!err)
		err = rows_apply(r, &rows);
	wish_rows_done(&rows);
	return err;
}

static int is_dropin(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return *d->d_name != '.' && n > 5 && !strcmp(d->d_name + n - 5, ".conf");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The text of a file that is not written yet. */
struct span_text {
	const char *s;
	size_t len;
};

/* One VM's files: NAME.conf first, then its drop-ins. */
struct own_files {
	size_t n;
	char name[1 + DROPINS_MAX][PATH_MAX];
	struct wish_rows rows[1 + DROPINS_MAX];
};

static int dropins_find(struct wish_reader *r, const char *dir, struct own_files *own)
{
	struct dirent **list = NULL;
	int n = scandir(dir, &list, is_dropin, by_bytes), err = 0;

	if (n < 0)
		return errno == ENOENT ? 0 : -errno;
	r->file = dir;
	if (n > DROPINS_MAX)
		err = wish_refuse(r, 0, _("more than %d files"), DROPINS_MAX);
	for (int i = 0; i < n; i++) {
		if (!err && !str_print(own->name[own->n++], PATH_MAX, "%s/%s", dir, list[i]->d_name))
			err = -ENAMETOOLONG;
		free(list[i]);
	}
	free(list);
	return err;
}

/* The rows of NAME.conf: of the file, or of @text that is to become it. */
static int first_rows(struct wish_reader *r, const struct span_text *text, struct own_files *own)
{
	int err;

	if (!text)
		return file_rows(r, own->name[0], &own->rows[0]);
	err = wish_ini_parse(text->s, text->len, &own->rows[0], r->e);
	if (err)
		str_fit(r->e->file, sizeof(r->e->file), own->name[0]);
	return err;
}

static int own_read(struct wish_reader *r, const char *name, const struct span_text *text,
		    struct own_files *own)
{
	char dir[PATH_MAX];
	int err;

	if (!str_print(own->name[0], PATH_MAX, "%s/%s.conf", r->p->vms, name) ||
	    !str_print(dir, sizeof(dir), "%s/%s.conf.d", r->p->vms, name))
		return -ENAMETOOLONG;
	own->n = 1;
	err = first_rows(r, text, own);
	if (err)
		return err;
	err = dropins_find(r, dir, own);
	for (size_t i = 1; i < own->n && !err; i++) {
		err = file_rows(r, own->name[i], &own->rows[i]);
		if (err == -ENOENT) {
			r->file = own->name[i];
			err = wish_refuse(r, 0, _("the file is a link that leads nowhere"));
		}
	}
	return err;
}

static int own_apply(struct wish_reader *r, const struct own_files *own)
{
	const struct wish_row *template = NULL;
	const char *by = NULL;
	int err = 0;

	for (size_t i = 0; i < own->n; i++) {
		const struct wish_row *row = find_template(&own->rows[i]);

		if (row) {
			template = row;
			by = own->name[i];
		}
	}
	if (template)
		err = template_apply(r, template, by);
	r->own = true;
	for (size_t i = 0; i < own->n && !err; i++) {
		r->file = own->name[i];
		err = rows_apply(r, &own->rows[i]);
	}
	return err;
}

/* --- the whole ------------------------------------------------------------------------ */

int wish_parse(const char *text, size_t len, const char *name, struct wish *w,
	       struct wish_error *e)
{
	struct wish_reader r = { .w = w, .e = e, .file = name, .own = true };
	struct wish_rows rows = { 0 };
	int err;

	*e = (struct wish_error){ 0 };
	wish_defaults(w, name);
	err = wish_ini_parse(text, len, &rows, e);
	if (!err)
		err = rows_apply(&r, &rows);
	if (!err)
		err = wish_finish(&r);
	wish_rows_done(&rows);
	return err;
}

static int read_files(const struct paths *p, const char *name, const struct span_text *text,
		      struct wish *w, struct wish_error *e)
{
	struct wish_reader r = { .w = w, .e = e, .p = p };
	const char *wrong = vm_name_check(name);
	struct own_files *own;
	int err;

	*e = (struct wish_error){ 0 };
	wish_defaults(w, wrong ? "" : name);
	r.file = name;
	if (wrong)
		return wish_refuse(&r, 0, "%s", _(wrong));
	own = calloc(1, sizeof(*own));
	if (!own)
		return -ENOMEM;
	err = own_read(&r, name, text, own);
	if (!err)
		err = own_apply(&r, own);
	r.file = own->name[0];
	if (!err)
		err = wish_finish(&r);
	for (size_t i = 0; i < own->n; i++)
		wish_rows_done(&own->rows[i]);
	free(own);
	return err;
}

int wish_read(const struct paths *p, const char *name, struct wish *w, struct wish_error *e)
{
	return read_files(p, name, NULL, w, e);
}

int wish_read_as(const struct paths *p, const char *name, const char *text, size_t len,
		 struct wish *w, struct wish_error *e)
{
	struct span_text as = { text, len };

	return read_files(p, name, &as, w, e);
}

bool wish_dropin_has(const struct paths *p, const char *name, const char *section, const char *key,
		     struct wish_where *at)
{
	struct wish_error e = { 0 };
	struct wish_reader r = { .e = &e, .p = p, .file = name };
	struct own_files *own = calloc(1, sizeof(*own));
	bool found = false;
	int err = own ? own_read(&r, name, &(struct span_text){ "", 0 }, own) : -ENOMEM;

	for (size_t i = 1; !err && i < own->n; i++) {
		for (size_t j = 0; j < own->rows[i].n; j++) {
			const struct wish_row *row = &own->rows[i].v[j];

			if (strcmp(row->section, section) || strcmp(row->key, key))
				continue;
			found = true;
			str_fit(at->file, sizeof(at->file), own->name[i]);
			at->line = row->line;
		}
	}
	for (size_t i = 0; own && i < own->n; i++)
		wish_rows_done(&own->rows[i]);
	free(own);
	return found;
}
