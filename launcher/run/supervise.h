/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor always attaches, whether QEMU is a second or a week old:
 * re-adoption is the only path there is. One poll loop, one computed
 * deadline; decisions are sup_step()'s. SIGTERM means detach: the VM runs on.
 */
#ifndef IGVM_RUN_SUPERVISE_H
#define IGVM_RUN_SUPERVISE_H

#include <stdbool.h>
#include <sys/types.h>

#include "launcher/base/paths.h"
#include "launcher/decide/sup.h"

/* What QEMU gets to obey an order to quit before it is killed. */
#define SUPERVISE_QUIT_MS	10000
/* The longest that a guest may be given to go down. */
#define SUPERVISE_STOP_MAX_MS	(24u * 3600 * 1000)

struct supervise {
	const struct paths *paths;
	const char *sysroot;
	const char *name;
	pid_t child;		/* QEMU when it is our child to reap, 0 when adopted */
	int ready_fd;		/* gets one line: "ready\n" or "failed TEXT\n"; -1 none */
	/*
	 * We are a unit of the service manager of NOTIFY_SOCKET: tell it READY, STATUS and
	 * WATCHDOG, and succeed however the VM ends. That is its own unit's affair, and a
	 * failure of ours would by Restart= and BindsTo= bring the VM back. What there is to
	 * clean up after it is for the ExecStopPost= of that unit, which has the privileges.
	 */
	bool notify;
	/*
	 * We are ExecStop= of the VM's unit: go through the stop ladder, and ask the service manager
	 * for as much time as that takes.
	 */
	bool stop;
	/*
	 * The command, as argv, that starts the VM again after it has failed (restart.h); NULL: nobody does,
	 * or a service manager. Not during a trial, and not a start that never got ready.
	 */
	char *const *again;
	unsigned int quit_ms;	/* for quit and for SIGKILL to work; 0: 10 s (30 s after the guest
				 * itself went down) */
	unsigned int answer_ms;	/* until a silent QEMU counts as deaf; 0: 5 s */
};

/**
 * supervise_run() - attach, watch, report, until QEMU is gone or we are told to detach
 *
 * Blocks SIGTERM and SIGINT and ignores SIGHUP and SIGPIPE, for good. ready_fd is closed. Returns an enum exit_code: EXIT_OK detached, or QEMU ended clean or forced;
 * EXIT_FAILED it ended otherwise; EXIT_NOT_RUNNING there was nothing to attach to (an end
 * that nobody saw is recorded and cleaned up after); EXIT_BUSY another supervisor is there;
 * EXIT_PRIVILEGE. With @again the process may become that command instead.
 *
 * One that cannot begin and has @child and @ready_fd, so is part of a start, ends @child and
 * cleans up, unless another supervisor answers for the VM.
 */
int supervise_run(const struct supervise *s);

/**
 * supervise_record_exit() - what the service manager knows of the end, into end.json
 *
 * @result, @code, @status: SERVICE_RESULT, EXIT_CODE ("exited", "killed", "dumped") and EXIT_STATUS of
 * systemd.exec(5), borrowed. A supervisor that is there records first, for at most 5 s. Whether the run in run/NAME is
 * the one that ended is the caller's to know. *@end is how it ended by all that is known. 0; -ENOENT there is no
 * record of a run; -EBADMSG, -EPROTO of a newer igvm, -errno.
 */
nodiscard_ int supervise_record_exit(const struct paths *p, const char *name, const char *result,
				     const char *code, const char *status, enum sup_end *end);

/**
 * supervise_notify() - tell the service manager of NOTIFY_SOCKET @text, as sd_notify(3) documents it
 *
 * Nothing where there is none; a manager that does not listen changes nothing.
 */
void supervise_notify(const char *text);

/**
 * supervise_finish() - do for a VM that has ended what its supervisor could not do
 *
 * Writes end.json where that run has none ("forced" after supervise_mark_killing(), else "unknown") and
 * cleans up, which gives the iGPU back. 0, -EBUSY a supervisor is there and does it, or the VM
 * runs, -errno.
 */
nodiscard_ int supervise_finish(const struct paths *p, const char *sysroot, const char *name);

/**
 * supervise_mark_killing() - for whoever kills a QEMU without its supervisor: its end is one by force
 *
 * Before the kill, since the record may be written right after it. 0, -ENOENT no record, -errno.
 */
nodiscard_ int supervise_mark_killing(const struct paths *p, const char *name);

/**
 * supervise_spawn() - start a supervisor for a VM that runs without one
 *
 * Forks, detaches (own session, /dev/null), execs nothing. Returns 0 when it answers on its
 * control socket within @timeout_ms, -EBUSY when there already is one, -ESRCH when the VM
 * does not run (any more), -ETIMEDOUT, -errno.
 */
nodiscard_ int supervise_spawn(const struct paths *p, const char *sysroot, const char *name,
			       unsigned int timeout_ms);

/**
 * supervise_call() - control_call_fd(), and where nobody answers while the VM's lock is
 * held, start a supervisor and ask again, all within @timeout_ms
 *
 * -ESRCH the VM does not run; else as control_call_fd() and supervise_spawn(). For the verbs
 * that act; status and list only look.
 */
nodiscard_ int supervise_call(const struct paths *p, const char *sysroot, const char *name,
			      const json_t *request, unsigned int timeout_ms, json_t **answer,
			      int *fd, int *conn);

#endif
