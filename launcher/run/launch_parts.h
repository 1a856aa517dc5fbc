/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The parts of launch_exec(), in the order it calls them. Each returns 0, or
 * -errno after it has put one translated sentence into s->error.
 */
#ifndef IGVM_RUN_LAUNCH_PARTS_H
#define IGVM_RUN_LAUNCH_PARTS_H

#include "launcher/run/keeper.h"
#include "launcher/run/launch.h"

/** struct launching - a launch in progress; descriptors are O_CLOEXEC, -1 = none */
struct launching {
	const struct launch *l;
	const struct plan *p;
	const char *sysroot;
	bool root;			/* we can and must change users */
	uid_t uid;			/* the VM's; its gid is the same number (an ordinary user: his own) */
	gid_t gid;
	int run_fd;			/* run/NAME */
	int fd[PLAN_FDS_MAX];		/* by index of plan->fd */
	int status;			/* status_fd, moved by launch_place_fds() */
	int out;			/* write end of the keeper's pipe: stdout and stderr of QEMU and helpers */
	int keeper_in[KEEPER_NSTREAMS];	/* until keeper_start() */
	bool recorded;			/* state.json is of this launch */
	char error[1024];
};

/** launch_fail() - the sentence and its errno; returns -@err */
int launch_fail(struct launching *s, int err, const char *fmt, ...) printf_(3, 4);

/** launch_dirs() - the VM's uid, its run, data and VNC directories (launch_dirs.c) */
nodiscard_ int launch_dirs(struct launching *s);

/** launch_files() - every row of plan->file in place, readable (or writable) by the VM's user */
nodiscard_ int launch_files(struct launching *s);

/** launch_fds() - sockets, pipes, disks: s->fd, s->out, s->keeper_in (launch_fds.c) */
nodiscard_ int launch_fds(struct launching *s);

/** launch_place_fds() - move s->fd to the plan's numbers, s->out to 1 and 2, close every other; no way back */
nodiscard_ int launch_place_fds(struct launching *s);

/** launch_helpers() - keeper, swtpm, passt and virtiofsd, each in the journal (launch_helper.c) */
nodiscard_ int launch_helpers(struct launching *s);

/** launch_helper: what a helper has its end of the socket pair at */
#define LAUNCH_HELPER_FD	3

/** launch_enter - in the process that becomes the helper of descriptor @i: whoever it is from now on; 0 or -errno */
typedef int launch_enter(const struct launching *s, size_t i);

/**
 * launch_spawn_helper() - run argv[0] for descriptor @i of the plan, @ctrl at LAUNCH_HELPER_FD, output to the keeper
 *
 * As init's child, in a session of its own; after @enter, NULL: as the VM's user. Returns its pid once it has
 * been executed, or -errno; no sentence.
 */
nodiscard_ pid_t launch_spawn_helper(struct launching *s, char *const argv[], int ctrl, launch_enter *enter, size_t i);

/** launch_journal_helper() - note helper @name so that a cleanup ends it */
nodiscard_ int launch_journal_helper(struct launching *s, const char *name, pid_t pid);

/** launch_passt() - passt for descriptor @i of the plan (launch_net.c) */
nodiscard_ int launch_passt(struct launching *s, size_t i);

/** launch_share() - virtiofsd for descriptor @i of the plan (launch_share.c) */
nodiscard_ int launch_share(struct launching *s, size_t i);

/** launch_socket() - a listening socket @name in the run directory; the descriptor (launch_fds.c) */
nodiscard_ int launch_socket(struct launching *s, const char *name);

/** launch_hook() - the owner's program, before QEMU (launch_hook.c) */
nodiscard_ int launch_hook(struct launching *s);

/** launch_tap() - a descriptor of the tap device or bridge port @f names (launch_net.c) */
nodiscard_ int launch_tap(struct launching *s, const struct plan_fd *f);

/** launch_node() - the VFIO group's node to the VM's user, journaled first (launch_user.c) */
nodiscard_ int launch_node(struct launching *s);

/** launch_evdevs() - the event devices' nodes, the same way */
nodiscard_ int launch_evdevs(struct launching *s);

/** launch_usb(), launch_pipewire() - a descriptor of what @f names (launch_inputs.c) */
nodiscard_ int launch_usb(struct launching *s, const struct plan_fd *f);
nodiscard_ int launch_pipewire(struct launching *s);

/** launch_inputs_note() - run/NAME/inputs.json, for the supervisor */
nodiscard_ int launch_inputs_note(struct launching *s);

/* The plan's descriptors, as many again while they are put in place, and QEMU's own for each queue and interrupt. */
#define LAUNCH_NOFILE	512u

/** launch_nofile() - RLIMIT_NOFILE, before the first descriptor is wanted */
nodiscard_ int launch_nofile(struct launching *s);

/** launch_limits() - RLIMIT_MEMLOCK, no core file, OOM score no better than anybody's */
nodiscard_ int launch_limits(struct launching *s);

/** launch_access() - can the VM's user open what QEMU opens by itself? tried in a child that is that user */
nodiscard_ int launch_access(struct launching *s);

/** launch_become() - this process becomes the VM's user for good, without any privilege; 0 or -errno, no sentence */
nodiscard_ int launch_become(const struct launching *s);

/** launch_drop() - what of it does not depend on a VM: root becomes @uid, @gid and @n @groups */
nodiscard_ int launch_drop(uid_t uid, gid_t gid, const gid_t *groups, size_t n);

/** launch_environment - what helpers get, and QEMU but for PIPEWIRE_REMOTE: nothing of the caller's */
extern char *const launch_environment[];

#endif
