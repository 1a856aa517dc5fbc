/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/base/bdf.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* One hexadecimal field of 1..@digits digits; false: none, too long, above @max. */
static bool take_hex(const char **s, int digits, unsigned int max, unsigned int *v)
{
	int n = 0;

	*v = 0;
	for (; isxdigit((unsigned char)**s); (*s)++) {
		char c = (char)tolower((unsigned char)**s);

		if (++n > digits)
			return false;
		*v = *v * 16 + (unsigned int)(isdigit((unsigned char)c) ? c - '0' : c - 'a' + 10);
	}
	return n && *v <= max;
}

static bool take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

bool bdf_parse(const char *text, struct bdf *bdf)
{
	const char *s = text, *colon = strchr(text, ':');
	unsigned int domain = 0, bus, dev, fn;

	if (!colon)
		return false;
	if (strchr(colon + 1, ':') && (!take_hex(&s, 4, 0xffff, &domain) || !take_char(&s, ':')))
		return false;
	if (!take_hex(&s, 2, 0xff, &bus) || !take_char(&s, ':') ||
	    !take_hex(&s, 2, 0x1f, &dev) || !take_char(&s, '.') ||
	    !take_hex(&s, 1, 7, &fn) || *s)
		return false;
	*bdf = (struct bdf){ (uint16_t)domain, (uint8_t)bus, (uint8_t)dev, (uint8_t)fn };
	return true;
}

char *bdf_text(struct bdf bdf, char buf[static BDF_TEXT_MAX])
{
	snprintf(buf, BDF_TEXT_MAX, "%04x:%02x:%02x.%x", bdf.domain, bdf.bus, bdf.dev & 0x1fU,
		 bdf.fn & 7U);
	return buf;
}
