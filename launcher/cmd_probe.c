/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `igvm probe`: one run of the probe (probe_run.c), and its answer. */
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/decide/probe.h"
#include "launcher/pipeline.h"
#include "launcher/probe_run.h"

static const struct opt opts[] = {
	PIPELINE_OPT_FORCE_ROW,
	{ "timeout", 't', "SECONDS", N_("wait that long for the report (120)"), 't' },
	{ 0 }
};

static int run_probe(const struct globals *g, int argc, char **argv);

const struct cmd cmd_probe = {
	.name = "probe",
	.args = "NAME",
	.help = N_("boot a tiny probe under the VM's command line and judge what it found"),
	.more = N_("Says, before any operating system runs, what the guest's graphics driver will find:\n"
		   "device, OpRegion, video BIOS table, stolen memory, LPC ids, option ROM, BARs. The VM\n"
		   "must not run. Exit status 0: works, 6: broken, 5: refused before the start."),
	.opts = opts,
	.json = true,
	.run = run_probe,
};

/* --- answer ------------------------------------------------------------------------ */

static const char *member(const json_t *report, const char *subject, const char *key)
{
	const json_t *o;
	size_t i;

	json_array_foreach(report, i, o) {
		const char *s = json_string_value(json_object_get(o, "probe"));
		const char *v = json_string_value(json_object_get(o, key));

		if (s && v && !strcmp(s, subject))
			return v;
	}
	return "-";
}

static const char *dma_text(const json_t *report)
{
	const char *result = member(report, "dma", "result");

	return strcmp(result, "-") ? result : _("not offered by this device");
}

static void print_people(const struct pipeline *p, const json_t *report, enum verdict v)
{
	const struct {
		const char *label, *a, *b;
	} rows[] = {
		{ N_("device at 00:02.0"), member(report, "device", "vendor"),
		  member(report, "device", "device") },
		{ N_("OpRegion"), member(report, "opregion", "asls"),
		  member(report, "opregion", "version") },
		{ N_("video BIOS table"), member(report, "vbt", "where"), member(report, "vbt", "sha256") },
		{ N_("stolen memory"), member(report, "bdsm", "base"), member(report, "ggc", "value") },
		{ N_("DMA round trip"), dma_text(report), "" },
		{ N_("LPC bridge"), member(report, "lpc", "vendor"), member(report, "lpc", "device") },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		printf("  %-20s %s %s\n", _(rows[i].label), rows[i].a, rows[i].b);
	findings_print(stdout, &p->findings, SEVERITY_NOTE);
	if (v == VERDICT_WORKS)
		printf(_("%s: works: the guest's driver finds what it needs\n"), p->name);
	else
		printf(_("%s: broken: the guest's driver would not work\n"), p->name);
}

static int print_answer(const struct pipeline *p, json_t *report, enum verdict v)
{
	_json_ json_t *answer = NULL;

	if (!p->g->json) {
		print_people(p, report, v);
		return v == VERDICT_WORKS ? EXIT_OK : EXIT_BROKEN;
	}
	answer = findings_json(&p->findings, "probe", v);
	if (!answer || json_object_set(answer, "report", report) ||
	    json_dumpf(answer, stdout, JSON_INDENT(2))) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	putchar('\n');
	return v == VERDICT_WORKS ? EXIT_OK : EXIT_BROKEN;
}

static int answer(struct pipeline *p, unsigned int timeout_s)
{
	_json_ json_t *report = NULL, *manifest = probe_manifest(p);
	int code = probe_once(p, timeout_s, &report);
	enum verdict v;

	if (code)
		return code;
	v = probe_verdict(&p->findings);
	if (v == VERDICT_WORKS)
		probe_remember(p, manifest);
	return print_answer(p, report, v);
}

static int probe_vm(struct pipeline *p, unsigned int timeout_s, bool force)
{
	int code = pipeline_prepare(p, PLAN_PROBE, false, force);

	if (p->vm_busy)
		say(_("%s: runs: stop it first, then probe"), p->name);
	if (code)
		return code;
	code = answer(p, timeout_s);
	pipeline_unclaim(p);
	return code;
}

static int run_probe(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	uint64_t timeout_s = PROBE_TIMEOUT_S;
	bool force = false;
	int v;

	while ((v = cmd_getopt(&cmd_probe, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		force |= v == PIPELINE_OPT_FORCE;
		if (v == 't' && (!str_u64(optarg, 10, 3600, &timeout_s) || !timeout_s))
			return cmd_usage(&cmd_probe, _("--timeout takes 1 to 3600 seconds"));
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_probe, _("probe takes the name of one VM"));
	if (g->foreign_root)
		return cmd_usage(&cmd_probe, _("probe works on this host only, not with --root"));
	p = pipeline_new(g, argv[optind]);
	return p ? probe_vm(p, (unsigned int)timeout_s, force) : EXIT_FAILED;
}
