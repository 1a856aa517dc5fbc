/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys of a VM file as a table, for the reader, the manual and its test. */
#ifndef IGVM_FACTS_WISH_KEYS_H
#define IGVM_FACTS_WISH_KEYS_H

#include "launcher/facts/wish.h"

/** struct wish_choice - one word a key takes, and what it means in the struct */
struct wish_choice {
	const char *word;
	int value;
};

/** struct wish_why - a refused value: one translated sentence */
struct wish_why {
	char text[384];
};

struct wish_key {
	const char *section;	/* "vm", "igpu", "disk", "net", "usb", "input", "qemu" */
	const char *key;
	/* parse @value into the struct at @base (struct wish, or the element of its section) */
	bool (*parse)(const struct wish_key *k, void *base, const char *value, struct wish_why *why);
	size_t at, size;	/* the member: offset and bytes; size 0 = the parser knows */
	const struct wish_choice *choice;	/* ends with .word = NULL */
	uint64_t least, most;	/* numbers */
	size_t where;		/* offset of a struct wish_where in struct wish; 0 = none */
	const char *values;	/* what may be written, for the manual and for messages */
	const char *help;	/* N_() one line */
};

/** wish_keys - all keys; the row with .section = NULL ends it */
extern const struct wish_key wish_keys[];

/** wish_key_find() - row of @key in @section; NULL: there is none */
const struct wish_key *wish_key_find(const char *section, const char *key);

/** wish_key_nearest() - a key of @section spelled almost like @key, or NULL */
const char *wish_key_nearest(const char *section, const char *key);

/** wish_section_nearest() - a section spelled almost like @section, or NULL */
const char *wish_section_nearest(const char *section);

/** wish_defaults() - *@w as if the file were empty */
void wish_defaults(struct wish *w, const char *name);

#endif
