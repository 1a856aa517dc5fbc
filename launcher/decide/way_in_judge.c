/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/way_in_judge.h"

#include "launcher/base/i18n.h"

bool way_in_ssh(const struct way_in_facts *w)
{
	return w->sshd_enabled == TRI_YES && w->sshd_listens == TRI_YES && w->net_system == TRI_YES;
}

static const char *ssh_lacks(const struct way_in_facts *w)
{
	if (w->sshd_enabled != TRI_YES)
		return _("sshd is not started at boot");
	if (w->sshd_listens != TRI_YES)
		return w->sshd_listens == TRI_NO ? _("sshd does not listen") :
						   _("it cannot be seen whether sshd listens");
	return _("the host's address comes only after a login");
}

bool way_in_judge(const struct way_in_facts *w, struct findings *f)
{
	if (way_in_ssh(w) || w->serial_console == TRI_YES || w->second_gpu == TRI_YES)
		return true;
	finding_add(f, FINDING_WAY_IN_NONE,
		    _("no way into this host without the iGPU's screen: %s; no console=ttyS with a login; no second GPU with a driver"),
		    ssh_lacks(w));
	return false;
}
