/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `igvm rom check`: does this piece of firmware belong to this iGPU, and would a guest run it? */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/decide/check_rom.h"
#include "launcher/pipeline.h"
#include "launcher/rom/device.h"
#include "launcher/rom/frame.h"
#include "launcher/rom/live_host.h"
#include "launcher/rom/rom.h"
#include "launcher/rom/sandbox.h"

enum { OPT_DEVICE = 0x100, OPT_QEMU, OPT_FIRMWARE };

static const struct opt opts[] = {
	{ "device", 'd', N_("ID"), N_("PCI device id, such as 4692; this host's iGPU by default"),
	  OPT_DEVICE },
	{ "qemu", 0, N_("VERSION"), N_("judge for QEMU 7.2, 9.2, 10.0 or later; 10.0 by default"), OPT_QEMU },
	{ "firmware", 0, "uefi|bios", N_("judge for OVMF or SeaBIOS alone; for both by default"),
	  OPT_FIRMWARE },
	{ 0 }
};

static int run_check(const struct globals *g, int argc, char **argv);

const struct cmd rom_check = {
	.name = "rom check",
	.args = "[FILE]",
	.help = N_("does an option ROM, VBT, OpRegion or GOP driver belong to an iGPU?"),
	.more = N_("FILE may be - for standard input; without it this host's own is judged, from each\n"
		   "place that has some (as root; through vfio-pci that resets the device). Exit\n"
		   "status 0: it fits, 1: it does not."),
	.opts = opts,
	.json = true,
	.run = run_check,
};

struct job {
	const struct globals *g;
	struct rom_question q;
	const struct input *in;	/* each is an item */
	bool many;		/* each gets a headline */
	json_t *items;		/* with --json and without FILE */
	int code;
};

static void print_answer(FILE *out, const struct findings *f, const struct rom_answer *a)
{
	if (a->runs_seabios)
		fputs(_("SeaBIOS runs it\n"), out);
	if (a->runs_ovmf)
		fprintf(out, _("OVMF runs it: %s, %s\n"),
			a->assigns ? _("sets up OpRegion and stolen memory")
				   : _("does not set up OpRegion and stolen memory"),
			a->gop ? _("GOP driver in it") : _("no GOP driver in it: no picture before the guest's driver"));
	if (*a->chip)
		fprintf(out, _("VBT for %s\n"), a->chip);
	findings_print(out, f, SEVERITY_NOTE);
}

static int print_json(FILE *out, const struct findings *f, const struct rom_answer *a, bool fits)
{
	_json_ json_t *answer = findings_json(f, "rom-check", fits ? VERDICT_READY : VERDICT_BLOCKED);

	if (!answer || json_object_set_new(answer, "rom", json_pack(
			"{s:b, s:b, s:b, s:b, s:s}", "seabios", a->runs_seabios, "ovmf", a->runs_ovmf,
			"assignment-driver", a->assigns, "gop", a->gop, "vbt-chip", a->chip)))
		return EXIT_FAILED;
	json_dumpf(answer, out, JSON_INDENT(2));
	putc('\n', out);
	return fits ? EXIT_OK : EXIT_FAILED;
}

static int work(void *arg, size_t i, FILE *out)
{
	const struct job *j = arg;
	struct findings f = { 0 };
	struct rom_answer a;
	bool fits;

	check_rom(input_span(&j->in[i]), &j->q, &f, &a);
	fits = finding_worst(&f) != SEVERITY_BLOCK;
	if (j->g->json)
		return print_json(out, &f, &a, fits);
	print_answer(out, &f, &a);
	fprintf(out, fits ? _("fits 8086:%04x\n") : _("does not fit 8086:%04x\n"), j->q.device);
	return fits ? EXIT_OK : EXIT_FAILED;
}

static int take_item(struct job *j, const char *name, const struct sandbox_answer *a)
{
	json_t *item = json_loadb(a->bytes, a->n, 0, NULL);

	if (!item || json_object_set_new(item, "place", json_string(name)))
		return EXIT_FAILED;
	return json_array_append_new(j->items, item) ? EXIT_FAILED : 0;
}

static int take(void *arg, size_t i, const struct sandbox_answer *a)
{
	struct job *j = arg;

	if (a->how != SANDBOX_DONE) {
		frame_say_lost(j->in[i].name, a);
		j->code = EXIT_FAILED;
		return 0;
	}
	j->code = a->code ? a->code : j->code;
	if (j->items)
		return take_item(j, j->in[i].name, a);
	if (j->many)
		printf("%s:\n", j->in[i].name);
	fwrite(a->bytes, 1, a->n, stdout);
	return 0;
}

static int parse_firmware(const char *text, struct rom_question *q)
{
	q->ovmf = !strcmp(text, "uefi");
	q->seabios = !strcmp(text, "bios");
	if (q->ovmf || q->seabios)
		return 0;
	return cmd_usage(&rom_check, _("--firmware takes uefi or bios, not '%.40s'"), text);
}

static int parse_qemu(const char *text, struct rom_question *q)
{
	int major = 0, minor = 0, n = 0;

	if (sscanf(text, "%d.%d%n", &major, &minor, &n) != 2 || text[n] || major < 7 || major > 99)
		return cmd_usage(&rom_check, _("--qemu takes a version such as 10.0, not '%.40s'"), text);
	q->era = major >= 10 ? IGD_QEMU_10_0 : major == 9 && minor >= 2 ? IGD_QEMU_9_2 : IGD_QEMU_7_2;
	return 0;
}

static int parse_options(int argc, char **argv, struct job *j, const char **device)
{
	int v, r = 0;

	while (!r && (v = cmd_getopt(&rom_check, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		if (v == OPT_DEVICE)
			*device = optarg;
		else if (v == OPT_FIRMWARE)
			r = parse_firmware(optarg, &j->q);
		else
			r = parse_qemu(optarg, &j->q);
	}
	if (!r && argc - optind > 1)
		r = cmd_usage(&rom_check, _("rom check takes one file, or none for this host"));
	return r;
}

static int check_inputs(struct job *j, const struct input *in, size_t n)
{
	int r;

	j->in = in;
	r = sandbox_each(n, work, take, j);
	if (r < 0)
		say(_("cannot start a decoder: %s"), strerror(-r));
	return r ? EXIT_FAILED : 0;
}

static int check_file(struct job *j, const char *path)
{
	struct input in;
	int r = EXIT_FAILED;

	input_read(path, &in);
	if (in.err)
		input_say_error(&in);
	else
		r = check_inputs(j, &in, 1);
	input_done(&in);
	return r;
}

/* One answer with one verdict, and each place's below it. */
static int print_places(const struct job *j)
{
	_json_ json_t *out = json_pack("{s:i, s:s, s:s, s:O}", "version", 1, "kind", "rom-check-host",
				       "verdict", verdict_text(j->code ? VERDICT_BLOCKED : VERDICT_READY),
				       "places", j->items);

	if (!out || json_dumpf(out, stdout, JSON_INDENT(2))) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	putchar('\n');
	return 0;
}

static int check_host(struct job *j)
{
	_json_ json_t *items = j->g->json ? json_array() : NULL;
	struct input in[LIVE_N];
	struct live_host l;
	size_t n = 0;
	int r = live_host_read(j->g, HOST_VFIO_IF_FREE, &l);

	if (!r) {
		n = live_host_inputs(&l, j->g->json, in);
		j->items = items;
		j->many = true;
		r = check_inputs(j, in, n);
	}
	if (!r && !n)
		live_host_say_nothing();
	if (!r && (!n || live_host_differs(&l)))
		j->code = EXIT_FAILED;
	if (!r && items)
		r = print_places(j);
	live_host_done(&l);
	return r;
}

static int run_check(const struct globals *g, int argc, char **argv)
{
	struct job j = { .g = g, .q = { .era = IGD_QEMU_10_0 } };
	const char *device = NULL;
	int r = parse_options(argc, argv, &j, &device);

	if (!r)
		r = rom_device(&rom_check, g, device, &j.q.device);
	if (!r)
		r = optind < argc ? check_file(&j, argv[optind]) : check_host(&j);
	return r ? r : j.code;
}
