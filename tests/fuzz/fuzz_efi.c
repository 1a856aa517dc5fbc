/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The probe, the GOP policy driver and the assignment driver on a machine
 * made of the input: 256 bytes of config space, of which every bit is
 * writable, then memory from RAM on; fw_cfg has its signature and shows the
 * same bytes as every item. The frame buffer is where the input's last 16
 * bytes say.
 */
#include <stdlib.h>
#include <string.h>

#include "romfiles/efi/guest_assign.h"
#include "romfiles/efi/guest_policy.h"
#include "romfiles/efi/guest_probe.h"

#define RAM 0x100000u
#define RAM_BYTES 0x10000u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct machine {
	uint8_t config[256];
	uint8_t ram[RAM_BYTES];
	const uint8_t *data;
	size_t size, at;
	bool signature;
};

static uint32_t config_read(void *ctx, unsigned int devfn, unsigned int off, unsigned int width)
{
	struct machine *m = ctx;
	uint32_t v = 0;

	if (off % width || off + width > sizeof(m->config))
		abort();
	for (unsigned int i = width; i--;)
		v = v << 8 | (devfn == PCI_IGD ? m->config[off + i] : 0xffu);
	return v;
}

static void config_write(void *ctx, unsigned int devfn, unsigned int off, unsigned int width,
			 uint32_t value)
{
	struct machine *m = ctx;

	if (off % width || off + width > sizeof(m->config) || devfn != PCI_IGD)
		abort();
	for (unsigned int i = 0; i < width; i++)
		m->config[off + i] = (uint8_t)(value >> 8 * i);
}

static void put(void *ctx, const char *text, size_t n)
{
	(void)ctx;
	if (n > REPORT_LINE_MAX || n < 4 || text[0] != '\n' || memcmp(text + n - 2, "}\n", 2))
		abort();
	for (size_t i = 1; i < n - 1; i++)
		if (text[i] < ' ' || text[i] > '~')
			abort();
}

static const uint8_t *memory(void *ctx, uint64_t address)
{
	struct machine *m = ctx;

	if (address < RAM || address - RAM >= RAM_BYTES)
		abort();
	return m->ram + (address - RAM);
}

static uint32_t mmio_read(void *ctx, uint64_t address)
{
	(void)ctx;
	if (address > UINT32_MAX - UINT32_C(3))
		abort();
	return 0x02c002c0;
}

static uint8_t dma[PROBE_DMA_BYTES];

static void mmio_write(void *ctx, uint64_t address, uint32_t value)
{
	(void)ctx;
	(void)value;
	if (address > UINT32_MAX - UINT32_C(3))
		abort();
}

static uint32_t io_read(void *ctx, uint16_t port)
{
	(void)ctx;
	return port;
}

static void quiet(void *ctx, bool on)
{
	(void)ctx;
	(void)on;
}

static void fwcfg_select(void *ctx, uint16_t key)
{
	struct machine *m = ctx;

	m->signature = !key;
	m->at = sizeof(m->config);
}

static void fwcfg_take(void *ctx, void *dst, size_t n)
{
	struct machine *m = ctx;

	/* A directory may name the signature's key as a file's. */
	if (m->signature) {
		memset(dst, 0, n);
		memcpy(dst, "QEMU", n < 4 ? n : 4);
		return;
	}
	for (size_t i = 0; i < n; i++, m->at++)
		((uint8_t *)dst)[i] = m->at < m->size ? m->data[m->at] : 0;
}

/* One block for whoever asks; the OpRegion only gets what the machine has. */
static uint64_t reserve(void *ctx, enum assign_use use, uint64_t want, uint64_t bytes)
{
	(void)ctx;
	if (!bytes || bytes > UINT32_MAX || want % ASSIGN_STOLEN_ALIGN ||
	    want > UINT32_MAX + UINT64_C(1) - bytes)
		abort();
	return use == ASSIGN_OPREGION && bytes > RAM_BYTES ? 0 : want ? want : RAM;
}

static void release(void *ctx, enum assign_use use, uint64_t base, uint64_t bytes)
{
	(void)ctx;
	(void)use;
	if (!base || !bytes)
		abort();
}

static void *assign_memory(void *ctx, uint64_t base)
{
	struct machine *m = ctx;

	if (base != RAM)
		abort();
	return m->ram;
}

static void gop(void *ctx, struct probe_gop *g)
{
	const struct machine *m = ctx;
	struct span s = { m->data, m->size };

	g->count = 1;
	g->on_device = true;
	g->format = "bgr";
	span_le64(s, s.n - 16, &g->base);
	span_le64(s, s.n - 8, &g->bytes);
}

static void fuzz_probe(struct machine *m, struct emit *emit)
{
	static struct memmap map;
	struct probe_env env = {
		.firmware = "uefi",
		.pci = { config_read, config_write, m },
		.emit = emit,
		.map = &map,
		.reach = UINT32_MAX,
		.ctx = m,
		.memory = memory,
		.mmio_read = mmio_read,
		.mmio_write = mmio_write,
		.dma = dma,
		.dma_address = RAM,
		.io_read = io_read,
		.quiet = quiet,
		.rom = { m->data, m->size },
		.rom_where = "firmware",
		.gop = gop,
	};

	map = (struct memmap){ 0 };
	memmap_add(&map, (struct mem_range){ RAM, RAM_BYTES / 2, MEM_FREE, true });
	memmap_add(&map, (struct mem_range){ RAM + RAM_BYTES / 2, RAM_BYTES / 2, MEM_RESERVED,
					     true });
	probe_run(&env);
}

static uint8_t table[OPREG_VBT_MAX];

static uint64_t table_reserve(void *ctx, uint64_t bytes)
{
	(void)ctx;
	return bytes && bytes <= sizeof(table) ? 0x1000 : 0;
}

static void *table_at(void *ctx, uint64_t base)
{
	(void)ctx;
	if (base != 0x1000)
		abort();
	return table;
}

/* What is given is a table with a right checksum, and memory stays as it was. */
static void fuzz_policy(struct machine *m, struct emit *emit)
{
	static struct memmap map;
	static uint8_t before[RAM_BYTES];
	struct policy_env env = {
		.pci = { config_read, config_write, m },
		.memory = { &map, UINT32_MAX, m, memory },
		.emit = emit,
		.ctx = m,
		.reserve = table_reserve,
		.at = table_at,
	};
	struct policy policy = { 0 };
	struct opreg_vbt v;

	map = (struct memmap){ 0 };
	memmap_add(&map, (struct mem_range){ RAM, RAM_BYTES, MEM_RESERVED, true });
	memcpy(before, m->ram, sizeof(before));
	if (policy_vbt(&env, &policy) == POLICY_GIVEN &&
	    (opreg_vbt((struct span){ table, policy.bytes }, &v) || v.bytes != policy.bytes ||
	     !v.checksum_ok))
		abort();
	if (memcmp(before, m->ram, sizeof(before)))
		abort();
}

static void fuzz_assign(struct machine *m, struct emit *emit)
{
	struct assign_env env = {
		.pci = { config_read, config_write, m },
		.fwcfg = { fwcfg_select, fwcfg_take, m },
		.emit = emit,
		.ctx = m,
		.reserve = reserve,
		.release = release,
		.memory = assign_memory,
	};
	struct assign_done done;

	assign_run(&env, &done);
	assign_undo(&env, &done);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct machine m;
	struct emit probe = { .prefix = REPORT_PROBE_PREFIX, .kind = "probe", .put = put };
	struct emit policy = { .prefix = REPORT_POLICY_PREFIX, .kind = "policy", .put = put };
	struct emit assign = { .prefix = REPORT_ASSIGN_PREFIX, .kind = "assign", .put = put };
	size_t n;

	if (size < sizeof(m.config))
		return 0;
	memcpy(m.config, data, sizeof(m.config));
	n = size - sizeof(m.config);
	n = n > RAM_BYTES ? RAM_BYTES : n;
	memset(m.ram, 0, sizeof(m.ram));
	memcpy(m.ram, data + sizeof(m.config), n);
	m.data = data;
	m.size = size;
	fuzz_probe(&m, &probe);
	fuzz_policy(&m, &policy);
	fuzz_assign(&m, &assign);
	return 0;
}
