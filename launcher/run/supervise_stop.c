/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rungs of the stop ladder. The guest agent is asked first where it
 * answers, because a guest may ignore its power button (a locked Windows, a
 * firmware shell); but it is the guest's own word and never waited for: when
 * its deadline passes, whatever it said, the power button is pressed too.
 */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/random.h>

#include "launcher/run/control_path.h"
#include "qmp/qga.h"
#include "qmp/qmp_fd.h"

/* An agent that runs answers the synchronisation in milliseconds; then it has a
 * while to say that it will not shut down. */
#define SYNC_MS		1500
#define REFUSE_MS	5000

void sup_agent_close(struct sup *sup)
{
	qmp_free(sup->agent.q);
	if (sup->agent.fd >= 0)
		close(sup->agent.fd);
	sup->agent = (struct sup_agent){ .fd = -1, .deadline = -1 };
}

static void press_button(struct sup *sup)
{
	sup_agent_close(sup);
	/* With SHUTDOWN seen there is nobody left to ask. */
	if (sup->state != SUP_ASKED || *sup->reason || !sup_link_usable(sup))
		return;
	if (sup_link_submit(sup, "system_powerdown", NULL, -1, NULL))
		sup->last_rung = "powerdown";
}

bool sup_agent_taken(const struct sup *sup)
{
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		if (sup->control.client[i].fd >= 0 && sup->control.client[i].wait == CONTROL_WAIT_AGENT)
			return true;
	return sup->agent.q || sup->look.q;
}

static bool start_agent(struct sup *sup)
{
	struct sup_agent *a = &sup->agent;
	uint64_t id;

	if (getrandom(&id, sizeof(id), GRND_NONBLOCK) != sizeof(id))
		return false;
	a->fd = control_connect(sup->run_fd, "agent");
	if (a->fd < 0)
		return false;
	a->q = qga_new();
	if (!a->q || qga_sync(a->q, id % INT64_MAX + 1) ||
	    qga_shutdown(a->q, QGA_POWERDOWN, NULL) < 0) {
		sup_agent_close(sup);
		return false;
	}
	a->deadline = sup_now() + SYNC_MS;
	return true;
}

void sup_ask_guest(struct sup *sup)
{
	sup_look_end(sup, true);
	/* Asked again while the agent is being asked: nothing to add. */
	if (!sup->agent.q && !start_agent(sup))
		press_button(sup);
}

/* guest-shutdown answers only when it fails: any item that comes means the button. */
void sup_agent_turn(struct sup *sup, short revents, int64_t now)
{
	struct sup_agent *a = &sup->agent;
	struct qmp_item item;
	bool over;

	if (!a->q)
		return;
	over = a->deadline <= now;
	(void)qmp_fd_step(a->q, a->fd, revents);
	while (qmp_next(a->q, &item)) {
		over = true;
		qmp_item_done(&item);
	}
	if (qmp_state(a->q) == QMP_READY && !a->heard) {
		a->heard = true;
		a->deadline = now + REFUSE_MS;
		sup->last_rung = "agent";
	}
	if (over)
		press_button(sup);
}

void sup_quit(struct sup *sup)
{
	sup_look_end(sup, true);
	sup_agent_close(sup);
	sup->last_rung = "quit";
	/*
	 * QEMU takes SIGTERM for an order to quit, and its signal handler works where QMP
	 * does not.
	 */
	if (!sup_link_usable(sup) || !sup_link_submit(sup, "quit", NULL, -1, NULL))
		pidfd_send_signal(sup->pidfd, SIGTERM, NULL, 0);
}

void sup_kill(struct sup *sup)
{
	sup_look_end(sup, true);
	sup_agent_close(sup);
	sup->last_rung = "kill";
	sup->facts.killed_by_us = true;
	/* Those two are failures, whoever writes them down. */
	if (!sup->facts.timed_out && !sup->facts.storm)
		sup_mark_stopping(sup);
	if (pidfd_send_signal(sup->pidfd, SIGKILL, NULL, 0) && errno != ESRCH)
		sup_log(sup, LOG_ERROR, "cannot kill QEMU: %s", strerror(errno));
}
