/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Theory of operation. A supervisor owns nothing that the VM needs: it can die
 * at any instruction and the VM runs on. Everything it knows it finds again,
 * from state.json (which process, which run), ready.json (has this run been
 * ready) and QEMU itself; so attaching to a new QEMU, to one that an earlier
 * supervisor left, and coming back after a crash are one path.
 *
 * What happens is turned into events, sup_step() says what follows, and the
 * files supervise_*.c do it. One poll() waits for everything, with one timeout
 * computed from the deadlines of whoever has one. Nothing here blocks on
 * QEMU, on the guest, on a client or on the log; the only waits are those of
 * sup_attach(), before the loop, and of the end record, after QEMU is gone.
 *
 * Which process is the VM is decided by a pidfd whose process was compared
 * with the record; the QMP socket is in a directory that only we can write,
 * and QEMU must know the uuid of the run.
 */
#include "launcher/run/supervise.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>

#include "launcher/base/clock.h"
#include "launcher/base/exit_code.h"
#include "launcher/run/restart.h"
#include "launcher/run/supervise_core.h"
#include "qmp/qmp_fd.h"

#define QUIT_MS		SUPERVISE_QUIT_MS
#define DOWN_MS		30000
#define ANSWER_MS	5000
#define LOG_LINES_MAX	10	/* a second */
/* What a stop asks the service manager for, again and again. */
#define EXTEND_MS	30000u
#define WAITING_MS	30000

enum { P_QMP, P_AGENT, P_LOOK, P_PID, P_SIGNAL, P_UEVENT, P_INHIBIT, P_HELPERS, P_CONTROL,
       P_COUNT = P_CONTROL + CONTROL_POLLS };

int64_t sup_now(void)
{
	return clock_ms();
}

bool sup_alive(const struct sup *sup)
{
	struct pollfd p = { .fd = sup->pidfd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/* May this line be written now? Never more than a few a second, and never into a full pipe. */
static bool log_has_room(struct sup *sup)
{
	struct pollfd p = { .fd = STDERR_FILENO, .events = POLLOUT };
	int64_t second = sup_now() / 1000;

	if (second != sup->log_second) {
		sup->log_second = second;
		sup->log_lines = 0;
	}
	return ++sup->log_lines <= LOG_LINES_MAX && poll(&p, 1, 0) > 0 && p.revents & POLLOUT;
}

void sup_log(struct sup *sup, enum log_level level, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	if (!log_has_room(sup)) {
		sup->counts.suppressed++;
		return;
	}
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (sup->counts.suppressed)
		log_line(LOG_WARNING, "%u lines were left out here", sup->counts.suppressed);
	sup->counts.suppressed = 0;
	log_line(level, "%s", text);
}

/*
 * The start deadline counts from QEMU's own start, however often supervisors came and went
 * since.
 */
static int64_t left_since_start(const struct sup *sup, unsigned int ms)
{
	uint64_t born = sup->record.id.start_ticks * 1000 / (uint64_t)sysconf(_SC_CLK_TCK);
	int64_t age = clock_boot_ms() - (int64_t)born;

	if (age < 0)
		age = 0;
	return age < (int64_t)ms ? (int64_t)ms - age : 0;
}

/* A trial begins when QEMU is ready, which is when whoever has to confirm it is told how long it takes. */
static int64_t trial_left(const struct sup *sup)
{
	int64_t trial = sup->record.trial_ms, ready = sup_ready_boot_ms(sup), now = clock_boot_ms();

	if (!sup->facts.was_ready)
		return left_since_start(sup, sup->record.start_ms) + trial;
	/* Marked ready by an igvm that did not write down when. */
	if (ready < 0 || ready > now)
		return left_since_start(sup, sup->record.trial_ms);
	return now - ready < trial ? trial - (now - ready) : 0;
}

static int64_t start_deadline(const struct sup *sup)
{
	int64_t left = left_since_start(sup, sup->record.start_ms);

	return sup_now() + (left > (int64_t)sup->answer_ms ? left : (int64_t)sup->answer_ms);
}

static void set_deadline(struct sup *sup, enum sup_deadline d)
{
	switch (d) {
	case SUP_KEEP:
		return;
	case SUP_START_MS:
		sup->deadline = start_deadline(sup);
		return;
	case SUP_STOP_MS:
		sup->deadline = sup_now() + sup->stop_ms;
		return;
	case SUP_QUIT_MS:
		sup->deadline = sup_now() + sup->quit_ms;
		return;
	case SUP_DOWN_MS:
		sup->deadline = sup_now() + sup->down_ms;
		return;
	case SUP_ANSWER_MS:
		sup->deadline = sup_now() + sup->answer_ms;
		return;
	case SUP_NO_DEADLINE:
	case SUP_NDEADLINES:
		sup->deadline = -1;
	}
}

static void announce(struct sup *sup)
{
	sup_inputs_begin(sup);
	sup_port_ask(sup);
	if (sup->announced) {
		sup_log(sup, LOG_NOTE, "QEMU answers again");
		return;
	}
	sup->announced = true;
	sup_inhibit_begin(sup);
	sup_helpers_begin(sup);
	/* A QEMU that an earlier supervisor has seen ready may be far into its set-up, and its trial has begun. */
	if (!sup->facts.was_ready) {
		sup_keys_begin(sup);
		if (sup->trial_at >= 0)
			sup->trial_at = sup_now() + sup->record.trial_ms;
	}
	sup_mark_ready(sup);
	sup_log(sup, LOG_NOTE, "ready: QEMU is process %d, %s", sup->record.id.pid,
		sup->link.run_state);
	sup_tell(sup, "ready\n");
	sup_notify(sup, "READY=1\nSTATUS=%s", sup->link.run_state);
}

/* What is waited for is said once, and then now and then: two minutes of silence look like a hang. */
static void say_waiting(struct sup *sup, int64_t now)
{
	static const char *const what[SUP_NSTATES] = {
		[SUP_ATTACHING] = "QEMU's first answer", [SUP_ASKED] = "the guest to go down",
	};

	sup->waiting_at = -1;
	if (!what[sup->state] || sup->deadline < 0)
		return;
	sup->waiting_at = now + WAITING_MS;
	sup_log(sup, LOG_NOTE, "still waiting for %s, %d s left", what[sup->state],
		(int)((sup->deadline - now) / 1000));
}

static void act(struct sup *sup, enum sup_action action)
{
	switch (action) {
	case ACT_ANNOUNCE:
		announce(sup);
		break;
	case ACT_POWERDOWN:
		sup->facts.asked = true;
		sup_ask_guest(sup);
		break;
	case ACT_QUIT:
		sup->facts.asked = true;
		sup_quit(sup);
		break;
	case ACT_KILL:
		sup_kill(sup);
		break;
	case ACT_RECONNECT:
		sup_link_want(sup, sup_now());
		break;
	case ACT_RECORD:
		sup_record_end(sup);
		break;
	case ACT_LEAVE:
		sup_log(sup, LOG_NOTE, "detached, the VM runs on");
		sup_note(sup, "detached", NULL);
		sup->leave = true;
		break;
	case ACT_NONE:
	case ACT_UNSET:
	case ACT_NACTIONS:
		break;
	}
}

static void enter(struct sup *sup, struct sup_cell c, const char *why)
{
	bool stops = c.next == SUP_ASKED && sup->state != SUP_ASKED && c.deadline == SUP_STOP_MS;
	enum sup_state from = sup->state;

	if (c.next != sup->state) {
		sup->state = c.next;
		sup->state_unix = (uint64_t)time(NULL);
	}
	set_deadline(sup, c.deadline);
	if (c.next == SUP_ASKED && from != SUP_ASKED)
		sup->waiting_at = sup_now() + WAITING_MS;
	if (c.next != from)
		sup_note_state(sup, from, why);
	if (stops)
		sup_mark_stopping(sup);
	act(sup, c.action);
}

/* What an administrator wants to read a year later. */
static void log_step(struct sup *sup, enum sup_event event, struct sup_cell c)
{
	if (c.next == sup->state)
		return;
	if (event == EV_TRIAL_OVER)
		sup_log(sup, LOG_WARNING, "nobody confirmed the trial within %u s: stopping",
			sup->record.trial_ms / 1000);
	else if (event == EV_STORM)
		sup_log(sup, LOG_ERROR, "the guest has reset itself %u times within a minute: ending it",
			sup->resets.count);
	else if (c.next == SUP_ASKED && event == EV_STOP)
		sup_log(sup, LOG_NOTE, "stop: asking the guest, for %u ms", sup->stop_ms);
	else if (c.next == SUP_QUITTING)
		sup_log(sup, LOG_WARNING, "the guest did not go down: telling QEMU to quit");
	else if (c.next == SUP_KILLING && event == EV_DEADLINE)
		sup_log(sup, LOG_ERROR, "QEMU does not %s: killing it",
			sup->state == SUP_ATTACHING ? "answer" : "quit");
	else if (c.next == SUP_KILLING)
		sup_log(sup, LOG_NOTE, "killing QEMU, as asked");
	else if (c.next == SUP_DEAF && sup->state == SUP_ADOPTING)
		sup_log(sup, LOG_WARNING, "QEMU does not answer; it lives and is left alone");
}

void sup_event(struct sup *sup, enum sup_event event)
{
	struct sup_cell c = sup_step(sup->state, event);

	log_line(LOG_TRACE, "%s, %s: %s", sup_state_text(sup->state), sup_event_text(event),
		 sup_state_text(c.next));
	log_step(sup, event, c);
	if (sup->state == SUP_ATTACHING && event == EV_DEADLINE)
		sup->facts.timed_out = true;
	if ((sup->state == SUP_ATTACHING || sup->state == SUP_ADOPTING) && event == EV_DEADLINE)
		sup_link_late(sup);
	enter(sup, c, sup_event_text(event));
}

static void take_signals(struct sup *sup)
{
	struct signalfd_siginfo si;

	while (read(sup->signal_fd, &si, sizeof(si)) == sizeof(si))
		if (!sup->leave)
			sup_event(sup, EV_DETACH);
}

static void earlier(int64_t *first, int64_t t)
{
	if (t >= 0 && (*first < 0 || t < *first))
		*first = t;
}

static int poll_timeout(const struct sup *sup, int64_t now)
{
	int64_t first = -1;

	earlier(&first, sup->deadline);
	earlier(&first, sup->trial_at);
	earlier(&first, sup_link_deadline(sup));
	earlier(&first, sup->agent.deadline);
	earlier(&first, sup->shot.deadline);
	earlier(&first, sup_look_deadline(sup));
	earlier(&first, sup->ask.deadline);
	earlier(&first, sup->raw.deadline);
	earlier(&first, sup->type_by);
	earlier(&first, sup->keys.next);
	earlier(&first, sup->inputs.due);
	earlier(&first, sup->inputs.by);
	earlier(&first, sup->helpers.due);
	earlier(&first, control_deadline(&sup->control));
	earlier(&first, sup->watchdog_at);
	earlier(&first, sup->extend_at);
	earlier(&first, sup->waiting_at);
	if (first < 0)
		return -1;
	if (first <= now)
		return 0;
	return first - now > 3600000 ? 3600000 : (int)(first - now);
}

static void fill_polls(const struct sup *sup, struct pollfd p[static P_COUNT], int64_t now)
{
	p[P_QMP] = (struct pollfd){ .fd = sup->link.fd };
	if (sup->link.q)
		p[P_QMP].events = sup_link_polls(sup, now);
	p[P_AGENT] = (struct pollfd){ .fd = sup->agent.fd };
	if (sup->agent.q)
		p[P_AGENT].events = qmp_fd_events(sup->agent.q);
	p[P_LOOK] = (struct pollfd){ .fd = sup->look.fd };
	if (sup->look.q)
		p[P_LOOK].events = qmp_fd_events(sup->look.q);
	p[P_PID] = (struct pollfd){ .fd = sup->pidfd, .events = POLLIN };
	p[P_SIGNAL] = (struct pollfd){ .fd = sup->signal_fd, .events = POLLIN };
	p[P_UEVENT] = (struct pollfd){ .fd = sup->inputs.uevents, .events = POLLIN };
	p[P_INHIBIT] = (struct pollfd){ .fd = sup->inhibit.pidfd, .events = POLLIN };
	p[P_HELPERS] = (struct pollfd){ .fd = sup->helpers.epoll, .events = POLLIN };
	control_polls(&sup->control, p + P_CONTROL);
}

static void take_timers(struct sup *sup, int64_t now)
{
	sup_link_timers(sup, now);
	sup_shot_timer(sup, now);
	sup_igpu_timer(sup, now);
	sup_raw_timer(sup, now);
	sup_type_timer(sup, now);
	sup_keys_timer(sup, now);
	sup_inputs_timer(sup, now);
	sup_helpers_timer(sup, now);
	if (sup->watchdog_at >= 0 && sup->watchdog_at <= now) {
		sup->watchdog_at = now + sup->watchdog_ms;
		sup_notify(sup, "WATCHDOG=1");
	}
	if (sup->waiting_at >= 0 && sup->waiting_at <= now)
		say_waiting(sup, now);
	if (sup->extend_at >= 0 && sup->extend_at <= now) {
		sup->extend_at = now + EXTEND_MS / 3;
		sup_notify(sup, "EXTEND_TIMEOUT_USEC=%u000\nSTATUS=%s", EXTEND_MS,
			   sup_state_text(sup->state));
	}
	if (sup->trial_at >= 0 && sup->trial_at <= now) {
		sup->trial_at = -1;
		sup_event(sup, EV_TRIAL_OVER);
	}
	if (!sup->leave && sup->deadline >= 0 && sup->deadline <= now) {
		sup->deadline = -1;
		sup_event(sup, EV_DEADLINE);
	}
}

static void turn(struct sup *sup)
{
	struct pollfd p[P_COUNT];
	int64_t now = sup_now();

	fill_polls(sup, p, now);
	if (poll(p, P_COUNT, poll_timeout(sup, now)) < 0)
		memset(p, 0, sizeof(p));
	now = sup_now();
	/*
	 * Before the signals: a service manager that sees QEMU's end stops us, and it is
	 * still to be recorded.
	 */
	if (p[P_PID].revents) {
		/* What QEMU said last says why it went. */
		sup_link_drain(sup);
		sup_event(sup, EV_EXIT);
	}
	if (!sup->leave && p[P_SIGNAL].revents)
		take_signals(sup);
	if (!sup->leave && p[P_QMP].revents)
		sup_link_turn(sup, p[P_QMP].revents, now);
	if (!sup->leave)
		sup_agent_turn(sup, p[P_AGENT].revents, now);
	if (!sup->leave)
		sup_look_turn(sup, p[P_LOOK].revents, now);
	if (!sup->leave)
		sup_inputs_turn(sup, p[P_UEVENT].revents, now);
	if (!sup->leave)
		sup_inhibit_turn(sup, p[P_INHIBIT].revents);
	if (!sup->leave)
		sup_helpers_turn(sup, p[P_HELPERS].revents, now);
	if (!sup->leave)
		control_turn(&sup->control, p + P_CONTROL, now, sup_handle, sup);
	if (!sup->leave)
		take_timers(sup, now);
}

void sup_init(struct sup *sup, const struct supervise *s)
{
	*sup = (struct sup){ .s = s, .deadline = -1, .trial_at = -1, .run_fd = -1, .lock_fd = -1, .pidfd = -1,
			     .signal_fd = -1, .ready_fd = s->ready_fd };
	sup->quit_ms = s->quit_ms ? s->quit_ms : QUIT_MS;
	sup->down_ms = s->quit_ms ? s->quit_ms : DOWN_MS;
	sup->answer_ms = s->answer_ms ? s->answer_ms : ANSWER_MS;
	sup->link = (struct sup_link){ .fd = -1, .answer_by = -1, .next_beat = -1, .retry_at = -1,
				       .opened = -1, .rest_until = -1 };
	sup->agent = (struct sup_agent){ .fd = -1, .deadline = -1 };
	sup->shot = (struct sup_shot){ .memfd = -1, .write_fd = -1, .deadline = -1 };
	sup->ask.deadline = -1;
	sup_look_init(sup);
	sup->raw.deadline = -1;
	sup->events.dir = -1;
	sup->keys.next = sup->type_by = -1;
	sup_inputs_init(sup);
	sup_inhibit_init(sup);
	sup_helpers_init(sup);
	sup->watchdog_ms = sup->watchdog_at = sup->extend_at = sup->waiting_at = -1;
	sup->code = EXIT_OK;
	control_init(&sup->control);
}

void sup_done(struct sup *sup)
{
	const int fds[] = { sup->pidfd, sup->signal_fd, sup->run_fd, sup->ready_fd, sup->lock_fd };

	sup_agent_close(sup);
	sup_look_end(sup, false);
	sup_link_close(sup);
	sup_inputs_close(sup);
	sup_inhibit_end(sup);
	sup_helpers_end(sup);
	control_done(&sup->control);
	sup_events_done(sup);
	/* The lock last: who gets it must find no socket of ours being removed. */
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

int supervise_run(const struct supervise *s)
{
	_free_ struct sup *sup = malloc(sizeof(*sup));
	enum sup_event event = EV_STOP;
	int r;

	if (!sup)
		return EXIT_FAILED;
	sup_init(sup, s);
	log_init(s->name);
	r = sup_prepare(sup);
	if (r) {
		int code = sup_give_up(sup, r);

		sup_done(sup);
		return code;
	}
	sup_notify_init(sup);
	sup->stop_ms = sup->record.stop_ms;
	sup->facts.was_ready = sup_was_ready(sup);
	sup->state_unix = (uint64_t)time(NULL);
	if (sup->record.trial_ms && !sup_was_confirmed(sup))
		sup->trial_at = sup_now() + trial_left(sup);
	if (s->stop)
		sup->extend_at = sup_now();
	sup->waiting_at = sup_now() + WAITING_MS;
	sup_note(sup, "attached", NULL);
	enter(sup, sup_first(sup->facts.was_ready), "attached");
	if (sup_resume_stop(sup, &event) || s->stop)
		sup_event(sup, event);
	while (!sup->leave)
		turn(sup);
	sup_done(sup);
	if (sup->again)
		restart_run(s->paths, s->name, s->again);
	return s->notify ? EXIT_OK : sup->code;
}
