/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A screenshot of a QEMU that may open nothing: it gets a memfd by SCM_RIGHTS
 * as a member of an fdset and dumps into that name. The descriptor has to be
 * opened write-only, since QEMU compares access modes (tried on 7.2). The
 * picture is sealed before anybody reads it: QEMU still holds the descriptor
 * and is not trusted.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/i18n.h"
#include "launcher/base/str.h"

#define SHOT_MS		10000
/* Far from the numbers that a plan gives to disks. */
#define SHOT_FDSET	1000000
#define SHOT_NAME	"/dev/fdset/1000000"

#define SEALS	(F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static void answer_waiters(struct sup *sup, const char *error)
{
	struct sup_shot *shot = &sup->shot;

	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		struct control_client *c = &sup->control.client[i];

		if (c->fd < 0 || c->wait != CONTROL_WAIT_SHOT)
			continue;
		if (error)
			control_refuse(&sup->control, c, EXIT_FAILED, error);
		else
			control_answer(&sup->control, c, NULL, shot->memfd);
	}
	shot->deadline = -1;
}

static void close_shot(struct sup_shot *shot)
{
	if (shot->memfd >= 0)
		close(shot->memfd);
	if (shot->write_fd >= 0)
		close(shot->write_fd);
	*shot = (struct sup_shot){ .memfd = -1, .write_fd = -1, .deadline = -1 };
}

void sup_shot_drop(struct sup *sup)
{
	if (!sup->shot.open)
		return;
	answer_waiters(sup, N_("QEMU's control connection was lost"));
	close_shot(&sup->shot);
}

static void on_step(struct sup *sup, const struct qmp_item *item)
{
	if (item->err && !*sup->shot.text)
		str_fit(sup->shot.text, sizeof(sup->shot.text),
			item->error_desc ? item->error_desc : strerror(-item->err));
}

/* The last of the three: whatever happened before, nothing of the shot is left in QEMU now. */
static void on_removed(struct sup *sup, const struct qmp_item *item)
{
	struct sup_shot *shot = &sup->shot;

	(void)item;
	if (!*shot->text && fcntl(shot->memfd, F_ADD_SEALS, SEALS))
		str_fit(shot->text, sizeof(shot->text), strerror(errno));
	if (shot->deadline >= 0)
		answer_waiters(sup, *shot->text ? shot->text : NULL);
	close_shot(shot);
}

static const struct sup_call step_call = { on_step }, removed_call = { on_removed };

static int open_memfd(struct sup_shot *shot)
{
	char path[32];

	shot->memfd = memfd_create("igvm-screenshot", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (shot->memfd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", shot->memfd);
	shot->write_fd = open(path, O_WRONLY | O_CLOEXEC);
	return shot->write_fd < 0 ? -errno : 0;
}

/* QEMU works on them one after the other. */
static bool submit_all(struct sup *sup)
{
	json_t *add = json_pack("{s:i}", "fdset-id", SHOT_FDSET);
	json_t *dump = json_pack("{s:s, s:s}", "filename", SHOT_NAME, "format", "png");
	json_t *remove = json_pack("{s:i}", "fdset-id", SHOT_FDSET);
	bool a = sup_link_submit(sup, "add-fd", add, sup->shot.write_fd, &step_call);
	bool b = sup_link_submit(sup, "screendump", dump, -1, &step_call);
	bool c = sup_link_submit(sup, "remove-fd", remove, -1, &removed_call);

	return a && b && c;
}

void sup_shot_start(struct sup *sup, struct control_client *c)
{
	struct sup_shot *shot = &sup->shot;
	const char *why = NULL;
	int code = EXIT_FAILED;

	if (!sup->record.emulated_display) {
		why = N_("the VM has no emulated display: its picture is on the monitor alone");
	} else if (shot->open) {
		why = N_("a screenshot is being taken");
		code = EXIT_BUSY;
	} else if (!sup_link_usable(sup)) {
		why = N_("QEMU does not answer");
	} else if (open_memfd(shot)) {
		why = N_("no memory for the picture");
		close_shot(shot);
	}
	if (why) {
		control_refuse(&sup->control, c, code, why);
		return;
	}
	shot->open = true;
	shot->deadline = sup_now() + SHOT_MS;
	c->wait = CONTROL_WAIT_SHOT;
	if (!submit_all(sup))
		sup_shot_drop(sup);
}

void sup_shot_timer(struct sup *sup, int64_t now)
{
	if (sup->shot.deadline >= 0 && sup->shot.deadline <= now)
		answer_waiters(sup, N_("QEMU took too long"));
}
