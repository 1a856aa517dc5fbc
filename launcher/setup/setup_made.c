/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/setup/setup_made.h"

#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/setup/setup_place.h"

/* An unpacked debug image of a rescue system is some 300 MiB; what is larger is no image. */
#define FILE_MAX	(1u << 30)
#define DEPTH_MAX	5	/* /boot/efi/EFI/Linux/x.efi */

/* --- which files, and which programs make them ---------------------------------------------------- */

static const struct {
	const char *pattern;	/* of fnmatch(3), on the whole path; '*' stands for '/' too */
	enum setup_kind kind;
} kinds[] = {
	{ "*/initrd*", SETUP_MADE_IMAGE }, { "*/initramfs*", SETUP_MADE_IMAGE },
	{ "*/booster*.img", SETUP_MADE_IMAGE }, { "*/EFI/Linux/*.efi", SETUP_MADE_IMAGE },
	{ "*/grub/grub.cfg", SETUP_MADE_ENTRY }, { "*/grub2/grub.cfg", SETUP_MADE_ENTRY },
	{ "*/loader/entries/*.conf", SETUP_MADE_ENTRY }, { "*/limine.conf", SETUP_MADE_ENTRY },
	{ "*/refind_linux.conf", SETUP_MADE_ENTRY },
};

static const struct {
	const char *name;
	unsigned int kinds;
} programs[] = {
	{ "update-initramfs", SETUP_MADE_IMAGE },
	{ "mkinitcpio", SETUP_MADE_IMAGE },
	{ "dracut", SETUP_MADE_IMAGE },
	{ "limine-mkinitcpio", SETUP_MADE_IMAGE | SETUP_MADE_ENTRY },
	{ "limine-update", SETUP_MADE_ENTRY },
	{ "kernel-install", SETUP_MADE_IMAGE | SETUP_MADE_ENTRY },
	{ "update-grub", SETUP_MADE_ENTRY },
	{ "grub-mkconfig", SETUP_MADE_ENTRY },
	{ "grub2-mkconfig", SETUP_MADE_ENTRY },
	/* It mounts the EFI system partitions for itself. */
	{ "proxmox-boot-tool", SETUP_MADE_UNSEEN },
	/* What they tell runs until the next boot and is in no file. */
	{ "systemctl", 0 }, { "udevadm", 0 }, { "rc-service", 0 },
};

unsigned int setup_made_by(const char *name)
{
	const char *slash = strrchr(name, '/');

	name = slash ? slash + 1 : name;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (!strcmp(programs[i].name, name))
			return programs[i].kinds;
	return SETUP_MADE_UNSEEN;
}

static enum setup_kind kind_of(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (!fnmatch(kinds[i].pattern, path, 0))
			return kinds[i].kind;
	return 0;
}

/* --- reading ---------------------------------------------------------------------------- */

static int hash_file(const struct tree *t, const char *path, char hex[static SHA256_HEX])
{
	_fd_ int fd = tree_open(t, path + 1, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	_free_ uint8_t *buf = malloc(1 << 16);
	uint8_t sum[SHA256_BYTES];
	struct sha256 s;
	struct stat st;
	size_t all = 0;
	ssize_t n;

	if (fd < 0 || !buf)
		return fd < 0 ? fd : -ENOMEM;
	if (fstat(fd, &st) || !S_ISREG(st.st_mode))
		return -EINVAL;
	sha256_init(&s);
	while ((n = read(fd, buf, 1 << 16))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		all += (size_t)n;
		if (all > FILE_MAX)
			return -EFBIG;
		sha256_add(&s, buf, (size_t)n);
	}
	sha256_done(&s, sum);
	sha256_hex(sum, hex);
	return 0;
}

static void add(const struct tree *t, struct setup_mades *m, const char *path, enum setup_kind kind)
{
	struct setup_made *x = &m->v[m->n];

	if (m->n == SETUP_MADE_MAX || !str_copy(x->path, sizeof(x->path), path) ||
	    hash_file(t, path, x->hash)) {
		m->whole = false;
		return;
	}
	x->kind = kind;
	m->n++;
}

/* A link to a file is what it leads to; one to a directory is not followed, so a tree ends. */
static void walk(const struct tree *t, struct setup_mades *m, const char *path, int depth)
{
	_fd_ int fd = tree_open(t, path + 1, O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;

	if (!d) {
		m->whole &= fd == -ENOENT;
		return;
	}
	fd = -1;
	while ((e = readdir(d))) {
		char full[256];
		struct stat st;

		if (*e->d_name == '.' || !str_print(full, sizeof(full), "%s/%s", path, e->d_name) ||
		    fstatat(dirfd(d), e->d_name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			walk(t, m, full, depth + 1);
		else if ((S_ISREG(st.st_mode) || S_ISLNK(st.st_mode)) && kind_of(full))
			add(t, m, full, kind_of(full));
	}
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct setup_made *)a)->path, ((const struct setup_made *)b)->path);
}

void setup_made_read(const struct tree *t, struct setup_mades *m)
{
	memset(m, 0, sizeof(*m));
	m->whole = true;
	walk(t, m, "/boot", 1);
	walk(t, m, "/efi", 1);
	qsort(m->v, m->n, sizeof(*m->v), by_path);
}

/* --- judging -------------------------------------------------------------------------------- */

const struct setup_made *setup_made_find(const struct setup_mades *m, const char *path)
{
	for (size_t i = 0; i < m->n; i++)
		if (!strcmp(m->v[i].path, path))
			return &m->v[i];
	return NULL;
}

void setup_made_compare(const struct setup_mades *was, struct setup_mades *now)
{
	now->whole &= was->whole;
	for (size_t i = 0; i < now->n; i++) {
		const struct setup_made *x = setup_made_find(was, now->v[i].path);

		now->v[i].since = !x ? SETUP_SINCE_NEW :
				  strcmp(x->hash, now->v[i].hash) ? SETUP_SINCE_OTHER : SETUP_SINCE_SAME;
	}
	for (size_t i = 0; i < was->n; i++) {
		if (setup_made_find(now, was->v[i].path))
			continue;
		if (now->n == SETUP_MADE_MAX) {
			now->whole = false;
			return;
		}
		now->v[now->n] = was->v[i];
		now->v[now->n++].since = SETUP_SINCE_GONE;
	}
}

bool setup_made_same(const struct setup_mades *now, unsigned int wanted)
{
	unsigned int seen = 0;

	if (!now->whole || wanted & SETUP_MADE_UNSEEN)
		return false;
	for (size_t i = 0; i < now->n; i++) {
		if (!(now->v[i].kind & wanted))
			continue;
		if (now->v[i].since != SETUP_SINCE_SAME)
			return false;
		seen |= now->v[i].kind;
	}
	/* kernel-install makes entries or unified images: one of the two kinds is enough. */
	return !wanted || seen;
}

const char *setup_since_name(enum setup_since s)
{
	static const char *const names[] = {
		[SETUP_SINCE_SAME] = "same", [SETUP_SINCE_OTHER] = "other", [SETUP_SINCE_GONE] = "gone",
		[SETUP_SINCE_NEW] = "new",
	};

	return names[s];
}

/* --- the journal ---------------------------------------------------------------------------- */

json_t *setup_made_json(const struct setup_mades *m)
{
	_json_ json_t *files = json_object();

	for (size_t i = 0; i < m->n; i++)
		if (json_object_set_new(files, m->v[i].path, json_string(m->v[i].hash)))
			return NULL;
	return json_pack("{s:b, s:O}", "whole", m->whole, "files", files);
}

int setup_made_from_json(json_t *json, struct setup_mades *m)
{
	const char *path;
	json_t *files, *hash;
	int whole;

	memset(m, 0, sizeof(*m));
	if (json_unpack(json, "{s:b, s:o}", "whole", &whole, "files", &files) || !json_is_object(files) ||
	    json_object_size(files) > SETUP_MADE_MAX)
		return -EBADMSG;
	json_object_foreach(files, path, hash) {
		struct setup_made *x = &m->v[m->n++];

		x->kind = kind_of(path);
		if (!x->kind || !setup_path_check(path) || !json_is_string(hash) ||
		    json_string_length(hash) != SHA256_HEX - 1 ||
		    !str_copy(x->path, sizeof(x->path), path) ||
		    !str_copy(x->hash, sizeof(x->hash), json_string_value(hash)))
			return -EBADMSG;
	}
	m->whole = whole;
	return 0;
}
