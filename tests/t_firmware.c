/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Firmware descriptors: what is taken, what is passed over, what hides what. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "launcher/base/cleanup.h"
#include "launcher/base/file.h"
#include "launcher/facts/firmware.h"

#define X86(machines)	"\"targets\": [{\"architecture\": \"x86_64\", \"machines\": [" machines "]}]"
#define RAW(name)	"{\"filename\": \"" name "\", \"format\": \"raw\"}"
#define SPLIT(mode)	"\"mapping\": {\"device\": \"flash\"" mode ", \"executable\": " RAW("/usr/c.fd") \
			", \"nvram-template\": " RAW("/usr/v.fd") "}"
#define UEFI		"\"interface-types\": [\"uefi\"]"
#define GOOD		"{" UEFI ", " SPLIT("") ", " X86("\"pc-q35-*\"") "}"

static bool parse(const char *text, struct firmware_fact *f)
{
	_json_ json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(json);
	return firmware_from_json(json, f);
}

static void test_taken(void **state)
{
	struct firmware_fact f;

	(void)state;
	assert_true(parse(GOOD, &f));
	assert_true(f.uefi && !f.bios && f.q35 && !f.i440fx);
	assert_false(f.secure_boot || f.enrolled_keys || f.requires_smm || f.stateless);
	assert_string_equal(f.code, "/usr/c.fd");
	assert_string_equal(f.vars, "/usr/v.fd");

	assert_true(parse("{\"interface-types\": [\"bios\", \"uefi\"], " SPLIT(", \"mode\": \"split\"")
			  ", " X86("\"pc-i440fx-*\", \"pc-q35-*\"") ", \"features\": [\"acpi-s3\", "
			  "\"secure-boot\", \"enrolled-keys\", \"requires-smm\"]}", &f));
	assert_true(f.bios && f.q35 && f.i440fx);
	assert_true(f.secure_boot && f.enrolled_keys && f.requires_smm);

	assert_true(parse("{" UEFI ", \"mapping\": {\"device\": \"flash\", \"mode\": \"stateless\", "
			  "\"executable\": " RAW("/c") "}, " X86("\"*\"") "}", &f));
	assert_true(f.stateless && f.q35 && f.i440fx);
	assert_string_equal(f.vars, "");

	assert_true(parse("{" UEFI ", \"mapping\": {\"device\": \"memory\", \"filename\": \"/m\"}, "
			  X86("\"pc-q35-rhel9.0.0\"") "}", &f));
	assert_true(f.stateless && f.q35 && !f.i440fx);
	assert_string_equal(f.code, "/m");
}

static void test_passed_over(void **state)
{
	static const char *const texts[] = {
		"{}", "[]", "null", "7", "\"uefi\"",
		"{\"interface-types\": [\"openfirmware\"], " SPLIT("") ", " X86("\"pc-q35-*\"") "}",
		"{\"interface-types\": \"uefi\", " SPLIT("") ", " X86("\"pc-q35-*\"") "}",
		"{" UEFI ", " SPLIT("") "}",
		"{" UEFI ", " SPLIT("") ", " X86("\"microvm\"") "}",
		"{" UEFI ", " SPLIT("") ", " X86("1, null, {}") "}",
		"{" UEFI ", " SPLIT("") ", \"targets\": [{\"architecture\": \"aarch64\", \"machines\": [\"*\"]}]}",
		"{" UEFI ", " SPLIT("") ", \"targets\": [3, {\"machines\": [\"pc-q35-*\"]}]}",
		"{" UEFI ", " X86("\"pc-q35-*\"") "}",
		"{" UEFI ", " SPLIT(", \"mode\": \"combined\"") ", " X86("\"pc-q35-*\"") "}",
		"{" UEFI ", " SPLIT(", \"mode\": \"new\"") ", " X86("\"pc-q35-*\"") "}",
		"{" UEFI ", \"mapping\": {\"device\": \"kernel\", \"filename\": \"/k\"}, " X86("\"pc-q35-*\"") "}",
		"{" UEFI ", \"mapping\": {\"device\": \"flash\", \"executable\": " RAW("/c") "}, "
			X86("\"pc-q35-*\"") "}",
		"{" UEFI ", \"mapping\": {\"device\": \"flash\", \"executable\": " RAW("c") ", "
			"\"nvram-template\": " RAW("/v") "}, " X86("\"pc-q35-*\"") "}",
		"{" UEFI ", \"mapping\": {\"device\": \"flash\", \"executable\": {\"filename\": \"/c\", "
			"\"format\": \"qcow2\"}, \"nvram-template\": " RAW("/v") "}, " X86("\"pc-q35-*\"") "}",
		"{" UEFI ", \"mapping\": {\"device\": \"memory\", \"filename\": \"relative\"}, "
			X86("\"pc-q35-*\"") "}",
	};
	struct firmware_fact f;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (parse(texts[i], &f))
			fail_msg("taken: %s", texts[i]);
}

static void test_long_path(void **state)
{
	char text[1024], path[400];
	struct firmware_fact f;

	(void)state;
	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';
	snprintf(text, sizeof(text), "{" UEFI ", \"mapping\": {\"device\": \"memory\", \"filename\": "
		 "\"%s\"}, " X86("\"*\"") "}", path);
	assert_false(parse(text, &f));
}

/* --- directories ------------------------------------------------------------------------- */

static char base[64];
static struct firmware_fact facts[64];

static int setup(void **state)
{
	(void)state;
	strcpy(base, "/tmp/igvm-t_firmware-XXXXXX");
	return mkdtemp(base) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(base);
}

static void put(const char *path, const char *text, size_t n)
{
	char full[PATH_MAX], *slash;

	snprintf(full, sizeof(full), "%s/%s", base, path);
	slash = strrchr(full, '/');
	*slash = '\0';
	assert_int_equal(dir_make(full, 0755), 0);
	*slash = '/';
	assert_int_equal(file_replace_at(AT_FDCWD, full, text, n, 0644), 0);
}

static void put_text(const char *path, const char *text)
{
	put(path, text, strlen(text));
}

static size_t list(void)
{
	struct tree t;
	size_t n;

	assert_int_equal(tree_init(&t, base), 0);
	assert_int_equal(firmware_read(&t, facts, ARRAY_SIZE(facts), &n), 0);
	close(t.fd);
	return n;
}

#define ETC	"etc/qemu/firmware/"
#define USR	"usr/share/qemu/firmware/"

static void test_none(void **state)
{
	(void)state;
	assert_int_equal(list(), 0);
}

static void test_order_and_hiding(void **state)
{
	static const char other[] = "{" UEFI ", \"mapping\": {\"device\": \"memory\", \"filename\": "
				    "\"/other\"}, " X86("\"pc-q35-*\"") "}";
	size_t n;

	(void)state;
	put_text(USR "60-b.json", GOOD);
	put_text(USR "50-a.json", GOOD);
	put_text(USR "40-hidden.json", GOOD);
	put_text(USR "30-replaced.json", GOOD);
	put_text(USR "readme.txt", GOOD);
	put_text(USR ".json", GOOD);
	put_text(ETC "40-hidden.json", "");
	put_text(ETC "30-replaced.json", other);
	put_text(ETC "55-local.json", GOOD);
	n = list();
	assert_int_equal(n, 4);
	assert_string_equal(facts[0].file, "/" ETC "30-replaced.json");
	assert_string_equal(facts[0].code, "/other");
	assert_string_equal(facts[1].file, "/" USR "50-a.json");
	assert_string_equal(facts[2].file, "/" ETC "55-local.json");
	assert_string_equal(facts[3].file, "/" USR "60-b.json");
}

static void test_present(void **state)
{
	(void)state;
	put_text(USR "50-a.json", GOOD);
	list();
	assert_false(facts[1].present);
	put_text("usr/c.fd", "code");
	list();
	assert_false(facts[1].present);
	put_text("usr/v.fd", "vars");
	list();
	assert_true(facts[1].present);
	assert_false(facts[0].present);
}

/* A bad one in etc/ does not bring the hidden one back, and costs no other. */
static void test_bad(void **state)
{
	enum { HUGE = 70 << 10 };
	char *huge = calloc(1, HUGE);
	char path[128];

	(void)state;
	assert_non_null(huge);
	memset(huge, ' ', HUGE);
	put_text(ETC "50-a.json", "{ not json");
	assert_int_equal(list(), 3);
	put(ETC "50-a.json", huge, HUGE);
	assert_int_equal(list(), 3);
	put_text(ETC "50-a.json", "{\"a\": 1, \"a\": 2}");
	assert_int_equal(list(), 3);
	snprintf(path, sizeof(path), "%s/" ETC "50-a.json", base);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(list(), 3);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/nonexistent", path), 0);
	assert_int_equal(list(), 4);
	free(huge);
}

static void test_full(void **state)
{
	struct tree t;
	size_t n;

	(void)state;
	assert_int_equal(tree_init(&t, base), 0);
	assert_int_equal(firmware_read(&t, facts, 2, &n), 0);
	close(t.fd);
	assert_int_equal(n, 2);
}

static void test_many(void **state)
{
	(void)state;
	for (int i = 0; i < 80; i++) {
		char name[64];

		snprintf(name, sizeof(name), USR "70-%03d.json", i);
		put_text(name, GOOD);
	}
	assert_int_equal(list(), 64);
	assert_string_equal(facts[63].file, "/" USR "70-059.json");
}

static void test_beside(void **state)
{
	char path[128], link[128];
	size_t n = 0;

	(void)state;
	put_text("opt/qemu/share/qemu/firmware/10-x.json", GOOD);
	put_text("opt/qemu/bin/qemu-system-x86_64", "");
	snprintf(path, sizeof(path), "%s/opt/qemu/bin/qemu-system-x86_64", base);
	assert_int_equal(firmware_read_beside(path, facts, 4, &n), 0);
	assert_int_equal(n, 1);
	assert_string_equal(facts[0].code, "/usr/c.fd");
	assert_true(facts[0].file[0] == '/' && strstr(facts[0].file, "/opt/qemu/share/qemu/firmware/"));
	/* Through a link; and appended, up to the end of the room. */
	snprintf(link, sizeof(link), "%s/qemu", base);
	assert_int_equal(symlink(path, link), 0);
	for (size_t i = 2; i < 6; i++) {
		assert_int_equal(firmware_read_beside(link, facts, 4, &n), 0);
		assert_int_equal(n, i < 4 ? i : 4);
	}
	n = 0;
	assert_int_equal(firmware_read_beside("/usr/bin/env", facts, 4, &n), 0);
	assert_int_equal(firmware_read_beside("/nonexistent/bin/qemu", facts, 4, &n), 0);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_passed_over),
		cmocka_unit_test(test_long_path),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_order_and_hiding),
		cmocka_unit_test(test_present),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_beside),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
