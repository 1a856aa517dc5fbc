/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a program of the distribution is. */
#ifndef IGVM_BASE_PROGRAM_H
#define IGVM_BASE_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/base/cleanup.h"

/** program_path() - the caller's PATH, or what a shell takes where there is none */
const char *program_path(void);

/**
 * program_find() - is @name an executable file in one of @dirs, which has ':' between them? @path is where
 *
 * Relative ones are left out: the answer must not depend on where the caller stands. false: @path is "".
 */
nodiscard_ bool program_find(const char *dirs, const char *name, char *path, size_t size);

#endif
