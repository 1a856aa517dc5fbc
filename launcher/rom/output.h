/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A file that a verb of `igvm rom` writes: whole or not at all, and never one of its inputs. */
#ifndef IGVM_ROM_OUTPUT_H
#define IGVM_ROM_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "launcher/base/cleanup.h"

/**
 * output_check() - may @path be written?
 *
 * -EXDEV: it is the input @in, by whatever name; never allowed. -EEXIST: it is
 * there, and @force is false. -EISDIR, -EINVAL: it is no regular file. 0
 */
nodiscard_ int output_check(const char *path, const char *in, bool force);

/**
 * output_write() - @path becomes these bytes, mode 0644 less the umask
 *
 * Without @force a file that appeared meanwhile stays: -EEXIST. Or -errno; then
 * @path is as it was.
 */
nodiscard_ int output_write(const char *path, const void *bytes, size_t n, bool force);

/** output_say_error() - one sentence why not, with what to do; @err is what the two returned */
void output_say_error(const char *path, int err);

#endif
