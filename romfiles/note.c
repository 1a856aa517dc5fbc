/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/note.h"

/* Marks a text for xgettext; whoever shows it translates it. */
#define N_(text) text

static const struct {
	const char *id, *text;
} rows[NOTE_N] = {
	[NOTE_OPROM_GAP] = {
		"oprom.gap",
		N_("images are apart: only OVMF finds what is behind the gap"),
	},
	[NOTE_OPROM_NO_LAST] = { "oprom.no-last", N_("no image says that it is the last one") },
	[NOTE_OPROM_AFTER_LAST] = { "oprom.after-last", N_("bytes follow the last image") },
	[NOTE_OPROM_PAST_END] = {
		"oprom.past-end",
		N_("an image reaches past the end of the file"),
	},
	[NOTE_OPROM_LENGTH_ZERO] = {
		"oprom.length-zero",
		N_("an image says that its length is 0"),
	},
	[NOTE_OPROM_PCIR] = {
		"oprom.pcir",
		N_("an image has no PCIR structure where it should be"),
	},
	[NOTE_OPROM_PCIR_ALIGN] = {
		"oprom.pcir-align",
		N_("PCIR is not 4-byte aligned, OVMF stops there"),
	},
	[NOTE_OPROM_MANY] = { "oprom.many", N_("more images than are looked at") },
	[NOTE_OPROM_CHECKSUM] = {
		"oprom.checksum",
		N_("the checksum of an x86 image is wrong; normal for a copy taken from a "
		   "running machine"),
	},
	[NOTE_OPROM_SIZE_DIFFERS] = {
		"oprom.size-differs",
		N_("header and PCIR give different sizes of an x86 image"),
	},
	[NOTE_OPROM_LIST] = { "oprom.list", N_("the device list does not end inside its image") },
	[NOTE_OPROM_EFI_HEADER] = { "oprom.efi-header", N_("an EFI image without EFI signature") },
	[NOTE_OPROM_PAYLOAD] = {
		"oprom.payload",
		N_("the program of an EFI image starts outside it"),
	},
	[NOTE_VBT_CHECKSUM] = {
		"vbt.checksum",
		N_("the checksum is wrong; Linux does not look, Intel's firmware driver does"),
	},
	[NOTE_VBT_BDB_SHORT] = {
		"vbt.bdb-short",
		N_("bdb_size is one byte too small, as in most tables"),
	},
	[NOTE_VBT_TAIL] = { "vbt.tail", N_("bytes that are not zero follow the table") },
	[NOTE_VBT_BLOCK_CUT] = { "vbt.block-cut", N_("a block reaches past the end of the table") },
	[NOTE_VBT_BLOCK_FILLER] = {
		"vbt.block-filler",
		N_("bytes behind the last block are too few for another one"),
	},
	[NOTE_VBT_BLOCKS_MANY] = { "vbt.blocks-many", N_("more blocks than are looked at") },
	[NOTE_VBT_CHILD_SIZE] = {
		"vbt.child-size",
		N_("the child device size does not fit the block, the one of this BDB "
		   "version does"),
	},
	[NOTE_VBT_CHILD_REST] = {
		"vbt.child-rest",
		N_("the child devices do not fill their block evenly"),
	},
	[NOTE_VBT_CHILDREN_MANY] = {
		"vbt.children-many",
		N_("more child devices than are looked at"),
	},
	[NOTE_VBT_NO_PORTS] = {
		"vbt.no-ports",
		N_("no general definitions: no port is described"),
	},
	[NOTE_VBT_PANEL_DATA] = {
		"vbt.panel-data",
		N_("the panel data is not where it should be, it is not decoded"),
	},
	[NOTE_OPREGION_SIZE] = { "opregion.size", N_("the size field is not 8 KiB") },
	[NOTE_OPREGION_CUT] = { "opregion.cut", N_("fewer bytes than the header says") },
	[NOTE_OPREGION_NO_ASLE] = {
		"opregion.no-asle",
		N_("RVDA is set, but the mailbox that holds it is marked absent"),
	},
	[NOTE_OPREGION_RVDA_HALF] = {
		"opregion.rvda-half",
		N_("only one of RVDA and RVDS is set"),
	},
	[NOTE_OPREGION_RVDA_INSIDE] = {
		"opregion.rvda-inside",
		N_("RVDA points into the OpRegion itself"),
	},
	[NOTE_OPREGION_RVDA_WRAPS] = {
		"opregion.rvda-wraps",
		N_("RVDA and RVDS leave the address space"),
	},
	[NOTE_OPREGION_RVDA_OUTSIDE] = {
		"opregion.rvda-outside",
		N_("RVDA points outside the bytes that are here"),
	},
	[NOTE_OPREGION_RVDA_NO_VBT] = {
		"opregion.rvda-no-vbt",
		N_("what RVDA points to is no VBT, mailbox 4 counts"),
	},
	[NOTE_OPREGION_MAILBOX5] = { "opregion.mailbox5", N_("the VBT reaches into mailbox 5") },
	[NOTE_UEFI_CUT] = { "uefi.cut", N_("it reaches past the end of what holds it") },
	[NOTE_UEFI_SIZE] = {
		"uefi.size",
		N_("a size or offset in it is impossible; what follows is not looked into"),
	},
	[NOTE_UEFI_OVERLAP] = { "uefi.overlap", N_("it overlaps the region before it") },
	[NOTE_UEFI_VOLUME_SUM] = {
		"uefi.volume-checksum",
		N_("the checksum of the volume's header is wrong"),
	},
	[NOTE_UEFI_FILE_SYSTEM] = {
		"uefi.file-system",
		N_("a volume with a file system that is not known"),
	},
	[NOTE_UEFI_FREE_USED] = {
		"uefi.free-used",
		N_("bytes that firmware never reaches follow the free space"),
	},
	[NOTE_UEFI_HEADER_SUM] = {
		"uefi.header-checksum",
		N_("the checksum of the file's header is wrong"),
	},
	[NOTE_UEFI_FILE_SUM] = {
		"uefi.file-checksum",
		N_("the checksum of the file's contents is wrong"),
	},
	[NOTE_UEFI_DELETED] = { "uefi.deleted", N_("the file is marked as deleted") },
	[NOTE_UEFI_SECTION] = { "uefi.section", N_("a section of a type that is not known") },
	[NOTE_UEFI_CRC] = { "uefi.crc32", N_("the CRC32 of the section is wrong") },
	[NOTE_UEFI_PACKING] = {
		"uefi.packing",
		N_("packed in a way that is not known; not looked into"),
	},
	[NOTE_UEFI_UNPACK] = { "uefi.unpack", N_("it cannot be decompressed") },
	[NOTE_UEFI_UNPACKED_SIZE] = {
		"uefi.unpacked-size",
		N_("it decompresses to another size than it says"),
	},
	[NOTE_UEFI_TOO_LARGE] = {
		"uefi.too-large",
		N_("it would decompress to more than igvm allows"),
	},
	[NOTE_UEFI_NOTHING] = { "uefi.nothing", N_("no firmware volume was found in it") },
	[NOTE_UEFI_DEPTH] = { "uefi.depth", N_("nested deeper than is looked at") },
	[NOTE_UEFI_MANY] = { "uefi.many", N_("more parts than are looked at") },
	[NOTE_UEFI_CANDIDATES] = {
		"uefi.candidates",
		N_("more drivers and tables were found than are listed"),
	},
};

void note_add(struct notes *ns, enum note_code code, size_t at)
{
	if (ns->n < NOTES_MAX)
		ns->note[ns->n++] = (struct note){ code, at };
	else
		ns->dropped++;
}

const struct note *note_find(const struct notes *ns, enum note_code code)
{
	for (size_t i = 0; i < ns->n; i++)
		if (ns->note[i].code == code)
			return &ns->note[i];
	return NULL;
}

const char *note_id(enum note_code code)
{
	return rows[code].id;
}

const char *note_text(enum note_code code)
{
	return rows[code].text;
}
