/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The keeper moves the files up by rename(), so one that is open stays what it was: it is read to its end, and
 * then the next newer one, which is found by its inode. All that are there are opened before the first is
 * read; a rotation in between can repeat or leave out one file, never tear one.
 */
#include "launcher/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/lock.h"
#include "launcher/run/record.h"
#include "launcher/run/ring.h"

#define STEP_MS		100
#define LINE_MAX_	65536	/* what has no newline by then is shown as it is */

struct bytes {
	char *p;
	size_t n;
};

static void free_bytes(struct bytes *b)
{
	free(b->p);
}

static int append(struct bytes *b, const char *p, size_t n)
{
	char *more = realloc(b->p, b->n + n + 1);

	if (!more)
		return -ENOMEM;
	memcpy(more + b->n, p, n);
	b->p = more;
	b->n += n;
	b->p[b->n] = '\0';
	return 0;
}

/* What came behind @*at of the open file @fd. */
static int read_on(int fd, struct bytes *b)
{
	char buf[16384];
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		int r = append(b, buf, (size_t)n);

		if (r)
			return r;
		if (b->n >= 2 * RING_BYTES)
			return 0;
	}
	return n < 0 && errno != EINTR ? -errno : 0;
}

static int open_file(int run_fd, const char *stream, unsigned int i)
{
	char path[32];
	int fd = openat(run_fd, ring_path(stream, i, path),
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Every file of the ring that is there, one behind the other; *@newest stays open. -ENOENT: none is. */
static int read_all(int run_fd, const char *stream, struct bytes *b, int *newest)
{
	int fd[RING_FILES], r = -ENOENT;

	for (unsigned int i = 0; i < RING_FILES; i++)
		fd[i] = open_file(run_fd, stream, i);
	for (unsigned int i = RING_FILES; i-- > 0;) {
		if (fd[i] < 0) {
			if (fd[i] != -ENOENT)
				r = fd[i];
			continue;
		}
		r = read_on(fd[i], b);
		if (i)
			close(fd[i]);
	}
	*newest = fd[0];
	return r;
}

/* Where the last @lines lines begin; a last line without its end counts as one. */
static size_t find_start(const struct bytes *b, uint64_t lines)
{
	size_t at = b->n;

	if (at && b->p[at - 1] == '\n')
		at--;
	while (at > 0) {
		if (b->p[at - 1] == '\n' && !--lines)
			return at;
		at--;
	}
	return 0;
}

static void print_line(char *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!p[i])
			p[i] = '?';
	p[len] = '\0';
	/* A serial line ends in CR LF. */
	if (len && p[len - 1] == '\r')
		p[len - 1] = '\0';
	str_sanitize(p);
	printf("%s\n", p);
}

/* Line by line, so that a NUL or an escape sequence spoils no more than its own place. @last: also what has no end. */
static void print(const struct follow *f, struct bytes *b, bool last)
{
	size_t at = 0;

	if (!b->n)
		return;
	if (f->raw) {
		fwrite(b->p, 1, b->n, stdout);
		at = b->n;
	}
	while (at < b->n) {
		char *end = memchr(b->p + at, '\n', b->n - at);
		size_t len = end ? (size_t)(end - b->p) - at : b->n - at;

		if (!end && !last && len < LINE_MAX_)
			break;
		print_line(b->p + at, len);
		at += len + (end ? 1 : 0);
	}
	memmove(b->p, b->p + at, b->n - at);
	b->n -= at;
	fflush(stdout);
}

static bool is_same(int a, int b)
{
	struct stat x, y;

	return !fstat(a, &x) && !fstat(b, &y) && stat_is_same(&x, &y);
}

/* The file after the one that *@fd is: the oldest that is newer, or -1 where it is the newest itself. */
static int find_newer(int run_fd, const char *stream, int fd)
{
	int newer = -1;

	for (unsigned int i = 0; i < RING_FILES; i++) {
		int next = open_file(run_fd, stream, i);

		if (next < 0)
			break;
		if (fd >= 0 && is_same(next, fd)) {
			close(next);
			return newer;
		}
		if (newer >= 0)
			close(newer);
		newer = next;
	}
	/* The one that is open has fallen out. */
	return newer;
}

static bool has_reader(void)
{
	struct pollfd p = { .fd = STDOUT_FILENO };

	return !ferror(stdout) && !(poll(&p, 1, STEP_MS) > 0 && p.revents & (POLLERR | POLLHUP | POLLNVAL));
}

static int wait_for_more(const struct follow *f, int run_fd, struct bytes *b, int *fd)
{
	for (bool running = true; has_reader();) {
		int r = *fd < 0 ? 0 : read_on(*fd, b), newer;

		if (r)
			return r;
		print(f, b, false);
		newer = find_newer(run_fd, f->stream, *fd);
		if (newer >= 0) {
			if (*fd >= 0)
				close(*fd);
			*fd = newer;
			continue;
		}
		/* One more look after its end: the keeper writes what QEMU said last. */
		if (!running)
			break;
		running = lock_vm_held(f->paths, f->name) == 1;
	}
	return 0;
}

int follow_ring(const struct follow *f)
{
	struct bytes b __attribute__((cleanup(free_bytes))) = { 0 };
	_fd_ int run_fd = record_open_dir(f->paths, f->name), fd = -1;
	int r = run_fd < 0 ? run_fd : read_all(run_fd, f->stream, &b, &fd);

	if (!r && !b.n)
		r = -ENOENT;
	if (r && !(r == -ENOENT && f->wait && run_fd >= 0))
		return r;
	if (f->lines && b.n) {
		size_t start = find_start(&b, f->lines);

		memmove(b.p, b.p + start, b.n - start);
		b.n -= start;
	}
	print(f, &b, !f->wait);
	if (f->wait)
		r = wait_for_more(f, run_fd, &b, &fd);
	print(f, &b, true);
	return r;
}
