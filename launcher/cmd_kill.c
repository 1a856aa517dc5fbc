/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What ends a VM when nothing else does must not need a supervisor that works: one that does
 * not answer is ended too (the VM is none of its own), and QEMU by its recorded identity.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>

#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd_vm.h"
#include "launcher/progress.h"
#include "launcher/run/lock.h"
#include "launcher/run/record.h"
#include "launcher/run/supervise.h"
#include "launcher/stop_unit.h"

/* A supervisor answers at once. */
#define ASK_MS		2000
/* A QEMU that SIGKILL does not end within this hangs in the kernel; the command then says so. */
#define KILL_MS		(60u * 1000)
#define ENDED_MS	10000

static int run_kill(const struct globals *g, int argc, char **argv);

const struct cmd cmd_kill = {
	.name = "kill",
	.args = "NAME",
	.help = N_("end a VM at once, as if its power was cut"),
	.more = N_("The guest is not asked and its disks may need a check afterwards: `igvm stop` is\n"
		   "what you want while the guest still answers. Where the VM's supervisor does not\n"
		   "answer within 2 seconds, QEMU is killed without it."),
	.run = run_kill,
};

static bool ends(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, ENDED_MS) > 0;
}

static int end_process(int pidfd)
{
	if (pidfd_send_signal(pidfd, SIGKILL, NULL, 0) && errno != ESRCH)
		return -errno;
	return ends(pidfd) ? 0 : -ETIMEDOUT;
}

/* The QEMU of the record, or where the record is lost, the one that holds the VM's lock. */
static pid_t find_qemu(const struct paths *p, const char *name, int *pidfd)
{
	_fd_ int run = record_open_dir(p, name);
	struct record record;

	if (run >= 0 && !record_read(run, &record)) {
		*pidfd = identity_open(&record.id);
		if (*pidfd >= 0)
			return record.id.pid;
	}
	return lock_vm_qemu(p, name, pidfd);
}

static int say_failed(const char *name, pid_t pid, int r)
{
	if (r == -EACCES || r == -EPERM)
		return cmd_vm_needs_root("kill", name);
	if (r == -ETIMEDOUT)
		say(_("%s: process %d was killed and has not ended: it hangs in the kernel"), name, pid);
	else
		say(_("%s: cannot end process %d: %s"), name, pid, strerror(-r));
	return EXIT_FAILED;
}

/* @why: -errno of asking the supervisor. */
static int kill_without(const struct globals *g, const struct paths *p, const char *name, bool unit,
			int why)
{
	_fd_ int qemu = -1, supervisor = -1;
	pid_t pid = find_qemu(p, name, &qemu);
	pid_t watcher = lock_supervisor_holder(p, name, &supervisor);
	int r = watcher > 0 && !lock_vm_held(p, name) ? end_process(supervisor) : -ESRCH;

	if (!r)
		return cmd_vm_not_running("kill", g, p, name);
	if (pid <= 0) {
		say(_("%s: its supervisor cannot be asked (%s), and its QEMU is not to be found"), name,
		    strerror(-why));
		return EXIT_FAILED;
	}
	/* First, so that it records nothing meanwhile. */
	r = watcher > 0 ? end_process(supervisor) : 0;
	if (r)
		return say_failed(name, watcher, r);
	r = supervise_mark_killing(p, name);
	if (r && r != -ENOENT)
		log_line(LOG_WARNING, "%s: its end will not be recorded as one by force: %s", name, strerror(-r));
	r = end_process(qemu);
	if (r)
		return say_failed(name, pid, r);
	if (watcher > 0)
		printf(_("%s was stopped by force (process %d); its supervisor (process %d) did not answer and was ended too.\n"),
		       name, pid, watcher);
	else
		printf(_("%s was stopped by force (process %d), without a supervisor.\n"), name, pid);
	if (unit)
		return EXIT_OK;
	r = supervise_finish(p, g->root, name);
	if (!r)
		return EXIT_OK;
	say(_("%s: cleaning up after it: %s"), name, strerror(-r));
	return EXIT_FAILED;
}

/* 0 when it is done, -errno of the asking. */
static int ask(const struct globals *g, const struct paths *p, const char *name, json_t **answer)
{
	_json_ json_t *status = json_pack("{s:s}", "op", "status"), *there = NULL;
	_json_ json_t *request = json_pack("{s:s, s:b}", "op", "kill", "wait", 1);
	_fd_ int fd = -1, fd2 = -1;
	int r = status && request ? 0 : -ENOMEM;

	if (!r)
		r = supervise_call(p, g->root, name, status, ASK_MS, &there, &fd, NULL);
	return r ? r : supervise_call(p, g->root, name, request, KILL_MS, answer, &fd2, NULL);
}

static int end_it(const struct globals *g, const struct paths *p, const char *name, bool unit)
{
	_json_ json_t *answer = NULL;
	int r = ask(g, p, name, &answer);

	if (r == -ESRCH)
		return cmd_vm_not_running("kill", g, p, name);
	if (r == -EACCES || r == -EPERM)
		return cmd_vm_needs_root("kill", name);
	if (r)
		return kill_without(g, p, name, unit, r);
	if (!json_is_true(json_object_get(answer, "ok")))
		return cmd_vm_refused(name, answer);
	printf(_("%s was stopped by force.\n"), name);
	return EXIT_OK;
}

static int run_kill(const struct globals *g, int argc, char **argv)
{
	struct paths p;
	bool unit;
	const char *name;
	int r;

	if (cmd_getopt(&cmd_kill, argc, argv) != -1)
		return EXIT_USAGE;
	r = cmd_vm_here(&cmd_kill, g);
	if (!r)
		r = cmd_vm_name(&cmd_kill, g, argc, argv, &name, &p);
	if (r)
		return r;
	/* The job first: what ends during a stop is not started again by systemd. */
	progress_begin(_("%s: waiting for its end"), name);
	unit = stop_unit_is_due(&p, name);
	r = unit ? stop_unit_begin(name) : EXIT_OK;
	if (!r)
		r = end_it(g, &p, name, unit);
	r = r || !unit ? r : stop_unit_wait(name, KILL_MS);
	progress_end();
	return r;
}
