/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a file is, from its bytes: the firmware formats this folder reads, and
 * what people hand in by mistake, so that they can be told what they have.
 */
#ifndef ROMFILES_KIND_H
#define ROMFILES_KIND_H

#include <stdbool.h>

#include "romfiles/span.h"

/**
 * enum rom_kind - the formats that are read come first, see rom_kind_is_read()
 *
 * By its beginning alone: a cut or damaged file is still of its kind.
 */
enum rom_kind {
	KIND_OPROM,    /* PCI option ROM: begins with 55 AA */
	KIND_VBT,      /* begins with "$VBT" */
	KIND_OPREGION, /* begins with "IntelGraphicsMem" */
	KIND_UEFI,     /* a flash descriptor or a volume header anywhere in it */
	KIND_PE,       /* a program: begins with MZ, and holds no volume */
	KIND_EMPTY,    /* no bytes */
	KIND_FILLER,   /* the same byte all over: erased flash, unmapped memory */
	KIND_ZIP,
	KIND_GZIP,
	KIND_XZ,
	KIND_7Z,
	KIND_RAR,
	KIND_CAB,
	KIND_ELF,
	KIND_PDF,
	KIND_PICTURE,  /* PNG, JPEG or GIF */
	KIND_HTML,     /* a page saved instead of the file it links to */
	KIND_HEXDUMP,  /* text that holds the bytes of a dump: xxd, lspci -xxx */
	KIND_TEXT,
	KIND_NVIDIA,   /* NVIDIA's container in front of an option ROM */
	KIND_ATOM,     /* an option ROM whose first image is AMD's */
	KIND_UNKNOWN,
	KIND_N,
};

/** rom_kind() - what @s looks like; total, reads each byte at most a few times */
enum rom_kind rom_kind(struct span s);

/** rom_kind_is_read() - can a decoder of this folder read it? */
bool rom_kind_is_read(enum rom_kind k);

/** rom_kind_id() - "option-rom": stable, for JSON */
const char *rom_kind_id(enum rom_kind k);

/** rom_kind_text() - "a PCI option ROM": English, marked for translation */
const char *rom_kind_text(enum rom_kind k);

#endif
