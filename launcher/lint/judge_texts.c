/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Findings of `igvm start` speak of keys of a VM file; a foreign line has QEMU's words. */
#include "launcher/base/str.h"
#include "launcher/lint/lint_parts.h"

#define ROM_STEP	N_("romfile= with igvm's igd-assign.rom, or another ROM with an assignment driver")

static const struct {
	enum finding_id id;
	const char *wanted, *fix;	/* NULL: the row's */
	const char *seen;		/* NULL: the plan's, which is in words of both */
} texts[] = {
	{ FINDING_ACCEL_TCG_IGPU, N_("KVM: -accel kvm or -enable-kvm"),
	  N_("add -accel kvm; without it QEMU takes TCG unless it is called kvm"),
	  N_("the line does not ask for KVM") },
	{ FINDING_ROM_NONE_UEFI, N_("romfile= with an IGD assignment driver"), ROM_STEP,
	  N_("no romfile= that the guest's UEFI would find") },
	{ FINDING_ROM_NONE_BIOS, NULL, N_("add romfile= with a VBIOS of this device id") },
	{ FINDING_ROM_MISSING_FILE, NULL, N_("correct romfile=") },
	{ FINDING_ROM_WRONG_TYPE, NULL, ROM_STEP },
	{ FINDING_ROM_NO_ASSIGNMENT_DRIVER, NULL,
	  N_("take igvm's igd-assign.rom, or make a whole ROM: igvm rom build --gop FILE -o OUT") },
	{ FINDING_ROM_BAD, NULL, ROM_STEP },
	{ FINDING_ROM_UNREAD, NULL,
	  N_("run igvm lint where the file is, or igvm rom check --device ID FILE there") },
	{ FINDING_OPREGION_OFF, N_("x-igd-opregion=on"), N_("write x-igd-opregion=on unless you know why it is off"),
	  N_("x-igd-opregion=off") },
	{ FINDING_GMS_RANGE, N_("an x-igd-gms that this generation and this QEMU know, or none"),
	  N_("remove x-igd-gms, and set DVMT in the firmware setup") },
	{ FINDING_GMS_NO_EFFECT, N_("no x-igd-gms where QEMU cannot apply it"),
	  N_("remove x-igd-gms, and set DVMT in the firmware setup") },
	{ FINDING_LEGACY_IMPOSSIBLE,
	  N_("x-igd-legacy-mode=off but for Gen 6 to 9 on i440fx with SeaBIOS, class 0300 and a VBIOS"),
	  N_("write x-igd-legacy-mode=off") },
	{ FINDING_QEMU_TOO_OLD, NULL, N_("use a newer QEMU (Debian: from backports)") },
	{ FINDING_QEMU_NO_LPC, NULL, N_("use QEMU 10.0 or newer") },
	{ FINDING_FIRMWARE_SECURE_Q35, N_("-machine q35 for a firmware with Secure Boot"),
	  N_("use -machine q35, or the firmware build without Secure Boot"),
	  N_("a firmware with Secure Boot on i440fx") },
	{ FINDING_BIOS_NO_STOLEN, N_("UEFI (OVMF) for Gen 11 and later"), N_("use OVMF with an assignment ROM") },
	{ FINDING_PLAN_MEMORY_SMALL, N_("-m 4G or more with an iGPU"), N_("raise -m") },
	{ FINDING_PLAN_MEMORY_HOST, NULL, N_("lower -m") },
	{ FINDING_PLAN_DISPLAY_NONE, NULL,
	  N_("keep an emulated display (-device VGA at another slot) until the driver is seen to work"),
	  N_("no emulated display: no picture before the guest's driver runs") },
	{ FINDING_PLAN_DISPLAY_EARLY, N_("-machine pc and a ROM that shows a picture"),
	  N_("use a romfile= with a GOP driver or VBIOS for this device"),
	  N_("a picture from power-on is asked for, and the iGPU has class 0380") },
	{ FINDING_PLAN_NO_POST_OUTPUT, NULL, N_("use -machine pc and x-igd-lpc=on for a picture from power-on"),
	  N_("the iGPU alone on q35") },
	{ FINDING_PLAN_OPTION_BAD, NULL, N_("leave the emulated display out, or use OVMF"),
	  N_("legacy mode with an emulated display: both want the VGA cycles") },
	{ FINDING_IGPU_EXPERIMENTAL, N_("a generation up to Gen 12 (Raptor Lake)"),
	  N_("save your work on the host before you try") },
	{ FINDING_IGPU_VF, NULL, N_("write host=0000:00:02.0") },
	{ FINDING_AUDIO_PASSED, NULL, N_("leave 00:1f.3 out of the line; use emulated sound in the guest") },
	{ FINDING_VFIO_MEMLOCK, NULL, N_("raise it: ulimit -l unlimited, LimitMEMLOCK= of the unit, or limits.d") },
};

void judge_texts(struct findings *f)
{
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < ARRAY_SIZE(texts); k++)
			if (f->v[i].id == texts[k].id) {
				f->v[i].wanted = texts[k].wanted;
				f->v[i].fix = texts[k].fix ? texts[k].fix : f->v[i].fix;
				if (texts[k].seen)
					str_fit(f->v[i].seen, sizeof(f->v[i].seen), _(texts[k].seen));
			}
}
