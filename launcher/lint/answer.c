/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer, for people and as JSON. */
#include <stdio.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/lint/source.h"
#include "romfiles/igd.h"

static const char *const forms[] = {
	[LINT_FORM_SHELL] = "shell",	 [LINT_FORM_CMDLINE] = "cmdline",
	[LINT_FORM_LIBVIRT] = "libvirt", [LINT_FORM_PROXMOX] = "proxmox",
};

static const char *const from[] = {
	[LINT_UNKNOWN] = "unknown", [LINT_TOLD] = "told", [LINT_REPORT] = "report", [LINT_HERE] = "here",
};

static const struct igd_platform *platform(const struct lint_machine *m)
{
	return m->device_id < 0 ? NULL : igd_find((uint16_t)m->device_id);
}

static void print_machine(const struct lint_machine *m)
{
	const struct igd_platform *pf = platform(m);
	char qemu[32] = "";

	if (m->qemu_known)
		snprintf(qemu, sizeof(qemu), "QEMU %d.%d", m->caps.major, m->caps.minor);
	if (m->device_id < 0)
		printf(_("judged for: any iGPU, %s\n"), *qemu ? qemu : _("any QEMU"));
	else
		printf(_("judged for: %s (8086:%04x), %s%s\n"), pf ? pf->name : _("an unknown device"),
		       (unsigned int)m->device_id, *qemu ? qemu : _("any QEMU"),
		       m->from == LINT_HERE ? _(", this host") : "");
}

/* Foreign text on a terminal. */
static void print_clean(const char *prefix, const char *text)
{
	_free_ char *clean = strdup(text);

	if (clean)
		str_sanitize(clean);
	printf("%s%s\n", prefix, clean ? clean : "");
}

static void print_pairs(const struct lint *l)
{
	if (l->n_pair)
		printf(_("\nthe words that are wrong (-), and what igvm would write (+):\n"));
	for (size_t i = 0; i < l->n_pair; i++) {
		if (*l->pair[i].yours)
			print_clean("- ", l->pair[i].yours);
		if (*l->pair[i].right)
			print_clean("+ ", l->pair[i].right);
	}
}

static const char *verdict_sentence(enum verdict v)
{
	switch (v) {
	case VERDICT_BLOCKED:
		return N_("verdict: blocked: this line does not give a guest a working iGPU");
	case VERDICT_UNKNOWN:
		return N_("verdict: unknown: nothing was found that blocks, and not all could be judged");
	default:
		return N_("verdict: ready: nothing was found that blocks");
	}
}

void lint_people(const struct lint_source *s, const struct lint *l, const char *lines)
{
	print_machine(&s->machine);
	findings_print(stdout, &l->findings, SEVERITY_NOTE);
	print_pairs(l);
	if (lines)
		printf(s->form == LINT_FORM_PROXMOX ? _("\nthe iGPU in VMID.conf of Proxmox VE:\n%s")
						    : _("\nthe iGPU in libvirt's domain XML:\n%s"), lines);
	printf("\n%s\n", _(verdict_sentence(l->verdict)));
}

/* --- JSON ------------------------------------------------------------------------------------ */

static json_t *clean_json(const char *text)
{
	_free_ char *clean = strdup(text);

	if (!clean)
		return NULL;
	str_sanitize(clean);
	return json_string(clean);
}

/* Text of our own with foreign paths in it, which may be no UTF-8. */
static json_t *clean_lines(const char *text)
{
	_json_ json_t *list = json_array();

	while (*text) {
		size_t n = strcspn(text, "\n");
		_free_ char *line = strndup(text, n);

		if (!line || json_array_append_new(list, clean_json(line)))
			return NULL;
		text += n + (text[n] == '\n');
	}
	return json_incref(list);
}

static json_t *pairs_json(const struct lint *l)
{
	_json_ json_t *list = json_array();

	for (size_t i = 0; i < l->n_pair; i++)
		if (json_array_append_new(list, json_pack("{s:o,s:o}", "yours", clean_json(l->pair[i].yours),
							  "right", clean_json(l->pair[i].right))))
			return NULL;
	return json_incref(list);
}

static json_t *machine_json(const struct lint_machine *m)
{
	const struct igd_platform *pf = platform(m);
	char qemu[32];

	snprintf(qemu, sizeof(qemu), "%d.%d", m->caps.major, m->caps.minor);
	return json_pack("{s:s,s:o,s:o,s:o}", "from", from[m->from], "device",
			 m->device_id < 0 ? json_null() : json_integer(m->device_id), "platform",
			 pf ? json_string(pf->key) : json_null(), "qemu",
			 m->qemu_known ? json_string(qemu) : json_null());
}

int lint_json(const struct lint_source *s, const struct lint *l, const char *lines)
{
	_json_ json_t *out = findings_json(&l->findings, "lint", l->verdict);

	if (!out || json_object_set_new(out, "source", clean_json(s->name)) ||
	    json_object_set_new(out, "form", json_string(forms[s->form])) ||
	    json_object_set_new(out, "machine", machine_json(&s->machine)) ||
	    json_object_set_new(out, "corrected", json_boolean(l->corrected)) ||
	    json_object_set_new(out, "words", pairs_json(l)) ||
	    json_object_set_new(out, "lines", lines ? clean_lines(lines) : json_null())) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	/* main() says what became of standard output. */
	return json_dumpf(out, stdout, JSON_INDENT(2)) || putchar('\n') == EOF ? EXIT_FAILED : EXIT_OK;
}
