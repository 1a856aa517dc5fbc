/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `igvm verify` says. All of "guest" is marked as what the guest claims. */
#include <stdio.h>
#include <string.h>

#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_verify.h"
#include "launcher/cmd_vm.h"
#include "romfiles/igd.h"

#define CHANGED_MAX	20

static const char *tri_word(enum tri t)
{
	return t == TRI_YES ? N_("yes") : t == TRI_NO ? N_("no") : N_("not known");
}

static void row(const char *label, const char *fmt, ...) printf_(2, 3);

static void row(const char *label, const char *fmt, ...)
{
	va_list ap;

	printf("  %-14s ", label);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void print_driver(const struct seen_guest *g, const struct seen_display *d)
{
	if (g->windows)
		row(_("driver"), _("%s %s of %s, Code %d"), *d->driver ? d->driver : "-",
		    *d->version ? d->version : "-", *d->date ? d->date : "-", d->problem);
	else
		row(_("driver"), "%s%s%s%s", *d->driver ? d->driver : "-", d->card ? ", card" : "",
		    d->render ? ", renderD" : "", d->wedged ? ", wedged" : "");
}

static void print_outputs(const struct seen_guest *g)
{
	for (size_t i = 0; i < g->n_output; i++) {
		const struct seen_output *o = &g->output[i];
		char mode[64] = "";

		if (o->width)
			snprintf(mode, sizeof(mode), ", %ux%u", o->width, o->height);
		row(i ? "" : _("outputs"), "%s: %s%s", *o->name ? o->name : "?",
		    o->connected == TRI_YES ? _("connected") : o->connected == TRI_NO ? _("not connected") :
		    _("not known"), mode);
	}
}

/* Linux gives a device no name. */
static const char *known_name(const struct seen_display *d)
{
	const struct igd_id *id = d->vendor == 0x8086 ? igd_find_id(d->device) : NULL;

	return id ? id->name : "";
}

/* What the guest claims, under one heading that says so. */
static void print_guest(const struct seen_guest *g)
{
	const struct seen_display *d = seen_igpu(g);

	if (g->end != LOOK_RAN)
		return;
	printf(_("  The guest says:\n"));
	row(_("system"), "%s %s", g->os, g->kernel);
	if (d) {
		row(_("device"), "%04x:%04x %s", d->vendor, d->device, *d->name ? d->name : known_name(d));
		print_driver(g, d);
	}
	print_outputs(g);
	row(_("Quick Sync"), "%s%s%s", _(tri_word(g->media)), *g->media_by ? ", " : "", g->media_by);
	if (g->windows)
		row("VBS, Hyper-V", "%s, %s", _(tri_word(g->vbs)), _(tri_word(g->hyperv)));
	if (g->encode)
		row(_("encode"), "%s", _(tri_word(g->encode)));
}

/* The first sentence of the paragraph is the mechanism. */
static void print_mechanism(const char *paragraph)
{
	const char *end = strstr(paragraph, ". "), *wide = strstr(paragraph, "\u3002");
	size_t n = strlen(paragraph);

	if (end)
		n = (size_t)(end - paragraph) + 1;
	if (wide && (size_t)(wide - paragraph) + 3 < n)
		n = (size_t)(wide - paragraph) + 3;
	printf(_("  why:  %.*s\n"), (int)n, paragraph);
}

static void print_cause(const struct finding *c)
{
	const struct finding_def *d = finding_def(c->id);

	printf(_("  seen: %s\n"), c->seen);
	print_mechanism(_(d->explain));
	printf(_("  next: %s\n"), _(finding_fix(c)));
	printf(_("  more: igvm explain %s\n"), d->id);
}

static void print_others(const struct findings *f, const struct finding *cause)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct finding *x = &f->v[i];

		if (x == cause)
			continue;
		printf("  %-5s %s: %s\n", severity_text(x->severity), finding_def(x->id)->id, x->seen);
		printf("        %s\n", _(finding_fix(x)));
	}
}

static const char *text_or(const json_t *v, const char *none)
{
	return json_is_string(v) ? json_string_value(v) : none;
}

static void print_changed(const json_t *changed, int64_t worked)
{
	const json_t *o;
	char when[32];
	size_t i;

	if (!worked) {
		printf(_("  It has never been seen to work; there is nothing to compare with.\n"));
		return;
	}
	cmd_vm_time(worked, when);
	if (!json_array_size(changed)) {
		printf(_("  It worked at %s, and nothing that igvm looks at has changed since.\n"), when);
		return;
	}
	printf(_("  Changed since it worked at %s:\n"), when);
	json_array_foreach(changed, i, o) {
		if (i == CHANGED_MAX) {
			printf(_("    and %zu more, see --json\n"), json_array_size(changed) - i);
			return;
		}
		printf("    %s: %.200s -> %.200s\n", text_or(json_object_get(o, "what"), "?"),
		       text_or(json_object_get(o, "was"), "-"), text_or(json_object_get(o, "is"), "-"));
	}
}

void verify_people(const struct verify *v, const json_t *changed, int64_t worked)
{
	const struct finding *cause = judge_cause(&v->findings);
	const char *name = v->pl->name;

	if (v->verdict == VERDICT_WORKS)
		printf(_("%s: works: the guest's driver runs\n"), name);
	else if (v->verdict == VERDICT_BROKEN)
		printf(_("%s: broken: %s\n"), name, cause ? finding_def(cause->id)->id : "?");
	else
		printf(_("%s: not known: whether the guest's driver runs could not be seen\n"), name);
	if (cause)
		print_cause(cause);
	print_others(&v->findings, cause);
	print_guest(&v->seen->guest);
	if (changed)
		print_changed(changed, worked);
}

/* --- JSON ----------------------------------------------------------------------------------------- */

static json_t *tri_json(enum tri t)
{
	return t == TRI_UNKNOWN ? json_null() : json_boolean(t == TRI_YES);
}

static json_t *displays_json(const struct seen_guest *g)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->n_display; i++) {
		const struct seen_display *d = &g->display[i];

		json_array_append_new(list, json_pack("{s:i, s:i, s:b, s:b, s:s, s:s, s:s, s:s, s:s, s:o}", "vendor",
						      d->vendor, "device", d->device, "igpu", (int)i == g->igpu, "wedged", d->wedged,
						      "name", d->name, "driver", d->driver, "version",
						      d->version, "date", d->date, "provider", d->provider,
						      "problem", d->problem < 0 ? json_null() :
						      json_integer(d->problem)));
	}
	return list;
}

static json_t *outputs_json(const struct seen_guest *g)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->n_output; i++) {
		const struct seen_output *o = &g->output[i];

		json_array_append_new(list, json_pack("{s:s, s:o, s:i, s:i, s:i, s:i}", "name", o->name,
						      "connected", tri_json(o->connected), "width",
						      (int)o->width, "height", (int)o->height, "hz", (int)o->hz,
						      "edid", (int)o->edid));
	}
	return list;
}

static json_t *errors_json(const struct seen_guest *g)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->n_error; i++)
		json_array_append_new(list, json_string(g->error[i]));
	return list;
}

static json_t *guest_json(const struct seen_guest *g)
{
	json_t *o = json_pack("{s:b, s:s, s:s, s:s, s:b, s:s, s:s, s:I, s:o, s:o}", "claimed", 1, "end",
			      look_end_text(g->end), "detail", g->detail, "agent", g->agent, "quick", g->quick,
			      "os", g->os, "kernel", g->kernel, "uptime", (json_int_t)g->uptime_s, "displays",
			      displays_json(g), "outputs", outputs_json(g));
	const struct {
		const char *key;
		enum tri value;
	} rows[] = {
		{ "vbs", g->vbs }, { "hyperv", g->hyperv }, { "hypervisor", g->hypervisor },
		{ "console", g->console }, { "remote", g->remote }, { "quick_sync", g->media },
		{ "encode", g->encode },
	};

	for (size_t i = 0; o && i < ARRAY_SIZE(rows); i++)
		json_object_set_new(o, rows[i].key, tri_json(rows[i].value));
	json_object_set_new(o, "unread", errors_json(g));
	return o;
}

static json_t *host_json(const struct verify *v)
{
	const struct seen_host *h = &v->seen->host;
	json_t *list = json_array();

	for (size_t i = 0; i < h->n_connector; i++)
		json_array_append_new(list, json_string(h->connector[i]));
	return json_pack("{s:o, s:o, s:o, s:o, s:s, s:b, s:b, s:o}", "faults", h->log.read ?
			 json_integer(h->log.event[LOG_FAULT].n) : json_null(), "dead",
			 h->config_read ? json_boolean(h->dead) : json_null(), "bar_holder",
			 *h->bar_holder ? json_string(h->bar_holder) : json_null(), "connectors", list,
			 "run_state", v->seen->qemu.run_state, "opregion", v->seen->asked.opregion,
			 "legacy", v->seen->asked.legacy, "qemu", *v->qemu ? json_string(v->qemu) : json_null());
}

int verify_json(const struct verify *v, const json_t *changed, int64_t worked)
{
	_json_ json_t *answer = findings_json(&v->findings, "verify", v->verdict);
	const struct finding *cause = judge_cause(&v->findings);

	if (!answer ||
	    json_object_set_new(answer, "name", json_string(v->pl->name)) ||
	    json_object_set_new(answer, "cause", cause ? json_string(finding_def(cause->id)->id) : json_null()) ||
	    json_object_set_new(answer, "host", host_json(v)) ||
	    json_object_set_new(answer, "guest", guest_json(&v->seen->guest)) ||
	    json_object_set_new(answer, "worked", worked ? json_integer(worked) : json_null()) ||
	    json_object_set_new(answer, "changed", changed ? json_deep_copy(changed) : json_null())) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	cmd_vm_print_json(answer);
	return EXIT_OK;
}
