/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who has a node of the device open: a look through /proc, bounded in time. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/bind.h"

enum { NODES_MAX = 8, LOOK_MS = 1000 };

struct nodes {
	char path[NODES_MAX][64];	/* "/dev/dri/card0", "/dev/vfio/12" */
	size_t n;
};

static void nodes_add(struct nodes *v, const char *dir, const char *name)
{
	if (v->n < NODES_MAX && str_print(v->path[v->n], sizeof(v->path[0]), "%s/%s", dir, name))
		v->n++;
}

/* The kernel's own list of the device's DRM minors, and its VFIO group. */
static void find_nodes(const char *sysroot, struct bdf bdf, struct nodes *v)
{
	char path[PATH_MAX], text[BDF_TEXT_MAX], target[PATH_MAX];
	_dir_ DIR *dir = NULL;
	struct dirent *e;
	ssize_t n;

	bdf_text(bdf, text);
	if (!str_print(path, sizeof(path), "%s/sys/bus/pci/devices/%s/drm", sysroot, text))
		return;
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (str_starts(e->d_name, "card") || str_starts(e->d_name, "renderD"))
			nodes_add(v, "/dev/dri", e->d_name);
	if (!str_print(path, sizeof(path), "%s/sys/bus/pci/devices/%s/iommu_group", sysroot, text))
		return;
	n = readlink(path, target, sizeof(target) - 1);
	if (n <= 0)
		return;
	target[n] = '\0';
	if (strrchr(target, '/'))
		nodes_add(v, "/dev/vfio", strrchr(target, '/') + 1);
}

static bool is_node(const struct nodes *v, const char *path)
{
	for (size_t i = 0; i < v->n; i++)
		if (!strcmp(v->path[i], path))
			return true;
	return false;
}

/* The first node process @pid has open, into *@e. */
static bool look_into(int proc, const char *pid, const struct nodes *v, struct bind_error *e)
{
	char path[64], target[PATH_MAX], comm[32];
	_dir_ DIR *dir = NULL;
	struct dirent *d;
	int fd;

	if (!str_print(path, sizeof(path), "%s/fd", pid))
		return false;
	fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	dir = fdopendir(fd);
	while (dir && (d = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), d->d_name, target, sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		if (!is_node(v, target))
			continue;
		str_fit(e->path, sizeof(e->path), target);
		if (!str_print(path, sizeof(path), "%s/comm", pid) ||
		    file_read_line_at(proc, path, comm, sizeof(comm)))
			str_fit(comm, sizeof(comm), "?");
		str_sanitize(comm);
		snprintf(e->value, sizeof(e->value), "%s (pid %.10s)", comm, pid);
		e->err = EBUSY;
		return true;
	}
	return false;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool bind_holder(const char *sysroot, struct bdf bdf, struct bind_error *e)
{
	const char *root = strcmp(sysroot, "/") ? sysroot : "";
	int64_t end = now_ms() + LOOK_MS;
	struct nodes v = { .n = 0 };
	char path[PATH_MAX];
	_dir_ DIR *dir = NULL;
	struct dirent *d;

	find_nodes(root, bdf, &v);
	if (!v.n || !str_print(path, sizeof(path), "%s/proc", root))
		return false;
	dir = opendir(path);
	while (dir && (d = readdir(dir)) && now_ms() < end)
		if (d->d_name[0] >= '1' && d->d_name[0] <= '9' &&
		    look_into(dirfd(dir), d->d_name, &v, e))
			return true;
	return false;
}
