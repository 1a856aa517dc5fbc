/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"

int write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

/*
 * Append to *@buf until EOF; the file may not exceed @max bytes. @expected and
 * the byte that shows the end save growing; files of sysfs and proc say 0, and any may be longer.
 */
static int read_to_end(int fd, size_t max, size_t expected, char **buf, size_t *len)
{
	size_t room = expected < 4096 ? 4096 : (expected > max ? max : expected) + 1;
	_free_ char *b = malloc(room + 1);
	size_t have = 0;

	if (!b)
		return memory_note(-ENOMEM);
	for (;;) {
		ssize_t n;

		if (have == room) {
			char *more;

			if (room > max)
				return -EFBIG;
			more = realloc(b, room * 2 + 1);
			if (!more)
				return memory_note(-ENOMEM);
			b = more;
			room *= 2;
		}
		n = read(fd, b + have, room - have);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		have += (size_t)n;
		if (have > max)
			return -EFBIG;
	}
	b[have] = '\0';
	*buf = TAKE(b);
	*len = have;
	return 0;
}

int file_read_at(int dirfd, const char *path, size_t max, char **text, size_t *len)
{
	_fd_ int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	size_t n = 0;
	int r;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	r = read_to_end(fd, max, st.st_size > 0 ? (size_t)st.st_size : 0, text, &n);
	if (!r && len)
		*len = n;
	return r;
}

int file_read_line_at(int dirfd, const char *path, char *buf, size_t size)
{
	_free_ char *text = NULL;
	int r = file_read_at(dirfd, path, 65536, &text, NULL);

	buf[0] = '\0';
	if (r)
		return r;
	text[strcspn(text, "\n")] = '\0';
	return str_copy(buf, size, text) ? 0 : -EFBIG;
}

/* A descriptor of the directory that holds @path, for its fsync. */
static int open_parent(int dirfd, const char *path)
{
	const char *slash = strrchr(path, '/');
	char parent[PATH_MAX];
	int fd;

	if (!slash)
		fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	else if (!str_print(parent, sizeof(parent), "%.*s", (int)(slash - path + 1), path))
		return -ENAMETOOLONG;
	else
		fd = openat(dirfd, parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* What is there under that name is of a process that was killed, or somebody's trap: it is not written through. */
static int write_temp(int dirfd, const char *temp, const void *data, size_t len, mode_t mode)
{
	_fd_ int fd = -1;
	int r;

	unlinkat(dirfd, temp, 0);
	fd = openat(dirfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode & 0600);
	if (fd < 0)
		return -errno;
	r = write_all(fd, data, len);
	if (r)
		return r;
	if (fchmod(fd, mode) || fsync(fd))
		return -errno;
	return close(TAKE_FD(fd)) ? -errno : 0;
}

int file_replace_at(int dirfd, const char *path, const void *data, size_t len, mode_t mode)
{
	_fd_ int parent = open_parent(dirfd, path);
	char temp[PATH_MAX];
	int r;

	if (parent < 0)
		return parent;
	if (!str_print(temp, sizeof(temp), "%s.%d.new", path, (int)getpid()))
		return -ENAMETOOLONG;
	r = write_temp(dirfd, temp, data, len, mode);
	if (!r && renameat(dirfd, temp, dirfd, path))
		r = -errno;
	if (r) {
		unlinkat(dirfd, temp, 0);
		return r;
	}
	return fsync(parent) ? -errno : 0;
}

int file_replace_json_at(int dirfd, const char *path, const json_t *json, mode_t mode)
{
	_free_ char *text = json_dumps(json, JSON_INDENT(2) | JSON_SORT_KEYS);
	_free_ char *line = NULL;

	if (!text || asprintf(&line, "%s\n", text) < 0)
		return -ENOMEM;
	return file_replace_at(dirfd, path, line, strlen(line), mode);
}

json_t *file_load_json_at(int dirfd, const char *path, size_t max, int *err)
{
	_free_ char *text = NULL;
	size_t len;
	json_t *json;

	*err = file_read_at(dirfd, path, max, &text, &len);
	if (*err)
		return NULL;
	json = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		*err = -EBADMSG;
	return json;
}

static int make_one(const char *path, mode_t mode)
{
	struct stat st;

	if (!mkdir(path, mode))
		return 0;
	if (errno != EEXIST)
		return -errno;
	if (lstat(path, &st))
		return -errno;
	return S_ISDIR(st.st_mode) ? 0 : -ENOTDIR;
}

int dir_make(const char *path, mode_t mode)
{
	char part[PATH_MAX];
	struct stat st;

	if (!str_copy(part, sizeof(part), path))
		return -ENAMETOOLONG;
	for (char *s = strchr(part + 1, '/'); s; s = strchr(s + 1, '/')) {
		*s = '\0';
		/* A parent may be a link of the system's (/var/run): only the last one may not. */
		if (mkdir(part, 0755) && errno != EEXIST &&
		    !(stat(part, &st) == 0 && S_ISDIR(st.st_mode)))
			return -errno;
		*s = '/';
	}
	return make_one(part, mode);
}

int dir_open_mine(const char *path, mode_t mode)
{
	_fd_ int fd = -1;
	struct stat st;
	int r = dir_make(path, mode);

	if (r)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)))
		return -EPERM;
	return TAKE_FD(fd);
}

/* The end of this loop is an empty part: a path without one is "/" itself. */
int dir_open_nolink(const char *path)
{
	_fd_ int at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char part[NAME_MAX + 1];
	size_t n;

	for (path += strspn(path, "/"); at >= 0 && *path; path += n, path += strspn(path, "/")) {
		struct stat st;
		int next;

		n = strcspn(path, "/");
		if (!str_print(part, sizeof(part), "%.*s", (int)n, path))
			return -ENAMETOOLONG;
		next = openat(at, part, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		close(at);
		at = next;
		if (at >= 0 && fstat(at, &st))
			return -errno;
		if (at >= 0 && !S_ISDIR(st.st_mode))
			return S_ISLNK(st.st_mode) ? -ELOOP : -ENOTDIR;
	}
	return at < 0 ? -errno : TAKE_FD(at);
}

static int remove_below(int parent, const char *name, dev_t dev, int depth)
{
	_dir_ DIR *dir = NULL;
	_fd_ int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *e;
	struct stat st;
	int first = 0;

	if (fd < 0)
		return unlinkat(parent, name, 0) && errno != ENOENT ? -errno : 0;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_dev != dev || depth > 16)
		return -EXDEV;
	dir = fdopendir(fd);
	if (!dir)
		return -errno;
	fd = -1;
	while ((e = readdir(dir))) {
		int r;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		r = remove_below(dirfd(dir), e->d_name, dev, depth + 1);
		if (r && !first)
			first = r;
	}
	if (first)
		return first;
	return unlinkat(parent, name, AT_REMOVEDIR) && errno != ENOENT ? -errno : 0;
}

int dir_remove(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	return remove_below(AT_FDCWD, path, st.st_dev, 0);
}
