/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A descriptor's bytes into and out of a client. The descriptor is a
 * connected stream socket and stays the caller's; each call asks the kernel
 * not to wait, so O_NONBLOCK is not needed and SIGPIPE is never raised.
 */
#ifndef QMP_QMP_FD_H
#define QMP_QMP_FD_H

#include "qmp/qmp.h"

/** qmp_fd_events() - what to poll for: POLLIN, and POLLOUT while something is to be written */
short qmp_fd_events(const struct qmp *q);

/**
 * qmp_fd_step() - write what is pending, then read once (up to 16 KiB)
 * @revents: what poll() said; POLLHUP, POLLERR and POLLNVAL count as POLLIN
 *
 * End of file, ECONNRESET and EPIPE all become qmp_hangup(-ECONNRESET), but
 * what the peer said before it went is still read. Call qmp_next() until
 * false after every step, whatever it returned.
 *
 * Return: 0 while the connection lives; afterwards the error that ended it.
 */
int qmp_fd_step(struct qmp *q, int fd, short revents);

#endif
