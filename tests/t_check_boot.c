/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is said of a command line and of the next boot: each row a good host
 * with one thing wrong, and exactly the findings that name it. The facts are
 * read from a real tree with a real image.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <utime.h>

#include <cmocka.h>

#include "launcher/decide/check.h"
#include "launcher/facts/boot.h"
#include "tests/boot_tree.h"
#include "tests/scene.h"

#define BASE	"root=/dev/sda1 intel_iommu=on "

static struct host_facts host;
static struct boot_facts boot;
static struct findings found;

static void judge(const char *lines)
{
	struct check_input in = { .host = &host, .boot = &boot, .device = { 0, 0, 2, 0 } };
	char copy[512], *save = NULL;

	scene_host(&host, 0x4692);
	str_fit(copy, sizeof(copy), lines);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *value = strchr(line, ' ');

		assert_non_null(value);
		*value++ = '\0';
		if (!scene_line(&host, line, value))
			fail_msg("no such line: %s", line);
	}
	boot_done(&boot);
	assert_int_equal(boot_read(boot_tree_dir, host.kernel, host.cmdline, BOOT_IMAGE_IF_WANTED, &boot), 0);
	found = (struct findings){ 0 };
	check_run(&in, &found);
	free(host.vfio.opregion);
}

/* Exactly these ids, in this order; what the bound driver gives by itself is left out. */
static void expect(const char *what, const char *ids)
{
	char text[1024] = "";

	for (size_t i = 0; i < found.n; i++)
		if (found.v[i].id != FINDING_IGPU_DRIVER_BOUND)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", *text ? " " : "",
				 finding_def(found.v[i].id)->id);
	if (strcmp(text, ids))
		fail_msg("%s: found '%s', expected '%s'", what, text, ids);
}

static bool seen(const char *text)
{
	for (size_t i = 0; i < found.n; i++)
		if (strstr(found.v[i].seen, text))
			return true;
	return false;
}

static void test_cmdline(void **state)
{
	static const struct {
		const char *lines, *ids;
	} rows[] = {
		{ "cmdline " BASE "quiet splash", "" },
		{ "cmdline BOOT_IMAGE=/vmlinuz root=UUID=x ro rootflags=subvol=@ rd.luks.name=a=b "
		  "i915.enable_psr=0 mitigations=off intel_pstate=passive pcie_aspm=off nvme_core.x=1", "" },
		{ "cmdline " BASE "vfio-pci-ids=8086:4692", "cmdline.misspelt" },
		{ "cmdline root=/dev/sda1 intel_iommu-on", "cmdline.misspelt" },
		{ "cmdline " BASE "vfio_pci.id=8086:4692", "cmdline.misspelt" },
		{ "cmdline root=/dev/sda1 intel_iommu=1", "cmdline.bad-value" },
		{ "cmdline " BASE "intel_iommu=off", "cmdline.contradiction" },
		{ "cmdline " BASE "iommu=off", "cmdline.contradiction" },
		{ "cmdline root=/dev/sda1 iommu=off\niommu no\ngroup none", "iommu.off" },
		{ "cmdline root=/dev/sda1 iommu=off\niommu unknown\ngroup none", "iommu.none-device" },
		{ "cmdline " BASE "x=\"y z", "cmdline.quote" },
		{ "cmdline " BASE "iommu=pt", "cmdline.no-effect" },
		{ "cmdline " BASE "iommu.passthrough=1", "cmdline.no-effect" },
		{ "cmdline " BASE "video=efifb:off", "cmdline.no-effect" },
		{ "cmdline " BASE "video=efifb:off\nkernel 5.10.1", "" },
		{ "cmdline " BASE "video=HDMI-A-1:1920x1080", "" },
		{ "cmdline " BASE "i915.enable_gvt=1", "cmdline.no-effect" },
		{ "cmdline " BASE "xe.force_probe=!4692\nkernel 6.1.0", "cmdline.no-effect" },
		{ "cmdline " BASE "xe.force_probe=!4692", "" },
		{ "cmdline " BASE "pcie_acs_override=downstream", "cmdline.no-effect" },
		{ "cmdline " BASE "pcie_acs_override=downstream\nkernel 6.8.12-4-pve", "cmdline.acs-override" },
		{ "cmdline " BASE "quiet -- vfio-pci-ids=8086:4692", "" },
		{ "cmdline " BASE "vfio-pci.ids=10de:1234,8086:a12f", "" },
	};

	(void)state;
	tree_new();
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		judge(rows[i].lines);
		expect(rows[i].lines, rows[i].ids);
	}
}

static void test_crowd(void **state)
{
	(void)state;
	tree_new();
	judge("cmdline vfio-pci-ids=1 vfio-pci-ids=2 vfio-pci-ids=3 vfio-pci-ids=4 vfio-pci-ids=5 "
	      "vfio-pci-ids=6 vfio-pci-ids=7 vfio-pci-ids=8 vfio-pci-ids=9 vfio-pci-ids=10");
	assert_int_equal(found.n, 6);
}

/* --- a tree whose boot is prepared -------------------------------------------------------------- */

#define R		"6.12.63-amd64"
#define MODPROBE	"etc/modprobe.d/vfio.conf"
#define GOOD		"options vfio-pci ids=8086:4692\nsoftdep i915 pre: vfio-pci\n"

/* Packs the directory "root" into the image that boots. */
static void pack(void)
{
	tree_run("mkdir -p boot root; (cd root; find . | cpio -o -H newc | gzip -1) > boot/initrd.img-" R);
}

static void copy_settings(void)
{
	tree_run("mkdir -p root/etc/modprobe.d; cp etc/modprobe.d/* root/etc/modprobe.d/");
}

static void make_good(void)
{
	tree_new();
	tree_text(MODPROBE, GOOD);
	tree_text("lib/modules/" R "/modules.builtin", "kernel/fs/ext4.ko\n");
	tree_text("lib/modules/" R "/modules.dep",
		  "kernel/drivers/gpu/drm/i915/i915.ko.xz:\nkernel/drivers/vfio/pci/vfio-pci.ko.xz:\n");
	tree_text("root/lib/modules/i915.ko.xz", "x");
	tree_text("root/lib/modules/vfio-pci.ko.xz", "x");
	copy_settings();
	pack();
}

static void after(const char *lines, const char *ids)
{
	judge(lines);
	expect(lines, ids);
}

static void test_healthy(void **state)
{
	(void)state;
	make_good();
	after("driver none", "");
	after("driver vfio-pci", "");
	after("driver i915", "");
	assert_true(boot.opened);
	/* blacklist, and nothing of i915 in the image */
	tree_text(MODPROBE, "options vfio-pci ids=8086:4692\nblacklist i915\n");
	tree_run("rm -r root/lib");
	copy_settings();
	pack();
	after("driver vfio-pci", "");
	after("driver i915", "");
	/* mkinitcpio: loaded by its list */
	make_good();
	tree_text(MODPROBE, "options vfio-pci ids=8086:4692\n");
	tree_text("root/config", "MODULES=\"vfio_pci vfio vfio_iommu_type1\"\nHOOKS=\"x\"\n");
	copy_settings();
	pack();
	after("driver i915", "");
	/* dracut: loaded by a command line of its own */
	tree_run("rm root/config");
	tree_text("root/etc/cmdline.d/20-force_driver.conf", "rd.driver.pre=vfio,vfio-pci\n");
	pack();
	after("driver i915", "");
	/* a host that prepares nothing: the image is not opened */
	tree_new();
	tree_text(MODPROBE, "options vfio-pci ids=10de:1234\nsoftdep nvidia pre: vfio-pci\n");
	tree_text("boot/initrd.img-" R, "not an image");
	after("driver i915", "");
	assert_false(boot.opened);
}

static void test_ids(void **state)
{
	(void)state;
	make_good();
	tree_text(MODPROBE, "options vfio-pci ids=8086:4680\nsoftdep i915 pre: vfio-pci\n");
	after("driver vfio-pci", "ids.not-this-machine initramfs.stale");
}

static void test_ids_places(void **state)
{
	(void)state;
	make_good();
	after("cmdline " BASE "vfio-pci.ids=8086:4680", "ids.not-this-machine");
	assert_true(seen("the kernel command line names 8086:4680, the iGPU of this machine is 8086:4692"));
	after("cmdline " BASE "vfio-pci.ids=8086:4692,8086:4680", "");
	tree_text(MODPROBE, "options vfio-pci ids=8086:4680\nsoftdep i915 pre: vfio-pci\n");
	copy_settings();
	pack();
	after("driver vfio-pci", "ids.not-this-machine");
	assert_true(seen("/etc/modprobe.d/vfio.conf:1 names 8086:4680"));
	tree_text(MODPROBE, "options vfio-pci id=8086:4692\nsoftdep i915 pre: vfio-pci\n");
	copy_settings();
	pack();
	after("driver vfio-pci", "cmdline.misspelt");
	assert_true(seen("/etc/modprobe.d/vfio.conf:1: option id"));
}

static void test_image(void **state)
{
	(void)state;
	make_good();
	tree_run("truncate -s -20 boot/initrd.img-" R);
	after("driver vfio-pci", "initramfs.damaged");
	tree_run("printf BZh9 > boot/initrd.img-" R);
	after("driver vfio-pci", "initramfs.unread");
	tree_run("rm boot/initrd.img-" R);
	after("driver vfio-pci", "initramfs.not-found");
	tree_text("boot/initrd-" R, "a");
	tree_text("boot/initramfs-" R ".img", "b");
	after("driver vfio-pci", "initramfs.ambiguous");
	/* no vfio-pci beside i915 */
	make_good();
	tree_run("rm root/lib/modules/vfio-pci.ko.xz");
	pack();
	after("driver i915", "initramfs.no-vfio");
	tree_text("lib/modules/" R "/modules.builtin", "kernel/drivers/vfio/pci/vfio-pci.ko\n");
	after("driver i915", "");
	/* the case igvm exists for: every step of the guide done, two wrong ids */
	make_good();
	tree_text(MODPROBE, "options vfio-pci ids=8086:4680\n");
	tree_run("rm -r root/lib/modules/vfio-pci.ko.xz root/etc");
	pack();
	after("cmdline " BASE "iommu=pt vfio-pci.ids=8086:4682\ndriver i915",
	      "cmdline.no-effect ids.not-this-machine ids.not-this-machine initramfs.no-vfio");
}

static void test_stale(void **state)
{
	struct utimbuf old = { 1000000, 1000000 }, new = { 2000000, 2000000 };

	(void)state;
	make_good();
	tree_text(MODPROBE, "# a comment\n" GOOD);
	after("driver vfio-pci", "");
	tree_text(MODPROBE, GOOD "options i915 enable_guc=3\n");
	after("driver vfio-pci", "initramfs.stale");
	assert_true(seen("/etc/modprobe.d/vfio.conf:3"));
	tree_text("etc/NIXOS", "");
	after("driver vfio-pci", "");
	tree_run("rm etc/NIXOS");
	/* a setting that is gone */
	tree_text(MODPROBE, GOOD);
	tree_text("root/etc/modprobe.d/old.conf", "blacklist xe\n");
	pack();
	after("driver vfio-pci", "initramfs.stale");
	/* an image without any copy: its date speaks */
	tree_run("rm -r root/etc");
	pack();
	assert_int_equal(utime(tree_path("boot/initrd.img-" R), &old), 0);
	assert_int_equal(utime(tree_path(MODPROBE), &new), 0);
	after("driver vfio-pci", "initramfs.stale");
	assert_int_equal(utime(tree_path(MODPROBE), &old), 0);
	after("driver vfio-pci", "");
}

static void test_blacklist(void **state)
{
	(void)state;
	/* kms without modconf: i915 is in the image and no copy of the settings */
	make_good();
	tree_text(MODPROBE, "options vfio-pci ids=8086:4692\nblacklist i915\n");
	tree_run("rm -r root/etc root/lib/modules/vfio-pci.ko.xz");
	pack();
	after("driver i915", "boot.blacklist-no-reach initramfs.no-vfio");
	after("cmdline " BASE "modprobe.blacklist=i915\ndriver none", "");
	tree_text("lib/modules/" R "/modules.builtin", "kernel/drivers/gpu/drm/i915/i915.ko\n");
	tree_run("rm -r root/lib; mkdir -p root/x");
	pack();
	after("driver i915", "boot.driver-builtin");
}

static void test_order(void **state)
{
	(void)state;
	make_good();
	tree_text(MODPROBE, "options vfio-pci ids=8086:4692\n");
	copy_settings();
	pack();
	after("driver i915", "boot.softdep-missing");
	/* A file of DOS: its softdep names a module that nobody has. */
	tree_text(MODPROBE, "options vfio-pci ids=8086:4692\r\nsoftdep i915 pre: vfio-pci\r\n");
	copy_settings();
	pack();
	after("driver i915", "boot.softdep-missing");
	assert_true(seen("/etc/modprobe.d/vfio.conf:1 ends in a carriage return"));
	tree_text(MODPROBE, "options vfio-pci ids=8086:4692\n");
	copy_settings();
	pack();
	after("driver vfio-pci", "");
	after("cmdline " BASE "rd.driver.pre=vfio-pci\ndriver i915", "");
	after("cmdline " BASE "i915.force_probe=!4692\ndriver i915", "");
	after("cmdline " BASE "i915.modeset=0\ndriver none", "");
	after("cmdline " BASE "nomodeset\ndriver none", "");
	tree_text("etc/mkinitcpio.conf", "MODULES=(vfio_pci vfio vfio_virqfd)\n");
	after("driver vfio-pci", "boot.virqfd");
	after("driver vfio-pci\nkernel 6.1.0-1", "initramfs.not-found");
	tree_text("etc/mkinitcpio.conf", "# MODULES=(vfio_virqfd)\n");
	tree_text("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	after("driver vfio-pci", "boot.lockdown");
	tree_text("sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	after("driver vfio-pci", "");
}

/* The same host without boot facts, as start has it: nothing of this is said. */
static void test_without(void **state)
{
	struct check_input in = { .host = &host, .device = { 0, 0, 2, 0 } };

	(void)state;
	tree_new();
	judge("cmdline " BASE "vfio-pci-ids=1");
	found = (struct findings){ 0 };
	scene_host(&host, 0x4692);
	strcpy(host.cmdline, "vfio-pci-ids=1");
	in.boot = NULL;
	check_run(&in, &found);
	free(host.vfio.opregion);
	expect("no boot facts", "");
	assert_int_equal(boot_read("/nowhere", "1", "", BOOT_IMAGE_ALWAYS, &boot), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cmdline), cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_healthy), cmocka_unit_test(test_ids),
		cmocka_unit_test(test_ids_places), cmocka_unit_test(test_image), cmocka_unit_test(test_stale),
		cmocka_unit_test(test_blacklist), cmocka_unit_test(test_order),
		cmocka_unit_test(test_without),
	};
	int r;

	cmocka_set_message_output(CM_OUTPUT_TAP);
	r = cmocka_run_group_tests(tests, NULL, tree_end);
	boot_done(&boot);
	return r;
}
