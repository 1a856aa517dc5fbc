/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is known of a VM's run, as `igvm status --json` prints it: from its supervisor where
 * one answers, else from the lock and the records. Looking changes nothing and starts
 * nothing. Schema: tests/schema/status.json
 */
#ifndef IGVM_RUN_SUPERVISE_STATUS_H
#define IGVM_RUN_SUPERVISE_STATUS_H

#include "launcher/base/cleanup.h"
#include "launcher/base/paths.h"

/* Besides the supervisor's states, "state" is one of these. */
#define STATUS_STOPPED		"stopped"
#define STATUS_LAUNCHING	"launching"	/* its lock is held, and QEMU is not there yet */
#define STATUS_UNSUPERVISED	"unsupervised"	/* it runs, and nobody watches */

/**
 * status_read() - *@status is a new reference on 0
 *
 * 0 whatever state the VM is in, also when it never ran; -EACCES somebody else's VM; -EPROTO
 * records of a newer igvm; -ETIMEDOUT its supervisor does not answer; -errno.
 */
nodiscard_ int status_read(const struct paths *p, const char *name, json_t **status);

/** status_is_lost() - it runs, and its run directory is gone: "pid" is who holds its lock */
bool status_is_lost(const json_t *status);

/** status_is_unseen() - its last run ended while nobody watched, and has no end record */
bool status_is_unseen(const json_t *status);

/** status_exists() - is there a VM file @name, or a run of it? */
bool status_exists(const struct paths *p, const char *name);

/**
 * status_find() - whose VM is @name?
 *
 * The caller's own are looked at first, then the system's. *@p is set on 0; -ENOENT no such
 * VM; -errno.
 */
nodiscard_ int status_find(const char *root, const char *name, struct paths *p);

#endif
