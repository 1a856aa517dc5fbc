/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Undoing a run from disk alone. Nothing here depends on what happened
 * before: each step looks at the state as it is, so doing it twice, or after a
 * cut anywhere, ends the same way.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/bind.h"
#include "launcher/run/hook.h"
#include "launcher/run/journal.h"
#include "launcher/run/keeper.h"
#include "launcher/run/launch.h"
#include "launcher/run/lock.h"
#include "launcher/run/screen.h"

/* How long a helper gets to end by itself (its pipes are closed), and after SIGTERM. */
enum { HELPER_MS = 1000, TAIL_MS = 500 };

/* What a run leaves below run/NAME; logs, state.json and end.json stay. */
static const char *const leftovers[] = { "qmp", "agent", "console", "share" };
static const char *const left_dirs[] = { PLAN_VNC_DIR, "tpm" };

static int open_run_dir(const char *run_dir)
{
	int fd = open(run_dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &st) && st.st_uid == geteuid() && !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return fd;
	close(fd);
	return -EPERM;
}

/* Only while it still is the VM's user's: a node made anew by the kernel or given away is left alone. */
static int undo_node(const struct journal_entry *e)
{
	_fd_ int fd = open(e->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_uid != e->given_to || (!S_ISCHR(st.st_mode) && !S_ISREG(st.st_mode)))
		return 0;
	return fchownat(fd, "", e->uid, (gid_t)-1, AT_EMPTY_PATH) ? -errno : 0;
}

static bool ends_within(int pidfd, int ms)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };

	return poll(&pfd, 1, ms) > 0;
}

static int undo_helper(const struct journal_entry *e)
{
	_fd_ int pidfd = identity_open(&e->id);

	if (pidfd == -ESRCH)
		return 0;
	if (pidfd < 0)
		return pidfd;
	if (ends_within(pidfd, HELPER_MS))
		return 0;
	pidfd_send_signal(pidfd, SIGTERM, NULL, 0);
	if (ends_within(pidfd, HELPER_MS))
		return 0;
	pidfd_send_signal(pidfd, SIGKILL, NULL, 0);
	return ends_within(pidfd, HELPER_MS) ? 0 : -ETIMEDOUT;
}

/* Once, whatever becomes of it: its owner is told of the end, not asked. */
static int undo_hook(const struct journal_entry *e)
{
	struct hook h = { .path = e->path, .name = e->name, .when = "ended", .uid = e->given_to, .out = -1 };
	char why[256];
	int code;

	(void)!hook_run(&h, &code, why, sizeof(why));
	return 0;
}

static int undo_entry(const struct journal_entry *e)
{
	switch (e->what) {
	case JOURNAL_NODE:
		return undo_node(e);
	case JOURNAL_HELPER:
		return undo_helper(e);
	case JOURNAL_HOOK:
		return undo_hook(e);
	case JOURNAL_DONE:
		break;
	}
	return 0;
}

static int undo_journal(int run_fd)
{
	struct journal j, left = { .n = 0 };
	int first = journal_read(run_fd, &j);

	if (first)
		return first;
	for (size_t i = j.n; i-- > 0;) {
		int r = undo_entry(&j.v[i]);

		if (r && !first)
			first = r;
		if (!r)
			j.v[i].what = JOURNAL_DONE;
	}
	for (size_t i = 0; i < j.n; i++)
		if (j.v[i].what != JOURNAL_DONE)
			left.v[left.n++] = j.v[i];
	if (j.n) {
		int r = journal_write(run_fd, &left);

		if (r && !first)
			first = r;
	}
	return first;
}

static int remove_leftovers(int run_fd, const char *run_dir)
{
	char path[PATH_MAX];
	int first = 0, r;

	for (size_t i = 0; i < ARRAY_SIZE(leftovers); i++)
		if (unlinkat(run_fd, leftovers[i], 0) && errno != ENOENT && !first)
			first = -errno;
	for (size_t i = 0; i < ARRAY_SIZE(left_dirs); i++) {
		r = str_print(path, sizeof(path), "%s/%s", run_dir, left_dirs[i]) ?
		    dir_remove(path) : -ENAMETOOLONG;
		if (r && !first)
			first = r;
	}
	return first;
}

int vm_cleanup_dir(const char *run_dir)
{
	_fd_ int fd = open_run_dir(run_dir);
	int first, r;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	first = undo_journal(fd);
	r = remove_leftovers(fd, run_dir);
	return first ? first : r;
}

/* A probe's run directory is below the VM's. What is not ours there has no journal of ours. */
static int cleanup_below(const char *run_dir)
{
	_dir_ DIR *dir = opendir(run_dir);
	struct dirent *e;
	char path[PATH_MAX], journal[PATH_MAX];
	int first = 0, r;

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.' ||
		    !str_print(path, sizeof(path), "%s/%s", run_dir, e->d_name) ||
		    !str_print(journal, sizeof(journal), "%s/journal.json", path) ||
		    access(journal, F_OK))
			continue;
		r = vm_cleanup_dir(path);
		if (r && r != -EPERM && r != -ENOTDIR && r != -ELOOP && !first)
			first = r;
	}
	return first;
}

/* Devices whose journal names this VM go back, unless somebody holds them right now. */
static int release_devices(const char *sysroot, const struct paths *p, const char *name)
{
	struct bdf v[BIND_DEVICES_MAX];
	int n = bind_owned(p, name, v), first = 0;

	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		_fd_ int lock = lock_device(p, v[i]);
		struct bind_error e;
		int r;

		if (lock == -EBUSY)
			continue;
		r = lock < 0 ? lock : bind_repair(sysroot, p, v[i], &e);
		if (!r)
			r = bind_release(sysroot, p, v[i], name, &e);
		if (r && !first)
			first = r;
	}
	return first;
}

/* The host's screens that this VM took, once their devices are back; one that another has meanwhile is that one's. */
static int give_back_screens(const char *sysroot, const struct paths *p, const char *name)
{
	struct bdf v[SCREENS_MAX];
	int n = screen_owned(p, name, v), first = 0;

	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		_fd_ int lock = lock_device(p, v[i]);
		struct screen_error e;
		int r;

		if (lock == -EBUSY)
			continue;
		r = lock < 0 ? lock : screen_give_back(sysroot, p, v[i], &e);
		if (r && !first)
			first = r;
	}
	return first;
}

int vm_cleanup_locked(const char *sysroot, const struct paths *p, const char *name)
{
	char run_dir[PATH_MAX];
	int first, r;

	if (vm_name_check(name))
		return -EINVAL;
	if (!str_print(run_dir, sizeof(run_dir), "%s/%s", p->run, name))
		return -ENAMETOOLONG;
	first = vm_cleanup_dir(run_dir);
	r = cleanup_below(run_dir);
	first = first ? first : r;
	r = release_devices(sysroot, p, name);
	first = first ? first : r;
	r = give_back_screens(sysroot, p, name);
	return first ? first : r;
}

int vm_cleanup(const char *sysroot, const struct paths *p, const char *name)
{
	_fd_ int lock = lock_vm(p, name);

	return lock < 0 ? lock : vm_cleanup_locked(sysroot, p, name);
}

size_t launch_stderr_tail(int run_fd, char *buf, size_t size)
{
	_fd_ int keeper = journal_helper_open(run_fd, "keeper");
	_free_ char *text = NULL;
	size_t n;

	buf[0] = '\0';
	if (keeper >= 0)
		ends_within(keeper, TAIL_MS);
	if (file_read_at(run_fd, "stderr.tail", KEEPER_TAIL_BYTES, &text, &n))
		return 0;
	/* The end is what matters when the buffer is smaller. */
	if (n >= size) {
		memmove(text, text + n - (size - 1), size - 1);
		n = size - 1;
	}
	for (size_t i = 0; i < n; i++)
		buf[i] = text[i] ? text[i] : '?';
	buf[n] = '\0';
	return n;
}
