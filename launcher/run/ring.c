/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

const char *ring_path(const char *stream, unsigned int i, char buf[static 32])
{
	snprintf(buf, 32, RING_DIR "/%s.%u", stream, i);
	return buf;
}

/* Names inside log/ skip the directory's own. */
static const char *ring_name(const struct ring *r, unsigned int i, char buf[static 32])
{
	return ring_path(r->stream, i, buf) + sizeof(RING_DIR);
}

int ring_open_dir(int run_fd)
{
	int fd;

	if (mkdirat(run_fd, RING_DIR, 0700) && errno != EEXIST)
		return -errno;
	fd = openat(run_fd, RING_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

void ring_init(struct ring *r, int dir, const char *stream)
{
	*r = (struct ring){ .dir = dir, .stream = stream, .out = -1 };
}

static void ring_open(struct ring *r)
{
	char name[32];
	struct stat st;

	r->out = openat(r->dir, ring_name(r, 0, name),
			O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	r->size = 0;
	if (r->out >= 0 && !fstat(r->out, &st))
		r->size = st.st_size < RING_BYTES ? (size_t)st.st_size : RING_BYTES;
}

void ring_done(struct ring *r)
{
	if (r->out >= 0)
		close(r->out);
	r->out = -1;
}

void ring_rotate(struct ring *r)
{
	char from[32], to[32];

	ring_done(r);
	for (unsigned int i = RING_FILES - 1; i > 0; i--)
		renameat(r->dir, ring_name(r, i - 1, from), r->dir, ring_name(r, i, to));
	ring_open(r);
	/* The rename failed (read-only file system): the cap holds, the bytes are dropped. */
	if (r->size >= RING_BYTES)
		ring_done(r);
}

/* How many of @n bytes went into the newest file; less only when the disk takes no more. */
static size_t ring_put(struct ring *r, const char *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t part;
		ssize_t w;

		if (r->size >= RING_BYTES)
			ring_rotate(r);
		else if (r->out < 0)
			ring_open(r);
		if (r->out < 0)
			break;
		part = n - done;
		if (part > RING_BYTES - r->size)
			part = RING_BYTES - r->size;
		w = write(r->out, p + done, part);
		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			break;
		done += (size_t)w;
		r->size += (size_t)w;
	}
	return done;
}

void ring_add(struct ring *r, const char *p, size_t n)
{
	if (r->dropped) {
		char line[96];
		size_t len = (size_t)snprintf(line, sizeof(line),
					      "\n[igvm: %ju bytes were dropped here: no space]\n",
					      (uintmax_t)r->dropped);

		if (ring_put(r, line, len) == len)
			r->dropped = 0;
	}
	if (r->dropped)
		r->dropped += n;
	else
		r->dropped = n - ring_put(r, p, n);
}
