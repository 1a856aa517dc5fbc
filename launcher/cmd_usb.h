/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The verbs of `igvm usb`. */
#ifndef IGVM_CMD_USB_H
#define IGVM_CMD_USB_H

#include "launcher/cmd.h"
#include "launcher/facts/inputs.h"

extern const struct cmd usb_list, usb_attach, usb_detach;

/** cmd_usb_read() - what the host has, and whose it is; @name's own claims are left out (NULL: nobody's); said: EXIT_FAILED */
int cmd_usb_read(const struct globals *g, const char *name, struct inputs *in);

#endif
