/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The judgement of a foreign command line: line -> wish -> plan -> findings, and the words igvm
 * would have written instead. Pure: every fact comes in, nothing is read.
 */
#ifndef IGVM_LINT_LINT_H
#define IGVM_LINT_LINT_H

#include "launcher/decide/finding.h"
#include "launcher/decide/plan.h"
#include "launcher/lint/line.h"

/** struct lint_machine - the host a line is judged for, as far as it is known */
struct lint_machine {
	enum {
		LINT_UNKNOWN,	/* nothing is known but what the line says */
		LINT_TOLD,	/* a device id, a version of QEMU */
		LINT_REPORT,	/* what igvm doctor said elsewhere */
		LINT_HERE,	/* this host, read now */
	} from;
	int device_id;			/* of the iGPU, -1 = unknown */
	bool qemu_known;
	struct qemu_caps caps;		/* with qemu_known */
	struct host_facts *host;	/* borrowed; NULL unless LINT_REPORT, LINT_HERE */
	const struct findings *said;	/* LINT_REPORT: what doctor found there; may be NULL */
	uint64_t memlock_bytes;		/* RLIMIT_MEMLOCK of a running QEMU; 0 = not known */
};

/** struct lint_input - all a judgement is made from; borrowed */
struct lint_input {
	const struct line *line;
	const struct lint_machine *machine;
	struct plan_rom rom;		/* bytes of the line's romfile= */
};

/** struct lint_pair - one group of options: as it is, as it should be */
struct lint_pair {
	char *yours;		/* owned; "" = not there */
	char *right;		/* owned; "" = to be left out */
};

#define LINT_PAIRS_MAX	8u

struct lint {
	struct findings findings;
	enum verdict verdict;	/* ready, blocked; unknown: nothing blocks, and something could not be judged */
	struct lint_pair pair[LINT_PAIRS_MAX];
	size_t n_pair;
	bool corrected;		/* there is a right line; false: none, or not known enough */
	struct plan plan;	/* with corrected: the right one */
};

/** lint_judge() - fill *@out, a big value; 0, -ENOMEM. lint_done() releases it whatever this returned */
nodiscard_ int lint_judge(const struct lint_input *in, struct lint *out);

void lint_done(struct lint *l);

/** lint_caps() - abilities of a released QEMU by its version alone (facts: hw/vfio/igd.c of each) */
void lint_caps(int major, int minor, struct qemu_caps *c);

/**
 * lint_report() - what `igvm --json doctor` printed -> the machine; -EBADMSG with *@why (N_())
 *
 * @host and @said are filled and become the machine's.
 */
nodiscard_ int lint_report(const json_t *report, struct host_facts *host, struct findings *said,
			   struct lint_machine *m, const char **why);

#endif
