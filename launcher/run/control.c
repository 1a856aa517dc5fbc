/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/control.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "launcher/base/clock.h"
#include "launcher/base/str.h"
#include "launcher/run/control_path.h"

int control_open_dir(const struct paths *p)
{
	char path[PATH_MAX];
	int fd;

	if (!str_print(path, sizeof(path), "%s/control", p->run))
		return -ENAMETOOLONG;
	fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/*
 * sun_path has 108 bytes and a run directory may be deeper: /proc gives any directory a
 * short name.
 */
int control_address(int dir, const char *file, struct sockaddr_un *addr)
{
	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	return str_print(addr->sun_path, sizeof(addr->sun_path), "/proc/self/fd/%d/%s", dir, file) ?
	       0 : -ENAMETOOLONG;
}

int control_connect(int dir, const char *file)
{
	_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un addr;
	int r = control_address(dir, file, &addr);

	if (fd < 0)
		return -errno;
	if (r)
		return r;
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	return TAKE_FD(fd);
}

/* 0 when @fd is ready for @events before @deadline. */
static int wait_for(int fd, short events, int64_t deadline)
{
	for (;;) {
		int64_t left = deadline - clock_ms();
		struct pollfd p = { .fd = fd, .events = events };
		int n;

		if (left <= 0)
			return -ETIMEDOUT;
		n = poll(&p, 1, left > 60000 ? 60000 : (int)left);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
	}
}

static int send_request(int fd, const json_t *request, int64_t deadline)
{
	_free_ char *text = json_dumps(request, JSON_COMPACT);
	_free_ char *line = NULL;
	size_t n;

	if (!text || asprintf(&line, "%s\n", text) < 0)
		return -ENOMEM;
	n = strlen(line);
	if (n > CONTROL_REQUEST_MAX)
		return -EMSGSIZE;
	for (size_t at = 0; at < n;) {
		ssize_t r = send(fd, line + at, n - at, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (r > 0) {
			at += (size_t)r;
			continue;
		}
		/* It may have answered already and be gone: the answer is then still to be read. */
		if (errno == EPIPE)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		r = wait_for(fd, POLLOUT, deadline);
		if (r)
			return (int)r;
	}
	return 0;
}

/* One descriptor may come along; any further one is closed. */
static void take_fd(struct msghdr *msg, int *fd)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int got;

			memcpy(&got, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (*fd < 0)
				*fd = got;
			else
				close(got);
		}
	}
}

static ssize_t receive(int sock, char *buf, size_t n, int *fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { buf, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.space,
			      .msg_controllen = sizeof(control.space) };
	ssize_t r = recvmsg(sock, &msg, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (r > 0)
		take_fd(&msg, fd);
	return r < 0 ? -errno : r;
}

static int receive_line(int sock, int64_t deadline, char *buf, size_t size, int *fd)
{
	size_t have = 0;

	for (;;) {
		ssize_t n;
		char *end;
		int r = wait_for(sock, POLLIN, deadline);

		if (r)
			return r;
		n = receive(sock, buf + have, size - have, fd);
		if (n == -EAGAIN || n == -EINTR)
			continue;
		if (n == 0)
			return -ECONNRESET;
		if (n < 0)
			return (int)n;
		end = memchr(buf + have, '\n', (size_t)n);
		have += (size_t)n;
		if (end)
			return (int)(end - buf);
		if (have == size)
			return -EBADMSG;
	}
}

/* A full backlog (-EAGAIN) is a crowd at the door, which the other end clears in milliseconds. */
static int connect_by(int dir, const char *name, int64_t deadline)
{
	for (;;) {
		int fd = control_connect(dir, name);

		if (fd != -EAGAIN)
			return fd;
		if (clock_ms() >= deadline)
			return -ETIMEDOUT;
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	}
}

static bool is_answer(const json_t *answer)
{
	return json_is_object(answer) && json_is_boolean(json_object_get(answer, "ok"));
}

int control_call_fd(const struct paths *p, const char *name, const json_t *request,
		    unsigned int timeout_ms, json_t **answer, int *fd, int *conn)
{
	int64_t deadline = clock_ms() + timeout_ms;
	_fd_ int dir = control_open_dir(p), sock = -1, came = -1;
	char buf[CONTROL_ANSWER_MAX];
	_json_ json_t *json = NULL;
	int r;

	*answer = NULL;
	*fd = -1;
	if (conn)
		*conn = -1;
	if (dir < 0)
		return dir;
	sock = connect_by(dir, name, deadline);
	if (sock < 0)
		return sock;
	r = send_request(sock, request, deadline);
	if (r)
		return r;
	r = receive_line(sock, deadline, buf, sizeof(buf), &came);
	if (r < 0)
		return r;
	json = json_loadb(buf, (size_t)r, JSON_REJECT_DUPLICATES, NULL);
	if (!is_answer(json))
		return -EBADMSG;
	*answer = TAKE(json);
	*fd = TAKE_FD(came);
	if (conn)
		*conn = TAKE_FD(sock);
	return 0;
}

int control_call(const struct paths *p, const char *name, const json_t *request,
		 unsigned int timeout_ms, json_t **answer)
{
	_fd_ int fd = -1;

	return control_call_fd(p, name, request, timeout_ms, answer, &fd, NULL);
}
