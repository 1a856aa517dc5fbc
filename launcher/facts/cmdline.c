/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/cmdline.h"

#include <ctype.h>
#include <string.h>

#include "launcher/base/str.h"

/* The kernel's isspace() also takes 0xa0; a command line in UTF-8 would be torn by it there too. */
static bool is_blank(char c)
{
	return isspace((unsigned char)c) || (unsigned char)c == 0xa0;
}

/*
 * One argument at @s: where it ends, and where its first '=' is (0: none). A '=' in front of
 * everything is no separator, as in next_arg().
 */
static size_t arg_length(const char *s, bool in_quote, size_t *equals, bool *open)
{
	size_t i;

	*equals = 0;
	for (i = 0; s[i] && (in_quote || !is_blank(s[i])); i++) {
		if (!*equals && s[i] == '=')
			*equals = i;
		if (s[i] == '"')
			in_quote = !in_quote;
	}
	*open = in_quote;
	return i;
}

/* Cuts the argument at @s out of the text; returns what follows it. */
static char *take_arg(struct cmdline *c, char *s, struct cmdline_token *t)
{
	bool quoted = *s == '"';
	size_t n, equals;
	char *value = NULL, *end;

	s += quoted;
	n = arg_length(s, quoted, &equals, &c->open_quote);
	end = s[n] ? s + n + 1 : s + n;
	s[n] = '\0';
	if (equals) {
		s[equals] = '\0';
		value = s + equals + 1;
		if (*value == '"') {
			value++;
			if (value < s + n && s[n - 1] == '"')
				s[n - 1] = '\0';
		}
	}
	if (quoted && n && s[n - 1] == '"')
		s[n - 1] = '\0';
	t->name = (uint16_t)(s - c->text);
	t->value = value ? (uint16_t)(value - c->text) : 0;
	return end;
}

void cmdline_parse(const char *text, struct cmdline *c)
{
	size_t len = strnlen(text, CMDLINE_TEXT_MAX + 1);
	char *s;

	memset(c, 0, sizeof(*c));
	c->cut = len > CMDLINE_TEXT_MAX;
	memcpy(c->text, text, c->cut ? CMDLINE_TEXT_MAX : len);
	for (s = c->text; *s;) {
		struct cmdline_token t;

		if (is_blank(*s)) {
			s++;
			continue;
		}
		if (c->n == CMDLINE_TOKENS_MAX) {
			c->cut = true;
			return;
		}
		s = take_arg(c, s, &t);
		if (!t.value && !strcmp(c->text + t.name, "--"))
			return;
		c->token[c->n++] = t;
	}
}

const char *cmdline_name(const struct cmdline *c, size_t i)
{
	return c->text + c->token[i].name;
}

const char *cmdline_value(const struct cmdline *c, size_t i)
{
	return c->token[i].value ? c->text + c->token[i].value : NULL;
}

bool cmdline_same_name(const char *a, const char *b)
{
	for (; *a || *b; a++, b++) {
		char x = *a == '-' ? '_' : *a, y = *b == '-' ? '_' : *b;

		if (x != y)
			return false;
	}
	return true;
}

size_t cmdline_find(const struct cmdline *c, const char *name, size_t from)
{
	for (size_t i = from; i < c->n; i++)
		if (cmdline_same_name(cmdline_name(c, i), name))
			return i;
	return c->n;
}

const char *cmdline_last(const struct cmdline *c, const char *name)
{
	const char *last = NULL;

	for (size_t i = cmdline_find(c, name, 0); i < c->n; i = cmdline_find(c, name, i + 1)) {
		last = cmdline_value(c, i);
		last = last ? last : "";
	}
	return last;
}

static bool list_has(const char *list, const char *item)
{
	size_t n = strlen(item);

	for (;;) {
		size_t len = strcspn(list, ",");

		if (len == n && !memcmp(list, item, n))
			return true;
		if (!list[len])
			return false;
		list += len + 1;
	}
}

bool cmdline_lists(const struct cmdline *c, const char *name, const char *item)
{
	for (size_t i = cmdline_find(c, name, 0); i < c->n; i = cmdline_find(c, name, i + 1))
		if (cmdline_value(c, i) && list_has(cmdline_value(c, i), item))
			return true;
	return false;
}

/* --- parameters igvm knows ------------------------------------------------------------- */

const struct cmdline_param *cmdline_param(const char *name)
{
	const struct cmdline_param *p;

	for (size_t i = 0; (p = cmdline_param_at(i)); i++)
		if (cmdline_same_name(p->name, name))
			return p;
	return NULL;
}

static bool word_ok(const struct cmdline_param *p, const char *word, size_t len)
{
	char copy[64];

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, word, len);
	copy[len] = '\0';
	if (list_has(p->values, copy))
		return true;
	for (const char *s = p->prefixes; s && *s; s += strcspn(s, " "), s += strspn(s, " ")) {
		size_t n = strcspn(s, " ");

		if (len > n && !strncmp(copy, s, n))
			return true;
	}
	return false;
}

bool cmdline_value_ok(const struct cmdline_param *p, const char *value)
{
	if (!value)
		return p->bare;
	if (!p->values)
		return true;
	if (!p->list)
		return word_ok(p, value, strlen(value));
	for (;;) {
		size_t len = strcspn(value, ",");

		if (!word_ok(p, value, len))
			return false;
		if (!value[len])
			return true;
		value += len + 1;
	}
}

/* Letters and digits alone, in small letters: what is left of a name without its separators. */
static void squeeze(const char *s, char *buf, size_t size)
{
	size_t n = 0;

	for (; *s && n < size - 1; s++)
		if (isalnum((unsigned char)*s))
			buf[n++] = (char)tolower((unsigned char)*s);
	buf[n] = '\0';
}

/* "intel_iommu-on": a name and one of its values with something else between them than '='. */
static bool is_glued(const struct cmdline_param *p, const char *squeezed)
{
	char name[64];
	const char *rest;

	squeeze(p->name, name, sizeof(name));
	rest = str_starts(squeezed, name);
	return rest && *rest && p->values && list_has(p->values, rest);
}

/* Modules of which every parameter is in the table: what else is said of them is wrong. */
static bool module_is_whole(const char *name)
{
	return !strncmp(name, "vfio", 4);
}

static bool is_near(const struct cmdline_param *p, const char *name, const char *squeezed)
{
	bool dotted = strchr(name, '.'), row_dotted = strchr(p->name, '.');
	char wanted[64];
	unsigned int cap;

	if (p->view == CMDLINE_OTHER)
		return false;
	squeeze(p->name, wanted, sizeof(wanted));
	if (!strcmp(wanted, squeezed) || is_glued(p, squeezed))
		return true;
	if (strlen(p->name) < 8 || (dotted != row_dotted && !module_is_whole(name)) ||
	    (row_dotted && !module_is_whole(p->name)))
		return false;
	cap = strlen(p->name) < 11 ? 1 : 2;
	return str_distance(wanted, squeezed) <= cap;
}

const struct cmdline_param *cmdline_param_near(const char *name)
{
	const struct cmdline_param *p;
	char squeezed[64];

	if (strlen(name) >= sizeof(squeezed) || cmdline_param(name))
		return NULL;
	squeeze(name, squeezed, sizeof(squeezed));
	for (size_t i = 0; (p = cmdline_param_at(i)); i++)
		if (is_near(p, name, squeezed))
			return p;
	return NULL;
}
