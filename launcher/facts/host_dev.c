/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/host_dev.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"

#define PCI_BASE_CLASS_DISPLAY	0x03
#define PCI_STATUS		0x06
#define PCI_STATUS_CAPS		0x10
#define PCI_CAP_POINTER		0x34
#define PCI_CAP_ID_EXPRESS	0x10
#define PCI_CAP_ID_AF		0x13

enum tri host_flr_of_config(const uint8_t *config, size_t len)
{
	unsigned int at;

	if (len < 256)
		return TRI_UNKNOWN;
	if (!(config[PCI_STATUS] & PCI_STATUS_CAPS))
		return TRI_NO;
	at = config[PCI_CAP_POINTER] & 0xfcU;
	/* 48 capabilities fill the space; more is a loop. */
	for (int i = 0; i < 48 && at >= 0x40 && at <= 0xf8; i++) {
		if (config[at] == PCI_CAP_ID_EXPRESS)
			return config[at + 7] & 0x10 ? TRI_YES : TRI_NO;
		if (config[at] == PCI_CAP_ID_AF)
			return (config[at + 3] & 3) == 3 ? TRI_YES : TRI_NO;
		at = config[at + 1] & 0xfcU;
	}
	return TRI_NO;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = text; *s; s += strcspn(s, " ")) {
		s += strspn(s, " ");
		if (strcspn(s, " ") == n && !strncmp(s, word, n))
			return true;
	}
	return false;
}

/*
 * reset_method exists since Linux 5.15 and lists what works. An empty file
 * is the answer "none", a missing one is no answer.
 */
static void read_reset(const struct tree *t, const char *path, struct pci_fact *f)
{
	char line[256];
	int r = tree_line(t, path, line, sizeof(line));

	if (r == -ENOENT) {
		f->flr = host_flr_of_config(f->config, f->config_len);
		return;
	}
	if (r)
		return;
	str_fit(f->reset, sizeof(f->reset), line);
	f->flr = has_word(line, "flr") || has_word(line, "device_specific") ? TRI_YES : TRI_NO;
}

static void read_config(const struct tree *t, const char *path, struct pci_fact *f)
{
	int n = tree_read_bytes(t, path, f->config, sizeof(f->config));

	/* Half a dword is no register; the kernel gives 64 or 256 and more. */
	if (n > 0)
		f->config_len = (size_t)n & ~(size_t)3;
}

/* One line of `resource`: first, last, flags (include/linux/ioport.h; bit 8 is I/O). */
static const char *resource_line(const char *s, uint64_t v[3])
{
	for (int i = 0; i < 3; i++) {
		char *end;

		s += strspn(s, " ");
		if (!str_starts(s, "0x"))
			return NULL;
		v[i] = strtoull(s, &end, 16);
		s = end;
	}
	return *s == '\n' ? s + 1 : NULL;
}

static void read_bars(const struct tree *t, const char *path, struct pci_fact *f)
{
	uint64_t base[6] = { 0 }, size[6] = { 0 };
	_free_ char *text = NULL;
	const char *s;

	if (tree_read(t, path, 8192, &text, NULL))
		return;
	s = text;
	for (int i = 0; i < 6; i++) {
		uint64_t v[3];

		s = resource_line(s, v);
		if (!s || v[1] < v[0])
			return;
		base[i] = v[0];
		size[i] = v[1] ? v[1] - v[0] + 1 : 0;
	}
	memcpy(f->bar_base, base, sizeof(base));
	memcpy(f->bar_size, size, sizeof(size));
}

/* VT-d capability register, MGAW in bits 21:16, one less than the width (VT-d spec 11.4.2). */
static void read_width(const struct tree *t, const char *path, struct pci_fact *f)
{
	uint64_t cap;
	int width;

	if (!tree_number(t, path, 16, UINT64_MAX, &cap))
		return;
	width = (int)(cap >> 16 & 0x3f) + 1;
	/* Hardware has 39 to 57 bits; an all-zero or all-one register is none. */
	if (width >= 30 && width <= 57)
		f->iommu_width = width;
}

/* "DRIVER=i915": also there where links were followed when the tree was copied. */
static void driver_of_uevent(const struct tree *t, const char *path, struct pci_fact *f)
{
	_free_ char *text = NULL;
	const char *at;

	if (tree_read(t, path, 4096, &text, NULL))
		return;
	at = strstr(text, "DRIVER=");
	if (at && (at == text || at[-1] == '\n') &&
	    str_print(f->driver, sizeof(f->driver), "%.*s", (int)strcspn(at + 7, "\r\n"), at + 7))
		str_sanitize(f->driver);
}

/* The group that lists the device, where the device's own link is lost. */
static int group_by_lists(const struct tree *t, const char *bdf)
{
	_fd_ int fd = tree_open(t, "sys/kernel/iommu_groups", O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;
	uint64_t v;

	if (!d)
		return -1;
	fd = -1;
	while ((e = readdir(d))) {
		char path[96];
		struct stat st;

		if (str_u64(e->d_name, 10, INT32_MAX, &v) &&
		    str_print(path, sizeof(path), "%s/devices/%s", e->d_name, bdf) &&
		    !fstatat(dirfd(d), path, &st, AT_SYMLINK_NOFOLLOW))
			return (int)v;
	}
	return -1;
}

/* ".../drivers/i915", of which the record does not have the directory: the name is told all the same. */
static bool dangling(const struct tree *t, const char *path, const char *parent, char *buf, size_t size)
{
	_fd_ int link = tree_open(t, path, O_PATH | O_NOFOLLOW);
	char target[PATH_MAX], *slash;
	ssize_t n = link < 0 ? -1 : readlinkat(link, "", target, sizeof(target) - 1);
	size_t len = strlen(parent);

	if (n <= 0)
		return false;
	target[n] = '\0';
	slash = strrchr(target, '/');
	if (!slash || (size_t)(slash - target) < len || memcmp(slash - len, parent, len) ||
	    !str_copy(buf, size, slash + 1))
		return false;
	str_sanitize(buf);
	return true;
}

static bool is_link(const struct tree *t, const char *path)
{
	_fd_ int fd = tree_open(t, path, O_PATH | O_NOFOLLOW);
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && S_ISLNK(st.st_mode);
}

static void recorded_driver(const struct tree *t, const char *link, const char *uevent, struct pci_fact *f)
{
	if (tree_exists(t, "sys/bus/pci/drivers") != TRI_NO ||
	    !dangling(t, link, "drivers", f->driver, sizeof(f->driver)))
		driver_of_uevent(t, uevent, f);
}

static void read_links(const struct tree *t, const char *dir, const char *bdf, struct pci_fact *f)
{
	char path[128], uevent[128], link[32];
	uint64_t v;

	snprintf(path, sizeof(path), "%s/driver", dir);
	snprintf(uevent, sizeof(uevent), "%s/uevent", dir);
	if (tree_link(t, path, f->driver, sizeof(f->driver)))
		f->driver[0] = '\0';
	if (!t->live && !*f->driver)
		recorded_driver(t, path, uevent, f);
	snprintf(path, sizeof(path), "%s/iommu_group", dir);
	if (!tree_link(t, path, link, sizeof(link)) && str_u64(link, 10, INT32_MAX, &v))
		f->group = (int)v;
	else if (!t->live && tree_exists(t, "sys/kernel/iommu_groups") == TRI_NO &&
		 dangling(t, path, "iommu_groups", link, sizeof(link)) && str_u64(link, 10, INT32_MAX, &v))
		f->group = (int)v;
	else if (!t->live && !is_link(t, path))
		f->group = group_by_lists(t, bdf);
}

void host_dev_read(const struct tree *t, struct pci_fact *f)
{
	char dir[64], bdf[BDF_TEXT_MAX], path[128];
	uint64_t v;

	snprintf(dir, sizeof(dir), "sys/bus/pci/devices/%s", bdf_text(f->bdf, bdf));
#define IN_DIR(file) (snprintf(path, sizeof(path), "%s/%s", dir, file), path)
	read_links(t, dir, bdf, f);
	/* Config space is read by port I/O, a millisecond each: only where it is looked at. */
	if (f->class >> 16 != PCI_BASE_CLASS_DISPLAY)
		return;
	if (tree_number(t, IN_DIR("boot_vga"), 10, 1, &v))
		f->boot_vga = v ? TRI_YES : TRI_NO;
	if (tree_number(t, IN_DIR("sriov_numvfs"), 10, 0xffff, &v))
		f->numvfs = (int)v;
	read_config(t, IN_DIR("config"), f);
	read_bars(t, IN_DIR("resource"), f);
	read_reset(t, IN_DIR("reset_method"), f);
	read_width(t, IN_DIR("iommu/intel-iommu/cap"), f);
#undef IN_DIR
}
