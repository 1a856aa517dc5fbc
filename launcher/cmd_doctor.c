/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/doctor.h"

static const struct opt opts[] = {
	{ "like-guide", 'g', NULL, N_("print the usual guide's steps, each done, wrong or not needed"), 'g' },
	{ 0 }
};

static int run_doctor(const struct globals *g, int argc, char **argv);

const struct cmd cmd_doctor = {
	.name = "doctor",
	.args = "[NAME]",
	.help = N_("say what is wrong with this host for passing its iGPU to a VM"),
	.more = N_("Reads the host and the QEMU binary, changes nothing, and prints one finding per\n"
		   "cause with what would be right and what mends it; with NAME also for that VM's\n"
		   "file. As root, an iGPU that is bound to vfio-pci and free is opened to read its\n"
		   "OpRegion, which resets it. With --like-guide the steps of the usual guides\n"
		   "(firmware setup, lspci, kernel command line, initramfs, blacklist) are judged\n"
		   "instead, each for itself. Exit status 0: ready, 5: blocked."),
	.opts = opts,
	.json = true,
	.run = run_doctor,
};

static int answer(struct doctor *d)
{
	int code = doctor_look(d);

	if (code)
		return code;
	if (d->p->g->json)
		code = doctor_json(d);
	else if (d->like_guide)
		doctor_guide(d);
	else
		doctor_people(d);
	if (code)
		return code;
	return doctor_verdict(d) == VERDICT_BLOCKED ? EXIT_REFUSED : EXIT_OK;
}

static int run_doctor(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	_free_ struct doctor *d = NULL;
	bool like_guide = false;
	int v;

	while ((v = cmd_getopt(&cmd_doctor, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		like_guide = true;
	}
	if (argc - optind > 1)
		return cmd_usage(&cmd_doctor, _("doctor takes at most one VM"));
	p = pipeline_new(g, argv[optind]);
	d = calloc(1, sizeof(*d));
	if (!p)
		return EXIT_FAILED;
	if (!d) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	d->p = p;
	d->like_guide = like_guide;
	return answer(d);
}
