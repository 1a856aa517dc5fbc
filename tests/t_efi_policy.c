/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The GOP policy driver without firmware: what it hands out, and what it refuses. */
#include "tests/efi_fake.h"

#include "romfiles/efi/guest_policy.h"
#include "romfiles/efi/guest_vbt.h"

#define OPREGION_AT (FAKE_RAM + 0x10000u)
#define VBT_AT 0x2000u	    /* from the OpRegion */
#define FREE_BYTES 0x10000u /* RAM that is free; what follows is reserved */
#define GIVE_AT (FAKE_RAM + 0x200000u)

struct world {
	struct fake *f;
	struct memmap map;
	struct policy_env env;
	struct policy policy;
	uint8_t *opregion;
	uint64_t give; /* what reserve() answers */
	unsigned int reserved;
};

static const uint8_t *memory(void *ctx, uint64_t address)
{
	struct world *w = ctx;

	assert_in_range(address, FAKE_RAM, FAKE_RAM + FAKE_RAM_BYTES - 1);
	return w->f->ram + (address - FAKE_RAM);
}

static uint64_t reserve(void *ctx, uint64_t bytes)
{
	struct world *w = ctx;

	assert_in_range(bytes, 1, OPREG_VBT_MAX);
	w->reserved++;
	return w->give;
}

static void *at(void *ctx, uint64_t base)
{
	struct world *w = ctx;

	assert_int_equal(base, GIVE_AT);
	return w->f->ram + (base - FAKE_RAM);
}

static void no_write(void *ctx, unsigned int devfn, unsigned int off, unsigned int width,
		     uint32_t value)
{
	(void)ctx;
	(void)devfn;
	(void)off;
	(void)width;
	(void)value;
	fail_msg("config space is written");
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->f = fake_new("policy", REPORT_POLICY_PREFIX);
	memmap_add(&w->map, (struct mem_range){ FAKE_RAM, FREE_BYTES, MEM_FREE, true });
	memmap_add(&w->map, (struct mem_range){ FAKE_RAM + FREE_BYTES,
						FAKE_RAM_BYTES - FREE_BYTES, MEM_RESERVED,
						true });
	w->env = (struct policy_env){
		.pci = { fake_config_read, no_write, w->f },
		.memory = { &w->map, UINT32_MAX, w, memory },
		.emit = &w->f->emit,
		.ctx = w,
		.reserve = reserve,
		.at = at,
	};
	w->give = GIVE_AT;
	w->opregion = w->f->ram + (OPREGION_AT - FAKE_RAM);
	fake_opregion(w->opregion, 200);
	fake_put(w->f, PCI_IGD, 0xfc, 4, OPREGION_AT, 0);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	fake_free(w->f);
	free(w);
	return 0;
}

/* A driver that nobody asked yet is asked once. */
static enum policy_answer ask(struct world *w)
{
	w->policy = (struct policy){ 0 };
	w->f->said = 0;
	return policy_vbt(&w->env, &w->policy);
}

static void check(struct world *w, const char *key, const char *want)
{
	fake_check(w->f, "vbt", key, want);
}

/* Given is what lies @at in the OpRegion's block, but for the checksum byte. */
static void check_copy(struct world *w, size_t from, size_t n)
{
	const uint8_t *copy = w->f->ram + (GIVE_AT - FAKE_RAM), *was = w->opregion + from;

	assert_int_equal(w->policy.base, GIVE_AT);
	assert_int_equal(w->policy.bytes, n);
	assert_int_equal(span_sum8((struct span){ copy, n }), 0);
	for (size_t i = 0; i < n; i++)
		if (i != OPREG_VBT_SUM_AT)
			assert_int_equal(copy[i], was[i]);
}

static void check_refused(struct world *w, const char *error)
{
	assert_int_equal(w->policy.base, 0);
	assert_int_equal(w->policy.bytes, 0);
	check(w, "error", error);
	check(w, "address", NULL);
}

/* --- good ----------------------------------------------------------------------- */

static void test_mailbox4(void **state)
{
	struct world *w = *state;

	assert_int_equal(ask(w), POLICY_GIVEN);
	check_copy(w, 0x400, 200);
	check(w, "result", "\"given\"");
	check(w, "asls", "\"0x00110000\"");
	check(w, "where", "\"mailbox4\"");
	check(w, "from", "\"0x00110400\"");
	check(w, "address", "\"0x00300000\"");
	check(w, "size", "200");
	check(w, "checksum", "\"ok\"");
	check(w, "error", NULL);
	check(w, "rvda_error", NULL);
}

static void test_rvda_relative(void **state)
{
	struct world *w = *state;

	fake_rvda(w->opregion, 0x02010000, VBT_AT, 9216);
	fake_vbt(w->opregion + VBT_AT, 9000);
	assert_int_equal(ask(w), POLICY_GIVEN);
	check_copy(w, VBT_AT, 9000);
	check(w, "where", "\"rvda\"");
	check(w, "from", "\"0x00112000\"");
	check(w, "size", "9000");
}

/* Every wrong value of the byte is corrected in the copy, and stays in the OpRegion. */
static void test_checksum(void **state)
{
	struct world *w = *state;
	uint8_t *byte = w->opregion + 0x400 + OPREG_VBT_SUM_AT, right = *byte;

	for (unsigned int i = 1; i < 256; i++) {
		*byte = (uint8_t)(right + i);
		assert_int_equal(ask(w), POLICY_GIVEN);
		check_copy(w, 0x400, 200);
		assert_int_equal(w->f->ram[GIVE_AT - FAKE_RAM + OPREG_VBT_SUM_AT], right);
		assert_int_equal(*byte, (uint8_t)(right + i));
		check(w, "checksum", "\"corrected\"");
	}
}

static void test_opregion_untouched(void **state)
{
	static uint8_t before[FAKE_RAM_BYTES];
	struct world *w = *state;

	w->opregion[0x400 + 199] ^= 0x55;
	memcpy(before, w->f->ram, sizeof(before));
	assert_int_equal(ask(w), POLICY_GIVEN);
	assert_memory_equal(w->f->ram, before, GIVE_AT - FAKE_RAM);
	assert_memory_equal(w->f->ram + (GIVE_AT - FAKE_RAM) + 200,
			    before + (GIVE_AT - FAKE_RAM) + 200,
			    FAKE_RAM_BYTES - (GIVE_AT - FAKE_RAM) - 200);
}

/* --- order, and being asked again --------------------------------------------------- */

static void test_before_the_assignment(void **state)
{
	struct world *w = *state;

	fake_put(w->f, PCI_IGD, 0xfc, 4, 0, 0);
	assert_int_equal(ask(w), POLICY_NOT_READY);
	check(w, "result", "\"not-ready\"");
	check(w, "asls", "\"0x00000000\"");
	check_refused(w, "\"not-set\"");
	assert_int_equal(w->reserved, 0);
	/* The same driver, later. */
	fake_put(w->f, PCI_IGD, 0xfc, 4, OPREGION_AT, 0);
	w->f->said = 0;
	assert_int_equal(policy_vbt(&w->env, &w->policy), POLICY_GIVEN);
	check(w, "result", "\"given\"");
	check_copy(w, 0x400, 200);
}

static void test_asked_again(void **state)
{
	struct world *w = *state;
	size_t said;

	fake_put(w->f, PCI_IGD, 0xfc, 4, 0, 0);
	ask(w);
	said = w->f->said;
	assert_int_equal(policy_vbt(&w->env, &w->policy), POLICY_NOT_READY);
	assert_int_equal(w->f->said, said); /* nothing new, no line */
	fake_put(w->f, PCI_IGD, 0xfc, 4, OPREGION_AT, 0);
	assert_int_equal(policy_vbt(&w->env, &w->policy), POLICY_GIVEN);
	assert_true(w->f->said > said);
	said = w->f->said;
	/* What a GOP driver holds stays, whatever becomes of the OpRegion. */
	memset(w->opregion, 0, 0x2000);
	assert_int_equal(policy_vbt(&w->env, &w->policy), POLICY_GIVEN);
	assert_int_equal(w->policy.base, GIVE_AT);
	assert_int_equal(w->policy.bytes, 200);
	assert_int_equal(w->f->said, said);
	assert_int_equal(w->reserved, 1);
}

/* --- bad ---------------------------------------------------------------------------- */

static void test_no_device(void **state)
{
	static const uint32_t other[][2] = {
		{ UINT32_MAX, 0x0300000c }, /* nobody there */
		{ 0x12341af4, 0x03000000 }, /* another maker's display */
		{ 0x15b88086, 0x02000000 }, /* a network function of Intel's */
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		fake_put(w->f, PCI_IGD, 0x00, 4, other[i][0], 0);
		fake_put(w->f, PCI_IGD, 0x08, 4, other[i][1], 0);
		assert_int_equal(ask(w), POLICY_NO_DEVICE);
		check(w, "result", "\"refused\"");
		check(w, "asls", NULL);
		check_refused(w, "\"no-device\"");
	}
}

static void test_no_memory(void **state)
{
	struct world *w = *state;

	w->give = 0;
	assert_int_equal(ask(w), POLICY_NO_MEMORY);
	check(w, "result", "\"refused\"");
	check_refused(w, "\"no-memory\"");
}

static void test_opregion_bad(void **state)
{
	static const struct {
		uint32_t asls;
		const char *error;
	} row[] = {
		{ UINT32_MAX - 1, "\"not-readable\"" },
		{ 1, "\"not-readable\"" },
		{ 0xfd000000, "\"not-readable\"" },
		{ FAKE_RAM + FAKE_RAM_BYTES - 0x1fff, "\"not-readable\"" },
		{ FAKE_RAM + FAKE_RAM_BYTES - 0x2000, "\"no-signature\"" },
		{ OPREGION_AT + 1, "\"no-signature\"" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		fake_put(w->f, PCI_IGD, 0xfc, 4, row[i].asls, 0);
		assert_int_equal(ask(w), POLICY_NO_VBT);
		check_refused(w, row[i].error);
	}
	fake_put(w->f, PCI_IGD, 0xfc, 4, UINT32_MAX, 0);
	assert_int_equal(ask(w), POLICY_NOT_READY);
	check_refused(w, "\"not-set\"");
}

static void test_no_map(void **state)
{
	struct world *w = *state;

	w->map = (struct memmap){ .cut = true };
	assert_int_equal(ask(w), POLICY_NO_VBT);
	check_refused(w, "\"not-readable\"");
}

static void test_vbt_absent(void **state)
{
	struct world *w = *state;

	memset(w->opregion + 0x400, 0, 0x1c00);
	assert_int_equal(ask(w), POLICY_NO_VBT);
	check(w, "result", "\"refused\"");
	check_refused(w, "\"no-signature\"");
}

/* The size field of a table in mailbox 4, with mailbox 5 and without. */
static void test_vbt_sizes(void **state)
{
	static const struct {
		uint32_t size, mailboxes;
		const char *error;
	} row[] = {
		{ 0, 0x0d, "\"bad-bdb\"" },	 { 1, 0x0d, "\"bad-bdb\"" },
		{ 31, 0x0d, "\"bad-bdb\"" },	 { 69, 0x0d, "\"bad-bdb\"" },
		{ 70, 0x0d, NULL },		 { 0x1c00, 0x0d, NULL },
		{ 0x1c01, 0x0d, "\"too-long\"" }, { 0x1800, 0x1d, NULL },
		{ 0x1801, 0x1d, "\"too-long\"" }, { 0xffff, 0x0d, "\"too-long\"" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		fake_le(w->opregion + 0x58, row[i].mailboxes, 4);
		fake_le(w->opregion + 0x400 + 0x18, row[i].size, 2);
		assert_int_equal(ask(w), row[i].error ? POLICY_NO_VBT : POLICY_GIVEN);
		check(w, "error", row[i].error);
		if (!row[i].error)
			check_copy(w, 0x400, row[i].size);
	}
}

/* RVDA's table cut at every length: mailbox 4 takes over, as i915 does it. */
static void test_rvda_cut(void **state)
{
	struct world *w = *state;

	fake_vbt(w->opregion + VBT_AT, 300);
	for (uint32_t n = 1; n <= 300; n++) {
		fake_rvda(w->opregion, 0x02010000, VBT_AT, n);
		assert_int_equal(ask(w), POLICY_GIVEN);
		check(w, "where", n < 300 ? "\"mailbox4\"" : "\"rvda\"");
		check(w, "rvda_error", n == 300 ? NULL :
				       n < 26	? "\"no-signature\"" : "\"too-long\"");
		check_copy(w, n < 300 ? 0x400 : VBT_AT, n < 300 ? 200 : 300);
	}
}

static void test_rvda_max(void **state)
{
	struct world *w = *state;

	fake_vbt(w->opregion + VBT_AT, 0xffff);
	for (unsigned int i = 0; i < 2; i++) {
		fake_rvda(w->opregion, 0x02010000, VBT_AT, i ? UINT32_MAX : 0xffff);
		assert_int_equal(ask(w), POLICY_GIVEN);
		check_copy(w, VBT_AT, 0xffff);
	}
	fake_rvda(w->opregion, 0x02010000, VBT_AT, 0xfffe);
	assert_int_equal(ask(w), POLICY_GIVEN);
	check(w, "rvda_error", "\"too-long\"");
}

/* An address of the host's: only the OpRegion's own block counts. */
static void test_rvda_absolute(void **state)
{
	static const struct {
		uint64_t rvda;
		const char *error;
	} row[] = {
		{ OPREGION_AT + VBT_AT, NULL },
		{ FAKE_RAM, "\"outside\"" },	    /* free memory, with a table */
		{ FAKE_RAM + 0x8000, "\"outside\"" },
		{ 0xfd000000, "\"outside\"" },
		{ OPREGION_AT - 0x1000, "\"outside\"" }, /* before it */
		{ FAKE_RAM + FAKE_RAM_BYTES - 299, "\"outside\"" },
		{ FAKE_RAM + FAKE_RAM_BYTES - 300, "\"no-signature\"" },
		{ UINT64_MAX, "\"outside\"" },
		{ UINT64_MAX - 299, "\"outside\"" },
		{ 8, "\"outside\"" },
	};
	struct world *w = *state;

	fake_vbt(w->opregion + VBT_AT, 300);
	fake_vbt(w->f->ram, 300);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		fake_rvda(w->opregion, 0x02000000, row[i].rvda, 300);
		assert_int_equal(ask(w), POLICY_GIVEN);
		check(w, "where", row[i].error ? "\"mailbox4\"" : "\"rvda\"");
		check(w, "rvda_error", row[i].error);
	}
	/* A hole between: it was not given to us in one piece. */
	w->map.n = 0;
	memmap_add(&w->map, (struct mem_range){ OPREGION_AT, 0x2000, MEM_RESERVED, true });
	memmap_add(&w->map, (struct mem_range){ OPREGION_AT + 0x3000, 0x2000, MEM_RESERVED,
						true });
	fake_vbt(w->opregion + 0x3000, 300);
	fake_rvda(w->opregion, 0x02000000, OPREGION_AT + 0x3000, 300);
	ask(w);
	check(w, "rvda_error", "\"outside\"");
}

static void test_rvda_hostile(void **state)
{
	static const struct {
		uint32_t version;
		uint64_t rvda;
		uint32_t rvds;
		const char *error;
	} row[] = {
		{ 0x02010000, UINT64_MAX, UINT32_MAX, "\"outside\"" },
		{ 0x02010000, 0 - (uint64_t)OPREGION_AT, 64, "\"outside\"" },
		{ 0x02010000, UINT64_MAX - OPREGION_AT, 64, "\"not-readable\"" },
		{ 0x02010000, FAKE_RAM_BYTES - 0x10000 - 16, 64, "\"not-readable\"" },
		{ 0x02010000, UINT32_C(0xf0000000), 64, "\"not-readable\"" },
		{ 0x02010000, UINT32_MAX, 64, "\"not-readable\"" },
		{ 0x02010000, 1, 64, "\"no-signature\"" },
		{ 0x02010000, VBT_AT, 1, "\"no-signature\"" },
		{ 0x02010000, VBT_AT, 0, NULL },
		{ 0x02010000, 0, 64, NULL },
		{ 0x01000000, VBT_AT, 64, NULL },
		{ 0xffff0000, VBT_AT, 64, "\"no-signature\"" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		fake_rvda(w->opregion, row[i].version, row[i].rvda, row[i].rvds);
		assert_int_equal(ask(w), POLICY_GIVEN);
		check(w, "where", "\"mailbox4\"");
		check(w, "rvda_error", row[i].error);
		check_copy(w, 0x400, 200);
	}
}

/* The table may overlap the header that names it: it is only bytes. */
static void test_rvda_overlaps(void **state)
{
	struct world *w = *state;

	fake_rvda(w->opregion, 0x02010000, 0x400, 200);
	assert_int_equal(ask(w), POLICY_GIVEN);
	check(w, "where", "\"rvda\"");
	check_copy(w, 0x400, 200);
}

/* Every byte of header and table flipped: never a bad table, never a bad line. */
static void test_hostile_bytes(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < 0x400 + 200; i++) {
		uint8_t was = w->opregion[i];

		for (unsigned int bit = 0; bit < 8; bit++) {
			w->opregion[i] = (uint8_t)(was ^ 1u << bit);
			if (ask(w) == POLICY_GIVEN)
				check_copy(w, 0x400, w->policy.bytes);
			else
				assert_int_equal(w->policy.base, 0);
			json_decref(fake_line(w->f, "vbt", 0));
		}
		w->opregion[i] = was;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_mailbox4), TEST(test_rvda_relative), TEST(test_checksum),
		TEST(test_opregion_untouched), TEST(test_before_the_assignment),
		TEST(test_asked_again), TEST(test_no_device), TEST(test_no_memory),
		TEST(test_opregion_bad), TEST(test_no_map), TEST(test_vbt_absent),
		TEST(test_vbt_sizes), TEST(test_rvda_cut), TEST(test_rvda_max),
		TEST(test_rvda_absolute), TEST(test_rvda_hostile), TEST(test_rvda_overlaps),
		TEST(test_hostile_bytes),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
