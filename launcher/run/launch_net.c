/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is behind the network cards: a tap device, opened while we are root,
 * or passt. A tap device that igvm made itself is not persistent: it goes with
 * QEMU's descriptor, so nothing has to be journaled.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* After net/if.h, which has the same names. */
#include <linux/sockios.h>

#include "launcher/base/i18n.h"
#include "launcher/base/str.h"
#include "launcher/run/launch_parts.h"

#define PASST		"passt"
#define RDP_OF_GUEST	3389

/* passt looks for routes and addresses before it serves, and ends when it finds none; nothing says that it is through. */
#define PASST_MS	200

static int into_bridge(struct launching *s, const char *bridge, const char *tap)
{
	_fd_ int sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq up = { 0 }, port = { .ifr_ifindex = (int)if_nametoindex(tap) };

	str_fit(port.ifr_name, sizeof(port.ifr_name), bridge);
	str_fit(up.ifr_name, sizeof(up.ifr_name), tap);
	if (sock < 0 || ioctl(sock, SIOCBRADDIF, &port))
		return launch_fail(s, errno, _("%s: cannot be put into the bridge %s: %m"), tap, bridge);
	if (ioctl(sock, SIOCGIFFLAGS, &up))
		return launch_fail(s, errno, "%s: %m", tap);
	up.ifr_flags |= IFF_UP;
	if (ioctl(sock, SIOCSIFFLAGS, &up))
		return launch_fail(s, errno, _("%s: cannot be switched on: %m"), tap);
	return 0;
}

int launch_tap(struct launching *s, const struct plan_fd *f)
{
	_fd_ int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	struct ifreq ifr = { .ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR };
	bool bridge = f->kind == PLAN_FD_BRIDGE;
	int r;

	/* TUNSETIFF would make a device that is not there, and nobody would know. */
	if (!bridge && !if_nametoindex(f->path))
		return launch_fail(s, ENODEV, _("%s: there is no such tap device"), f->path);
	str_fit(ifr.ifr_name, sizeof(ifr.ifr_name), bridge ? "igvm%d" : f->path);
	if (fd < 0)
		return launch_fail(s, errno, "/dev/net/tun: %m");
	if (ioctl(fd, TUNSETIFF, &ifr))
		return launch_fail(s, errno, errno == EBUSY ? _("%s: another VM or program has opened it")
							    : _("%s: cannot be opened as a tap device: %m"),
				   ifr.ifr_name);
	r = bridge ? into_bridge(s, f->path, ifr.ifr_name) : 0;
	return r ? r : TAKE_FD(fd);
}

/* "127.0.0.1/33890:3389", or the port alone for every address; "none" forwards nothing. */
static void forward(const struct plan *p, size_t net, char text[static 48])
{
	if (!p->rdp_port || p->rdp_net != net)
		strcpy(text, "none");
	else
		snprintf(text, 48, "%s%u:%d", p->rdp_lan ? "" : "127.0.0.1/", p->rdp_port, RDP_OF_GUEST);
}

int launch_passt(struct launching *s, size_t i)
{
	char tcp[48];
	char *const argv[] = {
		PASST, "--foreground", "--quiet", "--fd", "3", "-t", tcp, "-u", "none", NULL
	};
	struct pollfd ended = { .events = POLLIN };
	int pair[2], r;
	pid_t pid;

	forward(s->p, s->p->fd[i].index, tcp);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return launch_fail(s, errno, _("no socket for the network: %m"));
	s->fd[i] = ended.fd = pair[0];
	pid = launch_spawn_helper(s, argv, pair[1], NULL, i);
	close(pair[1]);
	if (pid < 0)
		return launch_fail(s, -pid, _("passt cannot be started: %s; type = slirp does without it"),
				   strerror(-pid));
	r = launch_journal_helper(s, PASST, pid);
	/* It says nothing to a client that is silent: whatever can be read now is its end. */
	if (!r && poll(&ended, 1, PASST_MS) > 0)
		return launch_fail(s, EPIPE, _("passt ended at once; `igvm logs %s` shows why, and "
					       "type = slirp does without it"), s->p->name);
	return r;
}
