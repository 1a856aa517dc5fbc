/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The wish: what the owner of a VM asked for, from NAME.conf, its drop-ins
 * and the template it names. Keys are a table (wish_keys.c); an unknown key
 * is an error with file and line. Nothing is executed or expanded.
 */
#ifndef IGVM_FACTS_WISH_H
#define IGVM_FACTS_WISH_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/base/bdf.h"
#include "launcher/base/cleanup.h"
#include "launcher/base/paths.h"
#include "launcher/facts/block_use.h"
#include "launcher/facts/cpu_list.h"

enum wish_hugepages { HUGEPAGES_NO, HUGEPAGES_2M, HUGEPAGES_1G };
enum wish_accel { ACCEL_KVM, ACCEL_TCG };
enum wish_machine { MACHINE_AUTO, MACHINE_Q35, MACHINE_I440FX };
enum wish_firmware { FIRMWARE_AUTO, FIRMWARE_UEFI, FIRMWARE_UEFI_SECURE, FIRMWARE_BIOS };
enum wish_switch { SWITCH_AUTO, SWITCH_ON, SWITCH_OFF };
enum wish_os { OS_LINUX, OS_WINDOWS };

/** enum wish_display - where the guest's picture is */
enum wish_display {
	DISPLAY_BOTH,		/* emulated display beside the iGPU: install, rescue */
	DISPLAY_MONITOR,	/* the iGPU alone; picture once the guest's driver loads */
	DISPLAY_MONITOR_EARLY,	/* i440fx, the iGPU alone, host LPC ids: picture from power-on with a GOP ROM or VBIOS */
	DISPLAY_REMOTE,		/* emulated display, iGPU for computing */
};

/** enum wish_use - what the iGPU is for; verify judges by it */
enum wish_use {
	USE_DESKTOP,		/* somebody looks at its outputs */
	USE_COMPUTE,		/* video and computing; an output without monitor is no fault */
};

/** enum wish_probe - is the probe run before a start? */
enum wish_probe {
	PROBE_AUTO,		/* when anything that it depends on has changed */
	PROBE_ALWAYS,
	PROBE_NEVER,
};

/** enum wish_watchdog - what happens when a watchdog that the guest has armed is not fed (QEMU's -action watchdog=) */
enum wish_watchdog { WATCHDOG_NO, WATCHDOG_RESET, WATCHDOG_POWEROFF, WATCHDOG_PAUSE };

/** enum wish_rdp - who reaches the guest's Remote Desktop through the host */
enum wish_rdp {
	RDP_AUTO,		/* local for Windows, else off */
	RDP_LOCAL,		/* this host alone */
	RDP_LAN,		/* everybody who reaches the host */
	RDP_OFF,
};

/** enum wish_input - does the guest need a keyboard of the host's? */
enum wish_input {
	INPUT_AUTO,		/* a guest whose picture is on the monitor alone does */
	INPUT_NONE,		/* no */
};

/** enum wish_audio - where the guest's sound goes */
enum wish_audio {
	AUDIO_AUTO,		/* ALSA when the picture is on the monitor alone, else nowhere */
	AUDIO_NONE,
	AUDIO_ALSA,		/* the host's own sound card */
	AUDIO_PIPEWIRE,		/* the PipeWire of a user of the host */
	AUDIO_USB,		/* a USB sound card that [usb] passes: nothing emulated */
};

enum wish_rom { ROM_AUTO, ROM_ASSIGN, ROM_NONE, ROM_FILE };

/** struct wish_where - where a value was written, for messages */
struct wish_where {
	char file[256];
	int line;		/* 0 = default of the program */
};

struct wish_disk {
	char name[32];		/* [disk NAME] */
	char path[PATH_MAX];	/* absolute */
	bool path_given;		/* empty, too: that takes a template's disk out */
	struct wish_where where;	/* its path, else the section's first key */
	bool cdrom, read_only, qcow2;	/* format = qcow2 | raw */
	bool device;			/* path is below /dev: a block device */
	enum { DISK_AUTO, DISK_VIRTIO, DISK_NVME, DISK_SATA } bus;	/* AUTO only while reading */
	int err;			/* errno of wish_look(); 0 = there, or nobody looked */
	bool blank;			/* of wish_look(): nothing was ever written to it */
	bool wrong_kind;		/* of wish_look(): neither a regular file nor a block device */
	bool format_given;
	struct block_use use;		/* of wish_look(), of a block device */
};

struct wish_net {
	char name[32];		/* [net NAME] */
	struct wish_where where;	/* the section's first key */
	/* USER: by passt where it is there, else by QEMU itself (slirp); a plan has no USER and no NONE */
	enum { NET_USER, NET_PASST, NET_SLIRP, NET_BRIDGE, NET_TAP, NET_NONE } type;
	char bridge[16], tap[16];	/* name of the host's interface, NET_BRIDGE and NET_TAP */
	enum { NIC_VIRTIO, NIC_E1000E } model;
	char mac[18];		/* "" = derived from the VM's name */
};

/** struct wish_usb - a USB device of the host: by port, or by id */
struct wish_usb {
	char name[32];		/* [usb NAME] */
	struct wish_where where;	/* the section's first key */
	char port[32];		/* "1-4.2": bus, and the ports on the way (names in sys/bus/usb/devices) */
	uint16_t vendor, product;	/* both 0: by port */
};

/** struct wish_evdev - a keyboard or mouse that host and guest share by turns */
struct wish_evdev {
	char name[32];		/* [input NAME] */
	struct wish_where where;	/* the section's first key */
	char path[256];		/* below /dev/input */
	bool repeat;		/* the host's key repeat goes to the guest */
};

/** struct wish_share - a folder of the host that the guest can mount */
struct wish_share {
	char name[32];		/* [share NAME]; the guest mounts it by this tag, too */
	struct wish_where where;	/* the section's first key */
	char path[PATH_MAX];	/* absolute */
	bool read_only;
	int err;		/* errno of wish_look(): ENOTDIR when it is no folder */
};

/* Set-up's discs are a drop-in of their own, which goes when set-up is through; `create` writes it. */
#define WISH_SETUP_FILE		"50-setup.conf"
#define WISH_ANSWERS_DISK	"answers"	/* [disk answers]: set-up's answers, with a password */
#define WISH_ANSWERS_FILE	"answers.iso"	/* ... below the VM's data folder */

#define WISH_WORDS_SIZE	1024
#define WISH_DISKS_MAX	16
#define WISH_NETS_MAX	8
#define WISH_USB_MAX	8
#define WISH_EVDEV_MAX	8
#define WISH_SHARES_MAX	8

struct wish {
	char name[49];
	char template[49];		/* "" none */
	enum wish_os os;
	uint64_t memory_bytes;
	unsigned int cpus;
	struct cpu_list pin;		/* of the host's: QEMU runs on these alone; none: on all */
	enum wish_hugepages hugepages;
	enum wish_accel accel;
	enum wish_machine machine;
	char machine_version[48];	/* pinned versioned machine; "" = QEMU's newest */
	enum wish_firmware firmware;
	bool nested;
	bool tpm;
	char qemu[PATH_MAX];
	bool experimental;
	enum wish_display display;
	enum wish_use use;
	enum wish_watchdog watchdog;
	char hook[PATH_MAX];		/* a program to run before QEMU and after it; "" none */

	enum wish_input input;
	enum wish_audio audio;
	char audio_user[33];		/* AUDIO_PIPEWIRE: whose */

	enum wish_rdp rdp;
	unsigned int rdp_port;		/* on the host; 0 = one that is free */

	char uuid[37];			/* "" = derived from the name */
	bool lab;			/* accepts a device with accel = tcg: simulated hosts only */

	bool igpu;			/* [igpu] device != none */
	bool igpu_auto;			/* device = auto */
	struct bdf igpu_bdf;		/* when not auto */
	enum wish_rom rom;
	char rom_path[PATH_MAX];	/* ROM_FILE */
	enum wish_switch opregion;	/* auto = on */
	enum wish_switch legacy;	/* auto: on for Gen 6-9 with BIOS, monitor-early */
	int gms;			/* -1 = not given */
	enum wish_probe probe;

	char kernel[PATH_MAX], initrd[PATH_MAX];	/* direct kernel boot; "" none */
	char kernel_args[1024];
	int kernel_err, initrd_err, hook_err;	/* errno of wish_look() */

	char words[WISH_WORDS_SIZE];	/* for QEMU, one after the other, each with its NUL */
	size_t n_words;

	struct wish_disk disk[WISH_DISKS_MAX];
	size_t n_disk;
	struct wish_net net[WISH_NETS_MAX];
	size_t n_net;
	struct wish_usb usb[WISH_USB_MAX];
	size_t n_usb;
	struct wish_evdev evdev[WISH_EVDEV_MAX];
	size_t n_evdev;
	struct wish_share share[WISH_SHARES_MAX];
	size_t n_share;

	struct wish_where where_igpu, where_qemu, where_firmware, where_rom, where_machine,
			  where_memory, where_pin, where_rdp, where_display, where_audio, where_watchdog,
			  where_hook;
};

/** struct wish_error - why a VM file was refused: one sentence, already translated */
struct wish_error {
	char file[PATH_MAX];
	int line;		/* 0 = the file as a whole */
	char text[512];
};

/**
 * wish_read() - read VM @name below @p
 *
 * Template first, then NAME.conf, then NAME.conf.d/ *.conf in byte order; a
 * later value replaces an earlier one. As root, every file and directory
 * above it must be root's and writable by nobody else. Returns 0; -ENOENT no
 * such VM; -EINVAL the name may not be used, or a file is wrong (then *@e says where);
 * -EPERM ownership (*@e); -EFBIG over 64 KiB; -errno.
 */
nodiscard_ int wish_read(const struct paths *p, const char *name, struct wish *w,
			 struct wish_error *e);

/**
 * wish_read_as() - the same as if NAME.conf held @text
 *
 * For looking at a change before it is made. -ENOENT cannot happen; the file need not exist.
 */
nodiscard_ int wish_read_as(const struct paths *p, const char *name, const char *text, size_t len,
			    struct wish *w, struct wish_error *e);

/**
 * wish_dropin_has() - does a drop-in of VM @name set @key in [@section]? *@at is the last that does
 *
 * false also when they cannot be read, which wish_read() then says.
 */
bool wish_dropin_has(const struct paths *p, const char *name, const char *section, const char *key,
		     struct wish_where *at);

/**
 * wish_parse() - @text as if it were the whole of VM @name; the template it names is not read
 *
 * Returns 0; -EINVAL or -EFBIG with line and text of *@e; -ENOMEM.
 */
nodiscard_ int wish_parse(const char *text, size_t len, const char *name, struct wish *w,
			  struct wish_error *e);

/** wish_look() - look whether the files @w names are there; fills the err members */
void wish_look(struct wish *w);

/** wish_list() - names of all VMs below @p, sorted; *@names is one allocation, owned, NULL-terminated */
nodiscard_ int wish_list(const struct paths *p, char ***names);

#endif
