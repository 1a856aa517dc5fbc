/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/setup/setup_user.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

/* Letters, digits, '_', '-', '.': what useradd takes, and what needs no quoting in the three files. */
static bool name_good(const char *name)
{
	size_t n = strlen(name);

	return n && n < sizeof(((struct setup_user *)0)->name) && *name != '-' && *name != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") == n &&
	       strspn(name, "0123456789") != n;
}

static int find_in_tree(const struct tree *t, const char *name, uid_t *uid)
{
	int fd = tree_open(t, "etc/passwd", O_RDONLY | O_NONBLOCK);
	_file_ FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	struct passwd *e;

	if (fd < 0)
		return fd;
	if (!f) {
		close(fd);
		return -ENOMEM;
	}
	while ((e = fgetpwent(f)))
		if (!strcmp(e->pw_name, name)) {
			*uid = e->pw_uid;
			return 0;
		}
	return -ENOENT;
}

int setup_user_find(const struct tree *t, const char *name, struct setup_user *u)
{
	struct passwd *e;
	int r = 0;

	*u = (struct setup_user){ 0 };
	if (!name_good(name) || !str_copy(u->name, sizeof(u->name), name))
		return -EINVAL;
	r = find_in_tree(t, name, &u->uid);
	if (r && t->live) {
		e = getpwnam(name);
		r = e ? 0 : -ENOENT;
		if (e)
			u->uid = e->pw_uid;
	}
	return !r && !u->uid ? -EINVAL : r;
}

void setup_user_path(const struct setup_user *u, size_t i, char path[static 256])
{
	switch (i) {
	case 0:
		snprintf(path, 256, "/etc/udev/rules.d/70-igvm-user-%s.rules", u->name);
		return;
	case 1:
		snprintf(path, 256, "/etc/security/limits.d/igvm-%s.conf", u->name);
		return;
	default:
		snprintf(path, 256, "/etc/systemd/system/user@%u.service.d/igvm.conf", u->uid);
	}
}

static const char *const why[SETUP_USER_FILES] = {
	N_("the user may open the VFIO node of the iGPU's group"),
	N_("a login of the user's may lock a VM's memory"),
	N_("so may the user's own services"),
};

int setup_user_add(struct setup_plan *p, const struct setup_user *u, struct bdf igpu,
		   uint64_t memlock_kib, char *const now[static SETUP_USER_FILES])
{
	static const char *const reload[] = { "udevadm", "control", "--reload", NULL };
	static const char *const trigger[] = { "udevadm", "trigger", "--subsystem-match=vfio", NULL };
	static const char *const systemd[] = { "systemctl", "daemon-reload", NULL };
	size_t files = p->n_files;
	char text[SETUP_USER_FILES][512], bdf[BDF_TEXT_MAX], path[256];
	int r = 0;

	snprintf(text[0], sizeof(text[0]),
		 "# igvm setup --user %s\nSUBSYSTEM==\"vfio\", TEST==\"/sys/kernel/iommu_groups/%%k/devices/%s\", "
		 "OWNER=\"%s\", MODE=\"0600\"\n", u->name, bdf_text(igpu, bdf), u->name);
	snprintf(text[1], sizeof(text[1]), "# igvm setup --user %s\n%s - memlock %llu\n", u->name,
		 u->name, (unsigned long long)memlock_kib);
	snprintf(text[2], sizeof(text[2]), "# igvm setup --user %s\n[Service]\nLimitMEMLOCK=%lluK\n",
		 u->name, (unsigned long long)memlock_kib);
	for (size_t i = 0; !r && i < SETUP_USER_FILES; i++) {
		setup_user_path(u, i, path);
		r = setup_plan_file(p, path, now[i], now[i] ? strlen(now[i]) : 0, text[i],
				    strlen(text[i]), 0644, why[i]);
	}
	if (r || p->n_files == files)
		return r;
	r = setup_plan_command(p, reload, true, N_("udev reads the rules anew"));
	if (!r)
		r = setup_plan_command(p, trigger, true, N_("and sets the owner of nodes that are there"));
	if (!r)
		r = setup_plan_command(p, systemd, true, N_("systemd reads the limits anew"));
	return r;
}
