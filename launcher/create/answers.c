/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/create/answers.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "launcher/base/i18n.h"
#include "launcher/base/memory.h"
#include "launcher/base/str.h"

#define NAME_MAX_BYTES	31

static bool is_clean(const char *s)
{
	_free_ char *copy = strdup(s);

	if (!copy)
		return false;
	str_sanitize(copy);
	return !strcmp(copy, s) && !strchr(s, '\t');
}

static void put_escaped(FILE *f, const char *s)
{
	static const struct {
		char c;
		const char *text;
	} rows[] = {
		{ '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&apos;" },
	};

	for (; *s; s++) {
		const char *text = NULL;

		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			if (rows[i].c == *s)
				text = rows[i].text;
		if (text)
			fputs(text, f);
		else
			fputc(*s, f);
	}
}

static const struct answer_value *find(const struct answer_value *v, const char *name, size_t n)
{
	for (; v->name; v++)
		if (strlen(v->name) == n && !memcmp(v->name, name, n))
			return v;
	return NULL;
}

/* One line of the template, without its line break. */
static int put_line(FILE *f, const char *line, size_t n, const struct answer_value *values)
{
	for (size_t i = 0; i < n; i++) {
		const struct answer_value *v;
		const char *end;

		if (line[i] != '@' || i + 1 == n || line[i + 1] != '{') {
			fputc(line[i], f);
			continue;
		}
		end = memchr(line + i, '}', n - i);
		v = end ? find(values, line + i + 2, (size_t)(end - line) - i - 2) : NULL;
		if (!v)
			return -EINVAL;
		if (v->value && !is_clean(v->value))
			return -EILSEQ;
		if (v->value)
			put_escaped(f, v->value);
		i = (size_t)(end - line);
	}
	fputc('\n', f);
	return 0;
}

/** struct filling - where in the template */
struct filling {
	FILE *f;
	const struct answer_value *values;
	bool inside, skip;	/* an @if; its value is not set */
};

static int take_line(struct filling *g, const char *line, size_t n)
{
	size_t blank = strspn(line, " \t");
	const char *word = line + blank, *name = str_starts(word, "@if ");

	if (str_starts(word, "@end@")) {
		if (!g->inside)
			return -EINVAL;
		g->inside = g->skip = false;
		return 0;
	}
	if (name) {
		const struct answer_value *v = find(g->values, name, strcspn(name, "@\n"));

		if (g->inside || !v)
			return -EINVAL;
		g->inside = true;
		g->skip = !v->value || !*v->value;
		return 0;
	}
	return g->skip ? 0 : put_line(g->f, line, n, g->values);
}

int answers_fill(const char *template, const struct answer_value *values, char **text, int *line)
{
	_free_ char *out = NULL;
	size_t size;
	struct filling g = { .f = memory_open(&out, &size), .values = values };
	int r = 0;

	if (!g.f)
		return -ENOMEM;
	for (*line = 1; !r && *template; ++*line) {
		size_t n = strcspn(template, "\n");

		r = take_line(&g, template, n);
		template += n + (template[n] == '\n');
		if (r)
			break;
	}
	if (!r && g.inside)
		r = -EINVAL;
	if (memory_close(g.f, &out) && !r)
		r = -ENOMEM;
	if (!r)
		*text = TAKE(out);
	return r;
}

const char *answers_user_check(const char *user)
{
	static const char *const kept[] = {
		"administrator", "guest", "defaultaccount", "wdagutilityaccount", "system", "local service",
		"network service", "none",
	};
	size_t n = strlen(user), letters = 0;

	for (size_t i = 0; i < n; i++)
		letters += ((unsigned char)user[i] & 0xc0) != 0x80;
	if (!n || letters > 20)
		return N_("a user's name in Windows has 1 to 20 characters");
	if (!is_clean(user))
		return N_("a user's name in Windows is UTF-8 without control characters");
	if (strpbrk(user, "\"/\\[]:;|=,+*?<>@%"))
		return N_("a user's name in Windows has none of \" / \\ [ ] : ; | = , + * ? < > @ %");
	if (user[n - 1] == '.' || user[n - 1] == ' ' || *user == ' ')
		return N_("a user's name in Windows ends with no dot and no blank, and begins with none");
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++)
		if (!strcasecmp(user, kept[i]))
			return N_("Windows keeps that user's name for itself");
	return NULL;
}

void answers_host_name(const char *vm, char out[static 16])
{
	bool letter = false;
	size_t n = 0;

	for (; *vm && n < 15; vm++) {
		out[n++] = (char)(isalnum((unsigned char)*vm) ? toupper((unsigned char)*vm) : '-');
		letter = letter || isalpha((unsigned char)*vm);
	}
	while (n && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	/* Digits alone would be read as an address. */
	if (!letter) {
		memmove(out + 1, out, n < 15 ? n : 14);
		out[0] = 'W';
		out[n < 15 ? n + 1 : 15] = '\0';
	}
}
