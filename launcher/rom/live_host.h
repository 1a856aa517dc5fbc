/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The running host as input of `igvm rom show`, `check` and `extract` without FILE. */
#ifndef IGVM_ROM_LIVE_HOST_H
#define IGVM_ROM_LIVE_HOST_H

#include "launcher/cmd.h"
#include "launcher/rom/input.h"
#include "launcher/rom/live.h"

/** struct live_host - a host with what each of its places gave */
struct live_host {
	struct host_facts *host;	/* owned */
	const struct pci_fact *igpu;	/* in *@host */
	struct live place[LIVE_N];	/* owned */
};

/**
 * live_host_read() - read the host below g->root and ask every place about its iGPU
 *
 * @vfio as in host_read(). 0, or an exit code after it was said what is wrong;
 * live_host_done() then too.
 */
int live_host_read(const struct globals *g, enum host_vfio vfio, struct live_host *l);

/**
 * live_host_inputs() - the places that gave something, as inputs that borrow the bytes; how many
 *
 * Named by id for programs, else by what people call them. What is the same
 * as, or the beginning of, another place's is left out.
 */
size_t live_host_inputs(const struct live_host *l, bool json, struct input in[static LIVE_N]);

/** live_host_print_unread() - a line for each place that gave nothing: why */
void live_host_print_unread(const struct live_host *l, FILE *out);

/** live_host_differs() - did two reads of a place differ? then the host is not to be believed */
bool live_host_differs(const struct live_host *l);

/** live_host_say_nothing() - no place gave anything: what to do */
void live_host_say_nothing(void);

/** live_host_done() - release it; harmless on a zeroed one */
void live_host_done(struct live_host *l);

#endif
