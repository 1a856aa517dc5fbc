/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands and answers of the guest agent; its stream is in tests/qmp/qga-*.qmp. */
#include "tests/t_qmp.h"

#include "qmp/base64.h"
#include "qmp/qga.h"

static json_t *load(const char *text)
{
	json_t *v = json_loads(text, JSON_DECODE_ANY, NULL);

	assert_non_null(v);
	return v;
}

static struct qmp *in_step(void)
{
	struct qmp *q = qga_new();
	struct qmp_item it;

	assert_int_equal(qmp_state(q), QMP_GREETING);
	assert_int_equal(qga_sync(q, INT64_MAX), 0);
	assert_int_equal(qmp_state(q), QMP_NEGOTIATING);
	write_out(q);
	feed_text(q, "\xff{\"return\": 9223372036854775807}\n");
	assert_false(qmp_next(q, &it));
	assert_int_equal(qmp_state(q), QMP_READY);
	return q;
}

static void expect_line(struct qmp *q, const char *want)
{
	const char *p = "";
	size_t n = qmp_pending(q, &p);
	struct qmp_item it;

	assert_int_equal(n, strlen(want));
	assert_memory_equal(p, want, n);
	qmp_wrote(q, n);
	/* answered, so that the next one may go */
	feed_text(q, "{\"return\": {}}\n");
	assert_true(qmp_next(q, &it));
	qmp_item_done(&it);
}

static void commands(void **state)
{
	static const char *const argv[] = { "-c", "echo \"hi\"", NULL };
	struct qmp *q = in_step();
	const struct qga_exec exec = { "/bin/sh", argv, "ab\0c", 4, true };

	(void)state;
	assert_int_equal(qga_ping(q, NULL), 1);
	expect_line(q, "{\"execute\":\"guest-ping\",\"id\":1}\n");
	assert_int_equal(qga_info(q, NULL), 2);
	expect_line(q, "{\"execute\":\"guest-info\",\"id\":2}\n");
	assert_int_equal(qga_shutdown(q, QGA_REBOOT, NULL), 3);
	expect_line(q, "{\"execute\":\"guest-shutdown\",\"arguments\":{\"mode\":\"reboot\"},"
		    "\"id\":3}\n");
	assert_int_equal(qga_exec(q, &exec, NULL), 4);
	expect_line(q, "{\"execute\":\"guest-exec\",\"arguments\":{\"path\":\"/bin/sh\","
		    "\"arg\":[\"-c\",\"echo \\\"hi\\\"\"],\"input-data\":\"YWIAYw==\","
		    "\"capture-output\":true},\"id\":4}\n");
	assert_int_equal(qga_exec_status(q, 4242, NULL), 5);
	expect_line(q,
		    "{\"execute\":\"guest-exec-status\",\"arguments\":{\"pid\":4242},\"id\":5}\n");
	qmp_free(q);
}

static void bad_commands(void **state)
{
	static const char *const argv[] = { "ok", "\xc3(", NULL };
	static char input[QMP_COMMAND_MAX];
	struct qmp *q = in_step();

	(void)state;
	assert_int_equal(qga_exec(q, &(struct qga_exec){ .path = "\xff" }, NULL), -EINVAL);
	assert_int_equal(qga_exec(q, &(struct qga_exec){ .path = "x", .argv = argv }, NULL),
			 -EINVAL);
	assert_int_equal(qga_exec(q,
				  &(struct qga_exec){
					  .path = "x", .input = input, .input_len = sizeof(input) },
				  NULL),
			 -EMSGSIZE);
	assert_int_equal(qmp_open(q), 0);
	qmp_free(q);
}

/* A command in flight and forgotten blocks the agent until it is resynchronised. */
static void one_at_a_time(void **state)
{
	struct qmp *q = in_step();
	int64_t id = qga_shutdown(q, QGA_POWERDOWN, NULL);

	(void)state;
	write_out(q);
	assert_true(qga_ping(q, NULL) > 0);
	assert_false(qmp_wants_out(q));
	assert_int_equal(qga_sync(q, 7), -EBUSY);
	assert_int_equal(qmp_forget(q, id), 0);
	assert_false(qmp_wants_out(q));
	assert_int_equal(qga_sync(q, 7), 0);
	assert_int_equal(qga_sync(q, 8), 0);	/* and once more: the guest was asleep */
	assert_true(qmp_wants_out(q));
	write_out(q);
	feed_text(q, "\xff{\"return\": 7}\n\xff{\"return\": 8}\n");
	assert_false(qmp_next(q, &(struct qmp_item){ 0 }));
	assert_int_equal(qmp_state(q), QMP_READY);
	assert_true(qmp_wants_out(q));
	qmp_free(q);
}

/* Its answer comes before the question was written: a guess, or a replay. */
static void answer_before_question(void **state)
{
	struct qmp *q = qga_new();

	(void)state;
	assert_int_equal(qga_sync(q, 7), 0);
	feed_text(q, "\xff{\"return\": 7}\n");
	assert_false(qmp_next(q, &(struct qmp_item){ 0 }));
	assert_int_equal(qmp_state(q), QMP_NEGOTIATING);
	qmp_free(q);
}

static void info(void **state)
{
	json_t *v = load(
		"{\"version\": \"8.2.2\", \"supported_commands\": ["
		"{\"enabled\": true, \"name\": \"guest-ping\", \"success-response\": true},"
		"{\"enabled\": false, \"name\": \"guest-exec\", \"success-response\": true},"
		"{\"enabled\": true, \"name\": \"guest-shutdown\", \"success-response\": false},"
		"{\"enabled\": true, \"name\": \"guest-exec-status\"}]}");
	struct qga_info out;

	(void)state;
	assert_int_equal(qga_decode_info(v, &out), 0);
	assert_string_equal(out.version, "8.2.2");
	assert_true(out.ping && out.shutdown && out.exec_status);
	assert_false(out.exec);
	json_decref(v);
}

static void bad_info(void **state)
{
	static const char *const rows[] = {
		"{}", "[]", "5", "{\"version\": 8, \"supported_commands\": []}",
		"{\"version\": \"8\", \"supported_commands\": {}}",
		"{\"version\": \"8\", \"supported_commands\": [5]}",
		"{\"version\": \"8\", \"supported_commands\": [{\"name\": \"x\"}]}",
		"{\"version\": \"8\", \"supported_commands\": [{\"name\": 1, \"enabled\": true}]}",
	};
	struct qga_info out;
	json_t *v, *list;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		v = load(rows[i]);
		assert_int_equal(qga_decode_info(v, &out), -EBADMSG);
		json_decref(v);
	}
	v = json_pack("{s:s, s:[]}", "version", "8", "supported_commands");
	list = json_object_get(v, "supported_commands");
	for (unsigned i = 0; i < QGA_COMMANDS_MAX; i++)
		json_array_append_new(list, json_pack("{s:s, s:b}", "name", "x", "enabled", 1));
	assert_int_equal(qga_decode_info(v, &out), 0);
	json_array_append_new(list, json_pack("{s:s, s:b}", "name", "x", "enabled", 1));
	assert_int_equal(qga_decode_info(v, &out), -E2BIG);
	json_decref(v);
	v = load("{\"version\": "
		 "\"0123456789012345678901234567890123456789012345678901234567890123\","
		 "\"supported_commands\": []}");
	assert_int_equal(qga_decode_info(v, &out), -E2BIG);
	json_decref(v);
}

static void exec_pid(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{ "{\"pid\": 42}", 0 },
		{ "{\"pid\": -1}", -EBADMSG },
		{ "{\"pid\": \"42\"}", -EBADMSG },
		{ "{}", -EBADMSG },
		{ "42", -EBADMSG },
	};
	int64_t pid;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_t *v = load(rows[i].text);

		assert_int_equal(qga_decode_exec(v, &pid), rows[i].err);
		json_decref(v);
	}
}

static void exec_status(void **state)
{
	struct qga_exec_status out;
	json_t *v = load("{\"exited\": true, \"exitcode\": 3, \"out-data\": \"aGVsbG8AIQ==\", "
			 "\"err-data\": \"\", \"err-truncated\": true}");

	(void)state;
	assert_int_equal(qga_decode_exec_status(v, &out), 0);
	assert_true(out.exited && out.truncated);
	assert_int_equal(out.exitcode, 3);
	assert_int_equal(out.signal, 0);
	assert_int_equal(out.out_len, 7);
	assert_memory_equal(out.out, "hello\0!", 8);
	assert_int_equal(out.err_len, 0);
	assert_string_equal(out.err, "");
	qga_exec_status_done(&out);
	qga_exec_status_done(&out);
	json_decref(v);
	v = load("{\"exited\": false}");
	assert_int_equal(qga_decode_exec_status(v, &out), 0);
	assert_false(out.exited);
	assert_int_equal(out.exitcode, -1);
	assert_null(out.out);
	json_decref(v);
	/* A Windows exception code is an unsigned 32-bit number. */
	v = load("{\"exited\": true, \"signal\": 3221225477}");
	assert_int_equal(qga_decode_exec_status(v, &out), 0);
	assert_int_equal(out.signal, 0xc0000005);
	json_decref(v);
}

static void bad_exec_status(void **state)
{
	static const char *const rows[] = {
		"{}", "[]", "{\"exited\": 1}", "{\"exited\": true, \"exitcode\": \"0\"}",
		"{\"exited\": true, \"signal\": 1.5}", "{\"exited\": true, \"out-data\": 5}",
		"{\"exited\": true, \"out-data\": \"aGVsbG8\"}",
		"{\"exited\": true, \"out-data\": \"aGVs\", \"err-data\": \"!\"}",
		"{\"exited\": true, \"out-truncated\": 1}",
	};
	struct qga_exec_status out;
	size_t n = QGA_OUTPUT_MAX / 3 * 4 + 4;
	char *text = malloc(n + 1);
	json_t *v;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		v = load(rows[i]);
		assert_int_equal(qga_decode_exec_status(v, &out), -EBADMSG);
		assert_null(out.out);
		json_decref(v);
	}
	memset(text, 'A', n);
	text[n] = '\0';
	v = json_pack("{s:b, s:s}", "exited", 1, "out-data", text);
	assert_int_equal(qga_decode_exec_status(v, &out), -E2BIG);
	json_decref(v);
	text[n - 4] = '\0';
	v = json_pack("{s:b, s:s}", "exited", 1, "out-data", text);
	assert_int_equal(qga_decode_exec_status(v, &out), 0);
	assert_int_equal(out.out_len, QGA_OUTPUT_MAX);
	qga_exec_status_done(&out);
	json_decref(v);
	free(text);
}

/* RFC 4648 section 10, and what is not base64. */
static void base64(void **state)
{
	static const char *const good[][2] = {
		{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
		{ "\xff\xfe\xfd", "//79" }, { "\xfb\xf0", "+/A=" },
	};
	static const char *const bad[] = {
		"Z", "Zg", "Zg=", "Zg===", "====", "=AAA", "Z===", "Zh==", "Zm9=", "Zg==Zg==",
		"Zm 9", "Zm9v\n", "Zm9v\nZm9", "Zm9-", "Zm9_", "Zm\xc3\xa4", "Z=g=", "A=AA",
	};
	char *out;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(base64_decode(good[i][1], strlen(good[i][1]), 6, &out, &n), 0);
		assert_int_equal(n, strlen(good[i][0]));
		assert_string_equal(out, good[i][0]);
		free(out);
		out = base64_encode(good[i][0], n);
		assert_string_equal(out, good[i][1]);
		free(out);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (base64_decode(bad[i], strlen(bad[i]), 99, &out, &n) != -EBADMSG)
			fail_msg("accepted: %s", bad[i]);
	assert_int_equal(base64_decode("Zm9v", 4, 2, &out, &n), -E2BIG);
	assert_int_equal(base64_decode("Zg\0=", 4, 9, &out, &n), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands), cmocka_unit_test(bad_commands),
		cmocka_unit_test(one_at_a_time), cmocka_unit_test(answer_before_question),
		cmocka_unit_test(info), cmocka_unit_test(bad_info), cmocka_unit_test(exec_pid),
		cmocka_unit_test(exec_status), cmocka_unit_test(bad_exec_status),
		cmocka_unit_test(base64),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
