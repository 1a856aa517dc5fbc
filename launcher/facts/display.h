/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the host shows and draws through one display device: the nodes and outputs of its driver. */
#ifndef IGVM_FACTS_DISPLAY_H
#define IGVM_FACTS_DISPLAY_H

#include <stddef.h>

#include "launcher/base/bdf.h"
#include "launcher/facts/host_tree.h"

#define DISPLAY_OUTPUTS_MAX	32	/* i915 makes about a dozen on docks with many ports */

struct display_output {
	char name[40];		/* connector: "HDMI-A-1"; safe for a terminal */
	enum tri connected;	/* unknown: the driver does not know, or the file cannot be read */
};

struct display_facts {
	char card[16];		/* "card1"; "" none: no DRM driver is bound */
	char render[16];	/* "renderD128"; "" none */
	char fb[16], fb_name[40];	/* "fb0", "i915drmfb"; "" no framebuffer console */
	struct display_output output[DISPLAY_OUTPUTS_MAX];	/* by name */
	size_t n_outputs;
};

/**
 * display_read() - fill *@d for the device at @bdf
 *
 * What cannot be read stays "" or unknown. Sources: Linux Documentation/gpu/drm-uapi.rst,
 * drivers/gpu/drm/drm_sysfs.c, drivers/video/fbdev/core/fbsysfs.c.
 */
void display_read(const struct tree *t, struct bdf bdf, struct display_facts *d);

#endif
