/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Read files from QEMU's fw_cfg (QEMU docs/specs/fw_cfg: selectors 0x0000
 * signature and 0x0019 directory, entries of 64 bytes, numbers big-endian).
 * Pure over the two port operations.
 */
#ifndef ROMFILES_EFI_FWCFG_H
#define ROMFILES_EFI_FWCFG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** struct fwcfg - @select rewinds an item, @read takes its next @n bytes */
struct fwcfg {
	void (*select)(void *ctx, uint16_t key);
	void (*read)(void *ctx, void *dst, size_t n);
	void *ctx;
};

struct fwcfg_file {
	uint16_t key;
	uint32_t bytes;
};

/** fwcfg_find() - look @name up; false: no fw_cfg here, or no such file */
bool fwcfg_find(const struct fwcfg *f, const char *name, struct fwcfg_file *file);

/** fwcfg_read() - the first @n bytes, n <= file->bytes (more read as zero) */
void fwcfg_read(const struct fwcfg *f, const struct fwcfg_file *file, void *dst, size_t n);

/** fwcfg_u64() - a file that is one little-endian u64; false: absent or other size */
bool fwcfg_u64(const struct fwcfg *f, const char *name, uint64_t *v);

#endif
