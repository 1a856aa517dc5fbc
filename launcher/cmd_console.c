/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The serial console. The supervisor hands over a connected socket; between it
 * and the terminal bytes are copied as they are. The terminal is put back on
 * every way out, also on a signal; the VM runs on.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>

#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/cmd_vm.h"

#define ASK_MS		5000
#define ESCAPE		0x1d	/* ^] as in telnet */

static int run_console(const struct globals *g, int argc, char **argv);

const struct cmd cmd_console = {
	.name = "console",
	.args = "NAME",
	.help = N_("the serial console of a running VM"),
	.more = N_("Keys go to the guest's first serial port and what it writes comes back. ^] leaves;\n"
		   "the VM runs on. One at a time: a second console waits until the first has left.\n"
		   "What was written before is in `igvm logs --stream serial NAME`."),
	.run = run_console,
};

/** struct line - both ends, and what of the keys the guest has not taken yet */
struct line {
	int guest, signals;
	bool terminal;
	struct termios before;
	bool input_ended;
	size_t n;
	char keys[4096];
};

static bool make_raw(struct line *l)
{
	struct termios raw;

	l->terminal = isatty(STDIN_FILENO);
	if (!l->terminal)
		return true;
	if (tcgetattr(STDIN_FILENO, &l->before))
		return false;
	raw = l->before;
	cfmakeraw(&raw);
	return !tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
}

/* False: ^] was pressed, what stood before it is kept for the guest. */
static bool take_keys(struct line *l)
{
	ssize_t n = read(STDIN_FILENO, l->keys + l->n, sizeof(l->keys) - l->n);
	char *end = n > 0 ? memchr(l->keys + l->n, ESCAPE, (size_t)n) : NULL;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n <= 0) {
		l->input_ended = true;
		/* A terminal that is gone has nobody behind it; a pipe may still want the answer. */
		return !l->terminal;
	}
	l->n = end ? (size_t)(end - l->keys) : l->n + (size_t)n;
	return !end;
}

static bool give_keys(struct line *l)
{
	ssize_t n = send(l->guest, l->keys, l->n, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	l->n -= (size_t)n;
	memmove(l->keys, l->keys + n, l->n);
	return true;
}

/* False: QEMU has closed its end. */
static bool show(struct line *l)
{
	char buf[8192];
	ssize_t n = recv(l->guest, buf, sizeof(buf), MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	return n > 0 && !write_all(STDOUT_FILENO, buf, (size_t)n);
}

enum left { LEFT_ESCAPE, LEFT_SIGNAL, LEFT_VM };

static enum left talk(struct line *l)
{
	for (;;) {
		bool room = l->n < sizeof(l->keys) && !l->input_ended;
		struct pollfd p[] = {
			{ .fd = l->guest, .events = (short)(POLLIN | (l->n ? POLLOUT : 0)) },
			{ .fd = room ? STDIN_FILENO : -1, .events = POLLIN },
			{ .fd = l->signals, .events = POLLIN },
		};

		if (poll(p, ARRAY_SIZE(p), -1) < 0 && errno != EINTR)
			return LEFT_SIGNAL;
		if (p[2].revents)
			return LEFT_SIGNAL;
		if (p[0].revents & POLLOUT && !give_keys(l))
			return LEFT_VM;
		if (p[0].revents & ~POLLOUT && !show(l))
			return LEFT_VM;
		if (p[1].revents && !take_keys(l)) {
			give_keys(l);
			return LEFT_ESCAPE;
		}
	}
}

/* The signals that would end us with the terminal still raw. */
static int block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int attach(const char *name, int fd)
{
	_fd_ int signals = block_signals();
	struct line l = { .guest = fd, .signals = signals };
	enum left left;

	if (isatty(STDIN_FILENO))
		fprintf(stderr, _("igvm: console of %s; ^] leaves, the VM runs on\n"), name);
	if (signals < 0 || !make_raw(&l)) {
		say(_("%s: the terminal cannot be used: %m"), name);
		return EXIT_FAILED;
	}
	left = talk(&l);
	if (l.terminal) {
		tcsetattr(STDIN_FILENO, TCSADRAIN, &l.before);
		fputc('\n', stderr);
	}
	if (left == LEFT_VM)
		say(_("%s: QEMU closed the console; `igvm status %s`"), name, name);
	return EXIT_OK;
}

static int run_console(const struct globals *g, int argc, char **argv)
{
	_json_ json_t *answer = NULL;
	_fd_ int fd = -1;
	struct paths p;
	const char *name;
	int r;

	if (cmd_getopt(&cmd_console, argc, argv) != -1)
		return EXIT_USAGE;
	r = cmd_vm_here(&cmd_console, g);
	if (!r)
		r = cmd_vm_name(&cmd_console, g, argc, argv, &name, &p);
	if (r)
		return r;
	r = cmd_vm_ask("console", g, &p, name, json_pack("{s:s}", "op", "console"), ASK_MS, &answer, &fd);
	if (r == EXIT_NOT_RUNNING)
		say(_("%s does not run; `igvm start %s`"), name, name);
	if (r)
		return r;
	if (fd < 0) {
		say(_("%s: its supervisor gave no console"), name);
		return EXIT_FAILED;
	}
	return attach(name, fd);
}
