/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the code inside the guest says, and how: the line protocol on QEMU's
 * debug port. The writers (the assignment driver, the GOP policy driver and
 * the probe) and the reader (the launcher) share this header and nothing else.
 *
 * Lines. Each report is one line: a prefix, then one JSON object, then a line
 * feed. Only ASCII; at most REPORT_LINE_MAX bytes with prefix and line feed.
 * Firmware writes to the same port, so a line feed also goes out before each
 * report; whatever does not begin with a prefix is not ours. The first member
 * names the subject: "probe", "assign" or "policy", as the prefix says.
 *
 * Values. Registers, ids and addresses are strings of fixed-width lower-case
 * hex ("0x8086"); sizes, offsets and counts are numbers (bytes); null means
 * "not found out"; it also stands for numbers from 2^63 on, which JSON readers
 * refuse. Readers ignore members and subjects they do not know. "error"
 * appears only where something is wrong and is one of the words below, or
 * "overflow" when the line would have been too long.
 *
 * Assignment driver, prefix REPORT_ASSIGN_PREFIX, "assign":
 *   begin    version
 *   device   bdf vendor device class; bdsm "0x5c"|"0xc0"|"none"|"unknown"
 *            error: not-found (nothing at 00:02.0), not-intel-display
 *   opregion result set|absent|failed; asls, size, signature
 *            error: too-small, too-large, no-memory, not-kept
 *   stolen   result set|none|unsupported|failed; register, base, size,
 *            placed host|elsewhere, host_base, ggc, ggc_size, file_size
 *            error: unknown-device, no-memory, not-kept
 *   end      lines
 *
 * GOP policy driver, prefix REPORT_POLICY_PREFIX, "policy"; no end line, as it
 * says the second each time a GOP driver asks and the answer has changed:
 *   begin    version; result installed|already-there|failed; revision of
 *            the protocol
 *   vbt      result given|not-ready|refused; asls; where mailbox4|rvda, from
 *            (address of the OpRegion's table), address (of our copy), size,
 *            checksum ok|corrected; rvda_error
 *            error: no-device, not-set, not-readable, no-signature, no-memory
 *            and those of the probe's vbt; rvda_error outside: absolute, and
 *            not in the OpRegion's own block
 *
 * Probe, prefix REPORT_PROBE_PREFIX, "probe":
 *   begin    version firmware uefi|bios
 *   device   bdf present vendor device revision class subsystem_vendor
 *            subsystem; bdsm as above
 *   opregion asls; reserved; signature version size mailboxes rvda rvds
 *            error: not-set, not-readable, no-signature, too-small
 *   vbt      where mailbox4|rvda|none; offset (from ASLS; null when the
 *            table lies below it), address length reserved checksum ok|bad
 *            sha256; rvda_error, why the table at RVDA was passed over
 *            error and rvda_error: not-readable, outside, no-signature,
 *            too-long, bad-bdb
 *   ggc      source config|mmio value size vga_disabled
 *            error: unknown-device, not-readable, bad-encoding
 *   mmio     read ok|all-ones|skipped; fuses mask irq: registers behind BAR 0
 *   bdsm     register value base size reserved mmio_value; backed yes|no: what
 *            is written there can be read; null: not tried, as the map does
 *            not call all of it reserved real memory
 *            error: unknown-device
 *   lpc, host-bridge
 *            bdf present vendor device revision class subsystem_vendor
 *            subsystem
 *   bar      one per BAR: index type mem32|mem64|io prefetch base size first
 *            read ok|skipped|unassigned|out-of-reach
 *   rom      bar_size; where firmware|shadow|none, signature vendor device
 *   dma      offered: the device can be asked to copy memory, which a simulated
 *            one alone can; result ok|failed|timeout|differs, null: not tried
 *   interrupt
 *            msi ok|refused|absent: its enable bit goes on (and off again);
 *            pin 0 none, 1 to 4
 *   gop      UEFI only: count on_device; of the device's own output, else the
 *            first: width height stride (pixels) mode modes (how many)
 *            format rgb|bgr|mask|blt|unknown, base size of the frame buffer
 *            (not with blt), bar: the device's BAR that all of it lies in,
 *            null: in none
 *   secure-boot
 *            UEFI only: enabled setup_mode; null: this firmware has none
 *   end      lines: how many reports, with begin and end
 *
 * "reserved" answers whether the memory map keeps the operating system off a
 * range: yes, no (all of it is free memory), partly, unlisted (no memory
 * there at all), unknown (the map did not fit).
 *
 * A missing end line means that the report is incomplete.
 */
#ifndef ROMFILES_EFI_REPORT_H
#define ROMFILES_EFI_REPORT_H

#define REPORT_VERSION 1
#define REPORT_PORT 0x402 /* QEMU: -device isa-debugcon,iobase=0x402 */
#define REPORT_LINE_MAX 512

#define REPORT_ASSIGN_PREFIX "igvm-assign: "
#define REPORT_POLICY_PREFIX "igvm-policy: "
#define REPORT_PROBE_PREFIX "igvm-probe: "

/*
 * fw_cfg files that the driver reads. The first two are QEMU's
 * (docs/igd-assign.txt), the third comes from the launcher: u64 little-endian,
 * base of the host's stolen memory; absent or 0: anywhere will do. QEMU
 * reserves names below opt/ for users (docs/specs/fw_cfg).
 */
#define FWCFG_OPREGION "etc/igd-opregion"
#define FWCFG_BDSM_SIZE "etc/igd-bdsm-size"
#define FWCFG_STOLEN_BASE "opt/igvm/stolen-base"

#endif
