/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/stop_unit.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/log.h"
#include "launcher/base/i18n.h"
#include "launcher/cmd_vm.h"
#include "launcher/run/lock.h"
#include "launcher/run/unit.h"

#define BEGIN_MS	10000

bool stop_unit_is_due(const struct paths *p, const char *name)
{
	return unit_has(p, name) || (lock_vm_held(p, name) == 0 && unit_serves(p) == UNIT_SERVES);
}

static int said(const char *name, int r)
{
	if (!r)
		return EXIT_OK;
	say(_("%s: systemd was asked to stop it: %s; `systemctl status igvm@%s` says more"), name,
	    r == -ECHILD ? _("it did not") : strerror(-r), name);
	return EXIT_FAILED;
}

/* Anybody may ask systemd, which may then ask for a password; a VM of the system is root's. */
static int job(const char *option, const char *name, unsigned int timeout_ms)
{
	if (geteuid())
		return cmd_vm_needs_root("stop", name);
	return said(name, unit_systemctl("stop", option, name, false, (int)timeout_ms));
}

int stop_unit_begin(const char *name)
{
	return job("--no-block", name, BEGIN_MS);
}

int stop_unit_wait(const char *name, unsigned int timeout_ms)
{
	return job(NULL, name, timeout_ms);
}
