/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One QMP command on behalf of a client, and its reply: reset, pause, resume, and any. One at a time, because
 * who sends them is a person, and because a reply may be large: it leaves in a memfd.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/file.h"
#include "launcher/base/i18n.h"

#define RAW_MS	30000

static struct control_client *find_waiter(struct sup *sup)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *c = &sup->control.client[i];

		if (c->fd >= 0 && c->wait == CONTROL_WAIT_RAW)
			return c;
	}
	return NULL;
}

static void refuse_waiter(struct sup *sup, const char *why)
{
	struct control_client *c = find_waiter(sup);

	sup->raw.deadline = -1;
	if (c)
		control_refuse(&sup->control, c, EXIT_FAILED, why);
}

void sup_raw_drop(struct sup *sup)
{
	if (sup->raw.open)
		refuse_waiter(sup, N_("QEMU's control connection was lost"));
	sup->raw = (struct sup_raw){ .deadline = -1 };
}

/* The client may be gone, or was told that it took too long; QEMU's answer then ends the command alone. */
static struct control_client *end_command(struct sup *sup)
{
	sup->raw = (struct sup_raw){ .deadline = -1 };
	return find_waiter(sup);
}

static void on_done(struct sup *sup, const struct qmp_item *item)
{
	struct control_client *c = end_command(sup);

	if (c && item->err)
		control_refuse(&sup->control, c, EXIT_FAILED, item->error_desc ? item->error_desc :
			       strerror(-item->err));
	else if (c)
		control_answer(&sup->control, c, NULL, -1);
}

static int reply_memfd(const struct qmp_item *item)
{
	_json_ json_t *json = item->err == -EREMOTEIO ?
			      json_pack("{s:{s:s, s:s}}", "error", "class", item->error_class, "desc",
					item->error_desc) :
			      json_pack("{s:O}", "return", item->value);
	_free_ char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	_fd_ int fd = text ? memfd_create("igvm-qmp", MFD_CLOEXEC) : -1;

	if (fd < 0)
		return -ENOMEM;
	return write_all(fd, text, strlen(text)) ? -ENOMEM : TAKE_FD(fd);
}

/* An error of QEMU's is an answer too. */
static void on_reply(struct sup *sup, const struct qmp_item *item)
{
	struct control_client *c = end_command(sup);
	_fd_ int fd = -1;

	if (!c)
		return;
	if (item->err && item->err != -EREMOTEIO) {
		control_refuse(&sup->control, c, EXIT_FAILED, strerror(-item->err));
		return;
	}
	fd = reply_memfd(item);
	if (fd < 0)
		control_refuse(&sup->control, c, EXIT_FAILED, N_("no memory for QEMU's answer"));
	else
		control_answer(&sup->control, c, NULL, fd);
}

static const struct sup_call done_call = { on_done }, reply_call = { on_reply };

void sup_raw_start(struct sup *sup, struct control_client *c, const char *command, json_t *args,
		   bool whole_reply)
{
	const char *why = sup->raw.open ? N_("another command is under way") :
			  !sup_link_usable(sup) ? N_("QEMU does not answer") : NULL;

	if (why) {
		json_decref(args);
		control_refuse(&sup->control, c, sup->raw.open ? EXIT_BUSY : EXIT_FAILED, why);
		return;
	}
	if (!sup_link_submit(sup, command, args, -1, whole_reply ? &reply_call : &done_call)) {
		control_refuse(&sup->control, c, EXIT_FAILED, N_("the command cannot be sent"));
		return;
	}
	c->wait = CONTROL_WAIT_RAW;
	sup->raw = (struct sup_raw){ .open = true, .deadline = sup_now() + RAW_MS };
}

void sup_raw_timer(struct sup *sup, int64_t now)
{
	if (sup->raw.deadline >= 0 && sup->raw.deadline <= now)
		refuse_waiter(sup, N_("QEMU took too long"));
}
