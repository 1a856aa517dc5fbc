/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/pipeline.h"

enum { OPT_WHY = 0x100, OPT_FORCE, OPT_RESCUE, OPT_PROBE };

static const struct opt opts[] = {
	{ "why", 'w', NULL, N_("say beside each option why it is there"), OPT_WHY },
	{ "force", 0, NULL, N_("show it in spite of findings that block the start"), OPT_FORCE },
	{ "rescue", 0, NULL, N_("as start --rescue would start it"), OPT_RESCUE },
	{ "probe", 0, NULL, N_("as probe would start it"), OPT_PROBE },
	{ 0 }
};

static int run_showcmd(const struct globals *g, int argc, char **argv);

const struct cmd cmd_showcmd = {
	.name = "showcmd",
	.args = "NAME",
	.help = N_("print QEMU's command line, and why each option is there"),
	.more = N_("Starts nothing and binds nothing. Descriptors (fd=N) are opened by igvm start, so the\n"
		   "line shows what is run and does not run by itself. Where the host's OpRegion can only be\n"
		   "read once the iGPU is bound, start knows more than this command."),
	.opts = opts,
	.json = true,
	.run = run_showcmd,
};

static int print_why(const struct words *w, const char *qemu)
{
	printf("%s\n", qemu);
	for (size_t i = 0; i < w->n; i++) {
		const struct word *v = &w->v[i];

		printf("  %s%s%s\n      # %s\n", v->option, v->value ? " " : "",
		       v->value ? v->value : "", _(v->why));
	}
	return EXIT_OK;
}

static int print_shell(const struct words *w, const char *qemu)
{
	_free_ char *argv0 = words_quote(qemu);

	if (!argv0) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	printf("%s", argv0);
	for (size_t i = 0; i < w->n; i++) {
		const struct word *v = &w->v[i];
		_free_ char *value = v->value ? words_quote(v->value) : NULL;

		if (v->value && !value) {
			say(_("out of memory"));
			return EXIT_FAILED;
		}
		printf(" \\\n  %s%s%s", v->option, value ? " " : "", value ? value : "");
	}
	putchar('\n');
	return EXIT_OK;
}

static int print_json(const struct pipeline *p)
{
	_json_ json_t *answer = json_pack("{s:i, s:s}", "version", 1, "kind", "showcmd");
	bool blocked = finding_worst(&p->findings) == SEVERITY_BLOCK;

	if (!answer ||
	    json_object_set_new(answer, "command", words_json(&p->words, p->plan.qemu)) ||
	    json_object_set_new(answer, "plan", plan_json(&p->plan)) ||
	    json_object_set_new(answer, "judgement",
				findings_json(&p->findings, "check",
					      blocked ? VERDICT_BLOCKED : VERDICT_READY))) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	/* main() says what became of standard output. */
	return json_dumpf(answer, stdout, JSON_INDENT(2)) || putchar('\n') == EOF ? EXIT_FAILED : EXIT_OK;
}

static int show(struct pipeline *p, bool why, bool force, bool rescue, enum plan_purpose purpose)
{
	/* A recorded host has its regions on disk; this one's would need the device opened, which resets it. */
	enum host_vfio vfio = p->g->foreign_root ? HOST_VFIO_IF_FREE : HOST_VFIO_NEVER;
	int code = pipeline_wish(p);

	if (!code)
		code = pipeline_facts(p, vfio);
	if (!code)
		code = pipeline_plan(p, purpose, rescue, force);
	if (code == EXIT_REFUSED)
		return findings_refuse(&p->findings);
	if (code)
		return code;
	if (p->g->json)
		return print_json(p);
	findings_print(stderr, &p->findings, SEVERITY_WARN);
	return why ? print_why(&p->words, p->plan.qemu) : print_shell(&p->words, p->plan.qemu);
}

static int run_showcmd(const struct globals *g, int argc, char **argv)
{
	bool why = false, force = false, rescue = false;
	enum plan_purpose purpose = PLAN_RUN;
	_pipeline_ struct pipeline *p = NULL;
	int v;

	while ((v = cmd_getopt(&cmd_showcmd, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		why = why || v == OPT_WHY;
		force = force || v == OPT_FORCE;
		rescue = rescue || v == OPT_RESCUE;
		purpose = v == OPT_PROBE ? PLAN_PROBE : purpose;
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_showcmd, _("showcmd takes the name of one VM"));
	p = pipeline_new(g, argv[optind]);
	return p ? show(p, why, force, rescue, purpose) : EXIT_FAILED;
}
