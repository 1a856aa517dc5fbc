/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the guest has for being watched over, and the folders it shares with the host. */
#include "launcher/decide/words_parts.h"

/*
 * events=1, PVPANIC_PANICKED of QEMU's docs/specs/pvpanic.rst, alone: a guest that will dump its memory (kdump) is left in
 * peace, and none can flood QMP with GUEST_CRASHLOADED.
 */
static void add_panic(struct builder *b)
{
	words_add(b, "-device", N_("how Linux says that its kernel has crashed"));
	words_plain(b, "pvpanic-pci");
	words_keyf(b, "events", "1");
	words_slot(b, SLOT_PANIC, 0);
}

static void add_watchdog(struct builder *b)
{
	static const char *const action[] = {
		[WATCHDOG_RESET] = "watchdog=reset", [WATCHDOG_POWEROFF] = "watchdog=poweroff",
		[WATCHDOG_PAUSE] = "watchdog=pause",
	};

	words_add(b, "-device", N_("a watchdog; it does nothing until the guest arms it"));
	words_plain(b, "i6300esb");
	words_key(b, "id", "watchdog0");
	words_slot(b, SLOT_WATCHDOG, 0);
	words_add(b, "-action", N_("what becomes of a guest that does not feed it any more"));
	words_plain(b, action[b->p->watchdog]);
}

static void add_share(struct builder *b, const struct plan_fd *fd)
{
	const struct plan *p = b->p;

	words_add(b, "-chardev", N_("the channel to virtiofsd, which igvm has started"));
	words_plain(b, "socket");
	words_keyf(b, "id", "share%zu", fd->index);
	words_keyf(b, "fd", "%d", fd->fd);
	words_add(b, "-device", N_("a folder of the host; the guest mounts its tag"));
	words_plain(b, "vhost-user-fs-pci");
	words_keyf(b, "id", "folder%zu", fd->index);
	words_keyf(b, "chardev", "share%zu", fd->index);
	words_key(b, "tag", p->share[fd->index].name);
	words_slot(b, SLOT_SHARE, (unsigned int)fd->index);
	if (!fd->index && p->n_share > 1)
		words_key(b, "multifunction", "on");
}

void words_jobs(struct builder *b)
{
	const struct plan *p = b->p;

	if (p->panic)
		add_panic(b);
	if (p->watchdog)
		add_watchdog(b);
	for (size_t i = 0; i < p->n_fd; i++)
		if (p->fd[i].kind == PLAN_FD_SHARE)
			add_share(b, &p->fd[i]);
}
