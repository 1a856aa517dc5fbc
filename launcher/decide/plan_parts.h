/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pieces plan_make() is put together from; nobody else includes this. */
#ifndef IGVM_DECIDE_PLAN_PARTS_H
#define IGVM_DECIDE_PLAN_PARTS_H

#include "launcher/base/i18n.h"
#include "launcher/decide/plan.h"
#include "romfiles/igd.h"

/** struct planning - a plan while it is made */
struct planning {
	const struct plan_input *in;
	const struct wish *w;
	struct plan *p;
	struct findings *f;
	const struct pci_fact *dev;	/* the iGPU; NULL = none, or not found */
	const struct igd_platform *pf;	/* of it; NULL = unknown */
	bool refused;
};

/**
 * plan_refuse() - the plan cannot be made; a finding that is in the list already is
 * not said twice, but blocks from now on
 */
#define plan_refuse(g, id, ...)						\
	do {								\
		if (!finding_has((g)->f, id))				\
			finding_add((g)->f, id, __VA_ARGS__);		\
		plan_raise(g, id);					\
		(g)->refused = true;					\
	} while (0)

/** plan_flag() - blocks the start, and yet there is a whole plan that --force may use */
#define plan_flag(g, id, ...)						\
	do {								\
		if (!finding_has((g)->f, id))				\
			finding_add((g)->f, id, __VA_ARGS__);		\
		plan_raise(g, id);					\
	} while (0)

/** plan_say() - a warning or note, once */
#define plan_say(g, id, ...)						\
	do {								\
		if (!finding_has((g)->f, id))				\
			finding_add((g)->f, id, __VA_ARGS__);		\
	} while (0)

/** plan_raise() - the finding @id, which is in the list, blocks from now on */
void plan_raise(struct planning *g, enum finding_id id);

/** plan_path() - "DIR/NAME" into @dst; refuses the plan when it does not fit */
void plan_path(struct planning *g, char dst[static PATH_MAX], const char *dir, const char *name);

/** plan_file_add() - a file to put in place; NULL: the table is full (refused) */
struct plan_file *plan_file_add(struct planning *g, const char *from, const char *to);

/** plan_fd_add() - the next descriptor of the plan; *@fdset counts the sets, NULL = it is in none */
struct plan_fd *plan_fd_add(struct plan *p, enum plan_fd_kind kind, int *fdset);

/** plan_net_fds() - the descriptors of the network cards (plan_net.c) */
void plan_net_fds(struct plan *p);

/** plan_usb_fds() - the descriptors of USB devices and of PipeWire (plan_inputs.c); *@fdset counts the sets */
void plan_usb_fds(struct plan *p, int *fdset);

/** plan_share_fds() - the descriptors of shared folders (plan_jobs.c) */
void plan_share_fds(struct plan *p);

/** plan_device() - the iGPU the VM wants, of the host; NULL: none, or not found */
const struct pci_fact *plan_device(const struct plan_input *in);

/** plan_shape() - machine and guest firmware; says nothing, for plan_rom_path() too */
void plan_shape(const struct plan_input *in, bool *q35, bool *uefi, bool *secure, bool *legacy);

/* The steps, in this order; each fills its part of g->p. */
void plan_machine(struct planning *g);
void plan_firmware(struct planning *g);
void plan_igpu(struct planning *g);
void plan_rom(struct planning *g);
void plan_guest(struct planning *g);
void plan_inputs(struct planning *g);	/* USB devices, event devices, sound */
void plan_net(struct planning *g);	/* a part of plan_guest(): cards, and what is forwarded to them */
void plan_jobs(struct planning *g);	/* a part of it, too: watching over the guest, folders, hook */

#endif
