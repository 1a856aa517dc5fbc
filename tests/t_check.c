/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One thing wrong with a good host, and exactly the finding that names it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/check.h"
#include "tests/scene.h"

static struct host_facts host;
static struct qemu_caps caps;
static struct wish wish;
static struct findings found;

static void look(uint16_t device, const char *lines, bool with_vm)
{
	struct check_input in = { .host = &host, .caps = &caps, .device = { 0, 0, 2, 0 } };
	char copy[512], *save = NULL;

	scene_host(&host, device);
	str_fit(copy, sizeof(copy), lines);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *value = strchr(line, ' ');

		assert_non_null(value);
		*value++ = '\0';
		if (!scene_line(&host, line, value))
			fail_msg("no such line: %s", line);
	}
	wish = (struct wish){ .igpu = true, .igpu_auto = true, .memory_bytes = 4ull << 30 };
	in.wish = with_vm ? &wish : NULL;
	found = (struct findings){ 0 };
	check_run(&in, &found);
	free(host.vfio.opregion);
}

/* Exactly these ids, in this order, separated by blanks. */
static void expect(const char *ids)
{
	char text[1024] = "";

	for (size_t i = 0; i < found.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", i ? " " : "",
			 finding_def(found.v[i].id)->id);
	assert_string_equal(text, ids);
}

static void test_good_hosts(void **state)
{
	static const uint16_t ids[] = { 0x4692, 0x4680, 0x46d1, 0xa7a0, 0x3e92, 0x9a49, 0x1912 };

	(void)state;
	scene_caps(&caps, "10.2");
	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		look(ids[i], "", false);
		expect("");
		look(ids[i], "", true);
		expect("");
	}
}

static void test_one_thing(void **state)
{
	static const struct {
		uint16_t device;
		const char *lines, *ids;
	} rows[] = {
		{ 0x4692, "virt no", "cpu.no-virt" },
		{ 0x4692, "virt unknown", "" },
		{ 0x4692, "kvm no", "kvm.unusable" },
		{ 0x4692, "iommu no\ngroup none", "iommu.off" },
		{ 0x4692, "iommu no\ngroup none\ndmar no", "iommu.off" },
		{ 0x4692, "iommu unknown\ngroup none", "iommu.none-device" },
		{ 0x4692, "group none", "iommu.none-device" },
		{ 0x1616, "group none", "igpu.broadwell" },
		{ 0x4692, "cmdline quiet intel_iommu=on,igfx_off", "iommu.igfx-off" },
		{ 0x4692, "cmdline intel_iommu=igfx_off,on quiet", "iommu.igfx-off" },
		{ 0x4692, "cmdline xintel_iommu=igfx_off", "" },
		{ 0x4692, "cmdline intel_iommu=on x=igfx_off", "" },
		{ 0x4692, "cmdline intel_iommu=igfx_offs", "" },
		{ 0x4692, "group-mate 0000:00:1f.3", "iommu.group-shared" },
		{ 0x4692, "width 0", "iommu.width-unknown" },
		{ 0x4692, "vfio-module no", "vfio.module-missing" },
		{ 0x4692, "igpu none", "igpu.none" },
		{ 0x4692, "vendor 10de", "igpu.not-intel" },
		{ 0x0001, "", "igpu.unknown-device" },
		{ 0x4692, "numvfs 0", "" },
		{ 0x4692, "numvfs 3", "igpu.vf-in-use" },
		{ 0x4692, "driver none", "" },
		{ 0x4692, "driver i915", "igpu.driver-bound" },
		{ 0x4692, "driver xe", "igpu.driver-bound" },
		{ 0x4692, "class 038000\nkernel 6.12.1", "igpu.class-0380" },
		{ 0x4692, "class 038000\nkernel 6.15.0", "igpu.not-primary" },
		{ 0x4692, "class 038000\nkernel 7.1.8", "igpu.not-primary" },
		{ 0x4692, "class 030200\nkernel 7.1.8", "igpu.class-0380" },
		{ 0x4692, "flr no", "igpu.no-flr" },
		{ 0x4692, "other-gpu 0000:01:00.0", "gpu.other-primary" },
		{ 0x7d55, "", "igpu.experimental" },
		{ 0x4692, "fb efifb", "fb.holds-bar" },
		{ 0x4692, "fb efifb\ndriver none", "" },
		{ 0x4692, "fb efifb\ndriver none\nkernel 5.15.1", "fb.holds-bar" },
		{ 0x4692, "opregion absent", "opregion.absent" },
		{ 0x4692, "opregion no-signature", "opregion.invalid" },
		{ 0x4692, "opregion no-size", "opregion.invalid" },
		{ 0x4692, "opregion headless", "opregion.headless" },
		{ 0x4692, "opregion no-vbt", "vbt.missing" },
		{ 0x4692, "opregion bad-vbt", "vbt.invalid" },
		{ 0x4692, "opregion bad-checksum", "vbt.checksum" },
		{ 0x4692, "regions unread", "opregion.unread" },
		{ 0x4692, "regions unread\nasls 0", "opregion.absent" },
		{ 0x4692, "regions unread\nasls ffffffff", "opregion.absent" },
		{ 0x4692, "regions unread\nasls 0\nconfig 64", "opregion.unread stolen.unknown" },
		{ 0x4692, "regions refused", "opregion.invalid" },
		{ 0x4692, "config 64", "stolen.unknown" },
		{ 0x4692, "ggc 00c0", "stolen.zero" },
		{ 0x4692, "ggc 01c0", "stolen.small" },
		{ 0x4692, "ggc fec0", "stolen.small" },
		{ 0x4692, "ggc f0c0", "stolen.small" },
		{ 0x4692, "ggc 04c0", "" },
	};

	(void)state;
	scene_caps(&caps, "10.2");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char was[256] = "";

		look(rows[i].device, rows[i].lines, false);
		for (size_t k = 0; k < found.n; k++)
			snprintf(was + strlen(was), sizeof(was) - strlen(was), "%s%s", k ? " " : "",
				 finding_def(found.v[k].id)->id);
		if (strcmp(was, rows[i].ids))
			fail_msg("%04x, %s: '%s', not '%s'", rows[i].device, rows[i].lines, was, rows[i].ids);
	}
}

static void test_qemu(void **state)
{
	(void)state;
	scene_caps(&caps, "10.0+noigd");
	look(0x4692, "", false);
	expect("qemu.no-igd");
	scene_caps(&caps, "7.2");
	look(0x4692, "", false);
	expect("qemu.too-old");
	assert_non_null(strstr(found.v[0].seen, "10.0 or newer"));
	look(0x3e92, "", false);
	expect("");
	scene_caps(&caps, "10.0");
	look(0x7d55, "", false);
	expect("igpu.experimental qemu.too-old");
	assert_non_null(strstr(found.v[1].seen, "10.1 or newer"));
	/* With a VM the plan says it, once. */
	look(0x4692, "", true);
	expect("");
}

static void test_vm(void **state)
{
	(void)state;
	scene_caps(&caps, "10.2");
	look(0x4692, "memlock 5119", true);
	expect("vfio.memlock");
	look(0x4692, "memlock 5120", true);
	expect("");
	look(0x4692, "memlock 1", false);
	expect("");
	look(0x7d55, "", true);
	expect("igpu.experimental");
	assert_int_equal(found.v[0].severity, SEVERITY_BLOCK);
}

/* Without a VM nobody has asked for the experiment: said, and not refused. */
static void test_experimental(void **state)
{
	struct check_input in = { .host = &host, .caps = &caps, .wish = &wish, .device = { 0, 0, 2, 0 } };

	(void)state;
	scene_caps(&caps, "10.2");
	look(0x7d55, "", false);
	expect("igpu.experimental");
	assert_int_equal(found.v[0].severity, SEVERITY_WARN);
	assert_non_null(strstr(found.v[0].seen, "a VM needs experimental = yes"));
	look(0x7d55, "opregion absent", true);
	found = (struct findings){ 0 };
	wish.experimental = true;
	wish.opregion = SWITCH_OFF;
	check_run(&in, &found);
	expect("igpu.experimental-used");
}

/* A processor of another maker is named where the device is missing, and only there. */
static void test_not_intel(void **state)
{
	static const struct {
		const char *cpu, *lines, *ids;
	} rows[] = {
		{ "AMD Ryzen 5 5600X 6-Core Processor", "igpu none", "cpu.not-intel" },
		{ "AMD EPYC 7302", "igpu none", "cpu.not-intel" },
		{ "EPYC-like", "igpu none", "cpu.not-intel" },
		{ "AMD EPYC 7302", "regions unread", "opregion.unread" },
		{ "13th Gen Intel(R) Core(TM) i5-13400F", "igpu none", "igpu.none" },
		{ "QEMU TCG CPU version 2.5+", "igpu none", "igpu.none" },
		{ "", "igpu none", "igpu.none" },
	};
	struct check_input in = { .host = &host, .caps = &caps, .device = { 0, 0, 2, 0 } };

	(void)state;
	scene_caps(&caps, "10.2");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		look(0x4692, rows[i].lines, false);
		host.vfio.opregion = NULL;
		strcpy(host.cpu, rows[i].cpu);
		found = (struct findings){ 0 };
		check_run(&in, &found);
		expect(rows[i].ids);
	}
	/* An address the VM file names wrongly is no matter of the processor. */
	look(0x4692, "", false);
	host.vfio.opregion = NULL;
	strcpy(host.cpu, "AMD EPYC 7302");
	in.device.dev = 9;
	found = (struct findings){ 0 };
	check_run(&in, &found);
	expect("igpu.none");
}

/* A VM without an iGPU is not judged by the iGPU's host. */
static void test_no_igpu(void **state)
{
	struct check_input in = { .host = &host, .caps = &caps, .wish = &wish };

	(void)state;
	scene_caps(&caps, "10.2");
	look(0x4692, "group none\nopregion absent", true);
	found = (struct findings){ 0 };
	wish.igpu = false;
	host.vfio = (struct vfio_facts){ 0 };
	check_run(&in, &found);
	expect("");
	wish.accel = ACCEL_TCG;
	host.kvm = TRI_NO;
	check_run(&in, &found);
	expect("");
	wish.accel = ACCEL_KVM;
	check_run(&in, &found);
	expect("kvm.unusable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_hosts), cmocka_unit_test(test_one_thing),
		cmocka_unit_test(test_qemu),	   cmocka_unit_test(test_vm),
		cmocka_unit_test(test_no_igpu),	   cmocka_unit_test(test_experimental),
		cmocka_unit_test(test_not_intel),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
