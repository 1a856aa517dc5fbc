/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Rules over what the next boot will load. They speak only when something in
 * the settings is to bind the iGPU at boot: a host that keeps its driver until
 * a VM starts has nothing to prepare. Where the image is not known, nothing
 * is said of what would be in it.
 */
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/check_parts.h"
#include "launcher/facts/cmdline.h"

static bool is_vfio(const struct checking *c)
{
	return !strcmp(c->dev->driver, "vfio-pci");
}

/* The driver that takes the iGPU of this host. */
static enum boot_module host_driver(const struct checking *c)
{
	const struct boot_facts *b = c->boot;

	if (!strcmp(c->dev->driver, "xe") ||
	    (b->kind[BOOT_I915] == MODPROBE_ABSENT && b->kind[BOOT_XE] != MODPROBE_ABSENT))
		return BOOT_XE;
	return BOOT_I915;
}

static bool image_has(const struct boot_facts *b, enum boot_module m)
{
	return b->image.module[m == BOOT_XE ? INITRAMFS_XE : INITRAMFS_I915];
}

static bool is_off(const struct modprobe *m, const struct cmdline *cmd, const char *module)
{
	size_t rule;

	return modprobe_blacklisted(m, cmd, module, &rule) || modprobe_blocked(m, module, &rule);
}

/* The driver is loaded and takes no device (Linux i915_module.c, xe_module.c, drm_nomodeset.c). */
static bool gives_up(const struct checking *c, const struct cmdline *cmd, enum boot_module m)
{
	const char *modeset = cmdline_last(cmd, "i915.modeset");
	char id[8];

	snprintf(id, sizeof(id), "!%04x", c->dev->device);
	return cmdline_find(cmd, "nomodeset", 0) < cmd->n ||
	       cmdline_lists(cmd, m == BOOT_XE ? "xe.force_probe" : "i915.force_probe", id) ||
	       (m == BOOT_I915 && modeset && !strcmp(modeset, "0"));
}

/* Is this machine's iGPU among the ids of a list? */
static bool list_has_device(const char *list, unsigned int device)
{
	char id[16];

	snprintf(id, sizeof(id), "8086:%04x", device);
	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (!strncasecmp(list, id, 9) && (!list[9] || list[9] == ',' || list[9] == ':'))
			return true;
	return false;
}

static bool ids_name_it(const struct checking *c, const struct cmdline *cmd, bool *on_cmdline)
{
	const struct modprobe *m = &c->boot->modprobe;
	char ids[512];

	*on_cmdline = false;
	for (size_t i = cmdline_find(cmd, "vfio-pci.ids", 0); i < cmd->n;
	     i = cmdline_find(cmd, "vfio-pci.ids", i + 1))
		*on_cmdline |= cmdline_value(cmd, i) &&
			       list_has_device(cmdline_value(cmd, i), c->dev->device);
	if (*on_cmdline)
		return true;
	for (size_t i = modprobe_find(m, MODPROBE_OPTIONS, "vfio_pci", 0); i < m->n_rules;
	     i = modprobe_find(m, MODPROBE_OPTIONS, "vfio_pci", i + 1))
		if (modprobe_option(&m->rule[i], "ids", ids, sizeof(ids)) &&
		    list_has_device(ids, c->dev->device))
			return true;
	return false;
}

/* --- the image itself --------------------------------------------------------------------------- */

/* What builds it is the host's own affair, and known. */
static void say_rebuild(const struct checking *c, enum finding_id id)
{
	if (*c->boot->rebuild)
		check_step(c, id, _("build it anew: %s, then restart"), c->boot->rebuild);
}

static void say_damaged(const struct checking *c)
{
	const struct initramfs_facts *f = &c->boot->image;

	check_say(c, FINDING_INITRAMFS_DAMAGED, _("/%.120s: %s, at byte %llu of %llu"), c->boot->where.path, f->why,
		  (unsigned long long)f->offset, (unsigned long long)f->size);
	say_rebuild(c, FINDING_INITRAMFS_DAMAGED);
}

static void check_image(const struct checking *c)
{
	const struct boot_facts *b = c->boot;
	const struct initramfs_facts *f = &b->image;

	if (b->where.found == INITRAMFS_AMBIGUOUS)
		check_say(c, FINDING_INITRAMFS_AMBIGUOUS, "%s", b->where.how);
	else if (b->where.found == INITRAMFS_NOT_FOUND && *b->where.how && *c->host->kernel)
		check_say(c, FINDING_INITRAMFS_NOT_FOUND, _("no image for Linux %s"), c->host->kernel);
	else if (b->opened && f->state == INITRAMFS_DAMAGED)
		say_damaged(c);
	else if (b->opened && f->state == INITRAMFS_UNREAD)
		check_say(c, FINDING_INITRAMFS_UNREAD, "/%.120s: %s", b->where.path, f->why);
}

/* --- its copy of the settings --------------------------------------------------------------------- */

static bool is_about_us(const struct modprobe_rule *r)
{
	static const char *const names[] = { "vfio_pci", "i915", "xe" };

	if (r->word == MODPROBE_ALIAS || r->word == MODPROBE_REMOVE)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(r->name, names[i]))
			return true;
	return false;
}

bool check_can_be_stale(const struct checking *c)
{
	return !c->boot->image.texts_left_out && !c->boot->modprobe.unread && !c->boot->own_settings;
}

/*
 * A setting that is not in the copy. An image without any copy says nothing by itself: then the
 * dates speak. Their grains may be coarse (a recorded tree), so a minute is allowed.
 */
static bool is_behind(const struct boot_facts *b, const struct modprobe_rule *r)
{
	int64_t mtime = b->modprobe.file[r->file].mtime;

	if (b->image_modprobe.n_files)
		return !modprobe_has(&b->image_modprobe, r);
	return mtime && b->image.mtime && mtime - 60 > b->image.mtime;
}

/* true: said. */
static bool check_stale(const struct checking *c)
{
	const struct boot_facts *b = c->boot;
	const struct modprobe *here = &b->modprobe, *there = &b->image_modprobe;
	char where[320];

	if (!check_can_be_stale(c))
		return false;
	for (size_t i = 0; i < here->n_rules; i++) {
		if (!is_about_us(&here->rule[i]) || !is_behind(b, &here->rule[i]))
			continue;
		check_say(c, FINDING_INITRAMFS_STALE, _("%.150s is not in /%.120s"),
			  modprobe_where(here, i, where, sizeof(where)), b->where.path);
		say_rebuild(c, FINDING_INITRAMFS_STALE);
		return true;
	}
	for (size_t i = 0; i < there->n_rules; i++) {
		if (!is_about_us(&there->rule[i]) || modprobe_has(here, &there->rule[i]))
			continue;
		check_say(c, FINDING_INITRAMFS_STALE,
			  _("/%.120s has a setting of %s that modprobe.d has no more"), b->where.path,
			  there->rule[i].name);
		say_rebuild(c, FINDING_INITRAMFS_STALE);
		return true;
	}
	return false;
}

/* Will vfio-pci be there before udev looks at devices? */
static bool vfio_is_early(const struct checking *c, const struct cmdline *cmd, enum boot_module m)
{
	const struct boot_facts *b = c->boot;
	const char *pre = cmdline_last(cmd, "rd.driver.pre");
	const struct modprobe *m_early = b->opened ? &b->image_modprobe : &b->modprobe;

	if (b->kind[BOOT_VFIO_PCI] == MODPROBE_BUILTIN || (pre && strstr(pre, "vfio")))
		return true;
	if (modprobe_before(m_early, "vfio_pci", boot_module_name(m)) < m_early->n_rules)
		return true;
	return b->opened ? modprobe_loads(&b->image_modprobe, "vfio_pci") != NULL : b->early_vfio;
}

/* Where the builder is told already, the image was not built since. */
static void say_no_vfio(const struct checking *c, const char *driver)
{
	const struct boot_facts *b = c->boot;

	check_say(c, FINDING_INITRAMFS_NO_VFIO, _("/%.120s has %s and not vfio-pci"), b->where.path, driver);
	if (b->early_vfio && *b->rebuild)
		check_step(c, FINDING_INITRAMFS_NO_VFIO, _("%s has vfio-pci already; build it anew: %s, then restart"),
			   b->early_where, b->rebuild);
}

static void check_contents(const struct checking *c, const struct cmdline *cmd, bool ids)
{
	const struct boot_facts *b = c->boot;
	enum boot_module m = host_driver(c);
	const char *name = boot_module_name(m);
	bool off_here = is_off(&b->modprobe, cmd, name), off_there = is_off(&b->image_modprobe, cmd, name);
	bool vfio = b->image.module[INITRAMFS_VFIO_PCI] || b->kind[BOOT_VFIO_PCI] == MODPROBE_BUILTIN;
	bool stale = check_stale(c);

	off_there |= cmdline_lists(cmd, "rd.driver.blacklist", name);
	if (!image_has(b, m) || off_there || gives_up(c, cmd, m) || b->image.texts_left_out)
		return;
	if (off_here && !stale && !(vfio && vfio_is_early(c, cmd, m)))
		check_say(c, FINDING_BOOT_BLACKLIST_NO_REACH,
			  _("%s is in /%.120s, whose copy of modprobe.d does not have its blacklist"), name,
			  b->where.path);
	if (ids && !vfio)
		say_no_vfio(c, name);
}

/* --- order -------------------------------------------------------------------------------------------- */

/* kmod (libkmod-config.c) ends a line at '\n' alone: of a file with CRLF the last word of each line has a '\r' in it. */
static size_t find_return(const struct modprobe *m)
{
	size_t i = 0;

	while (i < m->n_rules && !strchr(m->rule[i].value, '\r') && !strchr(m->rule[i].name, '\r'))
		i++;
	return i;
}

static void say_late(const struct checking *c, const char *driver)
{
	const struct modprobe *m = &c->boot->modprobe;
	size_t i = find_return(m);
	char where[320];

	if (i == m->n_rules) {
		check_say(c, FINDING_BOOT_SOFTDEP_MISSING, _("nothing loads vfio-pci before %s"), driver);
		return;
	}
	modprobe_where(m, i, where, sizeof(where));
	check_say(c, FINDING_BOOT_SOFTDEP_MISSING,
		  _("nothing loads vfio-pci before %s; %.150s ends in a carriage return, which modprobe takes for a part of the last word"),
		  driver, where);
	where[strcspn(where, ":")] = '\0';
	check_step(c, FINDING_BOOT_SOFTDEP_MISSING, _("sudo sed -i 's/\\r$//' %.150s, then %s, and restart"), where,
		   *c->boot->rebuild ? c->boot->rebuild : _("build the initramfs anew"));
}

static void check_order(const struct checking *c, const struct cmdline *cmd, bool ids, bool on_cmdline)
{
	const struct boot_facts *b = c->boot;
	enum boot_module m = host_driver(c);
	const char *name = boot_module_name(m);
	bool off = is_off(&b->modprobe, cmd, name);

	if (gives_up(c, cmd, m))
		return;
	if (b->kind[m] == MODPROBE_BUILTIN &&
	    !(on_cmdline && b->kind[BOOT_VFIO_PCI] == MODPROBE_BUILTIN)) {
		if (ids || off)
			check_say(c, FINDING_BOOT_DRIVER_BUILTIN, _("%s is built into Linux %s"), name,
				  c->host->kernel);
		return;
	}
	if (!ids || off || is_vfio(c) || b->kind[m] != MODPROBE_MODULE || b->modprobe.unread)
		return;
	if (b->opened && b->image.state != INITRAMFS_READ)
		return;
	/* Said already: it is not in the image at all, or the image is behind files that have it right. */
	if (finding_has(c->f, FINDING_INITRAMFS_NO_VFIO) ||
	    (finding_has(c->f, FINDING_INITRAMFS_STALE) &&
	     modprobe_before(&b->modprobe, "vfio_pci", name) < b->modprobe.n_rules))
		return;
	if (!vfio_is_early(c, cmd, m))
		say_late(c, name);
}

static void check_leftovers(const struct checking *c)
{
	const struct boot_facts *b = c->boot;

	if (*b->virqfd_where && c->host->kernel_major && !check_kernel_before(c->host, 6, 2))
		check_say(c, FINDING_BOOT_VIRQFD, _("%s names vfio_virqfd, Linux %s has no such module"),
			  b->virqfd_where, c->host->kernel);
	if (!strcmp(b->lockdown, "integrity") || !strcmp(b->lockdown, "confidentiality"))
		check_say(c, FINDING_BOOT_LOCKDOWN, _("lockdown: %s"), b->lockdown);
}

void check_boot(const struct checking *c)
{
	struct cmdline cmd;
	bool ids, on_cmdline;

	if (!c->boot)
		return;
	check_leftovers(c);
	if (!c->boot->wanted)
		return;
	cmdline_parse(c->host->cmdline, &cmd);
	/* Wrong ids are meant for the iGPU all the same (check_ids() came before). */
	ids = ids_name_it(c, &cmd, &on_cmdline) || finding_has(c->f, FINDING_IDS_NOT_THIS_MACHINE);
	check_image(c);
	if (c->boot->opened && c->boot->image.state == INITRAMFS_READ)
		check_contents(c, &cmd, ids);
	check_order(c, &cmd, ids, on_cmdline);
}
