/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What only a line can do wrong that igvm did not write. A table of rules over struct line, evaluated
 * without stopping. What igvm start judges, too, is left to the plan (judge_plan.c).
 */
#include <string.h>

#include "launcher/lint/lint_parts.h"

void judge_raise(struct judging *j, enum finding_id id)
{
	for (size_t i = 0; i < j->f->n; i++)
		if (j->f->v[i].id == id)
			j->f->v[i].severity = SEVERITY_BLOCK;
}

static const char *root_bus(const struct line *l)
{
	return l->type == LINE_Q35 ? "pcie.0" : "pci.0";
}

/* --- the text -------------------------------------------------------------------------------- */

static void check_text(struct judging *j)
{
	const struct lint_args *a = j->l->args;
	char names[200] = "";
	size_t n = 0;

	if (a->broken)
		judge_say(j, FINDING_LINE_BROKEN, _("line %d: blanks behind the backslash"), a->broken);
	if (a->calls > 1)
		judge_say(j, FINDING_LINE_SEVERAL, _("%zu calls of QEMU in the text"), a->calls);
	for (size_t i = 0; i < a->n_unset && i < LINT_UNSET_MAX && n < sizeof(names); i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", i ? ", " : "", a->unset[i]);
	if (a->n_unset)
		judge_say(j, FINDING_LINE_UNSET, _("not set in the text: %s"), names);
}

/* --- where ----------------------------------------------------------------------------------- */

static void check_igpu(struct judging *j)
{
	const struct line *l = j->l;

	if (j->d)
		return;
	if (l->n_device)
		judge_say(j, FINDING_LINE_NO_IGPU, 
			  _("%zu devices of the host are passed, the first is %.60s: none is 00:02.0"), l->n_device, *l->device[0].host_text ? l->device[0].host_text : "?");
	else
		judge_say(j, FINDING_LINE_NO_IGPU, _("no -device vfio-pci"));
}

static void check_function(struct judging *j)
{
	const struct line_device *d = j->d;

	if (d->host_known && d->host.dev == 2 && d->host.fn)
		judge_say(j, FINDING_IGPU_VF, _("host=%.60s is a virtual function"), d->host_text);
}

static void check_slot(struct judging *j)
{
	const struct line_device *d = j->d;

	if (!d->root_bus)
		judge_say(j, FINDING_LINE_SLOT, 
			  _("bus=%s is not the root bus %s: the guest's firmware gives it another bus number"),
			  d->bus, root_bus(j->l));
	else if (!d->addr_said)
		judge_say(j, FINDING_LINE_SLOT, _("no addr=: QEMU takes the first slot that is free"));
	else if (d->slot != 2 || d->fn)
		judge_say(j, FINDING_LINE_SLOT, _("addr=%02x.%x"), d->slot, d->fn);
}

static bool wants_02(const struct line_device *d)
{
	return d->root_bus && d->addr_said && d->slot == 2;
}

/* pc_init1() and pc_q35_init() place display and card before any -device (tried on 7.2). */
static void check_taken(struct judging *j)
{
	const struct line *l = j->l;
	bool vga = *l->vga ? strcmp(l->vga, "none") != 0 : !l->nodefaults && !l->display_device;

	if (!wants_02(j->d))
		return;
	if (*l->taken)
		judge_say(j, FINDING_LINE_SLOT_TAKEN, _("-device %s has addr=02, too"), l->taken);
	else if (l->type == LINE_PC && vga)
		judge_say(j, FINDING_LINE_SLOT_TAKEN, _("QEMU's default display is at 02.0 on i440fx"));
	else if (l->auto_nic && (l->type == LINE_Q35 ? vga : !vga))
		judge_say(j, FINDING_LINE_SLOT_TAKEN, _("QEMU's default network card is at 02.0 here"));
}

static void check_machine(struct judging *j)
{
	if (j->l->type == LINE_OTHER_MACHINE)
		judge_say(j, FINDING_LINE_MACHINE, _("-machine %s"), j->l->machine);
}

/* --- properties of the iGPU ------------------------------------------------------------------ */

static void check_legacy(struct judging *j)
{
	const struct line_device *d = j->d;

	if (d->legacy == LINE_ON || d->legacy == LINE_OFF || j->l->type != LINE_PC ||
	    (j->era_known && j->era < QEMU_10_0))
		return;
	/* From 10.1 on only Gen 6 to 9 have the mode. */
	if (j->pf && !j->pf->vbios && j->era_known && j->era >= QEMU_10_1)
		return;
	judge_say(j, FINDING_LINE_LEGACY_AUTO, d->legacy == LINE_UNSAID
		  ? _("x-igd-legacy-mode is not said, so it is auto, on i440fx")
		  : _("x-igd-legacy-mode=auto on i440fx"));
	if (j->pf && !j->pf->vbios && j->era_known && j->era == QEMU_10_0)
		judge_raise(j, FINDING_LINE_LEGACY_AUTO);
}

/*
 * In legacy mode QEMU hands the OpRegion over by itself. Up to 9.2 it enters the mode wherever it can,
 * whatever the firmware, when there is a ROM.
 */
static bool is_legacy(const struct judging *j)
{
	const struct line_device *d = j->d;

	if (j->l->type != LINE_PC || !wants_02(d) || d->legacy == LINE_OFF)
		return false;
	if (j->era_known && j->era < QEMU_10_0)
		return *d->romfile || j->l->firmware == LINE_SEABIOS;
	return j->l->firmware == LINE_SEABIOS && (!j->pf || j->pf->vbios);
}

static void check_opregion(struct judging *j)
{
	const struct line *l = j->l;

	if (j->d->opregion != LINE_UNSAID || l->opregion_file || is_legacy(j) ||
	    (j->era_known && j->era >= QEMU_10_1))
		return;
	if (j->era_known)
		judge_say(j, FINDING_LINE_OPREGION_UNSAID,
			  _("x-igd-opregion is not said: QEMU %d.%d leaves the OpRegion out"),
			  j->m->caps.major, j->m->caps.minor);
	else
		judge_say(j, FINDING_LINE_OPREGION_UNSAID,
			  _("x-igd-opregion is not said: QEMU before 10.1 leaves the OpRegion out"));
	if (j->era_known)
		judge_raise(j, FINDING_LINE_OPREGION_UNSAID);
}

static void check_lpc(struct judging *j)
{
	const struct line *l = j->l;

	if (l->type == LINE_Q35 && j->d->lpc == LINE_ON)
		judge_say(j, FINDING_LINE_LPC_Q35, _("x-igd-lpc=on on q35"));
	else if (l->type == LINE_PC && l->firmware != LINE_SEABIOS && j->d->lpc != LINE_ON &&
		 j->d->legacy != LINE_ON && !(j->era_known && j->era < QEMU_10_0))
		judge_say(j, FINDING_LINE_LPC_MISSING, j->d->lpc == LINE_OFF
			  ? _("x-igd-lpc=off on i440fx with UEFI")
			  : _("x-igd-lpc is not said on i440fx with UEFI"));
}

static void check_vga(struct judging *j)
{
	if (j->d->vga != LINE_ON)
		return;
	if (j->l->firmware != LINE_SEABIOS)
		judge_say(j, FINDING_LINE_X_VGA, _("x-vga=on with UEFI"));
	else if (j->l->emulated_display)
		judge_say(j, FINDING_LINE_X_VGA, _("x-vga=on beside an emulated display"));
}

static void check_rombar(struct judging *j)
{
	if (j->d->rombar == LINE_OFF && *j->d->romfile)
		judge_say(j, FINDING_LINE_ROMBAR_OFF, _("rombar=0 with romfile=%.200s"), j->d->romfile);
}

static void check_shown(struct judging *j)
{
	const struct line *l = j->l;

	if (l->emulated_display && l->display_none && !l->shown)
		judge_say(j, FINDING_PLAN_DISPLAY_NONE, "-display none");
}

static void check_display_on(struct judging *j)
{
	if (j->d->display == LINE_ON)
		judge_say(j, FINDING_LINE_DISPLAY_ON, _("display=on or ramfb=on"));
}

/* The range that no generation and no QEMU goes beyond; with a device the plan knows it exactly. */
static void check_gms(struct judging *j)
{
	const struct line_device *d = j->d;

	if (d->gms_said && (!d->gms_number || (d->gms > 0x40 && (d->gms < 0xf0 || d->gms > 0xfe))))
		judge_say(j, FINDING_GMS_RANGE, d->gms_number ? _("x-igd-gms=%#llx") : _("x-igd-gms is no number"),
			  (unsigned long long)d->gms);
}

/* --- processor, firmware, the rest ----------------------------------------------------------- */

static void check_hidden(struct judging *j)
{
	if (!j->l->hidden)
		return;
	judge_say(j, FINDING_LINE_HIDDEN, _("-cpu %.60s hides the hypervisor"), j->l->cpu);
	if (j->l->windows)
		judge_raise(j, FINDING_LINE_HIDDEN);
}

static void check_cpu(struct judging *j)
{
	const struct line *l = j->l;

	if (*l->hv_vendor)
		judge_say(j, FINDING_LINE_HV_VENDOR, _("hv-vendor-id=%s"), l->hv_vendor);
	if (l->windows && l->vmx != LINE_OFF && (!strcmp(l->cpu, "host") || !strcmp(l->cpu, "max")))
		judge_say(j, FINDING_LINE_NESTED, _("-cpu %s without vmx=off, and the guest looks like Windows"),
			  l->cpu);
}

static int iommu_width(const struct judging *j)
{
	const struct host_facts *h = j->m->host;

	return h && h->igpu >= 0 ? h->pci[h->igpu].iommu_width : 0;
}

/* Models with a fixed width of 40 bits are wider than the IOMMU, too. */
static void check_width(struct judging *j)
{
	const struct line *l = j->l;
	int width = iommu_width(j);

	if (l->accel != LINE_KVM || l->firmware == LINE_SEABIOS)
		return;
	if (!l->phys_limit && width)
		judge_say(j, FINDING_LINE_PHYS_BITS, _("no host-phys-bits-limit; the IOMMU has %d bits"), width);
	else if (!l->phys_limit)
		judge_say(j, FINDING_LINE_PHYS_BITS, _("no host-phys-bits-limit"));
	else if (width && l->phys_limit > width)
		judge_say(j, FINDING_LINE_PHYS_BITS, _("host-phys-bits-limit=%d; the IOMMU has %d bits"),
			  l->phys_limit, width);
}

static void check_secure(struct judging *j)
{
	const struct line *l = j->l;

	if (!l->secure_code || l->firmware != LINE_OVMF)
		return;
	if (l->smm == LINE_OFF)
		judge_say(j, FINDING_LINE_SMM, _("smm=off with %.200s"), l->code);
	else if (l->type == LINE_Q35 && !l->secure_flash)
		judge_say(j, FINDING_LINE_SECURE_FLASH, _("no cfi.pflash01 secure=on with %.200s"), l->code);
}

static void check_firmware(struct judging *j)
{
	if (j->l->firmware == LINE_OTHER_FIRMWARE)
		judge_say(j, FINDING_LINE_FIRMWARE_UNKNOWN, "%.250s", j->l->code);
}

static void check_sleep(struct judging *j)
{
	if (!j->l->s3_off || !j->l->s4_off)
		judge_say(j, FINDING_LINE_SLEEP, j->l->s3_off ? _("S4 is on") : j->l->s4_off ? _("S3 is on")
							      : _("S3 and S4 are on"));
}

static void check_balloon(struct judging *j)
{
	if (j->l->balloon)
		judge_say(j, FINDING_LINE_BALLOON, _("a virtio-balloon device"));
}

static void check_memlock(struct judging *j)
{
	uint64_t need = j->l->memory_bytes + (1ull << 30), has = j->m->memlock_bytes;

	if (has && j->l->memory_bytes && has < need)
		judge_say(j, FINDING_VFIO_MEMLOCK, _("the limit is %llu MiB, %llu MiB are needed"),
			  (unsigned long long)(has >> 20), (unsigned long long)(need >> 20));
}

static void check_others(struct judging *j)
{
	for (size_t i = 0; i < j->l->n_device; i++) {
		const struct line_device *d = &j->l->device[i];

		if (d == j->d)
			continue;
		if (d->host_known && !d->host.bus && d->host.dev == 0x1f && d->host.fn == 3)
			judge_say(j, FINDING_AUDIO_PASSED, _("host=%.60s is passed, too"), d->host_text);
		else
			judge_say(j, FINDING_LINE_OTHER_DEVICE, _("host=%.60s is passed, too"),
				  *d->host_text ? d->host_text : "?");
	}
}

/* --- what is not known ----------------------------------------------------------------------- */

static void check_unknown(struct judging *j)
{
	if (!j->pf)
		judge_say(j, FINDING_LINE_DEVICE_UNKNOWN,
			  _("neither the line nor anything else says which iGPU it is"));
	if (!j->era_known)
		judge_say(j, FINDING_LINE_QEMU_UNKNOWN,
			  _("neither the line nor anything else says which QEMU it is"));
}

/* --- the table ------------------------------------------------------------------------------- */

static const struct {
	void (*rule)(struct judging *j);
	bool igpu;	/* needs one */
} rules[] = {
	{ check_text, false }, { check_igpu, false },	{ check_function, true }, { check_machine, true },
	{ check_slot, true },  { check_taken, true },	{ check_opregion, true }, { check_legacy, true },
	{ check_lpc, true },   { check_rombar, true },	{ check_gms, true },	  { check_display_on, true },
	{ check_vga, true },   { check_shown, true },
	{ check_firmware, true }, { check_secure, true },  { check_hidden, true },
	{ check_cpu, true },   { check_width, true },	{ check_sleep, true },	  { check_balloon, true },
	{ check_memlock, true }, { check_others, true }, { check_unknown, true },
};

void judge_line(struct judging *j)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (j->d || !rules[i].igpu)
			rules[i].rule(j);
}
