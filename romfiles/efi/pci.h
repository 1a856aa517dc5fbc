/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * PCI config space on bus 0 through the caller's access functions, and the
 * offsets used (PCI Local Bus specification 3.0, section 6.1).
 */
#ifndef ROMFILES_EFI_PCI_H
#define ROMFILES_EFI_PCI_H

#include <stdbool.h>
#include <stdint.h>

#define PCI_DEVFN(dev, fn) ((unsigned int)(dev) << 3 | (fn))
#define PCI_IGD PCI_DEVFN(2, 0)
#define PCI_HOST_BRIDGE PCI_DEVFN(0, 0)
#define PCI_LPC PCI_DEVFN(0x1f, 0)

#define PCI_CFG_VENDOR 0x00
#define PCI_CFG_DEVICE 0x02
#define PCI_CFG_COMMAND 0x04
#define PCI_CFG_STATUS 0x06
#define PCI_CFG_REVISION 0x08 /* u8, then the class in 3 bytes */
#define PCI_CFG_BAR(i) (0x10u + 4u * (i))
#define PCI_CFG_SUBVENDOR 0x2c
#define PCI_CFG_SUBSYSTEM 0x2e
#define PCI_CFG_ROM 0x30
#define PCI_CFG_CAPABILITIES 0x34
#define PCI_CFG_INTERRUPT 0x3c /* line, then pin: 0 none */

#define PCI_COMMAND_IO 1u
#define PCI_COMMAND_MEM 2u
#define PCI_COMMAND_MASTER 4u
#define PCI_STATUS_CAPABILITIES 0x10u
#define PCI_NOBODY 0xffff /* the vendor id where no device answers */

/**
 * struct pci_access - how to reach config space
 *
 * @width is 1, 2 or 4 bytes, @off a multiple of it.
 */
struct pci_access {
	uint32_t (*read)(void *ctx, unsigned int devfn, unsigned int off, unsigned int width);
	void (*write)(void *ctx, unsigned int devfn, unsigned int off, unsigned int width,
		      uint32_t value);
	void *ctx;
};

static inline uint16_t pci_read16(const struct pci_access *p, unsigned int devfn,
				  unsigned int off)
{
	return (uint16_t)p->read(p->ctx, devfn, off, 2);
}

static inline uint32_t pci_read32(const struct pci_access *p, unsigned int devfn,
				  unsigned int off)
{
	return p->read(p->ctx, devfn, off, 4);
}

static inline uint64_t pci_read64(const struct pci_access *p, unsigned int devfn,
				  unsigned int off)
{
	return pci_read32(p, devfn, off) | (uint64_t)pci_read32(p, devfn, off + 4) << 32;
}

static inline void pci_write16(const struct pci_access *p, unsigned int devfn,
			       unsigned int off, uint16_t v)
{
	p->write(p->ctx, devfn, off, 2, v);
}

static inline void pci_write32(const struct pci_access *p, unsigned int devfn,
			       unsigned int off, uint32_t v)
{
	p->write(p->ctx, devfn, off, 4, v);
}

/** pci_class() - base class, subclass and programming interface: 0x030000 */
static inline uint32_t pci_class(const struct pci_access *p, unsigned int devfn)
{
	return pci_read32(p, devfn, PCI_CFG_REVISION) >> 8;
}

static inline bool pci_present(const struct pci_access *p, unsigned int devfn)
{
	return pci_read16(p, devfn, PCI_CFG_VENDOR) != PCI_NOBODY;
}

/** pci_is_igd() - an Intel display device, VGA (0300) or other (0380) */
static inline bool pci_is_igd(const struct pci_access *p, unsigned int devfn)
{
	uint32_t class = pci_class(p, devfn) >> 8;

	return pci_read16(p, devfn, PCI_CFG_VENDOR) == 0x8086 &&
	       (class == 0x0300 || class == 0x0380);
}

#endif
