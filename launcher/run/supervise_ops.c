/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a client of the control socket may ask for: one row per "op". */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <string.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/i18n.h"
#include "launcher/run/control_path.h"

/* An answer younger than this is good enough for "status". */
#define FRESH_MS	1000

typedef void op(struct sup *sup, struct control_client *c, const json_t *request);

/* The answer is what is known; QEMU is asked for the next one, and never waited for. */
static void op_status(struct sup *sup, struct control_client *c, const json_t *request)
{
	(void)request;
	if (sup->link.next_beat >= 0 && sup_now() - sup->link.last_answer >= FRESH_MS)
		sup_link_beat(sup, sup_now());
	control_answer(&sup->control, c, sup_status_json(sup), -1);
}

static void end_by(struct sup *sup, struct control_client *c, const json_t *request,
		   enum sup_event event)
{
	bool wait = json_is_true(json_object_get(request, "wait"));

	if (wait)
		c->wait = CONTROL_WAIT_END;
	sup_event(sup, event);
	if (!wait)
		control_answer(&sup->control, c, NULL, -1);
}

static void op_stop(struct sup *sup, struct control_client *c, const json_t *request)
{
	const json_t *given = json_object_get(request, "timeout_ms");
	json_int_t ms = given ? json_integer_value(given) : (json_int_t)sup->record.stop_ms;
	bool going = sup->state == SUP_ASKED;
	int64_t by;

	if ((given && !json_is_integer(given)) || ms < 0 || ms > SUPERVISE_STOP_MAX_MS) {
		control_refuse(&sup->control, c, EXIT_USAGE, N_("timeout_ms is out of range"));
		return;
	}
	if (!going)
		sup->stop_ms = (unsigned int)ms;
	end_by(sup, c, request, EV_STOP);
	/* Who asks again may shorten the wait, never lengthen it. */
	by = sup_now() + ms;
	if (!going || sup->state != SUP_ASKED || sup->deadline <= by)
		return;
	sup->deadline = by;
	sup_mark_stopping(sup);
}

static void op_kill(struct sup *sup, struct control_client *c, const json_t *request)
{
	end_by(sup, c, request, EV_KILL);
}

static void op_screenshot(struct sup *sup, struct control_client *c, const json_t *request)
{
	(void)request;
	sup_shot_start(sup, c);
}

static void op_look(struct sup *sup, struct control_client *c, const json_t *request)
{
	sup_look_start(sup, c, request);
}

static void op_igpu(struct sup *sup, struct control_client *c, const json_t *request)
{
	(void)request;
	sup_igpu_start(sup, c);
}

static void op_type(struct sup *sup, struct control_client *c, const json_t *request)
{
	sup_type_start(sup, c, request);
}

/* Twice is as good as once; where the VM is already going down it comes too late. */
static void op_confirm(struct sup *sup, struct control_client *c, const json_t *request)
{
	bool trial = sup->record.trial_ms != 0;
	int r;

	(void)request;
	if (trial && !sup_was_confirmed(sup) && sup->trial_at < 0) {
		control_refuse(&sup->control, c, EXIT_FAILED, N_("too late: the trial is over"));
		return;
	}
	r = trial ? sup_mark_confirmed(sup) : 0;
	if (r) {
		control_refuse(&sup->control, c, EXIT_FAILED,
			       N_("the confirmation cannot be written down"));
		return;
	}
	sup->trial_at = -1;
	control_answer(&sup->control, c, json_pack("{s:b}", "trial", trial), -1);
}

/* @fd: a connected socket or -errno; stays the caller's. */
static void give_socket(struct sup *sup, struct control_client *c, int fd, const char *taken,
			const char *silent)
{
	if (fd < 0)
		control_refuse(&sup->control, c, fd == -EAGAIN ? EXIT_BUSY : EXIT_FAILED,
			       fd == -EAGAIN ? taken : silent);
	else
		control_answer(&sup->control, c, NULL, fd);
}

/* QEMU serves one client there; the next waits in the socket's backlog until that one leaves. */
static void op_console(struct sup *sup, struct control_client *c, const json_t *request)
{
	_fd_ int fd = control_connect(sup->run_fd, "console");

	(void)request;
	give_socket(sup, c, fd,
		    N_("the console is taken by somebody else"),
		    N_("QEMU does not answer on the console's socket"));
}

/*
 * The agent serves one client too, and a stop must not wait for whoever has it: it presses the power button when
 * the agent does not answer in time.
 */
static void op_agent(struct sup *sup, struct control_client *c, const json_t *request)
{
	_fd_ int fd = sup_agent_taken(sup) ? -EAGAIN : control_connect(sup->run_fd, "agent");

	(void)request;
	give_socket(sup, c, fd, N_("the guest agent is being asked by somebody else"),
		    N_("QEMU does not answer on the agent's socket"));
	if (fd >= 0 && c->fd >= 0)
		c->wait = CONTROL_WAIT_AGENT;
}

static void op_detach(struct sup *sup, struct control_client *c, const json_t *request)
{
	(void)request;
	control_answer(&sup->control, c, NULL, -1);
	sup_event(sup, EV_DETACH);
}

/* Whoever may connect here is as good as QEMU's own user to it: root, or the owner of a user's VM. */
static void op_qmp(struct sup *sup, struct control_client *c, const json_t *request)
{
	const char *command = json_string_value(json_object_get(request, "command"));
	const json_t *given = json_object_get(request, "arguments");

	if (!command || !*command || (given && !json_is_object(given))) {
		control_refuse(&sup->control, c, EXIT_USAGE,
			       N_("a QMP command has a name, and its arguments are an object"));
		return;
	}
	sup_raw_start(sup, c, command, given ? json_deep_copy(given) : NULL, true);
}

static void op_usb(struct sup *sup, struct control_client *c, const json_t *request)
{
	sup_inputs_change(sup, c, request);
}

/* One row per op: a function of ours, or a command of QEMU's that is all there is to it. */
static const struct {
	const char *name;
	op *run;
	const char *qmp;
} ops[] = {
	{ "status", op_status, NULL },
	{ "stop", op_stop, NULL },
	{ "kill", op_kill, NULL },
	{ "screenshot", op_screenshot, NULL },
	{ "type", op_type, NULL },
	{ "look", op_look, NULL },
	{ "igpu", op_igpu, NULL },
	{ "confirm", op_confirm, NULL },
	{ "console", op_console, NULL },
	{ "agent", op_agent, NULL },
	{ "reset", NULL, "system_reset" },
	{ "pause", NULL, "stop" },
	{ "resume", NULL, "cont" },
	{ "qmp", op_qmp, NULL },
	{ "usb", op_usb, NULL },
	{ "detach", op_detach, NULL },
};

void sup_handle(void *ctx, struct control_client *c, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "op"));
	struct sup *sup = ctx;

	for (size_t i = 0; name && i < ARRAY_SIZE(ops); i++) {
		if (strcmp(name, ops[i].name))
			continue;
		if (ops[i].qmp)
			sup_raw_start(sup, c, ops[i].qmp, NULL, false);
		else
			ops[i].run(sup, c, request);
		return;
	}
	control_refuse(&sup->control, c, EXIT_USAGE, N_("unknown op"));
}
