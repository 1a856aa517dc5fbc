/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Base64 as in RFC 4648 section 4: padded, no line breaks, nothing else accepted. */
#ifndef QMP_BASE64_H
#define QMP_BASE64_H

#include <stddef.h>

/**
 * base64_decode() - the bytes of @n characters, with a NUL behind them
 * @max: refuse to make more bytes than this, before anything is allocated
 * Return: 0 and *@out, owned by the caller; -EBADMSG; -E2BIG; -ENOMEM.
 */
int base64_decode(const char *text, size_t n, size_t max, char **out, size_t *out_len);

/** base64_encode() - NUL-terminated text, owned by the caller; NULL: out of memory */
char *base64_encode(const void *bytes, size_t n);

#endif
