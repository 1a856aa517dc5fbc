/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "romfiles/pe.h"
#include "romfiles/show.h"
#include "romfiles/uefi/uefi.h"
#include "tests/tools/gen_fv.h"

#define GOP_TEXT "Intel(R) GOP Driver"
#define OTHER_GUID "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE"
#define KNOWN_GOP "FF0C8745-3270-4439-B74F-3E45F8C77064"

/* Exactly the bytes, so that a sanitizer sees their end. */
static struct uefi *parse_with(const struct gen_buf *b, const struct uefi_limits *l, int want)
{
	static uint8_t *copy;
	struct uefi *u = NULL;

	free(copy);
	copy = malloc(b->n ? b->n : 1);
	assert_non_null(copy);
	if (b->n)
		memcpy(copy, b->p, b->n);
	assert_int_equal(uefi_parse((struct span){ copy, b->n }, l, &u), want);
	assert_true(want ? !u : u != NULL);
	return u;
}

static struct uefi *parse(const struct gen_buf *b)
{
	return parse_with(b, NULL, 0);
}

static size_t find_node(const struct uefi *u, enum uefi_kind kind, int type, size_t from)
{
	for (size_t i = from; i < u->n_nodes; i++)
		if (u->node[i].kind == kind && (type < 0 || u->node[i].type == type))
			return i;
	fail_msg("no node of kind %s, type %d", uefi_kind_word(kind), type);
	return 0;
}

static size_t count(const struct uefi *u, enum uefi_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < u->n_nodes; i++)
		n += u->node[i].kind == kind;
	return n;
}

static uint32_t all_notes(const struct uefi *u)
{
	uint32_t notes = 0;

	for (size_t i = 0; i < u->n_nodes; i++)
		notes |= u->node[i].notes;
	return notes;
}

static void notes_are(const struct uefi *u, uint32_t codes)
{
	if (all_notes(u) == codes)
		return;
	for (enum note_code c = NOTE_UEFI_FIRST; c <= NOTE_UEFI_LAST; c++)
		if ((all_notes(u) ^ codes) >> (c - NOTE_UEFI_FIRST) & 1)
			print_error("# differs: %s\n", note_id(c));
	fail();
}

#define BIT(code) (1u << ((code) - NOTE_UEFI_FIRST))

/* Sections of a driver: a GOP, its name, its version. */
static void driver_sections(struct gen_buf *s, const char *text)
{
	uint8_t pe[2048];

	gen_section(s, 0x10, pe, gen_gop(PE_MACHINE_X64, text, pe));
	gen_text_section(s, 0x15, "TestGop");
	gen_text_section(s, 0x14, "9.0.1085");
}

static void one_volume(struct gen_buf *out, const struct gen_volume *v, const struct gen_file *f,
		       const struct gen_buf *sections)
{
	struct gen_buf files = { 0 };

	gen_file_add(&files, f, sections->p, sections->n);
	gen_volume_add(out, v, &files);
	gen_free(&files);
}

/* --- what a sound image is read as ------------------------------------------------------ */

static void a_volume(void **state)
{
	struct gen_volume v = { .name = OTHER_GUID, .size = 8192 };
	struct gen_file f = { .type = 7, .checksum = true };
	struct gen_buf image = { 0 }, s = { 0 };
	char guid[UEFI_GUID_TEXT], text[UEFI_TEXT_MAX];
	struct uefi *u;
	size_t i;

	(void)state;
	driver_sections(&s, GOP_TEXT);
	one_volume(&image, &v, &f, &s);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(u->n_nodes, 7);
	assert_int_equal(u->node[0].kind, UEFI_IMAGE);
	assert_int_equal(u->node[0].parent, UEFI_NONE);
	assert_int_equal(u->node[1].kind, UEFI_VOLUME);
	assert_int_equal(u->node[1].ffs, 2);
	assert_int_equal(u->node[1].size, 8192);
	assert_string_equal(uefi_guid(u->node[1].guid, guid), GEN_FFS2);
	assert_true(u->node[1].has_name_guid);
	assert_string_equal(uefi_guid(u->node[1].name_guid, guid), OTHER_GUID);
	i = find_node(u, UEFI_FILE, 7, 0);
	assert_int_equal(u->node[i].at, 0x60);
	assert_int_equal(u->node[i].parent, 1);
	assert_string_equal(uefi_name(u, i, text), "TestGop");
	assert_string_equal(uefi_version(u, i, text), "9.0.1085");
	assert_string_equal(uefi_guid(u->node[i].guid, guid), GEN_FILE);
	assert_int_equal(u->node[i + 1].type, UEFI_SECTION_PE32);
	assert_int_equal(u->node[i + 1].depth, 3);
	assert_int_equal(u->node[6].kind, UEFI_FREE);
	assert_int_equal(u->node[6].at + u->node[6].size, 8192);
	assert_int_equal(uefi_contents(u, i).n, s.n);
	assert_memory_equal(uefi_contents(u, i).p, s.p, s.n);
	assert_int_equal(u->n_candidates, 1);
	assert_int_equal(u->candidate[0].what, UEFI_GOP);
	assert_true(u->candidate[0].by_content);
	assert_int_equal(u->candidate[0].machine, PE_MACHINE_X64);
	assert_int_equal(u->candidate[0].file, i);
	assert_int_equal(u->candidate[0].bytes.n, GEN_PE_HEADERS + 512);
	assert_memory_equal(u->candidate[0].bytes.p, s.p + 4, GEN_PE_HEADERS + 512);
	uefi_free(u);
	gen_free(&image);
	gen_free(&s);
}

static void three_file_systems(void **state)
{
	static const struct {
		struct gen_volume v;
		struct gen_file f;
		unsigned int ffs;
	} t[] = {
		{ { .guid = GEN_FFS1 }, { .type = 7, .ffs = 1 }, 1 },
		{ { .guid = GEN_FFS1 }, { .type = 7, .ffs = 1, .tail = true, .checksum = true }, 1 },
		{ { .guid = GEN_FFS2 }, { .type = 7, .checksum = true }, 2 },
		{ { .guid = GEN_FFS2, .erased_zero = true }, { .type = 7, .erased_zero = true }, 2 },
		{ { .guid = GEN_FFS3 }, { .type = 7, .checksum = true }, 3 },
		{ { .guid = GEN_FFS3 }, { .type = 7, .large = true, .checksum = true }, 3 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_buf image = { 0 }, s = { 0 };
		struct uefi *u;

		driver_sections(&s, GOP_TEXT);
		one_volume(&image, &t[i].v, &t[i].f, &s);
		u = parse(&image);
		notes_are(u, 0);
		assert_int_equal(u->node[1].ffs, t[i].ffs);
		assert_int_equal(count(u, UEFI_SECTION), 3);
		assert_int_equal(u->n_candidates, 1);
		uefi_free(u);
		gen_free(&image);
		gen_free(&s);
	}
}

/* A section of 16 MiB has its size in 32 bits, and its file in 64. */
static void large_sections(void **state)
{
	struct gen_volume v = { .guid = GEN_FFS3 };
	struct gen_file f = { .type = 2, .large = true };
	struct gen_buf image = { 0 }, s = { 0 };
	uint8_t *body = calloc(1, 1 << 24);
	struct uefi *u;
	size_t i;

	(void)state;
	assert_non_null(body);
	body[5] = 1;
	gen_section(&s, 0x19, body, 1 << 24);
	one_volume(&image, &v, &f, &s);
	u = parse(&image);
	notes_are(u, 0);
	i = find_node(u, UEFI_SECTION, 0x19, 0);
	assert_int_equal(u->node[i].header, 8);
	assert_int_equal(uefi_contents(u, i).n, 1 << 24);
	uefi_free(u);
	gen_free(&image);
	gen_free(&s);
	free(body);
}

static void every_packing(void **state)
{
	static const struct {
		const char *guid;
		unsigned int width;
		enum uefi_packing packing;
	} t[] = {
		{ GEN_LZMA, 0, UEFI_LZMA },
		{ GEN_LZMA_X86, 0, UEFI_LZMA_X86 },
		{ GEN_BROTLI, 0, UEFI_BROTLI },
		{ GEN_TIANO_GUID, 5, UEFI_TIANO },
		{ NULL, 4, UEFI_EFI11 },
		{ NULL, 5, UEFI_TIANO },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_volume v = { 0 };
		struct gen_file f = { .type = 7 };
		struct gen_buf image = { 0 }, in = { 0 }, s = { 0 };
		char text[UEFI_TEXT_MAX];
		struct uefi *u;
		size_t n;

		driver_sections(&in, GOP_TEXT);
		gen_packed(&s, t[i].guid, t[i].width, in.p, in.n);
		one_volume(&image, &v, &f, &s);
		u = parse(&image);
		notes_are(u, 0);
		n = find_node(u, UEFI_SECTION, t[i].guid ? 2 : 1, 0);
		assert_int_equal(u->node[n].packing, t[i].packing);
		assert_true(u->node[n].unpacked);
		assert_int_equal(uefi_contents(u, n).n, in.n);
		assert_memory_equal(uefi_contents(u, n).p, in.p, in.n);
		assert_int_equal(u->n_candidates, 1);
		/* The name inside is the name of the file around. */
		assert_string_equal(uefi_name(u, u->candidate[0].file, text), "TestGop");
		assert_int_equal(u->node[u->candidate[0].node].depth, 4);
		uefi_free(u);
		gen_free(&image);
		gen_free(&in);
		gen_free(&s);
	}
}

/* Wrappers that change no byte; and a kind of compression that is none. */
static void plain_wrappers(void **state)
{
	static const uint8_t none[5], certificate[256] = { 1 };
	struct gen_buf in = { 0 }, s = { 0 }, image = { 0 }, files = { 0 };
	struct gen_file f = { .type = 7 };
	struct gen_volume v = { 0 };
	uint8_t extra[5];
	struct uefi *u;

	(void)state;
	driver_sections(&in, GOP_TEXT);
	gen_crc_section(&s, in.p, in.n);
	gen_guided(&s, GEN_SIGNED, certificate, sizeof(certificate), in.p, in.n);
	gen_section(&s, 3, in.p, in.n);
	memcpy(extra, none, 5);
	gen32(extra, (uint32_t)in.n);
	gen_section_with(&s, 1, extra, 5, in.p, in.n);
	gen_file_add(&files, &f, s.p, s.n);
	gen_volume_add(&image, &v, &files);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(u->n_candidates, 4);
	assert_int_equal(u->n_buffers, 1);
	uefi_free(u);
	gen_free(&s);
	gen_free(&files);
	gen_free(&image);
	gen_free(&in);
}

/* A vendor's kind 2 is LZMA; the end of a stream may be marked instead of known. */
static void lzma_forms(void **state)
{
	struct gen_buf in = { 0 }, lzma = { 0 }, s = { 0 }, image = { 0 };
	struct gen_file f = { .type = 7 };
	struct gen_volume v = { 0 };
	uint8_t extra[5] = { 0, 0, 0, 0, 2 };
	struct uefi *u;

	(void)state;
	driver_sections(&in, GOP_TEXT);
	gen_lzma(&lzma, in.p, in.n, false, true);
	gen32(extra, (uint32_t)in.n);
	gen_section_with(&s, 1, extra, 5, lzma.p, lzma.n);
	gen_free(&lzma);
	gen_lzma(&lzma, in.p, in.n, false, false);
	gen_guided(&s, GEN_LZMA, NULL, 0, lzma.p, lzma.n);
	/* Bytes behind a stream of known size are no reason to refuse it. */
	gen_free(&lzma);
	gen_lzma(&lzma, in.p, in.n, false, true);
	gen_fill(&lzma, 0x5a, 100);
	gen_guided(&s, GEN_LZMA, NULL, 0, lzma.p, lzma.n);
	one_volume(&image, &v, &f, &s);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(u->n_candidates, 3);
	uefi_free(u);
	gen_free(&s);
	gen_free(&lzma);
	gen_free(&image);
	gen_free(&in);
}

/* Two levels of packed volumes, as boards have them. */
static void nested_volumes(void **state)
{
	struct gen_buf s = { 0 }, inner = { 0 }, wrapped = { 0 }, outer = { 0 }, image = { 0 };
	struct gen_file f = { .type = 7 }, v_file = { .type = 0x0b };
	struct gen_volume v = { 0 };
	struct uefi *u;

	(void)state;
	driver_sections(&s, GOP_TEXT);
	one_volume(&inner, &v, &f, &s);
	gen_section(&wrapped, 0x17, inner.p, inner.n);
	gen_packed(&outer, GEN_LZMA, 0, wrapped.p, wrapped.n);
	one_volume(&image, &v, &v_file, &outer);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(count(u, UEFI_VOLUME), 2);
	assert_int_equal(u->n_candidates, 1);
	assert_int_equal(u->node[u->candidate[0].node].buffer, 1);
	assert_int_equal(u->node[u->candidate[0].node].depth, 7);
	uefi_free(u);
	/* The volume inside may have a wrong checksum: it is where one must be. */
	gen_free(&outer);
	wrapped.p[4 + 0x32] ^= 1;
	gen_packed(&outer, GEN_LZMA, 0, wrapped.p, wrapped.n);
	gen_free(&image);
	one_volume(&image, &v, &v_file, &outer);
	u = parse(&image);
	notes_are(u, BIT(NOTE_UEFI_VOLUME_SUM));
	assert_int_equal(u->n_candidates, 1);
	uefi_free(u);
	gen_free(&s);
	gen_free(&inner);
	gen_free(&wrapped);
	gen_free(&outer);
	gen_free(&image);
}

/* A volume section with something before, between and behind its volumes. */
static void volume_sections(void **state)
{
	struct gen_buf s = { 0 }, vol = { 0 }, body = { 0 }, outer = { 0 }, image = { 0 };
	struct gen_file f = { .type = 7 }, v_file = { .type = 0x0b };
	struct gen_volume v = { 0 };
	struct uefi *u;

	(void)state;
	driver_sections(&s, GOP_TEXT);
	one_volume(&vol, &v, &f, &s);
	gen_add(&body, vol.p, vol.n);
	gen_fill(&body, 0x11, 100);
	gen_add(&body, vol.p, vol.n);
	gen_fill(&body, 0x22, 100);
	gen_section(&outer, 0x17, body.p, body.n);
	gen_free(&body);
	gen_fill(&body, 0x33, 40);
	gen_add(&body, vol.p, vol.n);
	gen_section(&outer, 0x17, body.p, body.n);
	gen_free(&body);
	gen_add(&body, vol.p, vol.n);
	gen_fill(&body, 0x33, 40);
	gen_section(&outer, 0x17, body.p, body.n);
	one_volume(&image, &v, &v_file, &outer);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(count(u, UEFI_VOLUME), 5);
	assert_int_equal(count(u, UEFI_PADDING), 4);
	assert_int_equal(u->n_candidates, 4);
	uefi_free(u);
	gen_free(&s);
	gen_free(&vol);
	gen_free(&body);
	gen_free(&outer);
	gen_free(&image);
}

/* --- around the volumes ------------------------------------------------------------------- */

static void descriptor(struct gen_buf *b, size_t size)
{
	uint8_t *p;

	gen_fill(b, 0xff, size);
	p = b->p;
	gen32(p + 0x10, 0x0ff0a55a);
	gen32(p + 0x14, 0x00040003); /* regions at 0x40, components at 0x30 */
	gen32(p + 0x18, 0x00100206); /* masters at 0x60 */
	gen32(p + 0x1c, 0x00120210);
	gen32(p + 0x40, 0x00000000); /* descriptor: the first 4 KiB */
	gen32(p + 0x44, 0x000f0008); /* BIOS: 0x8000 to 0xffff */
	gen32(p + 0x48, 0x00060001); /* ME: 0x1000 to 0x6fff */
	gen32(p + 0x4c, 0x00007fff); /* none */
	gen32(p + 0x50, 0x00000000);
}

static void put_volume(struct gen_buf *image, size_t at)
{
	struct gen_buf s = { 0 }, vol = { 0 };
	struct gen_file f = { .type = 7 };
	struct gen_volume v = { 0 };

	driver_sections(&s, GOP_TEXT);
	one_volume(&vol, &v, &f, &s);
	memcpy(image->p + at, vol.p, vol.n);
	gen_free(&s);
	gen_free(&vol);
}

static void flash_regions(void **state)
{
	struct gen_buf image = { 0 };
	struct uefi *u;

	(void)state;
	descriptor(&image, 0x10000);
	put_volume(&image, 0x9000);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(count(u, UEFI_REGION), 3);
	assert_int_equal(u->node[find_node(u, UEFI_REGION, 1, 0)].at, 0x8000);
	assert_int_equal(u->node[find_node(u, UEFI_REGION, 2, 0)].size, 0x6000);
	assert_int_equal(u->node[find_node(u, UEFI_PADDING, 0, 0)].at, 0x7000);
	assert_string_equal(uefi_type_word(&u->node[find_node(u, UEFI_REGION, 1, 0)]), "bios");
	assert_int_equal(u->n_candidates, 1);
	uefi_free(u);
	/* Old chips have the signature at the very start. */
	memmove(image.p, image.p + 0x10, 16);
	memset(image.p + 0x10, 0xff, 16);
	u = parse(&image);
	assert_int_equal(count(u, UEFI_REGION), 3);
	uefi_free(u);
	gen_free(&image);
}

static void flash_regions_that_lie(void **state)
{
	static const struct {
		const char *name;
		uint32_t bios, me;
		size_t regions;
		uint32_t notes;
	} t[] = {
		{ "overlap", 0x000f0008, 0x00090001, 3, BIT(NOTE_UEFI_OVERLAP) },
		{ "same", 0x000f0008, 0x000f0008, 3, BIT(NOTE_UEFI_OVERLAP) },
		{ "past the end", 0x7fff0008, 0x00060001, 3, BIT(NOTE_UEFI_CUT) },
		{ "ME behind the end", 0x000f0008, 0x00200018, 2, BIT(NOTE_UEFI_CUT) },
		{ "BIOS behind the end", 0x00200018, 0x00060001, 0, 0 },
		{ "no BIOS", 0x00007fff, 0x00060001, 0, 0 },
		{ "all ones", 0x000f0008, 0xffffffff, 2, 0 },
		{ "base above limit", 0x000f0008, 0x00010006, 2, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_buf image = { 0 };
		struct uefi *u;

		descriptor(&image, 0x10000);
		put_volume(&image, 0x9000);
		gen32(image.p + 0x44, t[i].bios);
		gen32(image.p + 0x48, t[i].me);
		u = parse(&image);
		if (count(u, UEFI_REGION) != t[i].regions || all_notes(u) != t[i].notes)
			fail_msg("%s: %zu regions, notes %x", t[i].name, count(u, UEFI_REGION),
				 all_notes(u));
		/* Whatever the descriptor says, the volume is found. */
		assert_true(u->n_candidates >= 1);
		uefi_free(u);
		gen_free(&image);
	}
}

/* The map of tables may point anywhere; regions then have no registers. */
static void descriptor_maps(void **state)
{
	static const uint32_t maps[] = { 0, UINT32_MAX, 0x00ff0000, 0x00050003 };
	struct gen_buf image = { 0 };
	struct uefi *u;

	(void)state;
	descriptor(&image, 0x10000);
	put_volume(&image, 0x9000);
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++) {
		gen32(image.p + 0x14, maps[i]);
		u = parse(&image);
		assert_true(u->n_candidates >= 1);
		uefi_free(u);
	}
	gen_free(&image);
	/* Too short for one. */
	descriptor(&image, 0x1000);
	image.n = 0xfff;
	u = parse(&image);
	assert_int_equal(count(u, UEFI_REGION), 0);
	notes_are(u, BIT(NOTE_UEFI_NOTHING));
	uefi_free(u);
	gen_free(&image);
}

static void regions_that_hold_no_volume(void **state)
{
	struct gen_vbt w = { 0 };
	struct gen_buf image = { 0 };
	struct uefi *u;

	(void)state;
	descriptor(&image, 0x10000);
	gen_vbt(&w, image.p + 0x8100);
	u = parse(&image);
	assert_int_equal(u->n_candidates, 1);
	assert_int_equal(u->candidate[0].what, UEFI_VBT);
	assert_int_equal(u->candidate[0].at, 0x8100);
	assert_int_equal(u->candidate[0].file, UEFI_NONE);
	uefi_free(u);
	gen_free(&image);
}

static void capsule(struct gen_buf *b, uint32_t header, uint32_t size, size_t body)
{
	gen_fill(b, 0, 28);
	gen_guid(b->p, "3B6686BD-0D76-4030-B70E-B5519E2FC5A0");
	gen32(b->p + 16, header);
	gen32(b->p + 24, size);
	gen_fill(b, 0xff, body);
}

static void capsules(void **state)
{
	struct gen_buf image = { 0 }, chip = { 0 };
	struct uefi *u;

	(void)state;
	capsule(&image, 0x40, 0x2000, 0x3000 - 28);
	put_volume(&image, 0x1000);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(u->node[1].kind, UEFI_CAPSULE);
	assert_int_equal(u->node[1].size, 0x2000);
	assert_int_equal(u->node[1].header, 0x40);
	assert_int_equal(u->n_candidates, 1);
	assert_int_equal(u->node[u->n_nodes - 1].kind, UEFI_PADDING);
	uefi_free(u);
	/* Longer than the file. */
	gen32(image.p + 24, 0x10000);
	u = parse(&image);
	notes_are(u, BIT(NOTE_UEFI_CUT));
	assert_int_equal(u->n_candidates, 1);
	uefi_free(u);
	/* Headers that cannot be: the volume is found all the same. */
	for (unsigned int i = 0; i < 4; i++) {
		static const uint32_t header[] = { 0, 27, 0x4000, 0x10001 };

		gen32(image.p + 16, header[i]);
		u = parse(&image);
		assert_int_equal(u->node[1].kind, UEFI_PADDING);
		assert_int_equal(u->n_candidates, 1);
		uefi_free(u);
	}
	gen_free(&image);
	/* A whole chip in a capsule, and nothing in one. */
	descriptor(&chip, 0x10000);
	put_volume(&chip, 0x9000);
	capsule(&image, 28, 0x10000 + 28, 0x10000);
	memcpy(image.p + 28, chip.p, chip.n);
	u = parse(&image);
	assert_int_equal(count(u, UEFI_REGION), 3);
	assert_int_equal(u->candidate[0].at, u->node[u->candidate[0].node].at + 4);
	uefi_free(u);
	memset(image.p + 28, 0x55, chip.n);
	u = parse(&image);
	assert_true(uefi_noted(&u->node[1], NOTE_UEFI_NOTHING));
	uefi_free(u);
	gen_free(&image);
	gen_free(&chip);
}

/* A capsule in a capsule in a capsule. */
static void capsules_without_end(void **state)
{
	struct gen_buf image = { 0 };
	struct uefi *u;

	(void)state;
	gen_fill(&image, 0, 28 * 1000);
	for (size_t i = 0; i < 1000; i++) {
		gen_guid(image.p + 28 * i, "3B6686BD-0D76-4030-B70E-B5519E2FC5A0");
		gen32(image.p + 28 * i + 16, 28);
		gen32(image.p + 28 * i + 24, (uint32_t)(28 * (1000 - i)));
	}
	u = parse(&image);
	assert_int_equal(count(u, UEFI_CAPSULE), 32);
	notes_are(u, BIT(NOTE_UEFI_DEPTH));
	uefi_free(u);
	gen_free(&image);
}

static void wrapped_by_a_vendor(void **state)
{
	struct gen_buf image = { 0 };
	struct uefi *u;

	(void)state;
	gen_fill(&image, 0x90, 0x5000);
	put_volume(&image, 0x1237);
	/* Code that compares with the signature, and a header that is none. */
	memcpy(image.p + 0x100, "_FVH", 4);
	memcpy(image.p + 0x10, "_FVH", 4);
	memcpy(image.p + 0x4ffc, "_FVH", 4);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(count(u, UEFI_VOLUME), 1);
	assert_int_equal(count(u, UEFI_PADDING), 2);
	assert_int_equal(u->n_candidates, 1);
	uefi_free(u);
	gen_free(&image);
}

/* --- candidates ------------------------------------------------------------------------------ */

static void gop_texts(void **state)
{
	static const struct {
		const char *guid, *text;
		size_t candidates;
		bool by_content;
	} t[] = {
		{ GEN_FILE, "Intel(R) GOP Driver", 1, true },
		{ GEN_FILE, "Intel(R) Valley View Graphics Controller", 1, true },
		{ GEN_FILE, "Graphics Controller", 0, false },
		{ GEN_FILE, "NVIDIA Graphics Controller", 0, false },
		{ GEN_FILE, "Graphics Controller. Intel(R) Graphics Controller", 1, true },
		{ GEN_FILE, "GOP Driver", 0, false },
		{ KNOWN_GOP, "nothing", 1, false },
		{ "76ED893A-B2F9-4C7D-A05F-1EA170ECF6CD", "nothing", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_file f = { .type = 7, .guid = t[i].guid };
		struct gen_buf image = { 0 }, s = { 0 };
		struct gen_volume v = { 0 };
		struct uefi *u;

		driver_sections(&s, t[i].text);
		one_volume(&image, &v, &f, &s);
		u = parse(&image);
		if (u->n_candidates != t[i].candidates)
			fail_msg("%s: %zu candidates", t[i].text, u->n_candidates);
		if (u->n_candidates)
			assert_int_equal(u->candidate[0].by_content, t[i].by_content);
		uefi_free(u);
		gen_free(&image);
		gen_free(&s);
	}
}

/* Two generations in one image, an application, one that is no PE, one for IA32. */
static void several_drivers(void **state)
{
	struct gen_buf s = { 0 }, files = { 0 }, image = { 0 };
	struct gen_file f = { .type = 7 };
	struct gen_volume v = { 0 };
	uint8_t pe[2048];
	struct uefi *u;
	size_t n;

	(void)state;
	driver_sections(&s, GOP_TEXT);
	gen_file_add(&files, &f, s.p, s.n);
	gen_file_add(&files, &f, s.p, s.n);
	n = gen_gop(PE_MACHINE_X64, GOP_TEXT, pe);
	gen16(pe + 0x40 + 24 + 68, PE_SUBSYSTEM_APPLICATION);
	gen_free(&s);
	gen_section(&s, 0x10, pe, n);
	gen_file_add(&files, &f, s.p, s.n);
	gen_free(&s);
	gen_section(&s, 0x10, GOP_TEXT, sizeof(GOP_TEXT));
	gen_file_add(&files, &f, s.p, s.n);
	gen_free(&s);
	gen_section(&s, 0x10, pe, gen_gop(PE_MACHINE_IA32, GOP_TEXT, pe));
	gen_file_add(&files, &f, s.p, s.n);
	gen_volume_add(&image, &v, &files);
	u = parse(&image);
	assert_int_equal(u->n_candidates, 3);
	assert_int_equal(u->candidate[2].machine, PE_MACHINE_IA32);
	uefi_free(u);
	gen_free(&s);
	gen_free(&files);
	gen_free(&image);
}

static void tables_and_roms(void **state)
{
	static uint8_t vbios[GEN_VBIOS_MAX], vbt[GEN_VBT_MAX];
	struct gen_buf s = { 0 }, raw = { 0 }, files = { 0 }, image = { 0 };
	struct gen_file free_file = { .type = 2, .guid = "878AC2CC-5343-46F2-B563-51F89DAF56BA" };
	struct gen_file raw_file = { .type = 1 }, pad_file = { .type = 0xf0 };
	struct gen_vbt w = { 0 };
	struct gen_vbios b = { .device = 0x0406, .vbt = vbt };
	struct gen_volume v = { 0 };
	uint8_t guid[16] = { 1 };
	char text[UEFI_TEXT_MAX];
	size_t vbt_n = gen_vbt(&w, vbt), vbios_n;
	struct uefi *u;

	(void)state;
	b.vbt_n = vbt_n;
	vbios_n = gen_vbios(&b, vbios);
	memcpy(vbios + 0x200, "Build Number: 2170 PC 14.34  \r\n", 31);
	gen_section(&s, 0x19, vbt, vbt_n);                     /* raw */
	gen_section_with(&s, 0x18, guid, 16, vbt, vbt_n);      /* freeform with a subtype */
	gen_file_add(&files, &free_file, s.p, s.n);
	gen_fill(&raw, 0, 24);
	gen_add(&raw, vbios, vbios_n);
	gen_add(&raw, vbt, vbt_n);
	gen_file_add(&files, &raw_file, raw.p, raw.n);         /* a raw file: both */
	gen_file_add(&files, &pad_file, vbt, vbt_n);           /* padding that is none */
	gen_volume_add(&image, &v, &files);
	gen_add(&image, vbios, vbios_n);                       /* between volumes */
	u = parse(&image);
	assert_int_equal(u->n_candidates, 6);
	assert_int_equal(u->candidate[0].what, UEFI_VBT);
	assert_int_equal(u->candidate[0].bytes.n, vbt_n);
	assert_int_equal(u->candidate[0].bdb_version, 251);
	assert_string_equal(u->candidate[0].version, "ALDERLAKE-S");
	assert_string_equal(uefi_name(u, u->candidate[0].file, text), "IntelIGopVbt");
	assert_int_equal(u->candidate[1].what, UEFI_VBT);
	assert_int_equal(u->candidate[2].what, UEFI_VBIOS);
	assert_int_equal(u->candidate[2].bytes.n, vbios_n);
	assert_int_equal(u->candidate[2].device, 0x0406);
	assert_string_equal(u->candidate[2].version, "2170 PC 14.34");
	assert_int_equal(u->candidate[3].what, UEFI_VBT); /* not the one in the VBIOS */
	assert_int_equal(u->candidate[3].at, u->candidate[2].at + vbios_n);
	assert_int_equal(u->candidate[4].what, UEFI_VBT);
	assert_int_equal(u->candidate[5].what, UEFI_VBIOS);
	assert_int_equal(u->candidate[5].file, UEFI_NONE);
	uefi_free(u);
	gen_free(&s);
	gen_free(&raw);
	gen_free(&files);
	gen_free(&image);
}

/* Another vendor's ROM, an EFI one, one that is cut or has no size. */
static void roms_that_are_not_meant(void **state)
{
	static uint8_t vbios[GEN_VBIOS_MAX];
	struct gen_vbios b = { .device = 0x0406 };
	size_t n = gen_vbios(&b, vbios);
	static const struct {
		size_t at;
		uint8_t value;
	} t[] = {
		{ 0x44, 0x87 }, { 0x54, 3 }, { 0x50, 0 }, { 0x50, 5 }, { 0x18, 0x44 }, { 0, 0x56 },
		{ 1, 0xab }, { 0x40, 'Q' },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_buf image = { 0 };
		struct uefi *u;

		gen_fill(&image, 0xee, 100);
		gen_add(&image, vbios, n);
		u = parse(&image);
		assert_int_equal(u->n_candidates, 1);
		assert_int_equal(u->candidate[0].at, 100);
		uefi_free(u);
		image.p[100 + t[i].at] = t[i].value;
		u = parse(&image);
		if (u->n_candidates)
			fail_msg("byte %zx", t[i].at);
		uefi_free(u);
		gen_free(&image);
	}
}

/* What a VBIOS says of its version ends somewhere, whatever it says. */
static void versions_of_roms(void **state)
{
	static const struct {
		const char *said, *version;
	} t[] = {
		{ "1234\x7f" "5", "1234" }, { "1234\xff", "1234" }, { "   ", "" }, { "\t", "" },
		{ "", "" },
		{ "0123456789012345678901234567890123456789012345678901234567890123456789", NULL },
	};
	static uint8_t vbios[GEN_VBIOS_MAX];
	struct gen_vbios b = { .device = 0x0406 };
	size_t n = gen_vbios(&b, vbios);
	struct gen_buf image = { 0 };
	struct uefi *u;

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		gen_add(&image, vbios, n);
		memcpy(image.p + 0x200, "Build Number: ", 14);
		memcpy(image.p + 0x20e, t[i].said, strlen(t[i].said));
		u = parse(&image);
		assert_int_equal(u->n_candidates, 1);
		if (t[i].version)
			assert_string_equal(u->candidate[0].version, t[i].version);
		else
			assert_int_equal(strlen(u->candidate[0].version),
					 sizeof(u->candidate[0].version) - 1);
		uefi_free(u);
		gen_free(&image);
	}
	/* The last bytes that there are. */
	gen_add(&image, vbios, n);
	memcpy(image.p + n - 16, "Build Number: 42", 16);
	u = parse(&image);
	assert_string_equal(u->candidate[0].version, "42");
	uefi_free(u);
	gen_free(&image);
}

/* A PCIR without image; one that is cut, or reaches past the image it is of. */
static void pcirs_that_lie(void **state)
{
	static const size_t at[] = { 0x1fc, 0x200, 0x300 };
	static uint8_t vbios[GEN_VBIOS_MAX];
	struct gen_vbios b = { .device = 0x0406 };
	size_t n = gen_vbios(&b, vbios);
	struct gen_buf image = { 0 };
	struct uefi *u;

	(void)state;
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		gen_fill(&image, 0xee, 0x1000);
		memcpy(image.p, vbios, 0x40);
		gen16(image.p + 0x18, (unsigned int)at[i]);
		memcpy(image.p + at[i], vbios + 0x40, 0x1c);
		gen16(image.p + at[i] + 16, 1); /* block */
		u = parse(&image);
		assert_int_equal(u->n_candidates, 0);
		uefi_free(u);
		gen_free(&image);
	}
	for (size_t cut = 0x40; cut < n; cut += cut < 0x60 ? 1 : 97) {
		gen_add(&image, vbios, cut);
		u = parse(&image);
		assert_int_equal(u->n_candidates, 0);
		uefi_free(u);
		gen_free(&image);
	}
}

/* A signature without table, a table before a ROM, and one whose BDB is none. */
static void tables_that_lie(void **state)
{
	static uint8_t vbt[GEN_VBT_MAX], vbios[GEN_VBIOS_MAX];
	struct gen_vbios b = { .device = 0x0406 };
	struct gen_vbt w = { 0 };
	size_t n = gen_vbt(&w, vbt), rom = gen_vbios(&b, vbios);
	struct gen_buf image = { 0 };
	struct uefi *u;

	(void)state;
	gen_add(&image, "$VBT$VBT no table", 17);
	gen_add(&image, vbt, n);
	image.p[17 + 48] = 'X';
	gen_add(&image, vbt, n);
	gen_add(&image, vbios, rom);
	gen_add(&image, "$VBT", 4);
	u = parse(&image);
	assert_int_equal(u->n_candidates, 2);
	assert_int_equal(u->candidate[0].what, UEFI_VBIOS);
	assert_int_equal(u->candidate[0].at, 17 + 2 * n);
	assert_int_equal(u->candidate[1].what, UEFI_VBT);
	assert_int_equal(u->candidate[1].at, 17 + n);
	uefi_free(u);
	gen_free(&image);
}

static void too_many_candidates(void **state)
{
	struct gen_buf image = { 0 };
	struct gen_vbt w = { 0 };
	struct gen_vbios b = { .device = 1 };
	static uint8_t bytes[GEN_VBIOS_MAX];
	uint8_t pe[2048];
	struct gen_buf s = { 0 }, files = { 0 };
	struct gen_file f = { .type = 7 };
	struct gen_volume v = { 0 };
	struct uefi *u;
	size_t n = gen_vbt(&w, bytes);

	(void)state;
	for (size_t i = 0; i < 300; i++)
		gen_add(&image, bytes, n);
	gen_section(&s, 0x10, pe, gen_gop(PE_MACHINE_X64, GOP_TEXT, pe));
	gen_file_add(&files, &f, s.p, s.n);
	gen_volume_add(&image, &v, &files);
	n = gen_vbios(&b, bytes);
	gen_add(&image, bytes, n);
	u = parse(&image);
	assert_int_equal(u->n_candidates, UEFI_CANDIDATES_MAX);
	assert_true(uefi_noted(&u->node[0], NOTE_UEFI_CANDIDATES));
	uefi_free(u);
	gen_free(&image);
	gen_free(&s);
	gen_free(&files);
}

/* --- defects ------------------------------------------------------------------------------------ */

static void wrong_checksums(void **state)
{
	struct gen_buf s = { 0 }, in = { 0 }, image = { 0 }, copy = { 0 };
	struct gen_file f = { .type = 7, .checksum = true };
	struct gen_volume v = { 0 };
	struct uefi *u;
	size_t i;

	(void)state;
	driver_sections(&in, GOP_TEXT);
	gen_crc_section(&s, in.p, in.n);
	one_volume(&image, &v, &f, &s);
	gen_add(&copy, image.p, image.n);
	copy.p[GEN_VOLUME_HEADER + 0x10] ^= 1;
	u = parse(&copy);
	notes_are(u, BIT(NOTE_UEFI_HEADER_SUM));
	uefi_free(u);
	copy.p[GEN_VOLUME_HEADER + 0x10] ^= 1;
	copy.p[GEN_VOLUME_HEADER + 0x18 + 0x1c + 4 + 0x300] ^= 1;
	u = parse(&copy);
	notes_are(u, BIT(NOTE_UEFI_FILE_SUM) | BIT(NOTE_UEFI_CRC));
	assert_int_equal(u->n_candidates, 1);
	uefi_free(u);
	/* Whoever only looks for candidates does not pay for sums. */
	assert_int_equal(uefi_find((struct span){ copy.p, copy.n }, NULL, &u), 0);
	notes_are(u, 0);
	assert_int_equal(u->n_candidates, 1);
	uefi_free(u);
	/* A file without checksum has a constant. */
	gen_free(&image);
	f.checksum = false;
	one_volume(&image, &v, &f, &s);
	image.p[GEN_VOLUME_HEADER + 0x11] = 0x5a;
	u = parse(&image);
	i = find_node(u, UEFI_FILE, 7, 0);
	assert_true(uefi_noted(&u->node[i], NOTE_UEFI_FILE_SUM));
	assert_false(uefi_noted(&u->node[i], NOTE_UEFI_HEADER_SUM));
	uefi_free(u);
	/* Deleted, by the state byte, which no sum covers. */
	image.p[GEN_VOLUME_HEADER + 0x11] = 0xaa;
	image.p[GEN_VOLUME_HEADER + 0x17] ^= 0x10;
	u = parse(&image);
	notes_are(u, BIT(NOTE_UEFI_DELETED));
	uefi_free(u);
	gen_free(&s);
	gen_free(&in);
	gen_free(&image);
	gen_free(&copy);
}

/* Volume headers that are none, and one whose file system nobody knows. */
static void volume_headers_that_lie(void **state)
{
	static const struct {
		const char *name;
		size_t at;
		uint32_t value;
		unsigned int width;
		size_t volumes;
		uint32_t notes;
	} t[] = {
		{ "length 0", 0x20, 0, 4, 0, BIT(NOTE_UEFI_NOTHING) },
		{ "length of the header less 1", 0x20, 0x47, 4, 0, BIT(NOTE_UEFI_NOTHING) },
		{ "length of the header", 0x20, 0x48, 4, 1, 0 },
		{ "length max", 0x24, 0xffffffff, 4, 1, BIT(NOTE_UEFI_CUT) },
		{ "header 0", 0x30, 0, 2, 0, BIT(NOTE_UEFI_NOTHING) },
		{ "header odd", 0x30, 0x49, 2, 0, BIT(NOTE_UEFI_NOTHING) },
		{ "header max", 0x30, 0xfffe, 2, 0, BIT(NOTE_UEFI_NOTHING) },
		{ "revision 0", 0x37, 0, 1, 0, BIT(NOTE_UEFI_NOTHING) },
		{ "revision 3", 0x37, 3, 1, 0, BIT(NOTE_UEFI_NOTHING) },
		{ "file system", 0x10, 0x12345678, 4, 1, BIT(NOTE_UEFI_FILE_SYSTEM) },
		{ "extended header in the header", 0x34, 2, 2, 1, BIT(NOTE_UEFI_SIZE) },
		{ "extended header at the end", 0x34, 0x5f0, 2, 1, BIT(NOTE_UEFI_SIZE) },
		{ "extended header past the end", 0x34, 0xffff, 2, 1, BIT(NOTE_UEFI_SIZE) },
	};
	struct gen_buf s = { 0 };

	(void)state;
	driver_sections(&s, GOP_TEXT);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_file f = { .type = 7 };
		struct gen_volume v = { 0 };
		struct gen_buf image = { 0 };
		struct uefi *u;

		one_volume(&image, &v, &f, &s);
		for (unsigned int j = 0; j < t[i].width; j++)
			image.p[t[i].at + j] = (uint8_t)(t[i].value >> 8 * j);
		gen16(image.p + 0x32, 0);
		if (image.p[0x30] == 0x48 && !image.p[0x31])
			gen_volume_sum(image.p);
		u = parse(&image);
		if (count(u, UEFI_VOLUME) != t[i].volumes || all_notes(u) != t[i].notes)
			fail_msg("%s: %zu volumes, notes %x", t[i].name, count(u, UEFI_VOLUME),
				 all_notes(u));
		uefi_free(u);
		gen_free(&image);
	}
	gen_free(&s);
}

static void extended_headers(void **state)
{
	static const uint32_t sizes[] = { 0, 19, UINT32_MAX };
	struct gen_buf s = { 0 }, image = { 0 };
	struct gen_file f = { .type = 7 };
	struct gen_volume v = { .name = OTHER_GUID };
	struct uefi *u;

	(void)state;
	driver_sections(&s, GOP_TEXT);
	one_volume(&image, &v, &f, &s);
	for (size_t i = 0; i < 3; i++) {
		gen32(image.p + GEN_VOLUME_HEADER + 16, sizes[i]);
		u = parse(&image);
		assert_true(uefi_noted(&u->node[1], NOTE_UEFI_SIZE));
		assert_false(u->node[1].has_name_guid);
		uefi_free(u);
	}
	gen_free(&s);
	gen_free(&image);
}

/* Variables are a volume without files, and known to be. */
static void variables(void **state)
{
	struct gen_volume v = { .guid = "FFF12B8D-7696-4C8B-A985-2747075B4F50", .size = 4096 };
	struct gen_buf image = { 0 }, none = { 0 };
	struct uefi *u;

	(void)state;
	gen_volume_add(&image, &v, &none);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(u->n_nodes, 2);
	assert_null(uefi_type_word(&u->node[1]));
	uefi_free(u);
	gen_free(&image);
}

static void file_sizes_that_lie(void **state)
{
	static const struct {
		uint32_t size;
		uint32_t notes;
		size_t files;
	} t[] = {
		{ 0, BIT(NOTE_UEFI_SIZE), 0 },
		{ 1, BIT(NOTE_UEFI_SIZE), 0 },
		{ 0x17, BIT(NOTE_UEFI_SIZE), 0 },
		{ 0x600, BIT(NOTE_UEFI_CUT), 1 },
		{ 0xffffff, BIT(NOTE_UEFI_CUT), 1 },
	};
	struct gen_file f = { .type = 1 };
	struct gen_volume v = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_buf image = { 0 }, s = { 0 };
		struct uefi *u;

		gen_fill(&s, 0x77, 1000);
		one_volume(&image, &v, &f, &s);
		gen24(image.p + GEN_VOLUME_HEADER + 0x14, t[i].size);
		gen_file_sum(image.p + GEN_VOLUME_HEADER, 0x18);
		u = parse(&image);
		assert_int_equal(count(u, UEFI_FILE), t[i].files);
		assert_int_equal(all_notes(u), t[i].notes);
		uefi_free(u);
		gen_free(&image);
		gen_free(&s);
	}
	/* FFS3: 64 bits of size; FFS1: shorter than its tail. */
	for (unsigned int i = 0; i < 3; i++) {
		static const uint32_t high[] = { 0, UINT32_MAX, 0 }, low[] = { 0x1f, UINT32_MAX, 0 };
		struct gen_file large = { .type = 1, .large = true };
		struct gen_volume v3 = { .guid = GEN_FFS3 };
		struct gen_buf image = { 0 }, s = { 0 };
		struct uefi *u;

		gen_fill(&s, 0x77, 64);
		one_volume(&image, &v3, &large, &s);
		gen32(image.p + GEN_VOLUME_HEADER + 0x18, low[i]);
		gen32(image.p + GEN_VOLUME_HEADER + 0x1c, high[i]);
		u = parse(&image);
		assert_int_equal(all_notes(u), high[i] ? BIT(NOTE_UEFI_CUT) : BIT(NOTE_UEFI_SIZE));
		uefi_free(u);
		gen_free(&image);
		gen_free(&s);
	}
}

/* Files end where a header is erased; what comes behind is mentioned. */
static void free_space_that_is_used(void **state)
{
	struct gen_volume v = { .size = 8192 };
	struct gen_file f = { .type = 7 };
	struct gen_buf image = { 0 }, s = { 0 };
	struct gen_vbt w = { 0 };
	struct uefi *u;

	(void)state;
	driver_sections(&s, GOP_TEXT);
	one_volume(&image, &v, &f, &s);
	gen_vbt(&w, image.p + 5003);
	u = parse(&image);
	notes_are(u, BIT(NOTE_UEFI_FREE_USED));
	assert_int_equal(u->n_candidates, 2);
	assert_int_equal(u->candidate[1].at, 5003);
	uefi_free(u);
	/* Less than a header is left, erased or not. */
	gen_free(&image);
	v.size = 0x48 + 0x18 + s.n + 16;
	one_volume(&image, &v, &f, &s);
	u = parse(&image);
	notes_are(u, 0);
	uefi_free(u);
	image.p[image.n - 1] = 0;
	u = parse(&image);
	notes_are(u, BIT(NOTE_UEFI_SIZE));
	uefi_free(u);
	gen_free(&image);
	gen_free(&s);
}

static void section_sizes_that_lie(void **state)
{
	static const struct {
		uint32_t size, large, notes;
		size_t sections;
	} t[] = {
		{ 0, 0, BIT(NOTE_UEFI_SIZE), 1 },
		{ 3, 0, BIT(NOTE_UEFI_SIZE), 1 },
		{ 4, 0, BIT(NOTE_UEFI_SIZE), 2 }, /* the body is then taken for sections */
		{ 105, 0, BIT(NOTE_UEFI_CUT), 2 },
		{ 0xfffffe, 0, BIT(NOTE_UEFI_CUT), 2 },
		{ 0xffffff, 0, BIT(NOTE_UEFI_SIZE), 1 },
		{ 0xffffff, 7, BIT(NOTE_UEFI_SIZE), 1 },
		{ 0xffffff, UINT32_MAX, BIT(NOTE_UEFI_CUT), 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_file f = { .type = 2 };
		struct gen_volume v = { 0 };
		struct gen_buf image = { 0 }, s = { 0 };
		uint8_t body[100] = { 1, 0, 0, 1 };
		struct uefi *u;
		size_t at;

		gen_section(&s, 0x19, "abcd", 4);
		at = gen_section(&s, 0x19, body, sizeof(body));
		gen24(s.p + at, t[i].size);
		gen32(s.p + at + 4, t[i].size == 4 ? 1 : t[i].large);
		one_volume(&image, &v, &f, &s);
		u = parse(&image);
		if (count(u, UEFI_SECTION) != t[i].sections || all_notes(u) != t[i].notes)
			fail_msg("%u: %zu sections, notes %x", t[i].size, count(u, UEFI_SECTION),
				 all_notes(u));
		uefi_free(u);
		gen_free(&image);
		gen_free(&s);
	}
}

/* Streams end in filling of both colours; too few bytes for a header are none. */
static void ends_of_streams(void **state)
{
	static const struct {
		uint8_t value, n;
		uint32_t notes;
	} t[] = {
		{ 0, 8, 0 }, { 0xff, 8, 0 }, { 0, 3, 0 }, { 0xff, 3, 0 },
		{ 0x41, 3, BIT(NOTE_UEFI_SIZE) }, { 0xff, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_file f = { .type = 2 };
		struct gen_volume v = { 0 };
		struct gen_buf image = { 0 }, s = { 0 };
		struct uefi *u;

		gen_section(&s, 0x19, "abcd", 4);
		gen_fill(&s, t[i].value, t[i].n);
		one_volume(&image, &v, &f, &s);
		u = parse(&image);
		notes_are(u, t[i].notes);
		assert_int_equal(count(u, UEFI_SECTION), 1);
		uefi_free(u);
		gen_free(&image);
		gen_free(&s);
	}
}

static struct uefi *parse_section(const struct gen_buf *s, const struct uefi_limits *l)
{
	struct gen_file f = { .type = 2 };
	struct gen_volume v = { 0 };
	struct gen_buf image = { 0 };
	struct uefi *u;

	one_volume(&image, &v, &f, s);
	u = parse_with(&image, l, 0);
	gen_free(&image);
	return u;
}

static void wrappers_that_lie(void **state)
{
	static const uint8_t kind3[5] = { 4, 0, 0, 0, 3 }, kind0[5] = { 5, 0, 0, 0, 0 };
	struct gen_buf s = { 0 };
	struct uefi *u;
	size_t at;

	(void)state;
	/* Unknown ones are named and not looked into. */
	gen_guided(&s, OTHER_GUID, NULL, 0, "abcd", 4);
	gen_section_with(&s, 1, kind3, 5, "abcd", 4);
	u = parse_section(&s, NULL);
	notes_are(u, BIT(NOTE_UEFI_PACKING));
	assert_int_equal(u->node[find_node(u, UEFI_SECTION, 1, 0)].packing, UEFI_UNKNOWN);
	assert_int_equal(u->node[find_node(u, UEFI_SECTION, 2, 0)].packing, UEFI_UNKNOWN);
	assert_int_equal(count(u, UEFI_SECTION), 2);
	uefi_free(u);
	gen_free(&s);
	/* A size that is another. */
	gen_section_with(&s, 1, kind0, 5, "\4\0\0\x19", 4);
	u = parse_section(&s, NULL);
	notes_are(u, BIT(NOTE_UEFI_UNPACKED_SIZE));
	uefi_free(u);
	gen_free(&s);
	/* Data offsets outside; headers that are cut. */
	for (unsigned int i = 0; i < 3; i++) {
		static const unsigned int offset[] = { 0, 23, 0xffff };

		at = gen_guided(&s, GEN_LZMA, NULL, 0, "abcd", 4);
		gen16(s.p + at + 20, offset[i]);
		u = parse_section(&s, NULL);
		notes_are(u, BIT(NOTE_UEFI_SIZE));
		uefi_free(u);
		gen_free(&s);
	}
	for (size_t n = 0; n < 5; n++) {
		gen_section(&s, 1, kind0, n);
		u = parse_section(&s, NULL);
		notes_are(u, BIT(NOTE_UEFI_SIZE));
		uefi_free(u);
		gen_free(&s);
	}
	for (size_t n = 0; n < 16; n += 5) {
		gen_section(&s, n % 2 ? 2 : 0x18, "0123456789abcdef", n);
		u = parse_section(&s, NULL);
		notes_are(u, BIT(NOTE_UEFI_SIZE));
		uefi_free(u);
		gen_free(&s);
	}
	/* Types of nobody's; a volume section without volume. */
	gen_section(&s, 0x77, "abcd", 4);
	gen_section(&s, 0, "abcd", 4);
	u = parse_section(&s, NULL);
	notes_are(u, BIT(NOTE_UEFI_SECTION));
	uefi_free(u);
	gen_free(&s);
	gen_section(&s, 0x17, "abcd", 4);
	u = parse_section(&s, NULL);
	notes_are(u, BIT(NOTE_UEFI_NOTHING));
	uefi_free(u);
	gen_free(&s);
	/* A CRC32 section too short for its sum. */
	gen_guided(&s, GEN_CRC32, NULL, 0, NULL, 0);
	u = parse_section(&s, NULL);
	notes_are(u, BIT(NOTE_UEFI_CRC));
	uefi_free(u);
	gen_free(&s);
}

/* Streams of every packing, cut at every byte: never unpacked, never more. */
static void packed_streams_cut(void **state)
{
	static const struct {
		const char *guid;
		unsigned int width;
		size_t header;
	} t[] = {
		{ GEN_LZMA, 0, 24 }, { GEN_LZMA_X86, 0, 24 }, { GEN_BROTLI, 0, 24 },
		{ GEN_TIANO_GUID, 5, 24 }, { NULL, 4, 9 },
	};
	struct gen_buf in = { 0 };

	(void)state;
	driver_sections(&in, GOP_TEXT);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_buf whole = { 0 };

		gen_packed(&whole, t[i].guid, t[i].width, in.p, in.n);
		for (size_t n = t[i].header; n + 12 < whole.n; n += n < 100 ? 1 : 23) {
			struct gen_buf s = { 0 };
			struct uefi *u;

			gen_add(&s, whole.p, n);
			gen24(s.p, n);
			u = parse_section(&s, NULL);
			notes_are(u, BIT(NOTE_UEFI_UNPACK));
			assert_int_equal(u->n_candidates, 0);
			uefi_free(u);
			gen_free(&s);
		}
		gen_free(&whole);
	}
	gen_free(&in);
}

/* Headers of streams: sizes at 0, 1 and max, properties nobody can have. */
static void packed_headers_that_lie(void **state)
{
	static const struct {
		const char *guid;
		size_t at;
		uint32_t low, high;
		uint32_t notes;
	} t[] = {
		{ GEN_LZMA, 5, 0, 0, 0 }, /* nothing: an empty stream of sections */
		{ GEN_LZMA, 5, 1, 0, BIT(NOTE_UEFI_SIZE) },
		{ GEN_LZMA, 5, 0xfffffffe, 0, BIT(NOTE_UEFI_TOO_LARGE) },
		{ GEN_LZMA, 5, 0xfffffffe, 0xffffffff, BIT(NOTE_UEFI_TOO_LARGE) },
		{ GEN_LZMA, 5, 0x100000, 0, BIT(NOTE_UEFI_UNPACK) },
		{ GEN_LZMA, 0, 0xffffffff, 0xffff, BIT(NOTE_UEFI_UNPACK) },
		{ GEN_LZMA, 0, 0x08, 0, BIT(NOTE_UEFI_UNPACK) }, /* lc 8: not in liblzma */
		{ GEN_BROTLI, 0, 1, 0, BIT(NOTE_UEFI_UNPACK) },
		{ GEN_BROTLI, 0, 0xffffffff, 0, BIT(NOTE_UEFI_TOO_LARGE) },
		{ GEN_BROTLI, 0, 0xffffffff, 0xffffffff, BIT(NOTE_UEFI_TOO_LARGE) },
		{ GEN_BROTLI, 0, 0x100000, 0, BIT(NOTE_UEFI_UNPACK) },
		{ GEN_TIANO_GUID, 4, 0xffffffff, 0, BIT(NOTE_UEFI_TOO_LARGE) },
		{ GEN_TIANO_GUID, 0, 0xffffffff, 0, BIT(NOTE_UEFI_UNPACK) },
	};
	struct gen_buf in = { 0 };

	(void)state;
	driver_sections(&in, GOP_TEXT);
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct gen_buf s = { 0 };
		struct uefi *u;
		size_t at = gen_packed(&s, t[i].guid, 5, in.p, in.n) + 24;

		gen32(s.p + at + t[i].at, t[i].low);
		if (t[i].guid[0] != GEN_TIANO_GUID[0])
			gen32(s.p + at + t[i].at + 4, t[i].high);
		u = parse_section(&s, NULL);
		if (all_notes(u) != t[i].notes)
			fail_msg("row %zu: notes %x", i, all_notes(u));
		uefi_free(u);
		gen_free(&s);
	}
	gen_free(&in);
}

/* Type 1 says nothing of the variant: what decodes, and where it ends, decides. */
static void two_variants(void **state)
{
	static const struct {
		unsigned int width;
		uint32_t size; /* stated; 0: nothing to decode for either */
		enum uefi_packing packing;
	} t[] = { { 4, 1, UEFI_EFI11 }, { 5, 1, UEFI_TIANO }, { 4, 0, UEFI_EFI11 } };
	struct gen_buf in = { 0 }, s = { 0 };
	struct uefi *u;
	size_t i;

	(void)state;
	driver_sections(&in, GOP_TEXT);
	/* More bytes than the stream has use for, so that neither ends where they end. */
	for (size_t row = 0; row < sizeof(t) / sizeof(t[0]); row++) {
		size_t n, at;
		uint8_t extra[5] = { 0 };
		uint8_t *p = gen_tiano(in.p, in.n, t[row].width, GEN_TIANO_FLAT, 4096, &n);
		struct gen_buf packed = { 0 };

		gen_add(&packed, p, n);
		free(p);
		gen_fill(&packed, 0, 64);
		gen32(packed.p, (uint32_t)(packed.n - 8));
		if (!t[row].size)
			gen32(packed.p + 4, 0);
		gen32(extra, t[row].size ? (uint32_t)in.n : 0);
		extra[4] = 1;
		at = gen_section_with(&s, 1, extra, 5, packed.p, packed.n);
		assert_int_equal(at, 0);
		u = parse_section(&s, NULL);
		i = find_node(u, UEFI_SECTION, 1, 0);
		notes_are(u, 0);
		assert_int_equal(u->node[i].packing, t[row].packing);
		assert_int_equal(u->n_candidates, t[row].size);
		uefi_free(u);
		gen_free(&s);
		gen_free(&packed);
	}
	/* Nothing left for a second try. */
	gen_packed(&s, NULL, 5, in.p, in.n);
	u = parse_section(&s, &(struct uefi_limits){ .out_max = in.n });
	assert_true(u->unpacked <= in.n);
	uefi_free(u);
	/* Neither: all that follows the header is noise. */
	memset(s.p + 9 + 8, 0xff, s.n - 9 - 8);
	u = parse_section(&s, NULL);
	notes_are(u, BIT(NOTE_UEFI_UNPACK));
	assert_int_equal(u->n_candidates, 0);
	uefi_free(u);
	gen_free(&s);
	gen_free(&in);
}

/* What may be in a section or a file that is not a stream of sections. */
static void odd_contents(void **state)
{
	struct gen_buf s = { 0 }, in = { 0 }, vol = { 0 }, image = { 0 }, none = { 0 }, files = { 0 };
	struct gen_volume v = { 0 }, v3 = { .guid = GEN_FFS3 };
	struct gen_volume log = { .guid = "00504624-8A59-4EEB-BD0F-6B36E96128E0", .size = 4096 };
	struct gen_file f = { .type = 7 }, pad = { .type = 0xf0 };
	struct uefi *u;

	(void)state;
	driver_sections(&in, GOP_TEXT);
	one_volume(&vol, &v, &f, &in);
	gen_section(&s, 0x19, vol.p, vol.n);
	u = parse_section(&s, NULL);
	notes_are(u, 0);
	assert_int_equal(count(u, UEFI_VOLUME), 2);
	assert_int_equal(u->n_candidates, 1);
	uefi_free(u);
	gen_free(&s);
	/* Half a header of a large section. */
	gen_add(&s, "\xff\xff\xff\x19\x10", 5);
	u = parse_section(&s, NULL);
	notes_are(u, BIT(NOTE_UEFI_SIZE));
	assert_int_equal(count(u, UEFI_SECTION), 0);
	uefi_free(u);
	/* Half a header of a large file. */
	gen_file_add(&files, &f, NULL, 0);
	files.p[0x13] |= 1;
	v3.size = GEN_VOLUME_HEADER + 0x18;
	gen_volume_add(&image, &v3, &files);
	u = parse(&image);
	notes_are(u, BIT(NOTE_UEFI_SIZE));
	assert_int_equal(count(u, UEFI_FILE), 0);
	uefi_free(u);
	gen_free(&image);
	/* Padding of no bytes; the log of writes to variables; a volume with a wrong sum. */
	one_volume(&image, &v, &pad, &none);
	gen_volume_add(&image, &log, &none);
	u = parse(&image);
	notes_are(u, 0);
	assert_int_equal(count(u, UEFI_VOLUME), 2);
	assert_int_equal(count(u, UEFI_FILE), 1);
	uefi_free(u);
	image.p[0x32] ^= 1;
	u = parse(&image);
	assert_int_equal(count(u, UEFI_VOLUME), 1);
	uefi_free(u);
	gen_free(&image);
	gen_free(&files);
	gen_free(&vol);
	gen_free(&in);
	gen_free(&s);
}

/* --- limits ---------------------------------------------------------------------------------------- */

static void limits_of_the_image(void **state)
{
	struct uefi_limits l = { .in_max = 100 };
	struct gen_buf image = { 0 };
	struct uefi *u;

	(void)state;
	u = parse(&image);
	assert_int_equal(u->n_nodes, 1);
	notes_are(u, BIT(NOTE_UEFI_NOTHING));
	uefi_free(u);
	gen_fill(&image, 1, 101);
	parse_with(&image, &l, -EFBIG);
	image.n = 100;
	uefi_free(parse_with(&image, &l, 0));
	assert_int_equal(uefi_find((struct span){ image.p, ((size_t)64 << 20) + 1 }, NULL, &u),
			 -EFBIG);
	assert_null(u);
	uefi_free(NULL);
	gen_free(&image);
}

static void a_thousand_volumes(void **state)
{
	struct gen_file f = { .type = 0x0b };
	struct gen_buf inner = { 0 };
	struct gen_volume v = { 0 };
	struct uefi *u;

	(void)state;
	gen_fill(&inner, 0x11, 8);
	for (unsigned int i = 0; i < 1000; i++) {
		struct gen_buf s = { 0 }, files = { 0 };

		gen_section(&s, 0x17, inner.p, inner.n);
		gen_file_add(&files, &f, s.p, s.n);
		v.size = GEN_VOLUME_HEADER + ((files.n + 7) & ~(size_t)7);
		gen_free(&inner);
		gen_volume_add(&inner, &v, &files);
		gen_free(&s);
		gen_free(&files);
	}
	u = parse(&inner);
	notes_are(u, BIT(NOTE_UEFI_DEPTH));
	assert_int_equal(u->n_nodes, 33);
	assert_int_equal(u->node[32].depth, 32);
	uefi_free(u);
	u = parse_with(&inner, &(struct uefi_limits){ .depth = 1000 }, 0);
	assert_int_equal(u->n_nodes, UEFI_DEPTH_MAX + 1);
	uefi_free(u);
	gen_free(&inner);
}

static void more_nodes_than_allowed(void **state)
{
	struct gen_buf s = { 0 }, image = { 0 };
	struct gen_file f = { .type = 2 };
	struct gen_volume v = { 0 };
	struct uefi *u;

	(void)state;
	for (unsigned int i = 0; i < 1000; i++)
		gen_section(&s, 0x19, NULL, 0);
	one_volume(&image, &v, &f, &s);
	u = parse_with(&image, &(struct uefi_limits){ .nodes = 500 }, 0);
	assert_int_equal(u->n_nodes, 500);
	notes_are(u, BIT(NOTE_UEFI_MANY));
	uefi_free(u);
	for (size_t n = 1; n < 20; n++) {
		u = parse_with(&image, &(struct uefi_limits){ .nodes = n }, 0);
		assert_int_equal(u->n_nodes, n);
		uefi_free(u);
		u = parse_with(&image, &(struct uefi_limits){ .depth = (unsigned int)n }, 0);
		assert_true(n > 2 || u->n_nodes == n + 1);
		uefi_free(u);
	}
	gen_free(&s);
	gen_free(&image);
}

/* 1 GiB of zeros in some KiB, in every packing, stated honestly and not. */
static void bombs(void **state)
{
	size_t n = (size_t)8 << 20;
	uint8_t *zeros = calloc(1, n);
	struct uefi_limits l = { .out_max = (size_t)1 << 20 };
	static const char *const how[] = { GEN_LZMA, GEN_LZMA_X86, GEN_BROTLI };
	struct gen_buf s = { 0 }, lzma = { 0 };
	struct uefi *u;

	(void)state;
	assert_non_null(zeros);
	for (size_t i = 0; i < 3; i++) {
		gen_packed(&s, how[i], 0, zeros, n);
		assert_true(s.n < 8192);
		u = parse_section(&s, &l);
		notes_are(u, BIT(NOTE_UEFI_TOO_LARGE));
		assert_int_equal(u->unpacked, 0);
		uefi_free(u);
		gen_free(&s);
	}
	/* Size unknown: it ends at the limit, and the next one has nothing left. */
	gen_lzma(&lzma, zeros, n, false, false);
	gen_guided(&s, GEN_LZMA, NULL, 0, lzma.p, lzma.n);
	gen_guided(&s, GEN_LZMA, NULL, 0, lzma.p, lzma.n);
	gen_packed(&s, NULL, 4, "abcdefgh", 8);
	gen_packed(&s, GEN_TIANO_GUID, 5, "abcdefgh", 8);
	u = parse_section(&s, &l);
	notes_are(u, BIT(NOTE_UEFI_TOO_LARGE));
	assert_int_equal(u->unpacked, (size_t)1 << 20);
	assert_int_equal(u->n_buffers, 1);
	uefi_free(u);
	/* A stated size that is a lie: what comes is cut there. */
	gen_free(&s);
	gen32(lzma.p + 5, 1 << 16);
	gen32(lzma.p + 9, 0);
	gen_guided(&s, GEN_LZMA, NULL, 0, lzma.p, lzma.n);
	u = parse_section(&s, &l);
	assert_true(u->unpacked <= 1 << 16);
	uefi_free(u);
	gen_free(&s);
	gen_free(&lzma);
	free(zeros);
}

/* The largest bomb there is under the defaults ends in bounded time. */
static void the_default_limit_holds(void **state)
{
	size_t n = (size_t)300 << 20;
	uint8_t *zeros = calloc(1, n);
	struct gen_buf s = { 0 }, lzma = { 0 };
	struct timespec from, to;
	struct uefi *u;

	(void)state;
	assert_non_null(zeros);
	gen_lzma(&lzma, zeros, n, false, false);
	gen_guided(&s, GEN_LZMA, NULL, 0, lzma.p, lzma.n);
	free(zeros);
	clock_gettime(CLOCK_MONOTONIC, &from);
	u = parse_section(&s, NULL);
	clock_gettime(CLOCK_MONOTONIC, &to);
	notes_are(u, BIT(NOTE_UEFI_TOO_LARGE));
	assert_int_equal(u->unpacked, (size_t)256 << 20);
	assert_true(to.tv_sec - from.tv_sec < 60);
	uefi_free(u);
	gen_free(&s);
	gen_free(&lzma);
}

/* Every length of an image that has everything in it. */
static void every_truncation(void **state)
{
	struct gen_buf image = { 0 }, in = { 0 }, s = { 0 }, files = { 0 };
	struct gen_file f = { .type = 7, .checksum = true }, raw = { .type = 1 };
	struct gen_volume v = { .name = OTHER_GUID };
	uint8_t pe[2048];
	struct uefi *u;

	(void)state;
	gen_section(&in, 0x10, pe, gen_gop(PE_MACHINE_X64, GOP_TEXT, pe));
	gen_text_section(&in, 0x15, "Name");
	gen_packed(&s, GEN_LZMA, 0, in.p, in.n);
	gen_packed(&s, GEN_BROTLI, 0, in.p, in.n);
	gen_packed(&s, NULL, 4, in.p, in.n);
	gen_crc_section(&s, in.p, 64);
	gen_file_add(&files, &f, s.p, s.n);
	gen_file_add(&files, &raw, "raw", 3);
	capsule(&image, 28, 0x1000, 0);
	gen_volume_add(&image, &v, &files);
	gen32(image.p + 24, (uint32_t)image.n);
	for (size_t n = image.n; n--;) {
		image.n = n;
		u = parse(&image);
		assert_true(all_notes(u) & (BIT(NOTE_UEFI_CUT) | BIT(NOTE_UEFI_NOTHING)));
		uefi_free(u);
	}
	gen_free(&image);
	gen_free(&in);
	gen_free(&s);
	gen_free(&files);
}

/* --- what is handed out -------------------------------------------------------------------------------- */

struct seen {
	struct show s;
	unsigned int depth, deepest, objects;
	bool list[256];
	size_t gops, nodes;
};

static void on_open(struct show *s, const char *key, bool list, size_t at, size_t size)
{
	struct seen *x = (struct seen *)s;

	/* In a list there are objects without key; in an object everything has one. */
	assert_int_equal(x->list[x->depth], key == NULL);
	assert_true(!list || key);
	assert_true(at == SHOW_NOWHERE || size < 1 << 20);
	x->list[++x->depth] = list;
	x->deepest = x->depth > x->deepest ? x->depth : x->deepest;
	x->objects += !list;
}

static void on_field(struct show *s, const struct show_field *f)
{
	struct seen *x = (struct seen *)s;

	assert_false(x->list[x->depth]);
	assert_non_null(f->key);
	assert_true(f->kind != SHOW_TEXT || f->text);
	x->gops += f->kind == SHOW_TEXT && !strcmp(f->text, "gop");
	x->nodes += !strcmp(f->key, "kind");
}

static void on_close(struct show *s)
{
	struct seen *x = (struct seen *)s;

	assert_true(x->depth);
	x->depth--;
}

static void fields(void **state)
{
	static uint8_t vbios[GEN_VBIOS_MAX], vbt[GEN_VBT_MAX];
	struct seen x = { .s = { on_open, on_field, on_close } };
	struct gen_file f = { .type = 7 }, free_file = { .type = 2 };
	struct gen_volume v = { .name = OTHER_GUID };
	struct gen_buf in = { 0 }, s = { 0 }, files = { 0 }, image = { 0 };
	struct gen_vbios b = { .device = 0x0406 };
	struct gen_vbt w = { 0 };
	struct uefi *u;

	(void)state;
	descriptor(&image, 0x10000);
	put_volume(&image, 0x9000);
	driver_sections(&in, GOP_TEXT);
	gen_packed(&s, GEN_LZMA, 0, in.p, in.n);
	gen_file_add(&files, &f, s.p, s.n);
	gen_free(&s);
	gen_section(&s, 0x19, vbt, gen_vbt(&w, vbt));
	gen_section(&s, 0x16, vbios, gen_vbios(&b, vbios));
	gen_section(&s, 0x55, "odd", 3);
	gen_file_add(&files, &free_file, s.p, s.n);
	gen_volume_add(&image, &v, &files);
	gen_fill(&image, 0x33, 10);
	u = parse(&image);
	uefi_fields(u, &x.s);
	assert_int_equal(x.depth, 0);
	assert_int_equal(x.nodes, u->n_nodes - 1);
	assert_int_equal(x.gops, 2);
	assert_int_equal(u->n_candidates, 4);
	uefi_free(u);
	/* The same for the volume alone; an image without anything. */
	memmove(image.p, image.p + 0x10000, image.n - 0x10000);
	image.n -= 0x10000;
	u = parse(&image);
	x = (struct seen){ .s = x.s };
	uefi_fields(u, &x.s);
	assert_int_equal(x.depth, 0);
	assert_int_equal(x.nodes, u->n_nodes - 1);
	assert_int_equal(u->n_candidates, 3);
	uefi_free(u);
	image.n = 0;
	u = parse(&image);
	x = (struct seen){ .s = x.s };
	uefi_fields(u, &x.s);
	assert_int_equal(x.depth, 0);
	assert_int_equal(x.nodes, 0);
	uefi_free(u);
	gen_free(&in);
	gen_free(&s);
	gen_free(&files);
	gen_free(&image);
}

static void words(void **state)
{
	struct uefi_node n = { 0 };
	uint8_t guid[16];
	size_t known = 0;

	(void)state;
	for (enum uefi_kind k = 0; k < UEFI_KINDS; k++)
		assert_non_null(uefi_kind_word(k));
	for (enum uefi_packing p = 0; p < UEFI_PACKINGS; p++)
		assert_non_null(uefi_packing_word(p));
	for (enum uefi_what w = 0; w < UEFI_WHATS; w++)
		assert_non_null(uefi_what_word(w));
	for (unsigned int kind = 0; kind < UEFI_KINDS; kind++)
		for (unsigned int type = 0; type < 256; type++) {
			n.kind = kind;
			n.type = (uint8_t)type;
			known += uefi_type_word(&n) != NULL;
		}
	assert_int_equal(known, 8 + 16 + 15); /* regions, files, sections */
	gen_guid(guid, KNOWN_GOP);
	assert_string_equal(uefi_guid_name(guid), "IntelGopDriver");
	guid[0] ^= 1;
	assert_null(uefi_guid_name(guid));
	for (enum note_code c = NOTE_UEFI_FIRST; c <= NOTE_UEFI_LAST; c++)
		assert_int_equal(strncmp(note_id(c), "uefi.", 5), 0);
	assert_true(NOTE_UEFI_LAST - NOTE_UEFI_FIRST < 32);
}

static void names_are_made_harmless(void **state)
{
	struct gen_buf s = { 0 }, image = { 0 };
	struct gen_file f = { .type = 7 };
	struct gen_volume v = { 0 };
	char name[UEFI_TEXT_MAX], longest[200];
	struct uefi *u;

	(void)state;
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	longest[1] = '\33';
	gen_text_section(&s, 0x15, longest);
	gen_text_section(&s, 0x15, "second");
	gen_section(&s, 0x14, "x", 1);
	one_volume(&image, &v, &f, &s);
	u = parse(&image);
	uefi_name(u, find_node(u, UEFI_FILE, 7, 0), name);
	assert_int_equal(strlen(name), UEFI_TEXT_MAX - 1);
	assert_memory_equal(name, "n?nnn", 5);
	assert_string_equal(uefi_version(u, find_node(u, UEFI_FILE, 7, 0), name), "");
	assert_string_equal(uefi_name(u, 0, name), "");
	uefi_free(u);
	gen_free(&s);
	gen_free(&image);
	/* A name section that is in no file has nobody to name. */
	gen_section(&s, 0x15, "n\0", 2);
	u = parse(&s);
	uefi_free(u);
	gen_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_volume),
		cmocka_unit_test(three_file_systems),
		cmocka_unit_test(large_sections),
		cmocka_unit_test(every_packing),
		cmocka_unit_test(plain_wrappers),
		cmocka_unit_test(lzma_forms),
		cmocka_unit_test(nested_volumes),
		cmocka_unit_test(volume_sections),
		cmocka_unit_test(flash_regions),
		cmocka_unit_test(flash_regions_that_lie),
		cmocka_unit_test(descriptor_maps),
		cmocka_unit_test(regions_that_hold_no_volume),
		cmocka_unit_test(capsules),
		cmocka_unit_test(capsules_without_end),
		cmocka_unit_test(wrapped_by_a_vendor),
		cmocka_unit_test(gop_texts),
		cmocka_unit_test(several_drivers),
		cmocka_unit_test(tables_and_roms),
		cmocka_unit_test(roms_that_are_not_meant),
		cmocka_unit_test(versions_of_roms),
		cmocka_unit_test(pcirs_that_lie),
		cmocka_unit_test(tables_that_lie),
		cmocka_unit_test(too_many_candidates),
		cmocka_unit_test(wrong_checksums),
		cmocka_unit_test(volume_headers_that_lie),
		cmocka_unit_test(extended_headers),
		cmocka_unit_test(variables),
		cmocka_unit_test(file_sizes_that_lie),
		cmocka_unit_test(free_space_that_is_used),
		cmocka_unit_test(section_sizes_that_lie),
		cmocka_unit_test(ends_of_streams),
		cmocka_unit_test(wrappers_that_lie),
		cmocka_unit_test(packed_streams_cut),
		cmocka_unit_test(packed_headers_that_lie),
		cmocka_unit_test(two_variants),
		cmocka_unit_test(odd_contents),
		cmocka_unit_test(limits_of_the_image),
		cmocka_unit_test(a_thousand_volumes),
		cmocka_unit_test(more_nodes_than_allowed),
		cmocka_unit_test(bombs),
		cmocka_unit_test(the_default_limit_holds),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(fields),
		cmocka_unit_test(words),
		cmocka_unit_test(names_are_made_harmless),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
