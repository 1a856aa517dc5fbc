/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A program in the guest, by its agent. The conversation is this process's own, on a socket that the supervisor
 * hands over: a guest that lies, floods or says nothing reaches nobody else. Everything it says has a deadline
 * and a bound.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "launcher/base/clock.h"
#include "launcher/base/file.h"
#include "launcher/base/i18n.h"
#include "launcher/base/log.h"
#include "launcher/base/str.h"
#include "launcher/cmd_vm.h"
#include "launcher/progress.h"
#include "qmp/qga.h"
#include "qmp/qmp_fd.h"

#define ASK_MS		5000
/* Each call to the agent. */
#define CALL_MS		5000
/* Between two looks whether the program has ended: soon at first. */
#define LOOK_MIN_MS	50
#define LOOK_MAX_MS	1000

enum { BY_SIGNAL = 128, ARGS_MAX = 128 };

static int run_exec(const struct globals *g, int argc, char **argv);

const struct cmd cmd_exec = {
	.name = "exec",
	.args = "NAME -- PROGRAM [ARGUMENTS]",
	.help = N_("run a program in the guest, by its agent"),
	.more = N_("Waits until it has ended, prints what it said and exits with its exit status; 128 and the\n"
		   "signal's number where a signal ended it, 125 where it never ran (no agent, no such\n"
		   "program). It gets no standard input. Of its output at most 180 KiB can be carried; more\n"
		   "is an error, and it has run. PROGRAM is no line of a shell: `-- sh -c '...'`, or\n"
		   "`-- cmd.exe /c ...`. Control characters are shown as '?' on a terminal."),
	.run = run_exec,
};

struct guest {
	const char *name;
	struct qmp *q;
	int fd;
};

static void guest_done(struct guest *a)
{
	qmp_free(a->q);
	if (a->fd >= 0)
		close(a->fd);
}

/* The one reply that is outstanding; *@item is the caller's to release. -ETIMEDOUT, or what ended the connection. */
static int wait_reply(struct guest *a, struct qmp_item *item)
{
	int64_t until = clock_ms() + CALL_MS;

	for (;;) {
		struct pollfd p = { .fd = a->fd };
		int64_t left = until - clock_ms();

		while (qmp_next(a->q, item)) {
			if (item->kind == QMP_REPLY)
				return 0;
			if (item->kind == QMP_END) {
				int err = item->err;

				qmp_item_done(item);
				return err;
			}
			qmp_item_done(item);
		}
		if (left <= 0)
			return -ETIMEDOUT;
		/* Only now: what was handed out may have set commands free. */
		p.events = qmp_fd_events(a->q);
		if (poll(&p, 1, (int)left) < 0 && errno != EINTR)
			return -errno;
		(void)qmp_fd_step(a->q, a->fd, p.revents);
	}
}

static int say_agent(const struct guest *a, int r, int code)
{
	if (r == -ETIMEDOUT)
		say(_("%s: the guest agent does not answer: is qemu-guest-agent installed and running in the guest?"),
		    a->name);
	else if (r == -EPROTO)
		say(_("%s: the guest agent said more than can be carried (180 KiB of output), or what cannot be read"),
		    a->name);
	else
		say(_("%s: the guest agent: %s"), a->name, strerror(-r));
	return code;
}

/* The agent's refusal is the guest's text. */
static int say_refused(const struct guest *a, const struct qmp_item *item, int code)
{
	char text[512];

	str_fit(text, sizeof(text), item->error_desc ? item->error_desc : strerror(-item->err));
	str_sanitize(text);
	say(_("%s: the guest says: %s"), a->name, text);
	return code;
}

static int begin(struct guest *a, char **argv, int64_t *pid)
{
	const struct qga_exec exec = { .path = argv[0], .argv = (const char *const *)argv + 1, .capture = true };
	struct qmp_item item;
	uint64_t id;
	int64_t sent;
	int r;

	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		return say_agent(a, -EIO, EXIT_NEVER_RAN);
	a->q = qga_new();
	r = a->q ? qga_sync(a->q, id % INT64_MAX + 1) : -ENOMEM;
	sent = r ? r : qga_exec(a->q, &exec, NULL);
	if (sent == -EINVAL) {
		say(_("%s: program and arguments must be UTF-8"), a->name);
		return EXIT_NEVER_RAN;
	}
	r = sent < 0 ? (int)sent : wait_reply(a, &item);
	if (r)
		return say_agent(a, r, EXIT_NEVER_RAN);
	if (item.err || qga_decode_exec(item.value, pid))
		r = item.err == -EREMOTEIO ? say_refused(a, &item, EXIT_NEVER_RAN) :
		    say_agent(a, item.err ? item.err : -EPROTO, EXIT_NEVER_RAN);
	qmp_item_done(&item);
	return r;
}

/* Has it ended? *@s then tells. Only what is said about a program that ran is EXIT_FAILED. */
static int look(struct guest *a, int64_t pid, struct qga_exec_status *s)
{
	int64_t sent = qga_exec_status(a->q, pid, NULL);
	struct qmp_item item;
	int r = sent < 0 ? (int)sent : wait_reply(a, &item);

	if (r)
		return say_agent(a, r, EXIT_FAILED);
	if (item.err == -EREMOTEIO)
		r = say_refused(a, &item, EXIT_FAILED);
	else if (item.err || qga_decode_exec_status(item.value, s))
		r = say_agent(a, item.err ? item.err : -EPROTO, EXIT_FAILED);
	qmp_item_done(&item);
	return r;
}

/* To a terminal without what would command it; elsewhere as it is. */
static void print_output(int fd, char *text, size_t n)
{
	if (!text || !n)
		return;
	if (isatty(fd)) {
		for (size_t i = 0; i < n; i++)
			if (!text[i])
				text[i] = '?';
		for (char *line = text, *end; line; line = end) {
			end = memchr(line, '\n', n - (size_t)(line - text));
			if (end)
				*end++ = '\0';
			str_sanitize(line);
			dprintf(fd, "%s%s", line, end ? "\n" : "");
		}
		return;
	}
	(void)!write_all(fd, text, n);
}

static int result(const struct guest *a, const struct qga_exec_status *s)
{
	print_output(STDOUT_FILENO, s->out, s->out_len);
	print_output(STDERR_FILENO, s->err, s->err_len);
	if (s->truncated)
		say(_("%s: the guest agent kept only part of the output"), a->name);
	if (s->exitcode >= 0 && s->exitcode <= 255)
		return (int)s->exitcode;
	if (s->signal > 0 && s->signal < BY_SIGNAL)
		return BY_SIGNAL + (int)s->signal;
	/* Windows has exit codes and exceptions of 32 bits. */
	say(_("%s: the program ended with %lld, which no exit status can carry"), a->name,
	    (long long)(s->exitcode >= 0 ? s->exitcode : s->signal));
	return EXIT_FAILED;
}

static int run_there(struct guest *a, char **argv)
{
	struct qga_exec_status s = { 0 };
	int pause = LOOK_MIN_MS, r;
	int64_t pid;

	r = begin(a, argv, &pid);
	while (!r) {
		r = look(a, pid, &s);
		if (r || s.exited)
			break;
		qga_exec_status_done(&s);
		poll(NULL, 0, pause);
		pause = pause * 2 > LOOK_MAX_MS ? LOOK_MAX_MS : pause * 2;
	}
	progress_end();
	if (!r)
		r = result(a, &s);
	qga_exec_status_done(&s);
	return r;
}

static int run_exec(const struct globals *g, int argc, char **argv)
{
	struct guest a __attribute__((cleanup(guest_done))) = { .fd = -1 };
	_json_ json_t *answer = NULL;
	struct paths p;
	int r;

	if (cmd_getopt(&cmd_exec, argc, argv) != -1)
		return EXIT_USAGE;
	if (optind + 2 > argc || argc - optind - 1 > ARGS_MAX)
		return cmd_usage(&cmd_exec, _("exec wants the name of one VM, and after -- a program with at most %d arguments"),
				 ARGS_MAX - 1);
	r = cmd_vm_here(&cmd_exec, g);
	if (!r)
		r = cmd_vm_name(&cmd_exec, g, optind + 1, argv, &a.name, &p);
	if (r)
		return r;
	r = cmd_vm_ask("exec", g, &p, a.name, json_pack("{s:s}", "op", "agent"), ASK_MS, &answer, &a.fd);
	if (r == EXIT_NOT_RUNNING)
		say(_("%s does not run; `igvm start %s`"), a.name, a.name);
	if (r)
		return EXIT_NEVER_RAN;
	progress_begin(_("%s: waiting for %s"), a.name, argv[optind + 1]);
	return run_there(&a, argv + optind + 1);
}
