/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules over the host as found: a table, evaluated from top to bottom without
 * stopping. A rule that needs the device is left out when there is none. What
 * is unknown is never taken for right, nor for wrong: it is said where it
 * matters. What depends on the VM's own choices is in plan_*.c.
 */
#include "launcher/decide/check.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/check_parts.h"
#include "launcher/decide/cpu.h"

bool check_graphics_are_off(const struct checking *c)
{
	return c->more && c->more->log.event[LOG_GRAPHICS_OFF].n && c->dev && c->dev->group < 0 &&
	       !(c->pf && c->pf->bar == IGD_BAR_NO_IOMMU);
}

static void check_cpu(const struct checking *c)
{
	/* The log knows why: cpu.virt-locked. */
	if (c->more && c->more->log.event[LOG_VTX_LOCKED].n)
		return;
	if (c->host->cpu_virt == TRI_NO && (!c->wish || c->wish->accel == ACCEL_KVM))
		check_say(c, FINDING_CPU_NO_VIRT, _("%s: neither vmx nor svm"), c->host->cpu);
}

/*
 * /proc/cpuinfo has no vendor in the facts, but every maker puts its name into the model's. A
 * processor that says nothing of itself may be anybody's.
 */
static bool cpu_is_foreign(const struct host_facts *h)
{
	static const char *const names[] = { "AMD", "EPYC", "Ryzen", "Hygon", "ZHAOXIN", "Zhaoxin" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strstr(h->cpu, names[i]))
			return true;
	return false;
}

/* A processor that has no iGPU, one whose iGPU is switched off, or one of which that is not known. */
static void say_no_igpu(const struct checking *c)
{
	enum tri made = c->host->igpu < 0 ? cpu_has_igpu(c->host->cpu) : TRI_UNKNOWN;
	char name[CPU_NAME_MAX];

	cpu_name(c->host->cpu, name);
	if (made == TRI_NO) {
		check_say(c, FINDING_IGPU_NONE, _("no Intel display function at 0000:00:02.0: the %s is made without one"),
			  name);
		check_fix(c, FINDING_IGPU_NONE,
			  N_("none on this machine: this processor has no integrated graphics"));
	} else if (made == TRI_YES && c->host->other_gpu >= 0) {
		check_say(c, FINDING_IGPU_NONE,
			  _("no Intel display function at 0000:00:02.0, although the %s has one: switched off beside the graphics card"),
			  name);
		check_fix(c, FINDING_IGPU_NONE,
			  N_("switch on \"iGPU Multi-Monitor\" (also \"Internal Graphics: Enabled\") in the firmware setup"));
	} else if (made == TRI_YES) {
		check_say(c, FINDING_IGPU_NONE, _("no Intel display function at 0000:00:02.0, although the %s has one"),
			  name);
	} else {
		check_say(c, FINDING_IGPU_NONE, _("no Intel display function at 0000:00:02.0"));
	}
}

/* A simulated host shows a foreign processor with an Intel iGPU: only the missing device counts. */
static void say_no_device(const struct checking *c)
{
	if (!c->host->n_pci) {
		check_say(c, FINDING_IGPU_NONE, _("no PCI device could be read (/sys/bus/pci/devices)"));
		check_fix(c, FINDING_IGPU_NONE, N_("run igvm doctor where /sys is mounted and can be read"));
	} else if (c->host->igpu < 0 && cpu_is_foreign(c->host)) {
		check_say(c, FINDING_CPU_NOT_INTEL, _("%s, and no Intel display function at 0000:00:02.0"),
			  c->host->cpu);
	} else {
		say_no_igpu(c);
	}
}

/* Why it cannot be opened is known to doctor alone. */
static void say_kvm(const struct checking *c)
{
	const struct user_facts *u = c->more ? &c->more->user : NULL;

	if (u && (u->kvm_err == EACCES || u->kvm_err == EPERM)) {
		check_say(c, FINDING_KVM_UNUSABLE, _("/dev/kvm: permission denied (mode %o, group %s)"),
			  u->kvm_mode, *u->kvm_group ? u->kvm_group : _("unknown"));
		check_fix(c, FINDING_KVM_UNUSABLE,
			  N_("put yourself into the group of /dev/kvm (sudo usermod -aG kvm USER) and log in again"));
	} else if (u && (u->kvm_err == ENOENT || u->kvm_err == ENXIO || u->kvm_err == ENODEV)) {
		check_say(c, FINDING_KVM_UNUSABLE, _("there is no /dev/kvm"));
		check_fix(c, FINDING_KVM_UNUSABLE,
			  N_("load KVM (sudo modprobe kvm_intel); when it refuses, switch on VT-x in the firmware setup"));
	} else {
		check_say(c, FINDING_KVM_UNUSABLE, _("/dev/kvm cannot be opened"));
	}
}

static void check_kvm(const struct checking *c)
{
	if (finding_has(c->f, FINDING_CPU_NO_VIRT) || (c->more && c->more->log.event[LOG_VTX_LOCKED].n))
		return;
	if (c->host->kvm == TRI_NO && (!c->wish || c->wish->accel == ACCEL_KVM))
		say_kvm(c);
}

/* --- IOMMU ----------------------------------------------------------------------------- */

/* Is @flag one of the comma-separated values of a parameter NAME= on the kernel command line? */
static bool cmdline_has(const char *cmdline, const char *name, const char *flag)
{
	size_t n = strlen(flag);

	for (const char *at = strstr(cmdline, name); at; at = strstr(at + 1, name)) {
		const char *value = at + strlen(name);

		if (at != cmdline && at[-1] != ' ')
			continue;
		while (*value && *value != ' ') {
			size_t len = strcspn(value, ", ");

			if (len == n && !strncmp(value, flag, n))
				return true;
			value += len + (value[len] == ',');
		}
	}
	return false;
}

/* The word that switches it off; NULL: none does. */
static const char *iommu_off_word(const struct host_facts *h)
{
	if (cmdline_has(h->cmdline, "intel_iommu=", "off"))
		return "intel_iommu=off";
	return cmdline_has(h->cmdline, "iommu=", "off") ? "iommu=off" : NULL;
}

/* The step that helps: the firmware's switch, else what is on the command line, else what is not. */
static const char *iommu_step(const struct host_facts *h)
{
	if (h->dmar == TRI_NO && cpu_has_vtd(h->cpu) == TRI_NO)
		return N_("none on this machine: this processor was made without VT-d");
	if (h->dmar == TRI_NO && iommu_off_word(h))
		return N_("switch on VT-d in the firmware setup, and remove iommu=off and intel_iommu=off from the kernel command line");
	if (h->dmar == TRI_NO)
		return N_("switch on VT-d in the firmware setup (\"VT-d\", \"Directed I/O\")");
	if (iommu_off_word(h))
		return N_("remove iommu=off and intel_iommu=off from the kernel command line (igvm setup --adopt shows "
		   "how) and restart the host");
	return N_("put intel_iommu=on on the kernel command line and restart the host");
}

static void say_iommu_off(const struct checking *c)
{
	const struct host_facts *h = c->host;
	const char *word = iommu_off_word(h);
	char name[CPU_NAME_MAX];

	if (h->dmar == TRI_NO && cpu_has_vtd(h->cpu) == TRI_NO)
		check_say(c, FINDING_IOMMU_OFF, _("no IOMMU group: the %s has no VT-d"), cpu_name(h->cpu, name));
	else if (h->dmar == TRI_NO)
		check_say(c, FINDING_IOMMU_OFF,
			  _("no IOMMU group, and the firmware describes no IOMMU (no DMAR table)"));
	else if (word)
		check_say(c, FINDING_IOMMU_OFF, _("no IOMMU group, and %s on the kernel command line"), word);
	else
		check_say(c, FINDING_IOMMU_OFF,
			  h->dmar == TRI_YES ? _("no IOMMU group, although the firmware describes an IOMMU (DMAR table)") :
					       _("no IOMMU group"));
	if (h->dmar != TRI_UNKNOWN || word)
		check_fix(c, FINDING_IOMMU_OFF, iommu_step(h));
}

static void check_iommu(const struct checking *c)
{
	if (c->host->iommu == TRI_NO)
		say_iommu_off(c);
	if (cmdline_has(c->host->cmdline, "intel_iommu=", "igfx_off"))
		check_say(c, FINDING_IOMMU_IGFX_OFF, _("intel_iommu=igfx_off on the kernel command line"));
}

static void say_no_group(const struct checking *c, const char *bdf)
{
	const char *word = iommu_off_word(c->host);

	if (!word || c->host->iommu == TRI_YES) {
		check_say(c, FINDING_IOMMU_NONE_DEVICE, _("%s is in no IOMMU group"), bdf);
		return;
	}
	check_say(c, FINDING_IOMMU_NONE_DEVICE, _("%s is in no IOMMU group, and %s is on the kernel command line"), bdf,
		  word);
	check_fix(c, FINDING_IOMMU_NONE_DEVICE, iommu_step(c->host));
}

static void check_group(const struct checking *c)
{
	const struct host_facts *h = c->host;
	char text[BDF_TEXT_MAX], other[BDF_TEXT_MAX];

	bdf_text(c->dev->bdf, text);
	if (c->dev->group < 0) {
		/* Where something is known to have taken it from the IOMMU, that is the finding. */
		if (h->iommu != TRI_NO && !check_graphics_are_off(c) && !(c->pf && c->pf->bar == IGD_BAR_NO_IOMMU) &&
		    !cmdline_has(h->cmdline, "intel_iommu=", "igfx_off"))
			say_no_group(c, text);
		return;
	}
	for (size_t i = 0; i < h->n_pci; i++) {
		const struct pci_fact *d = &h->pci[i];

		if (d == c->dev || d->group != c->dev->group)
			continue;
		check_say(c, FINDING_IOMMU_GROUP_SHARED, _("group %d holds %s and %s"), c->dev->group, text,
			  bdf_text(d->bdf, other));
		return;
	}
}

static void check_width(const struct checking *c)
{
	if (c->dev->group >= 0 && !c->dev->iommu_width)
		check_say(c, FINDING_IOMMU_WIDTH_UNKNOWN, _("no width was found for group %d"),
			  c->dev->group);
	/* No unit at all beside a group: they were not recorded. */
	if (c->host->iommu_units == TRI_NO)
		check_weigh(c, FINDING_IOMMU_WIDTH_UNKNOWN, SEVERITY_NOTE);
}

/* --- VFIO -------------------------------------------------------------------------------- */

static void check_vfio(const struct checking *c)
{
	if (c->host->vfio_module == TRI_NO)
		check_say(c, FINDING_VFIO_MODULE_MISSING, _("Linux %s has no vfio-pci"), c->host->kernel);
}

/* Root raises the limit by itself. */
static void check_memlock(const struct checking *c)
{
	const struct host_facts *h = c->host;
	uint64_t need;

	if (!c->wish || !c->wish->igpu || h->root || !h->memlock_bytes)
		return;
	need = c->wish->memory_bytes + (1ull << 30);
	if (h->memlock_bytes < need)
		check_say(c, FINDING_VFIO_MEMLOCK, _("the limit is %llu MiB, %llu MiB are needed"),
			  (unsigned long long)(h->memlock_bytes >> 20), (unsigned long long)(need >> 20));
}

/* The kernel evicts the framebuffer itself from 6.0 on, for class 0300 only (aperture helpers). */
static void check_framebuffer(const struct checking *c)
{
	const struct host_facts *h = c->host;
	bool bound = !strcmp(c->dev->driver, "vfio-pci");
	bool evicted = h->kernel_major >= 6 && c->dev->class >> 8 == 0x0300;

	if (*h->fb_holder && (bound || !evicted))
		check_say(c, FINDING_FB_HOLDS_BAR, _("%s is in BAR 2 of the iGPU"), h->fb_holder);
}

/* --- the iGPU ------------------------------------------------------------------------------ */

static void check_identity(const struct checking *c)
{
	const struct pci_fact *d = c->dev;
	char text[BDF_TEXT_MAX];

	bdf_text(d->bdf, text);
	if (d->vendor != IGD_VENDOR_INTEL)
		check_say(c, FINDING_IGPU_NOT_INTEL, _("%s is %04x:%04x"), text, d->vendor, d->device);
	else if (d->bdf.fn)
		check_say(c, FINDING_IGPU_VF, _("%s is a virtual function"), text);
	else if (!c->pf && check_graphics_are_off(c))
		return;		/* known or not, Linux does not give it out */
	else if (!c->pf)
		check_say(c, FINDING_IGPU_UNKNOWN_DEVICE, _("%s is 8086:%04x"), text, d->device);
	else if (c->pf->bar == IGD_BAR_NO_IOMMU)
		check_say(c, FINDING_IGPU_BROADWELL, _("%s is a %s"), text, c->pf->name);
}

/* Nobody has asked for a VM yet, so nothing is refused: a warning of what each will have to say. */
static void say_needs_experimental(const struct checking *c)
{
	size_t n = c->f->n;

	check_say(c, FINDING_IGPU_EXPERIMENTAL,
		  _("8086:%04x is a %s: a VM needs experimental = yes to use it"), c->dev->device,
		  c->pf->name);
	if (c->f->n > n)
		c->f->v[n].severity = SEVERITY_WARN;
}

static void check_experimental(const struct checking *c)
{
	unsigned int id = c->dev->device;

	if (!c->pf || !c->pf->experimental)
		return;
	if (c->wish && c->wish->experimental)
		check_say(c, FINDING_IGPU_EXPERIMENTAL_USED, _("8086:%04x is a %s"), id, c->pf->name);
	else if (c->wish)
		check_say(c, FINDING_IGPU_EXPERIMENTAL, _("8086:%04x is a %s"), id, c->pf->name);
	else
		say_needs_experimental(c);
}

static void check_driver(const struct checking *c)
{
	const struct pci_fact *d = c->dev;

	if (d->numvfs > 0)
		check_say(c, FINDING_IGPU_VF_IN_USE, _("%d virtual functions"), d->numvfs);
	if (*d->driver && strcmp(d->driver, "vfio-pci"))
		check_say(c, FINDING_IGPU_DRIVER_BOUND, _("bound to %s"), d->driver);
	if (c->host->vfio.state != REGION_READ && c->host->vfio.err == EBUSY)
		check_say(c, FINDING_IGPU_BUSY, "%s", c->host->vfio.why);
}

bool check_kernel_before(const struct host_facts *h, int major, int minor)
{
	return h->kernel_major &&
	       (h->kernel_major < major || (h->kernel_major == major && h->kernel_minor < minor));
}

/* With a VM the plan knows QEMU and firmware and says it; this is for doctor. */
static void check_class(const struct checking *c)
{
	unsigned int class = c->dev->class >> 8;

	if (c->wish || class == 0x0300)
		return;
	if (class != 0x0380 || check_kernel_before(c->host, 6, 15)) {
		check_say(c, FINDING_IGPU_CLASS_0380, _("class %04x, Linux %s"), class, c->host->kernel);
	} else if (c->caps && c->caps->era < QEMU_10_2) {
		check_say(c, FINDING_IGPU_CLASS_0380, _("class %04x, QEMU %d.%d"), class, c->caps->major,
			  c->caps->minor);
		check_fix(c, FINDING_IGPU_CLASS_0380,
			  N_("make the iGPU the primary display in the firmware setup, or install QEMU 10.2 or newer"));
	} else {
		check_say(c, FINDING_IGPU_NOT_PRIMARY, _("class %04x"), class);
	}
}

static void check_other_gpu(const struct checking *c)
{
	const struct host_facts *h = c->host;
	char text[BDF_TEXT_MAX];

	if (h->other_gpu >= 0 && h->pci[h->other_gpu].boot_vga == TRI_YES)
		check_say(c, FINDING_GPU_OTHER_PRIMARY, _("%s shows the host's picture"),
			  bdf_text(h->pci[h->other_gpu].bdf, text));
}

static void check_reset(const struct checking *c)
{
	if (c->dev->flr == TRI_NO)
		check_say(c, FINDING_IGPU_NO_FLR, _("reset methods: %s"),
			  *c->dev->reset ? c->dev->reset : _("none"));
}

/* --- QEMU ------------------------------------------------------------------------------------ */

static void check_qemu(const struct checking *c)
{
	if (c->caps && (!c->wish || c->wish->igpu) &&
	    (c->caps->era == QEMU_NO_IGD || !c->caps->vfio_pci))
		check_say(c, FINDING_QEMU_NO_IGD, _("%.200s has no vfio-pci for an IGD"), c->caps->path);
}

/* For doctor: is this QEMU new enough at all? With a VM the plan says it, firmware included. */
static void check_qemu_age(const struct checking *c)
{
	if (c->wish || !c->caps || !c->pf || c->pf->vbios || c->caps->era == QEMU_NO_IGD ||
	    c->caps->era >= (c->pf->bdsm == IGD_BDSM_NONE ? QEMU_10_1 : QEMU_10_0))
		return;
	check_say(c, FINDING_QEMU_TOO_OLD, _("QEMU %d.%d does not know %s; install %s or newer"),
		  c->caps->major, c->caps->minor, c->pf->name,
		  c->pf->bdsm == IGD_BDSM_NONE ? "10.1" : "10.0");
}

/* --- the table ------------------------------------------------------------------------------- */

/* What a rule is about; a VM without an iGPU needs no IOMMU. */
enum about { ABOUT_HOST, ABOUT_PASSING, ABOUT_DEVICE };

static const struct {
	void (*rule)(const struct checking *c);
	enum about about;
} rules[] = {
	{ check_cpu, ABOUT_HOST },
	{ check_kvm, ABOUT_HOST },
	{ check_iommu, ABOUT_PASSING },
	{ check_vfio, ABOUT_PASSING },
	{ check_memlock, ABOUT_PASSING },
	{ check_qemu, ABOUT_PASSING },
	{ check_identity, ABOUT_DEVICE },
	{ check_group, ABOUT_DEVICE },
	{ check_width, ABOUT_DEVICE },
	{ check_experimental, ABOUT_DEVICE },
	{ check_class, ABOUT_DEVICE },
	{ check_qemu_age, ABOUT_DEVICE },
	{ check_other_gpu, ABOUT_DEVICE },
	{ check_driver, ABOUT_DEVICE },
	{ check_reset, ABOUT_DEVICE },
	{ check_framebuffer, ABOUT_DEVICE },
	{ check_opregion, ABOUT_DEVICE },
	{ check_stolen, ABOUT_DEVICE },
	{ check_cmdline, ABOUT_PASSING },
	{ check_ids, ABOUT_DEVICE },
	{ check_boot, ABOUT_DEVICE },
	{ check_more, ABOUT_HOST },
};

static const struct pci_fact *find_device(const struct check_input *in)
{
	int i = host_find(in->host, in->device);

	return i < 0 ? NULL : &in->host->pci[i];
}

void check_run(const struct check_input *in, struct findings *f)
{
	struct checking c = { .host = in->host, .caps = in->caps, .wish = in->wish, .more = in->more,
			      .boot = in->boot, .f = f };
	bool wanted = !in->wish || in->wish->igpu;

	c.dev = wanted ? find_device(in) : NULL;
	c.pf = c.dev && c.dev->vendor == IGD_VENDOR_INTEL ? igd_find(c.dev->device) : NULL;
	if (wanted && !c.dev)
		say_no_device(&c);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (rules[i].about == ABOUT_HOST || c.dev ||
		    (wanted && rules[i].about == ABOUT_PASSING))
			rules[i].rule(&c);
}
