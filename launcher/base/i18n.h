/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Texts for people. _() translates now, N_() marks a text in a table for
 * xgettext; whoever prints the row translates it. Ids, keys, verbs, JSON and
 * log lines are never translated.
 */
#ifndef IGVM_BASE_I18N_H
#define IGVM_BASE_I18N_H

#include <libintl.h>

#define _(text)		gettext(text)
#define N_(text)	text

#endif
