/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The record of the last probe that succeeded, and what a start is told through systemd. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "launcher/base/file.h"
#include "launcher/run/probed.h"
#include "launcher/run/unit.h"

static struct paths paths;
static char base[64];

static int setup(void **state)
{
	char dir[128];

	(void)state;
	strcpy(base, "/tmp/igvm-t_probed-XXXXXX");
	if (!mkdtemp(base))
		return -1;
	snprintf(paths.data, sizeof(paths.data), "%s/data", base);
	snprintf(paths.run, sizeof(paths.run), "%s/run", base);
	snprintf(dir, sizeof(dir), "%s/data/a", base);
	return dir_make(dir, 0755);
}

static int teardown(void **state)
{
	(void)state;
	return dir_remove(base);
}

static void record_path(char path[128])
{
	snprintf(path, 128, "%s/data/a/probe.json", base);
}

static int load_err(const char *text)
{
	char path[128];
	json_t *m;
	int err = 0;

	record_path(path);
	assert_int_equal(file_replace_at(AT_FDCWD, path, text, strlen(text), 0600), 0);
	m = probed_load(&paths, "a", &err);
	assert_int_equal(m == NULL, err != 0);
	json_decref(m);
	return err;
}

static void test_round(void **state)
{
	json_t *m = json_pack("{s:s, s:[s, s]}", "kernel", "6.12", "words", "-m", "1024M"), *back;
	char path[128];
	struct stat st;
	int err = 0;

	(void)state;
	assert_null(probed_load(&paths, "a", &err));
	assert_int_equal(err, -ENOENT);
	assert_int_equal(probed_write(&paths, "a", m), 0);
	back = probed_load(&paths, "a", &err);
	assert_int_equal(err, 0);
	assert_true(json_equal(m, back));
	record_path(path);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	json_decref(back);
	json_decref(m);
	assert_int_equal(probed_write(&paths, "none", json_null()), -ENOENT);
}

static void test_foreign(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{ "{\"version\": 1, \"kind\": \"probed\", \"manifest\": {}}", 0 },
		{ "{\"version\": 2, \"kind\": \"probed\", \"manifest\": {}}", -EPROTO },
		{ "{\"version\": 1, \"kind\": \"verified\", \"manifest\": {}}", -EBADMSG },
		{ "{\"version\": 1, \"kind\": \"probed\", \"manifest\": []}", -EBADMSG },
		{ "{\"version\": 1, \"kind\": \"probed\"}", -EBADMSG },
		{ "{\"version\": 1, \"version\": 1, \"kind\": \"probed\", \"manifest\": {}}", -EBADMSG },
		{ "[]", -EBADMSG },
		{ "", -EBADMSG },
		{ "{\"version\": 1, \"kind\"", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(load_err(rows[i].text), rows[i].err);
}

/* What `igvm start --no-probe` was told reaches the launch in the unit. */
static void test_orders(void **state)
{
	struct unit_orders o = { .no_probe = true }, back = { 0 };

	(void)state;
	assert_int_equal(unit_orders_write(&paths, "a", &o), 0);
	assert_int_equal(unit_orders_read(&paths, "a", &back), 0);
	assert_true(back.no_probe && !back.rescue && !back.force && !back.yes && !back.trial_ms);
	o = (struct unit_orders){ .yes = true };
	assert_int_equal(unit_orders_write(&paths, "a", &o), 0);
	assert_int_equal(unit_orders_read(&paths, "a", &back), 0);
	assert_true(back.yes && !back.no_probe);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round, setup, teardown),
		cmocka_unit_test_setup_teardown(test_foreign, setup, teardown),
		cmocka_unit_test_setup_teardown(test_orders, setup, teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
