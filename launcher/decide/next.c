/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/next.h"

#include <string.h>

static unsigned int rank(const struct finding *x)
{
	static const char *const areas[] = { "firmware", "kernel", "device", "qemu", "rom", "files", "guest" };
	const char *area = finding_def(x->id)->area;
	unsigned int i = 0;

	while (i < ARRAY_SIZE(areas) && strcmp(areas[i], area))
		i++;
	return i;
}

/* Warnings of what is so: to start a VM is the step that goes on from them. */
static bool asks_for_nothing(enum finding_id id)
{
	static const enum finding_id none[] = {
		FINDING_IGPU_DRIVER_BOUND, FINDING_IGPU_EXPERIMENTAL, FINDING_IGPU_EXPERIMENTAL_USED,
		FINDING_IOMMU_WIDTH_UNKNOWN,
	};

	for (size_t i = 0; i < ARRAY_SIZE(none); i++)
		if (none[i] == id)
			return true;
	return false;
}

/*
 * What makes every other step pointless comes before all areas: there is no iGPU to pass, or none that Linux
 * gives out. Without QEMU nothing of it can be tried, but the host can be made ready.
 */
static bool ends_it(enum finding_id id)
{
	return id == FINDING_CPU_NOT_INTEL || id == FINDING_IGPU_NONE || id == FINDING_IGPU_BROADWELL ||
	       id == FINDING_IOMMU_GRAPHICS_OFF;
}

static const struct finding *first(const struct findings *list, enum severity s)
{
	const struct finding *best = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const struct finding *x = &list->v[i];

		if (x->severity != s)
			continue;
		if (s == SEVERITY_BLOCK && ends_it(x->id))
			return x;
		if (s == SEVERITY_WARN && asks_for_nothing(x->id))
			continue;
		if (!best || rank(x) < rank(best))
			best = x;
	}
	return best;
}

const struct finding *next_step(const struct findings *list)
{
	const struct finding *x = first(list, SEVERITY_BLOCK);

	return x ? x : first(list, SEVERITY_WARN);
}
