/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Reading back: not what igvm wrote, but what the tools made of it and the next boot will take. The boot
 * entry of the kernel, the command line inside a unified image, the files inside the
 * initramfs. What cannot be looked at is said, and is not right.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/facts/cmdline.h"
#include "launcher/facts/initramfs.h"
#include "launcher/facts/modprobe.h"
#include "launcher/setup/edit.h"
#include "launcher/setup/setup_make.h"

#define CFG_MAX		(8u << 20)
#define WORDS_MAX	INITRAMFS_ENDS_MAX

struct back {
	const struct tree *t;
	const struct setup_expect *e;
	struct loader_facts b;
	struct initramfs_facts image;
	struct initramfs_where where;
	struct setup_notes *n;
	bool wrong;
};

static void missing(struct back *k, const char *where, const char *what, const char *why)
{
	setup_note(k->n, SETUP_SAYS_MISSING, NULL, where, what, why);
	k->wrong = true;
}

static void right(struct back *k, const char *where, const char *what, const char *why)
{
	setup_note(k->n, SETUP_SAYS_RIGHT, NULL, where, what, why);
}

/* Blank-separated words, cut in place. */
static size_t split(char *text, const char **v, size_t max)
{
	size_t n = 0;
	char *rest = NULL;

	for (char *s = strtok_r(text, " ", &rest); s && n < max; s = strtok_r(NULL, " ", &rest))
		v[n++] = s;
	return n;
}

/* --- the command line --------------------------------------------------------------------- */

static bool has_word(const char *line, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = strstr(line, word); s; s = strstr(s + 1, word))
		if ((s == line || isspace((unsigned char)s[-1])) && (!s[n] || isspace((unsigned char)s[n])))
			return true;
	return false;
}

static void judge_line(struct back *k, const char *where, const char *line)
{
	char text[512];
	const char *v[WORDS_MAX];
	size_t n;

	str_fit(text, sizeof(text), k->e->cmdline);
	n = split(text, v, WORDS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (has_word(line, v[i]))
			right(k, where, v[i], N_("the next boot's command line has it"));
		else
			missing(k, where, v[i], N_("the next boot's command line does not have it"));
	}
	str_fit(text, sizeof(text), k->e->not_cmdline);
	n = split(text, v, WORDS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (!has_word(line, v[i]))
			right(k, where, v[i], N_("is gone from the next boot's command line"));
		else
			missing(k, where, v[i], N_("is still on the next boot's command line"));
	}
}

/* "vmlinuz-6.12.41": then a line of another release is not this kernel's. */
static bool names_release(const char *line)
{
	const char *at = strstr(line, "vmlinuz-");

	return at && isdigit((unsigned char)at[strlen("vmlinuz-")]);
}

/*
 * "linux /boot/vmlinuz-6.12 root=...", also linuxefi and linux16. The first entry of this kernel is the plain one; recovery
 * entries come after it. Kernels without a release in their name (Arch): the first of all.
 */
static bool grub_line(char *cfg, const char *release, char **line)
{
	char *first = NULL;

	for (char *s = cfg, *next; s && *s; s = next) {
		char *end = strchr(s, '\n');

		next = end ? end + 1 : NULL;
		if (end)
			*end = '\0';
		s += strspn(s, " \t");
		if (!str_starts(s, "linux") || !strpbrk(s, " \t"))
			continue;
		if (!first)
			first = s;
		if (*release && strstr(s, release)) {
			*line = s;
			return true;
		}
	}
	*line = first;
	return first && !names_release(first);
}

static void judge_grub(struct back *k)
{
	_free_ char *cfg = NULL;
	char *line = NULL;

	if (!*k->b.config || tree_read(k->t, k->b.config + 1, CFG_MAX, &cfg, NULL))
		missing(k, k->b.config, NULL, N_("GRUB's configuration cannot be read"));
	else if (!grub_line(cfg, k->e->kernel, &line))
		missing(k, k->b.config, k->e->kernel, N_("it has no entry of this kernel"));
	else
		judge_line(k, k->b.config, line);
}

/* All words of one entry's options, by the scanner that edits them. */
static void judge_words(struct back *k, const char *path,
			int (*scan)(const char *, size_t, struct edit_words *, struct edit_error *))
{
	_free_ char *text = NULL, *line = NULL;
	struct edit_words w;
	struct edit_error e;
	size_t len, n;
	FILE *f;

	if (tree_read(k->t, path + 1, CFG_MAX, &text, &len)) {
		missing(k, path, NULL, N_("the boot entry cannot be read"));
		return;
	}
	if (scan(text, len, &w, &e)) {
		missing(k, path, NULL, N_("the boot entry is not understood"));
		return;
	}
	f = memory_open(&line, &n);
	for (size_t i = 0; f && i < w.n; i++)
		fprintf(f, "%.*s ", (int)w.v[i].len, text + w.v[i].at);
	edit_words_done(&w);
	if (f && !memory_close(f, &line))
		judge_line(k, path, line);
}

static bool is_of_kernel(struct back *k, const char *path)
{
	_free_ char *text = NULL;

	return strstr(path, k->e->kernel) ||
	       (!tree_read(k->t, path + 1, CFG_MAX, &text, NULL) && strstr(text, k->e->kernel));
}

/* Entries of this kernel; where none names a release (Arch), each that the plan would change. */
static void judge_entries(struct back *k)
{
	bool any = false;

	for (size_t i = 0; i < k->b.n_entries; i++)
		any |= is_of_kernel(k, k->b.entry[i]);
	for (size_t i = 0; i < k->b.n_entries; i++)
		if (!any || is_of_kernel(k, k->b.entry[i]))
			judge_words(k, k->b.entry[i], edit_bls);
	if (!k->b.n_entries)
		missing(k, NULL, k->e->kernel, N_("no boot entry of this kernel was found"));
}

/* loader_read() leaves the entries out where a generator's input is what igvm writes. */
static void judge_generated(struct back *k)
{
	boot_entries(k->t, &k->b);
	judge_entries(k);
}

static void judge_cmdline(struct back *k)
{
	if (!*k->e->cmdline && !*k->e->not_cmdline)
		return;
	if (k->image.uki && *k->image.cmdline)
		judge_line(k, k->where.path, k->image.cmdline);
	else if (k->b.source == BOOT_SOURCE_BLS)
		judge_entries(k);
	else if (k->b.loader == BOOT_LOADER_GRUB)
		judge_grub(k);
	else if (k->b.loader == BOOT_LOADER_LIMINE && *k->b.config)
		judge_words(k, k->b.config, edit_limine);
	else if (k->b.proxmox)
		missing(k, NULL, NULL, N_("the entries are on EFI system partitions that are not mounted: look with "
					  "proxmox-boot-tool status"));
	else
		judge_generated(k);
}

/* --- the image ------------------------------------------------------------------------------ */

static bool module_in_image(struct back *k, const char *name)
{
	for (int m = 0; m < INITRAMFS_MODULES; m++)
		if (cmdline_same_name(initramfs_module_name((enum initramfs_module)m), name))
			return k->image.module[m];
	return false;
}

static bool is_builtin(struct back *k, const char *name)
{
	enum modprobe_kind kind;

	modprobe_kinds(k->t, k->e->kernel, &name, 1, &kind);
	return kind == MODPROBE_BUILTIN;
}

static void judge_modules(struct back *k)
{
	char text[256];
	const char *v[WORDS_MAX];
	size_t n;

	str_fit(text, sizeof(text), k->e->image_modules);
	n = split(text, v, WORDS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (module_in_image(k, v[i]))
			right(k, k->where.path, v[i], N_("the initramfs has this module"));
		else if (is_builtin(k, v[i]))
			right(k, NULL, v[i], N_("is built into the kernel"));
		else
			missing(k, k->where.path, v[i], N_("the initramfs does not have this module"));
	}
}

static void judge_files(struct back *k, const char *const *ends, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (k->image.ends & 1u << i)
			right(k, k->where.path, ends[i], N_("the initramfs has this file"));
		else
			missing(k, k->where.path, ends[i], N_("the initramfs does not have this file"));
	}
}

static void judge_image(struct back *k, const char *const *ends, size_t n)
{
	if (!*k->e->image_files && !*k->e->image_modules)
		return;
	if (k->where.found != INITRAMFS_FOUND) {
		missing(k, NULL, k->where.how, N_("the initramfs that will boot was not found"));
		return;
	}
	if (k->image.state != INITRAMFS_READ)
		missing(k, k->where.path, k->image.why, N_("the initramfs cannot be read to its end"));
	judge_modules(k);
	judge_files(k, ends, n);
}

static int read_back(struct back *k)
{
	char release[80], line[4096], text[512];
	const char *ends[WORDS_MAX];
	size_t n;
	int r = 0;

	/* loader_read() wants the running kernel; what it says of entries is for the one that boots next. */
	str_fit(release, sizeof(release), k->e->kernel);
	loader_read(k->t, release, &k->b);
	if (tree_line(k->t, "proc/cmdline", line, sizeof(line)))
		line[0] = '\0';
	str_fit(text, sizeof(text), k->e->image_files);
	n = split(text, ends, WORDS_MAX);
	initramfs_locate(k->t, release, line, &k->where);
	if (k->where.found == INITRAMFS_FOUND)
		r = initramfs_read(k->t, k->where.path, ends, n, &k->image);
	if (!r) {
		judge_cmdline(k);
		judge_image(k, ends, n);
	}
	initramfs_done(&k->image);
	return r ? r : k->wrong;
}

int setup_readback(const char *root, const struct setup_plan *p, struct setup_notes *n)
{
	struct back *k = calloc(1, sizeof(*k));
	struct tree t;
	int r;

	memset(n, 0, sizeof(*n));
	if (!k)
		return -ENOMEM;
	r = tree_init(&t, root);
	if (!r) {
		k->t = &t;
		k->e = &p->expect;
		k->n = n;
		r = read_back(k);
		close(t.fd);
	}
	free(k);
	return r;
}
