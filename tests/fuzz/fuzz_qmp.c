/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * QEMU's side of a QMP conversation is the input. It is fed twice, in one
 * piece and in pieces whose sizes the first byte seeds, to clients with the
 * same commands; what comes out must be equal, each command must complete
 * once, and every answer goes through every decoder.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qmp/qmp_cmd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const wanted[] = { "SHUTDOWN", "RESET", NULL };

enum { COMMANDS = 12 };

struct run {
	struct qmp *q;
	uint64_t hash;		/* of everything that came out */
	unsigned completed[COMMANDS + 1], ends;
};

#define CHECK(x)	do { if (!(x)) abort(); } while (0)

static void mix(struct run *r, const void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		r->hash = (r->hash ^ ((const unsigned char *)p)[i]) * 0x100000001b3u;
}

static void mix_text(struct run *r, const char *text)
{
	if (text)
		mix(r, text, strlen(text) + 1);
}

static void decode_all(const json_t *value)
{
	static struct qmp_properties properties;
	static struct qmp_machines machines;
	static struct qmp_pci pci;
	struct qmp_answer answer;

	for (int cmd = 0; cmd < QMP_CMD_COUNT; cmd++) {
		int err = qmp_cmd_decode((enum qmp_cmd)cmd, value, &answer);

		CHECK(!err || err == -EBADMSG);
	}
	(void)qmp_pci_decode(value, &pci);
	(void)qmp_properties_decode(value, &properties);
	(void)qmp_machines_decode(value, &machines);
	CHECK(pci.n <= 256 && properties.n <= 512 && machines.n <= 512);
}

static void take_item(struct run *r, struct qmp_item *it)
{
	char *text = it->value ? json_dumps(it->value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	CHECK(!r->ends);
	mix(r, &it->kind, sizeof(it->kind));
	mix(r, &it->err, sizeof(it->err));
	mix(r, &it->id, sizeof(it->id));
	mix_text(r, it->command);
	mix_text(r, it->name);
	mix_text(r, it->error_class);
	mix_text(r, it->error_desc);
	mix_text(r, text);
	free(text);
	if (it->kind == QMP_REPLY) {
		CHECK(it->id > 0 && it->id <= COMMANDS);
		CHECK(++r->completed[it->id] == 1);
		decode_all(it->value);
	}
	r->ends += it->kind == QMP_END;
	qmp_item_done(it);
}

static void take_all(struct run *r)
{
	struct qmp_item it;
	const char *p;
	size_t n;

	while (qmp_next(r->q, &it))
		take_item(r, &it);
	while ((n = qmp_pending(r->q, &p)) > 0)
		qmp_wrote(r->q, n);
}

static void start(struct run *r)
{
	*r = (struct run){ .q = qmp_new(wanted), .hash = 0xcbf29ce484222325u };
	CHECK(r->q);
	for (int i = 0; i < COMMANDS; i++)
		CHECK(qmp_submit(r->q, "query-status", NULL, r) == i + 1);
}

/* Lines go in one by one in both runs, so that both have written the same when one arrives. */
static void feed(struct run *r, const uint8_t *data, size_t size, unsigned seed)
{
	while (size && !qmp_error(r->q)) {
		const uint8_t *nl = memchr(data, '\n', size);
		size_t line = nl ? (size_t)(nl - data) + 1 : size, k;

		for (; line && !qmp_error(r->q); line -= k, data += k, size -= k) {
			k = seed ? 1 + (size_t)rand_r(&seed) % 16 : line;
			k = k < line ? k : line;
			k = k < qmp_room(r->q) ? k : qmp_room(r->q);
			CHECK(k > 0);
			CHECK(qmp_feed(r->q, data, k) == (ssize_t)k);
			take_all(r);
		}
	}
}

static void finish(struct run *r)
{
	qmp_hangup(r->q, -ECONNRESET);
	take_all(r);
	CHECK(qmp_state(r->q) == QMP_DEAD);
	CHECK(r->ends == 1);
	for (int i = 1; i <= COMMANDS; i++)
		CHECK(r->completed[i] == 1);
	mix(r, qmp_counts(r->q), sizeof(struct qmp_counts));
	qmp_free(r->q);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct run whole, pieces;

	if (!size)
		return 0;
	start(&whole);
	feed(&whole, data + 1, size - 1, 0);
	finish(&whole);
	start(&pieces);
	feed(&pieces, data + 1, size - 1, 1u + data[0]);
	finish(&pieces);
	CHECK(whole.hash == pieces.hash);
	return 0;
}
