/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IGVM_CMD_LOGS_H
#define IGVM_CMD_LOGS_H

#include "launcher/cmd.h"
#include "launcher/follow.h"

/** cmd_logs_print() - what a ring of a VM holds, for `igvm @verb`; an exit code; said */
int cmd_logs_print(const char *verb, const struct globals *g, const struct follow *f);

#endif
