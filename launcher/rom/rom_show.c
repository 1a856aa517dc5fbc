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
#include "launcher/rom/live_host.h"
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
	.args = "[FILE...]",
	.help = N_("decode option ROMs, VBTs, OpRegions and UEFI firmware"),
	.more = N_("FILE may be - for standard input; without one this host's own is shown, each\n"
		   "place that has some (as root; through vfio-pci that resets the device). What it\n"
		   "is, is found by its content. The exit status is 1 when a file could not be read\n"
		   "or is not firmware of an iGPU."),
	.opts = opts,
	.json = true,
	.run = run_show,
};

struct job {
	const struct globals *g;
	struct show_wish wish;
	const struct input *in;	/* of this batch */
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

static int show_inputs(struct job *j, struct input *in, size_t n)
{
	int r;

	j->in = in;
	r = sandbox_each(n, work, take, j);
	if (r < 0)
		say(_("cannot start a decoder: %s"), strerror(-r));
	return r ? EXIT_FAILED : 0;
}

/* As many files as fit into INPUT_MAX together, at least one. */
static int show_batch(struct job *j, char **names, size_t n, size_t *done)
{
	_free_ struct input *in = calloc(n - *done, sizeof(*in));
	size_t sum = 0, some = 0;
	int r;

	if (!in)
		return EXIT_FAILED;
	while (*done < n && (!some || sum < INPUT_MAX)) {
		struct input *one = &in[some];

		input_read(names[(*done)++], one);
		if (one->err) {
			input_say_error(one);
			j->code = EXIT_FAILED;
			input_done(one);
			continue;
		}
		sum += one->n;
		some++;
	}
	r = show_inputs(j, in, some);
	for (size_t i = 0; i < some; i++)
		input_done(&in[i]);
	return r;
}

static int show_files(struct job *j, char **names, size_t n)
{
	size_t done = 0;
	int r = 0;

	j->many = n > 1;
	while (!r && done < n)
		r = show_batch(j, names, n, &done);
	return r;
}

static int show_host(struct job *j)
{
	struct input in[LIVE_N];
	struct live_host l;
	size_t n;
	int r = live_host_read(j->g, HOST_VFIO_IF_FREE, &l);

	if (!r) {
		if (!j->wish.device)
			j->wish.device = l.igpu->device;
		n = live_host_inputs(&l, j->g->json, in);
		j->many = true;
		r = show_inputs(j, in, n);
		if (!j->g->json)
			live_host_print_unread(&l, stdout);
		if (!n)
			live_host_say_nothing();
		if (!n || live_host_differs(&l))
			j->code = EXIT_FAILED;
	}
	live_host_done(&l);
	return r;
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
	int v, r;

	while ((v = cmd_getopt(&rom_show, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		if (v == OPT_ALL)
			j.wish.all = true;
		else if (rom_device(&rom_show, g, optarg, &j.wish.device))
			return EXIT_USAGE;
	}
	j.items = items;
	r = optind == argc ? show_host(&j) : show_files(&j, argv + optind, (size_t)(argc - optind));
	if (r)
		return r;
	return g->json ? print_json(&j) : j.code;
}
