/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which of our devices a running QEMU has, out of what it answers over QMP. Pure. */
#ifndef IGVM_RUN_INPUTS_HELD_H
#define IGVM_RUN_INPUTS_HELD_H

#include <stdbool.h>

#include "launcher/base/cleanup.h"
#include "launcher/facts/wish.h"

/* The text of a descriptor set: "usb NAME BUS DEVICE"; words_inputs.c writes the first ones. */
#define INPUTS_OPAQUE	"usb "

/** struct input_held - a descriptor set of ours in QEMU */
struct input_held {
	char name[32];		/* of [usb NAME] */
	unsigned int bus, dev;
	int fdset;
};

struct inputs_held {
	struct input_held v[2 * WISH_USB_MAX];
	size_t n;
};

/** inputs_held() - from the answer to query-fdsets; sets of others are passed over */
void inputs_held(const json_t *fdsets, struct inputs_held *all);

/** inputs_has() - does the answer to qom-list name a child @prefix@name ("usb-keyboard")? */
bool inputs_has(const json_t *children, const char *prefix, const char *name);

#endif
