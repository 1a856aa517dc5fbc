/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stopping a VM that is a unit of systemd: the rungs are the supervisor's, the job is systemd's. */
#ifndef IGVM_STOP_UNIT_H
#define IGVM_STOP_UNIT_H

#include <stdbool.h>

#include "launcher/base/paths.h"

/** stop_unit_is_due() - is the VM systemd's, running or about to be started again by it? */
bool stop_unit_is_due(const struct paths *p, const char *name);

/** stop_unit_begin() - the job, without waiting; after it systemd restarts nothing. An exit code; said */
int stop_unit_begin(const char *name);

/** stop_unit_wait() - for the job, at most @timeout_ms; an exit code; said */
int stop_unit_wait(const char *name, unsigned int timeout_ms);

#endif
