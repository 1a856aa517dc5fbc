/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "launcher/base/bdf.h"
#include "launcher/base/file.h"
#include "launcher/base/paths.h"
#include "launcher/base/str.h"

static void parses_addresses(void **state)
{
	static const struct {
		const char *text, *canonical;	/* NULL: refused */
	} rows[] = {
		{ "0000:00:02.0", "0000:00:02.0" }, { "00:02.0", "0000:00:02.0" },
		{ "FFFF:ff:1F.7", "ffff:ff:1f.7" }, { "0:2.0", "0000:00:02.0" },
		{ "00:20.0", NULL }, { "00:02.8", NULL }, { "00:02", NULL }, { "", NULL },
		{ "00:02.0 ", NULL }, { " 00:02.0", NULL }, { "00000:00:02.0", NULL },
		{ "0000:00:02.00", NULL }, { "0000:000:02.0", NULL }, { "::.", NULL },
		{ "-0:02.0", NULL }, { "0000:00:02.0:1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char text[BDF_TEXT_MAX];
		struct bdf b;
		bool ok = bdf_parse(rows[i].text, &b);

		if (ok != (rows[i].canonical != NULL))
			fail_msg("'%s': %d", rows[i].text, ok);
		if (ok)
			assert_string_equal(bdf_text(b, text), rows[i].canonical);
	}
}

static void parses_numbers(void **state)
{
	uint64_t v = 0;

	(void)state;
	assert_true(str_u64("18446744073709551615", 10, UINT64_MAX, &v) && v == UINT64_MAX);
	assert_false(str_u64("18446744073709551616", 10, UINT64_MAX, &v));
	assert_true(str_u64("fF", 16, 255, &v) && v == 255);
	assert_false(str_u64("100", 16, 255, &v));
	assert_false(str_u64("", 10, 9, &v) || str_u64("-1", 10, 9, &v) || str_u64("+1", 10, 9, &v) ||
		     str_u64(" 1", 10, 9, &v) || str_u64("1 ", 10, 9, &v) || str_u64("0x1", 16, 9, &v) ||
		     str_u64("9a", 10, 999, &v));
	assert_false(str_u64("9", 10, 5, &v));
}

static void makes_text_harmless(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "plain\ttext", "plain\ttext" }, { "\033[2Jx", "?[2Jx" }, { "a\nb\x7f", "a?b?" },
		{ "\xe4\xbd\xa0", "\xe4\xbd\xa0" }, { "\xe4\xbd", "??" }, { "\xc2\x9b" "31m", "??31m" },
		{ "\xc0\x80", "??" }, { "\xed\xa0\x80", "???" }, { "\xf5\x80\x80\x80", "????" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char buf[64];

		strcpy(buf, rows[i].in);
		str_sanitize(buf);
		assert_string_equal(buf, rows[i].out);
	}
}

static void names_of_vms(void **state)
{
	static const char *const good[] = { "win11", "a", "0", "A.b_c-d" };
	static const char *const bad[] = {
		"", ".", "..", "../x", "a/b", "-x", ".x", "a b", "a\n", "\xe4\xbd\xa0", "_a",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_null(vm_name_check(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!vm_name_check(bad[i]))
			fail_msg("'%s' is accepted", bad[i]);
}

static char dir[64];

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/igvm-base-XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	(void)state;
	return dir_remove(dir);
}

static void reads_files(void **state)
{
	_fd_ int d = open(dir, O_RDONLY | O_DIRECTORY);
	char line[8], *text;
	size_t len;

	(void)state;
	assert_int_equal(file_replace_at(d, "f", "abcdef\nsecond\n", 14, 0600), 0);
	assert_int_equal(file_read_at(d, "f", 14, &text, &len), 0);
	assert_int_equal(len, 14);
	free(text);
	assert_int_equal(file_read_at(d, "f", 13, &text, NULL), -EFBIG);
	assert_int_equal(file_read_line_at(d, "f", line, sizeof(line)), 0);
	assert_string_equal(line, "abcdef");
	assert_int_equal(file_read_line_at(d, "f", line, 6), -EFBIG);
	assert_int_equal(file_read_at(d, "none", 10, &text, NULL), -ENOENT);
	assert_int_equal(file_read_at(d, ".", 10, &text, NULL), -EISDIR);
	assert_int_equal(mkfifoat(d, "fifo", 0600), 0);
	assert_int_equal(file_read_at(d, "fifo", 10, &text, NULL), -EINVAL);
}

static void replaces_files(void **state)
{
	_fd_ int d = open(dir, O_RDONLY | O_DIRECTORY);
	struct stat st;
	char line[16];

	(void)state;
	assert_int_equal(file_replace_at(d, "g", "one\n", 4, 0640), 0);
	assert_int_equal(fstatat(d, "g", &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	assert_int_equal(file_replace_at(d, "g", "two\n", 4, 0600), 0);
	assert_int_equal(file_read_line_at(d, "g", line, sizeof(line)), 0);
	assert_string_equal(line, "two");
	assert_int_equal(file_replace_at(d, "no/such/g", "x", 1, 0600), -ENOENT);
	/* A link is replaced, not followed. */
	assert_int_equal(symlinkat("g", d, "link"), 0);
	assert_int_equal(file_replace_at(d, "link", "three\n", 6, 0600), 0);
	assert_int_equal(file_read_line_at(d, "g", line, sizeof(line)), 0);
	assert_string_equal(line, "two");
}

static void directories_are_ours(void **state)
{
	char path[128];
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/a/b/c", dir);
	fd = dir_open_mine(path, 0700);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(chmod(path, 0777), 0);
	assert_int_equal(dir_open_mine(path, 0700), -EPERM);
	snprintf(path, sizeof(path), "%s/to-tmp", dir);
	assert_int_equal(symlink("/tmp", path), 0);
	assert_int_equal(dir_open_mine(path, 0700), -ENOTDIR);
	/* Removing a tree removes the link, not what it names. */
	snprintf(path, sizeof(path), "%s/a/b/out", dir);
	assert_int_equal(symlink("/tmp", path), 0);
	snprintf(path, sizeof(path), "%s/a", dir);
	assert_int_equal(dir_remove(path), 0);
	assert_int_equal(access("/tmp", F_OK), 0);
	assert_int_equal(dir_remove(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_addresses),
		cmocka_unit_test(parses_numbers),
		cmocka_unit_test(makes_text_harmless),
		cmocka_unit_test(names_of_vms),
		cmocka_unit_test(reads_files),
		cmocka_unit_test(replaces_files),
		cmocka_unit_test(directories_are_ours),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
