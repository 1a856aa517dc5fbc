/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The QMP connection of the supervisor. It is opened at a pace and for good:
 * a silent QEMU (stopped, or stuck in a disk) keeps its connection, because it
 * serves one client and takes the next only when this one leaves; its late
 * answer ends the silence. Only what is broken is replaced.
 *
 * A guest may make QEMU say something that concerns nobody a hundred thousand times a second. To be woken for each
 * takes half a core; so after a reading that brought nothing, the next one waits until there is more.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "launcher/base/str.h"
#include "launcher/run/control_path.h"
#include "launcher/run/unix_peer.h"
#include "qmp/qmp_cmd.h"
#include "qmp/qmp_fd.h"

/* Between two attempts to connect, and between a query-status and the next. */
#define RETRY_MS	500
#define BEAT_MS		10000
/* What a flood brings meanwhile must fit the socket, a few hundred events: QEMU keeps the rest in its memory. */
#define REST_MS		1

enum event { E_SHUTDOWN, E_STOP, E_RESUME, E_SUSPEND, E_WAKEUP, E_RESET, E_PANICKED, E_IO_ERROR,
	     E_TRAY, E_WATCHDOG, E_PORT };

static const char *const events[] = {
	[E_SHUTDOWN]	= "SHUTDOWN",
	[E_STOP]	= "STOP",
	[E_RESUME]	= "RESUME",
	[E_SUSPEND]	= "SUSPEND",
	[E_WAKEUP]	= "WAKEUP",
	[E_RESET]	= "RESET",
	[E_PANICKED]	= "GUEST_PANICKED",
	[E_IO_ERROR]	= "BLOCK_IO_ERROR",
	[E_TRAY]	= "DEVICE_TRAY_MOVED",
	[E_WATCHDOG]	= "WATCHDOG",
	[E_PORT]	= "VSERPORT_CHANGE",
	NULL
};

void sup_link_close(struct sup *sup)
{
	struct sup_link *l = &sup->link;

	sup_shot_drop(sup);
	sup_igpu_drop(sup);
	sup_raw_drop(sup);
	sup_inputs_drop(sup);
	sup_type_drop(sup);
	sup_port_drop(sup);
	qmp_free(l->q);
	if (l->fd >= 0)
		close(l->fd);
	l->q = NULL;
	l->fd = -1;
	l->ours = l->answered = l->silent = l->status_open = l->status_stale = false;
	l->answer_by = l->next_beat = l->rest_until = -1;
}

void sup_link_want(struct sup *sup, int64_t now)
{
	struct sup_link *l = &sup->link;

	if (l->q)
		return;
	l->retry_at = now;
	if (l->opened >= 0 && now - l->opened < RETRY_MS)
		l->retry_at = l->opened + RETRY_MS;
}

bool sup_link_usable(const struct sup *sup)
{
	return sup->link.answered && !sup->link.silent;
}

bool sup_link_submit(struct sup *sup, const char *command, json_t *args, int fd,
		     const struct sup_call *call)
{
	void *cookie = (void *)(uintptr_t)call;
	int64_t id;

	if (!sup->link.q) {
		json_decref(args);
		return false;
	}
	id = fd < 0 ? qmp_submit(sup->link.q, command, args, cookie) :
		      qmp_submit_fd(sup->link.q, command, args, cookie, fd);
	if (id < 0)
		sup_log(sup, LOG_WARNING, "qmp %s: %s", command, strerror((int)-id));
	return id >= 0;
}

/* The connection is of no use any more. */
static void break_off(struct sup *sup, const char *why)
{
	/* While it attaches, or goes down, an end of file is no news. */
	if (sup->state == SUP_RUNNING)
		sup_log(sup, LOG_WARNING, "qmp connection lost: %s", why);
	sup_link_close(sup);
	sup->counts.reconnects++;
	if (!sup->silent_unix)
		sup->silent_unix = (uint64_t)time(NULL);
	sup_event(sup, EV_QMP_DEAD);
}

static void on_uuid(struct sup *sup, const struct qmp_item *item)
{
	struct qmp_answer a;

	if (item->err || qmp_cmd_decode(QMP_CMD_QUERY_UUID, item->value, &a)) {
		qmp_hangup(sup->link.q, -EPROTO);
	} else if (strcasecmp(a.text, sup->record.id.uuid)) {
		sup_log(sup, LOG_ERROR, "qmp answers for uuid %s, not %s: not this VM", a.text,
			sup->record.id.uuid);
		qmp_hangup(sup->link.q, -EPROTO);
	} else {
		sup->link.ours = true;
	}
}

static void ask_status(struct sup *sup, int64_t now);

static void say_run_state(struct sup *sup, const char *run_state)
{
	if (sup_health(run_state) == HEALTH_BAD)
		sup_log(sup, LOG_ERROR, "not healthy: %s", run_state);
	else if (sup_health(sup->link.run_state) == HEALTH_BAD)
		sup_log(sup, LOG_NOTE, "healthy again: %s", run_state);
	sup_notify(sup, "STATUS=%s%s", run_state, sup_health(run_state) == HEALTH_BAD ? ", not healthy" : "");
}

static void on_status(struct sup *sup, const struct qmp_item *item)
{
	struct sup_link *l = &sup->link;
	bool news = !l->answered || l->silent;
	struct qmp_answer a;

	l->status_open = false;
	l->answer_by = -1;
	/* What came before a hang-up is still handed out, of a foreign QEMU too. */
	if (!l->ours || item->err || qmp_cmd_decode(QMP_CMD_QUERY_STATUS, item->value, &a)) {
		qmp_hangup(l->q, -EPROTO);
		return;
	}
	if (strcmp(l->run_state, a.status.status))
		say_run_state(sup, a.status.status);
	str_fit(l->run_state, sizeof(l->run_state), a.status.status);
	l->answered = true;
	l->silent = false;
	l->last_answer = sup_now();
	l->next_beat = l->last_answer + BEAT_MS;
	sup->silent_unix = 0;
	if (l->status_stale)
		ask_status(sup, sup_now());
	/* Between its answer and now it may have died (an abort in the first vCPU). */
	if (news && sup_alive(sup))
		sup_event(sup, EV_QMP_READY);
}

static const struct sup_call uuid_call = { on_uuid }, status_call = { on_status };

static void ask_status(struct sup *sup, int64_t now)
{
	struct sup_link *l = &sup->link;

	if (!sup_link_submit(sup, "query-status", NULL, -1, &status_call)) {
		/* No memory for it: not again at once, or the loop does nothing else. */
		l->next_beat = now + RETRY_MS;
		return;
	}
	l->status_open = true;
	l->status_stale = false;
	l->next_beat = -1;
	l->answer_by = now + sup->answer_ms;
}

void sup_link_beat(struct sup *sup, int64_t now)
{
	if (sup->link.answered && !sup->link.status_open)
		ask_status(sup, now);
}

/*
 * QEMU serves one client and lets the others wait, without a word. We are in a directory that only root
 * may enter, so it is an administrator's tool that was left open, most of the time.
 */
void sup_link_late(struct sup *sup)
{
	struct sup_link *l = &sup->link;

	if (!sup->silent_unix)
		sup->silent_unix = (uint64_t)time(NULL);
	if (!l->q || qmp_greeting(l->q))
		return;
	unix_peer_text(sup->run_fd, "qmp", getpid(), l->holder, sizeof(l->holder));
	if (*l->holder)
		sup_log(sup, LOG_ERROR, "QEMU's control socket is held by %s", l->holder);
}

/* No handshake is awaited here: the commands go out when QEMU has greeted. */
static void connect_now(struct sup *sup, int64_t now)
{
	struct sup_link *l = &sup->link;
	int fd;

	l->retry_at = -1;
	l->opened = now;
	fd = control_connect(sup->run_fd, "qmp");
	if (fd >= 0) {
		l->fd = fd;
		l->q = qmp_new(events);
	}
	if (!l->q) {
		sup_link_close(sup);
		if (!sup->silent_unix)
			sup->silent_unix = (uint64_t)time(NULL);
		sup_event(sup, EV_QMP_DEAD);
		return;
	}
	sup_link_submit(sup, "query-uuid", NULL, -1, &uuid_call);
	ask_status(sup, now);
	/* How long the first answer may take is the state's deadline. */
	l->answer_by = -1;
}

static void on_shutdown(struct sup *sup, const json_t *data)
{
	static const struct {
		const char *reason;
		size_t member;
	} known[] = {
#define MEMBER(m)	offsetof(struct sup_end_facts, m)
		{ "guest-shutdown", MEMBER(guest_shutdown) },
		{ "guest-reset", MEMBER(guest_shutdown) },
		{ "guest-panic", MEMBER(guest_panic) },
		{ "host-qmp-quit", MEMBER(host_qmp_quit) },
		{ "host-qmp-system-reset", MEMBER(host_qmp_quit) },
		{ "host-signal", MEMBER(host_qmp_quit) },
		{ "host-ui", MEMBER(host_qmp_quit) },
#undef MEMBER
	};
	const char *reason = json_string_value(json_object_get(data, "reason"));

	str_fit(sup->reason, sizeof(sup->reason), reason ? reason : "");
	for (size_t i = 0; i < ARRAY_SIZE(known); i++)
		if (!strcmp(sup->reason, known[i].reason))
			*(bool *)((char *)&sup->facts + known[i].member) = true;
	sup_log(sup, LOG_NOTE, "going down: %s", *sup->reason ? sup->reason : "no reason given");
	sup_event(sup, EV_GUEST_DOWN);
}

/* A guest that cannot boot, say, resets itself for ever, and uses a whole core for that. */
static void on_reset(struct sup *sup, const json_t *data)
{
	sup->counts.resets++;
	sup_keys_end(sup, "the guest has reset itself");
	if (!json_is_true(json_object_get(data, "guest")) || sup->facts.storm ||
	    !sup_pace_exceeded(&sup->resets, sup_now(), SUP_STORM_RESETS, SUP_STORM_WINDOW_MS))
		return;
	sup->facts.storm = sup->state != SUP_ASKED && sup->state != SUP_QUITTING &&
			   sup->state != SUP_KILLING;
	if (sup->facts.storm)
		sup_event(sup, EV_STORM);
}

/* QEMU goes down by itself, unless it was told to let the guest go on ("run") or stand ("pause"). */
static void on_panic(struct sup *sup, const json_t *data)
{
	const char *action = json_string_value(json_object_get(data, "action"));

	sup->counts.panics++;
	sup_log(sup, LOG_WARNING, "the guest has panicked");
	if (action && (!strcmp(action, "run") || !strcmp(action, "pause")))
		return;
	sup->facts.guest_panic = true;
	sup_event(sup, EV_GUEST_DOWN);
}

static void on_event(struct sup *sup, const struct qmp_item *item)
{
	if (!sup->link.ours)
		return;
	sup_note(sup, item->name, item->value);
	switch ((enum event)item->event) {
	case E_SHUTDOWN:
		on_shutdown(sup, item->value);
		return;
	case E_TRAY:
		sup_tray_moved(sup, item->value);
		return;
	case E_PORT:
		sup_port_ask(sup);
		return;
	case E_RESET:
		on_reset(sup, item->value);
		break;
	case E_PANICKED:
		on_panic(sup, item->value);
		break;
	case E_IO_ERROR:
		sup->counts.io_errors++;
		sup_log(sup, LOG_WARNING, "disk error in the guest's view");
		break;
	case E_WATCHDOG:
		sup->counts.watchdogs++;
		sup_log(sup, LOG_WARNING, "the guest's watchdog has expired");
		break;
	case E_STOP:
	case E_RESUME:
	case E_SUSPEND:
	case E_WAKEUP:
		break;
	}
	/* One question at a time, however fast the events come. */
	sup->link.status_stale = true;
	sup_link_beat(sup, sup_now());
}

static void on_reply(struct sup *sup, const struct qmp_item *item)
{
	const struct sup_call *call = item->cookie;

	if (call)
		call->reply(sup, item);
	else if (item->err == -EREMOTEIO)
		sup_log(sup, LOG_WARNING, "qmp %s: %s", item->command, item->error_desc);
}

/* Hand out what came, *@n items. False: the connection has ended. */
static bool take_items(struct sup *sup, char why[static 128], size_t *n)
{
	struct qmp_item item;
	bool alive = true;

	for (*n = 0; sup->link.q && qmp_next(sup->link.q, &item); ++*n) {
		if (item.kind == QMP_REPLY) {
			on_reply(sup, &item);
		} else if (item.kind == QMP_EVENT) {
			on_event(sup, &item);
		} else if (item.kind == QMP_END) {
			str_fit(why, 128, item.error_desc ? item.error_desc : strerror(-item.err));
			alive = false;
		}
		qmp_item_done(&item);
	}
	return alive;
}

static bool is_drained(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

short sup_link_polls(const struct sup *sup, int64_t now)
{
	short all = qmp_fd_events(sup->link.q);

	return sup->link.rest_until > now ? (short)(all & ~POLLIN) : all;
}

void sup_link_turn(struct sup *sup, short revents, int64_t now)
{
	struct sup_link *l = &sup->link;
	char why[128];
	size_t n;

	l->rest_until = -1;
	if (!l->q)
		return;
	(void)qmp_fd_step(l->q, l->fd, revents);
	if (!take_items(sup, why, &n))
		break_off(sup, why);
	else if (!n && l->answered && revents & POLLIN && is_drained(l->fd))
		l->rest_until = now + REST_MS;
}

void sup_link_drain(struct sup *sup)
{
	char why[128];
	size_t n;

	/* QEMU can have written no more than fits the socket: a few hundred KiB. */
	for (int i = 0; sup->link.q && i < 256; i++) {
		int r = qmp_fd_step(sup->link.q, sup->link.fd, POLLIN);

		if (!take_items(sup, why, &n) || r)
			break;
	}
	sup_link_close(sup);
}

void sup_link_timers(struct sup *sup, int64_t now)
{
	struct sup_link *l = &sup->link;

	if (l->rest_until <= now)
		l->rest_until = -1;
	if (!l->q && l->retry_at >= 0 && l->retry_at <= now)
		connect_now(sup, now);
	if (l->q && l->next_beat >= 0 && l->next_beat <= now)
		sup_link_beat(sup, now);
	if (l->q && l->answer_by >= 0 && l->answer_by <= now) {
		l->answer_by = -1;
		l->silent = true;
		sup->silent_unix = (uint64_t)time(NULL) - sup->answer_ms / 1000;
		sup_log(sup, LOG_WARNING, "QEMU has not answered for %u ms", sup->answer_ms);
		sup_event(sup, EV_QMP_DEAD);
	}
}

int64_t sup_link_deadline(const struct sup *sup)
{
	const struct sup_link *l = &sup->link;
	int64_t first = -1;

	if (!l->q)
		return l->retry_at;
	if (l->next_beat >= 0)
		first = l->next_beat;
	if (l->answer_by >= 0 && (first < 0 || l->answer_by < first))
		first = l->answer_by;
	if (l->rest_until >= 0 && (first < 0 || l->rest_until < first))
		first = l->rest_until;
	return first;
}
