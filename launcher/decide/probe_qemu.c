/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QEMU's own words, beside what the guest's firmware reported. */
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/decide/probe.h"

/* Messages QEMU goes on after, and what each means (QEMU hw/vfio/igd.c, pci.c, several versions). */
static const struct {
	const char *text, *cause;
} qemu_messages[] = {
	{ "existing devices at address 1f.0", N_("the machine is q35: legacy mode needs i440fx") },
	{ "existing device at 1f.0", N_("the machine is q35: the LPC ids need i440fx") },
	{ "is unsupported in legacy mode", N_("this QEMU does not know the device id") },
	{ "has no ROM", N_("no romfile, or the ROM BAR is off") },
	{ "failed getting region info for VGA region",
	  N_("vfio-pci has disable_vga=1, or the kernel has no VFIO VGA support") },
	{ "does not support OpRegion access", N_("the firmware gave the host no OpRegion") },
	{ "Unsupported IGD GMS value", N_("the stolen memory size is out of this QEMU's range") },
	{ "reserved stolen memory", N_("the guest's firmware has no IGD driver") },
	{ "Invalid argument): PCI peer-to-peer", N_("an address above the IOMMU's width") },
	{ "Failed to setup MSI fds", N_("the host's kernel gives QEMU no interrupt of the device") },
	{ "Cannot read device rom", N_("the device has no ROM to read; give a rom in the VM file") },
};

void probe_judge_log(bool legacy, bool opregion, const char *log, struct findings *f)
{
	if (legacy && (!strstr(log, "IGD legacy mode enabled") || strstr(log, "IGD legacy mode disabled")))
		finding_add(f, FINDING_PROBE_LEGACY_NOT_APPLIED,
			    _("QEMU did not say that legacy mode is on"));
	if (opregion && !strstr(log, "vfio_pci_igd_opregion_enabled"))
		finding_add(f, FINDING_PROBE_OPREGION_NOT_APPLIED,
			    _("QEMU's trace does not say that the OpRegion was given to the guest"));
	for (size_t i = 0; i < ARRAY_SIZE(qemu_messages); i++) {
		if (strstr(log, qemu_messages[i].text))
			finding_add(f, FINDING_PROBE_QEMU_MESSAGE, _("QEMU said \"...%s\": %s"),
				    qemu_messages[i].text, _(qemu_messages[i].cause));
	}
}

void probe_judge_qemu(const struct plan *p, const char *log, struct findings *f)
{
	if (p->igpu)
		probe_judge_log(p->legacy_mode, p->opregion, log, f);
}
