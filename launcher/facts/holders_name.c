/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which program a process is, as people know it. */
#include <fcntl.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/facts/holders_parts.h"

#define CMDLINE_MAX	(256 << 10)
#define PASSWD_MAX	(1 << 20)

/* comm of those that own a screen; the kernel cuts names at 15 bytes. */
static const char *const compositors[] = {
	"Xorg", "X", "Xwayland", "gnome-shell", "kwin_wayland", "kwin_wayland_wr", "kwin_x11", "sway",
	"Hyprland", "weston", "mutter", "muffin", "cinnamon", "labwc", "wayfire", "river", "niri",
	"cage", "gamescope", "gamescope-wl", "cosmic-comp", "miriway", "kmscon", "plasmashell",
	"enlightenment", "hikari", "phoc", "budgie-wm", "magpie",
};

/* Units of display managers, where display-manager.service does not say it. */
static const char *const managers[] = {
	"sddm.service", "gdm.service", "gdm3.service", "lightdm.service", "lxdm.service", "xdm.service",
	"ly.service", "greetd.service", "slim.service", "nodm.service", "cosmic-greeter.service",
	"plasmalogin.service", "entrance.service", "wdm.service",
};

static bool in_list(const char *const *v, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(v[i], word))
			return true;
	return false;
}

/* --- facts of one process --------------------------------------------------- */

/* The last part of the cgroup's path that is a unit: "sddm.service", "session-2.scope". */
static void read_unit(const struct tree *t, pid_t pid, char *unit, size_t size)
{
	_free_ char *text = NULL;
	char path[64], *part, *save = NULL, *save2 = NULL;

	unit[0] = '\0';
	snprintf(path, sizeof(path), "proc/%d/cgroup", (int)pid);
	if (tree_read(t, path, 65536, &text, NULL))
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *p = strrchr(line, ':');

		/* "0::/path", or systemd's own hierarchy of version 1 */
		if (!p || !(str_starts(line, "0::") || strstr(line, ":name=systemd:")))
			continue;
		for (part = strtok_r(p + 1, "/", &save2); part; part = strtok_r(NULL, "/", &save2))
			if (strstr(part, ".service") || strstr(part, ".scope"))
				str_fit(unit, size, part);
	}
	str_sanitize(unit);
}

/* /etc/passwd of the tree: a host's network directories are not asked. */
static void user_name(const struct tree *t, uid_t uid, char *user, size_t size)
{
	_free_ char *text = NULL;
	char *save = NULL;

	snprintf(user, size, uid ? "uid %u" : "root", uid);
	if (tree_read(t, "etc/passwd", PASSWD_MAX, &text, NULL))
		return;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *name = strsep(&line, ":"), *id;
		uint64_t v;

		(void)strsep(&line, ":");
		id = strsep(&line, ":");
		if (id && str_u64(id, 10, UINT32_MAX, &v) && v == uid) {
			str_fit(user, size, name);
			str_sanitize(user);
			return;
		}
	}
}

static void read_owner(const struct tree *t, struct holder *x)
{
	_free_ char *text = NULL;
	char path[64], *p;
	unsigned long uid;

	snprintf(path, sizeof(path), "proc/%d/status", (int)x->pid);
	if (tree_read(t, path, 65536, &text, NULL))
		return;
	p = strstr(text, "\nUid:");
	if (!p)
		return;
	uid = strtoul(p + 5, NULL, 10);
	x->uid = (uid_t)uid;
	user_name(t, x->uid, x->user, sizeof(x->user));
}

/* Words of its command line, NUL-separated, into *@text. */
static size_t read_words(const struct tree *t, pid_t pid, char **text)
{
	char path[64];
	size_t n = 0;

	snprintf(path, sizeof(path), "proc/%d/cmdline", (int)pid);
	return tree_read(t, path, CMDLINE_MAX, text, &n) ? 0 : n;
}

/* What follows the word @option; NULL. */
static const char *word_after(const char *text, size_t n, const char *option)
{
	for (size_t i = 0; i < n; i += strlen(text + i) + 1)
		if (!strcmp(text + i, option)) {
			i += strlen(text + i) + 1;
			return i < n ? text + i : NULL;
		}
	return NULL;
}

/* Of "-name guest=win11,debug-threads=on" and "-name win11,...": win11. */
static void guest_name(const char *text, size_t n, char *name, size_t size)
{
	const char *word = word_after(text, n, "-name"), *p;

	if (!word)
		return;
	p = str_starts(word, "guest=");
	str_fit(name, size, p ? p : word);
	name[strcspn(name, ",")] = '\0';
	str_sanitize(name);
}

/* run/igvm/NAME/state.json with this pid: the VM's name. */
static bool is_own_vm(const struct tree *t, pid_t pid, char *name, size_t size)
{
	_dir_ DIR *dir = holders_dir(t, "run/igvm");
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		_json_ json_t *json = NULL;
		_free_ char *text = NULL;
		char path[320];
		size_t n;

		snprintf(path, sizeof(path), "run/igvm/%s/state.json", d->d_name);
		if (d->d_name[0] == '.' || tree_read(t, path, 65536, &text, &n))
			continue;
		json = json_loadb(text, n, JSON_REJECT_DUPLICATES, NULL);
		if (json_integer_value(json_object_get(json_object_get(json, "process"), "pid")) != pid)
			continue;
		str_fit(name, size, d->d_name);
		return true;
	}
	return false;
}

static bool is_qemu(const char *comm)
{
	return !strcmp(comm, "kvm") || str_starts(comm, "qemu-system-") || !strcmp(comm, "qemu-kvm") ||
	       str_starts(comm, "CPU ") || !strcmp(comm, "qemu");
}

static bool name_vm(const struct tree *t, struct holder *x)
{
	_free_ char *text = NULL;
	const char *id;
	size_t n;

	if (is_own_vm(t, x->pid, x->name, sizeof(x->name))) {
		x->kind = HOLDER_VM_IGVM;
		return true;
	}
	if (!is_qemu(x->comm) && !str_starts(x->unit, "machine-qemu"))
		return false;
	n = read_words(t, x->pid, &text);
	id = word_after(text, n, "-id");
	if (id && !strcmp(x->comm, "kvm")) {
		x->kind = HOLDER_VM_PVE;
		str_fit(x->name, sizeof(x->name), id);
		str_sanitize(x->name);
		return true;
	}
	x->kind = str_starts(x->unit, "machine-qemu") ? HOLDER_VM_LIBVIRT : HOLDER_VM_OTHER;
	guest_name(text, n, x->name, sizeof(x->name));
	return true;
}

static enum holder_kind kind_of(const struct holders *h, const struct holder *x)
{
	if (x->pid == 1 || !strcmp(x->comm, "systemd-logind") || !strcmp(x->comm, "elogind") ||
	    !strcmp(x->comm, "seatd"))
		return HOLDER_SYSTEM;
	if (in_list(compositors, ARRAY_SIZE(compositors), x->comm))
		return HOLDER_COMPOSITOR;
	if (*x->unit && (!strcmp(x->unit, h->manager) ||
			 in_list(managers, ARRAY_SIZE(managers), x->unit)))
		return HOLDER_MANAGER;
	return HOLDER_PROGRAM;
}

void holders_process(const struct tree *t, pid_t pid, const char *node, struct holders *h)
{
	struct holder *x = holders_add(h, HOLDER_PROGRAM);
	char path[64];

	if (!x)
		return;
	x->pid = pid;
	str_fit(x->node, sizeof(x->node), node);
	snprintf(path, sizeof(path), "proc/%d/comm", (int)pid);
	if (tree_line(t, path, x->comm, sizeof(x->comm)))
		str_fit(x->comm, sizeof(x->comm), "?");
	str_fit(x->name, sizeof(x->name), x->comm);
	read_unit(t, pid, x->unit, sizeof(x->unit));
	read_owner(t, x);
	if (!name_vm(t, x))
		x->kind = kind_of(h, x);
	if (x->kind == HOLDER_MANAGER && !*h->manager)
		str_fit(h->manager, sizeof(h->manager), x->unit);
}

/* --- the display manager ----------------------------------------------------- */

static bool unit_runs(const struct tree *t, const char *unit)
{
	static const char *const roots[] = { "", "unified/", "systemd/" };
	_free_ char *text = NULL;
	char path[192];

	for (size_t i = 0; i < ARRAY_SIZE(roots); i++) {
		size_t n = 0;

		snprintf(path, sizeof(path), "sys/fs/cgroup/%ssystem.slice/%s/cgroup.procs", roots[i],
			 unit);
		free(TAKE(text));
		if (!tree_read(t, path, 1 << 20, &text, &n) && n)
			return true;
	}
	return false;
}

void holders_manager(const struct tree *t, struct holders *h)
{
	char unit[64] = "", target[PATH_MAX];
	_fd_ int dir = tree_open(t, "etc/systemd/system", O_PATH | O_DIRECTORY | O_CLOEXEC);
	ssize_t n = dir < 0 ? -1 : readlinkat(dir, "display-manager.service", target,
					      sizeof(target) - 1);

	if (n > 0) {
		target[n] = '\0';
		str_fit(unit, sizeof(unit), strrchr(target, '/') ? strrchr(target, '/') + 1 : target);
		str_sanitize(unit);
	}
	if (*unit && !strchr(unit, '?') && unit_runs(t, unit)) {
		str_fit(h->manager, sizeof(h->manager), unit);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(managers) && !*h->manager; i++)
		if (unit_runs(t, managers[i]))
			str_fit(h->manager, sizeof(h->manager), managers[i]);
}
