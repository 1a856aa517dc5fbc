/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/pe.h"

#include <errno.h>

#define COFF_SIZE 20
#define SECTION_SIZE 40
/* From the start of the optional header. */
#define OPT_SIZE_OF_HEADERS 60
#define OPT_SUBSYSTEM 68

const char *pe_machine_text(uint16_t machine)
{
	switch (machine) {
	case PE_MACHINE_X64:
		return "X64";
	case PE_MACHINE_IA32:
		return "IA32";
	case PE_MACHINE_AA64:
		return "AA64";
	default:
		return NULL;
	}
}

static int check_sections(struct span s, size_t at, uint16_t n)
{
	uint32_t size, offset;

	for (uint16_t i = 0; i < n; i++, at += SECTION_SIZE) {
		if (!span_le32(s, at + 16, &size) || !span_le32(s, at + 20, &offset) ||
		    !span_holds(s, at, SECTION_SIZE))
			return -EBADMSG;
		if (size && !span_holds(s, offset, size))
			return -EBADMSG;
	}
	return 0;
}

int pe_parse(struct span s, struct pe_facts *out)
{
	uint32_t pe, headers;
	uint16_t sections, opt_size, magic;
	struct pe_facts f;
	struct span opt;
	size_t opt_at;

	if (!span_is(s, 0, "MZ", 2) || !span_le32(s, 0x3c, &pe) || !span_is(s, pe, "PE\0", 4))
		return -EBADMSG;
	/* Nothing wraps: pe is an offset in memory. */
	opt_at = (size_t)pe + 4 + COFF_SIZE;
	if (!span_le16(s, (size_t)pe + 4, &f.machine) || !span_le16(s, (size_t)pe + 6, &sections) ||
	    !span_le16(s, (size_t)pe + 20, &opt_size) || !span_sub(s, opt_at, opt_size, &opt))
		return -EBADMSG;
	if (!span_le16(opt, 0, &magic) || !span_le32(opt, OPT_SIZE_OF_HEADERS, &headers) ||
	    !span_le16(opt, OPT_SUBSYSTEM, &f.subsystem))
		return -EBADMSG;
	if ((magic != 0x10b && magic != 0x20b) || headers > s.n)
		return -EBADMSG;
	f.plus = magic == 0x20b;
	if (check_sections(s, opt_at + opt_size, sections))
		return -EBADMSG;
	*out = f;
	return 0;
}

/* Where the section table begins and how long it is; false: @s does not hold the headers. */
static bool find_sections(struct span s, size_t *at, uint16_t *n)
{
	uint16_t opt_size;
	uint32_t pe;

	if (!span_is(s, 0, "MZ", 2) || !span_le32(s, 0x3c, &pe) || !span_is(s, pe, "PE\0", 4) ||
	    !span_le16(s, (size_t)pe + 6, n) || !span_le16(s, (size_t)pe + 20, &opt_size))
		return false;
	*at = (size_t)pe + 4 + COFF_SIZE + opt_size;
	return true;
}

int pe_find_section(struct span head, uint64_t file_size, const char *name, uint64_t *off,
		    uint64_t *len)
{
	uint32_t virtual, raw, at_file;
	char padded[8] = { 0 };
	uint16_t n;
	size_t at;

	for (size_t i = 0; i < sizeof(padded) && name[i]; i++)
		padded[i] = name[i];
	if (!find_sections(head, &at, &n))
		return -EBADMSG;
	for (uint16_t i = 0; i < n; i++, at += SECTION_SIZE) {
		if (!span_le32(head, at + 8, &virtual) || !span_le32(head, at + 16, &raw) ||
		    !span_le32(head, at + 20, &at_file))
			return -EBADMSG;
		if (!span_is(head, at, padded, sizeof(padded)))
			continue;
		if (at_file > file_size || raw > file_size - at_file)
			return -EBADMSG;
		*off = at_file;
		*len = virtual && virtual < raw ? virtual : raw;
		return 0;
	}
	return -ENOENT;
}
