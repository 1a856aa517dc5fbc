/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What doctor alone judges, one fact turned at a time; the guide's steps; the one next step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/check.h"
#include "launcher/decide/guide.h"
#include "launcher/decide/next.h"
#include "tests/scene.h"

static struct host_facts host;
static struct host_more more;
static struct findings found;

static void good(uint16_t device)
{
	scene_host(&host, device);
	more = (struct host_more){
		.tables = TRI_YES, .dmar = { .valid = true, .width = 39, .remapping = true, .units = 2 },
		.secure_boot = TRI_NO, .config = TRI_YES, .config_igd = TRI_YES, .config_vga = TRI_YES,
		.i915_builtin = TRI_NO, .xe_builtin = TRI_NO, .disable_vga = TRI_NO, .gvt = TRI_NO,
		.virtual = TRI_NO, .firmware_dir = TRI_YES, .audio = -1,
		.power = { .lid = TRI_NO, .masked = TRI_NO }, .log = { .read = true },
	};
}

static void judge(void)
{
	struct check_input in = { .host = &host, .more = &more, .device = { 0, 0, 2, 0 } };

	found = (struct findings){ 0 };
	check_run(&in, &found);
	free(host.vfio.opregion);
	host.vfio.opregion = NULL;
}

static void only(const char *id)
{
	judge();
	if (found.n != (*id ? 1 : 0) || (*id && strcmp(finding_def(found.v[0].id)->id, id)))
		fail_msg("wanted '%s', have %zu, first '%s'", id, found.n,
			 found.n ? finding_def(found.v[0].id)->id : "");
}

static void event(enum host_log_event e, unsigned int n, uint64_t span_us)
{
	more.log.event[e].n = n;
	more.log.event[e].first_us = 1000;
	more.log.event[e].last_us = 1000 + span_us;
}

static void test_log(void **state)
{
	static const struct {
		enum host_log_event e;
		unsigned int n;
		uint64_t span;
		const char *id;
	} rows[] = {
		{ LOG_FAULT, 1, 0, "" }, { LOG_FAULT, 12, 2000000, "" }, { LOG_FAULT, 2, 61000000, "iommu.faults" },
		{ LOG_FAULT, 64, 0, "iommu.faults" }, { LOG_NOT_READY, 1, 0, "igpu.reset-slow" },
		{ LOG_RMRR, 1, 0, "iommu.rmrr" }, { LOG_BAR_TAKEN, 1, 0, "fb.bar-taken" },
		/* KVM works and the device has a group: an old line says nothing */
		{ LOG_VTX_LOCKED, 1, 0, "" }, { LOG_GRAPHICS_OFF, 1, 0, "" },
	};

	(void)state;
	good(0x4692);
	only("");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		good(0x4692);
		event(rows[i].e, rows[i].n, rows[i].span);
		only(rows[i].id);
	}
}

/* Nothing read: nothing is said, for unknown is neither right nor wrong. */
static void test_unknown(void **state)
{
	(void)state;
	good(0x4692);
	more = (struct host_more){ .audio = -1 };
	only("");
	good(0x3e92);
	more = (struct host_more){ .audio = -1 };
	host.efi = TRI_UNKNOWN;
	only("");
}

static void test_facts(void **state)
{
	(void)state;
	good(0x4692), host.efi = TRI_NO, only("host.csm");
	assert_int_equal(found.v[0].severity, SEVERITY_WARN);
	good(0x3e92), host.efi = TRI_NO, only("host.csm");
	assert_int_equal(found.v[0].severity, SEVERITY_NOTE);
	good(0x4692), host.efi = TRI_NO, more.virtual = TRI_YES, only("");
	good(0x4692), more.config_igd = TRI_NO, only("vfio.no-igd");
	good(0x4692), more.config_vga = TRI_NO, only("");
	good(0x3e92), more.config_vga = TRI_NO, only("vfio.no-vga");
	good(0x3e92), more.disable_vga = TRI_YES, only("vfio.no-vga");
	good(0x3e92), more.gvt = TRI_YES, only("igpu.gvt");
	good(0x3e92), more.gvt = TRI_YES, more.mdevs = 1, only("igpu.gvt-in-use");
	good(0x4692), more.outputs.n = 2, only("output.none");
	good(0x4692), more.outputs.n = 2, more.outputs.connected = 1, only("");
	good(0x4692), host.n_firmware = 0, only("firmware.none");
	good(0x4692), host.n_firmware = 0, more.firmware_dir = TRI_NO, only("");
	good(0x4692), host.swtpm = TRI_NO, only("tpm.none");
}

static void test_sleep(void **state)
{
	(void)state;
	good(0x4692), strcpy(more.power.idle_action, "suspend"), only("host.idle-suspends");
	good(0x4692), strcpy(more.power.idle_action, "lock"), only("");
	good(0x4692), strcpy(more.power.idle_action, "suspend"), more.power.masked = TRI_YES, only("");
	good(0x4692), strcpy(more.power.desktop, "gdm3.service"), only("host.desktop-suspends");
	good(0x4692), strcpy(more.power.desktop, "sddm.service"), only("");
	good(0x4692), more.power.lid = TRI_YES, only("host.lid-suspends");
	good(0x4692), more.power.lid = TRI_YES, strcpy(more.power.lid_action, "ignore"), only("");
}

static void test_kvm(void **state)
{
	(void)state;
	good(0x4692), host.kvm = TRI_NO, more.user.kvm_err = 13, only("kvm.unusable");
	assert_non_null(strstr(finding_fix(&found.v[0]), "usermod"));
	good(0x4692), host.kvm = TRI_NO, more.user.kvm_err = 2, only("kvm.unusable");
	assert_non_null(strstr(finding_fix(&found.v[0]), "modprobe"));
	good(0x4692), host.kvm = TRI_NO, only("kvm.unusable");
	assert_ptr_equal(finding_fix(&found.v[0]), finding_def(FINDING_KVM_UNUSABLE)->fix);
}

/* --- the next step ----------------------------------------------------------------------- */

static void test_next(void **state)
{
	static const enum finding_id first[] = {
		FINDING_IGPU_NONE, FINDING_IOMMU_OFF, FINDING_VFIO_NO_IGD, FINDING_IGPU_VF_IN_USE,
		FINDING_QEMU_TOO_OLD, FINDING_DISK_MISSING, FINDING_HOST_CSM, FINDING_FB_HOLDS_BAR,
		FINDING_IGPU_NO_FLR, FINDING_FIRMWARE_NONE,
	};

	(void)state;
	/* Each row comes before all after it, in whatever order they were found. */
	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		found = (struct findings){ 0 };
		finding_add(&found, FINDING_IGPU_DRIVER_BOUND, "x");
		finding_add(&found, FINDING_VBT_CHECKSUM, "x");
		for (size_t k = ARRAY_SIZE(first); k-- > i;)
			finding_add(&found, first[k], "x");
		assert_int_equal(next_step(&found)->id, first[i]);
	}
	found = (struct findings){ 0 };
	assert_null(next_step(&found));
	finding_add(&found, FINDING_IGPU_DRIVER_BOUND, "x");
	finding_add(&found, FINDING_TPM_NONE, "x");
	assert_null(next_step(&found));
}

/* --- the guide ---------------------------------------------------------------------------- */

static struct boot_facts boot;

static enum guide_state step(const char *key)
{
	struct guide_row rows[GUIDE_ROWS_MAX];
	size_t n = guide_judge(&(struct guide_input){ .host = &host, .more = &more, .boot = &boot,
						      .dev = host.igpu < 0 ? NULL : scene_igpu(&host) }, rows);

	free(host.vfio.opregion);
	host.vfio.opregion = NULL;
	for (size_t i = 0; i < n; i++) {
		assert_true(*rows[i].why && rows[i].step);
		if (!strcmp(rows[i].key, key))
			return rows[i].state;
	}
	fail_msg("no step %s", key);
	return GUIDE_UNKNOWN;
}

static void test_guide(void **state)
{
	static const struct {
		const char *line, *key;
		enum guide_state s;
	} rows[] = {
		{ "virt yes", "bios.vt-x", GUIDE_DONE }, { "virt no", "bios.vt-x", GUIDE_WRONG },
		{ "virt unknown", "bios.vt-x", GUIDE_UNKNOWN }, { "dmar no", "bios.vt-d", GUIDE_WRONG },
		{ "efi no", "bios.csm", GUIDE_WRONG }, { "class 038000", "bios.multi-monitor", GUIDE_WRONG },
		{ "other-gpu 0000:01:00.0", "bios.multi-monitor", GUIDE_DONE },
		{ "igpu none", "lspci", GUIDE_WRONG }, { "igpu none", "driver", GUIDE_WRONG },
		{ "iommu no", "cmdline.intel_iommu", GUIDE_WRONG },
		{ "iommu unknown", "cmdline.intel_iommu", GUIDE_UNKNOWN },
		{ "cmdline quiet", "cmdline.intel_iommu", GUIDE_NOT_NEEDED },
		{ "cmdline intel_iommu=on", "cmdline.intel_iommu", GUIDE_DONE },
		{ "cmdline intel_iommu=igfx_off", "cmdline.intel_iommu", GUIDE_WRONG },
		{ "fb efifb", "cmdline.video", GUIDE_WRONG }, { "kernel 6.12.1", "cmdline.video", GUIDE_NOT_NEEDED },
		{ "cmdline vfio-pci.ids=8086:4692,8086:7ad0", "cmdline.ids", GUIDE_DONE },
		{ "cmdline vfio_pci.ids=8086:4680", "cmdline.ids", GUIDE_WRONG },
		{ "cmdline vfio-pci-ids=8086:4692", "cmdline.ids", GUIDE_WRONG },
		{ "cmdline quiet", "cmdline.ids", GUIDE_NOT_NEEDED },
		{ "group-mate 0000:00:1f.3", "group", GUIDE_WRONG }, { "group none", "group", GUIDE_WRONG },
		{ "driver i915", "driver", GUIDE_NOT_NEEDED }, { "driver vfio-pci", "driver", GUIDE_DONE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char key[32];
		const char *value = strchr(rows[i].line, ' ');

		good(0x4692);
		snprintf(key, sizeof(key), "%.*s", (int)(value - rows[i].line), rows[i].line);
		assert_true(scene_line(&host, key, value + 1));
		if (step(rows[i].key) != rows[i].s)
			fail_msg("%s: %s", rows[i].line, rows[i].key);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log), cmocka_unit_test(test_unknown), cmocka_unit_test(test_facts),
		cmocka_unit_test(test_sleep), cmocka_unit_test(test_kvm), cmocka_unit_test(test_next),
		cmocka_unit_test(test_guide),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
