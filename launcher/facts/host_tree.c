/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/host_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "launcher/base/file.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"

int tree_init(struct tree *t, const char *root)
{
	struct stat mine, slash;

	t->fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (t->fd < 0)
		return -errno;
	t->live = !fstat(t->fd, &mine) && !stat("/", &slash) && stat_is_same(&mine, &slash);
	return 0;
}

static int open_in_root(const struct tree *t, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = -1;

	/* EAGAIN: something below was renamed while ".." was walked. */
	for (int i = 0; i < 16; i++) {
		fd = syscall(SYS_openat2, t->fd, path, &how, sizeof(how));
		if (fd >= 0)
			return (int)fd;
		if (errno != EAGAIN)
			break;
	}
	/* EPERM: container runtimes whose seccomp filter does not know the call. */
	if (t->live && (errno == ENOSYS || errno == EPERM))
		fd = openat(t->fd, path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : (int)fd;
}

/* Where /lib leads to /usr/lib a record may have the one name or the other. */
int tree_open(const struct tree *t, const char *path, int flags)
{
	int fd = open_in_root(t, path, flags);
	char merged[PATH_MAX];

	if (fd != -ENOENT || t->live || !str_starts(path, "lib/") ||
	    !str_print(merged, sizeof(merged), "usr/%s", path))
		return fd;
	return open_in_root(t, merged, flags);
}

DIR *tree_list(const struct tree *t, const char *path)
{
	int fd = tree_open(t, path, O_RDONLY | O_DIRECTORY);
	DIR *dir = memory_dir(fd);

	if (!dir && fd >= 0)
		close(fd);
	return dir;
}

enum tri tree_exists(const struct tree *t, const char *path)
{
	_fd_ int fd = tree_open(t, path, O_PATH);

	if (fd >= 0)
		return TRI_YES;
	return fd == -ENOENT || fd == -ENOTDIR ? TRI_NO : TRI_UNKNOWN;
}

bool tree_is_file(const struct tree *t, const char *path)
{
	_fd_ int fd = tree_open(t, path, O_PATH);
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode);
}

static int open_file(const struct tree *t, const char *path)
{
	_fd_ int fd = tree_open(t, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	return S_ISREG(st.st_mode) ? TAKE_FD(fd) : -EINVAL;
}

/* Up to @max bytes; sysfs and proc give short reads and a size of 0. */
static int read_some(int fd, uint8_t *buf, size_t max)
{
	size_t have = 0;

	while (have < max) {
		ssize_t n = read(fd, buf + have, max - have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			break;
		have += (size_t)n;
	}
	return (int)have;
}

int tree_read_bytes(const struct tree *t, const char *path, uint8_t *buf, size_t max)
{
	_fd_ int fd = open_file(t, path);

	return fd < 0 ? fd : read_some(fd, buf, max);
}

int tree_read(const struct tree *t, const char *path, size_t max, char **text, size_t *len)
{
	_fd_ int fd = open_file(t, path);
	_free_ char *buf = NULL;
	size_t have = 0, room = 0;
	int n;

	if (fd < 0)
		return fd;
	do {
		char *more;

		room = room ? room * 4 : 4096;
		if (room > max + 1)
			room = max + 1;
		more = realloc(buf, room + 1);
		if (!more)
			return memory_note(-ENOMEM);
		buf = more;
		n = read_some(fd, (uint8_t *)buf + have, room - have);
		if (n < 0)
			return n;
		have += (size_t)n;
		if (have > max)
			return -EFBIG;
	} while (have == room);
	buf[have] = '\0';
	*text = TAKE(buf);
	if (len)
		*len = have;
	return 0;
}

int tree_line(const struct tree *t, const char *path, char *buf, size_t size)
{
	_free_ char *text = NULL;
	int r = tree_read(t, path, 65536, &text, NULL);
	char *s;
	size_t n;

	buf[0] = '\0';
	if (r)
		return r;
	s = text + strspn(text, " \t");
	n = strcspn(s, "\n");
	while (n && strchr(" \t\r", s[n - 1]))
		n--;
	s[n] = '\0';
	str_sanitize(s);
	return str_copy(buf, size, s) ? 0 : -EFBIG;
}

bool tree_number(const struct tree *t, const char *path, int base, uint64_t max, uint64_t *v)
{
	char line[64];
	const char *digits;

	if (tree_line(t, path, line, sizeof(line)))
		return false;
	digits = base == 16 ? str_starts(line, "0x") : NULL;
	return str_u64(digits ? digits : line, base, max, v);
}

int tree_link(const struct tree *t, const char *path, char *buf, size_t size)
{
	_fd_ int link = tree_open(t, path, O_PATH | O_NOFOLLOW);
	char target[PATH_MAX];
	const char *slash;
	ssize_t n;

	buf[0] = '\0';
	if (link < 0)
		return link;
	if (tree_exists(t, path) != TRI_YES)
		return -ENOENT;
	n = readlinkat(link, "", target, sizeof(target) - 1);
	if (n < 0)
		return errno == ENOENT ? -EINVAL : -errno;
	target[n] = '\0';
	str_sanitize(target);
	slash = strrchr(target, '/');
	return str_copy(buf, size, slash ? slash + 1 : target) ? 0 : -EFBIG;
}

enum tri tree_is_dir_empty(const struct tree *t, const char *path)
{
	_dir_ DIR *dir = tree_list(t, path);
	struct dirent *e;

	if (!dir)
		return TRI_UNKNOWN;
	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			return TRI_NO;
	return TRI_YES;
}
