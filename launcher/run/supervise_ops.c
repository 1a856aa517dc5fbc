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
#define STOP_MAX_MS	(24 * 3600 * 1000)

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
	int64_t by;

	if ((given && !json_is_integer(given)) || ms < 0 || ms > STOP_MAX_MS) {
		control_refuse(&sup->control, c, EXIT_USAGE, N_("timeout_ms is out of range"));
		return;
	}
	sup->stop_ms = (unsigned int)ms;
	end_by(sup, c, request, EV_STOP);
	/* Who asks again may shorten the wait, never lengthen it. */
	by = sup_now() + ms;
	if (sup->state == SUP_ASKED && sup->deadline > by)
		sup->deadline = by;
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

/* QEMU serves one client there; the next waits in the socket's backlog until that one leaves. */
static void op_console(struct sup *sup, struct control_client *c, const json_t *request)
{
	_fd_ int fd = control_connect(sup->run_fd, "console");

	(void)request;
	if (fd < 0)
		control_refuse(&sup->control, c, fd == -EAGAIN ? EXIT_BUSY : EXIT_FAILED,
			       fd == -EAGAIN ? N_("the console is taken by somebody else") :
					       N_("QEMU does not answer on the console's socket"));
	else
		control_answer(&sup->control, c, NULL, fd);
}

static void op_detach(struct sup *sup, struct control_client *c, const json_t *request)
{
	(void)request;
	control_answer(&sup->control, c, NULL, -1);
	sup_event(sup, EV_DETACH);
}

static const struct {
	const char *name;
	op *run;
} ops[] = {
	{ "status", op_status },
	{ "stop", op_stop },
	{ "kill", op_kill },
	{ "screenshot", op_screenshot },
	{ "type", op_type },
	{ "confirm", op_confirm },
	{ "console", op_console },
	{ "detach", op_detach },
};

void sup_handle(void *ctx, struct control_client *c, const json_t *request)
{
	const char *name = json_string_value(json_object_get(request, "op"));
	struct sup *sup = ctx;

	for (size_t i = 0; name && i < ARRAY_SIZE(ops); i++) {
		if (strcmp(name, ops[i].name))
			continue;
		ops[i].run(sup, c, request);
		return;
	}
	control_refuse(&sup->control, c, EXIT_USAGE, N_("unknown op"));
}
