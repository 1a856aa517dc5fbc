/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/memory.h"
#include "launcher/export/export.h"
#include "launcher/lint/source.h"

enum { OPT_PID = 0x100, OPT_PVE, OPT_LIBVIRT, OPT_HOST, OPT_DEVICE, OPT_QEMU };

static const struct opt opts[] = {
	{ "pid", 0, "N", N_("the QEMU that runs as process N"), OPT_PID },
	{ "pve", 0, "VMID", N_("a VM of this Proxmox VE host (qm showcmd)"), OPT_PVE },
	{ "libvirt", 0, "NAME", N_("a domain of this host's libvirt (virsh domxml-to-native)"), OPT_LIBVIRT },
	{ "host", 0, "FILE", N_("judge for the machine that FILE, the JSON of its igvm doctor, tells of"), OPT_HOST },
	{ "device", 0, "ID", N_("judge for an iGPU of this device id, e.g. 4680"), OPT_DEVICE },
	{ "qemu", 0, "VERSION", N_("judge for this version of QEMU, e.g. 10.1"), OPT_QEMU },
	{ 0 }
};

static int run_lint(const struct globals *g, int argc, char **argv);

const struct cmd cmd_lint = {
	.name = "lint",
	.args = "[FILE | -]",
	.help = N_("judge a QEMU command line, script or VM file that igvm did not make"),
	.more = N_("Reads a shell command or script, /proc/PID/cmdline, VMID.conf of Proxmox VE, or domain XML\n"
		   "of libvirt, with the rules of igvm start, and prints the wrong words beside those igvm\n"
		   "would write. Nothing of it is run. Needs neither root nor an iGPU. Judged is for --host,\n"
		   "--device and --qemu, else for this host when it has an iGPU; else only rules that hold\n"
		   "for every generation are. Exit status 0: nothing blocks, 5: something does, 2: no command\n"
		   "line of QEMU."),
	.opts = opts,
	.json = true,
	.run = run_lint,
};

static int parse(int argc, char **argv, struct lint_ask *ask)
{
	int v;

	while ((v = cmd_getopt(&cmd_lint, argc, argv)) != -1) {
		const char **to = v == OPT_PID ? &ask->pid : v == OPT_PVE ? &ask->pve
				  : v == OPT_LIBVIRT ? &ask->libvirt : v == OPT_HOST ? &ask->host
				  : v == OPT_DEVICE ? &ask->device : &ask->qemu;

		if (v == '?')
			return EXIT_USAGE;
		*to = optarg;
	}
	if (optind < argc)
		ask->file = argv[optind++];
	if (optind < argc || !!ask->file + !!ask->pid + !!ask->pve + !!ask->libvirt != 1)
		return cmd_usage(&cmd_lint, _("lint takes one of FILE, -, --pid, --pve and --libvirt"));
	return EXIT_OK;
}

static int say_memory(void)
{
	say(_("out of memory"));
	return EXIT_FAILED;
}

/* Options in a file that is not here may change everything; they would only be guessed at. */
static int refuse_readconfig(const struct lint_source *s, const struct line *l)
{
	say(_("%s: -readconfig %s: what is in that file is not in this line; write its options into the line"),
	    s->name, l->readconfig);
	return EXIT_USAGE;
}

/* For a file of libvirt's or Proxmox VE's the corrected words in its format; NULL: none, or no memory. */
static char *write_lines(const struct lint_source *s, const struct lint *l)
{
	_free_ struct export_notes *notes = calloc(1, sizeof(*notes));
	struct exporting x = { .p = &l->plan, .notes = notes };
	struct words w = { 0 };
	const char *bad = NULL;
	char *text = NULL;
	size_t n = 0;
	int r;

	if (!notes || !l->corrected || !l->n_pair || words_build(&l->plan, &w, &bad))
		return NULL;
	x.w = &w;
	x.f = memory_open(&text, &n);
	r = !x.f ? -ENOMEM : s->form == LINT_FORM_PROXMOX ? export_proxmox_igpu(&x)
			   : export_libvirt_igpu(&x);
	if ((x.f && memory_close(x.f, &text)) || r)
		free(TAKE(text));
	words_done(&w);
	return text;
}

static int answer(const struct globals *g, const struct lint_source *s, const struct lint *out)
{
	bool format = s->form == LINT_FORM_PROXMOX || s->form == LINT_FORM_LIBVIRT;
	_free_ char *lines = format ? write_lines(s, out) : NULL;
	int code = EXIT_OK;

	if (g->json)
		code = lint_json(s, out, lines);
	else
		lint_people(s, out, lines);
	return code ? code : out->verdict == VERDICT_BLOCKED ? EXIT_REFUSED : EXIT_OK;
}

static int judge(const struct globals *g, const struct lint_ask *ask, struct lint_source *s,
		 struct line *l, struct lint *out)
{
	struct lint_input in = { .line = l, .machine = &s->machine };
	int code;

	if (line_read(&s->args, l))
		return say_memory();
	if (l->readconfig_foreign)
		return refuse_readconfig(s, l);
	code = source_machine(g, ask, l, s);
	if (code)
		return code;
	source_rom(l, s);
	in.rom = s->rom_fact;
	return lint_judge(&in, out) ? say_memory() : answer(g, s, out);
}

static int run_lint(const struct globals *g, int argc, char **argv)
{
	_free_ struct lint_source *s = calloc(1, sizeof(*s));
	_free_ struct lint *out = calloc(1, sizeof(*out));
	_free_ struct line *l = calloc(1, sizeof(*l));
	struct lint_ask ask = { 0 };
	int code;

	if (!s || !out || !l)
		return say_memory();
	code = parse(argc, argv, &ask);
	if (!code)
		code = source_read(&ask, s);
	if (!code)
		code = judge(g, &ask, s, l, out);
	lint_done(out);
	source_done(s);
	return code;
}
