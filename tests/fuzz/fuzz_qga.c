/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The guest's side of an agent conversation is the input. The first byte
 * says how it is cut; the byte 0x01 in the rest is no input but a deadline
 * that has passed: the command in flight is forgotten and the conversation
 * starts over. Every answer goes through every decoder.
 */
#include <stdlib.h>
#include <string.h>

#include "qmp/qga.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(x)	do { if (!(x)) abort(); } while (0)

struct run {
	struct qmp *q;
	int64_t open;		/* the command in flight or queued; 0: none */
	unsigned syncs, completed, ends;
};

static void decode_all(const json_t *value)
{
	struct qga_exec_status status;
	struct qga_info info;
	int64_t pid;

	if (!qga_decode_exec_status(value, &status))
		CHECK(!status.out ||
		      (status.out_len <= QGA_OUTPUT_MAX && !status.out[status.out_len]));
	qga_exec_status_done(&status);
	if (!qga_decode_info(value, &info))
		CHECK(strlen(info.version) < sizeof(info.version));
	if (!qga_decode_exec(value, &pid))
		CHECK(pid >= 0);
}

static void sync_again(struct run *r)
{
	if (r->open)
		CHECK(qmp_forget(r->q, r->open) == 0);
	r->open = 0;
	if (!qmp_error(r->q))
		CHECK(qga_sync(r->q, ++r->syncs) == 0);
}

static void take_all(struct run *r)
{
	struct qmp_item it;
	const char *p;
	size_t n;

	while (qmp_next(r->q, &it)) {
		CHECK(!r->ends && it.kind != QMP_EVENT);
		if (it.kind == QMP_REPLY) {
			CHECK(it.id == r->open);
			r->open = 0;
			r->completed++;
			decode_all(it.value);
		}
		r->ends += it.kind == QMP_END;
		qmp_item_done(&it);
	}
	if (!r->open && !qmp_error(r->q))
		CHECK((r->open = qga_info(r->q, r)) > 0);
	while ((n = qmp_pending(r->q, &p)) > 0)
		qmp_wrote(r->q, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run r = { .q = qga_new() };
	unsigned seed;

	CHECK(r.q);
	sync_again(&r);
	take_all(&r);
	seed = size ? data[0] : 0;
	for (size_t at = size ? 1 : 0, k; at < size && !qmp_error(r.q); at += k) {
		const uint8_t *mark = memchr(data + at, 1, size - at);

		k = 1 + (size_t)rand_r(&seed) % 64;
		k = k < size - at ? k : size - at;
		if (mark == data + at) {
			sync_again(&r);
			k = 1;
		} else {
			k = mark && k > (size_t)(mark - data) - at ? (size_t)(mark - data) - at : k;
			CHECK(qmp_room(r.q) >= k);
			CHECK(qmp_feed(r.q, data + at, k) == (ssize_t)k);
		}
		take_all(&r);
	}
	qmp_hangup(r.q, -ECONNRESET);
	take_all(&r);
	CHECK(r.ends == 1 && !r.open && qmp_state(r.q) == QMP_DEAD);
	qmp_free(r.q);
	return 0;
}
