/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * One pass over the subjects of report.h, in order, each written as soon as
 * it is known, so that a probe that dies shows where. Memory is read only
 * where the map says that real memory is: an address from the OpRegion may
 * name anything, and reading a device's registers can change it.
 *
 * BARs are sized with decoding off and put back before anything else runs.
 * Their first dword is read to see that the mapping works at all, except
 * through BAR 2 of devices without BDSM in config space: that is where Meteor
 * Lake and later keep stolen memory, and reading it can hang the machine
 * (Linux 7.1, i915_utils.c:32-46).
 */
#include "romfiles/efi/guest_probe.h"

#include "romfiles/efi/guest_igd.h"
#include "romfiles/efi/opreg.h"
#include "romfiles/sha256.h"

/** struct subject - what later subjects need of earlier ones */
struct subject {
	const struct probe_env *env;
	bool igd;                      /* an Intel display device at 00:02.0 */
	const struct igd_platform *pf; /* NULL: unknown */
	struct igd_platform pf_value;
	uint64_t bar0;       /* where BAR 0 can be read; 0: it cannot */
	uint64_t bar0_bytes; /* its size */
	uint64_t stolen;     /* bytes, by GGC */
};

static const char *reserved_word(const struct probe_env *env, uint64_t base, uint64_t bytes)
{
	return memmap_word(memmap_ask(env->map, base, bytes));
}

/* False when any byte must not be read. */
static bool memory_span(const struct probe_env *env, uint64_t base, size_t n, struct span *s)
{
	if (!memmap_readable(env->map, base, n) || base > env->reach ||
	    n - 1 > env->reach - base)
		return false;
	*s = (struct span){ env->memory(env->ctx, base), n };
	return true;
}

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

/* --- OpRegion and VBT ---------------------------------------------------------- */

static void emit_digest(struct emit *e, struct span s)
{
	uint8_t sum[SHA256_BYTES];
	char hex[SHA256_HEX];

	sha256_sum(s.p, s.n, sum);
	sha256_hex(sum, hex);
	emit_str(e, "sha256", hex);
}

/* A VBT that was looked at, good or not. */
struct candidate {
	uint64_t address;
	struct span bytes;
	struct opreg_vbt vbt;
	const char *error;
};

static void candidate_rvda(const struct probe_env *env, const struct opreg *o, uint64_t asls,
			   struct candidate *c)
{
	size_t n = o->rvds > OPREG_VBT_MAX ? OPREG_VBT_MAX : o->rvds;

	if (!opreg_rvda_address(o, asls, &c->address))
		c->error = "outside";
	else if (!memory_span(env, c->address, n, &c->bytes))
		c->error = "not-readable";
	else
		c->error = opreg_vbt(c->bytes, &c->vbt);
}

static void candidate_mailbox4(struct span s, const struct opreg *o, uint64_t asls,
			       struct candidate *c)
{
	c->address = asls + OPREG_VBT_AT;
	c->bytes = opreg_mailbox4(s, o);
	c->error = opreg_vbt(c->bytes, &c->vbt);
}

static void emit_vbt(const struct probe_env *env, uint64_t asls, const char *where,
		     const struct candidate *c)
{
	struct emit *e = env->emit;

	emit_str(e, "where", where);
	if (c->address >= asls)
		emit_num(e, "offset", c->address - asls);
	else
		emit_null(e, "offset");
	emit_hex(e, "address", c->address, 8);
	emit_num(e, "length", c->vbt.bytes);
	emit_str(e, "reserved", reserved_word(env, c->address, c->vbt.bytes));
	emit_str(e, "checksum", c->vbt.checksum_ok ? "ok" : "bad");
	emit_digest(e, (struct span){ c->bytes.p, c->vbt.bytes });
}

/* The order of i915: RVDA when announced and valid, else mailbox 4. */
static void say_vbt(const struct probe_env *env, struct span s, const struct opreg *o,
		    uint64_t asls)
{
	struct candidate rvda = { 0 }, box = { 0 };
	bool announced = opreg_has_rvda(o);

	if (announced)
		candidate_rvda(env, o, asls, &rvda);
	candidate_mailbox4(s, o, asls, &box);
	emit_open(env->emit, "vbt");
	if (announced && !rvda.error) {
		emit_vbt(env, asls, "rvda", &rvda);
	} else if (!box.error) {
		emit_vbt(env, asls, "mailbox4", &box);
	} else {
		emit_str(env->emit, "where", "none");
		emit_str(env->emit, "error", box.error);
	}
	if (rvda.error)
		emit_str(env->emit, "rvda_error", rvda.error);
	emit_close(env->emit);
}

static void say_no_vbt(const struct probe_env *env)
{
	emit_open(env->emit, "vbt");
	emit_str(env->emit, "where", "none");
	emit_close(env->emit);
}

static void emit_header(struct emit *e, const struct opreg *o)
{
	char version[] = "0.0";

	/* Digits: real versions are 1.0 to 3.x; what is not shows as '?'. */
	version[0] = o->major < 10 ? (char)('0' + o->major) : '?';
	version[2] = o->minor < 10 ? (char)('0' + o->minor) : '?';
	emit_str(e, "version", version);
	emit_num(e, "size", o->bytes);
	emit_hex(e, "mailboxes", o->mailboxes, 8);
	emit_hex(e, "rvda", o->rvda, 8);
	emit_num(e, "rvds", o->rvds);
	if (o->bytes < OPREG_BYTES)
		emit_str(e, "error", "too-small");
}

/* Writes the members; true: there is an OpRegion in @s. */
static bool opregion_look(const struct probe_env *env, uint32_t asls, struct span *s,
			  struct opreg *o)
{
	struct emit *e = env->emit;

	if (!asls || asls == UINT32_MAX) {
		emit_str(e, "error", "not-set");
		return false;
	}
	emit_str(e, "reserved", reserved_word(env, asls, OPREG_BYTES));
	if (!memory_span(env, asls, OPREG_BYTES, s) || !opreg_parse(*s, o)) {
		emit_str(e, "error", "not-readable");
		return false;
	}
	emit_bool(e, "signature", o->signature);
	if (o->signature)
		emit_header(e, o);
	else
		emit_str(e, "error", "no-signature");
	return o->signature;
}

static void say_opregion(const struct subject *s)
{
	const struct probe_env *env = s->env;
	uint32_t asls = pci_read32(&env->pci, PCI_IGD, IGD_CFG_ASLS);
	struct span bytes = { NULL, 0 };
	struct opreg o;
	bool found;

	emit_open(env->emit, "opregion");
	emit_hex(env->emit, "asls", asls, 8);
	found = opregion_look(env, asls, &bytes, &o);
	emit_close(env->emit);
	if (found)
		say_vbt(env, bytes, &o, asls);
	else
		say_no_vbt(env);
}

/* --- BARs ---------------------------------------------------------------------- */

struct bar {
	unsigned int index;
	bool io, wide, prefetch;
	uint64_t base;
	uint64_t bytes; /* 0: not implemented */
};

static uint32_t bar_mask(const struct pci_access *p, unsigned int off, uint32_t value)
{
	uint32_t mask;

	pci_write32(p, PCI_IGD, off, UINT32_MAX);
	mask = pci_read32(p, PCI_IGD, off);
	pci_write32(p, PCI_IGD, off, value);
	return mask;
}

static void bar_size(const struct pci_access *p, struct bar *b)
{
	unsigned int off = PCI_CFG_BAR(b->index);
	uint32_t low = pci_read32(p, PCI_IGD, off), high, flags;
	uint64_t mask = bar_mask(p, off, low);

	b->io = low & 1;
	b->wide = !b->io && (low & 6) == 4;
	b->prefetch = !b->io && low & 8;
	flags = b->io ? 3 : 0xf;
	b->base = low & ~flags;
	mask &= ~(uint64_t)flags;
	if (b->wide && b->index < 5) {
		high = pci_read32(p, PCI_IGD, off + 4);
		b->base |= (uint64_t)high << 32;
		mask |= (uint64_t)bar_mask(p, off + 4, high) << 32;
	} else if (mask) {
		mask |= UINT64_C(0xffffffff) << 32;
	}
	/* The upper half of I/O BARs need not exist (PCI 3.0, 6.2.5.1). */
	if (b->io && mask)
		mask |= 0xffff0000;
	b->bytes = mask ? ~mask + 1 : 0;
}

static bool bar_in_reach(const struct probe_env *env, const struct bar *b)
{
	uint64_t reach = b->io ? 0xffff : env->reach;

	return b->bytes >= 4 && b->base <= reach && b->bytes - 1 <= reach - b->base;
}

/* NULL: it may be read; else the word for "read". */
static const char *bar_unreadable(const struct subject *s, const struct bar *b)
{
	if (!b->base)
		return "unassigned";
	if (!bar_in_reach(s->env, b))
		return "out-of-reach";
	if (b->index == 2 && (!s->pf || s->pf->bdsm == IGD_BDSM_NONE))
		return "skipped";
	return NULL;
}

static void say_bar(struct subject *s, const struct bar *b)
{
	const struct probe_env *env = s->env;
	const char *why = bar_unreadable(s, b);
	struct emit *e = env->emit;

	emit_open(e, "bar");
	emit_num(e, "index", b->index);
	emit_str(e, "type", b->io ? "io" : b->wide ? "mem64" : "mem32");
	emit_bool(e, "prefetch", b->prefetch);
	emit_hex(e, "base", b->base, b->io ? 4 : 8);
	emit_num(e, "size", b->bytes);
	emit_str(e, "read", why ? why : "ok");
	if (why)
		emit_null(e, "first");
	else if (b->io)
		emit_hex(e, "first", env->io_read(env->ctx, (uint16_t)b->base), 8);
	else
		emit_hex(e, "first", env->mmio_read(env->ctx, b->base), 8);
	emit_close(e);
	if (!why && b->index == 0 && !b->io) {
		s->bar0 = b->base;
		s->bar0_bytes = b->bytes;
	}
}

/* Returns the ROM BAR's size. */
static uint64_t bars_size(const struct probe_env *env, struct bar bars[6])
{
	const struct pci_access *p = &env->pci;
	uint16_t command;
	uint32_t rom, mask;

	env->quiet(env->ctx, true);
	command = pci_read16(p, PCI_IGD, PCI_CFG_COMMAND);
	pci_write16(p, PCI_IGD, PCI_CFG_COMMAND,
		    (uint16_t)(command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEM)));
	for (unsigned int i = 0; i < 6; i++) {
		bars[i] = (struct bar){ .index = i };
		if (i && bars[i - 1].wide)
			continue; /* the upper half of the one before */
		bar_size(p, &bars[i]);
	}
	rom = pci_read32(p, PCI_IGD, PCI_CFG_ROM);
	mask = bar_mask(p, PCI_CFG_ROM, rom) & 0xfffff800;
	pci_write16(p, PCI_IGD, PCI_CFG_COMMAND, command);
	env->quiet(env->ctx, false);
	return mask ? ~mask + UINT32_C(1) : 0;
}

/* The MMIO copies of GGC and BDSM; false: BAR 0 cannot be read there. */
static bool mmio_register(const struct subject *s, uint32_t off, uint64_t *v)
{
	if (!s->bar0 || s->bar0_bytes < off + UINT64_C(8))
		return false;
	*v = s->env->mmio_read(s->env->ctx, s->bar0 + off);
	*v |= (uint64_t)s->env->mmio_read(s->env->ctx, s->bar0 + off + 4) << 32;
	return true;
}

/* --- stolen memory -------------------------------------------------------------- */

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

	emit_hex(e, "value", value, s->pf->bdsm == IGD_BDSM_64 ? 16 : 8);
	emit_hex(e, "base", base, 8);
	emit_num(e, "size", s->stolen);
	if (base && s->stolen)
		emit_str(e, "reserved", reserved_word(s->env, base, s->stolen));
	else
		emit_null(e, "reserved");
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
	struct bar bars[6];
	uint64_t rom_bytes;
	uint16_t command;

	say_opregion(s);
	rom_bytes = bars_size(env, bars);
	command = pci_read16(&env->pci, PCI_IGD, PCI_CFG_COMMAND);
	pci_write16(&env->pci, PCI_IGD, PCI_CFG_COMMAND,
		    (uint16_t)(command | PCI_COMMAND_IO | PCI_COMMAND_MEM));
	for (unsigned int i = 0; i < 6; i++)
		if (bars[i].bytes)
			say_bar(s, &bars[i]);
	say_ggc(s);
	say_bdsm(s);
	pci_write16(&env->pci, PCI_IGD, PCI_CFG_COMMAND, command);
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
	if (env->more)
		env->more(env->ctx, env->emit);
	emit_end(env->emit);
}
