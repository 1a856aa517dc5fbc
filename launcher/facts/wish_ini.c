/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * libini_config splits a file into sections, keys and values and knows the
 * line of each. Four habits of it are not ours, and are closed off here
 * (measured with 0.6.2):
 *   - an indented line continues the value above: INI_PARSE_NOWRAP;
 *   - double keys and sections merge silently: the DETECT modes;
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
	bool in_section = false;
	int number = 1;

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
		{ ERR_DUPKEY, N_("the key is there twice in this file") },
		{ ERR_DUPKEYSEC, N_("the key is there twice in this file") },
		{ ERR_DUPSECTION, N_("the section is there twice in this file") },
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

static int parse_with(struct ini_cfgfile *file, struct ini_cfgobj *cfg, struct wish_rows *rows,
		      struct wish_error *e)
{
	int r = ini_config_parse(file, INI_STOP_ON_ANY,
				 INI_MV1S_DETECT | INI_MV2S_DETECT | INI_MS_DETECT,
				 INI_PARSE_NOWRAP | INI_PARSE_NO_C_COMMENTS, cfg);

	if (r == ENOMEM)
		return -ENOMEM;
	if (r)
		return library_error(cfg, e);
	r = collect(cfg, rows);
	if (!r && rows->n)
		qsort(rows->v, rows->n, sizeof(*rows->v), by_line);
	return r;
}

int wish_ini_parse(const char *text, size_t len, struct wish_rows *rows, struct wish_error *e)
{
	struct ini_cfgfile *file = NULL;
	struct ini_cfgobj *cfg = NULL;
	_free_ char *copy = NULL;
	int r;

	*rows = (struct wish_rows){ 0 };
	copy = malloc(len + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, len);
	copy[len] = '\0';
	r = text_check(copy, len, e);
	if (r || !len)
		return r;
	r = -ENOMEM;
	if (!ini_config_create(&cfg) && !ini_config_file_from_mem(copy, (uint32_t)len, &file))
		r = parse_with(file, cfg, rows, e);
	if (file)
		ini_config_file_destroy(file);
	if (cfg)
		ini_config_destroy(cfg);
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
