/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a service manager is told: one datagram each, as sd_notify(3) documents it. */
#include "launcher/run/supervise_core.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "launcher/base/str.h"

void supervise_notify(const char *text)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	_fd_ int fd = -1;
	socklen_t len;

	if (!path || (*path != '/' && *path != '@') ||
	    !str_copy(addr.sun_path, sizeof(addr.sun_path), path))
		return;
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path));
	/* An abstract name begins with a NUL and has none at its end. */
	if (*path == '@')
		addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	/* A manager that does not listen changes nothing for the VM. */
	if (fd >= 0)
		(void)!sendto(fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT,
			      (struct sockaddr *)&addr, len);
}

void sup_notify(const struct sup *sup, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!sup->s->notify)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	supervise_notify(text);
}

/*
 * sd_watchdog_enabled(3): the interval is meant for the process in WATCHDOG_PID, when that
 * is given.
 */
void sup_notify_init(struct sup *sup)
{
	const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	uint64_t interval, owner;

	sup->watchdog_ms = sup->watchdog_at = -1;
	if (!sup->s->notify || !usec || !str_u64(usec, 10, UINT64_C(1) << 52, &interval))
		return;
	if (!interval)
		return;
	if (pid && (!str_u64(pid, 10, INT32_MAX, &owner) || owner != (uint64_t)getpid()))
		return;
	/* Twice in the interval, so that one late turn is no expiry. */
	sup->watchdog_ms = (int64_t)(interval / 2000) > 0 ? (int64_t)(interval / 2000) : 1;
	sup->watchdog_at = sup_now();
}
