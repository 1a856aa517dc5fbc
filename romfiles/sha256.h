/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * SHA-256 (FIPS 180-4), for the launcher and, freestanding, for the probe
 * inside the guest: no C library call, no allocation, no table built at run
 * time.
 */
#ifndef ROMFILES_SHA256_H
#define ROMFILES_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_HEX (2 * SHA256_BYTES + 1)

/** struct sha256 - a hash in progress; private, a plain value */
struct sha256 {
	uint32_t h[8];
	uint64_t bytes;    /* taken so far */
	uint8_t block[64]; /* the part of a block not hashed yet */
};

/** sha256_init() - start a hash */
void sha256_init(struct sha256 *s);

/** sha256_add() - take @n more bytes; @p may be NULL when @n is 0 */
void sha256_add(struct sha256 *s, const void *p, size_t n);

/** sha256_done() - finish; @s must be initialised again before further use */
void sha256_done(struct sha256 *s, uint8_t out[SHA256_BYTES]);

/** sha256_sum() - the hash of @n bytes at once */
void sha256_sum(const void *p, size_t n, uint8_t out[SHA256_BYTES]);

/** sha256_hex() - @sum as 64 lower-case digits and a NUL */
void sha256_hex(const uint8_t sum[SHA256_BYTES], char out[SHA256_HEX]);

#endif
