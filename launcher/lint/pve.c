/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A VM's file of Proxmox VE as the words its qemu-server makes of it (src/PVE/QemuServer.pm,
 * QemuServer/PCI.pm and CPUConfig.pm, 2026): as far as an iGPU is concerned, and in the same places.
 */
#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/lint/args.h"
#include "launcher/lint/props.h"
#include "launcher/lint/pve.h"

#define HOSTPCI_MAX	16u
#define OVMF_DIR	"/usr/share/pve-edk2-firmware/"

struct pve {
	char *machine, *bios, *cpu, *memory, *vga, *balloon, *ostype, *args, *efidisk, *tpm, *kvm;
	char *hostpci[HOSTPCI_MAX];
	bool q35, windows, x_vga;
};

static const struct {
	const char *key;
	size_t at;
} keys[] = {
#define KEY(name, member) { name, offsetof(struct pve, member) }
	KEY("machine", machine), KEY("bios", bios), KEY("cpu", cpu), KEY("memory", memory), KEY("vga", vga),
	KEY("balloon", balloon), KEY("ostype", ostype), KEY("args", args), KEY("efidisk0", efidisk),
	KEY("tpmstate0", tpm), KEY("kvm", kvm),
#undef KEY
};

static char **find_key(struct pve *c, const char *key)
{
	const char *number = str_starts(key, "hostpci");
	uint64_t i;

	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		if (!strcmp(keys[k].key, key))
			return (char **)((char *)c + keys[k].at);
	return number && str_u64(number, 10, HOSTPCI_MAX - 1, &i) ? &c->hostpci[i] : NULL;
}

static void pve_done(struct pve *c)
{
	for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
		free(*(char **)((char *)c + keys[k].at));
	for (size_t i = 0; i < HOSTPCI_MAX; i++)
		free(c->hostpci[i]);
}

/* "key: value" into *@key and *@value, whose ends are @end; false: another kind of line. */
static bool split_line(const char *line, const char *end, char key[static 32], const char **value)
{
	const char *colon = memchr(line, ':', (size_t)(end - line));
	size_t n = colon ? (size_t)(colon - line) : 0;

	if (!n || n >= 32 || colon + 1 >= end || colon[1] != ' ')
		return false;
	memcpy(key, line, n);
	key[n] = '\0';
	if (key[strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_-")])
		return false;
	*value = colon + 1 + strspn(colon + 1, " ");
	return *value <= end;
}

static size_t line_end(const char *text, size_t n)
{
	const char *nl = memchr(text, '\n', n);

	return nl ? (size_t)(nl - text) : n;
}

bool pve_is_conf(const char *text, size_t n)
{
	static const char *const names[] = { "memory", "ostype", "boot", "scsihw", "vga", "machine", "cores",
					     "sockets", "net0", "bios", "vmgenid", "smbios1", "hostpci0" };
	size_t hits = 0;

	for (size_t at = 0; at < n;) {
		size_t len = line_end(text + at, n - at);
		const char *value;
		char key[32];

		for (size_t i = 0; i < ARRAY_SIZE(names) && split_line(text + at, text + at + len, key, &value); i++)
			hits += !strcmp(names[i], key);
		at += len + 1;
	}
	return hits >= 2;
}

static int read_conf(const char *text, size_t n, struct pve *c)
{
	for (size_t at = 0; at < n;) {
		size_t len = line_end(text + at, n - at);
		const char *line = text + at, *end = line + len, *value;
		char key[32], **member;

		at += len + 1;
		/* "[NAME]" begins what a snapshot was like. */
		if (len && *line == '[')
			break;
		if (!split_line(line, end, key, &value) || !(member = find_key(c, key)))
			continue;
		while (end > value && strchr(" \t\r", end[-1]))
			end--;
		free(*member);
		*member = strndup(value, (size_t)(end - value));
		if (!*member)
			return -ENOMEM;
	}
	return 0;
}

/* --- words ----------------------------------------------------------------------------------- */

static int add(struct lint_args *a, const char *option, const char *value)
{
	int r = args_add(a, option, strlen(option));

	return r || !value ? r : args_add(a, value, strlen(value));
}

/*
 * On q35 only machines of today switch sleep states off; a VM for Windows without a version gets an old
 * one (src/test/cfg2cmd/q35-win10-hostpci.conf.cmd has 5.1 and none of it, efi-secboot-and-tpm-q35 has it).
 */
static bool sleeps_off(const struct pve *c, const char *type)
{
	const char *version = type ? str_starts(type, "pc-q35-") : NULL;
	int major, minor;

	if (!version || sscanf(version, "%3d.%3d", &major, &minor) != 2)
		return !c->windows;
	return major >= 10;
}

static int add_machine(struct pve *c, struct lint_args *a)
{
	_props_ struct props p = { 0 };
	int r = props_parse(c->machine ? c->machine : "pc", "type", &p);
	const char *type = props_get(&p, "type");
	char text[160];

	if (r)
		return r;
	c->q35 = type && strstr(type, "q35");
	snprintf(text, sizeof(text), "type=%.100s,accel=%s", type ? type : "pc",
		 c->kvm && !strcmp(c->kvm, "0") ? "tcg" : "kvm");
	r = add(a, "-machine", text);
	if (r || (c->q35 && !sleeps_off(c, type)))
		return r;
	r = add(a, "-global", c->q35 ? "ICH9-LPC.disable_s3=1" : "PIIX4_PM.disable_s3=1");
	return r ? r : add(a, "-global", c->q35 ? "ICH9-LPC.disable_s4=1" : "PIIX4_PM.disable_s4=1");
}

/* Which build depends on the size of the EFI disk and on SMM, which q35 has; not on the keys. */
static int add_firmware(struct pve *c, struct lint_args *a)
{
	bool big = c->efidisk && strstr(c->efidisk, "efitype=4m");
	char text[160];

	if (!c->bios || strcmp(c->bios, "ovmf") != 0)
		return 0;
	snprintf(text, sizeof(text), "if=pflash,unit=0,format=raw,readonly=on,file=" OVMF_DIR "%s",
		 !big ? "OVMF_CODE.fd" : c->q35 ? "OVMF_CODE_4M.secboot.fd" : "OVMF_CODE_4M.fd");
	return add(a, "-drive", text);
}

/* flags=+aes;-vmx become flags of -cpu. */
static void add_flags(char *text, size_t size, const char *flags)
{
	size_t n = strlen(text);

	while (flags && *flags && n + 2 < size) {
		size_t len = strcspn(flags, ";");

		n += (size_t)snprintf(text + n, size - n, ",%.*s", (int)len, flags);
		flags += len + (flags[len] == ';');
	}
}

static int add_cpu(struct pve *c, struct lint_args *a)
{
	_props_ struct props p = { 0 };
	int r = props_parse(c->cpu ? c->cpu : "kvm64", "cputype", &p);
	const char *type = props_get(&p, "cputype"), *hidden = props_get(&p, "hidden"),
		   *vendor = props_get(&p, "hv-vendor-id"), *bits = props_get(&p, "phys-bits");
	char text[512];

	if (r)
		return r;
	snprintf(text, sizeof(text), "%.60s%s%s%s%.20s", type ? type : "kvm64",
		 c->windows ? ",hv_relaxed,hv_time,hv_vapic" : "",
		 c->x_vga || (hidden && !strcmp(hidden, "1")) ? ",kvm=off" : "",
		 vendor || (c->x_vga && c->windows) ? ",hv_vendor_id=" : "",
		 vendor ? vendor : c->x_vga && c->windows ? "proxmox" : "");
	if (bits && !strcmp(bits, "host"))
		str_fit(text + strlen(text), sizeof(text) - strlen(text), ",host-phys-bits=true");
	else if (bits)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ",phys-bits=%.8s", bits);
	add_flags(text, sizeof(text), props_get(&p, "flags"));
	return add(a, "-cpu", text);
}

static int add_display(struct pve *c, struct lint_args *a)
{
	_props_ struct props p = { 0 };
	int r = props_parse(c->vga ? c->vga : "", "type", &p);
	const char *type = props_get(&p, "type");

	if (r)
		return r;
	r = add(a, "-nodefaults", NULL);
	/* x-vga=1 without vga: is none, and a serial one is no display. */
	if (!r && ((type && (!strcmp(type, "none") || str_starts(type, "serial"))) ||
		   (!c->vga && c->x_vga)))
		return add(a, "-vga", "none");
	return r ? r : add(a, "-device", c->q35 ? "VGA,id=vga,bus=pcie.0,addr=0x1"
						: "VGA,id=vga,bus=pci.0,addr=0x2");
}

/* Where print_pci_addr() and print_pcie_addr() put it. */
static void place(const struct pve *c, size_t i, const struct props *p, char *text, size_t size)
{
	const char *legacy = props_get(p, "legacy-igd"), *pcie = props_get(p, "pcie");

	if (legacy && !strcmp(legacy, "1"))
		str_fit(text, size, "bus=pci.0,addr=0x2");
	else if (pcie && !strcmp(pcie, "1") && c->q35)
		snprintf(text, size, "bus=ich9-pcie-port-%zu,addr=0x0", i + 1);
	else
		snprintf(text, size, "bus=pci.0,addr=0x%zx", 0x10 + i);
}

static int add_hostpci(struct pve *c, size_t i, struct lint_args *a)
{
	_props_ struct props p = { 0 };
	int r = props_parse(c->hostpci[i], "host", &p);
	const char *host = props_get(&p, "host"), *rom = props_get(&p, "romfile"),
		   *bar = props_get(&p, "rombar"), *vga = props_get(&p, "x-vga"),
		   *id = props_get(&p, "device-id");
	bool ovmf = c->bios && !strcmp(c->bios, "ovmf");
	char where[64], text[1024];

	if (r)
		return r;
	place(c, i, &p, where, sizeof(where));
	/* "00:02" is every function of it, ".0" the first; a mapping's device is not in this file. */
	snprintf(text, sizeof(text), "vfio-pci%s%.60s%s,id=hostpci%zu,%s%s%s%s%.400s%s%.16s",
		 host ? ",host=" : "", host ? host : "", host && !strchr(host, '.') ? ".0" : "", i, where,
		 bar && !strcmp(bar, "0") ? ",rombar=0" : "",
		 vga && !strcmp(vga, "1") && !ovmf ? ",x-vga=on" : "",
		 rom ? ",romfile=/usr/share/kvm/" : "", rom ? rom : "", id ? ",x-pci-device-id=" : "",
		 id ? id : "");
	return add(a, "-device", text);
}

/* QEMU's own words, which Proxmox VE puts behind all others. */
static int add_args(const struct pve *c, struct lint_args *a, struct lint_error *e)
{
	_free_ char *text = NULL;
	struct lint_args more = { 0 };
	int r = 0;

	if (!c->args)
		return 0;
	if (asprintf(&text, "/usr/bin/kvm -nodefaults %s", c->args) < 0)
		return -ENOMEM;
	r = args_from_shell(text, strlen(text), &more, e);
	e->line = 0;
	for (size_t i = 2; i < more.n && !r; i++)
		r = add(a, more.v[i], NULL);
	args_done(&more);
	return r;
}

static int find_x_vga(struct pve *c)
{
	for (size_t i = 0; i < HOSTPCI_MAX; i++) {
		_props_ struct props p = { 0 };
		int r = c->hostpci[i] ? props_parse(c->hostpci[i], "host", &p) : 0;
		const char *vga = props_get(&p, "x-vga");

		if (r)
			return r;
		c->x_vga = c->x_vga || (vga && !strcmp(vga, "1"));
	}
	return 0;
}

static int make_words(struct pve *c, struct lint_args *a, struct lint_error *e)
{
	int r = find_x_vga(c);

	c->windows = c->ostype && (!strncmp(c->ostype, "win", 3) || !strcmp(c->ostype, "wxp"));
	if (!r)
		r = add(a, "/usr/bin/kvm", NULL);
	if (!r)
		r = add_machine(c, a);
	if (!r)
		r = add_firmware(c, a);
	if (!r)
		r = add_cpu(c, a);
	if (!r && c->memory)
		r = add(a, "-m", str_starts(c->memory, "current=") ? c->memory + 8 : c->memory);
	if (!r && c->windows)
		r = add(a, "-rtc", "base=localtime");
	if (!r && c->tpm)
		r = add(a, "-tpmdev", "emulator,id=tpmdev");
	if (!r)
		r = add_display(c, a);
	/* The balloon is there unless the file says 0. */
	if (!r && !(c->balloon && !strcmp(c->balloon, "0")))
		r = add(a, "-device", "virtio-balloon-pci,id=balloon0");
	for (size_t i = 0; i < HOSTPCI_MAX && !r; i++)
		if (c->hostpci[i])
			r = add_hostpci(c, i, a);
	return r ? r : add_args(c, a, e);
}

int args_from_pve(const char *text, size_t n, struct lint_args *a, struct lint_error *e)
{
	struct pve c = { 0 };
	int r = read_conf(text, n, &c);

	*e = (struct lint_error){ 0 };
	if (!r)
		r = make_words(&c, a, e);
	if (r == -E2BIG || (r == -EBADMSG && !e->text)) {
		*e = (struct lint_error){ .text = N_("a value of it is longer than any of Proxmox VE is") };
		r = -EBADMSG;
	}
	if (r)
		args_done(a);
	else
		a->calls = 1;
	pve_done(&c);
	return r;
}
