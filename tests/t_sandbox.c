/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "launcher/rom/sandbox.h"

/* What the filter and the limits do cannot be seen under a sanitizer, which needs more. */
#if defined(__SANITIZE_ADDRESS__)
#define ENFORCED	0
#else
#define ENFORCED	1
#endif

#define ITEMS_MAX	8

enum what {
	TELL, CODE, OPEN, SOCKET, SIGNAL_PARENT, EXECUTE, FAULT, LEAVE, MEMORY, READ_STDIN, FORGE,
};

struct seen {
	const enum what *what;
	enum sandbox_how how[ITEMS_MAX];
	int code[ITEMS_MAX], signal[ITEMS_MAX];
	char text[ITEMS_MAX][64];
	size_t n, stop_at;
};

static void touch_memory(size_t n, FILE *out)
{
	char *p = malloc(n);

	if (p) {
		memset(p, 1, n);
		fprintf(out, "got it %d", p[n / 2]);
	} else {
		fputs("no memory", out);
	}
}

static int work(void *arg, size_t i, FILE *out)
{
	const struct seen *s = arg;
	volatile int *nowhere = NULL;
	char byte;

	switch (s->what[i]) {
	case TELL:
		fprintf(out, "item %zu", i);
		return 0;
	case CODE:
		return 77;
	case OPEN:
		return open("/etc/passwd", O_RDONLY) >= 0;
	case SOCKET:
		return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
	case SIGNAL_PARENT:
		return kill(getppid(), 0);
	case EXECUTE:
		return execl("/bin/true", "true", NULL);
	case FAULT:
		return *nowhere;
	case LEAVE:
		_exit(0);
	case MEMORY:
		touch_memory((size_t)3 << 30, out);
		return 0;
	case READ_STDIN:
		return read(0, &byte, 1) >= 0;
	case FORGE:
		/* Straight into the pipe, past the frame. */
		return write(3, "garbage that is no frame at all, and more", 41) < 0;
	}
	return 0;
}

static int take(void *arg, size_t i, const struct sandbox_answer *a)
{
	struct seen *s = arg;

	assert_int_equal(i, s->n);
	s->how[i] = a->how;
	s->code[i] = a->code;
	s->signal[i] = a->signal;
	if (a->how == SANDBOX_DONE)
		snprintf(s->text[i], sizeof(s->text[i]), "%.*s", (int)a->n, a->bytes);
	s->n++;
	return s->stop_at && s->n == s->stop_at ? -42 : 0;
}

static struct seen run(const enum what *what, size_t n)
{
	struct seen s = { .what = what };

	assert_int_equal(sandbox_each(n, work, take, &s), 0);
	assert_int_equal(s.n, n);
	/* No child is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	return s;
}

static void answers_in_order(void **state)
{
	static const enum what what[] = { TELL, CODE, TELL };
	struct seen s = run(what, 3);

	(void)state;
	assert_string_equal(s.text[0], "item 0");
	assert_int_equal(s.code[1], 77);
	assert_string_equal(s.text[2], "item 2");
	run(what, 0);
}

static void goes_on_behind_a_dead_one(void **state)
{
	static const enum what what[] = { TELL, LEAVE, TELL, LEAVE, TELL };
	struct seen s = run(what, 5);

	(void)state;
	assert_int_equal(s.how[1], SANDBOX_DIED);
	assert_int_equal(s.how[3], SANDBOX_DIED);
	assert_string_equal(s.text[4], "item 4");
}

static void allows_nothing_else(void **state)
{
	static const enum what what[] = {
		OPEN, SOCKET, SIGNAL_PARENT, EXECUTE, READ_STDIN, TELL,
	};
	struct seen s;

	(void)state;
	if (!ENFORCED)
		skip();
	s = run(what, 6);
	for (int i = 0; i < 5; i++) {
		assert_int_equal(s.how[i], SANDBOX_DIED);
		assert_int_equal(s.signal[i], SIGSYS);
	}
	assert_string_equal(s.text[5], "item 5");
}

static void survives_a_fault(void **state)
{
	static const enum what what[] = { FAULT, TELL };
	struct seen s;

	(void)state;
	if (!ENFORCED)
		skip();
	signal(SIGSEGV, SIG_DFL); /* cmocka's own handler would make calls */
	s = run(what, 2);
	assert_int_equal(s.how[0], SANDBOX_DIED);
	assert_int_equal(s.signal[0], SIGSEGV);
	assert_int_equal(s.how[1], SANDBOX_DONE);
}

static void limits_memory(void **state)
{
	static const enum what what[] = { MEMORY };
	struct seen s;

	(void)state;
	if (!ENFORCED)
		skip();
	s = run(what, 1);
	assert_string_equal(s.text[0], "no memory");
}

static void believes_no_forged_frame(void **state)
{
	static const enum what what[] = { FORGE, TELL };
	struct seen s = run(what, 2);

	(void)state;
	assert_int_equal(s.how[0], SANDBOX_TOO_MUCH);
	assert_string_equal(s.text[1], "item 1");
}

static void stops_when_told(void **state)
{
	static const enum what what[] = { TELL, TELL, TELL };
	struct seen s = { .what = what, .stop_at = 2 };

	(void)state;
	assert_int_equal(sandbox_each(3, work, take, &s), -42);
	assert_int_equal(s.n, 2);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_in_order),
		cmocka_unit_test(goes_on_behind_a_dead_one),
		cmocka_unit_test(allows_nothing_else),
		cmocka_unit_test(survives_a_fault),
		cmocka_unit_test(limits_memory),
		cmocka_unit_test(believes_no_forged_frame),
		cmocka_unit_test(stops_when_told),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
