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

void check_opregion(const struct checking *c);
void check_stolen(const struct checking *c);
void check_cmdline(const struct checking *c);
void check_ids(const struct checking *c);
void check_boot(const struct checking *c);

/** check_kernel_before() - is the host's kernel known and older than this? */
bool check_kernel_before(const struct host_facts *h, int major, int minor);

#endif
