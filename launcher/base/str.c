/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool str_copy(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);

	if (n >= size) {
		dst[0] = '\0';
		return false;
	}
	memcpy(dst, src, n + 1);
	return true;
}

void str_fit(char *dst, size_t size, const char *src)
{
	size_t n = strlen(src);

	if (n >= size)
		n = size - 1;
	memcpy(dst, src, n);
	dst[n] = '\0';
}

bool str_print(char *dst, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(dst, size, fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < size)
		return true;
	dst[0] = '\0';
	return false;
}

const char *str_starts(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) ? NULL : s + n;
}

bool str_u64(const char *s, int base, uint64_t max, uint64_t *v)
{
	static const char digits[] = "0123456789abcdef";
	uint64_t n = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		const char *d = memchr(digits, *s | (*s >= 'A' && *s <= 'F' ? 0x20 : 0),
				       (size_t)base);
		uint64_t digit;

		if (!d)
			return false;
		digit = (uint64_t)(d - digits);
		if (n > (max - digit) / (uint64_t)base || digit > max)
			return false;
		n = n * (uint64_t)base + digit;
	}
	*v = n;
	return true;
}

/* Length of the valid UTF-8 sequence at @s, 0 when it is not one (Unicode 15, table 3-7). */
static size_t utf8_len(const unsigned char *s)
{
	unsigned char lo = 0x80, hi = 0xbf;
	size_t n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (s[0] == 0xe0)
		lo = 0xa0;
	else if (s[0] == 0xed)
		hi = 0x9f;
	else if (s[0] == 0xf0)
		lo = 0x90;
	else if (s[0] == 0xf4)
		hi = 0x8f;
	for (size_t i = 1; i < n; i++, lo = 0x80, hi = 0xbf)
		if (s[i] < lo || s[i] > hi)
			return 0;
	return n;
}

void str_sanitize(char *s)
{
	unsigned char *p = (unsigned char *)s;

	while (*p) {
		size_t n = utf8_len(p);
		bool c1 = n == 2 && p[0] == 0xc2 && p[1] < 0xa0;

		if (n == 1 && (*p == 0x7f || (*p < 0x20 && *p != '\t')))
			*p = '?';
		if (!n || c1) {
			memset(p, '?', c1 ? 2 : 1);
			n = c1 ? 2 : 1;
		}
		p += n;
	}
}

unsigned int str_distance(const char *a, const char *b)
{
	enum { MAX = 48 };
	unsigned int row[MAX + 1];
	size_t na = strlen(a), nb = strlen(b);

	if (na > MAX || nb > MAX)
		return 99;
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned int best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[nb];
}
