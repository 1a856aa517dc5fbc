/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of qmp/ share: cmocka's includes, and items as text. */
#ifndef TESTS_T_QMP_H
#define TESTS_T_QMP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "qmp/qmp.h"

/* Feed everything; whoever is fed has room for it. */
static inline void feed(struct qmp *q, const void *bytes, size_t n)
{
	if (!qmp_error(q))
		assert_int_equal(qmp_feed(q, bytes, n), n);
}

static inline void feed_text(struct qmp *q, const char *text)
{
	feed(q, text, strlen(text));
}

/* Write all that is pending; how many bytes. */
static inline size_t write_out(struct qmp *q)
{
	const char *p;
	size_t n, all = 0;

	while ((n = qmp_pending(q, &p)) > 0) {
		qmp_wrote(q, n);
		all += n;
	}
	return all;
}

static inline const char *err_name(int err)
{
	return err == -ECONNRESET ? "ECONNRESET" : err == -EPROTO ? "EPROTO" :
	       err == -ENOMEM ? "ENOMEM" : err == -ETIMEDOUT ? "ETIMEDOUT" : "?";
}

/* One line about an item; owned by the caller. */
static inline char *item_text(const struct qmp_item *it)
{
	char *value = it->value ? json_dumps(it->value, JSON_COMPACT | JSON_SORT_KEYS |
					     JSON_ENCODE_ANY) : NULL;
	char *text = NULL;
	int r = -1;

	if (it->kind == QMP_REPLY && !it->err)
		r = asprintf(&text, "reply %lld %s ok %s", (long long)it->id, it->command, value);
	else if (it->kind == QMP_REPLY && it->err == -EREMOTEIO)
		r = asprintf(&text, "reply %lld %s error %s: %s", (long long)it->id, it->command,
			     it->error_class, it->error_desc);
	else if (it->kind == QMP_REPLY)
		r = asprintf(&text, "reply %lld %s ended %s", (long long)it->id, it->command,
			     err_name(it->err));
	else if (it->kind == QMP_EVENT)
		r = asprintf(&text, "event %s %s", it->name, value ? value : "-");
	else if (it->kind == QMP_END)
		r = asprintf(&text, "end %s", err_name(it->err));
	assert_true(r >= 0);
	free(value);
	return text;
}

/* Greet and negotiate: the client is READY afterwards. */
static inline void make_ready(struct qmp *q)
{
	struct qmp_item it;

	feed_text(q,
		  "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10}, "
		  "\"package\": \"\"}, \"capabilities\": []}}\r\n");
	assert_false(qmp_next(q, &it));
	assert_true(write_out(q) > 0);
	feed_text(q, "{\"return\": {}, \"id\": 0}\r\n");
	assert_false(qmp_next(q, &it));
	assert_int_equal(qmp_state(q), QMP_READY);
}

#endif
