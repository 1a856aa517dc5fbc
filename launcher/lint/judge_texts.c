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
	{ .id = FINDING_ACCEL_TCG_IGPU,
	  .wanted = N_("KVM: -accel kvm or -enable-kvm"),
	  .fix = N_("add -accel kvm; without it QEMU takes TCG unless it is called kvm"),
	  .seen = N_("the line does not ask for KVM") },
	{ .id = FINDING_ROM_NONE_UEFI,
	  .wanted = N_("romfile= with an IGD assignment driver"),
	  .fix = ROM_STEP,
	  .seen = N_("no romfile= that the guest's UEFI would find") },
	{ .id = FINDING_ROM_NONE_BIOS, .fix = N_("add romfile= with a VBIOS of this device id") },
	{ .id = FINDING_ROM_MISSING_FILE, .fix = N_("correct romfile=") },
	{ .id = FINDING_ROM_WRONG_TYPE, .fix = ROM_STEP },
	{ .id = FINDING_ROM_NO_ASSIGNMENT_DRIVER,
	  .fix = N_("take igvm's igd-assign.rom, or make a whole ROM: igvm rom build --gop FILE -o OUT") },
	{ .id = FINDING_ROM_BAD, .fix = ROM_STEP },
	{ .id = FINDING_ROM_UNREAD,
	  .fix = N_("run igvm lint where the file is, or igvm rom check --device ID FILE there") },
	{ .id = FINDING_OPREGION_OFF,
	  .wanted = N_("x-igd-opregion=on"),
	  .fix = N_("write x-igd-opregion=on unless you know why it is off"),
	  .seen = N_("x-igd-opregion=off") },
	{ .id = FINDING_GMS_RANGE,
	  .wanted = N_("an x-igd-gms that this generation and this QEMU know, or none"),
	  .fix = N_("remove x-igd-gms, and set DVMT in the firmware setup") },
	{ .id = FINDING_GMS_NO_EFFECT,
	  .wanted = N_("no x-igd-gms where QEMU cannot apply it"),
	  .fix = N_("remove x-igd-gms, and set DVMT in the firmware setup") },
	{ .id = FINDING_LEGACY_IMPOSSIBLE,
	  .wanted = N_("x-igd-legacy-mode=off but for Gen 6 to 9 on i440fx with SeaBIOS, class 0300 and a VBIOS"),
	  .fix = N_("write x-igd-legacy-mode=off") },
	{ .id = FINDING_QEMU_TOO_OLD, .fix = N_("use a newer QEMU (Debian: from backports)") },
	{ .id = FINDING_QEMU_NO_LPC, .fix = N_("use QEMU 10.0 or newer") },
	{ .id = FINDING_FIRMWARE_SECURE_Q35,
	  .wanted = N_("-machine q35 for a firmware with Secure Boot"),
	  .fix = N_("use -machine q35, or the firmware build without Secure Boot"),
	  .seen = N_("a firmware with Secure Boot on i440fx") },
	{ .id = FINDING_BIOS_NO_STOLEN,
	  .wanted = N_("UEFI (OVMF) for Gen 11 and later"),
	  .fix = N_("use OVMF with an assignment ROM") },
	{ .id = FINDING_PLAN_MEMORY_SMALL,
	  .wanted = N_("-m 4G or more with an iGPU"),
	  .fix = N_("raise -m") },
	{ .id = FINDING_PLAN_MEMORY_HOST, .fix = N_("lower -m") },
	{ .id = FINDING_PLAN_DISPLAY_NONE,
	  .fix = N_("keep an emulated display (-device VGA at another slot, -vnc) until the driver is seen to work"),
	  .seen = N_("no emulated display that anybody sees: no picture before the guest's driver runs") },
	{ .id = FINDING_PLAN_DISPLAY_EARLY,
	  .wanted = N_("-machine pc and a ROM that shows a picture"),
	  .fix = N_("use a romfile= with a GOP driver or VBIOS for this device"),
	  .seen = N_("a picture from power-on is asked for, and the iGPU has class 0380") },
	{ .id = FINDING_PLAN_NO_POST_OUTPUT,
	  .fix = N_("use -machine pc and x-igd-lpc=on for a picture from power-on"),
	  .seen = N_("the iGPU alone on q35") },
	{ .id = FINDING_PLAN_OPTION_BAD,
	  .fix = N_("leave the emulated display out, or use OVMF"),
	  .seen = N_("legacy mode with an emulated display: both want the VGA cycles") },
	{ .id = FINDING_IGPU_EXPERIMENTAL,
	  .wanted = N_("a generation up to Gen 12 (Raptor Lake)"),
	  .fix = N_("save your work on the host before you try") },
	{ .id = FINDING_IGPU_VF, .fix = N_("write host=0000:00:02.0") },
	{ .id = FINDING_AUDIO_PASSED,
	  .fix = N_("leave 00:1f.3 out of the line; use emulated sound in the guest") },
	{ .id = FINDING_VFIO_MEMLOCK,
	  .fix = N_("raise it: ulimit -l unlimited, LimitMEMLOCK= of the unit, or limits.d") },
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
