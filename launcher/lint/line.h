/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a foreign command line of QEMU does, as far as it matters to an iGPU. Pure. */
#ifndef IGVM_LINT_LINE_H
#define IGVM_LINT_LINE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "launcher/base/bdf.h"
#include "launcher/facts/host.h"
#include "launcher/lint/args.h"

/** enum line_switch - a property of a device: not written, or what was written */
enum line_switch { LINE_UNSAID, LINE_OFF, LINE_ON, LINE_AUTO, LINE_OTHER };

/** enum line_machine - the machines an iGPU is passed to */
enum line_machine { LINE_PC, LINE_Q35, LINE_OTHER_MACHINE };

/** enum line_firmware - what starts the guest, by the file's name */
enum line_firmware { LINE_SEABIOS, LINE_OVMF, LINE_OTHER_FIRMWARE };

/** struct line_device - one device of the host */
struct line_device {
	size_t word;			/* index of its value in the words */
	char id[64];			/* "" none */
	bool host_known;
	struct bdf host;		/* with host_known */
	char host_text[128];		/* as written; "" not said */
	char driver[32];		/* vfio-pci, vfio-pci-nohotplug, vfio-user-pci */
	char bus[64];			/* "" not said: QEMU takes the root bus */
	bool root_bus;
	bool addr_said;
	unsigned int slot, fn;		/* with addr_said */
	enum line_switch opregion, lpc, legacy, vga, rombar;
	enum line_switch display;	/* display=, or ramfb=on */
	bool igd_said;			/* has any property x-igd-... */
	bool gms_said, gms_number;
	uint64_t gms;			/* with gms_number */
	char romfile[PATH_MAX];		/* "" none */
	int device_id;			/* x-pci-device-id; -1 = not said */
};

#define LINE_DEVICES_MAX	16u

struct line {
	const struct lint_args *args;	/* borrowed */
	char machine[64];		/* of -machine; "" not said: QEMU takes pc */
	enum line_machine type;
	enum { LINE_ACCEL_UNSAID, LINE_KVM, LINE_TCG, LINE_ACCEL_OTHER } accel;
	enum line_switch smm;

	size_t cpu_word;		/* index of -cpu's value; 0 = not said */
	char cpu[64];			/* model */
	bool hidden;			/* kvm=off, hypervisor=off, -hypervisor */
	char hv_vendor[32];		/* "" none */
	size_t n_hv;			/* other hv_ flags */
	enum line_switch vmx;
	int phys_limit;			/* host-phys-bits-limit; 0 = not said */

	uint64_t memory_bytes;		/* 0 = not said, or not understood */
	unsigned int cpus;		/* 0 = not said */

	enum line_firmware firmware;
	char code[PATH_MAX];		/* firmware file; "" = QEMU's own SeaBIOS */
	bool secure_code;		/* its name says Secure Boot */
	bool secure_flash;		/* cfi.pflash01 secure=on */

	bool nodefaults;
	char vga[32];			/* of -vga; "" not said */
	bool display_device;		/* a display by -device */
	bool emulated_display;		/* that, a -vga that is one, or QEMU's default */
	bool display_none;		/* -display none, or -nographic: no window on the host */
	bool shown;			/* -vnc or -spice: but somebody else may look */
	bool auto_nic;			/* a card without a -device: QEMU's default, or of -nic and -net */
	char taken[64];			/* driver of another device at 02.0; "" none */

	bool s3_off, s4_off;
	bool balloon;
	bool readconfig_foreign;	/* -readconfig of a file whose content is not known */
	char readconfig[256];
	bool opregion_file;		/* -fw_cfg name=etc/igd-opregion */
	bool windows;			/* it has something that only a Windows guest is given */

	struct line_device device[LINE_DEVICES_MAX];
	size_t n_device;
	int igpu;			/* index of device, -1 = none */
};

/**
 * line_read() - fill *@l from @a, which must outlive it
 *
 * Total but for -ENOMEM. What is not understood is left as not said; -device values that are no
 * JSON although they begin with a brace count as devices that say nothing.
 */
nodiscard_ int line_read(const struct lint_args *a, struct line *l);

/** line_option() - "-device", "--device" -> "device"; NULL: no option */
const char *line_option(const char *word);

/** line_takes_value() - does QEMU's @option (without dashes) have a word behind it? */
bool line_takes_value(const char *option);

#endif
