/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The little that option ROMs need to know of a PE image (Microsoft PE/COFF
 * specification, sections 2 and 3).
 */
#ifndef ROMFILES_PE_H
#define ROMFILES_PE_H

#include <stdbool.h>
#include <stdint.h>

#include "romfiles/span.h"

#define PE_MACHINE_IA32 0x014c
#define PE_MACHINE_X64 0x8664
#define PE_MACHINE_AA64 0xaa64

#define PE_SUBSYSTEM_APPLICATION 10
#define PE_SUBSYSTEM_BOOT_DRIVER 11
#define PE_SUBSYSTEM_RUNTIME_DRIVER 12

/** pe_machine_text() - "X64", "IA32", "AA64"; NULL for another */
const char *pe_machine_text(uint16_t machine);

/** struct pe_facts - what pe_parse() found */
struct pe_facts {
	uint16_t machine, subsystem;
	bool plus; /* PE32+ rather than PE32 */
};

/**
 * pe_parse() - read the headers of the PE image that is all of @s
 *
 * -EBADMSG when it is none, or headers or a section reach outside @s.
 */
int pe_parse(struct span s, struct pe_facts *out);

/**
 * pe_find_section() - where section @name is in a PE image of @file_size bytes
 *
 * @head: the first bytes of it, headers and section table included. @name: up to 8 characters, ".initrd".
 * *@off, *@len: bytes in the file, without the padding behind the section's own size. 0; -ENOENT no such
 * section; -EBADMSG no PE image, table not within @head, or the section reaches past the file.
 */
int pe_find_section(struct span head, uint64_t file_size, const char *name, uint64_t *off,
		    uint64_t *len);

#endif
