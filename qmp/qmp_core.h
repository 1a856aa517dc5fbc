/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What qmp.c and qga.c share; nobody else includes this. */
#ifndef QMP_QMP_CORE_H
#define QMP_QMP_CORE_H

#include "qmp/qmp.h"
#include "qmp/qmp_scan.h"

enum slot_state {
	SLOT_FREE,
	SLOT_QUEUED,		/* not a byte of it was written */
	SLOT_SENT,		/* being written, or written and not answered */
	SLOT_FORGOTTEN,		/* as SENT, but nobody waits for it */
};

struct slot {
	enum slot_state state;
	int64_t id;		/* > 0; the hello's is 0 */
	void *cookie;
	char command[48];
	int fd;			/* goes along with the first byte; -1: none. Borrowed */
	char *line;		/* owned; NULL once written */
	size_t len;
};

/* SLOT_HELLO carries qmp_capabilities or guest-sync-delimited. */
enum { SLOT_HELLO = QMP_SLOTS, SLOT_COUNT };

/** struct qmp_dialect - in what QEMU and the guest agent differ */
struct qmp_dialect {
	struct qmp_limits limits;
	unsigned in_flight;
	bool sentinel;		/* 0xFF flushes what came before it */
	bool id_optional;	/* a reply without id belongs to the one in flight */
	/* Offered each message before READY; false: it belongs to somebody else. */
	bool (*hello)(struct qmp *q, const json_t *root);
};

struct qmp {
	const struct qmp_dialect *dialect;
	const char *const *events;
	enum qmp_state stage;	/* GREETING, NEGOTIATING or READY only */
	int end_err;		/* 0: alive */
	const char *end_text;
	bool ended;		/* QMP_END was handed out */
	bool muted;

	/* input: buf[head..tail) unread, no line end in buf[head..seen) */
	char *buf;
	size_t size, head, seen, tail;
	bool flushed;		/* the message at head follows a sentinel */

	struct slot slots[SLOT_COUNT];
	int64_t last_id;
	int out;		/* slot partly written, or -1 */
	size_t out_off;

	int64_t sync_id;	/* guest agent: what the hello must return */
	json_t *greeting;
	struct qmp_counts counts;
};

struct qmp *qmp_core_new(const struct qmp_dialect *dialect, const char *const *events);
char *qmp_core_space(struct qmp *q, size_t n);
void qmp_core_filled(struct qmp *q, size_t n);
void qmp_core_end(struct qmp *q, int err, const char *text);
int qmp_core_find(const struct qmp *q, int64_t id);
bool qmp_core_sent(const struct qmp *q, unsigned i);
void qmp_core_release(struct qmp *q, unsigned i);
int qmp_core_say_hello(struct qmp *q, const char *text);

#endif
