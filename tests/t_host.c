/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * host_read() on good, bad and hostile trees. A good tree is written by
 * tests/hosts/mkhost.sh; then each of its files in turn is missing, empty,
 * garbage, huge, a FIFO, a directory, a link out of the tree, and whatever
 * else was known has to stay known.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>
#include <linux/vfio.h>

#include "launcher/base/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/facts/host.h"
#include "launcher/facts/host_dev.h"
#include "launcher/facts/host_sys.h"
#include "launcher/facts/host_tree.h"
#include "launcher/facts/vfio_region.h"

#define IGPU "sys/devices/pci0000:00/0000:00:02.0"

/* A UHD 730 as tests/hosts/uhd730, without regions, which need another program. */
static const char host_text[] =
	"kernel 6.12.41+deb13-amd64\n"
	"uid 0\n"
	"cmdline root=/dev/sda2 ro intel_iommu=on\n"
	"cpu vmx 12th Gen Intel(R) Core(TM) i5-12400\n"
	"memory-kib 32684524\n"
	"boot efi\n"
	"acpi DMAR FACP\n"
	"mgaw 39\n"
	"vfio loaded\n"
	"iomem 4000000000-400fffffff : 0000:00:02.0;  4000000000-40007e8fff : BOOTFB\n"
	"name 10de:2504 GA106 [GeForce RTX 3060 Lite Hash Rate]\n"
	"dev 0000:00:00.0 8086:4650 060000 rev=05 group=0\n"
	"dev 0000:00:02.0 8086:4692 030000 rev=0c sub=1043:8694 group=1 driver=vfio-pci "
	"boot_vga=1 reset=flr,bus sriov_numvfs=0 ggc=02c1 bdsm64=7c800001 asls=6eb1e018 "
	"bar=0:6001000000:1000000:140204 bar=2:4000000000:10000000:14220c bar=4:5000:40:40101\n"
	"dev 0000:00:1f.0 8086:7a86 060100 group=8\n"
	"dev 0000:01:00.0 10de:2504 030000 group=16 driver=nouveau boot_vga=0\n";

static char base[64];		/* the good tree, then copies of it */
static struct host_facts facts;

static void run(const char *fmt, ...) printf_(1, 2);

static void run(const char *fmt, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	assert_int_equal(system(command), 0);
}

static void put(const char *path, const void *bytes, size_t n)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s/tree/%s", base, path);
	unlink(full);
	f = fopen(full, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

static int setup(void **state)
{
	char path[128];
	FILE *f;

	(void)state;
	strcpy(base, "/tmp/igvm-t_host-XXXXXX");
	if (!mkdtemp(base))
		return -1;
	snprintf(path, sizeof(path), "%s/host", base);
	f = fopen(path, "w");
	if (!f || fputs(host_text, f) < 0 || fclose(f))
		return -1;
	run("sh tests/hosts/mkhost.sh %s/host %s/good", base, base);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	host_done(&facts);
	return dir_remove(base);
}

/* A fresh copy of the good tree in base/tree. */
static void fresh(void)
{
	run("rm -rf %s/tree && cp -a %s/good %s/tree", base, base, base);
}

static char *in_tree(const char *path)
{
	static char full[512];

	snprintf(full, sizeof(full), "%s/tree/%s", base, path);
	return full;
}

/* The one file as it was, whatever is in its place now. */
static void restore(const char *path)
{
	_free_ char *text = NULL;
	char good[512];
	size_t n;

	snprintf(good, sizeof(good), "%s/good/%s", base, path);
	assert_int_equal(file_read_at(AT_FDCWD, good, 1 << 20, &text, &n), 0);
	if (unlink(in_tree(path)) && errno == EISDIR)
		assert_int_equal(rmdir(in_tree(path)), 0);
	put(path, text, n);
}

static const struct host_facts *look(void)
{
	char root[128];

	snprintf(root, sizeof(root), "%s/tree", base);
	host_done(&facts);
	assert_int_equal(host_read(root, HOST_VFIO_IF_FREE, &facts), 0);
	return &facts;
}

static const struct pci_fact *look_igpu(void)
{
	const struct host_facts *h = look();

	assert_true(h->igpu >= 0);
	return &h->pci[h->igpu];
}

static void test_good(void **state)
{
	const struct host_facts *h;
	const struct pci_fact *f;

	(void)state;
	fresh();
	h = look();
	assert_string_equal(h->kernel, "6.12.41+deb13-amd64");
	assert_int_equal(h->kernel_major, 6);
	assert_int_equal(h->kernel_minor, 12);
	assert_string_equal(h->cmdline, "root=/dev/sda2 ro intel_iommu=on");
	assert_string_equal(h->cpu, "12th Gen Intel(R) Core(TM) i5-12400");
	assert_int_equal(h->cpu_virt, TRI_YES);
	assert_int_equal(h->dmar, TRI_YES);
	assert_int_equal(h->iommu, TRI_YES);
	assert_int_equal(h->efi, TRI_YES);
	assert_int_equal(h->vfio_module, TRI_YES);
	assert_int_equal(h->kvm, TRI_UNKNOWN);
	assert_true(h->ram_bytes == 32684524ULL * 1024);
	assert_true(h->root);
	assert_string_equal(h->fb_holder, "BOOTFB");
	assert_int_equal(h->n_pci, 4);
	assert_int_equal(h->igpu, 1);
	assert_int_equal(h->host_bridge, 0);
	assert_int_equal(h->lpc, 2);
	assert_int_equal(h->other_gpu, 3);

	f = &h->pci[h->igpu];
	assert_int_equal(f->vendor, 0x8086);
	assert_int_equal(f->device, 0x4692);
	assert_int_equal(f->class, 0x030000);
	assert_int_equal(f->revision, 0x0c);
	assert_int_equal(f->sub_vendor, 0x1043);
	assert_int_equal(f->sub_device, 0x8694);
	assert_string_equal(f->driver, "vfio-pci");
	assert_string_equal(f->name, "");
	assert_string_equal(h->pci[3].name, "GA106 [GeForce RTX 3060 Lite Hash Rate]");
	assert_int_equal(f->group, 1);
	assert_int_equal(f->boot_vga, TRI_YES);
	assert_string_equal(f->reset, "flr bus");
	assert_int_equal(f->flr, TRI_YES);
	assert_int_equal(f->numvfs, 0);
	assert_int_equal(f->config_len, 256);
	assert_int_equal(f->config[0x50], 0xc1);
	assert_int_equal(f->iommu_width, 39);
	assert_true(f->bar_base[2] == 0x4000000000);
	assert_true(f->bar_size[2] == 0x10000000);
	assert_true(f->bar_base[4] == 0x5000);
	assert_true(f->bar_size[4] == 0x40);
	assert_true(f->bar_size[1] == 0);
	assert_int_equal(h->vfio.state, REGION_UNREAD);
	assert_string_not_equal(h->vfio.why, "");
}

static void test_no_root(void **state)
{
	static struct host_facts h;
	char path[128];

	(void)state;
	assert_int_equal(host_read("/nonexistent", HOST_VFIO_NEVER, &h), -ENOENT);
	snprintf(path, sizeof(path), "%s/host", base);
	assert_int_equal(host_read(path, HOST_VFIO_NEVER, &h), -ENOTDIR);
	host_done(&h);
	host_done(&h);
}

static void test_empty_tree(void **state)
{
	const struct host_facts *h;

	(void)state;
	run("rm -rf %s/tree && mkdir %s/tree", base, base);
	h = look();
	assert_int_equal(h->n_pci, 0);
	assert_int_equal(h->igpu, -1);
	assert_int_equal(h->iommu, TRI_UNKNOWN);
	assert_int_equal(h->dmar, TRI_UNKNOWN);
	assert_int_equal(h->efi, TRI_UNKNOWN);
	assert_int_equal(h->cpu_virt, TRI_UNKNOWN);
	assert_int_equal(h->vfio_module, TRI_UNKNOWN);
	assert_string_equal(h->kernel, "");
	assert_true(h->ram_bytes == 0);
	assert_false(h->root);
}

/* --- one bad file at a time --------------------------------------------------------- */

static bool is_unknown(const struct host_facts *h, const char *what)
{
	int i = host_find(h, (struct bdf){ .dev = 2 });
	const struct pci_fact *f = i < 0 ? NULL : &h->pci[i];

	if (!strcmp(what, "kernel"))
		return !*h->kernel && !h->kernel_major;
	if (!strcmp(what, "cmdline"))
		return !*h->cmdline;
	if (!strcmp(what, "cpu"))
		return !*h->cpu && h->cpu_virt == TRI_UNKNOWN;
	if (!strcmp(what, "ram"))
		return !h->ram_bytes;
	if (!strcmp(what, "fb"))
		return !*h->fb_holder;
	if (!strcmp(what, "width"))
		return f && !f->iommu_width;
	if (!strcmp(what, "igpu"))
		return h->igpu < 0 && f && (!f->vendor || !f->class);
	if (!strcmp(what, "device"))
		return f && !f->device;
	if (!strcmp(what, "resource"))
		return f && !f->bar_base[0] && !f->bar_size[2];
	if (!strcmp(what, "config"))
		return f && !f->config_len;
	if (!strcmp(what, "boot_vga"))
		return f && f->boot_vga == TRI_UNKNOWN;
	if (!strcmp(what, "numvfs"))
		return f && f->numvfs == -1;
	if (!strcmp(what, "revision"))
		return f && !f->revision;
	if (!strcmp(what, "sub"))
		return f && !f->sub_vendor;
	if (!strcmp(what, "root"))
		return !h->root;
	if (!strcmp(what, "name"))
		return f && !*f->name;
	fail_msg("no such fact: %s", what);
	return false;
}

static const struct {
	const char *file, *what;
	bool text;		/* free text: garbage is taken as it is */
} files[] = {
	{ "igvm/uname", "kernel", true },
	{ "igvm/uid", "root", false },
	{ "proc/cmdline", "cmdline", true },
	{ "proc/cpuinfo", "cpu", false },
	{ "proc/meminfo", "ram", false },
	{ "proc/iomem", "fb", false },
	{ "usr/share/misc/pci.ids", "name", false },
	{ "sys/devices/virtual/iommu/dmar0/intel-iommu/cap", "width", false },
	{ IGPU "/vendor", "igpu", false },
	{ IGPU "/device", "device", false },
	{ IGPU "/class", "igpu", false },
	{ IGPU "/revision", "revision", false },
	{ IGPU "/subsystem_vendor", "sub", false },
	{ IGPU "/resource", "resource", false },
	{ IGPU "/config", "config", true },
	{ IGPU "/boot_vga", "boot_vga", false },
	{ IGPU "/sriov_numvfs", "numvfs", false },
};

/* The rest of the machine is still seen: one broken file costs one fact. */
static void assert_rest(const struct host_facts *h, const char *what)
{
	assert_int_equal(h->n_pci, 4);
	assert_int_equal(h->lpc, 2);
	assert_int_equal(h->iommu, TRI_YES);
	assert_int_equal(h->pci[2].device, 0x7a86);
	assert_int_equal(h->pci[3].vendor, 0x10de);
	assert_int_equal(h->pci[1].group, 1);
	if (strcmp(what, "kernel"))
		assert_int_equal(h->kernel_major, 6);
	if (strcmp(what, "cpu"))
		assert_int_equal(h->cpu_virt, TRI_YES);
	if (strcmp(what, "igpu") && strcmp(what, "device"))
		assert_int_equal(h->igpu, 1);
	if (strcmp(what, "ram"))
		assert_true(h->ram_bytes > 0);
}

static void expect_unknown(size_t i, const char *how)
{
	const struct host_facts *h = look();

	if (!is_unknown(h, files[i].what))
		fail_msg("%s %s: %s is not unknown", files[i].file, how, files[i].what);
	assert_rest(h, files[i].what);
}

static void test_missing(void **state)
{
	(void)state;
	fresh();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		assert_int_equal(unlink(in_tree(files[i].file)), 0);
		expect_unknown(i, "missing");
		restore(files[i].file);
	}
}

static void test_empty(void **state)
{
	(void)state;
	fresh();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put(files[i].file, "", 0);
		expect_unknown(i, "empty");
		restore(files[i].file);
	}
}

static void test_garbage(void **state)
{
	static const char garbage[] = "\x1b[2J not a \xff number \n\0\x80:-/ 99999999999999999999";

	(void)state;
	fresh();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		put(files[i].file, garbage, sizeof(garbage));
		if (files[i].text) {
			const struct host_facts *h = look();

			assert_rest(h, files[i].what);
			assert_null(strchr(h->cmdline, '\x1b'));
			assert_null(strchr(h->kernel, '\x1b'));
			assert_int_equal(h->kernel_major, strcmp(files[i].what, "kernel") ? 6 : 0);
		} else {
			expect_unknown(i, "garbage");
		}
		restore(files[i].file);
	}
}

static void test_huge(void **state)
{
	enum { SIZE = 5 << 20 };
	char *huge = malloc(SIZE);

	(void)state;
	assert_non_null(huge);
	memset(huge, '7', SIZE);
	fresh();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		/* libpci parses a list of any length; config has no length we need to know. */
		if (!strcmp(files[i].what, "name") || !strcmp(files[i].what, "config"))
			continue;
		put(files[i].file, huge, SIZE);
		expect_unknown(i, "huge");
		restore(files[i].file);
	}
	put(IGPU "/config", huge, SIZE);
	assert_int_equal(look_igpu()->config_len, 256);
	free(huge);
}

static void test_not_a_file(void **state)
{
	(void)state;
	fresh();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		const char *path = in_tree(files[i].file);

		assert_int_equal(unlink(path), 0);
		assert_int_equal(mkfifo(path, 0600), 0);
		expect_unknown(i, "FIFO");
		path = in_tree(files[i].file);
		assert_int_equal(unlink(path), 0);
		assert_int_equal(mkdir(path, 0700), 0);
		expect_unknown(i, "directory");
		restore(files[i].file);
	}
}

/* The file moves out of the tree and a link points to it: nothing outside is read. */
static void test_link_out(void **state)
{
	(void)state;
	fresh();
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		char out[128], up[256];

		snprintf(out, sizeof(out), "%s/outside", base);
		snprintf(up, sizeof(up), "../../../../../../../../../../../..%s", out);
		assert_int_equal(rename(in_tree(files[i].file), out), 0);
		assert_int_equal(symlink(out, in_tree(files[i].file)), 0);
		expect_unknown(i, "link out");
		assert_int_equal(unlink(in_tree(files[i].file)), 0);
		assert_int_equal(symlink(up, in_tree(files[i].file)), 0);
		expect_unknown(i, "link up and out");
		restore(files[i].file);
	}
}

/* An absolute link is one inside the tree. */
static void test_link_inside(void **state)
{
	(void)state;
	fresh();
	run("cd %s/tree && mv proc/cmdline proc/real && ln -s /proc/real proc/cmdline", base);
	assert_string_equal(look()->cmdline, "root=/dev/sda2 ro intel_iommu=on");
}

/* --- links of devices ------------------------------------------------------------------ */

static void test_links(void **state)
{
	static const struct {
		const char *link, *target;
		int group;
		const char *driver;
	} rows[] = {
		{ "iommu_group", "../../../kernel/iommu_groups/77", -1, "vfio-pci" },
		{ "iommu_group", "../../../kernel/iommu_groups", -1, "vfio-pci" },
		{ "iommu_group", "iommu_group", -1, "vfio-pci" },
		{ "iommu_group", "/", -1, "vfio-pci" },
		{ "driver", "../../../bus/pci/drivers/gone", 1, "" },
		{ "driver", "/etc", 1, "" },
		{ "driver", "../../../bus/pci/drivers/nouveau", 1, "nouveau" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct pci_fact *f;

		fresh();
		run("ln -sfn %s %s/tree/%s/%s", rows[i].target, base, IGPU, rows[i].link);
		f = look_igpu();
		assert_int_equal(f->group, rows[i].group);
		assert_string_equal(f->driver, rows[i].driver);
	}
	fresh();
	run("rm %s/tree/%s/driver %s/tree/%s/iommu_group", base, IGPU, base, IGPU);
	assert_string_equal(look_igpu()->driver, "");
	assert_int_equal(look_igpu()->group, -1);
}

/* Records in the ways people make them: links to what was not copied, links that were followed, and none at all. */
static void test_records(void **state)
{
	(void)state;
	fresh();
	run("rm -r %s/tree/sys/bus/pci/drivers %s/tree/sys/kernel/iommu_groups", base, base);
	assert_string_equal(look_igpu()->driver, "vfio-pci");
	assert_int_equal(look_igpu()->group, 1);
	fresh();
	run("cd %s/tree/%s && rm driver iommu_group && mkdir driver iommu_group && echo DRIVER=i915 > uevent", base, IGPU);
	run("mkdir -p %s/tree/sys/kernel/iommu_groups/1/devices/0000:00:02.0", base);
	assert_string_equal(look_igpu()->driver, "i915");
	assert_int_equal(look_igpu()->group, 1);
	fresh();
	run("cd %s/tree && rm -rf lib sys/bus/pci/drivers/vfio-pci && mkdir -p igvm usr/lib/modules/6.9.3-x && "
	    "echo 6.9.3-x > igvm/uname && echo kernel/vfio-pci.ko: > usr/lib/modules/6.9.3-x/modules.dep", base);
	assert_int_equal(look()->vfio_module, TRI_YES);
	fresh();
	run("cd %s/tree && rm -f igvm/uname && mkdir -p proc && echo 'Linux version 6.9.3-x (b@h) #1' > proc/version", base);
	assert_string_equal(look()->kernel, "6.9.3-x");
	/* Who is not root copies the directory of tables and none of the tables. */
	fresh();
	run("rm -f %s/tree/sys/firmware/acpi/tables/*", base);
	assert_int_equal(look()->dmar, TRI_UNKNOWN);
	fresh();
	run("cd %s/tree && rmdir sys/firmware/efi && mkdir -p etc && echo 'UUID=A /boot/efi vfat defaults 0 1' > etc/fstab", base);
	assert_int_equal(look()->efi, TRI_UNKNOWN);
}

/* --- which device ------------------------------------------------------------------------ */

static void test_selection(void **state)
{
	static const struct {
		const char *vendor, *class;
		int igpu;
	} rows[] = {
		{ "0x8086", "0x030000", 1 },	/* VGA */
		{ "0x8086", "0x038000", 1 },	/* other display: a card is primary */
		{ "0x8086", "0x030200", 1 },	/* 3D controller */
		{ "0x8086", "0x060400", -1 },	/* a bridge */
		{ "0x1022", "0x060400", -1 },	/* AMD's bridge */
		{ "0x1002", "0x030000", -1 },	/* somebody else's display */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh();
		put_text(IGPU "/vendor", rows[i].vendor);
		put_text(IGPU "/class", rows[i].class);
		assert_int_equal(look()->igpu, rows[i].igpu);
	}
	/* Intel's display on another bus is a card. */
	fresh();
	put_text("sys/devices/pci0000:00/0000:01:00.0/vendor", "0x8086");
	run("rm %s/tree/sys/bus/pci/devices/0000:00:02.0", base);
	assert_int_equal(look()->igpu, -1);
	assert_int_equal(look()->other_gpu, 2);
}

static void test_bad_entry(void **state)
{
	(void)state;
	/* A directory of devices with such a name is not believed; the rest is read. */
	fresh();
	run("mkdir %s/tree/sys/bus/pci/devices/nonsense", base);
	assert_int_equal(look()->n_pci, 0);
	assert_int_equal(look()->kernel_major, 6);
	fresh();
	run("rm %s/tree/sys/bus/pci/devices/0000:00:02.0 && "
	    "ln -s ../../../nowhere %s/tree/sys/bus/pci/devices/0000:00:02.0", base, base);
	assert_int_equal(look()->n_pci, 4);
	assert_int_equal(look()->igpu, -1);
}

/* More devices than fit, in an order that puts the iGPU last: the front is what is kept. */
static void test_many(void **state)
{
	const struct host_facts *h;

	(void)state;
	fresh();
	run("cd %s/tree/sys/bus/pci/devices && for b in $(seq 16 150); do for d in 00 01 02; do "
	    "ln -s ../../../devices/pci0000:00/0000:00:1f.0 $(printf '0000:%%02x:%%s.0' $b $d); "
	    "done; done", base);
	h = look();
	assert_int_equal(h->n_pci, HOST_PCI_MAX);
	assert_int_equal(h->igpu, 1);
}

/* --- smaller rules -------------------------------------------------------------------------- */

static void test_reset(void **state)
{
	static const struct {
		const char *text;	/* NULL: no file */
		enum tri flr;
	} rows[] = {
		{ "flr\n", TRI_YES }, { "bus flr", TRI_YES }, { "device_specific pm\n", TRI_YES },
		{ "bus\n", TRI_NO }, { "", TRI_NO }, { "flrx xflr\n", TRI_NO },
		{ NULL, TRI_YES },	/* from the PCI Express capability in config space */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh();
		if (rows[i].text)
			put_text(IGPU "/reset_method", rows[i].text);
		else
			run("rm %s/tree/%s/reset_method", base, IGPU);
		assert_int_equal(look_igpu()->flr, rows[i].flr);
	}
}

static void test_flr_of_config(void **state)
{
	uint8_t c[256] = { 0 };

	(void)state;
	assert_int_equal(host_flr_of_config(c, 64), TRI_UNKNOWN);
	assert_int_equal(host_flr_of_config(c, 256), TRI_NO);
	c[6] = 0x10;
	c[0x34] = 0x40;
	c[0x40] = 0x01;
	c[0x41] = 0x40;		/* points at itself */
	assert_int_equal(host_flr_of_config(c, 256), TRI_NO);
	c[0x41] = 0xff;		/* last dword: header only */
	assert_int_equal(host_flr_of_config(c, 256), TRI_NO);
	c[0x41] = 0xa4;
	c[0xa4] = 0x13;		/* Advanced Features: TP and FLR */
	c[0xa7] = 0x03;
	assert_int_equal(host_flr_of_config(c, 256), TRI_YES);
	c[0xa7] = 0x01;
	assert_int_equal(host_flr_of_config(c, 256), TRI_NO);
	c[0xa4] = 0x10;
	c[0xab] = 0x10;		/* PCI Express, bit 28 of the dword at +4 */
	assert_int_equal(host_flr_of_config(c, 256), TRI_YES);
	memset(c, 0xff, sizeof(c));	/* a device that is gone */
	assert_int_equal(host_flr_of_config(c, 256), TRI_NO);
}

static void test_config_short(void **state)
{
	(void)state;
	fresh();
	run("truncate -s 64 %s/tree/%s/config", base, IGPU);
	assert_int_equal(look_igpu()->config_len, 64);
	run("truncate -s 67 %s/tree/%s/config", base, IGPU);
	assert_int_equal(look_igpu()->config_len, 64);
}

static void test_width(void **state)
{
	static const struct {
		const char *text;
		int width;
	} rows[] = {
		{ "d2008c40660462\n", 39 }, { "0xd2008c40660462\n", 39 },
		{ "c9de008cee690462\n", 42 }, { "ffffffffffffffff", 0 }, { "0", 0 },
		{ "1ffffffffffffffff", 0 }, { "-1", 0 }, { "zz", 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		fresh();
		put_text("sys/devices/virtual/iommu/dmar0/intel-iommu/cap", rows[i].text);
		assert_int_equal(look_igpu()->iommu_width, rows[i].width);
	}
}

static void test_kernel_version(void **state)
{
	static const struct {
		const char *text;
		int major, minor;
	} rows[] = {
		{ "6.12.41+deb13-amd64", 6, 12 }, { "6.15", 6, 15 }, { "7.1-rc3", 7, 1 },
		{ "6", 0, 0 }, { "6.", 0, 0 }, { "x6.1", 0, 0 }, { "", 0, 0 }, { "-6.1", 0, 0 },
		{ "99999999999999999999.1", 0, 0 }, { "6.99999", 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int major, minor;

		host_kernel_version(rows[i].text, &major, &minor);
		assert_int_equal(major, rows[i].major);
		assert_int_equal(minor, rows[i].minor);
	}
	fresh();
	put_text("igvm/uname", "Linux box 6.1.0-37-amd64 #1 SMP Debian 6.1.140-1 x86_64 GNU/Linux\n");
	assert_string_equal(look()->kernel, "6.1.0-37-amd64");
}

static void test_fb_holder(void **state)
{
	static const struct {
		const char *iomem, *name;
	} rows[] = {
		{ "4000000000-400fffffff : 0000:00:02.0\n  4000000000-40007e8fff : BOOTFB\n", "BOOTFB" },
		{ "    4000000000-40007e8fff : efifb", "efifb" },
		{ "  4000000000-40007e8fff : simple-framebuffer.0\n", "simple-framebuffer.0" },
		{ "4000000000-400fffffff : 0000:00:02.0\n", "" },
		{ "3000000000-30007e8fff : BOOTFB\n", "" },
		{ "3fffffffff-40007e8fff : BOOTFB\n", "" },
		{ "4000000000-4010000000 : BOOTFB\n", "" },
		{ "00000000-00000000 : BOOTFB\n", "" },
		{ "40007e8fff-4000000000 : BOOTFB\n", "" },
		{ "4000000000-BOOTFB\n4000000000-\n4000000000", "" },
		{ "", "" },
	};
	char name[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		host_fb_holder(rows[i].iomem, 0x4000000000, 0x10000000, name, sizeof(name));
		assert_string_equal(name, rows[i].name);
	}
	host_fb_holder("0-ff : BOOTFB\n", 0, 0x100, name, sizeof(name));
	assert_string_equal(name, "");
	host_fb_holder(rows[0].iomem, 0x4000000000, 0x10000000, name, 4);
	assert_string_equal(name, "BOO");
}

static void test_bar_holder(void **state)
{
	static const char resource[] =
		"0x0000006000000000 0x0000006000ffffff 0x0000000000140204\n"
		"0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		"0x0000004000000000 0x000000400fffffff 0x000000000014220c\n"
		"0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
		"0x0000000000003000 0x000000000000303f 0x0000000000040101\n";
	static const struct {
		const char *iomem;
		int bar;
		const char *name;
	} rows[] = {
		{ "4000000000-400fffffff : 0000:00:02.0\n  4000000000-40007e8fff : BOOTFB\n", 2, "BOOTFB" },
		{ "4000000000-400fffffff : 0000:00:02.0\n  4000000000-400fffffff : vfio-pci\n", -1, "" },
		{ "4000000000-400fffffff : 0000:00:02.0\n  4000000000-400fffffff : vfio\n", -1, "" },
		{ "6000000000-6000ffffff : 0000:00:02.0\n  6000000000-6000ffffff : i915", 0, "i915" },
		{ "6000000000-6000ffffff : 0000:00:02.00\n", 0, "0000:00:02.00" },
		{ "3fffffffff-40007e8fff : BOOTFB\n", -1, "" },	/* a bridge's window */
		{ "3000-303f : i915\n", -1, "" },			/* I/O, not memory */
		{ "00000000-00000000 : BOOTFB\n", -1, "" },
		{ "", -1, "" },
		{ "4000000000-40007e8fff : \033[2J\n", 2, "?[2J" },
	};
	char name[64];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(host_bar_holder(rows[i].iomem, resource, "0000:00:02.0", name, sizeof(name)),
				 rows[i].bar);
		assert_string_equal(name, rows[i].name);
	}
	assert_int_equal(host_bar_holder(rows[0].iomem, "", "0000:00:02.0", name, sizeof(name)), -1);
	assert_int_equal(host_bar_holder(rows[0].iomem, "0x4000000000\nnonsense", "0000:00:02.0", name,
					 sizeof(name)), -1);
}

static void test_tables(void **state)
{
	const struct host_facts *h;

	(void)state;
	fresh();
	run("cd %s/tree/sys/firmware/acpi/tables && rm DMAR && touch FACP", base);
	assert_int_equal(look()->dmar, TRI_NO);
	run("touch %s/tree/sys/firmware/acpi/tables/IVRS", base);
	assert_int_equal(look()->dmar, TRI_YES);
	run("rmdir %s/tree/sys/firmware/efi", base);
	assert_int_equal(look()->efi, TRI_NO);
	run("rm -r %s/tree/sys/kernel/iommu_groups/*", base);
	h = look();
	assert_int_equal(h->iommu, TRI_NO);
	assert_int_equal(h->pci[h->igpu].group, -1);
	run("rmdir %s/tree/sys/kernel/iommu_groups", base);
	assert_int_equal(look()->iommu, TRI_UNKNOWN);
}

static void test_vfio_module(void **state)
{
	(void)state;
	fresh();
	run("rm -r %s/tree/sys/bus/pci/drivers/vfio-pci", base);
	assert_int_equal(look()->vfio_module, TRI_UNKNOWN);
	run("mkdir -p %s/tree/lib/modules/6.12.41+deb13-amd64", base);
	put_text("lib/modules/6.12.41+deb13-amd64/modules.dep", "kernel/fs/fat/fat.ko.xz:\n");
	assert_int_equal(look()->vfio_module, TRI_NO);
	put_text("lib/modules/6.12.41+deb13-amd64/modules.builtin",
		 "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	assert_int_equal(look()->vfio_module, TRI_YES);
	put_text("igvm/uname", "../../../../etc\n");
	assert_int_equal(look()->vfio_module, TRI_UNKNOWN);
}

static void test_recorded_regions(void **state)
{
	const struct host_facts *h;

	(void)state;
	fresh();
	run("mkdir -p %s/tree/igvm/vfio-regions/0000:00:02.0", base);
	h = look();
	assert_int_equal(h->vfio.state, REGION_READ);
	assert_null(h->vfio.opregion);
	assert_false(h->vfio.lpc_bridge);
	assert_int_equal(h->vfio.vga, TRI_UNKNOWN);
	put("igvm/vfio-regions/0000:00:02.0/opregion.bin", "Intel\0bytes", 11);
	put("igvm/vfio-regions/0000:00:02.0/lpc.bin", "", 0);
	put_text("igvm/vfio-regions/0000:00:02.0/vga", "no\n");
	h = look();
	assert_int_equal(h->vfio.opregion_len, 11);
	assert_memory_equal(h->vfio.opregion, "Intel\0bytes", 11);
	assert_true(h->vfio.lpc_bridge);
	assert_false(h->vfio.host_bridge);
	assert_int_equal(h->vfio.vga, TRI_NO);
	run("truncate -s 3M %s/tree/igvm/vfio-regions/0000:00:02.0/opregion.bin", base);
	h = look();
	assert_int_equal(h->vfio.state, REGION_FAILED);
	assert_int_equal(h->vfio.err, EFBIG);
}

/* This machine, whatever it is: nothing to compare with but that it can be read. */
static void test_live(void **state)
{
	(void)state;
	host_done(&facts);
	assert_int_equal(host_read("/", HOST_VFIO_NEVER, &facts), 0);
	assert_int_not_equal(facts.kernel_major, 0);
	assert_true(facts.ram_bytes > 0);
	assert_int_not_equal(facts.kvm, TRI_UNKNOWN);
}

/* --- the capability chain of a VFIO region --------------------------------------------------- */

struct region {
	struct vfio_region_info info;
	uint8_t caps[64];
};

static void cap(struct region *r, size_t at, uint16_t id, uint32_t next, uint32_t type,
		uint32_t sub)
{
	struct vfio_region_info_cap_type t = {
		.header = { .id = id, .version = 1, .next = next }, .type = type, .subtype = sub,
	};

	memcpy((uint8_t *)r + at, &t, sizeof(t));
}

static void test_region_chain(void **state)
{
	const uint32_t igd = UINT32_C(0x80008086);
	const size_t first = sizeof(struct vfio_region_info);
	struct region r = { .info = { .argsz = sizeof(r), .flags = VFIO_REGION_INFO_FLAG_CAPS } };
	const uint8_t *p = (const uint8_t *)&r;
	uint32_t type = 0, sub = 0;

	(void)state;
	r.info.cap_offset = (uint32_t)first;
	cap(&r, first, VFIO_REGION_INFO_CAP_TYPE, 0, igd, 3);
	assert_true(vfio_region_type(p, sizeof(r), &type, &sub));
	assert_int_equal(type, igd);
	assert_int_equal(sub, 3);
	/* Behind another capability. */
	cap(&r, first, VFIO_REGION_INFO_CAP_SPARSE_MMAP, (uint32_t)first + 32, 0, 0);
	cap(&r, first + 32, VFIO_REGION_INFO_CAP_TYPE, 0, igd, 1);
	assert_true(vfio_region_type(p, sizeof(r), &type, &sub));
	assert_int_equal(sub, 1);
	/* Loops, ends outside, cut structures, no flag. */
	cap(&r, first, VFIO_REGION_INFO_CAP_SPARSE_MMAP, (uint32_t)first, 0, 0);
	assert_false(vfio_region_type(p, sizeof(r), &type, &sub));
	cap(&r, first, VFIO_REGION_INFO_CAP_SPARSE_MMAP, UINT32_MAX, 0, 0);
	assert_false(vfio_region_type(p, sizeof(r), &type, &sub));
	cap(&r, first, VFIO_REGION_INFO_CAP_SPARSE_MMAP, (uint32_t)sizeof(r) - 4, 0, 0);
	assert_false(vfio_region_type(p, sizeof(r), &type, &sub));
	cap(&r, first, VFIO_REGION_INFO_CAP_SPARSE_MMAP, 4, 0, 0);
	assert_false(vfio_region_type(p, sizeof(r), &type, &sub));
	/* Into the answer's own head, whose bytes at 2 look like a capability here. */
	r.info.argsz = VFIO_REGION_INFO_CAP_TYPE << 16;
	cap(&r, first, VFIO_REGION_INFO_CAP_SPARSE_MMAP, 2, 0, 0);
	assert_false(vfio_region_type(p, sizeof(r), &type, &sub));
	cap(&r, first, VFIO_REGION_INFO_CAP_TYPE, 0, igd, 2);
	assert_false(vfio_region_type(p, first + 12, &type, &sub));
	assert_false(vfio_region_type(p, first - 1, &type, &sub));
	r.info.flags = 0;
	assert_false(vfio_region_type(p, sizeof(r), &type, &sub));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_no_root),
		cmocka_unit_test(test_empty_tree),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_not_a_file),
		cmocka_unit_test(test_link_out),
		cmocka_unit_test(test_link_inside),
		cmocka_unit_test(test_links),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_selection),
		cmocka_unit_test(test_bad_entry),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_flr_of_config),
		cmocka_unit_test(test_config_short),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_kernel_version),
		cmocka_unit_test(test_fb_holder),
		cmocka_unit_test(test_bar_holder),
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_vfio_module),
		cmocka_unit_test(test_recorded_regions),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_region_chain),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
