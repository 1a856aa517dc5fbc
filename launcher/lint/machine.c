/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The host a line is judged for, from what somebody says of it. Pure. */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/lint/lint.h"
#include "romfiles/igd.h"

void lint_caps(int major, int minor, struct qemu_caps *c)
{
	*c = (struct qemu_caps){ .major = major, .minor = minor };
	if (major > 10 || (major == 10 && minor >= 2))
		c->era = QEMU_10_2;
	else if (major == 10)
		c->era = minor ? QEMU_10_1 : QEMU_10_0;
	else
		c->era = major == 9 && minor >= 2 ? QEMU_9_2 : QEMU_7_2;
	c->vfio_pci = c->igd_opregion = c->igd_gms = c->kvm = c->tcg = true;
	c->igd_lpc = c->igd_legacy_mode = c->era >= QEMU_10_0;
	c->igd_opregion_default_on = c->class_code = c->era >= QEMU_10_1;
}

static bool read_version(const char *text, int *major, int *minor)
{
	return text && sscanf(text, "%4d.%4d", major, minor) == 2 && *major >= 0 && *minor >= 0;
}

/* Known ids alone: a report of a newer igvm may have others. */
static void read_findings(const json_t *list, struct findings *f)
{
	const json_t *item;
	size_t i;

	f->n = 0;
	json_array_foreach(list, i, item) {
		const char *id = json_string_value(json_object_get(item, "id")),
			   *severity = json_string_value(json_object_get(item, "severity")),
			   *seen = json_string_value(json_object_get(item, "seen"));
		enum finding_id known;

		if (!id || !severity || !seen || !finding_find_id(id, &known) || f->n == FINDINGS_MAX)
			continue;
		finding_add(f, known, "%s", seen);
		f->v[f->n - 1].severity = !strcmp(severity, "block") ? SEVERITY_BLOCK
					  : !strcmp(severity, "warn") ? SEVERITY_WARN : SEVERITY_NOTE;
	}
}

static int read_host(const json_t *report, const struct findings *said, struct host_facts *h)
{
	const json_t *igpu = json_object_get(report, "igpu"),
		     *firmware = json_object_get(report, "firmware"),
		     *bits = json_object_get(firmware, "address_bits");
	const char *kernel = json_string_value(json_object_get(report, "kernel"));
	json_int_t id = json_integer_value(json_object_get(igpu, "device"));
	bool second = finding_has(said, FINDING_IGPU_CLASS_0380) || finding_has(said, FINDING_IGPU_NOT_PRIMARY);

	*h = (struct host_facts){ .igpu = 0, .host_bridge = -1, .lpc = -1, .other_gpu = -1, .n_pci = 1 };
	if (kernel && read_version(kernel, &h->kernel_major, &h->kernel_minor))
		str_fit(h->kernel, sizeof(h->kernel), kernel);
	if (json_is_boolean(json_object_get(firmware, "uefi")))
		h->efi = json_is_true(json_object_get(firmware, "uefi")) ? TRI_YES : TRI_NO;
	h->pci[0] = (struct pci_fact){
		.bdf = { 0, 0, 2, 0 }, .vendor = IGD_VENDOR_INTEL, .class = second ? 0x038000 : 0x030000,
		.device = (uint16_t)id, .group = -1, .numvfs = -1, .config_len = 64,
		.iommu_width = json_is_integer(bits) && json_integer_value(bits) > 0 &&
			       json_integer_value(bits) <= 64 ? (int)json_integer_value(bits) : 0,
	};
	return id > 0 && id <= UINT16_MAX ? (int)id : -1;
}

int lint_report(const json_t *report, struct host_facts *host, struct findings *said,
		struct lint_machine *m, const char **why)
{
	const char *kind = json_string_value(json_object_get(report, "kind")), *version;
	int major, minor;

	/* igvm report has doctor's answer in it */
	if (kind && strcmp(kind, "doctor") != 0 && json_object_get(report, "doctor")) {
		report = json_object_get(report, "doctor");
		kind = json_string_value(json_object_get(report, "kind"));
	}
	if (!kind || strcmp(kind, "doctor") != 0) {
		*why = N_("is not what igvm --json doctor prints");
		return -EBADMSG;
	}
	if (json_integer_value(json_object_get(report, "version")) != 1) {
		*why = N_("is of a newer igvm than this one");
		return -EBADMSG;
	}
	read_findings(json_object_get(report, "findings"), said);
	m->from = LINT_REPORT;
	m->device_id = read_host(report, said, host);
	if (m->device_id < 0) {
		*why = N_("knows no Intel iGPU");
		return -EBADMSG;
	}
	m->host = host;
	m->said = said;
	version = json_string_value(json_object_get(json_object_get(report, "qemu"), "version"));
	m->qemu_known = read_version(version, &major, &minor);
	if (m->qemu_known)
		lint_caps(major, minor, &m->caps);
	return 0;
}
