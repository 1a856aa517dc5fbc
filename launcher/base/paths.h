/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where igvm's files live: as root below /etc, /var/lib and /run, as an
 * ordinary user below the XDG directories. IGVM_* environment variables are
 * not read; tests use struct paths with directories of their own.
 */
#ifndef IGVM_BASE_PATHS_H
#define IGVM_BASE_PATHS_H

#include <limits.h>
#include <stdbool.h>

#include "launcher/base/cleanup.h"

struct paths {
	bool system;		/* the system's VMs (root), else the calling user's */
	char vms[PATH_MAX];	/* NAME.conf and NAME.conf.d/ */
	char templates[PATH_MAX]; /* the administrator's own templates */
	char data[PATH_MAX];	/* per VM: data/NAME/ (NVRAM, TPM state, ROM, uid) */
	char run[PATH_MAX];	/* per VM: run/NAME/, and run/control/ */
	/*
	 * Of VMs, devices and supervisors. A user's are below data: a run directory is removed
	 * at logout while a VM may run on. "": run/lock
	 */
	char locks[PATH_MAX];
	char roms[PATH_MAX];	/* the store of `igvm rom import`; below data, so no VM is called so */
	char cache[PATH_MAX];	/* abilities of QEMU binaries */
};

/** paths_system() - the system's own, below @root ("/" or a fixture tree) */
void paths_system(struct paths *p, const char *root);

/**
 * paths_user() - the calling user's; -ENOENT when neither the XDG variables
 * nor HOME say where, -ENAMETOOLONG
 */
nodiscard_ int paths_user(struct paths *p);

/** paths_mine() - paths_system() for root, else paths_user() */
nodiscard_ int paths_mine(struct paths *p, const char *root);

/**
 * paths_datadir(), paths_localedir() - igvm's own read-only data, translations
 *
 * In share/ beside the program (a build tree), in ../share (installed below any
 * prefix), else where the build was told. Static.
 */
const char *paths_datadir(void);
const char *paths_localedir(void);

/**
 * vm_name_check() - may @name name a VM? letters, digits, '.', '_', '-';
 * starts with a letter or digit; at most 48 bytes (its socket paths must fit
 * sockaddr_un). Returns NULL when it may, else one N_() sentence why not.
 */
const char *vm_name_check(const char *name);

#endif
