/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "launcher/run/rdp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <sys/socket.h>

#include "launcher/base/cleanup.h"

/* TPKT of 19 bytes; X.224 Connection Request; negotiation: TLS or CredSSP. */
static const uint8_t request[] = {
	3, 0, 0, 19, 14, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0,
};

static bool wait_for(int fd, short events, unsigned int timeout_ms)
{
	struct pollfd pfd = { .fd = fd, .events = events };

	return poll(&pfd, 1, (int)timeout_ms) > 0;
}

bool rdp_answers(unsigned int port, unsigned int timeout_ms)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	_fd_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	uint8_t answer[6] = { 0 };

	if (fd < 0 || (connect(fd, (struct sockaddr *)&a, sizeof(a)) && errno != EINPROGRESS))
		return false;
	if (!wait_for(fd, POLLOUT, timeout_ms) ||
	    send(fd, request, sizeof(request), MSG_NOSIGNAL) != sizeof(request))
		return false;
	/* Six bytes come in one piece: the length of the TPKT, and 0xd0, Connection Confirm. */
	return wait_for(fd, POLLIN, timeout_ms) &&
	       recv(fd, answer, sizeof(answer), 0) == sizeof(answer) && answer[0] == 3 &&
	       (answer[5] & 0xf0) == 0xd0;
}
