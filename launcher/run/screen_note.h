/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The note of a screen hand-over, run/bind/BDF.screen.json. */
#ifndef IGVM_RUN_SCREEN_NOTE_H
#define IGVM_RUN_SCREEN_NOTE_H

#include "launcher/base/bdf.h"
#include "launcher/base/paths.h"

#define SCREEN_FBS_MAX	4

struct screen_fb {
	char driver[32], name[64];	/* "simple-framebuffer", "simple-framebuffer.0" */
};

struct screen_note {
	struct bdf bdf;
	char owner[64];
	char driver[32];	/* of the device, before; "" none */
	char unit[64];		/* display manager that was stopped; "" none */
	bool consoles;		/* the framebuffer's console was bound */
	struct screen_fb fb[SCREEN_FBS_MAX];
	size_t n_fb;
	char lost[256];		/* why the driver does not have it back; "" it has, or nobody tried */
};

/** screen_note_load() - 0; -ENOENT there is none; -EBADMSG, -EPROTO of a newer igvm, -errno */
nodiscard_ int screen_note_load(const struct paths *p, struct bdf bdf, struct screen_note *n);

/** screen_note_store() - on disk when it returns; 0 or -errno */
nodiscard_ int screen_note_store(const struct paths *p, const struct screen_note *n);

/** screen_note_remove() - 0 also when there is none; -errno */
nodiscard_ int screen_note_remove(const struct paths *p, struct bdf bdf);

#endif
