/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/verify/drivers.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/str.h"

#define FIELDS	5

struct version { unsigned int part[4]; };

static bool version_of(const char *text, struct version *v)
{
	int n = 0;

	return sscanf(text, "%9u.%9u.%9u.%9u%n", &v->part[0], &v->part[1], &v->part[2], &v->part[3],
		      &n) == 4 && n > 0 && !text[n];
}

static int compare(const struct version *a, const struct version *b)
{
	for (int i = 0; i < 4; i++)
		if (a->part[i] != b->part[i])
			return a->part[i] < b->part[i] ? -1 : 1;
	return 0;
}

static bool names_platform(const char *list, const char *platform)
{
	size_t n = strlen(platform);

	if (!strcmp(list, "*"))
		return true;
	while (*list) {
		size_t len = strcspn(list, ",");

		if (len == n && n && !strncmp(list, platform, n))
			return true;
		list += len + (list[len] == ',');
	}
	return false;
}

/* Cuts @line at its tabulators; false: too few fields. */
static bool split(char *line, char *field[FIELDS])
{
	for (int i = 0; i < FIELDS; i++) {
		field[i] = line;
		line += strcspn(line, "\t");
		if (*line)
			*line++ = '\0';
		else if (i < FIELDS - 1)
			return false;
	}
	return true;
}

static enum driver_report judge(char *line, const char *platform, const struct version *v,
				char why[static 256])
{
	char *field[FIELDS];
	struct version first, last;
	enum driver_report r;

	if (*line == '#' || !split(line, field) || !version_of(field[2], &first) ||
	    !version_of(field[3], &last))
		return DRIVER_UNREPORTED;
	r = !strcmp(field[0], "bad") ? DRIVER_BAD : !strcmp(field[0], "good") ? DRIVER_GOOD :
						    DRIVER_UNREPORTED;
	if (!names_platform(field[1], platform) || compare(v, &first) < 0 || compare(v, &last) > 0)
		return DRIVER_UNREPORTED;
	str_fit(why, 256, field[4]);
	str_sanitize(why);
	return r;
}

enum driver_report driver_reported(const char *table, const char *platform, const char *version,
				   char why[static 256])
{
	struct version v;

	*why = '\0';
	if (!version_of(version, &v))
		return DRIVER_UNREPORTED;
	while (*table) {
		size_t len = strcspn(table, "\n");
		char line[512];
		enum driver_report r = DRIVER_UNREPORTED;

		if (str_print(line, sizeof(line), "%.*s", (int)(len < 600 ? len : 600), table))
			r = judge(line, platform ? platform : "", &v, why);
		if (r)
			return r;
		*why = '\0';
		table += len + (table[len] == '\n');
	}
	return DRIVER_UNREPORTED;
}
