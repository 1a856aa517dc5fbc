/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Checks that doctor alone makes: firmware tables, kernel log and options, screens, sleep. */
#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/check_parts.h"

/* Faults over less than this are those of one hand-over. */
#define FAULT_SPAN_US	(60u * 1000 * 1000)
#define FAULT_MANY	64

static bool has_vbios(const struct checking *c)
{
	return c->pf && c->pf->vbios;
}

static bool is_virtual(const struct checking *c)
{
	return c->more->virtual == TRI_YES;
}

/* --- firmware ------------------------------------------------------------------------------- */

/* Without such a line a flag that is gone is cpu.no-virt. */
static void check_vtx(const struct checking *c)
{
	if (!c->more->log.event[LOG_VTX_LOCKED].n || c->host->kvm == TRI_YES)
		return;
	check_say(c, FINDING_CPU_VIRT_LOCKED, _("the kernel's log: VMX disabled by BIOS"));
}

/* Gen 10 and later have no VBIOS at all; with one a picture through SeaBIOS is still possible. */
static void check_csm(const struct checking *c)
{
	if (c->host->efi != TRI_NO || is_virtual(c))
		return;
	check_say(c, FINDING_HOST_CSM, _("the host was started without UEFI"));
	if (has_vbios(c))
		check_weigh(c, FINDING_HOST_CSM, SEVERITY_NOTE);
}

static void check_rmrr(const struct checking *c)
{
	if (c->more->log.event[LOG_RMRR].n)
		check_say(c, FINDING_IOMMU_RMRR, _("the kernel's log: VFIO was refused the iGPU because of a 1:1 mapping"));
}

/* --- kernel --------------------------------------------------------------------------------- */

static void check_graphics_off(const struct checking *c)
{
	if (check_graphics_are_off(c))
		check_say(c, FINDING_IOMMU_GRAPHICS_OFF,
			  _("the kernel's log: Disabling IOMMU for graphics on this chipset"));
}

static void check_options(const struct checking *c)
{
	const struct host_more *m = c->more;

	if (m->config == TRI_YES && m->config_igd == TRI_NO && c->host->vfio_module != TRI_NO)
		check_say(c, FINDING_VFIO_NO_IGD, _("Linux %s was built without CONFIG_VFIO_PCI_IGD"),
			  c->host->kernel);
	if (!has_vbios(c))
		return;
	if (m->config == TRI_YES && m->config_vga == TRI_NO)
		check_say(c, FINDING_VFIO_NO_VGA, _("Linux %s was built without CONFIG_VFIO_PCI_VGA"),
			  c->host->kernel);
	else if (m->disable_vga == TRI_YES)
		check_say(c, FINDING_VFIO_NO_VGA, _("disable_vga of vfio-pci is set"));
}

static void check_bar_taken(const struct checking *c)
{
	unsigned int n = c->more->log.event[LOG_BAR_TAKEN].n;

	if (n && !finding_has(c->f, FINDING_FB_HOLDS_BAR))
		check_say(c, FINDING_FB_BAR_TAKEN,
			  ngettext("the kernel's log: vfio-pci could not reserve a BAR, %u line",
				   "the kernel's log: vfio-pci could not reserve a BAR, %u lines", n), n);
}

/* --- the device -------------------------------------------------------------------------------- */

static void check_gvt(const struct checking *c)
{
	const struct host_more *m = c->more;

	if (m->mdevs)
		check_say(c, FINDING_IGPU_GVT_IN_USE,
			  ngettext("%u mediated device", "%u mediated devices", m->mdevs), m->mdevs);
	else if (m->gvt == TRI_YES)
		check_say(c, FINDING_IGPU_GVT, _("i915 offers mediated devices (GVT-g)"));
}

/* A few at the moment of binding are normal and are not worth a line. */
static void check_faults(const struct checking *c)
{
	unsigned int n = c->more->log.event[LOG_FAULT].n;
	uint64_t span = c->more->log.event[LOG_FAULT].last_us - c->more->log.event[LOG_FAULT].first_us;

	if (n >= FAULT_MANY || (n > 1 && span > FAULT_SPAN_US))
		check_say(c, FINDING_IOMMU_FAULTS, _("the kernel's log: %u DMAR faults of the iGPU over %llu s"), n,
			  (unsigned long long)(span / 1000000));
}

static void check_reset_slow(const struct checking *c)
{
	if (c->more->log.event[LOG_NOT_READY].n)
		check_say(c, FINDING_IGPU_RESET_SLOW, _("the kernel's log: not ready after FLR"));
}

static void check_audio(const struct checking *c)
{
	const struct pci_fact *a = c->more->audio < 0 ? NULL : &c->host->pci[c->more->audio];

	if (a && !strcmp(a->driver, "vfio-pci"))
		check_say(c, FINDING_AUDIO_PASSED, _("0000:00:1f.3 is bound to vfio-pci"));
}

static void check_outputs(const struct checking *c)
{
	const struct output_facts *o = &c->more->outputs;

	if (o->n && !o->connected)
		check_say(c, FINDING_OUTPUT_NONE,
			  ngettext("%zu connector, nothing connected", "%zu connectors, nothing connected", o->n),
			  o->n);
	if (*o->panel)
		check_say(c, FINDING_PANEL_INTERNAL, _("%s is the machine's own panel"), o->panel);
	else if (!o->n && c->more->power.lid == TRI_YES && check_vbt_panel(c))
		check_say(c, FINDING_PANEL_INTERNAL, _("a machine with a lid, and %s in the video BIOS table"),
			  check_vbt_panel(c));
}

/* --- what runs the VM, and what follows ------------------------------------------------------------ */

/* A VM's plan names the firmware that it lacks. */
static void check_guest_firmware(const struct checking *c)
{
	const struct host_facts *h = c->host;

	if (c->wish || c->more->firmware_dir != TRI_YES)
		return;
	for (size_t i = 0; i < h->n_firmware; i++)
		if (h->firmware[i].uefi && h->firmware[i].q35 && h->firmware[i].present)
			return;
	check_say(c, FINDING_FIRMWARE_NONE, _("no UEFI firmware for x86_64 is installed"));
}

static void check_tpm(const struct checking *c)
{
	if (!c->wish && c->host->swtpm == TRI_NO)
		check_say(c, FINDING_TPM_NONE, _("swtpm is not installed"));
}

static bool is_sleep(const char *action)
{
	return str_starts(action, "suspend") || str_starts(action, "hibernate") ||
	       str_starts(action, "hybrid-sleep") || str_starts(action, "sleep");
}

static bool is_plasma(const struct power_facts *p)
{
	return p->powerdevil && (str_starts(p->desktop, "sddm") || str_starts(p->desktop, "plasmalogin"));
}

static void check_idle(const struct checking *c)
{
	const struct power_facts *p = &c->more->power;

	if (p->masked != TRI_NO)
		return;
	if (is_sleep(p->idle_action)) {
		check_say(c, FINDING_HOST_IDLE_SUSPENDS, _("IdleAction=%s in logind.conf"), p->idle_action);
	} else if (is_plasma(p) && p->powerdevil_never != TRI_YES) {
		check_say(c, FINDING_HOST_DESKTOP_SUSPENDS,
			  _("%s and Plasma's PowerDevil, and no file of the system that says AutoSuspendAction=0 for mains power"),
			  p->desktop);
	} else if (str_starts(p->desktop, "gdm") && p->desktop_never != TRI_YES) {
		check_say(c, FINDING_HOST_DESKTOP_SUSPENDS, _("%s, and no file that says 'nothing' to sleep-inactive-ac-type"),
			  p->desktop);
	}
}

/* systemd's own choice for a lid is to suspend. */
static void check_lid(const struct checking *c)
{
	const struct power_facts *p = &c->more->power;

	if (p->lid == TRI_YES && p->masked == TRI_NO && (!*p->lid_action || is_sleep(p->lid_action)))
		check_say(c, FINDING_HOST_LID_SUSPENDS, _("HandleLidSwitch is %s"),
			  *p->lid_action ? p->lid_action : _("not set, which is suspend"));
}

/* --- the table ---------------------------------------------------------------------------------------- */

static const struct {
	void (*rule)(const struct checking *c);
	bool device;		/* it is about the iGPU */
} rules[] = {
	{ check_vtx, false },
	{ check_csm, true },
	{ check_rmrr, true },
	{ check_graphics_off, true },
	{ check_options, true },
	{ check_bar_taken, true },
	{ check_gvt, true },
	{ check_faults, true },
	{ check_reset_slow, true },
	{ check_audio, true },
	{ check_outputs, true },
	{ check_guest_firmware, false },
	{ check_tpm, false },
	{ check_idle, true },
	{ check_lid, true },
};

void check_more(const struct checking *c)
{
	if (!c->more)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (c->dev || !rules[i].device)
			rules[i].rule(c);
}
