/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket from both ends: what is promised to a client, and what one can do to
 * the server.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/run/control.h"
#include "launcher/run/control_path.h"
#include "launcher/run/control_server.h"

static struct paths paths;
static char dir[PATH_MAX];
static pid_t server;
static struct control_server cs;

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void nap(int ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000L }, NULL);
}

/* echo: "value" back; wait: never; end: answers who waits; fd: a pipe's end; counts; rss. */
static void handle(void *ctx, struct control_client *c, const json_t *request)
{
	const char *op = json_string_value(json_object_get(request, "op"));

	(void)ctx;
	if (!op) {
		control_refuse(&cs, c, EXIT_USAGE, "no op");
	} else if (!strcmp(op, "echo")) {
		control_answer(&cs, c, json_pack("{s:O}", "value", json_object_get(request, "value")),
			       -1);
	} else if (!strcmp(op, "wait")) {
		c->wait = CONTROL_WAIT_END;
	} else if (!strcmp(op, "end")) {
		for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
			if (cs.client[i].fd >= 0 && cs.client[i].wait)
				control_answer(&cs, &cs.client[i], NULL, -1);
		control_answer(&cs, c, NULL, -1);
	} else if (!strcmp(op, "fd")) {
		int fd = memfd_create("test", MFD_CLOEXEC);

		if (write(fd, "hello", 5) == 5)
			control_answer(&cs, c, NULL, fd);
		close(fd);
	} else if (!strcmp(op, "counts")) {
		int open = 0;

		for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
			open += cs.client[i].fd >= 0;
		control_answer(&cs, c, json_pack("{s:i, s:i}", "open", open, "dropped",
						 (int)cs.dropped), -1);
	} else if (!strcmp(op, "big")) {
		control_answer(&cs, c, json_pack("{s:o}", "value", json_stringn_nocheck(
			memset(malloc(CONTROL_ANSWER_MAX), 'x', CONTROL_ANSWER_MAX),
			CONTROL_ANSWER_MAX)), -1);
	} else {
		control_refuse(&cs, c, EXIT_USAGE, "unknown op");
	}
}

_Noreturn static void serve(int ready)
{
	struct pollfd p[CONTROL_POLLS];

	control_init(&cs);
	if (control_listen(&cs, &paths, "vm"))
		_exit(1);
	close(ready);
	for (;;) {
		int64_t deadline = control_deadline(&cs), left = deadline - now_ms();

		control_polls(&cs, p);
		if (poll(p, CONTROL_POLLS, deadline < 0 ? -1 : left < 0 ? 0 : (int)left) < 0)
			_exit(2);
		control_turn(&cs, p, now_ms(), handle, NULL);
	}
}

static void start_server(void)
{
	int ready[2];
	char end;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	server = fork();
	if (!server) {
		close(ready[0]);
		serve(ready[1]);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &end, 1), 0);
	close(ready[0]);
}

static void stop_server(void)
{
	if (server > 0) {
		kill(server, SIGKILL);
		waitpid(server, NULL, 0);
	}
	server = 0;
}

/* A run directory far longer than sun_path. */
static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/t_control.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	if (!str_print(paths.run, sizeof(paths.run), "%s/%0120d/run", dir, 0))
		return -1;
	return dir_make(paths.run, 0755);
}

static int teardown(void **state)
{
	(void)state;
	stop_server();
	return dir_remove(dir);
}

static int with_server(void **state)
{
	int r = setup(state);

	if (!r)
		start_server();
	return r;
}

static json_t *ask(const char *op)
{
	_json_ json_t *request = json_pack("{s:s, s:s}", "op", op, "value", "v");
	json_t *answer = NULL;

	assert_int_equal(control_call(&paths, "vm", request, 5000, &answer), 0);
	return answer;
}

static int code_of(const json_t *answer)
{
	assert_true(json_is_false(json_object_get(answer, "ok")));
	assert_true(json_is_string(json_object_get(answer, "error")));
	return (int)json_integer_value(json_object_get(answer, "code"));
}

static int connect_raw(void)
{
	_fd_ int d = control_open_dir(&paths);
	int fd = -EAGAIN;

	assert_true(d >= 0);
	/* The backlog is short and the server has one thread. */
	for (int i = 0; fd == -EAGAIN && i < 1000; i++) {
		fd = control_connect(d, "vm");
		if (fd == -EAGAIN)
			nap(2);
	}
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_SETFL, 0), 0);
	return fd;
}

static void send_raw(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

/* What the server says until it closes, or until @lines lines came. */
static size_t read_raw(int fd, char *buf, size_t size, int lines)
{
	size_t have = 0;

	while (have < size - 1) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		assert_int_equal(poll(&p, 1, 5000), 1);
		n = recv(fd, buf + have, size - 1 - have, 0);
		if (n <= 0)
			break;
		have += (size_t)n;
		buf[have] = '\0';
		for (char *s = buf; lines && (s = strchr(s, '\n')); s++)
			lines--;
		if (!lines)
			break;
	}
	buf[have] = '\0';
	return have;
}

static void a_call_is_answered(void **state)
{
	_json_ json_t *answer = ask("echo");
	struct stat st;
	char path[PATH_MAX + 16];

	(void)state;
	assert_true(json_is_true(json_object_get(answer, "ok")));
	assert_string_equal(json_string_value(json_object_get(answer, "value")), "v");
	assert_int_equal(json_integer_value(json_object_get(answer, "version")), 1);
	snprintf(path, sizeof(path), "%s/control/vm", paths.run);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void a_descriptor_comes_along(void **state)
{
	_json_ json_t *request = json_pack("{s:s}", "op", "fd"), *answer = NULL;
	_fd_ int fd = -1;
	char buf[8] = "";

	(void)state;
	assert_int_equal(control_call_fd(&paths, "vm", request, 5000, &answer, &fd, NULL), 0);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(pread(fd, buf, sizeof(buf), 0), 5);
	assert_string_equal(buf, "hello");
	/* One that nobody asked for is closed. */
	json_decref(answer);
	answer = NULL;
	assert_int_equal(control_call(&paths, "vm", request, 5000, &answer), 0);
}

static void nobody_answers(void **state)
{
	_json_ json_t *request = json_pack("{s:s}", "op", "echo"), *answer = NULL;

	(void)state;
	assert_int_equal(control_call(&paths, "vm", request, 1000, &answer), -ENOENT);
	start_server();
	stop_server();
	/* The socket of a server that was killed. */
	assert_int_equal(control_call(&paths, "vm", request, 1000, &answer), -ECONNREFUSED);
	assert_int_equal(control_call(&paths, "other", request, 1000, &answer), -ENOENT);
	assert_true(control_nobody(-ENOENT) && control_nobody(-ECONNREFUSED));
	assert_null(answer);
	start_server();
	json_decref(ask("echo"));
}

static void a_server_that_goes_or_hangs(void **state)
{
	_json_ json_t *request = json_pack("{s:s}", "op", "wait"), *answer = NULL;
	int64_t t0 = now_ms();
	pid_t killer;

	(void)state;
	assert_int_equal(control_call(&paths, "vm", request, 300, &answer), -ETIMEDOUT);
	assert_in_range(now_ms() - t0, 300, 3000);
	kill(server, SIGSTOP);
	assert_int_equal(control_call(&paths, "vm", request, 300, &answer), -ETIMEDOUT);
	kill(server, SIGCONT);
	killer = fork();
	if (!killer) {
		nap(200);
		kill(server, SIGKILL);
		_exit(0);
	}
	assert_int_equal(control_call(&paths, "vm", request, 5000, &answer), -ECONNRESET);
	waitpid(killer, NULL, 0);
}

static void answers_that_are_none(void **state)
{
	static const char *const lines[] = { "hello\n", "[]\n", "{}\n", "{\"ok\":1}\n",
					     "{\"ok\":true,\"ok\":true}\n", "\n" };
	_json_ json_t *request = json_pack("{s:s}", "op", "echo");
	char path[PATH_MAX + 16];

	(void)state;
	control_init(&cs);
	assert_int_equal(control_listen(&cs, &paths, "vm"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		json_t *answer = NULL;
		pid_t pid = fork();
		int fd;

		if (!pid) {
			struct pollfd p = { .fd = cs.fd, .events = POLLIN };

			poll(&p, 1, 5000);
			fd = accept(cs.fd, NULL, NULL);
			send_raw(fd, lines[i]);
			nap(20);
			_exit(0);
		}
		assert_int_equal(control_call(&paths, "vm", request, 5000, &answer), -EBADMSG);
		waitpid(pid, NULL, 0);
	}
	control_done(&cs);
	control_done(&cs);
	snprintf(path, sizeof(path), "%s/control/vm", paths.run);
	assert_int_equal(access(path, F_OK), -1);
}

static void requests_that_are_none(void **state)
{
	static const char *const lines[] = { "hello\n", "[]\n", "\n", "{\"op\":\"echo\",\"op\":1}\n",
					     "\xff\xfe\n", "{}\n", "{\"op\":1}\n", "{\"op\":\"x\"}\n",
					     "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\n" };
	char buf[1024];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		_fd_ int fd = connect_raw();
		_json_ json_t *answer = NULL;

		send_raw(fd, lines[i]);
		read_raw(fd, buf, sizeof(buf), 1);
		answer = json_loads(buf, 0, NULL);
		assert_int_equal(code_of(answer), EXIT_USAGE);
	}
	{
		_fd_ int fd = connect_raw();

		assert_int_equal(send(fd, "{\"op\":\"echo\0\"}\n", 15, 0), 15);
		assert_true(read_raw(fd, buf, sizeof(buf), 1) > 0);
		assert_non_null(strstr(buf, "\"ok\":false"));
	}
}

static void pieces_and_several_at_once(void **state)
{
	static const char line[] = "{\"op\":\"echo\",\"value\":7}\n";
	_fd_ int fd = connect_raw();
	char buf[1024], two[2 * sizeof(line)];

	(void)state;
	for (const char *s = line; *s; s++) {
		assert_int_equal(send(fd, s, 1, MSG_NOSIGNAL), 1);
		nap(1);
	}
	read_raw(fd, buf, sizeof(buf), 1);
	assert_non_null(strstr(buf, "\"value\":7"));
	snprintf(two, sizeof(two), "%s%s", line, line);
	send_raw(fd, two);
	read_raw(fd, buf, sizeof(buf), 2);
	assert_non_null(strstr(strchr(buf, '\n'), "\"value\":7"));
}

static void a_half_closed_client_is_answered(void **state)
{
	_fd_ int fd = connect_raw();
	char buf[1024];

	(void)state;
	send_raw(fd, "{\"op\":\"wait\"}\n");
	assert_int_equal(shutdown(fd, SHUT_WR), 0);
	nap(50);
	json_decref(ask("end"));
	read_raw(fd, buf, sizeof(buf), 1);
	assert_non_null(strstr(buf, "\"ok\":true"));
}

static int count(const char *what)
{
	_json_ json_t *answer = ask("counts");

	return (int)json_integer_value(json_object_get(answer, what));
}

static long server_rss_pages(void)
{
	char path[64], text[128];
	long size, rss;

	snprintf(path, sizeof(path), "/proc/%d/statm", server);
	assert_int_equal(file_read_line_at(AT_FDCWD, path, text, sizeof(text)), 0);
	assert_int_equal(sscanf(text, "%ld %ld", &size, &rss), 2);
	return rss;
}

/*
 * Nothing, a byte now and then, and somebody who waits for good: at once, and none hurts the
 * others.
 */
static void the_slow_are_dropped_and_nobody_waits_for_them(void **state)
{
	_fd_ int mute = connect_raw(), slow = connect_raw(), patient = connect_raw();
	int64_t t0 = now_ms(), worst = 0;
	char buf[256];
	bool over = false;

	(void)state;
	send_raw(patient, "{\"op\":\"wait\"}\n");
	while (!over && now_ms() - t0 < 10000) {
		int64_t t = now_ms();

		over = send(slow, "{", 1, MSG_NOSIGNAL) != 1;
		json_decref(ask("echo"));
		worst = now_ms() - t > worst ? now_ms() - t : worst;
		nap(100);
	}
	assert_in_range(now_ms() - t0, CONTROL_REQUEST_MS - 100, 2 * CONTROL_REQUEST_MS);
	assert_in_range(worst, 0, 1000);
	assert_int_equal(read_raw(mute, buf, sizeof(buf), 1), 0);
	assert_int_equal(count("dropped"), 2);
	json_decref(ask("end"));
	assert_true(read_raw(patient, buf, sizeof(buf), 1) > 0);
}

static void send_megabyte(void)
{
	_free_ char *much = memset(malloc(1 << 20), 'a', 1 << 20);
	_fd_ int fd = connect_raw();
	char buf[1024];
	size_t sent = 0;
	ssize_t n = 0;

	while (sent < 1 << 20 && (n = send(fd, much + sent, (1 << 20) - sent, MSG_NOSIGNAL)) > 0)
		sent += (size_t)n;
	assert_true(n < 0 && sent < 1 << 20);
	read_raw(fd, buf, sizeof(buf), 1);
	assert_non_null(strstr(buf, "too long"));
}

static void a_megabyte_is_refused(void **state)
{
	long before;

	(void)state;
	/* The first touches pages of the program; what the others add would be kept for them. */
	send_megabyte();
	json_decref(ask("echo"));
	before = server_rss_pages();
	for (int i = 0; i < 20; i++)
		send_megabyte();
	json_decref(ask("echo"));
	assert_in_range(server_rss_pages() - before, 0, 64);
	assert_int_equal(count("open"), 1);
}

static void who_reads_nothing_is_dropped(void **state)
{
	static const char line[] = "{\"op\":\"echo\",\"value\":\"0123456789012345678901234567890\"}\n";
	_fd_ int fd = connect_raw();
	struct pollfd p = { .fd = fd, .events = 0 };

	(void)state;
	for (int i = 0; i < 100000 && !poll(&p, 1, 0); i++)
		if (send(fd, line, sizeof(line) - 1, MSG_NOSIGNAL) < 0)
			break;
	assert_true(poll(&p, 1, 1000) == 1);
	json_decref(ask("echo"));
	assert_int_equal(count("open"), 1);
}

static void an_answer_too_large_is_not_sent(void **state)
{
	_json_ json_t *request = json_pack("{s:s}", "op", "big"), *answer = NULL;

	(void)state;
	assert_int_equal(control_call(&paths, "vm", request, 5000, &answer), -ECONNRESET);
	json_decref(ask("echo"));
}

static void a_request_too_large_is_not_sent(void **state)
{
	_free_ char *text = memset(calloc(1, CONTROL_REQUEST_MAX + 1), 'x', CONTROL_REQUEST_MAX);
	_json_ json_t *request = json_pack("{s:s}", "op", text), *answer = NULL;

	(void)state;
	assert_int_equal(control_call(&paths, "vm", request, 5000, &answer), -EMSGSIZE);
}

/* They come, ask or do not, and are gone before they are answered. */
static void the_vanished_leave_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		int fd = connect_raw();

		if (i % 3)
			send_raw(fd, i % 3 == 1 ? "{\"op\":\"wait\"}\n" : "{\"op\":");
		close(fd);
	}
	json_decref(ask("echo"));
	json_decref(ask("end"));
	nap(50);
	assert_int_equal(count("open"), 1);
}

static void sixty_four_and_no_more(void **state)
{
	int fd[CONTROL_CLIENTS_MAX];
	_fd_ int extra = -1;
	_json_ json_t *answer = NULL;
	char buf[1024];

	(void)state;
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		fd[i] = connect_raw();
		send_raw(fd[i], "{\"op\":\"wait\"}\n");
	}
	nap(100);
	extra = connect_raw();
	read_raw(extra, buf, sizeof(buf), 1);
	answer = json_loads(buf, 0, NULL);
	assert_int_equal(code_of(answer), EXIT_BUSY);
	close(fd[7]);
	nap(100);
	json_decref(ask("end"));
	for (int i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (i == 7)
			continue;
		assert_true(read_raw(fd[i], buf, sizeof(buf), 1) > 0);
		close(fd[i]);
	}
	json_decref(ask("echo"));
}

static void a_stranger_is_refused(void **state)
{
	char path[PATH_MAX + 16], buf[1024];
	int status;
	pid_t pid;

	(void)state;
	if (geteuid()) {
		print_message("# not tried: only root can be somebody else\n");
		return;
	}
	/* As if somebody had opened the way: the peer is judged all the same. */
	snprintf(path, sizeof(path), "%s/control/vm", paths.run);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(chmod(dir, 0755), 0);
	pid = fork();
	if (!pid) {
		_json_ json_t *answer = NULL;
		int fd;

		if (setresgid(65534, 65534, 65534) || setresuid(65534, 65534, 65534))
			_exit(2);
		fd = connect_raw();
		read_raw(fd, buf, sizeof(buf), 1);
		answer = json_loads(buf, 0, NULL);
		_exit(code_of(answer) == EXIT_PRIVILEGE ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && !WEXITSTATUS(status));
}

static void a_directory_of_others_is_refused(void **state)
{
	char path[PATH_MAX + 16];

	(void)state;
	snprintf(path, sizeof(path), "%s/control", paths.run);
	assert_int_equal(mkdir(path, 0777), 0);
	assert_int_equal(chmod(path, 0777), 0);
	control_init(&cs);
	assert_int_equal(control_listen(&cs, &paths, "vm"), -EPERM);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(symlink("/tmp", path), 0);
	assert_true(control_listen(&cs, &paths, "vm") < 0);
	control_done(&cs);
}

#define SERVED(test)	cmocka_unit_test_setup_teardown(test, with_server, teardown)
#define ALONE(test)	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SERVED(a_call_is_answered),
		SERVED(a_descriptor_comes_along),
		ALONE(nobody_answers),
		SERVED(a_server_that_goes_or_hangs),
		ALONE(answers_that_are_none),
		SERVED(requests_that_are_none),
		SERVED(pieces_and_several_at_once),
		SERVED(a_half_closed_client_is_answered),
		SERVED(the_slow_are_dropped_and_nobody_waits_for_them),
		SERVED(a_megabyte_is_refused),
		SERVED(who_reads_nothing_is_dropped),
		SERVED(an_answer_too_large_is_not_sent),
		SERVED(a_request_too_large_is_not_sent),
		SERVED(the_vanished_leave_nothing),
		SERVED(sixty_four_and_no_more),
		SERVED(a_stranger_is_refused),
		ALONE(a_directory_of_others_is_refused),
	};

	signal(SIGPIPE, SIG_IGN);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
