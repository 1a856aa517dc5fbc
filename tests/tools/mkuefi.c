/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mkuefi: make firmware images and their parts for tests from nothing.
 *
 *   mkuefi random SEED N OUT          N bytes that do not compress
 *   mkuefi pe MACHINE N TEXT OUT      a driver of N bytes that says TEXT (UCS-2)
 *   mkuefi chip MIB OUT               a flash image: descriptor, and at its end a
 *                                     volume with GOP drivers, a VBT and a VBIOS
 *   mkuefi bios MIB OUT               the same without descriptor
 *   mkuefi seeds DIR                  the seeds of the fuzz targets, one folder each
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/tools/gen_fv.h"

#define GOP_TEXT "Intel(R) GOP Driver"

_Noreturn static void fail(const char *what)
{
	fprintf(stderr, "mkuefi: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void save(const char *path, struct gen_buf *b)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(b->p, 1, b->n, f) != b->n || fclose(f))
		fail(path);
	gen_free(b);
}

static void random_bytes(struct gen_buf *b, uint32_t x, size_t n)
{
	uint8_t *p = gen_room(b, n);

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = (uint8_t)(x >> 11);
	}
}

/* Half of it noise, half of it the same, as programs are. */
static void pe_image(struct gen_buf *b, uint16_t machine, size_t n, const char *text)
{
	struct gen_buf body = { 0 };
	size_t len = strlen(text);

	random_bytes(&body, machine, n / 2);
	while (body.n < n)
		gen_add(&body, "\x48\x8b\x05\x00\x00\x00\x00\xe8", 8);
	for (size_t i = 0; i < len && 2 * i + 65 < n; i++) {
		body.p[64 + 2 * i] = (uint8_t)text[i];
		body.p[65 + 2 * i] = 0;
	}
	gen_pe(machine, 0x0b, body.p, body.n, gen_room(b, GEN_PE_HEADERS + body.n));
	gen_free(&body);
}

/* --- a chip ------------------------------------------------------------------------- */

/* Each has a name of its own: UEFIExtract complains of every pair that is the same. */
static void driver_file(struct gen_buf *files, const char *packing, unsigned int width, size_t n)
{
	static unsigned int nth;
	char guid[37];
	struct gen_file f = { .type = 7, .checksum = true, .guid = guid };
	struct gen_buf pe = { 0 }, s = { 0 }, packed = { 0 };

	snprintf(guid, sizeof(guid), "11111111-2222-3333-4444-%012x", nth++);
	pe_image(&pe, 0x8664, n, GOP_TEXT);
	gen_section(&s, 0x10, pe.p, pe.n);
	gen_text_section(&s, 0x15, "TestGop");
	gen_text_section(&s, 0x14, "9.0.1085");
	if (packing || width)
		gen_packed(&packed, packing, width, s.p, s.n);
	gen_file_add(files, &f, packed.n ? packed.p : s.p, packed.n ? packed.n : s.n);
	gen_free(&pe);
	gen_free(&s);
	gen_free(&packed);
}

static void table_file(struct gen_buf *files)
{
	static uint8_t vbt[GEN_VBT_MAX];
	struct gen_file f = { .type = 2, .guid = "878AC2CC-5343-46F2-B563-51F89DAF56BA" };
	struct gen_buf s = { 0 };
	struct gen_vbt w = { 0 };

	gen_section(&s, 0x19, vbt, gen_vbt(&w, vbt));
	gen_file_add(files, &f, s.p, s.n);
	gen_free(&s);
}

static void vbios_file(struct gen_buf *files)
{
	static uint8_t vbios[GEN_VBIOS_MAX];
	struct gen_file f = { .type = 1 };
	struct gen_vbios w = { .device = 0x0406 };
	size_t n = gen_vbios(&w, vbios);

	gen_file_add(files, &f, vbios, n);
}

static void put_descriptor(struct gen_buf *b, size_t size)
{
	gen32(b->p + 0x10, 0x0ff0a55a);
	gen32(b->p + 0x14, 0x00040003);
	gen32(b->p + 0x18, 0x00100206);
	gen32(b->p + 0x1c, 0x00120210);
	gen32(b->p + 0x40, 0);
	gen32(b->p + 0x44, (uint32_t)((size - 1) >> 12 << 16 | size / 2 >> 12));
	gen32(b->p + 0x48, (uint32_t)((size / 2 - 1) >> 12 << 16 | 1));
	for (size_t i = 0x4c; i < 0x60; i += 4)
		gen32(b->p + i, 0x7fff);
}

static void chip(struct gen_buf *b, size_t size, bool descriptor)
{
	struct gen_volume v = { .name = "AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE" };
	struct gen_buf files = { 0 }, vol = { 0 };

	/* The ME's share, which is dense, and the BIOS: half and half. */
	gen_fill(b, 0xff, 0x1000);
	random_bytes(b, 7, size / 2 - 0x1000);
	for (size_t i = 0; i < 20; i++)
		driver_file(&files, NULL, 0, size / 128);
	table_file(&files);
	vbios_file(&files);
	gen_volume_add(&vol, &v, &files);
	gen_fill(b, 0xff, size / 2 - vol.n);
	gen_add(b, vol.p, vol.n);
	if (descriptor)
		put_descriptor(b, size);
	gen_free(&files);
	gen_free(&vol);
}

/* --- seeds ---------------------------------------------------------------------------- */

static const char *dir;

static void seed(const char *target, const char *name, struct gen_buf *b)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, target);
	if (mkdir(path, 0777) && errno != EEXIST)
		fail(path);
	snprintf(path, sizeof(path), "%s/%s/%s", dir, target, name);
	save(path, b);
}

static void volume_seed(const char *name, struct gen_volume v, struct gen_buf *files)
{
	struct gen_buf b = { 0 };

	gen_volume_add(&b, &v, files);
	seed("uefi", name, &b);
	gen_free(files);
}

static void seeds_uefi(void)
{
	static const struct {
		const char *name, *packing;
		unsigned int width;
	} t[] = {
		{ "plain", NULL, 0 }, { "lzma", GEN_LZMA, 0 }, { "lzma-x86", GEN_LZMA_X86, 0 },
		{ "brotli", GEN_BROTLI, 0 }, { "tiano", GEN_TIANO_GUID, 5 }, { "efi11", NULL, 4 },
	};
	struct gen_file tail = { .type = 1, .ffs = 1, .tail = true };
	struct gen_file large = { .type = 1, .large = true }, vol_file = { .type = 0x0b };
	struct gen_buf files = { 0 }, inner = { 0 }, s = { 0 }, b = { 0 };
	struct gen_volume v = { 0 };

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		driver_file(&files, t[i].packing, t[i].width, 256);
		volume_seed(t[i].name, v, &files);
	}
	table_file(&files);
	vbios_file(&files);
	volume_seed("tables", v, &files);
	gen_file_add(&files, &tail, "raw", 3);
	volume_seed("ffs1", (struct gen_volume){ .guid = GEN_FFS1 }, &files);
	gen_file_add(&files, &large, "raw", 3);
	volume_seed("ffs3", (struct gen_volume){ .guid = GEN_FFS3, .name = GEN_FILE }, &files);
	table_file(&files);
	gen_volume_add(&inner, &v, &files);
	gen_free(&files);
	gen_section(&s, 0x17, inner.p, inner.n);
	gen_crc_section(&b, s.p, s.n);
	gen_file_add(&files, &vol_file, b.p, b.n);
	gen_free(&b);
	volume_seed("nested", v, &files);
	/* A capsule around it, and a chip of the least size. */
	gen_fill(&b, 0, 28);
	gen_guid(b.p, "3B6686BD-0D76-4030-B70E-B5519E2FC5A0");
	gen32(b.p + 16, 28);
	gen32(b.p + 24, (uint32_t)(28 + inner.n));
	gen_add(&b, inner.p, inner.n);
	seed("uefi", "capsule", &b);
	gen_fill(&b, 0xff, 0x1000);
	gen32(b.p + 0x10, 0x0ff0a55a);
	gen32(b.p + 0x14, 0x00040003);
	gen32(b.p + 0x44, 0x00010001);
	gen_add(&b, inner.p, inner.n);
	seed("uefi", "chip", &b);
	gen_free(&inner);
	gen_free(&s);
}

/* First byte: which decoder, as the target has them. */
static void seeds_streams(void)
{
	static const char text[] = "igvm igvm igvm, a text that is packed, packed, packed.";
	struct gen_buf b = { 0 };
	size_t n;

	for (unsigned int width = 4; width <= 5; width++)
		for (unsigned int style = 0; style < 3; style++) {
			uint8_t in[64] = { 1, 2, 1, 0, 16, 15 };
			uint8_t *p;

			if (style == GEN_TIANO_ONE)
				memset(in, 7, sizeof(in));
			if (style == GEN_TIANO_FLAT)
				memcpy(in, text, sizeof(text));
			p = gen_tiano(in, sizeof(in), width, style, 40, &n);
			gen_fill(&b, (uint8_t)width, 1);
			gen_add(&b, p, n);
			free(p);
			seed("tiano", (const char *[]){ "efi11-flat", "efi11-long", "efi11-one",
							"tiano-flat", "tiano-long", "tiano-one" }
							[3 * (width - 4) + style], &b);
		}
	gen_fill(&b, 0, 1);
	gen_lzma(&b, text, sizeof(text), false, true);
	seed("lzma", "known", &b);
	gen_fill(&b, 0, 1);
	gen_lzma(&b, text, sizeof(text), false, false);
	seed("lzma", "marked", &b);
	gen_fill(&b, 1, 1);
	gen_lzma(&b, text, sizeof(text), true, true);
	seed("lzma", "x86", &b);
	gen_fill(&b, 2, 1);
	gen_brotli(&b, text, sizeof(text));
	seed("lzma", "brotli", &b);
}

static void seeds_pe(void)
{
	struct gen_buf b = { 0 };

	pe_image(&b, 0x8664, 64, "");
	seed("pe", "x64", &b);
	pe_image(&b, 0x014c, 64, "");
	seed("pe", "ia32", &b);
	pe_image(&b, 0x8664, 64, "");
	gen16(b.p + 0x46, 3);
	gen32(b.p + 0x3c, 0xffffffff);
	seed("pe", "outside", &b);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	struct gen_buf b = { 0 };

	if (!strcmp(what, "random") && argc == 5) {
		random_bytes(&b, (uint32_t)strtoul(argv[2], NULL, 0) | 1, strtoul(argv[3], NULL, 0));
	} else if (!strcmp(what, "pe") && argc == 6) {
		pe_image(&b, (uint16_t)strtoul(argv[2], NULL, 16), strtoul(argv[3], NULL, 0), argv[4]);
	} else if ((!strcmp(what, "chip") || !strcmp(what, "bios")) && argc == 4) {
		chip(&b, strtoul(argv[2], NULL, 0) << 20, what[0] == 'c');
	} else if (!strcmp(what, "seeds") && argc == 3) {
		dir = argv[2];
		seeds_uefi();
		seeds_streams();
		seeds_pe();
		return 0;
	} else {
		fprintf(stderr, "usage: mkuefi random SEED N OUT | pe MACHINE N TEXT OUT |\n"
				"       chip MIB OUT | bios MIB OUT | seeds DIR\n");
		return 2;
	}
	save(argv[argc - 1], &b);
	return 0;
}
