/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Mend what is known to be wrong in option ROMs, Video BIOS Tables and
 * OpRegions. The bytes themselves are never touched: the caller's copy is, and
 * every change is written down with the bytes before and after it.
 *
 * Only what has one right value is mended. A result is mended for good: the
 * same work on it finds nothing more, or nothing is mended at all.
 */
#ifndef ROMFILES_FIX_H
#define ROMFILES_FIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "romfiles/kind.h"
#include "romfiles/note.h"
#include "romfiles/span.h"

#define FIX_BYTES_MAX 4
#define FIX_CHANGES_MAX 256 /* 32 images, each with all of them */

/** enum fix_code - what can be mended; see fix.c for ids and texts */
enum fix_code {
	FIX_DEVICE_ID,      /* id in the PCIR of an x86 image; only when one is asked for */
	FIX_CHAIN,          /* indicator of the last image: missing there, or set too early */
	FIX_CACHED_BDSM,    /* a host's stolen memory address, see oprom_find_cached_bdsm() */
	FIX_VBT_BDB_SIZE,   /* one byte short (Linux and GOP lose the last block) */
	FIX_VBT_CHILD_SIZE, /* not the size of the entries (all ports but the first are lost) */
	FIX_VBT_CHECKSUM,   /* byte 26 over the table's size */
	FIX_ROM_CHECKSUM,   /* byte 6 of an x86 image, over size byte * 512 (SeaBIOS) */
	FIX_N,
};

#define FIX_ALL ((1u << FIX_N) - 1)

/** struct fix_change - @n bytes at @at of the whole file */
struct fix_change {
	enum fix_code code;
	size_t at;
	uint8_t n;
	uint8_t before[FIX_BYTES_MAX], after[FIX_BYTES_MAX];
};

/** struct fixes - changes in the order they are to be applied; a plain value */
struct fixes {
	struct fix_change change[FIX_CHANGES_MAX];
	size_t n;
	struct notes left; /* what the mended bytes still have; not to be mended, or not asked for */
};

/** struct fix_wish - what is asked for */
struct fix_wish {
	unsigned int only; /* 1u << enum fix_code; FIX_ALL. A checksum over changed bytes is always mended */
	bool set_device;
	uint16_t device;
};

/**
 * fix_make() - mend @s into @out, which has room for @s.n bytes
 *
 * @s is an option ROM, a VBT or an OpRegion, found by its content. With 0 @out
 * is @s with the changes of @fx. -ENOTSUP: none of the three. -EBADMSG: cut or
 * damaged so that it cannot be read. -ENOENT: an id is asked for and there is
 * no x86 image of Intel's. -ELOOP: its parts overlap, so that mending one breaks
 * another. Then @out is not defined, @fx is empty.
 */
int fix_make(struct span s, const struct fix_wish *w, uint8_t *out, struct fixes *fx);

/** fix_apply() - make one change to @n bytes at @p; false: outside, or @before is not there */
bool fix_apply(uint8_t *p, size_t n, const struct fix_change *c);

/** fix_id() - "vbt-checksum": stable, for --only and JSON */
const char *fix_id(enum fix_code code);

/** fix_find_id() - the code called by the @n bytes at @id; FIX_N: none */
enum fix_code fix_find_id(const char *id, size_t n);

/** fix_text() - one English sentence without full stop, why */
const char *fix_text(enum fix_code code);

#endif
