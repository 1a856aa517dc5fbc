/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys for the guest: looked at as a whole first, then pressed one word, or one character, after the other. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/decide/keys.h"

#define ASK_MS		10000
#define STROKES_MAX	1024
/* The supervisor holds each key 40 ms and lets it go 40 ms; then the guest has a moment. */
#define KEY_MS		80
#define PAUSE_MS	20

static int run_type(const struct globals *g, int argc, char **argv);

static const struct opt opts[] = {
	{ "text", 0, NULL, N_("the words are text; - is standard input"), 't' },
	{ 0 }
};

const struct cmd cmd_type = {
	.name = "type",
	.args = "NAME KEY...",
	.help = N_("press keys in a VM"),
	.more = N_("KEY is a key's name, as ret, esc, f2, or several joined by -, as ctrl-alt-delete. With\n"
		   "--text the words are text, with a blank between them, about ten characters a second; they\n"
		   "are typed as on a US keyboard, so a guest with another layout gets other characters.\n"
		   "igvm type --text win11 - reads the text from standard input: a password stays out of the\n"
		   "list of processes. Nothing is pressed unless every key is known."),
	.opts = opts,
	.run = run_type,
};

struct strokes {
	size_t n;
	struct keys_chord v[STROKES_MAX];
};

static int say_too_long(void)
{
	say(_("more than %d keys at once"), STROKES_MAX);
	return EXIT_USAGE;
}

static int add_word(struct strokes *s, const char *word)
{
	const char *near;
	char bad[32];

	if (s->n == STROKES_MAX)
		return say_too_long();
	if (keys_word(word, &s->v[s->n], bad)) {
		s->n++;
		return EXIT_OK;
	}
	near = *bad ? keys_nearest(bad) : NULL;
	if (near)
		return cmd_usage(&cmd_type, _("there is no key '%s'; did you mean '%s'?"), bad, near);
	if (*bad)
		return cmd_usage(&cmd_type, _("there is no key '%s'; text is typed with --text"), bad);
	return cmd_usage(&cmd_type, _("'%.60s': at most %d different keys are pressed together"), word,
			 KEYS_CHORD_MAX);
}

static int add_text(struct strokes *s, const char *text)
{
	for (size_t i = 0; text[i]; i++) {
		if (s->n == STROKES_MAX)
			return say_too_long();
		if (!keys_char(text[i], &s->v[s->n]))
			return cmd_usage(&cmd_type, _("character %zu of the text is on no key of a US keyboard"),
					 i + 1);
		s->n++;
	}
	return EXIT_OK;
}

static int add_input(struct strokes *s)
{
	char text[STROKES_MAX + 2];
	size_t n = fread(text, 1, sizeof(text) - 1, stdin);
	int code;

	text[n] = '\0';
	if (ferror(stdin)) {
		say(_("standard input: %m"));
		return EXIT_FAILED;
	}
	if (strlen(text) < n) {
		say(_("standard input: holds a NUL"));
		return EXIT_USAGE;
	}
	/* The newline of `echo` is no key; "ret" is. */
	if (n && text[n - 1] == '\n')
		text[n - 1] = '\0';
	code = add_text(s, text);
	explicit_bzero(text, sizeof(text));
	return code;
}

static int read_words(struct strokes *s, bool text, int argc, char **argv)
{
	int code = EXIT_OK;

	for (int i = 0; !code && i < argc; i++) {
		if (!text)
			code = add_word(s, argv[i]);
		else if (!strcmp(argv[i], "-") && argc == 1)
			code = add_input(s);
		else
			code = add_text(s, i ? " " : "") ?: add_text(s, argv[i]);
	}
	return code;
}

static int press(const struct globals *g, const struct paths *p, const char *name, const struct keys_chord *c,
		 bool *seen)
{
	_json_ json_t *keys = json_array(), *answer = NULL;
	int code;

	for (size_t i = 0; i < c->n; i++)
		json_array_append_new(keys, json_string(c->key[i]));
	code = cmd_vm_ask("type", g, p, name, json_pack("{s:s, s:O}", "op", "type", "keys", keys), ASK_MS, &answer,
			  NULL);
	if (code == EXIT_NOT_RUNNING)
		say(_("%s does not run"), name);
	*seen = !code && json_is_true(json_object_get(answer, "display"));
	if (!code)
		poll(NULL, 0, (int)c->n * KEY_MS + PAUSE_MS);
	return code;
}

static int type_all(const struct globals *g, const struct paths *p, const char *name, const struct strokes *s)
{
	bool seen = true;
	int code = EXIT_OK;

	for (size_t i = 0; !code && i < s->n; i++) {
		code = press(g, p, name, &s->v[i], &seen);
		if (code && i)
			say(_("%s: %zu of %zu keys were pressed"), name, i, s->n);
	}
	if (!code && !seen)
		say(_("%s: has no emulated display: what the keys did is to be seen on its monitor alone"), name);
	return code;
}

static int run_type(const struct globals *g, int argc, char **argv)
{
	_free_ struct strokes *s = calloc(1, sizeof(*s));
	bool text = false;
	struct paths p;
	const char *name;
	int v, first, code;

	if (!s) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	while ((v = cmd_getopt(&cmd_type, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		text = true;
	}
	first = optind + 1;
	if (first >= argc)
		return cmd_usage(&cmd_type, _("type wants a VM and at least one key"));
	code = cmd_vm_here(&cmd_type, g);
	if (!code)
		code = cmd_vm_name(&cmd_type, g, first, argv, &name, &p);
	if (!code)
		code = read_words(s, text, argc - first, argv + first);
	if (!code)
		code = type_all(g, &p, name, s);
	explicit_bzero(s, sizeof(*s));
	return code;
}
