/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/launch_parts.h"

/* Flash is at most 8 MiB and a ROM far less; an initrd of an installer can be large. */
#define FILE_MAX_BYTES	(512u << 20)

/* Why dir_open_mine() said -EPERM or -ENOTDIR, in words. */
static int refuse_dir(struct launching *s, const char *path, int err)
{
	struct stat st;

	if (lstat(path, &st))
		return launch_fail(s, err, _("%s: cannot be made: %s"), path, strerror(err));
	if (S_ISLNK(st.st_mode))
		return launch_fail(s, err, _("%s: refused: it is a symbolic link"), path);
	if (!S_ISDIR(st.st_mode))
		return launch_fail(s, err, _("%s: refused: it is not a directory"), path);
	if (st.st_uid != geteuid())
		return launch_fail(s, err, _("%s: refused: it belongs to uid %u, not to uid %u"), path,
				   (unsigned int)st.st_uid, (unsigned int)geteuid());
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return launch_fail(s, err, _("%s: refused: others may write it (mode %04o)"), path,
				   (unsigned int)st.st_mode & 07777);
	return launch_fail(s, err, "%s: %s", path, strerror(err));
}

/* A directory of ours that the VM's user may pass through, but neither list nor write. */
static int open_dir(struct launching *s, const char *path)
{
	_fd_ int fd = dir_open_mine(path, 0700);

	if (fd < 0)
		return refuse_dir(s, path, -fd);
	if (s->root && (fchown(fd, 0, s->gid) || fchmod(fd, 0710)))
		return launch_fail(s, errno, "%s: %m", path);
	return TAKE_FD(fd);
}

/* QEMU binds the VNC socket itself; the directory for it is the only one of run/NAME it may write. */
static int make_vnc_dir(struct launching *s)
{
	char path[PATH_MAX];
	int r;

	if (!str_print(path, sizeof(path), "%s/" PLAN_VNC_DIR, s->p->run_dir))
		return launch_fail(s, ENAMETOOLONG, "%s: %s", s->p->run_dir, strerror(ENAMETOOLONG));
	r = dir_remove(path);
	if (!r && s->p->vnc && mkdirat(s->run_fd, PLAN_VNC_DIR, 0700))
		r = -errno;
	if (!r && s->p->vnc && s->root &&
	    fchownat(s->run_fd, PLAN_VNC_DIR, s->uid, s->gid, AT_SYMLINK_NOFOLLOW))
		r = -errno;
	return r ? launch_fail(s, -r, "%s: %s", path, strerror(-r)) : 0;
}

static int find_user(struct launching *s)
{
	int r = launch_uid(s->l->paths, s->p->name, &s->uid);

	s->gid = s->root ? (gid_t)s->uid : getegid();
	switch (r) {
	case 0:
		return 0;
	case -ENOSPC:
		return launch_fail(s, ENOSPC, _("%s/uids.json: no uid of 60800-61183 is free"),
				   s->l->paths->data);
	case -EEXIST:
		return launch_fail(s, EEXIST,
				   _("%s/uids.json: uid %u of this VM now belongs to another user"),
				   s->l->paths->data, (unsigned int)s->uid);
	case -EPROTO:
		return launch_fail(s, EPROTO, _("%s/uids.json: written by a newer igvm"),
				   s->l->paths->data);
	default:
		return launch_fail(s, -r, "%s/uids.json: %s", s->l->paths->data, strerror(-r));
	}
}

/* The VM's user comes through these, whatever umask they were made under. */
static int open_parents(struct launching *s)
{
	const char *const paths[] = { s->l->paths->data, s->l->paths->run };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_fd_ int fd = dir_open_mine(paths[i], 0755);

		if (fd < 0)
			return refuse_dir(s, paths[i], -fd);
		if (s->root && fchmod(fd, 0755))
			return launch_fail(s, errno, "%s: %m", paths[i]);
	}
	return 0;
}

/* @path and every directory between @base and it; the probe's are below the VM's. */
static int open_below(struct launching *s, const char *base, const char *path)
{
	const char *rest = str_starts(path, base);
	char part[PATH_MAX];

	for (; rest && *rest == '/' && (rest = strchr(rest + 1, '/'));) {
		int fd;

		str_fit(part, sizeof(part), path);
		part[rest - path] = '\0';
		fd = open_dir(s, part);
		if (fd < 0)
			return fd;
		close(fd);
	}
	return open_dir(s, path);
}

int launch_dirs(struct launching *s)
{
	int data = open_parents(s);

	if (!data)
		data = find_user(s);
	if (data)
		return data;
	data = open_below(s, s->l->paths->data, s->p->data_dir);
	if (data < 0)
		return data;
	close(data);
	s->run_fd = open_below(s, s->l->paths->run, s->p->run_dir);
	return s->run_fd < 0 ? s->run_fd : make_vnc_dir(s);
}

static bool same_bytes(const char *path, const char *bytes, size_t len)
{
	_free_ char *old = NULL;
	size_t n;

	return !file_read_at(AT_FDCWD, path, FILE_MAX_BYTES, &old, &n) && n == len &&
	       !memcmp(old, bytes, n);
}

/* What the file shall hold: a copy of @from, else of @from_else, else the plan's own bytes. */
static int read_source(struct launching *s, const struct plan_file *f, char **bytes, size_t *len)
{
	const char *from = f->from;
	int r;

	if (!*from) {
		*bytes = malloc(sizeof(f->bytes));
		if (!*bytes)
			return launch_fail(s, ENOMEM, _("out of memory"));
		*len = f->n_bytes;
		memcpy(*bytes, f->bytes, sizeof(f->bytes));
		return 0;
	}
	r = file_read_at(AT_FDCWD, from, FILE_MAX_BYTES, bytes, len);
	if (r == -ENOENT && *f->from_else) {
		from = f->from_else;
		r = file_read_at(AT_FDCWD, from, FILE_MAX_BYTES, bytes, len);
	}
	return r ? launch_fail(s, -r, _("%s: cannot be read: %s"), from, strerror(-r)) : 0;
}

static int copy_file(struct launching *s, const struct plan_file *f)
{
	_free_ char *bytes = NULL;
	struct stat st;
	size_t len;
	int r;

	if (f->once && !lstat(f->to, &st))
		return 0;
	r = read_source(s, f, &bytes, &len);
	if (r)
		return r;
	if (same_bytes(f->to, bytes, len))
		return 0;
	r = file_replace_at(AT_FDCWD, f->to, bytes, len, 0600);
	return r ? launch_fail(s, -r, _("%s: cannot be written: %s"), f->to, strerror(-r)) : 0;
}

/* Below the VM's own directories; elsewhere (read-only firmware of the system) nothing is changed. */
static bool is_own(const struct launching *s, const char *path)
{
	const char *rest = str_starts(path, s->p->data_dir);

	if (!rest || *rest != '/')
		rest = str_starts(path, s->p->run_dir);
	return rest && *rest == '/';
}

static int own_file(struct launching *s, const struct plan_file *f)
{
	_fd_ int fd = open(f->to, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return launch_fail(s, errno, "%s: %m", f->to);
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1)
		return launch_fail(s, EINVAL, _("%s: is not an ordinary file of its own"), f->to);
	if (!s->root)
		return 0;
	if (fchown(fd, f->writable ? s->uid : 0, s->gid) || fchmod(fd, f->writable ? 0600 : 0640))
		return launch_fail(s, errno, "%s: %m", f->to);
	return 0;
}

static int put_file(struct launching *s, const struct plan_file *f)
{
	char parent[PATH_MAX];
	int fd, r;

	if (is_own(s, f->to)) {
		str_fit(parent, sizeof(parent), f->to);
		*strrchr(parent, '/') = '\0';
		fd = open_dir(s, parent);
		if (fd < 0)
			return fd;
		close(fd);
	}
	r = *f->from || f->n_bytes ? copy_file(s, f) : 0;
	return r || !is_own(s, f->to) ? r : own_file(s, f);
}

int launch_files(struct launching *s)
{
	for (size_t i = 0; i < s->p->n_file; i++) {
		int r = put_file(s, &s->p->file[i]);

		if (r)
			return r;
	}
	return 0;
}
