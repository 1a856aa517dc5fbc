/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * One pass over the subjects of report.h, in order, each written as soon as
 * it is known, so that a probe that dies shows where. Memory is read only
 * where the map says that real memory is: an address from the OpRegion may
 * name anything, and reading a device's registers can change it.
 */
#include "romfiles/efi/guest_probe_parts.h"

/* --- devices ------------------------------------------------------------------- */

static void device_ids(const struct probe_env *env, unsigned int devfn)
{
	const struct pci_access *p = &env->pci;
	bool present = pci_present(p, devfn);

	emit_bdf(env->emit, devfn);
	emit_bool(env->emit, "present", present);
	if (!present)
		return;
	emit_hex(env->emit, "vendor", pci_read16(p, devfn, PCI_CFG_VENDOR), 4);
	emit_hex(env->emit, "device", pci_read16(p, devfn, PCI_CFG_DEVICE), 4);
	emit_hex(env->emit, "revision", pci_read32(p, devfn, PCI_CFG_REVISION) & 0xff, 2);
	emit_hex(env->emit, "class", pci_class(p, devfn), 6);
	emit_hex(env->emit, "subsystem_vendor", pci_read16(p, devfn, PCI_CFG_SUBVENDOR), 4);
	emit_hex(env->emit, "subsystem", pci_read16(p, devfn, PCI_CFG_SUBSYSTEM), 4);
}

static void say_bridge(const struct probe_env *env, const char *name, unsigned int devfn)
{
	emit_open(env->emit, name);
	device_ids(env, devfn);
	emit_close(env->emit);
}

static void say_device(struct subject *s)
{
	const struct probe_env *env = s->env;
	uint16_t id = pci_read16(&env->pci, PCI_IGD, PCI_CFG_DEVICE);

	s->igd = pci_is_igd(&env->pci, PCI_IGD);
	if (s->igd && guest_igd_find(id, &s->pf_value))
		s->pf = &s->pf_value;
	emit_open(env->emit, "device");
	device_ids(env, PCI_IGD);
	if (s->igd)
		emit_str(env->emit, "bdsm", guest_igd_register(s->pf));
	emit_close(env->emit);
}

/* --- stolen memory -------------------------------------------------------------- */

/* The MMIO copies of GGC and BDSM; false: BAR 0 cannot be read there. */
static bool mmio_register(const struct subject *s, uint32_t off, uint64_t *v)
{
	if (!s->bar0 || s->bar0_bytes < off + UINT64_C(8))
		return false;
	*v = s->env->mmio_read(s->env->ctx, s->bar0 + off);
	*v |= (uint64_t)s->env->mmio_read(s->env->ctx, s->bar0 + off + 4) << 32;
	return true;
}

static void emit_ggc_size(struct subject *s, uint16_t ggc)
{
	struct emit *e = s->env->emit;
	uint64_t bytes = s->pf ? igd_stolen_bytes(s->pf, ggc) : 0;

	if (!s->pf) {
		emit_null(e, "size");
		emit_str(e, "error", "unknown-device");
	} else if (bytes == IGD_STOLEN_BAD) {
		emit_null(e, "size");
		emit_str(e, "error", "bad-encoding");
	} else {
		s->stolen = bytes;
		emit_num(e, "size", bytes);
	}
	emit_bool(e, "vga_disabled", ggc & IGD_GGC_VGA_DISABLE);
}

static void say_ggc(struct subject *s)
{
	const struct probe_env *env = s->env;
	bool mmio = s->pf && s->pf->gms == IGD_GMS_MTL;
	uint64_t value = pci_read16(&env->pci, PCI_IGD, IGD_CFG_GGC);

	emit_open(env->emit, "ggc");
	emit_str(env->emit, "source", mmio ? "mmio" : "config");
	if (mmio && !mmio_register(s, IGD_MMIO_GGC, &value)) {
		emit_str(env->emit, "error", "not-readable");
	} else {
		emit_hex(env->emit, "value", value & 0xffff, 4);
		emit_ggc_size(s, (uint16_t)value);
	}
	emit_close(env->emit);
}

static uint64_t bdsm_value(const struct subject *s)
{
	unsigned int off = igd_bdsm_offset(s->pf);

	return s->pf->bdsm == IGD_BDSM_64 ? pci_read64(&s->env->pci, PCI_IGD, off) :
					    pci_read32(&s->env->pci, PCI_IGD, off);
}

static void emit_bdsm(const struct subject *s)
{
	struct emit *e = s->env->emit;
	uint64_t value = bdsm_value(s), base = igd_bdsm_base(s->pf, value), mmio;
	const char *backed;

	emit_hex(e, "value", value, s->pf->bdsm == IGD_BDSM_64 ? 16 : 8);
	emit_hex(e, "base", base, 8);
	emit_num(e, "size", s->stolen);
	if (base && s->stolen)
		emit_str(e, "reserved", probe_reserved(s->env, base, s->stolen));
	else
		emit_null(e, "reserved");
	backed = base ? probe_backed(s->env, base, s->stolen) : NULL;
	if (backed)
		emit_str(e, "backed", backed);
	else
		emit_null(e, "backed");
	if (s->pf->bdsm == IGD_BDSM_64 && mmio_register(s, IGD_MMIO_BDSM, &mmio))
		emit_hex(e, "mmio_value", mmio, 16);
}

static void say_bdsm(const struct subject *s)
{
	emit_open(s->env->emit, "bdsm");
	emit_str(s->env->emit, "register", guest_igd_register(s->pf));
	if (!s->pf)
		emit_str(s->env->emit, "error", "unknown-device");
	else if (s->pf->bdsm != IGD_BDSM_NONE)
		emit_bdsm(s);
	emit_close(s->env->emit);
}

/* --- option ROM ----------------------------------------------------------------- */

static void say_rom(const struct probe_env *env, uint64_t bar_bytes)
{
	struct emit *e = env->emit;
	uint16_t at, vendor, device;

	emit_open(e, "rom");
	emit_num(e, "bar_size", bar_bytes);
	emit_str(e, "where", env->rom.n ? env->rom_where : "none");
	if (env->rom.n) {
		emit_bool(e, "signature", span_is(env->rom, 0, "\x55\xaa", 2));
		if (span_le16(env->rom, 0x18, &at) && span_is(env->rom, at, "PCIR", 4) &&
		    span_le16(env->rom, at + 4u, &vendor) &&
		    span_le16(env->rom, at + 6u, &device)) {
			emit_hex(e, "vendor", vendor, 4);
			emit_hex(e, "device", device, 4);
		}
	}
	emit_close(e);
}

/* --- the whole ------------------------------------------------------------------ */

/* GGC and BDSM may have to be read through BAR 0, so BARs come first. */
static void say_igd(struct subject *s)
{
	const struct probe_env *env = s->env;
	uint64_t rom_bytes;
	uint16_t command;

	probe_opregion(env);
	rom_bytes = probe_bar_sizes(env, s->bars);
	command = pci_read16(&env->pci, PCI_IGD, PCI_CFG_COMMAND);
	pci_write16(&env->pci, PCI_IGD, PCI_CFG_COMMAND,
		    (uint16_t)(command | PCI_COMMAND_IO | PCI_COMMAND_MEM));
	for (unsigned int i = 0; i < 6; i++)
		if (s->bars[i].bytes)
			probe_bar(s, &s->bars[i]);
	probe_mmio(s);
	say_ggc(s);
	say_bdsm(s);
	probe_dma(s);
	pci_write16(&env->pci, PCI_IGD, PCI_CFG_COMMAND, command);
	probe_interrupt(s);
	say_rom(env, rom_bytes);
}

void probe_run(const struct probe_env *env)
{
	struct subject s = { .env = env };

	emit_begin(env->emit, env->firmware);
	say_device(&s);
	if (s.igd)
		say_igd(&s);
	say_bridge(env, "host-bridge", PCI_HOST_BRIDGE);
	say_bridge(env, "lpc", PCI_LPC);
	if (env->gop)
		probe_gop(&s);
	if (env->more)
		env->more(env->ctx, env->emit);
	emit_end(env->emit);
}
