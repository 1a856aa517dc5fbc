/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor's end of the control socket: a listener and at most 64
 * clients, each with one bounded request at a time. Whatever a client does or
 * leaves undone, nothing here waits for it: a request must be whole within two
 * seconds, and an answer fits the empty socket buffer or the client is dropped.
 */
#ifndef IGVM_RUN_CONTROL_SERVER_H
#define IGVM_RUN_CONTROL_SERVER_H

#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

#include "launcher/run/control.h"

#define CONTROL_CLIENTS_MAX	64
#define CONTROL_REQUEST_MS	2000

/** enum control_wait - what a client is waiting for */
enum control_wait { CONTROL_WAIT_NOTHING, CONTROL_WAIT_END, CONTROL_WAIT_SHOT, CONTROL_WAIT_LOOK,
		    CONTROL_WAIT_IGPU, CONTROL_WAIT_RAW, CONTROL_WAIT_INPUTS, CONTROL_WAIT_TYPE,
		    CONTROL_WAIT_AGENT /* for nothing: it has the agent until it leaves */ };

struct control_client {
	int fd;			/* -1: free slot */
	uid_t uid;
	enum control_wait wait;
	int64_t deadline;	/* ms; of the request */
	size_t have;
	char buf[CONTROL_REQUEST_MAX];
};

struct control_server {
	int dir, fd;		/* -1: not listening */
	char file[64];
	unsigned int answered, refused, dropped;
	struct control_client client[CONTROL_CLIENTS_MAX];
};

/**
 * control_handler - judge one request of @c and answer it by control_answer(), or set c->wait
 *
 * @request is an object; borrowed.
 */
typedef void control_handler(void *ctx, struct control_client *c, const json_t *request);

/** control_listen() - create run/control/@file, mode 0600, replacing a stale one; 0 or -errno. The
 * caller holds the supervisor's lock */
nodiscard_ int control_listen(struct control_server *cs, const struct paths *p, const char *file);

/** control_init() - no listener, no client; CONTROL_POLLS slots are filled by control_polls() */
#define CONTROL_POLLS	(1 + CONTROL_CLIENTS_MAX)
void control_init(struct control_server *cs);
void control_polls(const struct control_server *cs, struct pollfd polls[static CONTROL_POLLS]);

/** control_deadline() - when control_turn() has to be called at the latest, in ms; -1 never */
int64_t control_deadline(const struct control_server *cs);

/** control_turn() - accept, read, hand whole requests to @handler, drop who is late or gone */
void control_turn(struct control_server *cs, const struct pollfd polls[static CONTROL_POLLS],
		  int64_t now, control_handler *handler, void *ctx);

/**
 * control_answer() - send {"version":1,"ok":true,...@more} with @fd (-1: none); takes over
 * @more (an object or NULL); @fd stays the caller's
 */
void control_answer(struct control_server *cs, struct control_client *c, json_t *more, int fd);

/** control_refuse() - {"version":1,"ok":false,"error":@text,"code":@code} */
void control_refuse(struct control_server *cs, struct control_client *c, int code,
		    const char *text);

/** control_unlisten() - remove the socket: nobody new; the clients stay */
void control_unlisten(struct control_server *cs);

/** control_done() - close everything; harmless twice and after control_init() */
void control_done(struct control_server *cs);

#endif
