/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. Three witnesses are heard in turn, and the first that
 * speaks decides: the EFI variables that a loader or a stub leaves behind
 * (systemd's Boot Loader Interface; GRUB 2.12, rEFInd and Limine write them
 * too), BOOT_IMAGE= on the running command line (GRUB's linux command puts it
 * there), and at last the files of the loaders - these only when exactly one
 * loader has any, for a disk keeps what was installed years ago.
 *
 * Which file holds the words of the next boot's command line follows from the
 * loader, in a table for GRUB's relatives and a few questions for the others.
 */
#include "launcher/facts/boot_loader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"

#define BLI_GUID	"4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define EFIVARS		"sys/firmware/efi/efivars/"
#define TEXT_MAX	(4u << 20)	/* grub.cfg of a host with many snapshots has some MiB */

static const char *const loader_names[BOOT_LOADERS] = {
	[BOOT_LOADER_UNKNOWN] = "unknown", [BOOT_LOADER_GRUB] = "GRUB",
	[BOOT_LOADER_SYSTEMD] = "systemd-boot", [BOOT_LOADER_UKI] = "unified kernel image",
	[BOOT_LOADER_LIMINE] = "Limine", [BOOT_LOADER_REFIND] = "rEFInd", [BOOT_LOADER_NIXOS] = "NixOS",
};

const char *boot_loader_name(enum boot_loader l)
{
	return l < BOOT_LOADERS ? loader_names[l] : "unknown";
}

void boot_how(struct loader_facts *b, const char *fmt, ...)
{
	va_list ap;

	if (b->n_how == BOOT_HOW_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(b->how[b->n_how], sizeof(b->how[0]), fmt, ap);
	va_end(ap);
	str_sanitize(b->how[b->n_how++]);
}

/* --- os-release ------------------------------------------------------------------- */

/* KEY=value or KEY="value" of os-release(5). */
static void os_value(const char *text, const char *key, char *buf, size_t size)
{
	size_t n = strlen(key);

	for (const char *s = text; s && *s; s = strchr(s, '\n'), s = s ? s + 1 : NULL) {
		size_t len;

		if (strncmp(s, key, n) || s[n] != '=')
			continue;
		s += n + 1;
		len = strcspn(s, "\n");
		if (len && (*s == '"' || *s == '\'')) {
			s++;
			len = strcspn(s, "\"'\n");
		}
		snprintf(buf, size, "%.*s", len < 128 ? (int)len : 128, s);
		str_sanitize(buf);
		return;
	}
}

static void read_os(const struct tree *t, struct loader_facts *b)
{
	_free_ char *text = NULL;

	if (tree_read(t, "etc/os-release", 65536, &text, NULL) &&
	    tree_read(t, "usr/lib/os-release", 65536, &text, NULL))
		return;
	os_value(text, "ID", b->os_id, sizeof(b->os_id));
	os_value(text, "ID_LIKE", b->os_like, sizeof(b->os_like));
	os_value(text, "PRETTY_NAME", b->os_name, sizeof(b->os_name));
}

/* "suse" also finds "opensuse-tumbleweed" in ID_LIKE="opensuse suse". */
bool boot_is_like(const struct loader_facts *b, const char *id)
{
	size_t n = strlen(id);

	if (!strcmp(b->os_id, id))
		return true;
	for (const char *s = b->os_like; *s; s += strcspn(s, " "), s += strspn(s, " "))
		if (strcspn(s, " ") == n && !memcmp(s, id, n))
			return true;
	return false;
}

/* --- what booted ------------------------------------------------------------------ */

/* An EFI variable's text: four bytes of attributes, then UTF-16LE; other than ASCII becomes '?'. */
static bool efi_text(const struct tree *t, const char *name, char *buf, size_t size)
{
	uint8_t raw[516];
	char path[128];
	size_t n = 0;
	int got;

	buf[0] = '\0';
	if (!str_print(path, sizeof(path), EFIVARS "%s-" BLI_GUID, name))
		return false;
	got = tree_read_bytes(t, path, raw, sizeof(raw));
	for (size_t i = 4; got > 0 && i + 2 <= (size_t)got && n + 1 < size; i += 2) {
		if (!raw[i] && !raw[i + 1])
			break;
		buf[n++] = raw[i + 1] || raw[i] < ' ' || raw[i] > '~' ? '?' : (char)raw[i];
	}
	buf[n] = '\0';
	return n;
}

static enum boot_loader by_stub(const struct tree *t, struct loader_facts *b)
{
	char text[128];

	if (!efi_text(t, "StubInfo", text, sizeof(text)))
		return BOOT_LOADER_UNKNOWN;
	boot_how(b, "EFI variable StubInfo says \"%s\": the kernel came as a unified image", text);
	return BOOT_LOADER_UKI;
}

static enum boot_loader by_info(const struct tree *t, struct loader_facts *b)
{
	static const struct {
		const char *prefix;
		enum boot_loader loader;
	} rows[] = {
		{ "systemd-boot", BOOT_LOADER_SYSTEMD }, { "GRUB", BOOT_LOADER_GRUB },
		{ "Limine", BOOT_LOADER_LIMINE }, { "rEFInd", BOOT_LOADER_REFIND },
	};
	char text[128];

	if (!efi_text(t, "LoaderInfo", text, sizeof(text)))
		return BOOT_LOADER_UNKNOWN;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (!str_starts(text, rows[i].prefix))
			continue;
		boot_how(b, "EFI variable LoaderInfo says \"%s\"", text);
		return rows[i].loader;
	}
	boot_how(b, "EFI variable LoaderInfo says \"%s\", which igvm does not know", text);
	return BOOT_LOADER_UNKNOWN;
}

static const char *const grub_cfgs[] = {
	"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg", "/boot/efi/EFI/fedora/grub.cfg",
};
static const char *const limine_confs[] = {
	"/boot/limine.conf", "/boot/limine/limine.conf", "/boot/EFI/limine/limine.conf",
	"/boot/EFI/BOOT/limine.conf", "/efi/limine.conf", "/efi/limine/limine.conf",
	"/efi/EFI/limine/limine.conf", "/efi/EFI/BOOT/limine.conf", "/boot/efi/limine.conf",
	"/boot/efi/EFI/limine/limine.conf", "/boot/efi/EFI/BOOT/limine.conf", "/limine.conf",
	"/limine/limine.conf",
};
static const char *const refind_confs[] = {
	"/boot/refind_linux.conf", "/boot/EFI/refind/refind.conf", "/efi/EFI/refind/refind.conf",
	"/boot/efi/EFI/refind/refind.conf",
};
static const char *const entry_dirs[] = {
	"/boot/loader/entries", "/efi/loader/entries", "/boot/efi/loader/entries",
};
static const char *const sd_binaries[] = {
	"/boot/EFI/systemd/systemd-bootx64.efi", "/efi/EFI/systemd/systemd-bootx64.efi",
	"/boot/efi/EFI/systemd/systemd-bootx64.efi", "/boot/loader/loader.conf", "/efi/loader/loader.conf",
	"/boot/efi/loader/loader.conf",
};

/* First of @paths that exists, NULL: none. Paths are absolute; the tree wants them relative. */
static const char *first_of(const struct tree *t, const char *const *paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tree_exists(t, paths[i] + 1) == TRI_YES)
			return paths[i];
	return NULL;
}

static enum boot_loader by_cmdline(const struct tree *t, struct loader_facts *b)
{
	char line[4096];
	const char *s;

	if (tree_line(t, "proc/cmdline", line, sizeof(line)))
		return BOOT_LOADER_UNKNOWN;
	s = str_starts(line, "BOOT_IMAGE=") ? line : strstr(line, " BOOT_IMAGE=");
	if (!s || !first_of(t, grub_cfgs, ARRAY_SIZE(grub_cfgs)))
		return BOOT_LOADER_UNKNOWN;
	boot_how(b, "the running command line has BOOT_IMAGE=, which GRUB puts there");
	return BOOT_LOADER_GRUB;
}

struct loader_files {
	enum boot_loader loader;
	const char *const *paths;
	size_t n;
};

#define FILES(loader, paths)	{ loader, paths, ARRAY_SIZE(paths) }

static const struct loader_files loader_files[] = {
	FILES(BOOT_LOADER_GRUB, grub_cfgs), FILES(BOOT_LOADER_SYSTEMD, sd_binaries),
	FILES(BOOT_LOADER_LIMINE, limine_confs), FILES(BOOT_LOADER_REFIND, refind_confs),
};

/* Adds "NAME (PATH)" to a list that a person will read. */
static void list_add(char *list, size_t size, const char *name, const char *path)
{
	size_t n = strlen(list);

	snprintf(list + n, size - n, "%s%s (%s)", n ? ", " : "", name, path);
}

static enum boot_loader by_files(const struct tree *t, struct loader_facts *b)
{
	enum boot_loader found = BOOT_LOADER_UNKNOWN;
	char list[224] = "";
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(loader_files); i++) {
		const char *path = first_of(t, loader_files[i].paths, loader_files[i].n);

		if (!path)
			continue;
		found = loader_files[i].loader;
		list_add(list, sizeof(list), loader_names[found], path);
		n++;
	}
	if (n == 1) {
		boot_how(b, "the files of one boot loader alone are there: %s", list);
		return found;
	}
	if (n)
		snprintf(b->loader_why, sizeof(b->loader_why),
			 "several boot loaders are installed and nothing tells which one booted: %s", list);
	else
		str_fit(b->loader_why, sizeof(b->loader_why),
			"no configuration of a boot loader igvm knows was found below /boot and /efi");
	return BOOT_LOADER_UNKNOWN;
}

static void find_loader(const struct tree *t, struct loader_facts *b)
{
	if (!strcmp(b->os_id, "nixos")) {
		boot_how(b, "os-release says NixOS: its configuration makes every file of the boot");
		b->loader = BOOT_LOADER_NIXOS;
		return;
	}
	b->loader = by_stub(t, b);
	if (!b->loader)
		b->loader = by_info(t, b);
	if (!b->loader)
		b->loader = by_cmdline(t, b);
	if (!b->loader)
		b->loader = by_files(t, b);
}

/* --- boot entries (Boot Loader Specification, type 1) -------------------------------- */

static bool is_rescue(const char *name)
{
	return strstr(name, "-0-rescue") || strstr(name, "fallback") || strstr(name, "igvm-before");
}

static void add_entry(struct loader_facts *b, const char *dir, const char *name)
{
	size_t n = strlen(name);

	if (n < 6 || strcmp(name + n - 5, ".conf") || is_rescue(name) || b->n_entries == BOOT_ENTRIES_MAX)
		return;
	if (str_print(b->entry[b->n_entries], sizeof(b->entry[0]), "%s/%s", dir, name))
		b->n_entries++;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

void boot_entries(const struct tree *t, struct loader_facts *b)
{
	const char *dir = first_of(t, entry_dirs, ARRAY_SIZE(entry_dirs));
	_fd_ int fd = dir ? tree_open(t, dir + 1, O_RDONLY | O_DIRECTORY) : -1;
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;

	b->n_entries = 0;
	if (!d)
		return;
	fd = -1;
	while ((e = readdir(d)))
		add_entry(b, dir, e->d_name);
	qsort(b->entry, b->n_entries, sizeof(b->entry[0]), by_name);
}

/* systemd-boot says which entry it took; then that one alone is ours to change. */
static void only_selected(const struct tree *t, struct loader_facts *b)
{
	char id[256];

	if (!efi_text(t, "LoaderEntrySelected", id, sizeof(id)))
		return;
	for (size_t i = 0; i < b->n_entries; i++) {
		const char *name = strrchr(b->entry[i], '/') + 1;
		size_t n = strlen(name) - 5;

		if (strcmp(name, id) && (strlen(id) != n || memcmp(name, id, n)))
			continue;
		memmove(b->entry[0], b->entry[i], sizeof(b->entry[0]));
		b->n_entries = 1;
		boot_how(b, "EFI variable LoaderEntrySelected names %s", id);
		return;
	}
}

/* kernel-install calls its entries TOKEN-RELEASE.conf, TOKEN-RELEASE+TRIES.conf. */
static bool is_generated(const struct loader_facts *b, const char *release)
{
	for (size_t i = 0; *release && i < b->n_entries; i++) {
		const char *name = strrchr(b->entry[i], '/') + 1, *at = strstr(name, release);

		if (at && at > name && at[-1] == '-')
			return true;
	}
	return false;
}

/* --- where the command line is written ------------------------------------------------ */

static bool text_has(const struct tree *t, const char *path, const char *what)
{
	_free_ char *text = NULL;

	return !tree_read(t, path, TEXT_MAX, &text, NULL) && strstr(text, what);
}

/* Whether grub-mkconfig reads drop-ins is a patch of the distribution: its script says. */
static bool reads_dropins(const struct tree *t)
{
	return text_has(t, "usr/sbin/grub-mkconfig", "default/grub.d") ||
	       text_has(t, "usr/bin/grub-mkconfig", "default/grub.d") ||
	       text_has(t, "usr/sbin/grub2-mkconfig", "default/grub.d");
}

static void source_grub(const struct tree *t, struct loader_facts *b)
{
	const char *cfg = first_of(t, grub_cfgs, ARRAY_SIZE(grub_cfgs));

	if (cfg)
		str_fit(b->config, sizeof(b->config), cfg);
	if (cfg && text_has(t, cfg + 1, "\nblscfg") && b->n_entries) {
		b->source = BOOT_SOURCE_BLS;
		boot_how(b, "%s reads the boot entries (blscfg)", cfg);
	} else if (reads_dropins(t)) {
		b->source = BOOT_SOURCE_GRUB_DROPIN;
	} else if (tree_is_file(t, "etc/default/grub")) {
		b->source = BOOT_SOURCE_GRUB_DEFAULT;
	}
}

static void source_systemd(const struct tree *t, struct loader_facts *b, const char *release)
{
	only_selected(t, b);
	if (b->proxmox) {
		b->source = BOOT_SOURCE_KERNEL_CMDLINE;
		return;
	}
	b->kernel_install = is_generated(b, release);
	if (!b->kernel_install && b->n_entries)
		b->source = BOOT_SOURCE_BLS;
	else if (tree_is_file(t, "etc/kernel/cmdline"))
		b->source = BOOT_SOURCE_KERNEL_CMDLINE;
	else if (b->n_entries)
		b->source = BOOT_SOURCE_BLS, b->entries_generated = true;
}

static void source_uki(const struct tree *t, struct loader_facts *b)
{
	if (b->builder == BOOT_BUILDER_DRACUT && !tree_is_file(t, "etc/kernel/cmdline")) {
		b->source = BOOT_SOURCE_DRACUT;
	} else if (b->builder == BOOT_BUILDER_MKINITCPIO &&
		   tree_is_dir_empty(t, "etc/cmdline.d") == TRI_NO) {
		b->source = BOOT_SOURCE_CMDLINE_D;
	} else if (tree_is_file(t, "etc/kernel/cmdline")) {
		b->source = BOOT_SOURCE_KERNEL_CMDLINE;
		b->kernel_install = b->builder != BOOT_BUILDER_MKINITCPIO || !b->preset_uki;
	}
}

static void source_limine(const struct tree *t, struct loader_facts *b)
{
	const char *conf = first_of(t, limine_confs, ARRAY_SIZE(limine_confs));

	if (conf)
		str_fit(b->config, sizeof(b->config), conf);
	if (tree_is_file(t, "etc/default/limine") &&
	    b->tools & (BOOT_TOOL_LIMINE_MKINITCPIO | BOOT_TOOL_LIMINE_UPDATE))
		b->source = BOOT_SOURCE_LIMINE_DEFAULT;
	else if (conf)
		b->source = BOOT_SOURCE_LIMINE_CONF;
}

static void find_source(const struct tree *t, const char *release, struct loader_facts *b)
{
	b->proxmox = b->tools & BOOT_TOOL_PROXMOX &&
		     tree_is_file(t, "etc/kernel/proxmox-boot-uuids");
	if (b->proxmox)
		boot_how(b, "/etc/kernel/proxmox-boot-uuids names ESPs that proxmox-boot-tool fills");
	boot_entries(t, b);
	if (b->loader == BOOT_LOADER_GRUB)
		source_grub(t, b);
	else if (b->loader == BOOT_LOADER_SYSTEMD)
		source_systemd(t, b, release);
	else if (b->loader == BOOT_LOADER_UKI)
		source_uki(t, b);
	else if (b->loader == BOOT_LOADER_LIMINE)
		source_limine(t, b);
	if (b->source != BOOT_SOURCE_BLS)
		b->n_entries = 0;
}

void loader_read(const struct tree *t, const char *release, struct loader_facts *b)
{
	memset(b, 0, sizeof(*b));
	read_os(t, b);
	boot_builder_read(t, release, b);
	find_loader(t, b);
	find_source(t, release, b);
}
