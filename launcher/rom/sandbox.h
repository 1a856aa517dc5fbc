/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Work on foreign bytes in a child that can do nothing else: no file, no
 * descriptor but the pipe its answer goes into, a seccomp filter with the few
 * calls that memory needs (any other ends it), limited memory and time.
 */
#ifndef IGVM_ROM_SANDBOX_H
#define IGVM_ROM_SANDBOX_H

#include <stddef.h>
#include <stdio.h>

#include "launcher/base/cleanup.h"

#define SANDBOX_MEMORY_BYTES	((size_t)1 << 30)	/* address space; 256 MiB of it may be decoded data */
#define SANDBOX_ITEM_SECONDS	10
#define SANDBOX_ANSWER_MAX	((size_t)272 << 20)	/* of one item */

/** enum sandbox_how - how the work on an item ended */
enum sandbox_how {
	SANDBOX_DONE,		/* answered */
	SANDBOX_DIED,		/* the child was ended: a call that is not allowed, a defect of ours */
	SANDBOX_LATE,		/* took longer than SANDBOX_ITEM_SECONDS */
	SANDBOX_TOO_MUCH,	/* answered more than SANDBOX_ANSWER_MAX, or not as agreed */
};

/** struct sandbox_answer - of one item; borrowed for the call */
struct sandbox_answer {
	enum sandbox_how how;
	int code;		/* DONE: what the work returned, 0 to 127 */
	int signal;		/* DIED: the signal, 0 when it exited */
	const char *bytes;	/* DONE: what it wrote */
	size_t n;
};

/** sandbox_work - decode item @i; write to @out, return 0 to 127. Runs in the child. */
typedef int (*sandbox_work)(void *arg, size_t i, FILE *out);

/** sandbox_take - an answer, in the parent, in order; non-zero ends the whole */
typedef int (*sandbox_take)(void *arg, size_t i, const struct sandbox_answer *a);

/**
 * sandbox_each() - work on items 0 to @n - 1 and take their answers
 *
 * One child serves all of them; when it dies or is late at one, that one's
 * answer says so and another child goes on behind it. Returns 0, what @take
 * returned, or -errno when no child can be had (fork, pipe, seccomp).
 */
nodiscard_ int sandbox_each(size_t n, sandbox_work work, sandbox_take take, void *arg);

#endif
