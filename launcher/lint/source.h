/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where a foreign line comes from, and the machine it is judged for: the part of lint that reads. */
#ifndef IGVM_LINT_SOURCE_H
#define IGVM_LINT_SOURCE_H

#include "launcher/lint/args.h"
#include "launcher/lint/lint.h"
#include "launcher/pipeline.h"

/** enum lint_form - what the input turned out to be: the words of the JSON */
enum lint_form { LINT_FORM_SHELL, LINT_FORM_CMDLINE, LINT_FORM_LIBVIRT, LINT_FORM_PROXMOX };

/** struct lint_ask - what the command was given; borrowed */
struct lint_ask {
	const char *file;		/* "-" standard input */
	const char *pid, *pve, *libvirt;	/* exactly one of the four is not NULL */
	const char *host;		/* --host; NULL */
	const char *device, *qemu;	/* --device, --qemu; NULL */
};

/** struct lint_source - a line, and the machine */
struct lint_source {
	char name[256];			/* the file, "PID 123": for sentences */
	enum lint_form form;
	struct lint_args args;
	struct lint_machine machine;
	struct host_facts host;		/* machine.host of a report */
	struct findings said;
	pid_t pid;			/* 0 = not a running QEMU */
	struct pipeline *here;		/* owned; this host, when it is the machine */
	char *rom;			/* owned; of the line's romfile */
	struct plan_rom rom_fact;
};

/** source_read() - the words of the line: EXIT_OK, or said: EXIT_USAGE, EXIT_PRIVILEGE, EXIT_FAILED */
int source_read(const struct lint_ask *ask, struct lint_source *s);

/** source_say() - why @name, a file, was not read (-errno): an exit code */
int source_say(const char *name, int r);

/** source_machine() - the machine, once the line is known; the same codes */
int source_machine(const struct globals *g, const struct lint_ask *ask, const struct line *l,
		   struct lint_source *s);

/** source_rom() - the bytes of the line's ROM, where it can be read */
void source_rom(const struct line *l, struct lint_source *s);

void source_done(struct lint_source *s);

/**
 * lint_people(), lint_json() - the answer; lint_json() returns EXIT_OK, or EXIT_FAILED (said)
 *
 * @lines: what to write into the VM's own file, by its format; NULL: none.
 */
void lint_people(const struct lint_source *s, const struct lint *l, const char *lines);
int lint_json(const struct lint_source *s, const struct lint *l, const char *lines);

#endif
