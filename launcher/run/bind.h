/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Handing a device to vfio-pci and back, journaled: the state before is on
 * disk before the first write to sysfs, each sysfs write happens in a child of its
 * own and is bounded in time, a failure is rolled back in reverse order, and
 * bind_repair() completes or undoes what a kill interrupted.
 *
 * The caller holds the device's lock (lock_device()) for all but bind_holder()
 * and bind_owned(). @sysroot is "/" or the root of a made-up tree with sys/ and proc/.
 */
#ifndef IGVM_RUN_BIND_H
#define IGVM_RUN_BIND_H

#include "launcher/base/bdf.h"
#include "launcher/base/paths.h"

/** struct bind_error - the step that failed, for one sentence */
struct bind_error {
	char path[256];		/* sysfs file written, link expected, or node holding the device */
	char value[128];	/* what was written; the holder, as "Xorg of anna (pid 812)" */
	int err;		/* errno > 0; ETIMEDOUT: the write hangs in the kernel */
};

/**
 * bind_claim() - bind @bdf to vfio-pci by driver_override + drivers_probe
 *
 * @owner: "cli" (igvm bind) or a VM's name; written to the journal (run/bind/BDF.json). Already bound to vfio-pci:
 * nothing is done, 0, and no journal entry is made (so nothing is given back later) - but an entry left by another
 * VM becomes @owner's. @prev gets the driver before ("" none), size 32. Loads vfio-pci when the kernel does not
 * have it (real root only). -EBUSY: a process has one of its /dev/dri nodes open, named in *@e; nothing was
 * touched. -ENODEV no such device, or vfio-pci did not take it; -ENOENT no driver vfio-pci; -ETIMEDOUT a write hangs: the
 * journal stays for bind_repair(). Otherwise on failure everything was rolled back. 0 or -errno with *@e filled.
 */
nodiscard_ int bind_claim(const char *sysroot, const struct paths *p, struct bdf bdf,
			  const char *owner, char prev[static 32], struct bind_error *e);

/**
 * bind_release() - give @bdf back to the driver in the journal (or, for owner "cli" without a journal, by
 * drivers_probe without override)
 *
 * Only when the journal names @owner (NULL: any). Nothing to give back: 0. A driver that is gone (module removed) or
 * refuses the device is -ENODEV; the device is then free, without override, and the journal is gone. -EBUSY: a
 * process (a VM) has the device's VFIO group open, named in *@e. 0 or -errno with *@e.
 */
nodiscard_ int bind_release(const char *sysroot, const struct paths *p, struct bdf bdf,
			    const char *owner, struct bind_error *e);

/**
 * bind_repair() - finish or undo an interrupted hand-over of @bdf found in the journal
 *
 * A claim that did not finish is undone, a release that did not finish is finished. A device that was claimed stays with
 * vfio-pci: whose it is, is the journal's owner. 0 also when there is no journal.
 */
nodiscard_ int bind_repair(const char *sysroot, const struct paths *p, struct bdf bdf,
			   struct bind_error *e);

/**
 * bind_holder() - does a process have one of the device's nodes open (/dev/dri/..., /dev/vfio/GROUP)?
 *
 * Looks for at most a second. True: *@e names node and process. False: none seen (processes of others cannot be looked
 * into without root).
 */
bool bind_holder(const char *sysroot, struct bdf bdf, struct bind_error *e);

#define BIND_DEVICES_MAX	16

/** bind_owned() - devices whose journal names @owner (NULL: any); number of them or -errno */
nodiscard_ int bind_owned(const struct paths *p, const char *owner, struct bdf v[static BIND_DEVICES_MAX]);

/** bind_driver() - name of the driver @bdf is bound to, "" none; 0, -ENODEV no such device, -errno */
nodiscard_ int bind_driver(const char *sysroot, struct bdf bdf, char driver[static 32]);

#endif
