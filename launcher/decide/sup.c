/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/decide/sup.h"

#include <stddef.h>
#include <string.h>

#include "launcher/base/i18n.h"

#define STAY(s)		{ SUP_##s, ACT_NONE, SUP_KEEP }
#define GO(s, act, dl)	{ SUP_##s, ACT_##act, SUP_##dl }
#define END		GO(GONE, RECORD, NO_DEADLINE)
#define LEAVE(s)	GO(s, LEAVE, NO_DEADLINE)

/*
 * The stop ladder is read downwards: ASKED, QUITTING, KILLING. Each rung is
 * entered by the deadline of the one above; somebody who asks again changes
 * nothing but presses the power button once more. Where QMP is lost on a rung,
 * the rung's deadline goes on, so no loss of a connection can stop the ladder.
 *
 * A guest that goes down by itself enters the ladder at ASKED with nothing
 * left to ask: if QEMU then does not exit, the lower rungs end it.
 *
 * A trial that nobody confirmed is a stop that nobody had to ask for: the host's user may have
 * no screen to ask from.
 *
 * A guest that only resets itself hears no power button: it begins on the rung below.
 *
 * Only a QEMU that has never answered is killed for silence. One that was
 * ready is DEAF: it may come back, and its guest may be well.
 */
static const struct sup_cell table[SUP_NSTATES][EV_NEVENTS] = {
	[SUP_ATTACHING] = {
		[EV_QMP_READY]	= GO(RUNNING, ANNOUNCE, NO_DEADLINE),
		[EV_QMP_DEAD]	= GO(ATTACHING, RECONNECT, KEEP),
		[EV_STOP]	= GO(ASKED, POWERDOWN, STOP_MS),
		[EV_KILL]	= GO(KILLING, KILL, QUIT_MS),
		[EV_GUEST_DOWN]	= GO(ASKED, NONE, DOWN_MS),
		[EV_DEADLINE]	= GO(KILLING, KILL, QUIT_MS),
		[EV_EXIT]	= END,
		[EV_DETACH]	= LEAVE(ATTACHING),
		[EV_TRIAL_OVER]	= GO(ASKED, POWERDOWN, STOP_MS),
		[EV_STORM]	= GO(QUITTING, QUIT, QUIT_MS),
	},
	[SUP_ADOPTING] = {
		[EV_QMP_READY]	= GO(RUNNING, ANNOUNCE, NO_DEADLINE),
		[EV_QMP_DEAD]	= GO(ADOPTING, RECONNECT, KEEP),
		[EV_STOP]	= GO(ASKED, POWERDOWN, STOP_MS),
		[EV_KILL]	= GO(KILLING, KILL, QUIT_MS),
		[EV_GUEST_DOWN]	= GO(ASKED, NONE, DOWN_MS),
		[EV_DEADLINE]	= GO(DEAF, NONE, NO_DEADLINE),
		[EV_EXIT]	= END,
		[EV_DETACH]	= LEAVE(ADOPTING),
		[EV_TRIAL_OVER]	= GO(ASKED, POWERDOWN, STOP_MS),
		[EV_STORM]	= GO(QUITTING, QUIT, QUIT_MS),
	},
	[SUP_RUNNING] = {
		[EV_QMP_READY]	= STAY(RUNNING),
		[EV_QMP_DEAD]	= GO(DEAF, RECONNECT, NO_DEADLINE),
		[EV_STOP]	= GO(ASKED, POWERDOWN, STOP_MS),
		[EV_KILL]	= GO(KILLING, KILL, QUIT_MS),
		[EV_GUEST_DOWN]	= GO(ASKED, NONE, DOWN_MS),
		[EV_DEADLINE]	= GO(RUNNING, NONE, NO_DEADLINE),
		[EV_EXIT]	= END,
		[EV_DETACH]	= LEAVE(RUNNING),
		[EV_TRIAL_OVER]	= GO(ASKED, POWERDOWN, STOP_MS),
		[EV_STORM]	= GO(QUITTING, QUIT, QUIT_MS),
	},
	[SUP_ASKED] = {
		[EV_QMP_READY]	= GO(ASKED, POWERDOWN, KEEP),
		[EV_QMP_DEAD]	= GO(ASKED, RECONNECT, KEEP),
		[EV_STOP]	= GO(ASKED, POWERDOWN, KEEP),
		[EV_KILL]	= GO(KILLING, KILL, QUIT_MS),
		[EV_GUEST_DOWN]	= GO(ASKED, NONE, DOWN_MS),
		[EV_DEADLINE]	= GO(QUITTING, QUIT, QUIT_MS),
		[EV_EXIT]	= END,
		[EV_DETACH]	= LEAVE(ASKED),
		[EV_TRIAL_OVER]	= STAY(ASKED),
		[EV_STORM]	= STAY(ASKED),
	},
	[SUP_QUITTING] = {
		[EV_QMP_READY]	= GO(QUITTING, QUIT, KEEP),
		[EV_QMP_DEAD]	= STAY(QUITTING),
		[EV_STOP]	= STAY(QUITTING),
		[EV_KILL]	= GO(KILLING, KILL, QUIT_MS),
		[EV_GUEST_DOWN]	= STAY(QUITTING),
		[EV_DEADLINE]	= GO(KILLING, KILL, QUIT_MS),
		[EV_EXIT]	= END,
		[EV_DETACH]	= LEAVE(QUITTING),
		[EV_TRIAL_OVER]	= STAY(QUITTING),
		[EV_STORM]	= STAY(QUITTING),
	},
	[SUP_KILLING] = {
		[EV_QMP_READY]	= STAY(KILLING),
		[EV_QMP_DEAD]	= STAY(KILLING),
		[EV_STOP]	= STAY(KILLING),
		[EV_KILL]	= GO(KILLING, KILL, KEEP),
		[EV_GUEST_DOWN]	= STAY(KILLING),
		[EV_DEADLINE]	= GO(KILLING, KILL, QUIT_MS),
		[EV_EXIT]	= END,
		[EV_DETACH]	= LEAVE(KILLING),
		[EV_TRIAL_OVER]	= STAY(KILLING),
		[EV_STORM]	= STAY(KILLING),
	},
	[SUP_DEAF] = {
		[EV_QMP_READY]	= GO(RUNNING, ANNOUNCE, NO_DEADLINE),
		[EV_QMP_DEAD]	= GO(DEAF, RECONNECT, NO_DEADLINE),
		[EV_STOP]	= GO(ASKED, POWERDOWN, STOP_MS),
		[EV_KILL]	= GO(KILLING, KILL, QUIT_MS),
		[EV_GUEST_DOWN]	= GO(ASKED, NONE, DOWN_MS),
		[EV_DEADLINE]	= GO(DEAF, NONE, NO_DEADLINE),
		[EV_EXIT]	= END,
		[EV_DETACH]	= LEAVE(DEAF),
		[EV_TRIAL_OVER]	= GO(ASKED, POWERDOWN, STOP_MS),
		[EV_STORM]	= GO(QUITTING, QUIT, QUIT_MS),
	},
	[SUP_GONE] = {
		[EV_QMP_READY]	= STAY(GONE),
		[EV_QMP_DEAD]	= STAY(GONE),
		[EV_STOP]	= STAY(GONE),
		[EV_KILL]	= STAY(GONE),
		[EV_GUEST_DOWN]	= STAY(GONE),
		[EV_DEADLINE]	= GO(GONE, NONE, NO_DEADLINE),
		[EV_EXIT]	= STAY(GONE),
		[EV_DETACH]	= STAY(GONE),
		[EV_TRIAL_OVER]	= STAY(GONE),
		[EV_STORM]	= STAY(GONE),
	},
};

struct sup_cell sup_first(bool was_ready)
{
	if (was_ready)
		return (struct sup_cell)GO(ADOPTING, RECONNECT, ANSWER_MS);
	return (struct sup_cell)GO(ATTACHING, RECONNECT, START_MS);
}

struct sup_cell sup_step(enum sup_state state, enum sup_event event)
{
	return table[state][event];
}

const char *sup_state_text(enum sup_state s)
{
	static const char *const text[SUP_NSTATES] = {
		[SUP_ATTACHING]	= "attaching",
		[SUP_ADOPTING]	= "adopting",
		[SUP_RUNNING]	= "running",
		[SUP_ASKED]	= "asked",
		[SUP_QUITTING]	= "quitting",
		[SUP_KILLING]	= "killing",
		[SUP_DEAF]	= "deaf",
		[SUP_GONE]	= "gone",
	};

	return text[s];
}

const char *sup_event_text(enum sup_event e)
{
	static const char *const text[EV_NEVENTS] = {
		[EV_QMP_READY]	= "qmp-ready",
		[EV_QMP_DEAD]	= "qmp-dead",
		[EV_STOP]	= "stop",
		[EV_KILL]	= "kill",
		[EV_GUEST_DOWN]	= "guest-down",
		[EV_DEADLINE]	= "deadline",
		[EV_EXIT]	= "exit",
		[EV_DETACH]	= "detach",
		[EV_TRIAL_OVER]	= "trial-over",
		[EV_STORM]	= "storm",
	};

	return text[e];
}

const char *sup_action_text(enum sup_action a)
{
	static const char *const text[ACT_NACTIONS] = {
		[ACT_UNSET]	= "UNSET",
		[ACT_NONE]	= "-",
		[ACT_ANNOUNCE]	= "announce",
		[ACT_POWERDOWN]	= "powerdown",
		[ACT_QUIT]	= "quit",
		[ACT_KILL]	= "kill",
		[ACT_RECONNECT]	= "reconnect",
		[ACT_RECORD]	= "record",
		[ACT_LEAVE]	= "leave",
	};

	return text[a];
}

const char *sup_deadline_text(enum sup_deadline d)
{
	static const char *const text[SUP_NDEADLINES] = {
		[SUP_NO_DEADLINE] = "-",
		[SUP_KEEP]	= "keep",
		[SUP_START_MS]	= "start",
		[SUP_STOP_MS]	= "stop",
		[SUP_QUIT_MS]	= "quit",
		[SUP_DOWN_MS]	= "down",
		[SUP_ANSWER_MS]	= "answer",
	};

	return text[d];
}

/* Exit by itself: QEMU exits with 0 whoever told it to, and with 1 when it gives up. */
static enum sup_end classify_exit(const struct sup_end_facts *f)
{
	bool meant = f->was_ready || f->asked || f->guest_shutdown || f->host_qmp_quit;

	if (f->guest_panic)
		return END_FAILED;
	/* One that leaves before it ever answered has not started, whatever it calls that. */
	if (!f->exit_code)
		return meant ? END_CLEAN : END_PERMANENT;
	return f->was_ready ? END_FAILED : END_PERMANENT;
}

enum sup_end sup_classify(const struct sup_end_facts *f)
{
	if (f->timed_out || f->storm)
		return END_FAILED;
	/* It may have exited by itself while the kill was on its way. */
	if (f->killed_by_us && (!f->reaped || f->signal))
		return END_FORCED;
	if (f->reaped)
		return f->signal ? END_FAILED : classify_exit(f);
	if (f->guest_panic)
		return END_FAILED;
	return f->guest_shutdown || f->host_qmp_quit ? END_CLEAN : END_UNKNOWN;
}

const char *sup_end_text(enum sup_end e)
{
	static const char *const text[END_NENDS] = {
		[END_CLEAN]	= "clean",
		[END_FORCED]	= "forced",
		[END_FAILED]	= "failed",
		[END_PERMANENT]	= "permanent",
		[END_UNKNOWN]	= "unknown",
	};

	return text[e];
}

bool sup_pace_exceeded(struct sup_pace *p, int64_t now_ms, unsigned int most, int64_t window_ms)
{
	if (!p->count || now_ms < p->since_ms || now_ms - p->since_ms >= window_ms)
		*p = (struct sup_pace){ .since_ms = now_ms };
	return ++p->count > most;
}

bool sup_restarts(enum sup_end end)
{
	static const bool again[END_NENDS] = { [END_FAILED] = true };

	return again[end];
}

/* RunState of QEMU's qapi/run-state.json; those of a migration do not happen here. */
static const struct {
	const char *state;
	enum sup_health health;
	const char *text;
} run_states[] = {
	{ "running", HEALTH_GOOD, "" },
	{ "paused", HEALTH_IDLE, "" },
	{ "prelaunch", HEALTH_IDLE, "" },
	{ "suspended", HEALTH_IDLE, "" },
	{ "shutdown", HEALTH_IDLE, "" },
	{ "io-error", HEALTH_BAD, N_("paused, because a disk of it is full or broken: make room, then `igvm resume`") },
	{ "internal-error", HEALTH_BAD, N_("stopped by an error inside QEMU or KVM: `igvm logs`, then `igvm reset`") },
	{ "guest-panicked", HEALTH_BAD, N_("stopped, because its system has crashed: `igvm reset`") },
	{ "watchdog", HEALTH_BAD, N_("stopped by its watchdog: `igvm reset`") },
};

enum sup_health sup_health(const char *run_state)
{
	for (size_t i = 0; i < ARRAY_SIZE(run_states); i++)
		if (!strcmp(run_state, run_states[i].state))
			return run_states[i].health;
	return HEALTH_IDLE;
}

const char *sup_health_text(const char *run_state)
{
	for (size_t i = 0; i < ARRAY_SIZE(run_states); i++)
		if (!strcmp(run_state, run_states[i].state))
			return run_states[i].text;
	return "";
}
