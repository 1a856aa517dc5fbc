/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/kind.h"

#include "romfiles/oprom.h"
#include "romfiles/span_find.h"

/* Marks a text for xgettext; whoever shows it translates it. */
#define N_(text) text

#define PCI_VENDOR_NVIDIA 0x10de
#define PCI_VENDOR_AMD 0x1002
#define TEXT_LOOK 4096

static const struct {
	const char *id, *text;
} rows[KIND_N] = {
	[KIND_OPROM] = { "option-rom", N_("a PCI option ROM") },
	[KIND_VBT] = { "vbt", N_("a Video BIOS Table") },
	[KIND_OPREGION] = { "opregion", N_("an ACPI OpRegion") },
	[KIND_UEFI] = { "uefi", N_("UEFI firmware") },
	[KIND_PE] = { "pe", N_("a UEFI program") },
	[KIND_EMPTY] = { "empty", N_("an empty file") },
	[KIND_FILLER] = { "filler", N_("one byte repeated: erased flash or memory that is not there") },
	[KIND_ZIP] = { "zip", N_("a ZIP archive: unpack it first") },
	[KIND_GZIP] = { "gzip", N_("a gzip file: unpack it first") },
	[KIND_XZ] = { "xz", N_("an xz file: unpack it first") },
	[KIND_7Z] = { "7z", N_("a 7z archive: unpack it first") },
	[KIND_RAR] = { "rar", N_("a RAR archive: unpack it first") },
	[KIND_CAB] = { "cab", N_("a Windows cabinet: unpack it first") },
	[KIND_ELF] = { "elf", N_("a Linux program") },
	[KIND_PDF] = { "pdf", N_("a PDF document") },
	[KIND_PICTURE] = { "picture", N_("a picture") },
	[KIND_HTML] = { "html", N_("a web page, saved instead of the file it links to") },
	[KIND_HEXDUMP] = { "hexdump", N_("a hex dump in text: turn it into bytes first (xxd -r)") },
	[KIND_TEXT] = { "text", N_("a text") },
	[KIND_NVIDIA] = { "nvidia", N_("a ROM of an NVIDIA card") },
	[KIND_ATOM] = { "amd", N_("a ROM of an AMD card") },
	[KIND_UNKNOWN] = { "unknown", N_("nothing that is known") },
};

const char *rom_kind_id(enum rom_kind k)
{
	return rows[k].id;
}

const char *rom_kind_text(enum rom_kind k)
{
	return rows[k].text;
}

bool rom_kind_is_read(enum rom_kind k)
{
	return k <= KIND_PE;
}

/* Beginnings that leave no doubt. */
static const struct {
	const char *magic;
	uint8_t len;
	enum rom_kind kind;
} magics[] = {
	{ "PK\3\4", 4, KIND_ZIP },
	{ "PK\5\6", 4, KIND_ZIP },
	{ "\x1f\x8b", 2, KIND_GZIP },
	{ "\xfd" "7zXZ", 5, KIND_XZ },
	{ "7z\xbc\xaf\x27\x1c", 6, KIND_7Z },
	{ "Rar!", 4, KIND_RAR },
	{ "MSCF", 4, KIND_CAB },
	{ "\x7f" "ELF", 4, KIND_ELF },
	{ "%PDF", 4, KIND_PDF },
	{ "\x89PNG", 4, KIND_PICTURE },
	{ "\xff\xd8\xff", 3, KIND_PICTURE },
	{ "GIF8", 4, KIND_PICTURE },
	{ "NVGI", 4, KIND_NVIDIA },
	{ "IntelGraphicsMem", 16, KIND_OPREGION },
	{ "$VBT", 4, KIND_VBT },
};

static bool is_filler(struct span s)
{
	return s.n == 1 || !memcmp(s.p, s.p + 1, s.n - 1);
}

/* Damaged or cut ones as well: what is wrong is the decoder's to say. */
static enum rom_kind option_rom(struct span s)
{
	struct oprom r;

	if (oprom_parse(s, &r))
		return KIND_OPROM;
	if (r.image[0].vendor == PCI_VENDOR_NVIDIA)
		return KIND_NVIDIA;
	return r.image[0].vendor == PCI_VENDOR_AMD ? KIND_ATOM : KIND_OPROM;
}

/* A volume's signature where a header would have it, or a flash descriptor. */
static bool firmware(struct span s)
{
	static const uint8_t descriptor[] = { 0x5a, 0xa5, 0xf0, 0x0f };
	size_t at = 0;

	if (span_is(s, 0, descriptor, 4) || span_is(s, 0x10, descriptor, 4))
		return true;
	while ((at = span_find(s, at, "_FVH", 4, 2)) < 0x28 && at < s.n)
		at += 4;
	return at < s.n;
}

static bool printable(uint8_t c)
{
	return (c >= ' ' && c != 0x7f) || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* "00000000: 55aa", "00: 86 80 92 46": a line that begins with an offset and a colon. */
static bool hex_line(struct span s)
{
	size_t i = 0;

	while (i < s.n && i < 16 && is_hex(s.p[i]))
		i++;
	return i >= 2 && i + 3 < s.n && s.p[i] == ':' && s.p[i + 1] == ' ' && is_hex(s.p[i + 2]) &&
	       is_hex(s.p[i + 3]);
}

/* ASCII @word anywhere in @s, letters in either case. */
static bool contains(struct span s, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; span_holds(s, i, n); i++) {
		size_t j = 0;

		while (j < n && (s.p[i + j] | 0x20) == (word[j] | 0x20))
			j++;
		if (j == n)
			return true;
	}
	return false;
}

static bool has_hex_line(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((!i || s.p[i - 1] == '\n') && hex_line(span_from(s, i)))
			return true;
	return false;
}

static enum rom_kind text(struct span s)
{
	span_sub(s, 0, s.n < TEXT_LOOK ? s.n : TEXT_LOOK, &s);
	for (size_t i = 0; i < s.n; i++)
		if (!printable(s.p[i]))
			return KIND_UNKNOWN;
	if (contains(s, "<html") || contains(s, "<!doctype html"))
		return KIND_HTML;
	return has_hex_line(s) ? KIND_HEXDUMP : KIND_TEXT;
}

enum rom_kind rom_kind(struct span s)
{
	if (!s.n)
		return KIND_EMPTY;
	if (is_filler(s))
		return KIND_FILLER;
	for (size_t i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (span_is(s, 0, magics[i].magic, magics[i].len))
			return magics[i].kind;
	if (span_is(s, 0, "\x55\xaa", 2))
		return option_rom(s);
	/* A vendor's updater is a program with the firmware in it. */
	if (firmware(s))
		return KIND_UEFI;
	return span_is(s, 0, "MZ", 2) ? KIND_PE : text(s);
}
