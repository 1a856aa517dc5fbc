/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/journal.h"
#include "launcher/run/record.h"

static char dir[64];
static int run = -1;

static int make_dir(void **state)
{
	(void)state;
	strcpy(dir, "/tmp/igvm-record.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	run = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return run < 0;
}

static int remove_dir(void **state)
{
	(void)state;
	close(run);
	return dir_remove(dir);
}

static const char uuid[37] = "6f1c7a52-3c0e-4e0a-9a6b-0d5f1c2b3a4d";

static struct plan sample(void)
{
	struct plan p = { .igpu = true, .host_bdf = { 0, 0, 2, 0 }, .start_ms = 31000, .stop_ms = 90000,
			  .emulated_display = true };

	strcpy(p.name, "win11");
	strcpy(p.qemu, "/proc/self/exe");
	memcpy(p.words, "-S\0-append\0a b", 15);
	p.n_words = 3;
	return p;
}

static void comes_back_as_it_was_written(void **state)
{
	struct plan p = sample();
	struct record w, r;
	char exe[PATH_MAX];

	(void)state;
	assert_int_equal(record_read(run, &r), -ENOENT);
	record_make(&p, uuid, &w);
	strcpy(w.previous_driver, "i915");
	assert_string_equal(w.words, "-S -append a b");
	assert_int_equal(record_write(run, &w), 0);
	assert_int_equal(record_read(run, &r), 0);
	assert_string_equal(r.name, "win11");
	assert_string_equal(r.id.uuid, uuid);
	assert_int_equal(r.id.pid, getpid());
	assert_true(r.id.start_ticks && r.id.start_ticks == w.id.start_ticks);
	assert_non_null(realpath("/proc/self/exe", exe));
	assert_string_equal(r.id.exe, exe);
	assert_true(r.igpu && bdf_equal(r.host_bdf, p.host_bdf));
	assert_string_equal(r.previous_driver, "i915");
	assert_int_equal(r.start_ms, 31000);
	assert_int_equal(r.stop_ms, 90000);
	assert_int_equal(r.vnc_display, -1);
	assert_true(r.emulated_display);
	assert_true(r.started_unix > 1700000000);
	assert_string_equal(r.qemu, "/proc/self/exe");
}

static void put_end(const char *text)
{
	assert_int_equal(file_replace_at(run, "end.json", text, strlen(text), 0600), 0);
}

/* The count, and the end of the run before; whatever the files hold. */
static void follows_the_run_before(void **state)
{
	static const char *const wrong[] = {
		"", "[]", "{", "{\"version\": 1}", "{\"version\": 2, \"end\": \"clean\", \"ended\": 5}",
		"{\"version\": 1, \"end\": 3, \"ended\": 5}", "{\"version\": 1, \"end\": \"clean\", \"ended\": -5}",
		"{\"version\": 1, \"end\": \"a-word-that-is-longer\", \"ended\": 5}",
	};
	struct plan p = sample();
	struct record r;

	(void)state;
	unlinkat(run, "state.json", 0);
	unlinkat(run, "end.json", 0);
	record_make(&p, uuid, &r);
	record_follow(run, &r);
	assert_true(r.starts == 1 && !*r.last_end && !r.last_ended);
	assert_int_equal(record_write(run, &r), 0);
	put_end("{\"version\": 1, \"end\": \"failed\", \"ended\": 1700000000}");
	record_make(&p, uuid, &r);
	record_follow(run, &r);
	assert_true(r.starts == 2 && r.last_ended == 1700000000);
	assert_string_equal(r.last_end, "failed");
	assert_int_equal(record_write(run, &r), 0);
	assert_int_equal(record_read(run, &r), 0);
	assert_true(r.starts == 2 && r.last_ended == 1700000000);
	assert_string_equal(r.last_end, "failed");
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		put_end(wrong[i]);
		record_make(&p, uuid, &r);
		record_follow(run, &r);
		assert_true(r.starts == 3 && !*r.last_end && !r.last_ended);
	}
	r.starts = RECORD_STARTS_MAX;
	assert_int_equal(record_write(run, &r), 0);
	record_follow(run, &r);
	assert_int_equal(r.starts, 1);
	unlinkat(run, "end.json", 0);
}

static void put(const char *text, size_t len)
{
	int fd = openat(run, "state.json", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(write_all(fd, text, len), 0);
	close(fd);
}

/* Cut at every byte: never a record that is not whole. */
static void refuses_what_is_cut(void **state)
{
	struct plan p = sample();
	struct record w, r;
	_free_ char *text = NULL;
	size_t len;

	(void)state;
	record_make(&p, uuid, &w);
	assert_int_equal(record_write(run, &w), 0);
	assert_int_equal(file_read_at(run, "state.json", 65536, &text, &len), 0);
	for (size_t n = 0; n + 1 < len; n++) {
		put(text, n);
		if (record_read(run, &r) != -EBADMSG)
			fail_msg("cut at %zu of %zu", n, len);
	}
	put(text, len - 1);	/* without its newline it is whole */
	assert_int_equal(record_read(run, &r), 0);
}

static void refuses_newer_and_wrong(void **state)
{
	static const struct {
		const char *text;
		int r;
	} rows[] = {
		{ "{\"version\": 2}", -EPROTO }, { "{\"version\": 2, \"name\": \"x\"}", -EPROTO },
		{ "{\"version\": 1}", -EBADMSG }, { "{\"version\": 0}", -EBADMSG },
		{ "{\"version\": \"1\"}", -EBADMSG }, { "{}", -EBADMSG }, { "[]", -EBADMSG },
		{ "{\"version\": 1, \"version\": 1}", -EBADMSG }, { "", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct record r;

		put(rows[i].text, strlen(rows[i].text));
		if (record_read(run, &r) != rows[i].r)
			fail_msg("%s", rows[i].text);
	}
}

/* Each member with a wrong type or value, one at a time. */
static void refuses_wrong_members(void **state)
{
	struct plan p = sample();
	struct record w, r;
	int err;
	_json_ json_t *good = NULL;
	const char *key;
	json_t *v;

	(void)state;
	record_make(&p, uuid, &w);
	assert_int_equal(record_write(run, &w), 0);
	good = file_load_json_at(run, "state.json", 65536, &err);
	json_object_foreach(good, key, v) {
		_json_ json_t *bad = json_deep_copy(good);

		bool newer = !strcmp(key, "trial_ms") || !strcmp(key, "rdp_port") || !strcmp(key, "rdp_lan") ||
			!strcmp(key, "setup_drive") || !strcmp(key, "answers_drive") ||
			!strcmp(key, "display") || !strcmp(key, "starts") ||
			!strcmp(key, "last_end") || !strcmp(key, "last_ended") || !strcmp(key, "words");

		if (!strcmp(key, "kind"))
			continue;
		json_object_set_new(bad, key, json_null());
		assert_int_equal(file_replace_json_at(run, "state.json", bad, 0600), 0);
		if (record_read(run, &r) != -EBADMSG)
			fail_msg("%s: null", key);
		json_object_del(bad, key);
		assert_int_equal(file_replace_json_at(run, "state.json", bad, 0600), 0);
		/* A VM that was started by an older igvm has no such member. */
		if (record_read(run, &r) != (newer ? 0 : -EBADMSG))
			fail_msg("%s missing", key);
		if (!json_is_string(v))
			continue;
		json_object_set_new(bad, key, json_sprintf("%5000s", "x"));
		assert_int_equal(file_replace_json_at(run, "state.json", bad, 0600), 0);
		if (record_read(run, &r) != -EBADMSG)
			fail_msg("%s too long", key);
	}
}

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (!pid)
		for (;;)
			pause();
	return pid;
}

static void knows_a_process_by_more_than_its_pid(void **state)
{
	struct identity id, other;
	pid_t pid = sleeper();
	struct pollfd pfd = { .events = POLLIN };
	int fd;

	(void)state;
	assert_int_equal(identity_read(pid, &id), 0);
	fd = identity_open(&id);
	assert_true(fd >= 0);
	pfd.fd = fd;
	assert_int_equal(poll(&pfd, 1, 0), 0);
	other = id;
	other.start_ticks++;
	assert_int_equal(identity_open(&other), -ESRCH);
	other = id;
	strcpy(other.exe, "/usr/bin/qemu-system-x86_64");
	assert_int_equal(identity_open(&other), -ESRCH);
	other.exe[0] = '\0';
	assert_true((other.pid = identity_open(&other)) >= 0);
	close(other.pid);
	other = id;
	other.pid = 0;
	assert_int_equal(identity_open(&other), -ESRCH);
	other.pid = -1;
	assert_int_equal(identity_open(&other), -ESRCH);
	kill(pid, SIGKILL);
	/* Ended, not reaped: its pidfd is readable. */
	assert_int_equal(poll(&pfd, 1, 2000), 1);
	close(fd);
	waitpid(pid, NULL, 0);
	assert_int_equal(identity_open(&id), -ESRCH);
	assert_int_equal(identity_read(pid, &id), -ESRCH);
}

/* The binary of a running QEMU is replaced by an upgrade: /proc/PID/exe then ends in " (deleted)". */
static void knows_a_process_whose_program_was_replaced(void **state)
{
	char path[PATH_MAX];
	struct identity id;
	pid_t pid;
	int fd, ready[2];
	char c;

	(void)state;
	snprintf(path, sizeof(path), "cp /bin/sleep %s/sleep", dir);
	assert_int_equal(system(path), 0);
	snprintf(path, sizeof(path), "%s/sleep", dir);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		execl(path, "sleep", "60", NULL);
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 0);
	close(ready[0]);
	assert_int_equal(identity_read(pid, &id), 0);
	assert_string_equal(id.exe, path);
	assert_int_equal(unlink(path), 0);
	fd = identity_open(&id);
	assert_true(fd >= 0);
	close(fd);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void a_name_with_brackets_and_spaces(void **state)
{
	struct identity a, b;

	(void)state;
	assert_int_equal(identity_read(getpid(), &a), 0);
	assert_int_equal(pthread_setname_np(pthread_self(), "a) S 1 2 (b) 3"), 0);
	assert_int_equal(identity_read(getpid(), &b), 0);
	assert_int_equal(a.start_ticks, b.start_ticks);
}

static void journal_keeps_its_entries_in_order(void **state)
{
	struct journal_entry node = { .what = JOURNAL_NODE, .uid = 0, .gid = 104, .mode = 0660,
				      .given_to = 60801, .path = "/dev/vfio/12" };
	struct journal_entry helper = { .what = JOURNAL_HELPER, .helper = "swtpm" };
	struct journal_entry hook = { .what = JOURNAL_HOOK, .path = "/etc/igvm/hook", .name = "vm", .given_to = 60801 };
	struct journal j;
	struct stat st;
	int fd;

	(void)state;
	assert_int_equal(journal_read(run, &j), 0);
	assert_int_equal(j.n, 0);
	assert_int_equal(identity_read(getpid(), &helper.id), 0);
	assert_int_equal(journal_add(run, &node), 0);
	assert_int_equal(journal_add(run, &helper), 0);
	assert_int_equal(journal_read(run, &j), 0);
	assert_int_equal(j.n, 2);
	assert_string_equal(j.v[0].path, "/dev/vfio/12");
	assert_int_equal(j.v[0].gid, 104);
	assert_int_equal(j.v[0].mode, 0660);
	assert_int_equal(j.v[0].given_to, 60801);
	assert_string_equal(j.v[1].helper, "swtpm");
	assert_int_equal(j.v[1].id.pid, getpid());
	assert_int_equal(journal_add(run, &hook), 0);
	assert_int_equal(journal_read(run, &j), 0);
	assert_int_equal(j.v[2].what, JOURNAL_HOOK);
	assert_string_equal(j.v[2].path, hook.path);
	assert_string_equal(j.v[2].name, "vm");
	assert_int_equal(j.v[2].given_to, 60801);
	fd = journal_helper_open(run, "swtpm");
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(journal_helper_open(run, "keeper"), -ESRCH);
	/* The same node for the same user is one entry; nodes that are gone make room, helpers do not. */
	assert_int_equal(journal_add(run, &node), 0);
	assert_int_equal(journal_read(run, &j), 0);
	assert_int_equal(j.n, 3);
	for (size_t i = j.n; i < JOURNAL_MAX; i++)
		assert_int_equal(journal_add(run, &helper), 0);
	assert_int_equal(access(node.path, F_OK), -1);
	assert_int_equal(journal_add(run, &helper), 0);
	assert_int_equal(journal_read(run, &j), 0);
	assert_int_equal(j.n, JOURNAL_MAX);
	assert_int_equal(journal_add(run, &helper), -ENOSPC);
	j.n = 0;
	assert_int_equal(journal_write(run, &j), 0);
	assert_int_equal(journal_write(run, &j), 0);
	assert_int_not_equal(fstatat(run, "journal.json", &st, 0), 0);
}

static void journal_refuses_what_it_does_not_know(void **state)
{
	static const struct {
		const char *text;
		int r;
	} rows[] = {
		{ "{\"version\": 1, \"entries\": []}", 0 },
		{ "{\"version\": 9, \"entries\": []}", -EPROTO },
		{ "{\"version\": 1}", -EBADMSG },
		{ "{\"version\": 1, \"entries\": [{}]}", -EBADMSG },
		{ "{\"version\": 1, \"entries\": [{\"what\": \"tap\"}]}", -EBADMSG },
		{ "{\"version\": 1, \"entries\": [{\"what\": \"node\", \"path\": \"/x\", \"uid\": -1, "
		  "\"gid\": 0, \"mode\": 0, \"given_to\": 0}]}", -EBADMSG },
		{ "{\"version\": 1, \"entries\": [{\"what\": \"node\", \"path\": \"/x\", \"uid\": 0, "
		  "\"gid\": 0, \"mode\": 65535, \"given_to\": 0}]}", -EBADMSG },
		{ "{\"version\": 1, \"entries\": [{\"what\": \"helper\", \"helper\": \"x\"}]}", -EBADMSG },
		{ "{\"version\": 1, \"entries\": [{\"what\": \"hook\", \"path\": \"/x\", \"name\": \"vm\"}]}", -EBADMSG },
		{ "{\"version\": 1, \"entries\": [{\"what\": \"hook\", \"path\": \"/x\", \"name\": \"vm\", "
		  "\"uid\": -1}]}", -EBADMSG },
		{ "{\"version\": 1, \"entries\": [{\"what\": \"hook\", \"path\": \"/x\", "
		  "\"name\": \"a234567890123456789012345678901234567890123456789\", \"uid\": 1}]}", -EBADMSG },
		{ "{\"version\": 1, \"entries\": [{\"what\": \"helper\", \"helper\": \"x\", "
		  "\"process\": {\"pid\": 0, \"start_ticks\": 1, \"exe\": \"\", \"uuid\": \"\"}}]}",
		  -EBADMSG },
		{ "{\"version\": 1, \"entries\": [1,2,3,4,5,6,7,8,9]}", -EBADMSG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct journal j;

		assert_int_equal(file_replace_at(run, "journal.json", rows[i].text, strlen(rows[i].text),
						 0600), 0);
		if (journal_read(run, &j) != rows[i].r || j.n)
			fail_msg("%s", rows[i].text);
	}
}

#define test(f)	cmocka_unit_test_setup_teardown(f, make_dir, remove_dir)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(comes_back_as_it_was_written),
		test(follows_the_run_before),
		test(refuses_what_is_cut),
		test(refuses_newer_and_wrong),
		test(refuses_wrong_members),
		test(knows_a_process_by_more_than_its_pid),
		test(knows_a_process_whose_program_was_replaced),
		test(a_name_with_brackets_and_spaces),
		test(journal_keeps_its_entries_in_order),
		test(journal_refuses_what_it_does_not_know),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
