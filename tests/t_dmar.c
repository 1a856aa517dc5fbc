/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ACPI table DMAR: what is in it, and tables that are cut, looped, or none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

#include "launcher/facts/dmar.h"

static const struct bdf igpu = { 0, 0, 2, 0 };

/* Header; a unit for 00:02.0; one for all else; RMRR of 00:14.0 and of 00:02.0. */
static size_t table(uint8_t t[256])
{
	static const uint8_t body[] = {
		38, 0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 24, 0, 0, 0, 0, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0, 1, 8, 0, 0, 0, 0, 2, 0,
		0, 0, 16, 0, 1, 0, 0, 0, 0, 0x10, 0xd9, 0xfe, 0, 0, 0, 0,
		1, 0, 40, 0, 0, 0, 0, 0, 0, 0, 0, 0x7c, 0, 0, 0, 0, 0xff, 0xff, 0x7f, 0x80, 0, 0, 0, 0,
		1, 8, 0, 0, 0, 0, 0x14, 0, 1, 8, 0, 0, 0, 0, 2, 0,
	};

	memset(t, 0, 256);
	memcpy(t, "DMAR", 4);
	t[4] = 36 + sizeof(body);
	memcpy(t + 36, body, sizeof(body));
	return 36 + sizeof(body);
}

static void test_good(void **state)
{
	uint8_t t[256];
	struct dmar d;
	size_t n = table(t);

	(void)state;
	assert_int_equal(dmar_parse((struct span){ t, n }, igpu, &d), 0);
	assert_true(d.valid && !d.cut && d.remapping && d.preboot && d.igpu_unit);
	assert_int_equal(d.width, 39);
	assert_int_equal(d.units, 2);
	assert_int_equal(d.n_rmrr, 2);
	assert_int_equal(d.rmrr[0].bdf.dev, 0x14);
	assert_int_equal(d.rmrr[1].bdf.dev, 2);
	assert_true(d.rmrr[1].first == 0x7c000000 && d.rmrr[1].last == 0x807fffff);
	t[37] = 0;
	assert_int_equal(dmar_parse((struct span){ t, n }, igpu, &d), 0);
	assert_false(d.preboot || d.remapping);
	assert_int_equal(dmar_parse((struct span){ t, n }, (struct bdf){ .dev = 3 }, &d), 0);
	assert_false(d.igpu_unit);
}

/* Each prefix in memory of just its size, so that a read too far is seen by the sanitizers. */
static void test_cut(void **state)
{
	uint8_t t[256];
	struct dmar d;
	size_t n = table(t);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		uint8_t *p = malloc(i ? i : 1);

		memcpy(p, t, i);
		assert_int_equal(dmar_parse((struct span){ p, i }, igpu, &d), -EBADMSG);
		assert_false(d.valid);
		free(p);
	}
	for (size_t i = 48; i < n; i++) {
		t[4] = (uint8_t)i;
		assert_int_equal(dmar_parse((struct span){ t, n }, igpu, &d), 0);
		assert_true(d.valid);
		assert_true(d.cut == (i != 48 && i != 72 && i != 88));
	}
}

static void test_bad(void **state)
{
	uint8_t t[256];
	struct dmar d;
	size_t n = table(t);

	(void)state;
	t[50] = 0;		/* a structure of no length */
	assert_int_equal(dmar_parse((struct span){ t, n }, igpu, &d), 0);
	assert_true(d.cut && !d.units);
	n = table(t);
	t[65] = 0;		/* a scope of no length */
	assert_int_equal(dmar_parse((struct span){ t, n }, igpu, &d), 0);
	assert_true(!d.igpu_unit && d.units == 2);
	n = table(t);
	t[65] = 9;		/* one that leaves its structure */
	assert_int_equal(dmar_parse((struct span){ t, n }, igpu, &d), 0);
	assert_false(d.igpu_unit);
	t[0] = 'X';
	assert_int_equal(dmar_parse((struct span){ t, n }, igpu, &d), -EBADMSG);
	assert_int_equal(dmar_parse((struct span){ NULL, 0 }, igpu, &d), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good), cmocka_unit_test(test_cut), cmocka_unit_test(test_bad),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
