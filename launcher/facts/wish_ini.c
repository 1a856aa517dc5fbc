/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * libini_config splits a file into sections, keys and values and knows the
 * line of each. Five habits of it are not ours, and are closed off here
 * (measured with 0.6.2):
 *   - an indented line continues the value above: INI_PARSE_NOWRAP;
 *   - double keys and sections merge silently: the DETECT modes;
 *   - these do not count the errors they add, and ini_config_get_errors()
 *     writes past its list then (found by fuzzing): the file is parsed for its
 *     form first, then for doubles, whose line we look for ourselves;
 *   - keys before the first section vanish without an error: looked for before;
 *   - bytes such as NUL and CR become part of values: refused before.
 * Its lists come in an order of its own; rows are sorted by line.
 */
#include "launcher/facts/wish_ini.h"

#include <errno.h>
#include <ini_configobj.h>
#include <ini_valueobj.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

/* A section's or a key's name inside the text. */
struct wish_name {
	const char *p;
	size_t n;
	bool section;
};

static int bad(struct wish_error *e, int line, const char *fmt, ...) printf_(3, 4);

static int bad(struct wish_error *e, int line, const char *fmt, ...)
{
	va_list ap;

	e->line = line;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	str_sanitize(e->text);
	return -EINVAL;
}

/* A line may hold what a terminal may show: valid UTF-8, no control byte but tab. */
static int line_check(const char *line, size_t len, int number, bool in_section,
		      struct wish_error *e)
{
	char clean[WISH_LINE_MAX + 1];
	const char *first = line + strspn(line, " \t");

	if (len > WISH_LINE_MAX)
		return bad(e, number, _("the line is longer than %d bytes"), WISH_LINE_MAX);
	if (memchr(line, '\0', len))
		return bad(e, number, _("the line holds a NUL byte"));
	if (len && line[len - 1] == '\r')
		return bad(e, number, _("the line ends with CR LF, as Windows writes it; end it with LF"));
	memcpy(clean, line, len);
	clean[len] = '\0';
	str_sanitize(clean);
	if (memcmp(clean, line, len))
		return bad(e, number, _("the line holds a control byte, or text that is not UTF-8"));
	if (!in_section && first < line + len && !strchr("[#;", *first))
		return bad(e, number, _("a key before the first [section]"));
	return 0;
}

static bool opens_section(const char *line, size_t len)
{
	size_t skip = strspn(line, " \t");

	return skip < len && line[skip] == '[';
}

/* @text ends with a NUL byte behind its @len bytes. */
static int text_check(const char *text, size_t len, struct wish_error *e)
{
	static const char mark[] = "\xef\xbb\xbf";
	bool in_section = false;
	int number = 1;

	if (len >= sizeof(mark) - 1 && !memcmp(text, mark, sizeof(mark) - 1))
		return bad(e, 1, _("the file begins with a byte order mark (UTF-8 BOM); save it without"));
	if (len > WISH_FILE_MAX) {
		bad(e, 0, _("the file is longer than %d bytes"), WISH_FILE_MAX);
		return -EFBIG;
	}
	for (size_t at = 0; at < len; number++) {
		const char *line = text + at, *end = memchr(line, '\n', len - at);
		size_t n = end ? (size_t)(end - line) : len - at;
		int r;

		in_section = in_section || opens_section(line, n);
		r = line_check(line, n, number, in_section, e);
		if (r)
			return r;
		at += n + 1;
	}
	return 0;
}

/* The library's sentences are English and of its own wording; its numbers are ERR_* of its header. */
static int library_error(struct ini_cfgobj *cfg, struct wish_error *e)
{
	static const struct {
		int code;
		const char *text;
	} texts[] = {
		{ ERR_NOCLOSESEC, N_("the section line does not end with ]") },
		{ ERR_NOSECTION, N_("the section has no name") },
		{ ERR_SECTIONLONG, N_("the section's name is too long") },
		{ ERR_NOEQUAL, N_("the line is no section, no comment and no key = value") },
		{ ERR_NOKEY, N_("the line has no key before =") },
		{ ERR_LONGKEY, N_("the key is too long") },
	};
	char **list = NULL;
	const char *text = N_("the line cannot be understood");
	int code = 0, line = 0;

	if (!ini_config_get_errors(cfg, &list) && list) {
		if (list[0] && sscanf(list[0], "Error (%d) on line %d", &code, &line) != 2)
			code = line = 0;
		ini_config_free_errors(list);
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (texts[i].code == code)
			text = texts[i].text;
	return bad(e, line, "%s", _(text));
}

static int row_add(struct wish_rows *rows, const char *section, const char *key, const char *value,
		   int line)
{
	struct wish_row *v = realloc(rows->v, (rows->n + 1) * sizeof(*v));
	struct wish_row *row;

	if (!v)
		return -ENOMEM;
	rows->v = v;
	row = &v[rows->n++];
	*row = (struct wish_row){ strdup(section), strdup(key), strdup(value), line };
	return row->section && row->key && row->value ? 0 : -ENOMEM;
}

static int collect_section(struct ini_cfgobj *cfg, char *section, struct wish_rows *rows)
{
	int n = 0, err = 0, r = 0;
	char **keys = ini_get_attribute_list(cfg, section, &n, &err);

	for (int i = 0; keys && i < n && !r; i++) {
		struct value_obj *vo = NULL;
		const char *value = NULL;
		uint32_t line = 0;

		if (!ini_get_config_valueobj(section, keys[i], cfg, INI_GET_FIRST_VALUE, &vo) && vo &&
		    !value_get_line(vo, &line))
			value = ini_get_const_string_config_value(vo, &err);
		r = value ? row_add(rows, section, keys[i], value, (int)line) : -ENOMEM;
	}
	ini_free_attribute_list(keys);
	return r;
}

static int collect(struct ini_cfgobj *cfg, struct wish_rows *rows)
{
	int n = 0, err = 0, r = 0;
	char **sections = ini_get_section_list(cfg, &n, &err);

	for (int i = 0; sections && i < n && !r; i++)
		r = collect_section(cfg, sections[i], rows);
	ini_free_section_list(sections);
	return r;
}

static int by_line(const void *a, const void *b)
{
	const struct wish_row *x = a, *y = b;

	return (x->line > y->line) - (x->line < y->line);
}

/* --- doubles --------------------------------------------------------------------- */

/* The name on a line: what is in [], or what is before =; false: a comment or nothing. */
static bool line_name(const char *line, size_t len, struct wish_name *name)
{
	size_t skip = strspn(line, " \t");
	const char *end;

	name->section = skip < len && line[skip] == '[';
	if (skip >= len || strchr("#;", line[skip]))
		return false;
	name->p = line + skip + name->section;
	end = memchr(name->p, name->section ? ']' : '=', len - (size_t)(name->p - line));
	if (!end)
		return false;
	while (name->p < end && strchr(" \t", *name->p))
		name->p++;
	while (end > name->p && strchr(" \t", end[-1]))
		end--;
	name->n = (size_t)(end - name->p);
	return true;
}

static bool same_name(const struct wish_name *a, const struct wish_name *b)
{
	return a->section == b->section && a->n == b->n && !strncasecmp(a->p, b->p, a->n);
}

/* The line of @name between @from, which is line @number, and @to; 0: it is not there. */
static int first_line(const char *from, int number, const char *to, const struct wish_name *name)
{
	struct wish_name other;

	for (; from < to; number++) {
		size_t n = strcspn(from, "\n");

		if (line_name(from, n, &other) && same_name(&other, name))
			return number;
		from += n + 1;
	}
	return 0;
}

/* Only called for a file that has one: says which. */
static int double_error(const char *text, struct wish_error *e)
{
	const char *section = text;
	struct wish_name name;
	int number = 1, section_number = 1;

	for (const char *line = text; *line; number++) {
		size_t n = strcspn(line, "\n");

		if (line_name(line, n, &name)) {
			int first = first_line(name.section ? text : section,
					       name.section ? 1 : section_number, line, &name);

			if (first)
				return bad(e, number, name.section
						   ? _("[%.*s] is there twice in this file, first in line %d")
						   : _("'%.*s' is there twice in this section, first in line %d"),
					   name.n < 60 ? (int)name.n : 60, name.p, first);
			section = name.section ? line : section;
			section_number = name.section ? number : section_number;
		}
		line += n + (line[n] == '\n');
	}
	return bad(e, 0, _("a key or section is there twice"));
}

/* --- the library -------------------------------------------------------------------- */

/* @text is parsed with these collision @flags; *@cfg is made and owned by the caller. */
static int library_parse(char *text, size_t len, uint32_t flags, struct ini_cfgobj **cfg)
{
	struct ini_cfgfile *file = NULL;
	int r = ini_config_create(cfg);

	if (!r)
		r = ini_config_file_from_mem(text, (uint32_t)len, &file);
	if (!r)
		r = ini_config_parse(file, INI_STOP_ON_ANY, flags,
				     INI_PARSE_NOWRAP | INI_PARSE_NO_C_COMMENTS, *cfg);
	if (file)
		ini_config_file_destroy(file);
	return r;
}

static int form_check(char *text, size_t len, struct wish_error *e)
{
	struct ini_cfgobj *cfg = NULL;
	int r = library_parse(text, len, INI_MV1S_ALLOW | INI_MV2S_ALLOW | INI_MS_MERGE, &cfg);

	if (r == ENOMEM)
		r = -ENOMEM;
	else if (r)
		r = library_error(cfg, e);
	if (cfg)
		ini_config_destroy(cfg);
	return r;
}

static int read_rows(char *text, size_t len, struct wish_rows *rows, struct wish_error *e)
{
	struct ini_cfgobj *cfg = NULL;
	int r = library_parse(text, len, INI_MV1S_DETECT | INI_MV2S_DETECT | INI_MS_DETECT, &cfg);

	if (r)
		r = r == ENOMEM ? -ENOMEM : double_error(text, e);
	else
		r = collect(cfg, rows);
	if (cfg)
		ini_config_destroy(cfg);
	return r;
}

int wish_ini_parse(const char *text, size_t len, struct wish_rows *rows, struct wish_error *e)
{
	_free_ char *copy = malloc(len + 1);
	int r;

	*rows = (struct wish_rows){ 0 };
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, len);
	copy[len] = '\0';
	r = text_check(copy, len, e);
	if (r || !len)
		return r;
	r = form_check(copy, len, e);
	if (!r)
		r = read_rows(copy, len, rows, e);
	if (!r && rows->n)
		qsort(rows->v, rows->n, sizeof(*rows->v), by_line);
	if (r)
		wish_rows_done(rows);
	return r;
}

void wish_rows_done(struct wish_rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		free(rows->v[i].section);
		free(rows->v[i].key);
		free(rows->v[i].value);
	}
	free(rows->v);
	*rows = (struct wish_rows){ 0 };
}
