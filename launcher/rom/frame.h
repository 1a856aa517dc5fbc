/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The answer of a sandboxed piece of work that makes bytes: one JSON object
 * that says what they are, and the bytes. The parent believes neither; what
 * it can check it checks.
 */
#ifndef IGVM_ROM_FRAME_H
#define IGVM_ROM_FRAME_H

#include "launcher/rom/sandbox.h"
#include "romfiles/span.h"

#define FRAME_JSON_MAX	((size_t)1 << 20)

/** frame_write() - in the child: @json and the bytes of @s to @out; 0, or 1 when it failed */
int frame_write(FILE *out, const json_t *json, struct span s);

/**
 * frame_read() - in the parent: take an answer apart
 *
 * *@json is a new reference to an object, *@s lies in the answer. -EBADMSG: not
 * such an answer, -ENOMEM.
 */
nodiscard_ int frame_read(const struct sandbox_answer *a, json_t **json, struct span *s);

/** frame_say_lost() - one sentence: the work on the file @name gave no answer, or none that may be believed */
void frame_say_lost(const char *name, const struct sandbox_answer *a);

#endif
