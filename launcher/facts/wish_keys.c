/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/wish_keys.h"

#include <stdarg.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

#define MIB	(1ull << 20)

static bool refuse(struct wish_why *why, const char *fmt, ...) printf_(2, 3);

static bool refuse(struct wish_why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, sizeof(why->text), fmt, ap);
	va_end(ap);
	return false;
}

static bool refuse_value(const struct wish_key *k, const char *value, struct wish_why *why)
{
	return refuse(why, _("%s = %.80s: may be %s"), k->key, value, k->values);
}

static void *member(const struct wish_key *k, void *base)
{
	return (char *)base + k->at;
}

static bool parse_choice(const struct wish_key *k, void *base, const char *value,
			 struct wish_why *why)
{
	for (const struct wish_choice *c = k->choice; c->word; c++) {
		if (strcmp(c->word, value))
			continue;
		if (k->size == sizeof(bool))
			*(bool *)member(k, base) = c->value != 0;
		else
			memcpy(member(k, base), &c->value, sizeof(int));
		return true;
	}
	return refuse_value(k, value, why);
}

static bool parse_text(const struct wish_key *k, void *base, const char *value,
		       struct wish_why *why)
{
	if (str_copy(member(k, base), k->size, value))
		return true;
	return refuse(why, _("%s: longer than %zu bytes"), k->key, k->size - 1);
}

static bool path_ok(const struct wish_key *k, const char *value, struct wish_why *why)
{
	if (*value == '/')
		return true;
	return refuse(why, _("%s = %.80s: write the whole path, from / on"), k->key, value);
}

/* An empty value takes back what the template or an earlier file gave. */
static bool parse_path(const struct wish_key *k, void *base, const char *value,
		       struct wish_why *why)
{
	return (!*value || path_ok(k, value, why)) && parse_text(k, base, value, why);
}

static bool parse_program(const struct wish_key *k, void *base, const char *value,
			  struct wish_why *why)
{
	return path_ok(k, value, why) && parse_text(k, base, value, why);
}

static bool parse_disk_path(const struct wish_key *k, void *base, const char *value,
			    struct wish_why *why)
{
	struct wish_disk *d = base;

	d->device = str_starts(value, "/dev/") != NULL;
	return parse_path(k, base, value, why);
}

static bool parse_template(const struct wish_key *k, void *base, const char *value,
			   struct wish_why *why)
{
	const char *wrong = *value ? vm_name_check(value) : NULL;

	if (wrong)
		return refuse(why, "%s = %.80s: %s", k->key, value, _(wrong));
	return parse_text(k, base, value, why);
}

static bool parse_number(const struct wish_key *k, void *base, const char *value,
			 struct wish_why *why)
{
	uint64_t v;
	unsigned int n;

	if (!str_u64(value, 10, k->most, &v) || v < k->least)
		return refuse_value(k, value, why);
	n = (unsigned int)v;
	memcpy(member(k, base), &n, sizeof(n));
	return true;
}

/*
 * "8G", "8192M", or bytes. Everything else people write (8GB, 8g, 8 GiB) is
 * refused: it means 10^9 to some and 2^30 to others.
 */
static bool parse_memory(const struct wish_key *k, void *base, const char *value,
			 struct wish_why *why)
{
	static const char units[] = "MGT";
	size_t n = strlen(value);
	const char *unit = n ? strchr(units, value[n - 1]) : NULL;
	uint64_t v, factor = unit ? MIB << 10 * (unit - units) : 1;
	size_t count = strspn(value, "0123456789");
	char digits[24] = "";

	if (!count || count + (unit != NULL) != n)
		return refuse_value(k, value, why);
	if (count < sizeof(digits))
		memcpy(digits, value, count);
	if (!str_u64(digits, 10, k->most / factor, &v))
		return refuse(why, _("%s = %.80s: too much; at most %lluG"), k->key, value,
			      (unsigned long long)(k->most >> 30));
	v *= factor;
	if (v < k->least)
		return refuse(why, _("%s = %.80s: too little; at least %lluM (without M, G or T it is "
				     "bytes)"), k->key, value, (unsigned long long)(k->least / MIB));
	if (v % MIB)
		return refuse(why, _("%s = %.80s: no whole MiB; write for example 8G"), k->key, value);
	memcpy(member(k, base), &v, sizeof(v));
	return true;
}

static bool parse_machine(const struct wish_key *k, void *base, const char *value,
			  struct wish_why *why)
{
	struct wish *w = base;
	const char *version = str_starts(value, "pc-q35-");

	if (!version)
		version = str_starts(value, "pc-i440fx-");
	if (!version) {
		*w->machine_version = '\0';
		return parse_choice(k, base, value, why);
	}
	if (!*version || version[strspn(version, "0123456789.-abcdefghijklmnopqrstuvwxyz")])
		return refuse_value(k, value, why);
	if (!str_copy(w->machine_version, sizeof(w->machine_version), value))
		return refuse_value(k, value, why);
	w->machine = value[3] == 'q' ? MACHINE_Q35 : MACHINE_I440FX;
	return true;
}

static bool parse_uuid(const struct wish_key *k, void *base, const char *value,
		       struct wish_why *why)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] == 'x' ? !value[i] || !strchr("0123456789abcdef", value[i])
				   : form[i] != value[i])
			return refuse_value(k, value, why);
	}
	return parse_text(k, base, value, why);
}

static bool parse_mac(const struct wish_key *k, void *base, const char *value,
		      struct wish_why *why)
{
	static const char form[] = "xx:xx:xx:xx:xx:xx";

	for (size_t i = 0; i < sizeof(form); i++) {
		if (form[i] == 'x' ? !value[i] || !strchr("0123456789abcdef", value[i])
				   : form[i] != value[i])
			return refuse_value(k, value, why);
	}
	if (strchr("13579bdf", value[1]))
		return refuse(why, _("%s = %s: that is a group address; make the second digit even"),
			      k->key, value);
	return parse_text(k, base, value, why);
}

/* What the kernel takes for an interface (dev_valid_name(), IFNAMSIZ), and nothing a shell would mind. */
static bool parse_interface(const struct wish_key *k, void *base, const char *value,
			    struct wish_why *why)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	if (*value == '-' || *value == '.' || value[strspn(value, letters)] ||
	    strlen(value) >= k->size)
		return refuse_value(k, value, why);
	return parse_text(k, base, value, why);
}

static bool parse_port(const struct wish_key *k, void *base, const char *value,
		       struct wish_why *why)
{
	return parse_number(k, base, strcmp(value, "auto") ? value : "0", why) &&
	       (!strcmp(value, "auto") || *(unsigned int *)member(k, base) >= 1024 ||
		refuse_value(k, value, why));
}

/* "1-4.2": a bus, then one to seven ports (USB 3.2, 10.16.2: at most five hubs in a row, and some inside devices). */
static bool port_ok(const char *s)
{
	size_t n = strspn(s, "0123456789");
	int tiers = 0;

	if (!n || n > 3 || s[n] != '-')
		return false;
	do {
		s += n + 1;
		n = strspn(s, "0123456789");
		if (!n || n > 3 || ++tiers > 7)
			return false;
	} while (s[n] == '.');
	return !s[n];
}

static bool parse_usb_port(const struct wish_key *k, void *base, const char *value,
			   struct wish_why *why)
{
	if (*value && !port_ok(value))
		return refuse_value(k, value, why);
	return parse_text(k, base, value, why);
}

static bool parse_usb_id(const struct wish_key *k, void *base, const char *value,
			 struct wish_why *why)
{
	struct wish_usb *u = base;
	const char *colon = strchr(value, ':');
	uint64_t vendor = 0, product = 0;
	char left[5] = "";

	if (colon && colon - value == 4)
		memcpy(left, value, 4);
	if (*value && (!*left || strlen(colon + 1) != 4 || !str_u64(left, 16, 0xffff, &vendor) ||
		       !str_u64(colon + 1, 16, 0xffff, &product) || !vendor))
		return refuse_value(k, value, why);
	u->vendor = (uint16_t)vendor;
	u->product = (uint16_t)product;
	return true;
}

static bool parse_evdev_path(const struct wish_key *k, void *base, const char *value,
			     struct wish_why *why)
{
	if (*value && (!str_starts(value, "/dev/input/") || strstr(value, "..")))
		return refuse_value(k, value, why);
	return parse_text(k, base, value, why);
}

/* "pipewire:USER"; the rest are plain words. A user's name as useradd(8) lets it be. */
static bool parse_audio(const struct wish_key *k, void *base, const char *value,
			struct wish_why *why)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
	const char *user = str_starts(value, "pipewire:");
	struct wish *w = base;

	*w->audio_user = '\0';
	if (!user)
		return parse_choice(k, base, value, why);
	if (!*user || *user == '-' || user[strspn(user, letters)] ||
	    !str_copy(w->audio_user, sizeof(w->audio_user), user))
		return refuse_value(k, value, why);
	w->audio = AUDIO_PIPEWIRE;
	return true;
}

static bool parse_igpu_device(const struct wish_key *k, void *base, const char *value,
			      struct wish_why *why)
{
	struct wish *w = base;
	struct bdf bdf = { 0 };
	bool automatic = !strcmp(value, "auto"), none = !strcmp(value, "none");

	if (!automatic && !none && !bdf_parse(value, &bdf))
		return refuse_value(k, value, why);
	w->igpu = !none;
	w->igpu_auto = automatic;
	w->igpu_bdf = bdf;
	return true;
}

static bool parse_rom(const struct wish_key *k, void *base, const char *value,
		      struct wish_why *why)
{
	struct wish *w = base;

	*w->rom_path = '\0';
	if (*value != '/')
		return parse_choice(k, base, value, why);
	w->rom = ROM_FILE;
	if (str_copy(w->rom_path, sizeof(w->rom_path), value))
		return true;
	return refuse(why, _("%s: longer than %zu bytes"), k->key, sizeof(w->rom_path) - 1);
}

static bool parse_gms(const struct wish_key *k, void *base, const char *value,
		      struct wish_why *why)
{
	struct wish *w = base;
	const char *hex = str_starts(value, "0x");
	uint64_t v;

	if (!strcmp(value, "auto")) {
		w->gms = -1;
		return true;
	}
	if (!str_u64(hex ? hex : value, hex ? 16 : 10, k->most, &v))
		return refuse_value(k, value, why);
	w->gms = (int)v;
	return true;
}

static const struct wish_choice choice_bool[] = {
	{ "yes", 1 }, { "on", 1 }, { "no", 0 }, { "off", 0 }, { NULL, 0 }
};
static const struct wish_choice choice_switch[] = {
	{ "auto", SWITCH_AUTO }, { "on", SWITCH_ON }, { "off", SWITCH_OFF }, { NULL, 0 }
};
static const struct wish_choice choice_os[] = {
	{ "linux", OS_LINUX }, { "windows", OS_WINDOWS }, { NULL, 0 }
};
static const struct wish_choice choice_accel[] = {
	{ "kvm", ACCEL_KVM }, { "tcg", ACCEL_TCG }, { NULL, 0 }
};
static const struct wish_choice choice_machine[] = {
	{ "auto", MACHINE_AUTO }, { "q35", MACHINE_Q35 }, { "i440fx", MACHINE_I440FX }, { NULL, 0 }
};
static const struct wish_choice choice_firmware[] = {
	{ "auto", FIRMWARE_AUTO }, { "uefi", FIRMWARE_UEFI },
	{ "uefi-secure", FIRMWARE_UEFI_SECURE }, { "bios", FIRMWARE_BIOS }, { NULL, 0 }
};
static const struct wish_choice choice_display[] = {
	{ "both", DISPLAY_BOTH }, { "monitor", DISPLAY_MONITOR },
	{ "monitor-early", DISPLAY_MONITOR_EARLY }, { "remote", DISPLAY_REMOTE }, { NULL, 0 }
};
static const struct wish_choice choice_use[] = {
	{ "desktop", USE_DESKTOP }, { "compute", USE_COMPUTE }, { NULL, 0 }
};
static const struct wish_choice choice_rom[] = {
	{ "auto", ROM_AUTO }, { "assign", ROM_ASSIGN }, { "none", ROM_NONE }, { NULL, 0 }
};
static const struct wish_choice choice_format[] = {
	{ "qcow2", 1 }, { "raw", 0 }, { NULL, 0 }
};
static const struct wish_choice choice_bus[] = {
	{ "auto", DISK_AUTO }, { "virtio", DISK_VIRTIO }, { "nvme", DISK_NVME },
	{ "sata", DISK_SATA }, { NULL, 0 }
};
static const struct wish_choice choice_net[] = {
	{ "user", NET_USER }, { "passt", NET_PASST }, { "slirp", NET_SLIRP },
	{ "bridge", NET_BRIDGE }, { "tap", NET_TAP }, { "none", NET_NONE }, { NULL, 0 }
};
static const struct wish_choice choice_rdp[] = {
	{ "auto", RDP_AUTO }, { "local", RDP_LOCAL }, { "lan", RDP_LAN }, { "off", RDP_OFF },
	{ NULL, 0 }
};
static const struct wish_choice choice_input[] = {
	{ "auto", INPUT_AUTO }, { "none", INPUT_NONE }, { NULL, 0 }
};
static const struct wish_choice choice_audio[] = {
	{ "auto", AUDIO_AUTO }, { "none", AUDIO_NONE }, { "alsa", AUDIO_ALSA }, { "usb", AUDIO_USB },
	{ NULL, 0 }
};
static const struct wish_choice choice_nic[] = {
	{ "virtio", NIC_VIRTIO }, { "e1000e", NIC_E1000E }, { NULL, 0 }
};

#define IN(type, m)	.at = offsetof(struct type, m), .size = sizeof(((struct type *)0)->m)
#define WHERE(m)	.where = offsetof(struct wish, m)
#define YES_NO		"yes, no"

const struct wish_key wish_keys[] = {
	{ "vm", "template", parse_template, IN(wish, template),
	  .values = "the name of a template", .help = N_("template this VM is made from") },
	{ "vm", "os", parse_choice, IN(wish, os), choice_os, .values = "linux, windows",
	  .help = N_("guest operating system") },
	{ "vm", "memory", parse_memory, IN(wish, memory_bytes), .least = 64 * MIB,
	  .most = 4096ull << 30, WHERE(where_memory), .values = "8G, 8192M or bytes",
	  .help = N_("memory of the guest") },
	{ "vm", "cpus", parse_number, IN(wish, cpus), .least = 1, .most = 255,
	  .values = "1 to 255", .help = N_("processors of the guest") },
	{ "vm", "accel", parse_choice, IN(wish, accel), choice_accel, .values = "kvm, tcg",
	  .help = N_("accelerator; tcg is software and slow") },
	{ "vm", "machine", parse_machine, IN(wish, machine), choice_machine, WHERE(where_machine),
	  .values = "auto, q35, i440fx, or a version such as pc-q35-10.0",
	  .help = N_("machine type") },
	{ "vm", "firmware", parse_choice, IN(wish, firmware), choice_firmware,
	  WHERE(where_firmware), .values = "auto, uefi, uefi-secure, bios",
	  .help = N_("firmware of the guest") },
	{ "vm", "tpm", parse_choice, IN(wish, tpm), choice_bool, .values = YES_NO,
	  .help = N_("a TPM 2.0, by swtpm") },
	{ "vm", "nested", parse_choice, IN(wish, nested), choice_bool, .values = YES_NO,
	  .help = N_("virtualization inside the guest; turns VBS on in Windows 11") },
	{ "vm", "display", parse_choice, IN(wish, display), choice_display,
	  WHERE(where_display), .values = "both, monitor, monitor-early, remote",
	  .help = N_("where the guest's picture is") },
	{ "vm", "use", parse_choice, IN(wish, use), choice_use, .values = "desktop, compute",
	  .help = N_("what the iGPU is for; compute needs no monitor") },
	{ "vm", "input", parse_choice, IN(wish, input), choice_input, .values = "auto, none",
	  .help = N_("none: start without a keyboard although the picture is on the monitor alone") },
	{ "vm", "audio", parse_audio, IN(wish, audio), choice_audio, WHERE(where_audio),
	  .values = "auto, none, alsa, usb, or pipewire:USER",
	  .help = N_("where the guest's sound goes; auto: alsa where the picture is on the monitor alone") },
	{ "vm", "kernel", parse_path, IN(wish, kernel), .values = "a path",
	  .help = N_("Linux kernel to start without a boot loader") },
	{ "vm", "initrd", parse_path, IN(wish, initrd), .values = "a path",
	  .help = N_("initial RAM disk for kernel") },
	{ "vm", "kernel-args", parse_text, IN(wish, kernel_args), .values = "text",
	  .help = N_("command line for kernel") },
	{ "vm", "rdp", parse_choice, IN(wish, rdp), choice_rdp, WHERE(where_rdp),
	  .values = "auto, local, lan, off",
	  .help = N_("who reaches the guest's Remote Desktop; auto: this host, where the guest is Windows") },
	{ "vm", "rdp-port", parse_port, IN(wish, rdp_port), .most = 65535, WHERE(where_rdp),
	  .values = "auto, or 1024 to 65535",
	  .help = N_("port of this host for it; auto takes one that is free") },
	{ "vm", "uuid", parse_uuid, IN(wish, uuid),
	  .values = "8-4-4-4-12 lower case hexadecimal digits",
	  .help = N_("identity of the machine; by default made from its name") },
	{ "vm", "qemu", parse_program, IN(wish, qemu), WHERE(where_qemu), .values = "a path",
	  .help = N_("QEMU to use") },
	{ "vm", "experimental", parse_choice, IN(wish, experimental), choice_bool, .values = YES_NO,
	  .help = N_("try generations no QEMU is known to support") },
	{ "vm", "lab", parse_choice, IN(wish, lab), choice_bool, .values = YES_NO,
	  .help = N_("allow an iGPU with tcg; only for igvm's own simulated hosts") },

	{ "igpu", "device", parse_igpu_device, .where = offsetof(struct wish, where_igpu),
	  .values = "auto, none, or an address such as 0000:00:02.0",
	  .help = N_("the iGPU to pass to the guest") },
	{ "igpu", "rom", parse_rom, IN(wish, rom), choice_rom, WHERE(where_rom),
	  .values = "auto, assign, none, or a path", .help = N_("option ROM of the guest's iGPU") },
	{ "igpu", "opregion", parse_choice, IN(wish, opregion), choice_switch,
	  .values = "auto, on, off", .help = N_("hand the OpRegion to the guest") },
	{ "igpu", "legacy", parse_choice, IN(wish, legacy), choice_switch,
	  .values = "auto, on, off", .help = N_("legacy mode: VBIOS of Gen 6 to 9 under SeaBIOS") },
	{ "igpu", "gms", parse_gms, .most = 0xfe, .values = "auto, or 0 to 0xfe",
	  .help = N_("size of stolen memory shown to the guest, as GMS code") },

	{ "disk", "path", parse_disk_path, IN(wish_disk, path), .values = "a path",
	  .help = N_("image file or block device; empty takes the disk out") },
	{ "disk", "format", parse_choice, IN(wish_disk, qcow2), choice_format,
	  .values = "qcow2, raw", .help = N_("format of the image") },
	{ "disk", "bus", parse_choice, IN(wish_disk, bus), choice_bus,
	  .values = "auto, virtio, nvme, sata",
	  .help = N_("how the guest sees it; auto: sata for a disc, nvme for Windows, else virtio") },
	{ "disk", "cdrom", parse_choice, IN(wish_disk, cdrom), choice_bool, .values = YES_NO,
	  .help = N_("an optical disc: read-only, format raw") },
	{ "disk", "read-only", parse_choice, IN(wish_disk, read_only), choice_bool,
	  .values = YES_NO, .help = N_("the guest may not write it") },

	{ "net", "type", parse_choice, IN(wish_net, type), choice_net,
	  .values = "user, passt, slirp, bridge, tap, none",
	  .help = N_("kind of network; none takes the card out") },
	{ "net", "bridge", parse_interface, IN(wish_net, bridge), .values = "the name of a bridge",
	  .help = N_("bridge of the host for type = bridge") },
	{ "net", "tap", parse_interface, IN(wish_net, tap), .values = "the name of a tap device",
	  .help = N_("tap device of the host for type = tap") },
	{ "net", "model", parse_choice, IN(wish_net, model), choice_nic,
	  .values = "virtio, e1000e", .help = N_("network card the guest sees") },
	{ "net", "mac", parse_mac, IN(wish_net, mac), .values = "an address such as 52:54:00:12:34:56",
	  .help = N_("hardware address; by default made from the VM's name") },

	{ "usb", "port", parse_usb_port, IN(wish_usb, port), .values = "a port such as 1-4.2",
	  .help = N_("USB device of the host by the port it is plugged into; empty takes it out") },
	{ "usb", "id", parse_usb_id, .values = "vendor and product such as 046d:c52b",
	  .help = N_("USB device of the host by what it is, whatever port it is in") },

	{ "input", "path", parse_evdev_path, IN(wish_evdev, path),
	  .values = "a path below /dev/input",
	  .help = N_("keyboard or mouse that both Ctrl keys hand over; empty takes it out") },
	{ "input", "repeat", parse_choice, IN(wish_evdev, repeat), choice_bool, .values = YES_NO,
	  .help = N_("a key that is held repeats in the guest as on the host") },
	{ .section = NULL },
};

const struct wish_key *wish_key_find(const char *section, const char *key)
{
	for (const struct wish_key *k = wish_keys; k->section; k++)
		if (!strcmp(k->section, section) && !strcmp(k->key, key))
			return k;
	return NULL;
}

/* Near means: at most two letters wrong, and less than half of the word. */
static bool nearer(const char *known, const char *word, unsigned int *best)
{
	unsigned int d = str_distance(known, word);

	if (d > 2 || 2 * d > strlen(known) || d >= *best)
		return false;
	*best = d;
	return true;
}

const char *wish_key_nearest(const char *section, const char *key)
{
	const char *hit = NULL;
	unsigned int best = 99;

	for (const struct wish_key *k = wish_keys; k->section; k++)
		if (!strcmp(k->section, section) && nearer(k->key, key, &best))
			hit = k->key;
	return hit;
}

const char *wish_section_nearest(const char *section)
{
	const char *hit = NULL;
	unsigned int best = 99;

	for (const struct wish_key *k = wish_keys; k->section; k++)
		if (nearer(k->section, section, &best))
			hit = k->section;
	return hit;
}

void wish_defaults(struct wish *w, const char *name)
{
	*w = (struct wish){
		.os = OS_LINUX,
		.memory_bytes = 4096 * MIB,
		.cpus = 2,
		.qemu = "/usr/bin/qemu-system-x86_64",
		.display = DISPLAY_BOTH,
		.gms = -1,
	};
	str_fit(w->name, sizeof(w->name), name);
}
