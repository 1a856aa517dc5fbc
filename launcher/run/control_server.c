/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/control_server.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/control_path.h"

void control_init(struct control_server *cs)
{
	*cs = (struct control_server){ .dir = -1, .fd = -1 };
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		cs->client[i].fd = -1;
}

/*
 * Bound under a name nobody looks for (a VM's name starts with no dot), then
 * renamed: whoever finds the socket finds it listening and with its mode.
 */
static int bind_and_rename(int fd, int dir, const char *file)
{
	struct sockaddr_un addr;
	char temp[64];
	int r;

	if (!str_print(temp, sizeof(temp), ".%s", file))
		return -ENAMETOOLONG;
	r = control_address(dir, temp, &addr);
	if (r)
		return r;
	if (unlinkat(dir, temp, 0) && errno != ENOENT)
		return -errno;
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		return -errno;
	if (fchmodat(dir, temp, 0600, 0) || listen(fd, 16) || renameat(dir, temp, dir, file)) {
		r = -errno;
		unlinkat(dir, temp, 0);
		return r;
	}
	return 0;
}

int control_listen(struct control_server *cs, const struct paths *p, const char *file)
{
	_fd_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	_fd_ int dir = -1;
	char path[PATH_MAX];
	int r;

	if (fd < 0)
		return -errno;
	if (!str_copy(cs->file, sizeof(cs->file), file) ||
	    !str_print(path, sizeof(path), "%s/control", p->run))
		return -ENAMETOOLONG;
	dir = dir_open_mine(path, 0755);
	if (dir < 0)
		return dir;
	r = bind_and_rename(fd, dir, file);
	if (r)
		return r;
	cs->dir = TAKE_FD(dir);
	cs->fd = TAKE_FD(fd);
	return 0;
}

void control_polls(const struct control_server *cs, struct pollfd polls[static CONTROL_POLLS])
{
	polls[0] = (struct pollfd){ .fd = cs->fd, .events = POLLIN };
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		const struct control_client *c = &cs->client[i];

		/* Who waits has said all it has to say; only its leaving matters (POLLHUP). */
		polls[1 + i] = (struct pollfd){ .fd = c->fd, .events = c->wait ? 0 : POLLIN };
	}
}

int64_t control_deadline(const struct control_server *cs)
{
	int64_t first = -1;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		const struct control_client *c = &cs->client[i];

		if (c->fd >= 0 && !c->wait && (first < 0 || c->deadline < first))
			first = c->deadline;
	}
	return first;
}

static void drop(struct control_client *c)
{
	close(c->fd);
	c->fd = -1;
	c->have = 0;
	c->wait = CONTROL_WAIT_NOTHING;
}

static ssize_t send_line(int sock, const char *line, size_t n, int fd)
{
	union {
		struct cmsghdr align;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)(uintptr_t)line, n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd >= 0) {
		struct cmsghdr *c;

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

static void send_json(struct control_server *cs, struct control_client *c, const json_t *json,
		      int fd)
{
	_free_ char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	_free_ char *line = NULL;
	size_t n;

	c->wait = CONTROL_WAIT_NOTHING;
	if (c->fd < 0)
		return;
	if (!text || asprintf(&line, "%s\n", text) < 0) {
		line = NULL;
		drop(c);
		return;
	}
	n = strlen(line);
	/* Only a client that reads nothing can have filled the socket's buffer. */
	if (n > CONTROL_ANSWER_MAX || send_line(c->fd, line, n, fd) != (ssize_t)n) {
		cs->dropped++;
		drop(c);
		return;
	}
	cs->answered++;
}

void control_answer(struct control_server *cs, struct control_client *c, json_t *more, int fd)
{
	_json_ json_t *json = json_pack("{s:i, s:b}", "version", 1, "ok", 1);

	if (json && more && json_object_update(json, more)) {
		json_decref(json);
		json = NULL;
	}
	json_decref(more);
	send_json(cs, c, json, fd);
}

void control_refuse(struct control_server *cs, struct control_client *c, int code, const char *text)
{
	_json_ json_t *json = json_pack("{s:i, s:b, s:s, s:i}", "version", 1, "ok", 0, "error", text,
					"code", code);

	cs->refused++;
	send_json(cs, c, json, -1);
}

static struct control_client *free_slot(struct control_server *cs)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (cs->client[i].fd < 0)
			return &cs->client[i];
	return NULL;
}

static bool may_ask(int fd, uid_t *uid)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) || len != sizeof(peer))
		return false;
	*uid = peer.uid;
	return !peer.uid || peer.uid == geteuid();
}

static void accept_one(struct control_server *cs, int fd, int64_t now)
{
	struct control_client *slot = free_slot(cs), stranger = { .fd = fd };
	bool may = may_ask(fd, &stranger.uid);

	if (!may || !slot) {
		control_refuse(cs, &stranger, may ? EXIT_BUSY : EXIT_PRIVILEGE,
			       may ? N_("too many clients at once") :
			       N_("only root and the VM's owner may ask"));
		if (stranger.fd >= 0)
			close(stranger.fd);
		return;
	}
	slot->fd = fd;
	slot->uid = stranger.uid;
	slot->have = 0;
	slot->wait = CONTROL_WAIT_NOTHING;
	slot->deadline = now + CONTROL_REQUEST_MS;
}

/* A bounded number each turn, so that no crowd at the door keeps the loop from QMP. */
static void accept_some(struct control_server *cs, int64_t now)
{
	for (int i = 0; i < 16; i++) {
		int fd = accept4(cs->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		accept_one(cs, fd, now);
	}
}

static void take_line(struct control_server *cs, struct control_client *c, size_t n, int64_t now,
		      control_handler *handler, void *ctx)
{
	_json_ json_t *request = json_loadb(c->buf, n, JSON_REJECT_DUPLICATES, NULL);

	c->have -= n + 1;
	memmove(c->buf, c->buf + n + 1, c->have);
	c->deadline = now + CONTROL_REQUEST_MS;
	if (!json_is_object(request))
		control_refuse(cs, c, EXIT_USAGE, N_("a request is one JSON object on a line"));
	else
		handler(ctx, c, request);
}

static void read_some(struct control_server *cs, struct control_client *c, int64_t now,
		      control_handler *handler, void *ctx)
{
	ssize_t n = recv(c->fd, c->buf + c->have, sizeof(c->buf) - c->have, MSG_DONTWAIT);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		drop(c);
		return;
	}
	c->have += (size_t)n;
	while (c->fd >= 0 && !c->wait && (end = memchr(c->buf, '\n', c->have)))
		take_line(cs, c, (size_t)(end - c->buf), now, handler, ctx);
	if (c->fd >= 0 && c->have == sizeof(c->buf)) {
		control_refuse(cs, c, EXIT_USAGE, N_("the request is too long"));
		if (c->fd >= 0)
			drop(c);
	}
}

void control_turn(struct control_server *cs, const struct pollfd polls[static CONTROL_POLLS],
		  int64_t now, control_handler *handler, void *ctx)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *c = &cs->client[i];
		short revents = polls[1 + i].revents;

		/* The slot may have been answered and dropped since poll() looked at it. */
		if (c->fd < 0 || c->fd != polls[1 + i].fd)
			continue;
		if (c->wait && (revents & (POLLHUP | POLLERR))) {
			drop(c);
		} else if (!c->wait && (revents & (POLLIN | POLLHUP | POLLERR))) {
			read_some(cs, c, now, handler, ctx);
		}
		if (c->fd >= 0 && !c->wait && c->deadline <= now) {
			cs->dropped++;
			drop(c);
		}
	}
	if (polls[0].revents & POLLIN)
		accept_some(cs, now);
}

void control_unlisten(struct control_server *cs)
{
	if (cs->fd < 0)
		return;
	unlinkat(cs->dir, cs->file, 0);
	close(cs->fd);
	close(cs->dir);
	cs->fd = cs->dir = -1;
}

void control_done(struct control_server *cs)
{
	control_unlisten(cs);
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (cs->client[i].fd >= 0)
			drop(&cs->client[i]);
}
