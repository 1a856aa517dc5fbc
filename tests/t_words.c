/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QEMU's words: what is written is read back as it was meant; the rules no plan may break. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/decide/words.h"
#include "launcher/facts/wish_keys.h"
#include "tests/scene.h"
#include "tests/words_parse.h"

static struct host_facts host;
static struct qemu_caps caps;
static struct wish wish;
static struct paths paths = { .run = "/run/igvm", .data = "/var/lib/igvm" };
static struct findings found;
static struct plan plan;
static struct words words;
static uint8_t rom[SCENE_ROM];

static void scene(uint16_t device, const char *qemu)
{
	free(TAKE(host.vfio.opregion));
	scene_host(&host, device);
	scene_caps(&caps, qemu);
	wish_defaults(&wish, "vm");
	wish.igpu = wish.igpu_auto = true;
	scene_efi_rom(rom, "assign");
}

static void make(void)
{
	struct plan_input in = {
		.wish = &wish, .host = &host, .caps = &caps, .paths = &paths,
		.datadir = "/usr/share/igvm",
		.rom = { .state = PLAN_ROM_READ, .bytes = { rom, SCENE_ROM } },
	};

	found = (struct findings){ 0 };
	if (!plan_make(&in, &plan, &found))
		fail_msg("refused: %s: %s", finding_def(found.v[0].id)->id, found.v[0].seen);
}

static int build(void)
{
	const char *bad = NULL;

	words_done(&words);
	return words_build(&plan, &words, &bad);
}

/* Value of the n-th @option whose value starts with @prefix; NULL: there is none. */
static const char *value_of(const char *option, const char *prefix, size_t n)
{
	for (size_t i = 0; i < words.n; i++)
		if (!strcmp(words.v[i].option, option) &&
		    (!*prefix || (words.v[i].value &&
				  !strncmp(words.v[i].value, prefix, strlen(prefix)))) && !n--)
			return words.v[i].value ? words.v[i].value : "";
	return NULL;
}

static void expect_key(const char *option, const char *prefix, const char *key, const char *want)
{
	const char *text = value_of(option, prefix, 0);
	_free_ char *value = text ? parse_key(text, key) : NULL;

	if (!text)
		fail_msg("no %s %s", option, prefix);
	if (!value || !want ? value != want : strcmp(value, want) != 0)
		fail_msg("%s %s: %s is %s", option, text, key, value ? value : "not there");
}

/* --- escaping --------------------------------------------------------------------------------- */

static void test_commas(void **state)
{
	static const char *const names[] = {
		"/a,b", "/a,,b", "/,", "/a,", "/x,readonly=off", "/x,file=/etc/shadow",
		"/sp ace'q\"", "/\xe6\xa1\x8c\xe9\x9d\xa2", "/%s%n", "/=,=", "/\\,",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		scene(0x4692, "10.0");
		make();
		strcpy(plan.rom, names[i]);
		strcpy(plan.ovmf_vars, names[i]);
		strcpy(plan.stolen_file, names[i]);
		strcpy(plan.run_dir, names[i]);
		assert_int_equal(build(), 0);
		expect_key("-device", "vfio-pci", "romfile", names[i]);
		expect_key("-device", "vfio-pci", "addr", "02.0");
		expect_key("-drive", "if=pflash,unit=1", "file", names[i]);
		expect_key("-drive", "if=pflash,unit=1", "readonly", "off");
		expect_key("-fw_cfg", "", "file", names[i]);
		assert_int_equal(parse_count(value_of("-fw_cfg", "", 0)), 2);
		assert_int_equal(parse_count(value_of("-vnc", "", 0)), 1);
	}
}

/* -kernel, -initrd and -append take what follows as it is. */
static void test_plain(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	wish.igpu = false;
	strcpy(wish.kernel, "/k");
	strcpy(wish.kernel_args, "console=ttyS0,115200 x=\"a, b\"");
	make();
	strcpy(plan.kernel, "/a,b");
	assert_int_equal(build(), 0);
	assert_string_equal(value_of("-kernel", "", 0), "/a,b");
	assert_string_equal(value_of("-append", "", 0), "console=ttyS0,115200 x=\"a, b\"");
	assert_null(value_of("-initrd", "", 0));
}

static void test_control_bytes(void **state)
{
	static const char bytes[] = { '\n', '\r', '\t', 0x1b, 0x7f, 1 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bytes); i++) {
		const char *bad = NULL;
		struct words w;

		scene(0x4692, "10.0");
		make();
		plan.rom[3] = bytes[i];
		assert_int_equal(words_build(&plan, &w, &bad), -EINVAL);
		assert_ptr_equal(bad, plan.rom);
		assert_null(w.v);
		assert_int_equal(w.n, 0);
	}
}

/* --- rules ----------------------------------------------------------------------------------------- */

static void test_every_word_has_a_reason(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	wish.os = OS_WINDOWS;
	wish.firmware = FIRMWARE_UEFI_SECURE;
	wish.tpm = true;
	make();
	assert_int_equal(build(), 0);
	for (size_t i = 0; i < words.n; i++) {
		assert_int_equal(words.v[i].option[0], '-');
		if (!words.v[i].why || strlen(words.v[i].why) < 8)
			fail_msg("%s has no reason", words.v[i].option);
		if (words.v[i].value && (!*words.v[i].value || words.v[i].value[0] == '-'))
			fail_msg("%s: %s", words.v[i].option, words.v[i].value);
	}
}

/* Every device has a slot of its own, and 02.0 is the iGPU's. */
static void check_slots(void)
{
	bool used[32][8] = { { false } };

	for (size_t i = 0; i < words.n; i++) {
		_free_ char *addr = NULL;
		unsigned int slot, fn;

		if (strcmp(words.v[i].option, "-device"))
			continue;
		addr = parse_key(words.v[i].value, "addr");
		if (!addr)
			continue;
		assert_int_equal(sscanf(addr, "%x.%x", &slot, &fn), 2);
		assert_true(slot < 0x1f && fn < 8);
		if (used[slot][fn])
			fail_msg("%s is taken twice", addr);
		used[slot][fn] = true;
		if (slot == 2 && strncmp(words.v[i].value, "vfio-pci,", 9))
			fail_msg("02.0 belongs to the iGPU: %s", words.v[i].value);
	}
}

static void test_slots(void **state)
{
	(void)state;
	for (int q35 = 0; q35 < 2; q35++) {
		for (size_t sata = 0; sata <= WISH_DISKS_MAX; sata++) {
			scene(0x4692, "10.0");
			wish.machine = q35 ? MACHINE_Q35 : MACHINE_I440FX;
			wish.n_disk = WISH_DISKS_MAX;
			for (size_t i = 0; i < WISH_DISKS_MAX; i++) {
				strcpy(wish.disk[i].path, "/d");
				wish.disk[i].bus = i < sata ? DISK_SATA : DISK_VIRTIO;
			}
			wish.n_net = WISH_NETS_MAX;
			make();
			assert_int_equal(build(), 0);
			check_slots();
		}
	}
}

/* The hypervisor is never hidden and no vendor is spoofed. */
static void test_cpu(void **state)
{
	static const char *const never[] = { "kvm=off", "hypervisor=off", "-hypervisor",
					     "hv-vendor-id", "hv_vendor_id" };

	(void)state;
	scene(0x4692, "10.0");
	wish.os = OS_WINDOWS;
	make();
	assert_int_equal(build(), 0);
	for (size_t i = 0; i < ARRAY_SIZE(never); i++)
		assert_null(strstr(value_of("-cpu", "", 0), never[i]));
	expect_key("-cpu", "host", "host-phys-bits-limit", "39");
	expect_key("-cpu", "host", "vmx", "off");
	expect_key("-cpu", "host", "svm", "off");
	expect_key("-cpu", "host", "hv-relaxed", "on");
	expect_key("-rtc", "", "base", "localtime");
	wish.nested = true;
	wish.os = OS_LINUX;
	scene_igpu(&host)->iommu_width = 0;
	make();
	assert_int_equal(build(), 0);
	assert_string_equal(value_of("-cpu", "", 0), "host");
	expect_key("-rtc", "", "base", "utc");
}

/* The reason beside -cpu says nothing that the plan has not. */
static void test_cpu_reason(void **state)
{
	static const struct {
		enum wish_accel accel;
		enum wish_os os;
		bool igpu, narrow, vbs;
	} rows[] = {
		{ ACCEL_KVM, OS_WINDOWS, true, true, true },
		{ ACCEL_KVM, OS_LINUX, true, true, false },
		{ ACCEL_KVM, OS_WINDOWS, false, false, false },
		{ ACCEL_KVM, OS_LINUX, false, false, false },
		{ ACCEL_TCG, OS_WINDOWS, false, false, false },
		{ ACCEL_TCG, OS_LINUX, true, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *why = NULL;

		scene(0x4692, "10.0");
		wish.accel = rows[i].accel;
		wish.os = rows[i].os;
		wish.igpu = rows[i].igpu;
		wish.lab = true;
		make();
		assert_int_equal(build(), 0);
		for (size_t k = 0; k < words.n; k++)
			if (!strcmp(words.v[k].option, "-cpu"))
				why = words.v[k].why;
		assert_non_null(why);
		assert_int_equal(strstr(why, "the host's processor") != NULL, rows[i].accel == ACCEL_KVM);
		assert_int_equal(strstr(why, "IOMMU") != NULL, rows[i].narrow);
		assert_int_equal(strstr(why, "VBS") != NULL, rows[i].vbs);
	}
}

static void test_igpu_by_era(void **state)
{
	static const struct {
		uint16_t device;
		const char *qemu, *legacy, *opregion, *lpc;
		bool early;
	} rows[] = {
		{ 0x4692, "10.0", "off", "on", NULL, false },
		{ 0x4692, "11.1", "off", "on", NULL, false },
		{ 0x4682, "10.0", "off", "on", "on", true },
		{ 0x4682, "11.1", "off", "on", "on", true },
		{ 0x9a49, "9.2", NULL, NULL, NULL, true },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		scene(rows[i].device, rows[i].qemu);
		wish.display = rows[i].early ? DISPLAY_MONITOR_EARLY : DISPLAY_BOTH;
		make();
		assert_int_equal(build(), 0);
		expect_key("-device", "vfio-pci", "x-igd-legacy-mode", rows[i].legacy);
		expect_key("-device", "vfio-pci", "x-igd-opregion", rows[i].opregion);
		expect_key("-device", "vfio-pci", "x-igd-lpc", rows[i].lpc);
		expect_key("-device", "vfio-pci", "x-igd-gms", NULL);
		expect_key("-device", "vfio-pci", "x-vga", NULL);
		expect_key("-device", "vfio-pci", "host", "0000:00:02.0");
		expect_key("-device", "vfio-pci", "bus", rows[i].early ? "pci.0" : "pcie.0");
	}
}

/* SeaBIOS without a file: the ROM in the host's memory must not be run on the way. */
static void test_no_rom(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	wish.firmware = FIRMWARE_BIOS;
	make();
	assert_int_equal(build(), 0);
	expect_key("-device", "vfio-pci", "rombar", "0");
	expect_key("-device", "vfio-pci", "romfile", NULL);
}

static void test_fds(void **state)
{
	(void)state;
	scene(0x4692, "10.0");
	wish.tpm = true;
	wish.n_disk = 1;
	strcpy(wish.disk[0].path, "/d");
	make();
	assert_int_equal(build(), 0);
	expect_key("-chardev", "socket,id=qmp", "fd", "5");
	expect_key("-chardev", "socket,id=agent", "fd", "6");
	expect_key("-chardev", "socket,id=console", "fd", "7");
	expect_key("-chardev", "socket,id=firmware-log", "fd", "8");
	expect_key("-add-fd", "fd=9", "set", "1");
	expect_key("-chardev", "socket,id=console", "logfile", "/dev/fdset/1");
	expect_key("-chardev", "socket,id=tpm", "fd", "10");
	expect_key("-add-fd", "fd=11", "set", "2");
	expect_key("-blockdev", "driver=file", "filename", "/dev/fdset/2");
	assert_string_equal(value_of("-sandbox", "", 0),
			    "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
}

/* --- forms ---------------------------------------------------------------------------------------- */

static void test_argv(void **state)
{
	_free_ char **argv = NULL;
	size_t n = 1;

	(void)state;
	scene(0x4692, "10.0");
	make();
	assert_int_equal(build(), 0);
	argv = words_argv(&words, "/q");
	assert_string_equal(argv[0], "/q");
	for (size_t i = 0; i < words.n; i++) {
		assert_string_equal(argv[n++], words.v[i].option);
		if (words.v[i].value)
			assert_string_equal(argv[n++], words.v[i].value);
	}
	assert_null(argv[n]);
}

static void test_same_plan_same_bytes(void **state)
{
	_json_ json_t *first = NULL, *second = NULL;

	(void)state;
	scene(0x4692, "10.0");
	make();
	assert_int_equal(build(), 0);
	first = words_json(&words, "/q");
	assert_int_equal(build(), 0);
	second = words_json(&words, "/q");
	assert_non_null(first);
	assert_true(json_equal(first, second));
	assert_string_equal(json_string_value(json_object_get(first, "kind")), "words");
}

static void test_quote(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "a=b,c", "a=b,c" }, { "", "''" }, { "a b", "'a b'" }, { "it's", "'it'\\''s'" },
		{ "$x", "'$x'" }, { "a;b", "'a;b'" }, { "*", "'*'" }, { "'", "''\\'''" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_free_ char *q = words_quote(rows[i].in);

		assert_string_equal(q, rows[i].out);
	}
}

static void test_done(void **state)
{
	struct words w = { 0 };

	(void)state;
	words_done(&w);
	words_done(&w);
	words_done(&words);
	words_done(&words);
	free(TAKE(host.vfio.opregion));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_commas),	   cmocka_unit_test(test_plain),
		cmocka_unit_test(test_control_bytes), cmocka_unit_test(test_every_word_has_a_reason),
		cmocka_unit_test(test_slots),	   cmocka_unit_test(test_cpu),
		cmocka_unit_test(test_cpu_reason),
		cmocka_unit_test(test_igpu_by_era), cmocka_unit_test(test_no_rom),
		cmocka_unit_test(test_fds),	   cmocka_unit_test(test_argv),
		cmocka_unit_test(test_same_plan_same_bytes), cmocka_unit_test(test_quote),
		cmocka_unit_test(test_done),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
