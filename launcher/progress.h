/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A line on the terminal for what takes more than two seconds. A timer's signal writes it, so what waits
 * (poll, a child) needs to know nothing of it but that EINTR is no failure.
 */
#ifndef IGVM_PROGRESS_H
#define IGVM_PROGRESS_H

#include "launcher/base/cleanup.h"

/** progress_begin() - from 2 s on: "igvm: TEXT, N s" on stderr, where that is a terminal; one at a time */
void progress_begin(const char *fmt, ...) printf_(1, 2);

/** progress_end() - the line is taken away; harmless without one, and again */
void progress_end(void);

#endif
