/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/fwcfg.h"

#include "romfiles/span.h"

#define KEY_SIGNATURE 0x0000
#define KEY_DIRECTORY 0x0019
#define NAME_AT 8
#define ENTRY_BYTES 64
#define FILES_MAX 1024 /* QEMU makes 32 slots unless told otherwise */

static uint32_t be(const uint8_t *p, unsigned int n)
{
	uint32_t v = 0;

	while (n--)
		v = v << 8 | *p++;
	return v;
}

static bool fwcfg_present(const struct fwcfg *f)
{
	char signature[4] = { 0 };

	f->select(f->ctx, KEY_SIGNATURE);
	f->read(f->ctx, signature, sizeof(signature));
	return !memcmp(signature, "QEMU", sizeof(signature));
}

static bool entry_is(const uint8_t entry[ENTRY_BYTES], const char *name)
{
	size_t n = strlen(name) + 1;

	return n <= ENTRY_BYTES - NAME_AT && !memcmp(entry + NAME_AT, name, n);
}

bool fwcfg_find(const struct fwcfg *f, const char *name, struct fwcfg_file *file)
{
	uint8_t entry[ENTRY_BYTES] = { 0 };
	uint32_t n;

	if (!fwcfg_present(f))
		return false;
	f->select(f->ctx, KEY_DIRECTORY);
	f->read(f->ctx, entry, 4);
	n = be(entry, 4);
	for (uint32_t i = 0; i < n && i < FILES_MAX; i++) {
		f->read(f->ctx, entry, sizeof(entry));
		if (!entry_is(entry, name))
			continue;
		*file = (struct fwcfg_file){ (uint16_t)be(entry + 4, 2), be(entry, 4) };
		return true;
	}
	return false;
}

void fwcfg_read(const struct fwcfg *f, const struct fwcfg_file *file, void *dst, size_t n)
{
	f->select(f->ctx, file->key);
	f->read(f->ctx, dst, n);
}

bool fwcfg_u64(const struct fwcfg *f, const char *name, uint64_t *v)
{
	struct fwcfg_file file;
	uint8_t bytes[8] = { 0 };

	if (!fwcfg_find(f, name, &file) || file.bytes != sizeof(bytes))
		return false;
	fwcfg_read(f, &file, bytes, sizeof(bytes));
	return span_le64((struct span){ bytes, sizeof(bytes) }, 0, v);
}
