/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Words for numbers, and what GUIDs are known as: Intel's and vendors' names
 * of graphics files from UEFITool's list, the others from PI 1.7.
 */
#include "romfiles/uefi/walk.h"

static const struct known {
	const char *guid, *name;
	enum uefi_role role;
} known[] = {
	{ "FF0C8745-3270-4439-B74F-3E45F8C77064", "IntelGopDriver", ROLE_GOP },
	{ "7755CA7B-CA8F-43C5-889B-E1F59A93D575", "IntelGopDriver", ROLE_GOP },
	{ "5C266089-E103-4D43-9AB5-12D7095BE2AF", "IntelSaGopDriver", ROLE_GOP },
	{ "5BBA83E6-F027-4CA7-BFD0-16358CC9E123", "IntelIvbGopDriver", ROLE_GOP },
	{ "8D59EBC8-B85E-400E-970A-1F995D1DB91E", "IntelSnbGopDriver", ROLE_GOP },
	{ "F706D0C8-F6FC-4F7A-AC98-96BA5CC43AAA", "SandyBridgeGopDriver", ROLE_GOP },
	{ "F82E0BF0-95F7-41DB-9299-2D054546B3D0", "IntelGopDriverRkl", ROLE_GOP },
	{ "28B5A45C-CC5D-4221-9DFF-86B0F42DDC01", "IvbGopDriver", ROLE_GOP },
	{ "311032C4-98A6-4E06-8C03-D815FD1FE709", "SnbGopDriver", ROLE_GOP },
	{ "1647B4F3-3E8A-4FDD-81C8-328ED647AB1A", "IntelGopDriver", ROLE_GOP },
	{ "1647B4F3-3E8A-4FEF-81C8-328ED647AB1A", "IntelGopVbt", ROLE_VBT },
	{ "878AC2CC-5343-46F2-B563-51F89DAF56BA", "IntelIGopVbt", ROLE_VBT },
	{ "0F729F33-25C1-41A7-86B2-23A737A91823", "IntelSnbGopVbt", ROLE_VBT },
	{ "E08CA6D5-8D02-43AE-ABB1-952CC787C933", "PeiDefaultVbt", ROLE_VBT },
	{ "A0337044-949C-423E-B581-DAE2AD435534", "VbtInfo", ROLE_VBT },
	{ "21E70404-DF72-4122-B030-281306EB7BE3", "Vbt", ROLE_VBT },
	{ "1DA69AFD-C297-4EE2-A086-0A41EB2B4DC8", "XnoteGopVbtPei", ROLE_VBT },
	{ "4A785A9F-FE09-405D-FFFF-FFFFD7BD2694", "XnoteGopVbiosDxe", ROLE_NONE },
	{ "76ED893A-B2F9-4C7D-A05F-1EA170ECF6CD", "IntelGraphicsPeim", ROLE_NONE },
	{ "BA37F2C5-B0F3-4A95-B55F-F25F4F6F8452", "IntelGraphicsPeim", ROLE_NONE },
	{ "E391CC76-41F7-4995-8145-D416D03A2AD3", "IntelGraphicsPeim", ROLE_NONE },
	{ "9737D7CA-D869-45E5-A5EF-75D9438688DE", "PlatformGopPolicy", ROLE_NONE },
	{ "0AFCDD7A-345E-415E-926D-C5971B580400", "IntelVbios", ROLE_VBIOS },
	{ "29206FC2-9EAB-4612-ACA1-1E3D098FB1B3", "LegacyVideoRom", ROLE_VBIOS },
	{ "8DFAE5D4-B50E-4C10-96E6-F2C266CACBB6", "VideoRom", ROLE_VBIOS },
	{ "1B45CC0A-156A-428A-AF62-49864DA0E6E6", "PEI apriori file", ROLE_NONE },
	{ "FC510EE7-FFDC-11D4-BD41-0080C73C8881", "DXE apriori file", ROLE_NONE },
	{ "1BA0062E-C779-4582-8566-336AE8F78F09", "Volume Top File", ROLE_NONE },
};

/* Bytes of a GUID in the order of its text: the first three numbers are little endian. */
static const uint8_t order[UEFI_GUID_SIZE] = { 3, 2, 1, 0, 5, 4, 7, 6,
					       8, 9, 10, 11, 12, 13, 14, 15 };

const char *uefi_guid(const uint8_t guid[UEFI_GUID_SIZE], char out[UEFI_GUID_TEXT])
{
	static const char digit[] = "0123456789ABCDEF";
	char *p = out;

	for (size_t i = 0; i < UEFI_GUID_SIZE; i++) {
		*p++ = digit[guid[order[i]] >> 4];
		*p++ = digit[guid[order[i]] & 15];
		if (i == 3 || i == 5 || i == 7 || i == 9)
			*p++ = '-';
	}
	*p = '\0';
	return out;
}

bool guid_is(const uint8_t guid[UEFI_GUID_SIZE], const char *text)
{
	char own[UEFI_GUID_TEXT];

	return !memcmp(uefi_guid(guid, own), text, UEFI_GUID_TEXT);
}

static const struct known *find_known(const uint8_t *guid)
{
	char text[UEFI_GUID_TEXT];

	uefi_guid(guid, text);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!memcmp(text, known[i].guid, UEFI_GUID_TEXT))
			return &known[i];
	return NULL;
}

enum uefi_role guid_role(const uint8_t guid[UEFI_GUID_SIZE])
{
	const struct known *k = find_known(guid);

	return k ? k->role : ROLE_NONE;
}

const char *uefi_guid_name(const uint8_t guid[UEFI_GUID_SIZE])
{
	const struct known *k = find_known(guid);

	return k ? k->name : NULL;
}

/* --- texts in the bytes ------------------------------------------------------------------ */

static void ascii(const struct uefi *u, const struct uefi_text *t, char out[UEFI_TEXT_MAX])
{
	size_t n = 0;
	uint16_t c = 0;

	for (; n < t->size / 2 && n + 1 < UEFI_TEXT_MAX; n++) {
		span_le16(u->buffer[t->buffer].bytes, t->at + 2 * n, &c);
		out[n] = c >= ' ' && c <= '~' ? (char)c : '?';
	}
	out[n] = '\0';
}

const char *uefi_name(const struct uefi *u, size_t i, char out[UEFI_TEXT_MAX])
{
	const struct uefi_node *n = &u->node[i];
	const char *name;

	ascii(u, &n->name, out);
	if (!n->name.size && n->kind == UEFI_FILE && (name = uefi_guid_name(n->guid)))
		memcpy(out, name, strlen(name) + 1);
	return out;
}

const char *uefi_version(const struct uefi *u, size_t i, char out[UEFI_TEXT_MAX])
{
	ascii(u, &u->node[i].version, out);
	return out;
}

/* --- words ---------------------------------------------------------------------------------- */

const char *uefi_kind_word(enum uefi_kind kind)
{
	static const char *const word[UEFI_KINDS] = {
		"image", "capsule", "region", "volume", "file", "section", "padding", "free",
	};

	return word[kind];
}

const char *uefi_packing_word(enum uefi_packing packing)
{
	static const char *const word[UEFI_PACKINGS] = {
		"plain", "efi-1.1", "tiano", "lzma", "lzma-x86", "brotli", "crc32", "signed",
		"unknown",
	};

	return word[packing];
}

const char *uefi_what_word(enum uefi_what what)
{
	static const char *const word[UEFI_WHATS] = { "gop", "vbt", "vbios" };

	return word[what];
}

static const char *file_word(uint8_t type)
{
	static const char *const word[] = {
		NULL, "raw", "freeform", "sec-core", "pei-core", "dxe-core", "peim", "driver",
		"peim-driver", "application", "mm", "volume", "mm-dxe", "mm-core", "mm-standalone",
		"mm-core-standalone",
	};

	if (type == UEFI_FILE_PAD)
		return "pad";
	return type < sizeof(word) / sizeof(word[0]) ? word[type] : NULL;
}

static const char *section_word(uint8_t type)
{
	static const char *const word[] = {
		[0x01] = "compression", [0x02] = "guided", [0x03] = "disposable",
		[0x10] = "pe32", [0x11] = "pic", [0x12] = "te", [0x13] = "dxe-depex",
		[0x14] = "version", [0x15] = "name", [0x16] = "compat16", [0x17] = "volume",
		[0x18] = "freeform", [0x19] = "raw", [0x1b] = "pei-depex", [0x1c] = "mm-depex",
	};

	return type < sizeof(word) / sizeof(word[0]) ? word[type] : NULL;
}

static const char *region_word(uint8_t type)
{
	static const char *const word[] = {
		"descriptor", "bios", "me", "gbe", "platform", "device-expansion", "bios2", NULL,
		"ec",
	};

	return type < sizeof(word) / sizeof(word[0]) ? word[type] : NULL;
}

const char *uefi_type_word(const struct uefi_node *n)
{
	static const char *const ffs[] = { NULL, "ffs1", "ffs2", "ffs3" };

	switch (n->kind) {
	case UEFI_REGION:
		return region_word(n->type);
	case UEFI_VOLUME:
		return ffs[n->ffs];
	case UEFI_FILE:
		return file_word(n->type);
	case UEFI_SECTION:
		return section_word(n->type);
	default:
		return NULL;
	}
}
