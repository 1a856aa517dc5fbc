/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a guest says about BitLocker: good, of another shape, hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/base/cleanup.h"
#include "launcher/decide/bitlocker.h"

#define V(letter, status)	"{\"DriveLetter\":" letter ",\"ProtectionStatus\":" status "}"

static void answers(void **state)
{
	static const struct {
		const char *out;
		enum bitlocker want;
		const char *which;	/* NULL: any text */
	} rows[] = {
		{ V("\"C:\"", "0") "\r\n", BITLOCKER_OFF, "" },
		{ V("\"C:\"", "1") "\r\n", BITLOCKER_ON, "C:" },
		{ V("\"C:\"", "2"), BITLOCKER_UNKNOWN, "C:" },
		{ V("null", "1"), BITLOCKER_ON, "?" },
		{ "[" V("\"C:\"", "0") "," V("\"D:\"", "1") "," V("\"E:\"", "1") "]", BITLOCKER_ON, "D: E:" },
		{ "[" V("\"C:\"", "1") "," V("\"D:\"", "2") "]", BITLOCKER_ON, "C:" },
		{ "[" V("\"C:\"", "2") "," V("\"D:\"", "1") "]", BITLOCKER_ON, "D:" },
		{ "[" V("\"C:\"", "0") "," V("\"D:\"", "2") "]", BITLOCKER_UNKNOWN, "D:" },
		{ "", BITLOCKER_OFF, "" }, { " \r\n", BITLOCKER_OFF, "" }, { "[]", BITLOCKER_OFF, "" },
		{ V("\"C:\"", "3"), BITLOCKER_UNKNOWN, "C:" },
		{ V("\"C:\"", "\"On\""), BITLOCKER_UNKNOWN, "C:" },
		{ V("\"C:\"", "1.0"), BITLOCKER_UNKNOWN, "C:" },
		{ V("\"C:\"", "4294967296"), BITLOCKER_UNKNOWN, "C:" },
		{ V("\"\\u001b[2J\"", "1"), BITLOCKER_ON, "?[2J" },
		{ "{}", BITLOCKER_UNKNOWN, NULL }, { "[1]", BITLOCKER_UNKNOWN, NULL }, { "[null]", BITLOCKER_UNKNOWN, NULL },
		{ "1", BITLOCKER_UNKNOWN, NULL }, { "{\"DriveLetter\":", BITLOCKER_UNKNOWN, NULL },
		{ "Get-CimInstance : Access denied", BITLOCKER_UNKNOWN, NULL },
	};
	char which[128];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		enum bitlocker v = bitlocker_judge(rows[i].out, strlen(rows[i].out), which);

		if (v != rows[i].want)
			fail_msg("%s: %d", rows[i].out, v);
		if (rows[i].which)
			assert_string_equal(which, rows[i].which);
		else
			assert_true(*which);
	}
}

/* Thousands of volumes with long names fit nowhere and break nothing. */
static void many(void **state)
{
	char *text = malloc(1 << 20), which[128];
	size_t n = 0;

	(void)state;
	n += (size_t)sprintf(text, "[");
	for (int i = 0; i < 4000; i++)
		n += (size_t)sprintf(text + n, "%s" V("\"%0100d\"", "1"), i ? "," : "", i);
	n += (size_t)sprintf(text + n, "]");
	assert_int_equal(bitlocker_judge(text, n, which), BITLOCKER_ON);
	assert_int_equal(strlen(which), 127);
	free(text);
}

/* The agent on Windows joins the words; a double quote would end one. */
static void words(void **state)
{
	(void)state;
	for (const char *const *w = bitlocker_words; *w; w++)
		assert_null(strpbrk(*w, "\"\\"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers),
		cmocka_unit_test(many),
		cmocka_unit_test(words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("bitlocker", tests, NULL, NULL);
}
