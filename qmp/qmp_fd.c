/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "qmp/qmp_fd.h"

#include "qmp/qmp_core.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>

/* A hundred events. More costs memory in every supervisor and saves few calls. */
enum { READ_UNIT = 16 << 10 };

short qmp_fd_events(const struct qmp *q)
{
	return (short)(POLLIN | (qmp_wants_out(q) ? POLLOUT : 0));
}

/* Send with the descriptor that belongs to the first byte, if there is one. */
static ssize_t send_some(int sock, const char *bytes, size_t n, int fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)bytes, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		msg.msg_control = control.space;
		msg.msg_controllen = sizeof(control.space);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	return sendmsg(sock, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void write_all(struct qmp *q, int fd)
{
	const char *bytes;
	size_t n;

	while ((n = qmp_pending(q, &bytes)) > 0) {
		ssize_t r = send_some(fd, bytes, n, qmp_pending_fd(q));

		if (r > 0) {
			qmp_wrote(q, (size_t)r);
		} else if (errno != EINTR) {
			if (errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM)
				qmp_mute(q);
			return;
		}
	}
}

/* Straight into the client's buffer: a chunk of its own would be cleared for every event. */
static void read_once(struct qmp *q, int fd)
{
	size_t n = qmp_room(q);
	char *space;
	ssize_t r;

	if (n > READ_UNIT)
		n = READ_UNIT;
	space = n ? qmp_core_space(q, n) : NULL;
	if (!space)
		return;
	do
		r = recv(fd, space, n, MSG_DONTWAIT);
	while (r < 0 && errno == EINTR);
	if (r > 0)
		qmp_core_filled(q, (size_t)r);
	else if (r == 0 || errno != EAGAIN)
		qmp_hangup(q, -ECONNRESET);
}

int qmp_fd_step(struct qmp *q, int fd, short revents)
{
	if (revents & POLLOUT)
		write_all(q, fd);
	if (revents & (POLLIN | POLLHUP | POLLERR | POLLNVAL))
		read_once(q, fd);
	return qmp_error(q);
}
