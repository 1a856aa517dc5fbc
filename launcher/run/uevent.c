/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/uevent.h"

#include <errno.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "launcher/base/str.h"

#define KERNEL_GROUP	1	/* lib/kobject_uevent.c; udev repeats each in group 2 */
#define MESSAGE_MAX	8192	/* UEVENT_BUFFER_SIZE is 2048 */
#define MESSAGES_MAX	256	/* a turn; what is left is read in the next */

int uevent_open(void)
{
	_fd_ int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
			     NETLINK_KOBJECT_UEVENT);
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_groups = KERNEL_GROUP };

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)))
		return -errno;
	return TAKE_FD(fd);
}

/* "add@/devices/...\0ACTION=add\0SUBSYSTEM=usb\0..." */
bool uevent_concerns(const char *text, size_t len)
{
	for (size_t off = 0; off < len;) {
		size_t n = strnlen(text + off, len - off);

		if (n == len - off)
			return false;
		if (!strcmp(text + off, "SUBSYSTEM=usb") || !strcmp(text + off, "SUBSYSTEM=input"))
			return true;
		off += n + 1;
	}
	return false;
}

bool uevent_take(int fd)
{
	bool concerns = false;
	char text[MESSAGE_MAX];

	for (int i = 0; i < MESSAGES_MAX; i++) {
		struct sockaddr_nl from = { 0 };
		socklen_t size = sizeof(from);
		ssize_t n = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&from, &size);

		if (n < 0 && errno == ENOBUFS)
			concerns = true;
		else if (n <= 0)
			return concerns;
		/* Port 0 is the kernel's own. */
		if (n > 0 && size == sizeof(from) && !from.nl_pid)
			concerns |= uevent_concerns(text, (size_t)n);
	}
	return concerns;
}
