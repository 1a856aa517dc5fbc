/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The option ROM of the guest's iGPU: which one, and would the guest's firmware run it. */
#include <string.h>

#include "launcher/base/str.h"
#include "launcher/decide/plan_parts.h"
#include "romfiles/oprom.h"
#include "romfiles/pe.h"

#define ASSIGN_ROM	"roms/igd-assign.rom"

/* --- the store ------------------------------------------------------------------------ */

/** struct choice - the best of the store for one VM */
struct choice {
	const struct rom_store_entry *best, *other;	/* @other: another of the same rank */
	size_t n;					/* of that rank */
	int rank;
};

static bool names_device(const struct rom_store_entry *e, uint16_t device)
{
	for (size_t i = 0; i < e->n_ids; i++)
		if (e->ids[i] == device)
			return true;
	return e->device == device;
}

/* 0: not for this VM. OVMF compares no id, SeaBIOS compares the one in PCIR. */
static int rank(const struct rom_store_entry *e, enum rom_store_kind kind, uint16_t device,
		const struct igd_platform *pf)
{
	if (e->kind != kind)
		return 0;
	if (kind == ROM_STORE_VBIOS)
		return e->device == device;
	if (!e->assign)
		return 0;
	return names_device(e, device) ? 2 : !strcmp(e->platform, pf->key);
}

static void choose(const struct plan_input *in, struct choice *c)
{
	const struct pci_fact *dev = plan_device(in);
	const struct igd_platform *pf = dev ? igd_find(dev->device) : NULL;
	bool q35, uefi, secure, legacy;

	*c = (struct choice){ 0 };
	if (!in->store || in->wish->rom != ROM_AUTO || !pf)
		return;
	plan_shape(in, &q35, &uefi, &secure, &legacy);
	if (uefi ? in->wish->display != DISPLAY_MONITOR_EARLY : !legacy)
		return;
	for (size_t i = 0; i < in->store->n; i++) {
		const struct rom_store_entry *e = &in->store->entry[i];
		int r = rank(e, uefi ? ROM_STORE_GOP : ROM_STORE_VBIOS, dev->device, pf);

		if (r > c->rank)
			*c = (struct choice){ .best = e, .n = 1, .rank = r };
		else if (r && r == c->rank && c->n++ == 1)
			c->other = e;
	}
}

const struct rom_store_entry *plan_rom_entry(const struct plan_input *in)
{
	struct choice c;

	choose(in, &c);
	return c.n == 1 ? c.best : NULL;
}

static void judge_store(struct planning *g)
{
	const struct rom_store *s = g->in->store;
	struct choice c;

	if (!s || g->w->rom != ROM_AUTO)
		return;
	choose(g->in, &c);
	if (c.n > 1)
		plan_flag(g, FINDING_ROM_AMBIGUOUS, _("%.100s: %.70s and %.70s, %zu in all, fit equally"), s->dir,
			  c.best->name, c.other->name, c.n);
	if (s->n_bad)
		plan_say(g, FINDING_ROM_STORE_BAD, _("%.100s%s%.70s: %.120s; %zu in all"), s->dir,
			 *s->bad[0].name ? "/" : "", s->bad[0].name, s->bad[0].why, s->n_bad);
}

/* --- which ---------------------------------------------------------------------------- */

bool plan_rom_path(const struct plan_input *in, char path[static PATH_MAX])
{
	const struct rom_store_entry *stored;
	const struct wish *w = in->wish;
	bool q35, uefi, secure, legacy;

	*path = '\0';
	if (!w->igpu || w->rom == ROM_NONE)
		return false;
	if (w->rom == ROM_FILE)
		return str_copy(path, PATH_MAX, w->rom_path);
	stored = plan_rom_entry(in);
	if (stored)
		return str_print(path, PATH_MAX, "%s/%s", in->store->dir, stored->name);
	plan_shape(in, &q35, &uefi, &secure, &legacy);
	if (w->rom == ROM_AUTO && !uefi)
		return false;
	return str_print(path, PATH_MAX, "%s/" ASSIGN_ROM, in->datadir);
}

/* --- no ROM file ---------------------------------------------------------------------- */

/*
 * SeaBIOS takes the VBIOS that QEMU reads from the host's memory. It is
 * there only when the host's own BIOS left it there, and from 10.0 on it needs
 * QEMU's correction (finding qemu.vbios-fix-missing).
 */
static void check_shadow(struct planning *g)
{
	if (!g->p->legacy_mode)
		return;
	if (g->in->host->efi != TRI_NO)
		plan_refuse(g, FINDING_ROM_NONE_BIOS, g->in->host->efi == TRI_YES
			    ? _("the host was booted by UEFI, and there is no ROM file")
			    : _("it is unknown how the host was booted, and there is no ROM file"));
	else if (g->p->era >= QEMU_10_0 && !g->in->caps->vbios_patched)
		plan_refuse(g, FINDING_QEMU_VBIOS_FIX_MISSING, _("QEMU %d.%d"), g->in->caps->major,
			    g->in->caps->minor);
}

/* --- a ROM file ------------------------------------------------------------------------- */

static void judge_uefi(struct planning *g, const struct oprom *r, const char *path)
{
	size_t first = oprom_find(r, OPROM_EFI, 0);
	bool gop = false;

	if (first == r->n) {
		plan_flag(g, FINDING_ROM_WRONG_TYPE, _("%.200s: no EFI image, and the guest has UEFI"),
			    path);
		return;
	}
	if (oprom_find_assign(r, PE_MACHINE_X64) == r->n)
		plan_flag(g, FINDING_ROM_NO_ASSIGNMENT_DRIVER, _("%.200s"), path);
	for (size_t i = 0; i < r->n; i++)
		gop = gop || (r->image[i].code == OPROM_EFI && r->image[i].gop);
	if (g->p->display == DISPLAY_MONITOR_EARLY && !gop)
		plan_say(g, FINDING_ROM_NO_GOP, _("%.200s: no GOP driver was recognised"), path);
}

static void judge_bios(struct planning *g, const struct oprom *r, struct span rom,
		       const char *path)
{
	size_t which = r->n, saved;

	switch (oprom_seabios(r, IGD_VENDOR_INTEL, g->p->device_id, &which)) {
	case OPROM_RUNS:
		break;
	case OPROM_NO_IMAGE:
		plan_flag(g, FINDING_ROM_WRONG_TYPE, _("%.200s: no x86 image, and the guest has SeaBIOS"),
			    path);
		return;
	case OPROM_WRONG_ID:
		plan_flag(g, FINDING_ROM_WRONG_DEVICE, _("%.200s: is for %04x:%04x, the iGPU is 8086:%04x"),
			    path, which < r->n ? r->image[which].vendor : 0,
			    which < r->n ? r->image[which].device : 0, g->p->device_id);
		return;
	case OPROM_WRONG_SUM:
		plan_flag(g, FINDING_ROM_BAD, _("%.200s: wrong checksum"), path);
		return;
	default:
		plan_flag(g, FINDING_ROM_BAD, _("%.200s: the image is cut or damaged"), path);
		return;
	}
	/* Up to 9.2 QEMU translates what the VBIOS writes there; later ones do not. */
	if (g->p->era >= QEMU_10_0 &&
	    oprom_find_cached_bdsm(rom, &r->image[which], &saved) == OPROM_CACHED_FOUND)
		plan_flag(g, FINDING_ROM_CACHED_BDSM, _("%.200s: remembers an address at %#zx"), path,
			    saved);
}

static void judge(struct planning *g, const char *path)
{
	const struct plan_rom *rom = &g->in->rom;
	struct oprom r;

	if (rom->state == PLAN_ROM_UNREAD) {
		plan_say(g, FINDING_ROM_UNREAD, _("%.200s was not read"), path);
		return;
	}
	if (rom->state == PLAN_ROM_FAILED) {
		plan_refuse(g, FINDING_ROM_MISSING_FILE, "%.200s: %s", path, strerror(rom->err));
		return;
	}
	if (rom->changed)
		plan_flag(g, FINDING_ROM_STORE_CHANGED, _("%.200s: its SHA-256 is another"), path);
	if (oprom_parse(rom->bytes, &r)) {
		plan_flag(g, FINDING_ROM_BAD, _("%.200s: is no PCI option ROM"), path);
		return;
	}
	if (g->p->firmware == PLAN_OVMF)
		judge_uefi(g, &r, path);
	else
		judge_bios(g, &r, rom->bytes, path);
}

/*
 * QEMU reads the ROM as the VM's user, so it lies in the VM's folder. igvm's
 * own is kept as it was at the first start: a changed ROM changes what the
 * guest's TPM measures, and BitLocker would ask for its recovery key. The
 * owner's file, and what he put into the store, are his to keep.
 */
static void place(struct planning *g, const char *path)
{
	struct plan *p = g->p;
	bool stored = plan_rom_entry(g->in) != NULL, own = g->w->rom == ROM_FILE || stored;

	if (p->purpose == PLAN_PROBE && p->firmware == PLAN_OVMF) {
		plan_path(g, p->rom, p->run_dir, PLAN_PROBE_ROM);
		plan_file_add(g, "", p->rom);
		return;
	}
	plan_path(g, p->rom, p->data_dir, stored ? "igd-store.rom" : own ? "igd-file.rom"
										      : PLAN_ASSIGN_ROM);
	plan_file_add(g, path, p->rom)->once = !own && p->purpose == PLAN_RUN;
}

void plan_rom(struct planning *g)
{
	char path[PATH_MAX];

	if (!g->p->igpu || !g->pf)
		return;
	judge_store(g);
	if (plan_rom_path(g->in, path)) {
		judge(g, path);
		place(g, path);
		return;
	}
	if (g->p->firmware == PLAN_OVMF) {
		plan_flag(g, FINDING_ROM_NONE_UEFI, _("rom = none"));
		/* A forced probe still needs its own image. */
		if (g->p->purpose == PLAN_PROBE)
			place(g, "");
	} else {
		check_shadow(g);
	}
}
