/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A look at the raw text of one message, before any of it is parsed: how
 * deep, how many tokens, is it an event and which. One pass, no memory.
 */
#ifndef QMP_QMP_SCAN_H
#define QMP_QMP_SCAN_H

#include <stddef.h>

struct qmp_limits {
	size_t message;		/* bytes, without the line end */
	unsigned tokens;
	unsigned nesting;
};

/** struct qmp_scan - @event is NULL, or the event's name as it stands in the text */
struct qmp_scan {
	unsigned tokens;	/* of { [ , : outside strings */
	unsigned nesting;
	const char *event;
	size_t event_len;
};

/**
 * qmp_scan() - judge the @n bytes of one message
 *
 * Integers outside int64 are rewritten in place as reals of the same length
 * ("18446744073709551615" becomes "184467440737095516e2"), because jansson
 * refuses a whole message for one of them, and QEMU sends such: uint64
 * defaults in device-list-properties (pci-bridge's mem-reserve), for one.
 *
 * Return: 0: within @limits, brackets balanced, one object. This is no
 * grammar check: what is parsed afterwards is checked by the parser.
 * -EBADMSG: not that. -E2BIG: a limit is exceeded.
 */
int qmp_scan(char *text, size_t n, const struct qmp_limits *limits, struct qmp_scan *out);

#endif
