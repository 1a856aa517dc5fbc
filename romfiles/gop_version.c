/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * Intel's driver puts its name together when it starts: "Intel(R) GOP Driver",
 * " [", "11", ".", "0", ".", "1014", "]" are texts of their own, each ended by
 * NUL, that the compiler laid down in the order of their first use after the
 * name (published disassembly of 11.0.1014; version tools of firmware editors
 * find "5", minor and build of a Haswell's 0xc0 bytes behind the name). A text
 * that was used before is not there again, which the minor often was: then it
 * is not to be known, and "x". Drivers that have the name in one piece are read too.
 */
#include "romfiles/gop_version.h"

/* How far behind the name its parts were seen (0xf4, Broadwell), rounded up. */
#define PARTS_WITHIN	0x180
/* Between two parts: " [", "." and filling up to the next 8 bytes. */
#define PARTS_APART	16

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
static void read_whole(struct span s, size_t at, char *version)
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

/* --- parts ------------------------------------------------------------------------------ */

/* A text of digits alone that ends with NUL at @at: how many; 0: there is none. */
static size_t digits_at(struct span s, size_t at)
{
	uint16_t c = 0;
	size_t n = 0;

	while (span_le16(s, at + 2 * n, &c) && c >= '0' && c <= '9')
		n++;
	return span_holds(s, at, 2 * n + 2) && !c ? n : 0;
}

struct part {
	size_t at, n;	/* digits */
};

static size_t put_part(struct span s, const struct part *p, char *to)
{
	for (size_t i = 0; i < p->n; i++)
		to[i] = (char)s.p[p->at + 2 * i];
	return p->n;
}

/* The build is what has four digits, major and perhaps minor are right before it. */
static void write_parts(struct span s, const struct part *part, size_t n, char *version)
{
	size_t len = put_part(s, &part[0], version);

	version[len++] = '.';
	if (n == 3)
		len += put_part(s, &part[1], version + len);
	else
		version[len++] = 'x';
	version[len++] = '.';
	len += put_part(s, &part[n - 1], version + len);
	version[len] = '\0';
}

/* @s: what follows the name. */
static void read_parts(struct span s, char *version)
{
	size_t end = 0, n = 0;
	struct part part[3];

	for (size_t at = 0; at < s.n && at < PARTS_WITHIN; at += 2) {
		size_t digits = digits_at(s, at);

		if (!digits)
			continue;
		if (digits > 5 || (n && at - end > PARTS_APART))
			n = 0;
		if (n == 3)
			memmove(part, part + 1, --n * sizeof(*part));
		if (digits <= 5)
			part[n++] = (struct part){ at, digits };
		at += 2 * digits;
		end = at + 2;
		if (n > 1 && part[n - 1].n >= 4) {
			write_parts(s, part, n, version);
			return;
		}
	}
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
		read_whole(pe, end, version);
		if (!*version && span_is(pe, end, "\0", 2))
			read_parts(span_from(pe, end + 2), version);
	}
	return named;
}

/* "17" is 17.0.x, "17.1" is 17.1.x; an unknown minor may be any. */
static bool matches(const char *version, const char *listed, size_t n)
{
	size_t major = strcspn(version, ".");

	if (!strncmp(version + major, ".x.", 3))
		return !strncmp(version, listed, major) && (n == major || listed[major] == '.');
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
