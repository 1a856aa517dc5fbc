/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Notes: defects in firmware bytes that real software tolerates. A closed list
 * with stable ids; parsers add codes, only the caller decides what to say.
 */
#ifndef ROMFILES_NOTE_H
#define ROMFILES_NOTE_H

#include <stddef.h>
#include <stdint.h>

#define NOTES_MAX 24

/** enum note_code - see note.c for ids and texts */
enum note_code {
	NOTE_OPROM_GAP,
	NOTE_OPROM_NO_LAST,
	NOTE_OPROM_AFTER_LAST,
	NOTE_OPROM_PAST_END,
	NOTE_OPROM_LENGTH_ZERO,
	NOTE_OPROM_PCIR,
	NOTE_OPROM_PCIR_ALIGN,
	NOTE_OPROM_MANY,
	NOTE_OPROM_CHECKSUM,
	NOTE_OPROM_SIZE_DIFFERS,
	NOTE_OPROM_LIST,
	NOTE_OPROM_EFI_HEADER,
	NOTE_OPROM_PAYLOAD,
	NOTE_VBT_CHECKSUM,
	NOTE_VBT_BDB_SHORT,
	NOTE_VBT_TAIL,
	NOTE_VBT_BLOCK_CUT,
	NOTE_VBT_BLOCK_FILLER,
	NOTE_VBT_BLOCKS_MANY,
	NOTE_VBT_CHILD_SIZE,
	NOTE_VBT_CHILD_REST,
	NOTE_VBT_CHILDREN_MANY,
	NOTE_VBT_NO_PORTS,
	NOTE_VBT_PANEL_DATA,
	NOTE_OPREGION_SIZE,
	NOTE_OPREGION_CUT,
	NOTE_OPREGION_NO_ASLE,
	NOTE_OPREGION_RVDA_HALF,
	NOTE_OPREGION_RVDA_INSIDE,
	NOTE_OPREGION_RVDA_WRAPS,
	NOTE_OPREGION_RVDA_OUTSIDE,
	NOTE_OPREGION_RVDA_NO_VBT,
	NOTE_OPREGION_MAILBOX5,
	NOTE_UEFI_CUT,
	NOTE_UEFI_SIZE,
	NOTE_UEFI_OVERLAP,
	NOTE_UEFI_VOLUME_SUM,
	NOTE_UEFI_FILE_SYSTEM,
	NOTE_UEFI_FREE_USED,
	NOTE_UEFI_HEADER_SUM,
	NOTE_UEFI_FILE_SUM,
	NOTE_UEFI_DELETED,
	NOTE_UEFI_SECTION,
	NOTE_UEFI_CRC,
	NOTE_UEFI_PACKING,
	NOTE_UEFI_UNPACK,
	NOTE_UEFI_UNPACKED_SIZE,
	NOTE_UEFI_TOO_LARGE,
	NOTE_UEFI_NOTHING,
	NOTE_UEFI_DEPTH,
	NOTE_UEFI_MANY,
	NOTE_UEFI_CANDIDATES,
	NOTE_N,
	/* Kept as bits of 32 at the nodes of struct uefi. */
	NOTE_UEFI_FIRST = NOTE_UEFI_CUT,
	NOTE_UEFI_LAST = NOTE_UEFI_CANDIDATES,
};

/** struct note - one defect: what, and at which offset of the bytes parsed */
struct note {
	enum note_code code;
	size_t at;
};

/** struct notes - in the order found; more than NOTES_MAX are only counted */
struct notes {
	struct note note[NOTES_MAX];
	size_t n, dropped;
};

/** note_add() - append, or count as dropped */
void note_add(struct notes *ns, enum note_code code, size_t at);

/** note_find() - the first note of @code, NULL: none kept */
const struct note *note_find(const struct notes *ns, enum note_code code);

/** note_id() - stable id, "vbt.checksum"; never renamed, never reused */
const char *note_id(enum note_code code);

/** note_text() - one English sentence without full stop */
const char *note_text(enum note_code code);

#endif
