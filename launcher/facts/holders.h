/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who holds a device, named as people know it: the compositor and its user, the service
 * of the display manager, a VM of Proxmox or libvirt, one of igvm's own, the kernel's
 * console. Read below a root, so that recorded hosts can be judged too: below it are
 * proc/PID/{comm,cmdline,cgroup,status,fd}, sys, etc/passwd, run/igvm.
 */
#ifndef IGVM_FACTS_HOLDERS_H
#define IGVM_FACTS_HOLDERS_H

#include <sys/types.h>

#include "launcher/facts/host_tree.h"

enum holder_kind {
	HOLDER_PROGRAM,		/* none of the below */
	HOLDER_COMPOSITOR,	/* Xorg, gnome-shell, kwin, sway: it shows the picture */
	HOLDER_MANAGER,		/* a process of the display manager's unit (greeter) */
	HOLDER_SYSTEM,		/* init, logind: they hold it for a session and let go with it */
	HOLDER_VM_IGVM,
	HOLDER_VM_PVE,
	HOLDER_VM_LIBVIRT,
	HOLDER_VM_OTHER,	/* a QEMU of nobody known */
	HOLDER_CONSOLE,		/* the kernel's text console on the device's framebuffer; no process */
	HOLDER_FRAMEBUFFER,	/* the firmware's framebuffer driver; no process */
	HOLDER_NKINDS
};

/** struct holder - one of them; texts are safe for a terminal */
struct holder {
	enum holder_kind kind;
	pid_t pid;		/* 0: no process */
	char comm[32];
	char name[64];		/* name or number of the VM, of the vtconsole, of the framebuffer; the comm */
	char unit[64];		/* systemd unit it runs in, "" not known */
	uid_t uid;
	char user[40];		/* its owner's name, else "root" or "uid 1000"; "" not known */
	char node[64];		/* what it has open; "" no process */
};

#define HOLDERS_MAX	32

struct holders {
	struct holder v[HOLDERS_MAX];
	size_t n;
	bool more;		/* there were more than that, or the look took longer than it may */
	bool unseen;		/* some processes could not be looked into (not root) */
	char manager[64];	/* unit of the display manager that runs, "sddm.service"; "" none seen */
};

/**
 * holders_read() - all who hold @bdf: open /dev/dri nodes of it or its VFIO group, the
 * kernel's console, the firmware's framebuffer
 *
 * Takes at most a second: then h->more is set. 0 or -errno (no proc/ below the root).
 */
nodiscard_ int holders_read(const struct tree *t, struct bdf bdf, struct holders *h);

/** holder_is_vm() - a VM has it: it is never ended by a hand-over */
bool holder_is_vm(const struct holder *h);

/** holder_is_screen() - a process that shows or draws with it, and that closes when the screen goes */
bool holder_is_screen(const struct holder *h);

/** holders_screen() - number of those that holder_is_screen() */
size_t holders_screen(const struct holders *h);

/** holder_text() - "gnome-shell of anna (pid 812)", "Proxmox VM 101 (pid 9)"; @buf */
char *holder_text(const struct holder *h, char *buf, size_t size);

/** holder_fix() - the command that frees the device, or one sentence; @buf */
char *holder_fix(const struct holders *all, const struct holder *h, char *buf, size_t size);

#endif
