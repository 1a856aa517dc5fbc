/* SPDX-License-Identifier: GPL-3.0-or-later */
/* x86 port I/O, and the three things that both guest environments do with it. */
#ifndef ROMFILES_EFI_PORT_H
#define ROMFILES_EFI_PORT_H

#include <stddef.h>
#include <stdint.h>

static inline void port_write8(uint16_t port, uint8_t v)
{
	__asm__ volatile("outb %0, %1" : : "a"(v), "Nd"(port));
}

static inline void port_write16(uint16_t port, uint16_t v)
{
	__asm__ volatile("outw %0, %1" : : "a"(v), "Nd"(port));
}

static inline void port_write32(uint16_t port, uint32_t v)
{
	__asm__ volatile("outl %0, %1" : : "a"(v), "Nd"(port));
}

static inline uint8_t port_read8(uint16_t port)
{
	uint8_t v;

	__asm__ volatile("inb %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint16_t port_read16(uint16_t port)
{
	uint16_t v;

	__asm__ volatile("inw %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

static inline uint32_t port_read32(uint16_t port)
{
	uint32_t v;

	__asm__ volatile("inl %1, %0" : "=a"(v) : "Nd"(port));
	return v;
}

/** port_write_bytes(), port_read_bytes() - @n bytes through one port */
static inline void port_write_bytes(uint16_t port, const void *src, size_t n)
{
	__asm__ volatile("rep outsb" : "+S"(src), "+c"(n) : "d"(port) : "memory");
}

static inline void port_read_bytes(uint16_t port, void *dst, size_t n)
{
	__asm__ volatile("rep insb" : "+D"(dst), "+c"(n) : "d"(port) : "memory");
}

/** port_put() - struct emit's put: QEMU's debug port */
void port_put(void *ctx, const char *text, size_t n);

/**
 * port_config_read(), port_config_write() - struct pci_access
 *
 * Configuration mechanism 1 (PCI 3.0, section 3.2.2.3.2), which both of QEMU's
 * PC machines decode. Used instead of UEFI's protocols because it works
 * before any of them exists, and is the same for BIOS. The address register
 * is left as found: the caller may have interrupted firmware between its two
 * accesses.
 */
uint32_t port_config_read(void *ctx, unsigned int devfn, unsigned int off,
			  unsigned int width);
void port_config_write(void *ctx, unsigned int devfn, unsigned int off, unsigned int width,
		       uint32_t value);

/** port_fwcfg_select(), port_fwcfg_read() - struct fwcfg */
void port_fwcfg_select(void *ctx, uint16_t key);
void port_fwcfg_read(void *ctx, void *dst, size_t n);

#endif
