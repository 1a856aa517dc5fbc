/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Opening a USB device for QEMU, which gets the descriptor. */
#ifndef IGVM_RUN_USB_OPEN_H
#define IGVM_RUN_USB_OPEN_H

#include "launcher/facts/inputs.h"

/**
 * usb_open() - the node of @d below @sysroot, for reading and writing; a descriptor
 *
 * -ENOENT, -ENODEV it was unplugged; -EACCES; -EINVAL what is there is no USB device; -errno. Below a
 * @sysroot other than "/" (tests) an ordinary file stands for the node.
 */
nodiscard_ int usb_open(const char *sysroot, const struct usb_device *d);

#endif
