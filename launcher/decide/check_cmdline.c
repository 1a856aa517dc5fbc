/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rules over the kernel command line and the options of modprobe.d, token by token. */
#include <stdlib.h>
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/check_parts.h"
#include "launcher/facts/cmdline.h"

/* Of one kind so many: a hostile command line must not crowd out what others find. */
#define FEW	6

static size_t count_of(const struct findings *f, enum finding_id id)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->v[i].id == id;
	return n;
}

#define say_few(c, id, ...)						\
	do {								\
		if (count_of((c)->f, id) < FEW)				\
			finding_add((c)->f, id, __VA_ARGS__);		\
	} while (0)

/* --- misspelt, wrong value -------------------------------------------------------------------- */

static void check_names(const struct checking *c, const struct cmdline *cmd)
{
	for (size_t i = 0; i < cmd->n; i++) {
		const char *name = cmdline_name(cmd, i), *value = cmdline_value(cmd, i);
		const struct cmdline_param *p = cmdline_param(name), *near;

		if (p && !cmdline_value_ok(p, value)) {
			say_few(c, FINDING_CMDLINE_BAD_VALUE, value ? "%.100s=%.100s" : "%.100s", name,
				    value);
			continue;
		}
		near = p ? NULL : cmdline_param_near(name);
		if (near)
			say_few(c, FINDING_CMDLINE_MISSPELT, _("%.60s: probably %s is meant (%s)"), name,
				    near->name, _(near->what));
	}
}

/* "options vfio-pci id=8086:4692": the module's parameters are in the table, all of them. */
static void check_options(const struct checking *c, size_t rule)
{
	const struct modprobe *m = &c->boot->modprobe;
	struct cmdline opts;
	char full[128], where[320];

	cmdline_parse(m->rule[rule].value, &opts);
	for (size_t i = 0; i < opts.n; i++) {
		const struct cmdline_param *near;

		if (!str_print(full, sizeof(full), "vfio-pci.%s", cmdline_name(&opts, i)))
			continue;
		near = cmdline_param_near(full);
		if (near)
			say_few(c, FINDING_CMDLINE_MISSPELT, _("%.150s: option %.60s: probably %s is meant"),
				    modprobe_where(m, rule, where, sizeof(where)), cmdline_name(&opts, i),
				    strchr(near->name, '.') + 1);
	}
}

static void check_modprobe_options(const struct checking *c)
{
	const struct modprobe *m = &c->boot->modprobe;

	for (size_t i = modprobe_find(m, MODPROBE_OPTIONS, "vfio_pci", 0); i < m->n_rules;
	     i = modprobe_find(m, MODPROBE_OPTIONS, "vfio_pci", i + 1))
		check_options(c, i);
}

/* --- contradictions ------------------------------------------------------------------------------ */

static void check_switches(const struct checking *c, const struct cmdline *cmd)
{
	bool on = cmdline_lists(cmd, "intel_iommu", "on");
	bool off = cmdline_lists(cmd, "intel_iommu", "off");
	bool all_off = cmdline_lists(cmd, "iommu", "off");

	/* One cause, one finding: those two name the word that did it. */
	if ((off || all_off) &&
	    (finding_has(c->f, FINDING_IOMMU_OFF) || finding_has(c->f, FINDING_IOMMU_NONE_DEVICE)))
		return;
	if (on && off)
		check_say(c, FINDING_CMDLINE_CONTRADICTION, _("intel_iommu=on and intel_iommu=off"));
	else if (on && all_off)
		check_say(c, FINDING_CMDLINE_CONTRADICTION, _("intel_iommu=on and iommu=off"));
	else if ((off || all_off) && c->host->iommu != TRI_YES)
		check_say(c, FINDING_CMDLINE_IOMMU_OFF, off ? "intel_iommu=off" : "iommu=off");
}

/* --- what does nothing here ------------------------------------------------------------------------ */

static bool always(const struct checking *c)
{
	(void)c;
	return true;
}

static bool is_intel(const struct checking *c)
{
	return strstr(c->host->cpu, "Intel");
}

/* From 6.0 on vfio-pci itself takes the framebuffer of a class 0300 device away (igvm explain fb.holds-bar). */
static bool fb_is_evicted(const struct checking *c)
{
	return c->dev && c->host->kernel_major >= 6 && c->dev->class >> 8 == 0x0300;
}

/* drivers/gpu/drm/sysfb does not read video=NAME:off. */
static bool fb_is_simple(const struct checking *c)
{
	return !fb_is_evicted(c) && (str_starts(c->host->fb_holder, "simple") != NULL);
}

static bool has_no_gvt(const struct checking *c)
{
	return c->pf && c->pf->gen10 >= 110;
}

/* Kernels that carry the patch say so in their release. */
static bool is_acs_patched(const struct checking *c)
{
	static const char *const marks[] = {
		"-pve", "zen", "lqx", "cachyos", "xanmod", "acs", "Unraid", "unraid", "vfio",
	};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++)
		if (strstr(c->host->kernel, marks[i]))
			return true;
	return false;
}

static bool has_no_acs_patch(const struct checking *c)
{
	return *c->host->kernel && !is_acs_patched(c);
}

static const struct {
	const char *name, *value;	/* value NULL: any, also none */
	bool (*when)(const struct checking *c);
	const char *why;
} pointless[] = {
	{ "iommu", "pt", always,
	  N_("of no importance for a device that is passed, VFIO attaches its own translation") },
	{ "amd_iommu", NULL, is_intel, N_("this processor is Intel's") },
	{ "video", "efifb:off", fb_is_evicted,
	  N_("this kernel takes the framebuffer away itself when vfio-pci binds the iGPU") },
	{ "video", "efifb:off", fb_is_simple,
	  N_("the framebuffer here is simpledrm's, which does not read it") },
	{ "video", "vesafb:off", fb_is_evicted,
	  N_("this kernel takes the framebuffer away itself when vfio-pci binds the iGPU") },
	{ "i915.enable_gvt", NULL, has_no_gvt, N_("GVT-g ends with Gen 9; this iGPU is newer") },
	{ "pcie_acs_override", NULL, has_no_acs_patch,
	  N_("only kernels with a patch know it, and this is none") },
};

static void check_pointless(const struct checking *c, const struct cmdline *cmd)
{
	for (size_t i = 0; i < ARRAY_SIZE(pointless); i++) {
		const char *name = pointless[i].name, *value = pointless[i].value;

		if (cmdline_find(cmd, name, 0) == cmd->n || (value && !cmdline_lists(cmd, name, value)) ||
		    !pointless[i].when(c))
			continue;
		say_few(c, FINDING_CMDLINE_NO_EFFECT, value ? "%s=%s: %s" : "%s%s: %s", name,
			    value ? value : "", _(pointless[i].why));
	}
}

/* What the table itself says: of no importance anywhere, not yet or no more in this kernel. */
static void check_ages(const struct checking *c, const struct cmdline *cmd)
{
	int here = c->host->kernel_major * 1000 + c->host->kernel_minor;

	for (size_t i = 0; i < cmd->n; i++) {
		const struct cmdline_param *p = cmdline_param(cmdline_name(cmd, i));

		if (p && p->view == CMDLINE_POINTLESS)
			say_few(c, FINDING_CMDLINE_NO_EFFECT, "%s: %s", p->name, _(p->what));
		else if (p && ((here && here < p->since) || (p->until && here >= p->until)))
			say_few(c, FINDING_CMDLINE_NO_EFFECT, _("%s: Linux %s does not have it"), p->name,
				    c->host->kernel);
	}
}

void check_cmdline(const struct checking *c)
{
	struct cmdline cmd;

	if (!c->boot)
		return;
	cmdline_parse(c->host->cmdline, &cmd);
	check_names(c, &cmd);
	check_modprobe_options(c);
	check_switches(c, &cmd);
	check_pointless(c, &cmd);
	check_ages(c, &cmd);
	if (cmd.open_quote)
		check_say(c, FINDING_CMDLINE_QUOTE, _("a double quote is never closed"));
	if (cmdline_find(&cmd, "pcie_acs_override", 0) < cmd.n && is_acs_patched(c))
		check_say(c, FINDING_CMDLINE_ACS_OVERRIDE, _("pcie_acs_override on Linux %s"), c->host->kernel);
}

/* --- ids ------------------------------------------------------------------------------------------- */

/* One "VENDOR:DEVICE[:...]" of a list; returns what follows it. */
static const char *take_id(const char *s, unsigned long *vendor, unsigned long *device)
{
	char *end;

	*vendor = strtoul(s, &end, 16);
	*device = *end == ':' ? strtoul(end + 1, &end, 16) : 0;
	s += strcspn(s, ",");
	return s + (*s == ',');
}

/*
 * A list that names an Intel iGPU, but none of this machine. Other devices in it are none of our
 * business, and a second iGPU beside the right one does no harm.
 */
static void check_list(const struct checking *c, const char *list, const char *where, const char *file,
		       const char *command)
{
	unsigned int mine = c->dev->device;
	unsigned long wrong = 0;

	while (*list) {
		unsigned long vendor, device;

		list = take_id(list, &vendor, &device);
		if (vendor != IGD_VENDOR_INTEL || device > 0xffff)
			continue;
		if (device == c->dev->device)
			return;
		if (igd_find((uint16_t)device))
			wrong = device;
	}
	if (!wrong || count_of(c->f, FINDING_IDS_NOT_THIS_MACHINE) >= FEW)
		return;
	finding_add(c->f, FINDING_IDS_NOT_THIS_MACHINE,
		    _("%.200s names 8086:%04lx, the iGPU of this machine is 8086:%04x"), where, wrong, mine);
	if (*file && *command)
		check_step(c, FINDING_IDS_NOT_THIS_MACHINE,
			   _("write 8086:%04x for 8086:%04lx in %.140s, then %.100s, and restart"), mine, wrong, file,
			   command);
	else if (*file)
		check_step(c, FINDING_IDS_NOT_THIS_MACHINE,
			   _("write 8086:%04x for 8086:%04lx in %.140s, make initramfs and boot entries anew, and restart"),
			   mine, wrong, file);
	else
		check_step(c, FINDING_IDS_NOT_THIS_MACHINE,
			   _("write 8086:%04x for 8086:%04lx where the boot loader's kernel command line is written, and restart"),
			   mine, wrong);
}

static void check_ids_of(const struct checking *c, const struct modprobe *m, const struct modprobe *left_out)
{
	char ids[512], where[320];

	for (size_t i = modprobe_find(m, MODPROBE_OPTIONS, "vfio_pci", 0); i < m->n_rules;
	     i = modprobe_find(m, MODPROBE_OPTIONS, "vfio_pci", i + 1)) {
		if (left_out && modprobe_has(left_out, &m->rule[i]))
			continue;
		modprobe_where(m, i, where, sizeof(where));
		if (modprobe_option(&m->rule[i], "ids", ids, sizeof(ids)))
			check_list(c, ids, where, where, c->boot->rebuild);
	}
}

static void check_cmdline_ids(const struct checking *c)
{
	struct cmdline cmd;
	char where[320];
	size_t n = 0;

	cmdline_parse(c->host->cmdline, &cmd);
	for (size_t i = cmdline_find(&cmd, "vfio-pci.ids", 0); i < cmd.n;
	     i = cmdline_find(&cmd, "vfio-pci.ids", i + 1), n++) {
		const char *file = n < BOOT_IDS_MAX ? c->boot->ids_where[n] : "";

		if (!cmdline_value(&cmd, i))
			continue;
		snprintf(where, sizeof(where), *file ? _("the kernel command line (%s)") : "%s",
			 *file ? file : _("the kernel command line"));
		check_list(c, cmdline_value(&cmd, i), where, file, c->boot->remake);
	}
}

/*
 * The copies in the image follow the files: what a file says wrong it says for its copy, and a copy that is
 * only behind is initramfs.stale. Where that cannot be judged the copy speaks for itself.
 */
void check_ids(const struct checking *c)
{
	const struct boot_facts *b = c->boot;
	bool judged;

	if (!b || c->dev->vendor != IGD_VENDOR_INTEL)
		return;
	check_cmdline_ids(c);
	check_ids_of(c, &b->modprobe, NULL);
	judged = b->wanted && b->image.state == INITRAMFS_READ && check_can_be_stale(c);
	if (!judged)
		check_ids_of(c, &b->image_modprobe, &b->modprobe);
}
