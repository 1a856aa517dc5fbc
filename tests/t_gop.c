/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "romfiles/gop.h"

static uint8_t buf[4096];

static void put_id(size_t at, uint16_t id)
{
	buf[at] = (uint8_t)id;
	buf[at + 1] = (uint8_t)(id >> 8);
}

static void put_name(size_t at, const char *text)
{
	for (size_t i = 0; text[i]; i++) {
		buf[at + 2 * i] = (uint8_t)text[i];
		buf[at + 2 * i + 1] = 0;
	}
}

static struct gop_facts look(size_t n)
{
	struct gop_facts g;

	gop_parse((struct span){ buf, n }, &g);
	return g;
}

static void a_table_of_ids(void **state)
{
	struct gop_facts g;

	(void)state;
	memset(buf, 0xcc, sizeof(buf));
	put_id(100, 0x4692);
	put_id(102, 0x4680);
	put_id(104, 0x4682);
	g = look(sizeof(buf));
	assert_false(g.named);
	assert_int_equal(g.n_ids, 3);
	assert_int_equal(g.id[0], 0x4680);
	assert_int_equal(g.id[2], 0x4692);
	assert_true(gop_knows(&g, 0x4682));
	assert_false(gop_knows(&g, 0x4690));
	assert_true(gop_knows_platform(&g, 0x4690));
	assert_false(gop_knows_platform(&g, 0x3e92));
	assert_false(gop_knows_platform(&g, 0xffff));
}

/* cmp eax, imm32 at any alignment: ids some bytes apart. */
static void ids_in_instructions(void **state)
{
	(void)state;
	memset(buf, 0xcc, sizeof(buf));
	put_id(201, 0x3e92);
	put_id(211, 0x3e91);
	put_id(221, 0x3e90);
	assert_int_equal(look(sizeof(buf)).n_ids, 3);
}

static void chance_is_none(void **state)
{
	(void)state;
	memset(buf, 0xcc, sizeof(buf));
	put_id(100, 0x4692);
	put_id(110, 0x4692);
	put_id(120, 0x4680);
	put_id(1000, 0x4682);
	assert_int_equal(look(sizeof(buf)).n_ids, 0);
}

static void a_name(void **state)
{
	static const char text[] = "Intel(R) GOP Driver";
	size_t end = sizeof(buf);

	(void)state;
	memset(buf, 0xcc, sizeof(buf));
	put_name(end - 2 * strlen(text), text);
	assert_true(look(end).named);
	assert_false(look(end - 1).named);
	put_name(10, "Intel(R) Valley View Graphics Controller");
	assert_true(look(end - 1).named);
}

static void ends_and_edges(void **state)
{
	struct gop_facts g;
	size_t n = 0;

	(void)state;
	for (size_t len = 0; len < 4; len++)
		assert_int_equal(look(len).n_ids, 0);
	gop_parse((struct span){ NULL, 0 }, &g);
	assert_int_equal(g.n_ids, 0);
	/* Every known id in one table. */
	memset(buf, 0xcc, sizeof(buf));
	while (igd_id_at(n)) {
		put_id(2 * n, igd_id_at(n)->device_id);
		n++;
	}
	g = look(sizeof(buf));
	assert_int_equal(g.n_ids, n);
	for (size_t i = 1; i < g.n_ids; i++)
		assert_true(g.id[i - 1] < g.id[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_of_ids),
		cmocka_unit_test(ids_in_instructions),
		cmocka_unit_test(chance_is_none),
		cmocka_unit_test(a_name),
		cmocka_unit_test(ends_and_edges),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
