/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces both exports are put together from; nobody else includes this. */
#ifndef IGVM_EXPORT_PARTS_H
#define IGVM_EXPORT_PARTS_H

#include "launcher/base/i18n.h"
#include "launcher/export/export.h"
#include "launcher/lint/props.h"

/** export_note() - one more sentence */
void export_note(const struct exporting *x, const char *fmt, ...) printf_(2, 3);

/** export_from() - the file that @to, one of igvm's, is copied from; @to itself when it is no copy */
const char *export_from(const struct plan *p, const char *to);

/** export_device() - properties of the -device @id; 0, -ENOENT, -ENOMEM. props_done() it */
nodiscard_ int export_device(const struct exporting *x, const char *id, struct props *p);

/** export_value() - value of the word @option, "-cpu"; NULL: there is none */
const char *export_value(const struct exporting *x, const char *option);

/** export_slot() - slot and function of the -device @id on the root bus; false: it is not there */
bool export_slot(const struct exporting *x, const char *id, unsigned int *slot, unsigned int *fn);

/** export_leftovers() - the notes that are the same for both */
void export_leftovers(const struct exporting *x);

#endif
