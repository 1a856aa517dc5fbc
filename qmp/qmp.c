/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation
 *
 * Bytes wait in one buffer and are looked at once: qmp_next() cuts a line,
 * scans its raw text (qmp_scan.c), drops it when it is an event that nobody
 * wants, and only then lets jansson build a tree, of which at most one is
 * alive. Nothing is parsed ahead, so a thousand replies in one read cost the
 * memory of one, and a flood of events costs a scan per line.
 *
 * Commands live in a fixed table of slots. One of them, SLOT_HELLO, carries
 * what opens the conversation and is written before all others. The rest are
 * written in the order of their ids, as many as the peer takes at a time. A
 * slot is released by the reply with its id, by qmp_forget() before anything
 * of it was written, or by the end of the connection; that a command
 * completes once is that a slot is released once.
 *
 * A connection that breaks a rule of the protocol or a limit is over: what
 * follows in the stream cannot be trusted to start where it seems to start.
 * A message that is well formed but has no place (no such id, no known shape)
 * is dropped and counted. The end has three steps, so that listeners need one
 * path only: whole messages that came before it, then the open commands, then
 * one QMP_END.
 *
 * The guest agent speaks a dialect of this (qga.c): no greeting, no events,
 * one command at a time, and a byte 0xFF that flushes what came before it.
 */
#include "qmp/qmp_core.h"

#include <stdlib.h>
#include <string.h>

static void greet(struct qmp *q, const json_t *root)
{
	json_t *version = json_object_get(json_object_get(root, "QMP"), "version");

	if (!json_is_object(version))
		qmp_core_end(q, -EPROTO, "this is no QMP greeting");
	else if (qmp_core_say_hello(q, "{\"execute\":\"qmp_capabilities\",\"id\":0}\n") < 0)
		qmp_core_end(q, -ENOMEM, "out of memory");
	else
		q->greeting = json_incref(version);
}

/* The greeting, and the reply to qmp_capabilities, which carries the id 0. */
static bool qmp_hello(struct qmp *q, const json_t *root)
{
	const json_t *id = json_object_get(root, "id");

	if (q->stage == QMP_GREETING) {
		greet(q, root);
		return true;
	}
	if (!json_is_integer(id) || json_integer_value(id) || !qmp_core_sent(q, SLOT_HELLO))
		return false;
	if (json_object_get(root, "return"))
		q->stage = QMP_READY;
	else
		qmp_core_end(q, -EPROTO, "qmp_capabilities was refused");
	qmp_core_release(q, SLOT_HELLO);
	return true;
}

static const struct qmp_dialect qmp_dialect = {
	.limits = { QMP_MESSAGE_MAX, QMP_TOKENS_MAX, QMP_NESTING_MAX },
	.in_flight = QMP_IN_FLIGHT,
	.hello = qmp_hello,
};

struct qmp *qmp_core_new(const struct qmp_dialect *dialect, const char *const *events)
{
	struct qmp *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	q->dialect = dialect;
	q->events = events;
	q->stage = QMP_GREETING;
	q->out = -1;
	return q;
}

struct qmp *qmp_new(const char *const *events)
{
	return qmp_core_new(&qmp_dialect, events);
}

void qmp_free(struct qmp *q)
{
	if (!q)
		return;
	for (unsigned i = 0; i < SLOT_COUNT; i++)
		qmp_core_release(q, i);
	json_decref(q->greeting);
	free(q->buf);
	free(q);
}

enum qmp_state qmp_state(const struct qmp *q)
{
	if (q->ended)
		return QMP_DEAD;
	return q->end_err ? QMP_ENDING : q->stage;
}

int qmp_error(const struct qmp *q)
{
	return q->end_err;
}

const json_t *qmp_greeting(const struct qmp *q)
{
	return q->greeting;
}

const struct qmp_counts *qmp_counts(const struct qmp *q)
{
	return &q->counts;
}

/* --- input ----------------------------------------------------------------- */

static size_t buf_max(const struct qmp *q)
{
	return q->dialect->limits.message + QMP_READ_MAX;
}

size_t qmp_room(const struct qmp *q)
{
	return q->end_err ? 0 : buf_max(q) - (q->tail - q->head);
}

/* The stream broke here. If it had also hung up later, this came first. */
void qmp_core_end(struct qmp *q, int err, const char *text)
{
	q->end_err = err;
	q->end_text = text;
	q->head = q->seen = q->tail = 0;
}

void qmp_hangup(struct qmp *q, int err)
{
	if (q->end_err)
		return;
	q->end_err = err < 0 ? err : -ECONNRESET;
	q->end_text = q->end_err == -ECONNRESET ? "the other side is gone" : "given up";
}

/* Make room for @n more bytes behind tail; @n <= qmp_room(). */
static int buf_reserve(struct qmp *q, size_t n)
{
	size_t used = q->tail - q->head, want = q->size ? q->size : 4096;
	char *buf;

	if (n <= q->size - q->tail)
		return 0;
	if (used)
		memmove(q->buf, q->buf + q->head, used);
	q->seen -= q->head;
	q->head = 0;
	q->tail = used;
	if (n <= q->size - used)
		return 0;
	while (want - used < n)
		want *= 2;
	if (want > buf_max(q))
		want = buf_max(q);
	buf = realloc(q->buf, want);
	if (!buf)
		return -ENOMEM;
	q->buf = buf;
	q->size = want;
	return 0;
}

/* Where @n more bytes may be put; @n <= qmp_room(). NULL: no memory, the connection is over. */
char *qmp_core_space(struct qmp *q, size_t n)
{
	if (buf_reserve(q, n) < 0) {
		qmp_core_end(q, -ENOMEM, "out of memory");
		return NULL;
	}
	return q->buf + q->tail;
}

void qmp_core_filled(struct qmp *q, size_t n)
{
	q->tail += n;
}

ssize_t qmp_feed(struct qmp *q, const void *bytes, size_t n)
{
	size_t room = qmp_room(q);
	char *space;

	if (q->end_err)
		return q->end_err;
	if (n > room)
		n = room;
	if (!n)
		return 0;
	space = qmp_core_space(q, n);
	if (!space)
		return -ENOMEM;
	memcpy(space, bytes, n);
	qmp_core_filled(q, n);
	return (ssize_t)n;
}

/* All was read: start over at the front, and give back what one long message took. */
static void buf_rewind(struct qmp *q)
{
	q->head = q->seen = q->tail = 0;
	if (q->size <= QMP_READ_MAX)
		return;
	free(q->buf);
	q->buf = NULL;
	q->size = 0;
}

/* Step to behind the next line end; a sentinel on the way flushes what stands before it. */
static bool find_line_end(struct qmp *q)
{
	const char *nl;

	if (!q->dialect->sentinel) {
		nl = q->seen < q->tail ? memchr(q->buf + q->seen, '\n', q->tail - q->seen) : NULL;
		q->seen = nl ? (size_t)(nl - q->buf) + 1 : q->tail;
		return nl;
	}
	while (q->seen < q->tail) {
		char ch = q->buf[q->seen++];

		if (ch == '\n')
			return true;
		if (ch != '\xff')
			continue;
		q->head = q->seen;
		q->flushed = true;
	}
	if (q->stage != QMP_READY && !q->flushed)
		q->head = q->tail;
	return false;
}

/* Cut the next line, without its end; valid until more is fed. */
static bool buf_line(struct qmp *q, char **line, size_t *n)
{
	if (find_line_end(q)) {
		*line = q->buf + q->head;
		*n = q->seen - 1 - q->head;
		q->head = q->seen;
		*n -= *n && (*line)[*n - 1] == '\r';
		return true;
	}
	if (q->head == q->tail)
		buf_rewind(q);
	else if (q->tail - q->head > q->dialect->limits.message + 1)
		qmp_core_end(q, -EPROTO, "a message exceeds the limit");
	return false;
}

/* --- messages -------------------------------------------------------------- */

static ssize_t find_event(const struct qmp *q, const char *name, size_t len)
{
	for (size_t i = 0; q->events && q->events[i]; i++)
		if (strlen(q->events[i]) == len && !memcmp(q->events[i], name, len))
			return (ssize_t)i;
	return -1;
}

/* *@root stays NULL for an event that nobody wants. */
static int parse(struct qmp *q, char *line, size_t n, json_t **root, const char **text)
{
	struct qmp_scan scan;
	json_error_t error;
	int r = qmp_scan(line, n, &q->dialect->limits, &scan);

	*text = r == -E2BIG ? "a message exceeds the limit" : "a message is not JSON";
	if (r < 0)
		return -EPROTO;
	if (scan.event && find_event(q, scan.event, scan.event_len) < 0) {
		q->counts.skipped++;
		return 0;
	}
	*root = json_loadb(line, n, JSON_REJECT_DUPLICATES, &error);
	if (*root)
		return 0;
	if (error.text[0])
		return -EPROTO;		/* where jansson has no sentence, it had no memory */
	*text = "out of memory";
	return -ENOMEM;
}

static bool take_event(struct qmp *q, const json_t *root, struct qmp_item *item)
{
	const char *name = json_string_value(json_object_get(root, "event"));
	json_t *data = json_object_get(root, "data"), *when = json_object_get(root, "timestamp");
	ssize_t i = name ? find_event(q, name, strlen(name)) : -1;

	if (i < 0 || (data && !json_is_object(data)))
		return false;
	q->counts.events++;
	*item = (struct qmp_item){
		.kind = QMP_EVENT,
		.event = (size_t)i,
		.name = q->events[i],
		.seconds = json_integer_value(json_object_get(when, "seconds")),
		.micros = json_integer_value(json_object_get(when, "microseconds")),
		.value = json_incref(data),
	};
	return true;
}

/* The slot this reply belongs to, or -1. */
static int reply_slot(const struct qmp *q, const json_t *root)
{
	const json_t *id = json_object_get(root, "id");
	int i = json_is_integer(id) ? qmp_core_find(q, json_integer_value(id)) : -1;

	if (!id && q->dialect->id_optional)
		for (i = QMP_SLOTS - 1; i >= 0 && !qmp_core_sent(q, (unsigned)i); i--)
			;
	return i >= 0 && qmp_core_sent(q, (unsigned)i) ? i : -1;
}

static void fill_reply(struct qmp_item *item, const struct slot *s, int err)
{
	*item = (struct qmp_item){
		.kind = QMP_REPLY,
		.err = err,
		.id = s->id,
		.cookie = s->cookie,
	};
	strcpy(item->command, s->command);
}

static bool take_reply(struct qmp *q, const json_t *root, struct qmp_item *item)
{
	json_t *value = json_object_get(root, "return"), *error = json_object_get(root, "error");
	const char *class = json_string_value(json_object_get(error, "class"));
	const char *desc = json_string_value(json_object_get(error, "desc"));
	int i = reply_slot(q, root);

	if (i < 0 || !value == !error || (error && (!class || !desc)))
		return false;
	if (q->slots[i].state == SLOT_FORGOTTEN) {
		q->counts.late++;
	} else {
		q->counts.replies++;
		fill_reply(item, &q->slots[i], error ? -EREMOTEIO : 0);
		item->value = json_incref(value);
		item->owned = json_incref(error);
		item->error_class = class;
		item->error_desc = desc;
	}
	qmp_core_release(q, (unsigned)i);
	return true;
}

static void take_message(struct qmp *q, char *line, size_t n, struct qmp_item *item)
{
	bool deaf = q->dialect->sentinel && q->stage != QMP_READY;
	json_t *root = NULL;
	const char *text;
	int r;

	if (deaf && !q->flushed)
		return;
	q->flushed = false;
	r = parse(q, line, n, &root, &text);
	if (r == -EPROTO && deaf)
		q->counts.strays++;
	else if (r < 0)
		qmp_core_end(q, r, text);
	else if (root && !(q->stage < QMP_READY && q->dialect->hello(q, root)) &&
		 !take_event(q, root, item) && !take_reply(q, root, item))
		q->counts.strays++;
	json_decref(root);
}

/* The connection is over and all that came was handed out. */
static void take_end(struct qmp *q, struct qmp_item *item)
{
	int oldest = -1;

	qmp_core_release(q, SLOT_HELLO);
	for (int i = 0; i < QMP_SLOTS; i++) {
		const struct slot *s = &q->slots[i];

		if (s->state == SLOT_FORGOTTEN)
			qmp_core_release(q, (unsigned)i);
		else if (s->state != SLOT_FREE && (oldest < 0 || s->id < q->slots[oldest].id))
			oldest = i;
	}
	if (oldest >= 0) {
		fill_reply(item, &q->slots[oldest], q->end_err);
		qmp_core_release(q, (unsigned)oldest);
		return;
	}
	*item = (struct qmp_item){ .kind = QMP_END, .err = q->end_err };
	item->error_desc = q->end_text;
	q->ended = true;
}

bool qmp_next(struct qmp *q, struct qmp_item *item)
{
	char *line;
	size_t n;

	*item = (struct qmp_item){ .kind = QMP_NONE };
	while (item->kind == QMP_NONE && !q->ended) {
		if (buf_line(q, &line, &n))
			take_message(q, line, n, item);
		else if (q->end_err)
			take_end(q, item);
		else
			break;
	}
	return item->kind != QMP_NONE;
}

void qmp_item_done(struct qmp_item *item)
{
	json_decref(item->value);
	json_decref(item->owned);
	*item = (struct qmp_item){ .kind = QMP_NONE };
}
