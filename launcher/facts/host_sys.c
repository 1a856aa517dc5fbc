/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/host_sys.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "launcher/base/str.h"

#define PROC_MAX	(4u << 20)	/* cpuinfo of 500 CPUs has about 1 MiB */

void host_kernel_version(const char *release, int *major, int *minor)
{
	char *end;
	unsigned long a, b;

	*major = *minor = 0;
	if (!isdigit((unsigned char)*release))
		return;
	a = strtoul(release, &end, 10);
	if (*end != '.' || !isdigit((unsigned char)end[1]))
		return;
	b = strtoul(end + 1, NULL, 10);
	if (a > 999 || b > 999)
		return;
	*major = (int)a;
	*minor = (int)b;
}

/* igvm/uname is `uname -r` or `uname -a`: there the release is the third word. */
static void recorded_uname(const struct tree *t, struct host_facts *h)
{
	char line[512], *s = line;

	/* "Linux version 6.12.48+deb13-amd64 (build@host) ..." has it in the same place as uname -a. */
	if (tree_line(t, "igvm/uname", line, sizeof(line)) && tree_line(t, "proc/version", line, sizeof(line)))
		return;
	if (str_starts(line, "Linux "))
		for (int i = 0; i < 2 && *s; i++) {
			s += strcspn(s, " ");
			s += strspn(s, " ");
		}
	s[strcspn(s, " ")] = '\0';
	str_fit(h->kernel, sizeof(h->kernel), s);
}

static void read_kernel(const struct tree *t, struct host_facts *h)
{
	struct utsname u;

	if (!t->live)
		recorded_uname(t, h);
	else if (!uname(&u))
		str_fit(h->kernel, sizeof(h->kernel), u.release);
	host_kernel_version(h->kernel, &h->kernel_major, &h->kernel_minor);
}

/* The value behind "key<blanks>:" of the first line that has it; false: no such line. */
static bool colon_value(const char *text, const char *key, const char **value, size_t *len)
{
	size_t n = strlen(key);

	for (const char *s = text; s && *s; s = strchr(s, '\n'), s = s ? s + 1 : NULL) {
		const char *v;

		if (strncmp(s, key, n))
			continue;
		v = s + n + strspn(s + n, " \t");
		if (*v != ':')
			continue;
		v++;
		v += strspn(v, " \t");
		*value = v;
		*len = strcspn(v, "\n");
		return true;
	}
	return false;
}

static bool word_in(const char *s, size_t len, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= len; i++)
		if (!memcmp(s + i, word, n) && (!i || s[i - 1] == ' ') &&
		    (i + n == len || s[i + n] == ' '))
			return true;
	return false;
}

static void read_cpu(const struct tree *t, struct host_facts *h)
{
	_free_ char *text = NULL;
	const char *v;
	size_t n;

	if (tree_read(t, "proc/cpuinfo", PROC_MAX, &text, NULL))
		return;
	if (colon_value(text, "model name", &v, &n)) {
		snprintf(h->cpu, sizeof(h->cpu), "%.*s", n < 256 ? (int)n : 256, v);
		str_sanitize(h->cpu);
	}
	if (colon_value(text, "flags", &v, &n))
		h->cpu_virt = word_in(v, n, "vmx") || word_in(v, n, "svm") ? TRI_YES : TRI_NO;
}

/* "MemTotal:       32684524 kB", 1024-byte units whatever the letters say. */
static void read_memory(const struct tree *t, struct host_facts *h)
{
	_free_ char *text = NULL;
	char digits[24];
	const char *v;
	uint64_t kib;
	size_t n;

	if (tree_read(t, "proc/meminfo", 65536, &text, NULL) ||
	    !colon_value(text, "MemTotal", &v, &n))
		return;
	n = strspn(v, "0123456789");
	if (str_print(digits, sizeof(digits), "%.*s", n < 24 ? (int)n : 24, v) &&
	    str_u64(digits, 10, UINT64_MAX / 1024, &kib))
		h->ram_bytes = kib * 1024;
}

/*
 * Documentation/admin-guide/mm/hugetlbpage.rst: of the free ones some are promised already; overcommit is what the
 * kernel may still make. A kernel without this size has no such folder: none can be had.
 */
static void read_huge(const struct tree *t, const char *size, struct huge_fact *h)
{
	static const char *const files[] = { "free_hugepages", "resv_hugepages", "nr_overcommit_hugepages",
					     "surplus_hugepages" };
	uint64_t v[ARRAY_SIZE(files)];
	char path[96];

	snprintf(path, sizeof(path), "sys/kernel/mm/hugepages/hugepages-%s", size);
	if (tree_exists(t, "sys/kernel/mm") != TRI_YES)
		return;
	h->known = tree_exists(t, path) == TRI_NO;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		snprintf(path, sizeof(path), "sys/kernel/mm/hugepages/hugepages-%s/%s", size, files[i]);
		if (!tree_number(t, path, 10, UINT32_MAX, &v[i]))
			return;
	}
	h->known = true;
	h->pages = (v[0] > v[1] ? v[0] - v[1] : 0) + (v[2] > v[3] ? v[2] - v[3] : 0);
}

static void read_processors(const struct tree *t, struct host_facts *h)
{
	char text[4096];

	if (!tree_line(t, "sys/devices/system/cpu/online", text, sizeof(text)))
		(void)cpu_list_parse(text, &h->online);
}

/*
 * Each of these is on every PC with ACPI. Who is not root can make a copy of the directory, and none of the files: that
 * DMAR is not among them then says nothing.
 */
static bool has_tables(const struct tree *t)
{
	static const char *const names[] = { "FACP", "APIC", "DSDT", "MCFG", "DMAR", "IVRS" };
	char path[64];

	if (t->live)
		return tree_exists(t, "sys/firmware/acpi/tables") == TRI_YES;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "sys/firmware/acpi/tables/%s", names[i]);
		if (tree_exists(t, path) == TRI_YES)
			return true;
	}
	return false;
}

/* A host that mounts an EFI system partition was hardly started by a BIOS: its sys/firmware/efi was not recorded. */
static bool fstab_has_esp(const struct tree *t)
{
	_free_ char *text = NULL;

	if (tree_read(t, "etc/fstab", 65536, &text, NULL))
		return false;
	return strstr(text, " /boot/efi ") || strstr(text, "\t/boot/efi") || strstr(text, " /efi ") || strstr(text, "\t/efi");
}

static void read_tables(const struct tree *t, struct host_facts *h)
{
	enum tri empty = tree_is_dir_empty(t, "sys/kernel/iommu_groups");

	if (empty != TRI_UNKNOWN)
		h->iommu = empty == TRI_YES ? TRI_NO : TRI_YES;
	h->iommu_units = tree_exists(t, "sys/devices/virtual/iommu");
	if (h->iommu_units == TRI_NO)
		h->iommu_units = tree_exists(t, "sys/class/iommu");
	if (has_tables(t)) {
		enum tri intel = tree_exists(t, "sys/firmware/acpi/tables/DMAR");
		enum tri amd = tree_exists(t, "sys/firmware/acpi/tables/IVRS");

		h->dmar = intel == TRI_YES || amd == TRI_YES ? TRI_YES :
			  intel == TRI_NO && amd == TRI_NO ? TRI_NO : TRI_UNKNOWN;
	}
	if (tree_exists(t, "sys/firmware") == TRI_YES)
		h->efi = tree_exists(t, "sys/firmware/efi");
	if (h->efi == TRI_NO && !t->live && fstab_has_esp(t))
		h->efi = TRI_UNKNOWN;
}

/* modules.dep and modules.builtin have a path per line: kernel/drivers/vfio/pci/vfio-pci.ko.xz */
static enum tri module_file_has(const struct tree *t, const char *kernel, const char *file)
{
	_free_ char *text = NULL;
	char path[256];
	int r;

	if (!str_print(path, sizeof(path), "lib/modules/%s/%s", kernel, file))
		return TRI_UNKNOWN;
	r = tree_read(t, path, PROC_MAX, &text, NULL);
	if (r)
		return TRI_UNKNOWN;
	return strstr(text, "/vfio-pci.ko") ? TRI_YES : TRI_NO;
}

static void read_vfio_module(const struct tree *t, struct host_facts *h)
{
	enum tri loadable, builtin;

	if (tree_exists(t, "sys/bus/pci/drivers/vfio-pci") == TRI_YES) {
		h->vfio_module = TRI_YES;
		return;
	}
	if (!*h->kernel || strchr(h->kernel, '/'))
		return;
	loadable = module_file_has(t, h->kernel, "modules.dep");
	builtin = module_file_has(t, h->kernel, "modules.builtin");
	if (loadable == TRI_YES || builtin == TRI_YES)
		h->vfio_module = TRI_YES;
	else if (loadable == TRI_NO)
		h->vfio_module = TRI_NO;
}

/* Who we are, and what we may: facts of this process, so only of a live tree. */
static void read_process(const struct tree *t, struct host_facts *h)
{
	struct rlimit lim;
	uint64_t uid;

	if (!t->live) {
		h->root = tree_number(t, "igvm/uid", 10, UINT32_MAX, &uid) && !uid;
		return;
	}
	h->root = !geteuid();
	if (!getrlimit(RLIMIT_MEMLOCK, &lim))
		h->memlock_bytes = lim.rlim_max == RLIM_INFINITY ? UINT64_MAX : lim.rlim_max;
}

static void read_kvm(const struct tree *t, struct host_facts *h)
{
	_fd_ int fd = -1;

	if (!t->live)
		return;
	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	h->kvm = fd >= 0 ? TRI_YES : TRI_NO;
}

static void read_cmdline(const struct tree *t, struct host_facts *h)
{
	if (tree_line(t, "proc/cmdline", h->cmdline, sizeof(h->cmdline)))
		h->cmdline[0] = '\0';
}

/* Where distributions put it; a tree without any of these folders was not recorded so far. */
static void read_swtpm(const struct tree *t, struct host_facts *h)
{
	static const char *const dirs[] = { "usr/bin", "usr/local/bin", "run/current-system/sw/bin" };
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		if (tree_exists(t, dirs[i]) != TRI_YES)
			continue;
		snprintf(path, sizeof(path), "%s/swtpm", dirs[i]);
		if (tree_exists(t, path) == TRI_YES) {
			h->swtpm = TRI_YES;
			return;
		}
		h->swtpm = TRI_NO;
	}
}

/*
 * Debian 13 and Fedora, Arch, Debian 12 (where it is of QEMU 7.2, in C), others. Both kinds know -o source=, and --fd=.
 */
static void read_virtiofsd(const struct tree *t, struct host_facts *h)
{
	static const char *const places[] = { "usr/libexec/virtiofsd", "usr/lib/virtiofsd", "usr/lib/qemu/virtiofsd",
					      "usr/bin/virtiofsd", "usr/local/bin/virtiofsd" };

	for (size_t i = 0; i < ARRAY_SIZE(places) && !*h->virtiofsd; i++)
		if (tree_exists(t, places[i]) == TRI_YES)
			snprintf(h->virtiofsd, sizeof(h->virtiofsd), "/%s", places[i]);
}

void host_sys_read(const struct tree *t, struct host_facts *h)
{
	read_process(t, h);
	read_kernel(t, h);
	read_cmdline(t, h);
	read_cpu(t, h);
	read_memory(t, h);
	read_huge(t, "2048kB", &h->huge_2m);
	read_huge(t, "1048576kB", &h->huge_1g);
	read_processors(t, h);
	read_tables(t, h);
	read_vfio_module(t, h);
	read_kvm(t, h);
	read_swtpm(t, h);
	read_virtiofsd(t, h);
}

static bool is_firmware_fb(const char *name)
{
	static const char *const names[] = {
		"efifb", "vesafb", "simplefb", "simple-framebuffer", "simpledrm", "efidrm",
		"vesadrm", "BOOTFB", "bootfb",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (str_starts(name, names[i]))
			return true;
	return false;
}

bool host_iomem_line(const char *line, uint64_t *first, uint64_t *last, const char **name)
{
	char *end;

	line += strspn(line, " ");
	if (!isxdigit((unsigned char)*line))
		return false;
	*first = strtoull(line, &end, 16);
	if (*end != '-' || !isxdigit((unsigned char)end[1]))
		return false;
	*last = strtoull(end + 1, &end, 16);
	*name = str_starts(end, " : ");
	return *name && *last >= *first;
}

void host_fb_holder(const char *iomem, uint64_t base, uint64_t size, char *name, size_t n)
{
	name[0] = '\0';
	if (!base || !size)
		return;
	for (const char *s = iomem; s && *s; s = strchr(s, '\n'), s = s ? s + 1 : NULL) {
		uint64_t first, last;
		const char *who;

		if (!host_iomem_line(s, &first, &last, &who) || !is_firmware_fb(who))
			continue;
		if (first < base || first - base >= size || last - base >= size)
			continue;
		snprintf(name, n, "%.*s", (int)strcspn(who, "\n"), who);
		str_sanitize(name);
		return;
	}
}
