/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A QMP conversation without a socket: bytes in, bytes out.
 *
 * Never blocks, never logs, never touches a descriptor, has no clock and no
 * loop. Memory is bounded by the constants below. Every submitted command
 * completes exactly once: reply, QMP error, or the error that ended the
 * connection; or it is forgotten by the caller. Once dead it stays dead.
 * Items are handed out in the order of the stream, and the result does not
 * depend on how the stream was cut into pieces.
 *
 * The order of a turn (qmp_fd_step() does the first two on a socket):
 *
 *	qmp_feed()		what was read; or qmp_hangup() at its end
 *	qmp_pending/qmp_wrote()	what can be written
 *	qmp_next()		until it returns false, releasing each item
 *	qmp_wants_out()		the direction to poll for, besides reading
 *
 * State moves in qmp_next() only, so leave none of its items behind.
 */
#ifndef QMP_QMP_H
#define QMP_QMP_H

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* One message from QEMU; the largest legitimate one, query-qmp-schema, has
 * 202-242 KiB and 26,000 tokens (QEMU 7.2 to 11.1). */
#define QMP_MESSAGE_MAX	(4u << 20)
/* Brackets, commas and colons in one message. jansson needs up to about 120
 * bytes for each, so a parsed message never holds more than 8 MiB + itself. */
#define QMP_TOKENS_MAX	65536u
#define QMP_NESTING_MAX	128u
/* Unread bytes that a client holds beyond one message. */
#define QMP_READ_MAX	(64u << 10)
/* One command as sent, with its arguments. */
#define QMP_COMMAND_MAX	(64u << 10)
/* Commands not yet completed, queued ones and forgotten ones in flight included. */
#define QMP_SLOTS	32
/* Commands that QEMU has and has not answered; QEMU stops reading at its own
 * QMP_REQ_QUEUE_LEN_MAX, which is 8 (monitor/qmp.c). */
#define QMP_IN_FLIGHT	8

struct qmp;

enum qmp_state {
	QMP_GREETING,		/* nothing said yet: QEMU's greeting is awaited */
	QMP_NEGOTIATING,	/* greeted; qmp_capabilities is on its way */
	QMP_READY,		/* commands flow. Not "the VM is ready": see query-status */
	QMP_ENDING,		/* connection over, items are left for qmp_next() */
	QMP_DEAD,		/* QMP_END was handed out; nothing happens any more */
};

enum qmp_kind {
	QMP_NONE,		/* a released item */
	QMP_REPLY,		/* a command completed */
	QMP_EVENT,		/* one of the wanted events */
	QMP_END,		/* the connection ended; always the last item, exactly once */
};

/**
 * struct qmp_item - what qmp_next() hands out; release with qmp_item_done()
 * @kind:	which of the members below mean something
 * @err:	QMP_REPLY: 0 for a reply; -EREMOTEIO for a QMP error, then
 *		@error_class and @error_desc are set; else as for QMP_END.
 *		QMP_END: -ECONNRESET (end of file or reset), -EPROTO (what came
 *		is not QMP, or exceeds a limit), -ENOMEM (jansson calls some of
 *		its failed allocations syntax errors: those are -EPROTO too)
 * @id:		QMP_REPLY: what qmp_submit() returned
 * @cookie:	QMP_REPLY: what was given to qmp_submit()
 * @command:	QMP_REPLY: the command's name
 * @event:	QMP_EVENT: index into the table given to qmp_new()
 * @name:	QMP_EVENT: that table's text
 * @seconds:	QMP_EVENT: QEMU's wall clock, -1 when it could not tell, 0 when absent;
 * @micros:	microseconds
 * @value:	QMP_REPLY: the return value, NULL on error. QMP_EVENT: its data,
 *		an object, or NULL. Owned by the item
 * @error_class: QMP's error class ("GenericError"); else NULL
 * @error_desc:	QEMU's sentence, for people only: it differs by version.
 *		QMP_END: our own sentence
 */
struct qmp_item {
	enum qmp_kind kind;
	int err;
	int64_t id;
	void *cookie;
	char command[48];
	size_t event;
	const char *name;
	int64_t seconds, micros;
	json_t *value;
	const char *error_class;
	const char *error_desc;
	json_t *owned;		/* private: keeps @error_class and @error_desc alive */
};

/** struct qmp_counts - what was dropped on the way, and what was not; since qmp_new() */
struct qmp_counts {
	uint64_t replies;	/* completed by QEMU, errors included */
	uint64_t events;	/* handed out */
	uint64_t skipped;	/* events not wanted, never parsed */
	uint64_t late;		/* replies to forgotten commands */
	uint64_t strays;	/* unknown, duplicate or missing id; unknown shape */
};

/**
 * qmp_new() - a client that awaits QEMU's greeting
 * @events: names of the wanted events, ended by NULL; borrowed until
 *	qmp_free(). NULL: none. All others are counted and never parsed, since
 *	a guest can raise 60,000 a second.
 * Return: NULL when out of memory. Release with qmp_free(), which accepts NULL.
 */
struct qmp *qmp_new(const char *const *events);
void qmp_free(struct qmp *q);

enum qmp_state qmp_state(const struct qmp *q);

/** qmp_error() - 0 while the connection lives; afterwards what ended it, as in QMP_END */
int qmp_error(const struct qmp *q);

/** qmp_room() - how many bytes qmp_feed() takes at least; 0: call qmp_next(), or ended */
size_t qmp_room(const struct qmp *q);

/**
 * qmp_feed() - bytes that came from QEMU
 * Return: how many of @n were taken, fewer only when qmp_next() has to be
 * called first; -ENOMEM (which ends the connection); after the end of the
 * connection the error that ended it.
 */
ssize_t qmp_feed(struct qmp *q, const void *bytes, size_t n);

/**
 * qmp_hangup() - the peer is gone: end of file, reset, or the caller is done with it
 * Whole messages fed before are still handed out, half a message is dropped,
 * then every open command completes with @err, then comes QMP_END. Calls
 * after the first change nothing. @err is negative: -ECONNRESET for end of
 * file and reset alike; the caller's own reason, such as -ETIMEDOUT, is
 * handed through.
 */
void qmp_hangup(struct qmp *q, int err);

/**
 * qmp_pending() - bytes to write now, at most one command's
 * Return: how many; *@bytes is borrowed until the next call on @q. 0: none.
 */
size_t qmp_pending(const struct qmp *q, const char **bytes);

/** qmp_pending_fd() - the descriptor that must go along with the first of these bytes, or -1 */
int qmp_pending_fd(const struct qmp *q);

/** qmp_wrote() - @n of the pending bytes were written; nothing else may be called in between */
void qmp_wrote(struct qmp *q, size_t n);

/** qmp_mute() - writing failed: write no more, still take what QEMU says until it ends */
void qmp_mute(struct qmp *q);

/** qmp_wants_out() - is there something to write? */
static inline bool qmp_wants_out(const struct qmp *q)
{
	const char *bytes;

	return qmp_pending(q, &bytes) > 0;
}

/**
 * qmp_submit() - put a command in the queue; allowed in every state before ENDING
 * @command: its name, copied; shorter than 48 bytes
 * @args: its arguments, an object, or NULL; taken over, also on error
 * @cookie: handed back with the reply, never looked at
 * Return: the command's id, > 0; -EINVAL (name too long, @args no object);
 * -EMSGSIZE (longer than QMP_COMMAND_MAX); -ENOBUFS (QMP_SLOTS are open);
 * -ENOMEM; after the end of the connection the error that ended it.
 */
int64_t qmp_submit(struct qmp *q, const char *command, json_t *args, void *cookie);

/**
 * qmp_submit_fd() - the same with a descriptor that goes along (add-fd, getfd)
 * @fd stays the caller's, who keeps it open until the command completes. QEMU
 * takes descriptors on a socket chardev, not on -qmp stdio.
 */
int64_t qmp_submit_fd(struct qmp *q, const char *command, json_t *args, void *cookie, int fd);

/**
 * qmp_forget() - the caller's deadline has passed: this command will not complete
 * One that was not sent is never sent; the reply to one that was is dropped
 * and counted. It keeps its slot until then, as QEMU still has it.
 * Return: 0; -ENOENT when there is no such open command (any more).
 */
int qmp_forget(struct qmp *q, int64_t id);

/** qmp_open() - how many commands have neither completed nor been forgotten */
size_t qmp_open(const struct qmp *q);

/**
 * qmp_next() - the next item
 * Return: false when there is none until more is fed; *@item is then QMP_NONE.
 */
bool qmp_next(struct qmp *q, struct qmp_item *item);

/** qmp_item_done() - release; may be called twice and on a zeroed item */
void qmp_item_done(struct qmp_item *item);

/** qmp_greeting() - the "version" object of the greeting; borrowed; NULL before it came */
const json_t *qmp_greeting(const struct qmp *q);

/** qmp_counts() - borrowed; valid until qmp_free() */
const struct qmp_counts *qmp_counts(const struct qmp *q);

#endif
