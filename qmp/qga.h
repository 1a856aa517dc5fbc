/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest agent's dialect on the core of qmp.h: no greeting, no events, one
 * command at a time, a synchronisation first.
 *
 * What the agent says is written by the guest. It is bounded in bytes and in
 * counts, and never trusted to be true, fresh or printable: texts may hold
 * control characters. Before READY everything is ignored until the byte 0xFF
 * and the id asked for; nothing the guest sends then ends the connection
 * except a message longer than QGA_MESSAGE_MAX.
 *
 * QMP_GREETING means here: qga_sync() was not called; QMP_NEGOTIATING: the
 * agent's answer to it is awaited. A guest without agent answers nothing, so
 * every wait needs the caller's deadline. After one has passed: qmp_forget()
 * the command, then qga_sync() with a new id, or just the latter.
 */
#ifndef QMP_QGA_H
#define QMP_QGA_H

#include "qmp/qmp.h"

/* One message; parsed it holds at most 2 MiB. */
#define QGA_MESSAGE_MAX	(256u << 10)
#define QGA_TOKENS_MAX	16384u
#define QGA_NESTING_MAX	32u
/* Output of one guest-exec that fits a message as base64 beside the rest; what
 * runs in the guest must say less, the agent itself would carry 16 MiB. */
#define QGA_OUTPUT_MAX	(180u << 10)
/* Commands in guest-info's list; QEMU 11.1's agent has about 50. */
#define QGA_COMMANDS_MAX 256u

/** qga_new() - a client that waits for qga_sync(); NULL: out of memory. qmp_free() */
struct qmp *qga_new(void);

/**
 * qga_sync() - start to speak, or start over after a deadline
 * @id: 1 to INT64_MAX, from a random source, never used before on this VM:
 *	the answer to an older one may still be on its way
 *
 * Commands that are queued stay so and are sent after the answer. Forgotten
 * ones in flight are over.
 * Return: 0; -EINVAL (@id); -EBUSY (a command is in flight that was not
 * forgotten); -ENOMEM; after the end of the connection what ended it.
 */
int qga_sync(struct qmp *q, uint64_t id);

enum qga_shutdown {
	QGA_POWERDOWN,
	QGA_HALT,
	QGA_REBOOT,
};

/**
 * struct qga_exec - what to run in the guest
 * @path:	the program
 * @argv:	its words after the name, ended by NULL; may be NULL
 * @input:	@input_len bytes for its stdin; NULL: none
 * @capture:	keep what it says for guest-exec-status
 */
struct qga_exec {
	const char *path;
	const char *const *argv;
	const void *input;
	size_t input_len;
	bool capture;
};

/*
 * Submit one command; cookie and errors as for qmp_submit(), and -EINVAL for
 * text that is not UTF-8. guest-shutdown is answered only when it failed
 * (success shows as the VM's end): forget it after its deadline.
 */
int64_t qga_ping(struct qmp *q, void *cookie);
int64_t qga_info(struct qmp *q, void *cookie);
int64_t qga_shutdown(struct qmp *q, enum qga_shutdown how, void *cookie);
int64_t qga_exec(struct qmp *q, const struct qga_exec *exec, void *cookie);
int64_t qga_exec_status(struct qmp *q, int64_t pid, void *cookie);

/**
 * struct qga_info - what the agent can do
 * The flags say that it has the command and has not disabled it.
 */
struct qga_info {
	char version[64];
	bool ping, shutdown, exec, exec_status;
};

/**
 * struct qga_exec_status - release with qga_exec_status_done()
 * @exited:	the members below mean something
 * @exitcode:	-1: none given, killed by @signal
 * @signal:	0: none. On Windows an exception code
 * @out, @err:	what it said, decoded, with a NUL behind; NULL: nothing. Owned
 * @truncated:	the agent kept only part of it
 */
struct qga_exec_status {
	bool exited, truncated;
	int64_t exitcode, signal;
	char *out, *err;
	size_t out_len, err_len;
};

/*
 * Read a reply's value: 0; -EBADMSG (wrong type, missing member, bad base64,
 * negative pid); -E2BIG (more than QGA_COMMANDS_MAX or QGA_OUTPUT_MAX);
 * -ENOMEM.
 */
int qga_decode_info(const json_t *value, struct qga_info *out);
int qga_decode_exec(const json_t *value, int64_t *pid);
int qga_decode_exec_status(const json_t *value, struct qga_exec_status *out);

/** qga_exec_status_done() - may be called twice and on a zeroed struct */
void qga_exec_status_done(struct qga_exec_status *s);

#endif
