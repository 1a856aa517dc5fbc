/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * A graphics driver finds the OpRegion by ASLS and stolen memory by BDSM.
 * QEMU shows a guest both registers as zero and expects its firmware to put
 * memory behind them; OVMF does not. Two parts, neither depends on the other:
 *
 * OpRegion. fw_cfg holds a self-contained copy (the kernel has made RVDA
 * relative), so it may lie anywhere. Copied as it is, right or wrong: what is
 * wrong with it is for the probe to say.
 *
 * Stolen memory. The guest driver takes its size from the GGC register that
 * it sees, QEMU gives its own idea in a file; they differ between versions
 * (up to 9.2 the file includes the GTT). The larger one is reserved, so the
 * driver never reaches beyond. No byte of it is touched. The host's base is
 * tried first: other registers of the device, which nobody virtualises, name
 * host addresses, and one project found Alder Lake-P to need it.
 */
#include "romfiles/efi/guest_assign.h"

#include <string.h>

#include "romfiles/efi/guest_igd.h"

#define SIGNATURE "IntelGraphicsMem"
#define SIGNATURE_BYTES (sizeof(SIGNATURE) - 1)
#define OPREGION_MIN 0x2000u

/* --- OpRegion ---------------------------------------------------------------- */

static void say_opregion(const struct assign_env *env, const char *result,
			 const struct fwcfg_file *file, const char *error)
{
	emit_open(env->emit, "opregion");
	emit_str(env->emit, "result", result);
	if (file)
		emit_num(env->emit, "size", file->bytes);
	if (error)
		emit_str(env->emit, "error", error);
	emit_close(env->emit);
}

static void say_opregion_set(const struct assign_env *env, const struct assign_part *part,
			     const struct fwcfg_file *file)
{
	const void *copy = env->memory(env->ctx, part->base);

	emit_open(env->emit, "opregion");
	emit_str(env->emit, "result", "set");
	emit_hex(env->emit, "asls", part->base, 8);
	emit_num(env->emit, "size", file->bytes);
	emit_bool(env->emit, "signature", !memcmp(copy, SIGNATURE, SIGNATURE_BYTES));
	emit_close(env->emit);
}

/* NULL, or the word for "error". */
static const char *opregion_place(const struct assign_env *env, const struct fwcfg_file *file,
				  struct assign_part *part)
{
	uint64_t base;

	if (file->bytes < OPREGION_MIN)
		return "too-small";
	if (file->bytes > ASSIGN_OPREGION_MAX)
		return "too-large";
	base = env->reserve(env->ctx, ASSIGN_OPREGION, 0, file->bytes);
	if (!base)
		return "no-memory";
	fwcfg_read(&env->fwcfg, file, env->memory(env->ctx, base), file->bytes);
	part->before = pci_read32(&env->pci, PCI_IGD, IGD_CFG_ASLS);
	pci_write32(&env->pci, PCI_IGD, IGD_CFG_ASLS, (uint32_t)base);
	if (pci_read32(&env->pci, PCI_IGD, IGD_CFG_ASLS) != base) {
		pci_write32(&env->pci, PCI_IGD, IGD_CFG_ASLS, (uint32_t)part->before);
		env->release(env->ctx, ASSIGN_OPREGION, base, file->bytes);
		return "not-kept";
	}
	part->base = base;
	part->bytes = file->bytes;
	return NULL;
}

static void opregion_set(const struct assign_env *env, struct assign_part *part)
{
	struct fwcfg_file file;
	const char *error;

	if (!fwcfg_find(&env->fwcfg, FWCFG_OPREGION, &file)) {
		say_opregion(env, "absent", NULL, NULL);
		return;
	}
	error = opregion_place(env, &file, part);
	if (error)
		say_opregion(env, "failed", &file, error);
	else
		say_opregion_set(env, part, &file);
}

/* --- stolen memory ------------------------------------------------------------- */

/* What is known before anything is done, and what came out. */
struct stolen {
	const struct igd_platform *pf; /* NULL: unknown device */
	uint16_t ggc;
	uint64_t ggc_bytes;
	bool has_file;
	uint64_t file_bytes;
	uint64_t host_base; /* 0: not given */
	const char *result;
	const char *error;
};

static void say_stolen(const struct assign_env *env, const struct stolen *s,
		       const struct assign_part *part)
{
	struct emit *e = env->emit;

	emit_open(e, "stolen");
	emit_str(e, "result", s->result);
	emit_str(e, "register", guest_igd_register(s->pf));
	if (part->base) {
		emit_hex(e, "base", part->base, 8);
		emit_num(e, "size", part->bytes);
		emit_str(e, "placed", part->base == s->host_base ? "host" : "elsewhere");
	}
	if (s->host_base)
		emit_hex(e, "host_base", s->host_base, 8);
	else
		emit_null(e, "host_base");
	emit_hex(e, "ggc", s->ggc, 4);
	if (s->pf && s->pf->bdsm != IGD_BDSM_NONE)
		emit_num(e, "ggc_size", s->ggc_bytes);
	if (s->has_file)
		emit_num(e, "file_size", s->file_bytes);
	if (s->error)
		emit_str(e, "error", s->error);
	emit_close(e);
}

static void stolen_look(const struct assign_env *env, struct stolen *s)
{
	s->ggc = pci_read16(&env->pci, PCI_IGD, IGD_CFG_GGC);
	if (s->pf && s->pf->bdsm != IGD_BDSM_NONE)
		s->ggc_bytes = igd_stolen_bytes(s->pf, s->ggc);
	s->has_file = fwcfg_u64(&env->fwcfg, FWCFG_BDSM_SIZE, &s->file_bytes);
	if (!fwcfg_u64(&env->fwcfg, FWCFG_STOLEN_BASE, &s->host_base))
		s->host_base = 0;
}

/* Page-aligned; sizes beyond 4 GiB fail as reservations and need no rounding. */
static uint64_t stolen_bytes(const struct stolen *s)
{
	uint64_t bytes = s->file_bytes > s->ggc_bytes ? s->file_bytes : s->ggc_bytes;

	return bytes > UINT32_MAX ? bytes : (bytes + 0xfff) & ~UINT64_C(0xfff);
}

static uint64_t stolen_reserve(const struct assign_env *env, const struct stolen *s,
			       uint64_t bytes)
{
	uint64_t want = s->host_base, base = 0;

	if (bytes > UINT32_MAX)
		return 0;
	if (want && want % ASSIGN_STOLEN_ALIGN == 0 && want <= UINT32_MAX + UINT64_C(1) - bytes)
		base = env->reserve(env->ctx, ASSIGN_STOLEN, want, bytes);
	return base ? base : env->reserve(env->ctx, ASSIGN_STOLEN, 0, bytes);
}

static uint64_t bdsm_read(const struct assign_env *env, const struct assign_done *d)
{
	return d->stolen_wide ? pci_read64(&env->pci, PCI_IGD, d->stolen_register) :
				pci_read32(&env->pci, PCI_IGD, d->stolen_register);
}

static void bdsm_write(const struct assign_env *env, const struct assign_done *d, uint64_t v)
{
	pci_write32(&env->pci, PCI_IGD, d->stolen_register, (uint32_t)v);
	if (d->stolen_wide)
		pci_write32(&env->pci, PCI_IGD, d->stolen_register + 4, (uint32_t)(v >> 32));
}

/* NULL, or the word for "error". */
static const char *stolen_place(const struct assign_env *env, const struct stolen *s,
				struct assign_done *d)
{
	uint64_t bytes = stolen_bytes(s), base = stolen_reserve(env, s, bytes);

	if (!base)
		return "no-memory";
	d->stolen_register = igd_bdsm_offset(s->pf);
	d->stolen_wide = s->pf->bdsm == IGD_BDSM_64;
	d->stolen.before = bdsm_read(env, d);
	bdsm_write(env, d, base);
	if (igd_bdsm_base(s->pf, bdsm_read(env, d)) != base) {
		bdsm_write(env, d, d->stolen.before);
		env->release(env->ctx, ASSIGN_STOLEN, base, bytes);
		return "not-kept";
	}
	d->stolen.base = base;
	d->stolen.bytes = bytes;
	return NULL;
}

static void stolen_set(const struct assign_env *env, const struct igd_platform *pf,
		       struct assign_done *d)
{
	struct stolen s = { .pf = pf };

	stolen_look(env, &s);
	if (!pf || pf->bdsm == IGD_BDSM_NONE) {
		s.result = "unsupported";
		s.error = pf ? NULL : "unknown-device";
	} else if (!stolen_bytes(&s)) {
		s.result = "none";
	} else {
		s.error = stolen_place(env, &s, d);
		s.result = s.error ? "failed" : "set";
	}
	say_stolen(env, &s, &d->stolen);
}

/* --- the whole ----------------------------------------------------------------- */

static void say_device(const struct assign_env *env, const struct igd_platform *pf,
		       const char *error)
{
	struct emit *e = env->emit;

	emit_open(e, "device");
	emit_bdf(e, PCI_IGD);
	if (pci_present(&env->pci, PCI_IGD)) {
		emit_hex(e, "vendor", pci_read16(&env->pci, PCI_IGD, PCI_CFG_VENDOR), 4);
		emit_hex(e, "device", pci_read16(&env->pci, PCI_IGD, PCI_CFG_DEVICE), 4);
		emit_hex(e, "class", pci_class(&env->pci, PCI_IGD), 6);
	}
	if (error)
		emit_str(e, "error", error);
	else
		emit_str(e, "bdsm", guest_igd_register(pf));
	emit_close(e);
}

static const char *device_error(const struct assign_env *env)
{
	if (!pci_present(&env->pci, PCI_IGD))
		return "not-found";
	return pci_is_igd(&env->pci, PCI_IGD) ? NULL : "not-intel-display";
}

bool assign_run(const struct assign_env *env, struct assign_done *done)
{
	uint16_t id = pci_read16(&env->pci, PCI_IGD, PCI_CFG_DEVICE);
	const char *error = device_error(env);
	struct igd_platform pf;
	bool known = guest_igd_find(id, &pf);

	*done = (struct assign_done){ 0 };
	emit_begin(env->emit, NULL);
	say_device(env, known ? &pf : NULL, error);
	if (!error) {
		opregion_set(env, &done->opregion);
		stolen_set(env, known ? &pf : NULL, done);
	}
	emit_end(env->emit);
	return done->opregion.base || done->stolen.base;
}

void assign_undo(const struct assign_env *env, const struct assign_done *d)
{
	if (d->opregion.base) {
		pci_write32(&env->pci, PCI_IGD, IGD_CFG_ASLS, (uint32_t)d->opregion.before);
		env->release(env->ctx, ASSIGN_OPREGION, d->opregion.base, d->opregion.bytes);
	}
	if (d->stolen.base) {
		bdsm_write(env, d, d->stolen.before);
		env->release(env->ctx, ASSIGN_STOLEN, d->stolen.base, d->stolen.bytes);
	}
}
