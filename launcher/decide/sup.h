/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The supervisor as a table: (state, event) -> (next state, action, deadline).
 * Pure: no clock, no descriptor, no memory. Every pair has a cell; a test
 * refuses holes and compares all cells with tests/sup-table.txt.
 */
#ifndef IGVM_DECIDE_SUP_H
#define IGVM_DECIDE_SUP_H

#include <stdbool.h>
#include <stdint.h>

#include "launcher/base/cleanup.h"

enum sup_state {
	SUP_ATTACHING,	/* this QEMU has never answered: connecting, first query-status outstanding */
	SUP_ADOPTING,	/* the same for a QEMU that was ready once: its silence never kills it */
	SUP_RUNNING,	/* query-status has answered: ready was announced */
	SUP_ASKED,	/* guest asked to shut down (agent or power button), or going down by itself */
	SUP_QUITTING,	/* QMP quit sent */
	SUP_KILLING,	/* SIGKILL sent by pidfd */
	SUP_DEAF,	/* QMP gone or silent, QEMU alive */
	SUP_GONE,	/* QEMU ended; terminal */
	SUP_NSTATES
};

enum sup_event {
	EV_QMP_READY,	/* query-status answered and QEMU is alive, for the first time on this connection
			 * or after a silence */
	EV_QMP_DEAD,	/* EOF, reset, protocol error, or deadline of an answer */
	EV_STOP,	/* somebody asks for a graceful stop */
	EV_KILL,	/* somebody asks for an immediate end */
	EV_GUEST_DOWN,	/* SHUTDOWN event */
	EV_DEADLINE,	/* the state's deadline has passed */
	EV_EXIT,	/* pidfd readable: QEMU has ended */
	EV_DETACH,	/* SIGTERM to the supervisor: leave, the VM runs on */
	EV_TRIAL_OVER,	/* nobody confirmed in time that the VM shall keep the screen */
	EV_STORM,	/* the guest resets itself again and again */
	EV_NEVENTS
};

enum sup_action {
	ACT_UNSET,	/* a hole in the table: refused by the test */
	ACT_NONE,
	ACT_ANNOUNCE,	/* tell whoever waits: ready */
	ACT_POWERDOWN,	/* agent shutdown where one answers, else system_powerdown */
	ACT_QUIT,	/* QMP quit; SIGTERM, which QEMU takes for the same, where QMP is gone */
	ACT_KILL,
	ACT_RECONNECT,	/* a new QMP connection where there is none, at a pace; a silent one is kept,
			 * since QEMU serves one client and answers it when it wakes */
	ACT_RECORD,	/* write the end record, run cleanup, leave */
	ACT_LEAVE,	/* detach without touching the VM */
	ACT_NACTIONS
};

/** enum sup_deadline - which duration the new state gets; SUP_NO_DEADLINE = none, SUP_KEEP = the
 * old state's goes on. START and STOP are the plan's, the others the supervisor's: QUIT for an
 * order or a signal to work, DOWN for QEMU to leave after its guest went down */
enum sup_deadline { SUP_NO_DEADLINE, SUP_KEEP, SUP_START_MS, SUP_STOP_MS, SUP_QUIT_MS, SUP_DOWN_MS,
		    SUP_ANSWER_MS, SUP_NDEADLINES };

struct sup_cell {
	enum sup_state next;
	enum sup_action action;
	enum sup_deadline deadline;
};

/** sup_first() - how supervision begins; @was_ready: this QEMU has been seen ready before */
struct sup_cell sup_first(bool was_ready);

/** sup_step() - the cell of (@state, @event) */
struct sup_cell sup_step(enum sup_state state, enum sup_event event);

const char *sup_state_text(enum sup_state s);	/* "attaching", as in status --json */
const char *sup_event_text(enum sup_event e);
const char *sup_action_text(enum sup_action a);
const char *sup_deadline_text(enum sup_deadline d);

/** enum sup_end - how a VM ended, for exit codes and restart rows alike */
enum sup_end {
	END_CLEAN,	/* the guest went down, or QEMU was told to quit */
	END_FORCED,	/* killed because somebody asked for it, or nothing softer worked */
	END_FAILED,	/* QEMU or the guest crashed; starting again may help */
	END_PERMANENT,	/* QEMU refused to start: starting again gives the same */
	END_UNKNOWN,	/* nobody saw it */
	END_NENDS
};

/** struct sup_end_facts - all that is known of an end */
struct sup_end_facts {
	bool reaped;		/* exit_code/signal are valid */
	int exit_code, signal;	/* signal 0: exited by itself */
	bool guest_shutdown;	/* reason of QMP's SHUTDOWN: guest-shutdown or guest-reset */
	bool host_qmp_quit;	/* ... host-qmp-quit, host-signal and the like: QEMU was told to go */
	bool guest_panic;	/* ... guest-panic: the guest crashed */
	bool storm;		/* ended by us because the guest did nothing but reset itself */
	bool was_ready;
	bool asked;		/* by us to go, on whatever rung */
	bool killed_by_us;	/* by the ladder or on request */
	bool timed_out;		/* killed by us because it never answered */
};

/** sup_classify() - pure: one answer for direct mode and systemd alike */
enum sup_end sup_classify(const struct sup_end_facts *f);
const char *sup_end_text(enum sup_end e);

/** struct sup_pace - how often something has happened of late; zeroed: never */
struct sup_pace {
	int64_t since_ms;	/* begin of the window that is counted in */
	unsigned int count;
};

/* More than that many resets by the guest in a minute are no boot any more: Windows' set-up needs four. */
#define SUP_STORM_RESETS	30
#define SUP_STORM_WINDOW_MS	(60 * 1000)

/*
 * The restart rows of direct mode: those of igvm@.service (RestartSec=, StartLimitBurst= less the first start,
 * StartLimitIntervalSec=).
 */
#define SUP_RESTART_MS		5000
#define SUP_RESTARTS		4
#define SUP_RESTART_WINDOW_MS	(10 * 60 * 1000)

/** sup_pace_exceeded() - it has happened at @now_ms: once more than @most times within @window_ms? */
bool sup_pace_exceeded(struct sup_pace *p, int64_t now_ms, unsigned int most, int64_t window_ms);

/** sup_restarts() - is a VM that was ready and has ended so started again? the limit is sup_pace_exceeded()'s */
bool sup_restarts(enum sup_end end);

/** enum sup_health - what a run state of QEMU's means for the guest */
enum sup_health {
	HEALTH_GOOD,	/* it runs */
	HEALTH_IDLE,	/* it does not run because somebody, or the guest, wants it so */
	HEALTH_BAD,	/* it does not run, and nobody wanted that */
};

/** sup_health() - of a "status" of query-status; a word that is not known, or "", is HEALTH_IDLE */
enum sup_health sup_health(const char *run_state);

/** sup_health_text() - what HEALTH_BAD means and what to do, one N_() sentence; "" for the others */
const char *sup_health_text(const char *run_state);

#endif
