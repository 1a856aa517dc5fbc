/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The programs of a setup plan: update-grub, update-initramfs and their like. */
#ifndef IGVM_SETUP_SETUP_RUN_H
#define IGVM_SETUP_SETUP_RUN_H

#include "launcher/facts/host_tree.h"

/* dkms and a zstd -19 image on one slow core take minutes; ten are more than any was seen to take. */
#define SETUP_RUN_SECONDS	600

/* Where programs are looked for, whatever the caller's own PATH is. */
#define SETUP_RUN_PATH	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/**
 * setup_run() - run @argv with the root as its "/", and wait
 *
 * A child with PATH, HOME and LC_ALL alone, no standard input, in a process group of its own. Below a root that
 * is not this machine's it runs in a chroot, in mounts of its own, where empty proc, sys and dev
 * are filled. What it prints goes to @show and @keep (descriptors; -1: nowhere). 0, with *@status
 * its exit status (128 + signal; 127 there is no such program); -ETIMEDOUT it was killed after @seconds;
 * -errno.
 */
nodiscard_ int setup_run(const struct tree *t, char *const *argv, unsigned int seconds, int show,
			 int keep, int *status);

/** setup_run_is_service() - does it act on running services? then it is for the live machine alone */
bool setup_run_is_service(char *const *argv);

#endif
