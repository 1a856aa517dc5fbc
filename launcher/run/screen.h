/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The host's screen, handed over with the device and brought back: display manager, programs that
 * have its nodes open, text consoles, the firmware's framebuffer. What has to come back is on disk
 * (run/bind/BDF.screen.json) before anything is touched, so that `igvm cleanup` brings it back
 * whoever is left to call it.
 *
 * The caller holds the device's lock (lock_device()) for all but screen_owned() and screen_lost().
 * @sysroot as in bind.h.
 */
#ifndef IGVM_RUN_SCREEN_H
#define IGVM_RUN_SCREEN_H

#include "launcher/base/bdf.h"
#include "launcher/base/paths.h"
#include "launcher/facts/holders.h"

/** struct screen_error - the step that failed, for one sentence */
struct screen_error {
	char text[320];		/* a translated sentence, without the errno; "" none */
	int err;		/* errno > 0 */
};

/** struct screen_waits - how long each of them gets, in ms; one for all, which tests shorten */
struct screen_waits {
	int manager_ms;		/* the display manager, to stop or start */
	int term_ms, kill_ms;	/* a program with a node open: after SIGTERM, after SIGKILL */
	int look_again_ms;	/* between two looks at who is left */
	int node_ms;		/* the host's driver, to offer a node again */
};

extern struct screen_waits screen_waits;

/**
 * screen_refuse() - can the holders @h be moved out of the way at all?
 *
 * A VM never is; a display manager needs systemd, which alone starts it again. 0; -EBUSY, with the
 * sentence and what to do instead in *@e.
 */
nodiscard_ int screen_refuse(const char *sysroot, const struct holders *h, struct screen_error *e);

/**
 * screen_begin() - write down what there is to bring back; touches nothing
 *
 * @owner as in bind_claim(). What an earlier hand-over left to bring back stays in the list. 0 or -errno.
 */
nodiscard_ int screen_begin(const char *sysroot, const struct paths *p, struct bdf bdf,
			    const char *owner, const struct holders *h, struct screen_error *e);

/**
 * screen_take() - stop the display manager, end who still has the device open, detach
 * consoles and framebuffer
 *
 * After screen_begin(). The manager gets 90 s; the others 5 s after SIGTERM and 5 s after SIGKILL, and
 * logind as long. -EBUSY: somebody holds on; -ETIMEDOUT the manager, or the kernel, does not come
 * back; -errno. On failure the caller calls screen_give_back().
 */
nodiscard_ int screen_take(const char *sysroot, const struct paths *p, struct bdf bdf,
			   struct screen_error *e);

/**
 * screen_give_back() - consoles, framebuffer, display manager again, after bind_release()
 *
 * May be called at any time, and again. No hand-over noted: 0. -ENODEV: the driver did not take the
 * device, so this kernel cannot show a picture with it any more: the rest was brought back, and
 * screen_lost() says it until the next boot or until it works. Other failures leave the note for
 * the next call.
 */
nodiscard_ int screen_give_back(const char *sysroot, const struct paths *p, struct bdf bdf,
				struct screen_error *e);

/** screen_adopt() - a hand-over that is noted for @bdf is @owner's now; 0 also when there is none */
nodiscard_ int screen_adopt(const struct paths *p, struct bdf bdf, const char *owner);

#define SCREENS_MAX	16

/** screen_owned() - devices whose note names @owner (NULL: any); number of them or -errno */
nodiscard_ int screen_owned(const struct paths *p, const char *owner, struct bdf v[static SCREENS_MAX]);

/** screen_lost() - does a screen that @owner's run took need a reboot? why, in English, into @why */
bool screen_lost(const struct paths *p, const char *owner, char *why, size_t size);

#endif
