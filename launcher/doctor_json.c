/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "launcher/base/log.h"
#include "launcher/decide/next.h"
#include "launcher/doctor.h"

static json_t *text_or_null(const char *s)
{
	return *s ? json_string(s) : json_null();
}

static json_t *tri_json(enum tri t)
{
	return t == TRI_UNKNOWN ? json_null() : json_boolean(t == TRI_YES);
}

static json_t *device_json(const struct doctor *d)
{
	const struct pci_fact *f = d->igpu;
	const struct igd_platform *pf = d->pf;
	uint64_t stolen = doctor_stolen(d);
	char bdf[BDF_TEXT_MAX];

	return json_pack("{s:s,s:i,s:i,s:o,s:o,s:o,s:o,s:o}", "address", bdf_text(f->bdf, bdf),
			 "vendor", f->vendor, "device", f->device,
			 "platform", pf ? json_string(pf->key) : json_null(),
			 "generation", pf ? json_real(pf->gen10 / 10.0) : json_null(),
			 "driver", text_or_null(f->driver),
			 "group", f->group < 0 ? json_null() : json_integer(f->group),
			 "stolen_bytes", stolen == IGD_STOLEN_BAD ? json_null() :
			 json_integer((json_int_t)stolen));
}

static json_t *qemu_json(const struct pipeline *p)
{
	char version[48];

	if (!p->caps_known)
		return json_null();
	snprintf(version, sizeof(version), "%d.%d.%d", p->caps.major, p->caps.minor, p->caps.micro);
	return json_pack("{s:s,s:s}", "path", p->caps.path, "version", version);
}

/* What the firmware set up; each null when it was not read. */
static json_t *firmware_json(const struct doctor *d)
{
	const struct dmar *t = &d->more.dmar;

	return json_pack("{s:o,s:o,s:o,s:o,s:o}", "uefi", tri_json(d->p->host.efi), "secure_boot",
			 tri_json(d->more.secure_boot), "iommu", tri_json(d->p->host.dmar),
			 "address_bits", t->valid ? json_integer(t->width) : json_null(),
			 "pre_boot_dma_protection", t->valid ? json_boolean(t->preboot) : json_null());
}

static json_t *outputs_json(const struct doctor *d)
{
	const struct output_facts *o = &d->more.outputs;

	if (!o->n)
		return json_null();
	return json_pack("{s:i,s:i,s:o}", "connectors", (int)o->n, "connected", (int)o->connected, "panel",
			 text_or_null(o->panel));
}

static json_t *holders_json(const struct holders *all)
{
	char text[256], fix[320];
	json_t *list = json_array();

	for (size_t i = 0; i < all->n; i++) {
		const struct holder *h = &all->v[i];

		json_array_append_new(list, json_pack("{s:s,s:o,s:s}", "who", holder_text(h, text, sizeof(text)),
						      "pid", h->pid ? json_integer(h->pid) : json_null(),
						      "fix", holder_fix(all, h, fix, sizeof(fix))));
	}
	return list;
}

static json_t *guide_json(const struct doctor *d)
{
	json_t *list = json_array();

	for (size_t i = 0; i < d->n_guide; i++) {
		const struct guide_row *r = &d->guide[i];

		json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s}", "key", r->key, "step", r->step,
						      "state", guide_state_text(r->state), "why", r->why));
	}
	return list;
}

json_t *doctor_object(const struct doctor *d)
{
	const struct pipeline *p = d->p;
	_json_ json_t *out = findings_json(&p->findings, "doctor", doctor_verdict(d));
	const struct finding *next = next_step(&p->findings);
	char cpu[160];

	if (!out ||
	    (d->like_guide && json_object_set_new(out, "guide", guide_json(d))) ||
	    json_object_set_new(out, "cpu_name", text_or_null(doctor_cpu(d, cpu, sizeof(cpu)))) ||
	    json_object_set_new(out, "firmware", firmware_json(d)) ||
	    json_object_set_new(out, "outputs", outputs_json(d)) ||
	    json_object_set_new(out, "in_use", holders_json(&d->holders)) ||
	    json_object_set_new(out, "lockdown", text_or_null(d->more.lockdown)) ||
	    json_object_set_new(out, "igpu", d->igpu ? device_json(d) : json_null()) ||
	    json_object_set_new(out, "qemu", qemu_json(p)) ||
	    json_object_set_new(out, "cpu", text_or_null(p->host.cpu)) ||
	    json_object_set_new(out, "kernel", text_or_null(p->host.kernel)) ||
	    json_object_set_new(out, "next", next ? json_string(finding_def(next->id)->id) :
				json_null()))
		return NULL;
	return TAKE(out);
}

int doctor_json(const struct doctor *d)
{
	_json_ json_t *out = doctor_object(d);

	if (!out) {
		say(_("out of memory"));
		return EXIT_FAILED;
	}
	json_dumpf(out, stdout, JSON_INDENT(2));
	putchar('\n');
	return EXIT_OK;
}
