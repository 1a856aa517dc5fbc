/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"

/* A colon cannot be in a VM's name, so the three kinds of names never meet. */
#define DEVICE_PREFIX		"device:"
#define SUPERVISOR_PREFIX	"supervisor:"

#define LOCK_NAME_MAX	80

/*
 * lock_*_held() takes a shared lock for an instant, and a child forked by a
 * launch that was killed has it until it closes what it inherited. Whoever wants the
 * lock meanwhile must not take that for a running VM, so a busy lock is tried a few times.
 */
enum { TRIES = 10, TRY_NS = 3000000 };

static int open_lock_dir(const struct paths *p)
{
	char dir[PATH_MAX];
	int run = dir_open_mine(p->run, 0755);

	if (run < 0)
		return run;
	close(run);
	if (!str_print(dir, sizeof(dir), "%s/lock", p->run))
		return -ENAMETOOLONG;
	return dir_open_mine(dir, 0711);
}

static int lock_take(const struct paths *p, const char *name)
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
	for (int i = 0; i < TRIES; i++) {
		if (!flock(fd, LOCK_EX | LOCK_NB))
			return TAKE_FD(fd);
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		nanosleep(&(struct timespec){ .tv_nsec = TRY_NS }, NULL);
	}
	return -EBUSY;
}

static int lock_held(const struct paths *p, const char *name)
{
	char path[PATH_MAX];
	_fd_ int fd = -1;

	if (!str_print(path, sizeof(path), "%s/lock/%s", p->run, name))
		return -ENAMETOOLONG;
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	if (!flock(fd, LOCK_SH | LOCK_NB))
		return 0;
	return errno == EWOULDBLOCK ? 1 : -errno;
}

static int device_name(struct bdf bdf, char name[static LOCK_NAME_MAX])
{
	char text[BDF_TEXT_MAX];

	return str_print(name, LOCK_NAME_MAX, DEVICE_PREFIX "%s", bdf_text(bdf, text)) ?
	       0 : -ENAMETOOLONG;
}

int lock_vm(const struct paths *p, const char *name)
{
	return vm_name_check(name) ? -EINVAL : lock_take(p, name);
}

int lock_vm_held(const struct paths *p, const char *name)
{
	return vm_name_check(name) ? -EINVAL : lock_held(p, name);
}

int lock_device(const struct paths *p, struct bdf bdf)
{
	char name[LOCK_NAME_MAX];
	int r = device_name(bdf, name);

	return r ? r : lock_take(p, name);
}

int lock_device_held(const struct paths *p, struct bdf bdf)
{
	char name[LOCK_NAME_MAX];
	int r = device_name(bdf, name);

	return r ? r : lock_held(p, name);
}

int lock_supervisor(const struct paths *p, const char *name)
{
	char file[LOCK_NAME_MAX];

	if (vm_name_check(name))
		return -EINVAL;
	if (!str_print(file, sizeof(file), SUPERVISOR_PREFIX "%s", name))
		return -ENAMETOOLONG;
	return lock_take(p, file);
}
