/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of romfiles/uefi share. Each walk_*() looks at the bytes of
 * one place, adds nodes below its parent and never fails: what is wrong is
 * noted at a node, and only want of memory ends everything (w->error).
 */
#ifndef ROMFILES_UEFI_WALK_H
#define ROMFILES_UEFI_WALK_H

#include "romfiles/uefi/uefi.h"

/** struct walk - one walk over one image */
struct walk {
	struct uefi *u;
	struct uefi_limits limits;
	bool quick; /* candidates only: no checksums */
	int error;  /* -ENOMEM, and nothing is added any more */
};

/** struct place - bytes of a buffer, and the node they are inside */
struct place {
	uint32_t parent, buffer;
	size_t at; /* of @s in the buffer */
	struct span s;
};

/** enum uefi_role - what a GUID says of its file */
enum uefi_role { ROLE_NONE, ROLE_GOP, ROLE_VBT, ROLE_VBIOS };

/** place_sub() - @len bytes of @p from @off; the caller knows that they are there */
struct place place_sub(const struct place *p, size_t off, size_t len);

/** place_inside() - the bytes of node @i from @header on, to walk below it */
struct place place_inside(const struct walk *w, uint32_t i, size_t header);

/**
 * walk_add() - a node for all of @p below its parent
 *
 * UEFI_NONE when depth or number of nodes is used up (noted at the parent, at
 * the image) or memory is out: the bytes are then not looked into.
 */
uint32_t walk_add(struct walk *w, const struct place *p, enum uefi_kind kind);

/** walk_note() - remember @code at node @i; UEFI_NONE is fine */
void walk_note(struct walk *w, uint32_t i, enum note_code code);

/** walk_grow() - room for one more of @size bytes in an array; false: no memory */
bool walk_grow(struct walk *w, void *array, size_t n, size_t *cap, size_t size);

/** walk_gap() - bytes of @p from @from to @to that belong to nothing; none is fine */
void walk_gap(struct walk *w, const struct place *p, size_t from, size_t to);

/** walk_between() - the same, with the volumes that may be in them */
void walk_between(struct walk *w, const struct place *p, size_t from, size_t to);

/** walk_raw() - find volumes in @p wherever they are; false: there is none */
bool walk_raw(struct walk *w, const struct place *p);

/** walk_volume_at() - the volume that @p must begin with; false: it does not */
bool walk_volume_at(struct walk *w, const struct place *p);

/** walk_sections() - a stream of sections, as in a file */
void walk_sections(struct walk *w, const struct place *p);

/** all_bytes() - is every byte of @s @value? true for no bytes */
bool all_bytes(struct span s, uint8_t value);

/**
 * unpack() - decompress @in to a new buffer
 *
 * @how is in and out: UEFI_EFI11 tries Tiano's variant too. -EBADMSG: not such
 * a stream, or one that does not give the size it states. -EFBIG: more than is
 * left of limits.out_max. -ENOMEM.
 */
int unpack(struct walk *w, enum uefi_packing *how, struct span in, uint32_t *buffer);

/** find_pe() - is the PE image in the contents of node @i a GOP driver? */
void find_pe(struct walk *w, uint32_t i);

/** find_bytes() - VBTs and VBIOSes anywhere in the contents of node @i */
void find_bytes(struct walk *w, uint32_t i);

/** guid_role() - what a file of this name is */
enum uefi_role guid_role(const uint8_t guid[UEFI_GUID_SIZE]);

/** guid_is() - compare with canonical text */
bool guid_is(const uint8_t guid[UEFI_GUID_SIZE], const char *text);

#endif
