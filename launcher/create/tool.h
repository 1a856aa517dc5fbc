/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Programs of the distribution that are run to their end: qemu-img, xorriso, mmdebstrap, cp. */
#ifndef IGVM_CREATE_TOOL_H
#define IGVM_CREATE_TOOL_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

#include "launcher/base/cleanup.h"

struct tool {
	const char *const *argv;	/* NULL-terminated; argv[0] is looked for in PATH */
	const char *dir;		/* to run in; NULL: here */
	const char *const *env;		/* "NAME=value" beside LC_ALL=C; NULL: none */
	mode_t umask;			/* of what it makes */
	bool own_mounts;		/* in a mount namespace of its own: what it mounts goes with it */
	char **out;			/* what it wrote on stdout, owned; NULL: nobody wants it */
};

#define TOOL_OUT_MAX	(1u << 20)

/** tool_interrupted - set by a signal's handler: what runs is ended, and nothing more is started */
extern volatile sig_atomic_t tool_interrupted;

/** tool_catch_signals() - SIGINT, SIGTERM and SIGHUP set it: the program that works for us ends, and then the
 * step that waits for it fails */
void tool_catch_signals(void);

/** tool_find() - is @name in PATH (with /usr/sbin and /sbin)? */
bool tool_find(const char *name);

/**
 * tool_run() - run it to its end; it dies with us
 *
 * 0; -EIO it failed, *@say then its last line of stderr, safe for a terminal; -ECANCELED it was ended
 * by a signal; -ENOENT there is no such program; -errno.
 */
nodiscard_ int tool_run(const struct tool *t, char *say, size_t size);

#endif
