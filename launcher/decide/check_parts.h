/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces check_run() is put together from; nobody else includes this. */
#ifndef IGVM_DECIDE_CHECK_PARTS_H
#define IGVM_DECIDE_CHECK_PARTS_H

#include "launcher/base/i18n.h"
#include "launcher/decide/check.h"
#include "romfiles/igd.h"

struct checking {
	const struct host_facts *host;
	const struct qemu_caps *caps;	/* NULL: not known */
	const struct wish *wish;	/* NULL: no VM */
	const struct host_more *more;	/* NULL: not asked */
	const struct boot_facts *boot;	/* NULL: not read */
	const struct pci_fact *dev;	/* NULL: no such device */
	const struct igd_platform *pf;	/* NULL: unknown device */
	struct findings *f;
};

/** check_say() - a finding, unless the list has it already */
#define check_say(c, id, ...)						\
	do {								\
		if (!finding_has((c)->f, id))				\
			finding_add((c)->f, id, __VA_ARGS__);		\
	} while (0)

/** check_fix() - the last finding of the list gets a step of its own, N_() */
static inline void check_fix(const struct checking *c, enum finding_id id, const char *fix)
{
	if (c->f->n && c->f->v[c->f->n - 1].id == id)
		c->f->v[c->f->n - 1].fix = fix;
}

/** check_step() - the last finding of the list gets a step with names in it, translated */
#define check_step(c, finding, ...)					\
	do {								\
		if ((c)->f->n && (c)->f->v[(c)->f->n - 1].id == (finding)) \
			finding_step(&(c)->f->v[(c)->f->n - 1], __VA_ARGS__); \
	} while (0)

/** check_weigh() - the last finding of the list gets another severity */
static inline void check_weigh(const struct checking *c, enum finding_id id, enum severity s)
{
	if (c->f->n && c->f->v[c->f->n - 1].id == id)
		c->f->v[c->f->n - 1].severity = s;
}

/** check_more() - what doctor alone asks: firmware tables, kernel log, kernel's options, screens, sleep */
void check_more(const struct checking *c);

void check_opregion(const struct checking *c);
/** check_vbt_panel() - kind of the internal panel that the VBT names ("eDP"); NULL: none, or no VBT was read */
const char *check_vbt_panel(const struct checking *c);

void check_stolen(const struct checking *c);
void check_cmdline(const struct checking *c);
void check_ids(const struct checking *c);
void check_boot(const struct checking *c);

/** check_can_be_stale() - do settings and their copies in the image tell whether the image is behind? */
bool check_can_be_stale(const struct checking *c);

/** check_graphics_are_off() - has Linux, by its log, taken the IOMMU from this iGPU? Broadwell is known by its id */
bool check_graphics_are_off(const struct checking *c);

/** check_kernel_before() - is the host's kernel known and older than this? */
bool check_kernel_before(const struct host_facts *h, int major, int minor);

#endif
