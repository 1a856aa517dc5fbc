/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/cmd.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/cleanup.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"

#define OPTS_MAX	24

static size_t count_opts(const struct opt *o)
{
	size_t n = 0;

	while (o && o[n].name && n < OPTS_MAX)
		n++;
	return n;
}

int cmd_getopt(const struct cmd *c, int argc, char **argv)
{
	struct option lo[OPTS_MAX + 1] = { 0 };
	char so[2 * OPTS_MAX + 2] = ":", *s = so + 1;
	size_t n = count_opts(c->opts);
	int v;

	for (size_t i = 0; i < n; i++) {
		const struct opt *o = &c->opts[i];

		lo[i] = (struct option){ o->name, o->arg ? required_argument : no_argument, NULL,
					 o->val };
		if (o->letter) {
			*s++ = o->letter;
			if (o->arg)
				*s++ = ':';
		}
	}
	*s = '\0';
	opterr = 0;
	v = getopt_long(argc, argv, so, lo, NULL);
	if (v == ':') {
		cmd_usage(c, _("option '%s' needs a value"), argv[optind - 1]);
		return '?';
	}
	if (v == '?' && optopt && optopt < 0x100) {
		cmd_usage(c, _("unknown option '-%c'"), optopt);
		return '?';
	}
	if (v == '?') {
		cmd_usage(c, _("unknown option '%s'"), argv[optind - 1]);
		return '?';
	}
	for (size_t i = 0; i < n; i++)
		if (v == c->opts[i].letter && v)
			return c->opts[i].val;
	return v;
}

static void print_synopsis(FILE *f, const struct cmd *c)
{
	fprintf(f, _("Usage: igvm %s%s%s%s\n"), c->name, count_opts(c->opts) ? _(" [OPTIONS]") : "",
		*c->args ? " " : "", c->args);
}

int cmd_usage(const struct cmd *c, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	say("%s", text);
	print_synopsis(stderr, c);
	return EXIT_USAGE;
}

void cmd_help(const struct cmd *c)
{
	print_synopsis(stdout, c);
	printf("\n%s\n", _(c->help));
	if (c->more)
		printf("\n%s\n", _(c->more));
	if (c->sub) {
		printf(_("\nVerbs:\n"));
		for (const struct cmd *const *v = c->sub; *v; v++)
			printf("  %-14s %s\n", (*v)->name, _((*v)->help));
		return;
	}
	if (count_opts(c->opts) || c->json)
		printf(_("\nOptions:\n"));
	for (size_t i = 0; i < count_opts(c->opts); i++) {
		const struct opt *o = &c->opts[i];
		char left[64];

		snprintf(left, sizeof(left), "%c%c%s--%s%s%s", o->letter ? '-' : ' ',
			 o->letter ? o->letter : ' ', o->letter ? ", " : "  ", o->name,
			 o->arg ? " " : "", o->arg ? o->arg : "");
		printf("  %-24s %s\n", left, _(o->help));
	}
	if (c->json)
		printf("      %-20s %s\n", "--json", _("answer in JSON"));
}
