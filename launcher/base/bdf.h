/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PCI address, as a struct everywhere between modules, as text only at the edge. */
#ifndef IGVM_BASE_BDF_H
#define IGVM_BASE_BDF_H

#include <stdbool.h>
#include <stdint.h>

struct bdf {
	uint16_t domain;
	uint8_t bus, dev, fn;
};

#define BDF_TEXT_MAX	sizeof("0000:00:00.0")

/** bdf_parse() - "0000:00:02.0" or "00:02.0" (hex, lower or upper case); whole string or false */
bool bdf_parse(const char *text, struct bdf *bdf);

/** bdf_text() - write "dddd:bb:dd.f" to @buf; returns @buf */
char *bdf_text(struct bdf bdf, char buf[static BDF_TEXT_MAX]);

static inline bool bdf_equal(struct bdf a, struct bdf b)
{
	return a.domain == b.domain && a.bus == b.bus && a.dev == b.dev && a.fn == b.fn;
}

#endif
