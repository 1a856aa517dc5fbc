/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a word of the kernel command line was written, and what makes a change of it count. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"
#include "launcher/facts/boot.h"
#include "launcher/facts/boot_loader.h"

#define CONF_MAX	(1u << 20)
#define ENTRIES_MAX	256

/* A shell's file has the word in quotes; a longer word that begins with it is another one. */
static bool is_word(const char *at, size_t n, const char *line)
{
	return (at == line || strchr(" \t\"'(=", at[-1])) && (!at[n] || strchr(" \t\r\n\"')", at[n]));
}

static bool look(const struct tree *t, const char *path, const char *word, char *where, size_t size)
{
	_free_ char *text = NULL;
	unsigned int number = 1;
	size_t n = strlen(word);

	if (!n || tree_read(t, path, CONF_MAX, &text, NULL))
		return false;
	for (char *s = text, *end; s; s = end ? end + 1 : NULL, number++) {
		end = strchr(s, '\n');
		if (end)
			*end = '\0';
		if (s[strspn(s, " \t")] == '#')
			continue;
		for (const char *at = strstr(s, word); at; at = strstr(at + 1, word))
			if (is_word(at, n, s)) {
				snprintf(where, size, "/%.200s:%u", path, number);
				str_sanitize(where);
				return true;
			}
	}
	return false;
}

static bool look_dir(const struct tree *t, const char *dir, const char *word, char *where, size_t size)
{
	_fd_ int fd = tree_open(t, dir, O_RDONLY | O_DIRECTORY);
	_dir_ DIR *d = memory_dir(fd);
	struct dirent *e;
	char path[320];

	if (!d)
		return false;
	fd = -1;
	for (int i = 0; i < ENTRIES_MAX && (e = readdir(d)); i++)
		if (*e->d_name != '.' && str_print(path, sizeof(path), "%s/%s", dir, e->d_name) &&
		    look(t, path, word, where, size))
			return true;
	return false;
}

/* What people write comes before what is made of it. */
bool boot_word_where(const struct tree *t, const char *word, char *where, size_t size)
{
	static const char *const files[] = {
		"etc/default/grub", "etc/kernel/cmdline", "etc/default/limine", "boot/refind_linux.conf",
		"boot/limine.conf", "boot/limine/limine.conf", "boot/efi/limine.conf", "efi/limine.conf",
	};
	static const char *const dirs[] = {
		"etc/default/grub.d", "etc/cmdline.d", "etc/dracut.conf.d", "boot/loader/entries",
		"efi/loader/entries", "boot/efi/loader/entries",
	};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (look(t, files[i], word, where, size))
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (look_dir(t, dirs[i], word, where, size))
			return true;
	if (size)
		*where = '\0';
	return false;
}

/* --- commands for people ----------------------------------------------------------------------- */

static const char *rebuild_of(const struct loader_facts *l)
{
	static const char *const by_builder[BOOT_BUILDERS] = {
		[BOOT_BUILDER_INITRAMFS_TOOLS] = "sudo update-initramfs -u -k all",
		[BOOT_BUILDER_MKINITCPIO] = "sudo mkinitcpio -P",
		[BOOT_BUILDER_DRACUT] = "sudo dracut --force --regenerate-all",
		[BOOT_BUILDER_BOOSTER] = "sudo /usr/lib/booster/regenerate_images",
	};

	if (l->loader == BOOT_LOADER_NIXOS)
		return "sudo nixos-rebuild boot";
	if (l->loader == BOOT_LOADER_LIMINE && l->tools & BOOT_TOOL_LIMINE_MKINITCPIO)
		return "sudo limine-mkinitcpio";
	return by_builder[l->builder] ? by_builder[l->builder] : "";
}

static void find_remake(const struct loader_facts *l, char *command, size_t size)
{
	if (l->proxmox)
		str_fit(command, size, "sudo proxmox-boot-tool refresh");
	else if (l->loader == BOOT_LOADER_NIXOS || l->loader == BOOT_LOADER_UKI)
		str_fit(command, size, rebuild_of(l));
	else if (l->loader == BOOT_LOADER_GRUB && l->source != BOOT_SOURCE_BLS && l->tools & BOOT_TOOL_UPDATE_GRUB)
		str_fit(command, size, "sudo update-grub");
	else if (l->loader == BOOT_LOADER_GRUB && l->source != BOOT_SOURCE_BLS && *l->config)
		snprintf(command, size, "sudo %s -o %.60s",
			 l->tools & BOOT_TOOL_GRUB2_MKCONFIG ? "grub2-mkconfig" : "grub-mkconfig", l->config);
	else if (l->source == BOOT_SOURCE_LIMINE_DEFAULT)
		str_fit(command, size, "sudo limine-update");
	else if (l->source == BOOT_SOURCE_KERNEL_CMDLINE)
		snprintf(command, size, *l->next_image ? "sudo kernel-install add %.32s %.48s" : "", l->next_kernel,
			 l->next_image);
}

int boot_commands(const struct tree *t, const char *release, struct boot_facts *b)
{
	_free_ struct loader_facts *l = malloc(sizeof(*l));

	if (!l)
		return -ENOMEM;
	loader_read(t, release, l);
	str_fit(b->rebuild, sizeof(b->rebuild), rebuild_of(l));
	find_remake(l, b->remake, sizeof(b->remake));
	return 0;
}
