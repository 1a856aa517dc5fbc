/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking around VM files: which there are, and whether what they name is there. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/str.h"
#include "launcher/facts/wish.h"

static void look(const char *path, int *err)
{
	struct stat st;

	*err = *path && stat(path, &st) ? errno : 0;
}

void wish_look(struct wish *w)
{
	for (size_t i = 0; i < w->n_disk; i++)
		look(w->disk[i].path, &w->disk[i].err);
	look(w->kernel, &w->kernel_err);
	look(w->initrd, &w->initrd_err);
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
