/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. Sources are asked from the surest to the weakest: what
 * the firmware and the kernel say of this boot, what boot entries of the
 * release say, what mkinitcpio's preset says, what the names say. Each source
 * offers paths; only files that exist count. The first source that offers
 * any decides: one file is the answer, two different ones are none.
 */
#include "launcher/base/memory.h"
#include "launcher/facts/initramfs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/str.h"
#include "launcher/facts/cmdline.h"
#include "romfiles/pe.h"

#define TEXT_MAX	(4u << 20)
#define ENTRIES_MAX	256
#define HEAD_MAX	65536u	/* headers and section table of a PE image */
#define STUB_VARIABLE	"sys/firmware/efi/efivars/StubImageIdentifier-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

struct search {
	const struct tree *t;
	const char *release, *cmdline;
	char pkgbase[64];	/* "linux-lts": lib/modules/R/pkgbase of Arch; "" none */
	char machine[40];	/* machine-id; "" none */
	struct initramfs_where *w;
	dev_t dev;
	ino_t ino;
};

/* Where the boot partition's own root may be. */
static const char *const boots[] = { "", "boot/", "efi/", "boot/efi/" };

/* One file that exists. The same one by another path changes nothing. */
static bool offer(struct search *s, const char *path, const char *how)
{
	_fd_ int fd = tree_open(s->t, path, O_PATH);
	struct initramfs_where *w = s->w;
	struct stat st;
	char both[160];

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	if (w->found == INITRAMFS_NOT_FOUND) {
		if (!str_copy(w->path, sizeof(w->path), path))
			return false;
		w->found = INITRAMFS_FOUND;
		str_fit(w->how, sizeof(w->how), how);
		s->dev = st.st_dev;
		s->ino = st.st_ino;
	} else if (w->found == INITRAMFS_FOUND && (st.st_dev != s->dev || st.st_ino != s->ino)) {
		snprintf(both, sizeof(both), "%.70s and %.70s", w->path, path);
		memcpy(w->how, both, sizeof(both));
		w->found = INITRAMFS_AMBIGUOUS;
		w->path[0] = '\0';
	}
	return true;
}

/* A path as a boot loader has it: below the root or below a boot partition, '\' or '/' between. */
static void offer_boot(struct search *s, const char *path, size_t len, const char *how)
{
	char clean[200], full[256];

	if (len >= sizeof(clean))
		return;
	memcpy(clean, path, len);
	clean[len] = '\0';
	for (char *c = clean; *c; c++)
		*c = *c == '\\' ? '/' : *c;
	path = clean + strspn(clean, "/");
	for (size_t i = 0; *path && i < ARRAY_SIZE(boots); i++)
		if (str_print(full, sizeof(full), "%s%s", boots[i], path) && offer(s, full, how))
			return;
}

/* --- this boot ------------------------------------------------------------------------------------ */

/* systemd-stub(7): four bytes of attributes, then the path of the image in UCS-2. */
static void ask_stub(struct search *s)
{
	uint8_t raw[4 + 2 * 200];
	char path[201];
	size_t n = 0;
	int len = tree_read_bytes(s->t, STUB_VARIABLE, raw, sizeof(raw));

	for (int i = 4; i + 1 < len && (raw[i] || raw[i + 1]) && n < 200; i += 2)
		path[n++] = raw[i + 1] || raw[i] > 126 ? '?' : (char)raw[i];
	if (n)
		offer_boot(s, path, n, "the unified kernel image this host was started from");
}

static bool is_early(const char *path, size_t len)
{
	static const char *const names[] = { "ucode", "microcode", "fallback" };
	char copy[200];

	if (len >= sizeof(copy))
		return true;
	memcpy(copy, path, len);
	copy[len] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strstr(copy, names[i]))
			return true;
	return false;
}

static void offer_main(struct search *s, const char *path, size_t len, const char *how)
{
	if (!is_early(path, len))
		offer_boot(s, path, len, how);
}

static void ask_cmdline(struct search *s)
{
	_free_ struct cmdline *c = malloc(sizeof(*c));

	if (!c)
		return;
	cmdline_parse(s->cmdline, c);
	for (size_t i = cmdline_find(c, "initrd", 0); i < c->n; i = cmdline_find(c, "initrd", i + 1)) {
		const char *v = cmdline_value(c, i);

		for (; v && *v; v += strcspn(v, ","), v += *v == ',')
			offer_main(s, v, strcspn(v, ","), "initrd= on the kernel command line");
	}
}

/* --- boot entries ----------------------------------------------------------------------------------- */

/* "6.1.0-1" is neither "6.1.0-18" nor "16.1.0-1" nor "6.1.0-1-rt". */
static bool holds_release(const char *word, size_t len, const char *release)
{
	size_t n = strlen(release);
	const char *end = word + len;

	for (const char *at = word; (at = memmem(at, (size_t)(end - at), release, n)); at++)
		if ((at == word || (!isalnum((unsigned char)at[-1]) && at[-1] != '.')) &&
		    (at + n == end || (!isalnum((unsigned char)at[n]) && at[n] != '-' && at[n] != '_')))
			return true;
	return false;
}

/* Is this path or version that of our kernel: its release, or Arch's vmlinuz-PKGBASE? */
static bool is_ours(const struct search *s, const char *word, size_t len)
{
	size_t m = strlen(s->pkgbase);
	const char *end = word + len;

	if (holds_release(word, len, s->release))
		return true;
	return m && len >= m + 8 && !memcmp(end - m, s->pkgbase, m) && !memcmp(end - m - 8, "vmlinuz-", 8);
}

/* The rest of a line that begins with the word @key; NULL: it begins with another. */
static const char *value_of(const char *line, const char *key)
{
	const char *s = line + strspn(line, " \t");
	size_t n = strlen(key);

	if (strncmp(s, key, n) || (s[n] != ' ' && s[n] != '\t'))
		return NULL;
	return s + n + strspn(s + n, " \t");
}

static size_t word_len(const char *s)
{
	return strcspn(s, " \t\r\n\"'");
}

/* Every word of the rest of a line: GRUB and BLS both allow several images there. */
static void offer_words(struct search *s, const char *v, const char *how)
{
	while (*v && *v != '\n') {
		size_t n = word_len(v);

		/* "($root)/path" and "$tuned_initrd" */
		if (n && *v == '(' && memchr(v, ')', n)) {
			size_t skip = (size_t)((const char *)memchr(v, ')', n) - v) + 1;

			offer_main(s, v + skip, n - skip, how);
		} else if (n && *v != '$') {
			offer_main(s, v, n, how);
		}
		v += n;
		v += strspn(v, " \t\r\"'");
	}
}

static const char *next_line(const char *s)
{
	s += strcspn(s, "\n");
	return s + (*s == '\n');
}

static void ask_bls_entry(struct search *s, const char *text)
{
	bool ours = false;

	for (const char *l = text; *l; l = next_line(l)) {
		const char *linux_ = value_of(l, "linux"), *version = value_of(l, "version");
		const char *v = linux_ ? linux_ : version;

		ours |= v && is_ours(s, v, strcspn(v, " \t\r\n"));
	}
	for (const char *l = text; ours && *l; l = next_line(l)) {
		const char *v = value_of(l, "initrd"), *uki = value_of(l, "uki");

		if (v)
			offer_words(s, v, "a boot loader entry (loader/entries)");
		if (uki)
			offer_words(s, uki, "a boot loader entry (loader/entries)");
	}
}

/* Calls @use with each file of a directory whose name ends in @tail. */
static void each_file(struct search *s, const char *dir, const char *tail,
		      void (*use)(struct search *s, const char *path, const char *name))
{
	int fd = tree_open(s->t, dir, O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	size_t m = strlen(tail);
	struct dirent *e;
	char path[256];

	if (fd >= 0 && !d)
		close(fd);
	for (int i = 0; d && i < ENTRIES_MAX && (e = readdir(d)); i++) {
		size_t n = strlen(e->d_name);

		if (*e->d_name != '.' && n > m && !strcasecmp(e->d_name + n - m, tail) &&
		    str_print(path, sizeof(path), "%s/%s", dir, e->d_name))
			use(s, path, e->d_name);
	}
}

static void use_bls(struct search *s, const char *path, const char *name)
{
	_free_ char *text = NULL;

	(void)name;
	if (!tree_read(s->t, path, 65536, &text, NULL))
		ask_bls_entry(s, text);
}

/* In grub.cfg an initrd line belongs to the linux line before it. */
static void ask_grub_text(struct search *s, const char *text)
{
	bool ours = false;

	for (const char *l = text; *l; l = next_line(l)) {
		const char *v = value_of(l, "linux");
		const char *i = value_of(l, "initrd");

		v = v ? v : value_of(l, "linuxefi");
		i = i ? i : value_of(l, "initrdefi");
		if (v)
			ours = is_ours(s, v, word_len(v));
		else if (i && ours)
			offer_words(s, i, "the boot menu (grub.cfg)");
	}
}

static void ask_grub(struct search *s)
{
	static const char *const files[] = { "boot/grub/grub.cfg", "boot/grub2/grub.cfg" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_free_ char *text = NULL;

		if (!tree_read(s->t, files[i], TEXT_MAX, &text, NULL))
			ask_grub_text(s, text);
	}
}

/* Section .uname of a unified image is the release of its kernel. */
static bool uki_is_ours(const struct search *s, const char *path)
{
	_fd_ int fd = tree_open(s->t, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	_free_ uint8_t *head = malloc(HEAD_MAX);
	uint64_t off, len;
	char uname[80];
	struct stat st;
	ssize_t n;

	if (fd < 0 || !head || fstat(fd, &st) || !S_ISREG(st.st_mode))
		return false;
	n = pread(fd, head, HEAD_MAX, 0);
	if (n <= 0 || pe_find_section((struct span){ head, (size_t)n }, (uint64_t)st.st_size, ".uname",
				      &off, &len))
		return false;
	n = pread(fd, uname, len < sizeof(uname) ? (size_t)len : sizeof(uname), (off_t)off);
	n = n < 0 ? 0 : n;
	return holds_release(uname, strnlen(uname, (size_t)n), s->release);
}

static void use_uki(struct search *s, const char *path, const char *name)
{
	if (is_ours(s, name, strlen(name) - 4) || uki_is_ours(s, path))
		offer(s, path, "a unified kernel image of this kernel (EFI/Linux)");
}

static void ask_entries(struct search *s)
{
	char dir[64];

	for (size_t i = 1; i < ARRAY_SIZE(boots); i++) {
		snprintf(dir, sizeof(dir), "%sloader/entries", boots[i]);
		each_file(s, dir, ".conf", use_bls);
	}
	ask_grub(s);
}

static void ask_ukis(struct search *s)
{
	char dir[64];

	for (size_t i = 1; i < ARRAY_SIZE(boots); i++) {
		snprintf(dir, sizeof(dir), "%sEFI/Linux", boots[i]);
		each_file(s, dir, ".efi", use_uki);
	}
}

/* --- mkinitcpio ----------------------------------------------------------------------------------- */

/* NAME="value" of a preset, a shell file; "" when it is not set. */
static void shell_value(const char *text, const char *name, char *buf, size_t size)
{
	size_t n = strlen(name);

	buf[0] = '\0';
	for (const char *l = text; *l; l = next_line(l)) {
		const char *v = l + strspn(l, " \t");

		if (strncmp(v, name, n) || v[n] != '=')
			continue;
		v += n + 1;
		v += *v == '"' || *v == '\'';
		if (!str_print(buf, size, "%.*s", (int)(word_len(v) & 0xff), v))
			buf[0] = '\0';
	}
}

static void ask_preset(struct search *s)
{
	static const char *const keys[] = { "default_uki", "default_efi_image", "default_image" };
	_free_ char *text = NULL;
	char path[160], value[200];

	if (!*s->pkgbase || !str_print(path, sizeof(path), "etc/mkinitcpio.d/%s.preset", s->pkgbase) ||
	    tree_read(s->t, path, 65536, &text, NULL))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(keys) && s->w->found == INITRAMFS_NOT_FOUND; i++) {
		shell_value(text, keys[i], value, sizeof(value));
		offer_boot(s, value, strlen(value), "mkinitcpio's preset");
	}
}

/* --- names ------------------------------------------------------------------------------------------ */

/* %R release, %M machine-id, %P pkgbase; left out when one is not known. */
static bool fill_in(const struct search *s, const char *pattern, char *buf, size_t size)
{
	size_t n = 0;

	for (; *pattern; pattern++) {
		const char *v = NULL;

		if (*pattern == '%') {
			pattern++;
			v = *pattern == 'R' ? s->release : *pattern == 'M' ? s->machine : s->pkgbase;
			if (!*v || n + strlen(v) >= size)
				return false;
			memcpy(buf + n, v, strlen(v));
			n += strlen(v);
		} else if (n + 1 < size) {
			buf[n++] = *pattern;
		} else {
			return false;
		}
	}
	buf[n] = '\0';
	return true;
}

static void ask_names(struct search *s)
{
	static const struct {
		const char *pattern, *how;
	} rows[] = {
		{ "boot/initrd.img-%R", "the name Debian and Ubuntu use" },
		{ "boot/initramfs-%R.img", "the name dracut and Fedora use" },
		{ "boot/initrd-%R", "the name openSUSE uses" },
		{ "boot/%M/%R/initrd", "the name kernel-install uses" },
		{ "efi/%M/%R/initrd", "the name kernel-install uses" },
		{ "boot/efi/%M/%R/initrd", "the name kernel-install uses" },
		{ "boot/initramfs-%P.img", "the name mkinitcpio uses" },
	};
	char path[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (fill_in(s, rows[i].pattern, path, sizeof(path)))
			offer(s, path, rows[i].how);
}

static bool is_plain(const char *name)
{
	return *name && !strchr(name, '/') && strcmp(name, "..");
}

void initramfs_locate(const struct tree *t, const char *release, const char *cmdline,
		      struct initramfs_where *w)
{
	static void (*const sources[])(struct search *s) = {
		ask_stub, ask_cmdline, ask_entries, ask_preset, ask_ukis, ask_names,
	};
	struct search s = { .t = t, .release = release, .cmdline = cmdline, .w = w };
	char path[160];

	*w = (struct initramfs_where){ .found = INITRAMFS_NOT_FOUND };
	if (!is_plain(release)) {
		str_fit(w->how, sizeof(w->how), "the kernel's release is not known");
		return;
	}
	if (str_print(path, sizeof(path), "usr/lib/modules/%s/pkgbase", release) &&
	    tree_line(t, path, s.pkgbase, sizeof(s.pkgbase)) &&
	    str_print(path, sizeof(path), "lib/modules/%s/pkgbase", release) &&
	    tree_line(t, path, s.pkgbase, sizeof(s.pkgbase)))
		s.pkgbase[0] = '\0';
	if (tree_line(t, "etc/machine-id", s.machine, sizeof(s.machine)) || !is_plain(s.machine))
		s.machine[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(sources) && w->found == INITRAMFS_NOT_FOUND; i++)
		sources[i](&s);
	if (w->found == INITRAMFS_NOT_FOUND)
		str_fit(w->how, sizeof(w->how), "no image where the distributions have it");
}
