/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Walk a PCI option ROM: a chain of images for different machines, each with
 * a PCIR structure (PCI Firmware Specification 3.0, section 5.1; UEFI 2.10,
 * section 14.4). Accepts any bytes of any length and ends after at most
 * length / 512 steps. Results hold offsets into the caller's buffer.
 *
 * Consumers differ in what they accept, so this says what there is, and
 * separate functions say what SeaBIOS and OVMF would do with it.
 */
#ifndef ROMFILES_OPROM_H
#define ROMFILES_OPROM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "romfiles/note.h"
#include "romfiles/span.h"

#define OPROM_BLOCK 512
#define OPROM_IMAGES_MAX 32
#define OPROM_LAST 0x80 /* of the indicator byte */
#define OPROM_EFI_SIGNATURE 0x0ef1

/*
 * What igvm's own assignment driver is known by: this ASCII text, somewhere
 * in the (uncompressed) image. The driver carries it in its read-only data.
 */
#define OPROM_ASSIGN_TAG "igvm-assign"

/* The same for igvm's GOP policy driver. */
#define OPROM_POLICY_TAG "igvm-policy"

/** enum oprom_code - code type byte of PCIR; other values are legal and kept */
enum oprom_code { OPROM_X86, OPROM_OPEN_FIRMWARE, OPROM_PA_RISC, OPROM_EFI };

/** enum oprom_sum - checksum of an image */
enum oprom_sum {
	OPROM_SUM_NONE, /* none is defined: not an x86 image */
	OPROM_SUM_OK,
	OPROM_SUM_BAD,
	OPROM_SUM_CUT, /* the bytes it runs over are not all there */
};

/** enum oprom_end - why the walk ended; all but LAST are noted as well */
enum oprom_end {
	OPROM_END_LAST,   /* the last image said so */
	OPROM_END_BYTES,  /* no more bytes, or an image that reaches past them */
	OPROM_END_ZERO,   /* an image of length 0 */
	OPROM_END_PCIR,   /* an image without a usable PCIR; it is not listed */
	OPROM_END_NOTHING, /* only filling after an image that was not the last */
	OPROM_END_MANY,   /* more than OPROM_IMAGES_MAX images */
};

/** enum oprom_cached_bdsm - does a VBIOS remember a host's stolen memory? */
enum oprom_cached_bdsm {
	OPROM_CACHED_NONE,
	OPROM_CACHED_CLEAR,     /* the code is there, once, and remembers nothing */
	OPROM_CACHED_FOUND,     /* the code is there, once, and remembers an address */
	OPROM_CACHED_AMBIGUOUS, /* several times: not the code QEMU knows */
};

/** struct oprom_image - one image; offsets count from the start of the ROM */
struct oprom_image {
	size_t at;
	size_t size;    /* bytes that are there of @claimed */
	size_t claimed; /* bytes it says it has (PCIR image length) */
	size_t init;    /* bytes firmware copies to run it (header size field) */
	size_t pcir_at;
	uint16_t vendor, device;
	uint32_t class_code;
	uint16_t code_revision;
	uint8_t pcir_revision;
	uint8_t code; /* enum oprom_code, or what it says */
	bool last;
	bool after_gap; /* found behind filling: only OVMF would find it */
	bool aligned;   /* PCIR is 4-byte aligned, as OVMF insists */
	size_t list_at; /* device list, 0: none, or outside the image */
	uint16_t n_ids; /* ids in it, without the terminator */
	enum oprom_sum sum;
	/* x86 only */
	size_t vbt_at; /* where the word at 0x1a points when "$VBT" is there; 0: no */
	/* EFI only; efi_header false: the EFI signature is missing */
	bool efi_header;
	uint16_t subsystem, machine, compression;
	size_t payload_at; /* 0: points outside the image */
	/* what drivers are recognised by; all false when compressed */
	bool igvm_assign;  /* OPROM_ASSIGN_TAG */
	bool other_assign; /* reads QEMU's etc/igd-opregion, is not ours */
	bool intel_gop;    /* calls itself Intel(R) GOP Driver */
	bool gop;          /* calls itself a GOP driver, Intel's or another */
	bool igvm_policy;  /* OPROM_POLICY_TAG */
	bool other_policy; /* offers PLATFORM_GOP_POLICY_PROTOCOL, is not ours */
};

/** struct oprom - a parsed ROM; a plain value */
struct oprom {
	struct oprom_image image[OPROM_IMAGES_MAX];
	size_t n;
	enum oprom_end end;
	size_t end_at; /* where the walk ended */
	struct notes notes;
};

/** enum oprom_why - would firmware run it, and if not, why not */
enum oprom_why {
	OPROM_RUNS,
	OPROM_NO_IMAGE,       /* none of that kind that firmware would find */
	OPROM_WRONG_ID,       /* SeaBIOS: PCIR names another device */
	OPROM_WRONG_SUM,      /* SeaBIOS: checksum */
	OPROM_CUT,            /* reaches past the end of the bytes */
	OPROM_MISALIGNED,     /* OVMF: PCIR not 4-byte aligned */
	OPROM_WRONG_SUBSYSTEM, /* OVMF: an application, or no driver at all */
	OPROM_WRONG_MACHINE,  /* OVMF: for another processor */
	OPROM_UNREADABLE,     /* OVMF: unknown compression, or payload outside */
};

/**
 * oprom_parse() - fill *@out from the bytes of a ROM
 *
 * -EBADMSG when there is no image at offset 0: no 55 AA there, or (with a
 * note) no usable PCIR. What is wrong further on is a note.
 */
int oprom_parse(struct span rom, struct oprom *out);

/**
 * oprom_is_vbios() - is it a legacy image for a display of Intel's? By the base class in
 * PCIR (PCI Code and ID Assignment, 03h): network and RAID ROMs of boards are Intel's too.
 */
static inline bool oprom_is_vbios(const struct oprom_image *im)
{
	return im->code == OPROM_X86 && im->vendor == 0x8086 && im->class_code >> 16 == 0x03;
}

/** oprom_find() - index of the first image of @code from @from on; @r->n: none */
size_t oprom_find(const struct oprom *r, uint8_t code, size_t from);

/** oprom_lists() - is @device the PCIR id of @im, or in its device list? */
bool oprom_lists(struct span rom, const struct oprom_image *im, uint16_t device);

/**
 * oprom_seabios() - would SeaBIOS run this ROM for @vendor:@device?
 *
 * It takes the first x86 image whose PCIR has exactly these ids and ignores
 * device lists (SeaBIOS 1.17, src/optionroms.c). *@which is the image that
 * the answer is about, @r->n with OPROM_NO_IMAGE.
 */
enum oprom_why oprom_seabios(const struct oprom *r, uint16_t vendor, uint16_t device,
			     size_t *which);

/**
 * oprom_ovmf_image() - would OVMF start image @i on @machine (PE_MACHINE_X64)?
 *
 * It compares neither ids nor class nor checksum (edk2 2025.02, PciBusDxe).
 */
enum oprom_why oprom_ovmf_image(const struct oprom *r, size_t i, uint16_t machine);

/** oprom_ovmf() - the same for the ROM: RUNS when one image would be started */
enum oprom_why oprom_ovmf(const struct oprom *r, uint16_t machine, size_t *which);

/**
 * oprom_find_assign() - index of the first image that OVMF starts on @machine
 * and that is an IGD assignment driver, ours or another; @r->n: none
 */
size_t oprom_find_assign(const struct oprom *r, uint16_t machine);

/**
 * oprom_find_cached_bdsm() - look for the code that reuses a saved BDSM
 *
 * A VBIOS copied from a running host carries the host's stolen memory address
 * and makes the guest write there. The pattern is the one QEMU 10.0.13 looks
 * for (hw/vfio/igd.c:684-797). With FOUND, *@saved_at is the offset in the ROM
 * of the dword to clear; a VBIOS straight from firmware, or one already mended,
 * is CLEAR. @im is an image of @rom.
 */
enum oprom_cached_bdsm oprom_find_cached_bdsm(struct span rom, const struct oprom_image *im,
					      size_t *saved_at);

#endif
