/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Why a driver is dead, the most specific row first: what is seen from outside and cannot be the
 * guest's opinion, what Windows' problem code or Linux' log says by itself, and then, for a
 * driver that gave up without a reason (Code 43, 31, 10), what is known to make it do so.
 */
#include <string.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/verify/drivers.h"
#include "launcher/verify/judge_parts.h"

/* --- from outside ------------------------------------------------------------------------ */

static bool device_dead(struct judging *j)
{
	const struct seen_host *h = &j->s->host;

	if (h->dead)
		return why(j, _("the host reads its configuration space as all ones"));
	return h->log.event[LOG_LOST].n &&
	       why(j, _("the host's kernel: %u lines that the device cannot be reached"),
		   h->log.event[LOG_LOST].n);
}

static bool not_running(struct judging *j)
{
	const char *state = j->s->qemu.run_state;

	return *state && strcmp(state, "running") && why(j, _("QEMU says: %s"), state);
}

static bool no_device(struct judging *j)
{
	const struct seen *s = j->s;

	if (s->asked.read && !s->asked.igpu)
		return why(j, _("the words of the QEMU that runs pass no iGPU"));
	return s->qemu.answered && !s->qemu.device && why(j, _("QEMU shows no iGPU to its guest"));
}

static bool bar_unmapped(struct judging *j)
{
	const struct seen_qemu *q = &j->s->qemu;

	return q->answered && q->device && !q->bar0_mapped &&
	       why(j, _("query-pci: BAR 0 of the iGPU has no address"));
}

/* --- what the guest's system says by itself ------------------------------------------------- */

static bool has_code(const struct judging *j, const int *codes)
{
	if (!j->igpu || !j->s->guest.windows)
		return false;
	for (; *codes; codes++)
		if (j->igpu->problem == *codes)
			return true;
	return false;
}

static bool say_code(struct judging *j)
{
	return why(j, _("Windows: Code %d, %s, driver %s of %s"), j->igpu->problem, j->igpu->name,
		   *j->igpu->version ? j->igpu->version : "-", *j->igpu->date ? j->igpu->date : "-");
}

/* CODES(name, numbers...): Windows' problem codes (cfg.h, CM_PROB_*) that mean one thing. */
#define CODES(fn, ...)							\
	static bool fn(struct judging *j)				\
	{								\
		static const int codes[] = { __VA_ARGS__, 0 };		\
									\
		return has_code(j, codes) && say_code(j);		\
	}

CODES(code_no_driver, 28, 1)
CODES(code_disabled, 22, 29)
CODES(code_restart, 14, 21, 38, 54)
CODES(code_refused, 48, 52)
CODES(code_resources, 12, 15, 16, 33, 34, 35, 36)
CODES(code_absent, 24, 45, 46, 47, 51)
CODES(code_damaged, 3, 18, 19, 32, 37, 39, 40, 41, 49, 50, 53)
CODES(code_43, 43)
CODES(code_31, 31)
CODES(code_10, 10)

static bool code_other(struct judging *j)
{
	return j->igpu && j->s->guest.windows && j->igpu->problem > 0 && say_code(j);
}

/* Nothing above it knew: a driver that is dead is never left without a finding. */
static bool unexplained(struct judging *j)
{
	return why(j, _("%s: the driver of the iGPU does not run"), j->s->guest.os);
}

static bool guest_no_igpu(struct judging *j)
{
	const struct seen_guest *g = &j->s->guest;

	return g->displays_read && !j->igpu &&
	       why(j, _("%s shows %zu display devices, none of them the iGPU"), g->os, g->n_display);
}

static bool basic_driver(struct judging *j)
{
	return j->igpu && j->s->guest.windows && !strcmp(j->igpu->driver, "BasicDisplay") &&
	       why(j, _("Windows drives it with Microsoft's basic driver (%s)"), j->igpu->name);
}

static bool modeset_off(struct judging *j)
{
	static const char *const words[] = { "nomodeset", "i915.modeset=0", "modprobe.blacklist=i915",
					     "module_blacklist=i915", "xe.modeset=0" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		const char *at = strstr(j->s->guest.cmdline, words[i]);

		if (at && (at == j->s->guest.cmdline || at[-1] == ' '))
			return why(j, _("the guest's kernel command line has %s"), words[i]);
	}
	return false;
}

JUDGE_LOG(log_mmio_dead, "MMIO unreliable (forcewake register returns 0xFFFFFFFF)",
    "Device is non-operational; MMIO access returns 0xFFFFFFFF")
JUDGE_LOG(log_kernel_old, "is not properly supported by i915 in this kernel version",
    "is not officially supported by xe driver in this kernel version")
JUDGE_LOG(log_wedged, "declaring it wedged", "GPU is wedged", "declared wedged")
JUDGE_LOG(log_probe_failed, "probe with driver i915 failed", "probe with driver xe failed",
    "i915: probe of ", "xe: probe of ", "Device initialization failed")

static bool gave_up(struct judging *j)
{
	return j->igpu && j->igpu->wedged && why(j, _("Linux: i915 has given the GPU up (i915_wedged)"));
}

static bool not_bound(struct judging *j)
{
	if (!j->igpu || j->s->guest.windows || !strcmp(j->igpu->driver, "i915") ||
	    !strcmp(j->igpu->driver, "xe"))
		return false;
	if (*j->igpu->driver)
		return why(j, _("Linux: %s has it, not i915 or xe"), j->igpu->driver);
	return why(j, _("Linux: no driver has it, and nothing in the log says why"));
}

static bool no_nodes(struct judging *j)
{
	return j->igpu && !j->s->guest.windows && (!j->igpu->card || !j->igpu->render) &&
	       why(j, _("Linux: %s has it, but there is no %s"), j->igpu->driver,
		   j->igpu->card ? "renderD" : "card");
}

/* --- known to kill Intel's driver --------------------------------------------------------------- */

static bool hidden(struct judging *j)
{
	if (!j->s->guest.windows)
		return false;
	if (j->s->asked.hidden)
		return why(j, _("the words of QEMU hide the hypervisor (kvm=off or hypervisor=off)"));
	return j->s->guest.hypervisor == TRI_NO && why(j, _("Windows does not see that it is a guest"));
}

static bool opregion_off(struct judging *j)
{
	const struct seen_asked *a = &j->s->asked;

	return j->s->guest.windows && a->igpu && !a->opregion && !a->legacy &&
	       why(j, _("the words of QEMU say x-igd-opregion=off"));
}

static bool gms_zero(struct judging *j)
{
	return j->s->guest.windows && j->s->asked.gms_zero &&
	       why(j, _("the words of QEMU say x-igd-gms=0"));
}

static bool dma_faults(struct judging *j)
{
	unsigned int n = j->s->host.log.event[LOG_FAULT].n;

	return n && why(j, _("the host's kernel: %u accesses of the iGPU stopped by the IOMMU since "
			     "the start"), n);
}

static bool vbs(struct judging *j)
{
	return j->s->guest.vbs == TRI_YES && why(j, _("Windows: virtualization-based security runs"));
}

static bool hyperv(struct judging *j)
{
	return j->s->guest.hyperv == TRI_YES && why(j, _("Windows: its own hypervisor runs (%s)"),
						    j->s->guest.hyperv_by);
}

/* OVMF sets up neither OpRegion nor stolen memory without the assignment ROM. */
static bool no_rom(struct judging *j)
{
	const struct seen_asked *a = &j->s->asked;

	return j->s->guest.windows && a->igpu && *a->code && !*a->rom &&
	       why(j, _("UEFI, and the iGPU has no option ROM"));
}

bool judge_driver_bad(struct judging *j)
{
	char report[256];

	return j->igpu &&
	       driver_reported(j->drivers, j->s->platform, j->igpu->version, report) == DRIVER_BAD &&
	       why(j, _("driver %s, of which is reported: %s"), j->igpu->version, report);
}

static bool generation(struct judging *j)
{
	return j->s->guest.windows && j->s->experimental && why(j, _("%s: no QEMU is known to set it up"),
					 j->s->platform ? j->s->platform : "?");
}

const struct judge_rule judge_causes[] = {
	{ FINDING_VERIFY_DEVICE_DEAD, WHEN_ANY, device_dead, false },
	{ FINDING_VERIFY_NOT_RUNNING, WHEN_ANY, not_running, false },
	{ FINDING_VERIFY_NO_DEVICE, WHEN_ANY, no_device, false },
	{ FINDING_GUEST_NO_DRIVER, WHEN_DEAD, code_no_driver, false },
	{ FINDING_GUEST_BASIC_DRIVER, WHEN_DEAD, basic_driver, false },
	{ FINDING_GUEST_DISABLED, WHEN_DEAD, code_disabled, false },
	{ FINDING_GUEST_RESTART, WHEN_DEAD, code_restart, false },
	{ FINDING_GUEST_DRIVER_REFUSED, WHEN_DEAD, code_refused, false },
	{ FINDING_GUEST_NO_RESOURCES, WHEN_DEAD, code_resources, false },
	{ FINDING_GUEST_VANISHED, WHEN_DEAD, code_absent, false },
	{ FINDING_GUEST_DRIVER_DAMAGED, WHEN_DEAD, code_damaged, false },
	{ FINDING_GUEST_NO_IGPU, WHEN_DEAD, guest_no_igpu, false },
	{ FINDING_GUEST_MODESET_OFF, WHEN_DEAD, modeset_off, false },
	{ FINDING_GUEST_KERNEL_OLD, WHEN_DEAD, log_kernel_old, false },
	{ FINDING_GUEST_MMIO_DEAD, WHEN_DEAD, log_mmio_dead, false },
	{ FINDING_GUEST_HIDDEN, WHEN_DEAD, hidden, false },
	{ FINDING_GUEST_NO_OPREGION, WHEN_DEAD, opregion_off, false },
	{ FINDING_GUEST_NO_ROM, WHEN_DEAD, no_rom, false },
	{ FINDING_GUEST_GMS_ZERO, WHEN_DEAD, gms_zero, false },
	{ FINDING_GUEST_DMA_FAULTS, WHEN_DEAD, dma_faults, false },
	{ FINDING_GUEST_VBS, WHEN_DEAD, vbs, false },
	{ FINDING_GUEST_HYPERV, WHEN_DEAD, hyperv, false },
	{ FINDING_GUEST_DRIVER_BAD, WHEN_DEAD, judge_driver_bad, false },
	{ FINDING_GUEST_GENERATION, WHEN_DEAD, generation, false },
	{ FINDING_GUEST_WEDGED, WHEN_UNEXPLAINED, log_wedged, false },
	{ FINDING_GUEST_WEDGED, WHEN_UNEXPLAINED, gave_up, false },
	{ FINDING_GUEST_PROBE_FAILED, WHEN_UNEXPLAINED, log_probe_failed, false },
	{ FINDING_GUEST_NOT_BOUND, WHEN_UNEXPLAINED, not_bound, false },
	{ FINDING_GUEST_NO_NODES, WHEN_UNEXPLAINED, no_nodes, false },
	{ FINDING_GUEST_CODE_43, WHEN_UNEXPLAINED, code_43, false },
	{ FINDING_GUEST_CODE_31, WHEN_UNEXPLAINED, code_31, false },
	{ FINDING_GUEST_CODE_10, WHEN_UNEXPLAINED, code_10, false },
	{ FINDING_GUEST_CODE_OTHER, WHEN_UNEXPLAINED, code_other, false },
	{ FINDING_GUEST_CODE_OTHER, WHEN_UNEXPLAINED, unexplained, false },
	{ FINDING_VERIFY_BAR_UNMAPPED, WHEN_RUNS, bar_unmapped, false },
};

const size_t judge_n_causes = ARRAY_SIZE(judge_causes);
