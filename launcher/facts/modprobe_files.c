/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which files of modprobe.d and modules-load.d count, and what a kernel has as module. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/facts/modprobe.h"

#define FILE_MAX	(1u << 20)
#define DEP_MAX		(16u << 20)	/* modules.dep of a full kernel has about 1 MiB */

/* By precedence: modprobe.d(5), modules-load.d(5). */
static const char *const bases[] = { "etc", "run", "usr/local/lib", "usr/lib", "lib" };

struct names {
	struct one {
		char name[128];
		size_t base;
	} v[MODPROBE_FILES_MAX];
	size_t n;
};

static bool is_conf(const char *name)
{
	size_t n = strlen(name);

	return *name != '.' && n > 5 && !strcmp(name + n - 5, ".conf");
}

/* Sorted by name; a name that is there already belongs to a directory of more weight. */
static bool add_name(struct names *l, const char *name, size_t base)
{
	size_t i = 0;

	while (i < l->n && strcmp(l->v[i].name, name) < 0)
		i++;
	if (i < l->n && !strcmp(l->v[i].name, name))
		return true;
	if (l->n == MODPROBE_FILES_MAX || strlen(name) >= sizeof(l->v[i].name))
		return false;
	memmove(&l->v[i + 1], &l->v[i], (l->n - i) * sizeof(l->v[0]));
	str_fit(l->v[i].name, sizeof(l->v[i].name), name);
	l->v[i].base = base;
	l->n++;
	return true;
}

static void list_dir(const struct tree *t, const char *kind, size_t base, struct names *l,
		     size_t *unread)
{
	_dir_ DIR *dir = NULL;
	struct dirent *e;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", bases[base], kind);
	fd = tree_open(t, path, O_RDONLY | O_DIRECTORY);
	if (fd < 0) {
		*unread += fd != -ENOENT && fd != -ENOTDIR;
		return;
	}
	dir = memory_dir(fd);
	if (!dir) {
		close(fd);
		return;
	}
	while ((e = readdir(dir)))
		if (is_conf(e->d_name) && e->d_type != DT_DIR)
			*unread += !add_name(l, e->d_name, base);
}

/* A link to /dev/null is how a file of another directory is switched off. */
static bool is_null_link(const struct tree *t, const char *path)
{
	_fd_ int fd = tree_open(t, path, O_PATH | O_NOFOLLOW);
	char target[16];
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", target, sizeof(target));

	return n == 9 && !memcmp(target, "/dev/null", 9);
}

static int64_t mtime_of(const struct tree *t, const char *path)
{
	_fd_ int fd = tree_open(t, path, O_PATH);
	struct stat st;

	return fd < 0 || fstat(fd, &st) ? 0 : st.st_mtime;
}

/* @loads: the file has names of modules, not rules. */
static int read_one(const struct tree *t, const char *path, bool loads, struct modprobe *m)
{
	_free_ char *text = NULL;
	char shown[256];
	size_t len;
	int r = tree_read(t, path, FILE_MAX, &text, &len);

	if (r == -ENOMEM)
		return r;
	if (r) {
		m->unread += r != -ENOENT && !is_null_link(t, path);
		return 0;
	}
	if (!str_print(shown, sizeof(shown), "/%s", path))
		return 0;
	return loads ? modprobe_add_loads(m, shown, text, len) :
		       modprobe_add_text(m, shown, mtime_of(t, path), text, len);
}

static int read_kind(const struct tree *t, const char *kind, bool loads, struct modprobe *m)
{
	_free_ struct names *l = calloc(1, sizeof(*l));
	char path[256];
	int r = 0;

	if (!l)
		return -ENOMEM;
	for (size_t i = 0; i < ARRAY_SIZE(bases); i++)
		list_dir(t, kind, i, l, &m->unread);
	for (size_t i = 0; !r && i < l->n; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", bases[l->v[i].base], kind, l->v[i].name);
		r = read_one(t, path, loads, m);
	}
	return r;
}

int modprobe_read(const struct tree *t, struct modprobe *m)
{
	int r;

	memset(m, 0, sizeof(*m));
	r = read_kind(t, "modprobe.d", false, m);
	if (!r)
		r = read_kind(t, "modules-load.d", true, m);
	if (!r)
		r = read_one(t, "etc/modules", true, m);
	if (r)
		modprobe_done(m);
	return r;
}

/* --- modules of a kernel ---------------------------------------------------------------------- */

/* "kernel/drivers/vfio/pci/vfio-pci.ko.xz": is the last part this module? */
static bool is_module_path(const char *path, size_t len, const char *module)
{
	const char *slash = memrchr(path, '/', len);
	size_t n = strlen(module);
	const char *base = slash ? slash + 1 : path;
	char name[96];

	if ((size_t)(path + len - base) < n + 3 || n >= sizeof(name) || memcmp(base + n, ".ko", 3))
		return false;
	memcpy(name, base, n);
	name[n] = '\0';
	return cmdline_same_name(name, module);
}

static void look_in(const char *text, const char *const *modules, size_t n, enum modprobe_kind what,
		    enum modprobe_kind *kinds)
{
	while (*text) {
		size_t line = strcspn(text, "\n"), len = line;
		const char *colon = memchr(text, ':', line);

		if (colon)
			len = (size_t)(colon - text);
		for (size_t i = 0; i < n; i++)
			if (is_module_path(text, len, modules[i]))
				kinds[i] = what;
		text += line + (text[line] == '\n');
	}
}

static bool read_list(const struct tree *t, const char *release, const char *file, char **text)
{
	static const char *const dirs[] = { "lib/modules", "usr/lib/modules" };
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (str_print(path, sizeof(path), "%s/%s/%s", dirs[i], release, file) &&
		    !tree_read(t, path, DEP_MAX, text, NULL))
			return true;
	return false;
}

void modprobe_kinds(const struct tree *t, const char *release, const char *const *modules,
		    size_t n, enum modprobe_kind *kinds)
{
	_free_ char *builtin = NULL, *dep = NULL;
	bool plain = *release && !strchr(release, '/');
	bool have_builtin = plain && read_list(t, release, "modules.builtin", &builtin);
	bool have_dep = plain && read_list(t, release, "modules.dep", &dep);

	for (size_t i = 0; i < n; i++)
		kinds[i] = have_builtin && have_dep ? MODPROBE_ABSENT : MODPROBE_KIND_UNKNOWN;
	if (have_dep)
		look_in(dep, modules, n, MODPROBE_MODULE, kinds);
	if (have_builtin)
		look_in(builtin, modules, n, MODPROBE_BUILTIN, kinds);
}
