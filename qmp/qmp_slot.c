/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands on their way: the table of slots, and what is written next. */
#include "qmp/qmp_core.h"

#include <stdlib.h>
#include <string.h>

void qmp_core_release(struct qmp *q, unsigned i)
{
	free(q->slots[i].line);
	q->slots[i] = (struct slot){ .state = SLOT_FREE, .fd = -1 };
	if (q->out == (int)i)
		q->out = -1;
}

/* Was the whole of it written, and is it not answered? */
bool qmp_core_sent(const struct qmp *q, unsigned i)
{
	const struct slot *s = &q->slots[i];

	return (s->state == SLOT_SENT || s->state == SLOT_FORGOTTEN) && !s->line;
}

int qmp_core_say_hello(struct qmp *q, const char *text)
{
	struct slot *s = &q->slots[SLOT_HELLO];
	char *line = strdup(text);

	if (!line)
		return -ENOMEM;
	qmp_core_release(q, SLOT_HELLO);
	*s = (struct slot){ .state = SLOT_QUEUED, .fd = -1, .line = line, .len = strlen(line) };
	q->stage = QMP_NEGOTIATING;
	return 0;
}

/* One line of JSON. -EMSGSIZE, -ENOMEM. */
static int build_line(struct slot *s, const char *command, const json_t *args)
{
	json_t *root = json_pack("{s:s, s:O*, s:I}", "execute", command, "arguments", args, "id",
				 (json_int_t)s->id);
	size_t n = root ? json_dumpb(root, NULL, 0, JSON_COMPACT) : 0;
	int r = -ENOMEM;

	if (n >= QMP_COMMAND_MAX) {
		r = -EMSGSIZE;
	} else if (n && (s->line = malloc(n + 1)) &&
		   json_dumpb(root, s->line, n, JSON_COMPACT) == n) {
		s->line[n] = '\n';
		s->len = n + 1;
		r = 0;
	} else {
		free(s->line);
	}
	json_decref(root);
	return r;
}

static int64_t submit(struct qmp *q, const char *command, const json_t *args, void *cookie, int fd)
{
	struct slot s = { .state = SLOT_QUEUED, .cookie = cookie, .fd = fd, .id = q->last_id + 1 };
	unsigned i = 0;
	int r;

	if (q->end_err)
		return q->end_err;
	if (strlen(command) >= sizeof(s.command) || (args && !json_is_object(args)))
		return -EINVAL;
	while (i < QMP_SLOTS && q->slots[i].state != SLOT_FREE)
		i++;
	if (i == QMP_SLOTS)
		return -ENOBUFS;
	strcpy(s.command, command);
	r = build_line(&s, command, args);
	if (r < 0)
		return r;
	q->slots[i] = s;
	q->last_id = s.id;
	return s.id;
}

int64_t qmp_submit_fd(struct qmp *q, const char *command, json_t *args, void *cookie, int fd)
{
	int64_t r = submit(q, command, args, cookie, fd);

	json_decref(args);
	return r;
}

int64_t qmp_submit(struct qmp *q, const char *command, json_t *args, void *cookie)
{
	return qmp_submit_fd(q, command, args, cookie, -1);
}

int qmp_core_find(const struct qmp *q, int64_t id)
{
	for (int i = 0; i < QMP_SLOTS; i++)
		if (q->slots[i].state != SLOT_FREE && q->slots[i].id == id)
			return i;
	return -1;
}

int qmp_forget(struct qmp *q, int64_t id)
{
	int i = qmp_core_find(q, id);

	if (i < 0 || q->slots[i].state == SLOT_FORGOTTEN)
		return -ENOENT;
	if (q->slots[i].state == SLOT_QUEUED)
		qmp_core_release(q, (unsigned)i);
	else
		q->slots[i].state = SLOT_FORGOTTEN;
	return 0;
}

size_t qmp_open(const struct qmp *q)
{
	size_t n = 0;

	for (unsigned i = 0; i < QMP_SLOTS; i++)
		n += q->slots[i].state == SLOT_QUEUED || q->slots[i].state == SLOT_SENT;
	return n;
}

/* The slot whose bytes go next, or -1. */
static int next_out(const struct qmp *q)
{
	unsigned in_flight = 0;
	int best = -1;

	if (q->end_err || q->muted)
		return -1;
	if (q->out >= 0)
		return q->out;
	if (q->slots[SLOT_HELLO].state == SLOT_QUEUED)
		return SLOT_HELLO;
	if (q->stage != QMP_READY)
		return -1;
	for (int i = 0; i < QMP_SLOTS; i++) {
		const struct slot *s = &q->slots[i];

		in_flight += s->state == SLOT_SENT || s->state == SLOT_FORGOTTEN;
		if (s->state == SLOT_QUEUED && (best < 0 || s->id < q->slots[best].id))
			best = i;
	}
	return in_flight < q->dialect->in_flight ? best : -1;
}

size_t qmp_pending(const struct qmp *q, const char **bytes)
{
	int i = next_out(q);
	size_t off = q->out >= 0 ? q->out_off : 0;

	if (i < 0)
		return 0;
	*bytes = q->slots[i].line + off;
	return q->slots[i].len - off;
}

int qmp_pending_fd(const struct qmp *q)
{
	int i = next_out(q);

	return i >= 0 && q->out < 0 ? q->slots[i].fd : -1;
}

void qmp_wrote(struct qmp *q, size_t n)
{
	int i = next_out(q);
	struct slot *s;

	if (i < 0 || !n)
		return;
	s = &q->slots[i];
	if (q->out < 0) {
		q->out = i;
		q->out_off = 0;
		s->state = SLOT_SENT;
	}
	q->out_off += n;
	if (q->out_off < s->len)
		return;
	free(s->line);
	s->line = NULL;
	q->out = -1;
}

void qmp_mute(struct qmp *q)
{
	q->muted = true;
}
