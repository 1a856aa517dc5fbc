/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/usb_open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "launcher/base/str.h"

#define USB_DEVICE_MAJOR	189	/* include/linux/usb.h */

int usb_open(const char *sysroot, const struct usb_device *d)
{
	bool host = !strcmp(sysroot, "/");
	char node[64], path[PATH_MAX];
	_fd_ int fd = -1;
	struct stat st;

	usb_node(d, node, sizeof(node));
	if (!str_print(path, sizeof(path), "%s%s", host ? "" : sysroot, node))
		return -ENAMETOOLONG;
	fd = open(path, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (host ? !S_ISCHR(st.st_mode) || major(st.st_rdev) != USB_DEVICE_MAJOR : !S_ISREG(st.st_mode))
		return -EINVAL;
	return fcntl(fd, F_SETFL, 0) ? -errno : TAKE_FD(fd);
}
