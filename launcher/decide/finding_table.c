/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What each finding says: what would be right, one step that mends it, and
 * the paragraph of `igvm explain`. Numbers and behaviour come from the source
 * named in the paragraph.
 */
#include "launcher/base/i18n.h"
#include "launcher/decide/finding.h"

/* A row that is missing is a hole that tests/t_finding.c refuses. */
#define FINDING(sym, text, sev, where)			\
	static const char id_##sym[] = text;		\
	static const char area_##sym[] = where;		\
	enum { SEVERITY_OF_##sym = sev };
FINDING_LIST
#undef FINDING

#define ROW(sym, wanted_, fix_, explain_)						\
	[FINDING_##sym] = {								\
		.id = id_##sym, .severity = (enum severity)SEVERITY_OF_##sym,		\
		.area = area_##sym, .wanted = wanted_, .fix = fix_, .explain = explain_,	\
	}

static const struct finding_def finding_defs[FINDING_COUNT] = {
	/* --- the host ------------------------------------------------------------- */
	ROW(CPU_NO_VIRT,
		N_("a processor flag vmx or svm in /proc/cpuinfo"),
		N_("switch on VT-x (AMD: SVM) in the firmware setup"),
		N_("KVM runs the guest's code on the processor itself and needs its virtualization "
		   "extension. The kernel shows the flag only when the processor has it and the firmware "
		   "has not locked it. A virtual machine as host needs nested virtualization.")),
	ROW(CPU_NOT_INTEL,
		N_("a processor with Intel's integrated graphics"),
		N_("none on this machine: igvm has nothing to pass here"),
		N_("igvm passes an Intel iGPU, which is part of an Intel processor. This processor is "
		   "another maker's, and there is no Intel display function at 00:02.0 either. VMs "
		   "without an iGPU run all the same.")),
	ROW(KVM_UNUSABLE,
		N_("/dev/kvm can be opened by the user who starts the VM"),
		N_("load kvm_intel and add the user to the group that owns /dev/kvm"),
		N_("Without KVM every instruction of the guest is translated by software: an operating "
		   "system starts some ten times slower and no graphics driver is usable. "
		   "accel = tcg accepts that for a VM without an iGPU.")),
	ROW(ACCEL_TCG_IGPU,
		N_("accel = kvm for a VM with an iGPU"),
		N_("remove accel = tcg from the VM file"),
		N_("A device of the host is passed to a guest in order to be fast; under TCG it is not, "
		   "timing of the guest's driver is unlike any real machine, and its failures would be "
		   "mistaken for failures of the iGPU. The simulated hosts of igvm's own tests set "
		   "lab = yes.")),
	ROW(IOMMU_OFF,
		N_("at least one directory in /sys/kernel/iommu_groups"),
		N_("switch on VT-d in the firmware setup and put intel_iommu=on on the kernel command line"),
		N_("The guest's driver programs the iGPU with addresses of the guest; the IOMMU "
		   "translates them. VFIO refuses a device that has no IOMMU group. The firmware "
		   "describes the IOMMU in the ACPI table DMAR; without the table VT-d is off there, with "
		   "the table but without groups the kernel has it off. igvm start and igvm probe look "
		   "before they touch the device: without --force they refuse before anything is bound.")),
	ROW(IOMMU_IGFX_OFF,
		N_("no igfx_off in intel_iommu= on the kernel command line"),
		N_("remove igfx_off from the kernel command line and restart the host"),
		N_("intel_iommu=igfx_off takes the IOMMU away from the integrated graphics alone (Linux "
		   "drivers/iommu/intel/iommu.c), so it gets no group and cannot be assigned. It was a "
		   "remedy for old graphics faults and is found in many guides.")),
	ROW(IOMMU_NONE_DEVICE,
		N_("the iGPU has an IOMMU group"),
		N_("update the host's firmware; look for DMAR lines in the kernel log"),
		N_("Other devices have an IOMMU group and the iGPU has none: the firmware's DMAR table "
		   "leaves it out, or the kernel has switched its unit off because of a known defect. "
		   "The kernel log says which, in a line with DMAR.")),
	ROW(IOMMU_GROUP_SHARED,
		N_("the iGPU is alone in its IOMMU group"),
		N_("update the firmware, or hand over every device of the group; do not use an ACS override"),
		N_("VFIO gives a whole IOMMU group to a guest or nothing, because devices of one group "
		   "can reach each other's memory. An Intel iGPU is an endpoint of the root complex and "
		   "normally alone; company comes from firmware or from an emulated IOMMU. "
		   "An ACS override only hides the fact from the kernel.")),
	ROW(IOMMU_WIDTH_UNKNOWN,
		N_("the address width (MGAW) of the iGPU's IOMMU can be read"),
		N_("use a kernel that has intel-iommu/cap in sysfs, and check the guest's log for DMA faults"),
		N_("The guest's firmware places large BARs as high as the guest's processor can address. "
		   "Where the IOMMU is narrower (39 bits on most client parts), the mapping fails with "
		   "-22 and the driver is slow or dead. igvm limits the guest's address width to the "
		   "IOMMU's (host-phys-bits-limit), and here does not know it (QEMU docs/igd-assign.txt).")),
	ROW(VFIO_MODULE_MISSING,
		N_("the kernel module vfio-pci"),
		N_("install the distribution's full kernel package, or build the kernel with CONFIG_VFIO_PCI"),
		N_("vfio-pci is the host driver that holds a device on behalf of a guest. Cloud and other "
		   "cut-down kernels leave it out.")),
	ROW(VFIO_MEMLOCK,
		N_("a memory lock limit (RLIMIT_MEMLOCK) of the VM's memory plus 1 GiB"),
		N_("start the VM as root, or raise memlock in /etc/security/limits.d for this user"),
		N_("The iGPU may reach all memory of its guest at any time, so VFIO locks all of it. "
		   "The kernel counts it against the limit of the process; when it is too small QEMU ends "
		   "with VFIO_MAP_DMA: Cannot allocate memory, which sounds like too little RAM and is not.")),
	ROW(FB_HOLDS_BAR,
		N_("no firmware framebuffer in the iGPU's memory"),
		N_("put initcall_blacklist=sysfb_init on the kernel command line and restart the host"),
		N_("The firmware's boot picture is a framebuffer in BAR 2 of the iGPU. Kernels from 6.0 on "
		   "take it away when vfio-pci binds a device of class 0300; older ones do not, and for "
		   "class 0380 none does. QEMU then cannot map the BAR (Failed to mmap ... BAR 2).")),
	/* --- the iGPU ------------------------------------------------------------- */
	ROW(IGPU_NONE,
		N_("an Intel display function at 0000:00:02.0, or the address the VM file names"),
		N_("switch on the integrated graphics in the firmware setup (often \"iGPU Multi-Monitor\")"),
		N_("An Intel iGPU is always function 00:02.0. Firmware hides it when another graphics card "
		   "is present unless told otherwise, and processors whose name ends in F have none.")),
	ROW(IGPU_NOT_INTEL,
		N_("a device of vendor 8086"),
		N_("give the address of the Intel iGPU in [igpu] device, or auto"),
		N_("igvm prepares what Intel integrated graphics need: OpRegion, stolen memory, guest "
		   "address 00:02.0. Cards of other makers need none of it and are not supported.")),
	ROW(IGPU_UNKNOWN_DEVICE,
		N_("a device id that igvm knows"),
		N_("report the device id, with the output of igvm doctor --json"),
		N_("What has to be set up for the guest's driver depends on the generation: where the base "
		   "of stolen memory is written, how its size is encoded. Guessing it wrongly makes the "
		   "guest's driver write to memory of the host.")),
	ROW(IGPU_VF,
		N_("the physical function 00:02.0"),
		N_("name 0000:00:02.0 in [igpu] device"),
		N_("A virtual function of SR-IOV has no OpRegion and no stolen memory of its own; none of "
		   "the options igvm sets apply to it. It needs another recipe.")),
	ROW(IGPU_VF_IN_USE,
		N_("0 in sriov_numvfs of the iGPU"),
		N_("echo 0 > /sys/bus/pci/devices/0000:00:02.0/sriov_numvfs"),
		N_("While virtual functions exist the physical function is managed by the host's driver on "
		   "their behalf and cannot be assigned.")),
	ROW(IGPU_DRIVER_BOUND,
		N_("vfio-pci, or nothing that is in use"),
		N_("nothing to do: igvm start binds the device, and gives it back afterwards"),
		N_("The host's own driver has the iGPU. igvm start takes it over, which ends any picture the "
		   "host shows through it. Some kernels fault when i915 is unbound while in use; binding "
		   "at boot avoids the change altogether.")),
	ROW(IGPU_DRIVER_STUCK,
		N_("a driver that lets go of the device"),
		N_("stop what uses the driver, or bind vfio-pci at boot and restart the host"),
		N_("The kernel did not unbind the device from its driver. Something holds it: a display "
		   "server, a virtual function, a sound server on the HDMI output.")),
	ROW(IGPU_BUSY,
		N_("an iGPU that no VM uses"),
		N_("igvm list; then igvm stop NAME"),
		N_("A VFIO group can be opened by one process. Another VM, or another program, has it.")),
	ROW(IGPU_CLASS_0380,
		N_("class 0300 (VGA), or Linux 6.15 and QEMU 10.2 or newer with UEFI"),
		N_("make the iGPU the primary display in the firmware setup"),
		N_("With another card as primary display the firmware gives the iGPU class 0380. Kernels "
		   "before 6.15 then offer no OpRegion (commit 41112160ca87), QEMU before 10.2 does not "
		   "treat it as an IGD, and no VBIOS or GOP driver runs for it.")),
	ROW(IGPU_NOT_PRIMARY,
		N_("class 0300: the iGPU is the host's primary display"),
		N_("make the iGPU the primary display in the firmware setup"),
		N_("A class 0380 iGPU works in a guest only once the operating system's driver is loaded: "
		   "there is no picture before. Some firmware also leaves out parts of the OpRegion.")),
	ROW(IGPU_NO_FLR,
		N_("flr or device_specific in reset_method of the iGPU"),
		N_("restart the host between two starts of the VM when the second one fails"),
		N_("The device cannot be reset between two guests, so the second one finds what the first "
		   "one left. Linux knows a reset of its own for Ivy Bridge only (drivers/pci/quirks.c).")),
	ROW(IGPU_EXPERIMENTAL,
		N_("a generation up to Gen 12 (Raptor Lake), or experimental = yes in the VM file"),
		N_("set experimental = yes in [vm] when you want to try"),
		N_("From Meteor Lake on the base of stolen memory is not in config space. QEMU does not set "
		   "it up, reading it through a BAR can stop the whole chip, and reports of success are "
		   "few. igvm starts such a VM only when told that it is an experiment.")),
	ROW(IGPU_EXPERIMENTAL_USED,
		N_("a generation up to Gen 12 (Raptor Lake)"),
		N_("save your work on the host before you start this VM"),
		N_("From Meteor Lake on no released QEMU is known to set the iGPU up completely; a wrong "
		   "access can stop the whole machine. You have asked for it with experimental = yes.")),
	ROW(IGPU_BROADWELL,
		N_("another generation than Broadwell (ids 16xx)"),
		N_("none on a stock kernel"),
		N_("Linux switches the IOMMU off for Broadwell graphics (quirk_iommu_igfx, \"Disabling IOMMU "
		   "for graphics on this chipset\"), so the device has no group. QEMU lists it as "
		   "supported all the same.")),
	ROW(GPU_OTHER_PRIMARY,
		N_("nothing: this is good to know"),
		N_("nothing to do"),
		N_("Another graphics card shows the host's picture, so the host keeps its console when the "
		   "iGPU goes to a guest.")),
	ROW(OPREGION_ABSENT,
		N_("an OpRegion address in ASLS (config space 0xfc)"),
		N_("switch the iGPU on in the firmware setup and boot with a monitor or dummy plug attached"),
		N_("The OpRegion is memory in which the firmware describes the board's display outputs (VBT). "
		   "Its address is in ASLS. When the firmware left it 0, vfio-pci offers no OpRegion region, "
		   "the guest's driver knows no outputs, and Windows reports Code 43.")),
	ROW(OPREGION_INVALID,
		N_("an OpRegion that begins with IntelGraphicsMem and has a size"),
		N_("update the host's firmware"),
		N_("vfio-pci checks signature and size of the OpRegion and refuses to open the device when "
		   "they are wrong (Linux drivers/vfio/pci/vfio_pci_igd.c).")),
	ROW(OPREGION_UNREAD,
		N_("the OpRegion can be read"),
		N_("run igvm doctor as root while no VM uses the iGPU, with the iGPU bound to vfio-pci"),
		N_("The OpRegion is read through the VFIO device, which needs root, vfio-pci bound, and "
		   "nobody else using it. What was not read is not known to be right.")),
	ROW(OPREGION_OFF,
		N_("opregion = auto"),
		N_("remove opregion = off from the VM file unless you know why"),
		N_("Without the OpRegion the guest's driver does not know the board's outputs. Windows "
		   "drivers mostly end in Code 43; some headless set-ups want it off.")),
	ROW(OPREGION_HEADLESS,
		N_("firmware that set the iGPU up with a display"),
		N_("boot the host with a monitor or dummy plug on the iGPU"),
		N_("The OpRegion says that this board is headless (bit 13 of PCON). Guest drivers then may "
		   "show no outputs at all.")),
	ROW(VBT_MISSING,
		N_("a video BIOS table ($VBT) in the OpRegion"),
		N_("boot the host with a monitor or dummy plug on the iGPU; else update the firmware"),
		N_("The table lists the outputs and how they are wired. Intel's GOP driver refuses to start "
		   "without it, and Windows' driver finds no outputs (Code 43).")),
	ROW(VBT_INVALID,
		N_("a video BIOS table whose sizes agree"),
		N_("update the host's firmware"),
		N_("Offsets or sizes in the table point outside of it. Linux i915 then ignores the table, "
		   "and so would the guest's driver.")),
	ROW(VBT_CHECKSUM,
		N_("a video BIOS table whose bytes sum up to 0"),
		N_("nothing to do for a driver; a GOP ROM needs it corrected"),
		N_("Operating system drivers do not look at the checksum; Intel's GOP driver does.")),
	ROW(STOLEN_SMALL,
		N_("64 MiB of stolen memory (DVMT pre-allocated)"),
		N_("raise \"DVMT Pre-Allocated\" to 64 MB in the firmware setup"),
		N_("The driver's first framebuffers are in stolen memory. With 32 MiB a 4K picture does "
		   "not fit, and drivers were seen to stay black.")),
	ROW(STOLEN_ZERO,
		N_("at least 32 MiB of stolen memory (DVMT pre-allocated)"),
		N_("set \"DVMT Pre-Allocated\" to 64 MB in the firmware setup"),
		N_("The firmware reserved no memory for the iGPU. Windows' driver reports Code 43.")),
	ROW(STOLEN_UNKNOWN,
		N_("config space beyond the first 64 bytes"),
		N_("run as root"),
		N_("Only root may read config space beyond its header, where size and base of stolen memory "
		   "are.")),
	ROW(GMS_RANGE,
		N_("a gms that this generation and this QEMU know"),
		N_("remove gms from [igpu], and set DVMT in the firmware setup"),
		N_("QEMU 10.0 ignores a wrong x-igd-gms, 10.1 to 11.0 crash on it (hw/vfio/igd.c). 0 to 16 "
		   "up to Gen 7, 0 to 64 from Gen 8 on, from Gen 9 on also 240 to 254 on QEMU 10.1 or newer.")),
	ROW(GMS_NO_EFFECT,
		N_("no gms where QEMU cannot apply it"),
		N_("remove gms from [igpu], and set DVMT in the firmware setup"),
		N_("QEMU 9.2 keeps the option x-igd-gms and never reads it; from 10.1 on a device QEMU "
		   "does not know crashes it.")),
	ROW(GMS_FORCED,
		N_("nothing: igvm has done it"),
		N_("use QEMU 10.0 or newer, which shows the host's own value"),
		N_("QEMU up to 9.1 shows the guest a stolen memory of 0 in legacy mode unless x-igd-gms is "
		   "given: a classic cause of Code 43. igvm gives it.")),
	/* --- legacy mode, VGA ------------------------------------------------------- */
	ROW(VGA_REGION_MISSING,
		N_("the VGA region of the VFIO device"),
		N_("remove disable_vga=1 of vfio-pci, or use a kernel with CONFIG_VFIO_PCI_VGA"),
		N_("A legacy VBIOS talks to the VGA ports. When the kernel does not offer them, QEMU 10.0 to "
		   "11.0 end with an assertion, older ones go on without legacy mode (hw/vfio/igd.c).")),
	ROW(LEGACY_IMPOSSIBLE,
		N_("Gen 6 to 9, machine = i440fx, firmware = bios, class 0300 and a VBIOS"),
		N_("set legacy = auto in [igpu]"),
		N_("Legacy mode runs Intel's VBIOS in the guest. There is none from Gen 10 on, it needs the "
		   "ISA bridge of i440fx at 1f.0, VGA cycles, and SeaBIOS. QEMU 10.0 enters the mode for "
		   "newer generations too and sets them up wrongly.")),
	ROW(LEGACY_IMPLICIT,
		N_("QEMU 10.0 or newer, where legacy mode can be demanded"),
		N_("use QEMU 10.0 or newer"),
		N_("Up to QEMU 9.2 the mode is entered silently when all conditions hold and left silently "
		   "when one does not; igvm reads QEMU's messages to notice.")),
	/* --- QEMU --------------------------------------------------------------------- */
	ROW(QEMU_MISSING,
		N_("qemu-system-x86_64"),
		N_("install qemu-system-x86 (Debian), qemu-system-x86-core (Fedora) or qemu-base (Arch)"),
		N_("The program the VM file names with [vm] qemu, or qemu-system-x86_64, is not there or "
		   "may not be run.")),
	ROW(QEMU_NOT_QEMU,
		N_("a QEMU that answers over QMP"),
		N_("give the path of qemu-system-x86_64 in [vm] qemu"),
		N_("The program ran, but did not answer like QEMU. igvm asks each binary what it can do "
		   "before it builds a command line for it.")),
	ROW(QEMU_NO_IGD,
		N_("a QEMU with vfio-pci and vfio-pci-igd-lpc-bridge"),
		N_("install the distribution's full QEMU"),
		N_("This QEMU was built without CONFIG_VFIO_PCI or CONFIG_VFIO_IGD: an iGPU would be passed "
		   "without OpRegion and stolen memory, silently.")),
	ROW(QEMU_TOO_OLD,
		N_("QEMU 10.0 or newer for Gen 11 and 12, 10.1 or newer for what came later"),
		N_("install a newer QEMU (Debian: from backports) or name one in [vm] qemu"),
		N_("QEMU 7.2 to 9.1 take every unknown iGPU for Gen 8 and write the base of stolen memory "
		   "to the wrong register; 9.2 does not know Rocket, Alder and Raptor Lake. Both start and "
		   "then fail in the guest. Outside legacy mode they set up no stolen memory at all.")),
	ROW(QEMU_NO_LPC,
		N_("the option x-igd-lpc (QEMU 10.0 or newer)"),
		N_("install QEMU 10.0 or newer, or use display = monitor"),
		N_("Intel's GOP driver and VBIOS look for the host's LPC bridge at 1f.0. QEMU puts one there "
		   "with x-igd-lpc=on, on i440fx only.")),
	ROW(QEMU_VBIOS_FIX_MISSING,
		N_("a VBIOS file with the cached address cleared, or a QEMU that clears it"),
		N_("give a VBIOS file whose remembered address is cleared as rom in [igpu]"),
		N_("The VBIOS in the host's memory remembers where the host's stolen memory is. QEMU 10.0 "
		   "and newer no longer translate that address; only builds with the trace event "
		   "vfio_pci_igd_vbios_patched correct the copy they read from the device.")),
	ROW(QEMU_NO_STOLEN,
		N_("a device id for which QEMU sets stolen memory up"),
		N_("none known"),
		N_("QEMU's own table (igd_gen() in hw/vfio/igd.c) does not know this id, so the guest would "
		   "read the host's stolen memory address and use it.")),
	ROW(QEMU_NO_MACHINE,
		N_("a QEMU with the machine types pc and q35"),
		N_("install the distribution's full QEMU (qemu-system-x86)"),
		N_("Cut-down builds, for example for microvm, leave the PC machines out; and a VM keeps the "
		   "machine version it was made with, which a QEMU may have dropped.")),
	ROW(QEMU_NO_ACCEL,
		N_("a QEMU built with the accelerator the VM file names"),
		N_("install the distribution's full QEMU"),
		N_("This QEMU was built without it. Distributions split QEMU into packages, and some leave "
		   "KVM or TCG out of the small ones.")),
	/* --- firmware and ROM ------------------------------------------------------------ */
	ROW(FIRMWARE_UEFI_MISSING,
		N_("a UEFI firmware for this machine type in share/qemu/firmware"),
		N_("install ovmf (Debian) or edk2-ovmf (Fedora, Arch)"),
		N_("Distributions describe their guest firmware in JSON files (QEMU docs/interop/"
		   "firmware.json). None of them fits, or its files are missing.")),
	ROW(FIRMWARE_NO_SECURE_BOOT,
		N_("a UEFI firmware with Secure Boot and SMM"),
		N_("install ovmf (Debian) or edk2-ovmf (Fedora, Arch), or set firmware = uefi"),
		N_("Secure Boot needs a firmware built for it, which keeps its variables behind System "
		   "Management Mode. None is described in share/qemu/firmware.")),
	ROW(FIRMWARE_NO_ENROLLED_KEYS,
		N_("a firmware with Microsoft's keys enrolled"),
		N_("enroll the keys with virt-fw-vars, or in the guest's firmware setup"),
		N_("The firmware can do Secure Boot, but starts without keys, which means Secure Boot is "
		   "off until somebody enrolls them. Windows runs; software that insists on Secure Boot "
		   "does not.")),
	ROW(FIRMWARE_SECURE_Q35,
		N_("machine = q35 for firmware = uefi-secure"),
		N_("set machine = q35, or firmware = uefi"),
		N_("Secure Boot protects its variables with System Management Mode, which OVMF supports on "
		   "q35 only. display = monitor-early needs i440fx, so the two exclude each other.")),
	ROW(TPM_MISSING,
		N_("swtpm"),
		N_("install swtpm, or set tpm = no"),
		N_("The VM's TPM is the program swtpm. Windows 11 wants a TPM 2.0.")),
	ROW(SHARE_NO_VIRTIOFSD,
		N_("virtiofsd, for [share NAME]"),
		N_("install virtiofsd (a package of its own, or part of QEMU's), or take the section out"),
		N_("A shared folder is served by the program virtiofsd, one for each folder. It is looked for where "
		   "distributions have it: /usr/libexec, /usr/lib/virtiofsd, /usr/lib/qemu, /usr/bin.")),
	ROW(SHARE_MISSING,
		N_("the folder of [share NAME]"),
		N_("make the folder, or mend its path"),
		N_("virtiofsd would end at once, and QEMU, which waits for it, with it. Symbolic links are not followed: "
		   "whoever may change one could give the guest any other folder.")),
	ROW(SHARE_USER,
		N_("a VM of the system for [share NAME]"),
		N_("create the VM as root, or share the folder over the network (SSH, SMB)"),
		N_("Files have to get the owners the guest gives them, which takes root to set up, though virtiofsd does "
		   "not run as root. A VM of an ordinary user has no root.")),
	ROW(HOOK_MISSING,
		N_("the program of hook ="),
		N_("mend its path, or make it executable (chmod +x)"),
		N_("The VM file names a program to run before QEMU and after it. It is not there, or cannot be "
		   "executed.")),
	ROW(ROM_NONE_UEFI,
		N_("rom = auto: an option ROM with an IGD assignment driver"),
		N_("set rom = auto in [igpu]"),
		N_("OVMF has no code for Intel graphics: it copies no OpRegion and reserves no stolen memory, "
		   "so ASLS and BDSM stay 0 and Windows reports Code 43. An option ROM on the device does "
		   "both, and OVMF runs it also under Secure Boot.")),
	ROW(ROM_NONE_BIOS,
		N_("a VBIOS file, or a host that was booted without UEFI"),
		N_("set rom = FILE in [igpu] to a VBIOS of this device id"),
		N_("Legacy mode runs Intel's VBIOS. A host booted by UEFI has none in memory, and QEMU leaves "
		   "legacy mode, with it OpRegion and stolen memory, when there is no ROM.")),
	ROW(ROM_MISSING_FILE,
		N_("the ROM file can be read"),
		N_("correct rom in [igpu]; igvm's own ROM comes with its package"),
		N_("QEMU does not start with a ROM file it cannot read.")),
	ROW(ROM_WRONG_DEVICE,
		N_("a VBIOS whose PCIR names this device id"),
		N_("use the VBIOS of this device, or igvm rom fix --device ID -o OUT FILE"),
		N_("SeaBIOS runs a ROM only when the ids in it are exactly those of the device. QEMU corrects "
		   "the id of a ROM it reads from the device, never of a file (hw/pci/pci.c).")),
	ROW(ROM_WRONG_TYPE,
		N_("an image for this firmware: x86 for SeaBIOS, EFI for OVMF"),
		N_("use a ROM made for the VM's firmware"),
		N_("SeaBIOS runs images of code type 0, OVMF those of code type 3. The others are skipped "
		   "without a word.")),
	ROW(ROM_NOT_FIRMWARE,
		N_("an option ROM, a VBT, an OpRegion or a GOP driver"),
		N_("take one out of this host or of a board's firmware with `igvm rom extract`"),
		N_("What a file is, is found by its content, whatever its name says. Downloads are often archives "
		   "to be unpacked, or the web page around the file.")),
	ROW(ROM_NOT_DISPLAY,
		N_("a ROM of the iGPU"),
		N_("leave rom = auto, or extract the iGPU's own: igvm rom extract"),
		N_("The class code in a ROM's PCI data structure says what kind of device it is for. A board's firmware "
		   "has ROMs for network boot and RAID too, many of them Intel's. SeaBIOS compares ids and would leave "
		   "it alone; nothing would set up the iGPU.")),
	ROW(ROM_VBIOS_GENERATION,
		N_("an EFI ROM: there is no video BIOS for this iGPU"),
		N_("build one with `igvm rom build`, or leave rom = auto"),
		N_("Intel's last legacy video BIOS is for Gen 9 (Comet Lake). A ROM for a later iGPU that has one is "
		   "another platform's: it runs, drives nothing and may hang.")),
	ROW(ROM_GOP_GENERATION,
		N_("a GOP driver that names this device id"),
		N_("extract the one of this board's own firmware: `igvm rom extract BIOS-FILE`"),
		N_("A GOP driver looks at the device id and leaves a device alone that it does not know: no error, no "
		   "picture. The ids it knows stand in it; they were looked for and this one was not found. Intel "
		   "documents no such list, so this is a warning.")),
	ROW(VBT_OTHER_PLATFORM,
		N_("the table of this machine"),
		N_("extract the VBT of this host with `igvm rom extract`"),
		N_("A VBT says which port of the processor goes to which socket of the board. One of another machine "
		   "gives dark screens. Its chip name is a hint, since Intel's tools keep names over generations.")),
	ROW(ROM_NO_ASSIGNMENT_DRIVER,
		N_("an EFI image with an IGD assignment driver"),
		N_("set rom = auto, or make a whole ROM: igvm rom build --gop FILE -o OUT"),
		N_("A GOP driver shows a picture, but does not copy the OpRegion and does not reserve stolen "
		   "memory; the assignment driver does. A ROM for OVMF needs it, first.")),
	ROW(ROM_CACHED_BDSM,
		N_("a VBIOS without a remembered stolen memory address"),
		N_("igvm rom fix -o OUT FILE clears the address and corrects the checksum"),
		N_("The file was copied from a running host and carries its stolen memory address. The guest "
		   "would draw there: a garbled picture, and DMA into memory of the host. QEMU corrects "
		   "only what it reads from the device, never a file.")),
	ROW(ROM_BAD,
		N_("a PCI option ROM"),
		N_("set rom = auto, or give another file"),
		N_("The file does not begin with a PCI option ROM image, or firmware would refuse to run the "
		   "image that is meant.")),
	ROW(ROM_NO_GOP,
		N_("Intel's GOP driver for this generation, in the ROM"),
		N_("igvm rom build --gop with the GOP driver of your own firmware, or display = monitor"),
		N_("A picture before the operating system's driver comes from Intel's GOP driver, which is "
		   "part of the host's firmware image and not of igvm. Without it the monitor stays dark "
		   "until the guest's driver loads.")),
	ROW(ROM_UNREAD,
		N_("the ROM file has been read"),
		N_("run as root"),
		N_("The ROM was not read, so it is not known to be right.")),
	ROW(ROM_AMBIGUOUS,
		N_("one ROM of the store that fits this VM best"),
		N_("set rom = FILE in [igpu] to the one that is meant; igvm rom list shows them"),
		N_("rom = auto takes a ROM from igvm's store only when exactly one fits best. Several are "
		   "equally for this iGPU, and which of them is right cannot be seen from outside.")),
	ROW(ROM_STORE_CHANGED,
		N_("the ROM file as it was imported"),
		N_("find out who changed it; remove it and its .json, and import the right file again"),
		N_("Every ROM of the store has its SHA-256 beside it. The file is another one now: it was "
		   "exchanged, edited or damaged, and firmware in a guest runs before everything else.")),
	ROW(ROM_STORE_BAD,
		N_("a ROM store whose every file can be read"),
		N_("igvm rom list names them; remove those files, or import the ROMs again"),
		N_("A file that should tell what a ROM of the store is cannot be read or is not as igvm writes "
		   "it, or others may write the folder. What it tells of is left out by rom = auto.")),
	ROW(BIOS_NO_STOLEN,
		N_("firmware = uefi for Gen 11 and later"),
		N_("set firmware = uefi"),
		N_("SeaBIOS writes the base of stolen memory to 0x5c, whatever the generation; from Gen 11 on "
		   "the register is 0xc0 and stays 0 (SeaBIOS src/fw/pciinit.c). Linux renders all the "
		   "same, without a picture from the firmware; Windows reports Code 43.")),
	/* --- the plan ------------------------------------------------------------------------ */
	ROW(PLAN_MEMORY_SMALL,
		N_("memory = 4G or more with an iGPU"),
		N_("raise memory in [vm]"),
		N_("Stolen memory and OpRegion come out of the guest's memory below 4 GiB, and the driver "
		   "takes half of the rest for itself.")),
	ROW(PLAN_MEMORY_HOST,
		N_("less memory than the host has, with 1 GiB left for it"),
		N_("lower memory in [vm]"),
		N_("With a passed-through device all memory of the guest is locked at start. A host without "
		   "the rest would kill the VM, or more.")),
	ROW(PLAN_DISPLAY_NONE,
		N_("another way into the guest before the emulated display goes"),
		N_("set display = both until the driver is verified; igvm start --rescue brings it back once"),
		N_("Without an emulated display the only picture is the iGPU's, once the guest's driver "
		   "runs. When it does not run, nothing is seen.")),
	ROW(PLAN_DISPLAY_EARLY,
		N_("machine = i440fx and a ROM that shows a picture"),
		N_("set display = monitor, or rom = FILE with a GOP driver or VBIOS for this device"),
		N_("A picture before the operating system's driver needs the host's LPC ids at 1f.0 (i440fx "
		   "only), class 0300, and Intel's GOP driver or VBIOS in the ROM.")),
	ROW(PLAN_NO_POST_OUTPUT,
		N_("nothing: this is how it is"),
		N_("use display = monitor-early for a picture from power-on"),
		N_("On q35 Intel's GOP driver does not start, because the LPC bridge has other ids. The "
		   "monitor stays dark until the guest's driver loads.")),
	ROW(PLAN_OPTION_BAD,
		N_("values that go together"),
		N_("correct the VM file"),
		N_("Two keys of the VM file exclude each other; the line above says which.")),
	ROW(PLAN_PATH_LONG,
		N_("shorter names"),
		N_("shorten the VM's name or the directory it lives in"),
		N_("The address of a unix socket holds 107 bytes, a path 4095 (unix(7), PATH_MAX).")),
	ROW(PLAN_HOST_UNREAD,
		N_("the host's devices are known"),
		N_("run igvm doctor"),
		N_("A VM with an iGPU is planned from what is known of the device. Nothing is known of it.")),
	ROW(HUGEPAGES_FEW,
		N_("as many free huge pages as the guest's memory takes"),
		N_("reserve them: sysctl vm.nr_hugepages=N (2M); hugepagesz=1G hugepages=N on the kernel's command line (1G); "
		   "or hugepages = no in [vm]"),
		N_("Huge pages come from a pool that is set aside for them, and QEMU gets none from elsewhere. The kernel finds "
		   "pages of 2M while it runs if memory is not yet in pieces, so reserve them early: a line in "
		   "/etc/sysctl.d. Those of 1G are best reserved at boot. What the pool holds is lost to all others.")),
	ROW(PIN_OFFLINE,
		N_("processors that the host has, and that are online"),
		N_("correct pin in [vm]: lscpu -e lists the processors; or bring them online"),
		N_("The kernel lets nothing run on a processor that is not there or offline. With others beside it in the "
		   "list the VM would run on fewer than its owner thinks, so igvm asks for the whole list.")),
	ROW(PIN_FEW,
		N_("as many processors of the host in pin as the guest has"),
		N_("give pin more processors, or the guest fewer: pin and cpus in [vm]"),
		N_("Where two processors of the guest share one of the host, one waits while the other runs; a guest that "
		   "waits for a lock with both is slower than with one.")),
	ROW(DISK_MISSING,
		N_("every disk the VM file names"),
		N_("create it: qemu-img create -f qcow2 FILE 64G, or correct path"),
		N_("igvm opens each disk itself and gives QEMU the descriptor. A disk that is not there is "
		   "found out before anything is started or bound.")),
	ROW(DISK_WRONG_KIND,
		N_("a regular file or a block device as path of each disk"),
		N_("correct path in the [disk NAME] section; create an image: qemu-img create -f qcow2 FILE 64G"),
		N_("QEMU's disks are image files and block devices. A directory, a pipe or a character "
		   "device such as /dev/null is found out before anything is started or bound.")),
	ROW(DISK_IN_USE,
		N_("a block device that the host does not use"),
		N_("unmount it, swapoff it, or take it out of LVM or RAID (lsblk shows what is above it); or correct path"),
		N_("Two systems that write one file system destroy it, within seconds and without a message. igvm looks "
		   "at the device and at each of its partitions; QEMU then holds it for itself alone, so that the host "
		   "cannot mount it while the VM runs. The host's own disk is in use as long as the host runs.")),
	ROW(DISK_UNSTABLE_NAME,
		N_("a name that stays with the disk, below /dev/disk/by-id"),
		N_("ls -l /dev/disk/by-id shows the names of each disk; write one of them as path"),
		N_("The kernel numbers disks as it finds them: after a reboot, or with one more plugged in, /dev/sdb may "
		   "be another disk, and the guest would write to that one.")),
	ROW(KERNEL_MISSING,
		N_("the kernel and initrd the VM file names"),
		N_("correct kernel and initrd in [vm]"),
		N_("igvm copies both into the VM's folder, where QEMU's user can read them. A file that is "
		   "not there is found out before anything is started or bound.")),
	ROW(DISK_NONE,
		N_("a [disk NAME] section or a kernel"),
		N_("add a [disk NAME] section"),
		N_("The firmware finds nothing to start and waits in its setup or shell. That is right for a "
		   "first look at a VM.")),
	ROW(KERNEL_SECURE_BOOT,
		N_("firmware = uefi with kernel = FILE"),
		N_("set firmware = uefi, or start from a disk"),
		N_("Under Secure Boot OVMF checks the kernel it is given, too. Only one signed with a key in "
		   "the firmware's database is started.")),
	/* --- what doctor sees around the device ------------------------------------------------ */
	ROW(CPU_VIRT_LOCKED,
		N_("VT-x left usable by the firmware"),
		N_("switch on VT-x (\"Intel Virtualization Technology\") in the firmware setup and switch the machine off once"),
		N_("The kernel's log says that the firmware has locked the register that switches VT-x on "
		   "(MSR 0x3a, IA32_FEATURE_CONTROL). The lock holds until the next power cycle, so a "
		   "restart alone may not be enough after the setting was changed.")),
	ROW(IOMMU_RMRR,
		N_("no 1:1 mapping that VFIO has to respect on the iGPU"),
		N_("update the host's firmware, or use a kernel of the distribution"),
		N_("Firmware can ask for memory to be mapped 1:1 for a device (RMRR in the DMAR table); VFIO "
		   "refuses such a device. Linux leaves Intel's iGPU out of that rule "
		   "(device_rmrr_is_relaxable), so the refusal means a device of another class, or a kernel "
		   "that was changed.")),
	ROW(IOMMU_GRAPHICS_OFF,
		N_("an IOMMU for the iGPU"),
		N_("none on this machine: Linux takes the IOMMU from this iGPU"),
		N_("The kernel has a list of chipsets whose graphics do not work behind an IOMMU "
		   "(quirk_iommu_igfx in drivers/iommu/intel/iommu.c), Broadwell's among them. The iGPU "
		   "then has no IOMMU group and VFIO cannot take it.")),
	ROW(IOMMU_FAULTS,
		N_("no accesses of the iGPU that the IOMMU has to stop, but for some at the moment of binding"),
		N_("igvm probe NAME says whether the guest has its own stolen memory"),
		N_("DMAR lines about 00:02.0 in the kernel's log are accesses outside of what the device may "
		   "reach. A handful when a VM starts is normal: the display engine still shows the old "
		   "picture. Many, over a long time, mean that the guest's driver uses the host's stolen "
		   "memory address.")),
	ROW(HOST_CSM,
		N_("a host that was started by UEFI (/sys/firmware/efi)"),
		N_("switch CSM off in the firmware setup; the host's system must have been installed for UEFI"),
		N_("Started through CSM, firmware sets the iGPU up with the VGA BIOS instead of Intel's GOP "
		   "driver. On many boards the OpRegion then has no table of outputs (VBT), and the guest's "
		   "driver reports Code 43.")),
	ROW(VFIO_NO_IGD,
		N_("a kernel with CONFIG_VFIO_PCI_IGD=y"),
		N_("start a kernel of the distribution, or build yours with CONFIG_VFIO_PCI_IGD=y"),
		N_("Without this option vfio-pci gives out the device, but neither the OpRegion nor the ids of "
		   "the host's bridges (drivers/vfio/pci/vfio_pci_igd.c). Windows then reports Code 43.")),
	ROW(VFIO_NO_VGA,
		N_("VGA ranges from vfio-pci, where a VBIOS shall show the first picture"),
		N_("nothing to do with firmware = uefi; else remove disable_vga=1 from vfio-pci's options"),
		N_("Generations 6 to 9 can start with Intel's VBIOS in QEMU's legacy mode, which needs the VGA "
		   "ranges: CONFIG_VFIO_PCI_VGA=y, and disable_vga of vfio-pci not set.")),
	ROW(FB_BAR_TAKEN,
		N_("all memory of the iGPU free when vfio-pci takes it"),
		N_("put initcall_blacklist=sysfb_init on the kernel command line and restart the host"),
		N_("vfio-pci could not reserve a BAR of the iGPU, so QEMU reaches it slowly or not at all: "
		   "something of the host, most often the firmware's framebuffer, had it.")),
	ROW(IGPU_GVT,
		N_("GVT-g off: no mediated devices of i915"),
		N_("remove i915.enable_gvt=1 and kvmgt from the host's settings and restart the host"),
		N_("GVT-g cuts the iGPU into virtual ones (Gen 8 and 9, Linux up to 6.x). It is another way "
		   "than passing the whole device: while it is on, i915 cannot let go of the device "
		   "cleanly.")),
	ROW(IGPU_GVT_IN_USE,
		N_("no mediated devices below the iGPU"),
		N_("stop the VMs that use them, then echo 1 > /sys/bus/mdev/devices/UUID/remove"),
		N_("A mediated device of GVT-g exists. Taking the iGPU from i915 while a VM uses a part of it "
		   "ends that VM or hangs the kernel.")),
	ROW(IGPU_RESET_SLOW,
		N_("an iGPU that answers within a second after a reset"),
		N_("put vfio_pci.disable_idle_d3=1 on the kernel command line"),
		N_("After a function level reset the kernel waited for the iGPU longer than a second (not "
		   "ready ... after FLR). A device that sleeps in D3 is slow to wake; one that does not "
		   "answer at all needs a restart of the host.")),
	ROW(AUDIO_PASSED,
		N_("the sound device 00:1f.3 left to the host"),
		N_("remove its id from vfio-pci's ids; use emulated sound in the guest"),
		N_("Sound over HDMI comes from 00:1f.3, which is a part of the chipset: it shares its group "
		   "with LPC and SMBus and usually has no reset of its own, so it cannot be passed alone.")),
	ROW(OUTPUT_NONE,
		N_("a monitor or dummy plug on an output of the iGPU"),
		N_("connect a monitor or a dummy plug to the board's own output, not to the graphics card's"),
		N_("Nothing is connected to any output of the iGPU. Firmware then often leaves the iGPU "
		   "without a table of outputs, and a guest's driver without a monitor shows no desktop "
		   "and may run slowly.")),
	ROW(PANEL_INTERNAL,
		N_("nothing: this is good to know"),
		N_("nothing to do: keep another way to this host (ssh) open while the VM has the iGPU"),
		N_("The built-in panel is an output of the iGPU and goes with it: the host has no screen while "
		   "a VM runs, and the panel's backlight is switched by the guest's driver.")),
	ROW(FIRMWARE_NONE,
		N_("a UEFI firmware for VMs"),
		N_("install ovmf (Debian), edk2-ovmf (Fedora, Arch) or qemu-ovmf-x86_64 (openSUSE)"),
		N_("QEMU's folder of firmware descriptors names no UEFI firmware whose files exist. Gen 10 and "
		   "later need it, and Windows 11 does.")),
	ROW(TPM_NONE,
		N_("swtpm, for guests that want a TPM"),
		N_("install swtpm when the guest is Windows 11"),
		N_("The program swtpm was not found. A VM with tpm = yes, such as one of the template for "
		   "Windows 11, does not start without it.")),
	ROW(HOST_IDLE_SUSPENDS,
		N_("a host that stays awake while a VM runs"),
		N_("sudo systemctl mask sleep.target suspend.target hibernate.target"),
		N_("logind puts this host to sleep when nobody uses its keyboard (IdleAction in logind.conf). "
		   "A guest that has the iGPU is not seen as use, and most do not survive it.")),
	ROW(HOST_DESKTOP_SUSPENDS,
		N_("a desktop that does not put the host to sleep"),
		N_("sudo systemctl mask sleep.target suspend.target hibernate.target"),
		N_("GNOME, and its login screen too, puts an idle computer to sleep after a quarter of an hour "
		   "unless its power settings say otherwise; Plasma does the same. No file of this host's system does; "
		   "what a user has set is not looked at. Masked targets hold whatever the desktop wants.")),
	ROW(HOST_LID_SUSPENDS,
		N_("HandleLidSwitch=ignore in logind.conf, where the lid may be closed while a VM runs"),
		N_("set HandleLidSwitch=ignore in /etc/systemd/logind.conf.d/igvm.conf and restart systemd-logind"),
		N_("This machine has a lid, and closing it puts the host to sleep, the VM with it. With its "
		   "panel in the guest's hands people close it.")),
	/* --- the kernel command line, and what the next boot will load ------------- */
	ROW(CMDLINE_MISSPELT,
		N_("parameters by the names the kernel and its modules know"),
		N_("correct the word where it was written, run the boot loader's update, restart"),
		N_("The kernel keeps quiet about words it does not know: they are handed to the first "
		   "program instead. A parameter of a module is MODULE.NAME=VALUE, '-' and '_' being the "
		   "same: vfio-pci.ids=8086:4692. Also options lines of modprobe.d are looked at.")),
	ROW(CMDLINE_BAD_VALUE,
		N_("a value the parameter takes"),
		N_("write the value the parameter takes, for Intel's IOMMU intel_iommu=on"),
		N_("A parameter with a value the kernel does not know is ignored, often without a word in "
		   "the log. intel_iommu=1 switches nothing on (Linux drivers/iommu/intel/iommu.c "
		   "intel_iommu_setup()).")),
	ROW(CMDLINE_CONTRADICTION,
		N_("one value for one switch"),
		N_("remove the one that is not meant from the kernel command line"),
		N_("The kernel takes the parameters from left to right and for most of them the last one "
		   "counts; iommu=off switches the IOMMU off whatever intel_iommu= says. Two values are "
		   "left over from two guides or from two files the boot loader joins.")),
	ROW(CMDLINE_IOMMU_OFF,
		N_("no parameter that switches the IOMMU off"),
		N_("remove iommu=off and intel_iommu=off from the kernel command line (igvm setup --adopt shows "
		   "how) and restart the host"),
		N_("Without an IOMMU no device can be assigned. Here it is not the firmware that has it off "
		   "but the kernel command line.")),
	ROW(CMDLINE_QUOTE,
		N_("double quotes in pairs on the kernel command line"),
		N_("close or remove the quote in the boot loader's configuration and restart the host"),
		N_("Within double quotes blanks do not separate. After a quote that is never closed all the "
		   "rest belongs to one value, and every parameter in it is lost (Linux lib/cmdline.c "
		   "next_arg()).")),
	ROW(CMDLINE_NO_EFFECT,
		N_("parameters that do something on this kernel"),
		N_("remove it, or leave it: it does no harm"),
		N_("Guides are older than kernels. What once was needed is ignored today or was never of "
		   "importance for a device that is passed; knowing that keeps the command line short and "
		   "the search for a fault honest.")),
	ROW(CMDLINE_ACS_OVERRIDE,
		N_("groups as the hardware has them"),
		N_("remove pcie_acs_override= from the kernel command line; the iGPU does not need it"),
		N_("This patched kernel shows devices in IOMMU groups of their own although they can reach "
		   "each other's memory. The iGPU is an endpoint of the root complex and has a group of its "
		   "own anyway.")),
	ROW(IDS_NOT_THIS_MACHINE,
		N_("the id of this machine's iGPU in every place that names one"),
		N_("write the id that igvm doctor shows for the iGPU, then rebuild the initramfs and restart"),
		N_("vfio-pci takes devices by vendor and device id. An id copied from a guide, or from another "
		   "machine, names a device that is not there: vfio-pci takes nothing and the host's driver "
		   "takes the iGPU. Looked at are the kernel command line, modprobe.d, and the copies of "
		   "modprobe.d in the initramfs.")),
	ROW(BOOT_DRIVER_BUILTIN,
		N_("the host's graphics driver as a module, or vfio-pci built in as well"),
		N_("bind at run time instead: igvm bind, or start the VM, which binds by itself"),
		N_("The kernel has the host's graphics driver built in and vfio-pci as a module. The built-in "
		   "driver takes the iGPU before any module is loaded; neither ids nor softdep nor blacklist "
		   "can change that. A change of driver at run time works.")),
	ROW(BOOT_BLACKLIST_NO_REACH,
		N_("the blacklist where the driver is loaded"),
		N_("rebuild the initramfs with modprobe.d in it (mkinitcpio: hook modconf), then restart"),
		N_("A blacklist in modprobe.d is read where modprobe runs. While the initramfs is in use that "
		   "is its own copy; when the copy lacks the line, the driver is loaded from the initramfs "
		   "all the same. A driver that is built in is beyond every blacklist of modprobe.d.")),
	ROW(BOOT_SOFTDEP_MISSING,
		N_("vfio-pci is loaded before the host's graphics driver"),
		N_("write 'softdep i915 pre: vfio-pci' (and for xe) to modprobe.d and rebuild the initramfs"),
		N_("ids= say what vfio-pci takes once it is loaded, not when it is loaded. udev loads the "
		   "graphics driver as soon as it sees the device; vfio-pci, which matches no device by "
		   "itself, comes too late unless something loads it first.")),
	ROW(BOOT_VIRQFD,
		N_("no mention of vfio_virqfd"),
		N_("remove vfio_virqfd where it is named; vfio has it inside"),
		N_("The module vfio_virqfd became part of vfio in Linux 6.2. A list that still names it gives "
		   "an error line at each build of the initramfs or each boot and nothing else.")),
	ROW(BOOT_LOCKDOWN,
		N_("nothing: assignment works under lockdown"),
		N_("none needed; to read ROM and OpRegion bind the iGPU to vfio-pci first"),
		N_("With lockdown, usual with Secure Boot, the kernel refuses /dev/mem, debugfs and writes to "
		   "configuration space even to root. VFIO is not affected; tools that extract the "
		   "firmware's tables another way are.")),
	ROW(INITRAMFS_NOT_FOUND,
		N_("the image this kernel boots with, where the distributions have it"),
		N_("none needed when the kernel boots without one; else look into the boot loader's entry"),
		N_("igvm looks for the initramfs of the running kernel by the boot loader's entries, "
		   "mkinitcpio's presets, and the names Debian, Ubuntu, Fedora, openSUSE and Arch use, and "
		   "found none. What is loaded early at the next boot is therefore not known.")),
	ROW(INITRAMFS_AMBIGUOUS,
		N_("one image for the running kernel"),
		N_("remove the image that is no longer used, or name one in the boot loader's entry"),
		N_("Several images fit this kernel and nothing says which one boots. igvm does not guess; "
		   "what is loaded early at the next boot is not known.")),
	ROW(INITRAMFS_UNREAD,
		N_("an image igvm may and can read"),
		N_("run igvm doctor as root; for another compression choose zstd, xz, gzip or lz4"),
		N_("The image exists and was not read to its end: no permission, a compression igvm has no "
		   "reader for, or larger than an initramfs can be. What it holds is not known.")),
	ROW(INITRAMFS_DAMAGED,
		N_("a whole image"),
		N_("rebuild it: update-initramfs -u, dracut --force, or mkinitcpio -P"),
		N_("The image ends too early or its bytes do not fit together. The kernel unpacks what it can "
		   "and often does not find its root then. Reasons are a full /boot or power lost while it "
		   "was written. Keep an older boot entry until it is rebuilt.")),
	ROW(INITRAMFS_STALE,
		N_("an image that holds the settings as they are now"),
		N_("rebuild it: update-initramfs -u, dracut --force, or mkinitcpio -P"),
		N_("Settings of modprobe.d are copied into the initramfs when it is built, and there they "
		   "count while the graphics driver is loaded. A change takes effect at a boot only after "
		   "the image is built anew.")),
	ROW(INITRAMFS_NO_VFIO,
		N_("vfio-pci in the image beside the host's graphics driver"),
		N_("put vfio-pci into the initramfs (modules list of its builder), 'softdep i915 pre: vfio-pci' (and for xe) into modprobe.d, and rebuild it"),
		N_("The image holds the host's graphics driver, which is loaded as soon as the device is "
		   "seen, and not vfio-pci, which is to take the device before. After the root file system "
		   "is there it is too late.")),
	/* --- the probe --------------------------------------------------------------------------- */
	ROW(PROBE_NO_DEVICE,
		N_("the iGPU at 00:02.0 in the guest"),
		N_("igvm showcmd NAME --why shows the device option; igvm logs NAME what QEMU said"),
		N_("The probe ran in the guest and found no Intel display function at 00:02.0.")),
	ROW(PROBE_NO_REPORT,
		N_("lines of the probe on debug port 0x402"),
		N_("igvm logs NAME shows how far the guest's firmware came"),
		N_("The firmware did not start the probe: the option ROM was not run, or the firmware hung "
		   "before that.")),
	ROW(PROBE_INCOMPLETE,
		N_("the probe's end line"),
		N_("igvm logs NAME shows the last thing the probe looked at"),
		N_("The probe began and did not end. What it did not look at is not known to be right; a "
		   "read that never returns stops it.")),
	ROW(PROBE_ASLS_ZERO,
		N_("the address of the guest's copy of the OpRegion in ASLS (0xfc)"),
		N_("use rom = auto with UEFI, and opregion = auto"),
		N_("Nobody in the guest put the OpRegion's address into ASLS: this is Code 43. Stock OVMF "
		   "does not do it; igvm's assignment ROM does, and SeaBIOS does for class 0300. It also "
		   "stays 0 when QEMU was not told to hand the OpRegion over.")),
	ROW(PROBE_OPREGION_BAD,
		N_("an OpRegion in the guest that begins with IntelGraphicsMem and has a size"),
		N_("report this with igvm probe --json"),
		N_("ASLS points at memory that holds no OpRegion: it was overwritten, or is the host's "
		   "address, which means nothing in the guest.")),
	ROW(PROBE_VBT_MISSING,
		N_("a video BIOS table in the guest's OpRegion"),
		N_("igvm doctor says whether the host's OpRegion has one"),
		N_("The guest has an OpRegion without a usable table of outputs: Windows reports Code 43.")),
	ROW(PROBE_VBT_DIFFERS,
		N_("the host's video BIOS table, byte for byte"),
		N_("report this with igvm probe --json"),
		N_("The table the guest sees is not the host's. QEMU copies it unchanged, so something "
		   "overwrote it, or the extended table (RVDA) was lost.")),
	ROW(PROBE_BDSM_ZERO,
		N_("an address in the base of stolen memory register"),
		N_("use rom = auto with UEFI; Gen 11 and later need it"),
		N_("Nobody in the guest reserved stolen memory. Drivers that use it write to address 0.")),
	ROW(PROBE_BDSM_NOT_RESERVED,
		N_("stolen memory that the guest's memory map reserves"),
		N_("report this with igvm probe --json"),
		N_("The guest's operating system would use the same memory as the iGPU: corrupt pictures, "
		   "then corrupt data. Where the base equals the host's, QEMU did not virtualise it.")),
	ROW(STOLEN_BASE_DIFFERS,
		N_("stolen memory at the host's own base, where that is free in the guest"),
		N_("give the guest less memory below 4 GiB or another machine type when its driver fails"),
		N_("Some registers behind BAR 0 show the guest the host's stolen memory address (GSMBASE, "
		   "STOLEN_RESERVED). On Alder Lake-P and Raptor Lake-P one project needed both addresses "
		   "to be equal; on the desktop parts drivers were seen to work without.")),
	ROW(PROBE_GMS_DIFFERS,
		N_("the size of stolen memory that was planned"),
		N_("remove gms from [igpu]"),
		N_("The guest reads another size of stolen memory than was planned; a size of 0 is Code 43.")),
	ROW(PROBE_LPC_DIFFERS,
		N_("the ids of the host's LPC bridge at 1f.0"),
		N_("use QEMU 10.0 or newer with machine = i440fx"),
		N_("Intel's GOP driver and VBIOS compare the LPC bridge with a list and do not start, or hang, "
		   "with another one.")),
	ROW(PROBE_BAR_DEAD,
		N_("registers that answer in the iGPU's BAR 0"),
		N_("restart the host; igvm doctor says whether the device can be reset"),
		N_("Every read from the iGPU's registers returns all ones: the device is not reachable, "
		   "asleep, or hung since its last user.")),
	ROW(PROBE_STOLEN_UNBACKED,
		N_("real memory of the guest behind all of its stolen memory"),
		N_("rom = auto, so that igvm's assignment driver reserves it; if it does, report this with igvm "
		   "probe --json"),
		N_("The driver keeps page tables and framebuffers in stolen memory. The base that the guest reads "
		   "leads to addresses where nothing is stored: the first picture is garbage, or the driver "
		   "gives up with Code 43.")),
	ROW(PROBE_NO_DMA,
		N_("a device that reaches the guest's memory"),
		N_("igvm doctor shows the IOMMU's faults; report this with igvm probe --json"),
		N_("A device that offers it is asked to copy some bytes of the guest's memory through the "
		   "IOMMU. Only a simulated iGPU offers that: a real one copies with its engines, which a driver "
		   "alone can run.")),
	ROW(PROBE_NO_INTERRUPT,
		N_("an interrupt of the iGPU that can be switched on"),
		N_("igvm logs NAME shows what QEMU says of it; restart the host when the device hangs"),
		N_("The driver waits for the iGPU's interrupts. Without one each of its commands runs into a "
		   "timeout: it resets the device again and again, and gives up.")),
	ROW(PROBE_ROM_MISSING,
		N_("the planned option ROM on the device"),
		N_("igvm showcmd NAME shows romfile="),
		N_("The guest's iGPU has no option ROM, or not the planned one.")),
	ROW(PROBE_ROM_DIFFERS,
		N_("the planned option ROM, byte for byte"),
		N_("report this with igvm probe --json"),
		N_("The ROM the guest read is not the planned one.")),
	ROW(PROBE_ASSIGN_SILENT,
		N_("a report of the assignment driver"),
		N_("igvm logs NAME shows what the driver and the firmware wrote"),
		N_("The option ROM's IGD assignment driver was not started, or refused the device.")),
	ROW(PROBE_NO_PICTURE,
		N_("the firmware's picture on the iGPU, in its own memory"),
		N_("put the GOP driver of your own firmware into the ROM, behind igvm's assignment and GOP "
		   "policy drivers; igvm logs NAME shows what each of them said"),
		N_("With display = monitor-early the picture before the operating system's driver comes from the "
		   "GOP driver in the ROM, which starts only with a video BIOS table from a GOP policy driver. "
		   "Without it the monitor stays dark until the guest's driver loads.")),
	ROW(PROBE_LEGACY_NOT_APPLIED,
		N_("IGD legacy mode enabled"),
		N_("igvm logs NAME shows QEMU's reason in the line before"),
		N_("QEMU gave legacy mode up and went on without it: no VBIOS, and on some versions neither "
		   "OpRegion nor stolen memory.")),
	ROW(PROBE_OPREGION_NOT_APPLIED,
		N_("QEMU's trace event vfio_pci_igd_opregion_enabled"),
		N_("igvm doctor says whether the host has an OpRegion"),
		N_("QEMU did not hand the OpRegion to the guest. QEMU 10.0 does not for devices it does not "
		   "know; 10.1 and newer do not when the kernel offers none. Neither says so.")),
	/* --- the network --------------------------------------------------------------- */
	ROW(NET_PORT_TAKEN,
		N_("a port of this host that nobody else listens on, and no other VM's file claims"),
		N_("set rdp-port in the VM file to another port, or to auto"),
		N_("Remote Desktop of the guest is reached through a port of this host. QEMU ends at once "
		   "when somebody listens there, and of two VMs with one port only the first would start. "
		   "rdp-port = auto takes a port from 33890 on that is free, and as long as it is, always "
		   "the same.")),
	ROW(NET_NO_PORT,
		N_("a free port between 33890 and 34889"),
		N_("set rdp-port in the VM file to a port that is free"),
		N_("rdp-port = auto looks for a free port among a thousand. All of them are listened on or "
		   "claimed by other VMs.")),
	ROW(NET_NO_BRIDGE,
		N_("a bridge of that name in /sys/class/net"),
		N_("ip link add NAME type bridge, or name another bridge in the VM file"),
		N_("With type = bridge igvm makes a tap device in a bridge of this host, which makes the guest "
		   "a machine of the host's own network. The bridge is the administrator's: igvm makes "
		   "none, since the host's address would have to move there.")),
	ROW(NET_NO_TAP,
		N_("a tap device of that name in /sys/class/net"),
		N_("ip tuntap add NAME mode tap, or name another device in the VM file"),
		N_("With type = tap the guest's card is a tap device that is there already; igvm opens it and "
		   "changes nothing about it.")),
	ROW(NET_NO_PASST,
		N_("the program passt"),
		N_("install passt, or set type = user"),
		N_("passt gives the guest the host's own connections without any privilege, faster than QEMU "
		   "does it. type = user takes passt where it is installed and the host has a route, else "
		   "QEMU's own, which is called slirp.")),
	ROW(NET_NO_FORWARD,
		N_("a network of type user, passt or slirp"),
		N_("add [net NAME] with type = user, or set rdp = off"),
		N_("Ports are forwarded by what stands between the guest and the host's connections. A guest "
		   "in a bridge or on a tap device has an address of its own there: its Remote Desktop is "
		   "reached at that address, and igvm forwards nothing.")),
	ROW(NET_RDP_LAN,
		N_("rdp = local, and ssh -L for those who come from elsewhere"),
		N_("set rdp = local, unless the network around this host may try passwords"),
		N_("With rdp = lan everybody who reaches this host reaches the guest's Remote Desktop, and "
		   "may try passwords there.")),
	/* --- what the guest is used with ------------------------------------------------- */
	ROW(INPUT_NONE,
		N_("a keyboard for a guest whose picture is on the monitor alone"),
		N_("igvm usb list shows what is plugged in, igvm usb attach NAME PORT passes it; or write "
		   "[input NAME] into the VM file, or input = none"),
		N_("Without an emulated display there is nothing a viewer could type into: keyboard and mouse have "
		   "to come from the host, as USB devices ([usb NAME]) or shared with the host by both Ctrl "
		   "keys ([input NAME]). A guest that is used over the network alone needs none: input = none "
		   "says so.")),
	ROW(INPUT_ABSENT,
		N_("the event device that [input NAME] names"),
		N_("plug it in, or write the path that ls /dev/input/by-id shows"),
		N_("The keyboard or mouse is not plugged in, or has another name. The VM starts without it, and "
		   "gets it when it comes (a VM of the system; an ordinary user's at its next start).")),
	ROW(INPUT_NOT_EVDEV,
		N_("an event device, /dev/input/eventN or a link to one"),
		N_("write a path that ends in -event-kbd or -event-mouse; ls /dev/input/by-id shows them"),
		N_("QEMU reads keyboards and mice as event devices. Beside each mouse the kernel has an older kind "
		   "of device (mouse0, mice), and one for each joystick (js0), from which they cannot be "
		   "read.")),
	ROW(USB_ABSENT,
		N_("the USB device that [usb NAME] names"),
		N_("plug it in; igvm usb list shows what is where"),
		N_("Nothing is plugged in there, or the device is at another port. The VM starts without it, and "
		   "the guest gets it as soon as it is plugged in.")),
	ROW(USB_AMBIGUOUS,
		N_("one device that fits"),
		N_("name it by port = instead of id =; igvm usb list shows the ports"),
		N_("Several devices have the same vendor and product. Which of them the guest would get would "
		   "be an accident.")),
	ROW(USB_HUB,
		N_("a device, not a hub"),
		N_("name the port of what is plugged into the hub, such as 1-4.2 instead of 1-4"),
		N_("QEMU passes devices. A hub stays with the host's kernel, which finds what is behind it.")),
	ROW(USB_IN_USE,
		N_("a device that no running VM has"),
		N_("stop the other VM, or take the device from it: igvm usb detach NAME PORT"),
		N_("A USB device, and a keyboard that is shared, belong to one guest at a time. Another VM runs "
		   "and its file names the same one.")),
	ROW(USB_TWO_FILES,
		N_("each device in one VM's file"),
		N_("nothing, when the two never run at the same time"),
		N_("Whichever VM is started first gets the device; the other one does not start until then.")),
	ROW(USB_ONLY_KEYBOARD,
		N_("a keyboard that stays with the host, or another way into it"),
		N_("share the keyboard by [input NAME] (both Ctrl keys give it back), plug in a second one, or "
		   "let sshd start at boot"),
		N_("A USB device belongs to the guest for as long as the VM runs. When it is the host's only "
		   "keyboard and nobody can log in over the network or a serial line, a guest that hangs can "
		   "be ended by the power button alone. Shared by [input NAME] the same keyboard is the "
		   "guest's until both Ctrl keys are pressed.")),
	ROW(QEMU_NO_USB,
		N_("the device usb-host"),
		N_("install the rest of QEMU (Debian: qemu-system-common), or take [usb NAME] out of the VM file"),
		N_("This QEMU was built without USB passthrough, or the module for it is not installed.")),
	ROW(AUDIO_NO_DRIVER,
		N_("the audio driver the VM file asks for"),
		N_("install it (Debian: qemu-system-common for alsa, qemu-system-gui for pipewire), or set audio to "
		   "another"),
		N_("QEMU's audio drivers are modules of their own. QEMU would end at once with one that is not "
		   "there. pipewire needs QEMU 8.1 or newer.")),
	ROW(AUDIO_SILENT,
		N_("a sound card, and a QEMU that can use it"),
		N_("set audio = usb, audio = pipewire:USER, or audio = none"),
		N_("A guest whose picture is on the monitor alone gets its sound through the host's sound card by "
		   "default. Here it cannot, and starts without sound.")),
	ROW(AUDIO_NO_USB,
		N_("a USB sound card in [usb NAME]"),
		N_("igvm usb list shows which device is one, igvm usb attach NAME PORT passes it"),
		N_("With audio = usb the guest's sound card is a USB device of the host's, and nothing is "
		   "emulated.")),
	/* --- the life of the display ------------------------------------------------------ */
	ROW(DISPLAY_UNVERIFIED,
		N_("a guest whose driver was seen to work, or whose Remote Desktop answers"),
		N_("start the VM, let igvm verify look at the guest's driver, and set the display then"),
		N_("display = monitor takes the emulated display away: from then on there is a picture only "
		   "when the guest's driver for the iGPU loads. igvm takes it away once the driver was seen "
		   "to work (the record verify.json in the VM's data directory), or while the guest's "
		   "Remote Desktop answers, by which a black screen could be mended. igvm start --rescue "
		   "brings the emulated display back for one run.")),
	ROW(DISPLAY_OTHER_MACHINE,
		N_("the machine that the guest was installed on"),
		N_("choose monitor-early when the VM is created"),
		N_("monitor-early is another machine: i440fx instead of q35, and without Secure Boot. A guest "
		   "that was installed on the other sees most of its hardware change; Windows may not start, "
		   "and BitLocker asks for its recovery key.")),
	ROW(GUEST_BITLOCKER,
		N_("BitLocker off or suspended while machine, firmware or ROM change"),
		N_("save the recovery key, then suspend it in the guest: Suspend-BitLocker -MountPoint C: -RebootCount 0"),
		N_("BitLocker has its key sealed by the TPM to what was measured at the start: the machine's tables, "
		   "the firmware, the ROM of the iGPU. When one of them changes, Windows asks for the recovery "
		   "key of 48 digits, and without it the disk cannot be read. manage-bde -protectors -get C: shows "
		   "the key; keep it outside of this VM. Suspended protection is turned on again by "
		   "Resume-BitLocker -MountPoint C: after the upgrade.")),
	ROW(GUEST_BITLOCKER_UNKNOWN,
		N_("a guest that tells whether BitLocker protects its disk"),
		N_("start the VM with its guest agent running and upgrade again; or look yourself and give --bitlocker-off"),
		N_("A change of machine, firmware or ROM makes a protected Windows ask for its recovery key, so the guest "
		   "is asked first, through its agent, and the disk cannot be asked from outside. A VM that is off, "
		   "or that has no agent, cannot tell. In the guest, manage-bde -status shows it; what is "
		   "protected is suspended by Suspend-BitLocker -MountPoint C: -RebootCount 0.")),
	ROW(PROBE_QEMU_MESSAGE,
		N_("no warning of QEMU about the iGPU"),
		N_("igvm logs NAME shows the whole text"),
		N_("QEMU wrote a message whose cause is known, and went on.")),
	/* --- a command line that somebody else wrote ----------------------------------------- */
	ROW(LINE_NO_IGPU,
		N_("host=0000:00:02.0 in a -device vfio-pci"),
		N_("give the iGPU's address in host=, or lint another line"),
		N_("The line passes no function 00:02.0 of the host, which is where an Intel iGPU always"
		   " is. Cards of other makers need nothing of what is judged here.")),
	ROW(LINE_SLOT,
		N_("the iGPU at 02.0 of the root bus: bus=pcie.0,addr=02.0 on q35, bus=pci.0,addr=02.0 "
		   "on i440fx"),
		N_("write bus= and addr= as above; move what has 02.0 now"),
		N_("Intel's VBIOS and GOP driver look for the iGPU at 00:02.0 and nowhere else, and an "
		   "assignment driver writes the base of stolen memory only there. Windows' driver was "
		   "reported to need it, too. Behind a root port the iGPU is on another bus. libvirt and"
		   " Proxmox VE put devices there unless told otherwise.")),
	ROW(LINE_SLOT_TAKEN,
		N_("02.0 free for the iGPU: -nodefaults, and nothing else with addr=02"),
		N_("give -nodefaults and -vga none, or move the other device"),
		N_("QEMU places its default devices first: the default display at 02.0 on i440fx, a "
		   "default network card at 02.0 on q35. It then ends with \"slot 2 function 0 not "
		   "available\", or the iGPU is moved elsewhere.")),
	ROW(LINE_LEGACY_AUTO,
		N_("x-igd-legacy-mode=off, or =on for Gen 6 to 9 with SeaBIOS"),
		N_("add x-igd-legacy-mode=off and say x-igd-opregion=on by name"),
		N_("From QEMU 10.0 on legacy mode can be chosen. Left at auto, QEMU tries it on i440fx "
		   "at 02.0, and when a condition does not hold goes on with neither OpRegion nor stolen"
		   " memory set up. QEMU 10.0 enters it for Gen 11 and 12, too, and sets the wrong "
		   "registers up. Up to 9.2 there is no such property.")),
	ROW(LINE_LPC_Q35,
		N_("no x-igd-lpc on q35"),
		N_("remove x-igd-lpc=on, or use machine pc"),
		N_("x-igd-lpc=on puts a bridge with the ids of the host's at 1f.0. On q35 that place is "
		   "taken by the chipset, and QEMU ends.")),
	ROW(LINE_LPC_MISSING,
		N_("x-igd-lpc=on on i440fx (QEMU 10.0 or newer)"),
		N_("add x-igd-lpc=on"),
		N_("Intel's GOP driver looks at the ids of the LPC bridge at 1f.0 and leaves silently "
		   "when it does not know them: no picture before the operating system's driver. On "
		   "i440fx QEMU can show the host's ids.")),
	ROW(LINE_OPREGION_UNSAID,
		N_("x-igd-opregion=on"),
		N_("add x-igd-opregion=on"),
		N_("Up to QEMU 10.0 the OpRegion is handed over only when asked for; from 10.1 on it is "
		   "the default. Without it the guest's driver does not know the board's outputs: "
		   "Windows reports Code 43. Written out, the line means the same everywhere.")),
	ROW(LINE_X_VGA,
		N_("no x-vga=on with UEFI, or beside another display"),
		N_("remove x-vga=on"),
		N_("x-vga maps the host's VGA ports and memory to the guest, which a VBIOS needs and "
		   "nothing else. QEMU does not start where the kernel offers no VGA region, and two "
		   "displays would answer the same cycles. Guides for NVIDIA cards carry it along.")),
	ROW(LINE_ROMBAR_OFF,
		N_("no rombar=0 with a romfile"),
		N_("remove rombar=0"),
		N_("With rombar=0 QEMU hands the file over as a VGA ROM through fw_cfg, which SeaBIOS "
		   "alone looks at. OVMF then finds no option ROM, and nobody sets OpRegion and stolen "
		   "memory up.")),
	ROW(LINE_DISPLAY_ON,
		N_("no display= and no ramfb on the iGPU"),
		N_("remove display=on and ramfb=on"),
		N_("These are for virtual devices of GVT-g (mdev). For a whole iGPU QEMU ends with "
		   "\"device doesn't support any (known) display method\".")),
	ROW(LINE_HIDDEN,
		N_("a guest that may see its hypervisor"),
		N_("remove kvm=off, hypervisor=off and -hypervisor (Proxmox VE: hidden=1, x-vga=1)"),
		N_("Hiding KVM was a remedy for NVIDIA's old drivers. Intel's driver then behaves as on "
		   "bare metal, reaches for what only the host has, and was reported to end in Code 43. "
		   "The reports are about virtual functions of SR-IOV; nothing speaks for hiding it from"
		   " a whole iGPU's driver.")),
	ROW(LINE_HV_VENDOR,
		N_("no hv_vendor_id"),
		N_("remove hv_vendor_id; keep the other hv_ flags"),
		N_("A false vendor is another remedy for NVIDIA's old drivers. Intel's does not look for"
		   " it, and some guests' behaviour changes. Try without first.")),
	ROW(LINE_NESTED,
		N_("vmx=off for a Windows guest"),
		N_("add vmx=off to -cpu, or switch VBS off in the guest"),
		N_("With nested virtualization Windows 11 turns on virtualization-based security, under "
		   "which it becomes a guest of Hyper-V inside the guest, and Intel's driver was "
		   "reported to fail with Code 43.")),
	ROW(LINE_PHYS_BITS,
		N_("host-phys-bits-limit=N with the IOMMU's width"),
		N_("add host-phys-bits-limit=39, or what igvm doctor --json says as address_bits"),
		N_("OVMF places large BARs as high as the processor can address. Where the IOMMU is "
		   "narrower, 39 bits on most client parts, the mapping fails with -22 and the guest's "
		   "driver is slow or dead (QEMU docs/igd-assign.txt).")),
	ROW(LINE_BALLOON,
		N_("no virtio-balloon"),
		N_("remove the balloon (libvirt: memballoon model none; Proxmox VE: balloon: 0)"),
		N_("All memory of a guest with a device is locked, so a balloon gives nothing back to "
		   "the host (QEMU hw/vfio/container.c).")),
	ROW(LINE_SLEEP,
		N_("S3 and S4 off: disable_s3=1, disable_s4=1 of ICH9-LPC or PIIX4_PM"),
		N_("add -global ICH9-LPC.disable_s3=1 -global ICH9-LPC.disable_s4=1 (i440fx: PIIX4_PM)"),
		N_("A guest that goes to sleep loses the state of a passed-through iGPU and does not get"
		   " it back when it wakes.")),
	ROW(LINE_SMM,
		N_("smm=on for a firmware with Secure Boot"),
		N_("remove smm=off, or take the firmware build without Secure Boot"),
		N_("OVMF with Secure Boot keeps its variables behind System Management Mode. Without it "
		   "the firmware stops before it shows anything.")),
	ROW(LINE_SECURE_FLASH,
		N_("-global driver=cfi.pflash01,property=secure,value=on with Secure Boot"),
		N_("add it"),
		N_("Without it the guest's system can write the firmware's variables, keys of Secure "
		   "Boot among them.")),
	ROW(LINE_MACHINE,
		N_("a machine pc (i440fx) or q35"),
		N_("use -machine q35 or pc"),
		N_("QEMU sets an iGPU up on the PC machines alone: the others have no root bus with a "
		   "slot 02.0, or no firmware that runs option ROMs.")),
	ROW(LINE_OTHER_DEVICE,
		N_("nothing: this is good to know"),
		N_("nothing to do"),
		N_("Another device of the host is passed beside the iGPU. It was not judged.")),
	ROW(LINE_BROKEN,
		N_("the newline directly behind a backslash"),
		N_("remove the blanks at the end of that line"),
		N_("A backslash continues a line only when nothing follows it. Here blanks follow, which"
		   " nobody sees: the shell ends the command there, and takes the rest for another. It "
		   "was read as if it went on.")),
	ROW(LINE_UNSET,
		N_("every variable set in the text"),
		N_("add the assignments, or lint the running VM: igvm lint --pid N"),
		N_("The text uses a variable, or the output of a command, that it does not set. What "
		   "stands there is not known, so it was not judged.")),
	ROW(LINE_SEVERAL,
		N_("one call of QEMU"),
		N_("lint the running VM instead: igvm lint --pid N"),
		N_("The text calls QEMU more than once. Judged was the first of those that pass a "
		   "device, else the longest.")),
	ROW(LINE_FIRMWARE_UNKNOWN,
		N_("a firmware whose name tells what it is"),
		N_("give the firmware by its usual name: OVMF_CODE.fd, or leave -bios out for SeaBIOS"),
		N_("What has to be set up by whom depends on the guest's firmware, and the name of this "
		   "one says neither OVMF nor SeaBIOS. It was judged as UEFI.")),
	ROW(LINE_DEVICE_UNKNOWN,
		N_("the iGPU's device id"),
		N_("igvm lint --device ID (lspci -nn shows it: 8086:4680), or --host with the output of "
		   "igvm --json doctor"),
		N_("What is right depends on the generation, which the line does not say. Only rules "
		   "that hold for every generation were judged: whether legacy mode is possible, whether"
		   " x-igd-gms is in range, whether QEMU is new enough, are not known.")),
	ROW(LINE_QEMU_UNKNOWN,
		N_("QEMU's version"),
		N_("igvm lint --qemu VERSION, or --host with the output of igvm --json doctor"),
		N_("QEMU treats an iGPU by its own version, not by that of the machine type, and the "
		   "line does not say it. What depends on it was judged as for QEMU 10.2 and newer.")),
	/* --- verify ------------------------------------------------------------------ */
	ROW(VERIFY_DEVICE_DEAD,
		N_("an iGPU that answers"),
		N_("stop the VM and restart the host; the kernel's log has what came before"),
		N_("A PCI function that reads as all ones is off the bus: it lost its power or "
		   "its link, or it hangs. No guest can bring it back, and a reset by the kernel "
		   "rarely does.")),
	ROW(VERIFY_NOT_RUNNING,
		N_("a VM whose processors run"),
		N_("igvm status NAME says what stopped it; look at the disk it waits for, or "
		   "stop it and start it anew"),
		N_("QEMU has stopped the processors of the guest: no driver runs in it. io-error "
		   "is a disk that is full or gone, internal-error a fault of KVM or QEMU, "
		   "paused somebody with a monitor.")),
	ROW(VERIFY_NO_DEVICE,
		N_("the iGPU in the VM that runs"),
		N_("stop the VM and start it again: igpu.device in its file was changed, or the "
		   "device was unplugged"),
		N_("The VM runs without the iGPU, so there is nothing a driver could drive. igvm "
		   "passes it when a VM starts, and never to one that runs.")),
	ROW(VERIFY_BAR_HELD,
		N_("nobody but vfio-pci in the iGPU's BARs on the host"),
		N_("igvm explain fb.holds-bar says how to keep the host's framebuffer off it; then restart the host"),
		N_("Something of the host has requested memory of the iGPU that the guest drives. QEMU cannot map "
		   "that BAR and traps each access, which is slow, or both write to it: picture and host disturb "
		   "each other.")),
	ROW(VERIFY_BAR_UNMAPPED,
		N_("registers of the iGPU that the guest has mapped"),
		N_("restart the guest and verify again; igvm probe NAME says whether its "
		   "firmware maps them"),
		N_("A driver reaches the iGPU through BAR 0, and QEMU says that the guest has "
		   "not given it an address. What the guest claims of a driver that runs can "
		   "therefore not be true.")),
	ROW(GUEST_NO_AGENT,
		N_("a guest agent that answers"),
		N_("install the guest agent in the guest (Windows: guest-agent on the virtio-win "
		   "disc, Linux: qemu-guest-agent) and verify again"),
		N_("What the driver does is known inside the guest alone, and igvm asks there "
		   "through the guest agent. A guest that still starts has none yet: --wait "
		   "waits for it.")),
	ROW(GUEST_AGENT_OLD,
		N_("a guest agent with guest-exec"),
		N_("update the guest agent; on Red Hat and its kin take guest-exec off the list "
		   "in /etc/sysconfig/qemu-ga"),
		N_("igvm runs a script of its own through the command guest-exec of the agent. "
		   "It is there since QEMU 2.5, and some distributions block it.")),
	ROW(GUEST_NO_SHELL,
		N_("powershell.exe, or /bin/sh, in the guest"),
		N_("put PowerShell back (Windows has it), or look into the guest by hand: its "
		   "device manager names the code"),
		N_("Without the interpreter of its script igvm can read neither the code of the "
		   "device nor the version of its driver, the monitors, VBS or Quick Sync.")),
	ROW(GUEST_SLOW,
		N_("an answer within the time that --timeout gives"),
		N_("verify again when the guest is idle, or give it longer with --timeout"),
		N_("The guest was reached, and its script was not through when the time was "
		   "over. A guest that starts, updates itself or swaps is that slow; a driver "
		   "that hangs makes it so, too.")),
	ROW(GUEST_ANSWER_BAD,
		N_("one JSON object from the script in the guest"),
		N_("verify again; if it stays so, update the guest agent"),
		N_("The guest is not trusted: an answer that is cut off, too long or to another "
		   "question is not looked at. Nothing of the driver is known then.")),
	ROW(GUEST_RESTARTED,
		N_("a guest that stays up while it is asked"),
		N_("verify again with --wait once the guest is up"),
		N_("The guest was reset, or its agent started anew, while it was being asked. A "
		   "guest that does this by itself is in trouble with more than its driver, or "
		   "installs updates.")),
	ROW(GUEST_GONE,
		N_("a VM that stays up while it is asked"),
		N_("start the VM and verify again"),
		N_("The VM ended, or is being stopped, which needs the agent for itself. Nothing "
		   "more can be asked.")),
	ROW(GUEST_UNREAD,
		N_("every question answered"),
		N_("igvm verify --json NAME has all of them"),
		N_("Some of what the script asks could not be read in the guest; what it would "
		   "have told is unknown, and unknown is never taken for good.")),
	ROW(GUEST_NO_IGPU,
		N_("the iGPU among the guest's devices"),
		N_("igvm probe NAME says what the firmware of the guest finds at 00:02.0"),
		N_("The operating system of the guest sees no Intel display device, although "
		   "QEMU has one. Windows hides a device that it has found no longer, Linux one "
		   "that was removed.")),
	ROW(GUEST_NO_DRIVER,
		N_("Intel's driver for this iGPU"),
		N_("install Intel's driver in the guest: templates/intel-drivers names the "
		   "package"),
		N_("Code 28 (or 1): Windows has no driver for the device. Until then there is "
		   "neither a picture on the port nor acceleration.")),
	ROW(GUEST_BASIC_DRIVER,
		N_("Intel's driver for this iGPU"),
		N_("install Intel's driver in the guest, or let Windows Update do it: "
		   "templates/intel-drivers names the package"),
		N_("Microsoft's basic display driver runs on the iGPU: a frame buffer and "
		   "nothing else. It is no fault of the passing, Intel's driver is just not "
		   "installed or was taken out.")),
	ROW(GUEST_DISABLED,
		N_("the device enabled in the guest"),
		N_("enable it in the guest's device manager (pnputil /enable-device)"),
		N_("Code 22 (or 29): somebody switched the device off in the device manager. "
		   "Guides tell people to, against other faults.")),
	ROW(GUEST_RESTART,
		N_("a guest restarted after its driver changed"),
		N_("restart the guest and verify again"),
		N_("Code 14 (or 21, 38, 54): Windows still holds the old driver, or the device "
		   "is being taken out, until its next restart.")),
	ROW(GUEST_DRIVER_REFUSED,
		N_("a driver that Windows lets start"),
		N_("install Intel's package unchanged; a changed one needs its signature, which "
		   "Secure Boot insists on"),
		N_("Code 52 (or 48): Windows refuses the driver itself, because its signature is "
		   "not valid or because it is on a list of blocked drivers. The iGPU was not "
		   "asked.")),
	ROW(GUEST_NO_RESOURCES,
		N_("room for all of the iGPU's BARs"),
		N_("remove other passed devices, and report it with igvm logs -s firmware NAME"),
		N_("Code 12 (or 15, 16, 33 to 36): Windows found no room for the memory or the "
		   "interrupts of the device. BAR 2 of an iGPU wants 256 MiB, which every "
		   "firmware of a guest has.")),
	ROW(GUEST_VANISHED,
		N_("a device that stays plugged in"),
		N_("restart the VM; if it happens again, igvm doctor looks at the host"),
		N_("Code 45 (or 24, 46, 47, 51): the device was there and does not answer "
		   "Windows any more.")),
	ROW(GUEST_DRIVER_DAMAGED,
		N_("a driver whose files and registry entries are whole"),
		N_("remove the driver in the guest (with its files), restart, install Intel's "
		   "package anew"),
		N_("Code 39 (or 3, 18, 19, 32, 37, 40, 41, 49, 50, 53): the driver or its "
		   "entries in the registry are damaged, before any of it touched the iGPU.")),
	ROW(GUEST_HIDDEN,
		N_("a guest that sees its hypervisor"),
		N_("start the VM by igvm, whose words hide nothing of the hypervisor"),
		N_("A hidden hypervisor makes Intel's driver behave as on bare metal, where it "
		   "uses what no guest has, and it ends in Code 43. It helped NVIDIA's drivers "
		   "of old and is found in many guides.")),
	ROW(GUEST_NO_OPREGION,
		N_("opregion = auto"),
		N_("remove opregion = off from the VM file and start the VM again"),
		N_("Without the OpRegion Windows' driver has no table of outputs and mostly "
		   "gives up with Code 43.")),
	ROW(GUEST_NO_ROM,
		N_("the assignment ROM on the iGPU"),
		N_("set rom = auto in the VM file and start the VM again"),
		N_("UEFI in a guest sets up neither OpRegion nor stolen memory of an iGPU by "
		   "itself: a driver in the option ROM does. Without it the guest's driver finds "
		   "nothing.")),
	ROW(GUEST_GMS_ZERO,
		N_("stolen memory with a size"),
		N_("remove gms = 0 from the VM file and start the VM again"),
		N_("The guest reads a stolen memory of size 0, for which Windows' driver gives "
		   "up.")),
	ROW(GUEST_DMA_FAULTS,
		N_("no access of the iGPU that the IOMMU has to stop"),
		N_("igvm probe NAME: stolen.base-differs or probe.bdsm-zero name what the guest "
		   "was given"),
		N_("The iGPU reads memory that is not the guest's: its driver uses the host's "
		   "address of stolen memory, from registers that QEMU does not virtualise. The "
		   "driver then sees ones instead of its tables and gives up.")),
	ROW(GUEST_VBS,
		N_("virtualization-based security off in the guest"),
		N_("switch Memory Integrity and Credential Guard off in the guest, restart it; "
		   "nested = off in the VM file keeps it off"),
		N_("Under virtualization-based security Windows itself runs under a hypervisor "
		   "of its own, and Intel's driver then fails with Code 43.")),
	ROW(GUEST_HYPERV,
		N_("no hypervisor in the guest"),
		N_("switch off Hyper-V, WSL 2 and Windows Sandbox in the guest and restart it; "
		   "nested = off in the VM file keeps it off"),
		N_("Hyper-V, WSL 2 or Windows Sandbox put a hypervisor below Windows, and "
		   "Intel's driver then fails with Code 43.")),
	ROW(GUEST_DRIVER_BAD,
		N_("a driver version nobody complains about"),
		N_("install another version of Intel's driver in the guest; templates/intel-"
		   "driver-versions names those reported good"),
		N_("People report of this version that it fails in guests. It is named because "
		   "nothing more certain is seen.")),
	ROW(GUEST_DRIVER_REPORTED,
		N_("a driver version nobody complains about"),
		N_("nothing to do while it runs; keep in mind that it was this one if it stops"),
		N_("People report of this version that it fails in guests. Here it runs.")),
	ROW(GUEST_GENERATION,
		N_("a generation that QEMU sets up"),
		N_("none known: report what you see"),
		N_("From Meteor Lake on no QEMU is known to give a guest its stolen memory, and "
		   "Windows' driver mostly ends in Code 43.")),
	ROW(GUEST_CODE_43,
		N_("a driver that runs"),
		N_("igvm stop NAME, then igvm probe NAME: it reads what the driver finds"),
		N_("Code 43: the driver was started, looked at the iGPU and gave up; it does not "
		   "say why. Nothing that is known to make it do so is seen from here.")),
	ROW(GUEST_CODE_31,
		N_("a driver that loads"),
		N_("restart the guest; then install Intel's package for this generation anew"),
		N_("Code 31: Windows cannot load what the device needs: a package for another "
		   "generation, or one whose service does not start.")),
	ROW(GUEST_CODE_10,
		N_("a driver that starts"),
		N_("restart the VM (not only the guest); then igvm probe NAME"),
		N_("Code 10: the driver could not start the device. An iGPU that was not reset "
		   "since its last guest is one reason.")),
	ROW(GUEST_CODE_OTHER,
		N_("a driver that runs"),
		N_("igvm stop NAME, then igvm probe NAME: it reads what the driver finds"),
		N_("The driver does not run, and neither what the guest says nor what is seen "
		   "from outside is known to be a cause.")),
	ROW(GUEST_MODESET_OFF,
		N_("a kernel command line that lets the driver in"),
		N_("remove the word from the guest's kernel command line and restart it"),
		N_("With nomodeset i915 and xe do not start at all. It is a remedy against a "
		   "black screen that installers leave behind.")),
	ROW(GUEST_KERNEL_OLD,
		N_("a guest's kernel that knows this iGPU"),
		N_("install a newer kernel in the guest, or give it i915.force_probe with the "
		   "device id"),
		N_("The driver of the guest's kernel knows the device id only as not ready, and "
		   "leaves it alone.")),
	ROW(GUEST_MMIO_DEAD,
		N_("registers that answer"),
		N_("stop the VM; if igvm doctor finds the iGPU, start it again, else restart the "
		   "host"),
		N_("The driver reads ones from every register: the iGPU is off the bus, or its "
		   "memory is switched off.")),
	ROW(GUEST_WEDGED,
		N_("a GPU that works"),
		N_("igvm logs NAME and the guest's dmesg say what it did last; restart the VM"),
		N_("The driver found that the GPU does not do what it is told, could not reset "
		   "it, and uses it for pictures only.")),
	ROW(GUEST_PROBE_FAILED,
		N_("a driver that starts"),
		N_("the guest's dmesg says why; igvm probe NAME reads what the driver finds"),
		N_("The driver of the guest looked at the iGPU, failed, and let go of it.")),
	ROW(GUEST_NOT_BOUND,
		N_("i915 or xe on the iGPU"),
		N_("load i915 in the guest (modprobe i915) and look at its dmesg"),
		N_("Nobody drives the iGPU in the guest: the module is not installed, on a "
		   "blacklist, or another driver was told to take it.")),
	ROW(GUEST_NO_NODES,
		N_("/dev/dri/card* and renderD* in the guest"),
		N_("look at the guest's dmesg; restart the guest"),
		N_("The driver has the iGPU, and there are no device nodes of it, so no program "
		   "can use it.")),
	ROW(GUEST_REMOTE,
		N_("somebody at the console, to judge the monitors"),
		N_("log on at the monitor and verify again, if there should be a picture"),
		N_("A remote session takes the desktop off the monitors: whether they work "
		   "cannot be seen while it lasts.")),
	ROW(GUEST_NO_MEDIA,
		N_("Quick Sync in the guest"),
		N_("install Intel's whole package in the guest (Windows), or intel-media-va-"
		   "driver (Linux)"),
		N_("Encoding and decoding of video has a runtime of its own beside the graphics "
		   "driver: Windows' media transforms, or a VA-API driver. Without it programs "
		   "fall back on the processor.")),
	ROW(GUEST_ENCODE_FAILED,
		N_("an encode by VA-API that goes through"),
		N_("run the same in the guest by hand: ffmpeg -vaapi_device ... -c:v h264_vaapi"),
		N_("ffmpeg in the guest encoded a second of a test picture by VA-API, and "
		   "failed. The driver runs; its video engine, firmware or runtime does not.")),
	ROW(GUEST_NO_VBT,
		N_("the host's table of outputs in the guest"),
		N_("opregion = auto in the VM file; igvm doctor says whether the host has the "
		   "table"),
		N_("i915 found no table of outputs (VBT) and guesses them: a port may be "
		   "missing, or be one that the board does not have.")),
	ROW(GUEST_VBT_DIFFERS,
		N_("the host's table of outputs in the guest"),
		N_("remove a table that was put into the guest by hand (i915.vbt_firmware); igvm "
		   "probe NAME"),
		N_("The guest's driver works with another table of outputs (VBT) than the one "
		   "the host's firmware made for this board.")),
	ROW(GUEST_OUTPUTS_DIFFER,
		N_("the outputs of the host's table in the guest"),
		N_("igvm rom extract reads the host's table, igvm rom show prints it; igvm probe NAME says "
		   "what the guest gets of it"),
		N_("The guest's driver makes a connector of each output in the host's table "
		   "(VBT). One more or less means another table, or a port that is fused off.")),
	ROW(GUEST_STOLEN,
		N_("registers that show the guest its own stolen memory"),
		N_("none known for Linux, which goes on without the reserved part; for Windows see stolen.base-differs"),
		N_("i915 reads from a register behind BAR 0 where the reserved part of stolen memory is, and "
		   "QEMU does not virtualise it: what it reads is the host's address. Linux notices and goes "
		   "on; Windows' driver does not notice.")),
	ROW(GUEST_HANG,
		N_("a GPU that never hangs"),
		N_("look at the guest's dmesg for the program that did it; update the guest's "
		   "Mesa and kernel"),
		N_("A program hung the GPU and the driver reset it: it goes on. Many of them, or "
		   "the same again, are a fault of that program or its driver.")),
	ROW(GUEST_NO_FIRMWARE,
		N_("the GPU's own firmware files in the guest"),
		N_("install the firmware package in the guest (firmware-misc-nonfree, linux-"
		   "firmware) and restart it"),
		N_("The driver did not find firmware files of the GPU (DMC, GuC, HuC). Depending "
		   "on the generation it goes on without saving power, without HuC's encoding, "
		   "or not at all.")),
	/* setup: other ways into the host */
	ROW(WAY_IN_NONE,
		N_("sshd started at boot on an address that needs no login, a serial console, or a second GPU"),
		N_("systemctl enable --now ssh (sshd on Fedora and Arch), then igvm setup --dedicated --apply again"),
		N_("In dedicated mode the host boots without a picture. igvm counts as another way in: an ssh server that "
		   "is started at boot, listens now, and has an address from the system's own network manager (a "
		   "user's Wi-Fi comes up only after the login that nobody can see); console=ttyS on the kernel's "
		   "command line with a login on it; a second GPU with a driver of the host's. What cannot be seen "
		   "does not count. --no-way-in-ok goes on without one.")),
};

const struct finding_def *finding_def(enum finding_id id)
{
	return &finding_defs[id];
}
