/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is there another way into a host whose last screen a VM gets? */
#ifndef IGVM_DECIDE_WAY_IN_JUDGE_H
#define IGVM_DECIDE_WAY_IN_JUDGE_H

#include "launcher/decide/finding.h"
#include "launcher/facts/way_in.h"

/** way_in_ssh() - sshd starts at boot, listens now, and the host has an address without a login */
bool way_in_ssh(const struct way_in_facts *w);

/** way_in_judge() - true: there is one. Else way-in.none is added to *@f, with what each way lacks */
bool way_in_judge(const struct way_in_facts *w, struct findings *f);

#endif
