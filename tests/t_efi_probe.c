/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The probe without firmware: an honest machine, then hostile OpRegions. */
#include "tests/efi_fake.h"

#include "romfiles/efi/guest_probe.h"
#include "romfiles/sha256.h"

#define OPREGION_AT (FAKE_RAM + 0x10000u)
#define VBT_AT 0x2000u /* from the OpRegion */
#define STOLEN_AT 0x7c000000u
#define STOLEN_BYTES 0x2000000u /* by GGC 0x01c0 */
#define FREE_BYTES 0x10000u /* RAM that is free; what follows is reserved */

struct world {
	struct fake *f;
	struct memmap map;
	struct probe_env env;
	uint8_t *opregion;
	struct probe_gop gop;
	unsigned int quiet, mmio_reads;
	uint8_t dma[PROBE_DMA_BYTES];
	uint64_t from, to;
	uint32_t dma_status;
	bool dma_lies; /* says done without having done it */
	uint32_t dead; /* or'ed into all registers */
	struct {
		uint64_t at;
		uint32_t value;
	} stolen[8]; /* what lies there and was written */
	unsigned int stolen_n;
	uint64_t hole; /* where writes of stolen memory are lost from */
};

static const uint8_t *memory(void *ctx, uint64_t address)
{
	struct world *w = ctx;

	assert_in_range(address, FAKE_RAM, FAKE_RAM + FAKE_RAM_BYTES - 1);
	return w->f->ram + (address - FAKE_RAM);
}

/* All of it holds 5 until it is written. */
static uint32_t *stolen_dword(struct world *w, uint64_t at)
{
	unsigned int i = 0;

	assert_int_equal(at % 4, 0);
	while (i < w->stolen_n && w->stolen[i].at != at)
		i++;
	assert_in_range(i, 0, 7);
	if (i == w->stolen_n) {
		w->stolen[i].at = at;
		w->stolen[i].value = 5;
		w->stolen_n++;
	}
	return &w->stolen[i].value;
}

#define DMA_AT 0x55550000u
#define WINDOW_AT (0xfd000000u + 0x7ff000u)

/* The simulated device, in the same words as tests/lab/igd.c. */
static void window_write(struct world *w, unsigned int off, uint32_t value)
{
	uint16_t command = (uint16_t)fake_config_read(w->f, PCI_IGD, PCI_CFG_COMMAND, 2);

	assert_true(command & PCI_COMMAND_MASTER);
	if (off < 8)
		w->from |= (uint64_t)value << 8 * off;
	else if (off < 16)
		w->to |= (uint64_t)value << 8 * (off - 8);
	if (off != 0x10)
		return;
	assert_true(w->from == DMA_AT && w->to == DMA_AT + 32);
	for (unsigned int i = 0; i < 32 && !w->dma_lies; i++)
		w->dma[32 + i] = (uint8_t)~w->dma[i];
}

static void mmio_write(void *ctx, uint64_t address, uint32_t value)
{
	struct world *w = ctx;

	if (address >= WINDOW_AT && address < WINDOW_AT + 0x18) {
		window_write(w, (unsigned int)(address - WINDOW_AT), value);
		return;
	}
	assert_in_range(address, STOLEN_AT, STOLEN_AT + STOLEN_BYTES - 4);
	if (!w->hole || address < w->hole)
		*stolen_dword(w, address) = value;
}

static uint32_t mmio_read(void *ctx, uint64_t address)
{
	struct world *w = ctx;
	uint16_t command = (uint16_t)fake_config_read(w->f, PCI_IGD, PCI_CFG_COMMAND, 2);

	assert_true(command & PCI_COMMAND_MEM);
	assert_true(address <= w->env.reach - 3);
	if (address >= STOLEN_AT && address < STOLEN_AT + STOLEN_BYTES) {
		assert_int_equal(w->quiet % 2, 1); /* nobody may see the pattern */
		return *stolen_dword(w, address);
	}
	w->mmio_reads++;
	if (address == WINDOW_AT + 0x14)
		return w->dma_status;
	if (w->dead)
		return w->dead;
	if (address == 0xfd000000 + UINT64_C(0x1080c0))
		return 0x7c800001;
	if (address == 0xfd000000 + UINT64_C(0x108040))
		return 0x02c0;
	return address == 0xfd000000 ? 0x12345678 : 0;
}

static uint32_t io_read(void *ctx, uint16_t port)
{
	(void)ctx;
	assert_int_equal(port, 0xc000);
	return 0xa5;
}

static void quiet(void *ctx, bool on)
{
	struct world *w = ctx;

	assert_int_equal(w->quiet % 2, !on);
	w->quiet++;
}

static void put_rvda(struct world *w, uint32_t version, uint64_t rvda, uint32_t rvds)
{
	fake_rvda(w->opregion, version, rvda, rvds);
}

static int setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->f = fake_new("probe", REPORT_PROBE_PREFIX);
	memmap_add(&w->map, (struct mem_range){ FAKE_RAM, FREE_BYTES, MEM_FREE, true });
	memmap_add(&w->map, (struct mem_range){ FAKE_RAM + FREE_BYTES,
						FAKE_RAM_BYTES - FREE_BYTES, MEM_RESERVED,
						true });
	w->env = (struct probe_env){
		.firmware = "uefi",
		.pci = { fake_config_read, fake_config_write, w->f },
		.emit = &w->f->emit,
		.map = &w->map,
		.reach = UINT32_MAX,
		.ctx = w,
		.memory = memory,
		.mmio_read = mmio_read,
		.mmio_write = mmio_write,
		.io_read = io_read,
		.quiet = quiet,
	};
	w->opregion = w->f->ram + (OPREGION_AT - FAKE_RAM);
	fake_opregion(w->opregion, 200);
	fake_put(w->f, PCI_IGD, 0xfc, 4, OPREGION_AT, UINT32_MAX);
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

/* Runs; whatever was found, the report is whole and config space as before. */
static void run(struct world *w)
{
	struct fake_function before[3];
	json_t *end;

	memcpy(before, w->f->fn, sizeof(before));
	w->f->said = 0;
	w->f->emit.lines = 0;
	probe_run(&w->env);
	assert_memory_equal(before, w->f->fn, sizeof(before));
	assert_int_equal(w->quiet % 2, 0);
	fake_check(w->f, "begin", "firmware", "\"uefi\"");
	end = fake_line(w->f, "end", 0);
	assert_non_null(end);
	assert_int_equal(json_integer_value(json_object_get(end, "lines")), w->f->emit.lines);
	json_decref(end);
}

static void check_digest(struct world *w, const uint8_t *p, size_t n)
{
	uint8_t sum[SHA256_BYTES];
	char hex[SHA256_HEX], want[SHA256_HEX + 2];

	sha256_sum(p, n, sum);
	sha256_hex(sum, hex);
	snprintf(want, sizeof(want), "\"%s\"", hex);
	fake_check(w->f, "vbt", "sha256", want);
}

static void test_honest(void **state)
{
	static const struct {
		const char *subject, *key, *want;
	} row[] = {
		{ "device", "vendor", "\"0x8086\"" },
		{ "device", "device", "\"0x4692\"" },
		{ "device", "revision", "\"0x0c\"" },
		{ "device", "class", "\"0x030000\"" },
		{ "device", "subsystem_vendor", "\"0x1462\"" },
		{ "device", "subsystem", "\"0x7d25\"" },
		{ "opregion", "asls", "\"0x00110000\"" },
		{ "opregion", "reserved", "\"yes\"" },
		{ "opregion", "version", "\"2.0\"" },
		{ "opregion", "size", "8192" },
		{ "opregion", "mailboxes", "\"0x0000000d\"" },
		{ "opregion", "error", NULL },
		{ "vbt", "where", "\"mailbox4\"" },
		{ "vbt", "offset", "1024" },
		{ "vbt", "length", "200" },
		{ "vbt", "checksum", "\"ok\"" },
		{ "vbt", "rvda_error", NULL },
		{ "ggc", "value", "\"0x01c0\"" },
		{ "ggc", "size", "33554432" },
		{ "bdsm", "register", "\"0xc0\"" },
		{ "bdsm", "value", "\"0x0000000000000000\"" },
		{ "bdsm", "reserved", "null" },
		{ "bdsm", "mmio_value", "\"0x000000007c800001\"" },
		{ "bar", "type", "\"mem64\"" },
		{ "bar", "size", "16777216" },
		{ "bar", "first", "\"0x12345678\"" },
		{ "rom", "bar_size", "32768" },
		{ "rom", "where", "\"none\"" },
		{ "lpc", "device", "\"0x2918\"" },
		{ "host-bridge", "device", "\"0x29c0\"" },
	};
	struct world *w = *state;

	run(w);
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		fake_check(w->f, row[i].subject, row[i].key, row[i].want);
	check_digest(w, w->opregion + 0x400, 200);
}

static void test_bars(void **state)
{
	static const char *const want[] = {
		"{\"index\":0,\"type\":\"mem64\",\"prefetch\":false,\"base\":\"0xfd000000\","
		"\"size\":16777216,\"read\":\"ok\",\"first\":\"0x12345678\"}",
		"{\"index\":2,\"type\":\"mem64\",\"prefetch\":true,\"base\":\"0xe0000000\","
		"\"size\":268435456,\"read\":\"ok\",\"first\":\"0x00000000\"}",
		"{\"index\":4,\"type\":\"io\",\"prefetch\":false,\"base\":\"0xc000\","
		"\"size\":64,\"read\":\"ok\",\"first\":\"0x000000a5\"}",
	};
	struct world *w = *state;

	run(w);
	for (unsigned int i = 0; i < 3; i++) {
		json_t *line = fake_line(w->f, "bar", i), *expect = json_loads(want[i], 0, NULL);

		json_object_set_new(expect, "probe", json_string("bar"));
		assert_true(json_equal(line, expect));
		json_decref(line);
		json_decref(expect);
	}
	assert_null(fake_line(w->f, "bar", 3));
}

static void gop_fill(void *ctx, struct probe_gop *g)
{
	struct world *w = ctx;

	*g = w->gop;
}

static void test_gop(void **state)
{
	static const struct {
		uint64_t base, bytes;
		const char *bar;
	} row[] = {
		{ 0xe0000000, 1228800, "2" },
		{ 0xefffffff, 1, "2" },
		{ 0xe0000000, 0x10000000, "2" },
		{ 0xe0000000, 0x10000001, "null" },
		{ 0xe0000001, 0x10000000, "null" },
		{ 0xe0000000, UINT64_MAX, "null" },
		{ 0xdfffffff, 2, "null" },
		{ 0xf0000000, 1, "null" },
		{ 0xf0000000, 0, "null" },
		{ 0xe0000000, 0, "null" },
		{ 0xfd000000, 4096, "0" },
		{ 0xc000, 4, "null" }, /* the I/O BAR is no memory */
		{ 0, 4096, "null" },
		{ UINT64_MAX, UINT64_MAX, "null" },
	};
	struct world *w = *state;

	run(w);
	assert_null(fake_line(w->f, "gop", 0)); /* as under SeaBIOS */
	w->env.gop = gop_fill;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		w->gop = (struct probe_gop){ .count = 2, .on_device = true, .format = "bgr",
					     .width = 640, .height = 480, .stride = 704,
					     .mode = 3, .modes = 4, .base = row[i].base,
					     .bytes = row[i].bytes };
		run(w);
		fake_check(w->f, "gop", "bar", row[i].bar);
	}
	fake_check(w->f, "gop", "count", "2");
	fake_check(w->f, "gop", "on_device", "true");
	fake_check(w->f, "gop", "width", "640");
	fake_check(w->f, "gop", "height", "480");
	fake_check(w->f, "gop", "stride", "704");
	fake_check(w->f, "gop", "mode", "3");
	fake_check(w->f, "gop", "modes", "4");
	fake_check(w->f, "gop", "format", "\"bgr\"");
	fake_check(w->f, "gop", "base", "\"0xffffffffffffffff\"");
	fake_check(w->f, "gop", "size", "null");
}

static void test_gop_without(void **state)
{
	struct world *w = *state;

	w->env.gop = gop_fill;
	run(w); /* no output at all */
	fake_check(w->f, "gop", "count", "0");
	fake_check(w->f, "gop", "on_device", "false");
	fake_check(w->f, "gop", "width", NULL);
	fake_check(w->f, "gop", "bar", NULL);
	w->gop = (struct probe_gop){ .count = 1, .format = "blt", .blt_only = true, .width = 800,
				     .base = 0xe0000000, .bytes = 4096 };
	run(w);
	fake_check(w->f, "gop", "format", "\"blt\"");
	fake_check(w->f, "gop", "width", "800");
	fake_check(w->f, "gop", "base", NULL);
	fake_check(w->f, "gop", "bar", NULL);
	/* An output of another adapter, and no iGPU. */
	w->gop = (struct probe_gop){ .count = 1, .format = "rgb", .base = 0xe0000000,
				     .bytes = 4096 };
	fake_put(w->f, PCI_IGD, 0x00, 4, UINT32_MAX, 0);
	run(w);
	fake_check(w->f, "gop", "bar", "null");
}

static void test_bar_states(void **state)
{
	struct world *w = *state;

	fake_put(w->f, PCI_IGD, 0x14, 4, 0x38, UINT32_MAX);
	run(w);
	fake_check(w->f, "bar", "read", "\"out-of-reach\"");
	fake_check(w->f, "bar", "base", "\"0x38fd000000\"");
	fake_check(w->f, "bdsm", "mmio_value", NULL);
	fake_put(w->f, PCI_IGD, 0x10, 4, 0x4, 0xff000000);
	fake_put(w->f, PCI_IGD, 0x14, 4, 0, UINT32_MAX);
	run(w);
	fake_check(w->f, "bar", "read", "\"unassigned\"");
	/* A BAR that reaches past 2^64, and one that claims half of everything. */
	w->env.reach = UINT64_MAX;
	fake_put(w->f, PCI_IGD, 0x10, 4, 0xff000004, 0xff000000);
	fake_put(w->f, PCI_IGD, 0x14, 4, UINT32_MAX, UINT32_MAX);
	run(w);
	fake_check(w->f, "bar", "base", "\"0xffffffffff000000\"");
	fake_put(w->f, PCI_IGD, 0x10, 4, 0x4, 0);
	fake_put(w->f, PCI_IGD, 0x14, 4, 0x80000000, 0x80000000);
	run(w);
	fake_check(w->f, "bar", "size", "null");
}

static void stolen_place(struct world *w, enum mem_kind kind, bool readable)
{
	w->map.n = 0;
	memmap_add(&w->map, (struct mem_range){ FAKE_RAM, FAKE_RAM_BYTES, MEM_RESERVED, true });
	memmap_add(&w->map, (struct mem_range){ STOLEN_AT, STOLEN_BYTES, kind, readable });
	fake_put(w->f, PCI_IGD, 0xc0, 4, STOLEN_AT | 1, UINT32_MAX);
	w->stolen_n = 0;
}

static void test_stolen_backed(void **state)
{
	struct world *w = *state;

	stolen_place(w, MEM_RESERVED, true);
	run(w);
	fake_check(w->f, "bdsm", "reserved", "\"yes\"");
	fake_check(w->f, "bdsm", "backed", "\"yes\"");
	assert_int_equal(w->stolen_n, 3);
	assert_true(w->stolen[0].at == STOLEN_AT);
	assert_true(w->stolen[2].at == STOLEN_AT + STOLEN_BYTES - 4);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(w->stolen[i].value, 5);
	/* The end of it is nobody's. */
	w->hole = STOLEN_AT + STOLEN_BYTES - 4096;
	run(w);
	fake_check(w->f, "bdsm", "backed", "\"no\"");
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(w->stolen[i].value, 5);
}

/* Memory that somebody uses, a device's registers, memory that is not there: not a byte is written. */
static void test_stolen_not_tried(void **state)
{
	static const struct {
		enum mem_kind kind;
		bool readable;
		uint64_t reach;
	} row[] = {
		{ MEM_FREE, true, UINT32_MAX },
		{ MEM_RESERVED, false, UINT32_MAX },
		{ MEM_RESERVED, true, STOLEN_AT + STOLEN_BYTES - 2 },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		stolen_place(w, row[i].kind, row[i].readable);
		w->env.reach = row[i].reach;
		run(w);
		fake_check(w->f, "bdsm", "backed", "null");
		assert_int_equal(w->stolen_n, 0);
	}
}

static void test_mmio(void **state)
{
	struct world *w = *state;

	run(w);
	fake_check(w->f, "mmio", "read", "\"ok\"");
	fake_check(w->f, "mmio", "irq", "\"0x00000000\"");
	w->dead = UINT32_MAX;
	run(w);
	fake_check(w->f, "mmio", "read", "\"all-ones\"");
	w->dead = 0;
	fake_put(w->f, PCI_IGD, 0x10, 4, 0x4, 0xff000000);
	run(w);
	fake_check(w->f, "mmio", "read", "\"skipped\"");
}

static void dma_once(struct world *w, uint32_t status, bool lies, const char *want)
{
	w->from = w->to = 0;
	w->dma_status = status;
	w->dma_lies = lies;
	run(w);
	fake_check(w->f, "dma", "result", want);
}

static void test_dma(void **state)
{
	struct world *w = *state;

	w->env.dma = w->dma;
	w->env.dma_address = DMA_AT;
	run(w); /* as on real hardware */
	fake_check(w->f, "dma", "offered", "false");
	fake_check(w->f, "dma", "result", "null");
	fake_put(w->f, PCI_IGD, 0x06, 2, 0x10, 0);
	fake_put(w->f, PCI_IGD, 0x34, 1, 0x40, 0);
	fake_put(w->f, PCI_IGD, 0x40, 4, 0x010ce009, 0);
	fake_put(w->f, PCI_IGD, 0xe0, 4, 0x00100009, 0);
	fake_put(w->f, PCI_IGD, 0xe4, 4, 0x4d564749, 0);
	fake_put(w->f, PCI_IGD, 0xe8, 4, 0x7ff000, 0);
	dma_once(w, 3, false, "\"ok\"");
	fake_check(w->f, "dma", "offered", "true");
	dma_once(w, 3, true, "\"differs\"");
	dma_once(w, 4, false, "\"failed\"");
	dma_once(w, 1, false, "\"timeout\"");
	/* A window that leads out of BAR 0, a capability that is too short, another's. */
	fake_put(w->f, PCI_IGD, 0xe8, 4, 0x1000000 - 0x14, 0);
	dma_once(w, 3, false, "null");
	fake_put(w->f, PCI_IGD, 0xe8, 4, UINT32_MAX, 0);
	dma_once(w, 3, false, "null");
	fake_put(w->f, PCI_IGD, 0xe8, 4, 0x7ff000, 0);
	fake_put(w->f, PCI_IGD, 0xe2, 1, 8, 0);
	dma_once(w, 3, false, "null");
	fake_put(w->f, PCI_IGD, 0xe2, 1, 16, 0);
	fake_put(w->f, PCI_IGD, 0xe4, 4, 0x4d564748, 0);
	dma_once(w, 3, false, "null");
}

static void put_msi(struct world *w, uint16_t control, uint16_t writable)
{
	fake_put(w->f, PCI_IGD, 0x06, 2, 0x10, 0);
	fake_put(w->f, PCI_IGD, 0x34, 1, 0x40, 0);
	fake_put(w->f, PCI_IGD, 0x40, 2, 0xac09, 0);
	fake_put(w->f, PCI_IGD, 0xac, 2, 0x0005, 0);
	fake_put(w->f, PCI_IGD, 0xae, 2, control, writable);
	fake_put(w->f, PCI_IGD, 0xb0, 4, 0x12340, UINT32_MAX);
	fake_put(w->f, PCI_IGD, 0xb4, 4, 0x77, UINT32_MAX);
	fake_put(w->f, PCI_IGD, 0xb8, 4, 0x66, UINT32_MAX);
}

static void test_interrupt(void **state)
{
	struct world *w = *state;

	run(w);
	fake_check(w->f, "interrupt", "msi", "\"absent\"");
	put_msi(w, 0, 1);
	run(w);
	fake_check(w->f, "interrupt", "msi", "\"ok\"");
	put_msi(w, 0x80, 1);
	run(w);
	fake_check(w->f, "interrupt", "msi", "\"ok\"");
	put_msi(w, 0, 0);
	run(w);
	fake_check(w->f, "interrupt", "msi", "\"refused\"");
	/* A list that goes round, and one that leads into the header. */
	fake_put(w->f, PCI_IGD, 0x40, 2, 0x4009, 0);
	run(w);
	fake_check(w->f, "interrupt", "msi", "\"absent\"");
	fake_put(w->f, PCI_IGD, 0x40, 2, 0x0409, 0);
	run(w);
	fake_check(w->f, "interrupt", "msi", "\"absent\"");
}

static void test_meteor_lake(void **state)
{
	struct world *w = *state;
	json_t *bar;

	fake_put(w->f, PCI_IGD, 0x02, 2, 0x7d55, 0);
	run(w);
	fake_check(w->f, "ggc", "source", "\"mmio\"");
	fake_check(w->f, "ggc", "value", "\"0x02c0\"");
	fake_check(w->f, "ggc", "size", "67108864");
	fake_check(w->f, "bdsm", "register", "\"none\"");
	bar = fake_line(w->f, "bar", 1);
	assert_string_equal(json_string_value(json_object_get(bar, "read")), "skipped");
	json_decref(bar);
}

static void test_unknown_device(void **state)
{
	struct world *w = *state;

	fake_put(w->f, PCI_IGD, 0x02, 2, 0x0001, 0);
	run(w);
	fake_check(w->f, "device", "bdsm", "\"unknown\"");
	fake_check(w->f, "ggc", "error", "\"unknown-device\"");
	fake_check(w->f, "bdsm", "error", "\"unknown-device\"");
}

static void test_no_device(void **state)
{
	struct world *w = *state;

	fake_put(w->f, PCI_IGD, 0x00, 4, UINT32_MAX, 0);
	run(w);
	fake_check(w->f, "device", "present", "false");
	assert_null(fake_line(w->f, "opregion", 0));
	assert_int_equal(w->mmio_reads, 0);
}

static void test_bdsm_reserved(void **state)
{
	struct world *w = *state;

	fake_put(w->f, PCI_IGD, 0x50, 2, 0xf0c0, 0); /* 4 MiB */
	fake_put(w->f, PCI_IGD, 0xc0, 4, FAKE_RAM | 1, UINT32_MAX);
	run(w);
	fake_check(w->f, "bdsm", "base", "\"0x00100000\"");
	fake_check(w->f, "bdsm", "size", "4194304");
	fake_check(w->f, "bdsm", "reserved", "\"partly\"");
	fake_put(w->f, PCI_IGD, 0xc0, 4, 0x80000000, UINT32_MAX);
	run(w);
	fake_check(w->f, "bdsm", "reserved", "\"unlisted\"");
}

static void test_rvda(void **state)
{
	struct world *w = *state;

	fake_vbt(w->opregion + VBT_AT, 9000);
	put_rvda(w, 0x02010000, VBT_AT, 9216);
	run(w);
	fake_check(w->f, "vbt", "where", "\"rvda\"");
	fake_check(w->f, "vbt", "offset", "8192");
	fake_check(w->f, "vbt", "length", "9000");
	check_digest(w, w->opregion + VBT_AT, 9000);
	w->opregion[VBT_AT + 8999] ^= 1;
	run(w);
	fake_check(w->f, "vbt", "checksum", "\"bad\"");
}

static void test_rvda_absolute(void **state)
{
	struct world *w = *state;

	fake_vbt(w->f->ram, 300);
	put_rvda(w, 0x02000000, FAKE_RAM, 300);
	run(w);
	fake_check(w->f, "vbt", "where", "\"rvda\"");
	fake_check(w->f, "vbt", "offset", "null");
	fake_check(w->f, "vbt", "address", "\"0x00100000\"");
	fake_check(w->f, "vbt", "reserved", "\"no\"");
}

/* Whatever RVDA claims, nothing outside RAM is read and mailbox 4 is used. */
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
		{ 0x02010000, VBT_AT, UINT32_MAX, "\"no-signature\"" },
		{ 0x02010000, 0xf0000000, 64, "\"not-readable\"" },
		{ 0x02000000, 0, 64, NULL },
		{ 0x02000000, 8, 64, "\"not-readable\"" },
		{ 0x02000000, 0xfd000000, 0x2000, "\"not-readable\"" },
		{ 0x02000000, UINT64_MAX, 1, "\"not-readable\"" },
		{ 0x02000000, UINT64_MAX, UINT32_MAX, "\"not-readable\"" },
		{ 0xffff0000, VBT_AT, 1, "\"no-signature\"" },
		{ 0x01000000, VBT_AT, 64, NULL },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		put_rvda(w, row[i].version, row[i].rvda, row[i].rvds);
		run(w);
		fake_check(w->f, "vbt", "where", "\"mailbox4\"");
		fake_check(w->f, "vbt", "rvda_error", row[i].error);
	}
}

static void test_opregion_bad(void **state)
{
	static const struct {
		uint32_t asls;
		const char *error;
	} row[] = {
		{ 0, "\"not-set\"" },
		{ UINT32_MAX, "\"not-set\"" },
		{ UINT32_MAX - 1, "\"not-readable\"" },
		{ 0xfd000000, "\"not-readable\"" },
		{ FAKE_RAM + FAKE_RAM_BYTES - 0x1fff, "\"not-readable\"" },
		{ FAKE_RAM + FAKE_RAM_BYTES - 0x2000, "\"no-signature\"" },
		{ OPREGION_AT + 1, "\"no-signature\"" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		fake_put(w->f, PCI_IGD, 0xfc, 4, row[i].asls, UINT32_MAX);
		run(w);
		fake_check(w->f, "opregion", "error", row[i].error);
		fake_check(w->f, "vbt", "where", "\"none\"");
	}
}

static void test_opregion_size(void **state)
{
	struct world *w = *state;

	fake_le(w->opregion + 0x10, 0, 4);
	run(w);
	fake_check(w->f, "opregion", "error", "\"too-small\"");
	fake_le(w->opregion + 0x10, UINT32_MAX, 4);
	run(w);
	fake_check(w->f, "opregion", "size", "4398046510080");
	fake_check(w->f, "opregion", "error", NULL);
}

/* Conventional memory behind ASLS: readable, but an OS would overwrite it. */
static void test_opregion_not_reserved(void **state)
{
	struct world *w = *state;

	memcpy(w->f->ram + 0x18, w->opregion, 0x2000);
	fake_put(w->f, PCI_IGD, 0xfc, 4, FAKE_RAM + 0x18, UINT32_MAX);
	run(w);
	fake_check(w->f, "opregion", "signature", "true");
	fake_check(w->f, "opregion", "reserved", "\"no\"");
	check_digest(w, w->opregion + 0x400, 200);
}

static void test_rom(void **state)
{
	static uint8_t rom[0x40] = { 0x55, 0xaa, [0x18] = 0x20, [0x20] = 'P', 'C', 'I', 'R',
				     0x86, 0x80, 0x92, 0x46 };
	struct world *w = *state;

	w->env.rom_where = "firmware";
	w->env.rom = (struct span){ rom, sizeof(rom) };
	run(w);
	fake_check(w->f, "rom", "signature", "true");
	fake_check(w->f, "rom", "device", "\"0x4692\"");
	for (size_t n = 1; n < 0x28; n++) {
		w->env.rom = (struct span){ rom, n };
		run(w);
		fake_check(w->f, "rom", "device", NULL);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_honest), TEST(test_bars), TEST(test_gop), TEST(test_gop_without),
		TEST(test_bar_states),
		TEST(test_stolen_backed), TEST(test_stolen_not_tried), TEST(test_mmio),
		TEST(test_interrupt), TEST(test_dma), TEST(test_meteor_lake), TEST(test_unknown_device), TEST(test_no_device),
		TEST(test_bdsm_reserved), TEST(test_rvda), TEST(test_rvda_absolute),
		TEST(test_rvda_hostile), TEST(test_opregion_bad), TEST(test_opregion_size),
		TEST(test_opregion_not_reserved), TEST(test_rom),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
