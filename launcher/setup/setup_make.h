/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From what was read to a setup plan. Pure but for setup_read() and
 * setup_prepare(): facts, texts and a wish go in, a plan and what is to be
 * said about it come out.
 */
#ifndef IGVM_SETUP_SETUP_MAKE_H
#define IGVM_SETUP_SETUP_MAKE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "launcher/facts/boot_loader.h"
#include "launcher/facts/host.h"
#include "launcher/facts/host_tree.h"
#include "launcher/setup/setup_plan.h"

/** enum setup_by - how a dedicated iGPU is told from other devices at boot */
enum setup_by { SETUP_BY_AUTO, SETUP_BY_IDS, SETUP_BY_ADDRESS };

/** struct setup_wish - what the user asked for */
struct setup_wish {
	enum setup_way way;
	enum setup_by by;	/* dedicated only; AUTO: by ids unless they would catch another device */
	bool adopt;		/* hand-made lines are taken over: removed, as the plan's own files do it */
};

/** enum setup_say - what a note of the plan is */
enum setup_say {
	SETUP_SAYS_FOUND,	/* how something was found */
	SETUP_SAYS_KEPT,	/* a hand-made line that is right: kept */
	SETUP_SAYS_POINTLESS,	/* one that does nothing: kept, may go */
	SETUP_SAYS_WRONG,	/* one that stands in the way: the plan is refused unless adopt is set */
	SETUP_SAYS_REMOVED,	/* one that the plan takes away (adopt) */
	SETUP_SAYS_TOLD,	/* what the user has to do by hand beside the plan */
	SETUP_SAYS_REFUSED,	/* the plan must not be applied; why says what to do */
	SETUP_SAYS_MISSING,	/* read back: not as the plan wants it */
	SETUP_SAYS_RIGHT,	/* read back: as the plan wants it */
	SETUP_SAYINGS
};

/** struct setup_note - one line about the plan or its result */
struct setup_note {
	enum setup_say say;
	char id[40];		/* finding id that explains it ("ids.not-this-machine"), "" none */
	char where[288];	/* "/etc/default/grub:6"; "" nowhere */
	char what[320];		/* the words or names it is about; "" none */
	const char *why;	/* N_() text: one sentence */
};

#define SETUP_NOTES_MAX		96

struct setup_notes {
	struct setup_note note[SETUP_NOTES_MAX];
	size_t n;
	size_t left_out;	/* notes that did not fit */
};

/** setup_note() - add a note; @where and @what may be NULL and are made safe for a terminal */
void setup_note(struct setup_notes *n, enum setup_say say, const char *id, const char *where,
		const char *what, const char *why);

/** setup_refused() - has a note the plan must not be applied for? */
bool setup_refused(const struct setup_notes *n);

/** struct setup_text - one file as it was read */
struct setup_text {
	char path[256];		/* absolute: "/etc/default/grub" */
	char *text;		/* owned, NUL-terminated; NULL: there is no such file, or see err */
	size_t len;		/* bytes */
	int err;		/* 0, or why an existing file could not be read, as errno */
};

#define SETUP_TEXTS_MAX		384
#define SETUP_TEXT_BYTES	(1u << 20)	/* of one file; a larger one is not read */

/** struct setup_texts - every file the plan may change or judge */
struct setup_texts {
	struct setup_text *v;	/* owned */
	size_t n;
	bool builtin_vfio, builtin_i915;	/* modules.builtin of the kernel that boots next */
};

/**
 * setup_read() - read every file setup_make() looks at, below @t, and igvm's own templates
 *
 * @datadir: paths_datadir(). 0; -ENOENT a template of igvm is missing; -ENOSPC too many files; -ENOMEM.
 */
nodiscard_ int setup_read(const struct tree *t, const struct loader_facts *b, const char *datadir,
			  struct setup_texts *x);

/** setup_texts_done() - release what *@x owns; harmless on a zeroed or released one */
void setup_texts_done(struct setup_texts *x);

/** setup_text_find() - the text of this path, NULL when it was not read; one with text NULL is absent */
const struct setup_text *setup_text_find(const struct setup_texts *x, const char *path);

/**
 * setup_make() - the plan for @w on this host
 *
 * *@p and *@n are zeroed first; setup_plan_done() *@p afterwards, on failure too. A plan with nothing in it: the
 * host is as wanted. What stands in the way is in *@n (setup_refused()); the plan then shows what it can.
 * 0, -ENOMEM, or what setup_plan_file() returns.
 */
nodiscard_ int setup_make(const struct host_facts *h, const struct loader_facts *b,
			  const struct setup_texts *x, const struct setup_wish *w,
			  struct setup_plan *p, struct setup_notes *n);

/**
 * setup_able() - notes REFUSED for what keeps @p from being carried out on the machine below @t
 *
 * A program that is missing or cannot be started; no image or boot configuration where the next boot looks for it; no
 * room for a new image. Nothing is said of a recorded tree, which has no programs. Reads only.
 */
void setup_able(const struct tree *t, const struct loader_facts *b, const struct setup_plan *p,
		struct setup_notes *n);

/**
 * setup_prepare() - host_read(), loader_read(), setup_read(), setup_make(), setup_able() below @root in one call
 *
 * Writes nothing, binds nothing. *@b may be NULL. 0 or -errno.
 */
nodiscard_ int setup_prepare(const char *root, const struct setup_wish *w, struct loader_facts *b,
			     struct setup_plan *p, struct setup_notes *n);

/**
 * setup_plan_print() - notes, then a unified diff of each file and each command, each with its why
 *
 * Translated. 0; -EIO when @out has an error; -ENOMEM.
 */
nodiscard_ int setup_plan_print(FILE *out, const struct setup_plan *p, const struct setup_notes *n);

/** setup_notes_print() - notes alone, one line each, translated */
void setup_notes_print(FILE *out, const struct setup_notes *n);

/**
 * setup_diff() - unified diff with three lines of context between two texts
 *
 * @before or @after NULL: no such file (/dev/null). Bytes that no terminal should get are shown as '?'.
 * Returns an owned text, "" when they are equal; NULL: no memory.
 */
char *setup_diff(const char *path, const char *before, size_t before_len, const char *after,
		 size_t after_len);

/**
 * setup_plan_json() - {"version", "kind": "setup-plan", "way", "files", "commands", "expect", "notes"}
 *
 * Texts of files that are not UTF-8 are left out ("binary": true). NULL: no memory.
 */
json_t *setup_plan_json(const struct setup_plan *p, const struct setup_notes *n);

/**
 * setup_readback() - is what the next boot takes as the plan wants it?
 *
 * Below @root: the generated boot entry of plan->expect.kernel is parsed, its initramfs image opened. *@n gets a note
 * RIGHT or MISSING per thing wanted, and one MISSING where something could not be looked at: unknown is
 * not right. Returns 0 when all is right, 1 when not; -errno @root cannot be opened; -ENOMEM.
 */
nodiscard_ int setup_readback(const char *root, const struct setup_plan *p, struct setup_notes *n);

#endif
