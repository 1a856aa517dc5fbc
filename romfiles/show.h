/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * How a decoder hands out what it read, field by field, to whoever writes it
 * down (launcher/rom: JSON, or lines with offsets). A decoder knows bytes and
 * names; it knows nothing of JSON, files or languages.
 *
 * What is handed out is a tree: objects and lists with fields in them. Keys
 * are stable, lower case, words joined by '-', and never translated. Offsets
 * count from the start of the bytes that were decoded.
 */
#ifndef ROMFILES_SHOW_H
#define ROMFILES_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "romfiles/span.h"

/** SHOW_NOWHERE - offset of what does not stand in the bytes but follows from them */
#define SHOW_NOWHERE SIZE_MAX

/** enum show_kind - how a value is meant */
enum show_kind {
	SHOW_DEC,   /* @value: a number people count with */
	SHOW_HEX,   /* @value: an address, an id, a mask; @size bytes wide */
	SHOW_BOOL,  /* @value: 0 or 1 */
	SHOW_TEXT,  /* @text; foreign bytes in it are made harmless by the writer */
	SHOW_BYTES, /* @bytes, as they are */
};

/** struct show_field - one field; borrowed for the call */
struct show_field {
	const char *key;
	enum show_kind kind;
	size_t at;          /* offset, or SHOW_NOWHERE */
	size_t size;        /* in bytes; of a bit field: the bytes it lies in */
	uint8_t shift, bits; /* of a bit field; @bits 0: none */
	uint64_t value;
	const char *text;   /* SHOW_TEXT: the text; else what the value means, or NULL */
	struct span bytes;
};

/**
 * struct show - where a decoder hands its fields to
 *
 * @open begins an object or (@list) a list of objects, at @at, @size bytes
 * long; @key is NULL inside a list. @close ends the one opened last. The
 * functions cannot fail: a writer that runs out of memory remembers it.
 */
struct show {
	void (*open)(struct show *s, const char *key, bool list, size_t at, size_t size);
	void (*field)(struct show *s, const struct show_field *f);
	void (*close)(struct show *s);
};

/* show_dec() and friends - one whole field of @size bytes at @at */
static inline void show_dec(struct show *s, const char *key, size_t at, size_t size, uint64_t value)
{
	s->field(s, &(struct show_field){ .key = key, .at = at, .size = size, .value = value });
}

static inline void show_hex(struct show *s, const char *key, size_t at, size_t size, uint64_t value)
{
	s->field(s, &(struct show_field){ .key = key, .kind = SHOW_HEX, .at = at, .size = size,
					  .value = value });
}

static inline void show_bool(struct show *s, const char *key, size_t at, size_t size, bool value)
{
	s->field(s, &(struct show_field){ .key = key, .kind = SHOW_BOOL, .at = at, .size = size,
					  .value = value });
}

static inline void show_text(struct show *s, const char *key, size_t at, size_t size, const char *text)
{
	s->field(s, &(struct show_field){ .key = key, .kind = SHOW_TEXT, .at = at, .size = size,
					  .text = text });
}

#endif
