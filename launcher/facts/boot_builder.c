/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What builds the initramfs, which programs are there, which kernel will boot. */
#include "launcher/base/memory.h"
#include "launcher/facts/boot_loader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/str.h"

static const struct {
	const char *name;
	enum boot_tool tool;
} tools[] = {
	{ "update-grub", BOOT_TOOL_UPDATE_GRUB }, { "grub-mkconfig", BOOT_TOOL_GRUB_MKCONFIG },
	{ "grub2-mkconfig", BOOT_TOOL_GRUB2_MKCONFIG }, { "grubby", BOOT_TOOL_GRUBBY },
	{ "update-initramfs", BOOT_TOOL_UPDATE_INITRAMFS }, { "mkinitcpio", BOOT_TOOL_MKINITCPIO },
	{ "dracut", BOOT_TOOL_DRACUT }, { "booster", BOOT_TOOL_BOOSTER },
	{ "kernel-install", BOOT_TOOL_KERNEL_INSTALL }, { "proxmox-boot-tool", BOOT_TOOL_PROXMOX },
	{ "limine-mkinitcpio", BOOT_TOOL_LIMINE_MKINITCPIO }, { "limine-update", BOOT_TOOL_LIMINE_UPDATE },
	{ "bootctl", BOOT_TOOL_BOOTCTL },
};

const char *boot_tool_name(enum boot_tool t)
{
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
		if (tools[i].tool == t)
			return tools[i].name;
	return "unknown";
}

static const char *const builder_names[BOOT_BUILDERS] = {
	[BOOT_BUILDER_UNKNOWN] = "unknown", [BOOT_BUILDER_MKINITCPIO] = "mkinitcpio",
	[BOOT_BUILDER_DRACUT] = "dracut", [BOOT_BUILDER_INITRAMFS_TOOLS] = "initramfs-tools",
	[BOOT_BUILDER_BOOSTER] = "booster",
};

const char *boot_builder_name(enum boot_builder l)
{
	return l < BOOT_BUILDERS ? builder_names[l] : "unknown";
}

static bool has_program(const struct tree *t, const char *name)
{
	static const char *const dirs[] = { "usr/sbin", "usr/bin", "sbin", "bin", "usr/local/sbin" };
	char path[128];

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (str_print(path, sizeof(path), "%s/%s", dirs[i], name) &&
		    tree_exists(t, path) == TRI_YES)
			return true;
	return false;
}

/*
 * A recorded machine has no programs: what they leave in /etc and /boot stands for
 * them. The plan is only shown there; commands run where programs are.
 */
static const struct {
	const char *path;
	enum boot_tool tool;
} leavings[] = {
	{ "etc/initramfs-tools/initramfs.conf", BOOT_TOOL_UPDATE_INITRAMFS },
	{ "etc/mkinitcpio.conf", BOOT_TOOL_MKINITCPIO },
	{ "etc/dracut.conf", BOOT_TOOL_DRACUT }, { "etc/dracut.conf.d", BOOT_TOOL_DRACUT },
	{ "etc/booster.yaml", BOOT_TOOL_BOOSTER },
	{ "etc/kernel/proxmox-boot-uuids", BOOT_TOOL_PROXMOX },
	{ "boot/grub/grub.cfg", BOOT_TOOL_GRUB_MKCONFIG },
	{ "boot/grub2/grub.cfg", BOOT_TOOL_GRUB2_MKCONFIG },
	{ "etc/kernel/install.conf", BOOT_TOOL_KERNEL_INSTALL },
	{ "boot/loader/entries", BOOT_TOOL_KERNEL_INSTALL },
	{ "efi/loader/entries", BOOT_TOOL_KERNEL_INSTALL },
};

static void find_leavings(const struct tree *t, struct loader_facts *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(leavings); i++)
		if (tree_exists(t, leavings[i].path) == TRI_YES)
			b->tools |= leavings[i].tool;
	/* Debian's and Ubuntu's name for grub-mkconfig -o. */
	if (b->tools & BOOT_TOOL_GRUB_MKCONFIG && b->tools & BOOT_TOOL_UPDATE_INITRAMFS)
		b->tools |= BOOT_TOOL_UPDATE_GRUB;
}

static void find_tools(const struct tree *t, struct loader_facts *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(tools); i++)
		if (has_program(t, tools[i].name))
			b->tools |= tools[i].tool;
	if (!t->live && !b->tools && tree_exists(t, "usr/sbin") != TRI_YES &&
	    tree_exists(t, "sbin") != TRI_YES)
		find_leavings(t, b);
}

/* --- the kernel that boots next ---------------------------------------------------------- */

/* A release whose modules are there: an emptied directory of a removed kernel has no modules.dep. */
static bool is_kernel(const struct tree *t, const char *release)
{
	char path[160];

	return *release != '.' && strlen(release) < 80 &&
	       str_print(path, sizeof(path), "lib/modules/%s/modules.dep", release) &&
	       tree_exists(t, path) == TRI_YES;
}

static void find_kernel(const struct tree *t, const char *release, struct loader_facts *b)
{
	_fd_ int fd = tree_open(t, "lib/modules", O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;

	str_fit(b->next_kernel, sizeof(b->next_kernel), release);
	if (!d)
		return;
	fd = -1;
	while ((e = readdir(d)))
		if (is_kernel(t, e->d_name) && strverscmp(e->d_name, b->next_kernel) > 0)
			str_fit(b->next_kernel, sizeof(b->next_kernel), e->d_name);
	if (*release && strcmp(b->next_kernel, release))
		boot_how(b, "kernel %s is installed and newer than the running %s", b->next_kernel, release);
}

static void find_image(const struct tree *t, struct loader_facts *b)
{
	char path[160];

	if (!*b->next_kernel)
		return;
	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/%s%s%s", i ? "boot/vmlinuz-" : "lib/modules/", b->next_kernel,
			 i ? "" : "/vmlinuz");
		if (tree_exists(t, path + 1) != TRI_YES)
			continue;
		str_fit(b->next_image, sizeof(b->next_image), path);
		return;
	}
}

/* --- the builder -------------------------------------------------------------------------- */

/* mkinitcpio is asked for images by its presets: without one it built none of those that boot. */
static void read_presets(const struct tree *t, struct loader_facts *b)
{
	_fd_ int fd = tree_open(t, "etc/mkinitcpio.d", O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;

	if (!d)
		return;
	fd = -1;
	while ((e = readdir(d))) {
		_free_ char *text = NULL;
		char path[320];

		if (!strstr(e->d_name, ".preset") ||
		    !str_print(path, sizeof(path), "etc/mkinitcpio.d/%s", e->d_name) ||
		    tree_read(t, path, 65536, &text, NULL))
			continue;
		for (const char *s = text; s && *s; s = strchr(s, '\n'), s = s ? s + 1 : NULL) {
			size_t n = strcspn(s, "=\n");

			if (*s == '#' || s[n] != '=')
				continue;
			b->preset_uki |= n > 4 && !memcmp(s + n - 4, "_uki", 4);
			b->preset_config |= n > 7 && !memcmp(s + n - 7, "_config", 7);
		}
	}
}

static const struct {
	enum boot_builder builder;
	enum boot_tool tool;
	const char *config;	/* a file or folder that comes with it */
} builders[] = {
	{ BOOT_BUILDER_INITRAMFS_TOOLS, BOOT_TOOL_UPDATE_INITRAMFS, "etc/initramfs-tools/initramfs.conf" },
	{ BOOT_BUILDER_MKINITCPIO, BOOT_TOOL_MKINITCPIO, "etc/mkinitcpio.conf" },
	{ BOOT_BUILDER_BOOSTER, BOOT_TOOL_BOOSTER, "etc/booster.yaml" },
	{ BOOT_BUILDER_DRACUT, BOOT_TOOL_DRACUT, NULL },
};

/*
 * Which image boots is told by its name: initrd.img-R is Debian's, booster-linux.img Booster's,
 * initramfs-linux.img mkinitcpio's, initramfs-R.img dracut's.
 */
static enum boot_builder by_image(const struct tree *t, struct loader_facts *b)
{
	char line[4096], path[160];

	if (!tree_line(t, "proc/cmdline", line, sizeof(line)) && strstr(line, "booster")) {
		boot_how(b, "the running command line names an image of booster");
		return BOOT_BUILDER_BOOSTER;
	}
	if (b->tools & BOOT_TOOL_DRACUT &&
	    str_print(path, sizeof(path), "boot/initramfs-%s.img", b->next_kernel) &&
	    tree_exists(t, path) == TRI_YES) {
		boot_how(b, "/%s has the name dracut gives", path);
		return BOOT_BUILDER_DRACUT;
	}
	return BOOT_BUILDER_UNKNOWN;
}

static void find_builder(const struct tree *t, struct loader_facts *b)
{
	char list[200] = "";
	size_t n = 0;

	b->builder = by_image(t, b);
	if (b->builder)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(builders); i++) {
		/* Debian's dracut brings an update-initramfs of its own, and no initramfs.conf. */
		if (!(b->tools & builders[i].tool) ||
		    (builders[i].config && tree_exists(t, builders[i].config) != TRI_YES))
			continue;
		snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s%s", n ? ", " : "",
			 builder_names[builders[i].builder]);
		if (!n++)
			b->builder = builders[i].builder;
		if (n == 1 && builders[i].builder == BOOT_BUILDER_INITRAMFS_TOOLS)
			break;	/* the package owns the hooks of kernel updates; dracut-core may lie beside it */
	}
	if (n == 1)
		boot_how(b, "%s builds the initramfs: its program and configuration are there", list);
	if (n == 1)
		return;
	b->builder = BOOT_BUILDER_UNKNOWN;
	if (n)
		snprintf(b->builder_why, sizeof(b->builder_why),
			 "several builders of initramfs images are installed: %s", list);
	else
		str_fit(b->builder_why, sizeof(b->builder_why),
			"no initramfs-tools, mkinitcpio or dracut was found");
}

/* Words of the last HOOKS= are enough here: one word decides between two kinds of image. */
static void read_hooks(const struct tree *t, struct loader_facts *b)
{
	_free_ char *text = NULL;

	if (tree_read(t, "etc/mkinitcpio.conf", 1u << 20, &text, NULL))
		return;
	for (const char *s = text; s && *s; s = strchr(s, '\n'), s = s ? s + 1 : NULL)
		if (str_starts(s, "HOOKS="))
			b->systemd_initramfs = memmem(s, strcspn(s, ")\n"), "systemd", 7) != NULL;
}

void boot_builder_read(const struct tree *t, const char *release, struct loader_facts *b)
{
	find_tools(t, b);
	find_kernel(t, release, b);
	find_image(t, b);
	find_builder(t, b);
	if (b->builder == BOOT_BUILDER_MKINITCPIO) {
		read_presets(t, b);
		read_hooks(t, b);
	}
}
