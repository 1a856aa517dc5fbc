/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pure parts of create: the answer file's filling, names, a WIM's list, discs that lie. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "launcher/create/answers.h"
#include "launcher/disc/inspect.h"
#include "launcher/facts/disk_blank.h"

static int fill(const char *template, const char *value, char **text, int *line)
{
	const struct answer_value values[] = { { "a", value }, { "none", "" }, { NULL, NULL } };

	*text = NULL;
	return answers_fill(template, values, text, line);
}

static void fills(const char *template, const char *value, const char *want)
{
	_free_ char *text = NULL;
	int line;

	assert_int_equal(fill(template, value, &text, &line), 0);
	assert_string_equal(text, want);
}

static void refuses(const char *template, const char *value, int err, int at)
{
	_free_ char *text = NULL;
	int line;

	assert_int_equal(fill(template, value, &text, &line), err);
	assert_null(text);
	assert_int_equal(line, at);
}

static void test_fill(void **state)
{
	(void)state;
	fills("x @{a} y\n", "1", "x 1 y\n");
	fills("@{a}", "<&>\"'", "&lt;&amp;&gt;&quot;&apos;\n");
	fills("@{a}", "@{a} ]]>", "@{a} ]]&gt;\n");
	fills("@{none}@{a}@", "\xe4\xbd\xa0", "\xe4\xbd\xa0@\n");
	fills("1\n@if a@\n2\n@end@\n@if none@\n3\n@end@\n4", "y", "1\n2\n4\n");
	fills("", "y", "");
	refuses("x\n@{b}", "y", -EINVAL, 2);
	refuses("@{a", "y", -EINVAL, 1);
	refuses("@if b@\n@end@", "y", -EINVAL, 1);
	refuses("@if a@\n@if a@\n@end@", "y", -EINVAL, 2);
	refuses("@end@", "y", -EINVAL, 1);
	refuses("@if a@\nx\n", "y", -EINVAL, 3);
	refuses("@{a}", "a\1b", -EILSEQ, 1);
	refuses("@{a}", "a\tb", -EILSEQ, 1);
	refuses("@{a}", "\xff", -EILSEQ, 1);
}

static void test_user(void **state)
{
	static const char *const good[] = { "user", "O&B", "\xe4\xbd\xa0\xe5\xa5\xbd", "a.b", "12345678901234567890" };
	static const char *const bad[] = {
		"", "123456789012345678901", "a/b", "a\"b", "a.", "a ", " a", "ADMINISTRATOR", "guest", "a\nb",
		"\xc3", "a%b", "...",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_null(answers_user_check(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_non_null(answers_user_check(bad[i]));
}

static void test_host(void **state)
{
	static const char *const rows[][2] = {
		{ "win11", "WIN11" }, { "a.b_c-", "A-B-C" }, { "1234", "W1234" },
		{ "123456789012345678", "W12345678901234" }, { "abcdefghijklmnopqrst", "ABCDEFGHIJKLMNO" },
	};
	char name[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		answers_host_name(rows[i][0], name);
		assert_string_equal(name, rows[i][1]);
	}
}

static int xml(const char *text, struct wim *w)
{
	return wim_xml((struct span){ (const uint8_t *)text, strlen(text) }, w);
}

static void test_wim(void **state)
{
	static const char good[] =
		"<WIM><IMAGE INDEX=\"6\"><NAME>Windows 11 Pro</NAME><WINDOWS><ARCH>9</ARCH>"
		"<EDITIONID>Professional</EDITIONID><LANGUAGES><DEFAULT>de-DE</DEFAULT></LANGUAGES>"
		"<VERSION><BUILD>22631</BUILD></VERSION></WINDOWS></IMAGE>"
		"<IMAGE INDEX=\"x\"><NAME>no number</NAME></IMAGE>"
		"<IMAGE INDEX=\"1\"><WINDOWS><EDITIONID>CoreSingleLanguage</EDITIONID><ARCH>77</ARCH>"
		"<X><NAME>not this</NAME></X></WINDOWS></IMAGE></WIM>";
	char many[8192] = "<WIM>", deep[4096] = "";
	struct wim w;

	(void)state;
	assert_int_equal(xml(good, &w), 0);
	assert_int_equal(w.n, 2);
	assert_int_equal(w.edition[0].index, 6);
	assert_string_equal(w.edition[0].name, "Windows 11 Pro");
	assert_string_equal(w.edition[0].language, "de-DE");
	assert_true(w.edition[0].arch == WIM_X64 && w.edition[0].build == 22631);
	assert_false(wim_is_home(&w.edition[0]));
	assert_true(wim_is_home(&w.edition[1]) && w.edition[1].arch == WIM_ARCH_UNKNOWN);
	assert_string_equal(w.edition[1].name, "");
	for (int i = 1; i < 100; i++)
		snprintf(many + strlen(many), sizeof(many) - strlen(many), "<IMAGE INDEX=\"%d\"/>", i);
	strcat(many, "</WIM>");
	assert_int_equal(xml(many, &w), 0);
	assert_int_equal(w.n, WIM_EDITIONS_MAX);
	for (int i = 0; i < 400; i++)
		strcat(deep, "<WIM>");
	assert_int_equal(xml(deep, &w), -EBADMSG);
	assert_int_equal(xml("", &w), -EBADMSG);
	assert_int_equal(xml("<WIM>", &w), -EBADMSG);
}

/* A directory whose record says it is longer than its sector, a root that lies outside. */
static void test_lying_disc(void **state)
{
	static uint8_t image[64 * DISC_SECTOR];
	struct disc d = { .size = sizeof(image), .n = 1 };
	struct disc_facts f;
	uint8_t *pvd = image + 16 * DISC_SECTOR;

	(void)state;
	d.piece[0] = (struct disc_piece){ 0, { image, sizeof(image) } };
	assert_int_equal(disc_judge(&d, &f), 0);
	assert_int_equal(f.kind, DISC_NO_ISO);
	memcpy(pvd, "\1CD001\1", 7);
	memcpy(pvd + DISC_SECTOR, "\377CD001\1", 7);
	memset(pvd + 158, 0xff, 8);
	assert_int_equal(disc_judge(&d, &f), 0);
	assert_int_equal(f.kind, DISC_OTHER);
	pvd[158] = 20;
	memset(pvd + 159, 0, 7);
	pvd[166] = 0;
	memset(pvd + 166, 0, 8);
	pvd[167] = 8;
	image[20 * DISC_SECTOR] = 255;
	image[20 * DISC_SECTOR + 32] = 255;
	assert_int_equal(disc_judge(&d, &f), 0);
	assert_int_equal(f.kind, DISC_OTHER);
}

static void test_blank(void **state)
{
	char path[] = "/tmp/igvm-blank-XXXXXX";
	_fd_ int fd = mkstemp(path);
	uint8_t head[72] = "QFI\xfb";

	(void)state;
	assert_true(fd >= 0);
	assert_false(disk_is_blank(path, true));
	assert_false(disk_is_blank(path, false));
	assert_int_equal(ftruncate(fd, 1 << 20), 0);
	assert_true(disk_is_blank(path, false));
	head[39] = 2;			/* two entries, at 4096 */
	head[46] = 0x10;
	assert_int_equal(pwrite(fd, head, sizeof(head), 0), sizeof(head));
	assert_true(disk_is_blank(path, true));
	assert_false(disk_is_blank(path, false));
	assert_int_equal(pwrite(fd, "\x80", 1, 4096 + 8), 1);
	assert_false(disk_is_blank(path, true));
	head[39] = 1;
	assert_int_equal(pwrite(fd, head, sizeof(head), 0), sizeof(head));
	assert_true(disk_is_blank(path, true));
	head[15] = 1;			/* a layer below */
	assert_int_equal(pwrite(fd, head, sizeof(head), 0), sizeof(head));
	assert_false(disk_is_blank(path, true));
	memset(head + 36, 0xff, 12);
	assert_int_equal(pwrite(fd, head, sizeof(head), 0), sizeof(head));
	assert_false(disk_is_blank(path, true));
	unlink(path);
	assert_false(disk_is_blank(path, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill), cmocka_unit_test(test_user), cmocka_unit_test(test_host),
		cmocka_unit_test(test_wim), cmocka_unit_test(test_lying_disc), cmocka_unit_test(test_blank),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
