/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. A VM that runs is looked at from the outside in (cmd_verify_look.c), judged
 * by tables that are pure (launcher/verify/), answered (cmd_verify_say.c), and a yes or no is kept
 * in verify.json with a manifest of what the host, QEMU and the guest were. --wait does the look
 * again while the guest is still on its way up.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "launcher/base/clock.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_verify.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/lock.h"
#include "launcher/run/verified.h"
#include "launcher/verify/manifest.h"

enum { OPT_WAIT = 0x100, OPT_QUICK };

#define TIMEOUT_S	60
#define WAIT_S		600
#define AGAIN_MS	2000

static const struct opt opts[] = {
	{ "wait", 'w', NULL, N_("look again until the guest is up and its driver runs, or cannot"), OPT_WAIT },
	{ "quick", 'q', NULL, N_("the driver alone: no trial encode, no modes of the monitors"), OPT_QUICK },
	{ "timeout", 't', "SECONDS", N_("for all of it (60; where it waits, 600)"), 't' },
	{ 0 }
};

static int run_verify(const struct globals *g, int argc, char **argv);

const struct cmd cmd_verify = {
	.name = "verify",
	.args = "NAME",
	.help = N_("does the driver of the iGPU run in the guest? yes or no, with the cause"),
	.more = N_("Asks QEMU, the host's kernel and, through the guest agent, the guest's own system. A no\n"
		   "names one cause, what was seen of it and one next step, and what has changed since it\n"
		   "last worked. Exit status 0: works, 6: broken, 1: could not be seen."),
	.opts = opts,
	.json = true,
	.run = run_verify,
};

/* The record of the last look; one that a newer igvm wrote is neither read nor replaced. */
static int load_record(const struct verify *v, json_t **record)
{
	int r = 0;

	*record = verified_load(&v->pl->paths, v->pl->name, &r);
	if (*record || r == -ENOENT)
		return EXIT_OK;
	if (r == -EPROTO) {
		say(_("%s: its verify.json in %s/%s was written by a newer igvm and is left as it is; move it away to go on"),
		    v->pl->name, v->pl->paths.data, v->pl->name);
		return EXIT_FAILED;
	}
	if (r == -EACCES || r == -EPERM)
		return cmd_vm_needs_root("verify", v->pl->name);
	say(_("%s: %s/%s/verify.json cannot be used (%s): it will be replaced"), v->pl->name,
	    v->pl->paths.data, v->pl->name, strerror(-r));
	return EXIT_OK;
}

static int save_record(const struct verify *v, const json_t *old, json_t *manifest)
{
	const struct finding *cause = judge_cause(&v->findings);
	_json_ json_t *record = NULL;
	int r;

	/* What was seen last time still is what was seen last. */
	if (v->verdict == VERDICT_UNKNOWN)
		return EXIT_OK;
	record = manifest_record(old, manifest, v->verdict, cause ? finding_def(cause->id)->id : NULL,
				 (int64_t)time(NULL));
	r = record ? verified_write(&v->pl->paths, v->pl->name, record) : -ENOMEM;
	if (!r)
		return EXIT_OK;
	say(_("%s: %s/%s/verify.json cannot be written: %s"), v->pl->name, v->pl->paths.data, v->pl->name,
	    strerror(-r));
	return EXIT_FAILED;
}

static int exit_of(enum verdict v)
{
	return v == VERDICT_WORKS ? EXIT_OK : v == VERDICT_BROKEN ? EXIT_BROKEN : EXIT_FAILED;
}

static int conclude(struct verify *v, const json_t *old)
{
	_json_ json_t *manifest = verify_manifest(v), *changed = NULL;
	int64_t worked = 0;
	const json_t *then = manifest_worked(old, &worked);
	int code = EXIT_OK, saved;

	if (!manifest) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	if (v->verdict == VERDICT_BROKEN)
		changed = then ? manifest_diff(then, manifest) : json_array();
	if (v->g->json)
		code = verify_json(v, changed, worked);
	else
		verify_people(v, changed, worked);
	saved = save_record(v, old, manifest);
	return code ? code : saved ? saved : exit_of(v->verdict);
}

static void forget(struct verify *v)
{
	free(TAKE(v->log));
	free(TAKE(v->drivers));
	json_decref(TAKE(v->words));
	*v->seen = (struct seen){ .windows = v->pl->wish.os == OS_WINDOWS,
				  .compute = v->pl->wish.use == USE_COMPUTE,
				  .lab = v->pl->wish.lab };
	v->findings = (struct findings){ 0 };
}

static int look_once(struct verify *v)
{
	int r;

	forget(v);
	r = verify_outside(v);
	if (!r)
		r = verify_inside(v);
	if (!r)
		v->verdict = judge_seen(v->seen, v->drivers ? v->drivers : "", &v->findings);
	return r;
}

/* True: there is time for another look, and it might tell something else. */
static bool again(const struct verify *v, int r)
{
	if (!v->wait || clock_ms() + AGAIN_MS >= v->deadline)
		return false;
	/* Who launches it holds its lock from the beginning. */
	if (r == EXIT_NOT_RUNNING)
		return lock_vm_held(&v->pl->paths, v->pl->name) == 1;
	return r == EXIT_BUSY || (!r && judge_may_change(v->seen, v->verdict));
}

static int look(struct verify *v)
{
	_json_ json_t *old = NULL;
	int r = load_record(v, &old);

	if (r)
		return r;
	while (again(v, r = look_once(v)))
		nanosleep(&(struct timespec){ .tv_sec = AGAIN_MS / 1000 }, NULL);
	if (r == EXIT_NOT_RUNNING)
		say(_("%s does not run: start it, then verify"), v->pl->name);
	return r ? r : conclude(v, old);
}

static int verify_vm(struct verify *v)
{
	int r = pipeline_wish(v->pl);

	if (r)
		return r;
	if (!v->pl->wish.igpu) {
		say(_("%s has no iGPU: there is no driver of it to verify"), v->pl->name);
		return EXIT_USAGE;
	}
	v->seen = calloc(1, sizeof(*v->seen));
	if (!v->seen) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	r = look(v);
	forget(v);
	free(v->seen);
	return r;
}

static int parse(struct verify *v, int argc, char **argv)
{
	uint64_t seconds = 0;
	int o;

	while ((o = cmd_getopt(&cmd_verify, argc, argv)) != -1) {
		if (o == '?')
			return EXIT_USAGE;
		v->wait |= o == OPT_WAIT;
		v->quick |= o == OPT_QUICK;
		if (o == 't' && (!str_u64(optarg, 10, 86400, &seconds) || !seconds))
			return cmd_usage(&cmd_verify, _("--timeout takes 1 to 86400 seconds"));
	}
	if (optind + 1 != argc)
		return cmd_usage(&cmd_verify, _("%s wants the name of one VM"), cmd_verify.name);
	if (!seconds)
		seconds = v->wait ? WAIT_S : TIMEOUT_S;
	v->deadline = clock_ms() + (int64_t)seconds * 1000;
	return cmd_vm_here(&cmd_verify, v->g);
}

static int run_verify(const struct globals *g, int argc, char **argv)
{
	_pipeline_ struct pipeline *p = NULL;
	struct verify v = { .g = g };
	int r = parse(&v, argc, argv);

	if (r)
		return r;
	p = pipeline_new(g, argv[optind]);
	if (!p)
		return EXIT_FAILED;
	v.pl = p;
	return verify_vm(&v);
}
