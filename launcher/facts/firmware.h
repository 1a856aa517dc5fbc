/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Guest firmware that the host has, by the descriptors of QEMU's
 * docs/interop/firmware.json. SeaBIOS needs none: QEMU brings and finds it.
 */
#ifndef IGVM_FACTS_FIRMWARE_H
#define IGVM_FACTS_FIRMWARE_H

#include "launcher/facts/host_tree.h"

/**
 * firmware_read() - list the descriptors for x86_64 below @t, in byte order of their names
 *
 * etc/qemu/firmware hides files of the same name in usr/share/qemu/firmware; an
 * empty file there hides and is none itself. Left out: what is not a
 * descriptor, over 64 KiB, not for x86_64, neither raw flash nor memory, or
 * with a path that is not absolute. Returns 0 or -ENOMEM.
 */
nodiscard_ int firmware_read(const struct tree *t, struct firmware_fact *v, size_t max,
			     size_t *n);

/**
 * firmware_read_beside() - append those of a QEMU installed in a prefix of its own
 *
 * @qemu: path of the binary, PREFIX/bin/qemu-system-x86_64 once links are
 * resolved; PREFIX/share/qemu/firmware is read, unless PREFIX is /usr. Paths
 * in those descriptors are taken as written. Returns 0 or -ENOMEM.
 */
nodiscard_ int firmware_read_beside(const char *qemu, struct firmware_fact *v, size_t max,
				    size_t *n);

/** firmware_from_json() - pure: one descriptor -> *@f, but file and present; false: not for us */
bool firmware_from_json(const json_t *json, struct firmware_fact *f);

#endif
