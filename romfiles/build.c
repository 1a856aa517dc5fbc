/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/build.h"

#include <errno.h>

#include "romfiles/oprom.h"
#include "romfiles/pe.h"

/* EFI_PCI_EXPANSION_ROM_HEADER is 0x1a bytes, PCIR follows 4-byte aligned. */
#define PCIR_AT 0x1c
#define PCIR_SIZE 0x1c

/** struct layout - where the parts of one image go */
struct layout {
	size_t headers, total;
};

static void put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)v;
	p[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *p, size_t v)
{
	put16(p, v);
	put16(p + 2, v >> 16);
}

static size_t list_size(const struct rom_wish *w)
{
	return w->n_ids > 1 ? 2 * (w->n_ids + 1) : 0;
}

static int lay_out(const struct rom_wish *w, const struct rom_driver *d, struct layout *l)
{
	struct pe_facts pe;

	if (pe_parse(d->pe, &pe) || (pe.subsystem != PE_SUBSYSTEM_BOOT_DRIVER &&
				     pe.subsystem != PE_SUBSYSTEM_RUNTIME_DRIVER))
		return -EBADMSG;
	if (d->pe.n > ROM_BUILD_MAX)
		return -EFBIG;
	l->headers = PCIR_AT + PCIR_SIZE + list_size(w);
	l->total = (l->headers + d->pe.n + OPROM_BLOCK - 1) / OPROM_BLOCK * OPROM_BLOCK;
	return l->total > ROM_BUILD_MAX ? -EFBIG : 0;
}

static void write_pcir(const struct rom_wish *w, const struct rom_driver *d, size_t total,
		       bool last, uint8_t *p)
{
	memset(p, 0, PCIR_SIZE + list_size(w));
	memcpy(p, "PCIR", 4);
	put16(p + 4, w->vendor);
	put16(p + 6, w->ids[0]);
	put16(p + 8, w->n_ids > 1 ? PCIR_SIZE : 0);
	put16(p + 10, PCIR_SIZE);
	p[12] = 3;
	put16(p + 13, d->class_code);
	p[15] = (uint8_t)(d->class_code >> 16);
	put16(p + 16, total / OPROM_BLOCK);
	put16(p + 18, d->revision ? d->revision : w->revision);
	p[20] = OPROM_EFI;
	p[21] = last ? OPROM_LAST : 0;
	for (size_t i = 0; w->n_ids > 1 && i < w->n_ids; i++)
		put16(p + PCIR_SIZE + 2 * i, w->ids[i]);
}

/* EfiRom pads an uncompressed image before the PE, so that it ends with it. */
static void write_image(const struct rom_wish *w, const struct rom_driver *d,
			const struct layout *l, bool last, uint8_t *p)
{
	size_t pe_at = l->total - d->pe.n;
	struct pe_facts pe = { 0 };

	pe_parse(d->pe, &pe); /* lay_out() has seen it succeed */
	memset(p, 0, PCIR_AT);
	put16(p, 0xaa55);
	put16(p + 2, l->total / OPROM_BLOCK);
	put32(p + 4, OPROM_EFI_SIGNATURE);
	put16(p + 8, pe.subsystem);
	put16(p + 10, pe.machine);
	put16(p + 22, pe_at);
	put16(p + 24, PCIR_AT);
	write_pcir(w, d, l->total, last, p + PCIR_AT);
	memset(p + l->headers, 0xff, pe_at - l->headers);
	memcpy(p + pe_at, d->pe.p, d->pe.n);
}

static int check_wish(const struct rom_wish *w, const struct rom_driver *drivers, size_t n)
{
	if (!n || !w->n_ids || w->n_ids > ROM_BUILD_IDS_MAX)
		return -EINVAL;
	for (size_t i = 0; w->n_ids > 1 && i < w->n_ids; i++)
		if (!w->ids[i])
			return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (drivers[i].class_code >> 24)
			return -EINVAL;
	return 0;
}

int rom_build(const struct rom_wish *w, const struct rom_driver *drivers, size_t n,
	      uint8_t *out, size_t cap, size_t *len, size_t *bad)
{
	struct layout l;
	size_t total = 0;
	int r = check_wish(w, drivers, n);

	for (size_t i = 0; !r && i < n; i++) {
		r = lay_out(w, &drivers[i], &l);
		*bad = i;
		if (!r && l.total > ROM_BUILD_MAX - total) {
			r = -EFBIG;
			*bad = n;
		}
		total += r ? 0 : l.total;
	}
	if (r)
		return r;
	*len = total;
	if (!out)
		return 0;
	if (cap < total)
		return -ENOSPC;
	for (size_t i = 0, at = 0; i < n; i++, at += l.total) {
		lay_out(w, &drivers[i], &l);
		write_image(w, &drivers[i], &l, i + 1 == n, out + at);
	}
	return 0;
}
