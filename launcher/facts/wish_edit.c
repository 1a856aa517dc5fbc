/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/wish_edit.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/facts/wish_ini.h"

/* Where line @n (1 = the first) begins; the end of the text when there are fewer. */
static const char *line_at(const char *text, int n)
{
	while (--n > 0 && *text) {
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
	return text;
}

/* The line of "[section]", by its own spelling of blanks; 0: there is none. */
static int header_line(const char *text, const char *section)
{
	size_t n = strlen(section);
	int line = 1;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n', line++) {
		const char *at = text + strspn(text, " \t");

		if (*at++ != '[')
			continue;
		at += strspn(at, " \t");
		if (!strncmp(at, section, n) && at[n + strspn(at + n, " \t")] == ']')
			return line;
	}
	return 0;
}

/* Lines before @first and from @rest on stay; between them come @section (may be NULL) and the pair. */
static int join(const char *text, const char *first, const char *rest, const char *section,
		const char *key, const char *value, char **out)
{
	size_t head = (size_t)(first - text);
	bool newline = head && text[head - 1] != '\n';
	int n = asprintf(out, "%.*s%s%s%s%s%s = %s\n%s", (int)head, text, newline ? "\n" : "",
			 section ? "[" : "", section ? section : "", section ? "]\n" : "", key, value, rest);

	return n < 0 ? -ENOMEM : 0;
}

int wish_edit_set(const char *text, size_t len, const char *section, const char *key,
		  const char *value, char **out, struct wish_error *e)
{
	struct wish_rows rows = { 0 };
	int err = wish_ini_parse(text, len, &rows, e), has = 0, last = 0;
	const char *at;

	*out = NULL;
	if (err)
		return err;
	for (size_t i = 0; i < rows.n; i++) {
		if (strcmp(rows.v[i].section, section))
			continue;
		last = rows.v[i].line;
		if (!strcmp(rows.v[i].key, key))
			has = last;
	}
	wish_rows_done(&rows);
	if (has)
		return join(text, line_at(text, has), line_at(text, has + 1), NULL, key, value, out);
	if (!last)
		last = header_line(text, section);
	at = last ? line_at(text, last + 1) : text + strlen(text);
	return join(text, at, at, last ? NULL : section, key, value, out);
}

static bool is_header(const char *line)
{
	return line[strspn(line, " \t")] == '[';
}

static bool is_empty(const char *line)
{
	line += strspn(line, " \t");
	return !*line || *line == '\n';
}

int wish_edit_drop(const char *text, size_t len, const char *section, char **out,
		   struct wish_error *e)
{
	struct wish_rows rows = { 0 };
	int err = wish_ini_parse(text, len, &rows, e), first, last;

	*out = NULL;
	wish_rows_done(&rows);
	if (err)
		return err;
	first = last = header_line(text, section);
	if (!first)
		return -ENOENT;
	for (last++; *line_at(text, last) && !is_header(line_at(text, last)); last++)
		;
	/* At the end of the file the empty lines above go instead of those below. */
	while (*line_at(text, last) && last > first + 1 && is_empty(line_at(text, last - 1)))
		last--;
	while (!*line_at(text, last) && first > 1 && is_empty(line_at(text, first - 1)))
		first--;
	if (asprintf(out, "%.*s%s", (int)(line_at(text, first) - text), text, line_at(text, last)) < 0) {
		*out = NULL;
		return -ENOMEM;
	}
	return 0;
}

static bool same_line(const char *a, const char *b)
{
	size_t n = strcspn(a, "\n");

	return n == strcspn(b, "\n") && !memcmp(a, b, n) && *a && *b;
}

static int count_lines(const char *text)
{
	int n = 0;

	for (; *text; text = line_at(text, 2))
		n++;
	return n;
}

static void print_lines(FILE *f, char sign, const char *text, int first, int last)
{
	for (int i = first; i <= last; i++) {
		const char *at = line_at(text, i);
		char line[256];

		snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
		str_sanitize(line);
		fprintf(f, "%c%-3d %s\n", sign, i, line);
	}
}

void wish_edit_diff(FILE *f, const char *before, const char *after)
{
	int a = count_lines(before), b = count_lines(after), first = 1;

	while (first <= a && first <= b && same_line(line_at(before, first), line_at(after, first)))
		first++;
	while (a >= first && b >= first && same_line(line_at(before, a), line_at(after, b)))
		a--, b--;
	print_lines(f, '-', before, first, a);
	print_lines(f, '+', after, first, b);
}
