/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Parameters igvm knows. Values from Linux 6.12 Documentation/admin-guide/
 * kernel-parameters.txt and the source named in the row; a row without
 * values takes anything.
 */
#include "launcher/base/i18n.h"
#include "launcher/facts/cmdline.h"

#define SWITCH	"0,1,y,n,Y,N,on,off"	/* kernel/params.c param_set_bool(), lib kstrtobool() */

static const struct cmdline_param params[] = {
	/* drivers/iommu/intel/iommu.c intel_iommu_setup() */
	{ "intel_iommu", "on,off,igfx_off,forcedac,strict,sp_off,sm_on,sm_off,tboot_noforce,nobounce", NULL,
	  true, false, 0, 0, CMDLINE_GOOD,
	  N_("on switches Intel's IOMMU on where the kernel's own default has it off; what counts is "
	     "that IOMMU groups exist") },
	/* arch/x86/kernel/pci-dma.c iommu_setup() */
	{ "iommu", "off,force,noforce,biomerge,nobiomerge,merge,nomerge,panic,nopanic,forcesac,allowdac,"
	  "nodac,usedac,soft,pt,nopt,noagp,fullflush,leak,noaperture,allowed", "memaper= memaper leak=",
	  true, false, 0, 0, CMDLINE_GOOD,
	  N_("defaults of the IOMMU for the host's own devices; pt is of no importance for a device "
	     "that is passed, for VFIO attaches its own translation") },
	{ "iommu.passthrough", SWITCH, NULL, false, false, 0, 0, CMDLINE_POINTLESS,
	  N_("as iommu=pt: of no importance for a device that is passed") },
	{ "iommu.strict", SWITCH, NULL, false, false, 0, 0, CMDLINE_GOOD,
	  N_("when the host's own translations are flushed") },
	{ "amd_iommu", NULL, NULL, true, true, 0, 0, CMDLINE_OTHER, "AMD's IOMMU" },
	/* drivers/vfio/pci/vfio_pci.c: all of them */
	{ "vfio-pci.ids", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("vfio-pci takes every device of these vendor and device ids once it is loaded") },
	{ "vfio-pci.nointxmask", SWITCH, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("no masking of INTx by the PCI command register") },
	{ "vfio-pci.disable_vga", SWITCH, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("takes the VGA ranges from every assigned device; legacy mode needs them") },
	{ "vfio-pci.disable_idle_d3", SWITCH, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("leaves an idle device powered") },
	{ "vfio-pci.enable_sriov", SWITCH, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("virtual functions of a device that vfio-pci holds") },
	{ "vfio-pci.disable_denylist", SWITCH, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("devices known not to work are assigned all the same") },
	{ "vfio_iommu_type1.allow_unsafe_interrupts", SWITCH, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("assignment without interrupt remapping") },
	{ "vfio_iommu_type1.disable_hugepages", SWITCH, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("small pages alone in the IOMMU: slower") },
	{ "vfio_iommu_type1.dma_entry_limit", NULL, NULL, false, false, 0, 0, CMDLINE_GOOD,
	  N_("how many mappings a guest may have") },
	{ "vfio.enable_unsafe_noiommu_mode", SWITCH, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("VFIO without an IOMMU, for programs that do not need translation; no VM can use it") },
	{ "vfio_virqfd", NULL, NULL, false, true, 0, 6002, CMDLINE_GOOD,
	  N_("a module that became part of vfio in 6.2") },
	{ "pci-stub.ids", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("a driver that only holds devices; vfio-pci does that itself") },
	/* framebuffer and console */
	{ "video", NULL, NULL, true, true, 0, 0, CMDLINE_OTHER, "mode of the console" },
	{ "initcall_blacklist", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("functions that are not called at boot; sysfb_init is the one that makes the firmware's "
	     "framebuffer a device") },
	{ "initcall_debug", NULL, NULL, false, true, 0, 0, CMDLINE_OTHER, "times of initcalls" },
	{ "nomodeset", NULL, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("no graphics driver takes a device: i915 and xe give up at once") },
	{ "fbcon", NULL, NULL, true, false, 0, 0, CMDLINE_OTHER, "the console on a framebuffer" },
	/* the host's drivers */
	{ "i915.enable_gvt", SWITCH, NULL, false, true, 0, 0, CMDLINE_GOOD,
	  N_("GVT-g, slices of the iGPU for several guests; Gen 8 and 9 alone") },
	{ "i915.enable_guc", NULL, NULL, false, false, 0, 0, CMDLINE_OTHER, "microcontroller of the iGPU" },
	{ "i915.modeset", NULL, NULL, false, false, 0, 0, CMDLINE_GOOD, N_("0: i915 takes no device") },
	{ "i915.force_probe", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("!ID: i915 leaves the device of this id alone") },
	{ "xe.force_probe", NULL, NULL, true, false, 6008, 0, CMDLINE_GOOD,
	  N_("!ID: xe leaves the device of this id alone") },
	{ "i915.max_vfs", NULL, NULL, false, false, 0, 0, CMDLINE_OTHER, "virtual functions" },
	{ "xe.max_vfs", NULL, NULL, false, false, 0, 0, CMDLINE_OTHER, "virtual functions" },
	/* kernel/module/main.c; kmod; dracut's modules.d; systemd-modules-load(8) */
	{ "module_blacklist", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("the kernel refuses these modules, whoever loads them") },
	{ "modprobe.blacklist", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("modprobe does not load these by a device's id; by name it does") },
	{ "rd.driver.blacklist", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("dracut: not loaded within the initramfs") },
	{ "rd.driver.pre", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("dracut: loaded first within the initramfs") },
	{ "rd.driver.post", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("dracut: loaded last within the initramfs") },
	{ "modules_load", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD, N_("systemd: loaded at boot") },
	{ "rd.modules_load", NULL, NULL, true, false, 0, 0, CMDLINE_GOOD,
	  N_("systemd: loaded within the initramfs") },
	/* groups */
	{ "pcie_acs_override", "downstream,multifunction", "id:", true, false, 0, 0, CMDLINE_GOOD,
	  N_("shows devices as separate that are not; only patched kernels know it") },
	{ "pci", NULL, NULL, true, false, 0, 0, CMDLINE_OTHER, "the PCI subsystem" },
	/* KVM */
	{ "kvm.ignore_msrs", NULL, NULL, false, false, 0, 0, CMDLINE_GOOD,
	  N_("a guest's access to unknown MSRs is ignored") },
	{ "kvm.report_ignored_msrs", NULL, NULL, false, false, 0, 0, CMDLINE_GOOD,
	  N_("whether such accesses are logged") },
	{ "kvm-intel.nested", NULL, NULL, false, false, 0, 0, CMDLINE_GOOD, N_("KVM within a guest") },
	{ "kvm-amd.nested", NULL, NULL, false, false, 0, 0, CMDLINE_OTHER, "KVM within a guest" },
	/* memory and processors */
	{ "default_hugepagesz", NULL, NULL, false, false, 0, 0, CMDLINE_OTHER, "huge pages" },
	{ "hugepagesz", NULL, NULL, false, false, 0, 0, CMDLINE_OTHER, "huge pages" },
	{ "hugepages", NULL, NULL, false, false, 0, 0, CMDLINE_OTHER, "huge pages" },
	{ "isolcpus", NULL, NULL, true, false, 0, 0, CMDLINE_OTHER, "processors kept from the scheduler" },
	{ "nohz_full", NULL, NULL, true, false, 0, 0, CMDLINE_OTHER, "processors without a tick" },
	{ "rcu_nocbs", NULL, NULL, true, false, 0, 0, CMDLINE_OTHER, "processors without RCU callbacks" },
	{ "lockdown", "integrity,confidentiality", NULL, false, false, 0, 0, CMDLINE_GOOD,
	  N_("what root may do to the kernel") },
	/* our own */
	{ "igvm", "off", NULL, false, false, 0, 0, CMDLINE_OTHER,
	  "off: the hook of igvm binds nothing at this boot" },
};

const struct cmdline_param *cmdline_param_at(size_t i)
{
	return i < ARRAY_SIZE(params) ? &params[i] : NULL;
}
