/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kernel command line: split as the kernel does, and the table of what igvm knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/facts/cmdline.h"

static struct cmdline c;

/* "name=value|name|..." of what was found. */
static void expect(const char *text, const char *tokens)
{
	char got[512] = "";

	cmdline_parse(text, &c);
	for (size_t i = 0; i < c.n; i++)
		snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s%s%s%s", i ? "|" : "",
			 cmdline_name(&c, i), cmdline_value(&c, i) ? "=" : "",
			 cmdline_value(&c, i) ? cmdline_value(&c, i) : "");
	assert_string_equal(got, tokens);
}

static void test_tokens(void **state)
{
	static const struct {
		const char *text, *tokens;
	} rows[] = {
		{ "", "" },
		{ "  \t\n ", "" },
		{ "quiet", "quiet" },
		{ " quiet  splash\t", "quiet|splash" },
		{ "a=1 a=2 a", "a=1|a=2|a" },
		{ "a= b", "a=|b" },
		{ "a=b=c", "a=b=c" },
		{ "=x y", "=x|y" },
		{ "a=\"b c\" d", "a=b c|d" },
		{ "\"a=b c\" d", "a=b c|d" },
		{ "a=b\" \"c d", "a=b\" \"c|d" },
		{ "a=\"\" b", "a=|b" },
		{ "a=\"", "a=" },
		{ "\"", "" },
		{ "a=\"b c d", "a=b c d" },
		{ "quiet -- init=/x", "quiet" },
		{ "quiet --x y", "quiet|--x|y" },
		{ "quiet --=1 y", "quiet|--=1|y" },
		{ "\"--\" y", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		expect(rows[i].text, rows[i].tokens);
	cmdline_parse("a=\"b c", &c);
	assert_true(c.open_quote);
	cmdline_parse("a=\"b c\" d", &c);
	assert_false(c.open_quote);
}

static void test_access(void **state)
{
	(void)state;
	cmdline_parse("vfio_pci.ids=8086:1,8086:2 quiet vfio-pci.ids=8086:3 intel-iommu=on", &c);
	assert_int_equal(cmdline_find(&c, "vfio-pci.ids", 0), 0);
	assert_int_equal(cmdline_find(&c, "vfio-pci.ids", 1), 2);
	assert_int_equal(cmdline_find(&c, "vfio-pci.ids", 3), c.n);
	assert_string_equal(cmdline_last(&c, "vfio_pci.ids"), "8086:3");
	assert_string_equal(cmdline_last(&c, "quiet"), "");
	assert_null(cmdline_last(&c, "splash"));
	assert_true(cmdline_lists(&c, "vfio-pci.ids", "8086:2"));
	assert_true(cmdline_lists(&c, "vfio-pci.ids", "8086:3"));
	assert_false(cmdline_lists(&c, "vfio-pci.ids", "8086:"));
	assert_true(cmdline_lists(&c, "intel_iommu", "on"));
	assert_true(cmdline_same_name("a-b_c", "a_b-c"));
	assert_false(cmdline_same_name("a-b", "a-bc"));
	assert_false(cmdline_same_name("a.b", "a_b"));
}

static void test_bounds(void **state)
{
	char *text = malloc(3 * CMDLINE_TEXT_MAX);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 3 * CMDLINE_TEXT_MAX - 1);
	text[3 * CMDLINE_TEXT_MAX - 1] = '\0';
	cmdline_parse(text, &c);
	assert_true(c.cut);
	assert_int_equal(c.n, 1);
	for (size_t i = 0; i < CMDLINE_TEXT_MAX; i++)
		text[i] = i % 2 ? ' ' : 'a';
	text[CMDLINE_TEXT_MAX] = '\0';
	cmdline_parse(text, &c);
	assert_true(c.cut);
	assert_int_equal(c.n, CMDLINE_TOKENS_MAX);
	free(text);
}

static void test_near(void **state)
{
	static const struct {
		const char *name, *meant;	/* NULL: silence */
	} rows[] = {
		{ "vfio-pci-ids", "vfio-pci.ids" },
		{ "vfio_pci.id", "vfio-pci.ids" },
		{ "vfio-pci.idss", "vfio-pci.ids" },
		{ "vfiopci.ids", "vfio-pci.ids" },
		{ "intel_iommu-on", "intel_iommu" },
		{ "intel_iommu_on", "intel_iommu" },
		{ "intel_iomu", "intel_iommu" },
		{ "Intel_iommu", "intel_iommu" },
		{ "inteliommu", "intel_iommu" },
		{ "modprobe_blacklist", "modprobe.blacklist" },
		{ "modules_blacklist", "module_blacklist" },
		{ "pcie_acs_overide", "pcie_acs_override" },
		{ "initcall_blaklist", "initcall_blacklist" },
		{ "kvm_ignore_msrs", "kvm.ignore_msrs" },
		{ "intel_iommu", NULL }, { "intel-iommu", NULL }, { "vfio_pci.ids", NULL },
		{ "root", NULL }, { "ro", NULL }, { "quiet", NULL }, { "splash", NULL },
		{ "BOOT_IMAGE", NULL }, { "initrd", NULL }, { "resume", NULL }, { "loglevel", NULL },
		{ "intel_idle.max_cstate", NULL }, { "intel_pstate", NULL }, { "mitigations", NULL },
		{ "i915.enable_psr", NULL }, { "i915.enable_fbc", NULL }, { "i915.enable_dc", NULL },
		{ "xe.max_vfs", NULL }, { "amdgpu.dc", NULL }, { "nvidia-drm.modeset", NULL },
		{ "kvm.halt_poll_ns", NULL }, { "systemd.unit", NULL }, { "rd.luks.uuid", NULL },
		{ "rd.lvm.lv", NULL }, { "video", NULL }, { "videos", NULL }, { "pcie_aspm", NULL },
		{ "pcie_port_pm", NULL }, { "nomodeset", NULL }, { "nmi_watchdog", NULL },
		{ "module.sig_enforce", NULL }, { "console", NULL }, { "iomem", NULL }, { "nvme.x", NULL },
		{ "zswap.enabled", NULL }, { "snd_hda_intel.power_save", NULL }, { "ip", NULL },
		{ "transparent_hugepage", NULL }, { "lsm", NULL }, { "crashkernel", NULL }, { "x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct cmdline_param *p = cmdline_param_near(rows[i].name);

		if (!rows[i].meant && p)
			fail_msg("%s: %s is offered", rows[i].name, p->name);
		if (rows[i].meant && (!p || strcmp(p->name, rows[i].meant)))
			fail_msg("%s: %s is offered", rows[i].name, p ? p->name : "nothing");
	}
}

static void test_values(void **state)
{
	static const struct {
		const char *name, *value;
		bool ok;
	} rows[] = {
		{ "intel_iommu", "on", true },
		{ "intel_iommu", "on,sm_on", true },
		{ "intel_iommu", "1", false },
		{ "intel_iommu", "on,", false },
		{ "intel_iommu", "", false },
		{ "intel_iommu", NULL, false },
		{ "iommu", "pt", true },
		{ "iommu", "memaper=2", true },
		{ "iommu", "1", false },
		{ "vfio-pci.disable_vga", "1", true },
		{ "vfio-pci.disable_vga", "2", false },
		{ "vfio-pci.disable_vga", NULL, true },
		{ "pcie_acs_override", "downstream,multifunction", true },
		{ "pcie_acs_override", "id:8086:1234", true },
		{ "video", "HDMI-A-1:1920x1080@60", true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (cmdline_value_ok(cmdline_param(rows[i].name), rows[i].value) != rows[i].ok)
			fail_msg("%s=%s", rows[i].name, rows[i].value ? rows[i].value : "(none)");
	/* No two rows of one name, and each says what it does. */
	for (size_t i = 0; cmdline_param_at(i); i++) {
		assert_ptr_equal(cmdline_param(cmdline_param_at(i)->name), cmdline_param_at(i));
		assert_true(*cmdline_param_at(i)->what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tokens), cmocka_unit_test(test_access),
		cmocka_unit_test(test_bounds), cmocka_unit_test(test_near),
		cmocka_unit_test(test_values),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
