/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The VM as a unit of systemd: igvm@NAME.service is the VM, igvm-supervise@NAME.service watches it.
 *
 * Who starts and stops a VM is told from two facts, never from a setting: a VM that runs belongs to
 * systemd when its QEMU is in the cgroup of its unit (unit_has()), and a VM that does not run will, when
 * systemd is PID 1, the units are installed and it is this very program that they start (unit_serves()).
 * All else is direct. The VM's lock sees to it that it is never both.
 */
#ifndef IGVM_RUN_UNIT_H
#define IGVM_RUN_UNIT_H

#include <stdbool.h>

#include <sys/types.h>

#include "launcher/base/paths.h"

#define UNIT_VM		"igvm@%s.service"
#define UNIT_SUPERVISE	"igvm-supervise@%s.service"
#define UNIT_NAME_MAX	96

/** enum unit_systemd - whether systemd can be asked to run VMs, and if not, why */
enum unit_systemd {
	UNIT_SERVES,
	UNIT_NO_SYSTEMD,	/* it is not PID 1 */
	UNIT_NO_UNITS,		/* igvm's units are not installed */
	UNIT_OTHER_PROGRAM,	/* they start another igvm than this one */
	UNIT_NOT_SYSTEM,	/* a VM of a user; systemd's units are the system's */
};

/** unit_serves() - for VMs of @p; nothing is started to find out */
enum unit_systemd unit_serves(const struct paths *p);

/** unit_serves_text() - why not, one N_() sentence; "" for UNIT_SERVES */
const char *unit_serves_text(enum unit_systemd s);

/** unit_has() - does the VM run, and in its unit? false also when that cannot be seen */
bool unit_has(const struct paths *p, const char *name);

/** unit_has_process() - is process @pid (0: the caller) in the cgroup of VM @name's unit? */
bool unit_has_process(pid_t pid, const char *name);

/** unit_is_enabled() - will it be started at boot? by the link that `systemctl enable` makes */
bool unit_is_enabled(const struct paths *p, const char *name);

/**
 * unit_systemctl() - `systemctl @verb [@option] igvm@NAME.service [igvm-supervise@NAME.service]`
 *
 * @option may be NULL; @both also names the supervisor's unit. Ends when systemctl does, so after
 * the job unless @option is "--no-block". 0, -ENOENT there is no systemctl, -ECHILD it
 * failed, -ETIMEDOUT, -errno.
 */
nodiscard_ int unit_systemctl(const char *verb, const char *option, const char *name, bool both,
			      int timeout_ms);

/**
 * unit_supervise() - ask for the supervisor's unit, unless another job stands against it
 *
 * Returns at once. 0, -ECHILD refused (the VM is going down, say), as unit_systemctl().
 */
nodiscard_ int unit_supervise(const char *name);

/** struct unit_orders - what `igvm start` was given, for the launch in the unit */
struct unit_orders {
	bool rescue, force, yes, no_probe;
	unsigned int trial_ms;
};

/**
 * unit_orders_write(), unit_orders_read() - run/NAME/start.json
 *
 * They hold for the run they were given for and for systemd's restarts of it; unit_orders_forget() ends
 * them. Reading: 0 with all false where there are none, -EBADMSG, -EPROTO, -errno.
 */
nodiscard_ int unit_orders_write(const struct paths *p, const char *name, const struct unit_orders *o);
nodiscard_ int unit_orders_read(const struct paths *p, const char *name, struct unit_orders *o);
void unit_orders_forget(const struct paths *p, const char *name);

/**
 * unit_mark(), unit_is_marked() - run/NAME/unit.json: this invocation of the unit has come as far as QEMU
 *
 * Without it the record in run/NAME is that of an earlier run. The id is systemd's INVOCATION_ID. 0 or -errno.
 */
nodiscard_ int unit_mark(const struct paths *p, const char *name, const char *invocation);
bool unit_is_marked(const struct paths *p, const char *name, const char *invocation);

#endif
