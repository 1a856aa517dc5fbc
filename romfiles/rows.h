/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Fields as rows of a table, and the one function that reads rows and hands
 * them out through show.h. A decoder of a fixed layout is then a table.
 *
 * A row may describe a field that occurs once for each element of an array (a
 * panel, a display): @stride bytes or @step bits further on for each one.
 */
#ifndef ROMFILES_ROWS_H
#define ROMFILES_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "romfiles/show.h"
#include "romfiles/span.h"

/** ROW_TEXT_MAX - longest SHOW_TEXT field; what is longer is cut */
#define ROW_TEXT_MAX 64

/** struct meaning - what a value means; a list ends with @text NULL */
struct meaning {
	uint64_t value;
	const char *text;
};

/** struct row - one field of a layout */
struct row {
	const char *key;
	uint16_t at;
	uint16_t size;       /* 1, 2, 4, 8; of text and bytes: any */
	uint8_t shift, bits; /* of a bit field, in the little-endian number; bits 0: none */
	enum show_kind kind;
	uint16_t since, until; /* versions that have it, both inclusive; until 0: still there */
	const struct meaning *means;
	uint8_t stride, step; /* to the next element: bytes, bits */
};

/** struct rows - a table of rows */
struct rows {
	const struct row *row;
	size_t n;
};

/* ROWS() - the struct rows of an array of rows */
#define ROWS(array) ((struct rows){ array, sizeof(array) / sizeof((array)[0]) })

/** struct layout - the bytes that rows are read from */
struct layout {
	struct span s;    /* the whole file: offsets shown count from its start */
	size_t at;        /* where the layout begins in it */
	size_t size;      /* bytes of it that are there; at + size is inside @s */
	unsigned int version;
	size_t element;   /* of an array */
};

/**
 * row_value() - the number in a row's field, bits shifted down
 *
 * A field beyond the layout's end reads as 0, as Linux pads old tables. Text
 * and bytes are no numbers: 0.
 */
uint64_t row_value(const struct layout *l, const struct row *r);

/**
 * rows_show() - hand out the fields of @t that the layout's version has
 *
 * A field beyond the layout's end is handed out as 0, or empty, with offset
 * SHOW_NOWHERE.
 */
void rows_show(struct show *show, const struct layout *l, struct rows t);

/** meaning_of() - the text for @value in @list, NULL: none, or no list */
const char *meaning_of(const struct meaning *list, uint64_t value);

#endif
