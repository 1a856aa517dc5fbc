/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `igvm rom build` says of what it built, or why it did not. */
#ifndef IGVM_ROM_BUILD_SAY_H
#define IGVM_ROM_BUILD_SAY_H

#include "launcher/rom/build_work.h"

/** build_show() - @out, of @size bytes, was built: for people; @drivers is of the frame */
void build_show(const struct build *b, const char *out, json_t *drivers, size_t size);

/** build_show_json() - the same as JSON; EXIT_OK, EXIT_FAILED without memory */
int build_show_json(const struct build *b, const char *out, json_t *drivers, struct span rom);

/** build_say_refused() - why not, from the frame's object, whose result is not BUILD_DONE */
void build_say_refused(const struct build *b, json_t *json);

#endif
