/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * Config space is an array of bytes and a mask of the bits that software may
 * change, both laid out from the profile, like the data sheets do it. Three
 * registers act: 0xf8 selects a profile (real iGPUs have a read-only
 * manufacturing id there), the PCIe device control register starts an FLR,
 * and a device that is "gone" reads all ones, but still listens to 0xf8, so
 * one boot of the machine around it can play every profile in turn.
 *
 * GGC, BDSM and ASLS belong to the firmware and survive a function level
 * reset, as on real silicon; registers behind BAR 0 do not.
 */
#include "igd.h"

#include <endian.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "launcher/base/cleanup.h"

enum config_offset {
	CFG_CAPID	= 0x40,
	CFG_GGC		= 0x50,
	CFG_BDSM32	= 0x5c,
	CFG_PCIE	= 0x70,
	CFG_MSI		= 0xac,
	CFG_BDSM64	= 0xc0,
	CFG_PM		= 0xd0,
	CFG_TEST	= 0xe0,
	CFG_SELECT	= 0xf8,
	CFG_ASLS	= 0xfc,
};

static void cfg_put(struct igd *g, unsigned int off, unsigned int n, uint64_t value,
		    uint64_t writable)
{
	for (unsigned int i = 0; i < n; i++) {
		g->config[off + i] = (uint8_t)(value >> 8 * i);
		g->writable[off + i] = (uint8_t)(writable >> 8 * i);
	}
}

static uint32_t cfg_load(const struct igd *g, unsigned int off)
{
	uint32_t v;

	memcpy(&v, g->config + off, sizeof(v));
	return le32toh(v);
}

static void put_header(struct igd *g, const struct profile *p)
{
	cfg_put(g, PCI_VENDOR_ID, 2, 0x8086, 0);
	cfg_put(g, PCI_DEVICE_ID, 2, p->device, 0);
	cfg_put(g, PCI_COMMAND, 2, 0, PCI_COMMAND_IO | PCI_COMMAND_MEMORY |
		PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
	cfg_put(g, PCI_STATUS, 2, PCI_STATUS_CAP_LIST, 0);
	cfg_put(g, PCI_REVISION_ID, 1, p->revision, 0);
	cfg_put(g, PCI_CLASS_DEVICE, 2, p->class, 0);
	cfg_put(g, PCI_BASE_ADDRESS_0, 8, PCI_BASE_ADDRESS_MEM_TYPE_64,
		~(uint64_t)(IGD_MMIO_SIZE - 1));
	cfg_put(g, PCI_BASE_ADDRESS_2, 8,
		PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH,
		~(uint64_t)(IGD_APERTURE - 1));
	cfg_put(g, PCI_BASE_ADDRESS_4, 4, PCI_BASE_ADDRESS_SPACE_IO, 0xffffffc0);
	cfg_put(g, PCI_SUBSYSTEM_VENDOR_ID, 4, p->subsystem, 0);
	cfg_put(g, PCI_CAPABILITY_LIST, 1, CFG_CAPID, 0);
	cfg_put(g, PCI_INTERRUPT_LINE, 2, 0x0100, 0x00ff);
	if (g->regions[VFIO_PCI_ROM_REGION_INDEX].size)
		cfg_put(g, PCI_ROM_ADDRESS, 4, 0,
			-(uint32_t)g->regions[VFIO_PCI_ROM_REGION_INDEX].size | 1);
}

static void put_capabilities(struct igd *g, const struct profile *p)
{
	cfg_put(g, CFG_CAPID, 4, 0x010c0000 | CFG_PCIE << 8 | PCI_CAP_ID_VNDR, 0);
	cfg_put(g, CFG_PCIE, 4, 0x00920000 | CFG_MSI << 8 | PCI_CAP_ID_EXP, 0);
	cfg_put(g, CFG_PCIE + PCI_EXP_DEVCAP, 4,
		PCI_EXP_DEVCAP_RBER | (p->flr ? PCI_EXP_DEVCAP_FLR : 0), 0);
	cfg_put(g, CFG_PCIE + PCI_EXP_DEVCTL, 2, 0, 0x7fff);
	cfg_put(g, CFG_MSI, 4, CFG_PM << 8 | PCI_CAP_ID_MSI, PCI_MSI_FLAGS_ENABLE << 16);
	cfg_put(g, CFG_MSI + PCI_MSI_ADDRESS_LO, 4, 0, 0xfffffffc);
	cfg_put(g, CFG_MSI + PCI_MSI_DATA_32, 2, 0, 0xffff);
	cfg_put(g, CFG_PM, 4, 0x00220000 | CFG_TEST << 8 | PCI_CAP_ID_PM, 0);
	/* without FLR a reset by D3hot must not be offered instead */
	cfg_put(g, CFG_PM + PCI_PM_CTRL, 2, p->flr ? 0 : PCI_PM_CTRL_NO_SOFT_RESET,
		PCI_PM_CTRL_STATE_MASK);
}

static void put_test_window(struct igd *g)
{
	cfg_put(g, CFG_TEST, 4, 0x00100000 | PCI_CAP_ID_VNDR, 0);
	cfg_put(g, CFG_TEST + 4, 4, IGD_TEST_SIGNATURE, 0);
	cfg_put(g, CFG_TEST + 8, 4, IGD_TEST_WINDOW, 0);
}

static void put_graphics(struct igd *g, const struct profile *p)
{
	cfg_put(g, CFG_GGC, 2, p->ggc, 0);
	if (p->bdsm_reg == CFG_BDSM32)
		cfg_put(g, CFG_BDSM32, 4, p->bdsm, 0xffffffff);
	else if (p->bdsm_reg == CFG_BDSM64)
		cfg_put(g, CFG_BDSM64, 8, p->bdsm, UINT64_MAX);
	cfg_put(g, CFG_ASLS, 4, p->asls_set ? p->asls : g->bios_asls, 0xffffffff);
}

/* What the machine around the device wrote and a new profile must not forget. */
static const struct {
	uint8_t off, n;
} kept[] = {
	{ PCI_COMMAND, 2 }, { PCI_BASE_ADDRESS_0, 24 }, { PCI_ROM_ADDRESS, 4 },
	{ PCI_INTERRUPT_LINE, 1 }, { CFG_MSI + PCI_MSI_FLAGS, 12 },
};

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void show_profile(struct igd *g, unsigned int index, bool keep)
{
	const struct profile *p = &g->profiles[index];
	uint8_t old[IGD_CONFIG_SIZE];

	memcpy(old, g->config, sizeof(old));
	memset(g->config, 0, sizeof(g->config));
	memset(g->writable, 0, sizeof(g->writable));
	put_header(g, p);
	put_capabilities(g, p);
	put_test_window(g);
	put_graphics(g, p);
	for (size_t i = 0; keep && i < ARRAY_SIZE(kept); i++)
		memcpy(g->config + kept[i].off, old + kept[i].off, kept[i].n);
	cfg_put(g, CFG_SELECT, 4, index, 0);
	igd_mmio_reset(g, p);
	g->current = index;
	g->gone = false;
	g->selected_ms = now_ms();
	fprintf(stderr, "igdsim: profile %u %s: %04x class %04x\n", index, p->path,
		p->device, p->class);
}

static void igd_reset(void *priv)
{
	struct igd *g = priv;

	cfg_put(g, PCI_COMMAND, 2, 0, PCI_COMMAND_IO | PCI_COMMAND_MEMORY |
		PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
	cfg_put(g, CFG_MSI + PCI_MSI_FLAGS, 2, 0, PCI_MSI_FLAGS_ENABLE);
	igd_mmio_reset(g, &g->profiles[g->current]);
}

static void write_select(struct igd *g, uint32_t index)
{
	if (index < g->n_profiles)
		show_profile(g, index, true);
	else
		fprintf(stderr, "igdsim: there is no profile %u\n", index);
}

static void write_config(struct igd *g, unsigned int off, const uint8_t *buf, size_t n)
{
	unsigned int devctl = CFG_PCIE + PCI_EXP_DEVCTL;
	uint32_t value;

	if (off == CFG_SELECT && n == sizeof(value)) {
		memcpy(&value, buf, sizeof(value));
		write_select(g, le32toh(value));
		return;
	}
	if (g->gone)
		return;
	for (size_t i = 0; i < n; i++) {
		uint8_t mask = g->writable[off + i];

		g->config[off + i] = (uint8_t)((g->config[off + i] & ~mask) | (buf[i] & mask));
	}
	if (off == devctl && n >= 2 && (buf[1] & PCI_EXP_DEVCTL_BCR_FLR >> 8) &&
	    g->profiles[g->current].flr) {
		fprintf(stderr, "igdsim: function level reset\n");
		igd_reset(g);
	}
	if (off == CFG_ASLS && n == 4) {
		g->bios_asls = cfg_load(g, CFG_ASLS);
		fprintf(stderr, "igdsim: ASLS = 0x%08x\n", g->bios_asls);
	}
}

static void write_mmio(struct igd *g, uint32_t off, const uint8_t *buf, size_t n)
{
	while (n) {
		size_t step = 4 - off % 4 < n ? 4 - off % 4 : n;
		uint32_t v;

		if (off >= IGD_GTT_OFFSET) {
			memcpy(g->mmio + off, buf, n);
			return;
		}
		v = htole32(igd_mmio_load(g, off & ~3u));
		memcpy((uint8_t *)&v + off % 4, buf, step);
		igd_mmio_write(g, off & ~3u, le32toh(v));
		off += (uint32_t)step;
		buf += step;
		n -= step;
	}
}

/* Where the plain bytes of a region are; NULL: it reads as all ones. */
static const uint8_t *region_bytes(const struct igd *g, unsigned int index, uint64_t off)
{
	const struct profile *p = &g->profiles[g->current];

	switch (index) {
	case VFIO_PCI_BAR0_REGION_INDEX:
		return g->mmio + off;
	case VFIO_PCI_BAR2_REGION_INDEX:
		return g->aperture + off;
	case VFIO_PCI_BAR4_REGION_INDEX:
		return g->io + off;
	case VFIO_PCI_ROM_REGION_INDEX:
		return p->rom && off < p->rom_size ? p->rom + off : NULL;
	case VFIO_PCI_CONFIG_REGION_INDEX:
		return g->config + off;
	default:
		return NULL;
	}
}

static int igd_read(void *priv, unsigned int index, uint64_t off, void *buf, size_t n)
{
	const struct igd *g = priv;
	const uint8_t *from = g->gone ? NULL : region_bytes(g, index, off);

	if (from && index == VFIO_PCI_ROM_REGION_INDEX) {
		size_t have = g->profiles[g->current].rom_size - off;

		memset(buf, 0xff, n);
		memcpy(buf, from, n < have ? n : have);
	} else if (from) {
		memcpy(buf, from, n);
	} else {
		memset(buf, 0xff, n);
	}
	return 0;
}

static int igd_write(void *priv, unsigned int index, uint64_t off, const void *buf, size_t n)
{
	struct igd *g = priv;

	if (index == VFIO_PCI_CONFIG_REGION_INDEX)
		write_config(g, (unsigned int)off, buf, n);
	else if (g->gone)
		return 0;
	else if (index == VFIO_PCI_BAR0_REGION_INDEX)
		write_mmio(g, (uint32_t)off, buf, n);
	else if (index == VFIO_PCI_BAR2_REGION_INDEX)
		memcpy(g->aperture + off, buf, n);
	else if (index == VFIO_PCI_BAR4_REGION_INDEX)
		memcpy(g->io + off, buf, n);
	return 0;
}

/* The next end that the profile asks for; 0: none. */
static uint32_t next_end_s(const struct igd *g)
{
	const struct profile *p = &g->profiles[g->current];

	if (p->gone_after_s && !g->gone)
		return p->gone_after_s;
	return p->exit_after_s;
}

static int igd_deadline_ms(void *priv)
{
	const struct igd *g = priv;
	int64_t left;

	if (!next_end_s(g))
		return -1;
	left = g->selected_ms + (int64_t)next_end_s(g) * 1000 - now_ms();
	return left > 0 ? (int)left : 0;
}

static int igd_expire(void *priv)
{
	struct igd *g = priv;

	if (!g->profiles[g->current].gone_after_s || g->gone) {
		fprintf(stderr, "igdsim: the device closes its socket\n");
		return -ESHUTDOWN;
	}
	fprintf(stderr, "igdsim: the device is gone\n");
	g->gone = true;
	return 0;
}

static uint8_t *map_region(struct vfu_region *r, const char *name, size_t size)
{
	void *p;

	r->size = size;
	r->fd = memfd_create(name, MFD_CLOEXEC);
	if (r->fd < 0 || ftruncate(r->fd, (off_t)size))
		return NULL;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
	return p == MAP_FAILED ? NULL : p;
}

/* A copy that was asked for: a read, then, when it has come, a write. */
static bool igd_dma_next(void *priv, struct vfu_dma *d)
{
	struct igd *g = priv;
	bool write = g->dma.status == IGD_DMA_WRITES;

	if (g->gone || (!write && g->dma.status != IGD_DMA_READS))
		return false;
	*d = (struct vfu_dma){ .write = write, .address = write ? g->dma.to : g->dma.from,
			       .count = IGD_DMA_BYTES };
	for (unsigned int i = 0; write && i < IGD_DMA_BYTES; i++)
		d->data[i] = (uint8_t)~g->dma.bytes[i];
	return true;
}

static void igd_dma_done(void *priv, const struct vfu_dma *d, int err)
{
	struct igd *g = priv;

	fprintf(stderr, "igdsim: DMA %s 0x%llx: %s\n", d->write ? "to" : "from",
		(unsigned long long)d->address, strerror(-err));
	if (!d->write)
		memcpy(g->dma.bytes, d->data, IGD_DMA_BYTES);
	g->dma.status = err ? IGD_DMA_FAILED : d->write ? IGD_DMA_DONE : IGD_DMA_WRITES;
	igd_mmio_store(g, IGD_TEST_WINDOW + IGD_TEST_STATUS, g->dma.status);
}

int igd_init(struct igd *g, const struct profile *profiles, unsigned int n)
{
	struct vfu_region *r = g->regions;

	*g = (struct igd){ .profiles = profiles, .n_profiles = n };
	for (unsigned int i = 0; i < VFU_REGIONS; i++)
		r[i].fd = -1;
	g->mmio = map_region(&r[VFIO_PCI_BAR0_REGION_INDEX], "mmio", IGD_MMIO_SIZE);
	g->aperture = map_region(&r[VFIO_PCI_BAR2_REGION_INDEX], "aperture", IGD_APERTURE);
	if (!g->mmio || !g->aperture)
		return -errno;
	/* registers act, so only the GTT half of BAR 0 is open to mmap */
	r[VFIO_PCI_BAR0_REGION_INDEX].map_offset = IGD_GTT_OFFSET;
	r[VFIO_PCI_BAR0_REGION_INDEX].map_size = IGD_MMIO_SIZE - IGD_GTT_OFFSET;
	r[VFIO_PCI_BAR2_REGION_INDEX].map_size = IGD_APERTURE;
	r[VFIO_PCI_BAR4_REGION_INDEX].size = sizeof(g->io);
	r[VFIO_PCI_CONFIG_REGION_INDEX].size = IGD_CONFIG_SIZE;
	for (unsigned int i = 0; i < n; i++) {
		if (profiles[i].rom_size > r[VFIO_PCI_ROM_REGION_INDEX].size)
			r[VFIO_PCI_ROM_REGION_INDEX].size = profiles[i].rom_size;
	}
	show_profile(g, 0, false);
	return 0;
}

void igd_done(struct igd *g)
{
	if (g->mmio)
		munmap(TAKE(g->mmio), IGD_MMIO_SIZE);
	if (g->aperture)
		munmap(TAKE(g->aperture), IGD_APERTURE);
	for (unsigned int i = 0; i < VFU_REGIONS; i++) {
		if (g->regions[i].fd >= 0)
			close(TAKE_FD(g->regions[i].fd));
	}
}

struct vfu_device igd_device(struct igd *g)
{
	return (struct vfu_device){
		.priv = g, .regions = g->regions, .read = igd_read, .write = igd_write,
		.reset = igd_reset, .dma_next = igd_dma_next, .dma_done = igd_dma_done,
		.deadline_ms = igd_deadline_ms, .expire = igd_expire,
	};
}
