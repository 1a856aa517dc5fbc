/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The parts of `igvm verify`: looking, and saying. They say what is wrong, once, and return an exit code. */
#ifndef IGVM_CMD_VERIFY_H
#define IGVM_CMD_VERIFY_H

#include "launcher/pipeline.h"
#include "launcher/run/record.h"
#include "launcher/verify/judge.h"

struct verify {
	const struct globals *g;
	struct pipeline *pl;	/* VM file and paths */
	bool quick, wait;
	int64_t deadline;	/* ms, clock_ms() */
	struct record record;	/* of the run */
	char *log;		/* what QEMU wrote; owned */
	char *drivers;		/* templates/intel-driver-versions; owned */
	char qemu[96];		/* version */
	json_t *words;		/* QEMU's command line; owned */
	struct seen *seen;	/* owned */
	struct findings findings;
	enum verdict verdict;
};

/** verify_outside() - the run's record, words, log, and what the host says; EXIT_OK, EXIT_FAILED (said) */
int verify_outside(struct verify *v);

/** verify_inside() - ask QEMU and the guest; EXIT_OK also where the guest gave no answer (seen->guest.end) */
int verify_inside(struct verify *v);

/** verify_manifest() - of this look; a new reference, NULL without memory */
json_t *verify_manifest(const struct verify *v);

/**
 * verify_people(), verify_json() - the answer on stdout
 * @changed: manifest_diff() to the manifest of @worked (0: never), or NULL: not compared
 */
void verify_people(const struct verify *v, const json_t *changed, int64_t worked);
int verify_json(const struct verify *v, const json_t *changed, int64_t worked);

#endif
