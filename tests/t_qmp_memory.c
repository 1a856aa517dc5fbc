/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each allocation fails in turn, jansson's and our own: one clean end each. */
#include "tests/t_qmp.h"

#include "qmp/qga.h"
#include "qmp/qmp_cmd.h"

static const char *const shutdown_only[] = { "SHUTDOWN", NULL };

/* --- who fails ------------------------------------------------------------- */

struct faults {
	long countdown;		/* this many succeed, then none; < 0: all do */
	bool refused;		/* one did not */
	long alive;		/* not yet released; counted for jansson only */
};

static struct faults trees = { .countdown = -1 }, own = { .countdown = -1 };

static bool refuse(struct faults *f)
{
	if (f->countdown < 0)
		return false;
	if (f->countdown > 0) {
		f->countdown--;
		return false;
	}
	f->refused = true;
	return true;
}

static void arm(struct faults *f, long n)
{
	f->countdown = n;
	f->refused = false;
}

/* What qmp/ itself allocates: the linker wraps these (Makefile). */
void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
char *__wrap_strdup(const char *s);

void *__wrap_malloc(size_t n)
{
	return refuse(&own) ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return refuse(&own) ? NULL : __real_calloc(n, size);
}

static size_t largest;		/* that realloc was asked for */

void *__wrap_realloc(void *p, size_t n)
{
	largest = n > largest ? n : largest;
	return refuse(&own) ? NULL : __real_realloc(p, n);
}

char *__wrap_strdup(const char *s)
{
	return refuse(&own) ? NULL : __real_strdup(s);
}

static void *tree_malloc(size_t n)
{
	void *p = refuse(&trees) ? NULL : __real_malloc(n);

	trees.alive += !!p;
	return p;
}

static void tree_free(void *p)
{
	trees.alive -= !!p;
	free(p);
}

/* --- tests ----------------------------------------------------------------- */

/* The buffer cannot grow: the connection ends, and nothing is asked of malloc for that. */
static void no_memory_for_input(void **state)
{
	struct qmp *q = qmp_new(shutdown_only);
	struct qmp_item it;
	char x[8192];

	(void)state;
	memset(x, 'x', sizeof(x));
	make_ready(q);
	assert_int_equal(qmp_submit(q, "query-status", NULL, NULL), 1);
	write_out(q);
	arm(&own, 0);
	assert_int_equal(qmp_feed(q, x, sizeof(x)), -ENOMEM);
	assert_true(qmp_next(q, &it));
	assert_int_equal(it.kind, QMP_REPLY);
	assert_int_equal(it.err, -ENOMEM);
	assert_true(qmp_next(q, &it));
	assert_int_equal(it.kind, QMP_END);
	assert_int_equal(it.err, -ENOMEM);
	own.countdown = -1;
	assert_int_equal(qmp_feed(q, x, sizeof(x)), -ENOMEM);
	qmp_free(q);
}

/* However much comes, the buffer has a size that was known before. */
static void input_is_bounded(void **state)
{
	struct qmp *q = qmp_new(shutdown_only);
	struct qmp_item it;
	char x[8192];

	(void)state;
	memset(x, 'x', sizeof(x));
	make_ready(q);
	largest = 0;
	while (qmp_feed(q, x, sizeof(x)) > 0)
		;
	assert_int_equal(largest, QMP_MESSAGE_MAX + QMP_READ_MAX);
	assert_int_equal(qmp_room(q), 0);
	assert_true(qmp_next(q, &it));
	assert_int_equal(it.kind, QMP_END);
	qmp_free(q);
}

/*
 * Each of jansson's allocations fails in turn: one clean end each, or nothing
 * noticed. jansson calls some of its own failures syntax errors.
 */
static void no_memory_for_trees(void **state)
{
	long n = 0, out_of_memory = 0;
	bool failed = true;

	(void)state;
	for (; failed; n++) {
		struct qmp *q = qmp_new(shutdown_only);
		struct qmp_item it = { 0 };
		int replies = 0, ends = 0;
		int64_t id;

		make_ready(q);
		arm(&trees, n);
		id = qmp_submit(q, "query-status", json_object(), NULL);
		assert_true(id > 0 || id == -EINVAL || id == -ENOMEM);
		write_out(q);
		feed_text(q, "{\"return\": {\"status\": \"running\", \"list\": [1, 2.5, null]}, "
			  "\"id\": 1}\n");
		while (qmp_next(q, &it)) {
			replies += it.kind == QMP_REPLY;
			ends += it.kind == QMP_END;
			assert_true(!it.err || it.err == -ENOMEM || it.err == -EPROTO);
			if (it.kind == QMP_REPLY && !it.err)
				assert_string_equal("running", json_string_value(
						    json_object_get(it.value, "status")));
			qmp_item_done(&it);
		}
		failed = trees.refused;
		trees.countdown = -1;
		out_of_memory += id == -ENOMEM || qmp_error(q) == -ENOMEM;
		if (id > 0)
			assert_int_equal(replies, 1);
		assert_int_equal(ends, qmp_error(q) != 0);
		qmp_free(q);
	}
	assert_true(n > 20);
	assert_true(out_of_memory > 10);
}

static int64_t build(struct qmp *q, int which)
{
	static const char *const keys[] = { "ctrl", "alt", "delete", NULL };
	static const char *const path[] = { "/machine", "type", NULL };
	static const char *const set[] = { "7", NULL };
	static const struct qga_exec exec = { "/bin/sh", keys, "x", 1, true };

	switch (which) {
	case 0:
		return qmp_cmd_submit(q, QMP_CMD_SEND_KEY, keys, NULL);
	case 1:
		return qmp_cmd_submit(q, QMP_CMD_QOM_GET, path, NULL);
	case 2:
		return qmp_cmd_submit(q, QMP_CMD_ADD_FD, set, NULL);
	case 3:
		return qga_exec(q, &exec, NULL);
	case 4:
		return qga_shutdown(q, QGA_HALT, NULL);
	case 5:
		return qga_exec_status(q, 1, NULL);
	default:
		return qga_sync(q, 1) ? -ENOMEM : 1;
	}
}

/* As above, for what builds commands. A text that cannot be copied is no text that is not UTF-8. */
static void no_memory_for_arguments(void **state)
{
	(void)state;
	for (int which = 0; which < 7; which++) {
		bool failed = true;
		long n = 0;

		for (; failed; n++) {
			struct qmp *q = qga_new();
			int64_t id;

			arm(&trees, n);
			id = build(q, which);
			failed = trees.refused;
			trees.countdown = -1;
			assert_true(id == -ENOMEM || (id == 1 && !failed));
			qmp_free(q);
			assert_int_equal(trees.alive, 0);
		}
		assert_true(n > 3);
	}
}

/* A conversation in which each of our own allocations fails in turn, and then all that follow. */
static bool short_of_memory(long n)
{
	static const struct qga_exec exec = { .path = "x", .input = "y", .input_len = 1 };
	struct qga_exec_status status;
	struct qmp_item it = { 0 };
	json_t *v =
		json_pack("{s:b, s:s, s:s}", "exited", 1, "out-data", "Zg==", "err-data", "Zg==");
	unsigned replies = 0, ends = 0;
	struct qmp *q, *agent;
	int64_t id = -1;
	int r;

	arm(&own, n);
	q = qmp_new(shutdown_only);
	if (q) {
		static const char greeting[] =
			"{\"QMP\": {\"version\": {}}}\n{\"return\": {}, \"id\": 0}\n";

		id = qmp_submit(q, "query-status", NULL, NULL);
		assert_true(id == 1 || id == -ENOMEM);
		for (size_t i = 0; i < sizeof(greeting) - 1 && !qmp_error(q); i++) {
			r = (int)qmp_feed(q, greeting + i, 1);
			assert_true(r == 1 || r == -ENOMEM);
			while (qmp_next(q, &it)) {
				replies += it.kind == QMP_REPLY;
				ends += it.kind == QMP_END;
				assert_int_equal(it.err, -ENOMEM);
			}
			write_out(q);
		}
		assert_true(qmp_error(q) == -ENOMEM || qmp_state(q) == QMP_READY);
	}
	agent = qga_new();
	if (agent) {
		r = (int)qga_exec(agent, &exec, NULL);
		assert_true(r == 1 || r == -ENOMEM);
		r = qga_sync(agent, 1);
		assert_true(r == 0 || r == -ENOMEM);
	}
	r = qga_decode_exec_status(v, &status);
	assert_true(r == 0 || r == -ENOMEM);
	qga_exec_status_done(&status);
	own.countdown = -1;
	if (q && qmp_error(q)) {
		while (qmp_next(q, &it)) {
			replies += it.kind == QMP_REPLY;
			ends += it.kind == QMP_END;
		}
		assert_int_equal(ends, 1);
		assert_int_equal(replies, id == 1);
	}
	qmp_free(q);
	qmp_free(agent);
	json_decref(v);
	return own.refused;
}

static void no_memory_of_our_own(void **state)
{
	long n = 0;

	(void)state;
	while (short_of_memory(n))
		n++;
	assert_true(n > 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(input_is_bounded), cmocka_unit_test(no_memory_for_input),
		cmocka_unit_test(no_memory_for_trees),
		cmocka_unit_test(no_memory_for_arguments), cmocka_unit_test(no_memory_of_our_own),
	};

	json_set_alloc_funcs(tree_malloc, tree_free);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
