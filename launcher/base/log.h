/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Log lines for administrators: stderr, one line, one fact, never translated.
 * Only commands and the supervisor log. Under systemd (JOURNAL_STREAM names
 * our stderr) lines start with <3> ... <7>.
 */
#ifndef IGVM_BASE_LOG_H
#define IGVM_BASE_LOG_H

#include "launcher/base/cleanup.h"

enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTE = 6, LOG_TRACE = 7 };

/** log_init() - @vm names the VM in each line (may be NULL); looks at JOURNAL_STREAM and IGVM_DEBUG */
void log_init(const char *vm);

/** log_line() - one line; errno is kept */
void log_line(enum log_level level, const char *fmt, ...) printf_(2, 3);

/** say() - a sentence for the person at the command line: "igvm: ..." on stderr, translated by the caller */
void say(const char *fmt, ...) printf_(1, 2);

#endif
