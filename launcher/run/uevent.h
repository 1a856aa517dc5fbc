/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel's word that a device came or went (netlink(7), NETLINK_KOBJECT_UEVENT). */
#ifndef IGVM_RUN_UEVENT_H
#define IGVM_RUN_UEVENT_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/base/cleanup.h"

/** uevent_open() - a descriptor to poll for reading; -errno where the kernel tells nothing (some containers) */
nodiscard_ int uevent_open(void);

/**
 * uevent_take() - read what has come; was anything of it about USB or input devices?
 *
 * Never waits, and reads a bounded number of messages. Messages of anybody but the kernel are dropped. True also when
 * messages were lost: then nobody knows what came.
 */
bool uevent_take(int fd);

/** uevent_concerns() - is the message @text of @len bytes about a USB or input device? Strings end with NUL */
bool uevent_concerns(const char *text, size_t len);

#endif
