/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Variables of a shell's text, and which of its commands is the call of QEMU. */
#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/lint/shell_parts.h"

static size_t name_len(const char *s)
{
	size_t n = 0;

	if (!isalpha((unsigned char)*s) && *s != '_')
		return 0;
	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n;
}

static struct shell_var *find_var(struct shell *s, const char *name, size_t n)
{
	for (size_t i = 0; i < s->n_var; i++)
		if (strlen(s->var[i].name) == n && !memcmp(s->var[i].name, name, n))
			return &s->var[i];
	return NULL;
}

/* The variable of that name, made when there is none; NULL: no place, which is as if it were unset. */
static struct shell_var *make_var(struct shell *s, const char *name, size_t n)
{
	struct shell_var *v = find_var(s, name, n);

	if (v || n >= sizeof(v->name) || s->n_var == VARS_MAX)
		return v;
	v = &s->var[s->n_var++];
	memcpy(v->name, name, n);
	v->name[n] = '\0';
	return v;
}

/* --- expansion --------------------------------------------------------------------------- */

static int leave_unset(struct shell *s, const char *text, size_t n)
{
	char name[sizeof(s->unset[0])];

	snprintf(name, sizeof(name), "%.*s", (int)(n < 40 ? n : 40), text);
	for (size_t i = 0; i < s->n_unset && i < LINT_UNSET_MAX; i++)
		if (!strcmp(s->unset[i], name))
			return shell_put(s, name, strlen(name));
	if (s->n_unset < LINT_UNSET_MAX)
		memcpy(s->unset[s->n_unset], name, sizeof(name));
	s->n_unset++;
	return shell_put(s, name, strlen(name));
}

/* Without quotes the blanks of a value separate words. */
static int put_split(struct shell *s, const char *value)
{
	int r = 0;

	while (*value && !r) {
		size_t n = strcspn(value, " \t\n");

		if (n)
			r = shell_put(s, value, n);
		value += n;
		n = strspn(value, " \t\n");
		value += n;
		if (n && !r)
			r = shell_end_word(s);
	}
	return r;
}

static int put_var(struct shell *s, const struct shell_var *v, bool quoted, bool all)
{
	int r = 0;

	for (size_t i = 0; i < v->value.n && !r && (all || !i); i++) {
		if (i)
			r = shell_end_word(s);
		if (!r)
			r = quoted ? shell_put(s, v->value.v[i], strlen(v->value.v[i]))
				   : put_split(s, v->value.v[i]);
	}
	return r;
}

/* "[@]" or "[*]" behind an array's name. */
static bool is_all(const char *rest, size_t n)
{
	return n == 3 && rest[0] == '[' && (rest[1] == '@' || rest[1] == '*') && rest[2] == ']';
}

/* ${NAME}, ${NAME[@]}, ${NAME:-WORD}; other forms are the shell's alone. */
static int braced(struct shell *s, const char *inner, size_t n, bool quoted)
{
	_free_ char *text = strndup(inner, n);
	const struct shell_var *v;
	size_t len;

	if (!text)
		return -ENOMEM;
	len = name_len(text);
	v = len ? find_var(s, text, len) : NULL;
	if (v && (len == n || is_all(text + len, n - len)))
		return put_var(s, v, quoted, len != n);
	if (len && text[len] == ':' && text[len + 1] == '-')
		return v ? put_var(s, v, quoted, false)
			 : shell_put(s, text + len + 2, strlen(text + len + 2));
	return leave_unset(s, inner - 2, n + 3);
}

/* From @at to the sign that closes what @open began; 0: never closed. */
static size_t to_close(const struct shell *s, char open, char close)
{
	size_t depth = 1, at = s->at;

	for (; at < s->n; at++) {
		if (s->text[at] == '\\' && at + 1 < s->n)
			at++;
		else if (s->text[at] == close && !--depth)
			return at + 1 - s->at;
		else if (s->text[at] == open)
			depth++;
	}
	return 0;
}

static void move(struct shell *s, size_t n)
{
	for (; n; n--)
		s->line += s->text[s->at++] == '\n';
}

static int unclosed(struct shell *s)
{
	*s->e = (struct lint_error){ .line = s->line, .text = N_("an expansion ($ or `) is never closed") };
	return -EBADMSG;
}

int shell_expand(struct shell *s, char sign, bool quoted)
{
	const char *from = s->text + s->at;
	char c = s->at < s->n ? *from : '\0';
	const struct shell_var *v;
	size_t n;

	if (sign == '`' || c == '(' || c == '{') {
		move(s, sign == '$');
		n = sign == '`' ? to_close(s, '\0', '`') : to_close(s, c, c == '(' ? ')' : '}');
		if (!n)
			return unclosed(s);
		move(s, n);
		if (sign == '`' || c == '(')
			return leave_unset(s, "$(...)", 6);
		return braced(s, from + 1, n - 1, quoted);
	}
	for (n = 0; s->at + n < s->n && (isalnum((unsigned char)from[n]) || from[n] == '_'); n++)
		;
	if (!n && c && strchr("@*#?!$-", c))
		n = 1;
	/* A prompt, or money: a dollar that expands nothing. */
	if (!n)
		return shell_put(s, "$", 1);
	if (isdigit((unsigned char)c))
		n = 1;
	move(s, n);
	/* The script's own arguments: it is judged as it is called without any. */
	if (c == '@' || c == '*')
		return 0;
	v = find_var(s, from, n);
	return v ? put_var(s, v, quoted, false) : leave_unset(s, from - 1, n + 1);
}

/* --- assignments ----------------------------------------------------------------------------- */

static bool is_before(const char *word)
{
	static const char *const words[] = { "if", "then", "else", "elif", "do", "while", "{", "!", "time",
					     "$", "export", "local", "declare", "readonly", "typeset" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

/* How many words stand before what a command does: "then", "local -a". */
static size_t count_before(const struct lint_args *w)
{
	size_t i = 0;

	while (i < w->n && (is_before(w->v[i]) || (i && *w->v[i] == '-')))
		i++;
	return i;
}

bool shell_may_assign(const struct shell *s)
{
	return count_before(&s->words) == s->words.n;
}

/* Is @word NAME=... or NAME+=...? *@value is what follows the sign. */
static size_t assignment(const char *word, const char **value, bool *more)
{
	size_t n = name_len(word);

	*more = n && word[n] == '+';
	if (!n || word[n + *more] != '=')
		return 0;
	*value = word + n + *more + 1;
	return n;
}

static int assign(struct shell *s, const char *word)
{
	const char *value = "";
	bool more;
	size_t n = assignment(word, &value, &more);
	struct shell_var *v = n ? make_var(s, word, n) : NULL;
	_free_ char *joined = NULL;

	if (!v)
		return 0;
	if (more && v->value.n && asprintf(&joined, "%s%s", v->value.v[0], value) < 0)
		return -ENOMEM;
	args_done(&v->value);
	value = joined ? joined : value;
	if (strlen(value) > EXPANDED_MAX - s->expanded)
		return shell_put(s, value, strlen(value));	/* says it */
	s->expanded += strlen(value);
	return args_add(&v->value, value, strlen(value));
}

int shell_begin_array(struct shell *s)
{
	str_fit(s->array, sizeof(s->array), s->word);
	args_done(&s->words);
	s->in_word = false;
	s->word_len = 0;
	return 0;
}

int shell_end_array(struct shell *s)
{
	const char *value;
	bool more;
	size_t n = assignment(s->array, &value, &more);
	struct shell_var *v = n ? make_var(s, s->array, n) : NULL;
	int r = 0;

	if (v && !more)
		args_done(&v->value);
	for (size_t i = 0; v && i < s->words.n && !r; i++)
		r = args_add(&v->value, s->words.v[i], strlen(s->words.v[i]));
	args_done(&s->words);
	return r == -E2BIG ? 0 : r;
}

/* --- which command --------------------------------------------------------------------------- */

/* A text of options alone, or behind a variable nobody set, is QEMU's when it passes something. */
static bool is_options(const char *word)
{
	return *word == '-' || *word == '$';
}

static bool passes(const struct lint_args *a, size_t from)
{
	for (size_t i = from; i < a->n; i++)
		if (strstr(a->v[i], "vfio-pci") || strstr(a->v[i], "host="))
			return true;
	return false;
}

static int take_call(struct shell *s, size_t from, bool named)
{
	bool better = !s->best.n || (passes(&s->words, from) && !passes(&s->best, 0)) ||
		      (passes(&s->words, from) == passes(&s->best, 0) &&
		       s->words.n - from > s->best.n);
	int r = 0;

	s->calls += named;
	if (!better)
		return 0;
	args_done(&s->best);
	if (!named)
		r = args_add(&s->best, "", 0);
	if (!named && *s->words.v[from] != '-')
		from++;
	for (size_t i = from; i < s->words.n && !r; i++)
		r = args_add(&s->best, s->words.v[i], strlen(s->words.v[i]));
	return r == -E2BIG ? 0 : r;
}

/* The name of an accelerator (-accel kvm) or of a module is no call; a call has options. */
static bool is_call(const struct lint_args *w, size_t at)
{
	if (!args_is_qemu(w->v[at]) || (at && *w->v[at - 1] == '-' && !strchr(w->v[at], '/') &&
					str_starts(w->v[at], "kvm")))
		return false;
	for (size_t i = at + 1; i < w->n; i++)
		if (is_options(w->v[i]))
			return true;
	return false;
}

static int take_words(struct shell *s)
{
	struct lint_args *w = &s->words;
	const char *value;
	size_t i = count_before(w);
	bool more;
	int r = 0;

	for (; i < w->n && assignment(w->v[i], &value, &more) && !r; i++)
		r = assign(s, w->v[i]);
	if (r || i == w->n)
		return r;
	for (size_t q = i; q < w->n; q++)
		if (is_call(w, q))
			return take_call(s, q, true);
	return is_options(w->v[i]) && passes(w, i) ? take_call(s, i, false) : 0;
}

int shell_take_command(struct shell *s)
{
	int r = take_words(s);

	args_done(&s->words);
	return r;
}

void shell_done(struct shell *s)
{
	free(s->word);
	args_done(&s->words);
	args_done(&s->best);
	for (size_t i = 0; i < s->n_var; i++)
		args_done(&s->var[i].value);
}
