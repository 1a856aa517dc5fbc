/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * The steps are those of the guides, in their order; the judgement is igvm's.
 * What a step is for decides, not whether its text was typed: with IOMMU
 * groups there, intel_iommu=on has nothing left to do, and an id list that
 * names another machine's iGPU is wrong however well it is spelt. A step is
 * only called wrong when a fact says so; facts that were not read make it
 * unknown.
 */
#include "launcher/decide/guide.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

struct guiding {
	const struct guide_input *in;
	const struct host_facts *host;
	const struct host_more *more;
	const struct boot_facts *boot;
	const struct pci_fact *dev;
	struct cmdline cmdline;
	bool cmdline_known;
	char id[16];		/* "8086:4692", "" without a device */
};

static enum guide_state say(struct guide_row *row, enum guide_state s, const char *fmt, ...) printf_(3, 4);

static enum guide_state say(struct guide_row *row, enum guide_state s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(row->why, sizeof(row->why), fmt, ap);
	va_end(ap);
	str_sanitize(row->why);
	return s;
}

#define DONE(...)	say(row, GUIDE_DONE, __VA_ARGS__)
#define WRONG(...)	say(row, GUIDE_WRONG, __VA_ARGS__)
#define NOT_NEEDED(...)	say(row, GUIDE_NOT_NEEDED, __VA_ARGS__)
#define UNKNOWN(...)	say(row, GUIDE_UNKNOWN, __VA_ARGS__)

static bool is_bound(const struct guiding *g)
{
	return g->dev && !strcmp(g->dev->driver, "vfio-pci");
}

/* --- firmware setup --------------------------------------------------------------------- */

static enum guide_state vtx(const struct guiding *g, struct guide_row *row)
{
	if (g->host->cpu_virt == TRI_UNKNOWN)
		return UNKNOWN(_("/proc/cpuinfo was not read"));
	if (g->host->cpu_virt == TRI_NO)
		return WRONG(_("neither vmx nor svm in /proc/cpuinfo"));
	if (g->more->log.event[LOG_VTX_LOCKED].n && g->host->kvm != TRI_YES)
		return WRONG(_("the kernel's log: VMX disabled by BIOS"));
	return DONE(_("the processor shows it"));
}

static enum guide_state vtd(const struct guiding *g, struct guide_row *row)
{
	if (g->host->dmar == TRI_NO)
		return WRONG(_("the firmware describes no IOMMU (no DMAR table)"));
	if (g->host->dmar == TRI_UNKNOWN)
		return g->host->iommu == TRI_YES ? DONE(_("there are IOMMU groups")) :
		       UNKNOWN(_("the ACPI tables were not read"));
	if (g->more->dmar.valid)
		return DONE(_("DMAR table, %d address bits"), g->more->dmar.width);
	return DONE(_("there is a DMAR table"));
}

static enum guide_state preboot(const struct guiding *g, struct guide_row *row)
{
	if (!g->more->dmar.valid)
		return UNKNOWN(_("the DMAR table was not read"));
	if (g->more->dmar.preboot)
		return DONE(_("on; it protects the time before Linux and changes nothing for a VM"));
	return NOT_NEEDED(_("off; it protects the time before Linux, a VM has no use for it"));
}

static enum guide_state multi_monitor(const struct guiding *g, struct guide_row *row)
{
	if (!g->host->n_pci)
		return UNKNOWN(_("the PCI devices were not read"));
	if (!g->dev)
		return WRONG(_("there is no iGPU at 0000:00:02.0"));
	if (g->dev->class >> 8 != 0x0300)
		return WRONG(_("the iGPU is on, but not as primary display (class %04x)"), g->dev->class >> 8);
	if (g->host->other_gpu < 0)
		return NOT_NEEDED(_("the iGPU is the only display device"));
	return DONE(_("the iGPU is on beside the graphics card"));
}

static enum guide_state no_csm(const struct guiding *g, struct guide_row *row)
{
	if (g->host->efi == TRI_UNKNOWN)
		return UNKNOWN(_("/sys/firmware was not read"));
	return g->host->efi == TRI_YES ? DONE(_("started by UEFI")) : WRONG(_("started without UEFI"));
}

/* --- lspci ------------------------------------------------------------------------------ */

static enum guide_state lspci(const struct guiding *g, struct guide_row *row)
{
	char text[BDF_TEXT_MAX];

	if (!g->host->n_pci)
		return UNKNOWN(_("the PCI devices were not read"));
	if (!g->dev)
		return WRONG(_("there is no iGPU at 0000:00:02.0"));
	return DONE(_("%s is %s, driver %s"), bdf_text(g->dev->bdf, text), g->id,
		    *g->dev->driver ? g->dev->driver : _("none"));
}

/* --- the kernel command line --------------------------------------------------------------- */

static enum guide_state intel_iommu(const struct guiding *g, struct guide_row *row)
{
	const char *value = cmdline_last(&g->cmdline, "intel_iommu");

	if (cmdline_lists(&g->cmdline, "intel_iommu", "igfx_off"))
		return WRONG(_("igfx_off takes the IOMMU from the iGPU"));
	if (g->host->iommu == TRI_UNKNOWN)
		return UNKNOWN(_("the IOMMU groups were not read"));
	if (g->host->iommu == TRI_YES)
		return value && strstr(value, "on") ? DONE(_("there are IOMMU groups"))
			     : NOT_NEEDED(_("there are IOMMU groups without it"));
	if (!g->cmdline_known)
		return UNKNOWN(_("/proc/cmdline was not read"));
	if (value && *value)
		return WRONG(_("intel_iommu=%.60s, and there are no IOMMU groups"), value);
	return g->host->dmar == TRI_NO ? WRONG(_("first VT-d in the firmware setup, then this"))
				       : WRONG(_("missing, and this kernel has the IOMMU off by itself"));
}

static enum guide_state iommu_pt(const struct guiding *g, struct guide_row *row)
{
	return cmdline_lists(&g->cmdline, "iommu", "pt")
		? NOT_NEEDED(_("set; it is about the host's own devices, VFIO attaches its own translation"))
		: NOT_NEEDED(_("it is about the host's own devices"));
}

static bool video_off(const struct guiding *g)
{
	const struct cmdline *c = &g->cmdline;

	for (size_t i = cmdline_find(c, "video", 0); i < c->n; i = cmdline_find(c, "video", i + 1)) {
		const char *value = cmdline_value(c, i);

		if (value && strstr(value, "fb:off"))
			return true;
	}
	return false;
}

/* Linux 6.0 and later evict the framebuffer from a class 0300 device themselves. */
static enum guide_state video(const struct guiding *g, struct guide_row *row)
{
	bool evicts = g->host->kernel_major >= 6 && g->dev && g->dev->class >> 8 == 0x0300;

	if (*g->host->fb_holder && (is_bound(g) || !evicts))
		return WRONG(video_off(g) ? _("set, and %s still holds BAR 2: initcall_blacklist=sysfb_init does it") :
			     _("%s holds BAR 2: initcall_blacklist=sysfb_init frees it, this does not everywhere"),
			     g->host->fb_holder);
	if (evicts)
		return video_off(g) ? NOT_NEEDED(_("set; Linux %d.%d takes the framebuffer away by itself"),
						 g->host->kernel_major, g->host->kernel_minor)
				    : NOT_NEEDED(_("Linux %d.%d takes the framebuffer away by itself"),
						 g->host->kernel_major, g->host->kernel_minor);
	if (!g->host->kernel_major)
		return UNKNOWN(_("the kernel's version was not read"));
	return video_off(g) ? DONE(_("nothing holds BAR 2")) : NOT_NEEDED(_("nothing holds BAR 2"));
}

static enum guide_state quiet_ids(const struct guiding *g, struct guide_row *row)
{
	return is_bound(g) ? NOT_NEEDED(_("vfio-pci has the iGPU already")) :
	       NOT_NEEDED(_("igvm start binds the iGPU by its address"));
}

/* The ids of modprobe.d count as well as those of the command line. */
static const char *ids_of(const struct guiding *g, char *buf, size_t size, bool *here)
{
	const struct modprobe *m = g->boot ? &g->boot->modprobe : NULL;
	const char *value = cmdline_last(&g->cmdline, "vfio-pci.ids"), *found = NULL;

	*here = cmdline_lists(&g->cmdline, "vfio-pci.ids", g->id);
	if (value)
		found = value;
	for (size_t i = m ? modprobe_find(m, MODPROBE_OPTIONS, "vfio-pci", 0) : 0; m && i < m->n_rules;
	     i = modprobe_find(m, MODPROBE_OPTIONS, "vfio-pci", i + 1)) {
		if (!modprobe_option(&m->rule[i], "ids", buf, size))
			continue;
		*here = *here || (*g->id && strcasestr(buf, g->id));
		found = found ? found : buf;
	}
	return found;
}

/* A name that is nearly the parameter's: "vfio-pci-ids". */
static const char *misspelt(const struct guiding *g)
{
	const struct cmdline *c = &g->cmdline;

	for (size_t i = 0; i < c->n; i++) {
		const struct cmdline_param *near;

		if (cmdline_param(cmdline_name(c, i)))
			continue;
		near = cmdline_param_near(cmdline_name(c, i));
		if (near && !strcmp(near->name, "vfio-pci.ids"))
			return cmdline_name(c, i);
	}
	return NULL;
}

/* The command line wins over modprobe.d only where both are read by modprobe: any other id is told. */
static enum guide_state ids(const struct guiding *g, struct guide_row *row)
{
	const char *wrong = misspelt(g), *found, *line = cmdline_last(&g->cmdline, "vfio-pci.ids");
	char buf[256];
	bool here;

	if (wrong)
		return WRONG(_("the kernel knows no '%.60s': it is vfio-pci.ids"), wrong);
	found = ids_of(g, buf, sizeof(buf), &here);
	if (!found)
		return quiet_ids(g, row);
	if (!*g->id)
		return UNKNOWN(_("%.100s; there is no iGPU to compare with"), found);
	if (!here)
		return WRONG(_("%.100s is not this machine's iGPU, which is %s"), found, g->id);
	if (line && !cmdline_lists(&g->cmdline, "vfio-pci.ids", g->id))
		return WRONG(_("the command line has %.100s, another file %s, which this machine has"), line, g->id);
	return DONE(_("%s is this machine's iGPU"), g->id);
}

/* --- initramfs, blacklist --------------------------------------------------------------------- */

static enum guide_state initramfs(const struct guiding *g, struct guide_row *row)
{
	const struct boot_facts *b = g->boot;

	if (!b)
		return UNKNOWN(_("the host's boot files were not read"));
	if (b->kind[BOOT_VFIO_PCI] == MODPROBE_BUILTIN)
		return NOT_NEEDED(_("vfio-pci is built into this kernel"));
	if (!b->opened || b->image.state == INITRAMFS_UNREAD) {
		if (!b->early_vfio && !b->wanted)
			return NOT_NEEDED(_("igvm start loads vfio-pci when a VM starts"));
		return UNKNOWN(_("no initramfs was read: %.120s"), b->opened ? b->image.why : b->where.how);
	}
	if (b->image.module[INITRAMFS_VFIO_PCI])
		return DONE(_("/%.120s holds vfio-pci"), b->where.path);
	if (b->early_vfio)
		return WRONG(_("%s asks for it, but /%.80s does not hold vfio-pci: build the image anew"),
			     b->early_where, b->where.path);
	return NOT_NEEDED(_("igvm start loads vfio-pci when a VM starts"));
}

static bool kept_off(const struct guiding *g, const char *module)
{
	size_t rule;

	return modprobe_blacklisted(&g->boot->modprobe, &g->cmdline, module, &rule) ||
	       modprobe_blocked(&g->boot->modprobe, module, &rule) ||
	       cmdline_lists(&g->cmdline, "module_blacklist", module);
}

/* A kernel that has xe may give it the device that i915 is kept from. */
static enum guide_state blacklist(const struct guiding *g, struct guide_row *row)
{
	const struct boot_facts *b = g->boot;
	bool i915, xe;

	if (!b)
		return UNKNOWN(_("the host's boot files were not read"));
	i915 = kept_off(g, "i915");
	xe = kept_off(g, "xe");
	if (!i915)
		return is_bound(g) ? NOT_NEEDED(_("vfio-pci has the iGPU without it")) :
		       NOT_NEEDED(_("igvm start takes the iGPU from its driver and gives it back"));
	if (b->kind[BOOT_I915] == MODPROBE_BUILTIN)
		return WRONG(_("i915 is built into this kernel: a blacklist does nothing"));
	if (g->dev && (!strcmp(g->dev->driver, "i915") || !strcmp(g->dev->driver, "xe")))
		return WRONG(_("%s has the iGPU all the same"), g->dev->driver);
	if (!xe && b->kind[BOOT_XE] == MODPROBE_MODULE && !is_bound(g))
		return WRONG(_("i915 alone: xe can take the iGPU"));
	return DONE(_("i915 is kept from loading by itself"));
}

/* --- reboot, look again ------------------------------------------------------------------------ */

static enum guide_state driver_in_use(const struct guiding *g, struct guide_row *row)
{
	if (!g->dev)
		return g->host->n_pci ? WRONG(_("there is no iGPU at 0000:00:02.0")) :
		       UNKNOWN(_("the PCI devices were not read"));
	if (is_bound(g))
		return DONE(_("vfio-pci has %s; that is the host's half, igvm probe looks at the guest's"), g->id);
	return NOT_NEEDED(_("driver %s; igvm start binds it and gives it back"),
			  *g->dev->driver ? g->dev->driver : _("none"));
}

static enum guide_state group(const struct guiding *g, struct guide_row *row)
{
	size_t n = 0;

	if (!g->dev)
		return UNKNOWN(_("there is no iGPU at 0000:00:02.0"));
	if (g->dev->group < 0)
		return WRONG(_("the iGPU is in no IOMMU group"));
	for (size_t i = 0; i < g->host->n_pci; i++)
		n += g->host->pci[i].group == g->dev->group;
	if (n > 1)
		return WRONG(_("group %d holds %zu devices"), g->dev->group, n);
	return DONE(_("group %d holds the iGPU alone"), g->dev->group);
}

/* --- the table ------------------------------------------------------------------------------------ */

static const struct {
	const char *key, *step;
	enum guide_state (*judge)(const struct guiding *g, struct guide_row *row);
} steps[] = {
	{ "bios.vt-x", N_("firmware setup: VT-x on"), vtx },
	{ "bios.vt-d", N_("firmware setup: VT-d on"), vtd },
	{ "bios.pre-boot-dma", N_("firmware setup: pre-boot DMA protection on"), preboot },
	{ "bios.multi-monitor", N_("firmware setup: iGPU multi-monitor on"), multi_monitor },
	{ "bios.csm", N_("firmware setup: CSM off"), no_csm },
	{ "lspci", N_("lspci -nnk: note the iGPU's id"), lspci },
	{ "cmdline.intel_iommu", "intel_iommu=on", intel_iommu },
	{ "cmdline.iommu", "iommu=pt", iommu_pt },
	{ "cmdline.video", "video=efifb:off", video },
	{ "cmdline.ids", "vfio-pci.ids=VENDOR:DEVICE", ids },
	{ "initramfs", N_("initramfs: MODULES=(vfio_pci vfio vfio_iommu_type1)"), initramfs },
	{ "blacklist", N_("modprobe.d: blacklist i915"), blacklist },
	{ "group", N_("after the restart: the IOMMU group"), group },
	{ "driver", N_("after the restart: lspci -nnk shows vfio-pci"), driver_in_use },
};

size_t guide_judge(const struct guide_input *in, struct guide_row rows[static GUIDE_ROWS_MAX])
{
	struct guiding g = {
		.in = in, .host = in->host, .more = in->more, .boot = in->boot, .dev = in->dev,
		.cmdline_known = *in->host->cmdline,
	};
	size_t n = 0;

	cmdline_parse(in->host->cmdline, &g.cmdline);
	if (in->dev)
		snprintf(g.id, sizeof(g.id), "%04x:%04x", in->dev->vendor, in->dev->device);
	for (; n < ARRAY_SIZE(steps) && n < GUIDE_ROWS_MAX; n++) {
		rows[n] = (struct guide_row){ .key = steps[n].key, .step = steps[n].step };
		rows[n].state = steps[n].judge(&g, &rows[n]);
	}
	return n;
}

const char *guide_state_text(enum guide_state s)
{
	static const char *const texts[] = {
		[GUIDE_DONE] = N_("done"), [GUIDE_WRONG] = N_("wrong"),
		[GUIDE_NOT_NEEDED] = N_("not needed"), [GUIDE_UNKNOWN] = N_("unknown"),
	};

	return texts[s];
}
