/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A machine in memory, for the code that runs inside the guest: three PCI
 * functions, some RAM, fw_cfg, and the report that came out.
 */
#ifndef TESTS_EFI_FAKE_H
#define TESTS_EFI_FAKE_H

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/efi/emit.h"
#include "romfiles/efi/pci.h"
#include "romfiles/span.h"

#define FAKE_RAM 0x100000u /* where RAM begins */
#define FAKE_RAM_BYTES 0x400000u

struct fake_function {
	unsigned int devfn;
	uint8_t config[256];
	uint8_t writable[256];
};

struct fake {
	struct fake_function fn[3]; /* iGPU, host bridge, LPC */
	uint8_t *ram;
	size_t said;
	char said_text[1 << 16];
	struct emit emit;
};

static inline struct fake_function *fake_function(struct fake *f, unsigned int devfn)
{
	for (size_t i = 0; i < 3; i++)
		if (f->fn[i].devfn == devfn)
			return &f->fn[i];
	return NULL;
}

static inline uint32_t fake_config_read(void *ctx, unsigned int devfn, unsigned int off,
					unsigned int width)
{
	struct fake_function *fn = fake_function(ctx, devfn);
	uint32_t v = 0;

	assert_true(off % width == 0 && off + width <= 256);
	for (unsigned int i = width; i--;)
		v = v << 8 | (fn ? fn->config[off + i] : 0xffu);
	return v;
}

static inline void fake_config_write(void *ctx, unsigned int devfn, unsigned int off,
				     unsigned int width, uint32_t v)
{
	struct fake_function *fn = fake_function(ctx, devfn);

	assert_true(off % width == 0 && off + width <= 256);
	for (unsigned int i = 0; fn && i < width; i++) {
		uint8_t mask = fn->writable[off + i];

		fn->config[off + i] = (uint8_t)((fn->config[off + i] & ~mask) |
						((v >> 8 * i) & mask));
	}
}

static inline void fake_put(struct fake *f, unsigned int devfn, unsigned int off,
			    unsigned int width, uint32_t v, uint32_t writable)
{
	struct fake_function *fn = fake_function(f, devfn);

	assert_non_null(fn);
	for (unsigned int i = 0; fn && i < width; i++) {
		fn->config[off + i] = (uint8_t)(v >> 8 * i);
		fn->writable[off + i] = (uint8_t)(writable >> 8 * i);
	}
}

static inline void fake_say(void *ctx, const char *text, size_t n)
{
	struct fake *f = ctx;

	assert_true(n <= REPORT_LINE_MAX && n < sizeof(f->said_text) - f->said);
	memcpy(f->said_text + f->said, text, n);
	f->said += n;
	f->said_text[f->said] = '\0';
}

/* An Alder Lake-S at 00:02.0 on a q35 machine; @kind as in struct emit. */
static inline struct fake *fake_new(const char *kind, const char *prefix)
{
	struct fake *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->ram = calloc(1, FAKE_RAM_BYTES);
	assert_non_null(f->ram);
	f->emit = (struct emit){ .prefix = prefix, .kind = kind, .put = fake_say, .ctx = f };
	f->fn[0].devfn = PCI_IGD;
	f->fn[1].devfn = PCI_HOST_BRIDGE;
	f->fn[2].devfn = PCI_LPC;
	fake_put(f, PCI_IGD, 0x00, 4, 0x46928086, 0);
	fake_put(f, PCI_IGD, 0x04, 2, 0x0000, 0x0007);
	fake_put(f, PCI_IGD, 0x08, 4, 0x0300000c, 0);
	fake_put(f, PCI_IGD, 0x10, 4, 0xfd000004, 0xff000000);
	fake_put(f, PCI_IGD, 0x14, 4, 0, 0xffffffff);
	fake_put(f, PCI_IGD, 0x18, 4, 0xe000000c, 0xf0000000);
	fake_put(f, PCI_IGD, 0x1c, 4, 0, 0xffffffff);
	fake_put(f, PCI_IGD, 0x20, 4, 0xc001, 0xffc0);
	fake_put(f, PCI_IGD, 0x2c, 4, 0x7d251462, 0);
	fake_put(f, PCI_IGD, 0x30, 4, 0, 0xffff8001);
	fake_put(f, PCI_IGD, 0x50, 2, 0x01c0, 0);
	fake_put(f, PCI_IGD, 0x5c, 4, 0, 0xffffffff);
	fake_put(f, PCI_IGD, 0xc0, 4, 0, 0xffffffff);
	fake_put(f, PCI_IGD, 0xc4, 4, 0, 0xffffffff);
	fake_put(f, PCI_IGD, 0xfc, 4, 0, 0xffffffff);
	fake_put(f, PCI_HOST_BRIDGE, 0x00, 4, 0x29c08086, 0);
	fake_put(f, PCI_HOST_BRIDGE, 0x08, 4, 0x06000000, 0);
	fake_put(f, PCI_LPC, 0x00, 4, 0x29188086, 0);
	fake_put(f, PCI_LPC, 0x08, 4, 0x06010002, 0);
	return f;
}

static inline void fake_le(uint8_t *p, uint64_t v, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* A table of @bytes, at least 70, with a right checksum. */
static inline void fake_vbt(uint8_t *p, uint16_t bytes)
{
	memcpy(p, "$VBT", 4);
	fake_le(p + 0x18, bytes, 2);
	fake_le(p + 0x1c, 48, 4);
	fake_le(p + 48 + 20, 22, 2);
	p[0x1a] = (uint8_t)-span_sum8((struct span){ p, bytes });
}

static inline void fake_rvda(uint8_t *opregion, uint32_t version, uint64_t rvda, uint32_t rvds)
{
	fake_le(opregion + 0x14, version, 4);
	fake_le(opregion + 0x3ba, rvda, 8);
	fake_le(opregion + 0x3c2, rvds, 4);
}

/* Version 2.0, with a table of @bytes in mailbox 4. */
static inline void fake_opregion(uint8_t *p, uint16_t bytes)
{
	memcpy(p, "IntelGraphicsMem", 16);
	fake_le(p + 0x10, 8, 4);
	fake_rvda(p, 0x02000000, 0, 0);
	fake_le(p + 0x58, 0x0d, 4);
	fake_vbt(p + 0x400, bytes);
}

static inline void fake_free(struct fake *f)
{
	free(f->ram);
	free(f);
}

/*
 * The report line about @subject, the @nth of them; NULL: there is none. Every
 * line that is passed over is checked to be one object after the prefix.
 */
static inline json_t *fake_line(struct fake *f, const char *subject, unsigned int nth)
{
	size_t skip = strlen(f->emit.prefix);
	char *text = strdup(f->said_text), *save = NULL;
	json_t *found = NULL;

	assert_non_null(text);
	for (char *l = strtok_r(text, "\n", &save); l && !found; l = strtok_r(NULL, "\n", &save)) {
		json_t *line;

		assert_true(strlen(l) > skip && !memcmp(l, f->emit.prefix, skip));
		line = json_loads(l + skip, JSON_REJECT_DUPLICATES, NULL);
		if (!line)
			fail_msg("not JSON: %s", l);
		if (!strcmp(json_string_value(json_object_get(line, f->emit.kind)), subject) &&
		    !nth--)
			found = json_incref(line);
		json_decref(line);
	}
	free(text);
	return found;
}

/* Does the member @key of a line equal @want, a JSON text? NULL: is it absent? */
static inline void fake_check(struct fake *f, const char *subject, const char *key,
			      const char *want)
{
	json_t *line = fake_line(f, subject, 0), *have;
	char *text;

	if (!line)
		fail_msg("no line about %s", subject);
	have = json_object_get(line, key);
	text = have ? json_dumps(have, JSON_ENCODE_ANY) : NULL;
	if (want ? !text || strcmp(text, want) : text != NULL)
		fail_msg("%s.%s is %s, not %s", subject, key, text ? text : "absent",
			 want ? want : "absent");
	free(text);
	json_decref(line);
}

#endif
