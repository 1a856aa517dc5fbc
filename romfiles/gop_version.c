/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/gop_version.h"

/* @text in UCS-2 at *@at, which is moved behind it. */
static bool skip(struct span s, size_t *at, const char *text)
{
	if (!span_is_ucs2(s, *at, text))
		return false;
	*at += 2 * strlen(text);
	return true;
}

static bool is_version_char(uint16_t c)
{
	return (c >= '0' && c <= '9') || c == '.';
}

/* " [17.0.1061]": digits and dots, and a bracket behind them. */
static void read_version(struct span s, size_t at, char *version)
{
	uint16_t c = 0;
	size_t n = 0;

	if (!skip(s, &at, " ["))
		return;
	while (n < GOP_VERSION_MAX - 1 && span_le16(s, at, &c) && is_version_char(c)) {
		version[n++] = (char)c;
		at += 2;
	}
	version[skip(s, &at, "]") ? n : 0] = '\0';
}

bool gop_version(struct span pe, char version[static GOP_VERSION_MAX])
{
	bool named = false;

	*version = '\0';
	for (size_t at = 0; at < pe.n && !*version; at++) {
		size_t end = at;

		if (pe.p[at] != 'I' || !skip(pe, &end, "Intel(R) GOP Driver"))
			continue;
		named = true;
		read_version(pe, end, version);
	}
	return named;
}

/* "17" is 17.0.x, "17.1" is 17.1.x. */
static bool matches(const char *version, const char *listed, size_t n)
{
	if (strncmp(version, listed, n))
		return false;
	if (memchr(listed, '.', n))
		return !version[n] || version[n] == '.';
	return !version[n] || !strcmp(version + n, ".0") || !strncmp(version + n, ".0.", 3);
}

bool gop_version_fits(const char *version, const struct igd_platform *pf)
{
	for (const char *at = pf->gop; *version && *at;) {
		size_t n = strcspn(at, ", ");

		if (n && matches(version, at, n))
			return true;
		at += n;
		at += strspn(at, ", ");
	}
	return false;
}
