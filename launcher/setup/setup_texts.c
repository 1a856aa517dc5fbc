/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading what a plan is made of; the one impure part of deciding. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/memory.h"
#include "launcher/base/paths.h"
#include "launcher/base/str.h"
#include "launcher/setup/setup_make.h"
#include "launcher/setup/setup_parts.h"

static const char *const files[] = {
	"/etc/default/grub", "/etc/kernel/cmdline", "/etc/default/limine", "/etc/mkinitcpio.conf",
	"/etc/dracut.conf", "/etc/initramfs-tools/modules", "/etc/modules",
	SETUP_RULES, SETUP_INITRAMFS_HOOK, SETUP_MKINITCPIO_INSTALL,
};

/* Folders with one kind of file, and ours in each, which is read though it is not there yet. */
static const struct {
	const char *dir, *suffix, *ours;
} folders[] = {
	{ "/etc/default/grub.d", ".cfg", SETUP_GRUB_CFG },
	{ "/etc/cmdline.d", ".conf", SETUP_CMDLINE_CONF },
	{ "/etc/mkinitcpio.conf.d", ".conf", SETUP_MKINITCPIO_CONF },
	{ "/etc/dracut.conf.d", ".conf", SETUP_DRACUT_CONF },
	{ "/etc/modprobe.d", ".conf", SETUP_MODPROBE_CONF },
	{ "/etc/modules-load.d", ".conf", NULL },
};

static const char *const templates[] = {
	"udev-ids.rules", "udev-address.rules", "modprobe.conf", "initramfs-tools-hook",
	"mkinitcpio-install", "mkinitcpio.conf", "dracut.conf", "grub.cfg", "cmdline.conf",
};

void setup_texts_done(struct setup_texts *x)
{
	for (size_t i = 0; i < x->n; i++)
		free(x->v[i].text);
	free(x->v);
	*x = (struct setup_texts){ 0 };
}

const struct setup_text *setup_text_find(const struct setup_texts *x, const char *path)
{
	for (size_t i = 0; i < x->n; i++)
		if (!strcmp(x->v[i].path, path))
			return &x->v[i];
	return NULL;
}

static int new_text(struct setup_texts *x, const char *path, struct setup_text **text)
{
	if (x->n == SETUP_TEXTS_MAX)
		return -ENOSPC;
	*text = &x->v[x->n];
	memset(*text, 0, sizeof(**text));
	if (!str_print((*text)->path, sizeof((*text)->path), "%s", path))
		return -ENAMETOOLONG;
	x->n++;
	return 0;
}

static int read_file(const struct tree *t, struct setup_texts *x, const char *path)
{
	struct setup_text *text;
	int r;

	if (setup_text_find(x, path))
		return 0;
	r = new_text(x, path, &text);
	if (r)
		return r == -ENAMETOOLONG ? 0 : r;
	r = tree_read(t, path + 1, SETUP_TEXT_BYTES, &text->text, &text->len);
	if (r && r != -ENOENT && r != -ENOTDIR)
		text->err = -r;
	return r == -ENOMEM ? r : 0;
}

static int read_folder(const struct tree *t, struct setup_texts *x, const char *path, const char *suffix)
{
	_fd_ int fd = tree_open(t, path + 1, O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;
	int r = 0;

	if (!d)
		return 0;
	fd = -1;
	while (!r && (e = readdir(d))) {
		size_t n = strlen(e->d_name), s = strlen(suffix);
		char full[512];

		if (*e->d_name == '.' || n <= s || strcmp(e->d_name + n - s, suffix))
			continue;
		if (str_print(full, sizeof(full), "%s/%s", path, e->d_name))
			r = read_file(t, x, full);
	}
	return r;
}

static int read_templates(struct setup_texts *x, const char *datadir)
{
	for (size_t i = 0; i < ARRAY_SIZE(templates); i++) {
		struct setup_text *text;
		char path[PATH_MAX];
		int r;

		if (!str_print(path, sizeof(path), SETUP_TEMPLATE "%s", templates[i]))
			return -ENAMETOOLONG;
		r = new_text(x, path, &text);
		if (!r && !str_print(path, sizeof(path), "%s/boot/%s", datadir, templates[i]))
			r = -ENAMETOOLONG;
		if (!r)
			r = file_read_at(AT_FDCWD, path, 65536, &text->text, &text->len);
		if (r)
			return r;
	}
	return 0;
}

/* modules.builtin: "kernel/drivers/gpu/drm/i915/i915.ko" */
static void read_builtin(const struct tree *t, const char *release, struct setup_texts *x)
{
	_free_ char *text = NULL;
	char path[160];

	if (!*release || !str_print(path, sizeof(path), "lib/modules/%s/modules.builtin", release) ||
	    tree_read(t, path, SETUP_TEXT_BYTES, &text, NULL))
		return;
	x->builtin_vfio = strstr(text, "/vfio-pci.ko");
	x->builtin_i915 = strstr(text, "/i915.ko") || strstr(text, "/xe.ko");
}

/* In the order of names, so that a plan does not depend on the order of a directory. */
static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct setup_text *)a)->path, ((const struct setup_text *)b)->path);
}

int setup_read(const struct tree *t, const struct loader_facts *b, const char *datadir,
	       struct setup_texts *x)
{
	int r = 0;

	*x = (struct setup_texts){ .v = calloc(SETUP_TEXTS_MAX, sizeof(*x->v)) };
	if (!x->v)
		return -ENOMEM;
	for (size_t i = 0; !r && i < ARRAY_SIZE(files); i++)
		r = read_file(t, x, files[i]);
	for (size_t i = 0; !r && i < ARRAY_SIZE(folders); i++) {
		r = read_folder(t, x, folders[i].dir, folders[i].suffix);
		if (!r && folders[i].ours)
			r = read_file(t, x, folders[i].ours);
	}
	for (size_t i = 0; !r && i < b->n_entries; i++)
		r = read_file(t, x, b->entry[i]);
	if (!r && b->source == BOOT_SOURCE_LIMINE_CONF)
		r = read_file(t, x, b->config);
	if (!r)
		r = read_templates(x, datadir);
	if (!r) {
		read_builtin(t, b->next_kernel, x);
		qsort(x->v, x->n, sizeof(*x->v), by_path);
	}
	return r;
}

int setup_prepare(const char *root, const struct setup_wish *w, struct loader_facts *b,
		  struct setup_plan *p, struct setup_notes *n)
{
	struct setup_texts x = { 0 };
	struct host_facts h = { 0 };
	struct loader_facts mine;
	struct tree t;
	int r;

	memset(p, 0, sizeof(*p));
	memset(n, 0, sizeof(*n));
	if (!b)
		b = &mine;
	r = host_read(root, HOST_VFIO_NEVER, &h);
	if (r)
		return r;
	r = tree_init(&t, root);
	if (!r) {
		loader_read(&t, h.kernel, b);
		r = setup_read(&t, b, paths_datadir(), &x);
		if (!r)
			r = setup_make(&h, b, &x, w, p, n);
		if (!r)
			setup_able(&t, b, p, n);
		close(t.fd);
	}
	setup_texts_done(&x);
	host_done(&h);
	return r;
}
