/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The ids of all findings: FINDING(symbol, id, severity, area). Texts are in
 * finding_table.c. An id is never renamed, reused or given another meaning;
 * one that is no longer raised stays in the list. Rows may be added anywhere.
 *
 * Areas: firmware (the host's), kernel, device, qemu, rom, guest, files.
 */
#ifndef IGVM_DECIDE_FINDING_IDS_H
#define IGVM_DECIDE_FINDING_IDS_H

/* clang-format off */
#define FINDING_LIST								\
	/* the host */								\
	FINDING(CPU_NO_VIRT, "cpu.no-virt", SEVERITY_BLOCK, "firmware")		\
	FINDING(CPU_NOT_INTEL, "cpu.not-intel", SEVERITY_BLOCK, "device")	\
	FINDING(KVM_UNUSABLE, "kvm.unusable", SEVERITY_BLOCK, "kernel")		\
	FINDING(ACCEL_TCG_IGPU, "accel.tcg-igpu", SEVERITY_BLOCK, "files")	\
	FINDING(IOMMU_OFF, "iommu.off", SEVERITY_BLOCK, "firmware")		\
	FINDING(IOMMU_IGFX_OFF, "iommu.igfx-off", SEVERITY_BLOCK, "kernel")	\
	FINDING(IOMMU_NONE_DEVICE, "iommu.none-device", SEVERITY_BLOCK, "kernel") \
	FINDING(IOMMU_GROUP_SHARED, "iommu.group-shared", SEVERITY_BLOCK, "device") \
	FINDING(IOMMU_WIDTH_UNKNOWN, "iommu.width-unknown", SEVERITY_WARN, "kernel") \
	FINDING(VFIO_MODULE_MISSING, "vfio.module-missing", SEVERITY_BLOCK, "kernel") \
	FINDING(VFIO_MEMLOCK, "vfio.memlock", SEVERITY_BLOCK, "kernel")		\
	FINDING(FB_HOLDS_BAR, "fb.holds-bar", SEVERITY_WARN, "kernel")		\
	/* the iGPU */								\
	FINDING(IGPU_NONE, "igpu.none", SEVERITY_BLOCK, "device")		\
	FINDING(IGPU_NOT_INTEL, "igpu.not-intel", SEVERITY_BLOCK, "device")	\
	FINDING(IGPU_UNKNOWN_DEVICE, "igpu.unknown-device", SEVERITY_BLOCK, "device") \
	FINDING(IGPU_VF, "igpu.vf", SEVERITY_BLOCK, "device")			\
	FINDING(IGPU_VF_IN_USE, "igpu.vf-in-use", SEVERITY_BLOCK, "device")	\
	FINDING(IGPU_DRIVER_BOUND, "igpu.driver-bound", SEVERITY_NOTE, "device") \
	FINDING(IGPU_DRIVER_STUCK, "igpu.driver-stuck", SEVERITY_BLOCK, "device") \
	FINDING(IGPU_BUSY, "igpu.busy", SEVERITY_BLOCK, "device")		\
	FINDING(IGPU_CLASS_0380, "igpu.class-0380", SEVERITY_BLOCK, "firmware")	\
	FINDING(IGPU_NOT_PRIMARY, "igpu.not-primary", SEVERITY_WARN, "firmware") \
	FINDING(IGPU_NO_FLR, "igpu.no-flr", SEVERITY_WARN, "device")		\
	FINDING(IGPU_EXPERIMENTAL, "igpu.experimental", SEVERITY_BLOCK, "device") \
	FINDING(IGPU_EXPERIMENTAL_USED, "igpu.experimental-used", SEVERITY_WARN, "device") \
	FINDING(IGPU_BROADWELL, "igpu.broadwell", SEVERITY_BLOCK, "device")	\
	FINDING(GPU_OTHER_PRIMARY, "gpu.other-primary", SEVERITY_NOTE, "firmware") \
	FINDING(OPREGION_ABSENT, "opregion.absent", SEVERITY_BLOCK, "firmware")	\
	FINDING(OPREGION_INVALID, "opregion.invalid", SEVERITY_BLOCK, "firmware") \
	FINDING(OPREGION_UNREAD, "opregion.unread", SEVERITY_NOTE, "device")	\
	FINDING(OPREGION_OFF, "opregion.off", SEVERITY_WARN, "files")		\
	FINDING(OPREGION_HEADLESS, "opregion.headless", SEVERITY_WARN, "firmware") \
	FINDING(VBT_MISSING, "vbt.missing", SEVERITY_BLOCK, "firmware")		\
	FINDING(VBT_INVALID, "vbt.invalid", SEVERITY_BLOCK, "firmware")		\
	FINDING(VBT_CHECKSUM, "vbt.checksum", SEVERITY_NOTE, "firmware")	\
	FINDING(STOLEN_SMALL, "stolen.small", SEVERITY_WARN, "firmware")	\
	FINDING(STOLEN_ZERO, "stolen.zero", SEVERITY_BLOCK, "firmware")		\
	FINDING(STOLEN_UNKNOWN, "stolen.unknown", SEVERITY_NOTE, "device")	\
	FINDING(GMS_RANGE, "gms.range", SEVERITY_BLOCK, "files")		\
	FINDING(GMS_NO_EFFECT, "gms.no-effect", SEVERITY_BLOCK, "files")	\
	FINDING(GMS_FORCED, "gms.forced", SEVERITY_NOTE, "qemu")		\
	/* legacy mode, VGA */							\
	FINDING(VGA_REGION_MISSING, "vga.region-missing", SEVERITY_BLOCK, "kernel") \
	FINDING(LEGACY_IMPOSSIBLE, "legacy.impossible", SEVERITY_BLOCK, "files") \
	FINDING(LEGACY_IMPLICIT, "legacy.implicit", SEVERITY_WARN, "qemu")	\
	/* QEMU */								\
	FINDING(QEMU_MISSING, "qemu.missing", SEVERITY_BLOCK, "qemu")		\
	FINDING(QEMU_NOT_QEMU, "qemu.not-qemu", SEVERITY_BLOCK, "qemu")		\
	FINDING(QEMU_NO_IGD, "qemu.no-igd", SEVERITY_BLOCK, "qemu")		\
	FINDING(QEMU_TOO_OLD, "qemu.too-old", SEVERITY_BLOCK, "qemu")		\
	FINDING(QEMU_NO_LPC, "qemu.no-lpc", SEVERITY_BLOCK, "qemu")		\
	FINDING(QEMU_VBIOS_FIX_MISSING, "qemu.vbios-fix-missing", SEVERITY_BLOCK, "qemu") \
	FINDING(QEMU_NO_STOLEN, "qemu.no-stolen", SEVERITY_BLOCK, "qemu")	\
	FINDING(QEMU_NO_MACHINE, "qemu.no-machine", SEVERITY_BLOCK, "qemu")	\
	FINDING(QEMU_NO_ACCEL, "qemu.no-accel", SEVERITY_BLOCK, "qemu")		\
	/* firmware and ROM given to the guest */				\
	FINDING(FIRMWARE_UEFI_MISSING, "firmware.uefi-missing", SEVERITY_BLOCK, "files") \
	FINDING(FIRMWARE_NO_SECURE_BOOT, "firmware.no-secure-boot", SEVERITY_BLOCK, "files") \
	FINDING(FIRMWARE_NO_ENROLLED_KEYS, "firmware.no-enrolled-keys", SEVERITY_WARN, "files") \
	FINDING(FIRMWARE_SECURE_Q35, "firmware.secure-q35", SEVERITY_BLOCK, "files") \
	FINDING(TPM_MISSING, "tpm.missing", SEVERITY_BLOCK, "files")		\
	FINDING(SHARE_NO_VIRTIOFSD, "share.no-virtiofsd", SEVERITY_BLOCK, "files")	\
	FINDING(SHARE_MISSING, "share.missing", SEVERITY_BLOCK, "files")	\
	FINDING(SHARE_USER, "share.user", SEVERITY_BLOCK, "files")		\
	FINDING(HOOK_MISSING, "hook.missing", SEVERITY_BLOCK, "files")		\
	FINDING(ROM_NONE_UEFI, "rom.none-uefi", SEVERITY_BLOCK, "rom")		\
	FINDING(ROM_NONE_BIOS, "rom.none-bios", SEVERITY_BLOCK, "rom")		\
	FINDING(ROM_MISSING_FILE, "rom.missing-file", SEVERITY_BLOCK, "rom")	\
	FINDING(ROM_WRONG_DEVICE, "rom.wrong-device", SEVERITY_BLOCK, "rom")	\
	FINDING(ROM_WRONG_TYPE, "rom.wrong-type", SEVERITY_BLOCK, "rom")	\
	FINDING(ROM_NO_ASSIGNMENT_DRIVER, "rom.no-assignment-driver", SEVERITY_BLOCK, "rom") \
	FINDING(ROM_CACHED_BDSM, "rom.cached-bdsm", SEVERITY_BLOCK, "rom")	\
	FINDING(ROM_BAD, "rom.bad", SEVERITY_BLOCK, "rom")			\
	FINDING(ROM_NO_GOP, "rom.no-gop", SEVERITY_WARN, "rom")			\
	FINDING(ROM_NOT_FIRMWARE, "rom.not-firmware", SEVERITY_BLOCK, "rom")	\
	FINDING(ROM_NOT_DISPLAY, "rom.not-display", SEVERITY_BLOCK, "rom")	\
	FINDING(ROM_VBIOS_GENERATION, "rom.vbios-generation", SEVERITY_BLOCK, "rom") \
	FINDING(ROM_GOP_GENERATION, "rom.gop-generation", SEVERITY_WARN, "rom")	\
	FINDING(VBT_OTHER_PLATFORM, "vbt.other-platform", SEVERITY_WARN, "rom")	\
	FINDING(ROM_AMBIGUOUS, "rom.ambiguous", SEVERITY_BLOCK, "rom")		\
	FINDING(ROM_STORE_CHANGED, "rom.store-changed", SEVERITY_BLOCK, "rom")	\
	FINDING(ROM_STORE_BAD, "rom.store-bad", SEVERITY_WARN, "rom")		\
	FINDING(ROM_UNREAD, "rom.unread", SEVERITY_NOTE, "rom")			\
	FINDING(BIOS_NO_STOLEN, "bios.no-stolen", SEVERITY_WARN, "rom")		\
	/* the plan */								\
	FINDING(PLAN_MEMORY_SMALL, "plan.memory-small", SEVERITY_WARN, "files")	\
	FINDING(PLAN_MEMORY_HOST, "plan.memory-host", SEVERITY_BLOCK, "files")	\
	FINDING(PLAN_DISPLAY_NONE, "plan.display-none", SEVERITY_WARN, "files")	\
	FINDING(PLAN_DISPLAY_EARLY, "plan.display-early", SEVERITY_BLOCK, "files") \
	FINDING(PLAN_NO_POST_OUTPUT, "plan.no-post-output", SEVERITY_NOTE, "files") \
	FINDING(PLAN_OPTION_BAD, "plan.option-bad", SEVERITY_BLOCK, "files")	\
	FINDING(PLAN_PATH_LONG, "plan.path-long", SEVERITY_BLOCK, "files")	\
	FINDING(PLAN_HOST_UNREAD, "plan.host-unread", SEVERITY_BLOCK, "device")	\
	FINDING(HUGEPAGES_FEW, "hugepages.few", SEVERITY_BLOCK, "files")	\
	FINDING(PIN_OFFLINE, "pin.offline", SEVERITY_BLOCK, "files")		\
	FINDING(PIN_FEW, "pin.few", SEVERITY_WARN, "files")			\
	FINDING(DISK_MISSING, "disk.missing", SEVERITY_BLOCK, "files")		\
	FINDING(DISK_WRONG_KIND, "disk.wrong-kind", SEVERITY_BLOCK, "files")	\
	FINDING(DISK_IN_USE, "disk.in-use", SEVERITY_BLOCK, "files")		\
	FINDING(DISK_UNSTABLE_NAME, "disk.unstable-name", SEVERITY_WARN, "files") \
	FINDING(KERNEL_MISSING, "kernel.missing", SEVERITY_BLOCK, "files")	\
	FINDING(DISK_NONE, "disk.none", SEVERITY_NOTE, "files")			\
	FINDING(KERNEL_SECURE_BOOT, "kernel.secure-boot", SEVERITY_WARN, "files") \
	/* what doctor sees around the device */				\
	FINDING(CPU_VIRT_LOCKED, "cpu.virt-locked", SEVERITY_BLOCK, "firmware")	\
	FINDING(IOMMU_RMRR, "iommu.rmrr", SEVERITY_BLOCK, "firmware")		\
	FINDING(IOMMU_GRAPHICS_OFF, "iommu.graphics-off", SEVERITY_BLOCK, "kernel") \
	FINDING(IOMMU_FAULTS, "iommu.faults", SEVERITY_WARN, "device")		\
	FINDING(HOST_CSM, "host.csm", SEVERITY_WARN, "firmware")		\
	FINDING(VFIO_NO_IGD, "vfio.no-igd", SEVERITY_BLOCK, "kernel")		\
	FINDING(VFIO_NO_VGA, "vfio.no-vga", SEVERITY_NOTE, "kernel")		\
	FINDING(FB_BAR_TAKEN, "fb.bar-taken", SEVERITY_WARN, "kernel")		\
	FINDING(IGPU_GVT, "igpu.gvt", SEVERITY_WARN, "device")			\
	FINDING(IGPU_GVT_IN_USE, "igpu.gvt-in-use", SEVERITY_BLOCK, "device")	\
	FINDING(IGPU_RESET_SLOW, "igpu.reset-slow", SEVERITY_WARN, "device")	\
	FINDING(AUDIO_PASSED, "audio.passed", SEVERITY_WARN, "device")		\
	FINDING(OUTPUT_NONE, "output.none", SEVERITY_WARN, "device")		\
	FINDING(PANEL_INTERNAL, "panel.internal", SEVERITY_NOTE, "device")	\
	FINDING(FIRMWARE_NONE, "firmware.none", SEVERITY_WARN, "files")		\
	FINDING(TPM_NONE, "tpm.none", SEVERITY_NOTE, "files")			\
	FINDING(HOST_IDLE_SUSPENDS, "host.idle-suspends", SEVERITY_WARN, "files") \
	FINDING(HOST_DESKTOP_SUSPENDS, "host.desktop-suspends", SEVERITY_NOTE, "files") \
	FINDING(HOST_LID_SUSPENDS, "host.lid-suspends", SEVERITY_NOTE, "files")	\
	/* the kernel command line, and what the next boot will load */		\
	FINDING(CMDLINE_MISSPELT, "cmdline.misspelt", SEVERITY_WARN, "kernel")	\
	FINDING(CMDLINE_BAD_VALUE, "cmdline.bad-value", SEVERITY_WARN, "kernel") \
	FINDING(CMDLINE_CONTRADICTION, "cmdline.contradiction", SEVERITY_WARN, "kernel") \
	FINDING(CMDLINE_IOMMU_OFF, "cmdline.iommu-off", SEVERITY_WARN, "kernel") \
	FINDING(CMDLINE_QUOTE, "cmdline.quote", SEVERITY_WARN, "kernel")		\
	FINDING(CMDLINE_NO_EFFECT, "cmdline.no-effect", SEVERITY_NOTE, "kernel") \
	FINDING(CMDLINE_ACS_OVERRIDE, "cmdline.acs-override", SEVERITY_WARN, "kernel") \
	FINDING(IDS_NOT_THIS_MACHINE, "ids.not-this-machine", SEVERITY_WARN, "kernel") \
	FINDING(BOOT_DRIVER_BUILTIN, "boot.driver-builtin", SEVERITY_WARN, "kernel") \
	FINDING(BOOT_BLACKLIST_NO_REACH, "boot.blacklist-no-reach", SEVERITY_WARN, "kernel") \
	FINDING(BOOT_SOFTDEP_MISSING, "boot.softdep-missing", SEVERITY_WARN, "kernel") \
	FINDING(BOOT_VIRQFD, "boot.virqfd", SEVERITY_NOTE, "kernel")		\
	FINDING(BOOT_LOCKDOWN, "boot.lockdown", SEVERITY_NOTE, "kernel")		\
	FINDING(INITRAMFS_NOT_FOUND, "initramfs.not-found", SEVERITY_NOTE, "kernel") \
	FINDING(INITRAMFS_AMBIGUOUS, "initramfs.ambiguous", SEVERITY_NOTE, "kernel") \
	FINDING(INITRAMFS_UNREAD, "initramfs.unread", SEVERITY_NOTE, "kernel")	\
	FINDING(INITRAMFS_DAMAGED, "initramfs.damaged", SEVERITY_WARN, "kernel") \
	FINDING(INITRAMFS_STALE, "initramfs.stale", SEVERITY_WARN, "kernel")	\
	FINDING(INITRAMFS_NO_VFIO, "initramfs.no-vfio", SEVERITY_WARN, "kernel") \
	/* the network, and what is forwarded through it */			\
	FINDING(NET_PORT_TAKEN, "net.port-taken", SEVERITY_BLOCK, "files")	\
	FINDING(NET_NO_PORT, "net.no-port", SEVERITY_BLOCK, "files")		\
	FINDING(NET_NO_BRIDGE, "net.no-bridge", SEVERITY_BLOCK, "files")	\
	FINDING(NET_NO_TAP, "net.no-tap", SEVERITY_BLOCK, "files")		\
	FINDING(NET_NO_PASST, "net.no-passt", SEVERITY_BLOCK, "files")		\
	FINDING(NET_NO_FORWARD, "net.no-forward", SEVERITY_WARN, "files")	\
	FINDING(NET_RDP_LAN, "net.rdp-lan", SEVERITY_NOTE, "files")		\
	/* what the guest is used with */					\
	FINDING(INPUT_NONE, "input.none", SEVERITY_BLOCK, "files")		\
	FINDING(INPUT_ABSENT, "input.absent", SEVERITY_WARN, "files")		\
	FINDING(INPUT_NOT_EVDEV, "input.not-evdev", SEVERITY_BLOCK, "files")	\
	FINDING(USB_ABSENT, "usb.absent", SEVERITY_WARN, "files")		\
	FINDING(USB_AMBIGUOUS, "usb.ambiguous", SEVERITY_BLOCK, "files")	\
	FINDING(USB_HUB, "usb.hub", SEVERITY_BLOCK, "files")			\
	FINDING(USB_IN_USE, "usb.in-use", SEVERITY_BLOCK, "files")		\
	FINDING(USB_TWO_FILES, "usb.two-files", SEVERITY_NOTE, "files")		\
	FINDING(USB_ONLY_KEYBOARD, "usb.only-keyboard", SEVERITY_BLOCK, "files") \
	FINDING(QEMU_NO_USB, "qemu.no-usb", SEVERITY_BLOCK, "qemu")		\
	FINDING(AUDIO_NO_DRIVER, "audio.no-driver", SEVERITY_BLOCK, "qemu")	\
	FINDING(AUDIO_SILENT, "audio.silent", SEVERITY_NOTE, "qemu")		\
	FINDING(AUDIO_NO_USB, "audio.no-usb", SEVERITY_BLOCK, "files")		\
	/* the life of the display */						\
	FINDING(DISPLAY_UNVERIFIED, "display.unverified", SEVERITY_BLOCK, "guest") \
	FINDING(DISPLAY_OTHER_MACHINE, "display.other-machine", SEVERITY_BLOCK, "files") \
	/* upgrade: what a change of machine, firmware or ROM would do to the guest */ \
	FINDING(GUEST_BITLOCKER, "guest.bitlocker", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_BITLOCKER_UNKNOWN, "guest.bitlocker-unknown", SEVERITY_BLOCK, "guest") \
	/* the probe: what the guest's firmware really found */			\
	FINDING(PROBE_NO_DEVICE, "probe.no-device", SEVERITY_BLOCK, "guest")	\
	FINDING(PROBE_NO_REPORT, "probe.no-report", SEVERITY_BLOCK, "guest")	\
	FINDING(PROBE_INCOMPLETE, "probe.incomplete", SEVERITY_BLOCK, "guest")	\
	FINDING(PROBE_ASLS_ZERO, "probe.asls-zero", SEVERITY_BLOCK, "guest")	\
	FINDING(PROBE_OPREGION_BAD, "probe.opregion-bad", SEVERITY_BLOCK, "guest") \
	FINDING(PROBE_VBT_MISSING, "probe.vbt-missing", SEVERITY_BLOCK, "guest") \
	FINDING(PROBE_VBT_DIFFERS, "probe.vbt-differs", SEVERITY_BLOCK, "guest") \
	FINDING(PROBE_BDSM_ZERO, "probe.bdsm-zero", SEVERITY_BLOCK, "guest")	\
	FINDING(PROBE_BDSM_NOT_RESERVED, "probe.bdsm-not-reserved", SEVERITY_BLOCK, "guest") \
	FINDING(STOLEN_BASE_DIFFERS, "stolen.base-differs", SEVERITY_WARN, "guest") \
	FINDING(PROBE_GMS_DIFFERS, "probe.gms-differs", SEVERITY_WARN, "guest")	\
	FINDING(PROBE_LPC_DIFFERS, "probe.lpc-differs", SEVERITY_BLOCK, "guest") \
	FINDING(PROBE_BAR_DEAD, "probe.bar-dead", SEVERITY_BLOCK, "guest")	\
	FINDING(PROBE_STOLEN_UNBACKED, "probe.stolen-unbacked", SEVERITY_BLOCK, "guest") \
	FINDING(PROBE_NO_DMA, "probe.no-dma", SEVERITY_BLOCK, "guest") \
	FINDING(PROBE_NO_INTERRUPT, "probe.no-interrupt", SEVERITY_BLOCK, "guest") \
	FINDING(PROBE_ROM_MISSING, "probe.rom-missing", SEVERITY_BLOCK, "guest") \
	FINDING(PROBE_ROM_DIFFERS, "probe.rom-differs", SEVERITY_WARN, "guest")	\
	FINDING(PROBE_ASSIGN_SILENT, "probe.assign-silent", SEVERITY_BLOCK, "guest") \
	FINDING(PROBE_NO_PICTURE, "probe.no-picture", SEVERITY_WARN, "guest")	\
	FINDING(PROBE_LEGACY_NOT_APPLIED, "probe.legacy-not-applied", SEVERITY_BLOCK, "qemu") \
	FINDING(PROBE_OPREGION_NOT_APPLIED, "probe.opregion-not-applied", SEVERITY_BLOCK, "qemu") \
	FINDING(PROBE_QEMU_MESSAGE, "probe.qemu-message", SEVERITY_WARN, "qemu") \
	/* a command line that somebody else wrote */				\
	FINDING(LINE_NO_IGPU, "line.no-igpu", SEVERITY_BLOCK, "files")	\
	FINDING(LINE_SLOT, "line.slot", SEVERITY_BLOCK, "files")	\
	FINDING(LINE_SLOT_TAKEN, "line.slot-taken", SEVERITY_BLOCK, "files")	\
	FINDING(LINE_LEGACY_AUTO, "line.legacy-auto", SEVERITY_WARN, "files")	\
	FINDING(LINE_LPC_Q35, "line.lpc-q35", SEVERITY_BLOCK, "files")	\
	FINDING(LINE_LPC_MISSING, "line.lpc-missing", SEVERITY_WARN, "files")	\
	FINDING(LINE_OPREGION_UNSAID, "line.opregion-unsaid", SEVERITY_WARN, "files")	\
	FINDING(LINE_X_VGA, "line.x-vga", SEVERITY_WARN, "files")	\
	FINDING(LINE_ROMBAR_OFF, "line.rombar-off", SEVERITY_BLOCK, "files")	\
	FINDING(LINE_DISPLAY_ON, "line.display-on", SEVERITY_BLOCK, "files")	\
	FINDING(LINE_HIDDEN, "line.hypervisor-hidden", SEVERITY_WARN, "files")	\
	FINDING(LINE_HV_VENDOR, "line.hv-vendor", SEVERITY_WARN, "files")	\
	FINDING(LINE_NESTED, "line.nested", SEVERITY_WARN, "files")	\
	FINDING(LINE_PHYS_BITS, "line.phys-bits", SEVERITY_WARN, "files")	\
	FINDING(LINE_BALLOON, "line.balloon", SEVERITY_WARN, "files")	\
	FINDING(LINE_SLEEP, "line.sleep-states", SEVERITY_WARN, "files")	\
	FINDING(LINE_SMM, "line.smm", SEVERITY_BLOCK, "files")	\
	FINDING(LINE_SECURE_FLASH, "line.secure-flash", SEVERITY_WARN, "files")	\
	FINDING(LINE_MACHINE, "line.machine", SEVERITY_BLOCK, "files")	\
	FINDING(LINE_OTHER_DEVICE, "line.other-device", SEVERITY_NOTE, "files")	\
	FINDING(LINE_BROKEN, "line.broken-continuation", SEVERITY_BLOCK, "files")	\
	FINDING(LINE_UNSET, "line.unset-variable", SEVERITY_WARN, "files")	\
	FINDING(LINE_SEVERAL, "line.several-calls", SEVERITY_NOTE, "files")	\
	FINDING(LINE_FIRMWARE_UNKNOWN, "line.firmware-unknown", SEVERITY_WARN, "files")	\
	FINDING(LINE_DEVICE_UNKNOWN, "line.device-unknown", SEVERITY_WARN, "files")	\
	FINDING(LINE_QEMU_UNKNOWN, "line.qemu-unknown", SEVERITY_NOTE, "files")	\
	/* verify: a VM that runs, from outside and by its guest's own word */	\
	FINDING(VERIFY_DEVICE_DEAD, "verify.device-dead", SEVERITY_BLOCK, "device") \
	FINDING(VERIFY_NOT_RUNNING, "verify.not-running", SEVERITY_BLOCK, "qemu") \
	FINDING(VERIFY_NO_DEVICE, "verify.no-device", SEVERITY_BLOCK, "qemu")	\
	FINDING(VERIFY_BAR_HELD, "verify.bar-held", SEVERITY_WARN, "device") \
	FINDING(VERIFY_BAR_UNMAPPED, "verify.bar-unmapped", SEVERITY_BLOCK, "guest") \
	FINDING(GUEST_NO_AGENT, "guest.no-agent", SEVERITY_WARN, "guest")	\
	FINDING(GUEST_AGENT_OLD, "guest.agent-old", SEVERITY_WARN, "guest")	\
	FINDING(GUEST_NO_SHELL, "guest.no-shell", SEVERITY_WARN, "guest")	\
	FINDING(GUEST_SLOW, "guest.slow", SEVERITY_WARN, "guest")		\
	FINDING(GUEST_ANSWER_BAD, "guest.answer-bad", SEVERITY_WARN, "guest")	\
	FINDING(GUEST_RESTARTED, "guest.restarted", SEVERITY_WARN, "guest")	\
	FINDING(GUEST_GONE, "guest.gone", SEVERITY_WARN, "guest")		\
	FINDING(GUEST_UNREAD, "guest.unread", SEVERITY_NOTE, "guest")		\
	FINDING(GUEST_NO_IGPU, "guest.no-igpu", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_NO_DRIVER, "guest.no-driver", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_BASIC_DRIVER, "guest.basic-driver", SEVERITY_BLOCK, "guest") \
	FINDING(GUEST_DISABLED, "guest.disabled", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_RESTART, "guest.restart-needed", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_DRIVER_REFUSED, "guest.driver-refused", SEVERITY_BLOCK, "guest") \
	FINDING(GUEST_NO_RESOURCES, "guest.no-resources", SEVERITY_BLOCK, "guest") \
	FINDING(GUEST_VANISHED, "guest.vanished", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_DRIVER_DAMAGED, "guest.driver-damaged", SEVERITY_BLOCK, "guest") \
	FINDING(GUEST_HIDDEN, "guest.hypervisor-hidden", SEVERITY_BLOCK, "guest") \
	FINDING(GUEST_NO_OPREGION, "guest.no-opregion", SEVERITY_BLOCK, "guest") \
	FINDING(GUEST_NO_ROM, "guest.no-rom", SEVERITY_BLOCK, "guest")		\
	FINDING(GUEST_GMS_ZERO, "guest.gms-zero", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_DMA_FAULTS, "guest.dma-faults", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_VBS, "guest.vbs", SEVERITY_BLOCK, "guest")		\
	FINDING(GUEST_HYPERV, "guest.hyperv", SEVERITY_BLOCK, "guest")		\
	FINDING(GUEST_DRIVER_BAD, "guest.driver-bad", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_DRIVER_REPORTED, "guest.driver-reported", SEVERITY_NOTE, "guest") \
	FINDING(GUEST_GENERATION, "guest.generation", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_CODE_43, "guest.code-43", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_CODE_31, "guest.code-31", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_CODE_10, "guest.code-10", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_CODE_OTHER, "guest.driver-dead", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_MODESET_OFF, "guest.modeset-off", SEVERITY_BLOCK, "guest") \
	FINDING(GUEST_KERNEL_OLD, "guest.kernel-old", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_MMIO_DEAD, "guest.mmio-dead", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_WEDGED, "guest.wedged", SEVERITY_BLOCK, "guest")		\
	FINDING(GUEST_PROBE_FAILED, "guest.probe-failed", SEVERITY_BLOCK, "guest") \
	FINDING(GUEST_NOT_BOUND, "guest.not-bound", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_NO_NODES, "guest.no-nodes", SEVERITY_BLOCK, "guest")	\
	FINDING(GUEST_REMOTE, "guest.remote-session", SEVERITY_NOTE, "guest")	\
	FINDING(GUEST_NO_MEDIA, "guest.no-quick-sync", SEVERITY_WARN, "guest")	\
	FINDING(GUEST_ENCODE_FAILED, "guest.encode-failed", SEVERITY_WARN, "guest") \
	FINDING(GUEST_NO_VBT, "guest.no-vbt", SEVERITY_WARN, "guest")		\
	FINDING(GUEST_VBT_DIFFERS, "guest.vbt-differs", SEVERITY_WARN, "guest")	\
	FINDING(GUEST_OUTPUTS_DIFFER, "guest.outputs-differ", SEVERITY_WARN, "guest") \
	FINDING(GUEST_STOLEN, "guest.stolen-outside", SEVERITY_WARN, "guest")	\
	FINDING(GUEST_HANG, "guest.hang", SEVERITY_WARN, "guest")		\
	FINDING(GUEST_NO_FIRMWARE, "guest.no-firmware", SEVERITY_WARN, "guest")	\
	/* setup: other ways into the host */					\
	FINDING(WAY_IN_NONE, "way-in.none", SEVERITY_BLOCK, "kernel")
/* clang-format on */

#endif
