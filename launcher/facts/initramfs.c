/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. The file is one stretch of bytes (of a unified kernel
 * image: its section .initrd). Where a '0' stands, a plain cpio archive
 * begins and is pushed into the cpio reader, file contents nobody wants being
 * skipped by moving the file offset. Where the magic of a compression stands,
 * one member is unpacked and what comes out is pushed into the same reader,
 * so an archive may go on in the next member. Zeros between are padding.
 * Whatever stops the reading, what was seen until then stays, with a note.
 */
#include "launcher/facts/initramfs.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "launcher/base/clock.h"
#include "launcher/base/str.h"
#include "launcher/facts/cpio.h"
#include "launcher/facts/unpack.h"
#include "romfiles/pe.h"

#define PE_HEAD_MAX		65536u
#define TEXTS_TOTAL_MAX		(4u << 20)
#define BOOTCONFIG_MAGIC	"#BOOTCONFIG\n"

struct reading {
	struct initramfs_facts *f;
	const char *const *ends;
	size_t n_ends;
	struct unpack u;
	struct cpio c;
	struct initramfs_text *now;	/* the file that is being kept */
	size_t texts_total;
	bool oom;
};

static const char *const module_names[INITRAMFS_MODULES] = {
	[INITRAMFS_VFIO] = "vfio",
	[INITRAMFS_VFIO_PCI] = "vfio_pci",
	[INITRAMFS_VFIO_PCI_CORE] = "vfio_pci_core",
	[INITRAMFS_VFIO_TYPE1] = "vfio_iommu_type1",
	[INITRAMFS_I915] = "i915",
	[INITRAMFS_XE] = "xe",
};

const char *initramfs_module_name(enum initramfs_module m)
{
	return module_names[m];
}

static const struct {
	enum initramfs_kind kind;
	const char *name;
} kinds[UNPACK_KINDS] = {
	[UNPACK_NONE] = { INITRAMFS_PLAIN, "plain" },
	[UNPACK_GZIP] = { INITRAMFS_GZIP, "gzip" },
	[UNPACK_XZ] = { INITRAMFS_XZ, "xz" },
	[UNPACK_LZMA] = { INITRAMFS_LZMA, "lzma" },
	[UNPACK_ZSTD] = { INITRAMFS_ZSTD, "zstd" },
	[UNPACK_LZ4] = { INITRAMFS_LZ4, "lz4" },
	[UNPACK_BZIP2] = { INITRAMFS_BZIP2, "bzip2" },
	[UNPACK_LZO] = { INITRAMFS_LZO, "lzo" },
};

const char *initramfs_kind_name(enum initramfs_kind k)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].kind == k)
			return kinds[i].name;
	return "unknown";
}

/* --- one file of the image ------------------------------------------------------------------ */

static bool ends_with(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && !strcmp(path + n - m, end) && (n == m || path[n - m - 1] == '/');
}

static void see_module(struct initramfs_facts *f, const char *base)
{
	static const char *const tails[] = { "", ".gz", ".xz", ".zst" };
	const char *ko = strstr(base, ".ko");
	char name[32];
	bool known = false;

	if (!ko || (size_t)(ko - base) >= sizeof(name))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(tails); i++)
		known |= !strcmp(ko + 3, tails[i]);
	if (!known)
		return;
	memcpy(name, base, (size_t)(ko - base));
	name[ko - base] = '\0';
	for (char *s = name; *s; s++)
		*s = *s == '-' ? '_' : *s;
	for (size_t i = 0; i < INITRAMFS_MODULES; i++)
		f->module[i] |= !strcmp(name, module_names[i]);
}

/* Directories of configuration: "usr/lib/modprobe.d/x.conf", not further down. */
static bool is_in_dir(const char *path, const char *dir)
{
	const char *at = strstr(path, dir);

	return at && (at == path || at[-1] == '/') && !strchr(at + strlen(dir), '/');
}

static bool is_kept(const char *path)
{
	static const char *const dirs[] = { "modprobe.d/", "modules-load.d/", "etc/cmdline.d/" };
	static const char *const files[] = { "etc/modules", "conf/modules", "config", "etc/cmdline" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (is_in_dir(path, dirs[i]))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(path, files[i]))
			return true;
	return strstr(path, "igvm");
}

/* A later file of the same path takes the place of the earlier one, as it does when it is unpacked. */
static struct initramfs_text *text_slot(struct initramfs_facts *f, const char *path)
{
	for (size_t i = 0; i < f->n_texts; i++)
		if (!strcmp(f->text[i].path, path))
			return &f->text[i];
	return f->n_texts < INITRAMFS_TEXTS_MAX ? &f->text[f->n_texts++] : NULL;
}

static bool keep_text(struct reading *g, const char *path, uint32_t size)
{
	struct initramfs_facts *f = g->f;
	struct initramfs_text *t;

	if (strlen(path) >= sizeof(t->path) || size > INITRAMFS_TEXT_MAX ||
	    size > TEXTS_TOTAL_MAX - g->texts_total || !(t = text_slot(f, path))) {
		f->texts_left_out = true;
		return false;
	}
	free(t->text);
	memcpy(t->path, path, strlen(path) + 1);
	t->len = 0;
	t->text = calloc(1, (size_t)size + 1);
	if (!t->text) {
		g->oom = true;
		return false;
	}
	g->texts_total += size;
	g->now = t;
	return size;
}

static bool see_entry(void *arg, const char *path, uint32_t size)
{
	struct reading *g = arg;
	struct initramfs_facts *f = g->f;
	const char *base;

	while (path[0] == '/' || (path[0] == '.' && path[1] == '/'))
		path += path[0] == '/' ? 1 : 2;
	base = strrchr(path, '/');
	base = base ? base + 1 : path;
	f->entries++;
	see_module(f, base);
	if (!strcmp(path, "kernel/x86/microcode/GenuineIntel.bin") ||
	    !strcmp(path, "kernel/x86/microcode/AuthenticAMD.bin"))
		f->microcode = true;
	for (size_t i = 0; i < g->n_ends; i++)
		if (ends_with(path, g->ends[i]))
			f->ends |= 1u << i;
	return is_kept(path) && keep_text(g, path, size);
}

static int see_data(void *arg, const uint8_t *p, size_t n)
{
	struct reading *g = arg;

	memcpy(g->now->text + g->now->len, p, n);
	g->now->len += n;
	return 0;
}

/* --- the stretch of bytes ------------------------------------------------------------------- */

static int feed(struct reading *g, const uint8_t *p, size_t n, size_t *taken)
{
	int r = cpio_feed(&g->c, p, n, taken);

	if (r && g->c.why)
		str_fit(g->u.why, sizeof(g->u.why), g->c.why);
	return g->oom ? -ENOMEM : r;
}

static int feed_unpacked(void *arg, const uint8_t *p, size_t n)
{
	struct reading *g = arg;
	size_t taken;
	int r = feed(g, p, n, &taken);

	if (!r && taken < n) {
		str_fit(g->u.why, sizeof(g->u.why), "its compressed data holds no cpio archive");
		return -EBADMSG;
	}
	return r;
}

/* A plain archive up to its end, or to that of the bytes. */
static int read_plain(struct reading *g)
{
	int have, r = 0;
	size_t taken, skip;

	g->f->kinds |= INITRAMFS_PLAIN;
	do {
		have = unpack_fill(&g->u);
		if (have <= 0)
			return have;
		r = feed(g, g->u.in + g->u.pos, (size_t)have, &taken);
		g->u.pos += taken;
		skip = r ? 0 : cpio_skippable(&g->c);
		if (skip > g->u.end - unpack_offset(&g->u))
			skip = (size_t)(g->u.end - unpack_offset(&g->u));
		unpack_skip(&g->u, skip);
		cpio_skip(&g->c, skip);
	} while (!r && !cpio_is_between(&g->c));
	return r;
}

/* Each byte equal to the one before it: memcmp() is many times faster than a loop here. */
static bool is_zero(const uint8_t *p, size_t n)
{
	return n && !p[0] && !memcmp(p, p + 1, n - 1);
}

/* Zeros are no more than padding: true when something else follows. */
static int skip_zeros(struct reading *g)
{
	for (;;) {
		int have = unpack_fill(&g->u);

		if (have <= 0)
			return have;
		if (is_zero(g->u.in + g->u.pos, (size_t)have))
			g->u.pos = g->u.len;
		while (g->u.pos < g->u.len && !g->u.in[g->u.pos])
			g->u.pos++;
		if (g->u.pos < g->u.len)
			return 1;
	}
}

static int read_members(struct reading *g)
{
	for (;;) {
		enum unpack_kind kind;
		int r = skip_zeros(g);

		if (r <= 0)
			return r;
		kind = unpack_kind(&g->u);
		if (kind == UNPACK_NONE && (g->u.in[g->u.pos] == '0' || !cpio_is_between(&g->c))) {
			r = read_plain(g);
		} else {
			g->f->kinds |= kind == UNPACK_NONE ? 0 : (unsigned int)kinds[kind].kind;
			r = unpack_member(&g->u, kind);
		}
		if (r)
			return r;
	}
}

/* What the archives themselves say once the bytes are over. */
static int judge_end(struct reading *g)
{
	const char *why = NULL;

	if (!cpio_is_between(&g->c))
		why = "it ends in the middle of an archive";
	else if (!g->f->entries && !g->c.entries)
		why = "there is no archive in it";
	else if (g->c.bad_sum)
		why = "the checksum of a file in it is wrong";
	if (!why)
		return 0;
	str_fit(g->u.why, sizeof(g->u.why), why);
	return -EBADMSG;
}

static int read_stretch(struct reading *g)
{
	int r = read_members(g);

	if (!r)
		r = judge_end(g);
	g->f->offset = unpack_offset(&g->u);
	if (g->oom || r == -ENOMEM)
		return -ENOMEM;
	g->f->state = !r ? INITRAMFS_READ : r == -EBADMSG ? INITRAMFS_DAMAGED : INITRAMFS_UNREAD;
	str_fit(g->f->why, sizeof(g->f->why), r ? g->u.why : "");
	return 0;
}

/* --- the file --------------------------------------------------------------------------------- */

static uint64_t deadline_ms(void)
{
	return (uint64_t)clock_ms() + INITRAMFS_MS_MAX;
}

static ssize_t read_at(int fd, void *p, size_t n, uint64_t at)
{
	ssize_t r;

	do
		r = pread(fd, p, n, (off_t)at);
	while (r < 0 && errno == EINTR);
	return r;
}

/* Settings bootconfig(8) has put behind the image are no part of it (kernel: init/main.c). */
static uint64_t without_bootconfig(int fd, uint64_t size)
{
	struct { uint32_t len, sum; char magic[12]; } tail;

	if (size < sizeof(tail) || read_at(fd, &tail, sizeof(tail), size - sizeof(tail)) != sizeof(tail) ||
	    memcmp(tail.magic, BOOTCONFIG_MAGIC, sizeof(tail.magic)) || tail.len > size - sizeof(tail))
		return size;
	return size - sizeof(tail) - tail.len;
}

static void read_uki_cmdline(int fd, struct span head, struct initramfs_facts *f)
{
	uint64_t off, len;
	ssize_t n;

	if (pe_find_section(head, f->size, ".cmdline", &off, &len))
		return;
	n = read_at(fd, f->cmdline, len < sizeof(f->cmdline) ? (size_t)len : sizeof(f->cmdline) - 1, off);
	f->cmdline[n > 0 ? n : 0] = '\0';
	f->cmdline[strcspn(f->cmdline, "\n")] = '\0';
	str_sanitize(f->cmdline);
}

/* Where the archives are; false: it is a PE image without them, which f->why then says. */
static bool find_stretch(int fd, const uint8_t *head, size_t n, struct initramfs_facts *f,
			 uint64_t *at, uint64_t *end)
{
	struct span s = { head, n };
	int r;

	*at = 0;
	if (!span_is(s, 0, "MZ", 2)) {
		*end = without_bootconfig(fd, f->size);
		return true;
	}
	f->uki = true;
	r = pe_find_section(s, f->size, ".initrd", at, end);
	read_uki_cmdline(fd, s, f);
	*end += *at;
	if (!r)
		return true;
	f->state = INITRAMFS_DAMAGED;
	str_fit(f->why, sizeof(f->why), r == -ENOENT ? "a PE image without a section .initrd" :
		"a PE image whose sections are not within it");
	return false;
}

static int read_file(struct reading *g, int fd)
{
	struct cpio_user user = { .entry = see_entry, .data = see_data, .arg = g };
	_free_ uint8_t *head = malloc(PE_HEAD_MAX);
	uint64_t at = 0, end = 0;
	ssize_t n;
	int r;

	if (!head)
		return -ENOMEM;
	n = read_at(fd, head, PE_HEAD_MAX, 0);
	if (n < 0) {
		str_fit(g->f->why, sizeof(g->f->why), strerror(errno));
		return 0;
	}
	if (!find_stretch(fd, head, (size_t)n, g->f, &at, &end))
		return 0;
	r = unpack_init(&g->u, fd, at, end);
	if (r)
		return r;
	g->u.in_max = INITRAMFS_IN_MAX;
	g->u.total_max = INITRAMFS_OUT_MAX;
	g->u.deadline_ms = deadline_ms();
	g->u.emit = feed_unpacked;
	g->u.arg = g;
	cpio_init(&g->c, &user, INITRAMFS_ENTRIES_MAX);
	r = read_stretch(g);
	unpack_done(&g->u);
	return r;
}

int initramfs_read_fd(int fd, const char *const *ends, size_t n_ends, struct initramfs_facts *f)
{
	_free_ struct reading *g = calloc(1, sizeof(*g));
	struct stat st;
	int r;

	memset(f, 0, sizeof(*f));
	f->text = calloc(INITRAMFS_TEXTS_MAX, sizeof(*f->text));
	if (!g || !f->text) {
		initramfs_done(f);
		return -ENOMEM;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		str_fit(f->why, sizeof(f->why), "it is no regular file");
		return 0;
	}
	f->size = (uint64_t)st.st_size;
	f->mtime = st.st_mtime;
	g->f = f;
	g->ends = ends;
	g->n_ends = n_ends < INITRAMFS_ENDS_MAX ? n_ends : INITRAMFS_ENDS_MAX;
	r = read_file(g, fd);
	if (r)
		initramfs_done(f);
	return r;
}

int initramfs_read(const struct tree *t, const char *path, const char *const *ends, size_t n_ends,
		   struct initramfs_facts *f)
{
	_fd_ int fd = tree_open(t, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);

	if (fd >= 0)
		return initramfs_read_fd(fd, ends, n_ends, f);
	memset(f, 0, sizeof(*f));
	str_fit(f->why, sizeof(f->why), strerror(-fd));
	return 0;
}

void initramfs_done(struct initramfs_facts *f)
{
	for (size_t i = 0; i < f->n_texts; i++)
		free(f->text[i].text);
	free(f->text);
	memset(f, 0, sizeof(*f));
}

const struct initramfs_text *initramfs_text(const struct initramfs_facts *f, const char *path)
{
	for (size_t i = 0; i < f->n_texts; i++)
		if (!strcmp(f->text[i].path, path) && f->text[i].text)
			return &f->text[i];
	return NULL;
}
