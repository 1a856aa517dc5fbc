/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * `igvm rom import`: a ROM goes into the store under a name that says what it
 * is, with a sidecar that says where it came from.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/paths.h"
#include "launcher/base/str.h"
#include "launcher/pipeline.h"
#include "launcher/rom/device.h"
#include "launcher/rom/frame.h"
#include "launcher/rom/input.h"
#include "launcher/rom/judge.h"
#include "launcher/rom/rom.h"
#include "launcher/rom/store_put.h"
#include "romfiles/build.h"
#include "romfiles/igd.h"
#include "romfiles/sha256.h"

enum { OPT_NAME = 0x100, OPT_DEVICE, OPT_FORCE };

static const struct opt opts[] = {
	{ "name", 0, "NAME", N_("name in the store, instead of one that says what it is"), OPT_NAME },
	{ "device", 'd', N_("ID"), N_("PCI device id of the iGPU it is for, such as 4692"), OPT_DEVICE },
	{ "force", 0, NULL, N_("take it in spite of findings, or in place of another of that name"),
	  OPT_FORCE },
	{ 0 }
};

static int run_import(const struct globals *g, int argc, char **argv);

const struct cmd rom_import = {
	.name = "rom import",
	.args = "FILE",
	.help = N_("put an option ROM into igvm's store, for rom = auto"),
	.more = N_("The ROM is judged first, as for a guest. One that is there already is not put there twice."),
	.opts = opts,
	.json = true,
	.run = run_import,
};

/** struct job - one call */
struct job {
	const struct globals *g;
	struct paths paths;
	const char *name;		/* --name; NULL = by what it is */
	bool force;
	struct judge_question q;
	struct input in;
	struct judged judged;
	struct rom_store_entry entry;
	struct findings findings;
	bool answered;
};

/* --- judging ----------------------------------------------------------------------------------- */

static int work(void *arg, size_t i, FILE *out)
{
	const struct job *j = arg;

	(void)i;
	return judge_work(input_span(&j->in), &j->q, out);
}

static int take(void *arg, size_t i, const struct sandbox_answer *a)
{
	struct job *j = arg;
	_json_ json_t *json = NULL;
	struct span bytes;

	(void)i;
	if (a->how == SANDBOX_DONE && !a->code && !frame_read(a, &json, &bytes) &&
	    judge_read(json, &j->judged, &j->findings))
		j->answered = true;
	else
		frame_say_lost(j->in.name, a);
	return 0;
}

static int judge(struct job *j)
{
	int r;

	j->q.host = rom_host_device(j->g->root, &j->q.host_device);
	r = sandbox_each(1, work, take, j);
	if (r < 0)
		say(_("cannot start a decoder: %s"), strerror(-r));
	if (r || !j->answered)
		return EXIT_FAILED;
	if (j->judged.format != KIND_OPROM) {
		say(_("%s: %s; the store takes option ROMs"), j->in.name,
		    _(rom_kind_text(j->judged.format)));
		return EXIT_FAILED;
	}
	if (!j->judged.known) {
		say(j->judged.compressed
			    ? _("%s: its images are compressed, what they are cannot be seen")
			    : _("%s: no VBIOS of Intel's, no GOP driver and no IGD assignment driver is in it"),
		    j->in.name);
		return EXIT_FAILED;
	}
	return EXIT_OK;
}

/* --- what it is ---------------------------------------------------------------------------------- */

static void say_platform(const struct job *j, const struct igd_platform *pf)
{
	const struct judged *v = &j->judged;

	if (v->kind == ROM_STORE_GOP && !pf)
		say(_("%s: names no iGPU that is known; without --device ID rom = auto does not take it"),
		    j->in.name);
	else if (v->drives == JUDGE_DRIVES_NOT && !finding_has(&j->findings, FINDING_ROM_GOP_GENERATION))
		say(_("%s: its GOP driver is version %s, which is not known to drive %s"), j->in.name,
		    *v->version ? v->version : _("unknown"), pf ? pf->name : "?");
	else if (v->kind == ROM_STORE_VBIOS && v->meant && v->meant != v->device)
		say(_("%s: SeaBIOS runs it on 8086:%04x alone; `igvm rom fix --device %04x` makes one for yours"),
		    j->in.name, v->device, v->meant);
}

static void lower(char *s)
{
	for (; *s; s++)
		if (*s >= 'A' && *s <= 'Z')
			*s = (char)(*s + 'a' - 'A');
}

static bool name_entry(struct job *j, struct rom_store_entry *e)
{
	char key[16];

	if (j->name)
		return str_print(e->name, sizeof(e->name), "%s.rom", j->name);
	str_fit(key, sizeof(key), *e->platform ? e->platform : "any");
	lower(key);
	return str_print(e->name, sizeof(e->name), "%s-%s-%.12s.rom", key, rom_store_kind_id(e->kind),
			 e->sha256);
}

static void date(char text[static 24])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, 24, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void add_id(struct rom_store_entry *e, uint16_t id)
{
	for (size_t i = 0; i < e->n_ids; i++)
		if (e->ids[i] == id)
			return;
	if (e->n_ids < ROM_STORE_IDS_MAX)
		e->ids[e->n_ids++] = id;
}

static bool describe(struct job *j)
{
	const struct judged *v = &j->judged;
	struct rom_store_entry *e = &j->entry;
	const struct igd_platform *pf = igd_find(v->meant);
	const char *slash = strrchr(j->in.name, '/');
	uint8_t sum[SHA256_BYTES];

	e->kind = v->kind;
	e->device = v->device;
	e->assign = v->assign;
	memcpy(e->ids, v->ids, sizeof(e->ids));
	e->n_ids = v->n_ids;
	/* OVMF compares no id: what its owner says counts. */
	if (v->kind == ROM_STORE_GOP && j->q.said)
		add_id(e, j->q.device);
	str_fit(e->platform, sizeof(e->platform), pf ? pf->key : "");
	if (pf && pf->gen10 % 10)
		snprintf(e->generation, sizeof(e->generation), "%u.%u", pf->gen10 / 10u, pf->gen10 % 10u);
	else if (pf)
		snprintf(e->generation, sizeof(e->generation), "%u", pf->gen10 / 10u);
	e->size = j->in.n;
	sha256_sum(j->in.bytes, j->in.n, sum);
	sha256_hex(sum, e->sha256);
	str_fit(e->source, sizeof(e->source), slash ? slash + 1 : j->in.name);
	str_sanitize(e->source);
	date(e->imported);
	return name_entry(j, e);
}

/* --- the store ------------------------------------------------------------------------------------- */

static int say_store(const struct job *j, int err)
{
	if (err == -EPERM)
		say(_("%s: belongs to somebody else, or others may write it: make it yours alone "
		      "(chown, chmod go-w)"), j->paths.roms);
	else
		say("%s: %s", j->paths.roms, strerror(-err));
	return err == -EACCES ? EXIT_PRIVILEGE : EXIT_FAILED;
}

static int tell(const struct job *j, bool there)
{
	const struct rom_store_entry *e = &j->entry;
	_json_ json_t *answer = NULL;

	if (!j->g->json) {
		printf(there ? _("%s is in the store already, as %s/%s\n") : _("%s is in the store, as %s/%s\n"),
		       j->in.name, j->paths.roms, e->name);
		return EXIT_OK;
	}
	answer = json_pack("{s:i, s:s, s:s, s:s, s:b, s:o}", "version", 1, "kind", "rom-import", "file",
			   j->in.name, "folder", j->paths.roms, "was-there", there, "rom",
			   rom_store_entry_json(e));
	if (!answer || json_dumpf(answer, stdout, JSON_INDENT(2)))
		return EXIT_FAILED;
	putchar('\n');
	return EXIT_OK;
}

static int store(struct job *j)
{
	struct store_wish w = {
		.mode = j->paths.system ? 0755 : 0700, .named = j->name != NULL, .replace = j->force,
		.retell = j->q.said,
	};
	enum store_done done;
	int r = store_put(j->paths.roms, &w, &j->entry, input_span(&j->in), &done);

	if (r)
		return say_store(j, r);
	if (done == STORE_TAKEN)
		say(_("%s/%s: is another ROM; --force puts this one in its place"), j->paths.roms,
		    j->entry.name);
	else if (done == STORE_FULL)
		say(_("%s: holds %d ROMs already, more are not looked at"), j->paths.roms, ROM_STORE_MAX);
	else
		return tell(j, done == STORE_THERE);
	return EXIT_FAILED;
}

/* --- the command -------------------------------------------------------------------------------------- */

static int parse(struct job *j, int argc, char **argv)
{
	const char *wrong;
	int v;

	while ((v = cmd_getopt(&rom_import, argc, argv)) != -1) {
		if (v == '?')
			return EXIT_USAGE;
		j->force |= v == OPT_FORCE;
		if (v == OPT_NAME)
			j->name = optarg;
		if (v != OPT_DEVICE)
			continue;
		if (rom_device(&rom_import, j->g, optarg, &j->q.device))
			return EXIT_USAGE;
		if (!igd_find(j->q.device))
			return cmd_usage(&rom_import, _("'%s' is no device id of an Intel iGPU"), optarg);
		j->q.said = true;
	}
	if (optind + 1 != argc)
		return cmd_usage(&rom_import, _("rom import takes one file, or - for standard input"));
	if (j->g->foreign_root)
		return cmd_usage(&rom_import, _("%s works on this host only, not with --root"),
				 rom_import.name);
	wrong = j->name ? rom_store_name_check(j->name) : NULL;
	if (wrong)
		return cmd_usage(&rom_import, "'%s': %s", j->name, _(wrong));
	return EXIT_OK;
}

static int import(struct job *j, const char *path)
{
	int r;

	input_read(path, &j->in);
	if (!j->in.err && j->in.n > ROM_BUILD_MAX) {
		say(_("%s: larger than %zu MiB, which no option ROM is"), j->in.name, ROM_BUILD_MAX >> 20);
		return EXIT_FAILED;
	}
	if (j->in.err) {
		input_say_error(&j->in);
		return EXIT_FAILED;
	}
	r = judge(j);
	if (r)
		return r;
	say_platform(j, igd_find(j->judged.meant));
	if (finding_worst(&j->findings) == SEVERITY_BLOCK && !j->force)
		return findings_refuse(&j->findings);
	findings_print(stderr, &j->findings, SEVERITY_WARN);
	if (!describe(j)) {
		say(_("%s: the name is too long"), j->in.name);
		return EXIT_FAILED;
	}
	return store(j);
}

static int run_import(const struct globals *g, int argc, char **argv)
{
	_free_ struct job *j = calloc(1, sizeof(*j));
	int r;

	if (!j) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	j->g = g;
	r = parse(j, argc, argv);
	if (r)
		return r;
	if (paths_mine(&j->paths, g->root)) {
		say(_("no place for your ROMs: neither HOME nor the XDG variables say where"));
		return EXIT_FAILED;
	}
	r = import(j, argv[optind]);
	input_done(&j->in);
	return r;
}
