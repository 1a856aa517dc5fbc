/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/build.h"
#include "romfiles/oprom.h"
#include "romfiles/pe.h"
#include "tests/tools/gen.h"

#define CFL 0x3e92
#define ADL 0x4680

/* A ROM on the heap, so that a sanitizer sees every step outside it. */
struct rom {
	uint8_t *p;
	size_t n;
};

static struct span span_of(const struct rom *r)
{
	return (struct span){ r->p, r->n };
}

static void add(struct rom *r, const uint8_t *p, size_t n)
{
	r->p = realloc(r->p, r->n + n);
	assert_non_null(r->p);
	memcpy(r->p + r->n, p, n);
	r->n += n;
}

static void add_vbios(struct rom *r, const struct gen_vbios *w)
{
	static uint8_t buf[GEN_VBIOS_MAX];
	size_t n = gen_vbios(w, buf);

	assert_true(n);
	add(r, buf, n);
}

static void add_efi(struct rom *r, uint16_t machine, const void *body, size_t n, bool last)
{
	static uint8_t pe[8192], out[16384];
	uint16_t id = ADL;
	struct rom_wish w = { .vendor = 0x8086, .ids = &id, .n_ids = 1 };
	struct rom_driver d = { .class_code = 0x030000 };
	size_t len, bad;

	d.pe = (struct span){ pe, gen_pe(machine, PE_SUBSYSTEM_BOOT_DRIVER, body, n, pe) };
	assert_int_equal(rom_build(&w, &d, 1, out, sizeof(out), &len, &bad), 0);
	if (!last)
		out[0x1c + 21] = 0;
	add(r, out, len);
}

static void a_vbios(void **state)
{
	static const uint16_t ids[] = { 0x1912, CFL, 0x3e91 };
	struct gen_vbios w = { .device = 0x0406, .ids = ids, .n_ids = 3 };
	struct rom r = { 0 };
	struct oprom o;
	const struct oprom_image *im = &o.image[0];

	(void)state;
	add_vbios(&r, &w);
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.n, 1);
	assert_int_equal(o.end, OPROM_END_LAST);
	assert_int_equal(o.end_at, r.n);
	assert_int_equal(o.notes.n, 0);
	assert_int_equal(im->code, OPROM_X86);
	assert_int_equal(im->vendor, 0x8086);
	assert_int_equal(im->device, 0x0406);
	assert_int_equal(im->class_code, 0x030000);
	assert_int_equal(im->pcir_revision, 3);
	assert_int_equal(im->size, 2048);
	assert_int_equal(im->init, 2048);
	assert_int_equal(im->n_ids, 3);
	assert_int_equal(im->sum, OPROM_SUM_OK);
	assert_int_equal(im->vbt_at, 0);
	assert_true(im->last && im->aligned && !im->after_gap);
	assert_true(oprom_lists(span_of(&r), im, 0x0406));
	assert_true(oprom_lists(span_of(&r), im, 0x3e91));
	assert_false(oprom_lists(span_of(&r), im, ADL));
	free(r.p);
}

static void a_vbt_inside(void **state)
{
	static uint8_t vbt[GEN_VBT_MAX];
	struct gen_vbt v = { .chip = "CFL" };
	struct gen_vbios w = { .device = CFL, .vbt = vbt };
	struct rom r = { 0 };
	struct oprom o;

	(void)state;
	w.vbt_n = gen_vbt(&v, vbt);
	add_vbios(&r, &w);
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.image[0].vbt_at, GEN_VBIOS_VBT);
	r.p[GEN_VBIOS_VBT] = 'x';
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.image[0].vbt_at, 0);
	free(r.p);
}

static void a_chain(void **state)
{
	static const char assign[] = "..." OPROM_ASSIGN_TAG ": stolen memory at", other[] =
		"etc/igd-opregion";
	static const char gop[] = "xI\0n\0t\0e\0l\0(\0R\0)\0 \0G\0O\0P\0 \0D\0r\0i\0v\0e\0r\0y";
	struct gen_vbios w = { .device = CFL, .not_last = true };
	struct rom r = { 0 };
	struct oprom o;
	size_t which;

	(void)state;
	add_vbios(&r, &w);
	add_efi(&r, PE_MACHINE_X64, gop, sizeof(gop), false);
	add_efi(&r, PE_MACHINE_IA32, other, sizeof(other), false);
	add_efi(&r, PE_MACHINE_X64, assign, sizeof(assign), true);
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.n, 4);
	assert_int_equal(o.notes.n, 0);
	assert_int_equal(oprom_find(&o, OPROM_EFI, 0), 1);
	assert_int_equal(oprom_find(&o, OPROM_EFI, 2), 2);
	assert_int_equal(oprom_find(&o, OPROM_X86, 1), o.n);
	assert_true(o.image[1].intel_gop && !o.image[1].igvm_assign && !o.image[1].other_assign);
	assert_true(!o.image[2].intel_gop && !o.image[2].igvm_assign && o.image[2].other_assign);
	assert_true(!o.image[3].intel_gop && o.image[3].igvm_assign && !o.image[3].other_assign);
	assert_int_equal(o.image[1].machine, PE_MACHINE_X64);
	assert_int_equal(o.image[1].subsystem, PE_SUBSYSTEM_BOOT_DRIVER);
	assert_int_equal(o.image[1].compression, 0);
	assert_memory_equal(r.p + o.image[1].payload_at, "MZ", 2);
	assert_int_equal(oprom_find_assign(&o, PE_MACHINE_X64), 3);
	assert_int_equal(oprom_find_assign(&o, PE_MACHINE_IA32), 2);
	assert_int_equal(oprom_find_assign(&o, PE_MACHINE_AA64), o.n);
	assert_int_equal(oprom_ovmf(&o, PE_MACHINE_X64, &which), OPROM_RUNS);
	assert_int_equal(which, 1);
	assert_int_equal(oprom_ovmf(&o, PE_MACHINE_AA64, &which), OPROM_WRONG_MACHINE);
	assert_int_equal(which, 1);
	assert_int_equal(oprom_ovmf_image(&o, 0, PE_MACHINE_X64), OPROM_NO_IMAGE);
	assert_int_equal(oprom_seabios(&o, 0x8086, CFL, &which), OPROM_RUNS);
	assert_int_equal(which, 0);
	free(r.p);
}

#define UCS2_GOP "G\0O\0P\0 \0D\0r\0i\0v\0e\0r\0"
#define POLICY_GUID "\x1b\x93\x2e\xec\x81\x32\xa5\x48\x81\x07\xdf\x8a\x8b\xed\x3c\x5d"

static void drivers_of_a_picture(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		bool intel, gop, ours, other;
	} row[] = {
		{ "x" UCS2_GOP POLICY_GUID, 1 + 20 + 16, false, true, false, false },
		{ "x" UCS2_GOP, 1 + 20, false, true, false, false },
		{ "x" UCS2_GOP "y", 1 + 18, false, false, false, false },
		{ POLICY_GUID, 16, false, false, false, true },
		{ POLICY_GUID, 15, false, false, false, false },
		{ POLICY_GUID OPROM_POLICY_TAG ": {", 16 + 14, false, false, true, false },
		{ "I\0n\0t\0e\0l\0(\0R\0)\0 \0" UCS2_GOP, 38, true, true, false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const struct oprom_image *im;
		struct rom r = { 0 };
		struct oprom o;

		add_efi(&r, PE_MACHINE_X64, row[i].bytes, row[i].n, true);
		assert_int_equal(oprom_parse(span_of(&r), &o), 0);
		im = &o.image[0];
		if (im->intel_gop != row[i].intel || im->gop != row[i].gop ||
		    im->igvm_policy != row[i].ours || im->other_policy != row[i].other)
			fail_msg("row %zu", i);
		assert_false(im->igvm_assign || im->other_assign);
		free(r.p);
	}
}

/* One byte or word of a good ROM changed: what is noted, what firmware does. */
static const struct {
	const char *name;
	size_t at;
	uint8_t value;
	int r;
	enum oprom_end end;
	int note; /* -1: none */
	enum oprom_why seabios, ovmf;
	size_t n;
} broken[] = {
	/* image 0 is a VBIOS of 2048 bytes, image 1 an EFI image */
	{ "nothing", 0, 0x55, 0, OPROM_END_LAST, -1, OPROM_RUNS, OPROM_RUNS, 2 },
	{ "signature", 0, 0, -EBADMSG, OPROM_END_BYTES, -1, OPROM_NO_IMAGE, OPROM_NO_IMAGE, 0 },
	{ "PCIR pointer 0", 0x18, 0, -EBADMSG, OPROM_END_PCIR, NOTE_OPROM_PCIR, OPROM_NO_IMAGE,
	  OPROM_NO_IMAGE, 0 },
	{ "PCIR pointer far", 0x19, 0xff, -EBADMSG, OPROM_END_PCIR, NOTE_OPROM_PCIR,
	  OPROM_NO_IMAGE, OPROM_NO_IMAGE, 0 },
	{ "PCIR signature", 0x40, 'p', -EBADMSG, OPROM_END_PCIR, NOTE_OPROM_PCIR, OPROM_NO_IMAGE,
	  OPROM_NO_IMAGE, 0 },
	{ "device", 0x46, 0x91, 0, OPROM_END_LAST, NOTE_OPROM_CHECKSUM, OPROM_WRONG_ID,
	  OPROM_RUNS, 2 },
	{ "vendor", 0x44, 0x02, 0, OPROM_END_LAST, NOTE_OPROM_CHECKSUM, OPROM_WRONG_ID,
	  OPROM_RUNS, 2 },
	{ "checksum", 0x06, 0x99, 0, OPROM_END_LAST, NOTE_OPROM_CHECKSUM, OPROM_WRONG_SUM,
	  OPROM_RUNS, 2 },
	{ "size byte 0", 0x02, 0, 0, OPROM_END_LAST, NOTE_OPROM_SIZE_DIFFERS, OPROM_CUT,
	  OPROM_RUNS, 2 },
	{ "size byte max", 0x02, 0xff, 0, OPROM_END_LAST, NOTE_OPROM_SIZE_DIFFERS, OPROM_CUT,
	  OPROM_RUNS, 2 },
	{ "length 0", 0x50, 0, 0, OPROM_END_ZERO, NOTE_OPROM_LENGTH_ZERO, OPROM_WRONG_SUM,
	  OPROM_NO_IMAGE, 1 },
	{ "length 1", 0x50, 1, 0, OPROM_END_LAST, NOTE_OPROM_GAP, OPROM_WRONG_SUM, OPROM_RUNS, 2 },
	{ "length too large", 0x51, 0xff, 0, OPROM_END_BYTES, NOTE_OPROM_PAST_END,
	  OPROM_WRONG_SUM, OPROM_NO_IMAGE, 1 },
	{ "list elsewhere", 0x48, 0xff, 0, OPROM_END_LAST, NOTE_OPROM_CHECKSUM,
	  OPROM_WRONG_SUM, OPROM_RUNS, 2 },
	{ "last too early", 0x55, 0x80, 0, OPROM_END_LAST, NOTE_OPROM_AFTER_LAST,
	  OPROM_WRONG_SUM, OPROM_NO_IMAGE, 1 },
	{ "second signature", 2048, 0, 0, OPROM_END_NOTHING, NOTE_OPROM_NO_LAST, OPROM_RUNS,
	  OPROM_NO_IMAGE, 1 },
	{ "second PCIR", 2048 + 0x1c, 0, 0, OPROM_END_PCIR, NOTE_OPROM_PCIR, OPROM_RUNS,
	  OPROM_NO_IMAGE, 1 },
	{ "EFI signature", 2048 + 4, 0, 0, OPROM_END_LAST, NOTE_OPROM_EFI_HEADER, OPROM_RUNS,
	  OPROM_NO_IMAGE, 2 },
	{ "EFI application", 2048 + 8, PE_SUBSYSTEM_APPLICATION, 0, OPROM_END_LAST, -1,
	  OPROM_RUNS, OPROM_WRONG_SUBSYSTEM, 2 },
	{ "EFI machine", 2048 + 10, 0x4c, 0, OPROM_END_LAST, -1, OPROM_RUNS,
	  OPROM_WRONG_MACHINE, 2 },
	{ "EFI compression 2", 2048 + 12, 2, 0, OPROM_END_LAST, -1, OPROM_RUNS, OPROM_UNREADABLE,
	  2 },
	{ "EFI payload far", 2048 + 23, 0xff, 0, OPROM_END_LAST, NOTE_OPROM_PAYLOAD, OPROM_RUNS,
	  OPROM_UNREADABLE, 2 },
	{ "EFI not last", 2048 + 0x1c + 21, 0, 0, OPROM_END_BYTES, NOTE_OPROM_NO_LAST,
	  OPROM_RUNS, OPROM_RUNS, 2 },
	{ "EFI id is not looked at", 2048 + 0x1c + 6, 0xff, 0, OPROM_END_LAST, -1, OPROM_RUNS,
	  OPROM_RUNS, 2 },
};

static void broken_roms(void **state)
{
	struct gen_vbios w = { .device = CFL, .not_last = true };
	struct oprom o;
	size_t which;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct rom r = { 0 };
		int ret;

		add_vbios(&r, &w);
		add_efi(&r, PE_MACHINE_X64, "body", 4, true);
		r.p[broken[i].at] = broken[i].value;
		ret = oprom_parse(span_of(&r), &o);
		if (ret != broken[i].r || o.end != broken[i].end || o.n != broken[i].n)
			fail_msg("%s: %d, end %d, %zu images", broken[i].name, ret, o.end, o.n);
		if (broken[i].note < 0 ? o.notes.n != 0
				       : !note_find(&o.notes, (enum note_code)broken[i].note))
			fail_msg("%s: %zu notes, not the one expected", broken[i].name, o.notes.n);
		if (oprom_seabios(&o, 0x8086, CFL, &which) != broken[i].seabios)
			fail_msg("%s: SeaBIOS: %d", broken[i].name,
				 oprom_seabios(&o, 0x8086, CFL, &which));
		if (oprom_ovmf(&o, PE_MACHINE_X64, &which) != broken[i].ovmf)
			fail_msg("%s: OVMF: %d", broken[i].name,
				 oprom_ovmf(&o, PE_MACHINE_X64, &which));
		free(r.p);
	}
}

static void a_misaligned_pcir(void **state)
{
	struct gen_vbios w = { .device = CFL, .not_last = true };
	struct rom r = { 0 };
	struct oprom o;
	size_t which;

	(void)state;
	add_vbios(&r, &w);
	add_efi(&r, PE_MACHINE_X64, "body", 4, true);
	memmove(r.p + 0x42, r.p + 0x40, 0x1c);
	r.p[0x18] = 0x42;
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_non_null(note_find(&o.notes, NOTE_OPROM_PCIR_ALIGN));
	assert_false(o.image[0].aligned);
	assert_int_equal(oprom_ovmf(&o, PE_MACHINE_X64, &which), OPROM_MISALIGNED);
	assert_int_equal(which, 1);
	free(r.p);
}

static void a_list_without_end(void **state)
{
	struct gen_vbios w = { .device = CFL };
	struct rom r = { 0 };
	struct oprom o;

	(void)state;
	add_vbios(&r, &w);
	r.p[0x48] = 0x1c;
	memset(r.p + 0x5c, 0x11, r.n - 0x5c);
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_non_null(note_find(&o.notes, NOTE_OPROM_LIST));
	assert_int_equal(o.image[0].n_ids, (r.n - 0x5c) / 2);
	assert_true(oprom_lists(span_of(&r), &o.image[0], 0x1111));
	free(r.p);
}

/* 65536 ids and no end: counted as far as a count goes. */
static void a_list_longer_than_its_count(void **state)
{
	size_t blocks = 300;
	struct rom r = { calloc(blocks, OPROM_BLOCK), blocks * OPROM_BLOCK };
	struct oprom o;

	(void)state;
	assert_non_null(r.p);
	memset(r.p, 0x11, r.n);
	gen16(r.p, 0xaa55);
	gen16(r.p + 0x18, 0x40);
	memcpy(r.p + 0x40, "PCIR", 4);
	gen16(r.p + 0x48, 0x1c);
	r.p[0x4c] = 3;
	gen16(r.p + 0x50, (unsigned int)blocks);
	r.p[0x54] = OPROM_OPEN_FIRMWARE;
	r.p[0x55] = OPROM_LAST;
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.image[0].n_ids, UINT16_MAX);
	assert_non_null(note_find(&o.notes, NOTE_OPROM_LIST));
	free(r.p);
}

/* Some machines' images are longer than what firmware sums and runs. */
static void size_byte_below_the_length(void **state)
{
	struct gen_vbios w = { .device = CFL };
	uint8_t more[OPROM_BLOCK];
	struct rom r = { 0 };
	struct oprom o;
	size_t which;

	(void)state;
	memset(more, 0x5a, sizeof(more));
	add_vbios(&r, &w);
	add(&r, more, sizeof(more));
	r.p[0x50]++;
	r.p[6]--;
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.image[0].size, 2560);
	assert_int_equal(o.image[0].init, 2048);
	assert_int_equal(o.image[0].sum, OPROM_SUM_OK);
	assert_int_equal(o.notes.n, 1);
	assert_non_null(note_find(&o.notes, NOTE_OPROM_SIZE_DIFFERS));
	assert_int_equal(oprom_seabios(&o, 0x8086, CFL, &which), OPROM_RUNS);
	free(r.p);
}

/* Revision 0 has no list: the same field is a pointer to vital product data. */
static void an_old_pcir(void **state)
{
	struct gen_vbios w = { .device = CFL };
	struct rom r = { 0 };
	struct oprom o;

	(void)state;
	add_vbios(&r, &w);
	r.p[0x48] = 0x1c;
	r.p[0x4c] = 0;
	memset(r.p + 0x5c, 0x11, 16);
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.image[0].n_ids, 0);
	assert_int_equal(o.image[0].list_at, 0);
	assert_false(oprom_lists(span_of(&r), &o.image[0], 0x1111));
	free(r.p);
}

static void padding_is_no_defect(void **state)
{
	struct gen_vbios w = { .device = CFL };
	uint8_t pad[1024] = { 0 };
	struct rom r = { 0 };
	struct oprom o;

	(void)state;
	add_vbios(&r, &w);
	add(&r, pad, sizeof(pad));
	memset(pad, 0xff, sizeof(pad));
	add(&r, pad, sizeof(pad));
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.notes.n, 0);
	assert_int_equal(o.end_at, 2048);
	free(r.p);
}

static void a_gap_hides_from_seabios(void **state)
{
	struct gen_vbios w = { .device = 0x1234, .not_last = true };
	uint8_t pad[1536] = { 0 };
	struct rom r = { 0 };
	struct oprom o;
	size_t which;

	(void)state;
	add_vbios(&r, &w);
	add(&r, pad, sizeof(pad));
	w.device = CFL;
	add_vbios(&r, &w);
	add_efi(&r, PE_MACHINE_X64, "body", 4, true);
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.n, 3);
	assert_int_equal(note_find(&o.notes, NOTE_OPROM_GAP)->at, 2048);
	assert_true(!o.image[0].after_gap && o.image[1].after_gap && o.image[2].after_gap);
	assert_int_equal(oprom_seabios(&o, 0x8086, CFL, &which), OPROM_WRONG_ID);
	assert_int_equal(which, 0);
	assert_int_equal(oprom_seabios(&o, 0x8086, 0x1234, &which), OPROM_RUNS);
	assert_int_equal(oprom_ovmf(&o, PE_MACHINE_X64, &which), OPROM_RUNS);
	assert_int_equal(which, 2);
	free(r.p);
}

static void the_second_vbios_matches(void **state)
{
	struct gen_vbios w = { .device = 0x1234, .not_last = true };
	struct rom r = { 0 };
	struct oprom o;
	size_t which;

	(void)state;
	add_vbios(&r, &w);
	w.device = CFL;
	w.not_last = false;
	add_vbios(&r, &w);
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(oprom_seabios(&o, 0x8086, CFL, &which), OPROM_RUNS);
	assert_int_equal(which, 1);
	free(r.p);
}

static void too_many_images(void **state)
{
	struct gen_vbios w = { .device = CFL, .not_last = true };
	struct rom r = { 0 };
	struct oprom o;

	(void)state;
	for (int i = 0; i < OPROM_IMAGES_MAX + 3; i++)
		add_vbios(&r, &w);
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.n, OPROM_IMAGES_MAX);
	assert_int_equal(o.end, OPROM_END_MANY);
	assert_non_null(note_find(&o.notes, NOTE_OPROM_MANY));
	free(r.p);
}

static void cached_bdsm(void **state)
{
	struct gen_vbios w = { .device = CFL, .cached_bdsm = true };
	struct rom r = { 0 };
	struct oprom o;
	size_t at = 0;

	(void)state;
	add_vbios(&r, &w);
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(oprom_find_cached_bdsm(span_of(&r), &o.image[0], &at),
			 OPROM_CACHED_FOUND);
	assert_int_equal(at, GEN_VBIOS_SAVED);
	gen32(r.p + GEN_VBIOS_SAVED, 0);
	assert_int_equal(oprom_find_cached_bdsm(span_of(&r), &o.image[0], &at),
			 OPROM_CACHED_CLEAR);
	gen32(r.p + GEN_VBIOS_SAVED, 1);
	assert_int_equal(oprom_find_cached_bdsm(span_of(&r), &o.image[0], &at),
			 OPROM_CACHED_FOUND);
	gen_vbios_pattern(r.p + 0x300, GEN_VBIOS_SAVED);
	assert_int_equal(oprom_find_cached_bdsm(span_of(&r), &o.image[0], &at),
			 OPROM_CACHED_AMBIGUOUS);
	/* The two addresses differ; the address is outside; cut at the end. */
	gen_vbios_pattern(r.p + 0x300, 0xfffd);
	assert_int_equal(oprom_find_cached_bdsm(span_of(&r), &o.image[0], &at),
			 OPROM_CACHED_FOUND);
	r.p[0x144] ^= 1;
	assert_int_equal(oprom_find_cached_bdsm(span_of(&r), &o.image[0], &at),
			 OPROM_CACHED_NONE);
	memset(r.p + 0x140, 0, 19);
	memcpy(r.p + r.n - 18, "\x66\x2e\x83\x3e\x80\x01\x00\x74\x07\x66\x2e\xa1\x80\x01\xeb\x0f\xb8\x5e",
	       18);
	assert_int_equal(oprom_find_cached_bdsm(span_of(&r), &o.image[0], &at),
			 OPROM_CACHED_NONE);
	o.image[0].code = OPROM_EFI;
	assert_int_equal(oprom_find_cached_bdsm(span_of(&r), &o.image[0], &at),
			 OPROM_CACHED_NONE);
	free(r.p);
}

static void every_truncation(void **state)
{
	static const char assign[] = OPROM_ASSIGN_TAG;
	struct gen_vbios w = { .device = CFL, .not_last = true, .cached_bdsm = true };
	struct rom r = { 0 };
	struct oprom o;
	size_t which;

	(void)state;
	add_vbios(&r, &w);
	add_efi(&r, PE_MACHINE_X64, assign, sizeof(assign), true);
	for (size_t n = 0; n < r.n; n++) {
		/* its own allocation, so that one byte too far is seen */
		uint8_t *p = malloc(n ? n : 1);
		struct span s = { p, n };
		int ret;

		assert_non_null(p);
		memcpy(p, r.p, n);
		ret = oprom_parse(s, &o);
		if (!ret && !o.notes.n)
			fail_msg("%zu of %zu bytes: neither error nor note", n, r.n);
		if (ret)
			assert_int_equal(ret, -EBADMSG);
		for (size_t i = 0; i < o.n; i++) {
			assert_true(o.image[i].at + o.image[i].size <= n);
			oprom_find_cached_bdsm(s, &o.image[i], &which);
			oprom_lists(s, &o.image[i], 0xffff);
		}
		assert_int_equal(oprom_ovmf(&o, PE_MACHINE_X64, &which) == OPROM_RUNS, 0);
		free(p);
	}
	free(r.p);
}

/* A chain that points back cannot be written: lengths only go forward. */
static void hostile_lengths_end(void **state)
{
	enum { BLOCKS = 4096 };
	struct rom r = { calloc(BLOCKS, OPROM_BLOCK), BLOCKS * OPROM_BLOCK };
	struct oprom o;

	(void)state;
	assert_non_null(r.p);
	for (size_t i = 0; i < BLOCKS; i++) {
		uint8_t *p = r.p + i * OPROM_BLOCK;

		gen16(p, 0xaa55);
		p[2] = 0xff;
		p[0x18] = 0x40;
		memcpy(p + 0x40, "PCIR", 4);
		gen16(p + 0x48, 0x1c);
		p[0x4c] = 3;
		gen16(p + 0x50, 1);
		memset(p + 0x5c, 0x55, OPROM_BLOCK - 0x5c);
	}
	assert_int_equal(oprom_parse(span_of(&r), &o), 0);
	assert_int_equal(o.n, OPROM_IMAGES_MAX);
	assert_int_equal(o.notes.n, NOTES_MAX);
	assert_true(o.notes.dropped > 0);
	free(r.p);
}

static void every_note_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < NOTE_N; i++) {
		assert_non_null(note_id((enum note_code)i));
		assert_non_null(note_text((enum note_code)i));
		for (int j = 0; j < i; j++)
			assert_string_not_equal(note_id((enum note_code)i),
						note_id((enum note_code)j));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vbios),
		cmocka_unit_test(a_vbt_inside),
		cmocka_unit_test(a_chain), cmocka_unit_test(drivers_of_a_picture),
		cmocka_unit_test(broken_roms),
		cmocka_unit_test(a_misaligned_pcir),
		cmocka_unit_test(a_list_without_end),
		cmocka_unit_test(a_list_longer_than_its_count),
		cmocka_unit_test(size_byte_below_the_length),
		cmocka_unit_test(an_old_pcir),
		cmocka_unit_test(padding_is_no_defect),
		cmocka_unit_test(a_gap_hides_from_seabios),
		cmocka_unit_test(the_second_vbios_matches),
		cmocka_unit_test(too_many_images),
		cmocka_unit_test(cached_bdsm),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(hostile_lengths_end),
		cmocka_unit_test(every_note_has_a_name),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
