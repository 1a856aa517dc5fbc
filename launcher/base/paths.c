/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/paths.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

void paths_system(struct paths *p, const char *root)
{
	const char *r = strcmp(root, "/") ? root : "";

	*p = (struct paths){ .system = true };
	snprintf(p->vms, sizeof(p->vms), "%s/etc/igvm/vms", r);
	snprintf(p->templates, sizeof(p->templates), "%s/etc/igvm/templates", r);
	snprintf(p->data, sizeof(p->data), "%s/var/lib/igvm", r);
	snprintf(p->roms, sizeof(p->roms), "%s/var/lib/igvm/roms", r);
	snprintf(p->run, sizeof(p->run), "%s/run/igvm", r);
	snprintf(p->locks, sizeof(p->locks), "%s/run/igvm/lock", r);
	snprintf(p->cache, sizeof(p->cache), "%s/var/cache/igvm", r);
}

/* XDG Base Directory Specification: the variable when it is absolute, else @fallback below HOME. */
static int xdg(char *dst, size_t size, const char *variable, const char *fallback, const char *tail)
{
	const char *dir = getenv(variable), *home = getenv("HOME");

	if (dir && *dir == '/')
		return str_print(dst, size, "%s/igvm%s", dir, tail) ? 0 : -ENAMETOOLONG;
	if (!fallback || !home || *home != '/')
		return -ENOENT;
	return str_print(dst, size, "%s/%s/igvm%s", home, fallback, tail) ? 0 : -ENAMETOOLONG;
}

int paths_user(struct paths *p)
{
	const struct {
		char *dst;
		const char *variable, *fallback, *tail;
	} rows[] = {
		{ p->vms, "XDG_CONFIG_HOME", ".config", "/vms" },
		{ p->templates, "XDG_CONFIG_HOME", ".config", "/templates" },
		{ p->data, "XDG_DATA_HOME", ".local/share", "" },
		{ p->roms, "XDG_DATA_HOME", ".local/share", "/roms" },
		/* A VM's name begins with no dot. */
		{ p->locks, "XDG_DATA_HOME", ".local/share", "/.lock" },
		{ p->run, "XDG_RUNTIME_DIR", NULL, "" },
		{ p->cache, "XDG_CACHE_HOME", ".cache", "" },
	};

	p->system = false;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = xdg(rows[i].dst, PATH_MAX, rows[i].variable, rows[i].fallback, rows[i].tail);

		/* Without a login session there is no XDG_RUNTIME_DIR: the state directory serves. */
		if (r == -ENOENT && rows[i].dst == p->run)
			r = xdg(p->run, PATH_MAX, "XDG_STATE_HOME", ".local/state", "/run");
		if (r)
			return r;
	}
	return 0;
}

int paths_mine(struct paths *p, const char *root)
{
	if (!geteuid() || strcmp(root, "/")) {
		paths_system(p, root);
		return 0;
	}
	return paths_user(p);
}

/* @sub of the share directory that belongs to this program, wherever it was put. */
static void find_share(const char *sub, const char *installed, char *dir, size_t size)
{
	static const char *const places[] = { "share", "../share" };
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

	exe[n > 0 ? n : 0] = '\0';
	if (n > 0)
		*strrchr(exe, '/') = '\0';
	for (size_t i = 0; n > 0 && i < ARRAY_SIZE(places); i++)
		if (str_print(dir, size, "%s/%s/%s", exe, places[i], sub) && !access(dir, X_OK))
			return;
	str_fit(dir, size, installed);
}

const char *paths_datadir(void)
{
	static char dir[PATH_MAX];

	if (!*dir)
		find_share("igvm", IGVM_DATADIR, dir, sizeof(dir));
	return dir;
}

const char *paths_localedir(void)
{
	static char dir[PATH_MAX];

	if (!*dir)
		find_share("locale", IGVM_LOCALEDIR, dir, sizeof(dir));
	return dir;
}

const char *vm_name_check(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	static const char more[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (!*name)
		return N_("the name is empty");
	if (strlen(name) > 48)
		return N_("the name is longer than 48 bytes");
	if (!strcmp(name, "roms"))
		return N_("the folder of that name is the ROM store's");
	if (!strchr(letters, *name))
		return N_("a name starts with a letter or a digit");
	if (name[strspn(name, more)])
		return N_("a name has only letters, digits, '.', '_' and '-'");
	return NULL;
}
