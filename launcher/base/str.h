/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_BASE_STR_H
#define IGVM_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/base/cleanup.h"

/** str_copy() - copy with termination; false: did not fit, @dst is then "" */
nodiscard_ bool str_copy(char *dst, size_t size, const char *src);

/** str_fit() - copy as much as fits, terminated; for texts shown to people */
void str_fit(char *dst, size_t size, const char *src);

/** str_print() - snprintf that says whether everything fitted; false: @dst is "" */
nodiscard_ bool str_print(char *dst, size_t size, const char *fmt, ...) printf_(3, 4);

/** str_starts() - does @s begin with @prefix? returns what follows it or NULL */
const char *str_starts(const char *s, const char *prefix);

/** str_u64() - whole string as a number in @base, no sign, no space; false: not one, or above @max */
nodiscard_ bool str_u64(const char *s, int base, uint64_t max, uint64_t *v);

/**
 * str_sanitize() - make foreign text safe for a terminal, in place
 *
 * Control bytes (C0 but tab, DEL, C1 in UTF-8) and invalid UTF-8 become '?'.
 */
void str_sanitize(char *s);

/** str_distance() - edit distance of two short words, for "did you mean"; capped at 99 */
unsigned int str_distance(const char *a, const char *b);

#endif
