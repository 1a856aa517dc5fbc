/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The small pure parts of romfiles/efi: report lines, memory map, OpRegion. */
#include "tests/efi_fake.h"

#include "romfiles/efi/guest_igd.h"
#include "romfiles/efi/memmap.h"
#include "romfiles/efi/opreg.h"

#define GIB (UINT64_C(1) << 30)

/* --- report lines -------------------------------------------------------------- */

static void test_line(void **state)
{
	struct fake *f = fake_new("probe", REPORT_PROBE_PREFIX);

	(void)state;
	emit_open(&f->emit, "x");
	emit_hex(&f->emit, "a", 0xab, 4);
	emit_hex(&f->emit, "b", UINT64_MAX, 8);
	emit_hex(&f->emit, "c", 0, 2);
	emit_num(&f->emit, "d", 0);
	emit_num(&f->emit, "e", INT64_MAX);
	emit_num(&f->emit, "i", UINT64_MAX);
	emit_num(&f->emit, "f", 4294967296);
	emit_bool(&f->emit, "g", true);
	emit_str(&f->emit, "h", NULL);
	emit_bdf(&f->emit, PCI_LPC | 3);
	emit_close(&f->emit);
	assert_string_equal(f->said_text,
			    "\nigvm-probe: {\"probe\":\"x\",\"a\":\"0x00ab\","
			    "\"b\":\"0xffffffffffffffff\",\"c\":\"0x00\",\"d\":0,"
			    "\"e\":9223372036854775807,\"i\":null,\"f\":4294967296,\"g\":true,"
			    "\"h\":null,\"bdf\":\"00:1f.3\"}\n");
	fake_free(f);
}

static void test_line_overflow(void **state)
{
	struct fake *f = fake_new("probe", REPORT_PROBE_PREFIX);
	char long_text[REPORT_LINE_MAX];

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	emit_open(&f->emit, "x");
	emit_num(&f->emit, "a", 1);
	emit_str(&f->emit, "b", long_text);
	emit_num(&f->emit, "c", 2);
	emit_close(&f->emit);
	assert_string_equal(f->said_text,
			    "\nigvm-probe: {\"probe\":\"x\",\"error\":\"overflow\"}\n");
	fake_free(f);
}

/* Every length around the limit gives a line that fits and is whole. */
static void test_line_limit(void **state)
{
	(void)state;
	for (size_t n = REPORT_LINE_MAX - 80; n < REPORT_LINE_MAX; n++) {
		struct fake *f = fake_new("probe", REPORT_PROBE_PREFIX);
		char *text = calloc(1, n + 1);
		json_t *line;

		memset(text, 'x', n);
		emit_open(&f->emit, "x");
		emit_str(&f->emit, "b", text);
		emit_close(&f->emit);
		line = fake_line(f, "x", 0);
		assert_non_null(line);
		json_decref(line);
		free(text);
		fake_free(f);
	}
}

static void test_begin_end(void **state)
{
	struct fake *f = fake_new("assign", REPORT_ASSIGN_PREFIX);

	(void)state;
	emit_begin(&f->emit, "uefi");
	emit_end(&f->emit);
	assert_string_equal(f->said_text,
			    "\nigvm-assign: {\"assign\":\"begin\",\"version\":1,"
			    "\"firmware\":\"uefi\"}\n"
			    "\nigvm-assign: {\"assign\":\"end\",\"lines\":2}\n");
	fake_free(f);
}

/* --- memory map ----------------------------------------------------------------- */

static struct memmap *map_new(void)
{
	struct memmap *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	memmap_add(m, (struct mem_range){ 0, 0x9f000, MEM_FREE, true });
	memmap_add(m, (struct mem_range){ 0x100000, 0x100000, MEM_FREE, true });
	memmap_add(m, (struct mem_range){ 0x200000, 0x100000, MEM_FREE, true });
	memmap_add(m, (struct mem_range){ 0x300000, 0x10000, MEM_RESERVED, true });
	memmap_add(m, (struct mem_range){ 0x310000, 0x10000, MEM_RESERVED, false });
	return m;
}

static void test_map_ask(void **state)
{
	static const struct {
		uint64_t base, bytes;
		enum mem_answer answer;
	} row[] = {
		{ 0x180000, 0x100000, MEM_ANSWER_NO },
		{ 0x300000, 0x20000, MEM_ANSWER_YES },
		{ 0x2ff000, 0x2000, MEM_ANSWER_PARTLY },
		{ 0x31f000, 0x2000, MEM_ANSWER_PARTLY },
		{ 0x320000, 0x1000, MEM_ANSWER_UNLISTED },
		{ 4 * GIB, UINT64_MAX - 4 * GIB, MEM_ANSWER_UNLISTED },
		{ UINT64_MAX, 2, MEM_ANSWER_UNKNOWN },
		{ 0, UINT64_MAX, MEM_ANSWER_PARTLY },
	};
	struct memmap *m = map_new();

	(void)state;
	assert_int_equal(m->n, 4);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		if (memmap_ask(m, row[i].base, row[i].bytes) != row[i].answer)
			fail_msg("row %zu: %s", i,
				 memmap_word(memmap_ask(m, row[i].base, row[i].bytes)));
	free(m);
}

static void test_map_readable(void **state)
{
	struct memmap *m = map_new();

	(void)state;
	assert_true(memmap_readable(m, 0x1000, 0x9e000));
	assert_false(memmap_readable(m, 0x1000, 0x9e001));
	assert_false(memmap_readable(m, 0, 0x1000));
	assert_false(memmap_readable(m, 0x200000, 0));
	assert_true(memmap_readable(m, 0x100000, 0x210000));
	assert_false(memmap_readable(m, 0x100000, 0x210001));
	assert_false(memmap_readable(m, UINT64_MAX - 1, 4));
	free(m);
}

/* E820 may overlap: reserved wins, in either order, and only where it is. */
static void test_map_overlap(void **state)
{
	struct memmap *m = calloc(1, sizeof(*m));

	(void)state;
	memmap_add(m, (struct mem_range){ 0x1000, 0xf000, MEM_FREE, true });
	memmap_add(m, (struct mem_range){ 0x4000, 0x1000, MEM_RESERVED, false });
	memmap_add(m, (struct mem_range){ 0x4800, 0x8000, MEM_FREE, true });
	assert_int_equal(memmap_ask(m, 0x4000, 0x1000), MEM_ANSWER_YES);
	assert_int_equal(memmap_ask(m, 0x3fff, 2), MEM_ANSWER_PARTLY);
	assert_int_equal(memmap_ask(m, 0x5000, 0x1000), MEM_ANSWER_NO);
	assert_false(memmap_readable(m, 0x3000, 0x2000));
	free(m);
}

static void test_map_full(void **state)
{
	struct memmap *m = calloc(1, sizeof(*m));

	(void)state;
	for (uint64_t i = 0; i < MEMMAP_MAX; i++)
		memmap_add(m, (struct mem_range){ i * 0x2000, 0x1000, MEM_FREE, true });
	assert_false(m->cut);
	memmap_add(m, (struct mem_range){ GIB, 0, MEM_FREE, true });
	assert_false(m->cut);
	memmap_add(m, (struct mem_range){ GIB, 1, MEM_FREE, true });
	assert_true(m->cut);
	assert_int_equal(memmap_ask(m, 0x2000, 1), MEM_ANSWER_UNKNOWN);
	free(m);
}

/* --- device table ---------------------------------------------------------------- */

static void test_igd_same(void **state)
{
	(void)state;
	for (uint32_t id = 0; id <= UINT16_MAX; id++) {
		const struct igd_platform *want = igd_find((uint16_t)id);
		struct igd_platform have;

		assert_int_equal(guest_igd_find((uint16_t)id, &have), !!want);
		if (!want)
			continue;
		assert_int_equal(have.bdsm, want->bdsm);
		assert_int_equal(have.gms, want->gms);
	}
}

/* --- OpRegion -------------------------------------------------------------------- */

static void test_opreg_short(void **state)
{
	static uint8_t bytes[OPREG_BYTES];
	struct opreg o;

	(void)state;
	assert_false(opreg_parse((struct span){ bytes, sizeof(bytes) - 1 }, &o));
	assert_true(opreg_parse((struct span){ bytes, sizeof(bytes) }, &o));
	assert_false(o.signature);
}

static void test_opreg_rvda(void **state)
{
	static const struct {
		struct opreg o;
		bool announced, ok;
		uint64_t address;
	} row[] = {
		{ { .major = 1, .rvda = 0x2000, .rvds = 9 }, false, true, 0x12000 },
		{ { .major = 2, .rvda = 0x2000, .rvds = 9 }, true, true, 0x2000 },
		{ { .major = 2, .minor = 1, .rvda = 0x2000, .rvds = 9 }, true, true, 0x12000 },
		{ { .major = 3, .rvda = 0x2000, .rvds = 9 }, true, true, 0x12000 },
		{ { .major = 2, .minor = 1, .rvda = 0, .rvds = 9 }, false, true, 0x10000 },
		{ { .major = 2, .minor = 1, .rvda = 0x2000 }, false, true, 0x12000 },
		{ { .major = 2, .minor = 1, .rvda = UINT64_MAX, .rvds = 1 }, true, false, 0 },
		{ { .major = 2, .rvda = UINT64_MAX, .rvds = 1 }, true, true, UINT64_MAX },
	};
	uint64_t at;

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		assert_int_equal(opreg_has_rvda(&row[i].o), row[i].announced);
		assert_int_equal(opreg_rvda_address(&row[i].o, 0x10000, &at), row[i].ok);
		if (row[i].ok)
			assert_int_equal(at, row[i].address);
	}
}

static void vbt_make(uint8_t vbt[128], uint16_t bytes, uint32_t bdb, uint16_t bdb_bytes)
{
	memset(vbt, 0, 128);
	memcpy(vbt, "$VBT", 4);
	vbt[0x18] = (uint8_t)bytes;
	vbt[0x19] = (uint8_t)(bytes >> 8);
	for (int i = 0; i < 4; i++)
		vbt[0x1c + i] = (uint8_t)(bdb >> 8 * i);
	if (bdb < 100)
		vbt[bdb + 20] = (uint8_t)bdb_bytes;
}

static void test_opreg_vbt(void **state)
{
	static const struct {
		uint16_t bytes;
		uint32_t bdb;
		uint16_t bdb_bytes;
		const char *error;
	} row[] = {
		{ 128, 48, 80, NULL },
		{ 128, 48, 81, "bad-bdb" },
		{ 129, 48, 80, "too-long" },
		{ 128, 107, 0, "bad-bdb" },
		{ 128, UINT32_MAX, 0, "bad-bdb" },
		{ 20, 0, 0, "bad-bdb" },
		{ 0, 0, 0, "bad-bdb" },
	};
	struct opreg_vbt v;
	uint8_t vbt[128];

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		const char *error;

		vbt_make(vbt, row[i].bytes, row[i].bdb, row[i].bdb_bytes);
		error = opreg_vbt((struct span){ vbt, sizeof(vbt) }, &v);
		if (!error != !row[i].error || (error && strcmp(error, row[i].error)))
			fail_msg("row %zu: %s", i, error ? error : "accepted");
	}
	vbt[0] = 'x';
	assert_string_equal(opreg_vbt((struct span){ vbt, sizeof(vbt) }, &v), "no-signature");
	assert_string_equal(opreg_vbt((struct span){ vbt, 3 }, &v), "no-signature");
	assert_string_equal(opreg_vbt((struct span){ NULL, 0 }, &v), "no-signature");
}

static void test_opreg_checksum(void **state)
{
	struct opreg_vbt v;
	uint8_t vbt[128];

	(void)state;
	vbt_make(vbt, 128, 48, 80);
	assert_null(opreg_vbt((struct span){ vbt, sizeof(vbt) }, &v));
	assert_false(v.checksum_ok);
	assert_int_equal(v.bytes, 128);
	vbt[0x1a] = (uint8_t)-span_sum8((struct span){ vbt, sizeof(vbt) });
	assert_null(opreg_vbt((struct span){ vbt, sizeof(vbt) }, &v));
	assert_true(v.checksum_ok);
}

static void test_opreg_mailbox4(void **state)
{
	static const uint8_t bytes[OPREG_BYTES];
	struct span s = { bytes, sizeof(bytes) };

	(void)state;
	assert_int_equal(opreg_mailbox4(s, &(struct opreg){ 0 }).n, 0x1c00);
	assert_int_equal(opreg_mailbox4(s, &(struct opreg){ .mailboxes = 0x10 }).n, 0x1800);
	assert_ptr_equal(opreg_mailbox4(s, &(struct opreg){ 0 }).p, bytes + 0x400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_line_overflow),
		cmocka_unit_test(test_line_limit),
		cmocka_unit_test(test_begin_end),
		cmocka_unit_test(test_map_ask),
		cmocka_unit_test(test_map_readable),
		cmocka_unit_test(test_map_overlap),
		cmocka_unit_test(test_map_full),
		cmocka_unit_test(test_igd_same),
		cmocka_unit_test(test_opreg_short),
		cmocka_unit_test(test_opreg_rvda),
		cmocka_unit_test(test_opreg_vbt),
		cmocka_unit_test(test_opreg_checksum),
		cmocka_unit_test(test_opreg_mailbox4),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
