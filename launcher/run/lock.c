/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/lock.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"

/* A colon cannot be in a VM's name, so the four kinds of names never meet. */
#define DEVICE_PREFIX		"device:"
#define HAND_OVER_PREFIX	"hand-over:"
#define SUPERVISOR_PREFIX	"supervisor:"

#define LOCK_NAME_MAX	80

/*
 * lock_*_held() takes a shared lock for an instant, and a child forked by a
 * launch that was killed has it until it closes what it inherited. Whoever wants the
 * lock meanwhile must not take that for a running VM, so a busy lock is tried a few times.
 */
enum { TRIES = 10, TRY_NS = 3000000 };

bool lock_dir(const struct paths *p, char dir[static PATH_MAX])
{
	return *p->locks ? str_copy(dir, PATH_MAX, p->locks) :
	       str_print(dir, PATH_MAX, "%s/lock", p->run);
}

static int open_lock_dir(const struct paths *p)
{
	char dir[PATH_MAX];

	if (p->system || !*p->locks) {
		int run = dir_open_mine(p->run, 0755);

		if (run < 0)
			return run;
		close(run);
	}
	if (!lock_dir(p, dir))
		return -ENAMETOOLONG;
	return dir_open_mine(dir, 0711);
}

static int lock_take(const struct paths *p, const char *name, int tries)
{
	_fd_ int dir = open_lock_dir(p);
	_fd_ int fd = -1;
	struct stat st;

	if (dir < 0)
		return dir;
	fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	for (int i = 0; i < tries; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return TAKE_FD(fd);
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		nanosleep(&(struct timespec){ .tv_nsec = TRY_NS }, NULL);
	}
	return -EBUSY;
}

static bool lock_path(const struct paths *p, const char *name, char path[static PATH_MAX])
{
	char dir[PATH_MAX];

	return lock_dir(p, dir) && str_print(path, PATH_MAX, "%s/%s", dir, name);
}

static int lock_held(const struct paths *p, const char *name)
{
	char path[PATH_MAX];
	_fd_ int fd = -1;

	if (!lock_path(p, name, path))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	if (!flock(fd, LOCK_SH | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? 1 : -errno;
}

static int device_name(const char *prefix, struct bdf bdf, char name[static LOCK_NAME_MAX])
{
	char text[BDF_TEXT_MAX];

	return str_print(name, LOCK_NAME_MAX, "%s%s", prefix, bdf_text(bdf, text)) ?
	       0 : -ENAMETOOLONG;
}

int lock_vm(const struct paths *p, const char *name)
{
	return vm_name_check(name) ? -EINVAL : lock_take(p, name, TRIES);
}

int lock_vm_held(const struct paths *p, const char *name)
{
	return vm_name_check(name) ? -EINVAL : lock_held(p, name);
}

int lock_device(const struct paths *p, struct bdf bdf)
{
	char name[LOCK_NAME_MAX];
	int r = device_name(DEVICE_PREFIX, bdf, name);

	return r ? r : lock_take(p, name, TRIES);
}

int lock_hand_over(const struct paths *p, struct bdf bdf)
{
	char name[LOCK_NAME_MAX];
	int r = device_name(HAND_OVER_PREFIX, bdf, name);

	if (!r)
		r = lock_take(p, name, (int)(LOCK_HAND_OVER_MS / (TRY_NS / 1000000)));
	return r == -EBUSY ? -ETIMEDOUT : r;
}

int lock_device_held(const struct paths *p, struct bdf bdf)
{
	char name[LOCK_NAME_MAX];
	int r = device_name(DEVICE_PREFIX, bdf, name);

	return r ? r : lock_held(p, name);
}

int lock_supervisor(const struct paths *p, const char *name)
{
	char file[LOCK_NAME_MAX];

	if (vm_name_check(name))
		return -EINVAL;
	if (!str_print(file, sizeof(file), SUPERVISOR_PREFIX "%s", name))
		return -ENAMETOOLONG;
	return lock_take(p, file, TRIES);
}

/* proc(5): fdinfo shows the locks of exactly this open file. */
static bool has_flock(int proc, const char *fd)
{
	_free_ char *text = NULL;
	char path[64];

	return str_print(path, sizeof(path), "fdinfo/%s", fd) &&
	       !file_read_at(proc, path, 65536, &text, NULL) && strstr(text, "FLOCK") &&
	       strstr(text, "WRITE");
}

static bool process_holds(int proc, const struct stat *lock)
{
	_fd_ int fds = openat(proc, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	_dir_ DIR *dir = fds < 0 ? NULL : fdopendir(fds);
	struct dirent *e;
	struct stat st;

	if (dir)
		(void)TAKE_FD(fds);
	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.' && !fstatat(dirfd(dir), e->d_name, &st, 0) &&
		    stat_is_same(&st, lock) && has_flock(proc, e->d_name))
			return true;
	return false;
}

/*
 * /proc/locks would name who took the lock, which for QEMU's is a start that has ended: what
 * counts is who has the file open.
 */
static pid_t find_holder(const struct paths *p, const char *name)
{
	_dir_ DIR *dir = opendir("/proc");
	char path[PATH_MAX];
	struct dirent *e;
	struct stat st;
	uint64_t pid;

	if (!lock_path(p, name, path) || lstat(path, &st))
		return -ESRCH;
	while (dir && (e = readdir(dir))) {
		_fd_ int proc = -1;

		if (!str_u64(e->d_name, 10, INT32_MAX, &pid))
			continue;
		proc = openat(dirfd(dir), e->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (proc >= 0 && process_holds(proc, &st))
			return (pid_t)pid;
	}
	return -ESRCH;
}

/* Launch has become QEMU: its words name the machine, which no word of ours does. */
static bool is_qemu(pid_t pid)
{
	static const char word[] = "\0-uuid";
	_free_ char *text = NULL;
	char path[32];
	size_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	return !file_read_at(AT_FDCWD, path, 1 << 20, &text, &n) &&
	       memmem(text, n, word, sizeof(word));
}

/* Looked at again with the pidfd in hand: it is this process that holds the lock. */
static pid_t open_holder(const struct paths *p, const char *name, int *pidfd)
{
	pid_t pid = find_holder(p, name);
	_fd_ int fd = pid > 0 ? pidfd_open(pid, 0) : -1;

	*pidfd = -1;
	if (pid < 0)
		return pid;
	if (fd < 0 || find_holder(p, name) != pid)
		return -ESRCH;
	*pidfd = TAKE_FD(fd);
	return pid;
}

pid_t lock_vm_qemu(const struct paths *p, const char *name, int *pidfd)
{
	pid_t pid = vm_name_check(name) ? -EINVAL : open_holder(p, name, pidfd);

	if (pid < 0 || is_qemu(pid))
		return pid;
	close(*pidfd);
	*pidfd = -1;
	return -ESRCH;
}

pid_t lock_supervisor_holder(const struct paths *p, const char *name, int *pidfd)
{
	char file[LOCK_NAME_MAX];

	if (vm_name_check(name) || !str_print(file, sizeof(file), SUPERVISOR_PREFIX "%s", name))
		return -EINVAL;
	return open_holder(p, file, pidfd);
}
