/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `igvm rom extract`: the pieces of firmware an iGPU needs, out of the running
 * host or out of a file. Every place and every piece is listed; of a kind that
 * a host has in several places the best place's is written, and whether the
 * others agree is said. A file's pieces are all written: which one fits is the
 * owner's to say.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/rom/extract.h"
#include "launcher/rom/frame.h"
#include "launcher/rom/input.h"
#include "launcher/rom/live_host.h"
#include "launcher/rom/piece.h"
#include "launcher/rom/rom.h"
#include "launcher/rom/sandbox.h"
#include "romfiles/kind.h"
#include "romfiles/sha256.h"

enum { OPT_FORCE = 0x100, OPT_LIST };

static const struct opt opts[] = {
	{ "output", 'o', N_("DIR"), N_("where to write; the current directory by default"), 'o' },
	{ "list", 'l', NULL, N_("only say what there is, write nothing"), OPT_LIST },
	{ "force", 'f', NULL, N_("replace files that are there already"), OPT_FORCE },
	{ 0 }
};

static int run_extract(const struct globals *g, int argc, char **argv);

const struct cmd rom_extract = {
	.name = "rom extract",
	.args = "[FILE]",
	.help = N_("take OpRegion, VBT, video BIOS and GOP driver out of this host or a file"),
	.more = N_("Without FILE every place of this host is asked: the OpRegion through vfio-pci,\n"
		   "debugfs of i915 or xe, the shadow ROM, /dev/mem; as root. Opening the device\n"
		   "through vfio-pci resets it. FILE is a board's firmware, a dump of its flash, an\n"
		   "option ROM, an OpRegion; - is standard input. Exit status 1: nothing was found."),
	.opts = opts,
	.json = true,
	.run = run_extract,
};

/* --- pieces out of bytes ------------------------------------------------------------- */

static struct span bytes_of(const struct extract *x, size_t i)
{
	return x->live ? live_span(&x->place[i]) : input_span(&x->in);
}

static const char *source_of(const struct extract *x, size_t i)
{
	return x->live ? live_place_id((enum live_place)i) : "file";
}

static int work(void *arg, size_t i, FILE *out)
{
	struct span s = bytes_of(arg, i);

	return s.n ? pieces_take(s, out) : 0;
}

/* i915's debugfs shows 8 KiB of an OpRegion that goes on behind them. */
static bool begins(const struct found *part, const struct found *whole)
{
	return part->kind == PIECE_OPREGION && part->n < whole->n &&
	       !memcmp(part->bytes, whole->bytes, part->n);
}

/* Against the pieces of better places, which come before. */
static void compare(struct extract *x, struct found *f)
{
	f->differs_from = -1;
	for (size_t i = 0; i < x->n; i++) {
		struct found *better = &x->v[i];

		if (better->kind != f->kind)
			continue;
		if (!strcmp(better->sha256, f->sha256) || begins(f, better))
			f->twin = true;
		else if (x->live && begins(better, f))
			better->twin = true;
		else if (x->live && f->differs_from < 0 && !better->twin)
			f->differs_from = (int)i;
	}
	if (f->twin)
		f->differs_from = -1;
}

static int keep(struct extract *x, const struct piece *p, const char *source)
{
	struct found *f = &x->v[x->n];
	uint8_t sum[SHA256_BYTES];

	if (x->n == PIECES_MAX) {
		x->dropped++;
		return 0;
	}
	*f = (struct found){ .kind = p->kind, .source = source, .n = p->bytes.n };
	str_fit(f->label, sizeof(f->label), p->label);
	sha256_sum(p->bytes.p, p->bytes.n, sum);
	sha256_hex(sum, f->sha256);
	f->bytes = malloc(p->bytes.n + 1);
	if (!f->bytes)
		return -ENOMEM;
	memcpy(f->bytes, p->bytes.p, p->bytes.n);
	compare(x, f);
	x->n++;
	return 0;
}

static int take(void *arg, size_t i, const struct sandbox_answer *a)
{
	struct extract *x = arg;
	struct span s = { (const uint8_t *)a->bytes, a->n };
	struct piece p;
	size_t at = 0;
	int r = 0;

	if (a->how != SANDBOX_DONE) {
		frame_say_lost(source_of(x, i), a);
		x->code = EXIT_FAILED;
		return 0;
	}
	while (!r && pieces_next(s, &at, &p))
		r = keep(x, &p, source_of(x, i));
	return r;
}

/* --- files ------------------------------------------------------------------------------ */

/* "uefi firmware.BIN" gives "uefi-firmware": letters, digits, dots and dashes. */
static void stem_of(const char *path, char *stem, size_t size)
{
	const char *base = strrchr(path, '/');
	char *dot;

	str_fit(stem, size, base ? base + 1 : path);
	dot = strrchr(stem, '.');
	if (dot && dot != stem)
		*dot = '\0';
	for (char *c = stem; *c; c++)
		if (!isalnum((unsigned char)*c) && *c != '-' && *c != '.' && *c != '_')
			*c = '-';
	if (!*stem || *stem == '.' || !strcmp(stem, "-"))
		str_fit(stem, size, "firmware");
}

/* Several different pieces of a kind are numbered. */
static size_t number_of(const struct extract *x, size_t i, bool *alone)
{
	size_t before = 0, all = 0;

	for (size_t j = 0; j < x->n; j++) {
		bool counts = x->v[j].kind == x->v[i].kind && !x->v[j].twin && x->v[j].differs_from < 0;

		all += counts;
		before += counts && j < i;
	}
	*alone = all == 1;
	return before + 1;
}

static bool is_there(const struct found *f)
{
	_free_ char *bytes = NULL;
	size_t n;

	return !file_read_at(AT_FDCWD, f->file, INPUT_MAX, &bytes, &n) && n == f->n &&
	       !memcmp(bytes, f->bytes, n);
}

static int write_piece(struct extract *x, size_t i)
{
	struct found *f = &x->v[i];
	size_t number;
	bool alone;
	int r;

	number = number_of(x, i, &alone);
	if (!(alone ? str_print(f->file, PATH_MAX, "%s/%s%s", x->dir, x->stem, piece_suffix(f->kind))
		    : str_print(f->file, PATH_MAX, "%s/%s.%zu%s", x->dir, x->stem, number,
				piece_suffix(f->kind)))) {
		say(_("%s: the path is too long"), x->dir);
		return EXIT_FAILED;
	}
	if (is_there(f))
		return 0;
	if (!x->force && !access(f->file, F_OK)) {
		say(_("%s: is there already with other bytes; --force replaces it"), f->file);
		*f->file = '\0';
		return EXIT_FAILED;
	}
	r = file_replace_at(AT_FDCWD, f->file, f->bytes, f->n, 0644);
	if (r) {
		say(_("%s: cannot be written: %s"), f->file, strerror(-r));
		*f->file = '\0';
		return r == -EACCES || r == -EPERM ? EXIT_PRIVILEGE : EXIT_FAILED;
	}
	return 0;
}

static void write_all_pieces(struct extract *x)
{
	for (size_t i = 0; i < x->n && !x->list; i++) {
		int r = x->v[i].twin || x->v[i].differs_from >= 0 ? 0 : write_piece(x, i);

		x->code = r ? r : x->code;
	}
}

/* --- the command -------------------------------------------------------------------------- */

/* Nothing found is told with what the bytes are instead. */
static void say_nothing(const struct extract *x)
{
	if (x->live)
		live_host_say_nothing();
	else if (rom_kind_is_read(x->kind))
		say(_("%s: %s, but no OpRegion, VBT, video BIOS or Intel GOP driver in it"), x->in.name,
		    _(rom_kind_text(x->kind)));
	else
		say(_("%s: this is %s, no firmware"), x->in.name, _(rom_kind_text(x->kind)));
}

static int from_bytes(struct extract *x, size_t n)
{
	int r = sandbox_each(n, work, take, x);

	if (r) {
		say(_("cannot start a decoder: %s"), strerror(-r));
		return EXIT_FAILED;
	}
	if (!x->n && !x->code) {
		say_nothing(x);
		x->code = EXIT_FAILED;
	}
	write_all_pieces(x);
	if (x->g->json)
		return extract_json(x);
	extract_people(x);
	return x->code;
}

static int extract_host(struct extract *x)
{
	struct live_host l;
	char stem[32] = "igd";
	int r = live_host_read(x->g, x->list ? HOST_VFIO_NEVER : HOST_VFIO_IF_FREE, &l);

	if (!r) {
		snprintf(stem, sizeof(stem), "igd-%04x-%04x", l.igpu->vendor, l.igpu->device);
		x->live = true;
		x->stem = stem;
		x->place = l.place;
		x->code = live_host_differs(&l) ? EXIT_FAILED : EXIT_OK;
		r = from_bytes(x, LIVE_N);
	}
	live_host_done(&l);
	return r;
}

static int extract_file(struct extract *x, const char *path)
{
	char stem[NAME_MAX + 1];
	int r;

	input_read(path, &x->in);
	if (x->in.err) {
		input_say_error(&x->in);
		return EXIT_FAILED;
	}
	stem_of(path, stem, sizeof(stem) - 32);
	x->stem = stem;
	x->kind = rom_kind(input_span(&x->in));
	r = from_bytes(x, 1);
	input_done(&x->in);
	return r;
}

static int run_extract(const struct globals *g, int argc, char **argv)
{
	_free_ struct extract *x = calloc(1, sizeof(*x));
	int v, r;

	if (!x) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	x->g = g;
	x->dir = ".";
	while ((v = cmd_getopt(&rom_extract, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		if (v == 'o')
			x->dir = optarg;
		x->list |= v == OPT_LIST;
		x->force |= v == OPT_FORCE;
	}
	if (argc - optind > 1)
		return cmd_usage(&rom_extract, _("rom extract takes one file, or none for this host"));
	r = optind < argc ? extract_file(x, argv[optind]) : extract_host(x);
	for (size_t i = 0; i < x->n; i++)
		free(x->v[i].bytes);
	return r;
}
