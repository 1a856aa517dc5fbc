/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "launcher/base/cleanup.h"
#include "launcher/decide/keys.h"

/* "ctrl+alt+delete"; "" when it is none */
static const char *joined(bool ok, const struct keys_chord *c)
{
	static char text[128];

	*text = '\0';
	for (size_t i = 0; ok && i < c->n; i++) {
		if (i)
			strcat(text, "+");
		strcat(text, c->key[i]);
	}
	return text;
}

static void words(void **state)
{
	static const char *const rows[][2] = {
		{ "ret", "ret" }, { "Enter", "ret" }, { "ctrl-alt-delete", "ctrl+alt+delete" },
		{ "CTRL-ALT-DEL", "ctrl+alt+delete" }, { "win-r", "meta_l+r" }, { "f12", "f12" }, { "a", "a" },
		{ "minus", "minus" }, { "ctrl-minus", "ctrl+minus" }, { "altgr-q", "alt_r+q" },
	};
	struct keys_chord c;
	char bad[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(joined(keys_word(rows[i][0], &c, bad), &c), rows[i][1]);
}

static void bad_words(void **state)
{
	static const char *const rows[][3] = {
		{ "ctlr-a", "ctlr", "ctrl" }, { "retrun", "retrun", "return" }, { "delte", "delte", "delete" },
		{ "hello", "hello", NULL }, { "", "", NULL }, { "a-", "", NULL }, { "-", "", NULL },
		{ "a-a", "", NULL }, { "del-delete", "", NULL }, { "a-b-c-d-e-f", "", NULL }, { "f13", "f13", "f1" },
		{ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL },
		{ "\xc3\xa9", "\xc3\xa9", NULL },
	};
	struct keys_chord c;
	char bad[32];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *near;

		assert_false(keys_word(rows[i][0], &c, bad));
		assert_string_equal(bad, rows[i][1]);
		near = *bad ? keys_nearest(bad) : NULL;
		if (!rows[i][2])
			assert_null(near);
		else
			assert_string_equal(near, rows[i][2]);
	}
}

/* Each printable ASCII character has its keys, no two the same; nothing else has. */
static void characters(void **state)
{
	char seen[128][128];
	struct keys_chord c;

	(void)state;
	for (int ch = 0; ch < 256; ch++) {
		bool wanted = (ch >= ' ' && ch < 127) || ch == '\n' || ch == '\t';
		bool ok = keys_char((char)ch, &c);

		if (ok != wanted)
			fail_msg("character %d", ch);
		if (ch < 128)
			strcpy(seen[ch], joined(ok, &c));
	}
	for (int a = 1; a < 128; a++)
		for (int b = 1; b < a; b++)
			if (*seen[a] && !strcmp(seen[a], seen[b]))
				fail_msg("%c and %c are both %s", a, b, seen[a]);
	assert_string_equal(seen['A'], "shift+a");
	assert_string_equal(seen['@'], "shift+2");
	assert_string_equal(seen['"'], "shift+apostrophe");
	assert_string_equal(seen['\n'], "ret");
	assert_string_equal(seen['-'], "minus");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(bad_words),
		cmocka_unit_test(characters),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
