/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The boot menu: what a user can still choose when the new entry shows nothing. Each entry has a hash over
 * its kernel, its command line and the bytes of its initramfs, so before and after tell
 * which ones stayed as they were. GRUB's menu, entries of the boot loader specification, unified images.
 */
#ifndef IGVM_SETUP_SETUP_MENU_H
#define IGVM_SETUP_SETUP_MENU_H

#include "launcher/setup/setup_made.h"

struct setup_menu_entry {
	char name[160];		/* its title, safe for a terminal; of a unified image its path */
	char hash[SHA256_HEX];	/* "": one of its images was not found, so nothing can be said */
	bool same;		/* setup_menu_compare() */
};

#define SETUP_MENU_MAX	64

struct setup_menu {
	struct setup_menu_entry v[SETUP_MENU_MAX];
	size_t n;		/* 0: no menu that igvm can read */
};

/** setup_menu_read() - every entry below @t; *@m is zeroed first. Nothing fails: what cannot be read is not in it */
void setup_menu_read(const struct tree *t, struct setup_menu *m);

/** setup_menu_compare() - mark entries of @now that @was has under the same name with the same hash; how many */
size_t setup_menu_compare(const struct setup_menu *was, struct setup_menu *now);

#endif
