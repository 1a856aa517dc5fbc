/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drmclient [--stubborn] [NODE]: what a compositor is to a device. Becomes DRM master of NODE
 * (/dev/dri/card0), makes a framebuffer, shows it on every output that is connected, and stays until SIGTERM;
 * --stubborn: until SIGKILL. It says "shows" once it holds all that.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <libdrm/drm.h>
#include <libdrm/drm_mode.h>

enum { IDS_MAX = 32, MODES_MAX = 128 };

static void die(const char *what)
{
	fprintf(stderr, "drmclient: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint32_t make_framebuffer(int fd)
{
	struct drm_mode_create_dumb dumb = { .width = 1024, .height = 768, .bpp = 32 };
	struct drm_mode_fb_cmd fb = { .width = 1024, .height = 768, .bpp = 32, .depth = 24 };

	if (ioctl(fd, DRM_IOCTL_MODE_CREATE_DUMB, &dumb))
		die("CREATE_DUMB");
	fb.pitch = dumb.pitch;
	fb.handle = dumb.handle;
	if (ioctl(fd, DRM_IOCTL_MODE_ADDFB, &fb))
		die("ADDFB");
	return fb.fb_id;
}

/* The first mode of a connected output on the first pipe; outputs without a monitor have none. */
static int show(int fd, uint32_t connector, uint32_t pipe, uint32_t fb)
{
	static struct drm_mode_modeinfo modes[MODES_MAX];
	struct drm_mode_get_connector c = { .connector_id = connector, .modes_ptr = (uintptr_t)modes,
					    .count_modes = MODES_MAX };
	struct drm_mode_crtc set = { .crtc_id = pipe, .fb_id = fb, .count_connectors = 1,
				     .set_connectors_ptr = (uintptr_t)&connector, .mode_valid = 1 };

	if (ioctl(fd, DRM_IOCTL_MODE_GETCONNECTOR, &c) || c.connection != 1 || !c.count_modes)
		return 0;
	set.mode = modes[0];
	return !ioctl(fd, DRM_IOCTL_MODE_SETCRTC, &set);
}

int main(int argc, char **argv)
{
	int stubborn = argc > 1 && !strcmp(argv[1], "--stubborn");
	const char *node = argc > 1 + stubborn ? argv[1 + stubborn] : "/dev/dri/card0";
	uint32_t pipes[IDS_MAX], outputs[IDS_MAX], fb;
	struct drm_mode_card_res res = { .crtc_id_ptr = (uintptr_t)pipes, .count_crtcs = IDS_MAX,
					 .connector_id_ptr = (uintptr_t)outputs, .count_connectors = IDS_MAX };
	int fd = open(node, O_RDWR | O_CLOEXEC), shown = 0;

	if (fd < 0)
		die(node);
	if (stubborn)
		signal(SIGTERM, SIG_IGN);
	if (ioctl(fd, DRM_IOCTL_SET_MASTER, 0))
		die("SET_MASTER");
	if (ioctl(fd, DRM_IOCTL_MODE_GETRESOURCES, &res))
		die("GETRESOURCES");
	fb = make_framebuffer(fd);
	for (uint32_t i = 0; i < res.count_connectors && i < IDS_MAX && res.count_crtcs; i++)
		shown += show(fd, outputs[i], pipes[0], fb);
	printf("drmclient: shows on %d of %u outputs\n", shown, res.count_connectors);
	fflush(stdout);
	for (;;)
		pause();
}
