/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "romfiles/efi/port.h"

#include "romfiles/efi/report.h"

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define FWCFG_SELECTOR 0x510 /* QEMU docs/specs/fw_cfg, x86 */
#define FWCFG_DATA 0x511

void port_put(void *ctx, const char *text, size_t n)
{
	(void)ctx;
	port_write_bytes(REPORT_PORT, text, n);
}

/* Returns the data port; the former address goes to *@before. */
static uint16_t config_address(unsigned int devfn, unsigned int off, uint32_t *before)
{
	*before = port_read32(CONFIG_ADDRESS);
	port_write32(CONFIG_ADDRESS, 0x80000000u | devfn << 8 | (off & 0xfc));
	return (uint16_t)(CONFIG_DATA + (off & 3));
}

uint32_t port_config_read(void *ctx, unsigned int devfn, unsigned int off,
			  unsigned int width)
{
	uint32_t before, v;
	uint16_t port = config_address(devfn, off, &before);

	(void)ctx;
	if (width == 1)
		v = port_read8(port);
	else if (width == 2)
		v = port_read16(port);
	else
		v = port_read32(port);
	port_write32(CONFIG_ADDRESS, before);
	return v;
}

void port_config_write(void *ctx, unsigned int devfn, unsigned int off, unsigned int width,
		       uint32_t value)
{
	uint32_t before;
	uint16_t port = config_address(devfn, off, &before);

	(void)ctx;
	if (width == 1)
		port_write8(port, (uint8_t)value);
	else if (width == 2)
		port_write16(port, (uint16_t)value);
	else
		port_write32(port, value);
	port_write32(CONFIG_ADDRESS, before);
}

void port_fwcfg_select(void *ctx, uint16_t key)
{
	(void)ctx;
	port_write16(FWCFG_SELECTOR, key);
}

void port_fwcfg_read(void *ctx, void *dst, size_t n)
{
	(void)ctx;
	port_read_bytes(FWCFG_DATA, dst, n);
}
