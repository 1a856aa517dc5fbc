/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The helpers of a run are init's children, and QEMU goes on without them: with a TPM that fails, a network
 * that is silent, a folder that hangs. So the supervisor has a pidfd of each, all in one epoll set. They end with QEMU, too,
 * and a little before it: what has ended counts only when QEMU is still there some time later.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>

#include "launcher/base/str.h"

#define GRACE_MS	2000

void sup_helpers_init(struct sup *sup)
{
	sup->helpers = (struct sup_helpers){ .epoll = -1, .due = -1 };
}

static void has_ended(struct sup_helpers *h, struct sup_helper *who, int64_t now)
{
	who->ended = true;
	if (h->due < 0)
		h->due = now + GRACE_MS;
}

/*
 * The supervisor's unit hides processes that it may not trace (ProtectProc=invisible), and passt lets nobody trace it: it
 * is there then, and /proc has no word of it. Should its number have gone to another meanwhile, then that is watched, and
 * nothing told.
 */
static int open_helper(const struct identity *id)
{
	int pidfd = identity_open(id);
	char path[32];

	if (pidfd != -ESRCH)
		return pidfd;
	snprintf(path, sizeof(path), "/proc/%d", id->pid);
	if (!access(path, F_OK))
		return -ESRCH;
	pidfd = pidfd_open(id->pid, 0);
	return pidfd < 0 ? -errno : pidfd;
}

/* What cannot be looked at is not watched. */
static void watch(struct sup_helpers *h, const struct journal_entry *e, int64_t now)
{
	struct sup_helper *who = &h->v[h->n];
	struct epoll_event event = { .events = EPOLLIN, .data.u64 = h->n };

	*who = (struct sup_helper){ .pidfd = open_helper(&e->id) };
	str_fit(who->name, sizeof(who->name), e->helper);
	if (who->pidfd == -ESRCH)
		has_ended(h, who, now);
	else if (who->pidfd < 0 || epoll_ctl(h->epoll, EPOLL_CTL_ADD, who->pidfd, &event))
		return;
	h->n++;
}

void sup_helpers_begin(struct sup *sup)
{
	struct sup_helpers *h = &sup->helpers;
	_free_ struct journal *j = NULL;

	if (h->epoll >= 0)
		return;
	/* Not on the stack, which never shrinks: it is a third of a megabyte. */
	j = malloc(sizeof(*j));
	if (!j || journal_read(sup->run_fd, j))
		return;
	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (h->epoll < 0)
		return;
	for (size_t i = 0; i < j->n; i++)
		if (j->v[i].what == JOURNAL_HELPER)
			watch(h, &j->v[i], sup_now());
}

void sup_helpers_turn(struct sup *sup, short revents, int64_t now)
{
	struct sup_helpers *h = &sup->helpers;
	struct epoll_event event;

	while (revents && epoll_wait(h->epoll, &event, 1, 0) == 1) {
		struct sup_helper *who = &h->v[event.data.u64];

		close(TAKE_FD(who->pidfd));
		has_ended(h, who, now);
	}
}

void sup_helpers_timer(struct sup *sup, int64_t now)
{
	struct sup_helpers *h = &sup->helpers;

	if (h->due < 0 || h->due > now)
		return;
	/* A QEMU that is silent may answer again. */
	h->due = sup->state == SUP_DEAF && sup_alive(sup) ? now + GRACE_MS : -1;
	if (sup->state != SUP_RUNNING || !sup_alive(sup))
		return;
	for (size_t i = 0; i < h->n; i++) {
		struct sup_helper *who = &h->v[i];
		_json_ json_t *data = NULL;

		if (!who->ended || who->told)
			continue;
		who->told = true;
		data = json_pack("{s:s}", "helper", who->name);
		sup_note(sup, "helper-ended", data);
		sup_log(sup, LOG_WARNING, "%s has ended, and the VM runs on without it", who->name);
	}
}

bool sup_helpers_gone(const struct sup *sup)
{
	for (size_t i = 0; i < sup->helpers.n; i++)
		if (sup->helpers.v[i].told)
			return true;
	return false;
}

json_t *sup_helpers_json(const struct sup *sup)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sup->helpers.n; i++)
		if (sup->helpers.v[i].told)
			json_array_append_new(list, json_string(sup->helpers.v[i].name));
	return list;
}

void sup_helpers_end(struct sup *sup)
{
	for (size_t i = 0; i < sup->helpers.n; i++)
		cleanup_fd(&sup->helpers.v[i].pidfd);
	cleanup_fd(&sup->helpers.epoll);
	sup->helpers.n = 0;
}
