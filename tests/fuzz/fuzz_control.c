/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What clients send to a supervisor's control socket: all ops, their arguments, and the lines around them. Two
 * clients; 0xff in the input changes to the other one, 0xfe is a time that is too long for a request. The first
 * byte says how it is cut. QEMU is a conversation in which nobody answers; there is no process.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "launcher/run/supervise_core.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)	do { if (!(x)) abort(); } while (0)

enum { CLIENTS = 2 };

static const char greeting[] =
	"{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 0, \"minor\": 0, \"major\": 10}, \"package\": \"\"}, "
	"\"capabilities\": []}}\n";

static struct paths paths = { .run = "/nonexistent/run", .data = "/nonexistent/data" };
static const struct supervise order = { .paths = &paths, .sysroot = "/nonexistent", .name = "vm", .ready_fd = -1 };
static struct sup sup;

struct peer {
	int fd;			/* -1: closed */
	size_t lines, answers;
	char buf[CONTROL_ANSWER_MAX + 1];
	size_t have;
};

static struct peer peers[CLIENTS];

static void begin(void)
{
	struct qmp_item item;

	sup_init(&sup, &order);
	sup.state = SUP_RUNNING;
	sup.stop_ms = 1000;
	sup.record.emulated_display = true;
	sup.link.q = qmp_new(NULL);
	CHECK(sup.link.q && qmp_feed(sup.link.q, greeting, sizeof(greeting) - 1) > 0);
	while (qmp_next(sup.link.q, &item))
		qmp_item_done(&item);
	sup.link.answered = true;
	for (int i = 0; i < CLIENTS; i++) {
		int pair[2];

		CHECK(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair));
		sup.control.client[i].fd = pair[0];
		sup.control.client[i].deadline = CONTROL_REQUEST_MS;
		peers[i] = (struct peer){ .fd = pair[1] };
	}
}

static void end(void)
{
	sup_done(&sup);
	for (int i = 0; i < CLIENTS; i++)
		if (peers[i].fd >= 0)
			close(peers[i].fd);
}

/* An answer is an object on a line, and says what it is. */
static void take_answer(struct peer *p, const char *line, size_t n)
{
	json_t *json = json_loadb(line, n, 0, NULL);
	const json_t *ok = json_object_get(json, "ok");

	CHECK(json_integer_value(json_object_get(json, "version")) == 1 && json_is_boolean(ok));
	if (json_is_false(ok))
		CHECK(json_string_length(json_object_get(json, "error")) > 0 &&
		      json_integer_value(json_object_get(json, "code")) > 0);
	json_decref(json);
	p->answers++;
	/* One more: that a request is too long is said without a line's end. */
	CHECK(p->answers <= p->lines + 1);
}

static void hear(struct peer *p)
{
	for (;;) {
		ssize_t n = p->fd < 0 ? -1 : recv(p->fd, p->buf + p->have, sizeof(p->buf) - p->have, MSG_DONTWAIT);
		char *newline;

		if (n <= 0)
			return;
		p->have += (size_t)n;
		while ((newline = memchr(p->buf, '\n', p->have))) {
			size_t len = (size_t)(newline - p->buf);

			take_answer(p, p->buf, len);
			p->have -= len + 1;
			memmove(p->buf, newline + 1, p->have);
		}
		CHECK(p->have < sizeof(p->buf));
	}
}

static void turn(int64_t now)
{
	struct pollfd polls[CONTROL_POLLS];

	control_polls(&sup.control, polls);
	/* libFuzzer has a timer that interrupts. */
	while (poll(polls, CONTROL_POLLS, 0) < 0)
		CHECK(errno == EINTR);
	control_turn(&sup.control, polls, now, sup_handle, &sup);
	for (int i = 0; i < CLIENTS; i++) {
		const struct control_client *c = &sup.control.client[i];

		CHECK(c->fd < 0 || c->have < sizeof(c->buf));
		hear(&peers[i]);
	}
}

static void say_to(struct peer *p, const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		p->lines += data[i] == '\n';
	if (p->fd >= 0 && send(p->fd, data, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
		close(p->fd);
		p->fd = -1;
	}
}

static void play(const uint8_t *data, size_t size, unsigned int seed)
{
	/* A handful of pieces, whatever its length: each is a turn over all clients. */
	size_t most = 1 + size / 3;
	int64_t now = 0;
	int who = 0;

	while (size && !sup.leave) {
		size_t n = 1 + seed % most, i;

		seed = seed * 1103515245 + 12345;
		for (i = 0; i < n && i < size && data[i] < 0xfe; i++)
			;
		say_to(&peers[who], data, i);
		turn(now);
		if (i < size && i < n) {
			who ^= data[i] == 0xff;
			now += data[i] == 0xfe ? CONTROL_REQUEST_MS + 1 : 0;
			i++;
			turn(now);
		}
		data += i;
		size -= i;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int before, after;

	if (size < 2)
		return 0;
	before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(before);
	begin();
	play(data + 1, size - 1, *data);
	end();
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(after);
	CHECK(before == after);
	return 0;
}
