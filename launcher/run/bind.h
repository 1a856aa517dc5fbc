/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handing a device to vfio-pci and back, journaled: the state before is on
 * disk before the first write to sysfs, each sysfs write happens in a child of its
 * own and is bounded in time, a failure is rolled back in reverse order, and
 * bind_repair() completes or undoes what a kill interrupted.
 */
#ifndef IGVM_RUN_BIND_H
#define IGVM_RUN_BIND_H

#include "launcher/base/bdf.h"
#include "launcher/base/paths.h"

/** struct bind_error - the step that failed, for one sentence */
struct bind_error {
	char path[256];		/* sysfs file written, or node holding the device */
	char value[64];		/* what was written */
	int err;		/* errno > 0; ETIMEDOUT: the write hangs in the kernel */
};

/**
 * bind_claim() - bind @bdf to vfio-pci by driver_override + drivers_probe
 *
 * @owner: "cli" (igvm bind) or a VM's name; written to the journal (run/bind/BDF.json). Already bound to vfio-pci:
 * nothing is done, 0, and no journal entry is made (so nothing is given back later). @prev gets the driver
 * before ("" none), size 32. Returns 0 or -errno with *@e filled and everything rolled back.
 */
nodiscard_ int bind_claim(const char *sysroot, const struct paths *p, struct bdf bdf,
			  const char *owner, char prev[static 32], struct bind_error *e);

/**
 * bind_release() - give @bdf back to the driver in the journal (or, for owner "cli", by drivers_probe without override)
 *
 * Only when the journal names @owner (NULL: any). Nothing to give back: 0. Returns 0 or -errno with *@e.
 */
nodiscard_ int bind_release(const char *sysroot, const struct paths *p, struct bdf bdf,
			    const char *owner, struct bind_error *e);

/** bind_repair() - finish or undo an interrupted hand-over of @bdf found in the journal; 0 also when there is none */
nodiscard_ int bind_repair(const char *sysroot, const struct paths *p, struct bdf bdf,
			   struct bind_error *e);

#endif
