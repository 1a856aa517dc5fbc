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
	{ "mdoc", 'm', NULL, N_("all of it as the source of igvm-findings(7)"), 'm' },
	{ 0 }
};

static int run_explain(const struct globals *g, int argc, char **argv);

const struct cmd cmd_explain = {
	.name = "explain",
	.args = "ID | --list | --causes | --mdoc",
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

/* --- the manual page ------------------------------------------------------------------- */

/* Text in mdoc(7): a backslash stands for itself as \e, and no line begins with a control character. */
static void print_roff(const char *before, const char *text)
{
	fputs(before, stdout);
	if (!*before && (*text == '.' || *text == '\''))
		fputs("\\&", stdout);
	for (const char *c = text; *c; c++) {
		if (*c == '\\')
			fputs("\\e", stdout);
		/* A sentence ends its line, so that it gets the distance that ends a sentence. */
		else if (c > text && *c == ' ' && c[-1] == '.' && c[1] != '.' && c[1] != '\'')
			putchar('\n');
		else
			putchar(*c);
	}
	putchar('\n');
}

static void print_mdoc_row(const struct finding_def *d)
{
	printf(".Tg %s\n.It Ic %s Pq %s , %s\n", d->id, d->id, severity_text(d->severity), d->area);
	print_roff("", d->explain);
	print_roff(".br\nWanted: ", d->wanted);
	print_roff(".br\nFix: ", d->fix);
}

static int print_mdoc(void)
{
	printf(".\\\" SPDX-License-Identifier: GPL-3.0-or-later\n"
	       ".\\\" Made by `igvm explain --mdoc > man/igvm-findings.7`; the table is launcher/decide/finding_table.c.\n"
	       ".Dd November 27, 2026\n.Dt IGVM-FINDINGS 7\n.Os\n.Sh NAME\n.Nm igvm-findings\n"
	       ".Nd what igvm finds wrong, by the id of each finding\n.Sh DESCRIPTION\n"
	       "Every judgement of\n.Xr igvm 1\nhas an id, which is never used for anything else.\n"
	       ".Cm igvm explain\n.Ar ID\nprints the same paragraphs in the user's language.\n"
	       ".Bl -tag -width Ds\n");
	for (enum finding_id id = 0; id < FINDING_COUNT; id++)
		print_mdoc_row(finding_def(id));
	printf(".El\n.Sh SEE ALSO\n.Xr igvm 1 ,\n.Xr igvm.vm 5\n");
	return EXIT_OK;
}

/* --- the known causes ---------------------------------------------------------------- */

static json_t *cause_json(const struct cause *c)
{
	json_t *list = json_array(), *shown = json_array();

	for (size_t i = 0; i < CATALOGUE_SHOWN_MAX && c->shown[i]; i++)
		json_array_append_new(shown, json_string(c->shown[i]));
	for (size_t i = 0; i < CATALOGUE_CATCHES_MAX && c->catch[i].verb; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "verb", cause_verb_text(c->catch[i].verb),
						      "id", finding_def(c->catch[i].id)->id));
	return json_pack("{s:i, s:s, s:o, s:o, s:o}", "number", (int)c->number, "cause", c->text, "caught", list,
			 "shown", shown, "reason", c->reason ? json_string(c->reason) : json_null());
}

static json_t *totals_json(void)
{
	const struct cause_totals t = cause_totals();
	json_t *first = json_object();

	for (enum cause_verb v = CAUSE_DOCTOR; v <= CAUSE_VERIFY; v++)
		json_object_set_new(first, cause_verb_text(v), json_integer(t.by[v]));
	return json_pack("{s:i, s:o, s:i}", "causes", (int)t.causes, "first", first, "never", (int)t.never);
}

static int print_causes_json(void)
{
	_json_ json_t *list = json_array(), *answer = NULL;

	for (size_t i = 0; cause_at(i); i++)
		if (json_array_append_new(list, cause_json(cause_at(i))))
			break;
	answer = json_pack("{s:i, s:s, s:O, s:o}", "version", 1, "kind", "causes", "causes", list, "totals",
			   totals_json());
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

static void print_totals(void)
{
	const struct cause_totals t = cause_totals();

	printf(_("\n%u causes. First caught by doctor: %u, start: %u, probe: %u, and only in the running guest, by "
		 "verify: %u.\nNot to be caught, with the reason: %u.\n"), t.causes, t.by[CAUSE_DOCTOR],
	       t.by[CAUSE_START], t.by[CAUSE_PROBE], t.by[CAUSE_VERIFY], t.never);
}

static void print_shown(const struct cause *c)
{
	for (size_t i = 0; i < CATALOGUE_SHOWN_MAX && c->shown[i]; i++)
		printf("%s%s", i ? ", " : _("    shown by tests/: "), c->shown[i]);
	if (c->shown[0])
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
		print_shown(c);
	}
	print_totals();
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
			return cmd_usage(&cmd_explain, _("one of --list, --causes and --mdoc"));
		what = v;
	}
	if (optind + !what != argc)
		return cmd_usage(&cmd_explain, _("explain takes one id, --list, --causes or --mdoc"));
	if (what == 'c')
		return g->json ? print_causes_json() : print_causes();
	if (what == 'm')
		return print_mdoc();
	if (what)
		return g->json ? print_json(0, FINDING_COUNT) : print_list();
	if (!finding_find_id(argv[optind], &id))
		return unknown(argv[optind]);
	return g->json ? print_json(id, id + 1) : print_people(finding_def(id));
}
