/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces line_read() is put together from; nobody else includes this. */
#ifndef IGVM_LINT_LINE_PARTS_H
#define IGVM_LINT_LINE_PARTS_H

#include "launcher/lint/line.h"
#include "launcher/lint/props.h"

#define NODES_MAX	64u

/** struct block_node - a -blockdev, or a -drive that has an id */
struct block_node {
	char name[64], file[64];	/* its own name, the node below it */
	char filename[PATH_MAX];
};

/** struct reader - a line while it is read */
struct reader {
	struct line *l;
	struct props device[LINE_DEVICES_MAX];	/* of each of l->device, until all options are read */
	struct props global;			/* of vfio-pci alone */
	struct block_node node[NODES_MAX];
	size_t n_node;
	char pflash0[64];			/* the node that is the firmware */
	char taken_id[64];			/* of the device that is l->taken */
	bool net_said;				/* -nic, -net, -netdev: no default card */
	bool flash;				/* the firmware is in flash, which is made for UEFI */
	size_t word;				/* index of the value that is read */
};

/** line_switch() - "on", "off", "auto" and QEMU's other words for them; NULL: not said */
enum line_switch line_switch(const char *text);

/** line_number() - decimal, or hexadecimal with 0x, as QEMU reads it; whole, at most @max; else false */
bool line_number(const char *text, uint64_t max, uint64_t *v);

/* Options of line_machine.c: 0, or an error of props_parse(), which says that the value is of no use. */
int line_take_machine(struct reader *r, const char *value);
int line_take_accel(struct reader *r, const char *value);
int line_take_enable_kvm(struct reader *r, const char *value);
int line_take_cpu(struct reader *r, const char *value);
int line_take_memory(struct reader *r, const char *value);
int line_take_smp(struct reader *r, const char *value);
int line_take_rtc(struct reader *r, const char *value);

/** line_machine_type() - which machine l->machine is; line_default_accel() - what QEMU takes by itself */
void line_machine_type(struct line *l);
void line_default_accel(struct line *l);

/** line_device_add() - a -device of the host; 0, -ENOMEM */
nodiscard_ int line_device_add(struct reader *r, const char *driver, const struct props *p);

/** line_device_fill() - all that the devices' properties say, once no option can change them any more */
void line_device_fill(struct reader *r);

/** line_addr() - "02.0", "2", "0x2.0", or a number of JSON: slot and function; false: not one */
bool line_addr(const char *text, unsigned int *slot, unsigned int *fn);

/** line_firmware_fill() - what the firmware's file name says */
void line_firmware_fill(struct reader *r);

#endif
