/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The assignment driver without UEFI, on a machine in memory. */
#include "tests/efi_fake.h"

#include "romfiles/efi/guest_assign.h"
#include "romfiles/igd.h"

#define MIB 0x100000u

struct file {
	const char *name;
	const void *data;
	uint32_t bytes;
};

/* fw_cfg, and an allocator that knows one block per use. */
struct world {
	struct fake *f;
	struct assign_env env;
	struct file files[4];
	size_t n_files;
	uint32_t claimed_files; /* count in the directory; 0: n_files */
	bool no_fwcfg;
	uint8_t item[8192];
	size_t item_bytes, item_at;
	const struct file *item_file;
	bool host_free, no_memory;
	uint64_t taken[2], taken_bytes[2];
	unsigned int reserved, released;
};

static void put_be(uint8_t *p, uint32_t v, unsigned int n)
{
	while (n--)
		*p++ = (uint8_t)(v >> 8 * n);
}

static void fwcfg_directory(struct world *w)
{
	put_be(w->item, w->claimed_files ? w->claimed_files : (uint32_t)w->n_files, 4);
	w->item_bytes = 4;
	for (size_t i = 0; i < w->n_files; i++, w->item_bytes += 64) {
		uint8_t *e = w->item + w->item_bytes;

		memset(e, 0, 64);
		put_be(e, w->files[i].bytes, 4);
		put_be(e + 4, (uint32_t)(0x20 + i), 2);
		memcpy(e + 8, w->files[i].name, strnlen(w->files[i].name, 56));
	}
}

static void fwcfg_select(void *ctx, uint16_t key)
{
	struct world *w = ctx;

	w->item_bytes = w->item_at = 0;
	w->item_file = NULL;
	if (key == 0 && !w->no_fwcfg) {
		memcpy(w->item, "QEMU", 4);
		w->item_bytes = 4;
	} else if (key == 0x19) {
		fwcfg_directory(w);
	} else if (key >= 0x20 && key < 0x20 + w->n_files) {
		w->item_file = &w->files[key - 0x20];
	}
}

static void fwcfg_take(void *ctx, void *dst, size_t n)
{
	struct world *w = ctx;
	const uint8_t *p = w->item_file ? w->item_file->data : w->item;
	size_t have = w->item_file ? w->item_file->bytes : w->item_bytes;

	for (size_t i = 0; i < n; i++, w->item_at++)
		((uint8_t *)dst)[i] = w->item_at < have ? p[w->item_at] : 0;
}

static uint64_t reserve(void *ctx, enum assign_use use, uint64_t want, uint64_t bytes)
{
	struct world *w = ctx;

	assert_true(bytes && bytes <= UINT32_MAX);
	if (w->no_memory || (want && !w->host_free))
		return 0;
	if (use == ASSIGN_OPREGION)
		assert_true(!want && bytes <= ASSIGN_OPREGION_MAX);
	assert_int_equal(want % ASSIGN_STOLEN_ALIGN, 0);
	assert_true(want <= 0x100000000 - bytes);
	w->reserved++;
	w->taken[use] = want ? want : use == ASSIGN_OPREGION ? FAKE_RAM : 0x10000000;
	w->taken_bytes[use] = bytes;
	return w->taken[use];
}

static void release(void *ctx, enum assign_use use, uint64_t base, uint64_t bytes)
{
	struct world *w = ctx;

	assert_int_equal(base, w->taken[use]);
	assert_int_equal(bytes, w->taken_bytes[use]);
	w->taken[use] = 0;
	w->released++;
}

static void *memory(void *ctx, uint64_t base)
{
	struct world *w = ctx;

	assert_int_equal(base, w->taken[ASSIGN_OPREGION]);
	return w->f->ram;
}

static void add_file(struct world *w, const char *name, const void *data, uint32_t bytes)
{
	w->files[w->n_files++] = (struct file){ name, data, bytes };
}

static const uint8_t opregion[0x2400] = "IntelGraphicsMem";
static const uint8_t le_32mib[8] = { 0, 0, 0, 2 };
static const uint8_t le_34mib[8] = { 0, 0, 0x20, 2 };
static const uint8_t host_base[8] = { 0, 0, 0x80, 0x7c };

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->f = fake_new("assign", REPORT_ASSIGN_PREFIX);
	w->env = (struct assign_env){
		.pci = { fake_config_read, fake_config_write, w->f },
		.fwcfg = { fwcfg_select, fwcfg_take, w },
		.emit = &w->f->emit,
		.ctx = w,
		.reserve = reserve,
		.release = release,
		.memory = memory,
	};
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

static uint32_t cfg(struct world *w, unsigned int off)
{
	return fake_config_read(w->f, PCI_IGD, off, 4);
}

/* Runs; every report must have both ends and the right count. */
static bool run(struct world *w, struct assign_done *done)
{
	bool changed = assign_run(&w->env, done);
	json_t *end = fake_line(w->f, "end", 0);

	fake_check(w->f, "begin", "version", "1");
	assert_non_null(end);
	assert_int_equal(json_integer_value(json_object_get(end, "lines")), w->f->emit.lines);
	json_decref(end);
	return changed;
}

static void test_all_there(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	add_file(w, "etc/other", "x", 1);
	add_file(w, FWCFG_OPREGION, opregion, sizeof(opregion));
	add_file(w, FWCFG_BDSM_SIZE, le_32mib, 8);
	add_file(w, FWCFG_STOLEN_BASE, host_base, 8);
	w->host_free = true;
	assert_true(run(w, &done));
	assert_memory_equal(w->f->ram, opregion, sizeof(opregion));
	assert_int_equal(cfg(w, 0xfc), FAKE_RAM);
	assert_int_equal(cfg(w, 0xc0), 0x7c800000);
	assert_int_equal(cfg(w, 0xc4), 0);
	assert_int_equal(cfg(w, 0x5c), 0);
	fake_check(w->f, "device", "bdsm", "\"0xc0\"");
	fake_check(w->f, "opregion", "result", "\"set\"");
	fake_check(w->f, "opregion", "signature", "true");
	fake_check(w->f, "stolen", "result", "\"set\"");
	fake_check(w->f, "stolen", "placed", "\"host\"");
	fake_check(w->f, "stolen", "size", "33554432");
	fake_check(w->f, "stolen", "error", NULL);
	assert_int_equal(w->reserved, 2);
	assert_int_equal(w->released, 0);
}

static void test_undo(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	add_file(w, FWCFG_OPREGION, opregion, sizeof(opregion));
	fake_put(w->f, PCI_IGD, 0xfc, 4, 0x1234, UINT32_MAX);
	fake_put(w->f, PCI_IGD, 0xc0, 4, 0x5678, UINT32_MAX);
	assert_true(run(w, &done));
	assert_int_equal(cfg(w, 0xc0), 0x10000000);
	assign_undo(&w->env, &done);
	assert_int_equal(cfg(w, 0xfc), 0x1234);
	assert_int_equal(cfg(w, 0xc0), 0x5678);
	assert_int_equal(w->released, 2);
}

static void test_host_base_taken(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	add_file(w, FWCFG_STOLEN_BASE, host_base, 8);
	assert_true(run(w, &done));
	assert_int_equal(cfg(w, 0xc0), 0x10000000);
	fake_check(w->f, "stolen", "placed", "\"elsewhere\"");
	fake_check(w->f, "stolen", "host_base", "\"0x7c800000\"");
}

/* Not aligned, past 4 GiB, running into 4 GiB, wrong length: anywhere. */
static void test_host_base_useless(void **state)
{
	static const struct {
		uint8_t bytes[9];
		uint32_t n;
	} row[] = {
		{ { 0, 0x10, 0x80, 0x7c }, 8 },
		{ { 0, 0, 0, 0, 1 }, 8 },
		{ { 0, 0, 0xf0, 0xff }, 8 },
		{ { 0, 0, 0, 0, 0, 0, 0, 0x80 }, 8 },
		{ { 0, 0, 0x80, 0x7c }, 4 },
		{ { 0, 0, 0x80, 0x7c }, 9 },
	};
	struct world *w = *state;
	struct assign_done done;

	w->host_free = true;
	w->n_files = 1;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		w->files[0] = (struct file){ FWCFG_STOLEN_BASE, row[i].bytes, row[i].n };
		assert_true(assign_run(&w->env, &done));
		assert_int_equal(cfg(w, 0xc0), 0x10000000);
	}
}

static void test_no_opregion(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	add_file(w, FWCFG_BDSM_SIZE, le_32mib, 8);
	assert_true(run(w, &done));
	fake_check(w->f, "opregion", "result", "\"absent\"");
	fake_check(w->f, "stolen", "result", "\"set\"");
	assert_int_equal(cfg(w, 0xfc), 0);
}

static void test_no_fwcfg(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	add_file(w, FWCFG_OPREGION, opregion, sizeof(opregion));
	w->no_fwcfg = true;
	assert_true(run(w, &done));
	fake_check(w->f, "opregion", "result", "\"absent\"");
	fake_check(w->f, "stolen", "file_size", NULL);
	fake_check(w->f, "stolen", "size", "33554432");
}

static void test_opregion_sizes(void **state)
{
	static const struct {
		uint32_t bytes;
		const char *error;
	} row[] = {
		{ 0, "\"too-small\"" },
		{ 0x1fff, "\"too-small\"" },
		{ ASSIGN_OPREGION_MAX + 1, "\"too-large\"" },
		{ UINT32_MAX, "\"too-large\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct assign_done done;
		struct world *w;
		void *fresh;

		setup(&fresh);
		w = fresh;
		add_file(w, FWCFG_OPREGION, opregion, row[i].bytes);
		assert_true(run(w, &done));
		fake_check(w->f, "opregion", "error", row[i].error);
		fake_check(w->f, "stolen", "result", "\"set\"");
		assert_int_equal(cfg(w, 0xfc), 0);
		teardown(&fresh);
	}
}

/* A directory that lies about its length, and a name of 56 bytes without NUL. */
static void test_directory_hostile(void **state)
{
	static const char name[] = "etc/igd-opregion-and-a-name-that-fills-all-of-its-bytes!!";
	struct world *w = *state;
	struct assign_done done;

	add_file(w, name, "", 0);
	w->claimed_files = UINT32_MAX;
	assert_true(run(w, &done));
	fake_check(w->f, "opregion", "result", "\"absent\"");
}

static void test_larger_size_wins(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	add_file(w, FWCFG_BDSM_SIZE, le_34mib, 8);
	assert_true(run(w, &done));
	fake_check(w->f, "stolen", "size", "35651584");
	fake_check(w->f, "stolen", "ggc_size", "33554432");
	fake_check(w->f, "stolen", "file_size", "35651584");
}

static void test_no_stolen(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	fake_put(w->f, PCI_IGD, 0x50, 2, 0x00c0, 0);
	assert_false(run(w, &done));
	fake_check(w->f, "stolen", "result", "\"none\"");
	assert_int_equal(w->reserved, 0);
}

static void test_stolen_hostile_size(void **state)
{
	static const uint8_t huge[8] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct world *w = *state;
	struct assign_done done;

	add_file(w, FWCFG_BDSM_SIZE, huge, 8);
	assert_false(run(w, &done));
	fake_check(w->f, "stolen", "error", "\"no-memory\"");
	fake_check(w->f, "stolen", "file_size", "null");
	assert_int_equal(w->reserved, 0);
}

static void test_gen9_register(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	fake_put(w->f, PCI_IGD, 0x02, 2, 0x3e92, 0);
	assert_true(run(w, &done));
	assert_int_equal(cfg(w, 0x5c), 0x10000000);
	assert_int_equal(cfg(w, 0xc0), 0);
	fake_check(w->f, "stolen", "register", "\"0x5c\"");
}

static void test_class_0380(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	fake_put(w->f, PCI_IGD, 0x08, 4, 0x0380000c, 0);
	assert_true(run(w, &done));
	fake_check(w->f, "stolen", "result", "\"set\"");
}

static void test_meteor_lake(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	fake_put(w->f, PCI_IGD, 0x02, 2, 0x7d55, 0);
	add_file(w, FWCFG_OPREGION, opregion, sizeof(opregion));
	assert_true(run(w, &done));
	fake_check(w->f, "opregion", "result", "\"set\"");
	fake_check(w->f, "stolen", "result", "\"unsupported\"");
	fake_check(w->f, "stolen", "register", "\"none\"");
	fake_check(w->f, "stolen", "error", NULL);
}

static void test_unknown_device(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	fake_put(w->f, PCI_IGD, 0x02, 2, 0x0001, 0);
	add_file(w, FWCFG_OPREGION, opregion, sizeof(opregion));
	assert_true(run(w, &done));
	fake_check(w->f, "opregion", "result", "\"set\"");
	fake_check(w->f, "stolen", "error", "\"unknown-device\"");
}

static void test_other_device(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	fake_put(w->f, PCI_IGD, 0x00, 4, 0x11111234, 0);
	assert_false(run(w, &done));
	fake_check(w->f, "device", "error", "\"not-intel-display\"");
	fake_put(w->f, PCI_IGD, 0x00, 4, UINT32_MAX, 0);
	w->f->said = 0;
	assert_false(assign_run(&w->env, &done));
	fake_check(w->f, "device", "error", "\"not-found\"");
	assert_int_equal(w->reserved, 0);
}

static void test_not_kept(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	add_file(w, FWCFG_OPREGION, opregion, sizeof(opregion));
	fake_put(w->f, PCI_IGD, 0xfc, 4, 0, 0);
	fake_put(w->f, PCI_IGD, 0xc0, 4, 0x11, 0x00ffffff);
	assert_false(run(w, &done));
	fake_check(w->f, "opregion", "error", "\"not-kept\"");
	fake_check(w->f, "stolen", "error", "\"not-kept\"");
	assert_int_equal(cfg(w, 0xc0), 0x11);
	assert_int_equal(w->released, 2);
}

static void test_no_memory(void **state)
{
	struct world *w = *state;
	struct assign_done done;

	add_file(w, FWCFG_OPREGION, opregion, sizeof(opregion));
	w->no_memory = true;
	assert_false(run(w, &done));
	fake_check(w->f, "opregion", "error", "\"no-memory\"");
	fake_check(w->f, "stolen", "error", "\"no-memory\"");
	assert_int_equal(cfg(w, 0xfc), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_all_there), TEST(test_undo), TEST(test_host_base_taken),
		TEST(test_host_base_useless), TEST(test_no_opregion), TEST(test_no_fwcfg),
		TEST(test_opregion_sizes), TEST(test_directory_hostile),
		TEST(test_larger_size_wins), TEST(test_no_stolen),
		TEST(test_stolen_hostile_size), TEST(test_gen9_register),
		TEST(test_class_0380), TEST(test_meteor_lake), TEST(test_unknown_device),
		TEST(test_other_device), TEST(test_not_kept), TEST(test_no_memory),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
