/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A peer that means harm, and every error that qmp.h promises. */
#include "tests/t_qmp.h"

#include <limits.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "qmp/qga.h"

static const char *const shutdown_only[] = { "SHUTDOWN", NULL };

/* --- what jansson holds ---------------------------------------------------- */

static struct {
	size_t now, peak;
} held;

static void *counted_malloc(size_t n)
{
	size_t *p = malloc(n + 16);

	if (!p)
		return NULL;
	*p = n;
	held.now += n;
	if (held.now > held.peak)
		held.peak = held.now;
	return p + 2;
}

static void counted_free(void *ptr)
{
	size_t *p = ptr;

	if (!p)
		return;
	held.now -= p[-2];
	free(p - 2);
}

/* --- fixtures -------------------------------------------------------------- */

static int setup(void **state)
{
	held.peak = held.now = 0;
	*state = qmp_new(shutdown_only);
	make_ready(*state);
	return 0;
}

static int teardown(void **state)
{
	qmp_free(*state);
	return held.now != 0;		/* every tree was released */
}

static int64_t ask(struct qmp *q)
{
	int64_t id = qmp_submit(q, "query-status", NULL, NULL);

	assert_true(id > 0);
	assert_true(write_out(q) > 0);
	return id;
}

/* The one open command and the end come, both with @err. */
static void expect_end(struct qmp *q, int err)
{
	struct qmp_item it;

	assert_true(qmp_next(q, &it));
	assert_int_equal(it.kind, QMP_REPLY);
	assert_int_equal(it.err, err);
	assert_true(qmp_next(q, &it));
	assert_int_equal(it.kind, QMP_END);
	assert_int_equal(it.err, err);
	assert_non_null(it.error_desc);
	assert_false(qmp_next(q, &it));
	assert_int_equal(qmp_state(q), QMP_DEAD);
	assert_int_equal(qmp_error(q), err);
}

/* Feed as a reader would: as much as there is room for, then look. */
static size_t pour(struct qmp *q, const char *bytes, size_t n, struct qmp_item *it)
{
	size_t at = 0;

	while (at < n) {
		size_t k = n - at < 65536 ? n - at : 65536;
		ssize_t r = qmp_feed(q, bytes + at, k);

		if (r < 0)
			break;
		at += (size_t)r;
		if (qmp_next(q, it))
			break;
		assert_true(r > 0);
	}
	return at;
}

static char *repeated(const char *head, const char *unit, size_t bytes, const char *tail, size_t *n)
{
	size_t len = strlen(unit), count = bytes / len;
	char *text = malloc(strlen(head) + count * len + strlen(tail) + 1), *p = text;

	assert_non_null(text);
	p = stpcpy(p, head);
	for (size_t i = 0; i < count; i++) {
		memcpy(p, unit, len);
		p += len;
	}
	p = stpcpy(p, tail);
	*n = (size_t)(p - text);
	return text;
}

/* --- size ------------------------------------------------------------------ */

static void reply_of_5_mib(void **state)
{
	struct qmp_item it;
	size_t n;
	char *text = repeated("{\"return\": \"", "x", 5 << 20, "\", \"id\": 1}\r\n", &n);

	assert_int_equal(ask(*state), 1);
	assert_true(pour(*state, text, n, &it) < n);
	assert_int_equal(it.err, -EPROTO);
	assert_true(qmp_next(*state, &it));
	assert_string_equal(it.error_desc, "a message exceeds the limit");
	free(text);
}

static void reply_just_within_the_limit(void **state)
{
	struct qmp_item it;
	size_t n, frame = strlen("{\"return\": \"\", \"id\": 1}");
	char *text =
		repeated("{\"return\": \"", "x", QMP_MESSAGE_MAX - frame, "\", \"id\": 1}\r\n", &n);

	ask(*state);
	assert_int_equal(n, QMP_MESSAGE_MAX + 2);
	assert_int_equal(pour(*state, text, n, &it), n);
	assert_int_equal(it.kind, QMP_REPLY);
	assert_int_equal(it.err, 0);
	assert_int_equal(json_string_length(it.value), QMP_MESSAGE_MAX - frame);
	qmp_item_done(&it);
	free(text);
}

static void reply_just_past_the_limit(void **state)
{
	struct qmp_item it;
	size_t n, frame = strlen("{\"return\": \"\", \"id\": 1}");
	char *text = repeated("{\"return\": \"", "x", QMP_MESSAGE_MAX - frame + 1,
			      "\", \"id\": 1}\r\n", &n);

	ask(*state);
	assert_int_equal(pour(*state, text, n, &it), n);
	assert_int_equal(it.err, -EPROTO);
	free(text);
}

static void line_without_end(void **state)
{
	static const char x[4096];
	struct qmp_item it;
	size_t fed = 0;
	ssize_t r;

	ask(*state);
	while ((r = qmp_feed(*state, x, sizeof(x))) > 0) {
		fed += (size_t)r;
		assert_true(fed <= QMP_MESSAGE_MAX + QMP_READ_MAX);
		if (qmp_next(*state, &it))
			break;
	}
	assert_int_equal(it.err, -EPROTO);
}

/* Nobody calls qmp_next(): feeding stops by itself and memory does not grow. */
static void reader_that_does_not_look(void **state)
{
	static char events[65536];
	size_t fed = 0;
	ssize_t r;

	memset(events, '\n', sizeof(events));
	while ((r = qmp_feed(*state, events, sizeof(events))) > 0)
		fed += (size_t)r;
	assert_int_equal(r, 0);
	assert_int_equal(fed, QMP_MESSAGE_MAX + QMP_READ_MAX);
	assert_int_equal(qmp_room(*state), 0);
}

/* --- structure ------------------------------------------------------------- */

static void refuse(void **state, const char *head, const char *unit, size_t bytes, const char *tail)
{
	struct qmp_item it;
	size_t n;
	char *text = repeated(head, unit, bytes, tail, &n);

	ask(*state);
	assert_int_equal(pour(*state, text, n, &it), n);
	assert_int_equal(it.err, -EPROTO);
	assert_true(held.peak < 1 << 20);	/* jansson never saw it */
	free(text);
}

static void bomb_of_objects(void **state)
{
	refuse(state, "{\"return\": [", "{},", 4000000, "{}], \"id\": 1}\n");
}

static void bomb_of_arrays(void **state)
{
	refuse(state, "{\"return\": [", "[],", 4000000, "[]], \"id\": 1}\n");
}

static void bomb_of_members(void **state)
{
	refuse(state, "{\"return\": {", "\"\":0,", 4000000, "\"\":0}, \"id\": 1}\n");
}

static void bomb_of_nesting(void **state)
{
	refuse(state, "{\"return\": ", "[", 60000, "\n");
}

static void bomb_of_nested_objects(void **state)
{
	refuse(state, "{\"return\": ", "{\"a\":", 4000000, "\n");
}

/* Brackets @depth deep in the return value, which is itself one deep. */
static int nested(struct qmp *q, unsigned depth)
{
	struct qmp_item it;
	char text[1024], *p = stpcpy(text, "{\"return\": ");
	int err;

	ask(q);
	memset(p, '[', depth);
	memset(p + depth, ']', depth);
	p = stpcpy(p + 2 * depth, ", \"id\": 1}\n");
	assert_int_equal(pour(q, text, (size_t)(p - text), &it), p - text);
	err = it.err;
	qmp_item_done(&it);
	return err;
}

static void nesting_at_the_limit(void **state)
{
	assert_int_equal(nested(*state, QMP_NESTING_MAX - 1), 0);
}

static void nesting_past_the_limit(void **state)
{
	assert_int_equal(nested(*state, QMP_NESTING_MAX), -EPROTO);
}

/* The worst that passes the scan: as many trees as tokens allow. */
static void worst_legal_reply(void **state)
{
	static const char *const units[] = { "{},", "[],", "{\"\":0},", "[[]],", "{\"\":{}}," };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t tokens = 0, n;
		struct qmp_item it;
		char head[64], *text;

		for (const char *p = units[i]; *p; p++)
			tokens += strchr("{[,:", *p) != NULL;
		n = (QMP_TOKENS_MAX - 8) / tokens * strlen(units[i]);
		ask(*state);
		snprintf(head, sizeof(head), "{\"id\": %zu, \"return\": [", i + 1);
		text = repeated(head, units[i], n, "0]}\n", &n);
		held.peak = 0;
		assert_int_equal(pour(*state, text, n, &it), n);
		assert_int_equal(it.err, 0);
		print_message("# %zu bytes of %s: jansson holds %zu KiB\n", n, units[i],
			      held.peak >> 10);
		assert_true(held.peak <= (8u << 20) + n);
		qmp_item_done(&it);
		free(text);
	}
}

/* In a process of its own: what all of it costs the machine. */
static void resident_memory(void **state)
{
#if defined(__SANITIZE_ADDRESS__)
	(void)state;
	print_message("# not under AddressSanitizer\n");
#else
	pid_t pid = fork();
	struct rusage usage;
	int status;

	if (!pid) {
		reply_of_5_mib(state);
		_exit(0);
	}
	assert_int_equal(wait4(pid, &status, 0, &usage), pid);
	assert_int_equal(status, 0);
	print_message("# peak RSS under a 5 MiB reply: %ld KiB\n", usage.ru_maxrss);
	assert_true(usage.ru_maxrss < 32 << 10);
#endif
}

/* --- floods ---------------------------------------------------------------- */

static void thousand_replies_in_one_read(void **state)
{
	struct qmp *q = *state;
	struct qmp_item it;
	char *text = malloc(64 * 1000), *p = text;

	for (int round = 0; round < 1000 / QMP_IN_FLIGHT; round++)
		for (int i = 0; i < QMP_IN_FLIGHT; i++)
			p += sprintf(p, "{\"return\": {\"n\": %d}, \"id\": %d}\r\n", round,
				     round * QMP_IN_FLIGHT + i + 1);
	/* All are there before the commands that they answer: strays. */
	for (int i = 0; i < QMP_IN_FLIGHT; i++)
		assert_true(qmp_submit(q, "query-status", NULL, NULL) > 0);
	write_out(q);
	feed(q, text, (size_t)(p - text));
	for (int i = 0; i < QMP_IN_FLIGHT; i++) {
		assert_true(qmp_next(q, &it));
		assert_int_equal(it.id, i + 1);
		qmp_item_done(&it);
	}
	assert_false(qmp_next(q, &it));
	assert_int_equal(qmp_counts(q)->strays, 1000 - QMP_IN_FLIGHT);
	assert_int_equal(qmp_state(q), QMP_READY);
	free(text);
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* 600,000 events that nobody wants: ten seconds of the worst guest seen. */
static void flood_of_events(void **state)
{
	static const char event[] =
		"{\"timestamp\": {\"seconds\": 1795408321, \"microseconds\": 337487}, "
		"\"event\": \"GUEST_CRASHLOADED\", \"data\": {\"action\": \"run\"}}\r\n";
	char *chunk = malloc(500 * sizeof(event));
	struct qmp_item it;
	double start;
	size_t n = 0;

	for (int i = 0; i < 500; i++) {
		memcpy(chunk + n, event, sizeof(event) - 1);
		n += sizeof(event) - 1;
	}
	held.peak = 0;
	start = cpu_seconds();
	for (int i = 0; i < 1200; i++) {
		feed(*state, chunk, n);
		assert_false(qmp_next(*state, &it));
	}
	start = cpu_seconds() - start;
	print_message("# 600000 unwanted events: %.3f s of CPU\n", start);
	assert_int_equal(qmp_counts(*state)->skipped, 600000);
	assert_int_equal(held.peak, 0);		/* not one was parsed */
#if !defined(__SANITIZE_ADDRESS__)
	assert_true(start < 2.5);		/* 25 % of a core at 60,000 a second */
#endif
	free(chunk);
}

/* A long line that drips is searched once, not again for every drop. */
static void dripping_line(void **state)
{
	struct qmp_item it;
	double start = cpu_seconds();

	for (int i = 0; i < 1 << 19; i++) {
		feed(*state, "x", 1);
		assert_false(qmp_next(*state, &it));
	}
	start = cpu_seconds() - start;
	print_message("# 512 KiB byte by byte: %.3f s of CPU\n", start);
#if !defined(__SANITIZE_ADDRESS__)
	assert_true(start < 1.0);
#endif
}

/* --- promises -------------------------------------------------------------- */

static void submit_errors(void **state)
{
	struct qmp *q = *state;
	size_t n;
	char *text = repeated("", "x", QMP_COMMAND_MAX, "", &n);
	char name[49];

	memset(name, 'n', 48);
	name[48] = '\0';
	assert_int_equal(qmp_submit(q, name, NULL, NULL), -EINVAL);
	assert_int_equal(qmp_submit(q, "a", json_array(), NULL), -EINVAL);
	assert_int_equal(qmp_submit(q, "a", json_pack("{s:s}", "x", text), NULL), -EMSGSIZE);
	assert_int_equal(qmp_open(q), 0);
	for (int i = 0; i < QMP_SLOTS; i++)
		assert_int_equal(qmp_submit(q, name + 1, NULL, NULL), i + 1);
	assert_int_equal(qmp_submit(q, "a", NULL, NULL), -ENOBUFS);
	assert_int_equal(qmp_open(q), QMP_SLOTS);
	assert_int_equal(qmp_forget(q, 4711), -ENOENT);
	assert_int_equal(qmp_forget(q, QMP_SLOTS), 0);
	assert_int_equal(qmp_submit(q, "a", NULL, NULL), QMP_SLOTS + 1);
	qmp_hangup(q, -ETIMEDOUT);
	assert_int_equal(qmp_submit(q, "a", NULL, NULL), -ETIMEDOUT);
	assert_int_equal(qmp_state(q), QMP_ENDING);
	free(text);
}

/* Forgotten commands that QEMU still has count against its limit. */
static void forgotten_in_flight(void **state)
{
	struct qmp *q = *state;

	for (int i = 0; i < QMP_IN_FLIGHT; i++) {
		assert_int_equal(qmp_submit(q, "a", NULL, NULL), i + 1);
		write_out(q);
		assert_int_equal(qmp_forget(q, i + 1), 0);
	}
	assert_int_equal(qmp_open(q), 0);
	assert_true(qmp_submit(q, "b", NULL, NULL) > 0);
	assert_false(qmp_wants_out(q));
	feed_text(q, "{\"return\": {}, \"id\": 3}\n");
	qmp_next(q, &(struct qmp_item){ 0 });
	assert_true(qmp_wants_out(q));
}

/* Half a command is out when it is forgotten: the rest still goes, else QEMU reads nonsense. */
static void forgotten_half_written(void **state)
{
	struct qmp *q = *state;
	const char *p;
	size_t n;

	qmp_submit(q, "a", NULL, NULL);
	qmp_submit(q, "b", NULL, NULL);
	n = qmp_pending(q, &p);
	qmp_wrote(q, 5);
	assert_int_equal(qmp_forget(q, 1), 0);
	assert_int_equal(qmp_pending(q, &p), n - 5);
	qmp_wrote(q, n - 5);
	assert_true(qmp_pending(q, &p) > 0);
	assert_non_null(strstr(p, "\"b\""));
}

/* An answer to what was not said: nobody reads half a command. */
static void answered_half_written(void **state)
{
	struct qmp *q = *state;
	struct qmp_item it;

	qmp_submit(q, "a", NULL, NULL);
	qmp_wrote(q, 5);
	feed_text(q, "{\"return\": {}, \"id\": 1}\n");
	assert_false(qmp_next(q, &it));
	assert_int_equal(qmp_counts(q)->strays, 1);
	write_out(q);
	feed_text(q, "{\"return\": {}, \"id\": 1}\n");
	assert_true(qmp_next(q, &it));
	qmp_item_done(&it);
}

static void descriptor_goes_with_its_command(void **state)
{
	struct qmp *q = *state;
	const char *p;

	qmp_submit(q, "a", NULL, NULL);
	qmp_submit_fd(q, "add-fd", NULL, NULL, 42);
	assert_int_equal(qmp_pending_fd(q), -1);
	qmp_wrote(q, qmp_pending(q, &p));
	assert_int_equal(qmp_pending_fd(q), 42);
	qmp_wrote(q, 1);
	assert_int_equal(qmp_pending_fd(q), -1);
	qmp_wrote(q, qmp_pending(q, &p));
	assert_int_equal(qmp_pending(q, &p), 0);
}

/* Writing failed: QEMU's last words are still heard. */
static void muted(void **state)
{
	struct qmp *q = *state;
	struct qmp_item it;

	ask(q);
	qmp_submit(q, "b", NULL, NULL);
	qmp_mute(q);
	assert_false(qmp_wants_out(q));
	feed_text(q, "{\"event\": \"SHUTDOWN\", \"data\": {\"guest\": true}}\r\n");
	assert_true(qmp_next(q, &it));
	assert_int_equal(it.kind, QMP_EVENT);
	qmp_item_done(&it);
	qmp_hangup(q, -ECONNRESET);
	assert_true(qmp_next(q, &it));
	expect_end(q, -ECONNRESET);
}

/* Broken first, hung up later, looked at last: it is told as it was. */
static void order_of_ends(void **state)
{
	ask(*state);
	feed_text(*state, "nonsense\n");
	qmp_hangup(*state, -ECONNRESET);
	expect_end(*state, -EPROTO);
}

static void hangup_without_reason(void **state)
{
	ask(*state);
	qmp_hangup(*state, 0);
	expect_end(*state, -ECONNRESET);
}

static void greeting_is_kept(void **state)
{
	const json_t *v = qmp_greeting(*state);

	assert_int_equal(json_integer_value(json_object_get(json_object_get(v, "qemu"), "major")),
			 10);
}

static void guest_agent_limits(void **state)
{
	struct qmp *q = qga_new();
	struct qmp_item it;
	size_t n;
	char *text = repeated("\xff{\"return\": \"", "x", QGA_MESSAGE_MAX, "\"}\n", &n);

	(void)state;
	assert_int_equal(qga_sync(q, 0), -EINVAL);
	assert_int_equal(qga_sync(q, 1ull << 63), -EINVAL);
	assert_int_equal(qga_sync(q, 1), 0);
	write_out(q);
	/* before a sentinel nothing is kept, however much it is */
	for (int i = 0; i < 40; i++) {
		assert_false(pour(q, text + 1, n - 2, &it) < n - 2);
		assert_int_equal(qmp_room(q), QGA_MESSAGE_MAX + QMP_READ_MAX);
	}
	assert_int_equal(pour(q, "\xff{\"return\": 1}\n", 15, &it), 15);
	assert_int_equal(qmp_state(q), QMP_READY);
	assert_true(qga_ping(q, NULL) > 0);
	write_out(q);
	assert_int_equal(qga_sync(q, 2), -EBUSY);
	pour(q, text, n, &it);
	assert_int_equal(it.err, -EPROTO);
	assert_int_equal(qga_sync(q, 2), -EPROTO);
	qmp_free(q);
	free(text);
}

#define T(f)	cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(reply_of_5_mib), T(reply_just_within_the_limit), T(reply_just_past_the_limit),
		T(line_without_end), T(reader_that_does_not_look), T(bomb_of_objects),
		T(bomb_of_arrays), T(bomb_of_members), T(bomb_of_nesting),
		T(bomb_of_nested_objects), T(nesting_at_the_limit), T(nesting_past_the_limit),
		T(worst_legal_reply), T(resident_memory), T(thousand_replies_in_one_read),
		T(flood_of_events), T(dripping_line), T(submit_errors), T(forgotten_in_flight),
		T(forgotten_half_written), T(answered_half_written),
		T(descriptor_goes_with_its_command), T(muted), T(order_of_ends),
		T(hangup_without_reason), T(greeting_is_kept), T(guest_agent_limits),
	};

	json_set_alloc_funcs(counted_malloc, counted_free);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
