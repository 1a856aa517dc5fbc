/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/disc/inspect.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>
#include <sys/stat.h>

#include "launcher/base/str.h"
#include "launcher/rom/sandbox.h"

#define HEAD_BYTES	512u
#define ROUNDS_MAX	160
/* What is wanted of one place is read with its neighbours: directories are near each other. */
#define READ_LEAST	(16u * DISC_SECTOR)

/* --- judging ------------------------------------------------------------------------------ */

static bool is_page(struct span s)
{
	static const char *const begins[] = { "<!doctype html", "<html", "<?xml", "<head" };
	size_t at = span_is(s, 0, "\xef\xbb\xbf", 3) ? 3 : 0;

	while (at < s.n && isspace(s.p[at]))
		at++;
	for (size_t i = 0; i < ARRAY_SIZE(begins); i++)
		if (span_holds(s, at, strlen(begins[i])) &&
		    !strncasecmp((const char *)s.p + at, begins[i], strlen(begins[i])))
			return true;
	return false;
}

/* 0 with *@there, or -EAGAIN. What is damaged on the way there is not there. */
static int look(struct disc *d, const struct disc_volume *v, const char *path, bool *there)
{
	struct disc_file f;
	int r = disc_find(d, v, path, &f);

	*there = !r;
	return r == -EAGAIN ? r : 0;
}

static int read_list(struct disc *d, const struct disc_volume *v, struct disc_facts *f)
{
	static const char *const names[] = { "install.wim", "install.esd", "install.swm" };
	struct disc_file file;
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(names) && r == -ENOENT; i++) {
		char path[32];

		snprintf(path, sizeof(path), "sources/%s", names[i]);
		r = disc_find(d, v, path, &file);
		if (!r)
			str_fit(f->install, sizeof(f->install), names[i]);
	}
	if (!r)
		r = wim_read(d, &file, &f->wim);
	f->list = !r;
	return r == -EAGAIN || r == -ENOMEM ? r : 0;
}

static int judge_windows(struct disc *d, const struct disc_volume *v, struct disc_facts *f)
{
	bool boot = false, setup = false;
	int r = look(d, v, "sources/boot.wim", &boot);

	if (!r)
		r = look(d, v, "setup.exe", &setup);
	if (r || !boot || !setup)
		return r;
	f->kind = DISC_WINDOWS;
	return read_list(d, v, f);
}

static int judge_virtio(struct disc *d, const struct disc_volume *v, struct disc_facts *f)
{
	bool storage = false, net = false;
	int r = look(d, v, "viostor", &storage);

	if (!r)
		r = look(d, v, "NetKVM", &net);
	if (!r)
		r = look(d, v, "guest-agent", &f->agent);
	if (!r)
		r = look(d, v, "vioserial", &f->serial);
	if (!r && storage && net)
		f->kind = DISC_VIRTIO;
	return r;
}

static int judge_volume(struct disc *d, const struct disc_volume *v, struct disc_facts *f)
{
	int r = look(d, v, "efi/boot/bootx64.efi", &f->uefi);

	f->uefi &= v->el_torito;
	f->kind = DISC_OTHER;
	if (!r)
		r = judge_windows(d, v, f);
	if (!r && f->kind == DISC_OTHER)
		r = judge_virtio(d, v, f);
	return r;
}

int disc_judge(struct disc *d, struct disc_facts *f)
{
	struct disc_volume v;
	struct span head;
	int r;

	*f = (struct disc_facts){ .size = d->size };
	if (!d->size)
		return 0;
	r = disc_at(d, 0, d->size < HEAD_BYTES ? (size_t)d->size : HEAD_BYTES, &head);
	if (r)
		return r;
	f->kind = DISC_WEB_PAGE;
	if (is_page(head))
		return 0;
	r = disc_mount(d, &v);
	if (r == -EAGAIN)
		return r;
	f->side = v.side;
	f->wanted = v.size;
	str_fit(f->label, sizeof(f->label), v.label);
	f->kind = r == -ENODATA ? DISC_CUT : DISC_DAMAGED;
	if (r)
		return 0;
	f->kind = DISC_NO_ISO;
	if (v.side == DISC_NONE)
		return 0;
	f->kind = DISC_CUT;
	return v.size > d->size ? 0 : judge_volume(d, &v, f);
}

/* --- reading ------------------------------------------------------------------------------- */

/** struct answer - what comes out of the sandbox */
struct answer {
	int r;
	uint64_t want_off, want_len;
	struct disc_facts facts;
};

/** struct taking - what both ends of the sandbox work on */
struct taking {
	struct disc *d;
	struct answer a;
};

static int work(void *arg, size_t i, FILE *out)
{
	struct disc *d = ((const struct taking *)arg)->d;
	struct answer a = { 0 };

	(void)i;
	a.r = disc_judge(d, &a.facts);
	a.want_off = d->want_off;
	a.want_len = d->want_len;
	return fwrite(&a, sizeof(a), 1, out) != 1;
}

static void make_safe(char *s, size_t size)
{
	s[size - 1] = '\0';
	str_sanitize(s);
}

/* A decoder that was taken over could answer anything of this size. */
static bool is_sound(const struct disc *d, struct answer *a)
{
	struct disc_facts *f = &a->facts;

	if (a->r == -EAGAIN)
		return a->want_len && a->want_len <= DISC_PIECE_MAX && a->want_off < d->size &&
		       a->want_len <= d->size - a->want_off;
	if (a->r || (unsigned int)f->kind > DISC_OTHER || f->wim.n > WIM_EDITIONS_MAX)
		return false;
	make_safe(f->label, sizeof(f->label));
	make_safe(f->install, sizeof(f->install));
	for (size_t i = 0; i < f->wim.n; i++) {
		make_safe(f->wim.edition[i].name, sizeof(f->wim.edition[i].name));
		make_safe(f->wim.edition[i].id, sizeof(f->wim.edition[i].id));
		make_safe(f->wim.edition[i].language, sizeof(f->wim.edition[i].language));
	}
	return true;
}

static int take(void *arg, size_t i, const struct sandbox_answer *s)
{
	struct taking *t = arg;

	(void)i;
	if (s->how != SANDBOX_DONE || s->code || s->n != sizeof(t->a))
		return -EBADMSG;
	memcpy(&t->a, s->bytes, sizeof(t->a));
	return is_sound(t->d, &t->a) ? 0 : -EBADMSG;
}

static int read_piece(int fd, struct disc *d, uint64_t off, size_t len)
{
	_free_ uint8_t *p = NULL;
	size_t have = 0;

	if (len < READ_LEAST)
		len = d->size - off < READ_LEAST ? (size_t)(d->size - off) : READ_LEAST;
	p = malloc(len);
	if (!p)
		return -ENOMEM;
	while (have < len) {
		ssize_t n = pread(fd, p + have, len - have, (off_t)(off + have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		have += (size_t)n;
	}
	d->piece[d->n++] = (struct disc_piece){ off, { TAKE(p), len } };
	return 0;
}

static int size_of(int fd, uint64_t *size)
{
	struct stat st;
	off_t end;

	if (fstat(fd, &st))
		return -errno;
	if (S_ISREG(st.st_mode)) {
		*size = (uint64_t)st.st_size;
		return 0;
	}
	end = S_ISBLK(st.st_mode) ? lseek(fd, 0, SEEK_END) : -1;
	*size = end < 0 ? 0 : (uint64_t)end;
	return end < 0 ? -EINVAL : 0;
}

static int read_rounds(int fd, struct disc *d, struct disc_facts *f)
{
	for (int i = 0; i < ROUNDS_MAX && d->n < DISC_PIECES_MAX; i++) {
		struct taking t = { .d = d };
		int r = sandbox_each(1, work, take, &t);

		if (r)
			return r;
		if (t.a.r != -EAGAIN) {
			*f = t.a.facts;
			return 0;
		}
		r = read_piece(fd, d, t.a.want_off, (size_t)t.a.want_len);
		if (r)
			return r;
	}
	return -EBADMSG;
}

int disc_read(int fd, struct disc_facts *f)
{
	_free_ struct disc *d = calloc(1, sizeof(*d));
	int r;

	*f = (struct disc_facts){ 0 };
	if (!d)
		return -ENOMEM;
	r = size_of(fd, &d->size);
	if (!r)
		r = read_rounds(fd, d, f);
	for (size_t i = 0; i < d->n; i++)
		free((void *)(uintptr_t)d->piece[i].bytes.p);
	return r;
}
