/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The part of <string.h> that exists inside the guest (mem.c). There is no C
 * library there; compilers ask for these functions on their own as well.
 */
#ifndef ROMFILES_EFI_STRING_H
#define ROMFILES_EFI_STRING_H

#include <stddef.h>

void *memcpy(void *restrict dst, const void *restrict src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);

#endif
