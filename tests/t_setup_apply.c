/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Apply and undo over a tree of files of every kind, cut off at every step.
 * The linker sends each call that changes a file system through here (--wrap, see the
 * Makefile): at step K it kills the process, after what was written and not yet synced is
 * lost, or it fails, once or from then on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/setup/setup_apply.h"
#include "launcher/setup/setup_trial.h"

/* --- the write log -------------------------------------------------------------------- */

enum fate { LIVE, DIE, FAIL_ONCE, FAIL_ON };

static struct {
	enum fate fate;
	int error;
	long at, count;
	int dirty[64];		/* copies of descriptors, by descriptor */
} cut;

/* Power is lost: bytes that no fsync() followed are not on the disk. */
static void lose_power(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(cut.dirty); i++)
		if (cut.dirty[i])
			(void)!ftruncate(cut.dirty[i], 0);
	kill(getpid(), SIGKILL);
}

static int step(void)
{
	if (cut.fate == LIVE)
		return 0;
	cut.count++;
	if (cut.fate == DIE && cut.count == cut.at)
		lose_power();
	if ((cut.fate == FAIL_ONCE && cut.count == cut.at) ||
	    (cut.fate == FAIL_ON && cut.count >= cut.at)) {
		errno = cut.error;
		return -1;
	}
	return 0;
}

static void set_dirty(int fd)
{
	if (cut.fate != DIE)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(cut.dirty); i++)
		if (!cut.dirty[i]) {
			cut.dirty[i] = dup(fd);
			return;
		}
	abort();
}

static void set_clean(int fd)
{
	struct stat a, b;

	if (cut.fate != DIE || fstat(fd, &a))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(cut.dirty); i++)
		if (cut.dirty[i] && !fstat(cut.dirty[i], &b) && a.st_ino == b.st_ino) {
			close(cut.dirty[i]);
			cut.dirty[i] = 0;
		}
}

#define WRAP(type, name, args, ...)			\
	type __real_##name args;			\
	type __wrap_##name args;			\
	type __wrap_##name args				\
	{						\
		return step() ? -1 : __real_##name(__VA_ARGS__); \
	}

WRAP(int, renameat, (int a, const char *b, int c, const char *d), a, b, c, d)
WRAP(int, unlinkat, (int a, const char *b, int c), a, b, c)
WRAP(int, mkdirat, (int a, const char *b, mode_t c), a, b, c)
WRAP(int, fchown, (int a, uid_t b, gid_t c), a, b, c)
WRAP(int, fchmod, (int a, mode_t b), a, b)
WRAP(int, futimens, (int a, const struct timespec b[2]), a, b)
WRAP(int, fsetxattr, (int a, const char *b, const void *c, size_t d, int e), a, b, c, d, e)

ssize_t __real_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n);
ssize_t __wrap_write(int fd, const void *p, size_t n)
{
	if (step())
		return -1;
	set_dirty(fd);
	return __real_write(fd, p, n);
}

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __wrap_fsync(int fd)
{
	if (step())
		return -1;
	set_clean(fd);
	return __real_fsync(fd);
}

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (flags & O_CREAT)
		mode = va_arg(ap, mode_t);
	va_end(ap);
	if (flags & O_CREAT && step())
		return -1;
	return __real_openat(dir, path, flags, mode);
}

/* --- a tree -------------------------------------------------------------------- */

struct host {
	char root[64];
	struct tree t;
};

static const char *at(const struct host *h, const char *path)
{
	static char buf[8][PATH_MAX];
	static int i;
	char *p = buf[i = (i + 1) % 8];

	snprintf(p, PATH_MAX, "%s/%s", h->root, path);
	return p;
}

static void put(const struct host *h, const char *path, const char *text, mode_t mode)
{
	_fd_ int fd = open(at(h, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write_all(fd, text, strlen(text)) || fchmod(fd, mode))
		fail_msg("%s: %s", path, strerror(errno));
}

static void age(const struct host *h, const char *path)
{
	const struct timespec times[] = { { 1111111111, 123456789 }, { 1234567890, 987654321 } };

	assert_int_equal(utimensat(AT_FDCWD, at(h, path), times, AT_SYMLINK_NOFOLLOW), 0);
}

#define GRUB_OLD	"GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT='quiet'\n"
#define GRUB_NEW	"GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT='quiet intel_iommu=on iommu=pt'\n"

static const char *const dirs[] = { "etc/default", "etc/modprobe.d", "usr/lib/igvm-test", "etc/systemd/system",
				    "var/lib", "proc/sys/kernel/random", "run" };

static struct host *host_new(const char *where)
{
	struct host *h = calloc(1, sizeof(*h));

	snprintf(h->root, sizeof(h->root), "%s/igvm-setup.XXXXXX", where);
	assert_non_null(mkdtemp(h->root));
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		assert_int_equal(dir_make(at(h, dirs[i]), 0755), 0);
	put(h, "proc/sys/kernel/random/boot_id", "boot-one\n", 0444);
	put(h, "etc/default/grub", GRUB_OLD, 0640);
	put(h, "usr/lib/igvm-test/real", "old\n", 0644);
	assert_int_equal(symlink("/usr/lib/igvm-test/real", at(h, "etc/linked")), 0);
	put(h, "etc/modprobe.d/gone.conf", "blacklist i915\n", 0604);
	if (!geteuid()) {
		assert_int_equal(chown(at(h, "etc/default/grub"), 12, 34), 0);
		assert_int_equal(setxattr(at(h, "etc/default/grub"), "trusted.igvm", "a\0b", 3, 0), 0);
	}
	age(h, "etc/default/grub");
	age(h, "usr/lib/igvm-test/real");
	age(h, "etc/modprobe.d/gone.conf");
	age(h, "etc/modprobe.d");
	age(h, "etc");
	assert_int_equal(tree_init(&h->t, h->root), 0);
	return h;
}

static void host_free(struct host *h)
{
	close(h->t.fd);
	assert_int_equal(dir_remove(h->root), 0);
	free(h);
}

static int add(struct setup_plan *p, const char *path, const char *before, const char *after)
{
	return setup_plan_file(p, path, before, before ? strlen(before) : 0, after,
			       after ? strlen(after) : 0, 0644, "");
}

static struct setup_plan *plan_new(void)
{
	struct setup_plan *p = calloc(1, sizeof(*p));

	assert_int_equal(add(p, "/etc/default/grub", GRUB_OLD, GRUB_NEW), 0);
	assert_int_equal(add(p, "/etc/linked", "old\n", "new\n"), 0);
	assert_int_equal(add(p, "/etc/modprobe.d/gone.conf", "blacklist i915\n", NULL), 0);
	assert_int_equal(add(p, "/etc/modprobe.d/igvm.conf", NULL, "options vfio-pci ids=8086:4692\n"), 0);
	assert_int_equal(add(p, "/etc/made/deep/igvm.conf", NULL, "x\n"), 0);
	return p;
}

static void plan_free(struct setup_plan *p)
{
	setup_plan_done(p);
	free(p);
}

/* --- what a tree is like, as text: all but igvm's own data ------------------------------------ */

static void add_xattrs(FILE *f, const char *path)
{
	char list[1024], value[1024];
	ssize_t n = llistxattr(path, list, sizeof(list));

	for (ssize_t i = 0; i < n; i += (ssize_t)strlen(list + i) + 1) {
		ssize_t len = lgetxattr(path, list + i, value, sizeof(value));

		fprintf(f, " %s=", list + i);
		for (ssize_t k = 0; k < len; k++)
			fprintf(f, "%02x", (unsigned char)value[k]);
	}
}

static void describe(FILE *f, int dir, const char *path, const char *name, bool times)
{
	struct stat st;
	_free_ char *text = NULL;
	size_t len;

	assert_int_equal(fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
	fprintf(f, "%s %o %u:%u", path, st.st_mode, st.st_uid, st.st_gid);
	if (times)
		fprintf(f, " m%ld.%09ld", (long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
	if (!S_ISREG(st.st_mode)) {
		fprintf(f, "\n");
		return;
	}
	if (times)
		fprintf(f, " a%ld.%09ld", (long)st.st_atim.tv_sec, st.st_atim.tv_nsec);
	add_xattrs(f, path);
	{
		_fd_ int fd = openat(dir, name, O_RDONLY | O_NOATIME | O_CLOEXEC);

		text = calloc(1, (size_t)st.st_size + 1);
		len = (size_t)read(fd, text, (size_t)st.st_size);
		assert_int_equal(len, st.st_size);
	}
	fprintf(f, " [%s]\n", text);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void walk(FILE *f, const char *path, bool top)
{
	_dir_ DIR *dir = opendir(path);
	char *names[64];
	size_t n = 0;
	struct dirent *e;

	assert_non_null(dir);
	while ((e = readdir(dir)))
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, "..") &&
		    !(top && (!strcmp(e->d_name, "var") || !strcmp(e->d_name, "proc"))))
			names[n++] = strdup(e->d_name);
	qsort(names, n, sizeof(*names), by_name);
	for (size_t i = 0; i < n; i++) {
		char sub[PATH_MAX];
		struct stat st;

		snprintf(sub, sizeof(sub), "%s/%s", path, names[i]);
		describe(f, dirfd(dir), sub, names[i], true);
		assert_int_equal(lstat(sub, &st), 0);
		if (S_ISDIR(st.st_mode))
			walk(f, sub, false);
		free(names[i]);
	}
}

static char *picture(const struct host *h)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	walk(f, h->root, true);
	fclose(f);
	return text;
}

/* Without a trace in the time of last access. */
static bool holds(const struct host *h, const char *path, const char *text)
{
	_fd_ int fd = open(at(h, path), O_RDONLY | O_NOATIME | O_CLOEXEC);
	char now[4096];
	ssize_t n = fd < 0 ? -1 : read(fd, now, sizeof(now));

	if (!text || n < 0)
		return !text && fd < 0 && errno == ENOENT;
	return (size_t)n == strlen(text) && !memcmp(now, text, (size_t)n);
}

static const struct { const char *path, *old, *new; } files[] = {
	{ "etc/default/grub", GRUB_OLD, GRUB_NEW },
	{ "usr/lib/igvm-test/real", "old\n", "new\n" },
	{ "etc/modprobe.d/gone.conf", "blacklist i915\n", NULL },
	{ "etc/modprobe.d/igvm.conf", NULL, "options vfio-pci ids=8086:4692\n" },
	{ "etc/made/deep/igvm.conf", NULL, "x\n" },
};

static void assert_old_or_new(const struct host *h, const char *when, long k)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!holds(h, files[i].path, files[i].old) && !holds(h, files[i].path, files[i].new))
			fail_msg("%s, step %ld: %s is neither the old nor the new one", when, k,
				 files[i].path);
}

/* What undo to a stock host makes: gone.conf had nothing but hand-made lines. */
#define GRUB_STOCK	"GRUB_TIMEOUT=3\n"

static void assert_stock(const struct host *h, const char *when, long k)
{
	static const char *const stock[] = { GRUB_STOCK, "old\n", NULL, NULL, NULL };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!holds(h, files[i].path, stock[i]))
			fail_msg("%s, step %ld: %s is not stock", when, k, files[i].path);
}

static void assert_new(const struct host *h)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!holds(h, files[i].path, files[i].new))
			fail_msg("%s is not the new one", files[i].path);
}

/* --- calls -------------------------------------------------------------------- */

static int apply(struct host *h, const struct setup_plan *p)
{
	struct setup_report *r = setup_report_new(-1);
	int e = setup_apply(&h->t, p, 0, r);

	setup_report_free(r);
	return e;
}

static bool to_stock;

static int undo(struct host *h)
{
	struct setup_report *r = setup_report_new(-1);
	int e = setup_undo(&h->t, to_stock, r);

	setup_report_free(r);
	return e;
}

static void assert_picture(struct host *h, const char *was, const char *when, long k)
{
	_free_ char *now = picture(h);

	if (strcmp(now, was)) {
		size_t i = 0;

		while (now[i] && now[i] == was[i])
			i++;
		while (i && was[i] != '\n')
			i--;
		fail_msg("%s, step %ld: not as it was:\n%.300s\nbut\n%.300s", when, k, was + i, now + i);
	}
	assert_true(access(at(h, "var/lib/igvm/setup"), F_OK) < 0);
}

/* In a child with a fate; its wait status. */
static int fated(struct host *h, const struct setup_plan *p, enum fate fate, int error, long k,
		 long *count)
{
	int fds[2], status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (!pid) {
		int e;

		cut.fate = fate;
		cut.error = error;
		cut.at = k;
		e = p ? apply(h, p) : undo(h);
		cut.fate = LIVE;
		(void)!write(fds[1], &cut.count, sizeof(cut.count));
		_exit(e ? 1 : 0);
	}
	close(fds[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (read(fds[0], count, sizeof(*count)) != sizeof(*count))
		*count = -1;
	close(fds[0]);
	return status;
}

/* --- tests -------------------------------------------------------------------- */

static void test_round_trip(void **state)
{
	struct host *h = host_new("/tmp");
	struct setup_plan *p = plan_new();
	_free_ char *was = picture(h);
	struct stat st;

	(void)state;
	assert_int_equal(apply(h, p), 0);
	assert_new(h);
	assert_int_equal(lstat(at(h, "etc/linked"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(at(h, "etc/default/grub"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	if (!geteuid()) {
		assert_int_equal(st.st_uid, 12);
		assert_int_equal(st.st_gid, 34);
		assert_int_equal(getxattr(at(h, "etc/default/grub"), "trusted.igvm", NULL, 0), 3);
	}
	assert_int_equal(undo(h), 0);
	assert_picture(h, was, "undo", 0);
	assert_int_equal(undo(h), 0);
	assert_picture(h, was, "undo of nothing", 0);
	plan_free(p);
	host_free(h);
}

static void test_twice(void **state)
{
	struct host *h = host_new("/tmp");
	struct setup_plan *p = plan_new(), *none = calloc(1, sizeof(*none)), *more = calloc(1, sizeof(*more));
	_free_ char *was = picture(h), *applied = NULL, *again = NULL;

	(void)state;
	assert_int_equal(apply(h, none), 0);
	assert_picture(h, was, "an empty plan", 0);
	assert_int_equal(apply(h, p), 0);
	applied = picture(h);
	assert_int_equal(apply(h, none), 0);
	assert_int_equal(apply(h, p), -ESTALE);
	again = picture(h);
	assert_string_equal(applied, again);
	/* Another plan on top: undo leads to what was there before the first. */
	assert_int_equal(add(more, "/etc/default/grub", GRUB_NEW, "third\n"), 0);
	assert_int_equal(add(more, "/etc/modprobe.d/second.conf", NULL, "y\n"), 0);
	assert_int_equal(apply(h, more), 0);
	assert_true(holds(h, "etc/default/grub", "third\n"));
	assert_int_equal(undo(h), 0);
	assert_picture(h, was, "undo of two", 0);
	plan_free(p);
	plan_free(none);
	plan_free(more);
	host_free(h);
}

/* Killed at every step of apply and of undo. */
static void test_power_loss(void **state)
{
	struct setup_plan *p = plan_new();
	long count = -1, k;

	(void)state;
	for (k = 1; count < 0; k++) {
		struct host *h = host_new("/tmp");
		_free_ char *was = picture(h);

		fated(h, p, DIE, 0, k, &count);
		assert_old_or_new(h, "apply", k);
		assert_int_equal(undo(h), 0);
		assert_picture(h, was, "undo of a cut apply", k);
		assert_int_equal(apply(h, p), 0);
		assert_new(h);
		host_free(h);
	}
	assert_true(k > 40);
	count = -1;
	for (k = 1; count < 0; k++) {
		struct host *h = host_new("/tmp");
		_free_ char *was = picture(h);

		assert_int_equal(apply(h, p), 0);
		fated(h, NULL, DIE, 0, k, &count);
		assert_old_or_new(h, "undo", k);
		assert_int_equal(undo(h), 0);
		assert_picture(h, was, "undo of a cut undo", k);
		host_free(h);
	}
	assert_true(k > 20);
	plan_free(p);
}

static struct setup_plan *plan_adopting(void)
{
	struct setup_plan *p = plan_new();

	assert_int_equal(setup_plan_stock(p, "/etc/default/grub", GRUB_STOCK, strlen(GRUB_STOCK)), 0);
	assert_int_equal(setup_plan_stock(p, "/etc/modprobe.d/gone.conf", NULL, 0), 0);
	assert_int_equal(setup_plan_stock(p, "/etc/nowhere", NULL, 0), -ENOENT);
	return p;
}

/* Killed at every step on the way to a stock host: the way goes on, and the way back to what was. */
static void test_stock(void **state)
{
	struct setup_plan *p = plan_adopting();
	long count = -1, k;

	(void)state;
	for (k = 1; count < 0; k++) {
		struct host *h = host_new("/tmp");
		struct setup_journal *j = setup_journal_new();
		_free_ char *was = picture(h);

		assert_int_equal(apply(h, p), 0);
		assert_new(h);
		to_stock = true;
		fated(h, NULL, DIE, 0, k, &count);
		if (k % 2) {
			assert_int_equal(undo(h), 0);
			assert_stock(h, "undo to stock", k);
			assert_int_equal(setup_journal_peek(&h->t, j), 0);
			assert_int_equal(j->state, SETUP_STOCK);
			assert_int_equal(j->n, 2);
		}
		to_stock = false;
		assert_int_equal(undo(h), 0);
		assert_picture(h, was, "undo after a cut undo to stock", k);
		setup_journal_free(j);
		host_free(h);
	}
	assert_true(k > 20);
	plan_free(p);
}

/* From a stock host to another setup and back; lines of a file that igvm changed cannot be adopted. */
static void test_stock_then_apply(void **state)
{
	struct host *h = host_new("/tmp");
	struct setup_plan *p = plan_adopting(), *next = calloc(1, sizeof(*next)), *more = calloc(1, sizeof(*more));
	_free_ char *was = picture(h);

	(void)state;
	assert_int_equal(apply(h, p), 0);
	to_stock = true;
	assert_int_equal(undo(h), 0);
	assert_int_equal(add(next, "/etc/default/grub", GRUB_STOCK, "next\n"), 0);
	assert_int_equal(add(next, "/etc/modprobe.d/igvm.conf", NULL, "y\n"), 0);
	assert_int_equal(apply(h, next), 0);
	assert_int_equal(add(more, "/etc/modprobe.d/igvm.conf", "y\n", "z\n"), 0);
	assert_int_equal(setup_plan_stock(more, "/etc/modprobe.d/igvm.conf", "", 0), 0);
	assert_int_equal(apply(h, more), -EALREADY);
	assert_true(holds(h, "etc/modprobe.d/igvm.conf", "y\n"));
	assert_int_equal(undo(h), 0);
	assert_stock(h, "undo of another setup", 0);
	to_stock = false;
	assert_int_equal(undo(h), 0);
	assert_picture(h, was, "undo of all", 0);
	plan_free(p);
	plan_free(next);
	plan_free(more);
	host_free(h);
}

/* An error at every step: at once all is as it was, or it is said that undo has work left. */
static void test_errors(void **state)
{
	static const int errors[] = { ENOSPC, EIO, EROFS };
	struct setup_plan *p = plan_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		for (enum fate fate = FAIL_ONCE; fate <= FAIL_ON; fate++) {
			for (long k = 1, count = k; count >= k; k++) {
				struct host *h = host_new("/tmp");
				_free_ char *was = picture(h);
				int status = fated(h, p, fate, errors[i], k, &count);

				assert_true(WIFEXITED(status));
				assert_old_or_new(h, "apply", k);
				if (WEXITSTATUS(status) && fate == FAIL_ONCE &&
				    access(at(h, "var/lib/igvm/setup/journal.json"), F_OK))
					assert_picture(h, was, "rolled back", k);
				assert_int_equal(undo(h), 0);
				assert_picture(h, was, "undo after an error", k);
				host_free(h);
			}
		}
	}
	plan_free(p);
}

static void test_undo_errors(void **state)
{
	static const int errors[] = { ENOSPC, EIO, EROFS };
	struct setup_plan *p = plan_new();

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++) {
		for (long k = 1, count = k; count >= k; k++) {
			struct host *h = host_new("/tmp");
			_free_ char *was = picture(h);

			assert_int_equal(apply(h, p), 0);
			fated(h, NULL, FAIL_ON, errors[i], k, &count);
			assert_old_or_new(h, "undo", k);
			assert_int_equal(undo(h), 0);
			assert_picture(h, was, "undo after an error", k);
			host_free(h);
		}
	}
	plan_free(p);
}

static void test_changed_since(void **state)
{
	struct host *h = host_new("/tmp");
	struct setup_plan *p = plan_new(), *next = calloc(1, sizeof(*next));
	struct setup_report *r = setup_report_new(-1);
	size_t kept = 0;

	(void)state;
	assert_int_equal(apply(h, p), 0);
	put(h, "etc/default/grub", GRUB_NEW "GRUB_THEME=mine\n", 0600);
	assert_int_equal(setup_undo(&h->t, false, r), 0);
	assert_true(r->left);
	assert_int_equal(r->n, ARRAY_SIZE(files));
	for (size_t i = 0; i < r->n; i++)
		if (r->file[i].did == SETUP_KEPT) {
			kept++;
			assert_string_equal(r->file[i].path, "/etc/default/grub");
			assert_string_equal(r->file[i].now, GRUB_NEW "GRUB_THEME=mine\n");
			assert_string_equal(r->file[i].was, GRUB_OLD);
		}
	assert_int_equal(kept, 1);
	assert_true(holds(h, "etc/default/grub", GRUB_NEW "GRUB_THEME=mine\n"));
	for (size_t i = 1; i < ARRAY_SIZE(files); i++)
		assert_true(holds(h, files[i].path, files[i].old));
	/* Brought back by hand, the rest is undone. */
	put(h, "etc/default/grub", GRUB_NEW, 0600);
	assert_int_equal(undo(h), 0);
	assert_true(holds(h, "etc/default/grub", GRUB_OLD));
	assert_true(access(at(h, "var/lib/igvm/setup"), F_OK) < 0);
	/* Or a new plan starts from what somebody made of it. */
	assert_int_equal(apply(h, p), 0);
	put(h, "etc/default/grub", "mine\n", 0600);
	assert_int_equal(undo(h), 0);
	assert_int_equal(add(next, "/etc/default/grub", "mine\n", "ours\n"), 0);
	assert_int_equal(apply(h, next), 0);
	assert_int_equal(undo(h), 0);
	assert_true(holds(h, "etc/default/grub", "mine\n"));
	setup_report_free(r);
	plan_free(p);
	plan_free(next);
	host_free(h);
}

static void test_stale(void **state)
{
	struct host *h = host_new("/tmp");
	struct setup_plan *p = plan_new();
	struct setup_report *r = setup_report_new(-1);
	_free_ char *was = NULL;

	(void)state;
	put(h, "etc/made", "a file where a directory has to be\n", 0644);
	was = picture(h);
	assert_int_not_equal(apply(h, p), 0);
	assert_picture(h, was, "a directory that cannot be", 0);
	assert_int_equal(unlink(at(h, "etc/made")), 0);
	put(h, "etc/modprobe.d/gone.conf", "changed\n", 0644);
	free(was);
	was = picture(h);
	assert_int_equal(setup_apply(&h->t, p, 0, r), -ESTALE);
	assert_string_equal(r->path, "/etc/modprobe.d/gone.conf");
	assert_picture(h, was, "a plan for another file", 0);
	assert_int_equal(link(at(h, "etc/default/grub"), at(h, "etc/default/grub2")), 0);
	put(h, "etc/modprobe.d/gone.conf", "blacklist i915\n", 0644);
	assert_int_equal(apply(h, p), -EMLINK);
	setup_report_free(r);
	plan_free(p);
	host_free(h);
}

static void test_paths(void **state)
{
	static const char *const bad[] = { "etc/x", "/etc/../x", "/etc//x", "/./x", "/etc/", "/", "" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(setup_path_check(bad[i]));
	assert_true(setup_path_check("/etc/default/grub"));
	assert_true(setup_path_check("/etc/..x"));
}

/* Links lead nowhere outside the root. */
static void test_links(void **state)
{
	struct host *h = host_new("/tmp");
	struct setup_plan *p = calloc(1, sizeof(*p));
	_free_ char *was = NULL;

	(void)state;
	assert_int_equal(symlink("../../../../../../usr/lib/igvm-test/real", at(h, "etc/up")), 0);
	assert_int_equal(symlink("loop", at(h, "etc/loop")), 0);
	assert_int_equal(symlink("/usr/lib/igvm-test", at(h, "etc/there")), 0);
	was = picture(h);
	assert_int_equal(add(p, "/etc/up", "old\n", "new\n"), 0);
	assert_int_equal(add(p, "/etc/there/made", NULL, "made\n"), 0);
	assert_int_equal(apply(h, p), 0);
	assert_true(holds(h, "usr/lib/igvm-test/real", "new\n"));
	assert_true(holds(h, "usr/lib/igvm-test/made", "made\n"));
	assert_int_equal(undo(h), 0);
	assert_true(holds(h, "usr/lib/igvm-test/real", "old\n"));
	assert_true(holds(h, "usr/lib/igvm-test/made", NULL));
	setup_plan_done(p);
	assert_int_equal(add(p, "/etc/loop", NULL, "x"), 0);
	assert_int_equal(apply(h, p), -ELOOP);
	plan_free(p);
	host_free(h);
}

static void test_two_at_once(void **state)
{
	struct host *h = host_new("/tmp");
	struct setup_plan *p = plan_new();
	struct setup_store s;

	(void)state;
	assert_int_equal(apply(h, p), 0);
	assert_int_equal(setup_store_open(&h->t, true, &s), 0);
	assert_int_equal(undo(h), -EBUSY);
	assert_int_equal(apply(h, p), -EBUSY);
	setup_store_done(&s);
	assert_int_equal(undo(h), 0);
	plan_free(p);
	host_free(h);
}

static void test_commands(void **state)
{
	static const char *const good[] = { "/bin/sh", "-c", "echo hello", NULL };
	static const char *const bad[] = { "/bin/sh", "-c", "exit 3", NULL };
	struct host *h = host_new("/tmp");
	struct setup_plan *p = plan_new();
	struct setup_report *r = setup_report_new(-1);
	_free_ char *was = picture(h);

	(void)state;
	if (geteuid()) {
		print_message("# a chroot is root's: the commands are not run\n");
		skip();
	}
	assert_int_equal(dir_make(at(h, "bin"), 0755), 0);
	assert_int_equal(setup_plan_command(p, good, false, ""), 0);
	assert_int_equal(setup_plan_command(p, bad, false, ""), 0);
	/* There is no shell below the root. */
	assert_int_equal(setup_apply(&h->t, p, 0, r), -ECANCELED);
	assert_int_equal(r->status, 127);
	assert_string_equal(r->path, "/bin/sh");
	assert_true(r->left);
	assert_int_equal(apply(h, p), -EINPROGRESS);
	assert_int_equal(undo(h), 0);
	assert_int_equal(rmdir(at(h, "bin")), 0);
	setup_report_free(r);
	plan_free(p);
	host_free(h);
}

/* --- file systems that end or turn read-only ---------------------------------------------- */

static void in_mounts(void)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		fail_msg("cannot have mounts of our own: %s", strerror(errno));
}

static void test_read_only(void **state)
{
	struct host *h;
	struct setup_plan *p = plan_new();
	_free_ char *was = NULL;

	(void)state;
	if (geteuid()) {
		print_message("# mounts are root's\n");
		skip();
	}
	in_mounts();
	h = host_new("/tmp");
	was = picture(h);
	/* The third of five files lies on it. */
	assert_int_equal(mount(at(h, "etc/modprobe.d"), at(h, "etc/modprobe.d"), NULL, MS_BIND, NULL), 0);
	assert_int_equal(mount(NULL, at(h, "etc/modprobe.d"), NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
	assert_int_equal(apply(h, p), -EROFS);
	assert_int_equal(umount(at(h, "etc/modprobe.d")), 0);
	assert_int_equal(undo(h), 0);
	assert_picture(h, was, "a read-only directory", 0);
	plan_free(p);
	host_free(h);
}

static void test_full(void **state)
{
	char where[] = "/tmp/igvm-full.XXXXXX";
	struct setup_plan *p = plan_new();
	struct host *h;
	_free_ char *was = NULL;
	int r, fd, n = 0;

	(void)state;
	if (geteuid()) {
		print_message("# mounts are root's\n");
		skip();
	}
	in_mounts();
	assert_non_null(mkdtemp(where));
	assert_int_equal(mount("igvm-test", where, "tmpfs", 0, "size=512k"), 0);
	h = host_new(where);
	was = picture(h);
	/* One page less each time: it fails at another place. */
	for (int free_pages = 0; free_pages < 40; free_pages++) {
		static char page[4096];

		fd = open(at(h, "var/fill"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		while (write(fd, page, sizeof(page)) > 0)
			continue;
		assert_int_equal(ftruncate(fd, lseek(fd, 0, SEEK_END) - 4096 * free_pages), 0);
		r = apply(h, p);
		assert_old_or_new(h, "full", free_pages);
		if (r == -ENOSPC)
			n++;
		else
			assert_int_equal(r, 0);
		close(fd);
		assert_int_equal(unlink(at(h, "var/fill")), 0);
		assert_int_equal(undo(h), 0);
		assert_picture(h, was, "full", free_pages);
	}
	assert_in_range(n, 3, 39);
	plan_free(p);
	host_free(h);
	assert_int_equal(umount(where), 0);
	assert_int_equal(rmdir(where), 0);
}

/* --- the trial -------------------------------------------------------------------- */

static void test_trial(void **state)
{
	static const struct { const char *text; unsigned int seconds; } times[] = {
		{ "10m", 600 }, { "60", 60 }, { "90s", 90 }, { "24h", 86400 }, { "59s", 0 }, { "25h", 0 },
		{ "", 0 }, { "m", 0 }, { "-5m", 0 }, { "10 m", 0 }, { "99999999999999999999", 0 },
	};
	struct host *h = host_new("/tmp");
	struct setup_plan *p = plan_new();
	struct setup_report *r = setup_report_new(-1);
	struct setup_journal *j = setup_journal_new();
	_free_ char *was = picture(h);

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		unsigned int s = 0;

		assert_int_equal(setup_trial_parse(times[i].text, &s), times[i].seconds != 0);
		assert_int_equal(s, times[i].seconds);
	}
	assert_int_equal(setup_trial_add(p, "/usr/bin/ig vm", 600), -EINVAL);
	assert_int_equal(setup_trial_add(p, "/usr/bin/igvm", 600), 0);
	assert_int_equal(setup_confirm(&h->t, r), -ENOENT);
	assert_int_equal(setup_apply(&h->t, p, 600, r), 0);
	assert_int_equal(setup_journal_peek(&h->t, j), 0);
	assert_int_equal(setup_trial_judge(j, "boot-one", 5000), TRIAL_REBOOT);
	assert_int_equal(setup_trial_judge(j, "", 5000), TRIAL_REBOOT);
	assert_int_equal(setup_trial_judge(j, "boot-two", 599), TRIAL_RUNS);
	assert_int_equal(setup_trial_judge(j, "boot-two", 600), TRIAL_OVER);
	setup_journal_free(j);
	j = setup_journal_new();
	assert_true(access(at(h, "etc/systemd/system/igvm-setup-trial.timer"), F_OK) == 0);
	assert_int_equal(setup_confirm(&h->t, r), 0);
	assert_true(access(at(h, "etc/systemd/system/igvm-setup-trial.timer"), F_OK) < 0);
	assert_new(h);
	assert_int_equal(setup_confirm(&h->t, r), -ENOENT);
	assert_int_equal(setup_journal_peek(&h->t, j), 0);
	assert_int_equal(setup_trial_judge(j, "boot-two", 6000), TRIAL_NONE);
	assert_int_equal(undo(h), 0);
	assert_picture(h, was, "undo after confirm", 0);
	setup_journal_free(j);
	setup_report_free(r);
	plan_free(p);
	host_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_twice),
		cmocka_unit_test(test_power_loss), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_stock), cmocka_unit_test(test_stock_then_apply),
		cmocka_unit_test(test_undo_errors), cmocka_unit_test(test_changed_since),
		cmocka_unit_test(test_stale), cmocka_unit_test(test_paths), cmocka_unit_test(test_links),
		cmocka_unit_test(test_two_at_once), cmocka_unit_test(test_commands),
		cmocka_unit_test(test_trial), cmocka_unit_test(test_read_only), cmocka_unit_test(test_full),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
