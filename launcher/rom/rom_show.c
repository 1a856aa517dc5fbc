/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `igvm rom show`: what is in a file. Each file is decoded in the sandbox; one
 * child serves all of them, so that a folder of tables costs one fork.
 */
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/rom/device.h"
#include "launcher/rom/frame.h"
#include "launcher/rom/input.h"
#include "launcher/rom/rom.h"
#include "launcher/rom/sandbox.h"
#include "launcher/rom/show.h"

enum { OPT_ALL = 0x100, OPT_DEVICE };

static const struct opt opts[] = {
	{ "all", 'a', NULL, N_("every field with its offset"), OPT_ALL },
	{ "device", 'd', N_("ID"), N_("read tables for this iGPU, such as 4692; else as they call themselves"),
	  OPT_DEVICE },
	{ 0 }
};

static int run_show(const struct globals *g, int argc, char **argv);

const struct cmd rom_show = {
	.name = "rom show",
	.args = "FILE...",
	.help = N_("decode option ROMs, VBTs, OpRegions and UEFI firmware"),
	.more = N_("FILE may be - for standard input. What it is, is found by its content. The exit\n"
		   "status is 1 when a file could not be read or is not firmware of an iGPU."),
	.opts = opts,
	.json = true,
	.run = run_show,
};

struct job {
	const struct globals *g;
	struct show_wish wish;
	struct input *in;	/* of this batch */
	size_t n;
	json_t *items;
	bool many;		/* several files: each gets a headline */
	int code;
};

static int work(void *arg, size_t i, FILE *out)
{
	const struct job *j = arg;
	struct span s = input_span(&j->in[i]);

	return j->g->json ? show_json(s, &j->wish, out) : show_people(s, &j->wish, out);
}

static int take_json_item(struct job *j, const struct input *in, const struct sandbox_answer *a)
{
	json_t *item = json_loadb(a->bytes, a->n, 0, NULL);

	if (!item || json_object_set_new(item, "file", json_string(in->name)))
		return EXIT_FAILED;
	return json_array_append_new(j->items, item) ? EXIT_FAILED : 0;
}

static int take(void *arg, size_t i, const struct sandbox_answer *a)
{
	struct job *j = arg;
	const struct input *in = &j->in[i];

	if (a->how != SANDBOX_DONE) {
		frame_say_lost(in->name, a);
		j->code = EXIT_FAILED;
		return 0;
	}
	if (a->code)
		j->code = EXIT_FAILED;
	if (j->g->json)
		return take_json_item(j, in, a);
	if (j->many)
		printf("%s:\n", in->name);
	fwrite(a->bytes, 1, a->n, stdout);
	return 0;
}

/* As many files as fit into INPUT_MAX together, at least one. */
static int show_batch(struct job *j, char **names, size_t n, size_t *done)
{
	_free_ struct input *in = calloc(n - *done, sizeof(*in));
	size_t sum = 0;
	int r = 0;

	if (!in)
		return EXIT_FAILED;
	j->n = 0;
	j->in = in;
	while (*done < n && (!j->n || sum < INPUT_MAX)) {
		struct input *one = &in[j->n];

		input_read(names[(*done)++], one);
		if (one->err) {
			input_say_error(one);
			j->code = EXIT_FAILED;
			input_done(one);
			continue;
		}
		sum += one->n;
		j->n++;
	}
	r = sandbox_each(j->n, work, take, j);
	for (size_t i = 0; i < j->n; i++)
		input_done(&in[i]);
	if (r < 0)
		say(_("cannot start a decoder: %s"), strerror(-r));
	return r ? EXIT_FAILED : 0;
}

static int print_json(const struct job *j)
{
	_json_ json_t *answer = json_pack("{s:i, s:s, s:O}", "version", 1, "kind", "rom-show", "items",
					  j->items);

	if (!answer || json_dumpf(answer, stdout, JSON_INDENT(2))) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	putchar('\n');
	return j->code;
}

static int run_show(const struct globals *g, int argc, char **argv)
{
	struct job j = { .g = g };
	_json_ json_t *items = json_array();
	size_t done = 0, n;
	int v, r = 0;

	while ((v = cmd_getopt(&rom_show, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		if (v == OPT_ALL)
			j.wish.all = true;
		else if (rom_device(&rom_show, g, optarg, &j.wish.device))
			return EXIT_USAGE;
	}
	if (optind == argc)
		return cmd_usage(&rom_show, _("rom show takes files, or - for standard input"));
	n = (size_t)(argc - optind);
	j.items = items;
	j.many = n > 1;
	while (!r && done < n)
		r = show_batch(&j, argv + optind, n, &done);
	if (r)
		return r;
	return g->json ? print_json(&j) : j.code;
}
