/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_FACTS_KVM_H
#define IGVM_FACTS_KVM_H

#include "launcher/facts/host.h"

/**
 * kvm_runs() - does a virtual processor really run here?
 *
 * In a child, for at most two seconds: a VM with one page of memory that runs POPCNT and HLT.
 * /dev/kvm can open on machines where no vCPU ever runs. TRI_NO with the step that failed in @why
 * (English), TRI_YES with "".
 */
enum tri kvm_runs(char *why, size_t size);

#endif
