/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine and its firmware. */
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/plan_parts.h"

#define GIB	(1ull << 30)
#define MIB	(1ull << 20)

static void choose_accel(struct planning *g)
{
	const struct qemu_caps *caps = g->in->caps;
	const struct host_facts *h = g->in->host;

	g->p->accel = g->w->accel;
	if (g->w->accel == ACCEL_TCG) {
		if (!caps->tcg)
			plan_refuse(g, FINDING_QEMU_NO_ACCEL, _("%.200s has no tcg"), g->p->qemu);
		if (g->w->igpu && !g->w->lab)
			plan_flag(g, FINDING_ACCEL_TCG_IGPU, _("the VM file asks for tcg and for an iGPU"));
		return;
	}
	if (!caps->kvm)
		plan_refuse(g, FINDING_QEMU_NO_ACCEL, _("%.200s has no kvm"), g->p->qemu);
	if (h && h->kvm == TRI_NO)
		plan_flag(g, FINDING_KVM_UNUSABLE, _("/dev/kvm cannot be opened"));
}

static void choose_memory(struct planning *g)
{
	const struct host_facts *h = g->in->host;
	uint64_t ram = h ? h->ram_bytes : 0, mem = g->w->memory_bytes;

	g->p->memory_bytes = mem;
	g->p->cpus = g->w->cpus;
	if (!g->w->igpu)
		return;
	if (mem < 4 * GIB)
		plan_say(g, FINDING_PLAN_MEMORY_SMALL, _("memory is %llu MiB"),
			 (unsigned long long)(mem / MIB));
	if (ram && (mem > ram || ram - mem < GIB))
		plan_flag(g, FINDING_PLAN_MEMORY_HOST,
			    _("memory is %llu MiB of the host's %llu MiB, and will be locked"),
			    (unsigned long long)(mem / MIB), (unsigned long long)(ram / MIB));
}

static void choose_hugepages(struct planning *g)
{
	const struct host_facts *h = g->in->host;
	bool big = g->w->hugepages == HUGEPAGES_1G;
	uint64_t size = big ? GIB : 2 * MIB, need = g->w->memory_bytes / size;
	struct huge_fact have = { 0 };

	if (g->w->hugepages == HUGEPAGES_NO)
		return;
	g->p->huge_bytes = size;
	if (h)
		have = big ? h->huge_1g : h->huge_2m;
	if (g->w->memory_bytes % size)
		plan_refuse(g, FINDING_PLAN_OPTION_BAD, _("memory is %llu MiB, not a whole number of huge pages of %s"),
			    (unsigned long long)(g->w->memory_bytes / MIB), big ? "1G" : "2M");
	else if (have.known && have.pages < need)
		plan_flag(g, FINDING_HUGEPAGES_FEW, _("%llu huge pages of %s can be had, the VM wants %llu"),
			  (unsigned long long)have.pages, big ? "1G" : "2M", (unsigned long long)need);
}

static void choose_processors(struct planning *g)
{
	const struct host_facts *h = g->in->host;
	unsigned int n = cpu_list_count(&g->w->pin), online = h ? cpu_list_count(&h->online) : 0;
	struct cpu_list missing;
	char text[96], there[96];

	g->p->pin = g->w->pin;
	if (!n)
		return;
	if (online) {
		missing = cpu_list_minus(&g->w->pin, &h->online);
		if (cpu_list_count(&missing))
			plan_flag(g, FINDING_PIN_OFFLINE, _("pin names %s; the host has %s online"),
				  cpu_list_text(&missing, text, sizeof(text)),
				  cpu_list_text(&h->online, there, sizeof(there)));
	}
	if (n < g->w->cpus)
		plan_say(g, FINDING_PIN_FEW, _("%u processors of the guest on %u of the host"), g->w->cpus, n);
}

static void choose_version(struct planning *g)
{
	const struct qemu_caps *caps = g->in->caps;
	const char *newest = g->p->q35 ? caps->machine_q35 : caps->machine_pc;

	if (!*newest)
		plan_refuse(g, FINDING_QEMU_NO_MACHINE, _("%.200s has no machine %s"), g->p->qemu,
			    g->p->q35 ? "q35" : "pc");
	str_fit(g->p->machine, sizeof(g->p->machine),
		*g->w->machine_version ? g->w->machine_version : newest);
}

static void choose_display(struct planning *g)
{
	struct plan *p = g->p;
	bool alone = g->w->display == DISPLAY_MONITOR || g->w->display == DISPLAY_MONITOR_EARLY;

	p->display = g->w->display;
	p->emulated_display = g->in->rescue || !alone;
	p->vnc = p->emulated_display && p->purpose == PLAN_RUN;
	if (alone && !g->w->igpu)
		plan_refuse(g, FINDING_PLAN_OPTION_BAD,
			    _("display = %s without an iGPU: nothing would show a picture"),
			    p->display == DISPLAY_MONITOR ? "monitor" : "monitor-early");
	if (!p->emulated_display && g->w->display == DISPLAY_MONITOR)
		plan_say(g, FINDING_PLAN_DISPLAY_NONE,
			 _("display = monitor: no picture before the guest's driver runs"));
	if (g->w->display == DISPLAY_MONITOR_EARLY && p->q35)
		plan_refuse(g, FINDING_PLAN_DISPLAY_EARLY,
			    _("display = monitor-early with machine = q35"));
	/* sun_path of unix(7) holds 107 bytes and a NUL. */
	if (p->vnc && strlen(p->run_dir) + sizeof("/" PLAN_VNC_SOCKET) > 108)
		plan_refuse(g, FINDING_PLAN_PATH_LONG, _("%.200s/%s: longer than a socket's address"),
			    p->run_dir, PLAN_VNC_SOCKET);
}

void plan_machine(struct planning *g)
{
	const struct qemu_caps *caps = g->in->caps;
	struct plan *p = g->p;
	bool uefi, legacy;

	str_fit(p->qemu, sizeof(p->qemu), *caps->path ? caps->path : g->w->qemu);
	p->era = caps->era;
	p->os = g->w->os;
	p->nested = g->w->nested;
	plan_shape(g->in, &p->q35, &uefi, &p->secure_boot, &legacy);
	p->firmware = uefi ? PLAN_OVMF : PLAN_SEABIOS;
	p->smm = p->secure_boot;
	if (p->secure_boot && !p->q35)
		plan_refuse(g, FINDING_FIRMWARE_SECURE_Q35, _("firmware = uefi-secure on i440fx"));
	choose_accel(g);
	choose_memory(g);
	choose_hugepages(g);
	choose_processors(g);
	choose_version(g);
	choose_display(g);
}

/* --- firmware ---------------------------------------------------------------------- */

static bool fits(const struct firmware_fact *x, const struct plan *p)
{
	if (!x->uefi || !x->present || x->stateless || !(p->q35 ? x->q35 : x->i440fx))
		return false;
	return p->secure_boot ? x->secure_boot && x->requires_smm : !x->requires_smm;
}

/*
 * Among those that fit: keys enrolled for Secure Boot and not enrolled
 * without, then the 4 MiB build, which has room for the variables of today's
 * Secure Boot updates; then the descriptors' own order (QEMU
 * docs/interop/firmware.json: lower file names come first).
 */
static int rank(const struct firmware_fact *x, const struct plan *p)
{
	return 2 * (x->enrolled_keys == p->secure_boot) + (strstr(x->code, "4M") != NULL);
}

static const struct firmware_fact *choose_firmware(const struct host_facts *h,
						   const struct plan *p)
{
	const struct firmware_fact *best = NULL;

	for (size_t i = 0; h && i < h->n_firmware; i++) {
		const struct firmware_fact *x = &h->firmware[i];

		if (fits(x, p) && (!best || rank(x, p) > rank(best, p)))
			best = x;
	}
	return best;
}

/*
 * Code and variables belong together, and a later package may come with
 * another size of both: the VM keeps the pair it was first started with. The
 * probe takes that pair too, or what the first start would take.
 */
static void add_pair(struct planning *g, const struct firmware_fact *x)
{
	struct plan *p = g->p;
	const char *code = p->secure_boot ? "ovmf-secure-code.fd" : "ovmf-code.fd";
	const char *vars = p->secure_boot ? "ovmf-secure-vars.fd" : "ovmf-vars.fd";
	bool probe = p->purpose == PLAN_PROBE;
	struct plan_file *c, *v;
	char dir[PATH_MAX];

	plan_path(g, p->ovmf_code, p->data_dir, code);
	plan_path(g, p->ovmf_vars, p->data_dir, vars);
	c = plan_file_add(g, x->code, p->ovmf_code);
	v = plan_file_add(g, x->vars, p->ovmf_vars);
	v->writable = true;
	c->once = v->once = !probe;
	if (!probe)
		return;
	str_fit(c->from_else, sizeof(c->from_else), x->code);
	str_fit(v->from_else, sizeof(v->from_else), x->vars);
	plan_path(g, dir, g->in->paths->data, p->name);
	plan_path(g, c->from, dir, code);
	plan_path(g, v->from, dir, vars);
}

static void refuse_firmware(struct planning *g)
{
	const char *machine = g->p->q35 ? "q35" : "pc-i440fx";

	if (g->p->secure_boot)
		plan_refuse(g, FINDING_FIRMWARE_NO_SECURE_BOOT,
			    _("no firmware description for %s with Secure Boot"), machine);
	else
		plan_refuse(g, FINDING_FIRMWARE_UEFI_MISSING, _("no firmware description for %s"), machine);
}

static void plan_tpm(struct planning *g)
{
	struct plan *p = g->p;

	p->tpm = g->w->tpm;
	p->tpm_throw_away = p->tpm && p->purpose == PLAN_PROBE;
	if (p->tpm && g->in->host && g->in->host->swtpm == TRI_NO)
		plan_flag(g, FINDING_TPM_MISSING, _("tpm = yes, and swtpm is not installed"));
}

void plan_firmware(struct planning *g)
{
	const struct firmware_fact *x;

	plan_tpm(g);
	if (g->p->firmware != PLAN_OVMF)
		return;
	x = choose_firmware(g->in->host, g->p);
	if (!x) {
		refuse_firmware(g);
		return;
	}
	if (g->p->secure_boot && !x->enrolled_keys)
		plan_say(g, FINDING_FIRMWARE_NO_ENROLLED_KEYS, _("%.250s comes without keys"), x->vars);
	add_pair(g, x);
}
