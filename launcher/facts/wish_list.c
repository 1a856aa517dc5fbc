/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking around VM files: which there are, and whether what they name is there. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/facts/disk_blank.h"
#include "launcher/facts/host_tree.h"
#include "launcher/facts/wish.h"
#include "launcher/facts/wish_parts.h"

/* A kernel is read as a whole: a directory is none. */
static void look(const char *path, int *err)
{
	struct stat st;

	*err = *path && stat(path, &st) ? errno : 0;
	if (*path && !*err && S_ISDIR(st.st_mode))
		*err = EISDIR;
}

static void look_disk(const struct tree *t, struct wish_disk *d)
{
	struct stat st;

	d->err = stat(d->path, &st) ? errno : 0;
	d->wrong_kind = !d->err && !S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode);
	if (t && !d->err && S_ISBLK(st.st_mode))
		block_use_look(t, st.st_rdev, &d->use);
	d->blank = !d->err && S_ISREG(st.st_mode) && disk_is_blank(d->path, d->qcow2);
}

static void look_share(struct wish_share *s)
{
	_fd_ int fd = dir_open_nolink(s->path);

	s->err = fd < 0 ? -fd : 0;
}

void wish_look(struct wish *w)
{
	struct tree t;
	int r = tree_init(&t, "/");

	for (size_t i = 0; i < w->n_disk; i++)
		look_disk(r ? NULL : &t, &w->disk[i]);
	if (!r)
		close(t.fd);
	for (size_t i = 0; i < w->n_share; i++)
		look_share(&w->share[i]);
	look(w->kernel, &w->kernel_err);
	look(w->initrd, &w->initrd_err);
	look(w->hook, &w->hook_err);
	if (*w->hook && !w->hook_err && access(w->hook, X_OK))
		w->hook_err = errno;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_vm_file(const struct dirent *d)
{
	char name[NAME_MAX + 1];
	size_t n = strlen(d->d_name);

	if (n <= 5 || strcmp(d->d_name + n - 5, ".conf") || !str_copy(name, sizeof(name), d->d_name))
		return 0;
	name[n - 5] = '\0';
	return !vm_name_check(name);
}

int wish_list(const struct paths *p, char ***names)
{
	struct dirent **list = NULL;
	int n = scandir(p->vms, &list, is_vm_file, by_bytes), err = 0;
	char *text;

	if (n < 0 && errno != ENOENT)
		return -errno;
	if (n < 0)
		n = 0;
	*names = calloc(1, ((size_t)n + 1) * sizeof(char *) + (size_t)n * (NAME_MAX + 1));
	if (!*names)
		err = -ENOMEM;
	text = err ? NULL : (char *)(*names + n + 1);
	for (int i = 0; i < n; i++) {
		if (!err) {
			(*names)[i] = text + (size_t)i * (NAME_MAX + 1);
			str_fit((*names)[i], NAME_MAX + 1, list[i]->d_name);
			(*names)[i][strlen((*names)[i]) - 5] = '\0';
		}
		free(list[i]);
	}
	free(list);
	return err;
}

/* Is @name one of "a, b, c"? */
static bool is_listed(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = list; *at; at += strspn(at, ", ")) {
		size_t len = strcspn(at, ",");

		if (len == n && !memcmp(at, name, n))
			return true;
		at += len;
	}
	return false;
}

/* The names of @dir that @out holds not yet, as far as there is room. */
static size_t add_templates(const char *dir, char *out, size_t size)
{
	struct dirent **list = NULL;
	int n = scandir(dir, &list, is_vm_file, by_bytes);
	size_t added = 0;

	for (int i = 0; i < n; i++) {
		size_t used = strlen(out), len = strlen(list[i]->d_name) - 5;

		list[i]->d_name[len] = '\0';
		if (!is_listed(out, list[i]->d_name) && used + len + 3 <= size) {
			snprintf(out + used, size - used, "%s%s", used ? ", " : "", list[i]->d_name);
			added++;
		}
		free(list[i]);
	}
	free(list);
	return added;
}

size_t wish_templates(const struct paths *p, char *out, size_t size)
{
	char dir[PATH_MAX];
	size_t n;

	*out = '\0';
	n = add_templates(p->templates, out, size);
	if (str_print(dir, sizeof(dir), "%s/templates", paths_datadir()))
		n += add_templates(dir, out, size);
	return n;
}
