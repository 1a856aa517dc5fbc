/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/rom/store_put.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "romfiles/build.h"

/* The ROM first: a sidecar always has one. */
static int write_both(int dir, const struct rom_store_entry *e, struct span bytes)
{
	_json_ json_t *json = rom_store_entry_json(e);
	char sidecar[ROM_STORE_NAME_MAX + 8];
	int r;

	snprintf(sidecar, sizeof(sidecar), "%.*s.json", (int)strlen(e->name) - 4, e->name);
	if (!json)
		return -ENOMEM;
	r = file_replace_at(dir, e->name, bytes.p, bytes.n, 0644);
	return r ? r : file_replace_json_at(dir, sidecar, json, 0644);
}

/* Is the ROM of @e still the one that was imported? */
static bool is_whole(int dir, const struct rom_store_entry *e, struct span bytes)
{
	_free_ char *now = NULL;
	size_t n;

	return !file_read_at(dir, e->name, ROM_BUILD_MAX, &now, &n) && n == bytes.n &&
	       !memcmp(now, bytes.p, n);
}

static bool tells_the_same(const struct rom_store_entry *a, const struct rom_store_entry *b)
{
	return !strcmp(a->platform, b->platform) && a->n_ids == b->n_ids &&
	       !memcmp(a->ids, b->ids, a->n_ids * sizeof(*a->ids));
}

static bool is_taken(int dir, const struct store_wish *w, const struct rom_store_entry *e)
{
	return w->named && !w->replace && !faccessat(dir, e->name, F_OK, AT_SYMLINK_NOFOLLOW);
}

static int put_locked(int dir, const struct rom_store *s, const struct store_wish *w,
		      struct rom_store_entry *e, struct span bytes, enum store_done *done)
{
	const struct rom_store_entry *there = rom_store_find_sha256(s, e->sha256);

	*done = STORE_THERE;
	if (there && is_whole(dir, there, bytes) && !(w->retell && !tells_the_same(there, e))) {
		*e = *there;
		return 0;
	}
	*done = there ? STORE_PUT
		: is_taken(dir, w, e) ? STORE_TAKEN
		: s->n == ROM_STORE_MAX ? STORE_FULL : STORE_PUT;
	if (*done != STORE_PUT)
		return 0;
	if (there)
		str_fit(e->name, sizeof(e->name), there->name);
	return write_both(dir, e, bytes);
}

int store_put(const char *dir, const struct store_wish *w, struct rom_store_entry *e,
	      struct span bytes, enum store_done *done)
{
	_free_ struct rom_store *s = malloc(sizeof(*s));
	_fd_ int fd = dir_open_mine(dir, w->mode);
	int r;

	if (!s)
		return -ENOMEM;
	if (fd < 0)
		return fd;
	while (flock(fd, LOCK_EX))
		if (errno != EINTR)
			return -errno;
	r = rom_store_read(dir, s);
	return r ? r : put_locked(fd, s, w, e, bytes, done);
}
