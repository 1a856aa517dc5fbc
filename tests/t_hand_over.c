/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is asked before a screen is taken, on a terminal of its own and without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "launcher/base/exit_code.h"
#include "launcher/base/file.h"
#include "launcher/base/str.h"
#include "launcher/hand_over.h"

static char said[8192];

static void add(struct hand_over *h, enum holder_kind kind, const char *name)
{
	struct holder *x = &h->holders.v[h->holders.n++];

	*x = (struct holder){ .kind = kind, .pid = 812 };
	str_fit(x->name, sizeof(x->name), name);
	str_fit(x->user, sizeof(x->user), "anna");
	str_fit(x->node, sizeof(x->node), "/dev/dri/card0");
}

static struct hand_over *with(enum holder_kind kind, const char *name, bool yes)
{
	static struct hand_over h;

	h = (struct hand_over){ .what = "win11", .bdf = { 0, 0, 2, 0 }, .yes = yes, .vm = true };
	add(&h, kind, name);
	return &h;
}

static void read_all(int fd)
{
	size_t have = 0;
	ssize_t n;

	/* A terminal whose other side has closed gives EIO, a pipe 0. */
	while (have + 1 < sizeof(said) && (n = read(fd, said + have, sizeof(said) - 1 - have)) > 0)
		have += (size_t)n;
	said[have] = '\0';
}

static int ended(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* On a terminal where @answer is typed. */
static int on_terminal(struct hand_over *h, const char *answer)
{
	int fd, code;
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);

	assert_true(pid >= 0);
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		_exit(hand_over_agree(h));
	}
	assert_int_equal(write_all(fd, answer, strlen(answer)), 0);
	read_all(fd);
	code = ended(pid);
	close(fd);
	return code;
}

static int without_terminal(struct hand_over *h)
{
	int out[2];
	pid_t pid;

	assert_int_equal(pipe(out), 0);
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDONLY);

		dup2(null, STDIN_FILENO);
		dup2(out[1], STDERR_FILENO);
		close(out[0]);
		close(out[1]);
		_exit(hand_over_agree(h));
	}
	close(out[1]);
	read_all(out[0]);
	close(out[0]);
	return ended(pid);
}

static void says(const char *text)
{
	if (!strstr(said, text))
		fail_msg("nobody says '%s': %s", text, said);
}

static void asks_on_a_terminal(void **state)
{
	static const struct {
		const char *answer;
		int code;
	} rows[] = {
		{ "y\n", EXIT_OK }, { "Y\n", EXIT_OK }, { "yes\n", EXIT_OK }, { "n\n", EXIT_REFUSED },
		{ "\n", EXIT_REFUSED }, { "\004", EXIT_REFUSED }, { "ay\n", EXIT_REFUSED },
		{ "\033y\n", EXIT_REFUSED },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int code = on_terminal(with(HOLDER_COMPOSITOR, "sway", false), rows[i].answer);

		if (code != rows[i].code)
			fail_msg("%s: %d: %s", rows[i].answer, code, said);
		says("sway of anna (pid 812), /dev/dri/card0");
		says("Go on?");
		if (code)
			says("nothing was changed");
	}
}

static void yes_asks_nobody(void **state)
{
	(void)state;
	assert_int_equal(without_terminal(with(HOLDER_COMPOSITOR, "sway", true)), EXIT_OK);
	says("sway of anna");
	assert_null(strstr(said, "Go on?"));
}

static void without_a_terminal_it_refuses(void **state)
{
	(void)state;
	assert_int_equal(without_terminal(with(HOLDER_PROGRAM, "game", false)), EXIT_REFUSED);
	says("game of anna");
	says("--yes");
}

static void a_console_alone_is_not_asked_about(void **state)
{
	(void)state;
	assert_int_equal(without_terminal(with(HOLDER_CONSOLE, "vtcon1", false)), EXIT_OK);
	assert_string_equal(said, "");
}

/* --yes agrees to what closes, never to another's VM. */
static void a_vm_is_never_moved(void **state)
{
	(void)state;
	assert_int_equal(without_terminal(with(HOLDER_VM_PVE, "101", true)), EXIT_REFUSED);
	says("qm shutdown 101");
	assert_int_equal(on_terminal(with(HOLDER_VM_LIBVIRT, "win", false), "y\n"), EXIT_REFUSED);
	says("virsh shutdown win");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_on_a_terminal),
		cmocka_unit_test(yes_asks_nobody),
		cmocka_unit_test(without_a_terminal_it_refuses),
		cmocka_unit_test(a_console_alone_is_not_asked_about),
		cmocka_unit_test(a_vm_is_never_moved),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
