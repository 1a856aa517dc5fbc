/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Changing one value in the text of a VM file: every other line stays as its owner wrote it. */
#ifndef IGVM_FACTS_WISH_EDIT_H
#define IGVM_FACTS_WISH_EDIT_H

#include <stddef.h>

#include "launcher/facts/wish.h"

/**
 * wish_edit_set() - @text with `key = value` in [@section]
 *
 * The line that has the key is replaced, else one is added at the end of the section, which is
 * added at the end of the file where there is none. @value must hold no newline. *@out is owned
 * and NUL-terminated. Returns 0; -EINVAL or -EFBIG as wish_ini_parse(), *@e filled; -ENOMEM.
 */
nodiscard_ int wish_edit_set(const char *text, size_t len, const char *section, const char *key,
			     const char *value, char **out, struct wish_error *e);

/**
 * wish_edit_drop() - @text without [@section]: its line and all up to the next section
 *
 * Empty lines above the next section stay. Returns 0; -ENOENT there is no such section in it; as wish_edit_set().
 */
nodiscard_ int wish_edit_drop(const char *text, size_t len, const char *section, char **out,
			      struct wish_error *e);

/**
 * wish_edit_diff() - the lines in which two texts differ, to @f
 *
 * One block from the first line that differs to the last, each line with its number: "-3 ..."
 * of @before, "+3 ..." of @after. Nothing when they are equal.
 */
void wish_edit_diff(FILE *f, const char *before, const char *after);

#endif
