/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is in the initramfs that will boot: which image that is, and which
 * modules and settings it holds. Nothing is unpacked to disk; the image is
 * read once, from front to back, within bounds.
 *
 * Formats (Linux Documentation/driver-api/early-userspace/buffer-format.rst,
 * lib/decompress.c): cpio archives one after the other, uncompressed or in
 * gzip, xz, lzma, zstd or legacy lz4; a unified kernel image has them in its
 * section .initrd.
 */
#ifndef IGVM_FACTS_INITRAMFS_H
#define IGVM_FACTS_INITRAMFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "launcher/facts/host_tree.h"

#define INITRAMFS_IN_MAX	(512ull << 20)	/* bytes of image */
#define INITRAMFS_OUT_MAX	(1024ull << 20)	/* bytes unpacked */
#define INITRAMFS_ENTRIES_MAX	500000u		/* a full dracut image has some 10000 */
#define INITRAMFS_MS_MAX	10000		/* wall clock */
#define INITRAMFS_TEXT_MAX	65536u		/* bytes of one kept file */
#define INITRAMFS_TEXTS_MAX	256u		/* kept files */
#define INITRAMFS_ENDS_MAX	32u

/** enum initramfs_module - modules that are looked for; initramfs_module_name() */
enum initramfs_module {
	INITRAMFS_VFIO, INITRAMFS_VFIO_PCI, INITRAMFS_VFIO_PCI_CORE, INITRAMFS_VFIO_TYPE1,
	INITRAMFS_I915, INITRAMFS_XE, INITRAMFS_MODULES
};

/** bits of initramfs_facts.kinds: how archives were stored; initramfs_kind_name() */
enum initramfs_kind {
	INITRAMFS_PLAIN = 1, INITRAMFS_GZIP = 2, INITRAMFS_XZ = 4, INITRAMFS_LZMA = 8,
	INITRAMFS_ZSTD = 16, INITRAMFS_LZ4 = 32,
	INITRAMFS_BZIP2 = 64, INITRAMFS_LZO = 128	/* these two are told and not read */
};

enum initramfs_state {
	INITRAMFS_UNREAD,	/* not opened, or it could not be: see why */
	INITRAMFS_DAMAGED,	/* read up to offset: what was not seen is unknown */
	INITRAMFS_READ,		/* to its end */
};

/** struct initramfs_text - a small file kept whole */
struct initramfs_text {
	char path[256];		/* without a leading slash: "etc/modprobe.d/vfio.conf" */
	char *text;		/* owned, NUL-terminated */
	size_t len;		/* bytes */
};

struct initramfs_facts {
	enum initramfs_state state;
	char why[200];		/* English; "" when READ */
	uint64_t offset;	/* bytes into the file where reading ended */
	uint64_t size;		/* bytes of the file; 0 unknown */
	int64_t mtime;		/* seconds; 0 unknown */
	unsigned int kinds;	/* bits of enum initramfs_kind */
	bool uki;		/* it is a unified kernel image */
	bool microcode;		/* an early archive with processor microcode */
	bool module[INITRAMFS_MODULES];
	uint32_t ends;		/* bit i: a path ended in ends[i] */
	uint32_t entries;	/* files, directories, links seen */
	struct initramfs_text *text;	/* owned: modprobe.d, modules-load.d, etc/modules, conf/modules,
					 * etc/cmdline.d, and every small file with igvm in its path */
	size_t n_texts;
	bool texts_left_out;	/* one was too large, or they were too many: unknown */
	char cmdline[4097];	/* section .cmdline of a unified kernel image; "" none */
};

/**
 * initramfs_read() - open image @path below @t and say what it holds
 *
 * @ends: @n_ends (at most INITRAMFS_ENDS_MAX) ends of paths that are looked for, such as
 * "scripts/init-top/igvm"; an end matches whole components. Never fails for what the bytes are: state and why
 * tell. *@f is zeroed first; initramfs_done() it. 0 or -ENOMEM.
 */
nodiscard_ int initramfs_read(const struct tree *t, const char *path, const char *const *ends,
			      size_t n_ends, struct initramfs_facts *f);

/** initramfs_read_fd() - the same from an open file, which stays open */
nodiscard_ int initramfs_read_fd(int fd, const char *const *ends, size_t n_ends,
				 struct initramfs_facts *f);

/** initramfs_done() - release what *@f owns; harmless on a zeroed or released one */
void initramfs_done(struct initramfs_facts *f);

/** initramfs_text() - the kept file of this path, NULL when there is none */
const struct initramfs_text *initramfs_text(const struct initramfs_facts *f, const char *path);

/** initramfs_module_name() - "vfio_pci"; '_' form */
const char *initramfs_module_name(enum initramfs_module m);

/** initramfs_kind_name() - "zstd", of one bit */
const char *initramfs_kind_name(enum initramfs_kind k);

enum initramfs_found {
	INITRAMFS_NOT_FOUND,	/* no such file where the conventions have it */
	INITRAMFS_AMBIGUOUS,	/* several, and nothing says which one */
	INITRAMFS_FOUND,
};

struct initramfs_where {
	enum initramfs_found found;
	char path[256];		/* relative to the tree, "boot/initrd.img-6.12.1"; "" unless FOUND */
	char how[160];		/* English: what named it, or which ones are possible */
};

/**
 * initramfs_locate() - which image will boot for kernel @release?
 *
 * Asked in turn, the first that names an existing file decides: the unified image the running kernel came
 * from (EFI variable), initrd= of @cmdline (may be ""), the boot entries of this release (BLS, grub.cfg),
 * mkinitcpio's presets, and the names the distributions use. Two different files from one source are
 * ambiguous. Nothing fails: *@w tells.
 */
void initramfs_locate(const struct tree *t, const char *release, const char *cmdline,
		      struct initramfs_where *w);

#endif
