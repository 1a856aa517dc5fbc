/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A foreign line judged by the rules of `igvm start`: the VM file that would ask for it is planned
 * like any other, and what the plan finds is the line's. Where that plan cannot be made, or would end in
 * Code 43, wishes are taken back one after the other until one can: that is the line as it should be.
 */
#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/check.h"
#include "launcher/lint/lint_parts.h"

/*
 * In place of an unknown iGPU, for the rules that hold for all: from QEMU 10.1 on what Gen 6 to 12
 * are given under UEFI is the same (docs/igd-assign.txt).
 */
#define STAND_IN	0x4680
#define ASSIGN_ROM	"igd-assign.rom"

void judge_wish(const struct judging *j, struct wish *w)
{
	const struct line *l = j->l;
	const struct line_device *d = j->d;
	bool uefi = l->firmware != LINE_SEABIOS;

	*w = (struct wish){
		.name = "vm", .os = l->windows ? OS_WINDOWS : OS_LINUX,
		.memory_bytes = l->memory_bytes ? l->memory_bytes : 8ull << 30,
		.cpus = l->cpus ? l->cpus : 4, .accel = l->accel == LINE_KVM ? ACCEL_KVM : ACCEL_TCG,
		.machine = l->type == LINE_Q35 ? MACHINE_Q35 : MACHINE_I440FX,
		.firmware = !uefi ? FIRMWARE_BIOS : l->secure_code ? FIRMWARE_UEFI_SECURE : FIRMWARE_UEFI,
		.nested = l->vmx != LINE_OFF && !l->windows,
		.rdp = RDP_OFF, .igpu = true, .igpu_auto = true, .gms = d->gms_number ? (int)d->gms : -1,
		.rom = *d->romfile && d->rombar != LINE_OFF ? ROM_FILE : ROM_NONE,
		.opregion = d->opregion == LINE_OFF && !l->opregion_file ? SWITCH_OFF : SWITCH_AUTO,
		.legacy = d->legacy == LINE_ON ? SWITCH_ON : d->legacy == LINE_OFF ? SWITCH_OFF : SWITCH_AUTO,
		/* so that the plan does not miss a disk or a keyboard: the line's are not read */
		.kernel = "/", .input = INPUT_NONE,
	};
	if (l->emulated_display)
		w->display = DISPLAY_BOTH;
	else if (l->type == LINE_PC && (!uefi || d->lpc == LINE_ON || (j->era_known && j->era < QEMU_10_0)))
		w->display = DISPLAY_MONITOR_EARLY;
	else
		w->display = DISPLAY_MONITOR;
	if (w->rom == ROM_FILE)
		str_fit(w->rom_path, sizeof(w->rom_path), d->romfile);
	if (str_starts(l->machine, "pc"))
		str_fit(w->machine_version, sizeof(w->machine_version), l->machine);
	else
		str_fit(w->machine_version, sizeof(w->machine_version), l->type == LINE_Q35 ? "q35" : "pc");
}

/* --- the host -------------------------------------------------------------------------------- */

/* The line has its firmware: which one the host would offer is of no interest. */
static void add_firmware(struct host_facts *h, const char *code, bool secure)
{
	struct firmware_fact *x = &h->firmware[h->n_firmware++];

	*x = (struct firmware_fact){ .uefi = true, .q35 = true, .i440fx = !secure, .secure_boot = secure,
				     .enrolled_keys = secure, .requires_smm = secure, .present = true };
	str_fit(x->code, sizeof(x->code), code);
	str_fit(x->vars, sizeof(x->vars), secure ? "OVMF_VARS.secboot.fd" : "OVMF_VARS.fd");
}

static void make_host(const struct judging *j, struct host_facts *h)
{
	bool uefi = j->l->firmware == LINE_OVMF;

	if (j->m->host) {
		*h = *j->m->host;
	} else {
		h->igpu = 0;
		h->host_bridge = h->lpc = h->other_gpu = -1;
		h->n_pci = 1;
		h->pci[0] = (struct pci_fact){
			.bdf = { 0, 0, 2, 0 }, .vendor = IGD_VENDOR_INTEL, .class = 0x030000,
			.device = (uint16_t)(j->pf ? j->m->device_id : STAND_IN), .group = -1,
			.numvfs = -1, .config_len = 64,
		};
		/* so that a VBIOS in its memory is possible; see say_shadow() */
		h->efi = TRI_NO;
	}
	h->n_firmware = 0;
	add_firmware(h, uefi && !j->l->secure_code ? j->l->code : "OVMF_CODE.fd", false);
	add_firmware(h, uefi && j->l->secure_code ? j->l->code : "OVMF_CODE.secboot.fd", true);
}

/* --- plans ----------------------------------------------------------------------------------- */

/* A whole set of inputs is some hundred KiB. */
struct trial {
	struct wish wish;
	struct host_facts host;
	struct qemu_caps caps;
	struct paths paths;
	struct plan_input in;
	struct findings f;
};

static bool plan_is_good(struct trial *t, struct plan *p)
{
	t->f.n = 0;
	return plan_make(&t->in, p, &t->f) && finding_worst(&t->f) < SEVERITY_BLOCK;
}

static void drop_switches(struct wish *w)
{
	w->legacy = SWITCH_AUTO;
	w->opregion = SWITCH_AUTO;
	w->gms = -1;
	w->accel = ACCEL_KVM;
}

static void drop_rom(struct wish *w)
{
	w->rom = ROM_ASSIGN;
}

static void drop_bios(struct wish *w)
{
	if (w->firmware == FIRMWARE_BIOS)
		w->firmware = FIRMWARE_UEFI;
}

static void drop_secure(struct wish *w)
{
	w->firmware = w->firmware == FIRMWARE_UEFI_SECURE ? FIRMWARE_UEFI : w->firmware;
}

static void drop_early(struct wish *w)
{
	w->display = w->display == DISPLAY_MONITOR_EARLY ? DISPLAY_MONITOR : w->display;
}

static void drop_machine(struct wish *w)
{
	w->machine = MACHINE_Q35;
	str_fit(w->machine_version, sizeof(w->machine_version), "q35");
}

static void (*const drops[])(struct wish *w) = {
	drop_switches, drop_rom, drop_bios, drop_secure, drop_early, drop_machine,
};

/* The ROM where the reader of the answer has it: his own, or igvm's. */
static void name_rom(const struct trial *t, struct plan *p)
{
	if (t->wish.rom == ROM_FILE)
		str_fit(p->rom, sizeof(p->rom), t->wish.rom_path);
	else if (*p->rom && !str_print(p->rom, sizeof(p->rom), "%s/roms/" ASSIGN_ROM, t->in.datadir))
		p->rom[0] = '\0';
	/* igvm makes that file at each start; without it the driver chooses the place itself */
	p->stolen_file[0] = '\0';
}

/* Each wish alone is taken back first, then one after the other. */
static bool find_wish(struct trial *t, struct plan *p)
{
	struct wish first = t->wish;
	struct plan_rom rom = t->in.rom;

	if (plan_is_good(t, p))
		return true;
	for (size_t i = 0; i < 2 * ARRAY_SIZE(drops); i++) {
		bool alone = i < ARRAY_SIZE(drops);

		if (alone || i == ARRAY_SIZE(drops)) {
			t->wish = first;
			t->in.rom = rom;
		}
		drops[i % ARRAY_SIZE(drops)](&t->wish);
		if (t->wish.rom != ROM_FILE)
			t->in.rom = (struct plan_rom){ 0 };
		if (plan_is_good(t, p))
			return true;
	}
	return false;
}

static void find_good(const struct judging *j, struct trial *t, struct lint *out)
{
	struct plan *p = &out->plan;

	/* What start only warns of, and asks to be told twice, is not what igvm would write. */
	t->wish.opregion = SWITCH_AUTO;
	t->wish.experimental = true;
	/* What is right under SeaBIOS depends on the generation. */
	out->corrected = find_wish(t, p) && (j->pf || p->firmware == PLAN_OVMF);
	if (!out->corrected)
		return;
	name_rom(t, p);
	if (!p->phys_bits)
		p->phys_bits = j->l->phys_limit;
	str_fit(p->ovmf_code, sizeof(p->ovmf_code), t->host.firmware[p->secure_boot].code);
	str_fit(p->ovmf_vars, sizeof(p->ovmf_vars), t->host.firmware[p->secure_boot].vars);
}

/* --- findings -------------------------------------------------------------------------------- */

/* What a plan for a stand-in finds that is so for every generation. */
static bool holds_for_all(enum finding_id id)
{
	static const enum finding_id ids[] = {
		FINDING_ACCEL_TCG_IGPU, FINDING_ROM_NONE_UEFI, FINDING_ROM_WRONG_TYPE,
		FINDING_ROM_NO_ASSIGNMENT_DRIVER, FINDING_ROM_BAD, FINDING_ROM_MISSING_FILE,
		FINDING_ROM_UNREAD, FINDING_ROM_NO_GOP, FINDING_OPREGION_OFF, FINDING_PLAN_MEMORY_SMALL,
		FINDING_PLAN_DISPLAY_NONE, FINDING_PLAN_NO_POST_OUTPUT, FINDING_FIRMWARE_SECURE_Q35,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* About how igvm itself starts a VM, or about a part of the line that was not read. */
static bool is_ours(const struct judging *j, enum finding_id id)
{
	static const enum finding_id ours[] = {
		FINDING_KERNEL_SECURE_BOOT, FINDING_KERNEL_MISSING, FINDING_FIRMWARE_NO_SECURE_BOOT,
		FINDING_GMS_FORCED,
	};

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (ours[i] == id)
			return true;
	return (id == FINDING_PLAN_MEMORY_SMALL && !j->l->memory_bytes) ||
	       (id == FINDING_STOLEN_UNKNOWN && j->m->from != LINT_HERE) ||
	       (id == FINDING_GMS_RANGE && finding_has(j->f, FINDING_GMS_RANGE)) ||
	       (id == FINDING_ROM_NONE_UEFI && finding_has(j->f, FINDING_LINE_ROMBAR_OFF));
}

static void take_findings(struct judging *j, const struct findings *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct finding *x = &from->v[i];

		if (is_ours(j, x->id) || (!j->pf && !holds_for_all(x->id)) || finding_has(j->f, x->id) ||
		    j->f->n == FINDINGS_MAX)
			continue;
		j->f->v[j->f->n++] = *x;
	}
}

/* The host's own faults belong to the answer, as they do to that of start. */
static void take_host(struct judging *j, struct trial *t)
{
	struct check_input in = { .host = &t->host, .caps = j->m->qemu_known ? &t->caps : NULL,
				  .wish = &t->wish, .device = { 0, 0, 2, 0 } };

	t->f.n = 0;
	if (j->m->from == LINT_HERE)
		check_run(&in, &t->f);
	for (size_t i = 0; j->m->said && i < j->m->said->n; i++)
		if (j->m->said->v[i].severity > SEVERITY_NOTE)
			t->f.v[t->f.n++] = j->m->said->v[i];
	take_findings(j, &t->f);
}

/* Without a file SeaBIOS runs the host's own VBIOS, and only some builds of QEMU correct its copy. */
static void say_shadow(struct judging *j, const struct plan *p)
{
	if (p->legacy_mode && !*j->d->romfile && j->m->from != LINT_HERE)
		judge_say(j, FINDING_ROM_UNREAD,
			  _("no romfile=: the video BIOS in the host's memory was not looked at"));
}

int judge_plan(struct judging *j, struct lint *out)
{
	struct trial *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	make_host(j, &t->host);
	judge_wish(j, &t->wish);
	paths_system(&t->paths, "/");
	t->caps = j->m->caps;
	if (!j->m->qemu_known)
		lint_caps(10, 2, &t->caps);
	str_fit(t->caps.machine_pc, sizeof(t->caps.machine_pc), "pc");
	str_fit(t->caps.machine_q35, sizeof(t->caps.machine_q35), "q35");
	t->in = (struct plan_input){ .wish = &t->wish, .host = &t->host, .caps = &t->caps, .paths = &t->paths,
				     .datadir = paths_datadir(), .rom = j->in->rom };
	t->caps.vbios_patched |= j->m->from != LINT_HERE;
	plan_make(&t->in, &out->plan, &t->f);
	take_findings(j, &t->f);
	say_shadow(j, &out->plan);
	take_host(j, t);
	find_good(j, t, out);
	free(t);
	return 0;
}
