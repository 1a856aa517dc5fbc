/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What QEMU has to be told about the iGPU.
 *
 * QEMU treats an IGD by its own version, not by machine type version, and
 * most of its failures are silent: so every condition is looked at here. The
 * table below is generation x QEMU x firmware; a combination without a row is
 * refused. Sources: QEMU 7.2 to 11.0, hw/vfio/igd.c and pci.c, and
 * docs/igd-assign.txt.
 */
#include "launcher/base/str.h"
#include "launcher/decide/plan_parts.h"

/* Not a generation: what the row is about. */
enum igpu_kind {
	KIND_VBIOS,	/* Gen 6 to 9: Intel made a VBIOS */
	KIND_EFI,	/* Gen 10 to 12: UEFI only, and QEMU knows the id */
	KIND_NO_BDSM,	/* Meteor Lake and later: no base of stolen memory in config space */
	KIND_UNKNOWN,	/* has such a base, and this QEMU does not know the id */
};

enum igpu_mode {
	MODE_LEGACY,		/* x-igd-legacy-mode=on */
	MODE_LEGACY_IMPLICIT,	/* up to 9.2: entered by itself, no switch */
	MODE_PARTS,		/* legacy mode off; OpRegion, LPC and ROM one by one */
};

struct igpu_rule {
	enum qemu_era from, to;	/* inclusive */
	enum igpu_kind kind;
	bool uefi, legacy;	/* guest firmware, legacy mode wanted */
	bool i440fx_only;
	enum igpu_mode mode;
	int gms;		/* given to QEMU when the VM file does not; -1 = not */
};

static const struct igpu_rule igpu_rules[] = {
	{ .from = QEMU_7_2, .to = QEMU_7_2, .kind = KIND_VBIOS, .legacy = true, .i440fx_only = true,
	  .mode = MODE_LEGACY_IMPLICIT, .gms = 1 },
	{ .from = QEMU_9_2, .to = QEMU_9_2, .kind = KIND_VBIOS, .legacy = true, .i440fx_only = true,
	  .mode = MODE_LEGACY_IMPLICIT, .gms = -1 },
	{ .from = QEMU_9_2, .to = QEMU_9_2, .kind = KIND_EFI, .uefi = true, .i440fx_only = true,
	  .mode = MODE_LEGACY_IMPLICIT, .gms = -1 },
	{ .from = QEMU_10_0, .to = QEMU_10_2, .kind = KIND_VBIOS, .legacy = true,
	  .i440fx_only = true, .mode = MODE_LEGACY, .gms = -1 },
	{ .from = QEMU_10_0, .to = QEMU_10_2, .kind = KIND_VBIOS, .uefi = true,
	  .mode = MODE_PARTS, .gms = -1 },
	{ .from = QEMU_10_0, .to = QEMU_10_2, .kind = KIND_VBIOS, .mode = MODE_PARTS, .gms = -1 },
	{ .from = QEMU_10_0, .to = QEMU_10_2, .kind = KIND_EFI, .uefi = true, .mode = MODE_PARTS,
	  .gms = -1 },
	{ .from = QEMU_10_0, .to = QEMU_10_2, .kind = KIND_EFI, .mode = MODE_PARTS, .gms = -1 },
	{ .from = QEMU_10_1, .to = QEMU_10_2, .kind = KIND_NO_BDSM, .uefi = true,
	  .mode = MODE_PARTS, .gms = -1 },
};

static int qemu_gen(const struct planning *g)
{
	enum qemu_era era = g->p->era;

	return igd_qemu_gen(era <= QEMU_7_2   ? IGD_QEMU_7_2
			    : era == QEMU_9_2 ? IGD_QEMU_9_2
					      : IGD_QEMU_10_0,
			    g->dev->device);
}

/* Up to 9.1 QEMU takes everything it does not know for Gen 8. */
static enum igpu_kind kind_of(const struct planning *g)
{
	if (g->pf->vbios)
		return qemu_gen(g) < 0 ? KIND_UNKNOWN : KIND_VBIOS;
	if (g->pf->bdsm == IGD_BDSM_NONE)
		return KIND_NO_BDSM;
	return qemu_gen(g) < 0 || g->p->era <= QEMU_7_2 ? KIND_UNKNOWN : KIND_EFI;
}

static const struct igpu_rule *find_rule(const struct planning *g, enum igpu_kind kind,
					 bool legacy)
{
	bool uefi = g->p->firmware == PLAN_OVMF;

	for (size_t i = 0; i < ARRAY_SIZE(igpu_rules); i++) {
		const struct igpu_rule *r = &igpu_rules[i];

		if (g->p->era >= r->from && g->p->era <= r->to && kind == r->kind && uefi == r->uefi &&
		    legacy == r->legacy && !(r->i440fx_only && g->p->q35))
			return r;
	}
	return NULL;
}

/* --- the device itself ---------------------------------------------------------------- */

static bool device_known(struct planning *g)
{
	const struct pci_fact *d = g->dev;
	char text[BDF_TEXT_MAX];

	if (!d) {
		/* Where the check has named the deeper reason, that one is enough. */
		if (finding_has(g->f, FINDING_CPU_NOT_INTEL))
			g->refused = true;
		else
			plan_refuse(g, FINDING_IGPU_NONE, _("no such device on this host"));
		return false;
	}
	bdf_text(d->bdf, text);
	if (d->vendor != IGD_VENDOR_INTEL)
		plan_refuse(g, FINDING_IGPU_NOT_INTEL, _("%s is %04x:%04x"), text, d->vendor, d->device);
	else if (d->bdf.fn)
		plan_refuse(g, FINDING_IGPU_VF, _("%s is a virtual function"), text);
	else if (!g->pf)
		plan_refuse(g, FINDING_IGPU_UNKNOWN_DEVICE, _("%s is 8086:%04x"), text, d->device);
	else if (g->pf->bar == IGD_BAR_NO_IOMMU)
		plan_refuse(g, FINDING_IGPU_BROADWELL, _("%s is a %s"), text, g->pf->name);
	else if (g->p->era == QEMU_NO_IGD || !g->in->caps->vfio_pci)
		plan_refuse(g, FINDING_QEMU_NO_IGD, _("%.200s has no vfio-pci for an IGD"), g->p->qemu);
	else
		return true;
	return false;
}

static void check_experimental(struct planning *g)
{
	if (!g->pf->experimental)
		return;
	if (g->w->experimental)
		plan_say(g, FINDING_IGPU_EXPERIMENTAL_USED, _("8086:%04x is a %s"), g->dev->device,
			 g->pf->name);
	else
		plan_flag(g, FINDING_IGPU_EXPERIMENTAL, _("8086:%04x is a %s"), g->dev->device,
			    g->pf->name);
}

/* Class 0380: another card is primary. Linux 6.15 (41112160ca87) and QEMU 10.2 learned it. */
static void check_class(struct planning *g)
{
	const struct host_facts *h = g->in->host;
	unsigned int class = g->dev->class >> 8;
	bool old_kernel = h->kernel_major &&
			  (h->kernel_major < 6 || (h->kernel_major == 6 && h->kernel_minor < 15));

	if (class == 0x0300)
		return;
	if (class != 0x0380 || old_kernel || g->p->era < QEMU_10_2 || g->p->firmware != PLAN_OVMF)
		plan_refuse(g, FINDING_IGPU_CLASS_0380, _("class %04x, Linux %.60s, QEMU %d.%d, %s"), class,
			    h->kernel, g->in->caps->major, g->in->caps->minor,
			    g->p->firmware == PLAN_OVMF ? "UEFI" : "BIOS");
	else
		plan_say(g, FINDING_IGPU_NOT_PRIMARY, _("class %04x"), class);
	if (g->w->display == DISPLAY_MONITOR_EARLY)
		plan_refuse(g, FINDING_PLAN_DISPLAY_EARLY,
			    _("display = monitor-early, and the iGPU has class %04x"), class);
}

/* --- no rule: why ------------------------------------------------------------------------ */

static void refuse_combination(struct planning *g, enum igpu_kind kind, bool legacy)
{
	const struct qemu_caps *caps = g->in->caps;
	bool known_later = igd_qemu_gen(IGD_QEMU_10_0, g->dev->device) >= 0;

	if (kind == KIND_UNKNOWN && !known_later)
		plan_refuse(g, FINDING_QEMU_NO_STOLEN, _("no QEMU knows 8086:%04x (%s)"), g->dev->device,
			    g->pf->name);
	else if (legacy && (!g->pf->vbios || g->p->q35 || g->p->firmware == PLAN_OVMF))
		plan_refuse(g, FINDING_LEGACY_IMPOSSIBLE, _("legacy mode for %s on %s with %s"), g->pf->name,
			    g->p->q35 ? "q35" : "i440fx",
			    g->p->firmware == PLAN_OVMF ? "UEFI" : "BIOS");
	else if (kind == KIND_NO_BDSM && g->p->firmware != PLAN_OVMF)
		plan_refuse(g, FINDING_BIOS_NO_STOLEN, _("%s with SeaBIOS"), g->pf->name);
	else
		plan_refuse(g, FINDING_QEMU_TOO_OLD,
			    _("QEMU %d.%d does not set up %s with %s on %s; install %s or newer"),
			    caps->major, caps->minor, g->pf->name,
			    g->p->firmware == PLAN_OVMF ? "UEFI" : "SeaBIOS",
			    g->p->q35 ? "q35" : "i440fx", kind == KIND_NO_BDSM ? "10.1" : "10.0");
}

/* --- a rule: its conditions ------------------------------------------------------------------ */

static uint16_t config16(const struct pci_fact *d, size_t at)
{
	return (uint16_t)(d->config[at] | d->config[at + 1] << 8);
}

static bool has_config(const struct pci_fact *d)
{
	return d->config_len >= sizeof(d->config);
}

/*
 * Without the VGA region QEMU 10.0 to 11.0 abort in legacy mode and older
 * ones leave it; with GGC's VGA disable bit 10.1 and newer refuse it.
 */
static void check_legacy(struct planning *g, const struct igpu_rule *rule)
{
	const struct vfio_facts *v = &g->in->host->vfio;
	const struct pci_fact *d = g->dev;
	bool vga_off = has_config(d) && (config16(d, IGD_CFG_GGC) & IGD_GGC_VGA_DISABLE);

	if (rule->legacy && (d->class >> 8) != 0x0300)
		plan_refuse(g, FINDING_LEGACY_IMPOSSIBLE, _("legacy mode with class %04x"), d->class >> 8);
	if (rule->legacy && vga_off)
		plan_refuse(g, FINDING_LEGACY_IMPOSSIBLE,
			    _("the host's firmware has switched VGA off in the iGPU (GGC bit 1)"));
	if (!vga_off && v->state == REGION_READ && v->vga != TRI_YES)
		plan_refuse(g, FINDING_VGA_REGION_MISSING, _("the kernel offers no VGA region"));
	if (rule->mode == MODE_LEGACY_IMPLICIT)
		plan_say(g, FINDING_LEGACY_IMPLICIT, _("QEMU %d.%d"), g->in->caps->major,
			 g->in->caps->minor);
	if (rule->legacy && g->p->emulated_display)
		plan_refuse(g, FINDING_PLAN_OPTION_BAD,
			    _("legacy mode with an emulated display: both want the VGA cycles; "
			      "set display = monitor-early"));
}

/* QEMU asks the kernel for the bridges' ids and ends when it has none to give. */
static void choose_lpc(struct planning *g)
{
	const struct vfio_facts *v = &g->in->host->vfio;
	bool offered = v->state != REGION_READ || (v->host_bridge && v->lpc_bridge);

	g->p->lpc = !g->p->q35 && g->in->caps->igd_lpc && offered;
	if (g->w->display == DISPLAY_MONITOR_EARLY && !g->p->q35 && !g->p->lpc)
		plan_refuse(g, FINDING_QEMU_NO_LPC, offered ? _("QEMU %d.%d has no x-igd-lpc")
							    : _("QEMU %d.%d could, the kernel offers no bridges"),
			    g->in->caps->major, g->in->caps->minor);
}

/* hw/vfio/igd.c: 7.2 igd.c:545-552, 10.0 :589-606, 11.0 :418-454. */
static bool gms_ok(const struct planning *g, int gen)
{
	int v = g->w->gms;

	if (g->p->era <= QEMU_7_2 || gen < 8)
		return v <= 0x10;
	return v <= 0x40 || (g->p->era >= QEMU_10_1 && gen >= 9 && v >= 0xf0 && v <= 0xfe);
}

static void choose_gms(struct planning *g, const struct igpu_rule *rule)
{
	int gen = qemu_gen(g);

	g->p->gms = rule->gms;
	if (g->w->gms >= 0) {
		g->p->gms = g->w->gms;
		if (g->p->era == QEMU_9_2 || gen < 0 || !g->in->caps->igd_gms)
			plan_refuse(g, FINDING_GMS_NO_EFFECT, _("gms = %#x for QEMU %d.%d and %s"),
				    (unsigned int)g->w->gms, g->in->caps->major, g->in->caps->minor,
				    g->pf->name);
		else if (!gms_ok(g, gen))
			plan_refuse(g, FINDING_GMS_RANGE, _("gms = %#x"), (unsigned int)g->w->gms);
	} else if (rule->gms >= 0) {
		plan_say(g, FINDING_GMS_FORCED, _("QEMU %d.%d: x-igd-gms=%d"), g->in->caps->major,
			 g->in->caps->minor, rule->gms);
	}
}

static void choose_parts(struct planning *g)
{
	struct plan *p = g->p;

	p->opregion = g->w->opregion != SWITCH_OFF;
	if (!p->opregion)
		plan_say(g, FINDING_OPREGION_OFF, _("opregion = off"));
	choose_lpc(g);
	/* SeaBIOS writes BDSM as 32 bits to 0x5c, whatever the generation (src/fw/pciinit.c). */
	if (p->firmware == PLAN_SEABIOS && g->pf->bdsm == IGD_BDSM_64) {
		plan_say(g, FINDING_BIOS_NO_STOLEN, _("%s with SeaBIOS"), g->pf->name);
		if (p->os == OS_WINDOWS)
			plan_raise(g, FINDING_BIOS_NO_STOLEN);
	}
	if (!p->emulated_display && p->q35 && p->firmware == PLAN_OVMF)
		plan_say(g, FINDING_PLAN_NO_POST_OUTPUT, _("display = monitor on q35"));
}

/*
 * The guest's firmware puts stolen memory at the host's own base where it
 * can, because some registers show the guest the host's address (see the
 * finding stolen.base-differs). As bytes: fw_cfg takes them from a file.
 */
static void choose_stolen_base(struct planning *g)
{
	struct plan *p = g->p;
	size_t at = igd_bdsm_offset(g->pf), width = g->pf->bdsm == IGD_BDSM_64 ? 8 : 4;
	struct plan_file *file;
	uint64_t raw = 0;

	if (!at || p->firmware != PLAN_OVMF || !p->opregion)
		return;
	if (!has_config(g->dev)) {
		plan_say(g, FINDING_STOLEN_UNKNOWN, _("config space beyond 64 bytes was not read"));
		return;
	}
	for (size_t i = 0; i < width; i++)
		raw |= (uint64_t)g->dev->config[at + i] << 8 * i;
	p->stolen_base = igd_bdsm_base(g->pf, raw);
	if (!p->stolen_base)
		return;
	plan_path(g, p->stolen_file, p->data_dir, "stolen-base");
	file = plan_file_add(g, "", p->stolen_file);
	for (size_t i = 0; i < 8; i++)
		file->bytes[i] = (uint8_t)(p->stolen_base >> 8 * i);
	file->n_bytes = 8;
}

void plan_igpu(struct planning *g)
{
	struct plan *p = g->p;
	const struct igpu_rule *rule;
	bool q35, uefi, secure, legacy;
	enum igpu_kind kind;

	p->igpu = g->w->igpu;
	if (!p->igpu || !device_known(g))
		return;
	p->host_bdf = g->dev->bdf;
	p->group = g->dev->group;
	p->device_id = g->dev->device;
	p->phys_bits = p->accel == ACCEL_KVM ? g->dev->iommu_width : 0;
	check_experimental(g);
	check_class(g);
	plan_shape(g->in, &q35, &uefi, &secure, &legacy);
	kind = kind_of(g);
	rule = find_rule(g, kind, legacy);
	if (!rule) {
		refuse_combination(g, kind, legacy);
		return;
	}
	p->legacy_mode = rule->mode != MODE_PARTS;
	if (p->legacy_mode)
		check_legacy(g, rule);
	else
		choose_parts(g);
	choose_gms(g, rule);
	if (rule->mode != MODE_LEGACY_IMPLICIT)
		choose_stolen_base(g);
}
