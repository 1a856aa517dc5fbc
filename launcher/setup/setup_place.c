/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/setup/setup_place.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/xattr.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"

#define LINKS_MAX	40
#define SETUP_PATH	256

bool setup_path_check(const char *path)
{
	size_t n;

	if (*path != '/' || strlen(path) >= SETUP_PATH)
		return false;
	for (const char *s = path + 1;; s += n + 1) {
		n = strcspn(s, "/");
		if (!n || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.'))
			return false;
		if (!s[n])
			return true;
	}
}

/* "/etc/default/grub" -> "/etc/default", "grub" */
static int split(const char *path, char parent[static PATH_MAX], char name[static NAME_MAX + 1])
{
	const char *slash = strrchr(path, '/');

	if (!slash || !slash[1] || !strcmp(slash + 1, ".") || !strcmp(slash + 1, ".."))
		return -EINVAL;
	if (!str_copy(name, NAME_MAX + 1, slash + 1) ||
	    !str_print(parent, PATH_MAX, "%.*s", slash == path ? 1 : (int)(slash - path), path))
		return -ENAMETOOLONG;
	return 0;
}

/* One step: 1 it is a link, and @path is where it leads; 0 @p is the place. */
static int step(const struct tree *t, char path[static PATH_MAX], struct setup_place *p)
{
	char target[PATH_MAX];
	_fd_ int dir = -1;
	ssize_t n;
	int r = split(path, p->parent, p->name);

	if (r)
		return r;
	dir = tree_open(t, p->parent, O_RDONLY | O_DIRECTORY);
	if (dir < 0)
		return dir;
	n = readlinkat(dir, p->name, target, sizeof(target) - 1);
	if (n < 0 && errno != EINVAL && errno != ENOENT)
		return -errno;
	if (n < 0) {
		p->dir = TAKE_FD(dir);
		return 0;
	}
	target[n] = '\0';
	if (!(*target == '/' ? str_copy(path, PATH_MAX, target) :
			       str_print(path, PATH_MAX, "%s/%s", p->parent, target)))
		return -ENAMETOOLONG;
	return 1;
}

int setup_place_open(const struct tree *t, const char *path, struct setup_place *p)
{
	char now[PATH_MAX];

	*p = (struct setup_place){ .dir = -1 };
	if (!str_copy(now, sizeof(now), path))
		return -ENAMETOOLONG;
	for (int i = 0; i < LINKS_MAX; i++) {
		int r = step(t, now, p);

		if (r <= 0)
			return r;
	}
	return -ELOOP;
}

void setup_place_done(struct setup_place *p)
{
	if (p->dir >= 0)
		close(p->dir);
	*p = (struct setup_place){ .dir = -1 };
}

void setup_meta_done(struct setup_meta *m)
{
	json_decref(m->xattrs);
	*m = (struct setup_meta){ 0 };
}

/* --- reading -------------------------------------------------------------------- */

static json_t *hex_json(const uint8_t *p, size_t n)
{
	_free_ char *hex = malloc(2 * n + 1);

	if (!hex)
		return NULL;
	hex[0] = '\0';
	for (size_t i = 0; i < n; i++)
		sprintf(hex + 2 * i, "%02x", p[i]);
	return json_string(hex);
}

static int read_xattr(int fd, const char *name, json_t *to)
{
	_free_ uint8_t *value = malloc(XATTR_SIZE_MAX);
	ssize_t n;

	if (!value)
		return -ENOMEM;
	n = fgetxattr(fd, name, value, XATTR_SIZE_MAX);
	if (n < 0)
		return errno == ENODATA ? 0 : -errno;
	return json_object_set_new(to, name, hex_json(value, (size_t)n)) ? -ENOMEM : 0;
}

/* File systems without any answer ENOTSUP. */
static int read_xattrs(int fd, json_t **xattrs)
{
	_json_ json_t *all = json_object();
	_free_ char *list = malloc(XATTR_LIST_MAX);
	ssize_t n;

	if (!all || !list)
		return -ENOMEM;
	n = flistxattr(fd, list, XATTR_LIST_MAX);
	if (n < 0 && errno != ENOTSUP)
		return -errno;
	for (ssize_t i = 0; i < n; i += (ssize_t)strlen(list + i) + 1) {
		int r = read_xattr(fd, list + i, all);

		if (r)
			return r;
	}
	*xattrs = TAKE(all);
	return 0;
}

static int read_bytes(int fd, size_t expected, char **text, size_t *len)
{
	size_t room = expected + 1, have = 0;
	_free_ char *buf = malloc(room + 1);

	while (buf) {
		ssize_t n = read(fd, buf + have, room - have);
		char *more;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		have += (size_t)n;
		if (have > SETUP_FILE_BYTES)
			return -EFBIG;
		if (!n) {
			buf[have] = '\0';
			*text = TAKE(buf);
			*len = have;
			return 0;
		}
		if (have < room)
			continue;
		room *= 2;
		more = realloc(buf, room + 1);
		if (!more)
			return -ENOMEM;
		buf = more;
	}
	return -ENOMEM;
}

static int open_file(const struct setup_place *p)
{
	int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	int fd = openat(p->dir, p->name, flags | O_NOATIME);

	if (fd < 0 && errno == EPERM)	/* somebody else's file, and we are not root */
		fd = openat(p->dir, p->name, flags);
	return fd < 0 ? -errno : fd;
}

int setup_place_read(const struct setup_place *p, char **text, size_t *len, struct setup_meta *m)
{
	_fd_ int fd = open_file(p);
	struct stat st;
	json_t *xattrs = NULL;
	int r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_nlink > 1)
		return -EMLINK;
	if (st.st_size > SETUP_FILE_BYTES)
		return -EFBIG;
	r = m ? read_xattrs(fd, &xattrs) : 0;
	if (!r)
		r = read_bytes(fd, (size_t)st.st_size, text, len);
	if (r) {
		json_decref(xattrs);
		return r;
	}
	if (m)
		*m = (struct setup_meta){ st.st_uid, st.st_gid, st.st_mode & 07777, st.st_atim,
					  st.st_mtim, xattrs };
	return 0;
}

/* --- writing -------------------------------------------------------------------- */

static int temp_name(const struct setup_place *p, char temp[static NAME_MAX + 1])
{
	/* Hidden: what lies in a *.d directory under any other name may be read by its owner. */
	return str_print(temp, NAME_MAX + 1, ".%s.igvm-new", p->name) ? 0 : -ENAMETOOLONG;
}

static int unhex(const char *hex, uint8_t *p, size_t *n)
{
	size_t len = strlen(hex);

	if (len % 2 || len / 2 > XATTR_SIZE_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < len / 2; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };
		uint64_t v;

		if (!str_u64(two, 16, 0xff, &v))
			return -EBADMSG;
		p[i] = (uint8_t)v;
	}
	*n = len / 2;
	return 0;
}

static int set_xattrs(int fd, json_t *xattrs)
{
	_free_ uint8_t *value = malloc(XATTR_SIZE_MAX), *now = malloc(XATTR_SIZE_MAX);
	const char *name;
	json_t *hex;
	size_t n;

	if (!value || !now)
		return -ENOMEM;
	json_object_foreach(xattrs, name, hex) {
		int r = unhex(json_string_value(hex), value, &n);
		ssize_t have;

		if (r)
			return r;
		have = fgetxattr(fd, name, now, XATTR_SIZE_MAX);
		if (have == (ssize_t)n && !memcmp(now, value, n))
			continue;
		if (fsetxattr(fd, name, value, n, 0))
			return -errno;
	}
	/* A directory's default ACL is given to each new file in it; the old one had none. */
	if (!json_object_get(xattrs, "system.posix_acl_access") &&
	    fremovexattr(fd, "system.posix_acl_access") && errno != ENODATA && errno != ENOTSUP)
		return -errno;
	return 0;
}

/* What is right already is not set: FAT, where an ESP lives, refuses what it cannot hold. */
static int set_meta(int fd, const struct setup_meta *m, bool times, bool new)
{
	struct stat st;
	int r;

	if (fstat(fd, &st))
		return -errno;
	if (!new && (st.st_uid != m->uid || st.st_gid != m->gid) && fchown(fd, m->uid, m->gid))
		return -errno;
	if ((st.st_mode & 07777) != m->mode && fchmod(fd, m->mode)) {
		if (!new || errno != EPERM)
			return -errno;
	}
	r = new || !m->xattrs ? 0 : set_xattrs(fd, m->xattrs);
	if (!r && times && futimens(fd, (struct timespec[]){ m->atime, m->mtime }))
		r = -errno;
	return r;
}

static int write_temp(const struct setup_place *p, const char *temp, const void *data, size_t len,
		      const struct setup_meta *m, bool times, bool new)
{
	_fd_ int fd = openat(p->dir, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (fd < 0)
		return -errno;
	r = write_all(fd, data, len);
	if (!r)
		r = set_meta(fd, m, times, new);
	if (!r && fsync(fd))
		r = -errno;
	return r;
}

int setup_place_write(const struct setup_place *p, const void *data, size_t len,
		      const struct setup_meta *m, bool times, bool new)
{
	char temp[NAME_MAX + 1];
	int r = temp_name(p, temp);

	if (!r)
		r = setup_place_sweep(p);
	if (r)
		return r;
	r = write_temp(p, temp, data, len, m, times, new);
	if (!r && renameat(p->dir, temp, p->dir, p->name))
		r = -errno;
	if (r) {
		unlinkat(p->dir, temp, 0);
		return r;
	}
	return fsync(p->dir) ? -errno : 0;
}

int setup_place_remove(const struct setup_place *p)
{
	if (unlinkat(p->dir, p->name, 0))
		return errno == ENOENT ? 0 : -errno;
	return fsync(p->dir) ? -errno : 0;
}

int setup_place_sweep(const struct setup_place *p)
{
	char temp[NAME_MAX + 1];
	int r = temp_name(p, temp);

	if (!r && !faccessat(p->dir, temp, F_OK, AT_SYMLINK_NOFOLLOW) && unlinkat(p->dir, temp, 0))
		r = -errno;
	return r;
}

/* --- JSON -------------------------------------------------------------------- */

json_t *setup_time_json(struct timespec t)
{
	return json_pack("[I, I]", (json_int_t)t.tv_sec, (json_int_t)t.tv_nsec);
}

bool setup_time_from_json(json_t *json, struct timespec *t)
{
	json_int_t s, ns;

	if (json_unpack(json, "[I, I!]", &s, &ns) || ns < 0 || ns >= 1000000000)
		return false;
	*t = (struct timespec){ .tv_sec = (time_t)s, .tv_nsec = (long)ns };
	return true;
}

json_t *setup_meta_json(const struct setup_meta *m)
{
	return json_pack("{s:I, s:I, s:I, s:o, s:o, s:O}", "uid", (json_int_t)m->uid, "gid",
			 (json_int_t)m->gid, "mode", (json_int_t)m->mode, "atime",
			 setup_time_json(m->atime), "mtime", setup_time_json(m->mtime), "xattrs",
			 m->xattrs);
}

static bool xattrs_good(json_t *xattrs)
{
	_free_ uint8_t *value = malloc(XATTR_SIZE_MAX);
	const char *name;
	json_t *hex;
	size_t n;

	if (!value || !json_is_object(xattrs))
		return false;
	json_object_foreach(xattrs, name, hex)
		if (!json_is_string(hex) || unhex(json_string_value(hex), value, &n))
			return false;
	return true;
}

int setup_meta_from_json(json_t *json, struct setup_meta *m)
{
	json_t *atime, *mtime, *xattrs;
	json_int_t uid, gid, mode;

	*m = (struct setup_meta){ 0 };
	if (json_unpack(json, "{s:I, s:I, s:I, s:o, s:o, s:o}", "uid", &uid, "gid", &gid, "mode", &mode,
			"atime", &atime, "mtime", &mtime, "xattrs", &xattrs))
		return -EBADMSG;
	if (uid < 0 || uid > UINT32_MAX || gid < 0 || gid > UINT32_MAX || mode < 0 || mode > 07777 ||
	    !setup_time_from_json(atime, &m->atime) || !setup_time_from_json(mtime, &m->mtime) ||
	    !xattrs_good(xattrs))
		return -EBADMSG;
	m->uid = (uid_t)uid;
	m->gid = (gid_t)gid;
	m->mode = (mode_t)mode;
	m->xattrs = json_incref(xattrs);
	return 0;
}
