/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What igvm knows about a VM that runs or ran, on disk: run/NAME/state.json
 * (written by launch before exec), run/NAME/end.json (written once at the end).
 * Files of a newer igvm ("version" above ours) are refused with -EPROTO and never rewritten.
 */
#ifndef IGVM_RUN_RECORD_H
#define IGVM_RUN_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/base/bdf.h"
#include "launcher/base/paths.h"
#include "launcher/decide/plan.h"

/** struct identity - which process is the VM: never a pid alone */
struct identity {
	pid_t pid;
	uint64_t start_ticks;	/* /proc/PID/stat field 22 */
	char exe[PATH_MAX];	/* readlink /proc/PID/exe without " (deleted)"; "" = not compared */
	char uuid[37];		/* -uuid given to QEMU; QMP query-uuid must agree */
};

#define RECORD_TRIAL_MAX_MS	(24u * 3600 * 1000)
#define RECORD_STARTS_MAX	2000000000

struct record {
	char name[49];
	struct identity id;
	uint64_t started_unix;	/* seconds */
	bool igpu;
	struct bdf host_bdf;
	char previous_driver[32];	/* what the device had before; "" none */
	unsigned int start_ms, stop_ms;	/* of the plan */
	int vnc_display;	/* -1 none */
	bool emulated_display;
	char display[16];	/* of the VM file: "both", "monitor" ...; "" a record of an older igvm */
	char qemu[PATH_MAX];
	unsigned int trial_ms;	/* stopped this long after its start unless confirmed; 0 no trial */
	unsigned int rdp_port;	/* of the host, for the guest's Remote Desktop; 0 none */
	bool rdp_lan;
	/* qdev ids, "drive1"; "" none. Records of an older igvm have none of them. */
	char setup_drive[32];	/* keys are pressed until it is read; see plan.h */
	char answers_drive[32];	/* its ejection is the end of set-up */
	char words[WISH_WORDS_SIZE];	/* extra ones of the VM file, with blanks between; "" none */
	/* Of this boot of the host; records of an older igvm have neither. */
	unsigned int starts;	/* how often it was started, this run included; 0 not counted */
	char last_end[16];	/* how the run before ended, a word of sup_end_text(); "" not known */
	uint64_t last_ended;	/* when, seconds since 1970; 0 not known */
};

/** record_make() - from the plan; identity of the calling process (which becomes QEMU); pure but for /proc/self */
void record_make(const struct plan *p, const char uuid[static 37], struct record *r);

/** record_write(), record_read() - run/NAME/state.json; 0, -ENOENT, -EBADMSG, -EPROTO newer version, -errno */
nodiscard_ int record_write(int run_fd, const struct record *r);
nodiscard_ int record_read(int run_fd, struct record *r);

/** record_follow() - @r comes after the run whose records are in @run_fd, if any: starts, last_end, last_ended */
void record_follow(int run_fd, struct record *r);

/** record_open_dir() - a descriptor of run/NAME, not of a link; -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -errno */
nodiscard_ int record_open_dir(const struct paths *p, const char *name);

/** record_check_version() - 0, -EPROTO when "version" of @json is above @ours, -EBADMSG without one */
nodiscard_ int record_check_version(const json_t *json, int ours);

/** identity_read() - pid, start time and exe of a process that lives; uuid is ""; 0, -ESRCH, -errno */
nodiscard_ int identity_read(pid_t pid, struct identity *id);

/** identity_json(), identity_from_json() - {"pid", "start_ticks", "exe", "uuid"}; new reference or
 * NULL; 0 or -EBADMSG */
json_t *identity_json(const struct identity *id);
nodiscard_ int identity_from_json(const json_t *json, struct identity *id);

/**
 * identity_open() - a pidfd of exactly that process
 *
 * Opens the pidfd first, then compares start time and exe, so a reused pid is
 * never taken. A process that has ended and waits to be reaped is still there (its pidfd is readable). Returns the pidfd, -ESRCH when it is gone or another process, -errno.
 */
nodiscard_ int identity_open(const struct identity *id);

#endif
