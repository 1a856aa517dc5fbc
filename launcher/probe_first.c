/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. What the probe finds depends on the host, QEMU, firmware, ROM and on the words of the probe, not on
 * the VM's disks and networks. All that is the manifest of a probe that succeeded (run/probed.h). A start makes
 * it anew; the same again means that there is nothing to find out. Locks, screen and device, which the start has taken by
 * then, serve the probe as they are, and the plan of the run is made again afterwards.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/decide/probe.h"
#include "launcher/manifest_read.h"
#include "launcher/probe_run.h"
#include "launcher/run/probed.h"
#include "launcher/start.h"
#include "launcher/verify/manifest.h"

#define CHANGES_SHOWN	6

static json_t *words_list(const struct words *w)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < w->n; i++) {
		json_array_append_new(list, json_string(w->v[i].option));
		if (w->v[i].value)
			json_array_append_new(list, json_string(w->v[i].value));
	}
	return list;
}

/* The probe's own copy is of the probe before: what it will be made from counts. */
static void put_firmware(json_t *o, const struct plan *plan)
{
	for (size_t i = 0; *plan->ovmf_code && i < plan->n_file; i++) {
		const struct plan_file *f = &plan->file[i];

		if (strcmp(f->to, plan->ovmf_code))
			continue;
		if (*f->from)
			manifest_put_file(o, "firmware-sha256", f->from);
		if (*f->from_else && !json_object_get(o, "firmware-sha256"))
			manifest_put_file(o, "firmware-sha256", f->from_else);
	}
}

json_t *probe_manifest(const struct pipeline *p)
{
	_json_ json_t *o = manifest_host(p->g->root);
	struct probe_expect expect;
	char version[64];

	if (!o)
		return NULL;
	probe_expect_make(&p->plan, &p->host, &expect);
	snprintf(version, sizeof(version), "%d.%d.%d", p->caps.major, p->caps.minor, p->caps.micro);
	manifest_put(o, "qemu", p->plan.qemu);
	manifest_put(o, "qemu-version", version);
	manifest_put(o, "qemu-package", p->caps.package);
	manifest_put(o, "firmware", p->plan.ovmf_code);
	put_firmware(o, &p->plan);
	manifest_put_sum(o, "rom-sha256", p->rom, p->rom ? p->rom_len : 0);
	manifest_put(o, "vbt-sha256", expect.vbt_sha256);
	return json_object_set_new(o, "words", words_list(&p->words)) ? NULL : TAKE(o);
}

void probe_remember(const struct pipeline *p, json_t *manifest)
{
	int r = manifest ? probed_write(&p->paths, p->name, manifest) : -ENOMEM;

	if (r)
		say(_("%s: %s/%s/probe.json cannot be written, the next start probes again: %s"), p->name,
		    p->paths.data, p->name, strerror(-r));
}

/* --- why -------------------------------------------------------------------------------------- */

static const char *text_or(const json_t *v, const char *none)
{
	return json_is_string(v) ? json_string_value(v) : none;
}

static void say_changes(const struct pipeline *p, const json_t *changes)
{
	size_t n = json_array_size(changes), i;
	const json_t *o;

	say(_("%s: probing first, as this has changed since the last success:"), p->name);
	json_array_foreach(changes, i, o) {
		if (i == CHANGES_SHOWN) {
			say(_("  and %zu more"), n - i);
			return;
		}
		say("  %s: %.120s -> %.120s", text_or(json_object_get(o, "what"), "?"),
		    text_or(json_object_get(o, "was"), "-"), text_or(json_object_get(o, "is"), "-"));
	}
}

static void say_no_record(const struct pipeline *p, int err)
{
	if (err == -ENOENT)
		say(_("%s: probing first, as no probe has found it good yet"), p->name);
	else
		say(_("%s: probing first, as %s/%s/probe.json cannot be used: %s"), p->name, p->paths.data,
		    p->name, strerror(-err));
}

/* True: a probe has to run first, and it was said why. */
static bool is_due(const struct pipeline *p, const json_t *manifest)
{
	_json_ json_t *was = NULL, *changes = NULL;
	int err = 0;

	if (p->wish.probe == PROBE_ALWAYS) {
		say(_("%s: probing first (probe = always)"), p->name);
		return true;
	}
	was = probed_load(&p->paths, p->name, &err);
	if (!was) {
		say_no_record(p, err);
		return true;
	}
	changes = manifest_diff(was, manifest);
	if (changes && !json_array_size(changes))
		return false;
	say_changes(p, changes);
	return true;
}

/* --- the run ------------------------------------------------------------------------------------ */

static int say_refused(const struct pipeline *p)
{
	findings_print(stderr, &p->findings, SEVERITY_BLOCK);
	say(_("%s: refused: the probe found that the guest's driver would not work; `igvm probe %s` shows all of it, "
	      "--no-probe starts it all the same"), p->name, p->name);
	return EXIT_REFUSED;
}

/* Not known is not known to be bad: refused is only what was seen. The next start asks again. */
static int say_silent(const struct pipeline *p)
{
	findings_print(stderr, &p->findings, SEVERITY_BLOCK);
	say(_("%s: the probe said nothing, so whether the guest's driver will work is not known; started all the same "
	      "(probe = always would refuse)"), p->name);
	return EXIT_OK;
}

static int probe_now(struct pipeline *p, json_t *manifest)
{
	_json_ json_t *report = NULL;
	int code;

	code = probe_once(p, PROBE_TIMEOUT_S, &report);
	if (code)
		return code;
	/* Firmware variables that a power cut has halved can keep a firmware busy longer than we wait. */
	if (p->wish.probe == PROBE_AUTO && probe_is_silent(&p->findings))
		return say_silent(p);
	if (probe_verdict(&p->findings) != VERDICT_WORKS)
		return say_refused(p);
	probe_remember(p, manifest);
	return EXIT_OK;
}

/* What the judging of host and plan says is said already: only the probe's own findings count here. */
static int plan(struct pipeline *p, enum plan_purpose purpose)
{
	int code;

	p->findings.n = 0;
	code = pipeline_plan(p, purpose, false, false);
	if (code == EXIT_REFUSED)
		return findings_refuse(&p->findings);
	return code;
}

static int probe_if_due(struct pipeline *p)
{
	_json_ json_t *manifest = NULL;
	int code = plan(p, PLAN_PROBE);

	if (code)
		return code;
	manifest = probe_manifest(p);
	if (!manifest) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	if (is_due(p, manifest))
		code = probe_now(p, manifest);
	return code ? code : plan(p, PLAN_RUN);
}

int start_probe(struct pipeline *p, const struct unit_orders *o)
{
	int code;

	/* Who forces, or needs the emulated display back, has been told; neither is to be held up. */
	if (!p->wish.igpu || p->wish.probe == PROBE_NEVER || o->no_probe || o->force || o->rescue)
		return EXIT_OK;
	code = probe_if_due(p);
	if (code)
		pipeline_unclaim(p);
	return code;
}
