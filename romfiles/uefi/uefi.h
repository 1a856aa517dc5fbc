/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read UEFI firmware: flash images, update capsules, firmware volumes, the
 * files and sections in them, decompressed where that is needed (UEFI Platform
 * Initialization, volume 3; UEFI 2.10, chapter 19; Intel flash descriptor), and find in it what a virtual machine
 * with Intel graphics needs: GOP drivers, VBTs and VBIOSes.
 *
 * Accepts any bytes of any length. Firmware is full of defects that machines
 * boot with: they are notes at the node they belong to, and the walk goes on.
 *
 * The result is a flat array in the order of a depth-first walk: a node
 * follows its parent, and what is inside it follows it with a larger depth, up
 * to the next node that is not deeper. To print a tree, go from the first to
 * the last and indent by depth.
 */
#ifndef ROMFILES_UEFI_UEFI_H
#define ROMFILES_UEFI_UEFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "romfiles/note.h"
#include "romfiles/span.h"

struct show;

#define UEFI_NONE UINT32_MAX
#define UEFI_GUID_SIZE 16
#define UEFI_GUID_TEXT 37 /* 36 characters and the end */
#define UEFI_TEXT_MAX 128 /* what uefi_name() needs at most */
#define UEFI_CANDIDATES_MAX 256
#define UEFI_DEPTH_MAX 64

/**
 * struct uefi_limits - what a walk may cost; a member that is 0 means its default
 *
 * The largest flash chips of PCs have 64 MiB. A volume unpacks to 9 times its
 * size in Debian's OVMF, which makes 256 MiB ample for all of a chip.
 */
struct uefi_limits {
	size_t in_max;  /* bytes of the image; 64 MiB */
	size_t out_max; /* bytes decompressed, all buffers together; 256 MiB */
	unsigned int depth; /* of nodes; 32, at most UEFI_DEPTH_MAX */
	size_t nodes;   /* 131072 */
};

/** enum uefi_kind - what a node is */
enum uefi_kind {
	UEFI_IMAGE,   /* all bytes; the first node, and the only one without parent */
	UEFI_CAPSULE, /* an update capsule; @guid says which kind */
	UEFI_REGION,  /* of a flash descriptor; @type is its number, 1: BIOS */
	UEFI_VOLUME,  /* @guid: of the file system; @name_guid: of the volume, if any */
	UEFI_FILE,    /* @guid: its name; @type: PI, volume 3 */
	UEFI_SECTION, /* @type: PI, volume 3; @guid of types 2 and 0x18 */
	UEFI_PADDING, /* bytes that belong to nothing */
	UEFI_FREE,    /* free space at the end of a volume */
	UEFI_KINDS,
};

/** enum uefi_packing - how the contents of a section are kept */
enum uefi_packing {
	UEFI_PLAIN,
	UEFI_EFI11,   /* UEFI's own compression */
	UEFI_TIANO,   /* the same with a wider position tree */
	UEFI_LZMA,
	UEFI_LZMA_X86, /* LZMA over code prepared by the x86 filter */
	UEFI_BROTLI,
	UEFI_CRC32,   /* plain, behind a checksum */
	UEFI_SIGNED,  /* plain, behind a certificate, which is not verified */
	UEFI_UNKNOWN, /* a vendor's: named by @guid, and not looked into */
	UEFI_PACKINGS,
};

/* File and section types that igvm knows by name. */
#define UEFI_FILE_RAW 0x01
#define UEFI_FILE_PAD 0xf0
#define UEFI_SECTION_COMPRESSION 0x01
#define UEFI_SECTION_GUIDED 0x02
#define UEFI_SECTION_DISPOSABLE 0x03
#define UEFI_SECTION_PE32 0x10
#define UEFI_SECTION_VERSION 0x14
#define UEFI_SECTION_UI 0x15
#define UEFI_SECTION_COMPAT16 0x16
#define UEFI_SECTION_VOLUME 0x17
#define UEFI_SECTION_FREEFORM 0x18
#define UEFI_SECTION_RAW 0x19

/** struct uefi_text - UCS-2 in a buffer; @size 0: none */
struct uefi_text {
	uint32_t buffer;
	size_t at, size; /* in bytes, the terminator not counted */
};

/** struct uefi_node - see enum uefi_kind */
struct uefi_node {
	enum uefi_kind kind;
	enum uefi_packing packing; /* of a section */
	uint32_t parent;           /* index, UEFI_NONE: the image */
	uint32_t buffer;           /* index of the bytes that @at counts in */
	uint32_t unpacked;         /* buffer its contents were decompressed to; 0: none */
	uint32_t notes;            /* bit NOTE_UEFI_x - NOTE_UEFI_FIRST */
	uint16_t depth;            /* of the image: 0 */
	uint8_t type;
	uint8_t ffs;               /* of a volume: file system 1, 2, 3; 0: none that has files */
	bool has_guid, has_name_guid;
	size_t at, size;           /* headers included; cut to what is there */
	size_t header;             /* of @size: what precedes the contents */
	uint8_t guid[UEFI_GUID_SIZE], name_guid[UEFI_GUID_SIZE];
	struct uefi_text name, version; /* of a file: its sections 0x15 and 0x14 */
};

/** struct uefi_buffer - buffer 0 is the caller's image; the others are owned */
struct uefi_buffer {
	struct span bytes;
	uint8_t *owned;
};

/** enum uefi_what - what a candidate is */
enum uefi_what {
	UEFI_GOP,   /* a driver for Intel graphics; @bytes is the PE image */
	UEFI_VBT,   /* @bytes is the table */
	UEFI_VBIOS, /* a legacy option ROM image of vendor 8086; @bytes is the image */
	UEFI_WHATS,
};

/** struct uefi_candidate - something found; several are normal, none is picked */
struct uefi_candidate {
	enum uefi_what what;
	bool by_content;   /* false: only its file's name says so */
	uint32_t node;     /* the section, file or padding it is in */
	uint32_t file;     /* the file around that, UEFI_NONE: none */
	size_t at;         /* in the buffer of @node */
	struct span bytes; /* borrowed from the result */
	uint16_t machine;  /* GOP: PE_MACHINE_x */
	uint16_t device;   /* VBIOS: PCI device id */
	uint16_t bdb_version; /* VBT */
	char version[48];  /* what it says of itself, printable ASCII; "": nothing */
};

/** struct uefi - a walked image; released by uefi_free() */
struct uefi {
	struct uefi_node *node;
	size_t n_nodes, cap_nodes;
	struct uefi_buffer *buffer;
	size_t n_buffers, cap_buffers;
	struct uefi_candidate *candidate;
	size_t n_candidates, cap_candidates;
	size_t unpacked; /* bytes decompressed, failed attempts included */
};

/**
 * uefi_parse() - walk @image, which must stay as it is as long as *@out is used
 *
 * @limits NULL: the defaults. *@out is NULL on an error. What is cut off by a
 * limit other than in_max is noted where it happens (uefi.depth, uefi.many,
 * uefi.too-large) and the rest is walked.
 *
 * -EFBIG: more bytes than in_max. -ENOMEM.
 */
int uefi_parse(struct span image, const struct uefi_limits *limits, struct uefi **out);

/**
 * uefi_find() - the same for whoever wants the candidates only
 *
 * Same nodes and same candidates; checksums over the contents of files and
 * sections are not computed, so their notes are missing.
 */
int uefi_find(struct span image, const struct uefi_limits *limits, struct uefi **out);

/** uefi_free() - NULL is fine */
void uefi_free(struct uefi *u);

/** uefi_bytes() - all bytes of node @i, headers included */
struct span uefi_bytes(const struct uefi *u, size_t i);

/** uefi_contents() - its bytes behind the header, decompressed if they were */
struct span uefi_contents(const struct uefi *u, size_t i);

/** uefi_file_of() - node @i or the nearest parent that is a file; UEFI_NONE: none */
uint32_t uefi_file_of(const struct uefi *u, uint32_t i);

/**
 * uefi_name() - the name of a file: its UI section, else what its GUID is known as
 *
 * Written to @out as ASCII, '?' for what is not printable, cut to fit; returns
 * @out. "" when there is no name.
 */
const char *uefi_name(const struct uefi *u, size_t i, char out[UEFI_TEXT_MAX]);

/** uefi_version() - the text of its version section, in the same way */
const char *uefi_version(const struct uefi *u, size_t i, char out[UEFI_TEXT_MAX]);

/** uefi_guid() - canonical text, upper case: 8C8CE578-8A3D-4F1C-9935-896185C32DD3 */
const char *uefi_guid(const uint8_t guid[UEFI_GUID_SIZE], char out[UEFI_GUID_TEXT]);

/** uefi_guid_name() - what a GUID is known as, NULL: it is not */
const char *uefi_guid_name(const uint8_t guid[UEFI_GUID_SIZE]);

/** uefi_noted() - is @code (NOTE_UEFI_x) noted at node @n? */
bool uefi_noted(const struct uefi_node *n, enum note_code code);

/* Stable words, lower case: "volume", "lzma", "gop". */
const char *uefi_kind_word(enum uefi_kind kind);
const char *uefi_packing_word(enum uefi_packing packing);
const char *uefi_what_word(enum uefi_what what);

/** uefi_type_word() - a stable word for the type of a node, NULL: none */
const char *uefi_type_word(const struct uefi_node *n);

/**
 * uefi_fields() - hand out tree and candidates
 *
 * Fields of the image, then the list "candidates", then the list "nodes" of
 * what the image is made of; a node's parts are its list "inside". Offsets are
 * those of the image; decompressed bytes have none, but "buffer" and "offset".
 */
void uefi_fields(const struct uefi *u, struct show *s);

#endif
