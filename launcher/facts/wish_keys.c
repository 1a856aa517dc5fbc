/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/facts/wish_keys.h"

#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/facts/wish_value.h"

#define MIB	(1ull << 20)

static const struct wish_choice choice_bool[] = {
	{ "yes", 1 }, { "on", 1 }, { "no", 0 }, { "off", 0 }, { NULL, 0 }
};
static const struct wish_choice choice_switch[] = {
	{ "auto", SWITCH_AUTO }, { "on", SWITCH_ON }, { "off", SWITCH_OFF }, { NULL, 0 }
};
static const struct wish_choice choice_hugepages[] = {
	{ "no", HUGEPAGES_NO }, { "off", HUGEPAGES_NO }, { "yes", HUGEPAGES_2M }, { "on", HUGEPAGES_2M },
	{ "2M", HUGEPAGES_2M }, { "1G", HUGEPAGES_1G }, { NULL, 0 }
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
static const struct wish_choice choice_probe[] = {
	{ "auto", PROBE_AUTO }, { "always", PROBE_ALWAYS }, { "never", PROBE_NEVER }, { NULL, 0 }
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
static const struct wish_choice choice_watchdog[] = {
	{ "no", WATCHDOG_NO }, { "off", WATCHDOG_NO }, { "reset", WATCHDOG_RESET },
	{ "poweroff", WATCHDOG_POWEROFF }, { "pause", WATCHDOG_PAUSE }, { NULL, 0 }
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
	{ "vm", "template", value_template, IN(wish, template),
	  .values = "the name of a template", .help = N_("template this VM is made from") },
	{ "vm", "os", value_choice, IN(wish, os), choice_os, .values = "linux, windows",
	  .help = N_("guest operating system") },
	{ "vm", "memory", value_memory, IN(wish, memory_bytes), .least = 64 * MIB,
	  .most = 4096ull << 30, WHERE(where_memory), .values = "8G, 8192M or bytes",
	  .help = N_("memory of the guest") },
	{ "vm", "cpus", value_number, IN(wish, cpus), .least = 1, .most = 255,
	  .values = "1 to 255", .help = N_("processors of the guest") },
	{ "vm", "pin", value_pin, WHERE(where_pin), .values = "processors of the host such as 2-5,8",
	  .help = N_("processors of the host that the VM runs on, and on no other; empty: on all") },
	{ "vm", "hugepages", value_choice, IN(wish, hugepages), choice_hugepages,
	  WHERE(where_memory), .values = "no, yes, 2M, 1G",
	  .help = N_("memory of the guest from the host's pool of huge pages; yes: of 2M") },
	{ "vm", "accel", value_choice, IN(wish, accel), choice_accel, .values = "kvm, tcg",
	  .help = N_("accelerator; tcg is software and slow") },
	{ "vm", "machine", value_machine, IN(wish, machine), choice_machine, WHERE(where_machine),
	  .values = "auto, q35, i440fx, or a version such as pc-q35-10.0",
	  .help = N_("machine type") },
	{ "vm", "firmware", value_choice, IN(wish, firmware), choice_firmware,
	  WHERE(where_firmware), .values = "auto, uefi, uefi-secure, bios",
	  .help = N_("firmware of the guest") },
	{ "vm", "tpm", value_choice, IN(wish, tpm), choice_bool, .values = YES_NO,
	  .help = N_("a TPM 2.0, by swtpm") },
	{ "vm", "nested", value_choice, IN(wish, nested), choice_bool, .values = YES_NO,
	  .help = N_("virtualization inside the guest; turns VBS on in Windows 11") },
	{ "vm", "display", value_choice, IN(wish, display), choice_display,
	  WHERE(where_display), .values = "both, monitor, monitor-early, remote",
	  .help = N_("where the guest's picture is") },
	{ "vm", "use", value_choice, IN(wish, use), choice_use, .values = "desktop, compute",
	  .help = N_("what the iGPU is for; compute needs no monitor") },
	{ "vm", "input", value_choice, IN(wish, input), choice_input, .values = "auto, none",
	  .help = N_("none: start without a keyboard although the picture is on the monitor alone") },
	{ "vm", "audio", value_audio, IN(wish, audio), choice_audio, WHERE(where_audio),
	  .values = "auto, none, alsa, usb, or pipewire:USER",
	  .help = N_("where the guest's sound goes; auto: alsa where the picture is on the monitor alone") },
	{ "vm", "watchdog", value_choice, IN(wish, watchdog), choice_watchdog, WHERE(where_watchdog),
	  .values = "no, reset, poweroff, pause",
	  .help = N_("a watchdog for the guest, and what happens when the guest no longer feeds it") },
	{ "vm", "hook", value_path, IN(wish, hook), WHERE(where_hook), .values = "a path",
	  .help = N_("program that is run, as the VM's user, before QEMU starts and after it has ended") },
	{ "vm", "kernel", value_path, IN(wish, kernel), .values = "a path",
	  .help = N_("Linux kernel to start without a boot loader") },
	{ "vm", "initrd", value_path, IN(wish, initrd), .values = "a path",
	  .help = N_("initial RAM disk for kernel") },
	{ "vm", "kernel-args", value_text, IN(wish, kernel_args), .values = "text",
	  .help = N_("command line for kernel") },
	{ "vm", "rdp", value_choice, IN(wish, rdp), choice_rdp, WHERE(where_rdp),
	  .values = "auto, local, lan, off",
	  .help = N_("who reaches the guest's Remote Desktop; auto: this host, where the guest is Windows") },
	{ "vm", "rdp-port", value_port, IN(wish, rdp_port), .most = 65535, WHERE(where_rdp),
	  .values = "auto, or 1024 to 65535",
	  .help = N_("port of this host for it; auto takes one that is free") },
	{ "vm", "uuid", value_uuid, IN(wish, uuid),
	  .values = "8-4-4-4-12 lower case hexadecimal digits",
	  .help = N_("identity of the machine; by default made from its name") },
	{ "vm", "qemu", value_program, IN(wish, qemu), WHERE(where_qemu), .values = "a path",
	  .help = N_("QEMU to use") },
	{ "vm", "experimental", value_choice, IN(wish, experimental), choice_bool, .values = YES_NO,
	  .help = N_("try generations no QEMU is known to support") },
	{ "vm", "lab", value_choice, IN(wish, lab), choice_bool, .values = YES_NO,
	  .help = N_("allow an iGPU with tcg; only for igvm's own simulated hosts") },

	{ "igpu", "device", value_igpu_device, .where = offsetof(struct wish, where_igpu),
	  .values = "auto, none, or an address such as 0000:00:02.0",
	  .help = N_("the iGPU to pass to the guest") },
	{ "igpu", "rom", value_rom, IN(wish, rom), choice_rom, WHERE(where_rom),
	  .values = "auto, assign, none, or a path", .help = N_("option ROM of the guest's iGPU") },
	{ "igpu", "opregion", value_choice, IN(wish, opregion), choice_switch,
	  .values = "auto, on, off", .help = N_("hand the OpRegion to the guest") },
	{ "igpu", "legacy", value_choice, IN(wish, legacy), choice_switch,
	  .values = "auto, on, off", .help = N_("legacy mode: VBIOS of Gen 6 to 9 under SeaBIOS") },
	{ "igpu", "gms", value_gms, .most = 0xfe, .values = "auto, or 0 to 0xfe",
	  .help = N_("size of stolen memory shown to the guest, as GMS code") },
	{ "igpu", "probe", value_choice, IN(wish, probe), choice_probe, .values = "auto, always, never",
	  .help = N_("probe before a start; auto: when something has changed since the last success") },

	{ "disk", "path", value_disk_path, IN(wish_disk, path), .values = "a path",
	  .help = N_("image file or block device; empty takes the disk out") },
	{ "disk", "format", value_choice, IN(wish_disk, qcow2), choice_format,
	  .values = "qcow2, raw",
	  .help = N_("format of the image; by default raw for a block device, else qcow2") },
	{ "disk", "bus", value_choice, IN(wish_disk, bus), choice_bus,
	  .values = "auto, virtio, nvme, sata",
	  .help = N_("how the guest sees it; auto: sata for a disc, nvme for Windows, else virtio") },
	{ "disk", "cdrom", value_choice, IN(wish_disk, cdrom), choice_bool, .values = YES_NO,
	  .help = N_("an optical disc: read-only, format raw") },
	{ "disk", "read-only", value_choice, IN(wish_disk, read_only), choice_bool,
	  .values = YES_NO, .help = N_("the guest may not write it") },

	{ "net", "type", value_choice, IN(wish_net, type), choice_net,
	  .values = "user, passt, slirp, bridge, tap, none",
	  .help = N_("kind of network; none takes the card out") },
	{ "net", "bridge", value_interface, IN(wish_net, bridge), .values = "the name of a bridge",
	  .help = N_("bridge of the host for type = bridge") },
	{ "net", "tap", value_interface, IN(wish_net, tap), .values = "the name of a tap device",
	  .help = N_("tap device of the host for type = tap") },
	{ "net", "model", value_choice, IN(wish_net, model), choice_nic,
	  .values = "virtio, e1000e", .help = N_("network card the guest sees") },
	{ "net", "mac", value_mac, IN(wish_net, mac), .values = "an address such as 52:54:00:12:34:56",
	  .help = N_("hardware address; by default made from the VM's name") },

	{ "usb", "port", value_usb_port, IN(wish_usb, port), .values = "a port such as 1-4.2",
	  .help = N_("USB device of the host by the port it is plugged into; empty takes it out") },
	{ "usb", "id", value_usb_id, .values = "vendor and product such as 046d:c52b",
	  .help = N_("USB device of the host by what it is, whatever port it is in") },

	{ "input", "path", value_evdev_path, IN(wish_evdev, path),
	  .values = "a path below /dev/input",
	  .help = N_("keyboard or mouse that both Ctrl keys hand over; empty takes it out") },
	{ "input", "repeat", value_choice, IN(wish_evdev, repeat), choice_bool, .values = YES_NO,
	  .help = N_("a key that is held repeats in the guest as on the host") },
	{ "share", "path", value_path, IN(wish_share, path), .values = "a path",
	  .help = N_("folder of the host that the guest can mount (virtiofs); empty takes it out") },
	{ "share", "read-only", value_choice, IN(wish_share, read_only), choice_bool, .values = YES_NO,
	  .help = N_("the guest may not write there; this is the default") },
	{ "qemu", "words", value_words, .values = "options of QEMU and their values",
	  .help = N_("words for QEMU that igvm does not know; not supported") },
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
