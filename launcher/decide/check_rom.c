/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/check_rom.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "romfiles/gop.h"
#include "romfiles/kind.h"
#include "romfiles/opregion.h"
#include "romfiles/oprom.h"
#include "romfiles/pe.h"
#include "romfiles/vbt.h"

struct judging {
	struct span s;
	const struct rom_question *q;
	const struct igd_platform *pf;	/* NULL: the device is none that is known */
	struct findings *f;
	struct rom_answer *a;
};

/* --- VBT ------------------------------------------------------------------------- */

/*
 * Which platforms a table with this name behind "$VBT" was found on. The name
 * is a weak hint: Intel's tools keep it over generations.
 */
static const struct {
	const char *chip, *platforms;
} chips[] = {
	{ "SNB/IVB", " SNB IVB " },
	{ "SANDYBRIDGE", " SNB IVB " },
	{ "PANTHERLAKE", " PTL WCL " },
	{ "HASWELL", " HSW BDW " },
	{ "VALLEYVIEW", " VLV " },
	{ "CHERRYVIEW", " CHV " },
	{ "BROXTON", " BXT GLK " },
	{ "GEMINILAKE", " GLK " },
	{ "SKYLAKE", " SKL KBL AML CFL WHL CML " },
	{ "COFFEELAKE", " CFL WHL CML KBL " },
	{ "CANONLAKE", " CNL CFL CML " },
	{ "ICELAKE", " ICL EHL JSL " },
	{ "JASPERLAKE", " JSL EHL " },
	{ "TIGERLAKE", " TGL RKL ADL-S RPL-S " },
	{ "ALDERLAKE", " ADL-S ADL-P ADL-N RPL-S RPL-P RPL-U " },
	{ "METEORLAKE", " MTL ARL-H ARL-U ARL-S " },
	{ "LUNARLAKE", " LNL " },
};

static void judge_chip(const struct judging *j, const struct vbt *v)
{
	char key[16];

	str_fit(j->a->chip, sizeof(j->a->chip), v->chip);
	if (!j->pf || !str_print(key, sizeof(key), " %s ", j->pf->key))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(chips); i++)
		if (str_starts(v->chip, chips[i].chip)) {
			if (!strstr(chips[i].platforms, key))
				finding_add(j->f, FINDING_VBT_OTHER_PLATFORM,
					    _("the table calls itself %s, the iGPU is %s"), v->chip,
					    j->pf->name);
			return;
		}
}

static void judge_vbt(const struct judging *j, struct span s)
{
	struct vbt v;

	if (vbt_parse(s, &v)) {
		finding_add(j->f, FINDING_VBT_INVALID, _("there is a $VBT whose sizes do not agree"));
		return;
	}
	if (!v.checksum_ok)
		finding_add(j->f, FINDING_VBT_CHECKSUM, _("its bytes do not sum up to 0"));
	judge_chip(j, &v);
}

static void judge_whole_vbt(const struct judging *j)
{
	judge_vbt(j, j->s);
}

/* --- OpRegion -------------------------------------------------------------------- */

static void judge_opregion(const struct judging *j)
{
	struct opregion o;
	int r = opregion_parse(j->s, 0, &o);

	if (r) {
		finding_add(j->f, FINDING_OPREGION_INVALID, "%s",
			    r == -ENODATA ? _("its size is 0") : _("it is cut"));
		return;
	}
	if (o.pcon & OPREGION_PCON_HEADLESS)
		finding_add(j->f, FINDING_OPREGION_HEADLESS, _("bit 13 of PCON is set"));
	if (o.vbt == OPREGION_VBT_FAR)
		finding_add(j->f, FINDING_VBT_MISSING, _("RVDA points outside of the file"));
	else if (o.vbt == OPREGION_VBT_NONE)
		finding_add(j->f, FINDING_VBT_MISSING, _("the OpRegion holds no $VBT"));
	else
		judge_vbt(j, span_from(j->s, o.vbt_at));
}

/* --- GOP drivers -------------------------------------------------------------------- */

static void judge_gop(const struct judging *j, struct span pe)
{
	struct gop_facts g;

	gop_parse(pe, &g);
	if (!g.n_ids || gop_knows(&g, j->q->device))
		return;
	if (gop_knows_platform(&g, j->q->device))
		finding_add(j->f, FINDING_ROM_GOP_GENERATION,
			    _("the GOP driver names other ids of this platform, but not 8086:%04x"),
			    j->q->device);
	else
		finding_add(j->f, FINDING_ROM_GOP_GENERATION,
			    _("the GOP driver names iGPUs like 8086:%04x (%s), not 8086:%04x"), g.id[0],
			    igd_find(g.id[0])->name, j->q->device);
}

static void judge_pe(const struct judging *j)
{
	struct pe_facts pe;

	if (pe_parse(j->s, &pe)) {
		finding_add(j->f, FINDING_ROM_BAD, _("the program's headers or sections reach past its end"));
		return;
	}
	if (pe.machine != PE_MACHINE_X64)
		finding_add(j->f, FINDING_ROM_WRONG_TYPE, _("a program for another processor than X64"));
	if (pe.subsystem != PE_SUBSYSTEM_BOOT_DRIVER && pe.subsystem != PE_SUBSYSTEM_RUNTIME_DRIVER)
		finding_add(j->f, FINDING_ROM_WRONG_TYPE, _("a UEFI application, and no driver"));
	judge_gop(j, j->s);
}

/* --- option ROMs --------------------------------------------------------------------- */

static void judge_cached(const struct judging *j, const struct oprom_image *im)
{
	size_t saved;

	/* Up to 9.2 QEMU translates what the VBIOS writes there; later ones do not. */
	if (j->q->era >= IGD_QEMU_10_0 &&
	    oprom_find_cached_bdsm(j->s, im, &saved) == OPROM_CACHED_FOUND)
		finding_add(j->f, FINDING_ROM_CACHED_BDSM, _("it remembers an address at %#zx"), saved);
}

/* A board's firmware holds ROMs for its network and RAID controllers as well. */
static bool is_other_class(const struct judging *j, const struct oprom *r)
{
	size_t i = oprom_find(r, OPROM_X86, 0);

	if (i == r->n || r->image[i].class_code >> 16 == 0x03)
		return false;
	finding_add(j->f, FINDING_ROM_NOT_DISPLAY,
		    _("its legacy image is for %04x:%04x, a device of class %02x; displays are class 03"),
		    r->image[i].vendor, r->image[i].device, r->image[i].class_code >> 16);
	return true;
}

static void judge_seabios(const struct judging *j, const struct oprom *r)
{
	size_t which = r->n;
	enum oprom_why why = oprom_seabios(r, IGD_VENDOR_INTEL, j->q->device, &which);

	if (is_other_class(j, r))
		return;
	if (j->pf && !j->pf->vbios && oprom_find(r, OPROM_X86, 0) < r->n)
		finding_add(j->f, FINDING_ROM_VBIOS_GENERATION,
			    _("a legacy video BIOS, and the iGPU is %s"), j->pf->name);
	if (why == OPROM_NO_IMAGE)
		finding_add(j->f, FINDING_ROM_WRONG_TYPE, _("no x86 image, as SeaBIOS needs one"));
	else if (why == OPROM_WRONG_ID && which < r->n)
		finding_add(j->f, FINDING_ROM_WRONG_DEVICE,
			    oprom_lists(j->s, &r->image[which], j->q->device)
			    ? _("names %04x:%04x, and 8086:%04x only in its device list")
			    : _("is for %04x:%04x, not for 8086:%04x"),
			    r->image[which].vendor, r->image[which].device, j->q->device);
	else if (why == OPROM_WRONG_SUM)
		finding_add(j->f, FINDING_ROM_BAD, _("the checksum of its x86 image is wrong"));
	else if (why != OPROM_RUNS)
		finding_add(j->f, FINDING_ROM_BAD, _("its x86 image is cut or damaged"));
	j->a->runs_seabios = why == OPROM_RUNS;
	if (which < r->n)
		judge_cached(j, &r->image[which]);
}

static void judge_drivers(const struct judging *j, const struct oprom *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct oprom_image *im = &r->image[i];

		if (im->code != OPROM_EFI || !im->gop)
			continue;
		j->a->gop = true;
		if (im->payload_at > im->at && im->payload_at - im->at <= im->size)
			judge_gop(j, (struct span){ j->s.p + im->payload_at,
						    im->at + im->size - im->payload_at });
	}
}

static void judge_ovmf(const struct judging *j, const struct oprom *r)
{
	size_t which;
	enum oprom_why why = oprom_ovmf(r, PE_MACHINE_X64, &which);

	j->a->runs_ovmf = why == OPROM_RUNS;
	j->a->assigns = oprom_find_assign(r, PE_MACHINE_X64) < r->n;
	if (why == OPROM_NO_IMAGE)
		finding_add(j->f, FINDING_ROM_WRONG_TYPE, _("no EFI image, as OVMF needs one"));
	else if (why == OPROM_WRONG_MACHINE || why == OPROM_WRONG_SUBSYSTEM)
		finding_add(j->f, FINDING_ROM_WRONG_TYPE, _("no driver for X64 in it"));
	else if (why != OPROM_RUNS)
		finding_add(j->f, FINDING_ROM_BAD, _("its EFI image is cut or damaged"));
	else if (!j->a->assigns)
		finding_add(j->f, FINDING_ROM_NO_ASSIGNMENT_DRIVER, _("none was recognised in it"));
	judge_drivers(j, r);
}

static void judge_oprom(const struct judging *j)
{
	bool x86, efi;
	struct oprom r;

	if (oprom_parse(j->s, &r)) {
		finding_add(j->f, FINDING_ROM_BAD, _("its first image cannot be read"));
		return;
	}
	x86 = oprom_find(&r, OPROM_X86, 0) < r.n;
	efi = oprom_find(&r, OPROM_EFI, 0) < r.n;
	if (j->q->seabios || (x86 && !j->q->ovmf))
		judge_seabios(j, &r);
	if (j->q->ovmf || (efi && !j->q->seabios))
		judge_ovmf(j, &r);
	if (!x86 && !efi && !j->q->seabios && !j->q->ovmf)
		finding_add(j->f, FINDING_ROM_WRONG_TYPE, _("neither an x86 nor an EFI image"));
	for (size_t i = 0; i < r.n; i++)
		if (r.image[i].vbt_at)
			judge_vbt(j, span_from(j->s, r.image[i].vbt_at));
}

/* --- all --------------------------------------------------------------------------------- */

void check_rom(struct span s, const struct rom_question *q, struct findings *f, struct rom_answer *a)
{
	static void (*const judge[KIND_N])(const struct judging *j) = {
		[KIND_OPROM] = judge_oprom, [KIND_VBT] = judge_whole_vbt,
		[KIND_OPREGION] = judge_opregion, [KIND_PE] = judge_pe,
	};
	enum rom_kind k = rom_kind(s);
	struct judging j = { .s = s, .q = q, .pf = igd_find(q->device), .f = f, .a = a };

	*a = (struct rom_answer){ 0 };
	if (!j.pf)
		finding_add(f, FINDING_IGPU_UNKNOWN_DEVICE, "8086:%04x", q->device);
	if (judge[k])
		judge[k](&j);
	else
		finding_add(f, FINDING_ROM_NOT_FIRMWARE, "%s", _(rom_kind_text(k)));
}
