/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A library for LD_PRELOAD that counts the calls of one program and lets one of them fail, or all from one
 * on. Libraries' own calls go through it, too, but for what the C library writes for its streams: there
 * fflush() stands for it.
 *
 *	INJECT_EXE    the program; in any other (its children, most of them) nothing is counted
 *	INJECT_STATE  a file of struct state, shared by all processes of that program
 *	INJECT_FAIL   "CLASS ERROR N" or "CLASS ERROR N+": call number N fails, or each from there on (of
 *	              writes then those to files alone).
 *	              CLASS: alloc, write (all that changes a file system or sends), data (write and send
 *	              alone). ERROR: enomem, enospc, eio, erofs, eintr; short: half is written, with success
 *	INJECT_TRAP   raise SIGTRAP there, for a debugger
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

enum class { ALLOC, WRITE, DATA, N_CLASSES };

struct state {
	_Atomic uint64_t calls[N_CLASSES];
	_Atomic uint64_t failed;	/* how many did */
	_Atomic uint64_t fragile;	/* how many of them libini_config was to take, or what it is made of */
	char what[40];			/* the first that did */
};

static const char *const class_names[] = { "alloc", "write", "data" };
static const struct {
	const char *name;
	int err;
} errors[] = {
	{ "enomem", ENOMEM }, { "enospc", ENOSPC }, { "eio", EIO }, { "erofs", EROFS },
	{ "eintr", EINTR }, { "short", 0 },
};

static struct state *state;
static enum class fail_class = N_CLASSES;
static uint64_t fail_from, fail_to;
static int fail_errno;
static bool trap;

/*
 * They do not look whether they were given memory (libini_config 1.3.1, collection_utils.c): what becomes of
 * the process then is not igvm's doing.
 */
static bool in_fragile(void)
{
	void *frames[12];
	int n = backtrace(frames, 12);
	Dl_info info;

	for (int i = 0; i < n; i++)
		if (dladdr(frames[i], &info) && info.dli_fname &&
		    (strstr(info.dli_fname, "/libini_config.") || strstr(info.dli_fname, "/libcollection.") ||
		     strstr(info.dli_fname, "/libref_array.") || strstr(info.dli_fname, "/libbasicobjects.")))
			return true;
	return false;
}

/* Its caller may hold any lock of the C library: nothing here allocates. */
static bool fails(enum class c, const char *what)
{
	uint64_t n;

	if (!state)
		return false;
	n = atomic_fetch_add(&state->calls[c], 1) + 1;
	if (c != fail_class || n < fail_from || n > fail_to)
		return false;
	if (!atomic_fetch_add(&state->failed, 1))
		strncpy(state->what, what, sizeof(state->what) - 1);
	if (c == ALLOC && in_fragile())
		atomic_fetch_add(&state->fragile, 1);
	if (trap)
		raise(SIGTRAP);
	errno = fail_errno;
	return true;
}

static void read_order(void)
{
	const char *s = getenv("INJECT_FAIL");
	char class[16], error[16], plus = 0;

	if (!s || sscanf(s, "%15s %15s %ju%c", class, error, &fail_from, &plus) < 3)
		return;
	fail_to = plus == '+' ? UINT64_MAX : fail_from;
	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++)
		if (!strcmp(error, errors[i].name))
			fail_errno = errors[i].err;
	for (enum class c = 0; c < N_CLASSES; c++)
		if (!strcmp(class, class_names[c]))
			fail_class = c;
}

__attribute__((constructor)) static void begin(void)
{
	const char *want = getenv("INJECT_EXE"), *path = getenv("INJECT_STATE");
	char exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	void *map;
	int fd;

	if (!want || !path || n <= 0)
		return;
	exe[n] = '\0';
	if (strcmp(exe, want))
		return;
	trap = getenv("INJECT_TRAP") != NULL;
	/* The first call loads a library, with malloc() of course. */
	backtrace(&map, 1);
	read_order();
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	map = mmap(NULL, sizeof(*state), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		state = map;
}

/* dlsym() itself may want memory before it has found malloc(): it gets none, which it takes. */
static void *next(void **cache, const char *name)
{
	static __thread bool busy;

	if (*cache || busy)
		return *cache;
	busy = true;
	*cache = dlsym(RTLD_NEXT, name);
	busy = false;
	return *cache;
}

#define REAL(name)				\
	static void *cache_;			\
	__typeof__(&name) real = (__typeof__(&name))next(&cache_, #name)

void *malloc(size_t n)
{
	REAL(malloc);
	return !real || fails(ALLOC, "malloc") ? NULL : real(n);
}

void *calloc(size_t n, size_t size)
{
	REAL(calloc);
	return !real || fails(ALLOC, "calloc") ? NULL : real(n, size);
}

void *realloc(void *p, size_t n)
{
	REAL(realloc);
	return !real || fails(ALLOC, "realloc") ? NULL : real(p, n);
}

/* For once anything may fail; for ever it is the disk that is full, and no socket or pipe. */
static bool spared(int fd)
{
	struct stat st;
	int saved = errno;
	bool disk;

	/* A sandbox may not ask, so it is asked only where it matters. */
	if (fail_to != UINT64_MAX)
		return false;
	disk = !fstat(fd, &st) && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
	errno = saved;
	return !disk;
}

/* The number of bytes to write when it is half of @n; -1: none, errno says why; @n: all. */
static ssize_t cut(int fd, const char *what, size_t n)
{
	if (spared(fd))
		return (ssize_t)n;
	if (fails(WRITE, what))
		return -1;
	if (!fails(DATA, what))
		return (ssize_t)n;
	return errno ? -1 : (ssize_t)(n + 1) / 2;
}

ssize_t write(int fd, const void *p, size_t n)
{
	REAL(write);
	ssize_t m = cut(fd, "write", n);

	return m < 0 ? m : real(fd, p, (size_t)m);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	REAL(pwrite);
	ssize_t m = cut(fd, "pwrite", n);

	return m < 0 ? m : real(fd, p, (size_t)m, at);
}

ssize_t writev(int fd, const struct iovec *v, int n)
{
	REAL(writev);

	return !spared(fd) && fails(WRITE, "writev") ? -1 : real(fd, v, n);
}

/* A stream socket takes a part, a datagram is whole. */
static bool is_stream(int fd)
{
	int type = 0;
	socklen_t size = sizeof(type);

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) && type == SOCK_STREAM;
}

static ssize_t cut_message(int fd, const char *what, size_t n)
{
	ssize_t m = cut(fd, what, n);

	if (m < 0 && errno != EINTR)
		errno = ENOBUFS;
	return m >= 0 && !is_stream(fd) ? (ssize_t)n : m;
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
	REAL(send);
	ssize_t m = cut_message(fd, "send", n);

	return m < 0 ? m : real(fd, p, (size_t)m, flags);
}

ssize_t sendto(int fd, const void *p, size_t n, int flags, const struct sockaddr *to, socklen_t size)
{
	REAL(sendto);
	ssize_t m = cut_message(fd, "sendto", n);

	return m < 0 ? m : real(fd, p, (size_t)m, flags, to, size);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
	REAL(sendmsg);

	return cut_message(fd, "sendmsg", 1) < 0 ? -1 : real(fd, m, flags);
}

/* Opening is write-like where it may make a file. */
static bool open_fails(const char *what, int flags)
{
	return (flags & (O_CREAT | O_TRUNC)) && fails(WRITE, what);
}

static mode_t mode_of(int flags, va_list ap)
{
	return flags & (O_CREAT | __O_TMPFILE) ? va_arg(ap, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
	REAL(open);
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return open_fails("open", flags) ? -1 : real(path, flags, mode);
}

int openat(int dirfd, const char *path, int flags, ...)
{
	REAL(openat);
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = mode_of(flags, ap);
	va_end(ap);
	return open_fails("openat", flags) ? -1 : real(dirfd, path, flags, mode);
}

/* The same by the name that -D_FORTIFY_SOURCE gives it; without a mode, so it makes nothing. */
int __openat_2(int dirfd, const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags)
{
	REAL(__openat_2);

	return open_fails("openat", flags) ? -1 : real(dirfd, path, flags);
}

int __open_2(const char *path, int flags);
int __open_2(const char *path, int flags)
{
	REAL(__open_2);

	return open_fails("open", flags) ? -1 : real(path, flags);
}

#define WRAP(name, parameters, ...)				\
	int name parameters					\
	{							\
		REAL(name);					\
								\
		return fails(WRITE, #name) ? -1 : real(__VA_ARGS__);	\
	}

WRAP(fsync, (int fd), fd)
WRAP(fdatasync, (int fd), fd)
WRAP(syncfs, (int fd), fd)
WRAP(ftruncate, (int fd, off_t n), fd, n)
WRAP(rename, (const char *from, const char *to), from, to)
WRAP(renameat, (int a, const char *from, int b, const char *to), a, from, b, to)
WRAP(renameat2, (int a, const char *from, int b, const char *to, unsigned int flags), a, from, b, to, flags)
WRAP(link, (const char *from, const char *to), from, to)
WRAP(linkat, (int a, const char *from, int b, const char *to, int flags), a, from, b, to, flags)
WRAP(symlink, (const char *to, const char *path), to, path)
WRAP(symlinkat, (const char *to, int fd, const char *path), to, fd, path)
WRAP(fchown, (int fd, uid_t uid, gid_t gid), fd, uid, gid)
WRAP(fchownat, (int fd, const char *path, uid_t uid, gid_t gid, int flags), fd, path, uid, gid, flags)
WRAP(fchmod, (int fd, mode_t mode), fd, mode)
WRAP(fchmodat, (int fd, const char *path, mode_t mode, int flags), fd, path, mode, flags)
WRAP(futimens, (int fd, const struct timespec t[2]), fd, t)
WRAP(fsetxattr, (int fd, const char *name, const void *p, size_t n, int flags), fd, name, p, n, flags)
WRAP(memfd_create, (const char *name, unsigned int flags), name, flags)
WRAP(bind, (int fd, const struct sockaddr *a, socklen_t n), fd, a, n)
WRAP(fflush, (FILE *f), f)

/* What is there already is said to be before a file system looks whether it may write. */
static bool is_there(int fd, const char *path)
{
	struct stat st;
	int saved = errno;
	bool there = !fstatat(fd, path, &st, AT_SYMLINK_NOFOLLOW);

	errno = saved;
	return there;
}

int mkdirat(int fd, const char *path, mode_t mode)
{
	REAL(mkdirat);

	return !is_there(fd, path) && fails(WRITE, "mkdirat") ? -1 : real(fd, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
	REAL(mkdir);

	return !is_there(AT_FDCWD, path) && fails(WRITE, "mkdir") ? -1 : real(path, mode);
}
