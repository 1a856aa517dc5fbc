/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `igvm rom build`: an option ROM from UEFI drivers, byte for byte as EDK2's
 * EfiRom makes it, or one of the two that igvm's VMs need. Drivers are foreign
 * bytes: they are looked at in the sandbox (build_work.c).
 */
#include "launcher/rom/build_say.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/paths.h"
#include "launcher/base/str.h"
#include "launcher/rom/frame.h"
#include "launcher/rom/output.h"
#include "launcher/rom/rom.h"
#include "romfiles/igd.h"

#define CLASS_VGA	0x030000

enum { OPT_ASSIGN = 0x100, OPT_GOP, OPT_IMAGE, OPT_FORCE };

static const struct opt opts[] = {
	{ "output", 'o', "OUT", N_("the option ROM to write"), 'o' },
	{ "vendor", 'f', "ID", N_("PCI vendor id, hexadecimal (default 8086)"), 'f' },
	{ "device", 'i', "ID", N_("PCI device id, hexadecimal, repeatable (default: this host's iGPU)"), 'i' },
	{ "class", 'l', "CLASS", N_("class code, hexadecimal: 030000 is VGA (default 0)"), 'l' },
	{ "revision", 'r', "REV", N_("revision of the code, hexadecimal (default 0)"), 'r' },
	{ "efi", 'e', "FILE", N_("a driver, repeatable; -l and -r count as for EfiRom"), 'e' },
	{ "assign", 0, NULL, N_("igvm's IGD assignment driver alone"), OPT_ASSIGN },
	{ "gop", 0, "FILE", N_("igvm's drivers and the GOP driver in FILE: a picture from power-on"), OPT_GOP },
	{ "image", 0, "N", N_("which image of FILE is the GOP driver"), OPT_IMAGE },
	{ "force", 0, NULL, N_("overwrite OUT"), OPT_FORCE },
	{ 0 }
};

static int run_build(const struct globals *g, int argc, char **argv);

const struct cmd rom_build_cmd = {
	.name = "rom build",
	.args = "[DRIVER.efi...]",
	.help = N_("make an option ROM from UEFI drivers, as EfiRom does"),
	.more = N_("Without -e, -l and -r count for all drivers. With -e they count as for EfiRom: for the\n"
		   "driver before, when it has none, and for the one behind. Nothing is compressed."),
	.opts = opts,
	.json = true,
	.run = run_build,
};

/** struct job - one call */
struct job {
	const struct globals *g;
	struct build b;
	const char *out, *gop;
	bool assign, force, listed;	/* @listed: a driver was named with -e */
	uint32_t class_code;		/* as EfiRom keeps them: for the next driver */
	uint16_t revision;
	bool class_given;
	char own[2][PATH_MAX];		/* paths of igvm's drivers */
	int code;
};

/* --- work ---------------------------------------------------------------------------------------- */

static int work(void *arg, size_t i, FILE *out)
{
	const struct job *j = arg;

	(void)i;
	return build_work(&j->b, out);
}

static int take(void *arg, size_t i, const struct sandbox_answer *a)
{
	struct job *j = arg;
	_json_ json_t *json = NULL;
	struct span rom;
	json_t *drivers;
	int r;

	(void)i;
	if (a->how != SANDBOX_DONE || a->code || frame_read(a, &json, &rom)) {
		frame_say_lost(j->b.driver[j->b.n - 1].path, a);
		return 0;
	}
	r = (int)json_integer_value(json_object_get(json, "result"));
	if (r) {
		build_say_refused(&j->b, json);
		return 0;
	}
	if (!build_is_true(&j->b, json, rom)) {
		struct sandbox_answer untrue = { .how = SANDBOX_TOO_MUCH };

		frame_say_lost(j->b.driver[j->b.n - 1].path, &untrue);
		return 0;
	}
	r = output_write(j->out, rom.p, rom.n, j->force);
	if (r) {
		output_say_error(j->out, r);
		return 0;
	}
	drivers = json_object_get(json, "drivers");
	j->code = EXIT_OK;
	if (j->g->json)
		j->code = build_show_json(&j->b, j->out, drivers, rom);
	else
		build_show(&j->b, j->out, drivers, rom.n);
	return 0;
}

/* --- arguments ------------------------------------------------------------------------------------ */

static struct build_driver *add_driver(struct job *j, const char *path)
{
	if (j->b.n == BUILD_DRIVERS_MAX)
		return NULL;
	j->b.driver[j->b.n] = (struct build_driver){ .path = path };
	return &j->b.driver[j->b.n++];
}

static int say_many(void)
{
	return cmd_usage(&rom_build_cmd, _("more than %d drivers"), BUILD_DRIVERS_MAX);
}

/* EDK2 BaseTools/Source/C/EfiRom/EfiRom.c, ParseCommandLine(): the driver before, and the next. */
static int add_listed(struct job *j, const char *path)
{
	struct build_driver *d = add_driver(j, path);

	if (!d)
		return say_many();
	d->class_code = j->class_code;
	d->revision = j->revision;
	j->class_code = 0;
	j->revision = 0;
	j->listed = true;
	return EXIT_OK;
}

static int set_class(struct job *j, const char *text)
{
	const char *digits = str_starts(text, "0x");
	uint64_t v;

	if (!str_u64(digits ? digits : text, 16, 0xffffff, &v))
		return cmd_usage(&rom_build_cmd, _("'%s' is no class code; write it like 030000"), text);
	j->class_code = (uint32_t)v;
	j->class_given = true;
	if (j->listed && !j->b.driver[j->b.n - 1].class_code)
		j->b.driver[j->b.n - 1].class_code = j->class_code;
	return EXIT_OK;
}

static int set_revision(struct job *j, const char *text)
{
	if (!rom_parse_id(text, &j->revision))
		return cmd_usage(&rom_build_cmd, _("'%s' is no revision of four hexadecimal digits"), text);
	if (j->listed && !j->b.driver[j->b.n - 1].revision)
		j->b.driver[j->b.n - 1].revision = j->revision;
	return EXIT_OK;
}

static int add_id(struct job *j, const char *text)
{
	if (j->b.n_ids == BUILD_IDS_MAX)
		return cmd_usage(&rom_build_cmd, _("more than %d device ids"), BUILD_IDS_MAX);
	if (!rom_parse_id(text, &j->b.ids[j->b.n_ids++]))
		return cmd_usage(&rom_build_cmd, _("'%s' is no PCI device id; write it like 4692"), text);
	return EXIT_OK;
}

static int take_option(struct job *j, int v)
{
	uint64_t n;

	switch (v) {
	case 'o':
		j->out = optarg;
		return EXIT_OK;
	case 'f':
		if (rom_parse_id(optarg, &j->b.vendor))
			return EXIT_OK;
		return cmd_usage(&rom_build_cmd, _("'%s' is no PCI vendor id; write it like 8086"), optarg);
	case 'i':
		return add_id(j, optarg);
	case 'l':
		return set_class(j, optarg);
	case 'r':
		return set_revision(j, optarg);
	case 'e':
		return add_listed(j, optarg);
	case OPT_ASSIGN:
		j->assign = true;
		return EXIT_OK;
	case OPT_GOP:
		j->gop = optarg;
		return EXIT_OK;
	case OPT_IMAGE:
		if (!str_u64(optarg, 10, 99, &n) || !n)
			return cmd_usage(&rom_build_cmd, _("'%s' is no number of an image"), optarg);
		j->b.image = (unsigned int)n;
		return EXIT_OK;
	default:
		j->force = true;
		return EXIT_OK;
	}
}

/* igvm's own driver @name, first in the ROM. */
static int add_own(struct job *j, size_t which, const char *name)
{
	struct build_driver *d;

	if (!str_print(j->own[which], PATH_MAX, "%s/efi/%s", paths_datadir(), name))
		return EXIT_FAILED;
	if (access(j->own[which], R_OK)) {
		say(_("%s: %s; it comes with igvm, and without it this ROM cannot be made"), j->own[which],
		    strerror(errno));
		return EXIT_FAILED;
	}
	d = add_driver(j, j->own[which]);
	d->class_code = j->class_given ? j->class_code : CLASS_VGA;
	d->revision = j->revision;
	return EXIT_OK;
}

static int add_drivers(struct job *j, char **operands, int n)
{
	int r = EXIT_OK;

	if (j->assign || j->gop)
		r = add_own(j, 0, "igd-assign.efi");
	if (!r && j->gop)
		r = add_own(j, 1, "gop-policy.efi");
	if (!r && j->gop) {
		struct build_driver *d = add_driver(j, j->gop);

		*d = (struct build_driver){ j->gop, .class_code = j->b.driver[0].class_code,
					    .revision = j->revision, .take_gop = true };
	}
	for (int i = 0; !r && i < n; i++) {
		struct build_driver *d = add_driver(j, operands[i]);

		if (!d)
			return say_many();
		d->class_code = j->class_code;
		d->revision = j->revision;
	}
	return r;
}

static int check_ids(struct job *j)
{
	if (!j->b.n_ids && rom_host_device(j->g->root, &j->b.ids[0]))
		j->b.n_ids = 1;
	if (!j->b.n_ids)
		return cmd_usage(&rom_build_cmd, _("no Intel iGPU is here; -i ID says for which one the ROM is"));
	for (size_t i = 0; j->b.n_ids > 1 && i < j->b.n_ids; i++)
		if (!j->b.ids[i])
			return cmd_usage(&rom_build_cmd, _("device id 0 would end the list"));
	return EXIT_OK;
}

static int parse(struct job *j, int argc, char **argv)
{
	int v, r = EXIT_OK, ways;

	j->b.vendor = IGD_VENDOR_INTEL;
	while (!r && (v = cmd_getopt(&rom_build_cmd, argc, argv)) != -1)
		r = v == '?' ? EXIT_USAGE : take_option(j, v);
	if (r)
		return r;
	ways = j->assign + (j->gop != NULL) + j->listed + (optind < argc);
	if (ways != 1)
		return cmd_usage(&rom_build_cmd, _("name drivers with -e, or without it, or take --assign or --gop"));
	if (!j->out)
		return cmd_usage(&rom_build_cmd, _("-o OUT says where the ROM goes"));
	if (j->b.image && !j->gop)
		return cmd_usage(&rom_build_cmd, _("--image needs --gop"));
	r = check_ids(j);
	return r ? r : add_drivers(j, argv + optind, argc - optind);
}

static int read_drivers(struct job *j)
{
	for (size_t i = 0; i < j->b.n; i++) {
		struct build_driver *d = &j->b.driver[i];
		int r = output_check(j->out, d->path, j->force);

		if (r) {
			output_say_error(j->out, r);
			return EXIT_FAILED;
		}
		input_read(d->path, &d->in);
		if (d->in.err) {
			input_say_error(&d->in);
			return EXIT_FAILED;
		}
	}
	return EXIT_OK;
}

static int run_build(const struct globals *g, int argc, char **argv)
{
	_free_ struct job *j = calloc(1, sizeof(*j));
	int r;

	if (!j) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	j->g = g;
	j->code = EXIT_FAILED;
	r = parse(j, argc, argv);
	if (r)
		return r;
	r = read_drivers(j);
	if (!r)
		r = sandbox_each(1, work, take, j);
	if (r < 0)
		say(_("cannot start a decoder: %s"), strerror(-r));
	for (size_t i = 0; i < j->b.n; i++)
		input_done(&j->b.driver[i].in);
	return j->code;
}
