/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the files of the supervisor share; nobody else includes this. Times are
 * CLOCK_MONOTONIC ms, -1 = none.
 */
#ifndef IGVM_RUN_SUPERVISE_CORE_H
#define IGVM_RUN_SUPERVISE_CORE_H

#include <stdint.h>

#include "launcher/base/log.h"
#include "launcher/decide/sup.h"
#include "launcher/run/control_server.h"
#include "launcher/run/inputs_note.h"
#include "launcher/run/look.h"
#include "launcher/run/journal.h"
#include "launcher/run/record.h"
#include "launcher/run/ring.h"
#include "launcher/run/supervise.h"
#include "qmp/qmp.h"

#define END_FILE	"end.json"

/** struct sup_link - the QMP connection */
struct sup_link {
	struct qmp *q;		/* NULL: not connected */
	int fd;
	bool ours;		/* query-uuid has answered with the record's */
	bool answered;		/* ... and query-status, on this connection */
	bool silent;		/* a query-status is overdue; its answer ends the silence */
	bool status_open;	/* a query-status is outstanding */
	bool status_stale;	/* the run state has changed since it was sent */
	int64_t answer_by;	/* of that query-status */
	int64_t next_beat;	/* when to send the next */
	int64_t retry_at;	/* when to connect */
	int64_t opened;		/* last attempt */
	int64_t last_answer;	/* of query-status */
	int64_t rest_until;	/* nothing is read before; -1: at once */
	char run_state[24];	/* QEMU's word; "" unknown */
	char holder[64];	/* who converses with QEMU in our place; "" nobody seen */
};

/** struct sup_agent - one attempt to shut down by the guest agent */
struct sup_agent {
	struct qmp *q;		/* NULL: none under way */
	int fd;
	bool heard;		/* it runs: the shutdown was sent */
	int64_t deadline;	/* then the power button is pressed */
};

/** struct sup_shot - one screenshot */
struct sup_shot {
	bool open;		/* QEMU has commands of it */
	int memfd;		/* the picture */
	int write_fd;		/* the same, as QEMU takes it */
	char text[256];		/* what went wrong, "" nothing so far */
	int64_t deadline;	/* -1: whoever asked was answered */
};

/** struct sup_look - our script in the guest */
struct sup_look {
	struct qmp *q;		/* NULL: nobody looks */
	int fd;
	struct look_words words;
	char agent[64];		/* its version, once it has told */
	int64_t pid;		/* of the script, in the guest */
	int64_t next;		/* when to ask whether it has ended; -1 an answer is awaited */
	int64_t sync_by;	/* -1: the agent has answered */
	int64_t deadline;	/* of the whole */
	unsigned int resets;	/* counted when it began */
};

/** struct sup_ask - what QEMU is asked about the iGPU */
struct sup_ask {
	unsigned int open;	/* properties whose answers are awaited, of whoever asked */
	int64_t deadline;	/* -1: whoever asked was answered */
	json_t *answer;
};

/** struct sup_raw - one command for a client */
struct sup_raw {
	bool open;		/* QEMU has it */
	int64_t deadline;	/* of the client; -1: it was answered */
};

/** struct sup_keys - pressing a key until set-up's disc is read on */
struct sup_keys {
	int64_t next;		/* when to press; -1: nobody presses */
	int64_t until;
};

/** struct sup_port - the guest's side of the agent's channel */
struct sup_port {
	bool known, open;	/* something in the guest has opened it: an agent runs */
	bool asked;		/* QEMU's answer is awaited */
	bool stale;		/* it has changed since */
};

#define SUP_EVENTS_STREAM "events"

/** struct sup_events - the ring of what has happened */
struct sup_events {
	int dir;		/* of the rings; -1: nothing was noted yet */
	struct ring ring;
	int64_t second;		/* of the lines counted in lines */
	unsigned int lines, suppressed;
};

/** struct sup_inputs - USB and event devices that come and go */
struct sup_inputs {
	struct inputs_note want;
	int uevents;		/* -1: the kernel tells nothing */
	int64_t due;		/* when to look next; -1 never */
	int round;		/* how many looks since the kernel has spoken */
	bool open;		/* a look is under way */
	int pending;		/* commands of it that are not answered */
	int64_t by;		/* when whoever asked is told that QEMU takes too long; -1 */
	int fd[WISH_USB_MAX];	/* on their way to QEMU: open until the look is over */
	size_t n_fd;
	json_t *fdsets;		/* what query-fdsets has answered */
	char text[256];		/* what went wrong first, "" nothing */
};

/** struct sup_inhibit - the host must not sleep while the guest has its iGPU */
struct sup_inhibit {
	int pipe;		/* its end is the helper's end; -1: nobody holds one */
	int pidfd;		/* of the helper */
};

/** struct sup_helper - swtpm, passt ..., while QEMU needs it */
struct sup_helper {
	char name[16];
	int pidfd;		/* -errno: it has ended */
	bool ended, told;
};

struct sup_helpers {
	struct sup_helper v[JOURNAL_MAX];
	size_t n;
	int epoll;		/* of their pidfds; -1: not begun */
	int64_t due;		/* when to tell of those that have ended; -1 */
};

struct sup_counts {
	unsigned int watchdogs;
	unsigned int resets, panics, io_errors, reconnects, suppressed;
};

struct sup {
	const struct supervise *s;
	struct record record;
	enum sup_state state;
	uint64_t state_unix;	/* when the state was entered, wall clock, for people */
	uint64_t silent_unix;	/* since when QEMU does not answer; 0 it does */
	int64_t deadline;	/* of the state */
	int64_t trial_at;	/* when an unconfirmed trial is over; -1 none, or confirmed */
	unsigned int stop_ms, quit_ms, down_ms, answer_ms;
	char trying[PATH_MAX];	/* what is being prepared, for the line that it failed */
	bool leave, announced;
	bool again;		/* this process starts the VM again */
	int code;

	int run_fd, lock_fd, pidfd, signal_fd, ready_fd;
	struct sup_link link;
	struct sup_agent agent;
	struct sup_shot shot;
	struct sup_look look;
	struct sup_ask ask;
	struct sup_raw raw;
	struct sup_keys keys;
	struct sup_port port;
	struct sup_inputs inputs;
	struct sup_inhibit inhibit;
	struct sup_helpers helpers;
	bool type_open;		/* QEMU has a send-key of a client */
	int64_t type_by;	/* ... who is answered by then; -1: nobody waits */
	struct control_server control;

	struct sup_end_facts facts;
	char reason[32];	/* of QMP's SHUTDOWN; "" none seen */
	const char *exit_from;	/* "wait" or "pidfd"; NULL: not known */
	const char *last_rung;	/* tried last to end it: "agent", "powerdown", "quit", "kill"; NULL */
	struct sup_counts counts;
	struct sup_pace resets;	/* by the guest */
	struct sup_events events;

	int64_t watchdog_ms, watchdog_at;
	int64_t waiting_at;	/* when to say again that the guest is waited for; -1 never */
	int64_t extend_at;	/* when to ask the service manager for more time to stop; -1 never */
	int64_t log_second;	/* of the lines counted in log_lines */
	unsigned int log_lines;
};

/* supervise.c */
int64_t sup_now(void);
void sup_event(struct sup *sup, enum sup_event event);
void sup_log(struct sup *sup, enum log_level level, const char *fmt, ...) printf_(3, 4);
bool sup_alive(const struct sup *sup);

void sup_init(struct sup *sup, const struct supervise *s);
void sup_done(struct sup *sup);

/* supervise_helpers.c */
void sup_helpers_init(struct sup *sup);
void sup_helpers_begin(struct sup *sup);
void sup_helpers_turn(struct sup *sup, short revents, int64_t now);
void sup_helpers_timer(struct sup *sup, int64_t now);
bool sup_helpers_gone(const struct sup *sup);	/* has one ended too early? */
json_t *sup_helpers_json(const struct sup *sup);	/* names of those that have */
void sup_helpers_end(struct sup *sup);

/* supervise_begin.c */
int sup_prepare(struct sup *sup);	/* signals, lock, QEMU, socket: 0 or -errno */
int sup_give_up(struct sup *sup, int r);	/* say why; the exit code */

/* supervise_attach.c */
int sup_attach(struct sup *sup);	/* 0; -ESRCH, -ENOENT nothing to attach to; -EINTR; -errno */

/* supervise_qmp.c */
void sup_link_want(struct sup *sup, int64_t now);	/* connect when due, at a pace */
void sup_link_turn(struct sup *sup, short revents, int64_t now);
void sup_link_timers(struct sup *sup, int64_t now);
int64_t sup_link_deadline(const struct sup *sup);
short sup_link_polls(const struct sup *sup, int64_t now);	/* what to poll for */
bool sup_link_usable(const struct sup *sup);
void sup_link_beat(struct sup *sup, int64_t now);	/* ask now, unless one is outstanding */
void sup_link_late(struct sup *sup);	/* the first answer is overdue: why? */
void sup_link_drain(struct sup *sup);	/* QEMU is gone: hear what it said last */
void sup_link_close(struct sup *sup);
typedef void sup_reply(struct sup *sup, const struct qmp_item *item);
/** struct sup_call - cookie of a command: who takes its reply */
struct sup_call { sup_reply *reply; };
bool sup_link_submit(struct sup *sup, const char *command, json_t *args, int fd,
		     const struct sup_call *call);

/* supervise_stop.c: the rungs */
void sup_ask_guest(struct sup *sup);
void sup_quit(struct sup *sup);
void sup_kill(struct sup *sup);
void sup_agent_turn(struct sup *sup, short revents, int64_t now);
void sup_agent_close(struct sup *sup);
/** sup_agent_taken() - does somebody converse with the guest's agent, we or a client it was lent to? */
bool sup_agent_taken(const struct sup *sup);

/* supervise_shot.c */
void sup_shot_start(struct sup *sup, struct control_client *c);
void sup_shot_timer(struct sup *sup, int64_t now);
void sup_shot_drop(struct sup *sup);	/* the connection is lost */

/* supervise_look.c */
void sup_look_init(struct sup *sup);
void sup_look_start(struct sup *sup, struct control_client *c, const json_t *request);
void sup_look_turn(struct sup *sup, short revents, int64_t now);
int64_t sup_look_deadline(const struct sup *sup);
void sup_look_end(struct sup *sup, bool stopping);	/* harmless when nobody looks */

/* supervise_igpu.c */
void sup_igpu_start(struct sup *sup, struct control_client *c);
void sup_igpu_timer(struct sup *sup, int64_t now);
void sup_igpu_drop(struct sup *sup);	/* the connection is lost */

/* supervise_raw.c */
void sup_raw_start(struct sup *sup, struct control_client *c, const char *command, json_t *args,
		   bool whole_reply);	/* takes over @args; the client is answered in any case */
void sup_raw_timer(struct sup *sup, int64_t now);
void sup_raw_drop(struct sup *sup);	/* the connection is lost */

/* supervise_type.c */
void sup_type_start(struct sup *sup, struct control_client *c, const json_t *request);
void sup_type_timer(struct sup *sup, int64_t now);
void sup_type_drop(struct sup *sup);	/* the connection is lost */

/* supervise_setup.c: Windows' set-up */
void sup_keys_begin(struct sup *sup);	/* QEMU has just become ready for the first time */
void sup_keys_timer(struct sup *sup, int64_t now);
void sup_keys_end(struct sup *sup, const char *why);	/* no key from here on; harmless when none is pressed */
void sup_tray_moved(struct sup *sup, const json_t *data);	/* DEVICE_TRAY_MOVED */

/* supervise_port.c */
void sup_port_ask(struct sup *sup);	/* QEMU has become ready, or the port was opened or closed */
void sup_port_drop(struct sup *sup);	/* the connection is lost */

/* supervise_inputs.c */
void sup_inputs_init(struct sup *sup);
void sup_inputs_begin(struct sup *sup);	/* QEMU has become ready */
void sup_inputs_turn(struct sup *sup, short revents, int64_t now);
void sup_inputs_timer(struct sup *sup, int64_t now);
void sup_inputs_drop(struct sup *sup);	/* the connection is lost */
void sup_inputs_close(struct sup *sup);
void sup_inputs_change(struct sup *sup, struct control_client *c, const json_t *request);

/* supervise_inhibit.c */
void sup_inhibit_init(struct sup *sup);
void sup_inhibit_begin(struct sup *sup);	/* harmless twice */
void sup_inhibit_turn(struct sup *sup, short revents);	/* the helper has ended */
void sup_inhibit_end(struct sup *sup);

/* supervise_ops.c: requests */
control_handler sup_handle;

/* supervise_end.c */
void sup_reap(struct sup *sup);
void sup_record_end(struct sup *sup);
/* An end that nobody saw, and cleaning up: 0, -ENOENT no record, -errno */
int sup_record_unseen(struct sup *sup);
/* end.json as facts, marks and record say; sets @end and @json; 0 or -errno */
int sup_write_end(struct sup *sup, enum sup_end *end, json_t **json);
bool sup_has_end(const struct sup *sup);	/* this run's */
bool sup_was_ready(const struct sup *sup);
void sup_mark_ready(struct sup *sup);
int64_t sup_ready_boot_ms(const struct sup *sup);	/* when that was, CLOCK_BOOTTIME; -1 not known */
bool sup_was_confirmed(const struct sup *sup);
int sup_mark_confirmed(struct sup *sup);	/* 0 or -errno */
void sup_tell(struct sup *sup, const char *line);	/* ready_fd, once */

/* supervise_stopping.c: a stop outlives the supervisor that began it */
void sup_mark_stopping(struct sup *sup);	/* the state's deadline is when the guest's time is over */
/* was it being stopped? Then by @event: EV_STOP, and stop_ms is what is left, or EV_KILL, and the facts say so */
bool sup_resume_stop(struct sup *sup, enum sup_event *event);
void sup_recall_kill(struct sup *sup);	/* was it to be ended by force? then the facts say so */

/* supervise_events.c */
void sup_note(struct sup *sup, const char *event, const json_t *data);	/* @data may be NULL */
void sup_note_state(struct sup *sup, enum sup_state from, const char *why);
void sup_events_done(struct sup *sup);

/* supervise_notify.c */
void sup_notify_init(struct sup *sup);
void sup_notify(const struct sup *sup, const char *fmt, ...) printf_(2, 3);

/* supervise_status.c */
json_t *sup_status_json(const struct sup *sup);

#endif
