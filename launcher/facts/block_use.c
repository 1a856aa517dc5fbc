/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/block_use.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "launcher/base/cleanup.h"
#include "launcher/base/str.h"
#include "launcher/facts/host_tree.h"

#define PARTS_MAX	130	/* a GPT has 128 as a rule */
#define TABLE_MAX	(4u << 20)
#define FIELD_MAX	12

/** struct part - the device itself, or one of its partitions */
struct part {
	char number[24];	/* "8:2" */
	char name[32];
	char dir[PATH_MAX];	/* in sysfs */
};

struct parts {
	struct part v[PARTS_MAX];
	size_t n;
};

static void add_part(const struct tree *t, struct parts *p, const char *dir, const char *name)
{
	struct part *v = &p->v[p->n];
	char path[PATH_MAX];

	if (p->n == PARTS_MAX || !str_copy(v->dir, sizeof(v->dir), dir) ||
	    !str_print(path, sizeof(path), "%s/dev", dir) || tree_line(t, path, v->number, sizeof(v->number)) ||
	    !*v->number)
		return;
	str_fit(v->name, sizeof(v->name), name);
	p->n++;
}

static void find_parts(const struct tree *t, dev_t dev, struct parts *p)
{
	char dir[64], name[32], path[PATH_MAX];
	_dir_ DIR *list = NULL;
	struct dirent *e;

	snprintf(dir, sizeof(dir), "sys/dev/block/%u:%u", major(dev), minor(dev));
	if (tree_link(t, dir, name, sizeof(name)))
		return;
	add_part(t, p, dir, name);
	list = tree_list(t, dir);
	while (list && (e = readdir(list))) {
		if (*e->d_name == '.' || !str_print(path, sizeof(path), "%s/%s/partition", dir, e->d_name) ||
		    tree_exists(t, path) != TRI_YES)
			continue;
		path[strlen(path) - strlen("/partition")] = '\0';
		add_part(t, p, path, e->d_name);
	}
}

static bool use(struct block_use *u, enum block_how how, const struct part *v, const char *by)
{
	u->how = how;
	str_fit(u->part, sizeof(u->part), v->name);
	str_fit(u->by, sizeof(u->by), by);
	str_sanitize(u->by);
	return true;
}

static bool is_held(const struct tree *t, const struct part *v, struct block_use *u)
{
	char path[PATH_MAX], name[96], by[128];
	_dir_ DIR *list = NULL;
	struct dirent *e;

	if (!str_print(path, sizeof(path), "%s/holders", v->dir))
		return false;
	list = tree_list(t, path);
	while (list && (e = readdir(list))) {
		if (*e->d_name == '.')
			continue;
		if (!str_print(path, sizeof(path), "%s/holders/%s/dm/name", v->dir, e->d_name) ||
		    tree_line(t, path, name, sizeof(name)))
			snprintf(by, sizeof(by), "%.60s", e->d_name);
		else
			snprintf(by, sizeof(by), "%.30s (%.90s)", e->d_name, name);
		return use(u, BLOCK_HELD, v, by);
	}
	return false;
}

/* A file system that spans devices (btrfs) has a number of its own: its source names one of them. */
static bool is_part(const struct tree *t, const struct part *v, const char *number, const char *node)
{
	const char *last = strrchr(node, '/');
	char own[32];
	struct stat st;

	if (!strcmp(v->number, number) || (str_starts(node, "/dev/") && !strcmp(last + 1, v->name)))
		return true;
	if (!t->live || !str_starts(node, "/dev/") || stat(node, &st) || !S_ISBLK(st.st_mode))
		return false;
	snprintf(own, sizeof(own), "%u:%u", major(st.st_rdev), minor(st.st_rdev));
	return !strcmp(v->number, own);
}

static size_t split(char *line, char *field[static FIELD_MAX])
{
	char *save = NULL;
	size_t n = 0;

	for (char *s = strtok_r(line, " \t", &save); s && n < FIELD_MAX; s = strtok_r(NULL, " \t", &save))
		field[n++] = s;
	return n;
}

static const struct part *find_used(const struct tree *t, const struct parts *p, const char *number,
				    const char *node)
{
	for (size_t i = 0; i < p->n; i++)
		if (is_part(t, &p->v[i], number, node))
			return &p->v[i];
	return NULL;
}

/* proc_pid_mountinfo(5): number third, mount point fifth, source second behind "-". */
static bool mount_line(const struct tree *t, const struct parts *p, char *line, struct block_use *u)
{
	char *field[FIELD_MAX], *more[FIELD_MAX], *tail = strstr(line, " - ");
	const struct part *v;
	size_t n_more;

	if (!tail)
		return false;
	*tail = '\0';
	n_more = split(tail + 3, more);
	if (split(line, field) < 5)
		return false;
	v = find_used(t, p, field[2], n_more > 1 ? more[1] : "");
	return v && use(u, BLOCK_MOUNTED, v, field[4]);
}

/* proc_swaps(5): the device first; its head line names none. */
static bool swap_line(const struct tree *t, const struct parts *p, char *line, struct block_use *u)
{
	char *field[FIELD_MAX];
	const struct part *v;

	if (!split(line, field))
		return false;
	v = find_used(t, p, "", field[0]);
	return v && use(u, BLOCK_SWAP, v, "");
}

static bool table_has(const struct tree *t, const char *path, const struct parts *p, struct block_use *u,
		      bool (*judge)(const struct tree *t, const struct parts *p, char *line, struct block_use *u))
{
	_free_ char *text = NULL;
	char *save = NULL;

	if (tree_read(t, path, TABLE_MAX, &text, NULL))
		return false;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		if (judge(t, p, line, u))
			return true;
	return false;
}

void block_use_look(const struct tree *t, dev_t dev, struct block_use *u)
{
	_free_ struct parts *p = calloc(1, sizeof(*p));

	*u = (struct block_use){ 0 };
	if (!p)
		return;
	find_parts(t, dev, p);
	if (table_has(t, "proc/self/mountinfo", p, u, mount_line) ||
	    table_has(t, "proc/swaps", p, u, swap_line))
		return;
	for (size_t i = 0; i < p->n; i++)
		if (is_held(t, &p->v[i], u))
			return;
}
