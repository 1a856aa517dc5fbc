/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/setup/setup_plan.h"

static bool same(const char *a, size_t a_len, const char *b, size_t b_len)
{
	if (!a || !b)
		return a == b;
	return a_len == b_len && !memcmp(a, b, a_len);
}

/* With a NUL behind it, so that a text can be used as one. */
static int copy(const char *from, size_t len, char **to)
{
	*to = NULL;
	if (!from)
		return 0;
	*to = malloc(len + 1);
	if (!*to)
		return -ENOMEM;
	memcpy(*to, from, len);
	(*to)[len] = '\0';
	return 0;
}

static void file_done(struct setup_file *f)
{
	free(f->before);
	free(f->after);
	free(f->stock);
	*f = (struct setup_file){ 0 };
}

static void command_done(struct setup_command *c)
{
	for (size_t i = 0; i < SETUP_ARGV_MAX; i++)
		free(c->argv[i]);
	*c = (struct setup_command){ 0 };
}

int setup_plan_file(struct setup_plan *p, const char *path, const char *before, size_t before_len,
		    const char *after, size_t after_len, mode_t mode, const char *why)
{
	struct setup_file *f = &p->file[p->n_files];
	int r;

	if (same(before, before_len, after, after_len))
		return 0;
	for (size_t i = 0; i < p->n_files; i++)
		if (!strcmp(p->file[i].path, path))
			return -EEXIST;
	if (p->n_files == SETUP_FILES_MAX)
		return -ENOSPC;
	if (!str_print(f->path, sizeof(f->path), "%s", path))
		return -ENAMETOOLONG;
	r = copy(before, before_len, &f->before);
	if (!r)
		r = copy(after, after_len, &f->after);
	if (r) {
		file_done(f);
		return r;
	}
	f->before_len = before ? before_len : 0;
	f->after_len = after ? after_len : 0;
	f->mode = mode;
	f->why = why;
	p->n_files++;
	return 0;
}

int setup_plan_stock(struct setup_plan *p, const char *path, const char *stock, size_t len)
{
	for (size_t i = 0; i < p->n_files; i++) {
		struct setup_file *f = &p->file[i];

		if (strcmp(f->path, path))
			continue;
		f->adopted = true;
		f->stock_len = stock ? len : 0;
		return copy(stock, len, &f->stock);
	}
	return -ENOENT;
}

int setup_plan_command(struct setup_plan *p, const char *const *argv, bool after_undo, const char *why)
{
	struct setup_command *c = &p->command[p->n_commands];
	size_t n = 0;

	if (p->n_commands == SETUP_COMMANDS_MAX)
		return -ENOSPC;
	while (argv[n])
		n++;
	if (n >= SETUP_ARGV_MAX)
		return -E2BIG;
	for (size_t i = 0; i < n; i++) {
		c->argv[i] = strdup(argv[i]);
		if (!c->argv[i]) {
			command_done(c);
			return -ENOMEM;
		}
	}
	c->after_undo = after_undo;
	c->why = why;
	p->n_commands++;
	return 0;
}

void setup_plan_done(struct setup_plan *p)
{
	for (size_t i = 0; i < SETUP_FILES_MAX; i++)
		file_done(&p->file[i]);
	for (size_t i = 0; i < SETUP_COMMANDS_MAX; i++)
		command_done(&p->command[i]);
	*p = (struct setup_plan){ 0 };
}
