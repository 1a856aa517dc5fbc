/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The pipeline as commands use it: wish, facts, findings, plan, words for one
 * VM. These functions are part of the commands: they say what is wrong, once,
 * and return an exit code; EXIT_OK means go on.
 */
#ifndef IGVM_PIPELINE_H
#define IGVM_PIPELINE_H

#include "launcher/base/i18n.h"
#include "launcher/cmd.h"
#include "launcher/decide/plan.h"
#include "launcher/facts/host_more.h"
#include "launcher/decide/words.h"
#include "launcher/facts/boot.h"
#include "launcher/run/bind.h"

struct pipeline {
	const struct globals *g;
	const char *name;
	struct paths paths;
	struct wish wish;
	struct host_facts host;
	const struct host_more *more;	/* borrowed; of doctor alone, else NULL */
	struct qemu_caps caps;
	bool caps_known;
	struct boot_facts boot;		/* of pipeline_boot() */
	bool boot_known;
	struct findings findings;
	struct rom_store store;
	struct net_facts net;
	struct inputs inputs;
	struct way_in_facts way_in;	/* of a VM that gets USB devices, else zeroed */
	char *rom;			/* bytes of the ROM file the plan is made with; NULL = none */
	size_t rom_len;
	struct plan plan;
	struct words words;

	/* of pipeline_lock() and pipeline_claim() */
	int vm_lock, device_lock;	/* -1 = not held */
	bool vm_busy;			/* pipeline_lock() found the lock held */
	bool claimed;			/* a hand-over of ours is in the journal */
	bool screen;			/* a hand-over of the screen may be noted */
	bool elsewhere;			/* before_claim() left the rest to another process */
	/*
	 * Called by pipeline_prepare() before the device, p->device, is taken from whoever has it; an
	 * exit code. NULL: nobody has to be asked.
	 */
	int (*before_claim)(struct pipeline *p);
	const void *context;		/* of before_claim() */
	struct bdf device;
	char previous_driver[32];
};

/** pipeline_new() - zeroed, descriptors -1; NULL without memory (said) */
struct pipeline *pipeline_new(const struct globals *g, const char *name);

/** pipeline_free() - release everything; gives nothing back to the host; NULL allowed */
void pipeline_free(struct pipeline *p);

static inline void cleanup_pipeline(struct pipeline **p)
{
	pipeline_free(*p);
}
#define _pipeline_	__attribute__((cleanup(cleanup_pipeline)))

/** pipeline_wish() - the VM file: EXIT_USAGE, EXIT_NO_VM, EXIT_PRIVILEGE */
int pipeline_wish(struct pipeline *p);

/**
 * pipeline_paths() - where the VM called @name lives: the caller's own VMs, then the system's
 *
 * For verbs that need no VM file. EXIT_USAGE bad name, EXIT_NO_VM, EXIT_PRIVILEGE (the system's, and not root).
 */
int pipeline_paths(const struct globals *g, const char *name, struct paths *paths);

/** pipeline_facts() - host and QEMU as found; with @vfio != NEVER the device may be opened (which resets it) */
int pipeline_facts(struct pipeline *p, enum host_vfio vfio);

/** pipeline_vm_runs() - for inputs_claims() */
bool pipeline_vm_runs(const struct paths *p, const char *vm);

/** pipeline_boot() - what the next boot will load, after pipeline_facts(); EXIT_FAILED without memory (said) */
int pipeline_boot(struct pipeline *p, enum boot_image image);

/**
 * pipeline_lock() - take the VM's lock and clean up after an earlier run
 *
 * EXIT_BUSY with p->vm_busy set (nothing was said) when the VM runs; EXIT_PRIVILEGE, EXIT_FAILED.
 */
int pipeline_lock(struct pipeline *p);

/** pipeline_lock_device() - the lock of p->device, unless it is held: EXIT_OK, or said: EXIT_BUSY, EXIT_FAILED */
int pipeline_lock_device(struct pipeline *p);

/**
 * pipeline_claim() - the device's lock, and the device bound to vfio-pci
 *
 * EXIT_BUSY, EXIT_PRIVILEGE, EXIT_FAILED; EXIT_REFUSED: there is no such device (a finding says so).
 * What was taken until then is given back by pipeline_unclaim().
 */
int pipeline_claim(struct pipeline *p);

/** pipeline_unclaim() - locks released, device given back to whom it had before; for every way out that starts nothing */
void pipeline_unclaim(struct pipeline *p);

/**
 * pipeline_plan() - findings, plan, words
 *
 * EXIT_REFUSED when a finding blocks and @force is false; the findings are kept in p->findings and are not printed.
 * With @force a plan that can be made at all is made.
 */
int pipeline_plan(struct pipeline *p, enum plan_purpose purpose, bool rescue, bool force);

/**
 * pipeline_prepare() - all of the above, in order, up to the words
 *
 * With EXIT_OK the locks are held, the device is claimed, and warnings were printed on stderr. Otherwise
 * nothing is held and it was said why, but for a VM that runs: then p->vm_busy is set and the caller says it.
 */
int pipeline_prepare(struct pipeline *p, enum plan_purpose purpose, bool rescue, bool force);

/* Options of the commands that start a VM; a row each for their tables. */
enum { PIPELINE_OPT_RESCUE = 0x200, PIPELINE_OPT_FORCE };
#define PIPELINE_OPT_RESCUE_ROW	\
	{ "rescue", 0, NULL, N_("bring the emulated display back for this run"), PIPELINE_OPT_RESCUE }
#define PIPELINE_OPT_FORCE_ROW	\
	{ "force", 0, NULL, N_("go on in spite of findings that block (it may end in Code 43)"), \
	  PIPELINE_OPT_FORCE }

/** struct pipeline_args - what they were given */
struct pipeline_args {
	const char *name;
	bool rescue, force;
};

/** pipeline_args() - parse "[--rescue] [--force] NAME"; EXIT_USAGE when it was said what is wrong */
int pipeline_args(const struct cmd *c, const struct globals *g, int argc, char **argv,
		  struct pipeline_args *a);

/** findings_print() - one block per finding for people: severity, id, seen; wanted; fix */
void findings_print(FILE *f, const struct findings *list, enum severity least);

/** findings_refuse() - print what blocks on stderr, with the next step; returns EXIT_REFUSED */
int findings_refuse(const struct findings *list);

#endif
