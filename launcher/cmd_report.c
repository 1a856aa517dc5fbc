/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/report_gather.h"

enum { OPT_HTML = 0x100, OPT_READ };

static const struct opt opts[] = {
	{ "html", 0, NULL, N_("as a page for a browser, in one file that loads nothing"), OPT_HTML },
	{ "read", 0, "FILE", N_("show a report that somebody has made as JSON, judged anew by this igvm"), OPT_READ },
	{ 0 }
};

static int run_report(const struct globals *g, int argc, char **argv);

const struct cmd cmd_report = {
	.name = "report",
	.args = "[NAME]",
	.help = N_("what to show to others: host, VM and findings, without names and serial numbers"),
	.more = N_("At most 80 lines of text for a code block, in English; with NAME also that VM, its last run\n"
		   "and what verify last saw. Names of users and of the host, MAC addresses, UUIDs, serial\n"
		   "numbers and product keys are taken out, and what was taken out is listed. Starts nothing\n"
		   "and asks no guest; as root it reads an idle iGPU's OpRegion through vfio-pci, which resets\n"
		   "the device. Exit status 0: nothing blocks, 5: something does, 6: verify said broken."),
	.opts = opts,
	.json = true,
	.run = run_report,
};

struct ask {
	const char *name, *file;
	bool html;
};

static int say_memory(void)
{
	say(_("out of memory"));
	return EXIT_FAILED;
}

/* --- where it comes from --------------------------------------------------------------------- */

static int gather(const struct globals *g, const char *name, json_t **report)
{
	_pipeline_ struct pipeline *p = pipeline_new(g, name);
	_free_ struct doctor *d = calloc(1, sizeof(*d));
	int code;

	if (!p || !d)
		return p ? say_memory() : EXIT_FAILED;
	d->p = p;
	code = doctor_look(d);
	if (code)
		return code;
	*report = report_gather(d);
	return *report ? EXIT_OK : say_memory();
}

static int say_unread(const char *file, int r)
{
	if (r == -EFBIG)
		say(_("%s: larger than 4 MiB: no report is"), file);
	else
		say("%s: %s", file, r == -EBADMSG ? _("is no JSON") : strerror(-r));
	return r == -EACCES ? EXIT_PRIVILEGE : r == -ENOMEM ? EXIT_FAILED : EXIT_USAGE;
}

static int load(const char *file, json_t **report)
{
	const char *why = NULL;
	int err = 0;

	*report = file_load_json_at(AT_FDCWD, file, REPORT_BYTES_MAX, &err);
	if (!*report)
		return say_unread(file, err);
	if (report_check(*report, &why)) {
		say("%s: %s", file, _(why));
		return EXIT_USAGE;
	}
	return report_again(*report) ? say_memory() : EXIT_OK;
}

/* --- how it is shown ---------------------------------------------------------------------------- */

static int print(const struct globals *g, bool html, const json_t *report)
{
	_free_ char *text = NULL;

	/* main() says what became of standard output. */
	if (g->json)
		return json_dumpf(report, stdout, JSON_INDENT(2)) || putchar('\n') == EOF ? EXIT_FAILED : EXIT_OK;
	text = html ? report_html(report) : report_text(report);
	if (!text)
		return say_memory();
	fputs(text, stdout);
	return EXIT_OK;
}

static int exit_of(enum verdict v)
{
	return v == VERDICT_BLOCKED ? EXIT_REFUSED : v == VERDICT_BROKEN ? EXIT_BROKEN : EXIT_OK;
}

static int parse(const struct globals *g, int argc, char **argv, struct ask *ask)
{
	int v;

	while ((v = cmd_getopt(&cmd_report, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		if (v == OPT_READ)
			ask->file = optarg;
		else
			ask->html = true;
	}
	ask->name = argv[optind];
	if (argc - optind > 1 || (ask->file && ask->name))
		return cmd_usage(&cmd_report, _("report takes one VM, or a file with --read, or nothing"));
	if (ask->html && g->json)
		return cmd_usage(&cmd_report, _("a page or JSON, not both"));
	return EXIT_OK;
}

static int run_report(const struct globals *g, int argc, char **argv)
{
	_free_ struct report_people *people = calloc(1, sizeof(*people));
	_json_ json_t *report = NULL;
	struct ask ask = { 0 };
	int code = people ? parse(g, argc, argv, &ask) : say_memory();

	if (code)
		return code;
	/* It is read by others, whose language is not this one's. */
	setlocale(LC_MESSAGES, "C");
	unsetenv("LANGUAGE");
	code = ask.file ? load(ask.file, &report) : gather(g, ask.name, &report);
	if (code)
		return code;
	/* Whose names are in a stranger's report is not to be known here. */
	if (!ask.file)
		report_people_read(g->root, people);
	if (report_redact(report, &people->names))
		return say_memory();
	code = print(g, ask.html, report);
	return code ? code : exit_of(report_verdict(report));
}
