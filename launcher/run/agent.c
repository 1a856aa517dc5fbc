/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>

#include "launcher/base/clock.h"
#include "launcher/base/str.h"
#include "launcher/run/control_path.h"
#include "qmp/qmp_fd.h"

/* Between two looks whether the program has ended. */
#define LOOK_MS		100

/** struct asking - one conversation */
struct asking {
	struct qmp *q;
	int fd;
	int64_t until;
};

static int connect_agent(const struct paths *p, const char *name)
{
	_fd_ int run = -1;
	char path[PATH_MAX];

	if (!str_print(path, sizeof(path), "%s/%s", p->run, name))
		return -ENAMETOOLONG;
	run = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return run < 0 ? -errno : control_connect(run, "agent");
}

/* The answer to the one command that is open. */
static int await(struct asking *a, struct qmp_item *item)
{
	while (!qmp_next(a->q, item)) {
		struct pollfd pfd = { .fd = a->fd, .events = qmp_fd_events(a->q) };
		int64_t left = a->until - clock_ms();

		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&pfd, 1, left > 1000 ? 1000 : (int)left) >= 0)
			(void)qmp_fd_step(a->q, a->fd, pfd.revents);
	}
	return item->kind == QMP_REPLY && !item->err ? 0 : item->err ? item->err : -EBADMSG;
}

static int start(struct asking *a, const struct qga_exec *exec, int64_t *pid)
{
	struct qmp_item item = { 0 };
	uint64_t id;
	int64_t n;
	int r;

	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		return -EIO;
	r = qga_sync(a->q, id % INT64_MAX + 1);
	n = r ? r : qga_exec(a->q, exec, NULL);
	if (n < 0)
		return (int)n;
	r = await(a, &item);
	if (!r)
		r = qga_decode_exec(item.value, pid);
	qmp_item_done(&item);
	return r;
}

static int look(struct asking *a, int64_t pid, struct qga_exec_status *out)
{
	struct qmp_item item = { 0 };
	int64_t n = qga_exec_status(a->q, pid, NULL);
	int r = n < 0 ? (int)n : await(a, &item);

	if (!r)
		r = qga_decode_exec_status(item.value, out);
	qmp_item_done(&item);
	return r;
}

static int run(struct asking *a, const struct qga_exec *exec, struct qga_exec_status *out)
{
	int64_t pid;
	int r = start(a, exec, &pid);

	while (!r) {
		r = look(a, pid, out);
		if (r || out->exited)
			break;
		qga_exec_status_done(out);
		if (clock_ms() >= a->until)
			return -ETIMEDOUT;
		poll(NULL, 0, LOOK_MS);
	}
	return r;
}

int agent_run(const struct paths *p, const char *name, const struct qga_exec *exec, unsigned int timeout_ms,
	      struct qga_exec_status *out)
{
	_fd_ int fd = connect_agent(p, name);
	struct asking a = { .fd = fd, .until = clock_ms() + timeout_ms };
	int r;

	*out = (struct qga_exec_status){ 0 };
	if (fd < 0)
		return fd;
	a.q = qga_new();
	if (!a.q)
		return -ENOMEM;
	r = run(&a, exec, out);
	qmp_free(a.q);
	if (r)
		qga_exec_status_done(out);
	return r;
}
