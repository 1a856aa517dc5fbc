/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people meet after the first success: screens, lids, a host that goes to sleep. */
#include <fcntl.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/facts/host_more.h"

#define ENTRIES_MAX	1024	/* of one directory */

/* Calls @each with the entries of @dir, in order of their names where @sorted; at most ENTRIES_MAX. */
static void each_entry(const struct tree *t, const char *dir, bool sorted,
		       void (*each)(const struct tree *t, const char *dir, const char *name, void *to),
		       void *to)
{
	_fd_ int fd = tree_open(t, dir, O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	char last[256] = "", next[256];
	struct dirent *e;
	int left = ENTRIES_MAX;

	if (!d)
		return;
	fd = -1;
	if (!sorted) {
		while (left-- && (e = readdir(d)))
			each(t, dir, e->d_name, to);
		return;
	}
	/* Few files: the next greater name is looked for each time. */
	while (left--) {
		*next = '\0';
		rewinddir(d);
		while ((e = readdir(d)))
			if (strcmp(e->d_name, last) > 0 && (!*next || strcmp(e->d_name, next) < 0))
				str_fit(next, sizeof(next), e->d_name);
		if (!*next)
			return;
		each(t, dir, next, to);
		memcpy(last, next, sizeof(last));
	}
}

/* --- outputs ------------------------------------------------------------------------------ */

struct outputs {
	struct output_facts *o;
	char address[BDF_TEXT_MAX];
};

static bool is_internal(const char *kind)
{
	return str_starts(kind, "eDP") || str_starts(kind, "LVDS") || str_starts(kind, "DSI");
}

/* "card0-HDMI-A-1"; the card leads to its device. */
static void one_output(const struct tree *t, const char *dir, const char *name, void *to)
{
	struct outputs *x = to;
	const char *kind = strchr(name, '-');
	char path[384], card[32], word[32], device[64];

	if (!str_starts(name, "card") || !kind || strstr(name, "Writeback"))
		return;
	if (!str_print(card, sizeof(card), "%.*s", (int)(kind - name), name) ||
	    !str_print(path, sizeof(path), "%s/%s/device", dir, card) ||
	    tree_link(t, path, device, sizeof(device)) || strcmp(device, x->address))
		return;
	if (!str_print(path, sizeof(path), "%s/%s/status", dir, name) ||
	    tree_line(t, path, word, sizeof(word)))
		return;
	x->o->n++;
	x->o->connected += !strcmp(word, "connected");
	if (!*x->o->panel && is_internal(kind + 1))
		str_fit(x->o->panel, sizeof(x->o->panel), kind + 1);
}

void host_outputs_read(const struct tree *t, struct bdf igpu, struct output_facts *o)
{
	struct outputs x = { .o = o };

	*o = (struct output_facts){ 0 };
	bdf_text(igpu, x.address);
	each_entry(t, "sys/class/drm", false, one_output, &x);
}

/* --- logind --------------------------------------------------------------------------------- */

/* "Key=value" of an ini file's line, blanks around both left out; false: another key. */
static bool ini_value(const char *line, const char *key, char *buf, size_t size)
{
	const char *s = line + strspn(line, " \t");
	size_t n;

	s = str_starts(s, key);
	if (!s)
		return false;
	s += strspn(s, " \t");
	if (*s != '=')
		return false;
	s++;
	s += strspn(s, " \t");
	n = strcspn(s, " \t\r\n");
	if (!str_print(buf, size, "%.*s", n < 64 ? (int)n : 64, s))
		return false;
	str_sanitize(buf);
	return true;
}

static void logind_file(const struct tree *t, const char *path, struct power_facts *p)
{
	_free_ char *text = NULL;
	char *save = NULL;

	if (tree_read(t, path, 65536, &text, NULL))
		return;
	for (char *s = strtok_r(text, "\n", &save); s; s = strtok_r(NULL, "\n", &save)) {
		(void)ini_value(s, "IdleAction", p->idle_action, sizeof(p->idle_action));
		(void)ini_value(s, "HandleLidSwitch", p->lid_action, sizeof(p->lid_action));
	}
}

static void one_drop_in(const struct tree *t, const char *dir, const char *name, void *to)
{
	size_t n = strlen(name);
	char path[384];

	if (n > 5 && !strcmp(name + n - 5, ".conf") &&
	    str_print(path, sizeof(path), "%s/%s", dir, name))
		logind_file(t, path, to);
}

/* logind.conf(5): the main file first, then drop-ins; those below /etc win over the distribution's. */
static void read_logind(const struct tree *t, struct power_facts *p)
{
	static const char *const dirs[] = { "usr/lib/systemd/logind.conf.d", "run/systemd/logind.conf.d",
					    "etc/systemd/logind.conf.d" };

	if (tree_is_file(t, "etc/systemd/logind.conf"))
		logind_file(t, "etc/systemd/logind.conf", p);
	else
		logind_file(t, "usr/lib/systemd/logind.conf", p);
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		each_entry(t, dirs[i], true, one_drop_in, p);
}

/* --- sleep, desktop, lid ------------------------------------------------------------------------ */

/* A masked unit is a link to /dev/null, which a recorded tree does not have. */
static bool is_masked(const struct tree *t, const char *unit)
{
	char path[128], target[64];
	_fd_ int fd = -1;
	ssize_t n;

	if (!str_print(path, sizeof(path), "etc/systemd/system/%s", unit))
		return false;
	fd = tree_open(t, path, O_PATH | O_NOFOLLOW);
	n = fd < 0 ? -1 : readlinkat(fd, "", target, sizeof(target) - 1);
	if (n <= 0)
		return false;
	target[n] = '\0';
	return !strcmp(target, "/dev/null");
}

static void read_desktop(const struct tree *t, struct power_facts *p)
{
	_fd_ int fd = tree_open(t, "etc/systemd/system/display-manager.service", O_PATH | O_NOFOLLOW);
	char target[256];
	const char *slash;
	ssize_t n = fd < 0 ? -1 : readlinkat(fd, "", target, sizeof(target) - 1);

	if (n <= 0)
		return;
	target[n] = '\0';
	str_sanitize(target);
	slash = strrchr(target, '/');
	str_fit(p->desktop, sizeof(p->desktop), slash ? slash + 1 : target);
}

static void one_key_file(const struct tree *t, const char *dir, const char *name, void *to)
{
	_free_ char *text = NULL;
	char path[512];
	enum tri *never = to;
	const char *at;

	if (*name == '.' || !str_print(path, sizeof(path), "%s/%s", dir, name) ||
	    tree_read(t, path, 65536, &text, NULL))
		return;
	at = strstr(text, "sleep-inactive-ac-type");
	if (!at)
		return;
	*never = strstr(at, "'nothing'") ? TRI_YES : TRI_NO;
}

/* etc/dconf/db/NAME.d/ hold the system's own settings of GNOME. */
static void one_database(const struct tree *t, const char *dir, const char *name, void *to)
{
	char path[384];
	size_t n = strlen(name);

	if (n > 2 && !strcmp(name + n - 2, ".d") && str_print(path, sizeof(path), "%s/%s", dir, name))
		each_entry(t, path, true, one_key_file, to);
}

/*
 * Plasma: powerdevilrc of the system, group [AC][SuspendAndShutdown] (powerdevil 6, daemon/PowerDevilProfileSettings.kcfg).
 * A user's own file is that user's, and is not read.
 */
static void read_powerdevil(const struct tree *t, struct power_facts *p)
{
	static const char *const installed[] = {
		"etc/xdg/autostart/powerdevil.desktop", "usr/lib/systemd/user/plasma-powerdevil.service",
		"lib/systemd/user/plasma-powerdevil.service", "etc/xdg/powerdevilrc",
	};
	_free_ char *text = NULL;
	char *save = NULL, value[16];
	bool group = false;

	for (size_t i = 0; i < ARRAY_SIZE(installed); i++)
		p->powerdevil |= tree_is_file(t, installed[i]);
	if (tree_read(t, "etc/xdg/powerdevilrc", 65536, &text, NULL))
		return;
	for (char *s = strtok_r(text, "\n", &save); s; s = strtok_r(NULL, "\n", &save)) {
		s += strspn(s, " \t");
		if (*s == '[')
			group = str_starts(s, "[AC][SuspendAndShutdown]");
		else if (group && ini_value(s, "AutoSuspendAction", value, sizeof(value)))
			p->powerdevil_never = strcmp(value, "0") ? TRI_NO : TRI_YES;
	}
}

/* SMBIOS 7.4.1: portable, laptop, notebook, sub notebook, tablet, convertible, detachable. */
static enum tri chassis_has_lid(const struct tree *t)
{
	static const uint8_t types[] = { 8, 9, 10, 14, 31, 32 };
	uint64_t v;

	if (!tree_number(t, "sys/class/dmi/id/chassis_type", 10, 255, &v))
		return TRI_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (v == types[i])
			return TRI_YES;
	return TRI_NO;
}

void host_power_read(const struct tree *t, struct power_facts *p)
{
	*p = (struct power_facts){ 0 };
	read_logind(t, p);
	read_desktop(t, p);
	each_entry(t, "etc/dconf/db", true, one_database, &p->desktop_never);
	read_powerdevil(t, p);
	if (tree_exists(t, "etc/systemd") == TRI_YES)
		p->masked = is_masked(t, "sleep.target") || is_masked(t, "suspend.target") ? TRI_YES : TRI_NO;
	p->lid = tree_exists(t, "proc/acpi/button/lid") == TRI_YES ? TRI_YES : chassis_has_lid(t);
}
