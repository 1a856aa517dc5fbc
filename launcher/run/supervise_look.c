/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Looking into the guest (look.h). One look at a time: the agent serves one conversation, and its
 * owner is the supervisor. It goes synchronise, guest-info, guest-exec, guest-exec-status until
 * the script has ended; each step is a reply in the poll loop, all of them under one deadline.
 * Stopping the VM comes first: it takes the agent away from a look.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/control_path.h"
#include "launcher/run/look.h"
#include "qmp/qga.h"
#include "qmp/qmp_fd.h"

/* An agent that runs answers in milliseconds, one in a guest that is busy starting in seconds. */
#define SYNC_MS		5000
#define LOOK_MS		60000
#define LOOK_MAX_MS	(10 * 60 * 1000)
/* Between two questions whether the script has ended. */
#define ASK_MS		50
#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static void close_look(struct sup_look *l)
{
	qmp_free(l->q);
	if (l->fd >= 0)
		close(l->fd);
	look_words_done(&l->words);
	*l = (struct sup_look){ .fd = -1, .deadline = -1, .next = -1, .sync_by = -1 };
}

static struct control_client *waiter(struct sup *sup)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *c = &sup->control.client[i];

		if (c->fd >= 0 && c->wait == CONTROL_WAIT_LOOK)
			return c;
	}
	return NULL;
}

/* What the script said on its standard output, or -1. */
static int put_output(const char *bytes, size_t n)
{
	_fd_ int fd = memfd_create("igvm-look", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0 || write_all(fd, bytes, n) || fcntl(fd, F_ADD_SEALS, SEALS))
		return -1;
	return TAKE_FD(fd);
}

/* @detail is the guest's or QEMU's: made printable here. */
static void answer(struct sup *sup, enum look_end end, const char *detail,
		   const struct qga_exec_status *s)
{
	struct control_client *c = waiter(sup);
	_fd_ int fd = s ? put_output(s->out ? s->out : "", s->out_len) : -1;
	char text[512];
	json_t *more;

	str_fit(text, sizeof(text), detail ? detail : "");
	str_sanitize(text);
	more = json_pack("{s:s, s:s, s:s, s:b, s:I}", "end", look_end_text(s && fd < 0 ? LOOK_GONE : end),
			 "agent", sup->look.agent, "detail", text, "truncated", s && s->truncated,
			 "exitcode", (json_int_t)(s ? s->exitcode : -1));
	close_look(&sup->look);
	if (c)
		control_answer(&sup->control, c, more, fd);
	else
		json_decref(more);
}

void sup_look_end(struct sup *sup, bool stopping)
{
	if (sup->look.q)
		answer(sup, stopping ? LOOK_STOPPED : LOOK_GONE, NULL, NULL);
}

static void on_info(struct sup *sup, const struct qmp_item *item)
{
	struct sup_look *l = &sup->look;
	struct qga_exec exec = { .path = l->words.path, .argv = l->words.argv, .capture = true };
	struct qga_info info;

	if (item->err == -EREMOTEIO) {
		answer(sup, LOOK_OLD, item->error_desc, NULL);
		return;
	}
	if (qga_decode_info(item->value, &info)) {
		answer(sup, LOOK_GARBAGE, "guest-info", NULL);
		return;
	}
	str_fit(l->agent, sizeof(l->agent), info.version);
	str_sanitize(l->agent);
	if (!info.exec || !info.exec_status)
		answer(sup, LOOK_OLD, NULL, NULL);
	else if (qga_exec(l->q, &exec, NULL) < 0)
		answer(sup, LOOK_GONE, NULL, NULL);
}

static void on_exec(struct sup *sup, const struct qmp_item *item)
{
	struct sup_look *l = &sup->look;

	if (item->err == -EREMOTEIO)
		answer(sup, LOOK_NO_SHELL, item->error_desc, NULL);
	else if (qga_decode_exec(item->value, &l->pid))
		answer(sup, LOOK_GARBAGE, "guest-exec", NULL);
	else
		l->next = sup_now() + ASK_MS;
}

static void on_exec_status(struct sup *sup, const struct qmp_item *item)
{
	struct qga_exec_status s = { 0 };

	/* An agent that was started anew knows no such process. */
	if (item->err == -EREMOTEIO) {
		answer(sup, LOOK_RESET, item->error_desc, NULL);
	} else if (qga_decode_exec_status(item->value, &s)) {
		answer(sup, LOOK_GARBAGE, "guest-exec-status", NULL);
	} else if (!s.exited) {
		sup->look.next = sup_now() + ASK_MS;
	} else {
		answer(sup, LOOK_RAN, s.err, &s);
	}
	qga_exec_status_done(&s);
}

static void take_reply(struct sup *sup, const struct qmp_item *item)
{
	static const struct {
		const char *command;
		sup_reply *take;
	} rows[] = {
		{ "guest-info", on_info },
		{ "guest-exec", on_exec },
		{ "guest-exec-status", on_exec_status },
	};

	/* Of a connection that has ended, whose end comes next. */
	if (item->err && item->err != -EREMOTEIO)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(item->command, rows[i].command))
			rows[i].take(sup, item);
}

/* True: the look goes on. */
static bool take_items(struct sup *sup)
{
	struct sup_look *l = &sup->look;
	struct qmp_item item;

	while (l->q && qmp_next(l->q, &item)) {
		if (item.kind == QMP_END)
			answer(sup, item.err == -ECONNRESET ? LOOK_GONE : LOOK_GARBAGE,
			       item.error_desc, NULL);
		else if (item.kind == QMP_REPLY)
			take_reply(sup, &item);
		qmp_item_done(&item);
	}
	return l->q;
}

static void take_time(struct sup *sup, int64_t now)
{
	struct sup_look *l = &sup->look;

	if (qmp_state(l->q) == QMP_READY)
		l->sync_by = -1;
	if (sup->counts.resets != l->resets)
		answer(sup, LOOK_RESET, NULL, NULL);
	else if (l->sync_by >= 0 && l->sync_by <= now)
		answer(sup, LOOK_ABSENT, NULL, NULL);
	else if (l->deadline <= now)
		answer(sup, l->sync_by >= 0 ? LOOK_ABSENT : LOOK_SLOW, NULL, NULL);
	else if (l->next >= 0 && l->next <= now) {
		l->next = -1;
		if (qga_exec_status(l->q, l->pid, NULL) < 0)
			answer(sup, LOOK_GONE, NULL, NULL);
	}
}

void sup_look_turn(struct sup *sup, short revents, int64_t now)
{
	struct sup_look *l = &sup->look;

	if (!l->q)
		return;
	/* Who asked has left: nobody is interested any more. */
	if (!waiter(sup)) {
		close_look(l);
		return;
	}
	(void)qmp_fd_step(l->q, l->fd, revents);
	if (take_items(sup))
		take_time(sup, now);
}

int64_t sup_look_deadline(const struct sup *sup)
{
	const struct sup_look *l = &sup->look;
	int64_t first = l->deadline;

	if (l->sync_by >= 0 && l->sync_by < first)
		first = l->sync_by;
	return l->next >= 0 && l->next < first ? l->next : first;
}

static bool begin(struct sup *sup, int64_t timeout_ms)
{
	struct sup_look *l = &sup->look;
	uint64_t id;

	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) != sizeof(id))
		return false;
	l->fd = control_connect(sup->run_fd, "agent");
	l->q = l->fd < 0 ? NULL : qga_new();
	if (!l->q || qga_sync(l->q, id % INT64_MAX + 1) || qga_info(l->q, NULL) < 0)
		return false;
	l->resets = sup->counts.resets;
	l->deadline = sup_now() + timeout_ms;
	l->sync_by = sup_now() + SYNC_MS;
	return true;
}

static const char *refusal(const struct sup *sup, const json_t *request, int64_t *ms, int *code)
{
	const char *os = json_string_value(json_object_get(request, "os"));
	const json_t *given = json_object_get(request, "timeout_ms");

	*ms = given ? json_integer_value(given) : LOOK_MS;
	*code = EXIT_USAGE;
	if (!os || (strcmp(os, "linux") && strcmp(os, "windows")))
		return N_("look wants os: linux or windows");
	if ((given && !json_is_integer(given)) || *ms < 1 || *ms > LOOK_MAX_MS)
		return N_("timeout_ms is out of range");
	*code = EXIT_BUSY;
	if (sup->look.q)
		return N_("somebody else looks into the guest at this moment");
	if (sup_agent_taken(sup))
		return N_("the guest agent is being asked by somebody else");
	if (sup->state != SUP_RUNNING)
		return N_("the VM is on its way up or down, or QEMU does not answer");
	return NULL;
}

void sup_look_start(struct sup *sup, struct control_client *c, const json_t *request)
{
	const char *os = json_string_value(json_object_get(request, "os")), *why;
	bool quick = json_is_true(json_object_get(request, "quick"));
	int64_t ms;
	int code;

	why = refusal(sup, request, &ms, &code);
	if (!why && look_words_load(!strcmp(os, "windows"), quick, &sup->look.words)) {
		why = N_("igvm's own script for the guest cannot be read; is igvm installed whole?");
		code = EXIT_FAILED;
	}
	if (!why && !begin(sup, ms)) {
		why = N_("QEMU does not answer on the guest agent's socket");
		code = EXIT_FAILED;
		close_look(&sup->look);
	}
	if (why)
		control_refuse(&sup->control, c, code, why);
	else
		c->wait = CONTROL_WAIT_LOOK;
}

void sup_look_init(struct sup *sup)
{
	sup->look = (struct sup_look){ .fd = -1, .deadline = -1, .next = -1, .sync_by = -1 };
}
