/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules and questions about them; the files are found in modprobe_files.c. */
#include "launcher/facts/modprobe.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/memory.h"
#include "launcher/base/str.h"

#define BLANKS	" \t"

static const struct {
	const char *text;
	enum modprobe_word word;
	bool value;		/* a second word has to follow the name */
} words[] = {
	{ "options", MODPROBE_OPTIONS, true },
	{ "softdep", MODPROBE_SOFTDEP, true },
	{ "blacklist", MODPROBE_BLACKLIST, false },
	{ "install", MODPROBE_INSTALL, true },
	{ "remove", MODPROBE_REMOVE, true },
	{ "alias", MODPROBE_ALIAS, true },
};

/* kmod underscores(): not within brackets, which are patterns of aliases. */
static void underscores(char *s)
{
	for (; *s; s++) {
		if (*s == '[') {
			size_t n = strcspn(s, "]");

			if (!s[n])
				return;
			s += n;
		} else if (*s == '-') {
			*s = '_';
		}
	}
}

/* The next blank-separated word at *@s, cut out of the text; NULL: there is none. */
static char *take_word(char **s)
{
	char *w = *s + strspn(*s, BLANKS);
	size_t n = strcspn(w, BLANKS);

	if (!n)
		return NULL;
	*s = w[n] ? w + n + 1 : w + n;
	w[n] = '\0';
	return w;
}

static int add_rule(struct modprobe *m, enum modprobe_word word, const char *name, const char *value,
		    uint32_t line)
{
	struct modprobe_rule *r;

	if (m->n_rules == MODPROBE_RULES_MAX || strlen(name) >= sizeof(r->name)) {
		m->unread++;
		return 0;
	}
	/* Room doubles at each power of two. */
	if (!(m->n_rules & (m->n_rules - 1))) {
		r = realloc(m->rule, (m->n_rules ? 2 * m->n_rules : 1) * sizeof(*r));
		if (!r)
			return -ENOMEM;
		m->rule = r;
	}
	r = &m->rule[m->n_rules];
	*r = (struct modprobe_rule){ .word = word, .file = (uint16_t)(m->n_files - 1), .line = line };
	str_fit(r->name, sizeof(r->name), name);
	underscores(r->name);
	r->value = strdup(value);
	if (!r->value)
		return -ENOMEM;
	if (word == MODPROBE_ALIAS)
		underscores(r->value);
	m->n_rules++;
	return 0;
}

static int parse_line(struct modprobe *m, char *s, uint32_t line)
{
	char *word = take_word(&s), *name;

	if (!word || *word == '#')
		return 0;
	name = take_word(&s);
	for (size_t i = 0; name && i < ARRAY_SIZE(words); i++) {
		if (strcmp(words[i].text, word))
			continue;
		s += strspn(s, BLANKS);
		if (words[i].value && !*s)
			return 0;
		return add_rule(m, words[i].word, name, words[i].value ? s : "", line);
	}
	return 0;
}

/* Copies one logical line to @buf, a backslash before the newline being nothing; returns what follows. */
static const char *join_line(const char *s, const char *end, char *buf, uint32_t *lines)
{
	*lines = 0;
	while (s < end) {
		if (*s == '\\' && s + 1 < end && s[1] == '\n') {
			++*lines;
			s += 2;
			continue;
		}
		if (*s == '\n') {
			++*lines;
			s++;
			break;
		}
		*buf++ = *s++;
	}
	*buf = '\0';
	return s;
}

static int add_file(struct modprobe *m, const char *path, int64_t mtime)
{
	if (!m->file)
		m->file = calloc(MODPROBE_FILES_MAX, sizeof(*m->file));
	if (!m->file)
		return -ENOMEM;
	if (m->n_files == MODPROBE_FILES_MAX) {
		m->unread++;
		return -ENOSPC;
	}
	str_fit(m->file[m->n_files].path, sizeof(m->file->path), path);
	m->file[m->n_files++].mtime = mtime;
	return 0;
}

int modprobe_add_text(struct modprobe *m, const char *path, int64_t mtime, const char *text,
		      size_t len)
{
	_free_ char *buf = malloc(len + 1);
	const char *s = text, *end = text + len;
	uint32_t line = 1, lines;
	int r = add_file(m, path, mtime);

	if (!buf)
		return -ENOMEM;
	if (r)
		return r == -ENOSPC ? 0 : r;
	while (!r && s < end) {
		s = join_line(s, end, buf, &lines);
		r = parse_line(m, buf, line);
		line += lines;
	}
	return r;
}

int modprobe_add_loads(struct modprobe *m, const char *path, const char *text, size_t len)
{
	_free_ char *buf = malloc(len + 1);
	const char *s = text, *end = text + len;

	if (!m->load)
		m->load = calloc(MODPROBE_LOADS_MAX, sizeof(*m->load));
	if (!buf || !m->load)
		return -ENOMEM;
	for (uint32_t line = 1, lines; s < end; line += lines) {
		struct modprobe_load *l = &m->load[m->n_loads];
		char *rest = buf, *name;

		s = join_line(s, end, buf, &lines);
		name = take_word(&rest);
		if (!name || *name == '#' || *name == ';')
			continue;
		name[strcspn(name, "\r")] = '\0';
		if (m->n_loads == MODPROBE_LOADS_MAX || !str_copy(l->name, sizeof(l->name), name)) {
			m->unread++;
			continue;
		}
		underscores(l->name);
		str_fit(l->path, sizeof(l->path), path);
		l->line = line;
		m->n_loads++;
	}
	return 0;
}

void modprobe_done(struct modprobe *m)
{
	for (size_t i = 0; i < m->n_rules; i++)
		free(m->rule[i].value);
	free(m->rule);
	free(m->file);
	free(m->load);
	memset(m, 0, sizeof(*m));
}

/* --- questions -------------------------------------------------------------------------------- */

size_t modprobe_find(const struct modprobe *m, enum modprobe_word word, const char *module,
		     size_t from)
{
	for (size_t i = from; i < m->n_rules; i++)
		if (m->rule[i].word == word && cmdline_same_name(m->rule[i].name, module))
			return i;
	return m->n_rules;
}

bool modprobe_has(const struct modprobe *m, const struct modprobe_rule *r)
{
	for (size_t i = modprobe_find(m, r->word, r->name, 0); i < m->n_rules;
	     i = modprobe_find(m, r->word, r->name, i + 1))
		if (!strcmp(m->rule[i].value, r->value))
			return true;
	return false;
}

const struct modprobe_load *modprobe_loads(const struct modprobe *m, const char *module)
{
	for (size_t i = 0; i < m->n_loads; i++)
		if (cmdline_same_name(m->load[i].name, module))
			return &m->load[i];
	return NULL;
}

/* Is @module in a comma-separated list of modules? */
static bool list_names(const char *list, const char *module)
{
	char name[96];

	while (list && *list) {
		size_t n = strcspn(list, ",");

		if (n < sizeof(name)) {
			memcpy(name, list, n);
			name[n] = '\0';
			if (cmdline_same_name(name, module))
				return true;
		}
		list += n + (list[n] == ',');
	}
	return false;
}

static bool cmdline_names(const struct cmdline *c, const char *param, const char *module)
{
	for (size_t i = cmdline_find(c, param, 0); i < c->n; i = cmdline_find(c, param, i + 1))
		if (list_names(cmdline_value(c, i), module))
			return true;
	return false;
}

bool modprobe_blacklisted(const struct modprobe *m, const struct cmdline *c, const char *module,
			  size_t *rule)
{
	*rule = modprobe_find(m, MODPROBE_BLACKLIST, module, 0);
	return *rule < m->n_rules ||
	       (c && (cmdline_names(c, "modprobe.blacklist", module) ||
		      cmdline_names(c, "module_blacklist", module)));
}

/* Commands that load nothing: /bin/true, /bin/false, /usr/bin/true, true, :. */
static bool loads_nothing(const char *command)
{
	static const char *const names[] = { "true", "false", ":" };
	size_t n = strcspn(command, " \t;#&|");
	const char *base = command;

	for (size_t i = 0; i < n; i++)
		if (command[i] == '/')
			base = command + i + 1;
	n -= (size_t)(base - command);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == n && !memcmp(names[i], base, n))
			return !strstr(command, "modprobe") && !strstr(command, "insmod");
	return false;
}

bool modprobe_blocked(const struct modprobe *m, const char *module, size_t *rule)
{
	/* Of several install lines modprobe takes the first. */
	*rule = modprobe_find(m, MODPROBE_INSTALL, module, 0);
	return *rule < m->n_rules && loads_nothing(m->rule[*rule].value);
}

/* Is @module among the words behind "pre:"? */
static bool softdep_pre(const char *value, const char *module)
{
	bool pre = false;
	char name[96];

	while (*(value += strspn(value, BLANKS))) {
		size_t n = strcspn(value, BLANKS);

		if (n < sizeof(name)) {
			memcpy(name, value, n);
			name[n] = '\0';
			if (!strcmp(name, "pre:") || !strcmp(name, "post:"))
				pre = name[1] == 'r';
			else if (pre && cmdline_same_name(name, module))
				return true;
		}
		value += n;
	}
	return false;
}

size_t modprobe_before(const struct modprobe *m, const char *first, const char *module)
{
	for (size_t i = modprobe_find(m, MODPROBE_SOFTDEP, module, 0); i < m->n_rules;
	     i = modprobe_find(m, MODPROBE_SOFTDEP, module, i + 1))
		if (softdep_pre(m->rule[i].value, first))
			return i;
	return m->n_rules;
}

bool modprobe_option(const struct modprobe_rule *r, const char *key, char *buf, size_t size)
{
	_free_ struct cmdline *c = malloc(sizeof(*c));
	const char *last;

	/* The kernel splits a module's parameters with the same function as its command line. */
	buf[0] = '\0';
	memory_note(c ? 0 : -ENOMEM);
	if (!c || r->word != MODPROBE_OPTIONS)
		return false;
	cmdline_parse(r->value, c);
	last = cmdline_last(c, key);
	return last && str_copy(buf, size, last);
}

const char *modprobe_where(const struct modprobe *m, size_t rule, char *buf, size_t size)
{
	const struct modprobe_rule *r = &m->rule[rule];

	snprintf(buf, size, "%s:%u", m->file[r->file].path, r->line);
	return buf;
}
