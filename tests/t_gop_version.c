/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/gop_version.h"

static uint8_t buf[1024];

/* @text in UCS-2, at @at of nothing. */
static struct span ucs2(size_t at, const char *text)
{
	memset(buf, 0xcc, sizeof(buf));
	for (size_t i = 0; i <= strlen(text); i++) {
		buf[at + 2 * i] = (uint8_t)text[i];
		buf[at + 2 * i + 1] = 0;
	}
	return (struct span){ buf, at + 2 * strlen(text) + 2 };
}

static void what_it_tells(void **state)
{
	static const struct {
		const char *text, *version;	/* NULL: not Intel's */
	} cases[] = {
		{ "Intel(R) GOP Driver [17.0.1061]", "17.0.1061" },
		{ "Intel(R) GOP Driver [9.0.1046]", "9.0.1046" },
		{ "Intel(R) GOP Driver", "" },
		{ "Intel(R) GOP Driver [17.0.1061", "" },
		{ "Intel(R) GOP Driver [17a0]", "" },
		{ "Intel(R) GOP Driver []", "" },
		{ "Intel(R) GOP Driver [1234567890.1234567890.12]", "" },	/* longer than any */
		{ "Intel(R) GOP Driver; Intel(R) GOP Driver [21.0.1]", "21.0.1" },
		{ "Intel(R) GOP Drive", NULL },
		{ "IntelIntel(R) GOP Driver [2.0]", "2.0" },
		{ "AMD GOP Driver [1.0]", NULL },
	};
	char version[GOP_VERSION_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t at = 0; at < 4; at++) {
			assert_int_equal(gop_version(ucs2(at, cases[i].text), version),
					 cases[i].version != NULL);
			assert_string_equal(version, cases[i].version ? cases[i].version : "");
		}
	assert_false(gop_version((struct span){ NULL, 0 }, version));
	/* A letter of another alphabet, with the same low byte. */
	ucs2(0, "Intel(R) GOP Driver [17.0.1061]");
	buf[2 * 3 + 1] = 1;
	assert_false(gop_version((struct span){ buf, 64 }, version));
	assert_string_equal(version, "");
}

/* Texts of their own as a compiler lays them down, each from @align on; "" is filling. */
static struct span laid_down(const char *const *text, size_t align)
{
	size_t at = 0;

	memset(buf, 0, sizeof(buf));
	for (; *text; text++) {
		for (size_t i = 0; i < strlen(*text); i++)
			buf[at + 2 * i] = (uint8_t)(*text)[i];
		at += 2 * strlen(*text) + 2;
		at = (at + align - 1) / align * align;
	}
	return (struct span){ buf, at };
}

#define NAME	"Intel(R) GOP Driver"
#define FAR	"a text of some other part of the driver, long enough"

static void what_it_tells_in_parts(void **state)
{
	static const struct {
		const char *text[12], *version;
	} cases[] = {
		{ { "0", NAME, " [", "11", ".", "1014", "]" }, "11.x.1014" },
		{ { NAME, " [", "9", ".", "0", "1046", "]" }, "9.0.1046" },
		{ { NAME, FAR, "5", "0", "1036" }, "5.0.1036" },
		{ { NAME, FAR, FAR, "5", "1034" }, "5.x.1034" },
		{ { NAME, "2", FAR, "17", "0", "1061" }, "17.0.1061" },		/* the 2 is something else */
		{ { NAME, "1", "17", "0", "1061" }, "17.0.1061" },
		{ { NAME, " [", "]" }, "" },
		{ { NAME, "17", "0" }, "" },
		{ { NAME, "1061" }, "" },		/* a build alone is no version */
		{ { NAME, "17", "0", "123456" }, "" },
		{ { NAME, "17", FAR, "1061" }, "" },
		{ { NAME, FAR, FAR, FAR, FAR, "17", "0", "1061" }, "" },	/* not the name's any more */
		{ { "17", "0", "1061", NAME }, "" },
	};
	char version[GOP_VERSION_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		for (size_t align = 2; align <= 8; align *= 2) {
			assert_true(gop_version(laid_down(cases[i].text, align), version));
			assert_string_equal(version, cases[i].version);
		}
}

static void parts_truncated(void **state)
{
	static const char *const text[] = { NAME, " [", "9", ".", "0", "1046", "]", NULL };
	struct span s = laid_down(text, 4);
	char version[GOP_VERSION_MAX];

	(void)state;
	for (size_t n = 0; n < s.n; n++) {
		uint8_t *exact = malloc(n + !n);

		assert_non_null(exact);
		memcpy(exact, s.p, n);
		if (gop_version((struct span){ exact, n }, version) && *version)
			assert_string_equal(version, "9.0.1046");
		free(exact);
	}
}

static void every_truncation(void **state)
{
	struct span s = ucs2(3, "Intel(R) GOP Driver [17.0.1061]");
	char version[GOP_VERSION_MAX];

	(void)state;
	for (size_t n = 0; n < s.n; n++) {
		uint8_t *exact = malloc(n + !n);

		assert_non_null(exact);
		memcpy(exact, s.p, n);
		/* A version without its bracket could go on. */
		if (gop_version((struct span){ exact, n }, version) && n < s.n - 2)
			assert_string_equal(version, "");
		free(exact);
	}
}

static void what_it_drives(void **state)
{
	static const struct {
		uint16_t device;
		const char *version;
		bool fits;
	} cases[] = {
		{ 0x4692, "17.0.1061", true },	{ 0x4692, "17.1.2", true }, { 0x4692, "17", true },
		{ 0x4692, "17.1", true },	{ 0x4692, "17.2.1", false }, { 0x4692, "17.10.1", false },
		{ 0x4692, "171.0.1", false },	{ 0x4692, "1", false },	{ 0x4692, "9.0.1046", false },
		{ 0x4692, "", false },		{ 0x4692, "17.01.1", false },
		{ 0x3e92, "9.0.1046", true },	{ 0x3e92, "9.1.1", true }, { 0x0106, "2.0.1", true },
		{ 0x4692, "17.0", true },	{ 0x4692, "17.", false },
		{ 0x4692, "17.x.1061", true },	{ 0x4692, "1.x.1061", false },
		{ 0x4692, "171.x.1", false },	{ 0x3e92, "9.x.1046", true },
		{ 0x1912, "9.1.1", false },	{ 0x0a84, "13.0.1", false },	/* none is known */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct igd_platform *pf = igd_find(cases[i].device);

		assert_non_null(pf);
		if (gop_version_fits(cases[i].version, pf) != cases[i].fits)
			fail_msg("%04x: %s", cases[i].device, cases[i].version);
	}
	/* Every row of the table fits itself, written out. */
	for (size_t i = 0; igd_id_at(i); i++) {
		const struct igd_platform *pf = igd_find(igd_id_at(i)->device_id);
		char text[GOP_VERSION_MAX];
		size_t n = strcspn(pf->gop, ",");

		memcpy(text, pf->gop, n);
		text[n] = '\0';
		assert_int_equal(gop_version_fits(text, pf), n != 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_tells),
		cmocka_unit_test(what_it_tells_in_parts),
		cmocka_unit_test(parts_truncated),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(what_it_drives),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
