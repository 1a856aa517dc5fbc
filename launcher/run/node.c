/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/node.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "launcher/base/str.h"

#define INPUT_MAJOR	13	/* include/uapi/linux/major.h */

static bool is_host(const char *sysroot)
{
	return !strcmp(sysroot, "/");
}

int node_open(const char *sysroot, const char *path, struct stat *st)
{
	_fd_ int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || fstat(fd, st))
		return -errno;
	if (S_ISCHR(st->st_mode) || (S_ISREG(st->st_mode) && !is_host(sysroot)))
		return TAKE_FD(fd);
	return -EINVAL;
}

int node_give(int run_fd, const char *sysroot, const char *path, uid_t uid)
{
	struct journal_entry e = { .what = JOURNAL_NODE, .given_to = uid };
	struct stat st;
	_fd_ int fd = node_open(sysroot, path, &st);
	int r;

	if (fd < 0)
		return fd;
	if (st.st_uid == uid)
		return 0;
	if (!str_copy(e.path, sizeof(e.path), path))
		return -ENAMETOOLONG;
	e.uid = st.st_uid;
	e.gid = st.st_gid;
	e.mode = st.st_mode & 07777;
	r = journal_add(run_fd, &e);
	if (r)
		return r;
	return fchownat(fd, "", uid, (gid_t)-1, AT_EMPTY_PATH) ? -errno : 0;
}

int node_event(const char *sysroot, const char *path, char real[static PATH_MAX])
{
	char below[PATH_MAX], dir[PATH_MAX];
	const char *name;
	struct stat st;

	if (!str_print(below, sizeof(below), "%s%s", is_host(sysroot) ? "" : sysroot, path) ||
	    !str_print(dir, sizeof(dir), "%s/dev/input/event", is_host(sysroot) ? "" : sysroot))
		return -ENAMETOOLONG;
	if (!realpath(below, real) || stat(real, &st))
		return -errno;
	name = str_starts(real, dir);
	if (!name || !*name || name[strspn(name, "0123456789")])
		return -EINVAL;
	if (is_host(sysroot) && (!S_ISCHR(st.st_mode) || major(st.st_rdev) != INPUT_MAJOR))
		return -EINVAL;
	return 0;
}
