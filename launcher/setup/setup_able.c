/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Can the plan be carried out at all? Its programs must be there and start, and what they are to make must be where the
 * next boot looks for it: a setup that fails half way is taken back by the very tool that failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/initramfs.h"
#include "launcher/setup/setup_made.h"
#include "launcher/setup/setup_make.h"
#include "launcher/setup/setup_run.h"

/* --- programs ------------------------------------------------------------------------------ */

/* "#!/bin/sh -e" of a script; a binary has no first line that begins so. */
static bool has_interpreter(const struct tree *t, const char *path)
{
	char head[128] = "", *at;
	int n = tree_read_bytes(t, path, (uint8_t *)head, sizeof(head) - 1);

	if (n <= 2 || memcmp(head, "#!", 2))
		return n > 0;
	at = head + 2 + strspn(head + 2, " \t");
	at[strcspn(at, " \t\r\n")] = '\0';
	return *at == '/' && tree_is_file(t, at + 1);
}

static bool is_executable(const struct tree *t, const char *path)
{
	_fd_ int fd = tree_open(t, path, O_PATH);
	struct stat st;

	return fd >= 0 && !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_mode & 0111;
}

/* The first in the PATH that setup_run() gives; an N_() text, NULL: it can be started. */
static const char *program_lacks(const struct tree *t, const char *name)
{
	for (const char *d = SETUP_RUN_PATH; *d; d += strcspn(d, ":"), d += *d == ':') {
		char path[256];

		if (!str_print(path, sizeof(path), "%.*s/%s", (int)strcspn(d, ":") - 1, d + 1, name) ||
		    !is_executable(t, path))
			continue;
		return has_interpreter(t, path) ? NULL :
			N_("this program cannot be started: what its first line names to run it is not there");
	}
	return N_("this program is not installed, or is not executable: install its package (anew)");
}

/* A recorded machine has no programs: its plan is only shown. */
static bool is_recorded(const struct tree *t)
{
	return !t->live && tree_exists(t, "usr/sbin") != TRI_YES && tree_exists(t, "sbin") != TRI_YES;
}

/* --- what they make -------------------------------------------------------------------------- */

/* Builders write the new image beside the old one. */
static void check_room(const struct tree *t, const char *image, struct setup_notes *n)
{
	_fd_ int fd = tree_open(t, image, O_PATH);
	unsigned long long room, size;
	struct statvfs fs;
	struct stat st;
	char what[96];

	if (fd < 0 || fstat(fd, &st) || fstatvfs(fd, &fs))
		return;
	room = (unsigned long long)fs.f_bavail * fs.f_frsize;
	size = (unsigned long long)st.st_size;
	if (room > size)
		return;
	snprintf(what, sizeof(what), "%llu MiB, %llu MiB", room >> 20, size >> 20);
	setup_note(n, SETUP_SAYS_REFUSED, NULL, image, what,
		   N_("so much is free beside an image of this size, and the new one is written there first: "
		      "make room (remove an old kernel)"));
}

static void check_image(const struct tree *t, const char *release, struct setup_notes *n)
{
	struct initramfs_where w = { 0 };
	char line[4096];

	if (tree_line(t, "proc/cmdline", line, sizeof(line)))
		line[0] = '\0';
	initramfs_locate(t, release, line, &w);
	if (w.found == INITRAMFS_FOUND)
		check_room(t, w.path, n);
	else if (w.found == INITRAMFS_AMBIGUOUS)
		setup_note(n, SETUP_SAYS_REFUSED, "initramfs.ambiguous", NULL, w.how,
			   N_("which initramfs boots cannot be told, so nobody could see what the next boot takes"));
	else
		setup_note(n, SETUP_SAYS_REFUSED, "initramfs.not-found", NULL, release,
			   N_("the initramfs of the kernel that boots next is not where it should be: mount /boot or the "
			      "EFI system partition, or build it first"));
}

static void check_config(const struct loader_facts *b, struct setup_notes *n)
{
	if (b->loader == BOOT_LOADER_GRUB && b->source != BOOT_SOURCE_BLS && !*b->config)
		setup_note(n, SETUP_SAYS_REFUSED, NULL, NULL, "grub.cfg",
			   N_("GRUB's configuration is not below /boot: mount what holds it, so that it can be made anew "
			      "and read back"));
}

void setup_able(const struct tree *t, const struct loader_facts *b, const struct setup_plan *p,
		struct setup_notes *n)
{
	unsigned int makes = 0;

	if (is_recorded(t))
		return;
	for (size_t i = 0; i < p->n_commands; i++) {
		char *const *argv = p->command[i].argv;
		const char *lacks;

		if (!t->live && setup_run_is_service(argv))
			continue;
		lacks = program_lacks(t, argv[0]);
		if (lacks)
			setup_note(n, SETUP_SAYS_REFUSED, NULL, NULL, argv[0], lacks);
		makes |= setup_made_by(argv[0]);
	}
	if (makes & SETUP_MADE_IMAGE && *b->next_kernel)
		check_image(t, b->next_kernel, n);
	if (makes & SETUP_MADE_ENTRY)
		check_config(b, n);
}
