/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A setup plan: every file that is to change, with its bytes before and
 * after, and every command that is to run then. It is made by pure functions
 * from what was read and is const afterwards; `igvm setup` shows it, --apply
 * carries it out through a journal, --undo restores what the journal says.
 */
#ifndef IGVM_SETUP_SETUP_PLAN_H
#define IGVM_SETUP_SETUP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "launcher/base/cleanup.h"

/** enum setup_way - who drives the iGPU when no VM runs */
enum setup_way {
	SETUP_DEDICATED,	/* vfio-pci from boot on */
	SETUP_SHARED,		/* the host's driver, until a VM starts */
};

/** struct setup_file - one file to be created, changed or removed */
struct setup_file {
	char path[256];		/* absolute, below the root */
	char *before;		/* owned; NULL: there is no such file */
	size_t before_len;	/* bytes */
	char *after;		/* owned; NULL: the file is to go */
	size_t after_len;	/* bytes */
	bool adopted;		/* hand-made lines were in @before */
	char *stock;		/* owned; with @adopted: @before without them, and nothing of igvm's; NULL: no file */
	size_t stock_len;	/* bytes */
	mode_t mode;		/* permission bits of a new file; a present one keeps its own */
	const char *why;	/* N_() text: one sentence */
};

#define SETUP_ARGV_MAX		12

/** struct setup_command - a program to run once the files are written */
struct setup_command {
	char *argv[SETUP_ARGV_MAX];	/* each owned; NULL-terminated */
	const char *why;		/* N_() text */
	bool after_undo;		/* it runs again when the files have been restored */
};

/** struct setup_expect - what must be found when the result is read back; "" or -1: nothing wanted */
struct setup_expect {
	char kernel[80];	/* release the host will boot, as uname -r */
	char cmdline[512];	/* words the generated entry's command line must have, blank-separated */
	char not_cmdline[512];	/* words it must not have */
	char image_files[512];	/* ends of paths the initramfs must have, blank-separated */
	char image_modules[256];	/* modules the initramfs must have (or the kernel built in) */
};

#define SETUP_FILES_MAX		32
#define SETUP_COMMANDS_MAX	8

struct setup_plan {
	enum setup_way way;
	struct setup_file file[SETUP_FILES_MAX];
	size_t n_files;
	struct setup_command command[SETUP_COMMANDS_MAX];
	size_t n_commands;
	struct setup_expect expect;
};

/**
 * setup_plan_file() - add a file; copies of @before and @after (either may be NULL) are taken
 *
 * Same bytes before and after add nothing. 0; -ENOSPC the plan is full; -ENAMETOOLONG; -EEXIST the path is in
 * the plan already; -ENOMEM.
 */
nodiscard_ int setup_plan_file(struct setup_plan *p, const char *path, const char *before,
			       size_t before_len, const char *after, size_t after_len, mode_t mode,
			       const char *why);

/** setup_plan_stock() - the plan's file @path was adopted: what it is without those lines, copied. 0, -ENOENT, -ENOMEM */
nodiscard_ int setup_plan_stock(struct setup_plan *p, const char *path, const char *stock, size_t len);

/** setup_plan_command() - add a command; @argv is NULL-terminated and copied. 0, -ENOSPC, -E2BIG, -ENOMEM */
nodiscard_ int setup_plan_command(struct setup_plan *p, const char *const *argv, bool after_undo,
				  const char *why);

/** setup_plan_done() - release what *@p owns; harmless on a zeroed or released one */
void setup_plan_done(struct setup_plan *p);

#endif
