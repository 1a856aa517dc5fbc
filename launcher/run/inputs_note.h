/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * run/NAME/inputs.json: what the guest is to have of USB and event devices while it runs. Launch
 * writes it, the supervisor changes it when a device is attached or detached, so that the next
 * supervisor knows.
 */
#ifndef IGVM_RUN_INPUTS_NOTE_H
#define IGVM_RUN_INPUTS_NOTE_H

#include "launcher/facts/wish.h"

struct inputs_note {
	struct wish_usb usb[WISH_USB_MAX];
	size_t n_usb;
	struct wish_evdev evdev[WISH_EVDEV_MAX];
	size_t n_evdev;
};

/** inputs_note_write() - replace it; 0 or -errno */
nodiscard_ int inputs_note_write(int run_fd, const struct inputs_note *n);

/** inputs_note_read() - none: 0 and empty; -EBADMSG, -EPROTO newer, -errno; then *@n is empty */
nodiscard_ int inputs_note_read(int run_fd, struct inputs_note *n);

/** usb_json(), usb_from_json() - {"name", "port", "id"}, of the last two one; new reference or NULL; 0 or -EBADMSG */
json_t *usb_json(const struct wish_usb *u);
nodiscard_ int usb_from_json(const json_t *json, struct wish_usb *u);

#endif
