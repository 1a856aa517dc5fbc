/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the name of a processor says to people. Pure. */
#ifndef IGVM_DECIDE_CPU_H
#define IGVM_DECIDE_CPU_H

#include "launcher/facts/host.h"

#define CPU_NAME_MAX	96

/**
 * cpu_name() - the short name people use, into @buf, which is returned
 *
 * "12th Gen Intel(R) Core(TM) i5-12400" -> "i5-12400", "Intel(R) Core(TM) Ultra 7 155H" ->
 * "Core Ultra 7 155H", "Intel(R) Celeron(R) N5095 @ 2.00GHz" -> "Celeron N5095". @model: model name of
 * /proc/cpuinfo; another maker's comes back as it is.
 */
char *cpu_name(const char *model, char buf[static CPU_NAME_MAX]);

/**
 * cpu_has_igpu() - was this model made with integrated graphics?
 *
 * By Intel's naming alone: F in the letters behind the number means without; so do the X models of the
 * large sockets. Unknown for what the rules do not cover (Xeon without G, names that are none).
 */
enum tri cpu_has_igpu(const char *model);

/**
 * cpu_has_vtd() - was this model made with VT-d (Intel ARK, "Intel Virtualization Technology for Directed I/O")?
 *
 * No: models of the second to fourth generation that are known to be without it; else unknown.
 */
enum tri cpu_has_vtd(const char *model);

#endif
