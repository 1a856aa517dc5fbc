/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/wish_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

static int distrust(struct wish_error *e, const char *path, uid_t owner, const struct stat *st)
{
	char who[16] = "root";

	str_fit(e->file, sizeof(e->file), path);
	e->line = 0;
	if (owner)
		snprintf(who, sizeof(who), "%u", owner);
	if (st->st_uid != owner)
		snprintf(e->text, sizeof(e->text),
			 _("belongs to user %u, not to user %u; refused: chown %s %.300s"),
			 st->st_uid, owner, who, path);
	else
		snprintf(e->text, sizeof(e->text), _("others may write it; refused: chmod go-w %.300s"),
			 path);
	str_sanitize(e->text);
	return -EPERM;
}

static bool only_by(const struct stat *st, uid_t owner)
{
	return st->st_uid == owner && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

/* In a directory like /tmp nobody but @owner can take away or replace what is the owner's. */
static bool is_kept(const struct stat *dir, const char *entry, uid_t owner)
{
	struct stat st;

	return dir->st_uid == owner && dir->st_mode & S_ISVTX && !lstat(entry, &st) &&
	       st.st_uid == owner && !S_ISLNK(st.st_mode);
}

/* Every directory above @path, up to and with @top. */
static int parents_check(const char *path, const char *top, uid_t owner, struct wish_error *e)
{
	char dir[PATH_MAX], entry[PATH_MAX];
	struct stat st;
	char *slash;

	if (!str_copy(dir, sizeof(dir), path))
		return -ENAMETOOLONG;
	while ((slash = strrchr(dir, '/'))) {
		str_fit(entry, sizeof(entry), dir);
		slash[slash == dir] = '\0';
		if (stat(dir, &st))
			return -errno;
		if (!only_by(&st, owner) && !is_kept(&st, entry, owner))
			return distrust(e, dir, owner, &st);
		if (!strcmp(dir, top) || !strcmp(dir, "/"))
			break;
	}
	return 0;
}

int wish_file_trusted(int fd, const char *file, const char *top, uid_t owner,
		      struct wish_error *e)
{
	char link[64], real[PATH_MAX];
	struct stat st;
	ssize_t n;
	int r;

	if (fstat(fd, &st))
		return -errno;
	if (!only_by(&st, owner))
		return distrust(e, file, owner, &st);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, real, sizeof(real) - 1);
	if (n < 0)
		return -errno;
	real[n] = '\0';
	r = parents_check(file, top, owner, e);
	return r ? r : parents_check(real, top, owner, e);
}

/* Below another root (recorded machines) nothing is started, so nothing has to be trusted. */
static bool must_be_trusted(const struct paths *p)
{
	return !geteuid() && p->system && str_starts(p->vms, "/etc/");
}

static int read_all(int fd, size_t max, char **text, size_t *len)
{
	_free_ char *buf = malloc(max + 2);
	size_t n = 0;

	if (!buf)
		return -ENOMEM;
	while (n <= max) {
		ssize_t got = read(fd, buf + n, max + 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		n += (size_t)got;
	}
	if (n > max)
		return -EFBIG;
	buf[n] = '\0';
	*len = n;
	*text = TAKE(buf);
	return 0;
}

static int open_and_read(const struct paths *p, const char *file, size_t max, char **text,
			 size_t *len, struct wish_error *e)
{
	_fd_ int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (must_be_trusted(p)) {
		r = wish_file_trusted(fd, file, "/", 0, e);
		if (r)
			return r;
	}
	return read_all(fd, max, text, len);
}

int wish_file_read(const struct paths *p, const char *file, size_t max, char **text, size_t *len,
		   struct wish_error *e)
{
	int r = open_and_read(p, file, max, text, len, e);

	if (!r || r == -ENOENT || *e->text)
		return r;
	str_fit(e->file, sizeof(e->file), file);
	e->line = 0;
	if (r == -EFBIG)
		snprintf(e->text, sizeof(e->text), _("the file is longer than %zu bytes"), max);
	else if (r == -EINVAL)
		snprintf(e->text, sizeof(e->text), _("is not a regular file"));
	else
		snprintf(e->text, sizeof(e->text), "%s", strerror(-r));
	return r;
}
