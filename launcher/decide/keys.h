/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Keys by name and by character. QEMU presses keys, not characters: which
 * character a key gives is the guest's affair, and a table is needed that
 * says where each one is. This one is the US keyboard's. Pure.
 */
#ifndef IGVM_DECIDE_KEYS_H
#define IGVM_DECIDE_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#define KEYS_CHORD_MAX	5	/* keys pressed together */

/** struct keys_chord - QEMU's names (QKeyCode in qapi/ui.json, all of them known to QEMU 7.2); static texts */
struct keys_chord {
	size_t n;
	const char *key[KEYS_CHORD_MAX];
};

/**
 * keys_word() - "ret", "ctrl-alt-delete": names of keys joined by '-'
 *
 * false: @bad is the part that is no key's name ("" too many, or one twice).
 */
bool keys_word(const char *word, struct keys_chord *c, char bad[static 32]);

/** keys_nearest() - the name most like @part; NULL: none is near */
const char *keys_nearest(const char *part);

/** keys_char() - which keys of a US keyboard give ASCII @ch; '\n' is the return key; false: none do */
bool keys_char(char ch, struct keys_chord *c);

#endif
