/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/holders.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/facts/holders_parts.h"

enum { NODES_MAX = 8, LOOK_MS = 1000 };

struct nodes {
	char path[NODES_MAX][64];	/* "/dev/dri/card0", "/dev/vfio/12" */
	size_t n;
};

DIR *holders_dir(const struct tree *t, const char *path)
{
	int fd = tree_open(t, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = memory_dir(fd);

	if (fd < 0)
		errno = -fd;
	else if (!dir)
		close(fd);
	return dir;
}

struct holder *holders_add(struct holders *h, enum holder_kind kind)
{
	if (h->n == HOLDERS_MAX) {
		h->more = true;
		return NULL;
	}
	h->v[h->n] = (struct holder){ .kind = kind };
	return &h->v[h->n++];
}

static void nodes_add(struct nodes *v, const char *dir, const char *name)
{
	if (v->n < NODES_MAX && str_print(v->path[v->n], sizeof(v->path[0]), "%s/%s", dir, name))
		v->n++;
}

/* The kernel's own list of the device's DRM minors, and its VFIO group. */
static void find_nodes(const struct tree *t, struct bdf bdf, struct nodes *v)
{
	char path[128], text[BDF_TEXT_MAX], group[32];
	_dir_ DIR *dir = NULL;
	struct dirent *e;

	bdf_text(bdf, text);
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s/drm", text);
	dir = holders_dir(t, path);
	while (dir && (e = readdir(dir)))
		if (str_starts(e->d_name, "card") || str_starts(e->d_name, "renderD"))
			nodes_add(v, "/dev/dri", e->d_name);
	snprintf(path, sizeof(path), "sys/bus/pci/devices/%s", text);
	holders_group(t, path, group);
	if (*group)
		nodes_add(v, "/dev/vfio", group);
}

static const char *known_node(const struct nodes *v, const char *path)
{
	for (size_t i = 0; i < v->n; i++)
		if (!strcmp(v->path[i], path))
			return v->path[i];
	return NULL;
}

/* The first node that process @pid has open; NULL none; *@unseen: it may not be looked into. */
static const char *open_node(const struct tree *t, const char *pid, const struct nodes *v,
			     bool *unseen)
{
	char path[64], target[PATH_MAX];
	const char *hit = NULL;
	_dir_ DIR *dir = NULL;
	struct dirent *d;

	if (!str_print(path, sizeof(path), "proc/%s/fd", pid))
		return NULL;
	errno = 0;
	dir = holders_dir(t, path);
	if (!dir && (errno == EACCES || errno == EPERM))
		*unseen = true;
	while (dir && !hit && (d = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), d->d_name, target, sizeof(target) - 1);

		if (n <= 0)
			continue;
		target[n] = '\0';
		hit = known_node(v, target);
	}
	return hit;
}

static int read_processes(const struct tree *t, const struct nodes *v, struct holders *h)
{
	_dir_ DIR *proc = holders_dir(t, "proc");
	int64_t end = clock_ms() + LOOK_MS;
	struct dirent *d;

	if (!proc)
		return -ENOENT;
	while ((d = readdir(proc))) {
		const char *node;
		uint64_t pid;

		if (!str_u64(d->d_name, 10, INT32_MAX, &pid) || !pid)
			continue;
		if (clock_ms() > end) {
			h->more = true;
			break;
		}
		node = open_node(t, d->d_name, v, &h->unseen);
		if (node)
			holders_process(t, (pid_t)pid, node, h);
	}
	return 0;
}

int holders_read(const struct tree *t, struct bdf bdf, struct holders *h)
{
	struct nodes v = { .n = 0 };
	int r = 0;

	*h = (struct holders){ .n = 0 };
	find_nodes(t, bdf, &v);
	holders_manager(t, h);
	if (v.n)
		r = read_processes(t, &v, h);
	holders_kernel(t, bdf, h);
	return r;
}

/* --- words ------------------------------------------------------------------ */

/*
 * What each kind is called and what frees the device. %N name, %P pid, %U user, %M the
 * display manager's unit.
 */
static const struct {
	const char *text, *fix;
	bool vm, screen;
} kinds[HOLDER_NKINDS] = {
	[HOLDER_PROGRAM]	= { N_("%N of %U (pid %P)"), "kill %P", false, true },
	[HOLDER_COMPOSITOR]	= { N_("%N of %U (pid %P)"), "systemctl stop %M", false, true },
	[HOLDER_MANAGER]	= { N_("%N of %M (pid %P)"), "systemctl stop %M", false, true },
	[HOLDER_SYSTEM]		= { N_("%N (pid %P), for a session"),
				    N_("it lets go when the session ends: log out"), false, false },
	[HOLDER_VM_IGVM]	= { N_("the VM %N (pid %P)"), "igvm stop %N", true, false },
	[HOLDER_VM_PVE]		= { N_("the Proxmox VM %N (pid %P)"), "qm shutdown %N", true, false },
	[HOLDER_VM_LIBVIRT]	= { N_("the libvirt domain %N (pid %P)"), "virsh shutdown %N", true,
				    false },
	[HOLDER_VM_OTHER]	= { N_("a QEMU that igvm did not start, %N (pid %P)"), "kill %P", true,
				    false },
	[HOLDER_CONSOLE]	= { N_("the kernel's text console (%N)"),
				    N_("nothing to do: igvm detaches it and brings it back"), false,
				    false },
	[HOLDER_FRAMEBUFFER]	= { N_("the firmware's framebuffer (%N)"),
				    N_("nothing to do: igvm detaches it"), false, false },
};

static const char *word(const struct holders *all, const struct holder *h, char c, char num[static 16])
{
	switch (c) {
	case 'N':
		return h->name;
	case 'U':
		return *h->user ? h->user : "?";
	case 'M':
		return all && *all->manager ? all->manager : h->unit;
	default:
		snprintf(num, 16, "%d", (int)h->pid);
		return num;
	}
}

static char *fill_in(const struct holders *all, const struct holder *h, const char *form, char *buf,
		     size_t size)
{
	char num[16];
	size_t n = 0;

	for (buf[0] = '\0'; *form && n + 1 < size; form++) {
		if (*form != '%' || !form[1]) {
			buf[n++] = *form;
			buf[n] = '\0';
			continue;
		}
		str_fit(buf + n, size - n, word(all, h, *++form, num));
		n += strlen(buf + n);
	}
	return buf;
}

bool holder_is_vm(const struct holder *h)
{
	return kinds[h->kind].vm;
}

bool holder_is_screen(const struct holder *h)
{
	return kinds[h->kind].screen;
}

size_t holders_screen(const struct holders *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		n += holder_is_screen(&h->v[i]);
	return n;
}

char *holder_text(const struct holder *h, char *buf, size_t size)
{
	bool nobody = !*h->user && (h->kind == HOLDER_PROGRAM || h->kind == HOLDER_COMPOSITOR);

	return fill_in(NULL, h, nobody ? _("%N (pid %P)") : _(kinds[h->kind].text), buf, size);
}

/* A compositor that no display manager started ends with its session. */
char *holder_fix(const struct holders *all, const struct holder *h, char *buf, size_t size)
{
	const char *form = kinds[h->kind].fix;

	if (h->kind == HOLDER_COMPOSITOR && !*all->manager)
		form = "kill %P";
	return fill_in(all, h, _(form), buf, size);
}
