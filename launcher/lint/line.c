/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A table of the options that matter; each row reads its value into struct line. */
#include "launcher/lint/line.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "launcher/base/str.h"
#include "launcher/lint/line_parts.h"

enum line_switch line_switch(const char *text)
{
	static const struct {
		const char *text;
		enum line_switch is;
	} words[] = {
		{ "on", LINE_ON }, { "yes", LINE_ON }, { "true", LINE_ON }, { "y", LINE_ON }, { "1", LINE_ON },
		{ "off", LINE_OFF }, { "no", LINE_OFF }, { "false", LINE_OFF }, { "n", LINE_OFF },
		{ "0", LINE_OFF }, { "auto", LINE_AUTO }, { "-1", LINE_AUTO },
	};

	if (!text)
		return LINE_UNSAID;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(text, words[i].text))
			return words[i].is;
	return LINE_OTHER;
}

bool line_number(const char *text, uint64_t max, uint64_t *v)
{
	const char *hex = str_starts(text, "0x");

	return str_u64(hex ? hex : text, hex ? 16 : 10, max, v);
}

/* --- display, defaults ----------------------------------------------------------------------- */

static int take_vga(struct reader *r, const char *value)
{
	str_fit(r->l->vga, sizeof(r->l->vga), value);
	return 0;
}

static int take_display(struct reader *r, const char *value)
{
	r->l->display_none = !strncmp(value, "none", 4);
	return 0;
}

static int take_nographic(struct reader *r, const char *value)
{
	(void)value;
	r->l->display_none = true;
	return 0;
}

static int take_nodefaults(struct reader *r, const char *value)
{
	(void)value;
	r->l->nodefaults = true;
	return 0;
}

static int take_netdev(struct reader *r, const char *value)
{
	(void)value;
	r->net_said = true;
	return 0;
}

static int take_nic(struct reader *r, const char *value)
{
	r->net_said = true;
	r->l->auto_nic |= strcmp(value, "none") != 0;
	return 0;
}

static int take_net(struct reader *r, const char *value)
{
	r->net_said = true;
	r->l->auto_nic |= str_starts(value, "nic") != NULL;
	return 0;
}

static int take_shown(struct reader *r, const char *value)
{
	r->l->shown |= strcmp(value, "none") != 0;
	return 0;
}

/* --- firmware, disks ------------------------------------------------------------------------- */

static struct block_node *add_node(struct reader *r)
{
	return r->n_node < NODES_MAX ? &r->node[r->n_node++] : NULL;
}

static void looks_windows(struct line *l, const char *file)
{
	const char *base = strrchr(file, '/');

	base = base ? base + 1 : file;
	l->windows = l->windows || strcasestr(base, "virtio-win") || !strncasecmp(base, "win1", 4) ||
		     strcasestr(base, "windows");
}

static int take_bios(struct reader *r, const char *value)
{
	str_fit(r->l->code, sizeof(r->l->code), value);
	return 0;
}

static int take_drive(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	int err = props_parse(value, "", &p);
	const char *kind = props_get(&p, "if"), *file = props_get(&p, "file"),
		   *unit = props_get(&p, "unit");

	if (err || !file)
		return err;
	if (!kind || strcmp(kind, "pflash") != 0) {
		looks_windows(r->l, file);
		return 0;
	}
	r->flash = true;
	if (!*r->l->code || (unit && !strcmp(unit, "0")))
		str_fit(r->l->code, sizeof(r->l->code), file);
	return 0;
}

static int take_pflash(struct reader *r, const char *value)
{
	r->flash = true;
	return *r->l->code ? 0 : take_bios(r, value);
}

static int take_cdrom(struct reader *r, const char *value)
{
	looks_windows(r->l, value);
	return 0;
}

static int take_blockdev(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	int err = props_parse(value, "", &p);
	struct block_node *node = err ? NULL : add_node(r);
	const char *name = props_get(&p, "node-name"), *file = props_get(&p, "file"),
		   *filename = props_get(&p, "filename");

	if (!filename)
		filename = props_get(&p, "file.filename");
	if (!node)
		return err == -EBADMSG || err == -E2BIG ? 0 : err;
	str_fit(node->name, sizeof(node->name), name ? name : "");
	str_fit(node->file, sizeof(node->file), file ? file : "");
	str_fit(node->filename, sizeof(node->filename), filename ? filename : "");
	looks_windows(r->l, node->filename);
	return 0;
}

/* --- who has 02.0 ---------------------------------------------------------------------------- */

static void note_slot(struct reader *r, const char *driver, const struct props *p)
{
	const char *bus = props_get(p, "bus"), *addr = props_get(p, "addr"), *id = props_get(p, "id");
	unsigned int slot, fn;

	if (!addr || !line_addr(addr, &slot, &fn) || slot != 2 ||
	    (bus && strcmp(bus, "pcie.0") != 0 && (strcmp(bus, "pci.0") != 0 || r->l->type != LINE_PC)))
		return;
	str_fit(r->l->taken, sizeof(r->l->taken), driver);
	str_fit(r->taken_id, sizeof(r->taken_id), id ? id : "");
}

/* -set has moved the device that was at 02.0. */
static void move_taken(struct reader *r, const char *id, const char *key, const char *value)
{
	unsigned int slot, fn;

	if (*id && !strcmp(id, r->taken_id) && !strcmp(key, "addr") && line_addr(value, &slot, &fn) && slot != 2)
		r->l->taken[0] = '\0';
}

/* --- -global, -set, -fw_cfg, -readconfig ----------------------------------------------------- */

static void global_is(struct reader *r, const char *driver, const char *property, const char *value)
{
	bool on = line_switch(value) == LINE_ON;
	struct line *l = r->l;
	uint64_t limit;

	if (!strcmp(property, "disable_s3"))
		l->s3_off = on;
	else if (!strcmp(property, "disable_s4"))
		l->s4_off = on;
	else if (!strcmp(driver, "cfi.pflash01") && !strcmp(property, "secure"))
		l->secure_flash = on;
	else if (!strcmp(property, "host-phys-bits-limit") && line_number(value, 64, &limit))
		l->phys_limit = (int)limit;
}

/* "driver.property=value", the property from the last dot on, or driver=,property=,value=. */
static int take_global(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	const char *driver, *property, *is;
	char *dot;
	int err = props_parse(value, "", &p);

	if (err || !p.n)
		return err;
	driver = props_get(&p, "driver");
	property = props_get(&p, "property");
	is = props_get(&p, "value");
	if (!driver || !property || !is) {
		driver = p.v[0].key;
		dot = strrchr(p.v[0].key, '.');
		/* cfi.pflash01.secure: the property has no dot */
		if (!dot)
			return 0;
		*dot = '\0';
		property = dot + 1;
		is = p.v[0].value;
	}
	global_is(r, driver, property, is);
	return str_starts(driver, "vfio-pci") ? props_set(&r->global, property, is) : 0;
}

/* device.ID.KEY=VALUE changes a device that was named before (softmmu/vl.c qemu_set_option()). */
static int take_set(struct reader *r, const char *value)
{
	char group[128], *id, *key, *equals;

	if (!str_copy(group, sizeof(group), value))
		return 0;
	equals = strchr(group, '=');
	id = strchr(group, '.');
	key = id ? strchr(id + 1, '.') : NULL;
	if (!equals || !key || key > equals || strncmp(group, "device.", 7) != 0)
		return 0;
	*equals = *key = '\0';
	move_taken(r, id + 1, key + 1, equals + 1);
	for (size_t i = 0; i < r->l->n_device; i++) {
		const char *has = props_get(&r->device[i], "id");

		if (has && !strcmp(has, id + 1))
			return props_set(&r->device[i], key + 1, equals + 1);
	}
	return 0;
}

static int take_fw_cfg(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	int err = props_parse(value, "name", &p);
	const char *name = props_get(&p, "name");

	if (!err && name && !strcmp(name, "etc/igd-opregion"))
		r->l->opregion_file = true;
	return err;
}

/* Proxmox VE's own files hold its PCI bridges and USB, at other slots of the root bus than 02. */
static int take_readconfig(struct reader *r, const char *value)
{
	if (strstr(value, "/qemu-server/pve-"))
		return 0;
	r->l->readconfig_foreign = true;
	str_fit(r->l->readconfig, sizeof(r->l->readconfig), value);
	return 0;
}

/* --- -device --------------------------------------------------------------------------------- */

static bool is_display(const char *driver)
{
	static const char *const names[] = { "VGA", "secondary-vga", "qxl", "qxl-vga", "virtio-vga", "bochs-display",
					     "cirrus-vga", "virtio-gpu-pci", "virtio-vga-gl",
					     "virtio-gpu-gl-pci", "vmware-svga", "ramfb" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (!strcmp(driver, names[i]))
			return true;
	return false;
}

static int take_device(struct reader *r, const char *value)
{
	_props_ struct props p = { 0 };
	int err = props_parse(value, "driver", &p);
	const char *driver = props_get(&p, "driver");

	if (err == -EBADMSG || err == -E2BIG)
		return 0;
	if (err || !driver)
		return err;
	if (str_starts(driver, "vfio-pci") ? strcmp(driver, "vfio-pci-igd-lpc-bridge") != 0
					   : !strcmp(driver, "vfio-user-pci"))
		return line_device_add(r, driver, &p);
	r->l->display_device |= is_display(driver);
	r->l->balloon |= str_starts(driver, "virtio-balloon") != NULL;
	note_slot(r, driver, &p);
	return 0;
}

static int take_balloon(struct reader *r, const char *value)
{
	r->l->balloon |= strcmp(value, "none") != 0;
	return 0;
}

static void add_defaults(struct reader *r)
{
	struct line *l = r->l;

	l->emulated_display = l->display_device || (*l->vga ? strcmp(l->vga, "none") != 0 : !l->nodefaults);
	l->auto_nic |= !l->nodefaults && !r->net_said;
}

/* --- the options ----------------------------------------------------------------------------- */

static const struct {
	const char *option;
	int (*take)(struct reader *r, const char *value);
} rows[] = {
	{ "machine", line_take_machine }, { "M", line_take_machine }, { "accel", line_take_accel },
	{ "enable-kvm", line_take_enable_kvm }, { "cpu", line_take_cpu }, { "m", line_take_memory },
	{ "smp", line_take_smp }, { "rtc", line_take_rtc }, { "vga", take_vga }, { "display", take_display },
	{ "nographic", take_nographic }, { "nodefaults", take_nodefaults }, { "net", take_net },
	{ "nic", take_nic }, { "netdev", take_netdev }, { "vnc", take_shown }, { "spice", take_shown }, { "bios", take_bios },
	{ "drive", take_drive }, { "pflash", take_pflash }, { "cdrom", take_cdrom }, { "hda", take_cdrom },
	{ "blockdev", take_blockdev }, { "global", take_global }, { "set", take_set },
	{ "fw_cfg", take_fw_cfg }, { "readconfig", take_readconfig }, { "device", take_device },
	{ "balloon", take_balloon },
};

/* qemu-options.def of 7.2 to 11.1: the options without HAS_ARG. */
static const char *const bare[] = {
	"h", "help", "version", "nodefaults", "no-user-config", "nodefconfig", "enable-kvm", "nographic",
	"S", "s", "snapshot", "usb", "full-screen", "no-fd-bootchk", "preconfig", "only-migratable",
	"daemonize", "no-hpet", "no-acpi", "no-reboot", "no-shutdown", "win2k-hack", "mem-prealloc",
	"singlestep", "no-kvm", "sdl", "portrait", "alt-grab", "ctrl-grab", "no-quit", "no-frame",
	"xen-attach", "xen-domid-restrict", "async-teardown", "semihosting", "old-param", "enable-sync-profile",
	"no-kvm-irqchip", "no-kvm-pit-reinjection", "curses", "no-fd-limit", "g3beige",
};

const char *line_option(const char *word)
{
	if (word[0] != '-' || !word[1] || !strcmp(word, "--"))
		return NULL;
	return word + 1 + (word[1] == '-');
}

bool line_takes_value(const char *option)
{
	for (size_t i = 0; i < ARRAY_SIZE(bare); i++)
		if (!strcmp(option, bare[i]))
			return false;
	return true;
}

static int take(struct reader *r, const char *option, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int err = strcmp(rows[i].option, option) ? 1 : rows[i].take(r, value);

		if (err <= 0)
			/* A value that cannot be read says nothing; QEMU itself will refuse it. */
			return err == -ENOMEM ? err : 0;
	}
	return 0;
}

static int read_words(struct reader *r, const struct lint_args *a, bool machine_first)
{
	int err = 0;

	for (size_t i = 1; i < a->n && !err; i++) {
		const char *option = line_option(a->v[i]);
		bool is_machine = option && (!strcmp(option, "machine") || !strcmp(option, "M"));

		if (!option)
			continue;
		r->word = 0;
		if (line_takes_value(option))
			r->word = i + 1 < a->n ? ++i : 0;
		if (is_machine == machine_first)
			err = take(r, option, r->word ? a->v[r->word] : "");
	}
	return err;
}

int line_read(const struct lint_args *a, struct line *l)
{
	struct reader *r = calloc(1, sizeof(*r));
	int err;

	*l = (struct line){ .args = a, .igpu = -1 };
	if (!r)
		return -ENOMEM;
	r->l = l;
	/* Which name the root bus has depends on the machine, wherever it is written. */
	err = read_words(r, a, true);
	line_machine_type(l);
	if (!err)
		err = read_words(r, a, false);
	line_default_accel(l);
	add_defaults(r);
	l->windows = l->windows || l->n_hv || *l->hv_vendor;
	line_device_fill(r);
	line_firmware_fill(r);
	for (size_t i = 0; i < l->n_device; i++)
		props_done(&r->device[i]);
	props_done(&r->global);
	free(r);
	return err;
}
