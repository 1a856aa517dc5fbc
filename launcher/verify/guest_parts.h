/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files that read a guest's answer share; nobody else includes this. A member that is
 * missing or of another type reads as "", 0 or unknown.
 */
#ifndef IGVM_VERIFY_GUEST_PARTS_H
#define IGVM_VERIFY_GUEST_PARTS_H

#include "launcher/base/cleanup.h"
#include "launcher/verify/seen.h"

/** guest_text() - a text, cut to @size and made printable; GUEST_TEXT() for an array */
void guest_text(const json_t *o, const char *key, char *buf, size_t size);
#define GUEST_TEXT(o, key, to)	guest_text(o, key, to, sizeof(to))

/** guest_tri() - a boolean */
enum tri guest_tri(const json_t *v);

/** guest_number() - 1 to 999999, else 0 */
unsigned int guest_number(const json_t *o, const char *key);

/** guest_hex16() - @n digits of hexadecimal; 0: not 16 bits of it */
uint16_t guest_hex16(const char *digits, size_t n);

/** guest_has() - is there a text in the array @list that begins with @prefix? */
bool guest_has(const json_t *list, const char *prefix);

/** guest_lines() - texts of an array into rows, @n of @max so far */
void guest_lines(const json_t *list, char to[][256], size_t max, size_t *n);

/** guest_media() - the first text of @list that has @mark says that there is Quick Sync */
void guest_media(const json_t *list, const char *mark, struct seen_guest *g);

/* One display of the list, and all else once the displays are known: guest_windows.c, guest_linux.c */
void guest_windows_display(const json_t *o, struct seen_display *d);
void guest_linux_display(const json_t *o, struct seen_display *d);
void guest_windows(const json_t *root, struct seen_guest *g);
void guest_linux(const json_t *root, struct seen_guest *g);

#endif
