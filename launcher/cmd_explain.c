/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd.h"
#include "launcher/decide/catalogue.h"
#include "launcher/decide/finding.h"

#define COLUMNS	78

static const struct opt opts[] = {
	{ "list", 'l', NULL, N_("list every id"), 'l' },
	{ "causes", 'c', NULL, N_("list the known causes, and what catches each"), 'c' },
	{ 0 }
};

static int run_explain(const struct globals *g, int argc, char **argv);

const struct cmd cmd_explain = {
	.name = "explain",
	.args = "ID | --list | --causes",
	.help = N_("explain a finding: the mechanism, what is wanted, how to mend it"),
	.more = N_("IDs are what doctor, start, probe and verify print, such as iommu.off."),
	.opts = opts,
	.json = true,
	.run = run_explain,
};

static json_t *row_json(const struct finding_def *d)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", d->id, "severity",
			 severity_text(d->severity), "area", d->area, "wanted", d->wanted, "fix", d->fix,
			 "explain", d->explain);
}

static int print_json(enum finding_id first, enum finding_id end)
{
	_json_ json_t *list = json_array(), *answer = NULL;

	for (enum finding_id id = first; id < end; id++)
		if (json_array_append_new(list, row_json(finding_def(id))))
			break;
	answer = json_pack("{s:i, s:s, s:O}", "version", 1, "kind", "explain", "findings", list);
	if (!answer || json_array_size(list) != (size_t)(end - first)) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	/* main() says what became of standard output. */
	return json_dumpf(answer, stdout, JSON_INDENT(2)) || putchar('\n') == EOF ? EXIT_FAILED : EXIT_OK;
}

/* Columns a text takes: bytes that do not continue a UTF-8 sequence; wide enough for what we print. */
static size_t columns(const char *s, size_t n)
{
	size_t c = 0;

	for (size_t i = 0; i < n; i++)
		c += ((unsigned char)s[i] & 0xc0) != 0x80;
	return c;
}

/* Broken at blanks; a script written without blanks stays one line. */
static void print_paragraph(const char *text)
{
	size_t at = 0;

	while (*text) {
		size_t n = strcspn(text, " "), c = columns(text, n);

		if (at && at + 1 + c > COLUMNS) {
			putchar('\n');
			at = 0;
		}
		printf("%s%.*s", at ? " " : "", (int)n, text);
		at += c + (at ? 1 : 0);
		text += n;
		text += strspn(text, " ");
	}
	putchar('\n');
}

static int print_people(const struct finding_def *d)
{
	printf("%s (%s, %s)\n\n", d->id, severity_text(d->severity), d->area);
	print_paragraph(_(d->explain));
	printf(_("\nwanted: %s\nfix:    %s\n"), _(d->wanted), _(d->fix));
	return EXIT_OK;
}

static int print_list(void)
{
	for (enum finding_id id = 0; id < FINDING_COUNT; id++) {
		const struct finding_def *d = finding_def(id);

		printf("%-26s %-5s %s\n", d->id, severity_text(d->severity), _(d->wanted));
	}
	return EXIT_OK;
}

/* --- the known causes ---------------------------------------------------------------- */

static json_t *cause_json(const struct cause *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < CATALOGUE_CATCHES_MAX && c->catch[i].verb; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "verb", cause_verb_text(c->catch[i].verb),
						      "id", finding_def(c->catch[i].id)->id));
	return json_pack("{s:i, s:s, s:o, s:o}", "number", (int)c->number, "cause", c->text, "caught", list,
			 "reason", c->reason ? json_string(c->reason) : json_null());
}

static int print_causes_json(void)
{
	_json_ json_t *list = json_array(), *answer = NULL;

	for (size_t i = 0; cause_at(i); i++)
		if (json_array_append_new(list, cause_json(cause_at(i))))
			break;
	answer = json_pack("{s:i, s:s, s:O}", "version", 1, "kind", "causes", "causes", list);
	if (!answer || cause_at(json_array_size(list))) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	return json_dumpf(answer, stdout, JSON_INDENT(2)) || putchar('\n') == EOF ? EXIT_FAILED : EXIT_OK;
}

/* A verb once, its ids behind it: "   doctor: opregion.absent, opregion.invalid". */
static void print_catches(const struct cause *c)
{
	enum cause_verb last = 0;

	for (size_t i = 0; i < CATALOGUE_CATCHES_MAX && c->catch[i].verb; i++) {
		enum cause_verb v = c->catch[i].verb;

		if (v != last)
			printf("%s    %s: ", last ? "\n" : "", cause_verb_text(v));
		printf("%s%s", v == last ? ", " : "", finding_def(c->catch[i].id)->id);
		last = v;
	}
	if (last)
		putchar('\n');
}

static int print_causes(void)
{
	const struct cause *c;

	for (size_t i = 0; (c = cause_at(i)); i++) {
		printf("%2u  %s\n", c->number, _(c->text));
		print_catches(c);
		if (c->reason)
			printf("    (%s)\n", _(c->reason));
	}
	return EXIT_OK;
}

static int unknown(const char *text)
{
	const char *hit = NULL;
	unsigned int best = 4;

	for (enum finding_id id = 0; id < FINDING_COUNT; id++) {
		unsigned int d = str_distance(finding_def(id)->id, text);

		if (d < best) {
			best = d;
			hit = finding_def(id)->id;
		}
	}
	if (hit)
		return cmd_usage(&cmd_explain, _("there is no finding '%.60s'; did you mean '%s'?"), text, hit);
	return cmd_usage(&cmd_explain, _("there is no finding '%.60s'; `igvm explain --list` lists them"),
			 text);
}

static int run_explain(const struct globals *g, int argc, char **argv)
{
	enum finding_id id;
	int what = 0, v;

	while ((v = cmd_getopt(&cmd_explain, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		if (what && what != v)
			return cmd_usage(&cmd_explain, _("--list or --causes, not both"));
		what = v;
	}
	if (optind + !what != argc)
		return cmd_usage(&cmd_explain, _("explain takes one id, --list or --causes"));
	if (what == 'c')
		return g->json ? print_causes_json() : print_causes();
	if (what)
		return g->json ? print_json(0, FINDING_COUNT) : print_list();
	if (!finding_find_id(argv[optind], &id))
		return unknown(argv[optind]);
	return g->json ? print_json(id, id + 1) : print_people(finding_def(id));
}
