/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Test bytes from nothing: VBT, OpRegion and legacy option ROM, laid out from
 * the sources named in romfiles/vbt.h and friends, with no byte of anybody's
 * firmware. Used by mkrom and by the unit tests, independent of the readers.
 *
 * Every generator returns the number of bytes written to @out, 0 when the
 * wish cannot be fulfilled (unknown chip, port, size too small or too large).
 */
#ifndef TESTS_TOOLS_GEN_H
#define TESTS_TOOLS_GEN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define GEN_VBT_MAX 65535
#define GEN_VBIOS_MAX (255 * 512)
#define GEN_OPREGION_SIZE 8192
#define GEN_OPREGION_MAX (GEN_OPREGION_SIZE + GEN_VBT_MAX + 1)
#define GEN_MAILBOX4 0x400
#define GEN_MAILBOX4_SIZE 0x1800

static inline void gen16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static inline void gen32(uint8_t *p, uint32_t v)
{
	gen16(p, v & 0xffff);
	gen16(p + 2, v >> 16);
}

/* The byte that makes @n bytes at @p, with 0 in that byte, sum to zero. */
static inline uint8_t gen_balance(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + p[i]);
	return (uint8_t)-sum;
}

/* --- VBT ----------------------------------------------------------------------- */

/*
 * How ports A, B, C, D are wired on a display engine: value of the DDC pin
 * byte. The DVO port and AUX bytes are the same everywhere (Linux 6.12,
 * i915/display/intel_bios.c, map_ddc_pin() and dvo_port_to_port()).
 */
struct gen_chip {
	const char *key, *signature;
	unsigned int bdb_version;
	uint8_t ddc_pin[4];
};

static const struct gen_chip gen_chips[] = {
	{ "CFL", "COFFEELAKE", 221, { 0, 1, 2, 3 } },
	{ "SKL", "SKYLAKE", 205, { 0, 5, 4, 6 } },
	{ "TGL", "TIGERLAKE", 240, { 1, 2, 3, 4 } },
	{ "ADL-S", "ALDERLAKE-S", 251, { 1, 2, 3, 4 } },
	{ "ADL-P", "ALDERLAKE-P", 251, { 1, 2, 3, 4 } },
	{ NULL, NULL, 0, { 0 } },
};

struct gen_vbt {
	const char *chip;         /* key of a row; NULL: ADL-S */
	const char *ports;        /* "dp:B,hdmi:C"; kinds dp hdmi dp++ dvi edp; NULL: that */
	unsigned int bdb_version; /* 0: the chip's; 155 or later */
	size_t pad;               /* size wanted, filled by a private block; 0: as it is */
	bool bad_checksum;
	bool short_bdb; /* bdb_size one less than it should be, as in most real tables */
};

/* Child device size by BDB version (Linux 6.12, intel_bios.c). */
static inline size_t gen_child_size(unsigned int v)
{
	return v < 106 ? 22 : v < 111 ? 27 : v < 195 ? 33 : v == 195 ? 37 : v < 216 ? 38 :
	       v < 256 ? 39 : v < 263 ? 40 : 44;
}

static inline uint8_t *gen_block(uint8_t *p, uint8_t id, size_t size)
{
	p[0] = id;
	gen16(p + 1, (unsigned int)size);
	memset(p + 3, 0, size);
	return p + 3;
}

struct gen_port {
	const char *kind;
	unsigned int type; /* device type bits */
	bool dp;           /* DVO port of the DP numbering, has an AUX channel */
	bool panel;
};

static const struct gen_port gen_ports[] = {
	{ "dp", 0x68c6, true, false },   { "dp++", 0x60d6, true, false },
	{ "hdmi", 0x60d2, false, false }, { "dvi", 0x68d2, false, false },
	{ "edp", 0x1806, true, true },   { NULL, 0, false, false },
};

/* One child device from "kind:LETTER"; advances *@text; false: not understood. */
static inline bool gen_child(const struct gen_chip *c, unsigned int bdb, const char **text,
			     unsigned int nth, uint8_t *p)
{
	static const unsigned int efp[] = { 0x0004, 0x0040, 0x0020, 0x0010 };
	static const uint8_t dvo_dp[] = { 10, 7, 8, 9 }, aux[] = { 0x40, 0x10, 0x20, 0x30 };
	const struct gen_port *g = gen_ports;
	size_t n = strcspn(*text, ":");
	unsigned int at;

	while (g->kind && (strlen(g->kind) != n || strncmp(g->kind, *text, n)))
		g++;
	if (!g->kind || (*text)[n] != ':' || nth >= 4)
		return false;
	at = (unsigned int)(unsigned char)(*text)[n + 1] - 'A';
	if (at > 3)
		return false;
	*text += n + 2;
	if (**text == ',')
		(*text)++;
	else if (**text)
		return false;
	gen16(p, g->panel ? 0x0008 : efp[nth]);
	gen16(p + 2, g->type);
	p[16] = g->dp ? dvo_dp[at] : (uint8_t)at;
	p[19] = g->panel ? 0 : c->ddc_pin[at];
	if (bdb >= 158)
		p[24] = (uint8_t)((g->type & 0x10 && !(g->type & 0x800) ? 1 : 0) |
				  (g->type & 4 ? 2 : 0) | (g->type & 0x10 ? 4 : 0));
	if (bdb >= 244 && g->dp)
		p[23] = 3 << 6; /* four lanes; the field counts from one */
	p[25] = g->dp ? aux[at] : 0;
	return true;
}

/* Block 2; returns its end, NULL: ports not understood. */
static inline uint8_t *gen_definitions(const struct gen_chip *c, unsigned int bdb,
				       const char *ports, uint8_t *p)
{
	size_t child = gen_child_size(bdb), n = 0;
	uint8_t *data;

	data = gen_block(p, 2, 5 + 4 * child);
	data[0] = 2; /* CRT DDC pin, as usual */
	data[4] = (uint8_t)child;
	for (; *ports; n++)
		if (!gen_child(c, bdb, &ports, (unsigned int)n, data + 5 + n * child))
			return NULL;
	return data + 5 + 4 * child;
}

static inline size_t gen_vbt(const struct gen_vbt *w, uint8_t *out)
{
	const struct gen_chip *c = gen_chips;
	const char *key = w->chip ? w->chip : "ADL-S";
	unsigned int bdb;
	uint8_t *p = out + 48 + 22;
	size_t n;

	while (c->key && strcmp(c->key, key))
		c++;
	bdb = w->bdb_version ? w->bdb_version : c->bdb_version;
	/* Before 155 ports are numbered otherwise. */
	if (!c->key || w->pad > GEN_VBT_MAX || bdb < 155 || bdb > 999)
		return 0;
	memset(out, 0, 48 + 22);
	memset(out, ' ', 20);
	memcpy(out, "$VBT ", 5);
	memcpy(out + 5, c->signature, strlen(c->signature));
	gen16(out + 20, 100);
	gen16(out + 22, 48);
	gen32(out + 28, 48);
	memcpy(out + 48, "BIOS_DATA_BLOCK ", 16);
	gen16(out + 64, bdb);
	gen16(out + 66, 22);

	p = gen_block(p, 254, 48);
	memcpy(p, "igvm test table, no vendor's firmware", 37);
	p = gen_block(p + 48, 1, bdb >= 250 ? 10 : bdb >= 243 ? 6 : 5);
	p += bdb >= 250 ? 10 : bdb >= 243 ? 6 : 5;
	p = gen_definitions(c, bdb, w->ports ? w->ports : "dp:B,hdmi:C", p);
	if (!p)
		return 0;
	p = gen_block(p, 12, bdb >= 161 ? 19 : bdb >= 142 ? 17 : 15);
	p += bdb >= 161 ? 19 : bdb >= 142 ? 17 : 15;
	n = (size_t)(p - out);
	if (w->pad) {
		if (w->pad < n + 3)
			return 0;
		gen_block(p, 254, w->pad - n - 3);
		n = w->pad;
	}
	gen16(out + 68, (unsigned int)(n - 48 - w->short_bdb));
	gen16(out + 24, (unsigned int)n);
	out[26] = (uint8_t)(gen_balance(out, n) + w->bad_checksum);
	return n;
}

/* --- VBT with every decoded block, of any BDB version ----------------------------- */

/*
 * Contents are random but the same for a seed; what other fields depend on
 * (sizes, pointers, terminators, panel numbers) is as in real tables.
 */
struct gen_many {
	unsigned int bdb_version; /* 106 to 999 */
	uint32_t seed;
	bool short_bdb;      /* as in most real tables: the last block seems to be too long */
	bool mipi_last;      /* a version 3 sequence block is the last one */
	bool no_pointers;    /* block 41 is missing, as since 229 */
	bool bad_panels;     /* no panel's fp_timing ends in ffff */
	bool wrong_stride;   /* the child size field is one too small */
	bool wrong_backlight; /* entries of a size nobody knows */
	bool cut;            /* the last block says that it has more bytes than there are */
	bool twice;          /* block 254 and block 12 again, with other contents */
};

static inline uint8_t gen_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return (uint8_t)(*state >> 11);
}

/* Size of block @id by BDB version: Linux' intel_vbt_defs.h, real tables; 0: none yet */
static inline size_t gen_block_size(uint8_t id, unsigned int v)
{
	static const struct {
		uint8_t id;
		uint16_t since, size;
	} t[] = {
		{ 1, 249, 10 }, { 1, 242, 6 }, { 1, 0, 5 },
		{ 9, 226, 100 }, { 9, 165, 96 },
		{ 12, 159, 19 }, { 12, 142, 17 }, { 12, 0, 15 },
		{ 27, 265, 862 }, { 27, 261, 850 }, { 27, 260, 848 }, { 27, 251, 814 },
		{ 27, 244, 812 }, { 27, 224, 780 }, { 27, 203, 748 }, { 27, 199, 298 },
		{ 27, 186, 280 }, { 27, 185, 216 }, { 27, 182, 214 }, { 27, 173, 212 },
		{ 27, 165, 204 }, { 27, 162, 202 }, { 27, 155, 200 }, { 27, 0, 196 },
		{ 40, 240, 34 }, { 40, 228, 30 }, { 40, 200, 26 }, { 40, 146, 24 },
		{ 40, 142, 16 }, { 40, 0, 8 },
		{ 41, 155, 148 }, { 41, 0, 145 },
		{ 42, 265, 1382 }, { 42, 245, 1366 }, { 42, 231, 1364 }, { 42, 227, 1362 },
		{ 42, 208, 1298 }, { 42, 188, 1282 }, { 42, 187, 1266 }, { 42, 155, 1264 },
		{ 42, 0, 1184 },
		{ 43, 239, 305 }, { 43, 236, 273 }, { 43, 234, 257 }, { 43, 191, 129 },
		{ 43, 162, 113 }, { 43, 0, 97 },
		{ 44, 257, 136 }, { 44, 253, 98 }, { 44, 247, 78 }, { 44, 233, 58 },
		{ 44, 232, 56 }, { 44, 228, 54 }, { 44, 210, 22 }, { 44, 0, 21 },
		{ 51, 172, 9 }, { 58, 229, 674 },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (t[i].id == id && t[i].since <= v)
			return t[i].size;
	return 0;
}

/* A block of random bytes at *@p, which moves behind it; its data, NULL: no such block yet */
static inline uint8_t *gen_random_block(uint8_t **p, uint8_t id, size_t size, uint32_t *state)
{
	uint8_t *data;

	if (!size)
		return NULL;
	data = gen_block(*p, id, size);
	for (size_t i = 0; i < size; i++)
		data[i] = gen_random(state);
	*p = data + size;
	return data;
}

static inline void gen_letters(uint8_t *p, size_t n, uint32_t *state)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (uint8_t)('A' + gen_random(state) % 26);
}

#define GEN_CHILDREN 8

static inline void gen_random_children(const struct gen_many *w, uint8_t **p, uint32_t *state)
{
	static const uint16_t handle[] = { 0x0008, 0x0004, 0x0040, 0x0020, 0x0010, 0x0002, 0x0001,
					   0x0100 };
	static const uint16_t type[] = { 0x1806, 0x68c6, 0x60d6, 0x60d2, 0x68d2, 0x0000, 0x1022,
					 0x1400 };
	size_t size = gen_child_size(w->bdb_version);
	uint8_t *data = gen_random_block(p, 2, 5 + GEN_CHILDREN * size, state);

	data[4] = (uint8_t)(size - w->wrong_stride);
	for (size_t i = 0; i < GEN_CHILDREN; i++) {
		uint8_t *c = data + 5 + i * size;

		gen16(c, handle[i]);
		gen16(c + 2, type[i]);
		if (w->bdb_version < 152)
			gen_letters(c + 4, 10, state);
		c[16] %= 25;
		c[25] = (uint8_t)(c[25] % 10 << 4);
	}
}

static inline void gen_random_panels(const struct gen_many *w, const uint8_t *bdb, uint8_t **p,
				     uint32_t *state)
{
	unsigned int v = w->bdb_version;
	size_t fp = v < 155 ? 46 : 38, stride = fp + 28;
	uint8_t *b41 = NULL, *b42;

	if (!w->no_pointers)
		b41 = gen_random_block(p, 41, gen_block_size(41, v), state);
	b42 = gen_random_block(p, 42, gen_block_size(42, v), state);
	for (size_t i = 0; i < 16; i++) {
		gen16(b42 + i * stride + fp - 2, w->bad_panels ? 0 : 0xffff);
		if (v >= 155)
			gen_letters(b42 + 16 * stride + 13 * i, 13, state);
	}
	if (!b41)
		return;
	b41[0] = 3;
	for (unsigned int i = 0; i < 16; i++) {
		unsigned int at = (unsigned int)(b42 - bdb) + i * (unsigned int)stride;

		/* Most tables leave 6 bytes out of fp_timing's size. */
		gen16(b41 + 1 + 9 * i, at);
		b41[3 + 9 * i] = (uint8_t)(fp - (w->seed % 2 && fp == 38 ? 6 : 0));
		gen16(b41 + 4 + 9 * i, at + (unsigned int)fp);
		b41[6 + 9 * i] = 18;
		gen16(b41 + 7 + 9 * i, at + (unsigned int)fp + 18);
		b41[9 + 9 * i] = 10;
	}
	if (v < 155)
		return;
	gen16(b41 + 145, (unsigned int)(b42 - bdb) + 16 * (unsigned int)stride);
	b41[147] = 13;
}

/* Version 3: the size is a u32 behind the version, the u16 is 0. */
static inline void gen_mipi(uint8_t **p, uint32_t *state)
{
	uint8_t *data = gen_random_block(p, 53, 5 + 40, state);

	gen16(data - 2, 0);
	data[0] = 3;
	gen32(data + 1, 40);
	memset(data + 5, 0, 40);
	gen32(data + 6, 35); /* panel 0, no sequence */
}

static inline size_t gen_many(const struct gen_many *w, uint8_t *out)
{
	unsigned int v = w->bdb_version;
	uint32_t state = w->seed * 2654435761u + v + 1;
	uint8_t *p = out + 48 + 22, *data;
	static const uint8_t plain[] = { 1, 9, 12, 27 }, later[] = { 43, 44, 51 };
	size_t n;

	if (v < 106 || v > 999)
		return 0;
	memset(out, ' ', 20);
	memset(out + 20, 0, 28 + 22);
	memcpy(out, "$VBT IGVM-TEST", 14);
	gen16(out + 20, 100);
	gen16(out + 22, 48);
	gen32(out + 28, 48);
	memcpy(out + 48, "BIOS_DATA_BLOCK ", 16);
	gen16(out + 64, v);
	gen16(out + 66, 22);
	p = gen_block(p, 254, 48);
	memcpy(p, "\1\2igvm test table, no firmware\0\3Copyright nobody", 48);
	p += 48;
	for (size_t i = 0; i < sizeof(plain); i++)
		gen_random_block(&p, plain[i], gen_block_size(plain[i], v), &state);
	gen_random_children(w, &p, &state);
	data = gen_random_block(&p, 40, gen_block_size(40, v), &state);
	data[0] %= 16;
	data[1] %= 16;
	gen_random_panels(w, out + 48, &p, &state);
	for (size_t i = 0; i < sizeof(later); i++) {
		data = gen_random_block(&p, later[i], gen_block_size(later[i], v), &state);
		if (data && later[i] == 43)
			data[0] = w->wrong_backlight ? 7 : 6;
	}
	if (w->twice) {
		gen_random_block(&p, 12, gen_block_size(12, v), &state);
		gen_random_block(&p, 254, 20, &state);
	}
	data = gen_random_block(&p, 58, gen_block_size(58, v), &state);
	if (data)
		gen16(data, 28);
	if (w->cut) {
		data = gen_random_block(&p, 55, 8, &state);
		gen16(data - 2, 12);
	}
	if (w->mipi_last)
		gen_mipi(&p, &state);
	n = (size_t)(p - out);
	gen16(out + 68, (unsigned int)(n - 48 - w->short_bdb));
	gen16(out + 24, (unsigned int)n);
	out[26] = gen_balance(out, n);
	return n;
}

/* --- OpRegion -------------------------------------------------------------------- */

enum gen_rvda { GEN_RVDA_AUTO, GEN_RVDA_NONE, GEN_RVDA_RELATIVE, GEN_RVDA_ABSOLUTE };

struct gen_opregion {
	const uint8_t *vbt; /* NULL: none */
	size_t vbt_n;
	unsigned int major, minor; /* 0: 2.0, or 2.1 where RVDA is relative */
	enum gen_rvda rvda;        /* AUTO: relative when mailbox 4 is too small */
	uint64_t rvda_address;     /* physical, of GEN_RVDA_ABSOLUTE */
	bool bad_signature, size_zero;
};

static inline size_t gen_opregion(const struct gen_opregion *w, uint8_t *out)
{
	enum gen_rvda rvda = w->rvda;
	unsigned int minor = w->minor, major = w->major;
	size_t n = GEN_OPREGION_SIZE;

	if (rvda == GEN_RVDA_AUTO)
		rvda = w->vbt_n > GEN_MAILBOX4_SIZE ? GEN_RVDA_RELATIVE : GEN_RVDA_NONE;
	if (w->vbt_n > GEN_VBT_MAX || (rvda == GEN_RVDA_NONE && w->vbt_n > GEN_MAILBOX4_SIZE))
		return 0;
	if (!major) {
		major = 2;
		minor = rvda == GEN_RVDA_RELATIVE;
	}
	memset(out, 0, n);
	memcpy(out, w->bad_signature ? "IntelGraphicsMen" : "IntelGraphicsMem", 16);
	gen32(out + 0x10, w->size_zero ? 0 : 8);
	out[0x16] = (uint8_t)minor;
	out[0x17] = (uint8_t)major;
	memcpy(out + 0x18, "igvm test OpRegion", 18);
	gen32(out + 0x58, 0x0d); /* mailboxes 1 ACPI, 3 ASLE, 4 VBT */
	if (!w->vbt_n)
		return n;
	if (rvda == GEN_RVDA_NONE) {
		memcpy(out + GEN_MAILBOX4, w->vbt, w->vbt_n);
		return n;
	}
	gen32(out + 0x3ba, rvda == GEN_RVDA_RELATIVE ? 0x2000 : (uint32_t)w->rvda_address);
	gen32(out + 0x3be, rvda == GEN_RVDA_RELATIVE ? 0 : (uint32_t)(w->rvda_address >> 32));
	gen32(out + 0x3c2, (uint32_t)w->vbt_n);
	memcpy(out + n, w->vbt, w->vbt_n);
	return n + w->vbt_n;
}

/* --- legacy VBIOS ------------------------------------------------------------------ */

struct gen_vbios {
	uint16_t vendor, device; /* vendor 0: Intel */
	const uint16_t *ids;     /* device list of PCIR; NULL: none */
	size_t n_ids;
	const uint8_t *vbt; /* pointed to from 0x1a; NULL: none */
	size_t vbt_n;
	bool cached_bdsm; /* carries the code pattern that QEMU patches */
	bool bad_checksum, not_last;
};

/* Where the saved dword of the pattern is, and what a host left there. */
#define GEN_VBIOS_SAVED 0x180
#define GEN_VBIOS_SAVED_VALUE 0x7c800000
#define GEN_VBIOS_VBT 0x400

static inline void gen_vbios_pattern(uint8_t *p, unsigned int saved)
{
	static const uint8_t code[19] = { 0x66, 0x2e, 0x83, 0x3e, 0, 0, 0x00, 0x74, 0x07, 0x66,
					  0x2e, 0xa1, 0, 0, 0xeb, 0x0f, 0xb8, 0x5e, 0x10 };

	memcpy(p, code, sizeof(code));
	gen16(p + 4, saved);
	gen16(p + 12, saved);
}

static inline size_t gen_vbios(const struct gen_vbios *w, uint8_t *out)
{
	static const char said[] = "igvm test VBIOS, returns at once";
	size_t n = 2048;

	if (w->vbt_n > n - GEN_VBIOS_VBT)
		n = (GEN_VBIOS_VBT + w->vbt_n + 511) / 512 * 512;
	if (n > GEN_VBIOS_MAX || w->n_ids > 64)
		return 0;
	memset(out, 0, n);
	gen16(out, 0xaa55);
	out[2] = (uint8_t)(n / 512);
	out[3] = 0xe9; /* jmp near 0x120, relative to 0x06 */
	gen16(out + 4, 0x120 - 6);
	out[6] = 0;
	gen16(out + 0x18, 0x40);
	memcpy(out + 0x40, "PCIR", 4);
	gen16(out + 0x44, w->vendor ? w->vendor : 0x8086);
	gen16(out + 0x46, w->device);
	gen16(out + 0x48, w->n_ids ? 0x1c : 0);
	gen16(out + 0x4a, 0x1c);
	out[0x4c] = 3;
	out[0x4f] = 0x03;
	gen16(out + 0x50, (unsigned int)(n / 512));
	out[0x55] = w->not_last ? 0 : 0x80;
	for (size_t i = 0; i < w->n_ids; i++)
		gen16(out + 0x5c + 2 * i, w->ids[i]);
	out[0x120] = 0xcb; /* retf */
	memcpy(out + 0x100, said, sizeof(said) - 1);
	if (w->cached_bdsm) {
		gen_vbios_pattern(out + 0x140, GEN_VBIOS_SAVED);
		gen32(out + GEN_VBIOS_SAVED, GEN_VBIOS_SAVED_VALUE);
	}
	if (w->vbt) {
		gen16(out + 0x1a, GEN_VBIOS_VBT);
		memcpy(out + GEN_VBIOS_VBT, w->vbt, w->vbt_n);
	}
	out[6] = (uint8_t)(gen_balance(out, n) + w->bad_checksum);
	return n;
}

/* --- a PE image that no machine runs, only readers read ---------------------------------- */

#define GEN_PE_HEADERS 0x200

static inline size_t gen_pe(uint16_t machine, uint16_t subsystem, const void *body, size_t n,
			    uint8_t *out)
{
	size_t opt = 0x40 + 4 + 20, total = GEN_PE_HEADERS + n;
	bool plus = machine != 0x014c; /* PE32 for IA32, PE32+ for the others */
	size_t sections = opt + (plus ? 240 : 224);

	memset(out, 0, total);
	memcpy(out, "MZ", 2);
	gen32(out + 0x3c, 0x40);
	memcpy(out + 0x40, "PE\0", 4);
	gen16(out + 0x44, machine);
	gen16(out + 0x46, 1);
	gen16(out + 0x54, plus ? 240 : 224);
	gen16(out + opt, plus ? 0x20b : 0x10b);
	gen32(out + opt + 60, GEN_PE_HEADERS);
	gen16(out + opt + 68, subsystem);
	memcpy(out + sections, ".rdata", 6);
	gen32(out + sections + 16, (uint32_t)n);
	gen32(out + sections + 20, GEN_PE_HEADERS);
	memcpy(out + GEN_PE_HEADERS, body, n);
	return total;
}

#endif
