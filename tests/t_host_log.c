/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Lines of the kernel's log, in each of its forms, and lines that only look like them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdlib.h>

#include "launcher/base/cleanup.h"
#include "launcher/facts/host_log.h"

static const struct bdf igpu = { 0, 0, 2, 0 };

static const struct {
	const char *line;
	int event;		/* -1: none */
} rows[] = {
	{ "[    0.012345] x86/cpu: VMX (outside TXT) disabled by BIOS", LOG_VTX_LOCKED },
	{ "<4>[    9.1] kvm: disabled by bios", LOG_VTX_LOCKED },
	{ "kvm_intel: VMX not enabled (by BIOS) in MSR_IA32_FEAT_CTL on CPU 0", LOG_VTX_LOCKED },
	{ "[    9.1] sgx: disabled by bios", -1 },
	{ "[   10.2] DMAR: [DMA Read NO_PASID] Request device [00:02.0] fault addr 0x706e0000", LOG_FAULT },
	{ "[   10.2] DMAR:[DMA Write] Request device [00:02.0] fault addr 0", LOG_FAULT },
	{ "[   10.2] DMAR: [DMA Read NO_PASID] Request device [00:14.0] fault addr 0", -1 },
	{ "4,812,9123456,-;vfio-pci 0000:00:02.0: not ready 1023ms after FLR; waiting", LOG_NOT_READY },
	{ "nvme 0000:01:00.0: not ready 1023ms after FLR; waiting", -1 },
	{ "vfio-pci 0000:00:02.0: Device is ineligible for IOMMU domain attach due to platform RMRR requirement.",
	  LOG_RMRR },
	{ "vfio-pci 0000:00:14.0: Device is ineligible for IOMMU domain attach due to platform RMRR requirement.",
	  -1 },
	{ "DMAR: Disabling IOMMU for graphics on this chipset", LOG_GRAPHICS_OFF },
	{ "vfio-pci 0000:00:02.0: BAR 2: can't reserve [mem 0x4000000000-0x400fffffff 64bit pref]", LOG_BAR_TAKEN },
	{ "i915 0000:00:02.0: BAR 2: can't reserve [mem 0x0-0x1]", -1 },
	{ "[  900.1] vfio-pci 0000:00:02.0: Unable to change power state from D3cold to D0, device inaccessible",
	  LOG_LOST },
	{ "[  900.1] nvme 0000:01:00.0: Unable to change power state from D3cold to D0, device inaccessible", -1 },
	{ "vfio-pci 0000:00:02.0: vfio_bar_restore: reset recovery - restoring BARs", LOG_LOST },
	{ "", -1 },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct host_log log = { 0 };
		int event = -1;

		host_log_text(rows[i].line, igpu, &log);
		for (int e = 0; e < LOG_EVENTS; e++)
			if (log.event[e].n)
				event = e;
		if (event != rows[i].event)
			fail_msg("%s: %d", rows[i].line, event);
	}
}

/* What was said before a moment is not counted; a line without a time is as old as the log. */
static void test_since(void **state)
{
	static const char text[] = "[   10.000002] DMAR: Request device [00:02.0]\n"
				   "<6>[  130.500000] DMAR: Request device [00:02.0]\n"
				   "DMAR: Request device [00:02.0]\n";
	struct host_log log = { .since_us = 10000003 };

	(void)state;
	host_log_text(text, igpu, &log);
	assert_int_equal(log.event[LOG_FAULT].n, 1);
	assert_int_equal(log.event[LOG_FAULT].first_us, 130500000);
}

static void test_times(void **state)
{
	static const char text[] = "[   10.000002] DMAR: Request device [00:02.0]\nother\n"
				   "<6>[  130.5] DMAR: Request device [00:02.0]\n"
				   "6,1,131000000,-;DMAR: Request device [00:02.0]\n";
	struct host_log log = { 0 };

	(void)state;
	host_log_text(text, igpu, &log);
	assert_int_equal(log.event[LOG_FAULT].n, 3);
	assert_int_equal(log.event[LOG_FAULT].first_us, 10000002);
	assert_int_equal(log.event[LOG_FAULT].last_us, 131000000);
}

/* Words of one line are not those of its neighbour; a line of a megabyte ends. */
static void test_lines(void **state)
{
	struct host_log log = { 0 };
	size_t n = 1 << 20;
	char *text = malloc(n + 64);

	(void)state;
	host_log_text("nvme 0000:01:00.0: not ready 1023ms after FLR\nvfio-pci 0000:00:02.0: enabling\n", igpu, &log);
	assert_int_equal(log.event[LOG_NOT_READY].n, 0);
	memset(text, 'x', n);
	strcpy(text + n, "after FLR");
	host_log_text(text, igpu, &log);
	assert_int_equal(log.event[LOG_NOT_READY].n, 0);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows), cmocka_unit_test(test_times), cmocka_unit_test(test_since), cmocka_unit_test(test_lines),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
