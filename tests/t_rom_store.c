/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "launcher/base/file.h"
#include "launcher/facts/rom_store.h"

static char dir[64];
static struct rom_store store;

static void path_of(char path[static PATH_MAX], const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s", dir, name);
}

static void put(const char *name, const void *bytes, size_t n)
{
	char path[PATH_MAX];

	path_of(path, name);
	assert_int_equal(file_replace_at(AT_FDCWD, path, bytes, n, 0644), 0);
}

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/igvm-store.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return dir_remove(dir);
}

static struct rom_store_entry entry(const char *name)
{
	struct rom_store_entry e = {
		.kind = ROM_STORE_GOP, .platform = "ADL-S", .generation = "12", .device = 0x4692,
		.ids = { 0x4692, 0x4680 }, .n_ids = 2, .assign = true, .size = 512,
		.source = "my file.rom", .imported = "2026-11-25T18:48:45Z",
	};

	snprintf(e.name, sizeof(e.name), "%s.rom", name);
	memset(e.sha256, 'a', 64);
	return e;
}

/* The ROM @name and its sidecar, which says @e. */
static void put_entry(const char *name, const struct rom_store_entry *e)
{
	char file[128], rom[512] = { 0 };
	json_t *json = rom_store_entry_json(e);
	char *text = json_dumps(json, 0);

	assert_non_null(text);
	snprintf(file, sizeof(file), "%s.json", name);
	put(file, text, strlen(text));
	snprintf(file, sizeof(file), "%s.rom", name);
	put(file, rom, sizeof(rom));
	free(text);
	json_decref(json);
}

static void read_store(size_t n, size_t bad)
{
	assert_int_equal(rom_store_read(dir, &store), 0);
	assert_int_equal(store.n, n);
	assert_int_equal(store.n_bad, bad);
}

static bool told(const char *name)
{
	for (size_t i = 0; i < store.n_bad && i < ARRAY_SIZE(store.bad); i++)
		if (!strcmp(store.bad[i].name, name) && *store.bad[i].why)
			return true;
	return false;
}

static void an_entry(void **state)
{
	struct rom_store_entry e = entry("b"), other = entry("a");

	(void)state;
	memset(other.sha256, 'b', 64);
	other.kind = ROM_STORE_VBIOS;
	put_entry("b", &e);
	put_entry("a", &other);
	read_store(2, 0);
	/* By name, and as it was written. */
	assert_memory_equal(&store.entry[0], &other, sizeof(other));
	assert_memory_equal(&store.entry[1], &e, sizeof(e));
	assert_string_equal(store.dir, dir);
	assert_ptr_equal(rom_store_find_sha256(&store, other.sha256), &store.entry[0]);
	assert_null(rom_store_find_sha256(&store, "cc"));
	/* What is not a sidecar is nobody's business. */
	put("README", "x", 1);
	put(".hidden.json", "x", 1);
	put(".json", "x", 1);
	put("c.json.7.new", "x", 1);
	put("lonely.rom", "x", 1);
	read_store(2, 0);
}

static void no_store(void **state)
{
	char path[PATH_MAX], link[PATH_MAX];
	struct rom_store_entry e = entry("a");

	(void)state;
	path_of(path, "nothing");
	assert_int_equal(rom_store_read(path, &store), 0);
	assert_int_equal(store.n + store.n_bad, 0);
	assert_int_equal(rom_store_read("", &store), 0);
	assert_int_equal(store.n + store.n_bad, 0);
	put_entry("a", &e);
	/* A link may lead anywhere; others may write; it is a file. */
	path_of(link, "link");
	assert_int_equal(symlink(dir, link), 0);
	assert_int_equal(rom_store_read(link, &store), 0);
	assert_int_equal(store.n, 0);
	assert_int_equal(store.n_bad, 1);
	path_of(path, "a.rom");
	assert_int_equal(rom_store_read(path, &store), 0);
	assert_int_equal(store.n_bad, 1);
	assert_int_equal(chmod(dir, 0770), 0);
	read_store(0, 1);
	assert_true(told(""));
	assert_int_equal(chmod(dir, 0755), 0);
	read_store(1, 0);
}

/* Each member missing, of another type, or out of its range: that one is skipped, the other stays. */
static void members(void **state)
{
	static const struct {
		const char *key, *value;
	} wrong[] = {
		{ "version", "2" }, { "version", "\"1\"" }, { "kind", "\"rom-list\"" },
		{ "file", "\"a.bin\"" }, { "file", "\".rom\"" }, { "file", "\"../a.rom\"" },
		{ "file", "\"b/a.rom\"" }, { "file", "7" }, { "rom", "\"efi\"" }, { "rom", "\"\"" },
		{ "platform", "\"../../x\"" }, { "platform", "\"adl-s\"" },
		{ "platform", "\"AAAAAAAAAAAAAAAA\"" }, { "generation", "12" },
		{ "generation", "\"twelve\"" }, { "generation", "\"123456789\"" },
		{ "device", "\"46921\"" }, { "device", "\"469z\"" }, { "device", "18066" },
		{ "device", "\"\"" }, { "devices", "\"4692\"" }, { "devices", "[4692]" },
		{ "devices", "[\"4692\", null]" }, { "assign", "1" }, { "size", "0" },
		{ "size", "-1" }, { "size", "16777217" }, { "size", "1e3" },
		{ "size", "99999999999999999999" }, { "sha256", "\"aa\"" },
		{ "sha256", "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"" },
		{ "source", "null" }, { "imported", "[]" },
	};
	struct rom_store_entry e = entry("a"), good = entry("good");
	json_t *whole = rom_store_entry_json(&e);
	struct rom_store_entry parsed;
	const char *key;
	json_t *value;
	void *next;

	(void)state;
	memset(good.sha256, 'b', 64);
	put_entry("a", &e);
	put_entry("good", &good);
	json_object_foreach_safe(whole, next, key, value) {
		json_t *lacks = json_copy(whole);

		json_object_del(lacks, key);
		assert_non_null(rom_store_entry_parse(lacks, &parsed));
		json_decref(lacks);
	}
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		json_t *other = json_copy(whole), *v = json_loads(wrong[i].value, JSON_DECODE_ANY, NULL);
		char *text;

		if (!v) {	/* a number that jansson itself refuses */
			json_decref(other);
			continue;
		}
		json_object_set_new(other, wrong[i].key, v);
		if (!rom_store_entry_parse(other, &parsed))
			fail_msg("%s: %s", wrong[i].key, wrong[i].value);
		text = json_dumps(other, 0);
		put("a.json", text, strlen(text));
		read_store(1, 1);
		assert_true(told("a.json"));
		assert_string_equal(store.entry[0].name, "good.rom");
		free(text);
		json_decref(other);
	}
	json_decref(whole);
}

static void too_many_ids(void **state)
{
	struct rom_store_entry e = entry("a"), parsed;
	json_t *json = rom_store_entry_json(&e), *ids = json_object_get(json, "devices");

	(void)state;
	while (json_array_size(ids) < ROM_STORE_IDS_MAX)
		json_array_append_new(ids, json_string("4692"));
	assert_null(rom_store_entry_parse(json, &parsed));
	assert_int_equal(parsed.n_ids, ROM_STORE_IDS_MAX);
	json_array_append_new(ids, json_string("4692"));
	assert_non_null(rom_store_entry_parse(json, &parsed));
	json_decref(json);
}

static void foreign_text_is_made_harmless(void **state)
{
	struct rom_store_entry e = entry("a");

	(void)state;
	strcpy(e.source, "\033[31mred\n.rom");
	put_entry("a", &e);
	read_store(1, 0);
	assert_string_equal(store.entry[0].source, "?[31mred?.rom");
	put("b\033[2J.json", "{", 1);
	read_store(1, 1);
	assert_null(strchr(store.bad[0].name, '\033'));
}

static void every_truncation(void **state)
{
	struct rom_store_entry e = entry("a");
	json_t *json = rom_store_entry_json(&e);
	char *text = json_dumps(json, JSON_INDENT(2));

	(void)state;
	put_entry("a", &e);
	for (size_t n = 0; n < strlen(text); n++) {
		put("a.json", text, n);
		read_store(0, 1);
	}
	put("a.json", text, strlen(text));
	read_store(1, 0);
	free(text);
	json_decref(json);
}

static void files_that_do_not_belong(void **state)
{
	struct rom_store_entry e = entry("a");
	char path[PATH_MAX], *big = malloc(ROM_STORE_SIDECAR_MAX + 1);

	(void)state;
	assert_non_null(big);
	put_entry("b", &e);	/* names a.rom */
	read_store(0, 1);
	assert_true(told("b.json"));
	put_entry("aa", &e);	/* the beginning of its name */
	read_store(0, 2);
	put_entry("a", &e);
	read_store(1, 2);
	path_of(path, "a.rom");
	assert_int_equal(unlink(path), 0);
	read_store(0, 3);
	/* A ROM elsewhere. */
	assert_int_equal(symlink("/dev/zero", path), 0);
	read_store(0, 3);
	assert_true(told("a.json"));
	memset(big, ' ', ROM_STORE_SIDECAR_MAX + 1);
	put("big.json", big, ROM_STORE_SIDECAR_MAX + 1);
	path_of(path, "pipe.json");
	assert_int_equal(mkfifo(path, 0644), 0);
	path_of(path, "folder.json");
	assert_int_equal(mkdir(path, 0755), 0);
	read_store(0, 6);
	assert_true(told("big.json") && told("pipe.json") && told("folder.json"));
	free(big);
}

static void more_than_are_looked_at(void **state)
{
	struct rom_store_entry e;
	char name[16];

	(void)state;
	for (int i = 0; i < ROM_STORE_MAX + 12; i++) {
		snprintf(name, sizeof(name), "r%03d", i);
		e = entry(name);
		put_entry(name, &e);
	}
	read_store(ROM_STORE_MAX, 12);
	assert_true(told("r128.json"));
	assert_string_equal(store.entry[ROM_STORE_MAX - 1].name, "r127.rom");
}

static void names(void **state)
{
	static const char *const good[] = { "a", "0", "adl-s-gop-0123456789ab", "My.ROM_1" };
	static const char *const bad[] = { "", ".", "..", ".x", "-x", "a/b", "a b", "a\n", "\xc3\xa9" };
	char name[70];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_null(rom_store_name_check(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_non_null(rom_store_name_check(bad[i]));
	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	assert_null(rom_store_name_check(name));
	name[64] = 'a';
	name[65] = '\0';
	assert_non_null(rom_store_name_check(name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_entry, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(no_store, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(members, make_dir, remove_dir),
		cmocka_unit_test(too_many_ids),
		cmocka_unit_test_setup_teardown(foreign_text_is_made_harmless, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(every_truncation, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(files_that_do_not_belong, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(more_than_are_looked_at, make_dir, remove_dir),
		cmocka_unit_test(names),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
