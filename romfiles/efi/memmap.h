/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's memory map, in the one form that E820 and UEFI's map both fit,
 * and the questions the probe asks it. Pure.
 */
#ifndef ROMFILES_EFI_MEMMAP_H
#define ROMFILES_EFI_MEMMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MEMMAP_MAX 512

/** enum mem_kind - what an operating system does with memory of an entry */
enum mem_kind {
	MEM_FREE,     /* uses it, at once or after boot */
	MEM_RESERVED, /* keeps off */
};

struct mem_range {
	uint64_t base;
	uint64_t bytes;
	enum mem_kind kind;
	bool readable; /* real memory, mapped, without side effects */
};

/** struct memmap - zero-initialised is an empty map */
struct memmap {
	size_t n;
	bool cut; /* there were more entries than fit */
	struct mem_range range[MEMMAP_MAX];
};

/** enum mem_answer - who a whole range belongs to */
enum mem_answer {
	MEM_ANSWER_UNLISTED, /* none of it is in the map */
	MEM_ANSWER_NO,       /* free memory */
	MEM_ANSWER_YES,      /* reserved */
	MEM_ANSWER_PARTLY,   /* a mixture */
	MEM_ANSWER_UNKNOWN,  /* the map was cut, or the range wraps */
};

/**
 * memmap_add() - add @r, joined to its predecessor when they touch and agree
 *
 * Empty ranges are dropped; one that reaches past 2^64 is cut there.
 */
void memmap_add(struct memmap *m, struct mem_range r);

/** memmap_ask() - is [@base, @base + @bytes) reserved? */
enum mem_answer memmap_ask(const struct memmap *m, uint64_t base, uint64_t bytes);

/**
 * memmap_readable() - may all of the range be read?
 *
 * False for empty ranges and for the first page, which UEFI firmware leaves
 * unmapped to catch null pointers.
 */
bool memmap_readable(const struct memmap *m, uint64_t base, uint64_t bytes);

/** memmap_word() - the word for "reserved" in report.h */
const char *memmap_word(enum mem_answer answer);

#endif
