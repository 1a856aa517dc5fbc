/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plan: every choice made, no "auto" left, every path absolute. Pure.
 */
#ifndef IGVM_DECIDE_PLAN_H
#define IGVM_DECIDE_PLAN_H

#include "launcher/decide/finding.h"
#include "launcher/facts/host.h"
#include "launcher/facts/inputs.h"
#include "launcher/facts/net.h"
#include "launcher/facts/qemu_caps.h"
#include "launcher/facts/rom_store.h"
#include "launcher/facts/way_in.h"
#include "launcher/facts/wish.h"
#include "romfiles/span.h"

/** enum plan_purpose - the VM itself, or the probe under its words */
enum plan_purpose { PLAN_RUN, PLAN_PROBE };

/** enum plan_fd_kind - what a descriptor given to QEMU is; launch makes each by kind */
enum plan_fd_kind {
	PLAN_FD_VM_LOCK,	/* lock of the VM; QEMU does nothing with it but hold it */
	PLAN_FD_DEVICE_LOCK,	/* lock of the iGPU; only with a device */
	PLAN_FD_QMP,		/* listening unix socket run/qmp */
	PLAN_FD_AGENT,		/* listening unix socket run/agent */
	PLAN_FD_CONSOLE,	/* listening unix socket run/console (serial) */
	PLAN_FD_FIRMWARE_LOG,	/* connected stream to the keeper: debug port 0x402 (-chardev socket,fd=N) */
	PLAN_FD_SERIAL_LOG,	/* write end of a pipe to the keeper, as fdset: logfile=/dev/fdset/M of the
				 * console's chardev, with logappend=on */
	PLAN_FD_TPM,		/* connected socketpair end to swtpm's control channel */
	PLAN_FD_FILE,		/* a disk or ISO, opened by launch, given as fdset */
	PLAN_FD_PASST,		/* connected socketpair end to passt, which launch starts */
	PLAN_FD_BRIDGE,		/* a new tap device in the bridge @path; gone when QEMU closes it */
	PLAN_FD_TAP,		/* the host's own tap device @path */
	PLAN_FD_USB,		/* the node @path of the USB device plan->usb[index], given as fdset */
	PLAN_FD_SHARE,		/* connected end to the virtiofsd of plan->share[index], which launch starts */
	PLAN_FD_PIPEWIRE,	/* O_PATH: the PipeWire socket of plan->audio_user */
};

/*
 * VNC cannot take a listening descriptor (tried on QEMU 7.2 and 11.1): with emulated_display the words
 * are -vnc unix:RUN_DIR/vnc.d/vnc, in a directory launch makes for the VM's user alone.
 */
#define PLAN_VNC_DIR	"vnc.d"
#define PLAN_VNC_SOCKET	"vnc.d/vnc"
#define PLAN_PROBE_ROM	"probe.rom"
#define PLAN_ASSIGN_ROM		"igd-assign.rom"	/* in the data folder, as it was at the first start */

struct plan_fd {
	enum plan_fd_kind kind;
	int fd;			/* number in QEMU; from 3 upwards without gaps */
	int fdset;		/* PLAN_FD_FILE, _SERIAL_LOG, _USB: N of /dev/fdset/N, else 0 */
	bool writable;		/* PLAN_FD_FILE */
	char path[PATH_MAX];	/* PLAN_FD_FILE, _USB: what to open; _BRIDGE, _TAP: the interface; else "" */
	size_t index;		/* of PLAN_FD_PASST, _BRIDGE, _TAP: which of the plan's cards; of _USB: which device;
				 * of _SHARE: which folder */
};

#define PLAN_FDS_MAX	(9 + WISH_DISKS_MAX + WISH_NETS_MAX + WISH_USB_MAX + WISH_SHARES_MAX)

/** struct plan_file - a file QEMU itself must be able to open; launch puts it in place */
struct plan_file {
	char from[PATH_MAX];	/* what it is copied from; "" = the bytes below, or when there are
				 * none it must exist at @to already */
	char from_else[PATH_MAX]; /* what it is copied from when @from is missing; "" = nothing */
	char to[PATH_MAX];	/* what the words name */
	uint8_t bytes[16];	/* the whole content when @from is "" and @n_bytes is not 0 */
	size_t n_bytes;
	bool once;		/* only when @to is missing (NVRAM); else replaced when different */
	bool writable;		/* the VM's user may write it */
};

#define PLAN_FILES_MAX	8

/** struct plan_usb - a USB device the guest gets, now or when it is plugged in */
struct plan_usb {
	struct wish_usb wish;
	bool there;			/* it is plugged in; the rest is of it */
	unsigned int bus, dev;
	char port[32];
};

struct plan {
	enum plan_purpose purpose;
	char name[49];
	char uuid[37];			/* SMBIOS and QMP; the same at each start, or Windows
					 * takes the VM for another machine */
	char run_dir[PATH_MAX], data_dir[PATH_MAX];	/* the probe has its own, below the VM's */
	char qemu[PATH_MAX];
	enum qemu_era era;
	enum wish_os os;
	enum wish_accel accel;
	bool q35;			/* else i440fx */
	char machine[48];		/* versioned name for -machine */
	uint64_t memory_bytes;
	unsigned int cpus;
	uint64_t huge_bytes;		/* size of a page of guest memory from the host's pool; 0 = ordinary memory */
	struct cpu_list pin;		/* processors of the host; none = all */
	int phys_bits;			/* host-phys-bits-limit; 0 = not given */
	bool nested, tpm, smm, secure_boot;
	bool tpm_throw_away;		/* the probe: its TPM starts empty and is not kept */
	enum wish_display display;
	bool emulated_display, vnc;	/* vnc: RUN_DIR/PLAN_VNC_SOCKET; the probe has none */

	enum { PLAN_OVMF, PLAN_SEABIOS } firmware;
	char ovmf_code[PATH_MAX], ovmf_vars[PATH_MAX];	/* vars: the VM's own copy */

	bool igpu;
	struct bdf host_bdf;		/* guest address is always 00:02.0 */
	int group;
	uint16_t device_id;
	bool legacy_mode, opregion, lpc;
	int gms;			/* -1 = not given to QEMU */
	char rom[PATH_MAX];		/* romfile; "" = none. With UEFI the probe's is RUN_DIR/PLAN_PROBE_ROM, which
					 * its caller puts there before the launch */
	uint64_t stolen_base;		/* host's base for the assignment driver; 0 = not given */
	char stolen_file[PATH_MAX];	/* the same as 8 bytes, little endian, for fw_cfg; "" = not given */

	struct wish_disk disk[WISH_DISKS_MAX];
	size_t n_disk;
	struct wish_net net[WISH_NETS_MAX];
	size_t n_net;
	bool xhci;			/* a USB controller; the supervisor plugs devices into it */
	struct plan_usb usb[WISH_USB_MAX];
	size_t n_usb;
	struct plan_evdev {
		struct wish_evdev wish;
		bool there;		/* launch gives its node to the VM's user */
	} evdev[WISH_EVDEV_MAX];
	size_t n_evdev;
	bool panic;			/* a device by which a Linux guest tells that its kernel has crashed */
	enum wish_watchdog watchdog;
	struct wish_share share[WISH_SHARES_MAX];
	size_t n_share;
	char virtiofsd[64];		/* the program; "" without a share */
	char hook[PATH_MAX];		/* "" none */
	enum wish_audio audio;		/* no AUDIO_AUTO */
	char audio_user[33];		/* AUDIO_PIPEWIRE */
	unsigned int rdp_port;		/* of the host, forwarded to the guest's 3389; 0 = none */
	bool rdp_lan;			/* on every address of the host, else on 127.0.0.1 */
	size_t rdp_net;			/* the card it goes through */
	size_t setup_disc;			/* of disk: the disc of a set-up that waits for a key, while the first
					 * disk is blank; 0 = none: the first is a disk */
	size_t answers_disc;		/* of disk: [disk answers], never the first; its ejection is the end of set-up */
	char kernel[PATH_MAX], initrd[PATH_MAX];
	char kernel_args[1024];
	char words[WISH_WORDS_SIZE];		/* of the VM file, as in struct wish; the probe has none */
	size_t n_words;

	struct plan_fd fd[PLAN_FDS_MAX];
	size_t n_fd;
	struct plan_file file[PLAN_FILES_MAX];
	size_t n_file;

	uint64_t memlock_bytes;		/* RLIMIT_MEMLOCK QEMU needs; 0 = leave it */
	unsigned int start_ms;		/* until query-status must have answered; scales with RAM */
	unsigned int stop_ms;		/* until an asked guest must be down */
};

/** struct plan_rom - bytes of the ROM file that plan_rom_path() names */
struct plan_rom {
	enum { PLAN_ROM_UNREAD, PLAN_ROM_READ, PLAN_ROM_FAILED } state;
	int err;		/* errno of PLAN_ROM_FAILED */
	struct span bytes;	/* of PLAN_ROM_READ; borrowed */
	bool changed;		/* they are not those the store's sidecar tells of */
};

/** struct plan_input - all a plan is made from; borrowed */
struct plan_input {
	const struct wish *wish;
	const struct host_facts *host;	/* NULL: VM without a device on a host nobody read */
	const struct qemu_caps *caps;
	const struct paths *paths;
	const char *datadir;		/* igvm's own data: roms/igd-assign.rom ... */
	const struct rom_store *store;	/* NULL = empty */
	const struct net_facts *net;	/* NULL = nobody looked */
	const struct inputs *inputs;	/* with the look at the wish; NULL = nobody looked */
	const struct way_in_facts *way_in;	/* NULL = nobody looked */
	struct plan_rom rom;		/* unread: judged as far as the name goes, with a note */
	enum plan_purpose purpose;
	bool rescue;
};

/**
 * plan_rom_path() - which ROM file will the guest's iGPU get?
 *
 * The VM's own file, with rom = auto one of the store, or igvm's assignment
 * ROM. false: none (no iGPU, rom = none, SeaBIOS without a file), or the name
 * does not fit; @path is then "". The caller reads it (at most ROM_BUILD_MAX
 * bytes) into plan_input.rom.
 */
bool plan_rom_path(const struct plan_input *in, char path[static PATH_MAX]);

/**
 * plan_rom_entry() - the store's entry that rom = auto takes for this VM; NULL: none
 *
 * Under UEFI with display = monitor-early a GOP ROM that has an assignment
 * driver, for the device or else its platform. In legacy mode a VBIOS for
 * exactly this device. One that is the only best; several are none.
 */
const struct rom_store_entry *plan_rom_entry(const struct plan_input *in);

/**
 * plan_make() - decide everything
 *
 * Total: for any input it returns true and a whole *@p, or false and at least one
 * finding of severity block in *@f. A whole plan may come with findings that
 * block, too: QEMU would start it, and the guest would not be well (a ROM without
 * assignment driver, a missing disk); only --force goes on with such a plan. @f is
 * appended to, not cleared.
 */
bool plan_make(const struct plan_input *in, struct plan *p, struct findings *f);

/** plan_display_name() - as in VM files; static */
const char *plan_display_name(enum wish_display display);

/** plan_json() - the plan as {"version":1,"kind":"plan",...}; new reference or NULL */
json_t *plan_json(const struct plan *p);

#endif
