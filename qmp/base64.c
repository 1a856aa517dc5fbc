/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qmp/base64.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int digit_value(char ch)
{
	const char *p = ch ? strchr(digits, ch) : NULL;

	return p ? (int)(p - digits) : -1;
}

/* Four characters to 3 - @pad bytes; the bits that padding cuts off must be zero. */
static int decode_group(const char *text, unsigned pad, unsigned char *out)
{
	uint32_t bits = 0;

	for (unsigned i = 0; i < 4; i++) {
		int v = i < 4 - pad ? digit_value(text[i]) : 0;

		if (v < 0)
			return -EBADMSG;
		bits = bits << 6 | (uint32_t)v;
	}
	if (bits & ((1u << (8 * pad)) - 1))
		return -EBADMSG;
	for (unsigned i = 0; i < 3 - pad; i++)
		out[i] = (unsigned char)(bits >> (16 - 8 * i));
	return 0;
}

int base64_decode(const char *text, size_t n, size_t max, char **out, size_t *out_len)
{
	unsigned pad = n >= 4 && text[n - 1] == '=' ? 1 + (text[n - 2] == '=') : 0;
	size_t len = n / 4 * 3 - pad;
	char *buf;

	if (n % 4)
		return -EBADMSG;
	if (len > max)
		return -E2BIG;
	buf = malloc(len + 1);
	if (!buf)
		return -ENOMEM;
	for (size_t i = 0; i < n / 4; i++) {
		unsigned p = i == n / 4 - 1 ? pad : 0;

		if (decode_group(text + 4 * i, p, (unsigned char *)buf + 3 * i) < 0) {
			free(buf);
			return -EBADMSG;
		}
	}
	buf[len] = '\0';
	*out = buf;
	*out_len = len;
	return 0;
}

char *base64_encode(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	char *out = n < SIZE_MAX / 4 ? malloc((n + 2) / 3 * 4 + 1) : NULL, *o = out;

	if (!out)
		return NULL;
	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		uint32_t bits = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
				(left > 2 ? p[i + 2] : 0);

		*o++ = digits[bits >> 18];
		*o++ = digits[bits >> 12 & 63];
		*o++ = left > 1 ? digits[bits >> 6 & 63] : '=';
		*o++ = left > 2 ? digits[bits & 63] : '=';
	}
	*o = '\0';
	return out;
}
