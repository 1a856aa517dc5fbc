/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finding the process that is the VM: by its record, compared and held by a pidfd. */
#include "launcher/run/supervise_core.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/pidfd.h>

#include "launcher/base/str.h"
#include "launcher/run/lock.h"

/* How long a launch may hold the lock before it has written its record and become QEMU. */
#define LAUNCH_MS	30000
#define LAUNCH_STEP_MS	10

/*
 * The process of the record: a pidfd, -ENOENT no record yet, -ESRCH it is another or none,
 * -errno.
 */
static int open_process(struct sup *sup)
{
	pid_t child = sup->s->child;
	int r;

	if (sup->run_fd < 0)
		sup->run_fd = record_open_dir(sup->s->paths, sup->s->name);
	r = sup->run_fd < 0 ? sup->run_fd : record_read(sup->run_fd, &sup->record);
	if (r)
		return r;
	if (child <= 0)
		return identity_open(&sup->record.id);
	if (sup->record.id.pid != child)
		return -ESRCH;
	r = pidfd_open(child, 0);
	return r < 0 ? -errno : r;
}

/* One look for it: a pidfd, -EAGAIN a launch is under way, -ESRCH, -errno. */
static int look_for_process(struct sup *sup)
{
	int held, r = open_process(sup);

	if (r != -ENOENT && r != -ESRCH)
		return r;
	held = lock_vm_held(sup->s->paths, sup->s->name);
	return held < 0 ? held : held ? -EAGAIN : -ESRCH;
}

/*
 * Between the record and exec the process is still igvm, and before that there
 * is only the lock: wait for as long as somebody holds it.
 */
int sup_attach(struct sup *sup)
{
	struct pollfd p = { .fd = sup->signal_fd, .events = POLLIN };
	int64_t until = sup_now() + LAUNCH_MS;
	int r;

	while ((r = look_for_process(sup)) == -EAGAIN) {
		if (sup_now() >= until)
			return -ETIMEDOUT;
		if (poll(&p, 1, LAUNCH_STEP_MS) > 0)
			return -EINTR;
	}
	if (r < 0)
		return r;
	sup->pidfd = r;
	return 0;
}
