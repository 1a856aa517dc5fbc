/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/setup/setup_menu.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"

#define CFG_MAX		(8u << 20)

/** struct line - one entry while it is read */
struct line {
	const struct setup_mades *made;
	struct setup_menu *m;
	struct sha256 sum;
	char name[160];
	bool open, kernel, unknown;
};

static void begin(struct line *l, const char *name, size_t len)
{
	l->open = true;
	l->kernel = l->unknown = false;
	snprintf(l->name, sizeof(l->name), "%.*s", (int)len, name);
	str_sanitize(l->name);
	sha256_init(&l->sum);
}

/* An entry without a kernel is another system's, or the firmware's setup. */
static void end(struct line *l)
{
	struct setup_menu_entry *e = &l->m->v[l->m->n];
	uint8_t sum[SHA256_BYTES];

	if (l->open && l->kernel && l->m->n < SETUP_MENU_MAX) {
		*e = (struct setup_menu_entry){ 0 };
		str_fit(e->name, sizeof(e->name), l->name);
		sha256_done(&l->sum, sum);
		if (!l->unknown)
			sha256_hex(sum, e->hash);
		l->m->n++;
	}
	l->open = false;
}

/* "/initrd.img-6.12" is below the partition's own root: the one made file whose path ends so. */
static void add_image(struct line *l, const char *path, size_t len)
{
	for (size_t i = 0; i < l->made->n; i++) {
		const struct setup_made *x = &l->made->v[i];
		size_t n = strlen(x->path);

		if (n < len || memcmp(x->path + n - len, path, len))
			continue;
		sha256_add(&l->sum, x->hash, sizeof(x->hash));
		return;
	}
	/* Microcode comes from a package and is made by nobody here. */
	if (!memmem(path, len, "ucode", 5))
		l->unknown = true;
}

/* Words behind "initrd": one or more paths. */
static void add_images(struct line *l, const char *s, const char *stop)
{
	while (s < stop) {
		size_t n = 0;

		while (s < stop && isspace((unsigned char)*s))
			s++;
		while (s + n < stop && !isspace((unsigned char)s[n]))
			n++;
		if (n)
			add_image(l, s, n);
		s += n;
	}
}

/* "initrd16 /x": what follows the word @key and at most some digits or letters of its kind; NULL: another line. */
static const char *value_of(const char *s, const char *stop, const char *key, const char *const *kinds)
{
	const char *rest = str_starts(s, key);

	for (; rest && *kinds; kinds++) {
		const char *more = str_starts(rest, *kinds);

		if (more && more < stop && isspace((unsigned char)*more))
			return more;
	}
	return NULL;
}

static void take_line(struct line *l, const char *s, const char *stop)
{
	static const char *const kernels[] = { "", "efi", "16", NULL }, *const plain[] = { "", NULL };
	const char *rest;

	if (!l->open)
		return;
	rest = value_of(s, stop, "initrd", kernels);
	if (rest)
		add_images(l, rest, stop);
	rest = value_of(s, stop, "linux", kernels);
	if (rest || value_of(s, stop, "options", plain)) {
		sha256_add(&l->sum, s, (size_t)(stop - s));
		l->kernel |= rest != NULL;
	}
}

/* --- the three kinds of menu ------------------------------------------------------------------ */

/* menuentry 'Debian, with Linux 6.12' --class debian { */
static void take_title(struct line *l, const char *s, const char *stop)
{
	const char *rest = str_starts(s, "menuentry"), *close;

	if (!rest || rest >= stop || !isspace((unsigned char)*rest))
		return;
	end(l);
	while (rest < stop && isspace((unsigned char)*rest))
		rest++;
	close = rest < stop && strchr("'\"", *rest) ? memchr(rest + 1, *rest, (size_t)(stop - rest - 1)) : NULL;
	if (close)
		begin(l, rest + 1, (size_t)(close - rest - 1));
}

static void each_line(struct line *l, const char *text, void (*take)(struct line *, const char *, const char *))
{
	for (const char *s = text; *s;) {
		const char *stop = s + strcspn(s, "\n");

		s += strspn(s, " \t");
		if (s < stop)
			take(l, s, stop);
		s = *stop ? stop + 1 : stop;
	}
}

static void grub_line(struct line *l, const char *s, const char *stop)
{
	take_title(l, s, stop);
	take_line(l, s, stop);
}

static void bls_line(struct line *l, const char *s, const char *stop)
{
	static const char *const plain[] = { "", NULL };
	const char *rest = value_of(s, stop, "title", plain);

	if (!rest)
		rest = value_of(s, stop, "version", plain);
	if (rest) {
		size_t n = strlen(l->name);

		while (rest < stop && isspace((unsigned char)*rest))
			rest++;
		snprintf(l->name + n, sizeof(l->name) - n, "%s%.*s", n ? ", " : "", (int)(stop - rest), rest);
		str_sanitize(l->name);
	}
	take_line(l, s, stop);
}

static void read_entry(const struct tree *t, struct line *l, const struct setup_made *x)
{
	_free_ char *text = NULL;
	bool grub = strstr(x->path, "grub.cfg");

	if (x->kind == SETUP_MADE_IMAGE) {
		if (!strstr(x->path, ".efi"))
			return;
		begin(l, x->path, strlen(x->path));
		l->kernel = true;
		sha256_add(&l->sum, x->hash, sizeof(x->hash));
	} else if ((!grub && !strstr(x->path, "/loader/entries/")) ||
		   tree_read(t, x->path + 1, CFG_MAX, &text, NULL)) {
		return;
	} else {
		if (!grub)
			begin(l, "", 0);
		each_line(l, text, grub ? grub_line : bls_line);
	}
	end(l);
}

void setup_menu_read(const struct tree *t, struct setup_menu *m)
{
	struct setup_mades *made = calloc(1, sizeof(*made));
	struct line l = { .made = made, .m = m };

	memset(m, 0, sizeof(*m));
	if (!made)
		return;
	setup_made_read(t, made);
	for (size_t i = 0; i < made->n; i++)
		read_entry(t, &l, &made->v[i]);
	free(made);
}

size_t setup_menu_compare(const struct setup_menu *was, struct setup_menu *now)
{
	size_t same = 0;

	for (size_t i = 0; i < now->n; i++)
		for (size_t j = 0; !now->v[i].same && j < was->n; j++) {
			now->v[i].same = *now->v[i].hash && !strcmp(now->v[i].hash, was->v[j].hash) &&
					 !strcmp(now->v[i].name, was->v[j].name);
			same += now->v[i].same;
		}
	return same;
}
