/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/catalogue.h"

#include "launcher/base/i18n.h"

#define D(id)	{ CAUSE_DOCTOR, FINDING_##id }
#define S(id)	{ CAUSE_START, FINDING_##id }
#define P(id)	{ CAUSE_PROBE, FINDING_##id }
#define V(id)	{ CAUSE_VERIFY, FINDING_##id }

/* Mechanisms and sources of each are in `igvm explain ID` of its findings. */
static const struct cause causes[] = {
	{ 1, N_("the guest has no OpRegion"),
	  { D(OPREGION_ABSENT), D(OPREGION_INVALID), S(OPREGION_OFF), P(PROBE_ASLS_ZERO),
	    P(PROBE_OPREGION_NOT_APPLIED), V(GUEST_NO_OPREGION) }, NULL,
	  { "hosts/class-0380", "lab/scenarios/no-opregion", "golden/linux-opregion-off",
	    "lab/scenarios/no-rom-4692", "t_verify.c" } },
	{ 2, N_("the table of outputs (VBT) is missing or invalid"),
	  { D(VBT_MISSING), D(VBT_INVALID), D(OPREGION_HEADLESS), P(PROBE_VBT_MISSING),
	    V(GUEST_NO_VBT) }, NULL,
	  { "hosts/pve8-jasperlake-novbt", "t_probe.c", "lab/scenarios/verify-4692" } },
	{ 3, N_("the iGPU is not at 00:02.0 in the guest"), { P(PROBE_NO_DEVICE) },
	  N_("igvm puts it there and nowhere else"),
	  { "t_probe.c" } },
	{ 4, N_("QEMU shows the guest the host's stolen memory address"),
	  { D(QEMU_TOO_OLD), P(PROBE_BDSM_NOT_RESERVED), P(PROBE_STOLEN_UNBACKED) }, NULL,
	  { "hosts/icelake-old-qemu", "lab/scenarios/qemu-7.2", "t_probe.c" } },
	{ 5, N_("nobody in the guest sets the base of stolen memory"),
	  { S(ROM_NONE_UEFI), S(BIOS_NO_STOLEN), P(PROBE_BDSM_ZERO), V(GUEST_NO_ROM) }, NULL,
	  { "lab/scenarios/no-rom-4692", "golden/win11-bios", "t_probe.c", "t_verify.c" } },
	{ 6, N_("the guest reads a stolen memory of size 0"),
	  { D(STOLEN_ZERO), S(GMS_FORCED), P(PROBE_GMS_DIFFERS), V(GUEST_GMS_ZERO) }, NULL,
	  { "hosts/alderlake-p-stolen-0", "lab/scenarios/no-stolen",
	    "golden/linux-vbios-3e92-qemu-7.2", "t_probe.c", "t_verify.c" } },
	{ 7, N_("x-igd-gms with a value that does nothing or ends QEMU"),
	  { S(GMS_RANGE), S(GMS_NO_EFFECT) }, NULL,
	  { "golden/linux-gms-range", "lab/scenarios/causes-4692" } },
	{ 8, N_("the firmware reserves too little stolen memory (DVMT)"), { D(STOLEN_SMALL) }, NULL,
	  { "hosts/stolen-32" } },
	{ 9, N_("registers behind BAR 0 show the host's stolen memory address"),
	  { D(IOMMU_FAULTS), P(STOLEN_BASE_DIFFERS), V(GUEST_DMA_FAULTS), V(GUEST_STOLEN) }, NULL,
	  { "hosts/dmar-faults", "t_probe.c", "t_verify.c" } },
	{ 10, N_("the LPC bridge of the guest has other ids"), { S(QEMU_NO_LPC), P(PROBE_LPC_DIFFERS) }, NULL,
	  { "golden/linux-monitor-early-no-bridges", "t_probe.c" } },
	{ 11, N_("the option ROM is missing, broken, or for another device"),
	  { S(ROM_MISSING_FILE), S(ROM_BAD), S(ROM_WRONG_DEVICE), S(ROM_WRONG_TYPE),
	    S(ROM_NO_ASSIGNMENT_DRIVER), P(PROBE_ROM_MISSING) }, NULL,
	  { "lab/scenarios/rom-wrong-device", "lab/scenarios/causes-4692", "t_plan.c",
	    "t_probe.c" } },
	{ 12, N_("the VBIOS remembers the host's stolen memory"),
	  { S(ROM_CACHED_BDSM), S(QEMU_VBIOS_FIX_MISSING) }, NULL,
	  { "lab/scenarios/rom-cached-bdsm", "golden/linux-vbios-shadow-unfixed" } },
	{ 13, N_("the hypervisor is hidden from the guest"), { V(GUEST_HIDDEN) },
	  N_("igvm never hides it, and no key of a VM file does"),
	  { "verify.sh" } },
	{ 14, N_("Hyper-V's identity, or Hyper-V within the guest"), { V(GUEST_VBS), V(GUEST_HYPERV) },
	  N_("only the guest knows what it does with it; no fact of the host tells"),
	  { "verify.sh" } },
	{ 15, N_("a version of the guest's driver"), { V(GUEST_DRIVER_BAD) },
	  N_("the driver is in the guest's disk, which igvm does not open"),
	  { "verify.sh" } },
	{ 16, N_("the host's driver has the iGPU, or cannot let go of it"),
	  { D(IGPU_DRIVER_BOUND), D(IDS_NOT_THIS_MACHINE), D(INITRAMFS_NO_VFIO), D(BOOT_SOFTDEP_MISSING),
	    S(IGPU_BUSY) }, NULL,
	  { "hosts/arch-image-behind", "hosts/arch-code43", "hosts/softdep-missing",
	    "lab/scenarios/bound-i915", "launch.sh" } },
	{ 17, N_("the host's framebuffer is in the iGPU's memory"), { D(FB_HOLDS_BAR), D(FB_BAR_TAKEN),
	    V(VERIFY_BAR_HELD) }, NULL,
	  { "hosts/uhd730-faults", "hosts/bar-taken", "t_verify.c" } },
	{ 18, N_("a balloon, or discarded memory, under VFIO"), { { 0 } },
	  N_("igvm gives no VM with a passed device a balloon"), { NULL } },
	{ 19, N_("the IOMMU is off, or the device has no group"),
	  { D(IOMMU_OFF), D(IOMMU_NONE_DEVICE), D(CMDLINE_IOMMU_OFF), D(CPU_NO_VIRT),
	    D(CPU_VIRT_LOCKED) }, NULL,
	  { "hosts/no-iommu", "lab/scenarios/no-iommu", "hosts/haswell-no-vtx" } },
	{ 20, N_("intel_iommu=igfx_off"), { D(IOMMU_IGFX_OFF) }, NULL,
	  { "hosts/skylake-igfx-off", "lab/scenarios/igfx-off" } },
	{ 21, N_("Linux takes the IOMMU from this iGPU (Broadwell)"),
	  { D(IGPU_BROADWELL), D(IOMMU_GRAPHICS_OFF) }, NULL,
	  { "hosts/broadwell", "hosts/ironlake" } },
	{ 22, N_("iommu=pt missing"), { D(CMDLINE_NO_EFFECT) },
	  N_("it changes nothing: VFIO attaches a translation of its own; doctor --like-guide says so"),
	  { "hosts/old-guides" } },
	{ 23, N_("memory the firmware wants mapped 1:1 (RMRR)"), { D(IOMMU_RMRR) },
	  N_("Linux leaves the iGPU's own out; what is caught is a refusal in the kernel's log"),
	  { "hosts/rmrr" } },
	{ 24, N_("the iGPU shares its IOMMU group"), { D(IOMMU_GROUP_SHARED) }, NULL,
	  { "hosts/haswell-group-shared" } },
	{ 25, N_("the host's sound device 00:1f.3 is passed along"), { D(AUDIO_PASSED) }, NULL,
	  { "hosts/audio-passed" } },
	{ 26, N_("the iGPU cannot be reset"), { D(IGPU_NO_FLR), P(PROBE_BAR_DEAD) }, NULL,
	  { "hosts/no-flr", "lab/scenarios/no-flr", "lab/scenarios/dead-regs" } },
	{ 27, N_("the iGPU is slow after a reset"), { D(IGPU_RESET_SLOW) }, NULL,
	  { "hosts/reset-slow" } },
	{ 28, N_("guest addresses above the width of the IOMMU"), { D(IOMMU_WIDTH_UNKNOWN) },
	  N_("where the width is known igvm keeps the guest below it"),
	  { "hosts/width-unknown" } },
	{ 29, N_("more mappings than dma_entry_limit"), { { 0 } },
	  N_("an iGPU and plain memory need some ten of 65535"), { NULL } },
	{ 30, N_("the limit of locked memory is too low"), { S(VFIO_MEMLOCK) }, NULL,
	  { "golden/linux-user-memlock" } },
	{ 31, N_("VGA ranges and who owns them"),
	  { D(VFIO_NO_VGA), D(GPU_OTHER_PRIMARY), S(VGA_REGION_MISSING), S(LEGACY_IMPOSSIBLE) }, NULL,
	  { "hosts/no-vga", "hosts/beside-geforce", "golden/linux-vbios-no-vga",
	    "lab/scenarios/second-gpu" } },
	{ 32, N_("the iGPU is not the primary display (class 0380)"),
	  { D(IGPU_CLASS_0380), D(IGPU_NOT_PRIMARY), D(IGPU_NONE) }, NULL,
	  { "hosts/class-0380", "lab/scenarios/class-0380" } },
	{ 33, N_("the host was started through CSM"), { D(HOST_CSM) }, NULL,
	  { "hosts/ivybridge-k" } },
	{ 34, N_("virtual functions are in use"), { D(IGPU_VF_IN_USE), S(IGPU_VF) }, NULL,
	  { "hosts/pve9-raptorlake-p-vfs", "lines/vf.out" } },
	{ 35, N_("GVT-g is on"), { D(IGPU_GVT), D(IGPU_GVT_IN_USE) }, NULL,
	  { "hosts/kabylake-gvt-on", "hosts/kabylake-gvtg" } },
	{ 36, N_("the iGPU is plugged into a running guest"), { { 0 } },
	  N_("igvm gives it to a VM at its start alone"), { NULL } },
	{ 37, N_("kernel lockdown keeps tools from the OpRegion"), { D(BOOT_LOCKDOWN) },
	  N_("igvm reads it through VFIO, which lockdown leaves alone; doctor prints the lockdown"),
	  { "hosts/fedora42-uhd770" } },
	{ 38, N_("Secure Boot in the guest"), { { 0 } },
	  N_("OVMF runs a passed device's ROM under Secure Boot; there is nothing to find"), { NULL } },
	{ 39, N_("power state of the display buffer left by the host's firmware"), { { 0 } },
	  N_("the register is behind BAR 0, which only the device's driver may touch"), { NULL } },
	{ 40, N_("stolen memory of Meteor Lake and later"),
	  { D(IGPU_EXPERIMENTAL), S(IGPU_EXPERIMENTAL_USED), V(GUEST_GENERATION) }, NULL,
	  { "hosts/meteor-lake", "lab/scenarios/mtl-refused", "lab/scenarios/mtl-7d55",
	    "t_verify.c" } },
	{ 41, N_("a BAR switched off by the guest while it is mapped"), { V(VERIFY_BAR_UNMAPPED) },
	  N_("it happens in a running guest, at a moment of the guest's choice"),
	  { "t_verify.c" } },
	{ 42, N_("DMAR faults when the device is handed over"), { D(IOMMU_FAULTS) },
	  N_("a few are normal; what is caught are many, or those that go on"),
	  { "hosts/dmar-faults" } },
	{ 43, N_("the guest sleeps (S3, S4)"), { { 0 } },
	  N_("igvm switches both off for VMs with an iGPU"), { NULL } },
	{ 44, N_("resizable BAR"), { { 0 } },
	  N_("iGPUs up to Gen 12 have none, and from Meteor Lake on its size is fixed"), { NULL } },
	{ 45, N_("a window of memory above 4 GiB that is too small"), { { 0 } },
	  N_("BAR 2 has 256 MiB, which every firmware's own window holds"), { NULL } },
	{ 46, N_("a kernel without vfio-pci, or without the iGPU's regions"),
	  { D(VFIO_NO_IGD), D(VFIO_MODULE_MISSING) }, NULL,
	  { "hosts/own-kernel-no-igd", "hosts/own-kernel-no-vfio" } },
};

const struct cause *cause_at(size_t i)
{
	return i < ARRAY_SIZE(causes) ? &causes[i] : NULL;
}

enum cause_verb cause_first(const struct cause *c)
{
	enum cause_verb first = 0;

	for (size_t i = 0; i < CATALOGUE_CATCHES_MAX && c->catch[i].verb; i++)
		if (!first || c->catch[i].verb < first)
			first = c->catch[i].verb;
	return first;
}

struct cause_totals cause_totals(void)
{
	struct cause_totals t = { .causes = ARRAY_SIZE(causes) };

	for (size_t i = 0; i < ARRAY_SIZE(causes); i++) {
		enum cause_verb first = cause_first(&causes[i]);

		if (first)
			t.by[first]++;
		else
			t.never++;
	}
	return t;
}

const char *cause_verb_text(enum cause_verb v)
{
	static const char *const texts[] = {
		[CAUSE_DOCTOR] = "doctor", [CAUSE_START] = "start", [CAUSE_PROBE] = "probe",
		[CAUSE_VERIFY] = "verify",
	};

	return texts[v];
}
