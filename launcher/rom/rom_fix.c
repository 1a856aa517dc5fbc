/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `igvm rom fix`: what has one right value is mended, on a copy. Deciding and
 * mending is the sandbox's; its answer is the list of changes and the new
 * bytes. The parent makes the listed changes itself: only when that gives the
 * same bytes is the list what really happened, and only then is it shown.
 */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/rom/device.h"
#include "launcher/rom/fix_work.h"
#include "launcher/rom/frame.h"
#include "launcher/rom/input.h"
#include "launcher/rom/output.h"
#include "launcher/rom/rom.h"
#include "romfiles/kind.h"

enum { OPT_DEVICE = 0x100, OPT_ONLY, OPT_FORCE };

static const struct opt opts[] = {
	{ "output", 'o', "OUT", N_("write the mended bytes there; without it they are only shown"), 'o' },
	{ "device", 'd', N_("ID"), N_("PCI device id the VBIOS shall be for, such as 4692"), OPT_DEVICE },
	{ "only", 0, "WHAT", N_("mend only these, separated by commas"), OPT_ONLY },
	{ "force", 0, NULL, N_("overwrite OUT"), OPT_FORCE },
	{ 0 }
};

static int run_fix(const struct globals *g, int argc, char **argv);

const struct cmd rom_fix = {
	.name = "rom fix",
	.args = "FILE",
	.help = N_("mend ids, checksums and sizes in a ROM, VBT or OpRegion"),
	.more = N_("WHAT is device-id, chain, cached-bdsm, vbt-bdb-size, vbt-child-size, vbt-checksum or\n"
		   "rom-checksum; a checksum over changed bytes is always mended. FILE is never changed.\n"
		   "The exit status is 1 when there is something to mend and it was not written."),
	.opts = opts,
	.json = true,
	.run = run_fix,
};

/** struct job - one call */
struct job {
	const struct globals *g;
	const char *out;
	bool force;
	struct fix_wish wish;
	struct input in;
	int code;
};

static int work(void *arg, size_t i, FILE *out)
{
	const struct job *j = arg;

	(void)i;
	return fix_work(input_span(&j->in), &j->wish, out);
}

/* --- telling ------------------------------------------------------------------------------ */

static void show_change(json_t *json)
{
	struct fix_change c;

	if (!fix_change_read(json, &c))
		return;
	printf("%08zx  ", c.at);
	for (uint8_t i = 0; i < c.n; i++)
		printf("%02x", c.before[i]);
	fputs(" -> ", stdout);
	for (uint8_t i = 0; i < c.n; i++)
		printf("%02x", c.after[i]);
	printf("%*s  %s: %s\n", 4 * (FIX_BYTES_MAX - c.n), "", fix_id(c.code), _(fix_text(c.code)));
}

static void show(const struct job *j, json_t *json, bool written)
{
	json_t *changes = json_object_get(json, "changes"), *one;
	size_t i, n = json_array_size(changes);

	json_array_foreach(changes, i, one)
		show_change(one);
	json_array_foreach(json_object_get(json, "left"), i, one)
		printf(_("stays as it is: %s at %#llx: %s\n"), note_id(fix_note_read(one)),
		       (unsigned long long)json_integer_value(json_object_get(one, "at")),
		       _(note_text(fix_note_read(one))));
	if (!n)
		printf(_("%s: nothing to mend\n"), j->in.name);
	if (written)
		printf(_("%s: written\n"), j->out);
	else if (n)
		printf(_("nothing was written; -o OUT writes the mended bytes\n"));
}

static int show_json(const struct job *j, json_t *json, bool written)
{
	_json_ json_t *answer = json_pack("{s:i, s:s, s:s, s:O, s:O, s:O, s:s?}", "version", 1, "kind",
					  "rom-fix", "file", j->in.name, "format",
					  json_object_get(json, "format"), "changes",
					  json_object_get(json, "changes"), "left",
					  json_object_get(json, "left"), "written",
					  written ? j->out : NULL);

	if (!answer || json_dumpf(answer, stdout, JSON_INDENT(2)))
		return EXIT_FAILED;
	putchar('\n');
	return EXIT_OK;
}

static int say_refused(const struct job *j, const struct sandbox_answer *a)
{
	unsigned int kind = a->n ? (unsigned char)*a->bytes : KIND_N;

	if (a->code == FIX_NOT_A_KIND)
		say(_("%s: %s; option ROMs, VBTs and OpRegions are mended"), j->in.name,
		    _(rom_kind_text(kind < KIND_N ? kind : KIND_UNKNOWN)));
	else if (a->code == FIX_NO_IMAGE)
		say(_("%s: has no x86 image of Intel's; only its id matters to firmware"), j->in.name);
	else if (a->code == FIX_UNREADABLE)
		say(_("%s: is cut or damaged so that it cannot be read"), j->in.name);
	else if (a->code == FIX_OVERLAPS)
		say(_("%s: its parts overlap, so that mending one breaks another"), j->in.name);
	else
		say(_("out of memory"));
	return EXIT_FAILED;
}

static int take(void *arg, size_t i, const struct sandbox_answer *a)
{
	struct job *j = arg;
	_json_ json_t *json = NULL;
	struct span bytes = { 0 };
	int r = 0;

	(void)i;
	j->code = EXIT_FAILED;
	if (a->how == SANDBOX_DONE && a->code)
		return say_refused(j, a);
	if (a->how != SANDBOX_DONE || frame_read(a, &json, &bytes) ||
	    !fix_is_true(input_span(&j->in), json, bytes)) {
		struct sandbox_answer untrue = { .how = SANDBOX_TOO_MUCH };

		frame_say_lost(j->in.name, a->how == SANDBOX_DONE ? &untrue : a);
		return 0;
	}
	if (j->out)
		r = output_write(j->out, bytes.p, bytes.n, j->force);
	if (r) {
		output_say_error(j->out, r);
		return 0;
	}
	j->code = j->out || !json_array_size(json_object_get(json, "changes")) ? EXIT_OK : EXIT_FAILED;
	if (j->g->json) {
		if (show_json(j, json, j->out))
			j->code = EXIT_FAILED;
	} else {
		show(j, json, j->out);
	}
	return 0;
}

/* --- arguments ------------------------------------------------------------------------------ */

static int parse_only(const char *text, unsigned int *only)
{
	*only = 0;
	for (;; text++) {
		size_t n = strcspn(text, ",");
		enum fix_code code = fix_find_id(text, n);

		if (code == FIX_N)
			return cmd_usage(&rom_fix, _("'%.*s' is nothing that is mended"), (int)n, text);
		*only |= 1u << code;
		text += n;
		if (!*text)
			return EXIT_OK;
	}
}

static int parse(struct job *j, int argc, char **argv)
{
	int v;

	j->wish.only = FIX_ALL;
	while ((v = cmd_getopt(&rom_fix, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		if (v == 'o')
			j->out = optarg;
		j->force |= v == OPT_FORCE;
		if (v == OPT_ONLY && parse_only(optarg, &j->wish.only))
			return EXIT_USAGE;
		if (v != OPT_DEVICE)
			continue;
		if (rom_device(&rom_fix, j->g, optarg, &j->wish.device))
			return EXIT_USAGE;
		j->wish.set_device = true;
	}
	if (optind + 1 != argc)
		return cmd_usage(&rom_fix, _("rom fix takes one file, or - for standard input"));
	if (j->wish.set_device && !(j->wish.only & 1u << FIX_DEVICE_ID))
		return cmd_usage(&rom_fix, _("--device needs device-id in --only"));
	return EXIT_OK;
}

static int run_fix(const struct globals *g, int argc, char **argv)
{
	struct job j = { .g = g, .code = EXIT_FAILED };
	int r = parse(&j, argc, argv);

	if (r)
		return r;
	if (j.out) {
		r = output_check(j.out, argv[optind], j.force);
		if (r) {
			output_say_error(j.out, r);
			return EXIT_FAILED;
		}
	}
	input_read(argv[optind], &j.in);
	if (j.in.err)
		input_say_error(&j.in);
	else
		r = sandbox_each(1, work, take, &j);
	if (r < 0)
		say(_("cannot start a decoder: %s"), strerror(-r));
	input_done(&j.in);
	return j.code;
}
