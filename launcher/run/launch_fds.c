/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The descriptors QEMU is given. They are made wherever the kernel puts them
 * and moved to the plan's numbers at the very end, in two steps: first all of
 * them up, above every target, then each down to its own; so no move can hit
 * one that was not moved yet.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/launch_parts.h"

#define FIRST_FD	3
#define SOCKET_BACKLOG	4

#ifndef CIFS_SUPER_MAGIC
#define CIFS_SUPER_MAGIC 0xff534d42
#endif

/*
 * A listening socket in run/NAME. Bound through /proc/self/fd, because the
 * path of a user's run directory may be longer than sockaddr_un allows.
 */
int launch_socket(struct launching *s, const char *name)
{
	_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un a = { .sun_family = AF_UNIX };

	if (fd < 0)
		return launch_fail(s, errno, _("%s/%s: no socket: %m"), s->p->run_dir, name);
	if (!str_print(a.sun_path, sizeof(a.sun_path), "/proc/self/fd/%d/%s", s->run_fd, name))
		return launch_fail(s, ENAMETOOLONG, "%s/%s: %s", s->p->run_dir, name,
				   strerror(ENAMETOOLONG));
	if (unlinkat(s->run_fd, name, 0) && errno != ENOENT)
		return launch_fail(s, errno, _("%s/%s: cannot be removed: %m"), s->p->run_dir, name);
	/* umask is 077 here: nobody else can connect between bind and listen. */
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) || fchmodat(s->run_fd, name, 0600, 0) ||
	    listen(fd, SOCKET_BACKLOG))
		return launch_fail(s, errno, _("%s/%s: cannot listen: %m"), s->p->run_dir, name);
	return TAKE_FD(fd);
}

/* flock() of network file systems is a byte-range lock, which QEMU's own lock on the image would meet. */
static bool is_network(int fd)
{
	struct statfs fs;

	return !fstatfs(fd, &fs) && (fs.f_type == NFS_SUPER_MAGIC || fs.f_type == SMB2_SUPER_MAGIC ||
				     fs.f_type == (__typeof__(fs.f_type))CIFS_SUPER_MAGIC);
}

static int fail_open(struct launching *s, const struct plan_fd *f, int err)
{
	struct stat st;

	if (err == ELOOP && !lstat(f->path, &st) && S_ISLNK(st.st_mode))
		return launch_fail(s, err, _("%s: is a symbolic link; name the file it leads to"),
				   f->path);
	if (f->writable)
		return launch_fail(s, err, _("%s: cannot be opened for writing: %s"), f->path,
				   strerror(err));
	return launch_fail(s, err, _("%s: cannot be opened: %s"), f->path, strerror(err));
}

static const char *kind_text(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return _("a directory");
	case S_IFIFO:
		return _("a pipe");
	case S_IFCHR:
		return _("a character device");
	default:
		return _("something else");
	}
}

/*
 * Links below /dev are udev's: the names that stay with a disk are links. O_EXCL claims a block device, whole or in
 * part, against mounts, swap, LVM, RAID and every other that claims it, for as long as the descriptor lives (open(2)).
 */
static int open_image(const struct plan_fd *f)
{
	int flags = (f->writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
	char real[PATH_MAX];

	if (!str_starts(f->path, "/dev/"))
		return open(f->path, flags);
	if (!realpath(f->path, real))
		return -1;
	if (!str_starts(real, "/dev/")) {
		errno = ELOOP;
		return -1;
	}
	return open(real, flags | O_EXCL);
}

static int open_disk(struct launching *s, const struct plan_fd *f)
{
	/* A directory cannot be opened for writing: EISDIR would hide behind the kind. */
	_fd_ int fd = open_image(f);
	struct stat st;

	if (fd < 0 && errno == EBUSY)
		return launch_fail(s, EBUSY, _("%s: the host uses it (a mount, swap, LVM, RAID), or another VM"),
				   f->path);
	if (fd < 0 && errno != EISDIR)
		return fail_open(s, f, errno);
	if (fd < 0 ? stat(f->path, &st) : fstat(fd, &st))
		return fail_open(s, f, errno);
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode))
		return launch_fail(s, EINVAL, _("%s: is %s, not a file or block device"), f->path,
				   kind_text(st.st_mode));
	if (!is_network(fd) && flock(fd, (f->writable ? LOCK_EX : LOCK_SH) | LOCK_NB))
		return launch_fail(s, errno == EWOULDBLOCK ? EBUSY : errno,
				   errno == EWOULDBLOCK ? _("%s: another VM or program has locked it") :
							  _("%s: cannot be locked"), f->path);
	if (fcntl(fd, F_SETFL, 0))
		return fail_open(s, f, errno);
	return TAKE_FD(fd);
}

static int dup_lock(struct launching *s, int fd)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);

	return copy < 0 ? launch_fail(s, errno, _("no lock to hand over: %m")) : copy;
}

/* One end for the keeper, the other for QEMU; a socket where QEMU's chardev wants one. */
static int make_stream(struct launching *s, enum keeper_stream stream, bool as_socket)
{
	int pair[2];

	if (as_socket ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) :
			pipe2(pair, O_CLOEXEC))
		return launch_fail(s, errno, _("no pipe for the log: %m"));
	s->keeper_in[stream] = pair[0];
	return pair[1];
}

static int make_fd(struct launching *s, const struct plan_fd *f)
{
	switch (f->kind) {
	case PLAN_FD_VM_LOCK:
		return dup_lock(s, s->l->vm_lock);
	case PLAN_FD_DEVICE_LOCK:
		return dup_lock(s, s->l->device_lock);
	case PLAN_FD_QMP:
		return launch_socket(s, "qmp");
	case PLAN_FD_AGENT:
		return launch_socket(s, "agent");
	case PLAN_FD_CONSOLE:
		return launch_socket(s, "console");
	case PLAN_FD_FIRMWARE_LOG:
		return make_stream(s, KEEPER_FIRMWARE, true);
	case PLAN_FD_SERIAL_LOG:
		return make_stream(s, KEEPER_SERIAL, false);
	case PLAN_FD_FILE:
		return open_disk(s, f);
	case PLAN_FD_BRIDGE:
	case PLAN_FD_TAP:
		return launch_tap(s, f);
	case PLAN_FD_USB:
		return launch_usb(s, f);
	case PLAN_FD_PIPEWIRE:
		return launch_pipewire(s);
	case PLAN_FD_PASST:
	case PLAN_FD_TPM:
	case PLAN_FD_SHARE:
		return -1; /* launch_helpers() makes it, with the process at its other end */
	}
	return launch_fail(s, EINVAL, _("the plan names an unknown kind of descriptor"));
}

/* The plan's numbers: FIRST_FD upwards, each once. */
static bool numbers_are_whole(const struct plan *p)
{
	bool seen[PLAN_FDS_MAX] = { 0 };

	for (size_t i = 0; i < p->n_fd; i++) {
		int slot = p->fd[i].fd - FIRST_FD;

		if (slot < 0 || (size_t)slot >= p->n_fd || seen[slot])
			return false;
		seen[slot] = true;
	}
	return true;
}

/* launch_helpers() makes it. */
static bool is_helpers(const struct plan_fd *f)
{
	return f->kind == PLAN_FD_TPM || f->kind == PLAN_FD_PASST || f->kind == PLAN_FD_SHARE;
}

int launch_fds(struct launching *s)
{
	if (!numbers_are_whole(s->p))
		return launch_fail(s, EINVAL, _("the plan's descriptors have gaps"));
	s->out = make_stream(s, KEEPER_QEMU, false);
	if (s->out < 0)
		return s->out;
	for (size_t i = 0; i < s->p->n_fd; i++) {
		s->fd[i] = make_fd(s, &s->p->fd[i]);
		if (s->fd[i] < 0 && !is_helpers(&s->p->fd[i]))
			return s->fd[i];
	}
	return 0;
}

static int lift(int *fd, int above)
{
	int high = fcntl(*fd, F_DUPFD_CLOEXEC, above);

	if (high < 0)
		return -errno;
	*fd = high;
	return 0;
}

static int lift_all(struct launching *s, int *null, int above)
{
	int r = lift(&s->out, above);

	if (!r)
		r = lift(null, above);
	if (!r && s->status >= 0)
		r = lift(&s->status, above);
	for (size_t i = 0; !r && i < s->p->n_fd; i++)
		r = lift(&s->fd[i], above);
	return r;
}

int launch_place_fds(struct launching *s)
{
	int last = FIRST_FD + (int)s->p->n_fd;	/* for the status pipe, which exec closes */
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int r = null < 0 ? -errno : lift_all(s, &null, last + 1);

	if (!r && (dup2(null, 0) < 0 || dup2(s->out, 1) < 0 || dup2(s->out, 2) < 0))
		r = -errno;
	for (size_t i = 0; !r && i < s->p->n_fd; i++)
		if (dup2(s->fd[i], s->p->fd[i].fd) < 0)
			r = -errno;
	if (!r && s->status >= 0) {
		s->status = dup3(s->status, last, O_CLOEXEC);
		r = s->status < 0 ? -errno : 0;
		last++;
	}
	if (!r && close_range((unsigned int)last, ~0U, 0))
		r = -errno;
	return r ? launch_fail(s, -r, _("descriptors cannot be moved: %s"), strerror(-r)) : 0;
}
