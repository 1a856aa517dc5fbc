/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/agent.h"

#include <errno.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include "launcher/base/clock.h"
#include "launcher/base/str.h"
#include "qmp/qmp_fd.h"

/* Between two looks whether the program has ended: soon at first. */
#define LOOK_MIN_MS	50
#define LOOK_MAX_MS	1000

/* The one reply that is outstanding; *@item is the caller's to release. -ETIMEDOUT, or what ended the connection. */
static int wait_reply(struct agent *a, struct qmp_item *item)
{
	int64_t until = clock_ms() + AGENT_CALL_MS;

	for (;;) {
		struct pollfd p = { .fd = a->fd };
		int64_t left = until - clock_ms();

		while (qmp_next(a->q, item)) {
			if (item->kind == QMP_REPLY)
				return 0;
			if (item->kind == QMP_END) {
				int err = item->err;

				qmp_item_done(item);
				return err;
			}
			qmp_item_done(item);
		}
		if (left <= 0)
			return -ETIMEDOUT;
		/* Only now: what was handed out may have set commands free. */
		p.events = qmp_fd_events(a->q);
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return -errno;
		(void)qmp_fd_step(a->q, a->fd, p.revents);
	}
}

/* @sent: what sending the command returned. The agent's refusal is the guest's text. */
static int take_reply(struct agent *a, int64_t sent, struct qmp_item *item)
{
	int r = sent < 0 ? (int)sent : wait_reply(a, item);

	if (r || !item->err)
		return r;
	r = item->err;
	if (item->error_desc)
		str_fit(a->refusal, sizeof(a->refusal), item->error_desc);
	else
		str_fit(a->refusal, sizeof(a->refusal), "?");
	str_sanitize(a->refusal);
	return r;
}

int agent_begin(struct agent *a, const struct qga_exec *exec, int64_t *pid)
{
	struct qmp_item item = { 0 };
	uint64_t id;
	int r;

	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		return -EIO;
	a->q = qga_new();
	r = a->q ? qga_sync(a->q, id % INT64_MAX + 1) : -ENOMEM;
	if (r)
		return r;
	r = take_reply(a, qga_exec(a->q, exec, NULL), &item);
	if (!r && qga_decode_exec(item.value, pid))
		r = -EPROTO;
	qmp_item_done(&item);
	return r;
}

static int look(struct agent *a, int64_t pid, struct qga_exec_status *out)
{
	struct qmp_item item = { 0 };
	int r = take_reply(a, qga_exec_status(a->q, pid, NULL), &item);

	if (!r && qga_decode_exec_status(item.value, out))
		r = -EPROTO;
	qmp_item_done(&item);
	return r;
}

int agent_wait(struct agent *a, int64_t pid, int timeout_ms, struct qga_exec_status *out)
{
	int64_t until = clock_ms() + timeout_ms;
	int pause = LOOK_MIN_MS;

	*out = (struct qga_exec_status){ 0 };
	for (;;) {
		int r = look(a, pid, out);

		if (r || out->exited)
			return r;
		qga_exec_status_done(out);
		if (timeout_ms >= 0 && clock_ms() >= until)
			return -ETIMEDOUT;
		poll(NULL, 0, pause);
		pause = pause * 2 > LOOK_MAX_MS ? LOOK_MAX_MS : pause * 2;
	}
}

void agent_close(struct agent *a)
{
	qmp_free(a->q);
	if (a->fd >= 0)
		close(a->fd);
	if (a->lease >= 0)
		close(a->lease);
	*a = (struct agent)AGENT_NONE;
}
