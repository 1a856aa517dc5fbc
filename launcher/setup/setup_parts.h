/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Between the files that make a plan: the working copies of its texts, and igvm's own files. */
#ifndef IGVM_SETUP_SETUP_PARTS_H
#define IGVM_SETUP_SETUP_PARTS_H

#include "launcher/setup/edit.h"
#include "launcher/setup/setup_make.h"

/* 60: after the rules that name devices, before 80-drivers.rules, which loads drivers. */
#define SETUP_RULES			"/etc/udev/rules.d/60-igvm.rules"
#define SETUP_MODPROBE_CONF		"/etc/modprobe.d/igvm.conf"
#define SETUP_INITRAMFS_HOOK		"/etc/initramfs-tools/hooks/igvm"
#define SETUP_MKINITCPIO_INSTALL	"/etc/initcpio/install/igvm"
/* After others that set HOOKS: drop-ins are read in the order of their names. */
#define SETUP_MKINITCPIO_CONF		"/etc/mkinitcpio.conf.d/zz-igvm.conf"
#define SETUP_DRACUT_CONF		"/etc/dracut.conf.d/igvm.conf"
#define SETUP_GRUB_CFG			"/etc/default/grub.d/igvm.cfg"
#define SETUP_CMDLINE_CONF		"/etc/cmdline.d/igvm.conf"

#define SETUP_MARK			"Written by igvm setup"
#define SETUP_TEMPLATE			"igvm:"	/* in front of a template's name, as its path */

/** struct setup_work - what setup_make() and its parts share */
struct setup_work {
	const struct host_facts *h;
	const struct loader_facts *b;
	const struct setup_texts *x;
	const struct setup_wish *wish;
	struct setup_plan *p;
	struct setup_notes *n;
	char **now;		/* owned; per text of x: its bytes so far, NULL: as they were read */
	size_t *now_len;
	bool *gone;		/* per text of x: the file is to go */
	bool *adopted;		/* per text of x: hand-made lines were taken out */
	struct {
		char *text;	/* owned; NULL: the file goes */
		size_t len;
	} *stock;		/* per adopted text: its bytes then, before anything of igvm's */
	bool by_address;	/* how a dedicated device is bound */
	bool foreign_ids;	/* ids of other devices are set by hand: a second list would replace them */
	bool image_changes, cmdline_changes;
	int r;			/* first fatal error */
};

/** setup_now() - bytes of text @i so far; NULL: there is no such file */
const char *setup_now(const struct setup_work *k, size_t i, size_t *len);

/** setup_set() - text @i becomes @text (taken over, also on failure) */
void setup_set(struct setup_work *k, size_t i, char *text, size_t len);

/** setup_hand() - judge hand-made lines in every text; with adopt, take them out of the working copies */
void setup_hand(struct setup_work *k);

/** setup_own_files() - igvm's own files: written, or taken away where this plan has no use for them */
void setup_own_files(struct setup_work *k, const char *words);

/** setup_cmdline() - put @words (blank-separated, "" none) where the boot loader's words are */
void setup_cmdline(struct setup_work *k, const char *words);

/** setup_commands() - what has to run for the plan's files to count */
void setup_commands(struct setup_work *k);

/** setup_words() - the scanner for words on a kernel command line in this file; NULL: it has none */
typedef int setup_scan(const char *text, size_t len, struct edit_words *w, struct edit_error *e);
setup_scan *setup_cmdline_scan(const struct setup_work *k, const char *path, int which);

#endif
