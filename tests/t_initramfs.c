/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Images made by the real tools (cpio, gzip, xz, zstd, lz4, mkinitramfs) and,
 * where no tool makes them, by hand: what is read of them, and that nothing
 * that is wrong with one ends in more than a note.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "launcher/base/str.h"
#include "launcher/facts/cpio.h"
#include "launcher/facts/initramfs.h"
#include "tests/boot_tree.h"

static struct initramfs_facts f;

static const char *const wanted[] = {
	"init-top/igvm", "etc/modprobe.d/vfio.conf", "nit-top/igvm", "nowhere",
};

static void look(const char *path)
{
	initramfs_done(&f);
	assert_int_equal(initramfs_read(&tree, path, wanted, ARRAY_SIZE(wanted), &f), 0);
}

static void look_bytes(const void *p, size_t n)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	initramfs_done(&f);
	assert_true(fd >= 0);
	assert_int_equal(write_all(fd, p, n), 0);
	assert_int_equal(initramfs_read_fd(fd, NULL, 0, &f), 0);
	close(fd);
}

/* The image "img" of this tree was read to its end. */
static void expect_read(void)
{
	if (f.state != INITRAMFS_READ)
		fail_msg("state %d at %llu of %llu: %s", (int)f.state, (unsigned long long)f.offset,
			 (unsigned long long)f.size, f.why);
	assert_string_equal(f.why, "");
	assert_int_equal(f.offset, f.size);
}

/* What is in each image: files "root" and, in front of it, "early". */
static void make_root(void)
{
	tree_new();
	tree_text("root/etc/modprobe.d/vfio.conf", "options vfio-pci ids=8086:4692\n");
	tree_text("root/usr/lib/modprobe.d/x.conf", "blacklist nouveau\n");
	tree_text("root/conf/modules", "vfio_pci\n");
	tree_text("root/scripts/init-top/igvm", "#!/bin/sh\n");
	tree_text("root/usr/lib/modules/6.1/kernel/drivers/vfio/pci/vfio-pci.ko.zst", "x");
	tree_text("root/usr/lib/modules/6.1/kernel/drivers/vfio/pci/vfio-pci-core.ko.xz", "x");
	tree_text("root/usr/lib/modules/6.1/kernel/drivers/vfio/vfio.ko", "x");
	tree_text("root/usr/lib/modules/6.1/kernel/drivers/gpu/i915.ko.gz", "x");
	tree_text("root/usr/lib/modules/6.1/kernel/drivers/gpu/xe.ko.txt", "x");
	tree_text("root/usr/lib/modules/6.1/kernel/drivers/gpu/notxe.ko", "x");
	tree_run("head -c 300000 /dev/urandom > root/blob");
	tree_text("early/kernel/x86/microcode/GenuineIntel.bin", "microcode");
	tree_run("(cd root; find . | cpio -o -H newc) > main; (cd early; find . | cpio -o -H newc) > early.cpio");
}

static void expect_root(void)
{
	expect_read();
	assert_int_equal(f.ends, 3);
	assert_true(f.module[INITRAMFS_VFIO] && f.module[INITRAMFS_VFIO_PCI] &&
		    f.module[INITRAMFS_VFIO_PCI_CORE] && f.module[INITRAMFS_I915]);
	assert_false(f.module[INITRAMFS_XE] || f.module[INITRAMFS_VFIO_TYPE1]);
	assert_int_equal(f.n_texts, 4);
	assert_string_equal(initramfs_text(&f, "etc/modprobe.d/vfio.conf")->text,
			    "options vfio-pci ids=8086:4692\n");
	assert_string_equal(initramfs_text(&f, "conf/modules")->text, "vfio_pci\n");
	assert_non_null(initramfs_text(&f, "usr/lib/modprobe.d/x.conf"));
	assert_null(initramfs_text(&f, "etc/modprobe.d/none.conf"));
	assert_false(f.texts_left_out);
}

static void test_compressions(void **state)
{
	static const struct {
		const char *command;	/* "main" to "packed" */
		unsigned int kind;
	} rows[] = {
		{ "cp main packed", INITRAMFS_PLAIN },
		{ "gzip -9 < main > packed", INITRAMFS_GZIP },
		{ "xz --check=crc32 < main > packed", INITRAMFS_XZ },
		{ "xz -c --format=lzma main > packed", INITRAMFS_LZMA },
		{ "zstd -q -19 < main > packed", INITRAMFS_ZSTD },
		{ "zstd -q --ultra -22 --long=27 < main > packed", INITRAMFS_ZSTD },
		{ "lz4 -l -c main > packed", INITRAMFS_LZ4 },
		/* one archive in several members */
		{ "head -c 1000 main | zstd -q > packed; tail -c +1001 main | zstd -q >> packed",
		  INITRAMFS_ZSTD },
		{ "head -c 777 main | gzip > packed; tail -c +778 main | xz --check=crc32 >> packed",
		  INITRAMFS_GZIP | INITRAMFS_XZ },
		{ "head -c 1000 main | lz4 -l -c > packed; tail -c +1001 main | lz4 -l -c >> packed",
		  INITRAMFS_LZ4 },
		/* the archive of the root in two, the second compressed otherwise */
		{ "(cd root; find etc conf scripts | cpio -o -H newc | gzip) > packed;"
		  "(cd root; find usr | cpio -o -H crc | zstd -q) >> packed", INITRAMFS_GZIP | INITRAMFS_ZSTD },
		{ "(cd root; find . | cpio -o -H crc) > packed", INITRAMFS_PLAIN },
	};

	(void)state;
	make_root();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		print_message("# %s\n", rows[i].command);
		tree_run(rows[i].command);
		look("packed");
		assert_int_equal(f.kinds, rows[i].kind);
		assert_false(f.microcode);
		expect_root();
		tree_run("cat early.cpio packed > img");
		look("img");
		assert_int_equal(f.kinds, rows[i].kind | INITRAMFS_PLAIN);
		assert_true(f.microcode);
		expect_root();
		tree_run("{ cat early.cpio; head -c 4096 /dev/zero; cat early.cpio packed;"
			 " head -c 777 /dev/zero; } > img");
		look("img");
		expect_root();
	}
}

static void test_unread_compressions(void **state)
{
	(void)state;
	make_root();
	tree_bytes("bz", "BZh91AY", 7);
	tree_run("cat early.cpio bz > img");
	look("img");
	assert_int_equal(f.state, INITRAMFS_UNREAD);
	assert_int_equal(f.kinds, INITRAMFS_PLAIN | INITRAMFS_BZIP2);
	assert_true(f.microcode);
	assert_non_null(strstr(f.why, "bzip2"));
	look_bytes("\x89LZO\0\r\n", 7);
	assert_int_equal(f.state, INITRAMFS_UNREAD);
	/* lz4's own frame, which the kernel does not take either */
	tree_run("lz4 -c main > img");
	look("img");
	assert_int_equal(f.state, INITRAMFS_DAMAGED);
	assert_int_equal(f.offset, 0);
}

/* Behind each cut something is missing, and it is said. */
static void test_cuts(void **state)
{
	static const char *const commands[] = {
		"cp small img", "gzip < small > img", "xz --check=crc32 < small > img",
		"xz -c --format=lzma small > img", "zstd -q < small > img", "lz4 -l -c small > img",
	};
	_free_ char *bytes = NULL;
	size_t n;

	(void)state;
	make_root();
	tree_run("(cd root; echo etc/modprobe.d/vfio.conf | cpio -o -H newc) > small");
	/* Without the zeros at its end, which may be missing. */
	assert_int_equal(file_read_at(AT_FDCWD, tree_path("small"), 65536, &bytes, &n), 0);
	while (n && !bytes[n - 1])
		n--;
	n = (n + 1 + 3) & ~3u;
	tree_bytes("small", bytes, n);
	for (size_t k = 0; k < ARRAY_SIZE(commands); k++) {
		_free_ char *all = NULL;

		tree_run(commands[k]);
		assert_int_equal(file_read_at(AT_FDCWD, tree_path("img"), 65536, &all, &n), 0);
		look_bytes(all, n);
		expect_read();
		for (size_t i = 0; i < n; i++) {
			look_bytes(all, i);
			/* lzma's old format and the padding of names may end early unnoticed. */
			if (f.state == INITRAMFS_READ && i + 8 < n)
				fail_msg("%s: %zu of %zu bytes were taken for all", commands[k], i, n);
			if (f.state != INITRAMFS_READ && (!*f.why || f.offset > i))
				fail_msg("%s: %zu bytes: '%s' at %llu", commands[k], i, f.why,
					 (unsigned long long)f.offset);
		}
		/* Every byte in turn is another. */
		for (size_t i = 0; i < n; i++) {
			all[i] ^= 0x41;
			look_bytes(all, n);
			all[i] ^= 0x41;
		}
	}
}

/* --- by hand ------------------------------------------------------------------------------------- */

static char made[1 << 16];
static size_t made_n;

static void put(const char *magic, uint32_t size, uint32_t name_size, const char *name, uint32_t check)
{
	made_n += (size_t)snprintf(made + made_n, sizeof(made) - made_n,
				   "%s%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", magic, 1, 0100644,
				   0, 0, 1, 0, size, 0, 0, 0, 0, name_size, check);
	memcpy(made + made_n, name, strlen(name) + 1);
	made_n += strlen(name) + 1;
	while (made_n % 4)
		made[made_n++] = 0;
}

static void put_data(const char *data)
{
	memcpy(made + made_n, data, strlen(data));
	made_n += strlen(data);
	while (made_n % 4)
		made[made_n++] = 0;
}

static void put_end(void)
{
	put("070701", 0, 11, "TRAILER!!!", 0);
}

static void expect_damaged(const char *why)
{
	look_bytes(made, made_n);
	made_n = 0;
	assert_int_equal(f.state, INITRAMFS_DAMAGED);
	assert_string_equal(f.why, why);
}

static void test_hand_made(void **state)
{
	(void)state;
	put("070701", 0, 0, "a", 0);
	expect_damaged("a cpio header with a name of impossible length");
	put("070701", 0, 4097, "a", 0);
	expect_damaged("a cpio header with a name of impossible length");
	put("070701", 0, 0xffffffff, "a", 0);
	expect_damaged("a cpio header with a name of impossible length");
	put("070701", 0, 1, "a", 0);
	expect_damaged("a cpio name without an end");
	put("070707", 0, 2, "a", 0);
	expect_damaged("an old cpio archive (070707), which the kernel does not take");
	put("0707012", 0, 2, "a", 0);
	made[60] = 'x';
	expect_damaged("a cpio header whose numbers are none");
	put("070701", 0xffffffff, 2, "a", 0);
	put_end();
	expect_damaged("it ends in the middle of an archive");
	put("070701", 0, 2, "a", 0);
	expect_damaged("it ends in the middle of an archive");
	put("070701", 0, 2, "a", 0);
	put_data("junk here");
	expect_damaged("it ends in the middle of an archive");
	put("070702", 5, 2, "a", 'h' + 'e' + 'l' + 'l' + 'p');
	put_data("hello");
	put_end();
	expect_damaged("the checksum of a file in it is wrong");
	put_end();
	put_data("junk");
	expect_damaged("neither a cpio archive nor a compression the kernel knows");
	made_n = 512;
	memset(made, 0, made_n);
	expect_damaged("there is no archive in it");
	expect_damaged("there is no archive in it");

	put("070702", 5, 2, "a", 'h' + 'e' + 'l' + 'l' + 'o');
	put_data("hello");
	put_end();
	look_bytes(made, made_n);
	expect_read();
}

static void test_texts(void **state)
{
	char name[64];

	(void)state;
	/* A later file of the same path counts; a leading slash or dot does not. */
	made_n = 0;
	put("070701", 3, 17, "/etc/modprobe.d/a.conf" + 6, 0);
	made_n = 0;
	put("070701", 3, 23, "/etc/modprobe.d/a.conf", 0);
	put_data("one");
	put("070701", 3, 24, "./etc/modprobe.d/a.conf", 0);
	put_data("two");
	put("070701", 0, 22, "etc/modprobe.d/e.conf", 0);
	put("070701", 3, 24, "etc/modprobe.d/b/c.conf", 0);
	put_data("two");
	put_end();
	look_bytes(made, made_n);
	expect_read();
	assert_int_equal(f.n_texts, 2);
	assert_string_equal(initramfs_text(&f, "etc/modprobe.d/a.conf")->text, "two");
	assert_string_equal(initramfs_text(&f, "etc/modprobe.d/e.conf")->text, "");
	/* More than are kept, and one that is too large. */
	made_n = 0;
	for (unsigned int i = 0; i <= INITRAMFS_TEXTS_MAX; i++) {
		snprintf(name, sizeof(name), "etc/modprobe.d/%04x.conf", i);
		put("070701", 0, (uint32_t)strlen(name) + 1, name, 0);
	}
	put_end();
	look_bytes(made, made_n);
	expect_read();
	assert_int_equal(f.n_texts, INITRAMFS_TEXTS_MAX);
	assert_true(f.texts_left_out);
	made_n = 0;
	put("070701", INITRAMFS_TEXT_MAX + 1, 22, "etc/modprobe.d/a.conf", 0);
	look_bytes(made, made_n);
	assert_true(f.texts_left_out);
	assert_int_equal(f.n_texts, 0);
}

/* Pieces of any size give the same as the whole. */
static void test_pieces(void **state)
{
	struct cpio_user nobody = { 0 };
	struct cpio c;
	size_t taken;

	(void)state;
	made_n = 0;
	put("070701", 5, 2, "a", 0);
	put_data("hello");
	put_end();
	cpio_init(&c, &nobody, 2);
	for (size_t i = 0; i < made_n; i++) {
		assert_int_equal(cpio_feed(&c, (uint8_t *)made + i, 1, &taken), 0);
		assert_int_equal(taken, 1);
	}
	assert_true(cpio_is_between(&c));
	cpio_init(&c, &nobody, 1);
	assert_int_equal(cpio_feed(&c, (uint8_t *)made, made_n, &taken), -E2BIG);
	cpio_init(&c, &nobody, 2);
	memcpy(made + made_n, "\x1f\x8b", 2);
	assert_int_equal(cpio_feed(&c, (uint8_t *)made, made_n + 2, &taken), 0);
	assert_int_equal(taken, made_n);
}

static void test_bombs(void **state)
{
	(void)state;
	tree_new();
	made_n = 0;
	put("070701", 0xfffffff0, 2, "a", 0);
	tree_bytes("head", made, made_n);
	tree_run("{ cat head; head -c 2G /dev/zero; } | zstd -q > img");
	look("img");
	assert_int_equal(f.state, INITRAMFS_UNREAD);
	assert_true(strstr(f.why, "unpacks to more") || strstr(f.why, "too long"));
	/* A large plain file is passed over, not read; a sparse end is a cut. */
	tree_run("cp head img; truncate -s 1G img");
	look("img");
	assert_int_equal(f.state, INITRAMFS_DAMAGED);
	assert_string_equal(f.why, "it ends in the middle of an archive");
	tree_run("truncate -s 1G zeros");
	look("zeros");
	assert_int_equal(f.state, INITRAMFS_UNREAD);
	/* A slow machine meets the other bound first. */
	assert_true(strstr(f.why, "larger than") || strstr(f.why, "too long"));
}

static void test_no_files(void **state)
{
	(void)state;
	tree_new();
	look("nowhere");
	assert_int_equal(f.state, INITRAMFS_UNREAD);
	assert_string_equal(f.why, strerror(ENOENT));
	tree_run("mkfifo fifo; mkdir dir; : > empty");
	look("fifo");
	assert_string_equal(f.why, "it is no regular file");
	look("dir");
	assert_string_equal(f.why, "it is no regular file");
	look("empty");
	assert_int_equal(f.state, INITRAMFS_DAMAGED);
	initramfs_done(&f);
	initramfs_done(&f);
}

/* --- unified kernel images ------------------------------------------------------------------------ */

static void le(char *p, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p[i] = (char)(v >> 8 * i);
}

static void put_section(char *pe, unsigned int i, const char *name, uint32_t at, uint32_t len)
{
	char *s = pe + 0x80 + 24 + 112 + i * 40;

	memcpy(s, name, strlen(name));
	le(s + 8, len, 4);
	le(s + 16, (len + 511u) & ~511u, 4);
	le(s + 20, at, 4);
}

/* .cmdline, .uname, .initrd = the file "img", padded as linkers do. */
static void make_uki(const char *to)
{
	static char pe[1 << 19];
	_free_ char *img = NULL;
	size_t n;

	memset(pe, 0, sizeof(pe));
	assert_int_equal(file_read_at(AT_FDCWD, tree_path("img"), sizeof(pe) - 4096, &img, &n), 0);
	memcpy(pe, "MZ", 2);
	le(pe + 0x3c, 0x80, 4);
	memcpy(pe + 0x80, "PE\0\0", 4);
	le(pe + 0x80 + 4, 0x8664, 2);
	le(pe + 0x80 + 6, 3, 2);
	le(pe + 0x80 + 20, 112, 2);
	put_section(pe, 0, ".cmdline", 1024, 25);
	memcpy(pe + 1024, "root=/dev/sda1 quiet\n", 21);
	put_section(pe, 1, ".uname", 1536, 5);
	memcpy(pe + 1536, "6.9.9", 5);
	put_section(pe, 2, ".initrd", 2048, (uint32_t)n);
	memcpy(pe + 2048, img, n);
	tree_bytes(to, pe, 2048 + ((n + 511) & ~(size_t)511));
}

static void test_uki(void **state)
{
	(void)state;
	make_root();
	tree_run("zstd -q < main > packed; cat early.cpio packed > img");
	make_uki("uki.efi");
	look("uki.efi");
	assert_int_equal(f.state, INITRAMFS_READ);
	assert_true(f.uki);
	assert_true(f.module[INITRAMFS_I915]);
	assert_string_equal(f.cmdline, "root=/dev/sda1 quiet");
	tree_run("head -c 3000 uki.efi > cut.efi");
	look("cut.efi");
	assert_int_equal(f.state, INITRAMFS_DAMAGED);
	tree_run("head -c 200 uki.efi > cut.efi");
	look("cut.efi");
	assert_int_equal(f.state, INITRAMFS_DAMAGED);
}

/* bootconfig(8) puts settings, their length, a sum and a magic behind the image. */
static void test_bootconfig(void **state)
{
	(void)state;
	make_root();
	tree_bytes("tail", "key = 1\n\x08\0\0\0\0\0\0\0#BOOTCONFIG\n", 28);
	tree_run("zstd -q < main > packed; cat packed tail > img");
	look("img");
	assert_int_equal(f.state, INITRAMFS_READ);
}

/* What Debian's own builder makes, where it is installed. */
static void test_mkinitramfs(void **state)
{
	(void)state;
	if (system("command -v mkinitramfs >/dev/null 2>&1") || geteuid()) {
		print_message("# mkinitramfs is not installed, or we are not root\n");
		skip();
	}
	tree_new();
	/* It asks the kernel's configuration in /boot: a /boot of our own, in a namespace of our own. */
	tree_run("mkdir conf; cp -a /etc/initramfs-tools/. conf/; echo vfio-pci > conf/modules;"
		 " sed -i 's/^COMPRESS=.*/COMPRESS=zstd/;s/^MODULES=.*/MODULES=list/' conf/initramfs.conf;"
		 " unshare -m sh -ec 'mount -t tmpfs none /boot;"
		 " echo CONFIG_RD_ZSTD=y > /boot/config-0.0.0-none;"
		 " mkinitramfs -d $PWD/conf -o $PWD/img 0.0.0-none'; test -s img");
	look("img");
	assert_int_equal(f.state, INITRAMFS_READ);
	assert_true(f.kinds & INITRAMFS_ZSTD);
	assert_true(f.entries > 20);
	assert_non_null(initramfs_text(&f, "conf/modules"));
}

/* --- which image boots --------------------------------------------------------------------------------- */

static struct initramfs_where w;

/* Writes files "a b c" (empty ones, or NAME=TEXT) in a fresh tree and asks. */
static void locate(const char *files, const char *cmdline)
{
	char copy[512], *save = NULL;

	tree_new();
	str_fit(copy, sizeof(copy), files);
	for (char *s = strtok_r(copy, " ", &save); s; s = strtok_r(NULL, " ", &save)) {
		char *text = strchr(s, '=');

		if (text)
			*text++ = '\0';
		for (char *t = text; t && *t; t++)
			*t = *t == '~' ? ' ' : *t == '^' ? '\n' : *t;
		tree_text(s, text ? text : "");
	}
	initramfs_locate(&tree, "6.9.9", cmdline, &w);
}

static void test_locate(void **state)
{
	static const struct {
		const char *files, *cmdline, *path;	/* path "" ambiguous, NULL none */
	} rows[] = {
		{ "boot/initrd.img-6.9.9 boot/initrd.img-6.9.8 boot/initrd.img-6.9.9.bak", "", "boot/initrd.img-6.9.9" },
		{ "boot/initramfs-6.9.9.img boot/initramfs-6.9.9kdump.img", "", "boot/initramfs-6.9.9.img" },
		{ "boot/initrd-6.9.9", "", "boot/initrd-6.9.9" },
		{ "boot/initrd.img-6.9.9 boot/initramfs-6.9.9.img", "", "" },
		{ "boot/initrd.img-6.9.8", "", NULL },
		{ "etc/machine-id=abc^ efi/abc/6.9.9/initrd", "", "efi/abc/6.9.9/initrd" },
		{ "usr/lib/modules/6.9.9/pkgbase=linux-lts^ boot/initramfs-linux.img boot/initramfs-linux-lts.img "
		  "boot/initramfs-linux-lts-fallback.img", "", "boot/initramfs-linux-lts.img" },
		{ "usr/lib/modules/6.9.9/pkgbase=linux^ boot/initramfs-linux.img boot/other.img "
		  "etc/mkinitcpio.d/linux.preset=ALL_kver=x^default_image=\"/boot/other.img\"^", "", "boot/other.img" },
		{ "usr/lib/modules/6.9.9/pkgbase=linux^ efi/EFI/Linux/arch.efi boot/initramfs-linux.img "
		  "etc/mkinitcpio.d/linux.preset=#default_image=\"/boot/initramfs-linux.img\"^"
		  "default_uki=\"/efi/EFI/Linux/arch.efi\"^", "", "efi/EFI/Linux/arch.efi" },
		{ "boot/efi/EFI/Linux/abc-6.9.9.efi boot/efi/EFI/Linux/abc-6.9.8.efi", "",
		  "boot/efi/EFI/Linux/abc-6.9.9.efi" },
		{ "boot/initramfs-linux.img boot/intel-ucode.img",
		  "initrd=\\intel-ucode.img initrd=\\initramfs-linux.img root=x", "boot/initramfs-linux.img" },
		{ "boot/a.img boot/b.img", "initrd=/a.img initrd=/b.img", "" },
		{ "boot/loader/entries/a.conf=title~x^version~6.9.9^linux~/vmlinuz-6.9.9^initrd~/a.img~$tuned^ "
		  "boot/loader/entries/b.conf=version~6.9.90^linux~/vmlinuz-6.9.90^initrd~/b.img^ "
		  "boot/a.img boot/b.img", "", "boot/a.img" },
		{ "boot/grub/grub.cfg=^linux~/vmlinuz-6.9.8~ro^initrd~/b.img^^linux~/vmlinuz-6.9.9~ro^initrd~/a.img^ "
		  "boot/a.img boot/b.img", "", "boot/a.img" },
		{ "boot/grub/grub.cfg=^linux~/boot/vmlinuz-6.9.9~ro^initrd~/boot/amd-ucode.img~/boot/a.img^ "
		  "boot/a.img boot/amd-ucode.img", "", "boot/a.img" },
		{ "boot/grub2/grub.cfg=^linux~($root)/vmlinuz-6.9.9^initrd~($root)/initramfs-6.9.9.img^ "
		  "boot/initramfs-6.9.9.img boot/initrd-6.9.9", "", "boot/initramfs-6.9.9.img" },
		{ "", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		locate(rows[i].files, rows[i].cmdline);
		if (w.found != (!rows[i].path ? INITRAMFS_NOT_FOUND : *rows[i].path ? INITRAMFS_FOUND :
				INITRAMFS_AMBIGUOUS) ||
		    strcmp(w.path, rows[i].path ? rows[i].path : "") || !*w.how)
			fail_msg("row %zu: %d '%s' (%s)", i, (int)w.found, w.path, w.how);
	}
	/* The same file by two names is one. */
	locate("boot/initrd.img-6.9.9", "");
	tree_run("ln boot/initrd.img-6.9.9 boot/initrd-6.9.9; ln -s initrd-6.9.9 boot/initramfs-6.9.9.img");
	initramfs_locate(&tree, "6.9.9", "", &w);
	assert_int_equal(w.found, INITRAMFS_FOUND);
	initramfs_locate(&tree, "../x", "", &w);
	assert_int_equal(w.found, INITRAMFS_NOT_FOUND);
	initramfs_locate(&tree, "", "", &w);
	assert_int_equal(w.found, INITRAMFS_NOT_FOUND);
}

static void test_locate_uki(void **state)
{
	static const char path[] = "\\EFI\\Linux\\b.efi";
	char var[4 + 2 * sizeof(path)] = { 6 };

	(void)state;
	make_root();
	tree_run("cp early.cpio img");
	make_uki("boot/EFI/Linux/a.efi");
	initramfs_locate(&tree, "6.9.9", "", &w);
	assert_string_equal(w.path, "boot/EFI/Linux/a.efi");
	initramfs_locate(&tree, "6.9.8", "", &w);
	assert_int_equal(w.found, INITRAMFS_NOT_FOUND);
	for (size_t i = 0; i < sizeof(path); i++)
		var[4 + 2 * i] = path[i];
	tree_bytes("sys/firmware/efi/efivars/StubImageIdentifier-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f", var,
		   sizeof(var));
	tree_text("boot/EFI/Linux/b.efi", "");
	initramfs_locate(&tree, "6.9.9", "", &w);
	assert_string_equal(w.path, "boot/EFI/Linux/b.efi");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compressions), cmocka_unit_test(test_unread_compressions),
		cmocka_unit_test(test_cuts), cmocka_unit_test(test_hand_made), cmocka_unit_test(test_texts),
		cmocka_unit_test(test_pieces), cmocka_unit_test(test_bombs), cmocka_unit_test(test_no_files),
		cmocka_unit_test(test_uki), cmocka_unit_test(test_bootconfig),
		cmocka_unit_test(test_mkinitramfs), cmocka_unit_test(test_locate),
		cmocka_unit_test(test_locate_uki),
	};
	int r;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	r = cmocka_run_group_tests(tests, NULL, tree_end);
	initramfs_done(&f);
	return r;
}
