/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking into a guest: a script of ours, run by the guest's agent, which prints one JSON object.
 * The scripts are data, SHARE/guest/look-linux.sh and look-windows.ps1; what they print is the
 * guest's word. The supervisor owns the only conversation with the agent; who asks gets the
 * bytes unread, in a sealed memory file (control.h, "look").
 */
#ifndef IGVM_RUN_LOOK_H
#define IGVM_RUN_LOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/base/cleanup.h"
#include "launcher/verify/seen.h"

/*
 * CreateProcess() takes 32767 UTF-16 units for the whole command line; a unit of script is 8/3 of
 * a byte of base64 there.
 */
#define LOOK_SCRIPT_MAX		12000u

/** struct look_words - what guest-exec is given; release with look_words_done() */
struct look_words {
	const char *path;
	char *text;		/* owned: the script, or its encoded form */
	const char *argv[10];	/* borrowed from here and from constants; NULL ends it */
};

/**
 * look_words_make() - for a Windows or a Linux guest, from @script
 *
 * Comment lines and indentation are left out. Windows: PowerShell's -EncodedCommand (base64 of
 * UTF-16LE), which needs no quoting; a byte outside ASCII is -EINVAL. -E2BIG above
 * LOOK_SCRIPT_MAX, -ENOMEM. @quick is what the script knows as $quick ("1" or "").
 */
nodiscard_ int look_words_make(const char *script, bool windows, bool quick, struct look_words *w);

/** look_words_done() - may be called twice and on a zeroed struct */
void look_words_done(struct look_words *w);

/** look_words_load() - look_words_make() from igvm's own data; -ENOENT and what reading says, too */
nodiscard_ int look_words_load(bool windows, bool quick, struct look_words *w);

#endif
